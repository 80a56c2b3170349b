//! The words of the field: what files, elements, codes, faults, rules and messages are called, searched as one table.
//!
//! - here: a [`Word`], and [`search`]
//! - [`gather`]: the rows of all tables, with a vendor's layouts in their place
//! - [`show`]: as plain text, aligned for full-width characters

pub mod gather;
pub mod show;

use std::collections::BTreeMap;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::code::Confidence;
use crate::event::Words;
use crate::handwritten::nearest;
use crate::message::element::YOURS;

/// Which table a word stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// Files of the shared folder.
    Interfaces,
    /// Elements of their documents.
    Elements,
    /// 業務コード, and code tables of ours where the official ones are not public.
    Codes,
    /// What can be made to go wrong.
    Faults,
    /// Rules of `check`.
    Rules,
    /// Codes of `.err` and of answers.
    Errors,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Word {
    /// Its table.
    pub table: Table,
    /// Rows that are shown together: a code table, or the whole table.
    pub group: String,
    /// What the group is.
    pub title: Words,
    /// `OQSsiquc01req`, `MessageHeader/SegmentOfResult`, `OQSCD006/4`, `face-mismatch`
    pub name: String,
    /// What it means.
    pub meaning: Words,
    /// What else is known: format, code table, number of the interface.
    pub more: Vec<Words>,
    /// Source keys joined by blanks, or a section of the specification that was collected; `None` for what is ours alone.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Only our inference.
    pub provisional: bool,
}

impl Word {
    /// Is it a row of a vendor's own layout folder?
    pub fn is_yours(&self) -> bool {
        self.source.as_deref().is_some_and(|source| source.split_whitespace().any(|key| key == YOURS))
    }

    /// The last part of its name: the value of a code, the name of an element.
    pub fn short(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// Has it all of `wanted`, as [`folded`] gives them?
    fn has(&self, wanted: &[String]) -> bool {
        let shown = [&self.group, &self.name, &self.title.ja, &self.title.en, &self.meaning.ja, &self.meaning.en];
        let more = self.more.iter().flat_map(|words| [&words.ja, &words.en]).chain(&self.source);
        let text = folded(&shown.into_iter().chain(more).map(String::as_str).collect::<Vec<_>>().join("\n"));
        wanted.iter().all(|word| match word.bytes().all(|b| b.is_ascii_digit()) {
            // A number is a value or the number of a table: as a part of something it would be found everywhere.
            true => self.short() == word || self.group.trim_start_matches(|c: char| !c.is_ascii_digit()) == word,
            false => text.contains(word),
        })
    }
}

/// The words that have every one of `wanted`, in any letter case and width.
pub fn search(words: Vec<Word>, wanted: &[String]) -> Vec<Word> {
    let wanted: Vec<String> = wanted.iter().map(|word| folded(word)).collect();
    words.into_iter().filter(|word| word.has(&wanted)).collect()
}

/// The name that comes nearest to `wanted`, in any letter case and width, where no word has it.
pub fn nearest_name(words: &[Word], wanted: &str) -> Option<String> {
    let names: BTreeMap<String, &str> =
        words.iter().flat_map(|word| [word.group.as_str(), word.short()]).map(|name| (folded(name), name)).collect();
    let near = nearest(&folded(wanted), names.keys().map(String::as_str))?;
    names.get(near).map(|name| (*name).to_owned())
}

fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
