//! What an operator may ask of the registration.

use crate::knob::Knob;

/// 503 with Retry-After.
pub static MAINTENANCE: Knob = Knob {
    name: "pmh-maintenance",
    room: "hub",
    ja: "自治体の登録に「保守中」(503) と答える",
    en: "registrations of municipalities are answered with 503 (maintenance)",
    source: "spec/pmh.md §2.3 [A]",
    amount: None,
};

/// All of them, for whoever lists knobs.
pub static KNOBS: [&Knob; 1] = [&MAINTENANCE];
