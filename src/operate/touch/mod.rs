//! The patient's page of a reader, for a touch screen: `GET /touch/{n}`.
//!
//! One file without parts from elsewhere (`page.html`). It holds nothing of the station: what it shows it asks the control API for, with the
//! token that stands behind `#` in its own address and therefore never travels in a request line.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;

const PAGE: &str = include_str!("page.html");
/// Nothing from elsewhere, and nobody's frame.
const POLICY: &str = "default-src 'none'; img-src data:; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page, which is open to everybody as it tells nothing.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/touch", get(async || Redirect::temporary("/touch/1")))
        .route("/touch/{n}", get(async || of_one_file(PAGE)))
}

/// A page that is one file: nothing from elsewhere belongs to it, and it goes into nobody's frame.
pub fn of_one_file(page: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, page)
}
