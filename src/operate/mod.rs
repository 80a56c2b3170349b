//! How people and programs drive a station. Everything here reads [`crate::station::view`] and nothing else of a station.
//!
//! - [`tui`]: the operator's text screen

pub mod tui;
