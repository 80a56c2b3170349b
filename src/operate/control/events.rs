//! `GET /control/v1/events`: the journal as server-sent events, and `GET /control/v1/journal`: as one list.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
use tokio_stream::wrappers::BroadcastStream;

use super::files::Since;
use super::problem::{Problem, Query};
use crate::event::Entry;
use crate::station::Station;

/// The journal as it happens. With `Last-Event-ID`, first what was missed since (as far as it is kept).
#[utoipa::path(
    get, path = "/control/v1/events", tag = "events",
    params(("Last-Event-ID" = Option<u64>, Header, description = "seq of the last entry seen")),
    responses((status = 200, content_type = "text/event-stream", description = "one JSON journal entry per event; id = seq, event = kind"))
)]
pub async fn stream(
    State(station): State<Arc<Station>>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // Listening begins before the past is read, so that nothing falls between the two.
    let live = BroadcastStream::new(station.journal().listen());
    let last = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    let past = last.map_or_else(Vec::new, |seq| station.journal().since(seq, usize::MAX));
    let newest = past.last().map_or(0, |entry| entry.seq);
    let live = live.filter_map(move |entry| async move {
        match entry {
            Ok(entry) if entry.seq > newest => Some(as_event(&entry)),
            Ok(_) => None,
            Err(lagged) => Some(Event::default().event("missed").data(lagged.to_string())),
        }
    });
    let past = stream::iter(past.into_iter().map(|entry| as_event(&entry)));
    Sse::new(past.chain(live).map(Ok)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

/// The journal as far as it is kept, oldest first.
#[utoipa::path(
    get, path = "/control/v1/journal", tag = "events", params(Since),
    responses((status = 200, description = "journal entries, as in events", body = [Object]), (status = 422, body = Problem))
)]
pub async fn journal(State(station): State<Arc<Station>>, Query(query): Query<Since>) -> Json<Vec<Entry>> {
    let entries = station.journal().since(query.since, usize::MAX);
    Json(entries.iter().map(|entry| entry.as_ref().clone()).collect())
}

fn as_event(entry: &Arc<Entry>) -> Event {
    let json = serde_json::to_value(entry.as_ref()).unwrap_or_default();
    let kind = json["kind"].as_str().unwrap_or("entry").to_owned();
    Event::default().id(entry.seq.to_string()).event(kind).data(json.to_string())
}
