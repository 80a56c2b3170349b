//! `GET /control/v1/chains`: which system told which other one what, as far as the journal goes back.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::problem::{Problem, Query};
use crate::station::Station;
use crate::station::view::ChainView;

/// Whose.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct Whose {
    /// The person's id; everybody's when left out.
    pub person: Option<String>,
}

/// The chains of identities, oldest first. Identifiers are named and never shown. Empty where the hub is elsewhere: it alone knows.
#[utoipa::path(
    get, path = "/control/v1/chains", tag = "events", params(Whose),
    responses((status = 200, body = [ChainView]), (status = 422, body = Problem))
)]
pub async fn all(State(station): State<Arc<Station>>, Query(whose): Query<Whose>) -> Json<Vec<ChainView>> {
    let entries = station.journal().since(0, usize::MAX);
    let chains = entries.iter().filter_map(|entry| ChainView::of(entry));
    Json(chains.filter(|chain| whose.person.is_none() || chain.person == whose.person).collect())
}
