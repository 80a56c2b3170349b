//! Requirements of the vendor briefing (spec/pmh.md §5.4, [A]): which one a scenario tries, and how strictly it holds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::Words;

/// A requirement on vendors.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// `R1` to `R8` (spec/pmh.md §5.4), `R6-items` for the items that the edition of 令和6年度 adds.
    pub id: String,
    /// How strictly it holds.
    pub grade: Grade,
    /// What it does not ask for.
    pub except: Option<Words>,
}

/// How strictly a requirement holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// 必須
    Required,
    /// 任意: the briefing says that the schemes of 令和5年度 run without it.
    Optional,
}

impl Requirement {
    /// The grade, and the exception where there is one.
    pub fn words(&self) -> Words {
        let (ja, en) = match self.grade {
            Grade::Required => ("必須", "required"),
            Grade::Optional => ("任意", "optional"),
        };
        match &self.except {
            None => Words::new(ja, en),
            Some(except) => Words::new(format!("{ja}。例外: {}", except.ja), format!("{en}; exception: {}", except.en)),
        }
    }
}
