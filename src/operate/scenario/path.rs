//! Values by their path: of elements in a document, of keys in a person's profile.

use serde_json::Value;

use crate::message::tree::{Element, walk};

/// A path into a document: `MessageBody/ResultList`, `//Name` at any depth, `//MedicalSubsidies[2]/HashValue` the second of them.
///
/// All elements that it leads to, in the order of the file.
pub fn elements<'a>(root: &'a Element, path: &str) -> Vec<&'a Element> {
    let (deep, path) = path.strip_prefix("//").map_or((false, path), |rest| (true, rest));
    let mut steps = path.split('/').map(step);
    let Some((name, nth)) = steps.next() else { return Vec::new() };
    let first: Vec<&Element> = if deep { below(root, name) } else { named(root, name).collect() };
    steps.fold(pick(first, nth), |found, (name, nth)| {
        found.into_iter().flat_map(|element| pick(named(element, name).collect(), nth)).collect()
    })
}

/// `Name[2]` as the name and the place, from 1.
fn step(text: &str) -> (&str, Option<usize>) {
    let indexed = text.strip_suffix(']').and_then(|text| text.split_once('['));
    match indexed.and_then(|(name, nth)| Some((name, nth.parse().ok()?))) {
        Some((name, nth)) => (name, Some(nth)),
        None => (text, None),
    }
}

fn named<'a>(element: &'a Element, name: &str) -> impl Iterator<Item = &'a Element> {
    element.children().iter().filter(move |child| child.name == name)
}

fn below<'a>(root: &'a Element, name: &str) -> Vec<&'a Element> {
    let mut found = Vec::new();
    walk(root, &mut |_, element| {
        if element.name == name {
            found.push(element);
        }
    });
    found
}

fn pick(found: Vec<&Element>, nth: Option<usize>) -> Vec<&Element> {
    match nth {
        Some(nth) => found.into_iter().skip(nth.saturating_sub(1)).take(1).collect(),
        None => found,
    }
}

/// Every path to a value in the document, with the value: for whoever looks for what came nearest.
pub fn values(root: &Element) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(root, &mut |path, element| {
        if element.children().is_empty() {
            found.push((path.get(1..).unwrap_or_default().join("/"), element.value().to_owned()));
        }
    });
    found
}

/// What a profile holds at `qualifications.0.number`.
pub fn get<'a>(profile: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(profile, |value, key| match value {
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    })
}

/// Puts `new` at `path`; tables on the way are made, lists are not made longer than by one.
///
/// # Errors
/// The part of the path that leads nowhere.
pub fn set(profile: &mut Value, path: &str, new: Value) -> Result<(), String> {
    let mut at = profile;
    let mut keys = path.split('.').peekable();
    while let Some(key) = keys.next() {
        if at.is_null() {
            *at =
                if key.parse::<usize>().is_ok() { Value::Array(Vec::new()) } else { Value::Object(Default::default()) };
        }
        at = match at {
            Value::Array(list) => {
                let index: usize = key.parse().map_err(|_| key.to_owned())?;
                if index == list.len() {
                    list.push(Value::Null);
                }
                list.get_mut(index).ok_or_else(|| key.to_owned())?
            }
            Value::Object(map) => map.entry(key.to_owned()).or_insert(Value::Null),
            _ => return Err(key.to_owned()),
        };
        if keys.peek().is_none() {
            *at = new;
            return Ok(());
        }
    }
    Err(path.to_owned())
}

/// Takes away what is at `path`.
///
/// # Errors
/// The path, when nothing is there.
pub fn remove(profile: &mut Value, path: &str) -> Result<(), String> {
    let (parent, key) = path.rsplit_once('.').map_or((None, path), |(parent, key)| (Some(parent), key));
    let holder = match parent {
        Some(parent) => parent.split('.').try_fold(profile, |value, key| match value {
            Value::Array(list) => list.get_mut(key.parse::<usize>().ok()?),
            other => other.get_mut(key),
        }),
        None => Some(profile),
    };
    let gone = match holder {
        Some(Value::Array(list)) => {
            let index = key.parse::<usize>().ok().filter(|index| *index < list.len());
            index.map(|index| list.remove(index))
        }
        Some(Value::Object(map)) => map.remove(key),
        _ => None,
    };
    gone.map(drop).ok_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Element {
        let one = |n: &str| Element::parent("S", vec![Element::text("N", n), Element::text("V", "x")]);
        let body = Element::parent("Body", vec![one("1"), one("2")]);
        Element::parent("Msg", vec![Element::text("N", "0"), body])
    }

    #[test]
    fn a_path_goes_from_the_root_from_anywhere_and_by_number() {
        let document = document();
        let found = |path: &str| elements(&document, path).iter().map(|e| e.value().to_owned()).collect::<Vec<_>>();
        assert_eq!(found("N"), ["0"]);
        assert_eq!(found("//N"), ["0", "1", "2"]);
        assert_eq!(found("Body/S/N"), ["1", "2"]);
        assert_eq!(found("//S[2]/N"), ["2"]);
        assert_eq!(found("Body/S[3]/N"), Vec::<String>::new());
        assert_eq!(values(&document)[1], ("Body/S/N".to_owned(), "1".to_owned()));
    }

    #[test]
    fn a_profile_is_changed_by_path_and_a_wrong_path_is_told() {
        let mut profile = json!({"a": [{"b": "1"}]});
        set(&mut profile, "a.0.b", json!("2")).unwrap();
        set(&mut profile, "a.1.c", json!("3")).unwrap();
        set(&mut profile, "d.e", json!(true)).unwrap();
        assert_eq!(profile, json!({"a": [{"b": "2"}, {"c": "3"}], "d": {"e": true}}));
        assert_eq!(set(&mut profile, "a.7", json!(0)), Err("7".to_owned()));
        remove(&mut profile, "a.0").unwrap();
        remove(&mut profile, "d").unwrap();
        assert_eq!(profile, json!({"a": [{"c": "3"}]}));
        assert_eq!(remove(&mut profile, "a.1"), Err("a.1".to_owned()));
        assert_eq!(get(&profile, "a.0.c"), Some(&json!("3")));
    }
}
