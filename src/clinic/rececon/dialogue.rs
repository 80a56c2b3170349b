//! The dialogue before anything is overwritten or ended (R4): fields side by side, and the staff's word for each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::field::Difference;

/// What a dialogue is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Kind {
    /// Person and insurance differ from what is stored.
    Person,
    /// A certificate differs from the stored expense with this id; `certificate` counts within its visit, from 0.
    Subsidy {
        /// The expense.
        expense: u32,
        /// The certificate.
        certificate: usize,
    },
    /// Stored expenses of which no certificate came. One field per expense: accepting ends it, and each has to be named.
    Absence,
}

impl Kind {
    /// As facts name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Subsidy { .. } => "subsidy",
            Self::Absence => "absence",
        }
    }

    /// Whether a newer dialogue of the same patient takes the place of this one.
    pub fn is_about_the_same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Subsidy { expense, .. }, Self::Subsidy { expense: other, .. }) => expense == other,
            (Self::Person, Self::Person) | (Self::Absence, Self::Absence) => true,
            _ => false,
        }
    }
}

/// One question to the staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialogue {
    /// Counts from 1.
    pub number: u32,
    /// What about.
    pub kind: Kind,
    /// 患者番号
    pub patient: String,
    /// The visit that brought it; none for the answer to a request.
    pub visit: Option<u32>,
    /// The fields, in the order of their table.
    pub fields: Vec<Difference>,
    /// 資格確認キー or ハッシュ値 of what came: kept once the staff has decided, so that the same is not asked twice.
    pub token: Option<String>,
}

/// The staff's word for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// What came takes the place of what is stored.
    Accept,
    /// What is stored stays.
    Keep,
}

impl Dialogue {
    /// The fields that the staff accepts. What it does not name stays as it is.
    ///
    /// # Errors
    /// Why this answer cannot be one: a field that is not asked about, or *accept all* where each has to be named.
    pub fn accepted(&self, all: Option<Choice>, fields: &BTreeMap<String, Choice>) -> Result<Vec<&Difference>, String> {
        if let Some(unknown) = fields.keys().find(|name| self.fields.iter().all(|field| field.field != **name)) {
            let asked: Vec<_> = self.fields.iter().map(|field| field.field.as_str()).collect();
            let asked = asked.join(", ");
            return Err(format!("この確認に項目「{unknown}」はありません: {asked} / not asked about here"));
        }
        if all.is_none() && fields.is_empty() {
            return Err("all か fields で答えてください / answer by `all` or by `fields`".to_owned());
        }
        if self.kind == Kind::Absence && all == Some(Choice::Accept) {
            return Err(
                "公費を終わらせるには一つずつ指定してください / name each public expense that is to end".to_owned()
            );
        }
        let word = |field: &&Difference| fields.get(&field.field).copied().or(all).unwrap_or(Choice::Keep);
        Ok(self.fields.iter().filter(|field| word(field) == Choice::Accept).collect())
    }
}
