//! Faults by name: what the rooms declare as knobs, listed, armed and taken back.

use serde::Serialize;
use utoipa::ToSchema;

use crate::knob::{Amount, Knob, Setting};
use crate::station::Station;
use crate::station::error::StationError;

/// A fault as an operator sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FaultState {
    /// Its name.
    pub name: &'static str,
    /// The room that acts.
    pub room: &'static str,
    /// What happens.
    pub ja: &'static str,
    /// What happens, in English.
    pub en: &'static str,
    /// Where the field saw it.
    pub source: &'static str,
    /// The number that it takes, if any.
    #[schema(value_type = Option<Object>)]
    pub amount: Option<Amount>,
    /// How it is armed now, once per target.
    #[schema(value_type = [Object])]
    pub armed: Vec<Setting>,
    /// How often it came up since it was armed.
    pub hits: u64,
}

/// All faults.
pub fn list(station: &Station) -> Vec<FaultState> {
    station.knob_table().iter().map(|knob| state(station, knob)).collect()
}

/// Arms a fault.
pub fn arm(station: &Station, name: &str, setting: Setting) -> Result<FaultState, StationError> {
    let knob = station.knob(name)?;
    station.arm(knob, setting)?;
    Ok(state(station, knob))
}

/// Takes a fault back, for all targets.
pub fn disarm(station: &Station, name: &str) -> Result<FaultState, StationError> {
    let knob = station.knob(name)?;
    station.disarm(knob);
    Ok(state(station, knob))
}

fn state(station: &Station, knob: &'static Knob) -> FaultState {
    let (armed, hits) = station.knobs().armed().into_iter().filter(|a| a.name == knob.name).fold(
        (Vec::new(), 0),
        |(mut list, hits), a| {
            list.push(a.setting);
            (list, hits + a.hits)
        },
    );
    let Knob { name, room, ja, en, source, amount } = *knob;
    FaultState { name, room, ja, en, source, amount, armed, hits }
}
