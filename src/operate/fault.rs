//! Faults by name: what the rooms declare as knobs, listed, armed and taken back.

use serde::Serialize;
use utoipa::ToSchema;

use crate::knob::{Knob, Setting};
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
    if !(0.0..=1.0).contains(&setting.probability) {
        return Err(StationError::BadValue {
            what: "probability".into(),
            ja: format!("{} は 0 から 1 の間ではありません", setting.probability),
            en: "between 0 and 1".into(),
        });
    }
    let knob = station.knob(name)?;
    station.arm(knob, setting);
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
    FaultState { name: knob.name, room: knob.room, ja: knob.ja, en: knob.en, source: knob.source, armed, hits }
}
