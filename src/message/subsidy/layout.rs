//! The layout table: which tag holds which item, in which order.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::item::{CertificateItem, FacePart, HeaderItem, LimitItem, ManagementItem, RecordItem};
use crate::code::Provenance;
use crate::handwritten::{self, Mistake};
use crate::message::element::{ElementRow, Format};

/// Edition of the interface, by fiscal year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Edition {
    /// FY2023
    R5,
    /// FY2024: income segments, joint limits, meals, hash (spec/pmh.md §1.4)
    #[default]
    R6,
    /// FY2026: 自己負担上限額管理票 (spec/pmh.md §1.4; the clinic's side of it is not public, [C])
    R8,
}

impl Edition {
    /// The edition that has every element of the others.
    pub const LATEST: Self = Self::R8;

    /// The one that is called so: `R5`, `R6`, `R8`.
    pub fn named(name: &str) -> Option<Self> {
        [("R5", Self::R5), ("R6", Self::R6), ("R8", Self::R8)].into_iter().find(|(n, _)| *n == name).map(|(_, e)| e)
    }
}

fn first() -> Edition {
    Edition::R5
}

/// What repeats when a person has several certificates (spec/pmh.md §1.6, [C]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// `MedicalSubsidies`, one per certificate.
    #[default]
    MedicalSubsidies,
    /// `CertificationDetail`, all below one `MedicalSubsidies`.
    CertificationDetail,
}

/// A layout of `PMHsimsm01res`, for one edition.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layout {
    /// What the layout calls itself; the embedded one is `provisional`.
    pub name: String,
    pub(super) repeat: Repeats,
    /// Codes of 種別.
    pub kinds: CodeTable,
    /// Codes of 助成方法; none in a layout of before them.
    #[serde(default)]
    pub methods: CodeTable,
    pub(super) header: Vec<Row<HeaderItem>>,
    pub(super) certificate: Vec<Row<CertificateItem>>,
    pub(super) limit: Vec<Row<LimitItem>>,
    #[serde(default)]
    pub(super) management: Vec<Row<ManagementItem>>,
    #[serde(default)]
    pub(super) record: Vec<Row<RecordItem>>,
    pub(super) face: Vec<Row<FacePart>>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Repeats {
    pub medical_subsidies: Tags,
    pub certification_detail: Tags,
}

/// Names of the blocks in one reading of what repeats.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tags {
    /// Parent of the certificates, if they have one.
    pub list: Option<String>,
    /// One certificate.
    pub certificate: String,
    /// One item printed on it.
    pub face: String,
    /// Label of the outermost block in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
    /// Of the outermost block.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// One tag and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row<I> {
    /// Element name; empty where `[repeat]` names it.
    #[serde(default)]
    pub tag: String,
    /// What it holds.
    pub item: I,
    /// Label in Japanese.
    pub ja: String,
    /// Label in English.
    pub en: String,
    /// How its value is read.
    pub format: Format,
    /// Code table: `OQSCDnnn`, or `kinds` or `methods` of this layout.
    pub code: Option<String>,
    /// First edition that has it.
    #[serde(default = "first")]
    pub since: Edition,
    /// Of the tag.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A provisional code table of the layout.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeTable {
    /// Label in Japanese.
    pub ja: String,
    /// Label in English.
    pub en: String,
    /// The codes.
    #[serde(rename = "row")]
    pub rows: Vec<CodeRow>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeRow {
    /// The value.
    pub value: String,
    /// Label in Japanese.
    pub ja: String,
    /// Label in English.
    pub en: String,
    /// First edition that has it.
    #[serde(default = "first")]
    pub since: Edition,
}

/// A layout file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// Not the form of a layout.
    #[error(transparent)]
    Form(#[from] Box<Mistake>),
    /// Two rows of one block with one tag: a document could not be read back.
    #[error(
        "レイアウトの {block} にタグ {tag} が二つあります / the layout has the tag {tag} twice in {block}: rename one"
    )]
    Twice {
        /// The block.
        block: &'static str,
        /// The tag.
        tag: String,
    },
    /// A tag that is no element name.
    #[error("「{0}」は要素名になりません / not an element name: use letters, digits, `_`, `-`, `.`")]
    NotAName(String),
}

impl Layout {
    /// Reads a layout and keeps what `edition` has. `file` is how mistakes call it.
    ///
    /// # Errors
    /// [`LayoutError`] with line and column, or the tag that stands twice.
    pub fn from_toml(file: &str, text: &str, edition: Edition) -> Result<Self, LayoutError> {
        let mut layout: Self = handwritten::from_toml(file, text)?;
        layout.keep(edition);
        layout.check()?;
        Ok(layout)
    }

    /// The provisional layout that is part of the program.
    pub fn embedded(edition: Edition) -> &'static Self {
        static R5: LazyLock<Layout> = LazyLock::new(|| embedded_for(Edition::R5));
        static R6: LazyLock<Layout> = LazyLock::new(|| embedded_for(Edition::R6));
        static R8: LazyLock<Layout> = LazyLock::new(|| embedded_for(Edition::R8));
        match edition {
            Edition::R5 => &R5,
            Edition::R6 => &R6,
            Edition::R8 => &R8,
        }
    }

    /// The text of the embedded layout, to be exported and edited.
    pub fn embedded_text() -> &'static str {
        include_str!("../data/pmh.toml")
    }

    /// The tag of a header item, if the layout has it.
    pub fn tag_of(&self, item: HeaderItem) -> Option<&str> {
        self.header.iter().find(|row| row.item == item).map(|row| row.tag.as_str())
    }

    /// The tag of an item of a certificate, if the layout has it and `[repeat]` does not name it.
    pub fn tag_of_certificate(&self, item: CertificateItem) -> Option<&str> {
        self.certificate.iter().find(|row| row.item == item && !row.tag.is_empty()).map(|row| row.tag.as_str())
    }

    /// The tags of the items that the layout has since `edition`; with the first one, of all items.
    pub fn certificate_tags_since(&self, edition: Edition) -> Vec<&str> {
        let rows = self.certificate.iter().filter(|row| row.since >= edition && !row.tag.is_empty());
        rows.map(|row| row.tag.as_str()).collect()
    }

    pub(super) fn tags(&self, repeat: Repeat) -> &Tags {
        match repeat {
            Repeat::MedicalSubsidies => &self.repeat.medical_subsidies,
            Repeat::CertificationDetail => &self.repeat.certification_detail,
        }
    }

    fn keep(&mut self, edition: Edition) {
        self.header.retain(|row| row.since <= edition);
        self.certificate.retain(|row| row.since <= edition);
        self.limit.retain(|row| row.since <= edition);
        self.management.retain(|row| row.since <= edition);
        self.record.retain(|row| row.since <= edition);
        self.face.retain(|row| row.since <= edition);
        for codes in [&mut self.kinds, &mut self.methods] {
            codes.rows.retain(|code| code.since <= edition);
        }
    }

    fn check(&self) -> Result<(), LayoutError> {
        distinct("header", self.header.iter().map(|row| &row.tag))?;
        distinct("limit", self.limit.iter().map(|row| &row.tag))?;
        distinct("management", self.management.iter().map(|row| &row.tag))?;
        distinct("record", self.record.iter().map(|row| &row.tag))?;
        distinct("face", self.face.iter().map(|row| &row.tag))?;
        for tags in [&self.repeat.medical_subsidies, &self.repeat.certification_detail] {
            let face = std::iter::once(&tags.face);
            distinct(
                "certificate",
                self.certificate.iter().map(|row| &row.tag).filter(|tag| !tag.is_empty()).chain(face),
            )?;
            distinct("repeat", tags.list.iter().chain([&tags.certificate]))?;
        }
        Ok(())
    }
}

fn distinct<'a>(block: &'static str, tags: impl Iterator<Item = &'a String>) -> Result<(), LayoutError> {
    let mut seen = std::collections::BTreeSet::new();
    for tag in tags {
        let good = tag.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && tag.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if !good {
            return Err(LayoutError::NotAName(tag.clone()));
        }
        if !seen.insert(tag) {
            return Err(LayoutError::Twice { block, tag: tag.clone() });
        }
    }
    Ok(())
}

fn embedded_for(edition: Edition) -> Layout {
    // The text is part of the program; a test reads it for every edition.
    Layout::from_toml("pmh.toml", Layout::embedded_text(), edition).expect("the layout is part of the program")
}

impl Layout {
    /// The layout's tags as rows of the element table, with their parents, for both readings of what repeats.
    pub(in crate::message) fn element_rows(&self) -> Vec<(String, ElementRow)> {
        let mut rows: Vec<(String, ElementRow)> = Vec::new();
        rows.extend(self.header.iter().map(|row| ("MessageHeader".to_owned(), row.element(&row.tag, "1"))));
        for tags in [&self.repeat.certification_detail, &self.repeat.medical_subsidies] {
            rows.extend(tags.block_rows());
            for row in &self.certificate {
                let (tag, occurs) = match row.item {
                    CertificateItem::FaceItems => (&tags.face, "0..n"),
                    CertificateItem::Limits | CertificateItem::JointKinds | CertificateItem::Management => {
                        (&row.tag, "0..n")
                    }
                    CertificateItem::CertificationName | CertificateItem::ValidFrom | CertificateItem::ValidTo => {
                        (&row.tag, "1")
                    }
                    _ => (&row.tag, "0..1"),
                };
                rows.push((tags.certificate.clone(), row.element(tag, occurs)));
                match row.item {
                    CertificateItem::Limits => rows.extend(block_rows(tag, &self.limit)),
                    CertificateItem::Management => self.management_rows(tag, &mut rows),
                    _ => {}
                }
            }
            self.face_rows(&tags.face, &mut rows);
        }
        rows
    }

    fn management_rows(&self, tag: &str, rows: &mut Vec<(String, ElementRow)>) {
        for row in &self.management {
            let records = row.item == ManagementItem::Records;
            rows.push((tag.to_owned(), row.element(&row.tag, if records { "0..n" } else { "0..1" })));
            if records {
                rows.extend(block_rows(&row.tag, &self.record));
            }
        }
    }

    fn face_rows(&self, tag: &str, rows: &mut Vec<(String, ElementRow)>) {
        for row in &self.face {
            rows.push((tag.to_owned(), row.element(&row.tag, "0..n")));
            if row.item == FacePart::Items && row.tag != tag {
                self.face_rows(&row.tag, rows);
            }
        }
    }
}

/// The rows of a block whose elements stand once at the most.
fn block_rows<I>(tag: &str, rows: &[Row<I>]) -> impl Iterator<Item = (String, ElementRow)> {
    rows.iter().map(move |row| (tag.to_owned(), row.element(&row.tag, "0..1")))
}

impl Tags {
    /// The rows of the blocks: the certificates, and their list where there is one.
    fn block_rows(&self) -> Vec<(String, ElementRow)> {
        let row = |name: &String| ElementRow {
            name: name.clone(),
            ja: self.ja.clone(),
            en: self.en.clone(),
            format: Format::Group,
            code: None,
            length: None,
            occurs: "0..n".to_owned(),
            provenance: self.provenance.clone(),
        };
        let body = "MessageBody".to_owned();
        match &self.list {
            Some(list) => vec![(body, row(list)), (list.clone(), row(&self.certificate))],
            None => vec![(body, row(&self.certificate))],
        }
    }
}

impl<I> Row<I> {
    fn element(&self, tag: &str, occurs: &str) -> ElementRow {
        ElementRow {
            name: tag.to_owned(),
            ja: self.ja.clone(),
            en: self.en.clone(),
            format: self.format,
            code: self.code.clone(),
            length: None,
            occurs: occurs.to_owned(),
            provenance: self.provenance.clone(),
        }
    }
}
