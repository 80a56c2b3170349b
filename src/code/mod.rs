//! 業務コード: the tables OQSCD001–044 as data, and how sure we are of anything (spec/oqs-interface.md §3).
//!
//! - [`provenance`]: source and [`Confidence`] of a row, and what the source keys stand for
//! - `data/codes.toml`: the tables; `data/sources.toml`: the sources
//!
//! ```
//! use madoguchi::code;
//! let row = code::table("OQSCD006").and_then(|table| table.row("4"));
//! assert_eq!(row.map(|row| row.ja.as_str()), Some("該当資格なし"));
//! ```

pub mod provenance;

use std::sync::LazyLock;

use serde::Deserialize;

use crate::handwritten::{self, Mistake};
pub use provenance::{Confidence, Provenance};

/// One code table.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "WrittenTable")]
pub struct CodeTable {
    /// `OQSCD001` … `OQSCD044`
    pub id: String,
    /// What the codes tell, in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
    /// Of the table, and of every row that does not say otherwise.
    pub provenance: Provenance,
    /// The codes in the order of the source.
    rows: Vec<CodeRow>,
}

/// A table as a file writes it: flat, so that a wrong key is told with the right ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    id: String,
    ja: String,
    en: String,
    source: String,
    confidence: Confidence,
    row: Vec<CodeRow>,
}

impl From<WrittenTable> for CodeTable {
    fn from(written: WrittenTable) -> Self {
        let WrittenTable { id, ja, en, source, confidence, row } = written;
        Self { id, ja, en, provenance: Provenance { source, confidence }, rows: row }
    }
}

/// One code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeRow {
    /// The value as it stands in a file.
    pub value: String,
    /// Its label.
    pub ja: String,
    /// Its label in English.
    pub en: String,
    source: Option<String>,
    confidence: Option<Confidence>,
}

impl CodeTable {
    /// The codes in the order of the source.
    pub fn rows(&self) -> &[CodeRow] {
        &self.rows
    }

    /// The row of `value`.
    pub fn row(&self, value: &str) -> Option<&CodeRow> {
        self.rows.iter().find(|row| row.value == value)
    }

    /// Where `row` comes from: its own provenance, else the table's.
    pub fn provenance_of(&self, row: &CodeRow) -> Provenance {
        Provenance {
            source: row.source.clone().unwrap_or_else(|| self.provenance.source.clone()),
            confidence: row.confidence.unwrap_or(self.provenance.confidence),
        }
    }
}

/// All tables, by number.
pub fn tables() -> &'static [CodeTable] {
    static TABLES: LazyLock<Vec<CodeTable>> = LazyLock::new(|| {
        // The text is part of the program; a test reads it.
        from_toml("codes.toml", embedded_text()).expect("code tables are part of the program")
    });
    &TABLES
}

/// The text of the built-in tables, to be exported and edited.
pub fn embedded_text() -> &'static str {
    include_str!("data/codes.toml")
}

/// Reads tables. `file` is how mistakes call the text.
///
/// # Errors
/// A [`Mistake`] with line and key.
pub fn from_toml(file: &str, text: &str) -> Result<Vec<CodeTable>, Box<Mistake>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        table: Vec<CodeTable>,
    }
    Ok(handwritten::from_toml::<File>(file, text)?.table)
}

/// The table `id` (`OQSCD006`).
pub fn table(id: &str) -> Option<&'static CodeTable> {
    tables().iter().find(|table| table.id == id)
}

/// The row of `value` in table `id`.
pub fn label(id: &str, value: &str) -> Option<&'static CodeRow> {
    table(id)?.row(value)
}

#[cfg(test)]
mod tests;
