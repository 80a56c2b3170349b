//! The page of a 再来受付機 and what drives it: `GET /`, and the same over JSON for tests and other programs.
//!
//! ```text
//! GET  /reception/v1/screen                 what is shown
//! POST /reception/v1/events                 a touch: my-number-card, patient-card, cancel, finish; or inserted, with a number
//! GET  /reception/v1/receptions             who was received today
//! GET  /reception/v1/slips/{number}.png     the 受付票; also .pdf
//! GET  /healthz
//! ```
//!
//! Written by us for us: no real machine's interface is public.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use tokio::task::spawn_blocking;

use crate::clinic::reception::book_files::Reception;
use crate::clinic::reception::machine::Touch;
use crate::clinic::reception::running::{NotNow, Running};
use crate::clinic::reception::screens::View;
use crate::operate::control::problem::{Body, Path, Problem};
use crate::operate::control::server::guarded;
use crate::operate::page::of_one_file;
use crate::secret::Secret;

const PAGE: &str = include_str!("page.html");

/// What is sent to `events`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
enum Event {
    MyNumberCard,
    PatientCard,
    Cancel,
    Finish,
    /// A 診察券 goes into the slot.
    Inserted {
        number: String,
    },
}

/// The page for everybody, as it tells nothing; the rest for whoever shows the token, or for this machine alone.
pub fn router(machine: Running, token: Option<Secret>) -> Router {
    let api = Router::new()
        .route("/reception/v1/screen", get(async |State(machine): State<Running>| Json(machine.view())))
        .route("/reception/v1/events", post(act))
        .route("/reception/v1/receptions", get(receptions))
        .route("/reception/v1/slips/{file}", get(slip))
        .with_state(machine);
    guarded(api, token)
        .route("/", get(async || of_one_file(PAGE)))
        .route("/healthz", get(async || Json(serde_json::json!({ "status": "ok" }))))
        .fallback(async || nothing_here())
}

async fn act(State(machine): State<Running>, Body(event): Body<Event>) -> Result<Json<View>, Problem> {
    let touch = match event {
        Event::Inserted { number } => return machine.insert(&number).map(Json).map_err(not_now),
        Event::MyNumberCard => Touch::MyNumberCard,
        Event::PatientCard => Touch::PatientCard,
        Event::Cancel => Touch::Cancel,
        Event::Finish => Touch::Finish,
    };
    machine.touch(touch).map(Json).map_err(not_now)
}

async fn receptions(State(machine): State<Running>) -> Result<Json<Vec<Reception>>, Problem> {
    let read = spawn_blocking(move || machine.receptions()).await.map_err(std::io::Error::other);
    read.and_then(|read| read).map(Json).map_err(|cause| Problem {
        status: 503,
        title: "something-missing",
        detail: format!("受付の記録を読めません: {cause} / the receptions cannot be read"),
        remedy: None,
    })
}

async fn slip(State(machine): State<Running>, Path(file): Path<String>) -> Result<Response, Problem> {
    let (number, end) = file.split_once('.').ok_or_else(nothing_here)?;
    let kind = match end {
        "pdf" => "application/pdf",
        "png" => "image/png",
        _ => return Err(nothing_here()),
    };
    let path = machine.slip(number.parse().map_err(|_| nothing_here())?, end);
    let bytes = spawn_blocking(move || std::fs::read(path)).await.ok().and_then(Result::ok).ok_or_else(nothing_here)?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, kind)], Bytes::from(bytes)).into_response())
}

fn not_now(error: NotNow) -> Problem {
    Problem {
        status: 409,
        title: "not-possible-now",
        detail: error.to_string(),
        remedy: Some("GET /reception/v1/screen の buttons を見てください / see `buttons` of the screen".to_owned()),
    }
}

fn nothing_here() -> Problem {
    Problem {
        status: 404,
        title: "no-such-path",
        detail: "そのパスはありません / no such path".to_owned(),
        remedy: Some("/reception/v1/screen".to_owned()),
    }
}
