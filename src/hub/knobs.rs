//! Systems behind the hub that are away, on demand: the hub itself goes on, as the real one does.

use crate::knob::{Knob, Layer, said};
use crate::wire::outage::THE_PAPER_HELPS;

/// PMH does not answer.
pub static PMH_AWAY: Knob = Knob {
    name: "pmh-away",
    room: "hub",
    ja: "資格確認がPMHに接続できない（質問は出ず、取得は .err、登録は503）",
    en: "PMH cannot be reached: no question, a fetch ends in .err, registrations get 503",
    layer: Layer::Hub,
    at: said("受付、取得、登録API", "visits, fetches, registration by municipalities"),
    bearing: said(
        "資格確認は終える。質問が出ないことを「公費なし」と取り違えない",
        "completes the qualification; that nothing was asked does not mean that there is no subsidy",
    ),
    remedy: THE_PAPER_HELPS,
    source: "spec/pmh.md §5.4 [A]",
    amount: None,
};
/// No new links.
pub static LINKING_AWAY: Knob = Knob {
    name: "linking-away",
    room: "hub",
    ja: "新しい紐付け（カードの初回利用、保険証利用の登録）だけができない",
    en: "no new links are made (first use of a card, registration as 保険証); linked people visit as ever",
    layer: Layer::Hub,
    at: said("初めて使うカード", "cards at their first use"),
    bearing: said("ファイルは出ない。登録済みの人の受付は続ける", "no file comes; visits of linked people go on"),
    remedy: said("時間を置いて、もう一度登録してもらう", "let the patient register again later"),
    source: "spec/pmh.md §3.2 [A]",
    amount: None,
};

/// All of them, for whoever lists knobs.
pub static KNOBS: [&Knob; 2] = [&PMH_AWAY, &LINKING_AWAY];
