//! The consumer API: what a program that is tried out by scenarios offers, in two calls. A vendor's adapter serves the same.
//!
//! - `GET /facts?about=PATH` → `{"value": "…"}`, or 404; `GET /facts` → all of them
//! - `POST /desk` with an order → 200, or 409 with the reason

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

use super::orders::Order;
use super::running::Shared;
use crate::wire::http::is_json;

/// Serves until `end` is over.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(end).await
}

/// The two calls.
pub(super) fn api(shared: Arc<Shared>) -> Router {
    Router::new().route("/facts", get(facts)).route("/desk", post(desk)).with_state(shared)
}

/// With what is open to everybody, and what is said about all other paths.
pub(super) fn whole(api: Router) -> Router {
    api.route("/healthz", get(async || Json(json!({ "status": "ok" }))))
        .fallback(async || refused(StatusCode::NOT_FOUND, "no such path: see docs/clinic.md"))
}

#[derive(Deserialize)]
struct About {
    about: Option<String>,
}

async fn facts(State(shared): State<Arc<Shared>>, Query(asked): Query<About>) -> Response {
    let mut facts = shared.facts();
    match asked.about {
        None => Json(json!({ "facts": facts })).into_response(),
        Some(path) => match facts.remove(&path) {
            Some(value) => Json(json!({ "value": value })).into_response(),
            None => refused(StatusCode::NOT_FOUND, &format!("{path} は分かりません / nothing is known about it")),
        },
    }
}

async fn desk(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    if !is_json(&headers) {
        return refused(StatusCode::BAD_REQUEST, "Content-Type: application/json を付けてください / send that header");
    }
    let order: Order = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(odd) => return refused(StatusCode::BAD_REQUEST, &odd.to_string()),
    };
    match shared.order(order) {
        Ok(()) => Json(json!({})).into_response(),
        Err(why) => refused(StatusCode::CONFLICT, &why),
    }
}

/// Why not, under the name that the control API uses for it.
fn refused(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}
