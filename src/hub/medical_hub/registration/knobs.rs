//! What an operator may ask of the registration.

use crate::knob::{Knob, Layer, said};

/// 503 with Retry-After.
pub static MAINTENANCE: Knob = Knob {
    name: "pmh-maintenance",
    room: "hub",
    layer: Layer::Hub,
    ja: "自治体の登録に「保守中」(503) と答える",
    en: "registrations of municipalities are answered with 503 (maintenance)",
    at: said("登録API", "registration of municipalities"),
    bearing: said("関わらない（自治体システムが受ける）", "is not concerned: the municipality bears it"),
    remedy: said("保守が終わってから送り直す", "send again when it is over"),
    source: "spec/pmh.md §2.3 [A]",
    amount: None,
};

/// All of them, for whoever lists knobs.
pub static KNOBS: [&Knob; 1] = [&MAINTENANCE];
