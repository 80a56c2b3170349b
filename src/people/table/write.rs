//! People to a table.

use serde_json::Value;

use super::cell;
use super::column::{COLUMNS, Kind};
use super::form::{self, Form};
use super::path;
use crate::handwritten;
use crate::people::{People, Profile, QualificationProfile};

/// Everybody in the order of lists, under the names of the columns. What the encoding lacks stands in the last column, escaped as JSON
/// escapes it, so that nothing is lost in CP932 either.
pub fn write(people: &People, form: Form) -> Vec<u8> {
    let of = |id: &str| people.profile(id).map(|profile| cells(id, profile, form));
    let names = COLUMNS.iter().map(|column| column.ja.to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(names).chain(people.iter().filter_map(|p| of(&p.id))).collect();
    form::bytes(&rows, form)
}

fn cells(id: &str, profile: &Profile, form: Form) -> Vec<String> {
    let whole = json(profile);
    let mut rest = whole.clone();
    let mut cells = Vec::with_capacity(COLUMNS.len());
    for column in &COLUMNS {
        let cell = match column.kind {
            Kind::Id => id.to_owned(),
            Kind::Rest => continue,
            kind => match path::get(&whole, column.key).and_then(|value| cell::write(kind, value)) {
                Some(cell) if cell.chars().all(|c| form.carries(c)) => {
                    path::take(&mut rest, column.key);
                    cell
                }
                _ => String::new(),
            },
        };
        cells.push(cell);
    }
    let short = shortened(&rest);
    // The shorter form counts only where it says the same.
    let rest = if says(&short, &cells, profile) { short } else { rest };
    cells.push(if is_empty(&rest) { String::new() } else { escaped(&rest.to_string(), form) });
    cells
}

/// JSON without the characters that the encoding lacks. They stand in texts only, where an escape means the same.
fn escaped(json: &str, form: Form) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if form.carries(character) {
            out.push(character);
        } else {
            let mut units = [0; 2];
            out.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}

/// Do these cells and this rest say what `profile` says?
fn says(rest: &Value, cells: &[String], profile: &Profile) -> bool {
    let mut value = rest.clone();
    for (column, cell) in COLUMNS.iter().zip(cells) {
        if let (false, false, Ok(read)) = (cell.is_empty(), column.kind == Kind::Id, cell::read(column.kind, cell)) {
            path::put(&mut value, column.key, read);
        }
    }
    handwritten::of_value::<Profile>(&value).is_ok_and(|read| read == *profile)
}

/// Without what a profile has anyway.
fn shortened(rest: &Value) -> Value {
    let mut short = rest.clone();
    if let Some(list) = short.get_mut("qualifications").and_then(Value::as_array_mut) {
        let plain = json(&QualificationProfile::minimal());
        list.iter_mut().for_each(|qualification| path::without(qualification, &plain));
        // The one whose every value stands in its column needs no place here.
        if matches!(list.as_slice(), [Value::Object(only)] if only.is_empty()) {
            list.clear();
        }
    }
    path::without(&mut short, &json(&Profile::minimal()));
    short
}

fn json(of: &impl serde::Serialize) -> Value {
    // A profile is made of texts, numbers, lists and tables with text keys.
    serde_json::to_value(of).unwrap_or_else(|error| unreachable!("a profile is JSON: {error}"))
}

fn is_empty(rest: &Value) -> bool {
    rest.as_object().is_none_or(serde_json::Map::is_empty)
}
