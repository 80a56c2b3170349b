//! Refusals of the control API: problem documents with a remedy.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::station::error::StationError;
use crate::wire::http::is_json;

/// Why the station did not do it (RFC 9457), Japanese first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Kebab-case kind of the problem, stable.
    pub title: &'static str,
    /// What is wrong.
    pub detail: String,
    /// What can be done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(self)).into_response()
    }
}

impl From<StationError> for Problem {
    fn from(error: StationError) -> Self {
        let (status, title) = match &error {
            StationError::NoSuchReader { .. } => (404, "no-such-reader"),
            StationError::NoSuchPerson { .. } => (404, "no-such-person"),
            StationError::NoSuchFault { .. } => (404, "no-such-fault"),
            StationError::NoSuchAnswer { .. } => (404, "no-such-answer"),
            StationError::NoSuchBinding { .. } => (404, "no-such-binding"),
            StationError::NoSuchExchange { .. } => (404, "no-such-exchange"),
            StationError::ReaderBusy { .. } => (409, "reader-busy"),
            StationError::NotPossible { .. } => (409, "not-possible-now"),
            StationError::CardOnReader { .. } => (409, "card-on-reader"),
            StationError::PersonExists { .. } => (409, "person-exists"),
            StationError::BadTable { .. } => (422, "bad-table"),
            StationError::BadProfile { .. } => (422, "bad-profile"),
            StationError::BadValue { .. } => (422, "bad-value"),
            StationError::NoEmbeddedHub => (409, "hub-is-elsewhere"),
            StationError::Outside { .. } => (503, "something-missing"),
            StationError::Stopped => (503, "stopped"),
        };
        Self { status, title, detail: error.to_string(), remedy: error.remedy() }
    }
}

/// A JSON body that need not be announced as one.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| bad_request(error.to_string()))
}

fn bad_request(detail: String) -> Problem {
    Problem {
        status: 422,
        title: "bad-value",
        detail,
        remedy: Some("/control/openapi.json に形があります / the shapes are in /control/openapi.json".to_owned()),
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        bad_request(rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        bad_request(rejection.body_text())
    }
}

/// A JSON body whose faults come back as a problem document. Not by way of axum's own extractor, which has the code of each type once more.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem {
                status: 415,
                title: "not-announced-as-json",
                detail: "本文がJSONであることが示されていません / the body is not announced as JSON".to_owned(),
                remedy: Some("Content-Type: application/json を付けてください / send that header".to_owned()),
            });
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem {
                status: 413,
                title: "too-large",
                detail: "本文が大きすぎます / the body is too large".to_owned(),
                remedy: None,
            },
            _ => bad_request(rejection.body_text()),
        })?;
        json(&body).map(Self)
    }
}

/// Path parameters whose faults come back as a problem document.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub struct Path<T>(pub T);

/// Query parameters whose faults come back as a problem document.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub struct Query<T>(pub T);
