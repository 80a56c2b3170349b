//! Whose record it is: by 照会番号, by insurance, by name; never by what came last (spec/pmh.md §11 S-38d).

use serde::{Deserialize, Serialize};

use super::book::{Book, Patient};
use super::field::{Eye, Manner, REFERENCE_NUMBER, Sheet, are_same};
use super::mistake::Mistake;
use super::settings::Mistakes;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Match {
    /// One patient.
    Known {
        /// 患者番号
        number: String,
        /// By what.
        by: By,
    },
    /// Several could be meant: the staff says which.
    Several(Vec<String>),
    /// Nobody.
    Nobody,
}

/// By what somebody was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// 照会番号, and the birth date agrees.
    ReferenceNumber,
    /// 保険者番号, 記号, 番号, 枝番 and birth date.
    Insurance,
    /// Name and birth date.
    Name,
    /// The staff said so.
    Staff,
}

impl By {
    /// As facts name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReferenceNumber => "reference-number",
            Self::Insurance => "insurance",
            Self::Name => "name",
            Self::Staff => "staff",
        }
    }
}

/// What a look at the book says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Who it is.
    pub who: Match,
    /// A patient who has this 照会番号 here and is somebody else by the birth date.
    pub number_of_another: Option<String>,
}

/// Finds whose record `incoming` is. One step after the other: the first that finds somebody decides.
pub fn find(book: &Book, incoming: &Sheet, mistakes: &Mistakes) -> Found {
    if mistakes.makes(Mistake::MatchesByName) {
        let same = |patient: &&Patient| same(patient, incoming, "name", Manner::Name);
        return Found { who: judged(book.patients.iter().filter(same).collect(), By::Name), number_of_another: None };
    }
    let born = |patient: &&Patient| patient.value("birthdate") == value(incoming, "birthdate");
    let numbered = by_reference_number(book, value(incoming, REFERENCE_NUMBER), mistakes);
    let trusted = mistakes.makes(Mistake::TrustsReferenceNumber);
    // A birth date that is not stored contradicts nothing.
    let may_be = |patient: &&Patient| patient.value("birthdate").is_empty() || born(patient);
    let (right, wrong): (Vec<_>, Vec<_>) = numbered.into_iter().partition(|patient| trusted || may_be(patient));
    let insured = || book.patients.iter().filter(born).filter(|patient| is_insured_alike(patient, incoming)).collect();
    let named = || book.patients.iter().filter(born).filter(|patient| is_named_alike(patient, incoming)).collect();
    let who = judged(right, By::ReferenceNumber)
        .or_else(|| judged(insured(), By::Insurance))
        .or_else(|| judged(named(), By::Name));
    let number_of_another = wrong.first().map(|patient| patient.number.clone());
    Found { who, number_of_another }
}

impl Match {
    fn or_else(self, next: impl FnOnce() -> Self) -> Self {
        if self == Self::Nobody { next() } else { self }
    }
}

fn judged(found: Vec<&Patient>, by: By) -> Match {
    match found.as_slice() {
        [] => Match::Nobody,
        [one] => Match::Known { number: one.number.clone(), by },
        several => Match::Several(several.iter().map(|patient| patient.number.clone()).collect()),
    }
}

/// 照会番号 is text with its zeros. It need not be the 患者番号: any number that was registered for somebody is theirs.
fn by_reference_number<'a>(book: &'a Book, number: &str, mistakes: &Mistakes) -> Vec<&'a Patient> {
    let counted = mistakes.makes(Mistake::CountsWithReferenceNumber);
    let number = if counted { number.trim_start_matches('0') } else { number };
    let theirs = |patient: &&Patient| match patient.values.get(REFERENCE_NUMBER) {
        Some(registered) => registered == number,
        None => patient.number == number,
    };
    if number.is_empty() { Vec::new() } else { book.patients.iter().filter(theirs).collect() }
}

fn is_insured_alike(patient: &Patient, incoming: &Sheet) -> bool {
    let number = |field| same(patient, incoming, field, Manner::Number);
    // One side without a branch number says nothing about it.
    let unsaid = patient.value("branch").is_empty() || value(incoming, "branch").is_empty();
    number("insurer-number")
        && number("insured-number")
        && patient.value("symbol").is_empty() == value(incoming, "symbol").is_empty()
        && (patient.value("symbol").is_empty() || number("symbol"))
        && (unsaid || number("branch"))
}

/// By the name as it is written, or as it is read.
fn is_named_alike(patient: &Patient, incoming: &Sheet) -> bool {
    same(patient, incoming, "name", Manner::Name) || same(patient, incoming, "name-kana", Manner::Kana)
}

fn same(patient: &Patient, incoming: &Sheet, field: &str, manner: Manner) -> bool {
    let (stored, incoming) = (patient.value(field), value(incoming, field));
    !stored.is_empty() && !incoming.is_empty() && are_same(manner, stored, incoming, Eye::Folding)
}

fn value<'a>(sheet: &'a Sheet, field: &str) -> &'a str {
    sheet.get(field).map_or("", String::as_str)
}
