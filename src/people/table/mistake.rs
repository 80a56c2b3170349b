//! What is wrong with a table, cell by cell.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::Words;
use crate::secret::MASK;

/// A cell, or a row, that breaks a rule. Nothing of a table with one is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CellMistake {
    /// Row of the file as a spreadsheet numbers it: the names of the columns stand in 1.
    pub row: u64,
    /// Column as a spreadsheet letters it (`E`); none where the row as a whole is meant.
    pub letter: Option<String>,
    /// Name of the column.
    pub column: Option<String>,
    /// What stands there; secrets are masked.
    pub value: String,
    /// The rule, and what to write instead.
    pub rule: Words,
}

/// A number or a code that is unusual. It is taken all the same: the field's real data is unusual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Remark {
    /// Row of the file.
    pub row: u64,
    /// Name of the column, where the value stands in one.
    pub column: Option<String>,
    /// What is unusual.
    pub words: Words,
}

impl CellMistake {
    pub(super) fn of_row(row: u64, rule: Words) -> Self {
        Self { row, letter: None, column: None, value: String::new(), rule }
    }

    /// Is it about the cell at this place, from 0?
    pub(super) fn is_at(&self, at: usize) -> bool {
        self.letter.as_deref() == Some(&letter(at))
    }

    pub(super) fn at(row: u64, at: usize, name: &str, value: &str, secret: bool, rule: Words) -> Self {
        let value = if secret && !value.is_empty() { MASK } else { value };
        Self { row, letter: Some(letter(at)), column: Some(name.to_owned()), value: value.to_owned(), rule }
    }
}

impl fmt::Display for CellMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ja, en) = (&self.rule.ja, &self.rule.en);
        let value = if self.value.is_empty() { String::new() } else { format!("「{}」", self.value) };
        match (&self.letter, &self.column) {
            (Some(letter), Some(column)) => {
                write!(f, "{}行 {letter}列 {column}{value}: {ja} / row {}, column {letter}: {en}", self.row, self.row)
            }
            _ => write!(f, "{}行{value}: {ja} / row {}: {en}", self.row, self.row),
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.column.as_deref().unwrap_or_default();
        write!(f, "{}行 {column}: {} / {}", self.row, self.words.ja, self.words.en)
    }
}

/// `A`, `B` … `Z`, `AA` …
fn letter(at: usize) -> String {
    const ALPHABET: &[u8; 26] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let own = char::from(ALPHABET[at % 26]);
    match at / 26 {
        0 => own.to_string(),
        before => format!("{}{own}", letter(before - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        assert_eq!([0, 4, 25, 26, 30, 701, 702].map(letter), ["A", "E", "Z", "AA", "AE", "ZZ", "AAA"]);
    }
}
