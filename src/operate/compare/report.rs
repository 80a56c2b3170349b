//! What came out of a comparison: per file, and over all files.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::capture::{Captured, Kind};
use crate::event::Words;
use crate::message::compare::mask::Mask;
use crate::message::compare::tree::{Finding, Kind as FindingKind};
use crate::message::compare::{Set, Whole};
use crate::message::element::Family;

/// Where our side came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// There is none.
    None,
    /// The file is a request itself.
    Request,
    /// The file is nothing that can be compared: a notice, a zip, a pdf.
    Other,
    /// The captured request was asked again.
    Asked(String),
    /// The request was not captured: it was made of what the answer repeats of it.
    Echo,
    /// A visit with the answers that the flags tell.
    Visit,
    /// A file of ours (`--with`).
    Pair(String),
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// From the captured folder.
    pub file: String,
    /// Where our side came from.
    pub source: Source,
    /// Settings with which ours looks the same.
    pub settings: Vec<Set>,
    /// Of the file as a whole, whatever the settings.
    pub whole: Vec<Whole>,
    /// Element by element.
    pub findings: Vec<Finding>,
    /// What had to be assumed.
    pub assumed: Vec<Words>,
    /// Why it could not be compared.
    pub problem: Option<Words>,
    /// Whose rows its elements have.
    #[serde(skip)]
    pub family: Family,
}

impl FileReport {
    pub(super) fn of(file: &Captured, source: Source) -> Self {
        Self {
            file: file.path.clone(),
            source,
            settings: Vec::new(),
            whole: Vec::new(),
            findings: Vec::new(),
            assumed: Vec::new(),
            problem: None,
            family: Family::default(),
        }
    }

    pub(super) fn left_out(path: &str, why: Words) -> Self {
        let file = Captured { path: path.to_owned(), name: path.to_owned(), bytes: Vec::new() };
        Self { problem: Some(why), ..Self::of(&file, Source::None) }
    }

    pub(super) fn other(file: &Captured) -> Self {
        let why = Words::new("比べられる種類のファイルではありません", "not a kind of file that can be compared");
        Self { problem: Some(why), ..Self::of(file, Source::Other) }
    }

    /// Is there a difference that no setting and no chance explains?
    pub fn differs(&self) -> bool {
        !self.whole.is_empty() || self.findings.iter().any(|finding| finding.kind.counts())
    }
}

/// An element that no table of ours has, over all files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeverSeen {
    /// Its parent's name.
    pub parent: String,
    /// Its name.
    pub element: String,
    /// Where it stood first.
    pub path: String,
    /// A value; none of a group.
    pub example: Option<String>,
    /// How often it was seen.
    pub count: usize,
    /// More than once below one parent.
    pub repeats: bool,
    /// In which documents. The tags of a subsidy document stand in pmh.toml.
    pub family: Family,
}

/// All files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Answers that were compared.
    pub compared: usize,
    /// Answers that could not be compared.
    pub not_compared: usize,
    /// Requests that lay beside them.
    pub requests: usize,
    /// Files of other kinds.
    pub others: usize,
    /// How many findings of each kind.
    pub counts: BTreeMap<FindingKind, usize>,
    /// Settings that make our terminal write like this one.
    pub settings: BTreeSet<Set>,
    /// What nobody has seen.
    pub never_seen: Vec<NeverSeen>,
    /// File by file.
    pub files: Vec<FileReport>,
}

impl Report {
    pub(super) fn of(mut files: Vec<FileReport>, left_out: Vec<FileReport>) -> Self {
        files.extend(left_out);
        files.sort_by(|one, other| one.file.cmp(&other.file));
        let of = |source: Source| files.iter().filter(|file| file.source == source).count();
        let (requests, others) = (of(Source::Request), of(Source::Other));
        let not_compared = files.iter().filter(|file| file.problem.is_some() && file.source != Source::Other).count();
        let mut counts = BTreeMap::new();
        for finding in files.iter().flat_map(|file| &file.findings) {
            *counts.entry(finding.kind).or_default() += 1;
        }
        let settings = files.iter().flat_map(|file| file.settings.iter().cloned()).collect();
        let never_seen = never_seen(&files);
        let compared = files.len() - requests - others - not_compared;
        Self { compared, not_compared, requests, others, counts, settings, never_seen, files }
    }

    /// Does nothing differ, and was everything compared?
    pub fn is_same(&self) -> bool {
        self.not_compared == 0 && !self.files.iter().any(FileReport::differs)
    }

    /// The same with every person masked.
    #[must_use]
    pub fn masked(mut self, mask: &Mask) -> Self {
        let words = |words: &Words| Words::new(mask.scrub(&words.ja), mask.scrub(&words.en));
        let value = |element: &str, value: &mut Option<String>| {
            *value = value.as_deref().map(|value| mask.value(element, value));
        };
        for file in &mut self.files {
            file.file = masked_path(&file.file, mask);
            if let Source::Asked(path) | Source::Pair(path) = &mut file.source {
                *path = masked_path(path, mask);
            }
            for whole in &mut file.whole {
                // What stands there besides tags is not known value by value.
                let (theirs, ours) = (without_values(&whole.theirs), without_values(&whole.ours));
                (whole.theirs, whole.ours) = (mask.scrub(&theirs), mask.scrub(&ours));
            }
            for finding in &mut file.findings {
                value(&finding.element, &mut finding.theirs);
                value(&finding.element, &mut finding.ours);
            }
            file.assumed = file.assumed.iter().map(words).collect();
            file.problem = file.problem.as_ref().map(words);
        }
        for seen in &mut self.never_seen {
            value(&seen.element, &mut seen.example);
        }
        self
    }
}

/// A line of a file, or a remark about one, without what stands between tags and in quotes.
fn without_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut hidden = false;
    for c in text.chars() {
        match c {
            '「' => hidden = true,
            '<' | '」' => hidden = false,
            _ => {}
        }
        if !hidden || c == '「' {
            out.push(c);
        }
        // A declaration ends with `?>`, and nothing follows it.
        if c == '>' {
            hidden = true;
            out.push('…');
        }
    }
    out.trim_end_matches('…').to_owned()
}

/// Folders and file name of a path, each masked.
pub(super) fn masked_path(path: &str, mask: &Mask) -> String {
    let parts: Vec<String> = path.split('/').map(|part| masked_part(part, mask)).collect();
    parts.join("/")
}

fn masked_part(part: &str, mask: &Mask) -> String {
    let ours = ["req", "res", "face"].iter().any(|known| part.eq_ignore_ascii_case(known));
    if ours { part.to_owned() } else { mask.file_name(part) }
}

fn never_seen(files: &[FileReport]) -> Vec<NeverSeen> {
    let mut seen: BTreeMap<(Family, &str, &str), NeverSeen> = BTreeMap::new();
    let unknown = files.iter().flat_map(|file| {
        let family = file.family;
        file.findings.iter().filter(|f| f.kind == FindingKind::NeverSeen).map(move |finding| (family, finding))
    });
    for (family, finding) in unknown {
        let row = seen.entry((family, &finding.parent, &finding.element)).or_insert_with(|| NeverSeen {
            parent: finding.parent.clone(),
            element: finding.element.clone(),
            path: finding.path.clone(),
            example: None,
            count: 0,
            repeats: false,
            family,
        });
        row.count += 1;
        row.repeats |= finding.path.ends_with(']');
        row.example = row.example.take().or_else(|| finding.theirs.clone().filter(|value| !value.is_empty()));
    }
    seen.into_values().collect()
}

/// What kind of file a report is about, for whoever shows it.
pub fn is_request(file: &FileReport) -> bool {
    file.source == Source::Request
}

/// Is it a file that a masked copy may hold as a document?
pub(super) fn is_document(kind: Kind) -> bool {
    matches!(kind, Kind::Request | Kind::Answer | Kind::Face)
}
