//! The operator's screen, cell by cell and key by key, without a terminal.

#[path = "tui/anything.rs"]
mod anything;
#[path = "tui/keys.rs"]
mod keys;
#[path = "tui/look.rs"]
mod look;
#[path = "tui/mouse.rs"]
mod mouse;
#[path = "tui/rich.rs"]
mod rich;
#[path = "tui/screens.rs"]
mod screens;
#[path = "tui/trials.rs"]
mod trials;
#[path = "tui/who.rs"]
mod who;
