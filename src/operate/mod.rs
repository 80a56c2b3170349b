//! How people and programs drive a station. Screens and the API read [`crate::station::view`] and nothing else
//! of a station.
//!
//! - [`control`]: the control API
//! - [`tui`]: the operator's text screen
//! - [`compare`]: captured files of a real terminal beside ours (it asks a hub of its own, no station)
//! - [`fault`]: faults by name

pub mod compare;
pub mod control;
pub mod fault;
pub mod tui;
