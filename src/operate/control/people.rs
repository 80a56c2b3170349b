//! `/control/v1/people`: the synthetic people.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::problem::{Body, Path, Problem};
use crate::authority::{Generation, Reason};
use crate::people::Profile;
use crate::people::reissue::Reissue;
use crate::station::Station;
use crate::station::roster::{IssuedCard, PersonRow};

/// A person to add: their profile and the id they get.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Id, as a file of card-profiles would be named.
    pub id: String,
    /// The profile, keys as in docs/card-profiles.md.
    #[schema(value_type = Object)]
    pub profile: Profile,
}

/// Everybody, in the order of the screen.
#[utoipa::path(get, path = "/control/v1/people", tag = "people", responses((status = 200, body = [PersonRow])))]
pub async fn all(State(station): State<Arc<Station>>) -> Json<Vec<PersonRow>> {
    Json(station.people())
}

/// One person whole, as a profile.
#[utoipa::path(
    get, path = "/control/v1/people/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = Object), (status = 404, body = Problem))
)]
pub async fn one(State(station): State<Arc<Station>>, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(station.profile(&id)?))
}

/// Replaces one person. Lasts until reset; the file in card-profiles stays as it is.
#[utoipa::path(
    put, path = "/control/v1/people/{id}", tag = "people", params(("id" = String, Path)), request_body(content = Object),
    responses((status = 200, body = Object), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn replace(
    State(station): State<Arc<Station>>,
    Path(id): Path<String>,
    Body(profile): Body<Profile>,
) -> Result<Json<Value>, Problem> {
    station.replace_person(&id, profile)?;
    Ok(Json(station.profile(&id)?))
}

/// Adds one person. Lasts until reset.
#[utoipa::path(
    post, path = "/control/v1/people", tag = "people", request_body = NewPerson,
    responses((status = 201, body = Object), (status = 409, body = Problem), (status = 422, body = Problem))
)]
pub async fn add(
    State(station): State<Arc<Station>>,
    Body(new): Body<NewPerson>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    station.add_person(&new.id, new.profile)?;
    Ok((StatusCode::CREATED, Json(station.profile(&new.id)?)))
}

/// What is asked of a new card, and of the one before it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCard {
    /// Why the card before is revoked: CRLReason in kebab case; superseded when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "superseded")]
    pub reason: Option<Reason>,
    /// Generation of the authority that issues, 1 to 3; the present one when left out.
    #[serde(default)]
    #[schema(value_type = u8, example = 3)]
    pub generation: Generation,
}

/// Issues another card to one person: new serial number and key; the card before is revoked. Kept with `--state`, until reset.
#[utoipa::path(
    post, path = "/control/v1/people/{id}/card", tag = "people", params(("id" = String, Path)), request_body = NewCard,
    responses((status = 201, body = IssuedCard), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn issue_card(
    State(station): State<Arc<Station>>,
    Path(id): Path<String>,
    Body(new): Body<NewCard>,
) -> Result<(StatusCode, Json<IssuedCard>), Problem> {
    let asked = Reissue { reason: new.reason.unwrap_or(Reason::Superseded), generation: new.generation };
    Ok((StatusCode::CREATED, Json(station.issue_card(&id, asked)?)))
}

/// Removes one person. Lasts until reset.
#[utoipa::path(
    delete, path = "/control/v1/people/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem))
)]
pub async fn remove(State(station): State<Arc<Station>>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    station.remove_person(&id)?;
    Ok(StatusCode::NO_CONTENT)
}
