//! `/control/v1/bindings`: real cards, and whose they are by the operator's word. Nothing here says anything of a card itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::problem::{Body, Path, Problem};
use crate::station::Station;
use crate::station::bindings::BindingRow;

/// A card to be bound.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBinding {
    /// Person id.
    #[schema(example = "taro")]
    pub person: String,
    /// `pcsc` or `pcsc:READER`. Left out: the card that a reader asks about, or what lies in the first PC/SC reader.
    #[schema(example = "pcsc")]
    pub card: Option<String>,
}

/// The cards that were bound, oldest first, by masked label and date.
#[utoipa::path(get, path = "/control/v1/bindings", tag = "people", responses((status = 200, body = [BindingRow])))]
pub async fn all(State(station): State<Arc<Station>>) -> Json<Vec<BindingRow>> {
    Json(station.bindings())
}

/// Binds a real card to a person. Kept is a keyed hash of it, until reset, with `--state` beyond the end.
#[utoipa::path(
    post, path = "/control/v1/bindings", tag = "people", request_body = NewBinding,
    responses((status = 201, body = BindingRow), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem))
)]
pub async fn bind(
    State(station): State<Arc<Station>>,
    Body(new): Body<NewBinding>,
) -> Result<(StatusCode, Json<BindingRow>), Problem> {
    let row = station.bind_card(&new.person, new.card.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(row)))
}

/// Forgets a card.
#[utoipa::path(
    delete, path = "/control/v1/bindings/{label}", tag = "people", params(("label" = String, Path)),
    responses((status = 200, body = BindingRow), (status = 404, body = Problem))
)]
pub async fn unbind(
    State(station): State<Arc<Station>>,
    Path(label): Path<String>,
) -> Result<Json<BindingRow>, Problem> {
    Ok(Json(station.unbind_card(&label)?))
}
