//! What the desk shows today. It is stored with the book, so that a restart at noon loses no visit, no open question and no alert; another
//! day begins empty.

use serde::{Deserialize, Serialize};

use super::desk::{Alert, Desk};
use super::dialogue::Dialogue;
use super::event::{Effect, Moment};
use super::requests::Pending;
use super::visit::Visit;
use crate::clock::date8;
use crate::message::qualification::QualificationResult;

/// One day of the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Day {
    /// Its date, `YYYYMMDD`: that of the last change.
    pub date: String,
    /// CR利用者リスト
    pub visits: Vec<Visit>,
    /// Open questions.
    pub dialogues: Vec<Dialogue>,
    /// What the staff has not dismissed.
    pub alerts: Vec<Alert>,
    /// Requests, answered or not.
    pub requests: Vec<Pending>,
    /// How many dialogues there were.
    pub asked: u32,
    /// How many alerts.
    pub alerted: u32,
    /// How many errors.
    pub errors: u32,
    /// The last of them.
    pub last_error: Option<String>,
    /// How many files were read.
    pub read: u32,
    /// 医療機関コード of the last result of the reader.
    pub seen_institution: Option<String>,
}

impl Desk {
    /// Has the book keep what is shown now, where there is a file for it.
    pub(super) fn keep_day(&mut self, moment: Moment) {
        if self.settings.book.is_none() {
            return;
        }
        self.book.today = Some(Day { date: date8(moment.document.date()), ..self.day.clone() });
        self.effects.push(Effect::Store);
    }

    /// Whether this very result is a visit already: the same name, made at the same time.
    pub(super) fn is_listed(&self, name: &str, result: &QualificationResult) -> bool {
        let time = result.header.process_execution_time.trim();
        self.day.visits.iter().any(|visit| visit.file == name && visit.time == time)
    }
}
