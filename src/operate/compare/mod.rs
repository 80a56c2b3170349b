//! `compare`: files captured from a real terminal beside ours for the same questions, so that whoever has a terminal can make the
//! simulator truer, as data (docs/compare.md).
//!
//! ```text
//! folder ──capture──▶ files ──adopt──▶ people ──ours (a hub of their own, their clock)──▶ our document ──message::compare──▶ report
//! ```
//!
//! - here: one file after the other
//! - [`capture`]: reading the folder, what kind each file is, which request belongs to which answer
//! - [`adopt`]: the persons of an answer, as people of ours; `known`: all those of one answer
//! - [`ours`]: the same question, asked of a hub that knows them; `inquired`: of 薬剤情報 and 特定健診情報;
//!   `care`: of 医療扶助, 訪問診療等 and オンライン診療等 in bulk
//! - [`report`]: what came out, with persons masked where that is wanted; [`text`]: in words; [`rows`]: as rows for elements.toml
//! - [`copy`]: the folder once more, masked

pub mod adopt;
pub mod capture;
mod care;
pub mod copy;
mod inquired;
mod known;
pub mod ours;
pub mod report;
pub mod rows;
pub mod text;

use self::capture::{Capture, Captured, Kind};
use self::ours::Ours;
use self::report::{FileReport, Report, Source};
use crate::event::Words;
use crate::message::compare::tree::{self, Finding};
use crate::message::compare::{Set, Whole, form, name, order};
use crate::message::element::ElementTable;
use crate::message::explain::family;
use crate::message::qualification::Records;
use crate::message::refusal::read_err_file;
use crate::message::tree::{Content, Element};
use crate::message::xml::{self, Document};
use crate::station::layouts::Layouts;
use crate::terminal::TerminalSettings;
use crate::terminal::linkage::{self, Decision, decide};
use crate::text::decode;

/// Compares every answer of `theirs`; with `paired`, with the file of the same name there instead of asking.
pub fn compare(theirs: &Capture, paired: Option<&Capture>, layouts: &Layouts) -> Report {
    let comparing = Comparing { theirs, paired, layouts };
    let files = theirs.files.iter().map(|file| comparing.file(file)).collect();
    let left_out = theirs.left_out.iter().map(|(file, why)| FileReport::left_out(file, why.clone()));
    Report::of(files, left_out.collect())
}

struct Comparing<'a> {
    theirs: &'a Capture,
    paired: Option<&'a Capture>,
    layouts: &'a Layouts,
}

impl Comparing<'_> {
    fn file(&self, file: &Captured) -> FileReport {
        match file.kind() {
            Kind::Request => FileReport::of(file, Source::Request),
            Kind::Err => self.err(file),
            Kind::Answer | Kind::Face => self.answer(file),
            Kind::Other => FileReport::other(file),
        }
    }

    fn answer(&self, file: &Captured) -> FileReport {
        let mut report = FileReport::of(file, Source::None);
        let document = match xml::read_up_to(&file.bytes, xml::LOOK_LIMIT) {
            Ok(document) => document,
            Err(refusal) => {
                let words = |lang| format!("{} {}", refusal.code(), refusal.words(lang));
                report.problem = Some(Words::new(words(crate::event::Lang::Ja), words(crate::event::Lang::En)));
                return report;
            }
        };
        let family = family(&file.name, &document.root, &self.layouts.elements);
        report.family = family;
        let request = self.theirs.request_of(file);
        let asked = request.and_then(|request| xml::read_up_to(&request.bytes, xml::LOOK_LIMIT).ok());
        let form = form::of(&file.bytes, &document, asked.as_ref().map(|asked| asked.encoding));
        report.settings = form.settings;
        report.whole = form.differences;
        if file.kind() == Kind::Face {
            let institution = document.root.at(&["MessageHeader", "MedicalInstitutionCode"]).map(Element::value);
            let name = name::of_face(&file.name, institution.unwrap_or_default());
            report.settings.extend(name.settings);
            report.whole.extend(name.differences);
        }
        let records = records(&document.root);
        if records == Records::RepeatedList {
            report.settings.push(Set::terminal("records", "\"repeated-list\""));
        }
        let ours = self.ours(file, &document, asked.as_ref(), records).map(|mut ours| {
            // The encoding is told as a setting, not as a value.
            if let Some(code) = ours.tree.at_mut(&["MessageHeader", "CharacterCodeIdentifier"]) {
                code.content = Content::Text(document.encoding.code().to_owned());
            }
            ours
        });
        match ours {
            Ok(ours) => self.beside(&mut report, &document.root, ours, request),
            Err(why) => {
                report.problem = Some(why);
                report.findings = tree::never_seen(&document.root, &self.layouts.elements, family);
                order_of(&mut report, &document.root, None, &self.layouts.elements);
            }
        }
        report
    }

    fn ours(
        &self,
        file: &Captured,
        document: &Document,
        asked: Option<&Document>,
        records: Records,
    ) -> Result<Ours, Words> {
        let Some(paired) = self.paired else {
            return ours::ours(&file.name, document, asked, records, self.layouts);
        };
        let none = || Words::new("対になるファイルがありません", "no file is its pair");
        let pair = paired.pair_of(file, &document.root).ok_or_else(none)?;
        let read = xml::read_up_to(&pair.bytes, xml::LOOK_LIMIT);
        let root = read.map_err(|refusal| Words::new(refusal.to_string(), refusal.to_string()))?.root;
        Ok(Ours { tree: root, source: Source::Pair(pair.path.clone()), settings: Vec::new(), assumed: Vec::new() })
    }

    fn beside(&self, report: &mut FileReport, theirs: &Element, ours: Ours, request: Option<&Captured>) {
        let elements = &self.layouts.elements;
        let tree = ours.tree;
        let is_pair = matches!(ours.source, Source::Pair(_));
        order_of(report, theirs, (!is_pair).then_some(&tree), elements);
        report.findings = tree::differences(theirs, &tree, elements, report.family);
        report.assumed = ours.assumed;
        report.settings.extend(ours.settings);
        report.source = match (ours.source, request) {
            (Source::Echo, Some(request)) => Source::Asked(request.path.clone()),
            (source, _) => source,
        };
    }

    /// An `.err`: what it says beside what ours says of the same request, where that was captured.
    fn err(&self, file: &Captured) -> FileReport {
        let mut report = FileReport::of(file, Source::None);
        let told = decode(&file.bytes, None).map(|decoded| decoded.text.trim_end().to_owned());
        let theirs = told.unwrap_or_else(|error| error.to_string());
        let Some(request) = self.theirs.request_of(file) else {
            report.problem = Some(Words::new("元の要求がありません", "its request was not captured"));
            report.findings.push(err_finding(theirs, None));
            return report;
        };
        report.source = Source::Asked(request.path.clone());
        let settings = TerminalSettings::default();
        // Bytes in memory can always be read.
        let refused = match decide(&request.name, linkage::Content::Bytes(&request.bytes), true, &settings) {
            Ok(Decision::Refuse(refuse)) => Some(refuse.refusal.err_file(refuse.encoding)),
            Ok(Decision::Unanswered(unanswered)) => {
                Some(unanswered.refuse.refusal.err_file(unanswered.refuse.encoding))
            }
            Ok(Decision::Ask(_) | Decision::Leave) | Err(_) => None,
        };
        let ours = refused.and_then(|bytes| decode(&bytes, None).ok().map(|d| d.text.trim_end().to_owned()));
        if ours.as_deref() != Some(&theirs) {
            report.findings.push(err_finding(theirs, ours));
        }
        if read_err_file(&file.bytes).is_none() {
            report
                .whole
                .push(Whole { what: "err", theirs: "–".to_owned(), ours: "code CRLF message CRLF".to_owned() });
        }
        report
    }
}

/// A code and message of ours are expected to be others; that ours would have answered is not.
fn err_finding(theirs: String, ours: Option<String>) -> Finding {
    let kind = if ours.is_some() { tree::Kind::OwnCode } else { tree::Kind::OnlyTheirs };
    let (path, element) = (".err".to_owned(), ".err".to_owned());
    Finding { kind, path, parent: String::new(), element, theirs: Some(theirs), ours, note: None }
}

fn order_of(report: &mut FileReport, theirs: &Element, ours: Option<&Element>, elements: &ElementTable) {
    let family = report.family;
    let known = |parent: &str, child: &str| elements.row(family, parent, child).is_some();
    match order::of(theirs, ours, &known) {
        order::Seen::Hash => {}
        order::Seen::Spec => report.settings.push(Set::terminal("element_order", "\"spec\"")),
        order::Seen::Neither(place) => {
            let table = place.table.map(|size| format!(" (hash table {size})")).unwrap_or_default();
            report.whole.push(Whole {
                what: "order",
                theirs: format!("{}: {}{table}", place.parent.rsplit('/').next().unwrap_or_default(), place.found),
                ours: place.expected,
            });
        }
    }
}

fn records(root: &Element) -> Records {
    let body = root.child("MessageBody").map(Element::children).unwrap_or_default();
    match body.iter().filter(|child| child.name == "ResultList").count() {
        0 | 1 => Records::OneList,
        _ => Records::RepeatedList,
    }
}

#[cfg(test)]
mod tests;
