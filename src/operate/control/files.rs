//! `GET /control/v1/files`: every file seen, with the steps of its life. For a program that does not reach the folders, a request can be put
//! in and a result fetched.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::{Path, Problem, Query};
use super::screen::Seen;
use crate::station::Station;
use crate::station::error::StationError;
use crate::station::view::FileView;

/// Which files.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// Only files that changed after this `seq`; ask with the largest one seen so far.
    #[serde(default)]
    pub since: u64,
}

/// Files of the shared folders, in the order of their last step.
#[utoipa::path(
    get, path = "/control/v1/files", tag = "files", params(Since),
    responses((status = 200, body = [FileView]), (status = 422, body = Problem))
)]
pub async fn since(State(station): State<Arc<Station>>, Query(query): Query<Since>) -> Json<Vec<FileView>> {
    Json(station.files_since(query.since, usize::MAX))
}

/// Which terminal.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// Terminal, from 1.
    #[serde(default = "first")]
    pub terminal: usize,
}

fn first() -> usize {
    1
}

/// Puts a request into `req` under this name, whole, as a careful レセコン does. Answers with its path.
#[utoipa::path(
    put, path = "/control/v1/requests/{name}", tag = "files", params(("name" = String, Path), At),
    request_body(content((Vec<u8> = "application/octet-stream"))),
    responses((status = 200, body = String), (status = 422, body = Problem), (status = 503, body = Problem))
)]
pub async fn put_request(
    State(station): State<Arc<Station>>,
    Path(name): Path<String>,
    Query(at): Query<At>,
    body: Bytes,
) -> Result<Json<String>, Problem> {
    let put = tokio::task::spawn_blocking(move || station.put_request(at.terminal, &name, &body)).await;
    Ok(Json(put.map_err(|_| StationError::Stopped)??.display().to_string()))
}

/// Fetches a file for good, as a レセコン that deletes what it has read.
#[utoipa::path(
    delete, path = "/control/v1/files/content", tag = "files", params(Seen),
    responses((status = 204), (status = 422, body = Problem), (status = 503, body = Problem))
)]
pub async fn collect(State(station): State<Arc<Station>>, Query(seen): Query<Seen>) -> Result<StatusCode, Problem> {
    let collected = tokio::task::spawn_blocking(move || station.collect_file(&seen.path)).await;
    collected.map_err(|_| StationError::Stopped)??;
    Ok(StatusCode::NO_CONTENT)
}
