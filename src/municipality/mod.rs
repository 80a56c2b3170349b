//! A municipality's side of the registration at PMH: its population, its file, its daily job. A client: it knows the wire and no hub from
//! inside.
//!
//! ```text
//! population ──Row──▶ file (one row per line) ──check──▶ requirements by 機能ID
//!                          └──────────sync──▶ PMH, whole or in batches ──▶ journal beside the file ──▶ history
//! ```
//!
//! - [`population`]: households, ages, certificates; [`schemes`]: which certificates there are; [`names`]: what people are called
//! - [`requirements`]: 機能要件 of the 標準仕様書
//! - [`sync`]: the daily job; [`journal`]: how far it came; [`line`](mod@line): one request over HTTP
//! - [`difference`]: what changed between two files

pub mod difference;
pub mod journal;
pub mod line;
pub mod names;
pub mod population;
pub mod requirements;
pub mod schemes;
pub mod sync;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::Path;

use crate::wire::registration::{Generation, Json, ReadError, rows};

/// Which generation a file of rows was written for: by its first row. An empty set says nothing.
///
/// # Errors
/// It cannot be read, or is no array.
pub fn generation_of(source: impl Read) -> Result<Option<Generation>, ReadError<std::io::Error>> {
    let mut found = None;
    rows(source, &mut |row| {
        found = Some(match (row.get("historyKey"), row.get("orgSpecificCertificateTypeId")) {
            (Some(_), _) => Generation::R6,
            (None, Some(_)) => Generation::V011,
            (None, None) => Generation::V001,
        });
        false
    })?;
    Ok(found)
}

/// The historyKey of a row.
fn history_key<'r>(row: &'r Json<'_>) -> Option<&'r str> {
    match row.get("historyKey") {
        Some(Json::Text(key)) => Some(key),
        _ => None,
    }
}

/// Where the journal of a file's registration lies: beside it.
pub fn journal_of(file: &Path) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sync.json");
    name.into()
}
