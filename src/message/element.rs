//! The element table: what every element is, as data (`data/elements.toml`), so that changing a row changes what `explain` says.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::checkup::table as checkup;
use super::medication::table as medication;
use super::subsidy::Layout;
use crate::code::{CodeTable, Confidence, Provenance};
use crate::handwritten::{self, Mistake};

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Free text.
    Text,
    /// Elements below.
    Group,
    /// `YYYYMMDD`
    Date,
    /// `YYYYMMDDHHmmss`
    Datetime,
    /// `YYYYMM`
    Month,
    /// A value of a code table.
    Code,
    /// 0 no, 1 yes.
    Flag,
    /// Yen.
    Yen,
    /// `010` = 1割.
    Ratio,
    /// Percent.
    Percent,
    /// A count.
    Number,
    /// Half-width katakana.
    Kana,
    /// 保険者番号, eight characters, padded on the left.
    Insurer,
    /// 医療機関コード, ten digits.
    Institution,
    /// A file name of the shared folder.
    FileName,
}

/// What is known of one element below one parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenRow", into = "WrittenRow")]
pub struct ElementRow {
    /// Element name.
    pub name: String,
    /// Label in Japanese.
    pub ja: String,
    /// Label in English.
    pub en: String,
    /// How its value is read.
    pub format: Format,
    /// `OQSCDnnn`, or a table of a layout.
    pub code: Option<String>,
    /// Most characters, where known.
    pub length: Option<usize>,
    /// `1`, `0..1`, `0..n`, `1..n`; mandatory in the sense of the strictest reader of the field.
    pub occurs: String,
    /// Of the row.
    pub provenance: Provenance,
}

/// A row as a file writes it: flat, so that a wrong key is told with the right ones.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRow {
    name: String,
    ja: String,
    en: String,
    format: Format,
    code: Option<String>,
    length: Option<usize>,
    occurs: String,
    source: String,
    confidence: Confidence,
}

impl From<WrittenRow> for ElementRow {
    fn from(written: WrittenRow) -> Self {
        let WrittenRow { name, ja, en, format, code, length, occurs, source, confidence } = written;
        Self { name, ja, en, format, code, length, occurs, provenance: Provenance { source, confidence } }
    }
}

impl From<ElementRow> for WrittenRow {
    fn from(row: ElementRow) -> Self {
        let ElementRow { name, ja, en, format, code, length, occurs, provenance } = row;
        let Provenance { source, confidence } = provenance;
        Self { name, ja, en, format, code, length, occurs, source, confidence }
    }
}

/// Documents whose elements are known apart from those of all others, although some share a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Every document of the folder.
    #[default]
    Common,
    /// The subsidy answer: its tags are rows of a layout, some of them less sure than their namesakes.
    Subsidy,
    /// The answers of YZK and TKK: some elements of their header are only inferred from those of their neighbours.
    Inquiry,
}

/// The element table, by family, parent and name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Listed", into = "Listed")]
pub struct ElementTable {
    rows: BTreeMap<(Family, String), BTreeMap<String, ElementRow>>,
    /// Code tables in place of the built-in ones of the same name, and those of a subsidy layout.
    codes: BTreeMap<String, BTreeMap<String, (String, String)>>,
}

/// The table as one list, for a screen on another machine.
#[derive(Serialize, Deserialize)]
struct Listed {
    rows: Vec<(Family, String, ElementRow)>,
    codes: BTreeMap<String, BTreeMap<String, (String, String)>>,
}

impl From<ElementTable> for Listed {
    fn from(table: ElementTable) -> Self {
        let ElementTable { rows, codes } = table;
        let below = |((family, parent), rows): ((Family, String), BTreeMap<String, ElementRow>)| {
            rows.into_values().map(move |row| (family, parent.clone(), row))
        };
        Self { rows: rows.into_iter().flat_map(below).collect(), codes }
    }
}

impl From<Listed> for ElementTable {
    fn from(listed: Listed) -> Self {
        let mut table = Self { codes: listed.codes, ..Self::default() };
        for (family, parent, row) in listed.rows {
            table.rows.entry((family, parent)).or_default().insert(row.name.clone(), row);
        }
        table
    }
}

/// Source key of what a vendor put in place of a row of ours.
pub const YOURS: &str = "yours";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    /// Names of the parents below which these rows hold; empty for the root.
    parents: Vec<String>,
    /// The documents in which they hold, where not in all.
    #[serde(default)]
    family: Family,
    elements: Vec<ElementRow>,
}

impl ElementTable {
    /// Reads a table. `file` is how mistakes call the text.
    ///
    /// # Errors
    /// A [`Mistake`] with line and key.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Box<Mistake>> {
        let tags = Self::with_tags(medication::Table::embedded(), checkup::Table::embedded());
        tags.and_rows_of(file, text)
    }

    /// Reads the rows of a file alone.
    ///
    /// # Errors
    /// A [`Mistake`] with line and key.
    pub fn rows_from_toml(file: &str, text: &str) -> Result<Self, Box<Mistake>> {
        Self::default().and_rows_of(file, text)
    }

    fn and_rows_of(self, file: &str, text: &str) -> Result<Self, Box<Mistake>> {
        let file: File = handwritten::from_toml(file, text)?;
        let mut table = self;
        for group in file.group {
            for parent in group.parents {
                for row in &group.elements {
                    table.insert(group.family, &parent, row.clone());
                }
            }
        }
        Ok(table)
    }

    /// The table with the rows of `theirs` in place of its own. A row that says something else is marked as theirs ([`YOURS`]).
    #[must_use]
    pub fn with_rows_of(mut self, theirs: &Self) -> Self {
        for (family, parent, row) in theirs.rows() {
            let ours = self.row(family, parent, &row.name);
            if ours == Some(row) {
                continue;
            }
            let source = match ours {
                Some(ours) if ours.provenance.source == row.provenance.source => YOURS.to_owned(),
                _ => format!("{YOURS} {}", row.provenance.source),
            };
            let provenance = Provenance { source, ..row.provenance.clone() };
            self.insert(family, parent, ElementRow { provenance, ..row.clone() });
        }
        self
    }

    /// The table with these code tables, each in place of the built-in one of the same name.
    #[must_use]
    pub fn with_codes(mut self, tables: &[CodeTable]) -> Self {
        for table in tables {
            let rows = table.rows().iter().map(|row| (row.value.clone(), (row.ja.clone(), row.en.clone())));
            self.codes.insert(table.id.clone(), rows.collect());
        }
        self
    }

    /// The table that is part of the program, with the tags of the embedded layout.
    pub fn embedded() -> &'static Self {
        static TABLE: LazyLock<ElementTable> = LazyLock::new(|| {
            // The text is part of the program; a test reads it.
            let table = ElementTable::from_toml("elements.toml", ElementTable::embedded_text())
                .expect("element table is part of the program");
            table.with_layout(Layout::embedded(super::subsidy::Edition::LATEST))
        });
        &TABLE
    }

    /// The rows that the tables of YZK's and TKK's tags make, before a file adds its own or replaces some.
    fn with_tags(medicines: &medication::Table, checkups: &checkup::Table) -> Self {
        let mut table = Self::default();
        for (parent, row) in medicines.element_rows().into_iter().chain(checkups.element_rows()) {
            table.insert(Family::Common, &parent, row);
        }
        for codes in medicines.codes() {
            let rows = codes.rows.iter().map(|code| (code.value.clone(), (code.ja.clone(), code.en.clone())));
            table.codes.insert(codes.id.clone(), rows.collect());
        }
        table
    }

    /// The table with the tags of `medicines` and `checkups` in place of the built-in ones, marked as theirs where they say something
    /// else. A row of elements.toml about a tag that stays as it was holds on.
    #[must_use]
    pub fn with_their_tags(self, medicines: &medication::Table, checkups: &checkup::Table) -> Self {
        let ours = Self::with_tags(medication::Table::embedded(), checkup::Table::embedded());
        let mut theirs = Self::with_tags(medicines, checkups);
        let is_there = |table: &Self, parent: &str, name: &str| table.row(Family::Common, parent, name).is_some();
        let mut kept = self;
        kept.rows.retain(|(family, parent), rows| {
            rows.retain(|name, row| {
                let was_ours = *family == Family::Common && ours.row(Family::Common, parent, name) == Some(&*row);
                !was_ours || is_there(&theirs, parent, name)
            });
            !rows.is_empty()
        });
        theirs.rows.retain(|(_, parent), rows| {
            rows.retain(|name, row| ours.row(Family::Common, parent, name) != Some(&*row));
            !rows.is_empty()
        });
        let mut table = kept.with_rows_of(&theirs);
        table.codes.extend(theirs.codes);
        table
    }

    /// The text of the embedded table.
    pub fn embedded_text() -> &'static str {
        include_str!("data/elements.toml")
    }

    /// The table with the rows of a subsidy layout, in place of those of another.
    #[must_use]
    pub fn with_layout(mut self, layout: &Layout) -> Self {
        self.rows.retain(|(family, _), _| *family != Family::Subsidy);
        for (parent, row) in layout.element_rows() {
            self.insert(Family::Subsidy, &parent, row);
        }
        for (name, codes) in [("kinds", &layout.kinds), ("methods", &layout.methods)] {
            let labels =
                codes.rows.iter().map(|code| (code.value.clone(), (code.ja.clone(), code.en.clone()))).collect();
            self.codes.insert(name.to_owned(), labels);
        }
        self
    }

    /// The table with a subsidy layout in place of the built-in one; its rows are marked as theirs where they say something else.
    #[must_use]
    pub fn with_their_layout(self, layout: &Layout) -> Self {
        let theirs = Self::default().with_layout(layout);
        let mut table = self.with_rows_of(&theirs);
        table.rows.retain(|key, rows| {
            if key.0 == Family::Subsidy {
                rows.retain(|name, _| theirs.rows.get(key).is_some_and(|rows| rows.contains_key(name)));
            }
            !rows.is_empty()
        });
        table.codes.extend(theirs.codes);
        table
    }

    /// Puts a row in, in place of the one of the same name below the same parent.
    pub fn insert(&mut self, family: Family, parent: &str, row: ElementRow) {
        self.rows.entry((family, parent.to_owned())).or_default().insert(row.name.clone(), row);
    }

    /// The row of `name` below `parent` (`""` for the root): the family's own, else the common one.
    pub fn row(&self, family: Family, parent: &str, name: &str) -> Option<&ElementRow> {
        let of = |family| self.rows.get(&(family, parent.to_owned())).and_then(|rows| rows.get(name));
        of(family).or_else(|| of(Family::Common))
    }

    /// The rows below `parent`: the family's own before the common ones.
    pub fn below(&self, family: Family, parent: &str) -> impl Iterator<Item = &ElementRow> {
        let of = |family| self.rows.get(&(family, parent.to_owned()));
        let common = (family != Family::Common).then(|| of(Family::Common)).flatten();
        of(family).into_iter().chain(common).flat_map(BTreeMap::values)
    }

    /// All rows with their families and parents.
    pub fn rows(&self) -> impl Iterator<Item = (Family, &str, &ElementRow)> {
        self.rows.iter().flat_map(|((family, parent), rows)| rows.values().map(|row| (*family, parent.as_str(), row)))
    }

    /// All values of a code table with their labels (Japanese, English).
    pub fn codes(&self, table: &str) -> Vec<(&str, &str, &str)> {
        if let Some(codes) = self.codes.get(table) {
            return codes.iter().map(|(value, (ja, en))| (value.as_str(), ja.as_str(), en.as_str())).collect();
        }
        let rows = crate::code::table(table).into_iter().flat_map(crate::code::CodeTable::rows);
        rows.map(|row| (row.value.as_str(), row.ja.as_str(), row.en.as_str())).collect()
    }

    /// Label (Japanese, English) of a value of a code table: the vendor's, the layout's, or the built-in one.
    pub fn code_label(&self, table: &str, value: &str) -> Option<(&str, &str)> {
        if let Some(codes) = self.codes.get(table) {
            return codes.get(value).map(|(ja, en)| (ja.as_str(), en.as_str()));
        }
        crate::code::label(table, value).map(|row| (row.ja.as_str(), row.en.as_str()))
    }

    /// Is there a code table of this name?
    pub fn has_codes(&self, table: &str) -> bool {
        self.codes.contains_key(table) || crate::code::table(table).is_some()
    }
}
