//! The patient's page of a reader, for a touch screen: `GET /touch/{n}` (`page.html`).

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

use crate::operate::page::of_one_file;

const PAGE: &str = include_str!("page.html");

/// The page, which is open to everybody as it tells nothing.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/touch", get(async || Redirect::temporary("/touch/1")))
        .route("/touch/{n}", get(async || of_one_file(PAGE)))
}
