//! The faces of the sample レセコン (`clinic::rececon`): a page in the browser, beside the consumer API, and a text screen.
//!
//! ```text
//! GET  /                          the page
//! GET  /desk/view                 CR利用者リスト, open questions, alerts, requests
//! GET  /desk/changes              server-sent events: a number whenever something changed
//! GET  /desk/patients?find=TEXT   who is in the book
//! GET  /desk/patients/{number}    one patient whole, public expenses in the order of application
//! GET  /desk/slips/{number}.pdf   the 受付票
//! POST /desk                      an order (`clinic::rececon::orders`)
//! ```
//!
//! - here: what is served; `page.html`: the page, one file without parts from elsewhere
//! - [`tui`]: the text screen

pub mod tui;

use std::convert::Infallible;

use axum::extract::State;
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use tokio::task::spawn_blocking;
use tokio_stream::wrappers::WatchStream;

use crate::clinic::rececon::Seat;
use crate::clinic::rececon::view::{Found, PatientView, View};
use crate::operate::control::problem::{Path, Problem, Query};
use crate::operate::control::server::guarded;
use crate::operate::page::of_one_file;
use crate::secret::Secret;

const PAGE: &str = include_str!("page.html");

/// The consumer API with the page beside it. The page is for everybody, as it tells nothing; the rest for whoever shows the token, or for
/// this machine alone. An order has to be announced as JSON, which a page from elsewhere cannot do without being asked first.
pub fn dressed(api: Router, seat: Seat, token: Option<Secret>) -> Router {
    let faces = Router::new()
        .route("/desk/view", get(async |State(seat): State<Seat>| Json::<View>(seat.view())))
        .route("/desk/changes", get(changes))
        .route("/desk/patients", get(find))
        .route("/desk/patients/{number}", get(patient))
        .route("/desk/slips/{file}", get(slip))
        .with_state(seat);
    guarded(api.merge(faces), token).route("/", get(async || of_one_file(PAGE)))
}

/// A number per change; the first one at once.
async fn changes(State(seat): State<Seat>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = WatchStream::new(seat.changes()).map(|change| Ok(Event::default().data(change.to_string())));
    Sse::new(changes).keep_alive(KeepAlive::default())
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    find: String,
}

async fn find(State(seat): State<Seat>, Query(wanted): Query<Wanted>) -> Json<Found> {
    Json(seat.find(&wanted.find))
}

async fn patient(State(seat): State<Seat>, Path(number): Path<String>) -> Result<Json<PatientView>, Problem> {
    seat.patient(&number).map(Json).ok_or_else(|| nobody(&number))
}

async fn slip(State(seat): State<Seat>, Path(file): Path<String>) -> Result<Response, Problem> {
    let number = file.strip_suffix(".pdf").unwrap_or(&file).to_owned();
    let missing = nobody(&number);
    let pdf = spawn_blocking(move || seat.slip(&number)).await.ok().flatten().ok_or(missing)?;
    let headers = [(header::CONTENT_TYPE, "application/pdf"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, pdf).into_response())
}

fn nobody(number: &str) -> Problem {
    Problem {
        status: 404,
        title: "no-such-patient",
        detail: format!("患者 {number} はいません / no such patient"),
        remedy: Some("GET /desk/patients?find=…".to_owned()),
    }
}

#[cfg(test)]
mod tests;
