//! The armed knobs of a station: draws, counts, hits.
//!
//! A draw is named by the knob, by what it is drawn for and by how often it was drawn for that, never by when: two readers that work at the
//! same moment, or requests that overtake each other, cannot change whom a probability meets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::Knob;
use crate::event::{Draw, Event, Sink};
use crate::random::Seed;

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
    board: Arc<Mutex<Board>>,
    seed: Seed,
    journal: Sink,
}

#[derive(Default)]
struct Board {
    armed: BTreeMap<&'static str, Vec<Armed>>,
    /// Of each knob since the start, also of those that are spent or taken back.
    hits: BTreeMap<&'static str, u64>,
}

#[derive(Debug)]
struct Armed {
    setting: Setting,
    /// How often it was drawn for each name.
    draws: BTreeMap<String, u64>,
    hits: u64,
}

/// An armed knob as it is listed.
#[derive(Debug, Clone, Serialize)]
pub struct ArmedKnob {
    /// The knob's name.
    pub name: &'static str,
    /// How it was armed, with what is left of its count.
    pub setting: Setting,
    /// How often it was drawn.
    pub draws: u64,
    /// How often it came up.
    pub hits: u64,
}

impl Knobs {
    /// None armed.
    pub fn new(seed: Seed, journal: Sink) -> Self {
        Self { board: Arc::default(), seed, journal }
    }

    /// Arms `knob`. A setting for the same target replaces the one before.
    pub fn arm(&self, knob: &'static Knob, setting: Setting) {
        let mut board = self.lock();
        let list = board.armed.entry(knob.name).or_default();
        list.retain(|a| a.setting.target != setting.target);
        list.push(Armed { setting, draws: BTreeMap::new(), hits: 0 });
    }

    /// Takes `knob` back, for all targets.
    pub fn disarm(&self, knob: &Knob) {
        self.lock().armed.remove(knob.name);
    }

    /// Takes back what was armed for `target` only.
    pub fn disarm_target(&self, target: &str) {
        let armed = &mut self.lock().armed;
        for list in armed.values_mut() {
            list.retain(|a| a.setting.target.as_deref() != Some(target));
        }
        armed.retain(|_, list| !list.is_empty());
    }

    /// Takes all of them back, and begins to count anew.
    pub fn disarm_all(&self) {
        *self.lock() = Board::default();
    }

    /// What is armed now.
    pub fn armed(&self) -> Vec<ArmedKnob> {
        let board = self.lock();
        let listed = |(name, list): (&&'static str, &Vec<Armed>)| {
            let name = *name;
            let one = move |a: &Armed| ArmedKnob {
                name,
                setting: a.setting.clone(),
                draws: a.draws.values().sum(),
                hits: a.hits,
            };
            list.iter().map(one).collect::<Vec<_>>()
        };
        board.armed.iter().flat_map(listed).collect()
    }

    /// How often `knob` came up since the start or the last reset.
    pub fn hits(&self, knob: &Knob) -> u64 {
        self.lock().hits.get(knob.name).copied().unwrap_or_default()
    }

    /// Could `knob` come up here? Spends nothing.
    pub fn is_armed(&self, knob: &Knob, targets: &[&str]) -> bool {
        self.lock().armed.get(knob.name).is_some_and(|list| list.iter().any(|armed| armed.aims_at(targets)))
    }

    /// Does `knob` come up here? `targets` are the names this moment goes by: first what it is alone (the visit, the file), then person,
    /// `reader:N`.
    pub fn comes_up(&self, knob: &Knob, targets: &[&str]) -> bool {
        self.comes_up_by(knob, targets).is_some()
    }

    /// The same for a knob that takes a number: by how much. A number that it does not take counts as its usual one.
    pub fn comes_up_by(&self, knob: &Knob, targets: &[&str]) -> Option<u32> {
        let mut board = self.lock();
        let list = board.armed.get_mut(knob.name)?;
        let seed = self.seed;
        let (draw, amount) =
            list.iter_mut().find_map(|a| Some((a.draw(knob.name, targets, seed)?, a.setting.amount)))?;
        list.retain(|a| a.setting.count != Some(0));
        if list.is_empty() {
            board.armed.remove(knob.name);
        }
        *board.hits.entry(knob.name).or_default() += 1;
        drop(board);
        let by = knob.acts_by(amount).unwrap_or_else(|_| knob.amount.map_or(0, |amount| amount.usual));
        let target = targets.first().copied().unwrap_or_default().to_owned();
        let amount = knob.amount.map(|_| by);
        self.journal.emit(Event::FaultHit { name: knob.name.to_owned(), target, amount, draw });
        Some(by)
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Armed {
    fn aims_at(&self, targets: &[&str]) -> bool {
        let aimed = self.setting.target.as_deref().is_none_or(|target| targets.contains(&target));
        aimed && self.setting.count != Some(0)
    }

    /// The draw, if it comes up.
    fn draw(&mut self, name: &str, targets: &[&str], seed: Seed) -> Option<Draw> {
        if !self.aims_at(targets) {
            return None;
        }
        let of = targets.first().copied().unwrap_or_default();
        let nth = self.draws.entry(of.to_owned()).or_default();
        *nth += 1;
        let (nth, probability) = (*nth, self.setting.probability);
        let value = seed.unit(&["knob", name, of, &nth.to_string()]);
        if value >= probability {
            return None;
        }
        self.hits += 1;
        if let Some(count) = &mut self.setting.count {
            *count -= 1;
        }
        Some(Draw { nth, value, probability })
    }
}
