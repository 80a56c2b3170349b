//! The files of a layout folder: what each is called, what the program has built in, and what a row may say.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::code::{self, CodeTable};
use crate::handwritten::{Mistake, nearest};
use crate::hub::wording::Wording;
use crate::message::checkup::table as checkup;
use crate::message::element::{ElementRow, ElementTable, Format};
use crate::message::medication::table as medication;
use crate::message::subsidy::{Edition, Layout, LayoutError};

/// How often an element may stand, as `occurs` says it.
const OCCURS: [&str; 4] = ["1", "0..1", "0..n", "1..n"];

/// One file of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Code tables OQSCD001–044; a table replaces the whole built-in one of its id.
    Codes,
    /// What every element is; a row replaces the built-in one of its parent and name.
    Elements,
    /// Codes and messages of the centre; a row replaces the notice of its name.
    Errors,
    /// The layout of the subsidy document; replaces the built-in one whole.
    Pmh,
    /// The tags of 薬剤情報; replaces the built-in table whole.
    Medication,
    /// The tags of 特定健診情報; replaces the built-in table whole.
    Checkup,
}

/// All of them.
pub const ALL: [Table; 6] =
    [Table::Codes, Table::Elements, Table::Errors, Table::Pmh, Table::Medication, Table::Checkup];

impl Table {
    /// Its file name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Codes => "codes.toml",
            Self::Elements => "elements.toml",
            Self::Errors => "errors.toml",
            Self::Pmh => "pmh.toml",
            Self::Medication => "medication.toml",
            Self::Checkup => "checkup.toml",
        }
    }

    /// The table whose file is called `name`.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|table| table.name() == name)
    }

    /// The built-in text.
    pub fn built_in(self) -> Cow<'static, str> {
        match self {
            Self::Codes => code::embedded_text().into(),
            Self::Elements => ElementTable::embedded_text().into(),
            Self::Errors => Wording::built_in_text().into(),
            Self::Pmh => Layout::embedded_text().into(),
            Self::Medication => medication::Table::embedded_text().into(),
            Self::Checkup => checkup::Table::embedded_text().into(),
        }
    }
}

/// Code tables.
///
/// # Errors
/// Not the form; an id that is none; a table or a value that stands twice.
pub fn codes(file: &str, text: &str) -> Result<Vec<CodeTable>, Box<Mistake>> {
    let tables = code::from_toml(file, text)?;
    let mut ids = BTreeSet::new();
    for table in &tables {
        if code::table(&table.id).is_none() {
            let near = nearest(&table.id, code::tables().iter().map(|table| table.id.as_str()));
            return Err(wrong(
                file,
                text,
                &table.id,
                "id",
                "この番号のコード表はありません。",
                "there is no such code table",
                near,
            ));
        }
        let mut values = BTreeSet::new();
        let twice = table.rows().iter().find(|row| !values.insert(&row.value));
        if let Some(row) = twice {
            let (ja, en) = (
                format!("{} に値「{}」が二つあります。", table.id, row.value),
                format!("{} has the value twice", table.id),
            );
            return Err(wrong(file, text, &table.id, "value", &ja, &en, None));
        }
        if !ids.insert(&table.id) {
            return Err(wrong(
                file,
                text,
                &table.id,
                "id",
                "このコード表が二つあります。",
                "this table stands twice",
                None,
            ));
        }
    }
    Ok(tables)
}

/// Rows of the element table; `known` has the code tables in effect.
///
/// # Errors
/// Not the form; a name that is none; a code without a table; an `occurs` that is none.
pub fn elements(file: &str, text: &str, known: &ElementTable) -> Result<ElementTable, Box<Mistake>> {
    let table = ElementTable::rows_from_toml(file, text)?;
    for (_, _, row) in table.rows() {
        let mistake = |key, ja: &str, en: &str, near| Err(wrong(file, text, &row.name, key, ja, en, near));
        if !is_name(&row.name) {
            return mistake(
                "name",
                "要素名になりません。",
                "not an element name: use letters, digits, `_`, `-`, `.`",
                None,
            );
        }
        if !OCCURS.contains(&row.occurs.as_str()) {
            let near = nearest(&row.occurs, OCCURS);
            return mistake("occurs", "1, 0..1, 0..n, 1..n のどれかです。", "one of 1, 0..1, 0..n, 1..n", near);
        }
        match (&row.code, row.format) {
            (None, Format::Code) => {
                return mistake("code", "format = \"code\" にはコード表が必要です。", "a code needs its table", None);
            }
            (Some(code), _) if !known.has_codes(code) => {
                let near = nearest(code, code::tables().iter().map(|table| table.id.as_str()));
                return mistake(
                    "code",
                    &format!("コード表「{code}」はありません。"),
                    "there is no such code table",
                    near,
                );
            }
            _ => {}
        }
    }
    Ok(table)
}

/// The layout of the subsidy document.
///
/// # Errors
/// Not the form; a tag that stands twice or is none.
pub fn pmh(file: &str, text: &str, edition: Edition) -> Result<Layout, Box<Mistake>> {
    Layout::from_toml(file, text, edition).map_err(|error| match error {
        LayoutError::Form(mistake) => mistake,
        LayoutError::Twice { ref tag, .. } => {
            let said = error.to_string();
            let (ja, en) = said.split_once(" / ").unwrap_or((&said, &said));
            wrong(file, text, tag, "tag", ja, en, None)
        }
        LayoutError::NotAName(ref tag) => {
            let said = error.to_string();
            let (ja, en) = said.split_once(" / ").unwrap_or((&said, &said));
            wrong(file, text, tag, "tag", ja, en, None)
        }
    })
}

/// The tags of 薬剤情報.
///
/// # Errors
/// Not the form; a tag that stands twice below one element or is none; no tag for a month.
pub fn medication(file: &str, text: &str) -> Result<medication::Table, Box<Mistake>> {
    let table = medication::Table::from_toml(file, text)?;
    tags(file, text, table.element_rows())?;
    match table.lacks_months() {
        false => Ok(table),
        true => Err(wrong(file, text, "month", "container", "月のタグがありません。", "a month needs its tag", None)),
    }
}

/// The tags of 特定健診情報.
///
/// # Errors
/// Not the form; a tag that stands twice below one element or is none.
pub fn checkup(file: &str, text: &str) -> Result<checkup::Table, Box<Mistake>> {
    let table = checkup::Table::from_toml(file, text)?;
    tags(file, text, table.element_rows())?;
    Ok(table)
}

fn tags(file: &str, text: &str, rows: Vec<(String, ElementRow)>) -> Result<(), Box<Mistake>> {
    let mut seen = BTreeSet::new();
    for (parent, row) in rows {
        let mistake = |ja: &str, en: &str| Err(wrong(file, text, &row.name, "tag", ja, en, None));
        if !is_name(&row.name) {
            return mistake("要素名になりません。", "not an element name: use letters, digits, `_`, `-`, `.`");
        }
        if !seen.insert((parent, row.name.clone())) {
            return mistake("同じ要素の下に二度あります。", "stands twice below one element");
        }
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// A mistake in the row that is called `row`, on its last line: of two, the second is the one too many.
fn wrong(file: &str, text: &str, row: &str, key: &str, ja: &str, en: &str, near: Option<&str>) -> Box<Mistake> {
    let (hint_ja, hint_en) = near.map_or_else(Default::default, |near| {
        (format!("「{near}」のことですか。"), format!("; did you mean `{near}`?"))
    });
    let mut mistake = Mistake::of_key(file, key, format!("{row}: {ja}{hint_ja}"), format!("{en}{hint_en}"));
    let written = format!("\"{row}\"");
    let lines: Vec<&str> = text.lines().collect();
    mistake.line = lines.iter().rposition(|line| line.contains(&written)).map(|index| index + 1);
    mistake
}
