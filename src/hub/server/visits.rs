//! `POST /oqs/visits` and `POST /oqs/visits/{id}/consents`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Served;
use super::caller::Caller;
use super::reply::{self, Refused};
use crate::hub::audit::about::{of_standing, of_visit};
use crate::hub::visits_under_way::Under;
use crate::visit::{Consents, Standing, VisitId};
use crate::wire::http::{OUTCOME, XML};
use crate::wire::{VisitOpening, document};

/// First half: JSON of `VisitOpening` in, JSON of `Standing` out.
pub(super) async fn open(
    State(served): State<Served>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Standing>, Refused> {
    caller.asks("visit");
    let opening: VisitOpening = reply::json(&headers, body)?;
    let institution = opening.asker.institution.clone();
    caller.must_be(&institution)?;
    let about = caller.about(|masks| masks.card(&opening.evidence));
    let standing = served.call(&caller, of_standing, move |hub| hub.open_visit(&opening)).await?;
    served.under_way.begin(&standing.visit.0, Under { institution, about });
    Ok(Json(standing))
}

/// Second half: JSON of `Consents` in, the document out, or nothing but the outcome.
pub(super) async fn consent(
    State(served): State<Served>,
    id: Result<Path<String>, PathRejection>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    caller.asks("consents");
    let Path(id) = id.map_err(|rejection| Refused::new(400, rejection.to_string()))?;
    let time = reply::time(&headers, &served.clock)?;
    let consents: Consents = reply::json(&headers, body)?;
    // A visit is its opener's. One that is not known any more is nobody's, and the hub says so.
    let under = served.under_way.of(&id);
    if let Some(under) = &under {
        caller.must_be(&under.institution)?;
        caller.about_again(under.about.clone());
    }
    let answer = served.call(&caller, of_visit, move |hub| hub.consent(&VisitId(id), &consents, time)).await?;
    if let (Some(name), Some(under)) = (&answer.pmh_request, under) {
        served.under_way.begin(name, under);
    }
    // An outcome is a word in kebab case.
    let outcome = serde_json::to_value(answer.outcome).unwrap_or_default();
    let outcome = [(OUTCOME, outcome.as_str().unwrap_or_default().to_owned())];
    Ok(match answer.document {
        None => (StatusCode::NO_CONTENT, outcome).into_response(),
        Some(result) => (outcome, [(header::CONTENT_TYPE, XML)], document::write_result(&result)).into_response(),
    })
}
