//! The face of PMH to municipalities, on an address of its own: `POST /pmh/…`, the history, the documents (docs/municipality.md).
//!
//! A body is handed on as it comes, piece by piece, to a thread that reads it; what comes after a refusal is taken and thrown away, so that the
//! sender gets its answer instead of a broken line.

use std::future::Future;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::StreamExt;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

use super::caller::Caller;
use super::entrance::Entrance;
use crate::clock::Clock;
use crate::hub::Hub;
use crate::hub::audit::{Audit, Face};
use crate::hub::error::StoreError;
use crate::hub::medical_hub::registration::{Enrolled, Municipality, NotRegistered, Sent};
use crate::wire::registration::document::{HISTORY_PATH, document};
use crate::wire::registration::fault::{
    BODY_TOO_BIG, BUSY, INTERNAL, MEDIA_TYPE, NO_SUCH_SERIAL, PATH, Rule, TOKEN, UNREADABLE,
};
use crate::wire::registration::{BODY_LIMIT, Fault, Form, Generation, Json, ReadError, Receipt, Refusal};

/// So many bodies are read at once; another waits for its turn by `Retry-After`.
const AT_ONCE: usize = 8;
/// So many pieces of a body wait to be read.
const PIECES_AHEAD: usize = 4;
/// When to come again after 503, in seconds.
const RETRY_AFTER_S: &str = "2";
/// Between two pieces of a body. A line that is silent for longer is dead.
const IDLE: Duration = Duration::from_secs(30);
const JSON: &str = "application/json";
const CSV: &str = "text/csv";

#[derive(Clone)]
struct Served {
    hub: Arc<Hub>,
    clock: Clock,
    enrolled: Arc<Enrolled>,
    turns: Arc<Semaphore>,
}

/// The paths of docs/municipality.md.
pub fn router(hub: Arc<Hub>, clock: Clock, enrolled: Enrolled) -> Router {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut router = Router::new().route(HISTORY_PATH, get(history)).route("/healthz", get(super::health));
    for generation in Generation::ALL {
        let take = move |State(served): State<Served>, caller: Caller, headers: HeaderMap, body: Body| async move {
            register(served, caller, generation, headers, body).await
        };
        router = router
            .route(generation.path(), post(take))
            .route(generation.document_path(), get(move || async move { json_of(&document(generation)) }));
    }
    let router = router
        .fallback(async || Refused::new(404, PATH))
        .method_not_allowed_fallback(async || Refused::new(405, PATH))
        .layer(DefaultBodyLimit::disable())
        .with_state(Served { hub, clock, enrolled: Arc::new(enrolled), turns });
    super::unread::drained(router)
}

/// Serves without TLS until `end` is over, telling `audit` who asked; bodies under way are finished first.
///
/// # Errors
/// The socket failed.
pub async fn serve(
    listener: TcpListener,
    hub: Arc<Hub>,
    clock: Clock,
    enrolled: Enrolled,
    audit: Option<Arc<Audit>>,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let entrance = Entrance { audit, ..Entrance::plain(Face::Municipalities, clock.clone()) };
    entrance.serve(listener, router(hub, clock, enrolled), end).await
}

async fn register(
    served: Served,
    caller: Caller,
    generation: Generation,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    caller.asks(generation.path());
    let admitted = admit(&served, &caller, generation, &headers);
    let (municipality, form, turn) = match admitted {
        Ok(admitted) => admitted,
        Err(refused) => {
            drain(body).await;
            return Err(refused);
        }
    };
    let (pieces, arriving) = mpsc::channel(PIECES_AHEAD);
    let hub = served.hub.clone();
    let sent =
        Sent { generation, form, body: Arriving { pieces: arriving, piece: Bytes::new() }, time: served.clock.now() };
    let reading = tokio::task::spawn_blocking(move || {
        let registered = hub.register(&municipality, sent);
        drop(turn);
        registered
    });
    hand_on(body, pieces).await;
    match reading.await {
        Ok(Ok(receipt)) => {
            caller.about_rows(receipt.rows);
            caller.ended("registered");
            Ok(registered(&receipt))
        }
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Refused::new(500, INTERNAL)),
    }
}

type Admitted = (Municipality, Form, tokio::sync::OwnedSemaphorePermit);

/// Everything that can be said before the first byte of the body is read.
fn admit(served: &Served, caller: &Caller, generation: Generation, headers: &HeaderMap) -> Result<Admitted, Refused> {
    let municipality = who(served, caller, headers)?;
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let form = match essence.as_str() {
        JSON => Form::Json,
        CSV if generation == Generation::V001 => Form::Csv,
        _ => {
            let taken = if generation == Generation::V001 { "application/json, text/csv" } else { JSON };
            return Err(Refused::because(415, MEDIA_TYPE, taken, taken));
        }
    };
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY_LIMIT) {
        return Err(Refused::because(413, BODY_TOO_BIG, &format!("{BODY_LIMIT} バイトまで"), "too many bytes"));
    }
    let turn = served.turns.clone().try_acquire_owned();
    let turn = turn.map_err(|_| Refused::because(503, BUSY, "同時に受け付ける数を超えました", "too many at once"))?;
    Ok((municipality, form, turn))
}

fn who(served: &Served, caller: &Caller, headers: &HeaderMap) -> Result<Municipality, Refused> {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token =
        sent.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    let known = token.and_then(|token| served.enrolled.who(token)).cloned();
    if let Some(municipality) = &known {
        caller.is_municipality(&municipality.code);
    }
    known.ok_or_else(|| match served.enrolled.is_demo() {
        true => Refused::because(
            401,
            TOKEN,
            "自治体が登録されていないハブなので、Authorization: Bearer demo を使ってください",
            "no municipality is enrolled here: use Authorization: Bearer demo",
        ),
        false => Refused::because(401, TOKEN, "Authorization: Bearer トークン", "Authorization: Bearer TOKEN"),
    })
}

/// `GET /pmh/registrations/{serialNumber}`: the municipality's own only.
async fn history(
    State(served): State<Served>,
    caller: Caller,
    headers: HeaderMap,
    serial: Result<Path<String>, PathRejection>,
) -> Result<Response, Refused> {
    caller.asks("history");
    let municipality = who(&served, &caller, &headers)?;
    let Path(serial) =
        serial.map_err(|rejection| Refused::because(400, UNREADABLE, "処理通番", &rejection.to_string()))?;
    let hub = served.hub.clone();
    let found = tokio::task::spawn_blocking(move || hub.registration(&municipality, &serial)).await;
    match found {
        Ok(Ok(Some(receipt))) => Ok(json_of(&*receipt)),
        Ok(Ok(None)) => Err(Refused::new(404, NO_SUCH_SERIAL)),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Refused::new(500, INTERNAL)),
    }
}

fn registered(receipt: &Receipt) -> Response {
    json_of(&Json::object([("serialNumber", Json::text(&receipt.serial_number))]))
}

fn json_of(value: &impl serde::Serialize) -> Response {
    // What is answered is text, numbers and lists, which always have a JSON form.
    ([(header::CONTENT_TYPE, JSON)], serde_json::to_vec(value).unwrap_or_default()).into_response()
}

/// Pieces to whoever reads; what nobody reads any more is thrown away.
async fn hand_on(body: Body, pieces: mpsc::Sender<io::Result<Bytes>>) {
    let mut arriving = body.into_data_stream();
    loop {
        let piece = match tokio::time::timeout(IDLE, arriving.next()).await {
            Ok(None) => return,
            Ok(Some(Ok(piece))) => Ok(piece),
            Ok(Some(Err(error))) => Err(io::Error::other(error)),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        let is_broken = piece.is_err();
        let is_read = pieces.send(piece).await.is_ok();
        if is_broken {
            return;
        }
        if !is_read {
            return drain_stream(arriving).await;
        }
    }
}

async fn drain(body: Body) {
    drain_stream(body.into_data_stream()).await;
}

async fn drain_stream(mut arriving: axum::body::BodyDataStream) {
    let mut left = BODY_LIMIT;
    while let Ok(Some(Ok(piece))) = tokio::time::timeout(IDLE, arriving.next()).await {
        left = left.saturating_sub(piece.len() as u64);
        if left == 0 {
            return;
        }
    }
}

/// The body, for a reader that blocks.
struct Arriving {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
}

impl Read for Arriving {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.piece = piece?,
            }
        }
        let count = into.len().min(self.piece.len());
        // Both are at least so long.
        let piece = self.piece.split_to(count);
        into.iter_mut().zip(piece).for_each(|(into, byte)| *into = byte);
        Ok(count)
    }
}

/// An answer that registers nothing.
struct Refused {
    status: u16,
    refusal: Refusal,
}

impl Refused {
    fn new(status: u16, rule: Rule) -> Self {
        Self { status, refusal: Fault::of(rule).into() }
    }

    fn because(status: u16, rule: Rule, ja: &str, en: &str) -> Self {
        Self { status, refusal: Fault::of(rule).because(ja, en).into() }
    }
}

impl From<StoreError> for Refused {
    /// What may pass is 503: the sender comes again.
    fn from(error: StoreError) -> Self {
        let (status, rule) = if error.trouble.may_pass() { (503, BUSY) } else { (500, INTERNAL) };
        Self::because(status, rule, &error.to_string(), error.trouble.en())
    }
}

impl From<NotRegistered> for Refused {
    fn from(error: NotRegistered) -> Self {
        match error {
            NotRegistered::Unread(ReadError::Refused(refusal)) => Self { status: 400, refusal },
            NotRegistered::Unread(ReadError::TooBig(fault)) => Self { status: 413, refusal: fault.into() },
            NotRegistered::Unread(ReadError::Interrupted(error)) => {
                Self::because(400, UNREADABLE, "途中で途切れました", &format!("it ended before its end: {error}"))
            }
            NotRegistered::Unread(ReadError::Taker(error)) | NotRegistered::Store(error) => error.into(),
            NotRegistered::Maintenance => Self::because(503, BUSY, "保守中です", "under maintenance"),
        }
    }
}

impl IntoResponse for Refused {
    /// The first fault is the answer; the others follow it.
    fn into_response(self) -> Response {
        let Refusal { faults, count } = self.refusal;
        let mut body = faults.first().map_or_else(|| Json::Object(Vec::new()), Fault::json);
        if let (Json::Object(entries), true) = (&mut body, self.status == 400) {
            entries.push(("errors".to_owned(), Json::List(faults.iter().map(Fault::json).collect())));
            entries.push(("errorCount".to_owned(), Json::Number(count.into())));
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, json_of(&body)).into_response();
        let headers = response.headers_mut();
        match self.status {
            401 => headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer")),
            503 => headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static(RETRY_AFTER_S)),
            _ => None,
        };
        response
    }
}
