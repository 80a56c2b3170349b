//! The hub over HTTP, as docs/hub.md describes it. Whatever stands behind it is a [`Connection`]; its calls block, so they run on
//! threads of their own, but for what is at hand.
//!
//! - [`router`], [`serve`]: paths and the loop · [`entrance`]: TLS, bounds and time-outs of a face; `hurry`: slow senders
//! - `caller`: who asks, and what the audit is told
//! - `visits`, `documents`: JSON in, XML in
//! - [`authority`]: what the certificate authority publishes
//! - [`registration`]: the face to municipalities, on an address of its own
//! - `reply`: problem documents for everything that is not answered
//! - [`unread`]: bodies that no handler read

pub mod authority;
mod caller;
mod documents;
pub mod entrance;
pub mod hurry;
pub mod registration;
mod reply;
pub mod unread;
mod visits;

use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use self::caller::Caller;
use self::entrance::Entrance;
use self::reply::Refused;
use super::Hub;
use super::audit::Face;
use super::audit::about::{of_answer, of_error};
use super::visits_under_way::UnderWay;
use crate::clock::Clock;
use crate::wire::{Answer, Connection, Question, WireError, document};

/// Where a hub listens, and where stations look for it, when nobody says otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8791";

/// What the handlers share.
#[derive(Clone)]
struct Served {
    hub: Arc<dyn Connection>,
    clock: Clock,
    under_way: Arc<UnderWay>,
}

impl Served {
    /// Runs a blocking call of the hub beside the event loop.
    async fn call<T: Send + 'static>(
        &self,
        caller: &Caller,
        word: fn(&T) -> String,
        call: impl FnOnce(&dyn Connection) -> Result<T, WireError> + Send + 'static,
    ) -> Result<T, Refused> {
        let hub = self.hub.clone();
        told(caller, word, tokio::task::spawn_blocking(move || call(&*hub)).await.ok())
    }

    /// Asks; on the event loop itself what is at hand, for going to another thread and back costs as much as such an answer.
    async fn ask(&self, caller: &Caller, question: Question) -> Result<Answer, Refused> {
        if !self.hub.is_at_hand(&question) {
            return self.call(caller, of_answer, move |hub| hub.ask(&question)).await;
        }
        told(caller, of_answer, catch_unwind(AssertUnwindSafe(|| self.hub.ask(&question))).ok())
    }
}

/// An answer on its way to the caller and into the audit; none where the hub failed.
fn told<T>(caller: &Caller, word: fn(&T) -> String, answer: Option<Result<T, WireError>>) -> Result<T, Refused> {
    let failed = || Refused::new(500, "ハブの内部エラー / the hub failed: please report what was asked");
    let answer = answer.ok_or_else(failed)?;
    caller.ended_as(|| answer.as_ref().map_or_else(of_error, word));
    Ok(answer?)
}

/// The paths of docs/hub.md. `clock` gives the document time where a caller sends none.
pub fn router(hub: Arc<Hub>, clock: Clock) -> Router {
    router_through(hub.clone(), hub, clock)
}

/// The same, with questions going to `line`: the hub itself, or what stands before it.
pub fn router_through(line: Arc<dyn Connection>, hub: Arc<Hub>, clock: Clock) -> Router {
    unread::drained(paths(line, clock.clone()).merge(authority::router(hub, clock)))
}

/// The paths for terminals alone.
pub fn terminals(line: Arc<dyn Connection>, clock: Clock) -> Router {
    unread::drained(paths(line, clock))
}

fn paths(line: Arc<dyn Connection>, clock: Clock) -> Router {
    Router::new()
        .route("/oqs/visits", post(visits::open))
        .route("/oqs/visits/{id}/consents", post(visits::consent))
        .route("/oqs/PMHsimsm01", post(documents::subsidies))
        .route("/oqs/{interface}", post(documents::ask).layer(DefaultBodyLimit::max(document::BULK_LIMIT)))
        .route("/healthz", get(health))
        .fallback(reply::no_such_path)
        .method_not_allowed_fallback(reply::wrong_method)
        .layer(DefaultBodyLimit::max(document::LIMIT))
        .with_state(Served { hub: line, clock, under_way: Arc::default() })
}

/// The paths of the certificate authority alone, for a face of their own.
pub fn status(hub: Arc<Hub>, clock: Clock) -> Router {
    let router = Router::new()
        .route("/healthz", get(health))
        .fallback(reply::no_such_path)
        .method_not_allowed_fallback(reply::wrong_method);
    unread::drained(router.merge(authority::router(hub, clock)))
}

/// Serves until `end` is over; answers under way are finished first.
///
/// # Errors
/// The socket failed.
pub async fn serve(
    listener: TcpListener,
    hub: Arc<Hub>,
    clock: Clock,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let entrance = Entrance::plain(Face::Terminals, clock.clone());
    entrance.serve(listener, router(hub, clock), end).await
}

async fn health(caller: Caller) -> Json<Value> {
    caller.asks("health");
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}
