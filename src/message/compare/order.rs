//! The order of a file's elements: a Java `HashMap`'s, the specification's, or neither (spec/oqs-interface.md §2.0, §8).

use std::collections::HashMap;

use crate::message::order::{self, ElementOrder};
use crate::message::tree::{Content, Element, walk};

/// Largest table tried for a group that is not in our hash order: no group has more than a hundred names.
const LARGEST_TABLE: u32 = 1024;

/// The order that a file stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// As ours with `element_order = "hash"`.
    Hash,
    /// As ours with `element_order = "spec"`.
    Spec,
    /// Neither.
    Neither(Misplaced),
}

/// The first place where a file leaves our hash order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    /// Names from the root to the parent, joined by `/`.
    pub parent: String,
    /// What stands there.
    pub found: String,
    /// What ours would have there.
    pub expected: String,
    /// Size of the hash table that this group fits, where it fits one.
    pub table: Option<u32>,
}

/// The order of `theirs`. `ours` is our document for the same question in specification order: it breaks ties, and it alone knows the
/// specification's order. `known` says which names a parent may hold; what nobody knows may stand anywhere.
pub fn of(theirs: &Element, ours: Option<&Element>, known: &dyn Fn(&str, &str) -> bool) -> Seen {
    let places = ours.map(Places::of).unwrap_or_default();
    let mut theirs = theirs.clone();
    let whole = misplaced(&theirs, &places, "");
    if whole.is_none() {
        return Seen::Hash;
    }
    without_unknown(&mut theirs, known);
    let Some(misplaced) = misplaced(&theirs, &places, "") else { return Seen::Hash };
    if ours.is_some() && in_specification_order(&theirs, &places) { Seen::Spec } else { Seen::Neither(misplaced) }
}

/// Of every parent, its children in specification order. Of parents that repeat, each has other children: their orders are laid
/// together.
#[derive(Default)]
struct Places(HashMap<String, Vec<String>>);

impl Places {
    fn of(ours: &Element) -> Self {
        let mut places: HashMap<String, Vec<String>> = HashMap::new();
        walk(ours, &mut |_, element| {
            let known = places.entry(element.name.to_string()).or_default();
            let mut next = 0;
            for child in element.children() {
                match known.iter().position(|name| *name == child.name) {
                    Some(place) => next = place + 1,
                    None => {
                        known.insert(next, child.name.to_string());
                        next += 1;
                    }
                }
            }
        });
        Self(places)
    }

    fn get(&self, parent: &str, child: &str) -> Option<usize> {
        self.0.get(parent)?.iter().position(|name| name == child)
    }
}

fn without_unknown(element: &mut Element, known: &dyn Fn(&str, &str) -> bool) {
    let Content::Children(children) = &mut element.content else { return };
    children.retain(|child| known(&element.name, &child.name));
    children.iter_mut().for_each(|child| without_unknown(child, known));
}

/// The first place where `element` is not as our hash order would write it.
fn misplaced(element: &Element, places: &Places, above: &str) -> Option<Misplaced> {
    let path = if above.is_empty() { element.name.to_string() } else { format!("{above}/{}", element.name) };
    let children = element.children();
    // Into specification order as far as it is known, then into hash order, as a terminal of ours does. What has no place keeps its own.
    let mut ordered: Vec<&Element> = children.iter().collect();
    let all_placed = children.iter().all(|child| places.get(&element.name, &child.name).is_some());
    if all_placed {
        ordered.sort_by_key(|child| places.get(&element.name, &child.name));
    }
    let mut arranged = Element::parent(element.name.clone(), ordered.iter().map(|child| hollow(child)).collect());
    ElementOrder::Hash.arrange(&mut arranged);
    let wrong = children.iter().zip(arranged.children()).find(|(found, expected)| found.name != expected.name);
    if let Some((found, expected)) = wrong {
        let names = || children.iter().map(|child| child.name.as_ref());
        let sizes =
            std::iter::successors(Some(16_u32), |size| size.checked_mul(2)).take_while(|size| *size <= LARGEST_TABLE);
        let table = sizes.into_iter().find(|size| order::fits(names(), *size));
        return Some(Misplaced {
            parent: path,
            found: found.name.to_string(),
            expected: expected.name.to_string(),
            table,
        });
    }
    children.iter().find_map(|child| misplaced(child, places, &path))
}

/// The name alone: what is below is arranged on its own.
fn hollow(element: &Element) -> Element {
    Element::text(element.name.clone(), "")
}

fn in_specification_order(element: &Element, places: &Places) -> bool {
    let here = element.children().iter().filter_map(|child| places.get(&element.name, &child.name));
    here.is_sorted() && element.children().iter().all(|child| in_specification_order(child, places))
}
