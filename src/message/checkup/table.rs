//! The table of tags of a check-up (`data/checkup.toml`), and a document under the tags of another table.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::code::Provenance;
use crate::handwritten::{self, Mistake};
use crate::message::element::{ElementRow, Format};
use crate::message::tree::{Content, Element};

/// The tags of the body of `TKKsiquc01res`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    element: Vec<Row>,
}

/// One item and its tag.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    item: Part,
    tag: String,
    ja: String,
    en: String,
    format: Format,
    code: Option<String>,
    length: Option<usize>,
    #[serde(flatten)]
    provenance: Provenance,
}

/// What a tag stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Part {
    Checkup,
    EffectiveTime,
    Results,
    Result,
    ItemCode,
    ItemName,
    DataType,
    DataValue,
    Unit,
    Oid,
    DataValueName,
}

impl Part {
    /// Below what it stands; nothing for what stands in the body.
    fn parent(self) -> Option<Self> {
        match self {
            Self::Checkup => None,
            Self::EffectiveTime | Self::Results => Some(Self::Checkup),
            Self::Result => Some(Self::Results),
            _ => Some(Self::Result),
        }
    }
}

impl Table {
    /// The table that is part of the program.
    pub fn embedded() -> &'static Self {
        static TABLE: LazyLock<Table> = LazyLock::new(|| {
            // The text is part of the program; a test reads it.
            Table::from_toml("checkup.toml", Table::embedded_text()).expect("check-up table is part of the program")
        });
        &TABLE
    }

    /// Its text.
    pub fn embedded_text() -> &'static str {
        include_str!("../data/checkup.toml")
    }

    /// Reads a table. `file` is how mistakes call the text.
    ///
    /// # Errors
    /// A [`Mistake`] with line and key.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Box<Mistake>> {
        handwritten::from_toml(file, text)
    }

    /// The rows for the element table, with the parent of each.
    pub fn element_rows(&self) -> Vec<(String, ElementRow)> {
        self.element.iter().map(|row| (self.parent_tag(row).to_owned(), row.element())).collect()
    }

    fn parent_tag(&self, row: &Row) -> &str {
        row.item.parent().and_then(|parent| self.row(parent)).map_or("MessageBody", |parent| &parent.tag)
    }

    fn row(&self, item: Part) -> Option<&Row> {
        self.element.iter().find(|row| row.item == item)
    }

    /// `body` with the tags and in the order of `to` in place of those of this table. What this table does not know follows as it is.
    pub(super) fn retagged(&self, body: &Element, to: &Self) -> Element {
        self.below(None, body, body.name.clone().into_owned(), to)
    }

    fn below(&self, item: Option<Part>, element: &Element, name: String, to: &Self) -> Element {
        if let Content::Text(value) = &element.content {
            return Element::text(name, value.as_str());
        }
        let known = |child: &Element| {
            self.element.iter().find(|row| row.item.parent() == item && row.tag == child.name).map(|row| row.item)
        };
        let mut children = Vec::new();
        for row in to.element.iter().filter(|row| row.item.parent() == item) {
            let of_the_row = element.children().iter().filter(|child| known(child) == Some(row.item));
            children.extend(of_the_row.map(|child| self.below(Some(row.item), child, row.tag.clone(), to)));
        }
        children.extend(element.children().iter().filter(|child| known(child).is_none()).cloned());
        Element::parent(name, children)
    }
}

impl Row {
    fn element(&self) -> ElementRow {
        let occurs = if matches!(self.item, Part::Checkup | Part::Result) { "0..n" } else { "0..1" };
        ElementRow {
            name: self.tag.clone(),
            ja: self.ja.clone(),
            en: self.en.clone(),
            format: self.format,
            code: self.code.clone(),
            length: self.length,
            occurs: occurs.to_owned(),
            provenance: self.provenance.clone(),
        }
    }
}
