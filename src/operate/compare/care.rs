//! 医療扶助 by month, 訪問診療等 and オンライン診療等 by period asked again: whoever a captured 02res lists has the tickets that it shows, or
//! agreed at home when it says so.

use std::sync::Arc;

use jiff::civil::DateTime;

use super::adopt;
use super::ours::{Asking, asker, request_header, said};
use crate::clock::{date8, parse_time};
use crate::event::Words;
use crate::message::bulk::{BulkQualificationResult, BulkRequest, BulkRequestHeader, Care, CareRequest, CareSearch};
use crate::message::qualification::{MedicalInformationConsent, QualificationRecord};
use crate::message::tree::Element;
use crate::people::{HomeCare, HomeConsent};
use crate::visit::{ConsentPlan, Question};
use crate::wire::Request;

/// What the name of a file says: `oqsmutic02res`.
pub(super) fn care_of(code: &str) -> Option<Care> {
    match code.get(3..8)? {
        "mutic" => Some(Care::MedicalAssistance),
        "muhvq" => Some(Care::HomeVisit),
        "muonq" => Some(Care::Online),
        _ => None,
    }
}

/// The 01req of somebody who asks for one day, or for the month of it.
pub(super) fn request_of(care: Care, header: BulkRequestHeader, days: [DateTime; 2]) -> CareRequest {
    let [from, to] = days.map(|day| date8(day.date()));
    let search = match care {
        Care::MedicalAssistance => {
            CareSearch { medical_treatment_month: from.get(..6).map(str::to_owned), ..CareSearch::default() }
        }
        Care::HomeVisit | Care::Online => CareSearch {
            consent_date_from: Some(from),
            consent_date_to: Some(to),
            medical_treatment_flag: care.treatment_flag().map(str::to_owned),
            ..CareSearch::default()
        },
    };
    let header = BulkRequestHeader { qualification_confirmation_date: None, ..header };
    BulkRequest { header, rows: Arc::new(vec![search]) }
}

impl Asking<'_> {
    /// The 02res. Its 01req is made of it: the month of its tickets, or the days from the first consent to the last.
    pub(super) fn care(&mut self, care: Care, root: &Element) -> Result<Element, Words> {
        let theirs = BulkQualificationResult::from_tree(root).map_err(|refusal| said(&refusal))?.document;
        let asker = asker(&theirs.header.medical_institution_code, &theirs.header.process_execution_time)?;
        let mut people = Vec::with_capacity(theirs.units.len());
        let mut days = Vec::new();
        for (number, unit) in theirs.units.iter().enumerate() {
            let records: Vec<&QualificationRecord> = unit.records.iter().collect();
            // By their ids people are listed.
            let mut person = adopt::person(&format!("captured-{number:06}"), &records, asker.time.date())?;
            person.reference_number = unit.reference_numbers.first().cloned();
            match HomeCare::of(care) {
                Some(kind) => {
                    let consent = at_home(kind, &records, asker.time);
                    days.push(consent.given);
                    person.home_consents.push(consent);
                }
                None => days.extend(months(&records)),
            }
            people.push(person);
        }
        self.assume(
            "要求した月・期間は、回答にある医療券の月、最初から最後までの同意日",
            "asked for was the month of the tickets in the answer, or the days from its first consent to its last",
        );
        let bounds = [days.iter().min(), days.iter().max()].map(|day| day.copied().unwrap_or(asker.time));
        let upload = Request::BulkCare(care, request_of(care, request_header(&theirs.header), bounds));
        self.fetch(people, asker, &theirs.header, upload, |download| Request::BulkCareDownload(care, download))
    }
}

/// The first days of the months for which there are tickets.
fn months(records: &[&QualificationRecord]) -> Vec<DateTime> {
    let tickets = records.iter().flat_map(|record| &record.medical_tickets);
    tickets
        .filter_map(|ticket| parse_time(&format!("{}01000000", ticket.medical_treatment_month.as_deref()?.trim())))
        .collect()
}

/// The consent of which the flags tell; one that has ended (2) was one.
fn at_home(kind: HomeCare, records: &[&QualificationRecord], now: DateTime) -> HomeConsent {
    let first = records.first();
    let groups = [
        (Question::HealthCheckup, first.and_then(|record| record.specific_health_checkups_info.as_ref())),
        (Question::DiagnosisAndPharmacists, first.and_then(|record| record.pharmacists_info.as_ref())),
        (Question::Operation, first.and_then(|record| record.operation_info.as_ref())),
    ];
    let flags = [
        (
            Question::LimitCertificate,
            first.and_then(|record| record.limit_application_certificate_related_cons_flg.as_deref()),
            first.and_then(|record| record.limit_application_certificate_related_cons_time.as_deref()),
        ),
        (
            Question::SpecificDisease,
            first.and_then(|record| record.specific_diseases_certificate_related_cons_flg.as_deref()),
            first.and_then(|record| record.specific_diseases_certificate_related_cons_time.as_deref()),
        ),
    ];
    let of_group = |(question, group): (Question, Option<&MedicalInformationConsent>)| {
        group.map(|group| (question, group.flg.clone(), group.time.clone(), group.available.clone()))
    };
    let of_flag = |(question, flag, time): (Question, Option<&str>, Option<&str>)| {
        flag.map(|flag| (question, flag.to_owned(), time.map(str::to_owned), None))
    };
    let told: Vec<_> = flags.into_iter().filter_map(of_flag).chain(groups.into_iter().filter_map(of_group)).collect();
    let agreed: Vec<_> = told.iter().filter(|(_, flag, ..)| matches!(flag.trim(), "1" | "2")).collect();
    let time = |value: Option<&String>| value.and_then(|value| parse_time(value.trim()));
    let given = agreed.iter().find_map(|(_, _, given, _)| time(given.as_ref())).unwrap_or(now);
    let until = agreed.iter().find_map(|(_, _, _, until)| time(until.as_ref())).unwrap_or(now);
    HomeConsent {
        kind,
        given,
        until,
        examined_on: given.date(),
        institution: None,
        consents: ConsentPlan::Only(agreed.iter().map(|(question, ..)| *question).collect()),
    }
}
