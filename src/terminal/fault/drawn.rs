//! What comes up for one file: drawn once, where it is made, however often it is tried to be written.

use std::time::Duration;

use jiff::SignedDuration;

use super::content::{SPOILS, Spoiled};
use super::delivery;
use crate::knob::{Knob, Knobs, Setting};

/// How one file comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drawn {
    /// It waits so long.
    pub late: Duration,
    /// It never comes.
    pub never: bool,
    /// It ends after so many percent.
    pub torn: Option<u32>,
    /// It is written in pieces.
    pub slow: bool,
    /// Nobody can open it for so long.
    pub locked: Option<Duration>,
    /// It comes twice.
    pub duplicate: bool,
    /// The next one overtakes it.
    pub reordered: bool,
    /// Another one comes with it.
    pub orphan: bool,
    /// It is renamed within its folder.
    pub renamed_within: bool,
    /// Its `.err` comes after the request.
    pub err_late: bool,
    /// It is sealed where it should not be, or the other way.
    pub half_sealed: bool,
    /// The disk is full for so long.
    pub disk_full: Option<Duration>,
    /// The terminal stops before it answers.
    pub restart: bool,
    /// The terminal's clock is so much behind.
    pub behind: SignedDuration,
}

/// What a knob of this room does to a file, by its number.
type Act = fn(&mut Drawn, u32);

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

/// Knobs of every file.
const OF_FILES: [(&Knob, Act); 11] = [
    (&delivery::LATE, |drawn, s| drawn.late = seconds(s)),
    (&delivery::NEVER, |drawn, _| drawn.never = true),
    (&delivery::TORN, |drawn, percent| drawn.torn = Some(percent)),
    (&delivery::SLOW, |drawn, _| drawn.slow = true),
    (&delivery::LOCKED, |drawn, s| drawn.locked = Some(seconds(s))),
    (&delivery::DUPLICATE, |drawn, _| drawn.duplicate = true),
    (&delivery::REORDERED, |drawn, _| drawn.reordered = true),
    (&delivery::ORPHAN, |drawn, _| drawn.orphan = true),
    (&delivery::RENAMED_WITHIN, |drawn, _| drawn.renamed_within = true),
    (&delivery::HALF_SEALED, |drawn, _| drawn.half_sealed = true),
    (&delivery::DISK_FULL, |drawn, s| drawn.disk_full = Some(seconds(s))),
];
/// Knobs of requests alone.
const OF_REQUESTS: [(&Knob, Act); 2] = [
    (&delivery::ERR_LATE, |drawn, _| drawn.err_late = true),
    (&delivery::CLOCK_WRONG, |drawn, m| drawn.behind = minutes(m)),
];

fn minutes(number: u32) -> SignedDuration {
    SignedDuration::from_mins(number.into())
}

impl Drawn {
    /// For a file of a visit.
    pub fn of_file(knobs: &Knobs, targets: &[&str]) -> Self {
        Self::by(&OF_FILES, knobs, targets)
    }

    /// For the file that a face file announces: it is the one that overtakes.
    pub fn of_second_file(knobs: &Knobs, targets: &[&str]) -> Self {
        let acts: Vec<(&Knob, Act)> =
            OF_FILES.iter().filter(|(knob, _)| knob.name != delivery::REORDERED.name).copied().collect();
        Self::by(&acts, knobs, targets)
    }

    /// For the answer to a request; `again` for one that was taken by an earlier run, which does not stop once more. One that stops draws
    /// nothing else: the rest is for the run that answers it.
    pub fn of_request(knobs: &Knobs, targets: &[&str], again: bool) -> Self {
        if !again && knobs.comes_up(&delivery::RESTART, targets) {
            return Self { restart: true, ..Self::default() };
        }
        let acts: Vec<(&Knob, Act)> = OF_FILES.iter().chain(&OF_REQUESTS).copied().collect();
        Self::by(&acts, knobs, targets)
    }

    fn by(acts: &[(&Knob, Act)], knobs: &Knobs, targets: &[&str]) -> Self {
        let mut drawn = Self::default();
        for (knob, act) in acts {
            if let Some(amount) = knobs.comes_up_by(knob, targets) {
                act(&mut drawn, amount);
            }
        }
        drawn
    }

    /// Does it wait for something, so that another file of its visit may go first?
    pub fn waits(&self) -> bool {
        !self.late.is_zero() || self.reordered || self.locked.is_some()
    }
}

impl Spoiled {
    /// For a document.
    pub fn draw(knobs: &Knobs, targets: &[&str]) -> Self {
        let mut spoiled = Self::default();
        for (_, spoil) in SPOILS.iter().filter(|(knob, _)| knobs.comes_up(knob, targets)) {
            spoil(&mut spoiled);
        }
        spoiled
    }
}

/// How far behind the clock is for a visit.
pub fn behind(knobs: &Knobs, targets: &[&str]) -> SignedDuration {
    knobs.comes_up_by(&delivery::CLOCK_WRONG, targets).map(minutes).unwrap_or_default()
}

/// Faults that a request asked for itself: armed for it alone, and taken back when it is done with.
pub struct Marked {
    knobs: Knobs,
    target: String,
}

impl Marked {
    /// Arms `asked` for what goes by the name `target` and nothing else.
    pub fn arm(knobs: &Knobs, target: String, asked: &[&'static Knob]) -> Self {
        for knob in asked {
            knobs.arm(knob, Setting { count: Some(1), target: Some(target.clone()), ..Setting::default() });
        }
        Self { knobs: knobs.clone(), target }
    }
}

impl Drop for Marked {
    fn drop(&mut self) {
        self.knobs.disarm_target(&self.target);
    }
}
