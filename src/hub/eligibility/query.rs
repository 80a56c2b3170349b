//! `OQSsiquc01req`: qualification by insurance data.

use jiff::civil::Date;

use super::Eligibility;
use super::matching::{Numbers, concerns, matches};
use super::record::{Agreed, Circumstances, Consented, Tickets, record};
use super::steering;
use super::store::as_known_on;
use super::validity::{Validity, by_insurance};
use crate::clock::{parse_date, time14};
use crate::hub::error::HubError;
use crate::hub::notice;
use crate::message::qualification::{
    BY_INSURANCE, QualificationRecord, QualificationRequest, QualificationResult, ResultHeader, SearchInfo,
};
use crate::wire::{Asker, Steering};

/// OQSCD001 1: 同意
const AGREED: &str = "1";

impl Eligibility {
    /// Answers one request. The state of 資格確認日 counts, whatever day it is, as far as insurers had told it ([`super::book`]).
    pub fn query(
        &self,
        asker: &Asker,
        request: &QualificationRequest,
        steering: &Steering,
    ) -> Result<QualificationResult, HubError> {
        let wanted = steering::validity(steering)?;
        let day = date("QualificationConfirmationDate", &request.qualification_confirmation_date)?;
        let birthdate = date("Birthdate", &request.search.birthdate)?;
        if steering.centre_error {
            let notice = notice::CENTRE_ERROR;
            return Ok(QualificationResult::abnormal(request, time14(asker.time), notice.code, notice.message));
        }
        let circumstances = Circumstances {
            time: asker.time,
            consented: Consented::now(asker.time),
            day,
            institution: &asker.institution,
            agreed: Agreed {
                limit: Some(request.search.limit_application_certificate_related_cons_flg == AGREED),
                ..Agreed::default()
            },
            reference_number: None,
            with_key: self.key_is_given(day),
            tickets: Tickets::OfTheDay,
            tells_limit_change: false,
        };
        let (validity, records) = self.confirm(&request.search, birthdate, &circumstances, wanted)?;
        Ok(QualificationResult { records, ..document(asker, request, validity) })
    }

    /// Is the search about somebody who is insured here, whatever the answer is?
    pub fn knows(&self, search: &SearchInfo) -> Result<bool, HubError> {
        let birthdate = date("Birthdate", &search.birthdate)?;
        let numbers = Numbers::wanted(search);
        let candidates = self.store.by_insurance(&numbers.insurer, &numbers.number)?;
        Ok(candidates.iter().any(|insured| concerns(insured, search, birthdate)))
    }

    /// What insurance data bring: 資格有効性 and the records of the one person whom they name. `wanted` is what the operator asked for.
    pub(super) fn confirm(
        &self,
        search: &SearchInfo,
        birthdate: Date,
        circumstances: &Circumstances<'_>,
        wanted: Option<Validity>,
    ) -> Result<(Validity, Vec<QualificationRecord>), HubError> {
        let (day, institution) = (circumstances.day, circumstances.institution);
        let numbers = Numbers::wanted(search);
        let knowledge_of = self.settings.past_days.knowledge_of(day, circumstances.time.date());
        let candidates = self.store.by_insurance(&numbers.insurer, &numbers.number)?;
        let candidates: Vec<_> = candidates.into_iter().map(|insured| as_known_on(insured, knowledge_of)).collect();
        let answers = candidates.iter().map(|insured| {
            let found = matches(insured, search, &numbers, birthdate);
            (insured, by_insurance(insured, &found, day, institution))
        });
        let mut answers = answers.filter(|(_, held)| !held.qualifications.is_empty());
        Ok(match (answers.next(), answers.next()) {
            (Some((insured, held)), None) => {
                let held = steering::steer(held, wanted, day);
                let reference_number = self.reference_number(insured, institution)?;
                let circumstances = Circumstances { reference_number: reference_number.as_deref(), ..*circumstances };
                (held.validity, held.qualifications.iter().map(|q| record(insured, q, &circumstances)).collect())
            }
            (Some(_), Some(_)) => (Validity::Several, Vec::new()),
            (None, _) => (Validity::NoQualification, Vec::new()),
        })
    }
}

fn document(asker: &Asker, request: &QualificationRequest, validity: Validity) -> QualificationResult {
    QualificationResult {
        header: header(asker, request),
        processing_result_status: "1".to_owned(),
        qualification_validity: Some(validity.code().to_owned()),
        search: Some(request.search.clone()),
        ..QualificationResult::default()
    }
}

/// Code and identifiers come back as they were sent, a foreign 医療機関コード too (decisions.md §5).
fn header(asker: &Asker, request: &QualificationRequest) -> ResultHeader {
    ResultHeader {
        process_execution_time: time14(asker.time),
        qualification_confirmation_date: request.qualification_confirmation_date.clone(),
        medical_institution_code: request.medical_institution_code.clone(),
        arbitrary_file_identifier: request.arbitrary_file_identifier.clone(),
        reference_classification: BY_INSURANCE.to_owned(),
        segment_of_result: "1".to_owned(),
        error_code: None,
        error_message: None,
        character_code_identifier: "0".to_owned(),
    }
}

fn date(element: &'static str, value: &str) -> Result<Date, HubError> {
    parse_date(value).ok_or_else(|| HubError::NotADate { element, value: value.to_owned() })
}
