//! Knobs: what an operator may ask of a room that the room would not do by itself.
//!
//! Each room declares its knobs as data ([`Knob`]); whoever composes the rooms hands them one shared [`Knobs`] and the room asks
//! at the place where it acts. Naming, listing and switching them for people is the business of `operate::fault`. The draw is
//! seeded, every hit is counted and reported to the journal. A knob may take a number (how slow, how many days): people write it
//! behind the name, `card-slow=800`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::event::{Event, Sink};
use crate::handwritten::nearest;
use crate::random::Seed;

/// One knob, as its room declares it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Knob {
    /// Kebab-case name, unique in the program.
    pub name: &'static str,
    /// The room that acts.
    pub room: &'static str,
    /// What happens, for people.
    pub ja: &'static str,
    /// What happens, in English.
    pub en: &'static str,
    /// Where the field saw it.
    pub source: &'static str,
    /// The number it takes; `None`: it is there or it is not.
    pub amount: Option<Amount>,
}

/// A number that a knob takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Of what: `ms`, `days`.
    pub unit: &'static str,
    /// Smallest.
    pub least: u32,
    /// Largest.
    pub most: u32,
    /// When nobody says.
    pub usual: u32,
}

/// What was asked for is no knob, or none that takes this number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAKnob {
    /// Nothing has this name.
    #[error("障害「{name}」はありません / there is no fault \"{name}\"")]
    Unknown {
        /// As written.
        name: String,
        /// The nearest right one.
        nearest: Option<&'static str>,
    },
    /// It takes no number.
    #[error("「{name}」に数は付けられません / \"{name}\" takes no number")]
    TakesNone {
        /// The knob.
        name: &'static str,
    },
    /// It takes another number.
    #[error("「{name}」の数は {}〜{} {} です / the number of \"{name}\" is {}–{} {}", .amount.least, .amount.most, .amount.unit, .amount.least, .amount.most, .amount.unit)]
    OutOfRange {
        /// The knob.
        name: &'static str,
        /// What it takes.
        amount: Amount,
    },
}

impl Knob {
    /// The number that this knob acts by: the one given, or its usual one; 0 where it takes none.
    pub fn acts_by(&self, given: Option<u32>) -> Result<u32, NotAKnob> {
        match (self.amount, given) {
            (None, None) => Ok(0),
            (None, Some(_)) => Err(NotAKnob::TakesNone { name: self.name }),
            (Some(amount), None) => Ok(amount.usual),
            (Some(amount), Some(given)) if (amount.least..=amount.most).contains(&given) => Ok(given),
            (Some(amount), Some(_)) => Err(NotAKnob::OutOfRange { name: self.name, amount }),
        }
    }
}

/// Reads `NAME` or `NAME=NUMBER`, one of `table`.
pub fn named(text: &str, table: &[&'static Knob]) -> Result<(&'static Knob, Option<u32>), NotAKnob> {
    let (name, number) = text.split_once('=').map_or((text, None), |(name, number)| (name, Some(number)));
    let knob = table.iter().copied().find(|knob| knob.name == name).ok_or_else(|| NotAKnob::Unknown {
        name: name.to_owned(),
        nearest: nearest(name, table.iter().map(|knob| knob.name)),
    })?;
    let given = match (number.map(str::parse), knob.amount) {
        (None, _) => None,
        (Some(Ok(number)), _) => Some(number),
        (Some(Err(_)), Some(amount)) => return Err(NotAKnob::OutOfRange { name: knob.name, amount }),
        (Some(Err(_)), None) => return Err(NotAKnob::TakesNone { name: knob.name }),
    };
    knob.acts_by(given)?;
    Ok((knob, given))
}

/// How an armed knob comes up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// How many times it still comes up; `None` until it is taken back.
    #[serde(default)]
    pub count: Option<u32>,
    /// Probability of each draw, 0.0 to 1.0.
    #[serde(default = "always")]
    pub probability: f64,
    /// Only for this person, reader (`"reader:2"`) or visit; `None` for everybody.
    #[serde(default)]
    pub target: Option<String>,
    /// The number, for knobs that take one; their usual one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<u32>,
}

fn always() -> f64 {
    1.0
}

impl Default for Setting {
    fn default() -> Self {
        Self { count: None, probability: always(), target: None, amount: None }
    }
}

/// The armed knobs of a station; clones share them.
#[derive(Clone)]
pub struct Knobs {
    armed: Arc<Mutex<BTreeMap<&'static str, Vec<Armed>>>>,
    seed: Seed,
    journal: Sink,
}

#[derive(Debug)]
struct Armed {
    setting: Setting,
    draws: u64,
    hits: u64,
}

/// An armed knob as it is listed.
#[derive(Debug, Clone, Serialize)]
pub struct ArmedKnob {
    /// The knob's name.
    pub name: &'static str,
    /// How it was armed, with what is left of its count.
    pub setting: Setting,
    /// How often it came up.
    pub hits: u64,
}

impl Knobs {
    /// None armed.
    pub fn new(seed: Seed, journal: Sink) -> Self {
        Self { armed: Arc::default(), seed, journal }
    }

    /// Arms `knob`. A setting for the same target replaces the one before.
    pub fn arm(&self, knob: &'static Knob, setting: Setting) {
        let mut armed = self.lock();
        let list = armed.entry(knob.name).or_default();
        list.retain(|a| a.setting.target != setting.target);
        list.push(Armed { setting, draws: 0, hits: 0 });
    }

    /// Takes `knob` back, for all targets.
    pub fn disarm(&self, knob: &Knob) {
        self.lock().remove(knob.name);
    }

    /// Takes back what was armed for `target` only.
    pub fn disarm_target(&self, target: &str) {
        let mut armed = self.lock();
        for list in armed.values_mut() {
            list.retain(|a| a.setting.target.as_deref() != Some(target));
        }
        armed.retain(|_, list| !list.is_empty());
    }

    /// Takes all of them back.
    pub fn disarm_all(&self) {
        self.lock().clear();
    }

    /// What is armed now.
    pub fn armed(&self) -> Vec<ArmedKnob> {
        let armed = self.lock();
        armed
            .iter()
            .flat_map(|(name, list)| list.iter().map(|a| ArmedKnob { name, setting: a.setting.clone(), hits: a.hits }))
            .collect()
    }

    /// Could `knob` come up here? Spends nothing.
    pub fn is_armed(&self, knob: &Knob, targets: &[&str]) -> bool {
        self.lock().get(knob.name).is_some_and(|list| list.iter().any(|armed| armed.aims_at(targets)))
    }

    /// Does `knob` come up here? `targets` are the names this moment goes by: person, `reader:N`, visit.
    pub fn comes_up(&self, knob: &Knob, targets: &[&str]) -> bool {
        self.comes_up_by(knob, targets).is_some()
    }

    /// The same for a knob that takes a number: by how much. A number that it does not take counts as its usual one.
    pub fn comes_up_by(&self, knob: &Knob, targets: &[&str]) -> Option<u32> {
        let mut armed = self.lock();
        let list = armed.get_mut(knob.name)?;
        let (hit, amount) =
            list.iter_mut().find_map(|a| Some((a.draw(knob.name, targets, self.seed)?, a.setting.amount)))?;
        list.retain(|a| a.setting.count != Some(0));
        if list.is_empty() {
            armed.remove(knob.name);
        }
        drop(armed);
        self.journal.emit(Event::FaultHit { name: knob.name.to_owned(), target: hit });
        Some(knob.acts_by(amount).unwrap_or_else(|_| knob.amount.map_or(0, |amount| amount.usual)))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Vec<Armed>>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Armed {
    fn aims_at(&self, targets: &[&str]) -> bool {
        let aimed = self.setting.target.as_deref().is_none_or(|target| targets.contains(&target));
        aimed && self.setting.count != Some(0)
    }

    /// The target hit, if the draw comes up.
    fn draw(&mut self, name: &str, targets: &[&str], seed: Seed) -> Option<String> {
        if !self.aims_at(targets) {
            return None;
        }
        self.draws += 1;
        if !seed.chance(&["knob", name, &self.draws.to_string()], self.setting.probability) {
            return None;
        }
        self.hits += 1;
        if let Some(count) = &mut self.setting.count {
            *count -= 1;
        }
        Some(targets.first().map_or_else(String::new, |t| (*t).to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Knob = Knob { name: "late", room: "test", ja: "遅い", en: "late", source: "-", amount: None };
    static LATE: Knob = PLAIN;
    static DAYS: Knob =
        Knob { name: "days", amount: Some(Amount { unit: "days", least: 1, most: 9, usual: 3 }), ..PLAIN };

    fn knobs() -> Knobs {
        Knobs::new(Seed(1), Sink::silent())
    }

    #[test]
    fn a_count_is_spent_and_then_the_knob_is_gone() {
        let knobs = knobs();
        knobs.arm(&LATE, Setting { count: Some(2), ..Setting::default() });
        let hits: Vec<bool> = (0..4).map(|_| knobs.comes_up(&LATE, &["yamada"])).collect();
        assert_eq!(hits, [true, true, false, false]);
        assert!(knobs.armed().is_empty());
    }

    #[test]
    fn a_target_is_the_only_one_hit() {
        let knobs = knobs();
        knobs.arm(&LATE, Setting { target: Some("reader:2".into()), ..Setting::default() });
        assert!(!knobs.comes_up(&LATE, &["yamada", "reader:1"]));
        assert!(knobs.comes_up(&LATE, &["yamada", "reader:2"]));
    }

    #[test]
    fn a_number_is_written_behind_the_name_and_kept_within_its_range() {
        let table: [&Knob; 2] = [&LATE, &DAYS];
        let read = |text: &str| named(text, &table).map(|(knob, amount)| (knob.name, amount));
        assert_eq!(read("late"), Ok(("late", None)));
        assert_eq!(read("days=9"), Ok(("days", Some(9))));
        assert_eq!(read("late=1"), Err(NotAKnob::TakesNone { name: "late" }));
        for wrong in ["days=0", "days=10", "days=", "days=-1", "days=soon"] {
            assert!(matches!(read(wrong), Err(NotAKnob::OutOfRange { .. })), "{wrong}");
        }
        assert_eq!(read("dyas"), Err(NotAKnob::Unknown { name: "dyas".to_owned(), nearest: Some("days") }));
    }

    #[test]
    fn a_knob_comes_up_by_the_number_it_was_armed_with_or_its_usual_one() {
        let knobs = knobs();
        knobs.arm(&DAYS, Setting { amount: Some(7), target: Some("taro".into()), ..Setting::default() });
        knobs.arm(&DAYS, Setting { target: Some("hanako".into()), ..Setting::default() });
        assert_eq!(knobs.comes_up_by(&DAYS, &["taro"]), Some(7));
        assert_eq!(knobs.comes_up_by(&DAYS, &["hanako"]), Some(3));
        assert_eq!(knobs.comes_up_by(&DAYS, &["kodomo"]), None);
        assert_eq!(knobs.comes_up_by(&LATE, &["taro"]), None);
    }

    #[test]
    fn draws_of_one_seed_repeat() {
        let run = || {
            let knobs = knobs();
            knobs.arm(&LATE, Setting { probability: 0.5, ..Setting::default() });
            (0..64).map(|_| knobs.comes_up(&LATE, &[])).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
        assert!(run().iter().any(|h| *h) && !run().iter().all(|h| *h));
    }
}
