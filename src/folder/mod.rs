//! Files that appear whole and are never lost: the shared folder as a place, without a word about what is in the files.
//!
//! ```text
//! watch wakes ─▶ listing tells the truth ─▶ settle: is it whole? ─▶ claim: rename out of req
//!                                                                      │
//! collect: the レセコン fetched it ◀─ publish: rename into res/face ◀─ stage in work, record ◀─ (an answer is made)
//! ```
//!
//! - [`layout`]: `req`, `res`, `face`, the hidden work folder beside them, and the lock that keeps two stations apart
//! - [`lock`]: a folder that one process has to itself
//! - [`watch`]: one native watcher for all terminals; it only wakes
//! - [`listing`]: what lies in a folder now
//! - [`settle`]: when a file may be taken (pure)
//! - [`foreign`]: names in `req` that are not requests, told once when they stay
//! - [`intake`]: one look at `req`: listing, settling and claiming together
//! - [`claim`]: taking a request, exactly once
//! - [`draft`]: an answer that is too large to be held
//! - [`publish`]: staging, recording and placing answers in one of four manners
//! - [`recover`]: what a `kill -9` left behind (the decision is pure)
//! - [`probe`]: trying a folder out, leaving nothing behind
//! - [`collect`]: which delivered files were fetched
//! - [`hand_in`](mod@hand_in): a file put into a folder as a careful client does
//! - [`private`]: files for their owner alone
//! - [`copies`]: the bytes of requests and answers, kept for a while
//!
//! # What survives what
//!
//! Every step that matters is one rename inside one file system, so a process may die at any instruction: the kernel keeps what
//! was written, and the next start reads the names in the work folder and goes on. `fsync` is not called: it guards against the
//! loss of *power*, costs several times the whole answer, and a simulator's requests can be asked again.

pub mod claim;
pub mod collect;
pub mod copies;
pub mod draft;
pub mod foreign;
pub mod hand_in;
pub mod intake;
pub mod layout;
pub mod listing;
pub mod lock;
pub mod private;
pub mod probe;
pub mod publish;
pub mod recover;
pub mod settle;
pub mod watch;

pub use claim::Claim;
pub use copies::{Bounds, Copies, Exchange};
pub use hand_in::hand_in;
pub use layout::{Folders, LayoutError, Paths};
pub use publish::{Delivery, Item, Parcel, Placed};
pub use watch::Watch;
