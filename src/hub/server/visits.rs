//! `POST /oqs/visits` and `POST /oqs/visits/{id}/consents`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Served;
use super::reply::{self, Refused};
use crate::visit::{Consents, Standing, VisitId};
use crate::wire::http::{OUTCOME, XML};
use crate::wire::{VisitOpening, document};

/// First half: JSON of `VisitOpening` in, JSON of `Standing` out.
pub(super) async fn open(
    State(served): State<Served>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Standing>, Refused> {
    let opening: VisitOpening = reply::json(&headers, body)?;
    Ok(Json(served.call(move |hub| hub.open_visit(&opening)).await?))
}

/// Second half: JSON of `Consents` in, the document out, or nothing but the outcome.
pub(super) async fn consent(
    State(served): State<Served>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let Path(id) = id.map_err(|rejection| Refused::new(400, rejection.to_string()))?;
    let time = reply::time(&headers, &served.clock)?;
    let consents: Consents = reply::json(&headers, body)?;
    let answer = served.call(move |hub| hub.consent(&VisitId(id), &consents, time)).await?;
    // An outcome is a word in kebab case.
    let outcome = serde_json::to_value(answer.outcome).unwrap_or_default();
    let outcome = [(OUTCOME, outcome.as_str().unwrap_or_default().to_owned())];
    Ok(match answer.document {
        None => (StatusCode::NO_CONTENT, outcome).into_response(),
        Some(result) => (outcome, [(header::CONTENT_TYPE, XML)], document::write_result(&result)).into_response(),
    })
}
