//! The table of tags: one thing, up to three tags, by origin (`data/medication.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::Origin;
use super::item::{Container, DateItem, DrugItem, MonthItem, ProcedureItem};
use crate::code::Provenance;
use crate::handwritten::{self, Mistake};
use crate::message::element::{ElementRow, Format};

/// The tags of the body of `YZKsiquc01res`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub(super) container: Vec<Row<Container>>,
    pub(super) month: Vec<Row<MonthItem>>,
    pub(super) date: Vec<Row<DateItem>>,
    pub(super) drug: Vec<Row<DrugItem>>,
    pub(super) procedure: Vec<Row<ProcedureItem>>,
    /// Code tables of ours.
    codes: Vec<Codes>,
}

/// One item and its tags.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row<I> {
    /// What it is.
    pub item: I,
    /// How it is called.
    pub tags: Tags,
    /// Label in Japanese.
    pub ja: String,
    /// Label in English.
    pub en: String,
    /// How its value is read.
    pub format: Format,
    /// Code table of the values.
    pub code: Option<String>,
    /// Most characters, where known.
    pub length: Option<usize>,
    /// Of the row.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// The tags of one item, by origin; none where it does not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tags {
    receipt: Option<String>,
    prescribed: Option<String>,
    dispensed: Option<String>,
}

/// A code table that is not one of 業務コード仕様.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    /// Its name.
    pub id: String,
    /// Its codes.
    pub rows: Vec<Code>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The value.
    pub value: String,
    /// Label in Japanese.
    pub ja: String,
    /// Label in English.
    pub en: String,
}

impl Tags {
    /// The tag in this origin.
    pub fn of(&self, origin: Origin) -> Option<&str> {
        match origin {
            Origin::Receipt => self.receipt.as_deref(),
            Origin::Prescribed => self.prescribed.as_deref(),
            Origin::Dispensed => self.dispensed.as_deref(),
        }
    }
}

impl Table {
    /// The table that is part of the program.
    pub fn embedded() -> &'static Self {
        static TABLE: LazyLock<Table> = LazyLock::new(|| {
            // The text is part of the program; a test reads it.
            Table::from_toml("medication.toml", Table::embedded_text())
                .expect("medication table is part of the program")
        });
        &TABLE
    }

    /// Its text.
    pub fn embedded_text() -> &'static str {
        include_str!("../data/medication.toml")
    }

    /// Reads a table. `file` is how mistakes call the text.
    ///
    /// # Errors
    /// A [`Mistake`] with line and key.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Box<Mistake>> {
        handwritten::from_toml(file, text)
    }

    /// Tag of a container; none where this origin has none.
    pub(super) fn tag(&self, container: Container, origin: Origin) -> Option<&str> {
        self.container.iter().find(|row| row.item == container)?.tags.of(origin)
    }

    /// Is there an origin whose months have no tag? Nothing of it could be written.
    pub fn lacks_months(&self) -> bool {
        Origin::ALL.into_iter().any(|origin| self.tag(Container::Month, origin).is_none())
    }

    /// The code tables of ours.
    pub fn codes(&self) -> &[Codes] {
        &self.codes
    }

    /// Japanese label of a value, the value itself where there is none.
    pub(super) fn label<'a>(&'a self, table: &str, value: &'a str) -> &'a str {
        let codes = self.codes.iter().find(|codes| codes.id == table);
        let code = codes.and_then(|codes| codes.rows.iter().find(|code| code.value == value.trim()));
        code.map_or(value, |code| &code.ja)
    }

    /// The rows for the element table, with the parent of each.
    pub fn element_rows(&self) -> Vec<(String, ElementRow)> {
        let mut rows = Vec::new();
        for origin in Origin::ALL {
            let of = |container| self.tag(container, origin).unwrap_or("MessageBody").to_owned();
            let months = of(Container::List);
            let contained = [
                (Container::List, "MessageBody".to_owned(), "0..1"),
                (Container::Month, months, "0..n"),
                (Container::Dates, of(Container::Month), "0..1"),
                (Container::Date, of(Container::Dates), "0..n"),
                (Container::Drugs, of(Container::Date), "0..1"),
                (Container::Drug, of(Container::Drugs), "0..n"),
                (Container::Procedures, of(Container::Date), "0..1"),
                (Container::Procedure, of(Container::Procedures), "0..n"),
            ];
            for (container, parent, occurs) in contained {
                let row = self.container.iter().find(|row| row.item == container);
                rows.extend(row.and_then(|row| Some((parent, row.element(origin, occurs)?))));
            }
            values(&self.month, of(Container::Month), origin, &mut rows);
            values(&self.date, of(Container::Date), origin, &mut rows);
            values(&self.drug, of(Container::Drug), origin, &mut rows);
            values(&self.procedure, of(Container::Procedure), origin, &mut rows);
        }
        rows
    }
}

fn values<I>(items: &[Row<I>], parent: String, origin: Origin, rows: &mut Vec<(String, ElementRow)>) {
    rows.extend(items.iter().filter_map(|row| Some((parent.clone(), row.element(origin, "0..1")?))));
}

impl<I> Row<I> {
    fn element(&self, origin: Origin, occurs: &str) -> Option<ElementRow> {
        let name = self.tags.of(origin)?.to_owned();
        let (ja, en) = origin.words();
        Some(ElementRow {
            name,
            ja: format!("{}（{ja}）", self.ja),
            en: format!("{} ({en})", self.en),
            format: self.format,
            code: self.code.clone(),
            length: self.length,
            occurs: occurs.to_owned(),
            provenance: self.provenance.clone(),
        })
    }
}
