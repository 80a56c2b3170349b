//! The text screen of the sample レセコン: the same as the page, on a terminal.
//!
//! ```text
//! key, resize ──▶ App ──▶ Act ──▶ Seat        (app, keys: pure)
//! App + View ──▶ draw ──▶ cells               (draw: pure)
//! run: the loop between terminal and seat
//! ```
//!
//! - [`App`]: what is selected, ticked and typed
//! - [`keys`]: the keys, as a table; what each of them does where
//! - `draw`, `list`, `detail`: an [`App`] and a [`View`](crate::clinic::rececon::view::View) on a frame
//! - [`run`]: the screen on this terminal, until somebody quits

mod app;
mod detail;
mod draw;
pub mod keys;
mod list;
mod run;

pub use app::{Act, App, Page};
pub use draw::draw;
pub use run::run;

#[cfg(test)]
mod tests;
