//! `/control/v1/screen`: what the text screen shows and does, for one on another machine (`madoguchi attach`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use utoipa::{IntoParams, ToSchema};

use super::problem::{Body, Path, Problem, Query};
use crate::message::element::ElementTable;
use crate::station::Station;
use crate::station::desk::LocalDesk;
use crate::station::view::{Command, Desk, OwnFile, View};

/// A question is answered at the latest after this, with what there is: a line that nothing goes over may be cut by a proxy.
const LONGEST: Duration = Duration::from_secs(10);
/// How often is looked whether something changed.
const LOOK: Duration = Duration::from_millis(25);

/// Which look.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// The revision seen last: the answer waits, at most ten seconds, until there is another.
    pub after: Option<u64>,
}

/// Everything a screen shows, with its revision.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Look {
    /// Another one with every change.
    pub revision: u64,
    /// How the station looks.
    pub view: View,
}

/// How the station looks, once it looks otherwise than before.
#[utoipa::path(
    get, path = "/control/v1/screen", tag = "screen", params(After),
    responses((status = 200, body = Look), (status = 422, body = Problem))
)]
pub async fn look(State(station): State<Arc<Station>>, Query(query): Query<After>) -> Json<Look> {
    station.look_for_plastic();
    let (asked, mut stopping) = (Instant::now(), station.stopping());
    while query.after == Some(station.journal().revision())
        && asked.elapsed() < LONGEST
        && !*stopping.borrow_and_update()
    {
        tokio::time::sleep(LOOK).await;
    }
    // The revision first: what changes between the two shows with the next look.
    let revision = station.journal().revision();
    Json(Look { revision, view: station.view() })
}

/// What the operator of a screen does. What comes of it, a refusal too, shows in the next look.
#[utoipa::path(
    post, path = "/control/v1/screen", tag = "screen", request_body = Command,
    responses((status = 204), (status = 422, body = Problem))
)]
pub async fn act(State(station): State<Arc<Station>>, Body(command): Body<Command>) -> StatusCode {
    LocalDesk::new(station, Handle::current()).act(command);
    StatusCode::NO_CONTENT
}

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// `path` of a file that `/control/v1/files` tells of.
    pub path: String,
}

/// The bytes of a file that was seen in the shared folder; also after it was collected, as long as they are kept.
#[utoipa::path(
    get, path = "/control/v1/files/content", tag = "files", params(Seen),
    responses((status = 200, content_type = "application/octet-stream", body = [u8]), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn content(State(station): State<Arc<Station>>, Query(query): Query<Seen>) -> Result<Vec<u8>, Problem> {
    // Nothing of this machine but what went through the folders.
    let known = station.files_since(0, usize::MAX).into_iter().rev().find(|file| file.path == query.path);
    let read = tokio::task::spawn_blocking(move || known.and_then(|file| station.contents(&file))).await;
    read.ok().flatten().ok_or_else(|| Problem {
        status: 404,
        title: "no-such-file",
        detail: format!("{} はここにありません / is not here", query.path),
        remedy: Some("/control/v1/files".to_owned()),
    })
}

/// The operator's own files that a visit at a reader could bring.
#[utoipa::path(
    get, path = "/control/v1/readers/{n}/own", tag = "readers", params(("n" = usize, Path, description = "reader, from 1")),
    responses((status = 200, body = [OwnFile]), (status = 404, body = Problem))
)]
pub async fn own(
    State(station): State<Arc<Station>>,
    Path(number): Path<usize>,
) -> Result<Json<Vec<OwnFile>>, Problem> {
    station.reader(number)?;
    Ok(Json(station.own_files(number)))
}

/// What the elements of files are called here, rows of the station's own layouts among them.
#[utoipa::path(
    get, path = "/control/v1/elements", tag = "screen",
    responses((status = 200, description = "labels, formats, codes and provenance of every element", body = Object))
)]
pub async fn elements(State(station): State<Arc<Station>>) -> Json<ElementTable> {
    Json(ElementTable::clone(&LocalDesk::new(station, Handle::current()).elements()))
}
