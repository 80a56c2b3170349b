//! Systems behind the hub that are away, on demand: the hub itself goes on, as the real one does.

use crate::knob::Knob;

/// PMH does not answer.
pub static PMH_AWAY: Knob = Knob {
    name: "pmh-away",
    room: "hub",
    ja: "資格確認がPMHに接続できない（質問は出ず、取得は .err、登録は503）",
    en: "PMH cannot be reached: no question, a fetch ends in .err, registrations get 503",
    source: "spec/pmh.md §5.4 [A]",
    amount: None,
};
/// No new links.
pub static LINKING_AWAY: Knob = Knob {
    name: "linking-away",
    room: "hub",
    ja: "新しい紐付け（カードの初回利用、保険証利用の登録）だけができない",
    en: "no new links are made (first use of a card, registration as 保険証); linked people visit as ever",
    source: "spec/pmh.md §3.2 [A]",
    amount: None,
};

/// All of them, for whoever lists knobs.
pub static KNOBS: [&Knob; 2] = [&PMH_AWAY, &LINKING_AWAY];
