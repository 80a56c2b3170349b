//! `/control/v1/readers`: what a reader shows, and one step of its dialogue.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::problem::{Body, Path, Problem};
use crate::station::Station;
use crate::station::reader::Press;
use crate::station::view::ReaderView;

/// All readers.
#[utoipa::path(get, path = "/control/v1/readers", tag = "readers", responses((status = 200, body = [ReaderView])))]
pub async fn all(State(station): State<Arc<Station>>) -> Json<Vec<ReaderView>> {
    Json(station.readers())
}

/// State, screen, and what may be done next.
#[utoipa::path(
    get, path = "/control/v1/readers/{n}", tag = "readers", params(("n" = usize, Path, description = "reader, from 1")),
    responses((status = 200, body = ReaderView), (status = 404, body = Problem))
)]
pub async fn one(State(station): State<Arc<Station>>, Path(number): Path<usize>) -> Result<Json<ReaderView>, Problem> {
    Ok(Json(station.reader(number)?))
}

/// One step of the dialogue. Answers with the reader as it stands afterwards.
#[utoipa::path(
    post, path = "/control/v1/readers/{n}/events", tag = "readers", request_body = Press,
    params(("n" = usize, Path, description = "reader, from 1")),
    responses((status = 200, body = ReaderView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem))
)]
pub async fn press(
    State(station): State<Arc<Station>>,
    Path(number): Path<usize>,
    Body(press): Body<Press>,
) -> Result<Json<ReaderView>, Problem> {
    Ok(Json(station.press(number, press).await?))
}
