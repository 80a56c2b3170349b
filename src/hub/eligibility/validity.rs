//! 資格有効性 (OQSCD006): which qualifications answer a question on a day, and how valid they are (spec/oqs-interface.md §3, §4.2).

use std::borrow::Cow;

use jiff::civil::Date;

use super::insured::Insured;
use super::ticket;
use crate::people::Qualification;
use crate::visit::Outcome;

/// 被保険者証区分 of 医療扶助 (OQSCD010).
pub const MEDICAL_ASSISTANCE: &str = "A1";

/// OQSCD006.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// 1 有効
    Valid,
    /// 2 無効
    Invalid,
    /// 3 無効（新しい資格あり）
    Superseded,
    /// 4 該当資格なし
    NoQualification,
    /// 5 複数該当
    Several,
    /// 6 有効（未登録）
    ValidUnregistered,
}

impl Validity {
    /// The value in the file.
    pub fn code(self) -> &'static str {
        match self {
            Self::Valid => "1",
            Self::Invalid => "2",
            Self::Superseded => "3",
            Self::NoQualification => "4",
            Self::Several => "5",
            Self::ValidUnregistered => "6",
        }
    }

    /// How a visit with this answer ended. A card names one person, so it never finds several.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Valid => Outcome::Valid,
            Self::Invalid => Outcome::Invalid,
            Self::Superseded => Outcome::Superseded,
            Self::NoQualification | Self::Several => Outcome::NoQualification,
            Self::ValidUnregistered => Outcome::ValidUnregistered,
        }
    }
}

/// The answer to a question, before it becomes a document.
#[derive(Debug, Clone)]
pub struct Held<'a> {
    /// QualificationValidity
    pub validity: Validity,
    /// One record each.
    pub qualifications: Vec<Cow<'a, Qualification>>,
}

impl<'a> Held<'a> {
    fn one(validity: Validity, qualification: &'a Qualification) -> Self {
        Self::of(validity, [qualification])
    }

    /// These, in this order.
    pub fn of(validity: Validity, qualifications: impl IntoIterator<Item = &'a Qualification>) -> Self {
        Self { validity, qualifications: qualifications.into_iter().map(Cow::Borrowed).collect() }
    }

    /// An answer without a list: 4 and 5.
    pub fn nothing(validity: Validity) -> Self {
        Self { validity, qualifications: Vec::new() }
    }
}

/// What a question by card is about.
#[derive(Debug, Clone, Copy)]
pub struct ByCard<'a> {
    /// The day that counts.
    pub day: Date,
    /// Who asks: 医療券 name their institution.
    pub institution: &'a str,
    /// The institution's 医療扶助 switch.
    pub medical_assistance: bool,
}

/// The answer to a card: the current insurance, the current 医療扶助 beside it, or the last that was lost.
pub fn by_card<'a>(insured: &'a Insured, question: ByCard<'_>) -> Held<'a> {
    let day = question.day;
    let shown = |q: &&Qualification| question.medical_assistance || q.insured_card_classification != MEDICAL_ASSISTANCE;
    let started: Vec<_> = insured.qualifications.iter().filter(shown).filter(|q| has_started(q, day)).collect();
    let current = |assistance: bool| {
        let kind = move |q: &Qualification| (q.insured_card_classification == MEDICAL_ASSISTANCE) == assistance;
        started.iter().copied().find(move |q| kind(q) && is_valid(q, day))
    };
    match (current(false), current(true), started.first()) {
        (Some(insurance), Some(assistance), _) => Held {
            validity: Validity::Valid,
            qualifications: vec![Cow::Borrowed(insurance), Cow::Borrowed(assistance)],
        },
        (Some(insurance), None, _) => Held::one(Validity::Valid, insurance),
        (None, Some(assistance), _) => Held::one(assistance_validity(assistance, question), assistance),
        (None, None, Some(last)) => Held::one(Validity::Invalid, last),
        (None, None, None) => Held::nothing(Validity::NoQualification),
    }
}

/// The answer to insurance data that describes `found` (newest first) of one person.
pub fn by_insurance<'a>(insured: &'a Insured, found: &[&'a Qualification], day: Date, institution: &str) -> Held<'a> {
    let started = || found.iter().copied().filter(|q| has_started(q, day));
    if let Some(valid) = started().find(|q| is_valid(q, day)) {
        let question = ByCard { day, institution, medical_assistance: true };
        let assistance = valid.insured_card_classification == MEDICAL_ASSISTANCE;
        let validity = if assistance { assistance_validity(valid, question) } else { Validity::Valid };
        return Held::one(validity, valid);
    }
    let Some(lost) = started().next() else { return Held::nothing(Validity::NoQualification) };
    let newer = insured.qualifications.iter().any(|q| is_valid(q, day));
    Held::one(if newer { Validity::Superseded } else { Validity::Invalid }, lost)
}

/// 有効 with a 医療券・調剤券 for this institution, else 有効（未登録）.
fn assistance_validity(qualification: &Qualification, question: ByCard<'_>) -> Validity {
    match ticket::registered_here(qualification, question.day, question.institution) {
        true => Validity::Valid,
        false => Validity::ValidUnregistered,
    }
}

fn has_started(qualification: &Qualification, day: Date) -> bool {
    qualification.qualified_on.or(qualification.valid_from).is_none_or(|from| from <= day)
}

/// Held on `day`: started, not lost, and the card not past its end.
pub fn is_valid(qualification: &Qualification, day: Date) -> bool {
    has_started(qualification, day)
        && qualification.lost_on.is_none_or(|lost| day < lost)
        && qualification.valid_until.is_none_or(|last| day <= last)
}
