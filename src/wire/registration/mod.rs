//! What a municipality sends to PMH: 医療費助成対象者情報登録API in its three public generations (spec/pmh.md §2).
//!
//! ```text
//! body ──json, csv──▶ Json, one row at a time ──check against the generation's table──▶ Row ──▶ whoever registers it
//!                                                └─ Fault: code, message, row, field      └─ warnings: the row is kept
//! ```
//!
//! - [`Generation`]: v0.0.1, v0.1.1, R6; its path, its way of registering (full set or differences), its [`field`] table
//! - [`field`], [`tables`]: every field with its form, whether it is required, source and confidence. Checks, OpenAPI documents and the
//!   client's rows come from the same rows
//! - [`Row`]: the one form that all generations become · [`Fault`]: why one is refused
//! - [`read`](fn@read): a body as rows, in bounded memory, [`look_through`] for whoever only checks; [`write`]: a row as a generation sends it · [`document`]: the OpenAPI document of a generation
//! - [`receipt`]: what became of a registration

mod array;
pub mod check;
mod csv_form;
pub mod document;
pub mod fault;
pub mod field;
mod generation;
pub mod json;
mod read;
pub mod receipt;
mod row;
mod rules;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod write;

pub use fault::{Fault, Refusal, Rule, Warning};
pub use generation::{Form, Generation, Mode};
pub use json::Json;
pub use read::{BODY_LIMIT, ROW_LIMIT, ReadError, Summary, look_through, read, rows};
pub use receipt::{Outcome, Receipt};
pub use row::{Holder, Row};
pub use rules::ended;
