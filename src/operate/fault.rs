//! Faults by name: what the rooms declare as knobs, listed, armed and taken back.

use serde::Serialize;
use utoipa::ToSchema;

use crate::event::Words;
use crate::knob::{Amount, Knob, Layer, Said, Setting};
use crate::station::Station;
use crate::station::error::StationError;
use crate::terminal::fault::magic::code_of;

/// A fault as an operator sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FaultState {
    /// Its name.
    pub name: &'static str,
    /// The room that acts.
    pub room: &'static str,
    /// What it is seen at: `card`, `reader`, `dialogue`, `folder`, `hub` or `clock`.
    #[schema(value_type = String)]
    pub layer: Layer,
    /// What happens.
    pub ja: &'static str,
    /// What happens, in English.
    pub en: &'static str,
    /// Where and when it acts.
    #[schema(value_type = Words)]
    pub at: Said,
    /// How a レセコン should bear it.
    #[schema(value_type = Words)]
    pub bearing: Said,
    /// What helps, or where to look.
    #[schema(value_type = Words)]
    pub remedy: Said,
    /// Where the field saw it.
    pub source: &'static str,
    /// The code of its mark in a request (`MDG21`), if it has one.
    pub magic: Option<&'static str>,
    /// The number that it takes, if any.
    #[schema(value_type = Option<Object>)]
    pub amount: Option<Amount>,
    /// How often it was drawn as it is armed now.
    pub draws: u64,
    /// How it is armed now, once per target.
    #[schema(value_type = [Object])]
    pub armed: Vec<Setting>,
    /// How often it came up since the start or the last reset.
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
    let mine: Vec<_> = station.knobs().armed().into_iter().filter(|armed| armed.name == knob.name).collect();
    let Knob { name, room, layer, ja, en, at, bearing, remedy, source, amount } = *knob;
    FaultState {
        name,
        room,
        layer,
        ja,
        en,
        at,
        bearing,
        remedy,
        source,
        magic: code_of(knob),
        amount,
        draws: mine.iter().map(|armed| armed.draws).sum(),
        armed: mine.into_iter().map(|armed| armed.setting).collect(),
        hits: station.knobs().hits(knob),
    }
}

/// The faults as the tables of docs/faults.md, one for each layer.
pub fn markdown(knobs: &[&'static Knob]) -> String {
    let cell = |ja: &str, en: &str| format!("{ja}<br>{en}");
    let both = |said: Said| cell(said.ja, said.en);
    let mut page = String::new();
    for layer in Layer::ALL {
        let title = layer.words();
        page += &format!("### {} / {}\n\n", title.ja, title.en);
        page += "| 名前 / name | 何が起こるか / what happens | いつ / when | レセコンは / a レセコン | 手当て / what helps | 印 / mark | 出典 / source |\n";
        page += "|---|---|---|---|---|---|---|\n";
        for knob in knobs.iter().filter(|knob| knob.layer == layer) {
            let mark = code_of(knob).map_or_else(|| "–".to_owned(), |code| format!("`{code}`"));
            let words = [cell(knob.ja, knob.en), both(knob.at), both(knob.bearing), both(knob.remedy)].join(" | ");
            page += &format!("| `{}` | {words} | {mark} | {} |\n", knob.name, knob.source);
        }
        page.push('\n');
    }
    page.trim_end().to_owned() + "\n"
}
