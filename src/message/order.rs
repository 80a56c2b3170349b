//! The order of elements in a file (spec/oqs-interface.md §2.0, §8).
//!
//! Files of real terminals show the iteration order of a Java `HashMap` keyed by element name; verified on published samples
//! for header, body, record and registration info, inferred elsewhere ([C]).

use std::collections::HashMap;

use rand_core::RngCore;

use super::tree::{Content, Element};
use crate::random::Seed;

/// How the children of every element are arranged. Elements of one name are a list and keep their order and stay together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ElementOrder {
    /// As real terminals write.
    #[default]
    Hash,
    /// As the specification lists them (別紙3-1).
    Spec,
    /// Drawn from the seed, one draw per element; the label names the file.
    Shuffled(Seed, String),
}

impl ElementOrder {
    /// Arranges `root` and everything below it. The tree must come in specification order, as `to_tree` makes it.
    pub fn arrange(&self, root: &mut Element) {
        self.arrange_below("", root);
    }

    /// The same of an element whose parents stand elsewhere: `path` names them from the root, each with the place of the next below
    /// it (`/XmlMsg#1/MessageBody#42`), so that a shuffled unit stands as it would in the whole tree.
    pub fn arrange_below(&self, path: &str, element: &mut Element) {
        match self {
            Self::Spec => {}
            Self::Hash => arrange_by_hash(element),
            Self::Shuffled(seed, label) => shuffle(element, *seed, label, &mut path.to_owned()),
        }
    }
}

fn arrange_by_hash(element: &mut Element) {
    let Content::Children(children) = &mut element.content else { return };
    children.iter_mut().for_each(arrange_by_hash);
    let table = Table::of(children.iter().map(|child| child.name.as_ref()));
    // Stable: equal buckets keep specification order, elements of one name keep theirs.
    if children.len() == table.keys {
        children.sort_by_cached_key(|child| table.rank(&child.name));
    } else {
        let firsts = first_places(children);
        let mut keyed: Vec<_> = std::mem::take(children).into_iter().zip(firsts).collect();
        keyed.sort_by_cached_key(|(child, first)| (table.rank(&child.name), *first));
        *children = keyed.into_iter().map(|(child, _)| child).collect();
    }
}

/// For each child, the index of the first child of its name. Linear: a bulk result has thousands of one name.
fn first_places(children: &[Element]) -> Vec<usize> {
    let mut firsts: HashMap<&str, usize> = HashMap::new();
    children.iter().enumerate().map(|(index, child)| *firsts.entry(&child.name).or_insert(index)).collect()
}

/// The hash table that the children of one element would stand in.
struct Table {
    keys: usize,
    mask: u32,
}

impl Table {
    fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut seen: Vec<&str> = names.collect();
        seen.sort_unstable();
        seen.dedup();
        Self { keys: seen.len(), mask: buckets(seen.len()) - 1 }
    }

    /// Bucket, and the place inside it where that is not specification order: the search info comes first, as the centre's JSON has it.
    fn rank(&self, name: &str) -> (u32, bool) {
        (spread(name) & self.mask, name != "QualificationConfirmSearchInfo")
    }
}

/// Table size for a number of keys. Java doubles past three quarters; the real record of 24 keys fits 64 buckets only, so 32 is
/// skipped (decisions.md, "Facts that collide"; [C], provisional).
fn buckets(keys: usize) -> u32 {
    match keys {
        0..=12 => 16,
        13..=48 => 64,
        _ => 128,
    }
}

/// `String.hashCode()` with the upper half folded into the lower, as `HashMap` does.
fn spread(name: &str) -> u32 {
    let hash = name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    hash ^ (hash >> 16)
}

fn shuffle(element: &mut Element, seed: Seed, label: &str, path: &mut String) {
    let Content::Children(children) = &mut element.content else { return };
    let parent = path.len();
    path.push('/');
    path.push_str(&element.name);
    for (index, child) in children.iter_mut().enumerate() {
        let here = path.len();
        path.push_str(&format!("#{index}"));
        shuffle(child, seed, label, path);
        path.truncate(here);
    }
    let firsts = first_places(children);
    let mut rng = seed.rng(&["element-order", label, path]);
    let draws: Vec<u64> = children.iter().map(|_| rng.next_u64()).collect();
    let mut keyed: Vec<_> = std::mem::take(children).into_iter().zip(firsts).collect();
    keyed.sort_by_cached_key(|(_, first)| (draws.get(*first).copied(), *first));
    *children = keyed.into_iter().map(|(child, _)| child).collect();
    path.truncate(parent);
}

/// The order that a tree which was read stands in, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenOrder {
    /// The hash order of this tree's names.
    Hash,
    /// Not the hash order.
    Other,
    /// Too few elements to tell.
    Unknown,
}

/// Whether the children of every element of `root` stand in hash order, ties in any order.
pub fn seen_order(root: &Element) -> SeenOrder {
    let mut telling = false;
    let mut hashed = true;
    super::tree::walk(root, &mut |_, element| {
        let table = Table::of(element.children().iter().map(|child| child.name.as_ref()));
        telling |= table.keys > 3;
        let buckets = element.children().iter().map(|child| table.rank(&child.name).0);
        hashed &= buckets.is_sorted();
    });
    match (telling, hashed) {
        (false, _) => SeenOrder::Unknown,
        (true, true) => SeenOrder::Hash,
        (true, false) => SeenOrder::Other,
    }
}

/// Whether names in this order are those of a hash table with `buckets` (a power of two), ties in any order.
pub(super) fn fits<'a>(names: impl Iterator<Item = &'a str>, buckets: u32) -> bool {
    names.map(|name| spread(name) & buckets.wrapping_sub(1)).is_sorted()
}

#[cfg(test)]
mod tests;
