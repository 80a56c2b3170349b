//! Between the fields of a document and its elements: each element is named once, in specification order, by [`elements!`].

use super::finding::{Finding, FindingKind};
use super::qualification::MedicalInformationConsent;
use super::sink::{self, Sink};
use super::tree::Element;

/// A group of elements below one parent.
pub(super) trait Group: Default {
    /// Puts its elements in specification order; absent ones are omitted.
    fn put(&self, out: &mut dyn Sink);
    /// Takes one child, in whatever order they come. False if the group has no such element.
    fn take(&mut self, child: &Element, reading: &mut Reading) -> bool;
    /// Reports mandatory elements that did not come.
    fn missing(&self, reading: &mut Reading);

    /// Takes all children of `element`; what the group does not know is reported.
    fn take_all(&mut self, element: &Element, reading: &mut Reading) {
        reading.enter(&element.name);
        for child in element.children() {
            if !self.take(child, reading) {
                reading.report(FindingKind::UnknownElement, &child.name, None);
            }
        }
        self.missing(reading);
        reading.leave();
    }
}

/// Where a reader stands and what it noticed.
#[derive(Debug)]
pub(super) struct Reading {
    /// Names from the root to the element whose children are read, a `/` between them.
    path: String,
    /// What was noticed.
    pub findings: Vec<Finding>,
}

impl Reading {
    /// A reader that stands at `root`.
    pub fn at(root: &str) -> Self {
        let mut path = String::with_capacity(128);
        path.push_str(root);
        Self { path, findings: Vec::new() }
    }

    /// What follows stands below `name`.
    pub fn enter(&mut self, name: &str) {
        self.path.push('/');
        self.path.push_str(name);
    }

    /// The element that was entered last has no more.
    pub fn leave(&mut self) {
        self.path.truncate(self.path.rfind('/').unwrap_or_default());
    }

    pub fn report(&mut self, kind: FindingKind, name: &str, seen: Option<&str>) {
        let mut finding = Finding::new(kind, format!("{}/{name}", self.path));
        finding.seen = seen.map(str::to_owned);
        self.findings.push(finding);
    }
}

/// A field that one element fills.
pub(super) trait Field {
    /// Puts the element, unless the field is absent.
    fn put(&self, name: &'static str, out: &mut dyn Sink);
    /// Fills the field from its element; a second one is reported and dropped.
    fn take(&mut self, element: &Element, reading: &mut Reading);
    /// Whether the field is mandatory and empty.
    fn is_missing(&self) -> bool {
        false
    }
}

/// Mandatory.
impl Field for String {
    fn put(&self, name: &'static str, out: &mut dyn Sink) {
        out.text(name, self);
    }
    fn take(&mut self, element: &Element, reading: &mut Reading) {
        if self.is_empty() {
            element.value().clone_into(self);
        } else {
            reading.report(FindingKind::Repeated, &element.name, Some(element.value()));
        }
    }
    fn is_missing(&self) -> bool {
        self.trim().is_empty()
    }
}

/// Optional: an empty element is the same as none, on both ways.
impl Field for Option<String> {
    fn put(&self, name: &'static str, out: &mut dyn Sink) {
        if let Some(value) = self.as_deref().filter(|value| !value.is_empty()) {
            out.text(name, value);
        }
    }
    fn take(&mut self, element: &Element, reading: &mut Reading) {
        match self {
            None if element.value().is_empty() => {}
            None => *self = Some(element.value().to_owned()),
            Some(_) => reading.report(FindingKind::Repeated, &element.name, Some(element.value())),
        }
    }
}

/// An optional group.
impl<G: Group> Field for Option<G> {
    fn put(&self, name: &'static str, out: &mut dyn Sink) {
        if let Some(group) = self {
            put_parent(name, group, out);
        }
    }
    fn take(&mut self, element: &Element, reading: &mut Reading) {
        if self.is_some() {
            return reading.report(FindingKind::Repeated, &element.name, None);
        }
        self.insert(G::default()).take_all(element, reading);
    }
}

/// Groups that stand side by side, without a list around them.
impl<G: Group> Field for Vec<G> {
    fn put(&self, name: &'static str, out: &mut dyn Sink) {
        self.iter().for_each(|group| put_parent(name, group, out));
    }
    fn take(&mut self, element: &Element, reading: &mut Reading) {
        let mut group = G::default();
        group.take_all(element, reading);
        self.push(group);
    }
}

/// Values that stand side by side; an empty one keeps its place.
impl Field for Vec<String> {
    fn put(&self, name: &'static str, out: &mut dyn Sink) {
        self.iter().for_each(|value| out.text(name, value));
    }
    fn take(&mut self, element: &Element, _: &mut Reading) {
        self.push(element.value().to_owned());
    }
}

/// The element of a group.
pub(super) fn put_parent(name: &'static str, group: &impl Group, out: &mut dyn Sink) {
    out.open(name);
    group.put(out);
    out.close(name);
}

/// The same as a tree.
pub(super) fn parent(name: &'static str, group: &impl Group) -> Element {
    sink::tree(|out| put_parent(name, group, out))
}

/// `…ConsFlg`, `…ConsTime`, `…AvailableTime`.
pub(super) type ConsentNames = [&'static str; 3];

pub(super) fn put_consent(field: &Option<MedicalInformationConsent>, names: ConsentNames, out: &mut dyn Sink) {
    let Some(consent) = field else { return };
    Field::put(&consent.flg, names[0], out);
    Field::put(&consent.time, names[1], out);
    Field::put(&consent.available, names[2], out);
}

pub(super) fn take_consent(
    field: &mut Option<MedicalInformationConsent>,
    names: ConsentNames,
    child: &Element,
    reading: &mut Reading,
) -> bool {
    let Some(which) = names.iter().position(|name| child.name == *name) else { return false };
    let consent = field.get_or_insert_default();
    match which {
        0 => Field::take(&mut consent.flg, child, reading),
        1 => Field::take(&mut consent.time, child, reading),
        _ => Field::take(&mut consent.available, child, reading),
    }
    true
}

pub(super) fn put_list<G: Group>(items: &[G], name: &'static str, item: &'static str, out: &mut dyn Sink) {
    if !items.is_empty() {
        out.open(name);
        items.iter().for_each(|group| put_parent(item, group, out));
        out.close(name);
    }
}

/// Takes a list; a list element that comes again goes on with the same list.
pub(super) fn take_list<G: Group>(items: &mut Vec<G>, item: &'static str, list: &Element, reading: &mut Reading) {
    reading.enter(&list.name);
    for child in list.children() {
        if child.name == item {
            let mut group = G::default();
            group.take_all(child, reading);
            items.push(group);
        } else {
            reading.report(FindingKind::UnknownElement, &child.name, None);
        }
    }
    reading.leave();
}

/// Ties the fields of a struct to elements, in specification order:
///
/// - `one "Name" => field` for a `String` (mandatory), `Option<String>` or an optional group; a `Vec` of either for what stands side by side
/// - `list "List" / "Item" => field` for a `Vec` of groups
/// - `inside "Parent" / "Name" => field` for a value that stands alone below a parent of its own
/// - `consent "Prefix" => field` for the three elements of a consent
macro_rules! elements {
    ($group:ty { $( $kind:ident $name:literal $(/ $item:literal)? => $field:ident, )+ }) => {
        impl $crate::message::fields::Group for $group {
            fn put(&self, out: &mut dyn $crate::message::sink::Sink) {
                $( $crate::message::fields::put_row!($kind $name $(/ $item)?, self.$field, out); )+
            }
            fn take(
                &mut self,
                child: &$crate::message::tree::Element,
                reading: &mut $crate::message::fields::Reading,
            ) -> bool {
                $( $crate::message::fields::take_row!($kind $name $(/ $item)?, self.$field, child, reading); )+
                false
            }
            fn missing(&self, reading: &mut $crate::message::fields::Reading) {
                $( $crate::message::fields::missing_row!($kind $name, self.$field, reading); )+
            }
        }
    };
}

macro_rules! put_row {
    (one $name:literal, $field:expr, $out:ident) => {
        $crate::message::fields::Field::put(&$field, $name, $out)
    };
    (list $name:literal / $item:literal, $field:expr, $out:ident) => {
        $crate::message::fields::put_list(&$field, $name, $item, $out)
    };
    (inside $name:literal / $item:literal, $field:expr, $out:ident) => {
        if let Some(value) = &$field {
            $out.open($name);
            $out.text($item, value);
            $out.close($name);
        }
    };
    (consent $name:literal, $field:expr, $out:ident) => {
        $crate::message::fields::put_consent(&$field, $crate::message::fields::consent_names!($name), $out)
    };
}

macro_rules! take_row {
    (one $name:literal, $field:expr, $child:ident, $reading:ident) => {
        if $child.name == $name {
            $crate::message::fields::Field::take(&mut $field, $child, $reading);
            return true;
        }
    };
    (list $name:literal / $item:literal, $field:expr, $child:ident, $reading:ident) => {
        if $child.name == $name {
            $crate::message::fields::take_list(&mut $field, $item, $child, $reading);
            return true;
        }
    };
    (inside $name:literal / $item:literal, $field:expr, $child:ident, $reading:ident) => {
        if $child.name == $name {
            $reading.enter($name);
            for inner in $child.children() {
                if inner.name == $item {
                    $crate::message::fields::Field::take(&mut $field, inner, $reading);
                } else {
                    $reading.report($crate::message::finding::FindingKind::UnknownElement, &inner.name, None);
                }
            }
            $reading.leave();
            return true;
        }
    };
    (consent $name:literal, $field:expr, $child:ident, $reading:ident) => {
        let names = $crate::message::fields::consent_names!($name);
        if $crate::message::fields::take_consent(&mut $field, names, $child, $reading) {
            return true;
        }
    };
}

macro_rules! missing_row {
    (one $name:literal, $field:expr, $reading:ident) => {
        if $crate::message::fields::Field::is_missing(&$field) {
            $reading.report($crate::message::finding::FindingKind::Missing, $name, None);
        }
    };
    ($kind:ident $name:literal, $field:expr, $reading:ident) => {};
}

macro_rules! consent_names {
    ($prefix:literal) => {
        [concat!($prefix, "ConsFlg"), concat!($prefix, "ConsTime"), concat!($prefix, "AvailableTime")]
    };
}

pub(super) use {consent_names, elements, missing_row, put_row, take_row};
