//! What an operator may ask of PMH.

use crate::knob::{Knob, Layer, said};

/// The linkage key of an inquiry has served somebody else before.
pub static KEY_USED: Knob = Knob {
    name: "pmh-key-used",
    room: "hub",
    ja: "PMH連携キーが使用済みになっている（PMHが断り、.err になる）",
    en: "the PMH連携キー was used before: PMH refuses it, and an .err appears",
    layer: Layer::Hub,
    at: said("予告したファイルの取得", "when the announced file is fetched"),
    bearing: said(
        "資格確認は終え、公費は「無し」ではなく「エラー」と見せる",
        "completes the qualification and shows an error, not \"none\"",
    ),
    remedy: said(
        "次の受付で照会し直す。紙の受給者証を確かめる",
        "ask again at the next visit; look at the paper certificate",
    ),
    source: "spec/pmh.md §4.2, §11 S-48 [A]",
    amount: None,
};

/// All of them, for whoever lists knobs.
pub static KNOBS: [&Knob; 1] = [&KEY_USED];
