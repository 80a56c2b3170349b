//! A table to people: all of it, or every mistake in it.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::cell;
use super::column::{COLUMNS, Column, ID, Kind};
use super::form::{self, Form};
use super::mistake::{CellMistake, Remark};
use super::path;
use crate::event::Words;
use crate::handwritten;
use crate::people::adoption::insurer_name;
use crate::people::{PeopleError, Profile};
use crate::text::key::comparison_key;

/// Columns without which nobody can be made.
const REQUIRED: [&str; 3] = ["name", "sex", "birthdate"];
/// A person without an id gets one that begins so …
const DERIVED_ID: &str = "p-";
/// … with so many hexadecimal digits behind it.
const DERIVED_ID_DIGITS: usize = 10;
/// What an id without a column of its own is made of: the same person has it again when the table comes again.
const IDENTITY: [&str; 6] = [
    "name",
    "birthdate",
    "qualifications.0.insurer_number",
    "qualifications.0.symbol",
    "qualifications.0.number",
    "qualifications.0.branch",
];
/// Mistakes beyond this are not looked for: somebody has taken the wrong file.
pub const MOST_MISTAKES: usize = 200;

/// Names less alike than this are not offered (Jaro-Winkler): of two characters, as most of ours have, one may be wrong.
const ALIKE: f64 = 0.6;

/// A table that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// How it is written down.
    pub form: Form,
    /// Its people, in their order.
    pub rows: Vec<Row>,
    /// What is unusual.
    pub remarks: Vec<Remark>,
}

/// One person of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Row of the file, as a spreadsheet counts.
    pub row: u64,
    /// The person's id.
    pub id: String,
    /// The person.
    pub profile: Profile,
}

/// Reads a table; `today` is the day on which its people must hold.
///
/// # Errors
/// Every mistake, in the order of rows, the first [`MOST_MISTAKES`] of them.
pub fn read(bytes: &[u8], today: Date) -> Result<Table, Vec<CellMistake>> {
    let (form, rows) = form::rows(bytes).map_err(|mistake| vec![*mistake])?;
    let mut rows = rows.into_iter();
    let Some((first, names)) = rows.next() else {
        let rule = Words::new(
            "空の表です。一行目に列の名前を書いてください",
            "the table is empty: its first row names the columns",
        );
        return Err(vec![CellMistake::of_row(1, rule)]);
    };
    let head = Head::read(first, &names)?;
    let mut table = Table { form, rows: Vec::new(), remarks: Vec::new() };
    let mut mistakes = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    for (number, cells) in rows {
        if mistakes.len() >= MOST_MISTAKES {
            break;
        }
        let line = Line { head: &head, number, cells: &cells };
        match line.person(today) {
            Ok((id, profile)) => {
                if let Some(before) = seen.insert(id.clone(), number) {
                    mistakes.push(line.twice(&id, before));
                    continue;
                }
                table.remarks.extend(line.remarks(&id, &profile));
                table.rows.push(Row { row: number, id, profile });
            }
            Err(found) => mistakes.extend(found),
        }
    }
    mistakes.truncate(MOST_MISTAKES);
    if mistakes.is_empty() { Ok(table) } else { Err(mistakes) }
}

/// Which column stands where.
struct Head(Vec<Option<&'static Column>>);

impl Head {
    fn read(row: u64, names: &[String]) -> Result<Self, Vec<CellMistake>> {
        let mut columns = Vec::with_capacity(names.len());
        let mut mistakes = Vec::new();
        let mut seen = BTreeSet::new();
        for (at, name) in names.iter().enumerate() {
            let wanted = comparison_key(name);
            let known =
                COLUMNS.iter().find(|c| comparison_key(c.ja) == wanted || (!c.key.is_empty() && c.key == wanted));
            let mistake = |rule| CellMistake::at(row, at, name.trim(), "", false, rule);
            match known {
                // A column without a name is somebody's own remarks.
                None if wanted.is_empty() => {}
                None => mistakes.push(mistake(unknown(&wanted))),
                Some(column) if !seen.insert(column.ja) => mistakes.push(mistake(Words::new(
                    "同じ名前の列が二つあります。一つにしてください",
                    "two columns of this name: keep one of them",
                ))),
                Some(_) => {}
            }
            columns.push(known);
        }
        for key in REQUIRED {
            let there = columns.iter().flatten().any(|column| column.key == key);
            if let (false, Some(column)) = (there, COLUMNS.iter().find(|column| column.key == key)) {
                mistakes.push(CellMistake::of_row(
                    row,
                    Words::new(
                        format!("「{}」の列がありません。一行目に列の名前を書いてください", column.ja),
                        format!("there is no column {} ({key}): the first row names the columns", column.ja),
                    ),
                ));
            }
        }
        if mistakes.is_empty() { Ok(Self(columns)) } else { Err(mistakes) }
    }

    /// Where the column of `key` stands; a key deeper down than any column stands in the last one.
    fn place(&self, key: &str) -> Option<(usize, &'static Column)> {
        let at = |wanted: &dyn Fn(&Column) -> bool| {
            self.0.iter().enumerate().find_map(|(at, column)| column.filter(|c| wanted(c)).map(|column| (at, column)))
        };
        let last = |column: &Column| column.key.rsplit('.').next() == Some(key);
        at(&|column| column.key == key).or_else(|| at(&last)).or_else(|| at(&|column| column.kind == Kind::Rest))
    }
}

fn unknown(name: &str) -> Words {
    let alike = |column: &Column| strsim::jaro_winkler(name, column.ja);
    let near = COLUMNS.iter().filter(|column| alike(column) >= ALIKE).max_by(|a, b| alike(a).total_cmp(&alike(b)));
    let near = near.map(|column| column.ja);
    let all = || COLUMNS.iter().map(|column| column.ja).collect::<Vec<_>>().join("、");
    match near {
        Some(near) => Words::new(
            format!("この名前の列はありません。「{near}」のことですか"),
            format!("there is no such column; did you mean {near}?"),
        ),
        None => Words::new(
            format!("この名前の列はありません。列は {} です", all()),
            format!("there is no such column; the columns are {}", all()),
        ),
    }
}

/// One row with the names of its columns.
struct Line<'a> {
    head: &'a Head,
    number: u64,
    cells: &'a [String],
}

impl Line<'_> {
    /// The cells that say something.
    fn told(&self) -> impl Iterator<Item = (usize, &'static Column, &str)> {
        let columns = self.head.0.iter().enumerate().filter_map(|(at, column)| Some((at, (*column)?)));
        columns.filter_map(|(at, column)| {
            let cell = self.cells.get(at)?.as_str();
            (!cell.trim().is_empty()).then_some((at, column, cell))
        })
    }

    fn person(&self, today: Date) -> Result<(String, Profile), Vec<CellMistake>> {
        let mut mistakes = self.too_long();
        let mut values = Vec::new();
        let mut id = None;
        let mut whole = Value::Object(Map::new());
        for (at, column, cell) in self.told() {
            match cell::read(column.kind, cell) {
                Ok(value) if column.kind == Kind::Rest => whole = value,
                Ok(value) if column.kind == Kind::Id => id = value.as_str().map(str::to_owned),
                Ok(value) => values.push((column.key, value)),
                Err(rule) => mistakes.push(self.mistake(at, column, rule)),
            }
        }
        for (key, value) in values {
            path::put(&mut whole, key, value);
        }
        for key in REQUIRED {
            let read_wrongly = self.head.place(key).is_some_and(|(at, _)| mistakes.iter().any(|m| m.is_at(at)));
            if path::get(&whole, key).is_none() && !read_wrongly {
                mistakes.push(self.about(key, Words::new("必須です。空にできません", "required: it cannot be empty")));
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        name_insurer(&mut whole);
        let id = id.unwrap_or_else(|| derived_id(&whole));
        let profile: Profile = handwritten::of_value(&whole).map_err(|error| {
            let mistake = handwritten::explain("", None, None, &error);
            vec![self.about(mistake.key.as_deref().unwrap_or_default(), Words::new(mistake.rule_ja, mistake.rule_en))]
        })?;
        match profile.settle(&id, today) {
            Ok(_) => Ok((id, profile)),
            Err(PeopleError::Profile(mistake)) => {
                let key = mistake.key.as_deref().unwrap_or_default();
                Err(vec![self.about(key, Words::new(mistake.rule_ja.clone(), mistake.rule_en.clone()))])
            }
            Err(other) => Err(vec![self.about("", Words::new(other.to_string(), other.to_string()))]),
        }
    }

    /// More cells than the first row has names for: a comma too many, and everything behind it is in the wrong column.
    fn too_long(&self) -> Vec<CellMistake> {
        let beyond = self.cells.iter().enumerate().skip(self.head.0.len()).find(|(_, cell)| !cell.trim().is_empty());
        let rule = |_| {
            let ja = "列の名前より多いセルです。区切り文字が余分にないか確かめてください";
            Words::new(ja, "more cells than columns have names: is there a separator too many?")
        };
        beyond.map(|(at, cell)| CellMistake::at(self.number, at, "", cell, false, rule(()))).into_iter().collect()
    }

    fn mistake(&self, at: usize, column: &Column, rule: Words) -> CellMistake {
        let cell = self.cells.get(at).map_or("", String::as_str);
        CellMistake::at(self.number, at, column.ja, cell.trim(), column.is_secret(), rule)
    }

    fn about(&self, key: &str, rule: Words) -> CellMistake {
        match self.head.place(key) {
            Some((at, column)) => self.mistake(at, column, rule),
            None if key.is_empty() => CellMistake::of_row(self.number, rule),
            None => {
                let Words { ja, en } = rule;
                CellMistake::of_row(self.number, Words::new(format!("{key}: {ja}"), format!("{key}: {en}")))
            }
        }
    }

    fn twice(&self, id: &str, before: u64) -> CellMistake {
        let rule = Words::new(
            format!("{before}行と同じ人（{id}）です。どちらかを消すか、ID を変えてください"),
            format!("the same person ({id}) as in row {before}: delete one of them, or change the ID"),
        );
        self.about(ID, rule)
    }

    fn remarks(&self, id: &str, profile: &Profile) -> Vec<Remark> {
        let unmeant = profile.findings(id).into_iter().filter(|finding| !finding.intended);
        let remark = |finding: crate::people::Finding| {
            let key = finding.key.replace('[', ".").replace(']', "");
            let text = finding.unusual.to_string();
            let (ja, en) = text.split_once(" / ").unwrap_or((&text, &text));
            Remark {
                row: self.number,
                column: self.head.place(&key).map(|(_, column)| column.ja.to_owned()),
                words: Words::new(format!("{} {ja}", finding.value), format!("{} {en}", finding.value)),
            }
        };
        unmeant.map(remark).collect()
    }
}

/// An insurance without the name of its insurer gets one by its number.
fn name_insurer(whole: &mut Value) {
    const NAME: &str = "qualifications.0.insurer_name";
    let number = path::get(whole, "qualifications.0.insurer_number").and_then(Value::as_str);
    if let (Some(number), None) = (number, path::get(whole, NAME)) {
        let name = insurer_name(number);
        path::put(whole, NAME, name.into());
    }
}

fn derived_id(whole: &Value) -> String {
    let mut hash = Sha256::new();
    for key in IDENTITY {
        let value = path::get(whole, key).and_then(Value::as_str).unwrap_or_default();
        hash.update((value.len() as u64).to_be_bytes());
        hash.update(value);
    }
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{DERIVED_ID}{}", digits.get(..DERIVED_ID_DIGITS).unwrap_or(&digits))
}
