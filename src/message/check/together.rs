//! The files of a folder: face and PMH, request and answer, `.err` and returned request, identifiers (spec/oqs-interface.md §4.1;
//! spec/pmh.md §1.2; spec/known-clients.md §1).

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Facts, Field};
use super::name::Kind;
use super::{Checked, Rule, Violation};
use crate::event::FolderKind;
use crate::message::name::{PMH_SIMSM_01, PmhErr, PmhName};

/// What does not go together, each with the index of the file where it is told. `whole`: these are all files of a terminal's folders, so
/// what is not among them is not there. A folder is seen at one moment, and what is not there may have been collected: most of what is
/// missing is a warning.
pub fn together(files: &[Checked], whole: bool) -> Vec<(usize, Violation)> {
    let folder = Folder::new(files, whole);
    let mut found = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let violations = match file.facts.kind {
            Kind::Request(_) => folder.request(&file.facts),
            Kind::Answer(_) => folder.answer(file),
            Kind::Face(_) => folder.face(&file.facts),
            Kind::Err => folder.err(&file.facts),
            Kind::Unnamed | Kind::Nothing => Vec::new(),
        };
        found.extend(violations.into_iter().map(|violation| (index, violation)));
    }
    found.extend(same_identifiers(files, &folder));
    found.sort_by_key(|(index, violation)| (*index, violation.place, violation.rule));
    found
}

/// Name of a question and its answer, without direction: interface and free part.
type Key<'a> = (String, &'a str);

fn key(facts: &Facts) -> Key<'_> {
    (facts.code.to_ascii_lowercase(), &facts.free)
}

/// Files by what one looks for.
struct Folder<'a> {
    files: &'a [Checked],
    requests: BTreeMap<Key<'a>, &'a Facts>,
    errs: BTreeSet<Key<'a>>,
    names: BTreeSet<&'a str>,
    /// Whether what is not here is nowhere.
    whole: bool,
    has_faces: bool,
    /// Requests as a レセコン keeps them, besides those that came back.
    has_sent: bool,
    /// 01res by interface and 受付番号.
    receptions: BTreeMap<(String, &'a str), &'a Facts>,
}

impl<'a> Folder<'a> {
    fn new(files: &'a [Checked], whole: bool) -> Self {
        let facts = || files.iter().map(|file| &file.facts);
        let is_request = |facts: &&Facts| matches!(facts.kind, Kind::Request(_));
        let reception = |facts: &'a Facts| Some(((interface(facts), facts.reception.as_ref()?.value.as_str()), facts));
        Self {
            files,
            whole,
            requests: facts().filter(is_request).map(|facts| (key(facts), facts)).collect(),
            errs: facts().filter(|facts| facts.kind == Kind::Err).map(key).collect(),
            names: files.iter().map(|file| file.name.as_str()).collect(),
            has_faces: facts().any(|facts| matches!(facts.kind, Kind::Face(_))),
            has_sent: facts().filter(is_request).any(|facts| facts.folder != Some(FolderKind::Res)),
            receptions: facts()
                .filter(|facts| matches!(facts.kind, Kind::Answer(_)) && facts.code.ends_with("01"))
                .filter_map(reception)
                .collect(),
        }
    }

    /// A request that lies in `res` came back, and its `.err` says why.
    fn request(&self, facts: &Facts) -> Vec<Violation> {
        let came_back = facts.folder == Some(FolderKind::Res);
        let alone = came_back && !self.errs.contains(&key(facts));
        alone.then(|| Violation::new(Rule::PairRequestErr)).into_iter().collect()
    }

    /// An `.err` has its request beside it; that of PMH stands alone.
    fn err(&self, facts: &Facts) -> Vec<Violation> {
        let is_pmh = facts.code.eq_ignore_ascii_case(PMH_SIMSM_01);
        let alone = self.sees_res(facts) && !is_pmh && !self.requests.contains_key(&key(facts));
        alone.then(|| Violation::new(Rule::PairErrRequest)).into_iter().collect()
    }

    /// `res` is among the folders, though others may not be.
    fn sees_res(&self, facts: &Facts) -> bool {
        self.whole || facts.folder == Some(FolderKind::Res)
    }

    fn face(&self, facts: &Facts) -> Vec<Violation> {
        let Some(field) = &facts.pmh else { return Vec::new() };
        // Another name is told by the file itself.
        let Some(name) = PmhName::parse(&field.value) else { return Vec::new() };
        let has_result = self.names.contains(name.result().as_str());
        let has_err = name.err(PmhErr::Both).iter().any(|err| self.names.contains(err.as_str()));
        let rule = match (has_result, has_err) {
            (false, false) if self.whole => Rule::LinkPmhMissing,
            (true, true) => Rule::LinkPmhBoth,
            _ => return Vec::new(),
        };
        vec![at(rule, field).expected(name.result())]
    }

    fn answer(&self, file: &Checked) -> Vec<Violation> {
        let facts = &file.facts;
        if facts.code.eq_ignore_ascii_case(PMH_SIMSM_01) {
            return self.subsidy(&file.name);
        }
        let request = self.requests.get(&key(facts));
        let mut found = Vec::new();
        match request {
            Some(request) => found.extend(pair(request, facts)),
            None if self.whole && self.has_sent => found.push(Violation::new(Rule::PairRequestMissing)),
            None => {}
        }
        if facts.is_download() {
            found.extend(self.download(facts));
        }
        found
    }

    fn subsidy(&self, name: &str) -> Vec<Violation> {
        let named = |facts: &Facts| {
            let field = facts.pmh.as_ref().and_then(|field| PmhName::parse(&field.value));
            field.is_some_and(|pmh| pmh.result() == name)
        };
        let orphan = self.whole && self.has_faces && !self.files.iter().any(|file| named(&file.facts));
        orphan.then(|| Violation::new(Rule::LinkPmhOrphan)).into_iter().collect()
    }

    /// A 02res has the identifier and the rows of the 01req, which are found by the 受付番号.
    fn download(&self, facts: &Facts) -> Vec<Violation> {
        let number = facts.reception.as_ref().map_or("", |field| &field.value);
        let Some(reception) = self.receptions.get(&(interface(facts), number)) else { return Vec::new() };
        let mut found = Vec::new();
        found.extend(differs(Rule::PairIdentifier, reception.identifier.as_ref(), facts.identifier.as_ref()));
        let asked = self.requests.get(&key(reception)).map(|request| request.rows);
        if let Some(asked) = asked.filter(|asked| facts.rows > 0 && *asked > 0 && *asked != facts.rows) {
            found.push(Violation::new(Rule::PairRows).seen(facts.rows.to_string()).expected(asked.to_string()));
        }
        found
    }
}

/// `oqsmuquc` of `OQSmuquc01`.
fn interface(facts: &Facts) -> String {
    facts.code.get(..facts.code.len().saturating_sub(2)).unwrap_or_default().to_ascii_lowercase()
}

fn at(rule: Rule, field: &Field) -> Violation {
    Violation::new(rule).on(field.place).path(field.path.as_str()).seen(&field.value)
}

/// What a request says comes back in its answer.
fn pair(request: &Facts, answer: &Facts) -> Vec<Violation> {
    let mut found = Vec::new();
    if matches!(answer.extension.as_str(), "xml" | "pdf")
        && let Some(category) = &request.category
    {
        let odd = category.value.ends_with(['1', '3', '5', '7', '9']);
        let wanted = if odd { "pdf" } else { "xml" };
        // A failure is told in XML whatever was asked for.
        if wanted != answer.extension && !(answer.extension == "xml" && odd) {
            found.push(Violation::new(Rule::PairFormat).seen(&answer.extension).expected(wanted));
        }
    }
    // What is not XML was not looked into.
    if answer.extension != "xml" {
        return found;
    }
    found.extend(differs(Rule::PairInstitution, request.institution.as_ref(), answer.institution.as_ref()));
    match answer.is_download() {
        true => found.extend(differs(Rule::PairReception, request.reception.as_ref(), answer.reception.as_ref())),
        false => found.extend(differs(Rule::PairIdentifier, request.identifier.as_ref(), answer.identifier.as_ref())),
    }
    found
}

/// What was sent has to be what came back; what was not sent is nobody's claim.
fn differs(rule: Rule, sent: Option<&Field>, back: Option<&Field>) -> Option<Violation> {
    let sent = sent?;
    match back {
        Some(back) if back.value == sent.value => None,
        Some(back) => Some(at(rule, back).expected(&sent.value)),
        None => Some(Violation::new(rule).expected(&sent.value)),
    }
}

/// Identifiers that two files share. An answer is looked at when its request is not here: else it only repeats what that has.
fn same_identifiers(files: &[Checked], folder: &Folder<'_>) -> Vec<(usize, Violation)> {
    let mut first: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let facts = &file.facts;
        let class = match facts.kind {
            _ if facts.is_download() => continue,
            Kind::Request(_) => "request",
            Kind::Face(_) => "face",
            Kind::Answer(_) if !folder.requests.contains_key(&key(facts)) => facts.code.as_str(),
            _ => continue,
        };
        let Some(field) = &facts.identifier else { continue };
        let earlier = *first.entry((class, &field.value)).or_insert(index);
        let other = files.get(earlier).map(|file| file.name.as_str()).filter(|name| *name != file.name);
        if let Some(other) = other {
            found.push((index, at(Rule::DuplicateFileIdentifier, field).expected(format!("≠ {other}"))));
        }
    }
    found
}
