//! The operator's text screen: people, readers, folder and journal of one station at a glance, every deed one key away.
//!
//! ```text
//! key, click, resize ──▶ App ──▶ Commands ──▶ Desk          (app, keys, mouse: pure)
//! App + View ──▶ paint ──▶ cells and what may be clicked     (layout, draw: pure)
//! tty: raw mode, alternate screen, put back whatever happens; run: the loop between the two
//! ```
//!
//! - [`App`]: what the operator has selected, opened and typed; a function of keys and mouse
//! - [`draw`]: an [`App`] and a [`View`](crate::station::view::View) on a frame
//! - [`run`]: the screen on this terminal, until the operator quits; [`restore`] for whoever ends the process otherwise
//!
//! Scenarios are run beside it: [`Order`]s out, [`Told`] back.
//!
//! The screen writes nothing unless something changed: no ticking clock, no blinking cursor. What it shows of time is when
//! something last happened.

mod app;
mod bindings;
mod draw;
mod filter;
mod keys;
mod layout;
mod look;
mod mouse;
mod pair;
mod pin;
mod preview;
mod repeat;
mod run;
mod trial;
mod trials;
pub(super) mod tty;
mod who;
pub(super) mod width;

pub use app::{App, FileKey, Panel, Popup};
pub use bindings::{BINDINGS, BUTTON_KEYS, Binding, PERSON_KEYS, PLASTIC_KEY};
pub use draw::draw;
pub(super) use draw::put;
pub use layout::MINIMUM;
pub use look::Look;
pub use repeat::Repeat;
pub use run::run;
pub use trials::{Order, Told};
pub use tty::restore;
pub use who::Who;
