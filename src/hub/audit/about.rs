//! What of a question and of its answer is told on.

use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Mask, Masks};
use crate::message::bulk::BulkHeader;
use crate::visit::{Evidence, Standing};
use crate::wire::{Answer, Request, SubsidyAnswer, VisitAnswer, WireError};

impl Masks {
    /// The card of a visit: its certificate's serial number, masked.
    pub fn card(&self, evidence: &Evidence) -> Option<Mask> {
        let (_, certificate) = X509Certificate::from_der(&evidence.certificate).ok()?;
        Some(self.of("card", certificate.raw_serial()))
    }

    /// Whom a request is about: insurance data as sent, masked; how many, where it has rows; nobody, where it fetches a result or asks for a
    /// period.
    pub fn asked_for(&self, request: &Request) -> Option<Mask> {
        let insurance = |insurer: &str, symbol: &Option<String>, number: &str, branch: &Option<String>| {
            let of = |part: &Option<String>| part.clone().unwrap_or_default();
            Some(self.of("insurance", format!("{insurer}\0{}\0{number}\0{}", of(symbol), of(branch)).as_bytes()))
        };
        match request {
            Request::Qualification(request) => {
                let sent = &request.search;
                let number = &sent.insured_identification_number;
                insurance(&sent.insurer_number, &sent.insured_card_symbol, number, &sent.insured_branch_number)
            }
            Request::Registration(request) => {
                let sent = &request.registration;
                let number = &sent.insured_identification_number;
                insurance(&sent.insurer_number, &sent.insured_card_symbol, number, &sent.insured_branch_number)
            }
            Request::Medication(crate::message::medication::MedicationRequest { header: sent, .. })
            | Request::Checkup(crate::message::checkup::CheckupRequest { header: sent, .. }) => {
                let number = &sent.insured_person_identification_number;
                insurance(&sent.insurer_number, &sent.insurance_card_symbol, number, &sent.branch_number)
            }
            Request::BulkQualification(request) => Some(Self::rows(request.rows.len() as u64)),
            Request::BulkRegistration(request) => Some(Self::rows(request.rows.len() as u64)),
            _ => None,
        }
    }
}

/// The word for a standing: what became of the certificate.
pub fn of_standing(standing: &Standing) -> String {
    word(&standing.certificate)
}

/// The word for the end of a visit.
pub fn of_visit(answer: &VisitAnswer) -> String {
    word(&answer.outcome)
}

/// The word for an answer: its SegmentOfResult or validity.
pub fn of_answer(answer: &Answer) -> String {
    let segment = |segment: &str| format!("segment-{segment}");
    match answer {
        Answer::Qualification(result) => match &result.qualification_validity {
            Some(validity) => format!("validity-{validity}"),
            None => segment(&result.header.segment_of_result),
        },
        Answer::Registration(result) => segment(&result.header.segment_of_result),
        Answer::BulkReception(result) => segment(&result.header.segment_of_result),
        Answer::Bulk(bulk) => of_bulk(&bulk.header),
        Answer::Medication(_) | Answer::Checkup(_) => "document".to_owned(),
        Answer::Pages(_) => "pages".to_owned(),
    }
}

fn of_bulk(header: &BulkHeader) -> String {
    format!("segment-{}", header.segment_of_result)
}

/// The word for what PMH said.
pub fn of_subsidies(answer: &SubsidyAnswer) -> String {
    match answer {
        SubsidyAnswer::Document(document) => format!("certificates-{}", document.certificates.len()),
        SubsidyAnswer::Failed { code, .. } => code.clone(),
    }
}

/// The word for no answer.
pub fn of_error(error: &WireError) -> String {
    match error {
        WireError::Problem { status, .. } => format!("problem-{status}"),
        WireError::Unreachable { .. } | WireError::NotTrusted { .. } => "unreachable".to_owned(),
    }
}

/// An enumeration's word in kebab case.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
