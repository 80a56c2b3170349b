//! Scenarios: what a レセコン is to be tried with, as files that people write, and the one way in which they are run.
//!
//! A run speaks the control API and nothing else, so a station of its own (made for one scenario, on a folder of its own, in this process)
//! and a station elsewhere go the same path.
//!
//! - [`model`]: the format; [`schema`]: the same for editors; [`read`]: files, and mistakes in them
//! - [`library`]: the shipped ones of `scenarios/`
//! - [`place`]: the placeholders `${…}`; [`path`]: values in documents by their path
//! - [`own`]: a station for one scenario
//! - [`session`]: what one run knows; [`steps`], [`request`]: what it does; [`judge`]: what it expects, and what came nearest
//! - [`consumer`]: the レセコン beside the station; [`onlooker`]: whoever looks on and answers
//! - [`run`]: one scenario, many scenarios; [`verdict`]: what came of them; [`junit`]: the same for build servers; [`page`]: for a
//!   browser and for paper
//! - [`record`]: the journal of a station as a scenario

pub mod consumer;
pub mod judge;
pub mod junit;
pub mod library;
pub mod model;
pub mod onlooker;
pub mod own;
pub mod page;
pub mod path;
pub mod place;
pub mod read;
pub mod record;
pub mod request;
pub mod run;
pub mod schema;
pub mod session;
pub mod steps;
#[cfg(test)]
mod tests;
pub mod verdict;
