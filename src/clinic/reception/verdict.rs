//! Whose a result is, and whether the machine may receive that patient. Pure.
//!
//! The 照会番号 decides (the briefing [A]); the birth date must agree, since a 照会番号 may have been registered for somebody else by
//! mistake (spec/pmh.md §8, P18 [B]). Whoever is not certain is sent to people.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::appointments::{Appointment, Appointments, Patient};
use crate::clock::date8;
use crate::message::qualification::QualificationResult;

/// What a result says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A patient of this hospital.
    Patient(Visitor),
    /// The machine cannot receive this person.
    Counter(Reason),
}

/// A patient, and where they are expected today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Who.
    pub patient: Patient,
    /// By time; none for a patient who is not expected.
    pub appointments: Vec<Appointment>,
}

/// Why somebody is sent to the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The result is an error, or cannot be read.
    NotConfirmed,
    /// The person has no valid qualification (QualificationValidity is not 1).
    NotQualified,
    /// No 照会番号 is registered, or several.
    NoNumber,
    /// A number that no patient of this hospital has.
    UnknownNumber,
    /// The number is that of a patient with another birth date.
    AnotherPerson,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::NotConfirmed, Self::NotQualified, Self::NoNumber, Self::UnknownNumber, Self::AnotherPerson];

    /// Its name in data and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotConfirmed => "not-confirmed",
            Self::NotQualified => "not-qualified",
            Self::NoNumber => "no-number",
            Self::UnknownNumber => "unknown-number",
            Self::AnotherPerson => "another-person",
        }
    }
}

/// OQSCD003, OQSCD004, OQSCD006: normal, normal, valid.
const GOOD: &str = "1";

/// Whose result it is, on `today`.
pub fn of_result(result: &QualificationResult, list: &Appointments, today: Date) -> Verdict {
    if result.header.segment_of_result != GOOD || result.processing_result_status != GOOD {
        return Verdict::Counter(Reason::NotConfirmed);
    }
    if result.qualification_validity.as_deref() != Some(GOOD) {
        return Verdict::Counter(Reason::NotQualified);
    }
    // Several qualifications are those of one person, and carry one number, or none.
    let numbers = result.records.iter().filter_map(|record| record.reference_number.as_deref()).map(str::trim);
    let mut numbers: Vec<&str> = numbers.filter(|number| !number.is_empty()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let [number] = numbers.as_slice() else { return Verdict::Counter(Reason::NoNumber) };
    let verdict = of_number(number, list, today);
    match &verdict {
        Verdict::Patient(visitor)
            if result.records.iter().any(|record| record.birthdate.trim() != date8(visitor.patient.birthdate)) =>
        {
            Verdict::Counter(Reason::AnotherPerson)
        }
        _ => verdict,
    }
}

/// Whose 診察券 it is.
pub fn of_number(number: &str, list: &Appointments, today: Date) -> Verdict {
    match list.patient(number) {
        Some(patient) => Verdict::Patient(Visitor { patient: patient.clone(), appointments: list.of(number, today) }),
        None => Verdict::Counter(Reason::UnknownNumber),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::qualification::{QualificationRecord, ResultHeader};
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 21);

    fn result(numbers: &[Option<&str>]) -> QualificationResult {
        let record = |number: &Option<&str>| QualificationRecord {
            birthdate: "19720125".to_owned(),
            reference_number: number.map(str::to_owned),
            ..QualificationRecord::default()
        };
        QualificationResult {
            header: ResultHeader { segment_of_result: "1".to_owned(), ..ResultHeader::default() },
            processing_result_status: "1".to_owned(),
            qualification_validity: Some("1".to_owned()),
            records: numbers.iter().map(record).collect(),
            ..QualificationResult::default()
        }
    }

    fn judged(result: &QualificationResult) -> Verdict {
        of_result(result, &Appointments::example(), TODAY)
    }

    #[test]
    fn the_reference_number_decides_whose_a_result_is() {
        for numbers in [&[Some("0000123")][..], &[Some(" 0000123\n")], &[Some("0000123"), None], &[Some("0000123"); 2]]
        {
            let Verdict::Patient(visitor) = judged(&result(numbers)) else { panic!("{numbers:?}") };
            assert_eq!((visitor.patient.name.as_str(), visitor.appointments.len()), ("見本　一郎", 2));
        }
    }

    #[test]
    fn whoever_is_not_certain_is_sent_to_the_counter_with_the_reason() {
        let number = [Some("0000123")];
        let with = |change: fn(&mut QualificationResult)| {
            let mut result = result(&number);
            change(&mut result);
            judged(&result)
        };
        assert_eq!(with(|r| r.header.segment_of_result = "9".into()), Verdict::Counter(Reason::NotConfirmed));
        assert_eq!(with(|r| r.processing_result_status = "2".into()), Verdict::Counter(Reason::NotConfirmed));
        assert_eq!(with(|r| r.qualification_validity = Some("2".into())), Verdict::Counter(Reason::NotQualified));
        assert_eq!(with(|r| r.qualification_validity = None), Verdict::Counter(Reason::NotQualified));
        assert_eq!(with(|r| r.records.clear()), Verdict::Counter(Reason::NoNumber));
        assert_eq!(with(|r| r.records[0].birthdate = "20230606".into()), Verdict::Counter(Reason::AnotherPerson));
        assert_eq!(judged(&result(&[None])), Verdict::Counter(Reason::NoNumber));
        assert_eq!(judged(&result(&[Some(" ")])), Verdict::Counter(Reason::NoNumber));
        assert_eq!(judged(&result(&[Some("0000123"), Some("0000456")])), Verdict::Counter(Reason::NoNumber));
        assert_eq!(judged(&result(&[Some("K-2024-0042")])), Verdict::Counter(Reason::UnknownNumber));
    }
}
