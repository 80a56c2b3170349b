//! Many people as one table: CSV as spreadsheets save it.
//!
//! ```text
//! bytes ──form──▶ cells ──cell──▶ values ──column──▶ Profile      every mistake with its row and column, all of them at once
//! Profile ──column──▶ values ──cell──▶ cells ──form──▶ bytes      what no cell can carry goes into the last column
//! ```
//!
//! - [`COLUMNS`]: the columns, their Japanese names and the keys of the profile behind them
//! - [`cell`]: one cell to a value and back; what spreadsheets do to zeros and dates is undone here
//! - [`form`]: UTF-8 with or without BOM, CP932, UTF-16; comma or tab
//! - [`read`], [`write`]: the whole table; [`Plan`]: what an import would do
//!
//! The two are inverse to each other for every profile: a value that a cell would change stands in the column その他, as JSON.

mod cell;
mod column;
mod form;
mod mistake;
mod path;
mod plan;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use column::{COLUMNS, Column};
pub use form::{Form, Separator, TableEncoding};
pub use mistake::{CellMistake, Remark};
pub use plan::{Plan, Planned};
pub use read::{Row, Table, read};
pub use write::write;
