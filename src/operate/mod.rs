//! How people and programs drive a station. Everything here reads [`crate::station::view`] and nothing else of a station.
//!
//! - [`control`]: the control API
//! - [`tui`]: the operator's text screen
//! - [`fault`]: faults by name

pub mod control;
pub mod fault;
pub mod tui;
