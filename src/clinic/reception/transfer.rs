//! How a file changes folders so that it is never lost, never twice there and never seen half, also where the two folders are on
//! different machines and one rename cannot do it. Pure: what lies where goes in, what is to be done comes out.
//!
//! ```text
//! 1 copy    source ──▶ draft, under a temporary name on the other side
//! 2 record  source ──rename──▶ record: the draft is whole
//! 3 place   draft  ──rename──▶ its final name
//! 4 forget  the record is removed
//! ```
//!
//! A record without its draft means *placed*: nothing else takes a draft away. So whoever reads the two folders after a `kill -9` knows
//! what is left to do, even where the レセコン has fetched the file already.

/// Where a file of one name lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lies {
    /// In the folder that it comes from.
    pub source: bool,
    /// Renamed there, beside it.
    pub record: bool,
    /// On the other side, under a temporary name.
    pub draft: bool,
}

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Write the draft, anew if there is one.
    Copy,
    /// Rename the source: from now on the draft is known to be whole.
    Record,
    /// Rename the draft to its final name.
    Place,
    /// Remove the record.
    Forget,
}

/// What is left to do, in order. With a record still there a new source of the same name waits for its turn.
pub fn left_to_do(lies: Lies) -> &'static [Deed] {
    match lies {
        Lies { record: true, draft: true, .. } => &[Deed::Place, Deed::Forget],
        Lies { record: true, draft: false, .. } => &[Deed::Forget],
        // A draft without a record may be half.
        Lies { record: false, source: true, .. } => &[Deed::Copy, Deed::Record, Deed::Place, Deed::Forget],
        Lies { record: false, source: false, .. } => &[],
    }
}
