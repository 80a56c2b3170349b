//! What an operator may ask of PMH.

use crate::knob::{Knob, Layer, said};
use crate::wire::outage::{AN_ERROR_IS_NOT_NONE, THE_PAPER_HELPS};

/// The linkage key of an inquiry has served somebody else before.
pub static KEY_USED: Knob = Knob {
    name: "pmh-key-used",
    room: "hub",
    ja: "PMH連携キーが使用済みになっている（PMHが断り、.err になる）",
    en: "the PMH連携キー was used before: PMH refuses it, and an .err appears",
    layer: Layer::Hub,
    at: said("予告したファイルの取得", "when the announced file is fetched"),
    bearing: AN_ERROR_IS_NOT_NONE,
    remedy: THE_PAPER_HELPS,
    source: "spec/pmh.md §4.2, §11 S-48 [A]",
    amount: None,
};

/// All of them, for whoever lists knobs.
pub static KNOBS: [&Knob; 1] = [&KEY_USED];
