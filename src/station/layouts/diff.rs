//! Which rows of a layout file differ from the built-in ones, and in what. The files are compared as data: comments and blanks do not
//! count, and the order of rows only where it is the order of a document (pmh.toml, medication.toml, checkup.toml).

use std::collections::BTreeMap;

use serde::Serialize;
use toml::Value;

use super::table::Table;
use crate::handwritten::{self, Mistake};

/// One row that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `elements.toml`
    pub file: &'static str,
    /// `MessageHeader/ErrorCode`, `OQSCD003/1`, `centre-error`, `certificate/valid-from`
    pub row: String,
    /// Added, changed or removed.
    pub kind: Kind,
    /// What differs in it; every field of a row that was added or removed.
    pub fields: Vec<Field>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Not built in.
    Added,
    /// Says something else.
    Changed,
    /// Built in, and not any more.
    Removed,
}

/// One field of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its key.
    pub key: String,
    /// Built in.
    pub built_in: Option<String>,
    /// In the folder.
    pub yours: Option<String>,
}

type Row = BTreeMap<String, String>;
type Rows = BTreeMap<String, Row>;

/// The rows of `text` that differ from the built-in ones. `file` is how mistakes call the text.
///
/// # Errors
/// A [`Mistake`] when it is no TOML.
pub fn differences(table: Table, file: &str, text: &str) -> Result<Vec<Difference>, Box<Mistake>> {
    let built_in = rows(table, table.name(), &table.built_in())?;
    let yours = rows(table, file, text)?;
    let mut found = Vec::new();
    for (name, row) in &yours {
        let ours = built_in.get(name);
        let fields = fields(ours, Some(row));
        if !fields.is_empty() {
            let kind = if ours.is_some() { Kind::Changed } else { Kind::Added };
            found.push(Difference { file: table.name(), row: name.clone(), kind, fields });
        }
    }
    for (name, row) in built_in.iter().filter(|(name, _)| !yours.contains_key(*name)) {
        if is_removed(table, name, &yours) {
            let fields = fields(Some(row), None);
            found.push(Difference { file: table.name(), row: name.clone(), kind: Kind::Removed, fields });
        }
    }
    Ok(found)
}

/// A row that is left out holds on in a table that is laid over row by row. A code table is replaced whole, and so is pmh.toml.
fn is_removed(table: Table, name: &str, yours: &Rows) -> bool {
    match table {
        Table::Elements | Table::Errors => false,
        Table::Codes => name.split_once('/').is_some_and(|(id, _)| yours.contains_key(id)),
        Table::Pmh | Table::Medication | Table::Checkup => true,
    }
}

fn fields(built_in: Option<&Row>, yours: Option<&Row>) -> Vec<Field> {
    let none = Row::new();
    let (ours, theirs) = (built_in.unwrap_or(&none), yours.unwrap_or(&none));
    let mut keys: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let differ = keys.into_iter().filter(|key| ours.get(*key) != theirs.get(*key));
    let field =
        |key: &String| Field { key: key.clone(), built_in: ours.get(key).cloned(), yours: theirs.get(key).cloned() };
    differ.map(field).collect()
}

fn rows(table: Table, file: &str, text: &str) -> Result<Rows, Box<Mistake>> {
    let whole: toml::Table = handwritten::from_toml(file, text)?;
    let mut rows = Rows::new();
    match table {
        Table::Elements => {
            for group in list(&whole, "group") {
                // Rows of one family of documents are others than those of all.
                let family = text_of(group, "family");
                let family = if family.is_empty() { String::new() } else { format!("{family}:") };
                for parent in group.get("parents").and_then(Value::as_array).into_iter().flatten() {
                    let parent = parent.as_str().unwrap_or_default();
                    for row in list(group, "elements") {
                        rows.insert(family.clone() + &joined(parent, text_of(row, "name")), plain(row, &["name"]));
                    }
                }
            }
        }
        Table::Codes => {
            for codes in list(&whole, "table") {
                let id = text_of(codes, "id");
                rows.insert(id.to_owned(), plain(codes, &["id", "row"]));
                for row in list(codes, "row") {
                    rows.insert(joined(id, text_of(row, "value")), plain(row, &["value"]));
                }
            }
        }
        Table::Errors => {
            rows.extend(list(&whole, "error").map(|row| (text_of(row, "name").to_owned(), plain(row, &["name"]))));
        }
        Table::Pmh | Table::Medication | Table::Checkup => layout_rows(&whole, &mut rows),
    }
    Ok(rows)
}

/// A subsidy layout: blocks of tags, where the place of a row is part of it; code tables with their rows; readings of what repeats.
fn layout_rows(whole: &toml::Table, rows: &mut Rows) {
    let is_plain =
        |value: &Value| !value.is_table() && value.as_array().is_none_or(|list| !list.iter().any(Value::is_table));
    let not_plain: Vec<&str> =
        whole.iter().filter(|(_, value)| !is_plain(value)).map(|(key, _)| key.as_str()).collect();
    rows.insert("name".to_owned(), plain(whole, &not_plain));
    for block in not_plain {
        // Code tables of a table of tags: each with its rows.
        for codes in list(whole, block).filter(|row| row.contains_key("rows")) {
            let id = joined(block, text_of(codes, "id"));
            rows.extend(list(codes, "rows").map(|row| (joined(&id, text_of(row, "value")), plain(row, &["value"]))));
        }
        for (place, row) in (1..).zip(list(whole, block).filter(|row| !row.contains_key("rows"))) {
            let mut fields = plain(row, &["item"]);
            fields.insert("place".to_owned(), format!("{place}"));
            rows.insert(joined(block, text_of(row, "item")), fields);
        }
        let Some(table) = whole.get(block).and_then(Value::as_table) else { continue };
        if table.contains_key("row") {
            rows.insert(block.to_owned(), plain(table, &["row"]));
            rows.extend(list(table, "row").map(|row| (joined(block, text_of(row, "value")), plain(row, &["value"]))));
        } else {
            rows.extend(
                table.iter().filter_map(|(name, row)| Some((joined(block, name), plain(row.as_table()?, &[])))),
            );
        }
    }
}

fn list<'a>(table: &'a toml::Table, key: &str) -> impl Iterator<Item = &'a toml::Table> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

fn text_of<'a>(table: &'a toml::Table, key: &str) -> &'a str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn joined(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") }
}

/// The fields of a row as text, but for those that name it or hold rows.
fn plain(table: &toml::Table, without: &[&str]) -> Row {
    let fields = table.iter().filter(|(key, _)| !without.contains(&key.as_str()));
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.map(|(key, value)| (key.clone(), shown(value))).collect()
}
