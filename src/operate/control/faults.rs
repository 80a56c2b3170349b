//! `/control/v1/faults`: knobs by name.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;

use super::problem::{Path, Problem, json};
use crate::knob::Setting;
use crate::operate::fault::{self, FaultState};
use crate::station::Station;

/// All faults, armed or not.
#[utoipa::path(get, path = "/control/v1/faults", tag = "faults", responses((status = 200, body = [FaultState])))]
pub async fn all(State(station): State<Arc<Station>>) -> Json<Vec<FaultState>> {
    Json(fault::list(&station))
}

/// Arms a fault: how often, with which probability, for whom. An empty object arms it for everybody until it is taken back.
#[utoipa::path(
    put, path = "/control/v1/faults/{name}", tag = "faults", params(("name" = String, Path)), request_body(content = Object),
    responses((status = 200, body = FaultState), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn set(
    State(station): State<Arc<Station>>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<FaultState>, Problem> {
    // A bare PUT arms it for everybody; that is what people try first.
    let setting = if body.is_empty() { Setting::default() } else { json(&body)? };
    Ok(Json(fault::arm(&station, &name, setting)?))
}

/// Takes a fault back.
#[utoipa::path(
    delete, path = "/control/v1/faults/{name}", tag = "faults", params(("name" = String, Path)),
    responses((status = 200, body = FaultState), (status = 404, body = Problem))
)]
pub async fn clear(State(station): State<Arc<Station>>, Path(name): Path<String>) -> Result<Json<FaultState>, Problem> {
    Ok(Json(fault::disarm(&station, &name)?))
}
