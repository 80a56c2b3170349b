//! Whether a file is a well-formed request or answer, and whether the files of a folder go together.
//!
//! ```text
//! name ─▶ bytes ─▶ tree with places ─▶ elements ─▶ values ─▶ what belongs together      one file: [`file()`]
//!                                   └▶ facts ────────────────────────────────────────▶ several: [`together()`]
//! ```
//!
//! Nothing is refused and nothing is read with the types of the other files of this room: those take what can be served, this looks at
//! everything, other people's files and real terminals' as well. Pure: no clock, so that a file is found the same on every day.
//!
//! - `rule`: the rules
//! - `document`: what belongs to which interface (`data/documents.toml`); what an element is stands in the element table
//! - `name`, `whole`: the name; bytes, encoding and XML
//! - `element`, `value`, `number`: structure; single values
//! - `consent`, `answer`, `rows`, `subsidy`: what belongs together in one document
//! - `facts`, `together`: what is kept of each file, and what belongs together in a folder
//! - `page`: a document to look around in

mod answer;
mod consent;
mod document;
mod element;
mod facts;
mod name;
mod number;
mod page;
mod rows;
mod rule;
mod subsidy;
mod together;
mod value;
mod whole;

use serde::Serialize;

use super::element::ElementTable;
use super::subsidy::Layout;
use crate::code::{Confidence, Provenance};
use crate::event::{FolderKind, Words};
use crate::secret::ZipPassword;
use facts::Facts;

pub use rule::{Rule, Severity};
pub use together::together;

/// Most violations that are kept of one file; a broken bulk file has one in each of 100,000 rows.
pub const MOST_OF_A_FILE: usize = 1_000;

/// Longest value that is shown, in characters.
const MOST_SHOWN: usize = 60;

/// A file to check.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its name, without folder.
    pub name: &'a str,
    /// The shared folder in which it lies, where that is known.
    pub folder: Option<FolderKind>,
    /// Whether it was found in a folder, where files may lie that are nobody's business, or named itself.
    pub listed: bool,
    /// Its content, up to [`crate::message::xml::BULK_LIMIT`] bytes and one.
    pub bytes: &'a [u8],
}

/// By what files are checked.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    /// What elements are.
    pub elements: &'a ElementTable,
    /// The tags of a subsidy answer.
    pub layout: &'a Layout,
    /// Of sealed files; those that are not sealed are looked into without.
    pub password: Option<&'a ZipPassword>,
}

/// One place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// Line and column, both from 1, in characters; none for the file as a whole.
    pub place: Option<(usize, usize)>,
    /// Element names from the root, joined by `/`.
    pub path: Option<String>,
    /// What stands there, shortened.
    pub seen: Option<String>,
    /// What belongs there.
    pub expected: Option<Words>,
    /// Source keys: of the table's row where one decided, else of the rule.
    pub source: String,
    /// How sure that is.
    pub confidence: Confidence,
}

impl Violation {
    fn new(rule: Rule) -> Self {
        Self {
            rule,
            place: None,
            path: None,
            seen: None,
            expected: None,
            source: rule.source().to_owned(),
            confidence: rule.confidence(),
        }
    }

    fn on(mut self, place: Option<(usize, usize)>) -> Self {
        self.place = place;
        self
    }

    fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    fn seen(mut self, seen: impl AsRef<str>) -> Self {
        self.seen = Some(shown(seen.as_ref()));
        self
    }

    /// What belongs there, the same in every language: values and names.
    fn expected(self, expected: impl Into<String>) -> Self {
        let expected = expected.into();
        self.wants(expected.clone(), expected)
    }

    fn wants(mut self, ja: impl Into<String>, en: impl Into<String>) -> Self {
        self.expected = Some(Words { ja: ja.into(), en: en.into() });
        self
    }

    /// A row of a table decided: it is as sure as the less sure of the two.
    fn by(mut self, row: &Provenance) -> Self {
        self.source.clone_from(&row.source);
        self.confidence = self.confidence.max(row.confidence);
        self
    }
}

/// One line, not too long.
fn shown(text: &str) -> String {
    let plain: String = text.chars().take(MOST_SHOWN).map(|c| if c.is_control() { '␤' } else { c }).collect();
    if text.chars().count() > MOST_SHOWN { plain + "…" } else { plain }
}

/// A file that was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// Where it breaks which rule, by place.
    pub violations: Vec<Violation>,
    /// How many more there are than [`MOST_OF_A_FILE`].
    pub more: usize,
    facts: Facts,
}

/// What was found so far.
#[derive(Debug, Default)]
struct Report {
    violations: Vec<Violation>,
    more: usize,
}

impl Report {
    fn add(&mut self, violation: Violation) {
        match self.violations.len() < MOST_OF_A_FILE {
            true => self.violations.push(violation),
            false => self.more += 1,
        }
    }

    fn add_all(&mut self, violations: impl IntoIterator<Item = Violation>) {
        violations.into_iter().for_each(|violation| self.add(violation));
    }
}

/// Checks one file by itself.
pub fn file(file: &File<'_>, tables: &Tables<'_>) -> Checked {
    let mut report = Report::default();
    let (kind, of_the_name) = name::look(file);
    report.add_all(of_the_name);
    let facts = whole::look(file, &kind, tables, &mut report);
    let Report { mut violations, more } = report;
    // Of one place, what the others follow from comes first: rules are listed from the outside to the inside.
    violations.sort_by_key(|violation| (violation.place, violation.rule));
    Checked { name: file.name.to_owned(), violations, more, facts }
}

#[cfg(test)]
mod tests;
