//! `GET /control/v1/files`: every file seen, with the steps of its life.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::{Problem, Query};
use crate::station::Station;
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
