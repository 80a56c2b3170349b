//! Registration by municipalities (spec/pmh.md §2): who may register, and how a body becomes rows of the store, all of it or nothing.
//!
//! ```text
//! token ──Enrolled──▶ Municipality ──┐
//! body ──wire::registration::read──▶ Row ──▶ Draft ──commit──▶ the municipality's book, and a Receipt under its serialNumber
//! ```
//!
//! - [`enrolled`]: municipalities and their tokens
//! - [`receive`]: one body
//! - [`book`]: the rows of one municipality in memory, as a full set or differences change them
//! - [`packed`]: a row as stores keep it
//! - [`knobs`]: the fault that puts it under maintenance

pub mod book;
pub mod enrolled;
pub mod knobs;
pub mod packed;
pub mod receive;

pub use enrolled::{Enrolled, EnrolledError, Municipality};
pub use receive::{NotRegistered, Sent};
