//! The three generations that were published, and how each registers.

use serde::{Deserialize, Serialize};

use super::field::{Field, Item, Shape};
use super::tables;

/// A published generation of the registration API (spec/pmh.md §2.1, [A]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Generation {
    /// 医療助成対象者情報同期API 0.0.1 (2023-11)
    #[serde(rename = "v0.0.1")]
    V001,
    /// 医療費助成対象者情報登録API 0.1.1 (2024-03)
    #[serde(rename = "v0.1.1")]
    V011,
    /// The differential history of R6 (2024-07)
    #[serde(rename = "r6")]
    R6,
}

/// How a body changes what is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// 全件: the set takes the place of all rows of the municipality; whoever is missing ends.
    Full,
    /// 差分: each row takes the place of the one with its historyKey, or deletes it.
    Difference,
}

/// In which form a body comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An array of objects.
    Json,
    /// The pilot's files: thirty-two columns, then face items (spec/pmh.md §2.5, [B] for fifteen to thirty, [C] for the rest).
    Csv,
}

impl Generation {
    /// Oldest first.
    pub const ALL: [Self; 3] = [Self::V001, Self::V011, Self::R6];

    /// As paths and commands write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::V001 => "v0.0.1",
            Self::V011 => "v0.1.1",
            Self::R6 => "r6",
        }
    }

    /// The generation of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|generation| generation.word() == word)
    }

    /// Title of its document ([A]; of R6 [C]).
    pub fn title(self) -> &'static str {
        match self {
            Self::V001 => "医療助成対象者情報同期API",
            Self::V011 => "医療費助成対象者情報登録API(自治体)",
            Self::R6 => "医療費助成対象者 差分履歴情報 登録API(自治体)",
        }
    }

    /// Version of its document; R6 has none that is public.
    pub fn version(self) -> &'static str {
        match self {
            Self::V001 => "0.0.1",
            Self::V011 => "0.1.1",
            Self::R6 => "r6",
        }
    }

    /// Where it is sent to. The last part of v0.0.1 is its published tag; the rest is ours.
    pub fn path(self) -> &'static str {
        match self {
            Self::V001 => "/pmh/v0.0.1/medicalSubsidiesTargetPersons",
            Self::V011 => "/pmh/v0.1.1/registration-tasks",
            Self::R6 => "/pmh/r6/registration-tasks",
        }
    }

    /// Where its document is.
    pub fn document_path(self) -> &'static str {
        match self {
            Self::V001 => "/pmh/v0.0.1/openapi.json",
            Self::V011 => "/pmh/v0.1.1/openapi.json",
            Self::R6 => "/pmh/r6/openapi.json",
        }
    }

    /// Full sets by requirement (spec/pmh.md §2.4, [A] for v0.0.1, [C] for v0.1.1), differences since R6 ([A]).
    pub fn mode(self) -> Mode {
        match self {
            Self::V001 | Self::V011 => Mode::Full,
            Self::R6 => Mode::Difference,
        }
    }

    /// The fields of a row.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::V001 => &tables::V001,
            Self::V011 => &tables::V011,
            Self::R6 => &tables::R6,
        }
    }

    /// Where a row says this, with the objects that it is in: `basicFiveInfo.sex`. Empty where it has no field for it.
    pub fn place(self, item: Item) -> String {
        place(self.fields(), item).unwrap_or_default()
    }
}

fn place(fields: &[Field], item: Item) -> Option<String> {
    fields.iter().find_map(|field| match field.shape {
        Shape::Group(inner) => place(inner, item).map(|place| format!("{}.{place}", field.name)),
        _ => (field.says == item).then(|| field.name.to_owned()),
    })
}
