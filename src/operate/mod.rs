//! How people and programs drive a station. Screens and the API read [`crate::station::view`] and nothing else
//! of a station.
//!
//! - [`control`]: the control API
//! - [`client`]: the same from the caller's side
//! - [`tui`]: the operator's text screen
//! - [`page`]: what the pages below share
//! - [`touch`]: the patient's page of a reader
//! - [`reception`]: the page of a 再来受付機
//! - [`rececon`]: page and text screen of the sample レセコン
//! - [`chain`]: the chain of identities, drawn
//! - [`compare`]: captured files of a real terminal beside ours (it asks a hub of its own, no station)
//! - [`fault`]: faults by name
//! - [`scenario`]: what a レセコン is tried with, run
//! - [`words`]: the words of the field, searched
//! - [`doctor`]: what works on this machine, and what does not

pub mod chain;
pub mod client;
pub mod compare;
pub mod control;
pub mod doctor;
pub mod fault;
pub mod page;
pub mod rececon;
pub mod reception;
pub mod scenario;
pub mod touch;
pub mod tui;
pub mod words;
