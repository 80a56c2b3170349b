//! What all documents of the folder have around their content: `XmlMsg` with one `MessageHeader` and one `MessageBody`.

use super::fields::{Field, Group, Reading, put_parent};
use super::finding::{Finding, FindingKind};
use super::refusal::{Refusal, Rule};
use super::sink::Sink;
use super::tree::Element;

/// A document, and what was unusual in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read<T> {
    /// What was read.
    pub document: T,
    /// Kept, marked, to be reported.
    pub findings: Vec<Finding>,
}

impl<T> Read<T> {
    /// The same with its document turned into another.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Read<U> {
        Read { document: turn(self.document), findings: self.findings }
    }
}

/// `XmlMsg` with this header, and in its body what the other group has.
pub(super) fn put_message(header: &impl Group, body: &impl Group, out: &mut dyn Sink) {
    out.open("XmlMsg");
    put_parent("MessageHeader", header, out);
    put_parent("MessageBody", body, out);
    out.close("XmlMsg");
}

/// `XmlMsg` around header and body.
pub(super) fn message(header: Element, body: Vec<Element>) -> Element {
    Element::parent("XmlMsg", vec![header, Element::parent("MessageBody", body)])
}

/// Header and body, each once, below `XmlMsg`.
pub(super) fn parts(root: &Element) -> Result<(&Element, &Element), Refusal> {
    if root.name != "XmlMsg" {
        return Err(Refusal::new(Rule::WrongRoot).at(root.name.as_ref()));
    }
    let part = |name: &str| {
        let mut found = root.children().iter().filter(|child| child.name == name);
        match (found.next(), found.next()) {
            (Some(part), None) => Ok(part),
            (None, _) => Err(Refusal::new(Rule::WrongRoot).at(format!("XmlMsg/{name}"))),
            (Some(_), Some(_)) => Err(Refusal::new(Rule::Repeated).at(format!("XmlMsg/{name}"))),
        }
    };
    Ok((part("MessageHeader")?, part("MessageBody")?))
}

/// What stands once in the body, under `name`: the whole question of a single request.
pub(super) fn the_only<T: Default>(body: &Element, name: &'static str, reading: &mut Reading) -> T
where
    Option<T>: Field,
{
    let mut found: Option<T> = None;
    for child in body.children() {
        match child.name == name {
            true => Field::take(&mut found, child, reading),
            false => reading.report(FindingKind::UnknownElement, &child.name, None),
        }
    }
    found.unwrap_or_else(|| {
        reading.report(FindingKind::Missing, name, None);
        T::default()
    })
}

/// A reader that stands at `XmlMsg`.
pub(super) fn at_the_root() -> Reading {
    Reading::at("XmlMsg")
}

/// The first finding that a request may not have.
pub(super) fn refuse(findings: &[Finding]) -> Result<(), Refusal> {
    let broken = findings.iter().find_map(|finding| match finding.kind {
        FindingKind::Missing => Some((Rule::Missing, finding)),
        FindingKind::Repeated => Some((Rule::Repeated, finding)),
        _ => None,
    });
    match broken {
        Some((rule, finding)) => {
            Err(Refusal { seen: finding.seen.clone(), ..Refusal::new(rule).at(finding.path.as_str()) })
        }
        None => Ok(()),
    }
}

/// Blanks around codes, dates and flags are a pretty-printer's.
pub(super) fn trim(value: &mut String) {
    if value.trim().len() != value.len() {
        *value = value.trim().to_owned();
    }
}
