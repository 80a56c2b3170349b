//! The CSV of the pilot (spec/pmh.md §2.5): UTF-8 with a heading line. Columns 1–14 are the fields from `myNumber` to
//! `medicalSubsidyCertificationNumber`, 15–30 the sixteen of `copaymentLimit` ([B]); 31 and 32 the period, and from 33 face items by name, the
//! levels joined by `/` ([C]). Each line becomes the object that v0.0.1 would have sent, and is checked as one. An empty cell is null.

use std::io::Read;

use super::fault::{COLUMNS, Fault, UNREADABLE};
use super::field::{Field, Shape};
use super::json::Json;
use super::read::Unread;
use super::tables;

/// Before the face items.
pub const FIXED_COLUMNS: usize = 32;
/// Between the levels of a face item's name.
const LEVEL: char = '/';

/// The heading line up to the face items.
pub fn headings() -> Vec<String> {
    leaves().into_iter().map(|(path, _)| path.join(".")).collect()
}

/// The fields that hold a value, with the objects that they are in.
fn leaves() -> Vec<(Vec<&'static str>, &'static Field)> {
    let mut leaves = Vec::new();
    for field in &tables::V001 {
        match field.shape {
            Shape::Group(groups) => {
                for group in groups {
                    if let Shape::Group(inner) = group.shape {
                        leaves.extend(inner.iter().map(|leaf| (vec![field.name, group.name, leaf.name], leaf)));
                    }
                }
            }
            Shape::Face => {}
            _ => leaves.push((vec![field.name], field)),
        }
    }
    leaves
}

/// Reads lines and hands on each as an object; ends early when `take` says false.
pub(super) fn read(source: impl Read, take: &mut dyn FnMut(&Json<'_>) -> bool) -> Result<(), Unread> {
    let mut lines = csv::ReaderBuilder::new().from_reader(source);
    let leaves = leaves();
    let known = headings();
    let columns: Vec<String> = match lines.headers() {
        Ok(line) => line.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect(),
        Err(error) => return Err(unread(error, &[])),
    };
    let mut number = 0;
    for (at, name) in known.iter().enumerate() {
        let found = columns.get(at).map_or("", String::as_str);
        if found != name {
            let ja = format!("{} 列目は {name} です", at + 1);
            return Err(Unread::Fault(
                Fault::of(COLUMNS).because(&ja, &format!("column {} is {name}", at + 1)).at(name),
            ));
        }
    }
    for line in lines.records() {
        number += 1;
        let line = line.map_err(|error| match unread(error, &columns) {
            Unread::Fault(fault) => Unread::Fault(fault.in_row(number)),
            broken => broken,
        })?;
        let mut row = Json::Object(Vec::new());
        for ((path, field), cell) in leaves.iter().zip(line.iter()) {
            put(&mut row, path, value(field, cell));
        }
        let face = columns.iter().zip(line.iter()).skip(FIXED_COLUMNS);
        for (name, cell) in face.filter(|(_, cell)| !cell.is_empty()) {
            let path: Vec<&str> = std::iter::once("certificateAllItems").chain(name.split(LEVEL)).collect();
            put(&mut row, &path, Json::text(cell));
        }
        if !take(&row) {
            break;
        }
    }
    Ok(())
}

/// A cell as the JSON of its field; what is no number where one belongs stays text, and is refused as such.
fn value<'c>(field: &Field, cell: &'c str) -> Json<'c> {
    match (field.shape, cell) {
        (_, "") => Json::Null,
        (Shape::Whole { .. }, cell) => {
            cell.parse::<u64>().map_or_else(|_| Json::text(cell), |n| Json::Number(n.into()))
        }
        (_, cell) => Json::text(cell),
    }
}

fn put<'c>(into: &mut Json<'c>, path: &[&'c str], value: Json<'c>) {
    let (Json::Object(entries), Some((first, rest))) = (into, path.split_first()) else { return };
    if rest.is_empty() {
        entries.push(((*first).into(), value));
        return;
    }
    let at = entries.iter().position(|(name, inner)| name == first && matches!(inner, Json::Object(_)));
    let at = at.unwrap_or_else(|| {
        entries.push(((*first).into(), Json::Object(Vec::new())));
        entries.len() - 1
    });
    if let Some((_, inner)) = entries.get_mut(at) {
        put(inner, rest, value);
    }
}

/// The first column that a line leaves out is its field.
fn unread(error: csv::Error, columns: &[String]) -> Unread {
    let fault = Fault::of(UNREADABLE);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Unread::Broken(error),
        csv::ErrorKind::Utf8 { .. } => Unread::Fault(fault.because("UTF-8 ではありません", "not UTF-8")),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let ja = format!("見出しの {expected_len} 列に対して {len} 列です");
            let fault = fault.because(&ja, &format!("{len} cells under {expected_len} headings"));
            let missing = usize::try_from(len).ok().and_then(|place| columns.get(place));
            Unread::Fault(match missing {
                Some(column) => fault.at(column),
                None => fault,
            })
        }
        _ => Unread::Fault(fault.because("CSV として読めません", "not CSV")),
    }
}
