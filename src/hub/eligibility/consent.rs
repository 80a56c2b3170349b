//! What a patient agreed to at a reader, remembered for the requests that follow: per person and institution, with its time
//! (spec/oqs-interface.md §2.2, §2.7).
//!
//! A consent lasts 24 hours ([A]), to the second in which AvailableTime says it ends ([C]). The last visit to an institution decides
//! alone: what was not agreed to there is not agreed to any more ([C]).

use jiff::ToSpan;
use jiff::civil::DateTime;

use super::record::{Agreed, CONSENT_HOURS};
use crate::hub::notice::{self, Notice};

/// A kind of information that is shown only with the patient's consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// 薬剤情報 (PharmacistsInfo)
    Medication,
    /// 診療情報 (DiagnosisInfo)
    Treatment,
    /// 手術情報 (OperationInfo)
    Operation,
    /// 特定健診情報 (SpecificHealthCheckupsInfo)
    Checkup,
}

/// What was agreed to at the last visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// When: the …ConsTime of the face file.
    pub time: DateTime,
    /// To what.
    pub kinds: Vec<Kind>,
}

impl Kind {
    /// What people call it.
    pub fn ja(self) -> &'static str {
        match self {
            Self::Medication => "薬剤情報",
            Self::Treatment => "診療情報",
            Self::Operation => "手術情報",
            Self::Checkup => "特定健診情報",
        }
    }
}

impl Remembered {
    /// The consents of a visit at `time`.
    pub fn of(agreed: &Agreed, time: DateTime) -> Self {
        let both = agreed.diagnosis_and_pharmacists;
        let asked = [
            (Kind::Medication, both),
            (Kind::Treatment, both),
            (Kind::Operation, agreed.operation),
            (Kind::Checkup, agreed.health_checkup),
        ];
        Self {
            time,
            kinds: asked.into_iter().filter(|(_, agreed)| *agreed == Some(true)).map(|(kind, _)| kind).collect(),
        }
    }
}

/// Whether `kind` may be shown at `now`, or why not. A consent that is still to come, because a clock was set back, is none.
///
/// # Errors
/// The notice that says so to the レセコン.
pub fn may_see(remembered: Option<&Remembered>, kind: Kind, now: DateTime) -> Result<(), Notice> {
    let given = remembered.filter(|remembered| remembered.kinds.contains(&kind) && remembered.time <= now);
    match given {
        None => Err(notice::NO_CONSENT),
        Some(given) if given.time.saturating_add(CONSENT_HOURS.hours()) < now => Err(notice::CONSENT_OVER),
        Some(_) => Ok(()),
    }
}
