//! `POST /control/v1/visits`: one whole visit.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::problem::{Body, Problem};
use crate::station::Station;
use crate::station::visit::{VisitReport, VisitRequest};

/// One whole visit by auto-pilot. Answers when the dialogue is over and every file that will come has come.
#[utoipa::path(
    post, path = "/control/v1/visits", tag = "visits", request_body = VisitRequest,
    responses((status = 200, body = VisitReport), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem))
)]
pub async fn make(
    State(station): State<Arc<Station>>,
    Body(request): Body<VisitRequest>,
) -> Result<Json<VisitReport>, Problem> {
    Ok(Json(station.visit(request).await?))
}
