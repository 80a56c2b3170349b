//! Structure: what must be there, what may, what nobody knows, what stands twice.

use super::document::Part;
use super::whole::Sheet;
use super::{Report, Rule, Violation};
use crate::message::element::{ElementRow, Family, Format};

/// Names that programs of the field are known to write instead of the right ones (spec/oqs-interface.md §2.2, notes), and those that YZK and
/// TKK have of their own for what all others call otherwise (§2.7). Only a right name that may stand there is told.
const KNOWN_SLIPS: [(&str, &str); 10] = [
    ("InsuredCardSymbol", "InsuranceCardSymbol"),
    ("InsuredIdentificationNumber", "InsuredPersonIdentificationNumber"),
    ("InsuredBranchNumber", "BranchNumber"),
    ("InsuranceCardSymbol", "InsuredCardSymbol"),
    ("InsuredPersonIdentificationNumber", "InsuredIdentificationNumber"),
    ("BranchNumber", "InsuredBranchNumber"),
    ("PharmaceuticalInfoConsFlg", "PharmacistsInfoConsFlg"),
    ("PharmaceuticalInfoConsTime", "PharmacistsInfoConsTime"),
    ("PharmaceuticalInfoAcquisitionTime", "PharmacistsInfoAvailableTime"),
    ("PharmaceuticalInfoAvailableTime", "PharmacistsInfoAvailableTime"),
];

/// `…AcquisitionTime` for `…AvailableTime`: the same slip in the other groups.
const SLIP_OF_TIME: (&str, &str) = ("AcquisitionTime", "AvailableTime");

/// How many letters may be wrong for an element to count as misspelt rather than unknown.
const NEARLY: usize = 2;

/// What is known of an element where it stands.
pub(super) fn row<'a>(sheet: &Sheet<'a>, at: usize) -> Option<&'a ElementRow> {
    sheet.rows.get(at).copied().flatten()
}

/// `XmlMsg` with one header and one body; false when there is nothing to go on with.
pub(super) fn top(sheet: &Sheet<'_>, report: &mut Report) -> bool {
    let page = sheet.page;
    if page.name(0) != "XmlMsg" {
        report.add(sheet.at(Rule::XmlRoot, 0).seen(page.name(0)).expected("XmlMsg"));
        return false;
    }
    let mut whole = true;
    for name in ["MessageHeader", "MessageBody"] {
        let found: Vec<usize> = page.named(0, name).collect();
        if found.is_empty() {
            report.add(sheet.missing(Rule::XmlRoot, 0, name));
        }
        report.add_all(found.iter().skip(1).map(|at| sheet.at(Rule::XmlRoot, *at)));
        whole &= found.len() == 1;
    }
    whole
}

/// All elements below the top.
pub(super) fn look(sheet: &Sheet<'_>, report: &mut Report) {
    if sheet.document.is_none() && sheet.kind.interface().is_some() {
        report.add(Violation::new(Rule::InterfaceUnpublished).seen(sheet.code()));
        return;
    }
    for at in sheet.page.all().skip(1) {
        known(sheet, at, report);
        twice(sheet, at, report);
        form(sheet, at, report);
        mandatory(sheet, at, report);
    }
}

/// What the interface says of the children of an element.
fn part<'a>(sheet: &Sheet<'a>, at: usize) -> Option<&'a Part> {
    let document = sheet.document?;
    let name = sheet.page.name(at);
    match name {
        "MessageHeader" => Some(&document.header),
        "MessageBody" => Some(&document.body),
        _ => document.below.get(name),
    }
}

fn known(sheet: &Sheet<'_>, at: usize, report: &mut Report) {
    let page = sheet.page;
    let (name, parent) = (page.name(at), page.parent(at));
    if row(sheet, parent).is_none() && parent != 0 {
        // Its parent is unknown already.
        return;
    }
    if name.contains(':') {
        return report.add(sheet.at(Rule::XmlNamespace, at).seen(name));
    }
    let is_known = row(sheet, at).is_some();
    let may_stand_here = part(sheet, parent).is_none_or(|part| part.allows(name));
    if is_known && may_stand_here {
        return;
    }
    let here = names_below(sheet, parent);
    if let Some(right) = misspelt(name, &here) {
        report.add(sheet.at(Rule::ElementMisspelt, at).seen(name).expected(right));
    } else if let Some(place) = elsewhere(sheet, name, parent) {
        report.add(sheet.at(Rule::ElementMisplaced, at).seen(name).wants(place.0, place.1));
    } else {
        report.add(sheet.at(Rule::ElementUnknown, at).seen(name));
    }
}

/// Names that may stand below an element of this document.
fn names_below<'a>(sheet: &Sheet<'a>, parent: usize) -> Vec<&'a str> {
    let of_parent = sheet.page.name(parent);
    let part = part(sheet, parent);
    let names = sheet.tables.elements.below(sheet.family, of_parent).map(|row| row.name.as_str());
    names.filter(|name| part.is_none_or(|part| part.allows(name))).collect()
}

/// The right name of one that is nearly right.
fn misspelt<'a>(name: &str, right: &[&'a str]) -> Option<&'a str> {
    let known = KNOWN_SLIPS.iter().find(|(slip, _)| *slip == name).map(|(_, right)| (*right).to_owned());
    let known = known.or_else(|| Some(format!("{}{}", name.strip_suffix(SLIP_OF_TIME.0)?, SLIP_OF_TIME.1)));
    if let Some(known) = known.and_then(|known| right.iter().find(|name| **name == known)) {
        return Some(known);
    }
    let distance = |right: &&&str| strsim::damerau_levenshtein(&name.to_ascii_lowercase(), &right.to_ascii_lowercase());
    let nearest = right.iter().min_by_key(distance)?;
    let (off, numbered) = (distance(&nearest), |text: &str| text.ends_with(|c: char| c.is_ascii_digit()));
    // `Remarks4` is no slip of `Remarks3`.
    (off <= NEARLY.min(name.chars().count() / 4) && !(numbered(name) && numbered(nearest))).then_some(nearest)
}

/// Where an element of this name belongs, when not here.
fn elsewhere(sheet: &Sheet<'_>, name: &str, parent: usize) -> Option<(String, String)> {
    let here = sheet.page.name(parent);
    let is_above = |of: &str| of == here || of.is_empty();
    let mut parents: Vec<&str> = sheet
        .tables
        .elements
        .rows()
        .filter(|(_, of, row)| row.name == name && !is_above(of))
        .map(|(_, of, _)| of)
        .collect();
    parents.dedup();
    let known_here = sheet.tables.elements.row(sheet.family, here, name).is_some();
    if known_here {
        let interface = sheet.kind.interface().map_or("", |interface| interface.file.as_str());
        return Some((format!("{interface} の {here} にはない"), format!("not in the {here} of {interface}")));
    }
    let first = parents.first()?;
    Some((format!("{first} の下"), format!("below {first}")))
}

fn twice(sheet: &Sheet<'_>, at: usize, report: &mut Report) {
    let page = sheet.page;
    let name = page.name(at);
    if !page.is_repeated(at) || page.parent(at) == 0 {
        return;
    }
    let parent = page.name(page.parent(at));
    let request = sheet.document.filter(|document| document.body.may.is_some() && parent == "MessageBody");
    let may_repeat = match request {
        Some(document) => document.repeat.as_deref() == Some(name),
        None => row(sheet, at).is_none_or(|row| row.occurs.ends_with('n')),
    };
    if !may_repeat {
        report.add(sheet.at(Rule::DuplicateElement, at).seen(page.raw(at)));
    }
}

fn form(sheet: &Sheet<'_>, at: usize, report: &mut Report) {
    let Some(row) = row(sheet, at) else { return };
    let (is_group, value) = (sheet.page.is_group(at), sheet.page.value(at));
    // Face items of a certificate are values or groups, as it comes.
    if sheet.family == Family::Subsidy && row.occurs.ends_with('n') {
        return;
    }
    match row.format {
        Format::Group if !is_group && !value.is_empty() => {
            report.add(sheet.at(Rule::ElementForm, at).seen(value).by(&row.provenance));
        }
        Format::Group => {}
        _ if is_group => report.add(sheet.at(Rule::ElementForm, at).by(&row.provenance)),
        _ => {}
    }
}

fn mandatory(sheet: &Sheet<'_>, at: usize, report: &mut Report) {
    let page = sheet.page;
    let name = page.name(at);
    let rule = if name == "MessageHeader" { Rule::HeaderMissing } else { Rule::BodyMissing };
    let has =
        |name: &str| page.child(at, name).is_some_and(|child| page.is_group(child) || !page.value(child).is_empty());
    let part = part(sheet, at);
    let mut wanted: Vec<&str> = part.map_or(Vec::new(), |part| part.must.iter().map(String::as_str).collect());
    let is_a_group = row(sheet, at).is_some_and(|row| row.format == Format::Group);
    // The certificates of a subsidy answer have blocks of two readings: `subsidy` looks at them.
    if part.is_none() && !sheet.is_echo(at) && is_a_group && sheet.family != Family::Subsidy {
        let rows = sheet.tables.elements.below(sheet.family, name);
        let mandatory = rows.filter(|row| row.occurs == "1" || row.occurs == "1..n");
        wanted.extend(mandatory.map(|row| row.name.as_str()));
    }
    for missing in wanted.iter().copied().filter(|name| !has(name)) {
        let element = page.child(at, missing);
        let place = element.and_then(|child| page.place(child));
        let violation = sheet.missing(rule, at, missing);
        let violation = if place.is_some() { violation.on(place) } else { violation };
        report.add(match sheet.document.filter(|_| part.is_some()) {
            Some(document) => violation.by(&document.provenance),
            None => violation,
        });
    }
    if let Some(part) =
        part.filter(|part| !part.either.is_empty() && !part.either.iter().any(|set| set.iter().all(|name| has(name))))
    {
        let sets: Vec<String> = part.either.iter().map(|set| set.join(" + ")).collect();
        report.add(sheet.at(rule, at).expected(sets.join(" | ")));
    }
    let empty = page.children(at).filter(|child| {
        !page.is_group(*child) && page.value(*child).is_empty() && !wanted.contains(&page.name(*child))
    });
    // An item printed on a certificate may be empty there.
    let printed = sheet.family == Family::Subsidy;
    for child in empty.filter(|child| !printed && row(sheet, *child).is_some()) {
        report.add(sheet.at(Rule::ElementEmpty, child));
    }
}
