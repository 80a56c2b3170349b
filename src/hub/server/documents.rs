//! `POST /oqs/{interface}` and `POST /oqs/PMHsimsm01`.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use tokio_stream::wrappers::ReceiverStream;

use super::Served;
use super::caller::Caller;
use super::reply::{self, Headers, Refused};
use crate::event::Lang;
use crate::hub::audit::about::of_subsidies;
use crate::message::subsidy::SubsidyDocument;
use crate::wire::http::{INSTITUTION, REFERENCE, STEERING, XML};
use crate::wire::problem::Problem;
use crate::wire::{
    Answer, Asker, BulkAnswer, INTERFACES, Question, Steering, SubsidyAnswer, SubsidyQuestion, document, limit_of,
};

/// So many pieces of a bulk result are made before one is sent.
const PIECES_AHEAD: usize = 2;

/// A document in, a document out. The terminal has refused what a レセコン got wrong; what still comes broken is the caller's fault.
pub(super) async fn ask(
    State(served): State<Served>,
    interface: Result<Path<String>, PathRejection>,
    caller: Caller,
    Headers(headers): Headers,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let Path(interface) = interface.map_err(|rejection| Refused::new(400, rejection.to_string()))?;
    if !INTERFACES.contains(&interface.as_str()) {
        let known = INTERFACES.join(", ");
        let detail = format!("インターフェイス {interface} は未対応です / unknown interface: {known} or PMHsimsm01");
        return Err(Refused::new(404, detail));
    }
    caller.asks(&interface);
    let body = reply::body_up_to(limit_of(&interface), &headers, XML, body)?;
    let request =
        document::read_request(&interface, &body).map_err(|refusal| Refused::new(422, refusal.words(Lang::Ja)))?;
    let institution = reply::text(&headers, INSTITUTION)?.unwrap_or(request.institution()).to_owned();
    caller.must_be(&institution)?;
    caller.about(|masks| masks.asked_for(&request));
    let question = Question {
        asker: Asker { institution, time: reply::time(&headers, &served.clock)? },
        reference: reply::text(&headers, REFERENCE)?.unwrap_or_default().to_owned(),
        steering: steering(&headers)?,
        request,
    };
    let (media_type, body) = match served.ask(&caller, question).await? {
        Answer::Bulk(bulk) => (XML, unit_by_unit(bulk)),
        answer => {
            let (media_type, bytes) = document::write_answer(&answer);
            (media_type, Body::from(bytes))
        }
    };
    Ok(([(header::CONTENT_TYPE, media_type)], body).into_response())
}

/// A bulk result that is made while it is sent. Should it break off, so does the connection: half a document is none.
fn unit_by_unit(bulk: BulkAnswer) -> Body {
    let (sender, receiver) = tokio::sync::mpsc::channel(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        for piece in document::write_bulk(bulk) {
            // Nobody listens any more: the caller has gone.
            if sender.blocking_send(piece).is_err() {
                break;
            }
        }
    });
    Body::from_stream(ReceiverStream::new(receiver))
}

/// The request's file name in, the certificates out. The tags of the real answer are not public, so certificates travel as JSON and
/// the terminal's layout, which a vendor may replace, names the elements.
pub(super) async fn subsidies(
    State(served): State<Served>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<SubsidyDocument>, Refused> {
    caller.asks("PMHsimsm01");
    let question: SubsidyQuestion = reply::json(&headers, body)?;
    caller.must_be(&question.asker.institution)?;
    if let Some(under) = served.under_way.of(&question.request_file_name) {
        caller.must_be(&under.institution)?;
        caller.about_again(under.about);
    }
    match served.call(&caller, of_subsidies, move |hub| hub.subsidies(&question)).await? {
        SubsidyAnswer::Document(document) => Ok(Json(document)),
        SubsidyAnswer::Failed { code, message } => Err(Refused(Problem::pmh_failed(code, message))),
    }
}

fn steering(headers: &HeaderMap) -> Result<Steering, Refused> {
    let Some(sent) = reply::text(headers, STEERING)? else { return Ok(Steering::default()) };
    serde_json::from_slice(sent.as_bytes()).map_err(|error| {
        Refused::new(400, format!("{STEERING}: JSON として読めません / not what docs/hub.md describes: {error}"))
    })
}
