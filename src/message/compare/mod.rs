//! A file of a real terminal beside ours for the same question: what differs, and what nobody has seen (pure; nothing is asked here).
//!
//! - [`form`]: how the file is written: declaration, lines, indentation
//! - [`order`]: in which order its elements stand
//! - [`tree`]: its elements and values beside ours
//! - [`shape`]: length and characters of a value that is never the same twice
//! - [`name`]: the form of its name
//! - [`mask`], [`masked_file`]: persons replaced by others of the same shape

pub mod form;
pub mod mask;
pub mod masked_file;
pub mod name;
pub mod order;
pub mod shape;
pub mod tree;

#[cfg(test)]
mod tests;

use serde::Serialize;

/// Something of the file as a whole that ours would not have, whatever the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Whole {
    /// `declaration`, `bom`, `newline`, `indent`, `end`, `line`, `attribute`, `order`, `name`
    pub what: &'static str,
    /// Theirs.
    pub theirs: String,
    /// Ours.
    pub ours: String,
}

/// A setting with which ours would look the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Set {
    /// `[[terminal]]` or `[hub]`
    pub table: &'static str,
    /// `newline`
    pub key: &'static str,
    /// As TOML writes it: `"crlf"`
    pub value: String,
}

impl Set {
    /// A setting of `[[terminal]]`.
    pub fn terminal(key: &'static str, value: impl Into<String>) -> Self {
        Self { table: "[[terminal]]", key, value: value.into() }
    }
}
