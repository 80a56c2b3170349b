//! One row against the table of its generation: what breaks the table is a fault with its field, what holds fills the row.

use std::borrow::Cow;
use std::fmt;

use super::fault::{CHARACTERS, CODE, DATE, FACE, Fault, KIND, LENGTH, MISSING, NOT_ROWS, Refusal, Rule, UNKNOWN};
use super::field::{Characters, FACE_ITEMS, FACE_LEVELS, FACE_NAME, FACE_VALUE, Field, Shape, day};
use super::json::Json;
use super::rules::{Filling, Value};
use super::tables::MOST_FIELDS;
use super::{Generation, Row};
use crate::handwritten::nearest;
use crate::message::subsidy::FaceItem;

/// The row, with what is unusual about it.
///
/// # Errors
/// Everything that refuses it, in the order of the table.
pub fn check(generation: Generation, number: u64, row: &Json<'_>) -> Result<(Row, Vec<Fault>), Vec<Fault>> {
    let mut checking = Checking { number, faults: Vec::new(), filling: Filling::default() };
    if !matches!(row, Json::Object(_)) {
        return Err(vec![Fault::of(NOT_ROWS).in_row(number)]);
    }
    checking.group(generation.fields(), row, Place::ROW);
    let Checking { mut faults, filling, .. } = checking;
    let (row, found) = filling.finish(generation);
    faults.extend(found.refusing.into_iter().map(|fault| fault.in_row(number)));
    match row {
        Some(row) if faults.is_empty() => {
            Ok((row, found.unusual.into_iter().map(|fault| fault.in_row(number)).collect()))
        }
        _ => Err(faults),
    }
}

/// [`check`], with the faults added to a refusal.
pub fn check_into(
    generation: Generation,
    number: u64,
    row: &Json<'_>,
    refusal: &mut Refusal,
) -> Option<(Row, Vec<Fault>)> {
    match check(generation, number, row) {
        Ok(checked) => Some(checked),
        Err(faults) => {
            faults.into_iter().for_each(|fault| refusal.push(fault));
            None
        }
    }
}

/// Where a value stands. The way to it is written out only where something is said about it: most rows are good.
#[derive(Clone, Copy)]
struct Place<'p> {
    within: Option<&'p Place<'p>>,
    name: &'p str,
}

impl<'p> Place<'p> {
    /// The row itself.
    const ROW: Self = Self { within: None, name: "" };

    fn inside(&'p self, name: &'p str) -> Self {
        Self { within: Some(self), name }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(within) = self.within.filter(|within| within.within.is_some()) {
            write!(f, "{within}.")?;
        }
        f.write_str(&shortened(self.name))
    }
}

struct Checking<'v> {
    number: u64,
    faults: Vec<Fault>,
    filling: Filling<'v>,
}

impl<'v> Checking<'v> {
    fn fault(&mut self, rule: Rule, field: Place<'_>, ja: &str, en: &str) {
        self.faults.push(Fault::of(rule).because(ja, en).in_row(self.number).at(field.to_string()));
    }

    fn group(&mut self, fields: &'static [Field], object: &'v Json<'_>, path: Place<'_>) {
        let Json::Object(entries) = object else {
            return self.fault(KIND, path, "オブジェクトです", "an object");
        };
        let mut said: [Option<&Json<'_>>; MOST_FIELDS] = [None; MOST_FIELDS];
        // Most senders keep the order of the table: the search goes on where the last one ended.
        let mut next = 0;
        for (name, value) in entries {
            let is_it = |place: &usize| fields.get(*place).is_some_and(|field| field.name == name);
            let place = (next..fields.len()).chain(0..next).find(is_it);
            match place.and_then(|place| Some((place, said.get_mut(place)?))) {
                Some((place, slot)) => {
                    *slot = Some(value);
                    next = place + 1;
                }
                None => self.unknown(fields, path.inside(name), name),
            }
        }
        for (field, value) in fields.iter().zip(said) {
            match value {
                None | Some(Json::Null) if field.required => {
                    self.fault(MISSING, path.inside(field.name), field.ja, "it may not be null");
                }
                None | Some(Json::Null) => {}
                Some(value) => self.value(field, value, path.inside(field.name)),
            }
        }
    }

    fn unknown(&mut self, fields: &[Field], path: Place<'_>, name: &str) {
        let (ja, en) = match nearest(name, fields.iter().map(|field| field.name)) {
            Some(near) => (format!("{near} のことですか"), format!("did you mean {near}?")),
            None => ("名前の一覧は openapi.json にあります".to_owned(), "openapi.json lists the names".to_owned()),
        };
        self.fault(UNKNOWN, path, &ja, &en);
    }

    fn value(&mut self, field: &'static Field, value: &'v Json<'_>, path: Place<'_>) {
        let taken = match field.shape {
            Shape::Group(fields) => return self.group(fields, value, path),
            Shape::Text { least, most, characters } => self.text(value, path, least, most, characters),
            Shape::Code(codes) => self.code(value, path, codes).map(Value::Text),
            Shape::Codes(codes) => self.codes(value, path, codes),
            Shape::Date => self.date(value, path),
            Shape::Boolean => self.boolean(value, path),
            Shape::Whole { most } => self.whole(value, path, most),
            Shape::Face => self.face_object(value, path, 1).map(Value::Face),
            Shape::FaceList => self.face_list(value, path),
        };
        if let Some(value) = taken {
            self.filling.take(field.says, value);
        }
    }

    fn words(&mut self, value: &'v Json<'_>, path: Place<'_>) -> Option<&'v str> {
        match value {
            Json::Text(text) => Some(text),
            other => {
                self.fault(KIND, path, &format!("文字列です ({} でした)", other.kind()), "a string");
                None
            }
        }
    }

    fn text(
        &mut self,
        value: &'v Json<'_>,
        path: Place<'_>,
        least: usize,
        most: usize,
        of: Characters,
    ) -> Option<Value<'v>> {
        let text = self.words(value, path)?;
        if !has_length(text, least, most) {
            let length = text.chars().count();
            let expected = if least == most { most.to_string() } else { format!("{least}–{most}") };
            self.fault(
                LENGTH,
                path,
                &format!("{expected} 文字のところ {length} 文字"),
                &format!("{length} characters where {expected} belong"),
            );
            return None;
        }
        if !of.admits(text) {
            let (ja, en) = of.words();
            self.fault(CHARACTERS, path, ja, en);
            return None;
        }
        Some(Value::Text(text))
    }

    fn code(&mut self, value: &'v Json<'_>, path: Place<'_>, codes: &[(&str, &str)]) -> Option<&'v str> {
        let text = self.words(value, path)?;
        if codes.iter().any(|(code, _)| *code == text) {
            return Some(text);
        }
        let known: Vec<String> = codes.iter().map(|(code, ja)| format!("\"{code}\" {ja}")).collect();
        self.fault(CODE, path, &known.join("、"), "one of these");
        None
    }

    fn codes(&mut self, value: &'v Json<'_>, path: Place<'_>, codes: &[(&str, &str)]) -> Option<Value<'v>> {
        let Json::List(values) = value else {
            self.fault(KIND, path, "配列です", "an array");
            return None;
        };
        if values.len() > codes.len() {
            self.fault(LENGTH, path, &format!("{} 個までです", codes.len()), "too many");
            return None;
        }
        let all: Vec<Option<&str>> = values.iter().map(|value| self.code(value, path, codes)).collect();
        all.into_iter().collect::<Option<Vec<_>>>().map(Value::Texts)
    }

    fn date(&mut self, value: &'v Json<'_>, path: Place<'_>) -> Option<Value<'v>> {
        let found = day(self.words(value, path)?);
        if found.is_none() {
            self.fault(DATE, path, "YYYY-MM-DD で書きます", "write YYYY-MM-DD");
        }
        found.map(Value::Day)
    }

    fn boolean(&mut self, value: &'v Json<'_>, path: Place<'_>) -> Option<Value<'v>> {
        match value {
            Json::Bool(value) => Some(Value::Bool(*value)),
            other => {
                self.fault(KIND, path, &format!("true か false です ({} でした)", other.kind()), "true or false");
                None
            }
        }
    }

    fn whole(&mut self, value: &Json<'_>, path: Place<'_>, most: u32) -> Option<Value<'v>> {
        let number = match value {
            Json::Number(number) => number.as_u64().or_else(|| {
                // 1.0 is a whole number for JSON Schema.
                let float = number.as_f64().filter(|float| float.fract() == 0.0 && *float >= 0.0)?;
                (float <= f64::from(u32::MAX)).then_some(float as u64)
            }),
            _ => None,
        };
        let whole = number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= most);
        if whole.is_none() {
            self.fault(KIND, path, &format!("0–{most} の整数です"), &format!("a whole number, 0 to {most}"));
        }
        whole.map(Value::Whole)
    }

    fn face_list(&mut self, value: &'v Json<'_>, path: Place<'_>) -> Option<Value<'v>> {
        let Json::List(objects) = value else {
            self.fault(KIND, path, "オブジェクトの配列です", "an array of objects");
            return None;
        };
        if objects.len() > FACE_ITEMS {
            self.fault(FACE, path, &format!("{FACE_ITEMS} 個までです"), "too many");
            return None;
        }
        let all: Vec<_> = objects.iter().map(|object| self.face_object(object, path, 1)).collect();
        Some(Value::Face(all.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect()))
    }

    fn face_object(&mut self, value: &Json<'_>, path: Place<'_>, level: usize) -> Option<Vec<FaceItem>> {
        let Json::Object(entries) = value else {
            self.fault(KIND, path, "「項目名: 値」のオブジェクトです", "an object of name and value");
            return None;
        };
        if entries.len() > FACE_ITEMS || level > FACE_LEVELS {
            self.fault(
                FACE,
                path,
                &format!("{FACE_LEVELS} 段、1段に {FACE_ITEMS} 項目までです"),
                &format!("{FACE_LEVELS} levels of {FACE_ITEMS} items at the most"),
            );
            return None;
        }
        let all: Vec<_> = entries.iter().map(|(name, value)| self.face_item(name, value, path, level)).collect();
        all.into_iter().collect()
    }

    fn face_item(&mut self, name: &str, value: &Json<'_>, path: Place<'_>, level: usize) -> Option<FaceItem> {
        let path = path.inside(name);
        if !has_length(name, 1, FACE_NAME) || !Characters::Any.admits(name) {
            self.fault(FACE, path, &format!("項目名は1–{FACE_NAME}文字です"), "the name of an item");
            return None;
        }
        let text: Option<Cow<'_, str>> = match value {
            Json::Object(_) => {
                let items = self.face_object(value, path, level + 1)?;
                return Some(FaceItem { name: name.to_owned(), value: None, items });
            }
            Json::Null => None,
            Json::Text(text) => Some(text.as_ref().into()),
            Json::Bool(value) => Some(value.to_string().into()),
            Json::Number(number) => Some(number.to_string().into()),
            Json::List(_) => {
                self.fault(FACE, path, "値は文字列か、項目のオブジェクトです", "a string, or an object of items");
                return None;
            }
        };
        if text.as_ref().is_some_and(|text| !has_length(text, 0, FACE_VALUE) || !Characters::Any.admits(text)) {
            self.fault(
                FACE,
                path,
                &format!("値は{FACE_VALUE}文字までで、制御文字は使えません"),
                "the value of an item",
            );
            return None;
        }
        Some(FaceItem { name: name.to_owned(), value: text.map(Cow::into_owned), items: Vec::new() })
    }
}

/// Does it have `least..=most` characters? They are counted only where the bytes leave a doubt: a character has one to four.
fn has_length(text: &str, least: usize, most: usize) -> bool {
    let (fewest, bytes) = (text.len().div_ceil(4), text.len());
    (fewest >= least && bytes <= most) || (least..=most).contains(&text.chars().count())
}

/// A name as it stands in a message: whoever sends names of a megabyte does not get them back.
fn shortened(name: &str) -> Cow<'_, str> {
    // Every name of the tables.
    if name.len() <= FACE_NAME && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return name.into();
    }
    name.chars().take(FACE_NAME).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
