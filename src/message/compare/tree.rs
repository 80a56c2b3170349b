//! Two documents for one question, element by element.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::shape::Shape;
use crate::clock::parse_time;
use crate::message::element::{ElementTable, Family, Format};
use crate::message::tree::Element;

/// Identifiers that whoever writes the file draws: only their shape can be equal (spec/oqs-interface.md §1.3, §2.4; pmh.md §1.1).
const DRAWN: [&str; 3] = ["ArbitraryFileIdentifier", "ReceptionNumber", "RequestPmhFileName"];
/// Hashes whose algorithm is not public, by what their tags hold (spec/pmh.md §1.4, §5.5).
const KEYS: [&str; 2] = ["QualificationConfirmationKey", "Hash"];
/// Codes and messages of the centre, and the beginning of ours (spec/oqs-interface.md §4).
const CODES: [(&str, &str); 2] = [("ErrorCode", "ErrorMessage"), ("ProcessingResultCode", "ProcessingResultMessage")];
const OUR_CODES: &str = "MDG-";

/// What is different about one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The element table has no row for it: nobody has seen it.
    NeverSeen,
    /// Known, and not in ours.
    OnlyTheirs,
    /// Not in theirs.
    OnlyOurs,
    /// Another value.
    Value,
    /// An identifier or a key of another length or other characters.
    Shape,
    /// Another time: expected.
    Time,
    /// Another identifier of the same shape: expected.
    Identifier,
    /// Another key of the same shape: expected.
    Key,
    /// A code or message of the centre beside one of our own: expected, and worth a row of errors.toml.
    OwnCode,
}

impl Kind {
    /// Does it make the files differ? The others are different by their nature.
    pub fn counts(self) -> bool {
        matches!(self, Self::NeverSeen | Self::OnlyTheirs | Self::OnlyOurs | Self::Value | Self::Shape)
    }
}

/// One element that is not the same in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is different.
    pub kind: Kind,
    /// Names from the root, with the number of those that repeat: `XmlMsg/MessageBody/BulkConfirmUnit[2]/ReferenceNumber`
    pub path: String,
    /// Its parent's name.
    pub parent: String,
    /// Its name.
    pub element: String,
    /// Theirs; none of a group.
    pub theirs: Option<String>,
    /// Ours; none of a group.
    pub ours: Option<String>,
    /// Shapes, or how many values a group holds.
    pub note: Option<String>,
}

/// Everything in which `theirs` is not `ours`.
pub fn differences(theirs: &Element, ours: &Element, table: &ElementTable, family: Family) -> Vec<Finding> {
    let mut walk = Walk { table, family, found: Vec::new() };
    walk.pair(theirs, ours, &theirs.name);
    walk.found
}

/// The elements that the table does not know, where there is nothing of ours to compare with.
pub fn never_seen(theirs: &Element, table: &ElementTable, family: Family) -> Vec<Finding> {
    let mut walk = Walk { table, family, found: Vec::new() };
    walk.unknown_below(theirs, &theirs.name);
    walk.found
}

struct Walk<'a> {
    table: &'a ElementTable,
    family: Family,
    found: Vec<Finding>,
}

/// A child with its path and its number among those of its name.
type Numbered<'e> = (String, &'e Element);

impl Walk<'_> {
    fn pair(&mut self, theirs: &Element, ours: &Element, path: &str) {
        let (left, right) = (numbered(theirs, path), numbered(ours, path));
        let of_ours: HashMap<&str, &Element> = right.iter().map(|(path, child)| (path.as_str(), *child)).collect();
        let in_theirs: HashSet<&str> = left.iter().map(|(path, _)| path.as_str()).collect();
        for (path, child) in &left {
            match of_ours.get(path.as_str()) {
                None => self.only_theirs(theirs, child, path),
                Some(other) if child.children().is_empty() && other.children().is_empty() => {
                    self.values((theirs, child), (ours, other), path);
                }
                Some(other) => self.pair(child, other, path),
            }
        }
        for (path, child) in &right {
            if !in_theirs.contains(path.as_str()) {
                self.add(Kind::OnlyOurs, path, &ours.name, child, None, Some(child));
            }
        }
    }

    fn only_theirs(&mut self, parent: &Element, child: &Element, path: &str) {
        match self.knows(&parent.name, child) {
            true => self.add(Kind::OnlyTheirs, path, &parent.name, child, Some(child), None),
            false => self.add(Kind::NeverSeen, path, &parent.name, child, Some(child), None),
        }
        self.unknown_below(child, path);
    }

    fn unknown_below(&mut self, element: &Element, path: &str) {
        for (path, child) in numbered(element, path) {
            if !self.knows(&element.name, child) {
                self.add(Kind::NeverSeen, &path, &element.name, child, Some(child), None);
            }
            self.unknown_below(child, &path);
        }
    }

    fn knows(&self, parent: &str, child: &Element) -> bool {
        self.table.row(self.family, parent, &child.name).is_some()
    }

    fn values(&mut self, theirs: (&Element, &Element), ours: (&Element, &Element), path: &str) {
        let (left, right) = (theirs.1.value(), ours.1.value());
        if left == right {
            return;
        }
        let name = theirs.1.name.as_ref();
        let is_time = || {
            let format = self.table.row(self.family, &theirs.0.name, name).map(|row| row.format);
            format == Some(Format::Datetime) && left.len() == 14 && parse_time(left).is_some()
        };
        let kind = if DRAWN.contains(&name) {
            of_shape(left, right, Kind::Identifier)
        } else if KEYS.iter().any(|key| name.contains(key)) {
            of_shape(left, right, Kind::Key)
        } else if is_our_code(ours.0, name) {
            Kind::OwnCode
        } else if is_time() {
            Kind::Time
        } else {
            Kind::Value
        };
        self.add(kind, path, &theirs.0.name, theirs.1, Some(theirs.1), Some(ours.1));
        if let (Kind::Shape | Kind::Identifier | Kind::Key, Some(last)) = (kind, self.found.last_mut()) {
            last.note = Some(format!("{} / {}", Shape::of(left), Shape::of(right)));
        }
    }

    fn add(
        &mut self,
        kind: Kind,
        path: &str,
        parent: &str,
        which: &Element,
        theirs: Option<&Element>,
        ours: Option<&Element>,
    ) {
        let value = |element: Option<&Element>| {
            element.filter(|element| element.children().is_empty()).map(|element| element.value().to_owned())
        };
        let values = values_below(which);
        self.found.push(Finding {
            kind,
            path: path.to_owned(),
            parent: parent.to_owned(),
            element: which.name.to_string(),
            theirs: value(theirs),
            ours: value(ours),
            note: (!which.children().is_empty()).then(|| format!("{values} values")),
        });
    }
}

fn of_shape(left: &str, right: &str, same: Kind) -> Kind {
    if Shape::of(left) == Shape::of(right) { same } else { Kind::Shape }
}

/// A code of ours, or the message beside one.
fn is_our_code(parent: &Element, name: &str) -> bool {
    let pair = CODES.iter().find(|(code, message)| *code == name || *message == name);
    let code = pair.and_then(|(code, _)| parent.child(code));
    code.is_some_and(|code| code.value().starts_with(OUR_CODES))
}

fn values_below(element: &Element) -> usize {
    match element.children() {
        [] => 1,
        children => children.iter().map(values_below).sum(),
    }
}

/// The children with their paths; those whose name repeats are numbered from the second on, so that one more does not rename the first.
fn numbered<'e>(element: &'e Element, path: &str) -> Vec<Numbered<'e>> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let number = |child: &'e Element| {
        let count = seen.entry(&child.name).or_default();
        *count += 1;
        let index = if *count > 1 { format!("[{count}]") } else { String::new() };
        (format!("{path}/{}{index}", child.name), child)
    };
    element.children().iter().map(number).collect()
}
