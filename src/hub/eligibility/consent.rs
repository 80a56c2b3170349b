//! What a patient agreed to, at a reader or at home: at a reader it is remembered for the requests that follow: per person and institution, with its time
//! (spec/oqs-interface.md §2.2, §2.7).
//!
//! A consent given at a reader lasts 24 hours ([A]), to the second in which AvailableTime says it ends ([C]). The last visit to an institution decides
//! alone: what was not agreed to there is not agreed to any more ([C]). One given at home (`care`) lasts as long as it says itself.

use jiff::civil::DateTime;

use super::record::{Agreed, Consented};
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
    /// Until when it holds, that second included: the …AvailableTime.
    pub until: DateTime,
    /// To what.
    pub kinds: Vec<Kind>,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Medication, Self::Treatment, Self::Operation, Self::Checkup];

    /// As a store writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Medication => "medication",
            Self::Treatment => "treatment",
            Self::Operation => "operation",
            Self::Checkup => "checkup",
        }
    }

    /// The kind of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

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
        Self::given(agreed, Consented::now(time))
    }

    /// Consents with a time and an end of their own.
    pub fn given(agreed: &Agreed, consented: Consented) -> Self {
        let both = agreed.diagnosis_and_pharmacists;
        let asked = [
            (Kind::Medication, both),
            (Kind::Treatment, both),
            (Kind::Operation, agreed.operation),
            (Kind::Checkup, agreed.health_checkup),
        ];
        Self {
            time: consented.given,
            until: consented.until,
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
        Some(given) if given.until < now => Err(notice::CONSENT_OVER),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;

    use super::*;

    const NOON: DateTime = date(2026, 11, 21).at(12, 0, 0, 0);
    const ALL: [Kind; 4] = [Kind::Medication, Kind::Treatment, Kind::Operation, Kind::Checkup];

    /// Every set of kinds.
    fn sets() -> impl Iterator<Item = Vec<Kind>> {
        (0..16_u8).map(|bits| {
            ALL.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, kind)| kind).collect()
        })
    }

    #[test]
    fn every_kind_is_seen_with_its_own_consent_for_24_hours_and_never_without() {
        let ages =
            [(-1, false), (0, true), (1, true), (86_399, true), (86_400, true), (86_401, false), (700_000, false)];
        let mut looked = 0;
        for kinds in sets() {
            let consent = Remembered { time: NOON, until: NOON.saturating_add(24.hours()), kinds: kinds.clone() };
            for kind in ALL {
                for (seconds, lasts) in ages {
                    let seen = may_see(Some(&consent), kind, NOON.saturating_add(seconds.seconds()));
                    let expected = match (kinds.contains(&kind), lasts, seconds > 0) {
                        (true, true, _) => Ok(()),
                        (true, false, true) => Err(notice::CONSENT_OVER),
                        _ => Err(notice::NO_CONSENT),
                    };
                    assert_eq!(seen, expected, "{kind:?} of {kinds:?} after {seconds} s");
                    looked += 1;
                }
            }
        }
        assert_eq!(looked, 16 * 4 * ages.len());
        assert!(ALL.into_iter().all(|kind| may_see(None, kind, NOON) == Err(notice::NO_CONSENT)));
    }

    #[test]
    fn each_answer_at_the_reader_gives_its_kinds_and_one_that_was_not_given_gives_none() {
        let choices = [None, Some(false), Some(true)];
        for both in choices {
            for operation in choices {
                for health_checkup in choices {
                    let agreed =
                        Agreed { diagnosis_and_pharmacists: both, operation, health_checkup, ..Agreed::default() };
                    let kinds = Remembered::of(&agreed, NOON).kinds;
                    let has = |kind| kinds.contains(&kind);
                    assert_eq!((has(Kind::Medication), has(Kind::Treatment)), (both == Some(true), both == Some(true)));
                    assert_eq!(
                        (has(Kind::Operation), has(Kind::Checkup)),
                        (operation == Some(true), health_checkup == Some(true))
                    );
                }
            }
        }
    }
}
