//! Faults: the knobs of all rooms, found by name, armed and taken back.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Station;
use super::error::StationError;
use crate::event::Event;
use crate::handwritten::Mistake;
use crate::knob::{self, Knob, Knobs, NotAKnob, Setting};

/// The one key of `[faults]` that names no fault.
const MAGIC: &str = "magic";

/// A fault armed at the start: `name = true`, or with count, probability and target.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum FaultEntry {
    /// For everybody, until taken back.
    Plain(bool),
    /// As told.
    Told(Setting),
}

/// What `[faults]` says of marks in requests; `None` where it says nothing. The rest are names of faults.
pub(super) fn take_magic(faults: &mut BTreeMap<String, FaultEntry>) -> Option<bool> {
    match faults.remove(MAGIC)? {
        FaultEntry::Plain(magic) => Some(magic),
        FaultEntry::Told(_) => None,
    }
}

/// `magic` is no fault that takes a count.
pub(super) fn check_magic(faults: &BTreeMap<String, FaultEntry>) -> Result<(), Box<Mistake>> {
    match faults.get(MAGIC) {
        Some(FaultEntry::Told(_)) => {
            Err(Mistake::of_key("設定 / settings", "faults.magic", "true か false です", "true or false"))
        }
        _ => Ok(()),
    }
}

/// Every knob of every room, by what it is seen at.
pub fn knobs_of_all_rooms() -> Vec<&'static Knob> {
    let terminal = crate::terminal::fault::knobs();
    let rooms: [&[&'static Knob]; 10] = [
        &crate::face_reader::knobs::ALL,
        &crate::wire::steering::KNOBS,
        &crate::wire::outage::KNOBS,
        &terminal,
        &crate::card::soft::quirk::KNOBS,
        &crate::people::flaw::KNOBS,
        &crate::hub::knobs::KNOBS,
        &crate::hub::jpki_authority::knobs::KNOBS,
        &crate::hub::medical_hub::registration::knobs::KNOBS,
        &crate::hub::medical_hub::knobs::KNOBS,
    ];
    let mut knobs = rooms.concat();
    // Stable: within a layer as the rooms declare them.
    knobs.sort_by_key(|knob| knob.layer);
    knobs
}

pub(super) fn knob_of_any_room(name: &str) -> Result<&'static Knob, StationError> {
    Ok(knob::named(name, &knobs_of_all_rooms())?.0)
}

impl Station {
    /// Every knob of every room.
    pub fn knob_table(&self) -> Vec<&'static Knob> {
        knobs_of_all_rooms()
    }

    /// The knob of this name.
    pub fn knob(&self, name: &str) -> Result<&'static Knob, StationError> {
        knob_of_any_room(name)
    }

    /// A fault as people write it, `card-slow` or `card-slow=800`.
    pub fn fault(&self, text: &str) -> Result<(&'static Knob, Setting), StationError> {
        let (knob, amount) = knob::named(text, &self.knob_table())?;
        Ok((knob, Setting { amount, ..Setting::default() }))
    }

    /// What is armed.
    pub fn knobs(&self) -> &Knobs {
        &self.links.knobs
    }

    /// Arms a knob.
    pub fn arm(&self, knob: &'static Knob, setting: Setting) -> Result<(), StationError> {
        if !(0.0..=1.0).contains(&setting.probability) {
            return Err(StationError::BadValue {
                what: "probability".into(),
                ja: format!("{} は 0 から 1 の間ではありません", setting.probability),
                en: "between 0 and 1".into(),
            });
        }
        knob.acts_by(setting.amount)?;
        self.links.knobs.arm(knob, setting);
        self.links.sink.emit(Event::FaultSet { name: knob.name.to_owned(), armed: true });
        Ok(())
    }

    /// Takes a knob back, for all targets.
    pub fn disarm(&self, knob: &'static Knob) {
        self.links.knobs.disarm(knob);
        self.links.sink.emit(Event::FaultSet { name: knob.name.to_owned(), armed: false });
    }
}

impl From<NotAKnob> for StationError {
    fn from(error: NotAKnob) -> Self {
        match error {
            NotAKnob::Unknown { name, nearest } => Self::NoSuchFault { name, nearest: nearest.map(str::to_owned) },
            NotAKnob::TakesNone { name } => Self::BadValue {
                what: "amount".to_owned(),
                ja: format!("障害「{name}」に数は付けられません"),
                en: format!("\"{name}\" takes no number"),
            },
            NotAKnob::OutOfRange { name, amount } => Self::BadValue {
                what: "amount".to_owned(),
                ja: format!("障害「{name}」の数は {}〜{} です", amount.least, amount.most),
                en: format!("{}–{} {}", amount.least, amount.most, amount.unit),
            },
        }
    }
}
