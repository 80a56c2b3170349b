//! What became of a registration: the answer of the history inquiry (医療助成情報登録履歴照会API, spec/pmh.md §2.3; its form is not public, so
//! this one is ours).

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::fault::{LISTED, Warning};
use super::{Generation, Mode};

/// One registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// 処理通番
    pub serial_number: String,
    /// To which generation it was sent.
    pub generation: Generation,
    /// Full set or differences.
    pub mode: Mode,
    /// How it ended. A body that is refused gets no 処理通番.
    pub outcome: Outcome,
    /// When it began, JST.
    pub received_at: DateTime,
    /// How many rows were sent.
    pub rows: u64,
    /// What they changed.
    pub changes: Changes,
    /// What was kept although it is unusual, the first hundred.
    pub warnings: Vec<Warning>,
    /// How many there were.
    pub warning_count: u64,
}

/// How a registration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All rows hold.
    Registered,
}

/// What a registration changed, in certificates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// New ones.
    pub added: u64,
    /// Known ones, registered again or with other content.
    pub kept: u64,
    /// Deleted, or missing in a full set.
    pub ended: u64,
}

impl Receipt {
    /// One more warning.
    pub fn warn(&mut self, warning: Warning) {
        self.warning_count += 1;
        if self.warnings.len() < LISTED {
            self.warnings.push(warning);
        }
    }
}
