//! The element table: what every element is, as data (`data/elements.toml`), so that changing a row changes what `explain` says.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::subsidy::Layout;
use crate::code::Provenance;

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
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
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// Documents whose elements are known apart from those of all others, although some share a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ElementTable {
    rows: BTreeMap<(Family, String), BTreeMap<String, ElementRow>>,
    codes: BTreeMap<String, BTreeMap<String, (String, String)>>,
}

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
    /// Reads a table.
    ///
    /// # Errors
    /// What TOML says, with line and column.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let mut table = Self::with_medication();
        for group in file.group {
            for parent in group.parents {
                for row in &group.elements {
                    table.insert(group.family, &parent, row.clone());
                }
            }
        }
        Ok(table)
    }

    /// The table that is part of the program, with the tags of the embedded layout.
    pub fn embedded() -> &'static Self {
        static TABLE: LazyLock<ElementTable> = LazyLock::new(|| {
            // The text is part of the program; a test reads it.
            let table =
                ElementTable::from_toml(ElementTable::embedded_text()).expect("element table is part of the program");
            table.with_layout(Layout::embedded(super::subsidy::Edition::LATEST))
        });
        &TABLE
    }

    /// The rows that the table of YZK's tags makes, before a file adds its own or replaces some.
    fn with_medication() -> Self {
        let mut table = Self::default();
        let tags = super::medication::table::Table::embedded();
        for (parent, row) in tags.element_rows() {
            table.insert(Family::Common, &parent, row);
        }
        for codes in tags.codes() {
            let rows = codes.rows.iter().map(|code| (code.value.clone(), (code.ja.clone(), code.en.clone())));
            table.codes.insert(codes.id.clone(), rows.collect());
        }
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

    /// Label (Japanese, English) of a value of a code table, official or of the layout.
    pub fn code_label(&self, table: &str, value: &str) -> Option<(&str, &str)> {
        if let Some((ja, en)) = self.codes.get(table).and_then(|codes| codes.get(value)) {
            return Some((ja, en));
        }
        crate::code::label(table, value).map(|row| (row.ja.as_str(), row.en.as_str()))
    }
}
