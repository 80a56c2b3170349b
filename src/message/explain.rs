//! What every element of a file is, what its value means, and how sure we are: the element table applied to a document.
//!
//! - here: [`file()`] and what it gives, [`Explanation`]
//! - `value`: values in people's words (code labels, 和暦, money, ratios)
//! - `about`: what can be told of a file besides its elements (name, encoding, order)
//! - `show`: as plain text, aligned for full-width characters

mod about;
mod show;
mod value;

use serde::Serialize;
pub use show::legend;

use super::element::{ElementRow, ElementTable, Family};
use super::finding::Finding;
use super::inquiry;
use super::refusal::Refusal;
use super::tree::Element;
use super::xml;
use crate::code::Confidence;
use crate::event::{Lang, say};

/// One element of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// 0 for the root.
    pub depth: usize,
    /// Element name.
    pub element: String,
    /// What it is; `None` for an element that nobody has described.
    pub label: Option<String>,
    /// The value as it stands in the file; `None` for a group.
    pub raw: Option<String>,
    /// What the value means, where that is not plain from itself.
    pub meaning: Option<String>,
    /// Source keys of the row.
    pub source: Option<String>,
    /// How sure the row is.
    pub confidence: Option<Confidence>,
    /// The row is only our inference.
    pub provisional: bool,
    /// What is unusual here.
    pub notes: Vec<String>,
}

/// A file, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Name, encoding, order: label and text.
    pub about: Vec<(String, String)>,
    /// The elements in the order of the file.
    pub lines: Vec<Line>,
    /// What is unusual in the file as a whole.
    pub notes: Vec<String>,
}

/// Explains the file called `name`: a document, an `.err`, or pages, of which there is only the outside to tell.
///
/// # Errors
/// The [`Refusal`] that reading it gives: not well-formed, not text.
pub fn file(name: &str, bytes: &[u8], table: &ElementTable, lang: Lang) -> Result<Explanation, Refusal> {
    if name.to_ascii_lowercase().ends_with(".err") {
        return Ok(about::err_file(name, bytes, lang));
    }
    if name.to_ascii_lowercase().ends_with(".pdf") {
        return Ok(about::pages(name, bytes, lang));
    }
    let document = xml::read_up_to(bytes, xml::LOOK_LIMIT)?;
    let mut explanation = tree(&document.root, family(name, &document.root, table), table, lang);
    explanation.about = about::document(name, &document, lang);
    explanation.notes = about::notes(name, &document, lang);
    Ok(explanation)
}

/// Explains a zip from outside: its file needs a password, or is another thing to explain.
pub fn zip(name: &str, bytes: &[u8], lang: Lang) -> Explanation {
    about::zipped(name, bytes, lang)
}

/// Explains a tree, without a file around it.
pub fn tree(root: &Element, family: Family, table: &ElementTable, lang: Lang) -> Explanation {
    let mut lines = Vec::new();
    Walk { table, family, lang, lines: &mut lines }.element(root, "", 0);
    Explanation { about: Vec::new(), lines, notes: Vec::new() }
}

/// Whose rows the elements of a file have. A subsidy answer is known by its name, or by a block that only it has; an answer of YZK or TKK by its header.
pub fn family(name: &str, root: &Element, table: &ElementTable) -> Family {
    let subsidy_block = |child: &Element| {
        table
            .rows()
            .any(|(family, parent, row)| family == Family::Subsidy && parent == "MessageBody" && row.name == child.name)
    };
    if inquiry::is_result(root) {
        return Family::Inquiry;
    }
    let by_content = root.child("MessageBody").is_some_and(|body| body.children().iter().any(subsidy_block));
    if name.starts_with("PMH") || by_content { Family::Subsidy } else { Family::Common }
}

struct Walk<'a> {
    table: &'a ElementTable,
    family: Family,
    lang: Lang,
    lines: &'a mut Vec<Line>,
}

impl Walk<'_> {
    fn element(&mut self, element: &Element, parent: &str, depth: usize) {
        let row = self.table.row(self.family, parent, &element.name);
        let is_group = !element.children().is_empty();
        let raw = (!is_group).then(|| element.value().to_owned());
        let read = match (row, &raw) {
            (Some(row), Some(raw)) => value::read(row, raw, self.table, self.lang),
            _ => value::Meaning::default(),
        };
        let mut notes = read.notes;
        if row.is_none() {
            notes.push(say(self.lang, "見たことのない要素です", "an element never seen before").to_owned());
        }
        self.lines.push(Line {
            depth,
            element: element.name.to_string(),
            label: row.map(|row| say(self.lang, &row.ja, &row.en).to_owned()),
            raw,
            meaning: read.meaning,
            source: row.map(|row| row.provenance.source.clone()),
            confidence: row.map(|row| row.provenance.confidence),
            provisional: row.is_some_and(is_provisional),
            notes,
        });
        let mut seen: Vec<&str> = Vec::new();
        for child in element.children() {
            let line = self.lines.len();
            self.element(child, &element.name, depth + 1);
            if seen.contains(&child.name.as_ref()) && self.may_stand_once(&element.name, child) {
                self.note(line, "一度だけの項目が繰り返されています", "repeated, but may stand once");
            }
            seen.push(&child.name);
        }
    }

    fn may_stand_once(&self, parent: &str, child: &Element) -> bool {
        self.table.row(self.family, parent, &child.name).is_some_and(|row| !row.occurs.ends_with('n'))
    }

    fn note(&mut self, line: usize, ja: &str, en: &str) {
        if let Some(line) = self.lines.get_mut(line) {
            line.notes.push(say(self.lang, ja, en).to_owned());
        }
    }
}

fn is_provisional(row: &ElementRow) -> bool {
    row.provenance.confidence.is_provisional()
}

fn finding_text(finding: &Finding, lang: Lang) -> String {
    let seen = finding.seen.as_deref().map(|seen| format!(" 「{seen}」")).unwrap_or_default();
    format!("{}: {}{seen}", finding.path, finding.words(lang))
}

#[cfg(test)]
mod tests;
