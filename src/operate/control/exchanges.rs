//! `/control/v1/exchanges`: the bytes of requests and answers after their files were collected, and the same again.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::{Body, Path, Problem, Query};
use crate::event::{FolderKind, Lang};
use crate::station::exchanges::{Documents, ExchangeView, RepeatRequest, Repeated};
use crate::station::{Station, StationError};

/// All exchanges whose bytes are kept, oldest first by terminal; also those of earlier runs.
#[utoipa::path(get, path = "/control/v1/exchanges", tag = "files", responses((status = 200, body = [ExchangeView])))]
pub async fn all(State(station): State<Arc<Station>>) -> Json<Vec<ExchangeView>> {
    Json(station.exchanges())
}

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Explained {
    /// `ja` or `en`; the station's own when left out.
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

/// A request beside its answers: text, labels and meanings of each.
#[utoipa::path(
    get, path = "/control/v1/exchanges/{id}", tag = "files",
    params(("id" = String, Path, description = "`exchange` of a file, `TERMINAL-NUMBER`"), Explained),
    responses((status = 200, body = Documents), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn one(
    State(station): State<Arc<Station>>,
    Path(id): Path<String>,
    Query(query): Query<Explained>,
) -> Result<Json<Documents>, Problem> {
    Ok(Json(aside(move || station.documents(&id, query.lang)).await?))
}

/// Which file of an exchange.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// `req`, `res` or `face`.
    #[param(value_type = String)]
    pub folder: FolderKind,
    /// Its name.
    pub name: String,
}

/// The bytes of one file, as they went through.
#[utoipa::path(
    get, path = "/control/v1/exchanges/{id}/content", tag = "files",
    params(("id" = String, Path, description = "`TERMINAL-NUMBER`"), Which),
    responses((status = 200, content_type = "application/octet-stream", body = [u8]), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn content(
    State(station): State<Arc<Station>>,
    Path(id): Path<String>,
    Query(file): Query<Which>,
) -> Result<Vec<u8>, Problem> {
    aside(move || station.kept_bytes(&id, file.folder, &file.name)).await
}

/// Repeats a request or a visit: the same files, again as new, or at another reader. Of a visit answers when its files stand.
#[utoipa::path(
    post, path = "/control/v1/exchanges/{id}/repeat", tag = "files", request_body = RepeatRequest,
    params(("id" = String, Path, description = "`TERMINAL-NUMBER`")),
    responses((status = 200, body = Repeated), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem))
)]
pub async fn repeat(
    State(station): State<Arc<Station>>,
    Path(id): Path<String>,
    Body(request): Body<RepeatRequest>,
) -> Result<Json<Repeated>, Problem> {
    Ok(Json(station.repeat(&id, request.how).await?))
}

/// On a thread where a large file hurts nobody.
async fn aside<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, StationError> + Send + 'static,
) -> Result<T, Problem> {
    let read = tokio::task::spawn_blocking(read).await;
    Ok(read.map_err(|panicked| StationError::Outside { message: panicked.to_string() })??)
}
