//! What can go wrong with the files of this terminal when somebody asks for it.
//!
//! - `content`: what a file says (encoding, order, elements), as knobs and as what they do to a document (pure)
//! - `delivery`: how a file comes, as knobs and as what the terminal does then
//! - [`drawn`]: what of it comes up for one file, drawn once
//! - `handing`: files on their way out; `met`: what one request meets
//! - [`magic`]: marks by which a レセコン asks for a fault in a request of its own (pure)
//!
//! A file of a visit goes by the names of the visit and by `file:face` or `file:pmh`, an answer by the name of its request and by
//! `file:answer`: a fault can be aimed at one kind.

pub mod content;
pub mod delivery;
pub mod drawn;
mod handing;
pub mod magic;
mod met;

use crate::knob::{Knob, Layer, said};
use crate::wire::outage::THE_PAPER_HELPS;

pub use drawn::{Drawn, Marked};
pub(super) use handing::Outgoing;
pub(super) use met::{Met, put_number_back};

/// The subsidy document never comes, nor its `.err`.
pub static PMH_NEVER: Knob = Knob {
    name: "pmh-never",
    room: "terminal",
    layer: Layer::Folder,
    ja: "PMHの結果も .err も出力しない",
    en: "neither the subsidy document nor its .err ever appears",
    at: said("受給者証を使う受付", "visits that use a 受給者証"),
    bearing: said(
        "待ち時間を切り、職員に「来ていない」と見せる",
        "stops waiting and tells the staff that it did not come",
    ),
    remedy: THE_PAPER_HELPS,
    source: "spec/pmh.md §5.1 [C]",
    amount: None,
};
/// The subsidy document comes ten seconds later than it would.
pub static PMH_LATE: Knob = Knob {
    name: "pmh-late",
    room: "terminal",
    layer: Layer::Folder,
    ja: "PMHの結果を10秒遅らせる",
    en: "the subsidy document appears ten seconds late",
    at: said("受給者証を使う受付", "visits that use a 受給者証"),
    bearing: said("待つ間も受付を止めず、来たら取り込む", "does not stop the reception, and imports it when it comes"),
    remedy: said("待つ", "wait"),
    source: "spec/pmh.md §5.1 [C]",
    amount: None,
};

/// The knobs of a visit's second file.
pub static PMH_KNOBS: [&Knob; 2] = [&PMH_NEVER, &PMH_LATE];

/// Every knob of this room.
pub fn knobs() -> Vec<&'static Knob> {
    [PMH_KNOBS.as_slice(), content::KNOBS.as_slice(), delivery::KNOBS.as_slice()].concat()
}
