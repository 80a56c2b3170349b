//! `/control/v1/clock`: document time.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Body, Problem};
use crate::clock::{parse_time, time14};
use crate::station::Station;
use crate::station::error::StationError;

/// What document time is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockState {
    /// `YYYYMMDDHHmmss`, JST.
    #[schema(example = "20261121093000")]
    pub time: String,
    /// Does it stand still?
    pub frozen: bool,
}

/// A change of document time; exactly one of the three.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockOrder {
    /// Stop at this time (RFC 3339, or `YYYYMMDDHHmmss` JST).
    pub freeze: Option<String>,
    /// Run on from this time.
    pub shift: Option<String>,
    /// Go on by this many seconds, frozen or not.
    pub advance_s: Option<i64>,
}

/// Document time.
#[utoipa::path(get, path = "/control/v1/clock", tag = "clock", responses((status = 200, body = ClockState)))]
pub async fn get(State(station): State<Arc<Station>>) -> Json<ClockState> {
    let clock = station.clock();
    Json(ClockState { time: time14(clock.now()), frozen: clock.is_frozen() })
}

/// Freeze, shift or advance document time.
#[utoipa::path(
    put, path = "/control/v1/clock", tag = "clock", request_body = ClockOrder,
    responses((status = 200, body = ClockState), (status = 422, body = Problem))
)]
pub async fn put(
    State(station): State<Arc<Station>>,
    Body(order): Body<ClockOrder>,
) -> Result<Json<ClockState>, Problem> {
    let clock = station.clock();
    let time = |text: &str| parse_time(text).ok_or_else(|| bad(text));
    match (&order.freeze, &order.shift, order.advance_s) {
        (Some(at), None, None) => clock.freeze_at(time(at)?),
        (None, Some(to), None) => clock.shift_to(time(to)?),
        (None, None, Some(seconds)) => clock.advance(SignedDuration::from_secs(seconds)),
        _ => return Err(bad("freeze, shift, advance_s").into()),
    }
    station.touch();
    Ok(get(State(station)).await)
}

fn bad(text: &str) -> StationError {
    StationError::BadValue {
        what: "clock".to_owned(),
        ja: format!("「{text}」は時刻の指定として使えません"),
        en: "give exactly one of freeze, shift (RFC 3339 or YYYYMMDDHHmmss JST) and advance_s (seconds)".to_owned(),
    }
}
