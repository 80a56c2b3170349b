//! What the server says when it does not answer: a problem document, always.

use std::convert::Infallible;
use std::io;

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::extract::rejection::BytesRejection;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::DateTime;
use serde::de::DeserializeOwned;

use crate::clock;
use crate::wire::http::{JSON, TIME, XML};
use crate::wire::problem::{PROBLEM_JSON, Problem};
use crate::wire::{WireError, document};

/// A problem on its way out.
#[derive(Debug)]
pub(super) struct Refused(pub Problem);

impl Refused {
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self(Problem::new(status, detail))
    }
}

impl From<WireError> for Refused {
    fn from(error: WireError) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A problem is text and a number, which always have a JSON form.
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response()
    }
}

pub(super) async fn no_such_path(uri: Uri) -> Refused {
    Refused::new(404, format!("{} はありません / no such path: see docs/hub.md", uri.path()))
}

pub(super) async fn wrong_method(method: Method, uri: Uri) -> Refused {
    let is_read = uri.path() == "/healthz" || (uri.path().starts_with("/jpki/") && uri.path() != "/jpki/ocsp");
    let right = if is_read { "GET" } else { "POST" };
    Refused::new(405, format!("{} に {method} は使えません / not allowed here: use {right}", uri.path()))
}

/// The headers, taken and not copied: nobody looks for them again.
pub(super) struct Headers(pub HeaderMap);

impl<S: Sync> FromRequestParts<S> for Headers {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(std::mem::take(&mut parts.headers)))
    }
}

/// The body, if it was not too big and of this media type.
pub(super) fn body(
    headers: &HeaderMap,
    media_type: &str,
    body: Result<Bytes, BytesRejection>,
) -> Result<Bytes, Refused> {
    body_up_to(document::LIMIT, headers, media_type, body)
}

/// The same with a limit of its own, which the router's may exceed.
pub(super) fn body_up_to(
    limit: usize,
    headers: &HeaderMap,
    media_type: &str,
    body: Result<Bytes, BytesRejection>,
) -> Result<Bytes, Refused> {
    let too_big = || Refused::new(413, format!("本文が大きすぎます / the body is too big: at most {limit} bytes"));
    let body = body.map_err(|rejection| match rejection.status().as_u16() {
        413 => too_big(),
        _ if is_too_slow(&rejection) => {
            Refused::new(408, "本文の送信が遅すぎます / the body came too slowly: see docs/hub.md")
        }
        _ => Refused::new(400, format!("本文を受信できません / the body did not arrive: {rejection}")),
    })?;
    if body.len() > limit {
        return Err(too_big());
    }
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    let fits = essence.eq_ignore_ascii_case(media_type) || (media_type == XML && essence == "text/xml");
    match fits {
        true => Ok(body),
        false => Err(Refused::new(415, format!("Content-Type 「{sent}」 / send {media_type}"))),
    }
}

/// Was it our own patience that ended?
fn is_too_slow(rejection: &BytesRejection) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(rejection);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The body as JSON.
pub(super) fn json<T: DeserializeOwned>(
    headers: &HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<T, Refused> {
    let bytes = body(headers, JSON, bytes)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Refused::new(400, format!("JSON として読めません / not what docs/hub.md describes: {error}")))
}

/// A header's text, if it was sent.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refused> {
    let value = headers.get(name).map(|value| value.to_str());
    value.transpose().map_err(|_| Refused::new(400, format!("{name}: 文字が不正です / not readable: send ASCII")))
}

/// The station's document time, else the hub's.
pub(super) fn time(headers: &HeaderMap, clock: &clock::Clock) -> Result<DateTime, Refused> {
    let Some(sent) = text(headers, TIME)? else { return Ok(clock.now()) };
    clock::parse_time(sent).ok_or_else(|| {
        Refused::new(
            400,
            format!("{TIME} 「{sent}」は時刻ではありません / not a time: RFC 3339, or YYYYMMDDHHmmss in JST"),
        )
    })
}
