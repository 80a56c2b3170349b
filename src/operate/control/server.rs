//! Where the control API listens.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::problem::Problem;
use super::{
    answers, bindings, chains, events, exchanges, faults, files, openapi, page, people, readers, screen, table, time,
    unknown, visits,
};
use crate::hub::server::{authority, unread};
use crate::message::xml::BULK_LIMIT;
use crate::operate::touch;
use crate::secret::Secret;
use crate::station::Station;
use crate::station::view::StationView;

/// The API of a station, with a token where one is demanded.
pub fn router(station: Arc<Station>, token: Option<Secret>) -> Router {
    let answer = put(answers::set).delete(answers::remove).layer(DefaultBodyLimit::max(BULK_LIMIT));
    let take_table = post(table::import).layer(DefaultBodyLimit::max(BULK_LIMIT));
    let api = Router::new()
        .route("/", get(page::index))
        .route("/control/openapi.json", get(openapi::document))
        .route("/control/v1/station", get(self::station))
        .route("/control/v1/visits", post(visits::make))
        .route("/control/v1/readers", get(readers::all))
        .route("/control/v1/readers/{n}", get(readers::one))
        .route("/control/v1/readers/{n}/events", post(readers::press))
        .route("/control/v1/files", get(files::since))
        .route("/control/v1/files/content", get(screen::content).delete(files::collect))
        .route("/control/v1/requests/{name}", put(files::put_request).layer(DefaultBodyLimit::max(BULK_LIMIT)))
        .route("/control/v1/exchanges", get(exchanges::all))
        .route("/control/v1/exchanges/{id}", get(exchanges::one))
        .route("/control/v1/exchanges/{id}/content", get(exchanges::content))
        .route("/control/v1/exchanges/{id}/repeat", post(exchanges::repeat))
        .route("/control/v1/screen", get(screen::look).post(screen::act))
        .route("/control/v1/readers/{n}/own", get(screen::own))
        .route("/control/v1/elements", get(screen::elements))
        .route("/control/v1/events", get(events::stream))
        .route("/control/v1/chains", get(chains::all))
        .route("/control/v1/journal", get(events::journal))
        .route("/control/v1/people", get(people::all).post(people::add))
        .route("/control/v1/people.csv", get(table::export).merge(take_table))
        .route("/control/v1/people/adopt", get(unknown::all).post(unknown::adopt))
        .route("/control/v1/people/{id}", get(people::one).put(people::replace).delete(people::remove))
        .route("/control/v1/people/{id}/card", post(people::issue_card))
        .route("/control/v1/people/{id}/card/reset", post(people::reset_card))
        .route("/control/v1/bindings", get(bindings::all).post(bindings::bind))
        .route("/control/v1/bindings/{label}", delete(bindings::unbind))
        .route("/control/v1/answers", get(answers::all))
        .route("/control/v1/answers/{match}", answer)
        .route("/control/v1/faults", get(faults::all))
        .route("/control/v1/faults/{name}", put(faults::set).delete(faults::clear))
        .route("/control/v1/clock", get(time::get).put(time::put))
        .route("/control/v1/reset", post(reset))
        .with_state(station.clone());
    let api = match token {
        Some(token) => api.layer(middleware::from_fn_with_state(Arc::new(token), demand_token)),
        None => api.layer(middleware::from_fn(only_for_this_machine)),
    };
    // Health stays open: whoever waits for a station need not hold its key. So does what an authority publishes.
    let api = match station.hub() {
        Some(hub) => api.merge(authority::router(hub, station.clock().clone())),
        None => api,
    };
    let api = api.merge(touch::router());
    let api = api.route("/healthz", get(health).with_state(station)).fallback(nowhere);
    unread::drained(api.method_not_allowed_fallback(not_this_way))
}

/// Serves until `stop` turns true.
pub async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) -> std::io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            let _ = stop.wait_for(|stopped| *stopped).await;
        })
        .await
}

/// Binds `addr`, `HOST:PORT`; port 0 lets the system choose.
pub async fn bind(addr: &str) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(addr).await?;
    let local = listener.local_addr()?;
    Ok((listener, local))
}

async fn demand_token(State(token): State<Arc<Secret>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    match given.and_then(|v| v.strip_prefix("Bearer ")) {
        Some(given) if same(given, token.reveal()) => next.run(request).await,
        _ => Problem {
            status: 401,
            title: "token-needed",
            detail: "トークンが必要です / this control API demands a token".to_owned(),
            remedy: Some("Authorization: Bearer … または --token / MADOGUCHI_TOKEN".to_owned()),
        }
        .into_response(),
    }
}

/// Without a token the API is for this machine alone: a page from elsewhere that has its own name resolve to loopback is refused.
async fn only_for_this_machine(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|v| v.to_str().ok());
    match host.is_none_or(is_loopback) {
        true => next.run(request).await,
        false => Problem {
            status: 403,
            title: "foreign-host",
            detail: "この制御APIはこの機械の名前でだけ呼べます / without a token this API is called by the names of this machine only"
                .to_owned(),
            remedy: Some("127.0.0.1 を使うか --token を指定してください / use 127.0.0.1, or give the station a --token".to_owned()),
        }
        .into_response(),
    }
}

/// Is `host` (with or without a port) a name of this machine?
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Compares without telling by its duration where the first difference lies.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |sum, (x, y)| sum | (x ^ y)) == 0
}

async fn nowhere() -> Problem {
    Problem {
        status: 404,
        title: "no-such-path",
        detail: "そのパスはありません / no such path".to_owned(),
        remedy: Some("/control/openapi.json".to_owned()),
    }
}

async fn not_this_way(method: axum::http::Method) -> Problem {
    Problem {
        status: 405,
        title: "no-such-method",
        detail: format!("このパスに {method} はありません / this path does not take {method}"),
        remedy: Some("/control/openapi.json".to_owned()),
    }
}

/// The station in short: terminals, folders, readers, hub.
#[utoipa::path(get, path = "/control/v1/station", tag = "station", responses((status = 200, body = StationView)))]
pub async fn station(State(station): State<Arc<Station>>) -> Json<StationView> {
    Json(station.summary())
}

/// Back to the start-up state, same seed. Never touches req, res and face, nor what is kept of them (`exchanges`).
#[utoipa::path(post, path = "/control/v1/reset", tag = "station", responses((status = 200, body = StationView), (status = 503, body = Problem)))]
pub async fn reset(State(station): State<Arc<Station>>) -> Result<Json<StationView>, Problem> {
    station.reset().await?;
    Ok(Json(station.summary()))
}

/// Is the station ready?
#[utoipa::path(get, path = "/healthz", tag = "station", responses((status = 200, body = Object)))]
pub async fn health(State(station): State<Arc<Station>>) -> Json<serde_json::Value> {
    Json(
        serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "readers": station.readers().len() }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_this_machine_by_its_loopback_names_only() {
        for own in ["127.0.0.1", "127.0.0.1:8790", "localhost:8790", "LOCALHOST", "[::1]:8790", "127.8.9.1"] {
            assert!(is_loopback(own), "{own}");
        }
        for foreign in ["example.invalid", "127.0.0.1.example.invalid:80", "10.0.0.1", "[2001:db8::1]:80", ""] {
            assert!(!is_loopback(foreign), "{foreign}");
        }
    }
}
