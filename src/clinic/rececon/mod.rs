//! A small レセコン that does what the vendor briefing asks for (spec/pmh.md §5.4, R1–R8), as an example and as proof: what a scenario
//! asks of anybody's program, it asks of this one too.
//!
//! ```text
//! face, res ──▶ watch: what is listed, wanted, whole ──▶ arrival: bytes to a document ──▶ Event::Arrived ─┐
//! the staff ──▶ server: POST /desk ─────────────────────────────────────────────────────▶ Event::Told ───┤
//! the timer ────────────────────────────────────────────────────────────────────────────▶ Event::Passed ─┤
//!                                                                                                         ▼
//! req ◀── Effect::Write ──┐                                          desk: the state machine (pure): visits, dialogues,
//! res, face ◀ ::Delete ───┼── running: carries the effects out ◀───  requests under way, and the book of patients
//! the book's file ◀ ::Store                                                            │
//! stdout ◀─ ::Tell ───────┘                     GET /facts ◀── facts: text by path ◀───┘
//! ```
//!
//! Nothing of a patient is overwritten but by an order of the staff: what differs becomes a [`dialogue`], fields side by side.
//!
//! - [`event`]: what happens to the desk, and what it wants done
//! - [`desk`]: the state machine; [`visit`](mod@visit), [`subsidies`](mod@subsidies), [`requests`](mod@requests) and [`orders`](mod@orders) are its parts
//! - [`book`]: patients, as sheets of named fields; [`day`]: what the desk shows today, kept with them; [`field`]: the table of those fields, and how two values are compared
//! - [`matching`]: whose record it is
//! - [`dialogue`]: what differs, and what the staff makes of it
//! - [`facts`]: what is known here, as text by path, and the table of the paths
//! - [`view`]: the desk as its faces show it; [`shown`]: words and values for people; [`slip`]: the 受付票
//! - [`seat`]: a place at a running desk: to look, to order, to be told of changes
//! - [`mistake`]: what a レセコン can get wrong, one place each; the sample makes none unless told to
//! - [`arrival`]: bytes to a document
//! - [`watch`](mod@watch), [`store`], [`server`], [`running`]: the edges: folders, the book's file, HTTP, and the thread that ties them

pub mod arrival;
pub mod book;
pub mod day;
pub mod desk;
pub mod dialogue;
pub mod event;
pub mod facts;
pub mod field;
pub mod matching;
pub mod mistake;
pub mod orders;
pub mod requests;
pub mod running;
pub mod seat;
pub mod server;
pub mod settings;
pub mod shown;
pub mod slip;
pub mod store;
pub mod subsidies;
pub mod view;
pub mod visit;
pub mod watch;

pub use desk::Desk;
pub use mistake::Mistake;
pub use running::{Running, StartError, start};
pub use seat::Seat;
pub use settings::Settings;

#[cfg(test)]
mod tests;
