//! One row of CR利用者リスト: somebody used the reader, and what came of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::AlertKind;
use super::field::{self, Sheet};
use super::matching::{By, Match};
use super::mistake::Mistake;
use super::settings::Mistakes;
use crate::message::name::{PmhErr, PmhName};
use crate::message::qualification::{QualificationRecord, QualificationResult};
use crate::message::sealed::document_name;
use crate::message::subsidy::FaceItem;

/// Somebody used the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Counts from 1.
    pub number: u32,
    /// The name of the file.
    pub file: String,
    /// ProcessExecutionTime, `YYYYMMDDHHmmss`.
    pub time: String,
    /// 資格確認日, `YYYYMMDD`.
    pub day: String,
    /// QualificationValidity (OQSCD006).
    pub validity: String,
    /// What the first insurance says; empty when no record came.
    pub values: Sheet,
    /// 資格確認キー of that record.
    pub key: Option<String>,
    /// PrescriptionIssueSelect (OQSCD017): what the patient chose.
    pub prescription: Option<String>,
    /// All records, as sheets, in the order of the file.
    pub records: Vec<Sheet>,
    /// Whose it is.
    pub who: Match,
    /// Whether the patient is registered as present (受付登録).
    pub accepted: bool,
    /// What is known of the subsidy.
    pub subsidy: Subsidy,
    /// What came as public expense: from PMH, and with the qualification.
    pub certificates: Vec<Certificate>,
}

/// What is known of the subsidy of a visit: *none* and *failed* are told apart (R6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Subsidy {
    /// Nothing was announced: not agreed, not registered, not entitled; which, nobody can tell.
    None,
    /// Announced and not here yet.
    Waiting {
        /// RequestPmhFileName
        request: String,
        /// Since when, this start; after another one it is waited for anew.
        #[serde(skip)]
        since: Duration,
    },
    /// Announced, and its time is over; it may still come.
    Late {
        /// RequestPmhFileName
        request: String,
    },
    /// It came.
    Came,
    /// An `.err` came instead: code and message.
    Failed(String, String),
}

/// One certificate of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// 転記項目
    pub values: Sheet,
    /// ハッシュ値
    pub hash: Option<String>,
    /// 券面項目
    pub face_items: Vec<FaceItem>,
    /// It came with the qualification (A1).
    pub of_qualification: bool,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Not compared yet: nobody knows whose it is.
    Open,
    /// The patient has none like it: waits to be imported.
    New,
    /// As stored.
    Unchanged,
    /// The staff is asked.
    Asked,
    /// Taken over.
    Imported,
    /// Refused by the program; see the alerts.
    Refused,
}

impl Outcome {
    /// As facts name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::New => "new",
            Self::Unchanged => "unchanged",
            Self::Asked => "asked",
            Self::Imported => "imported",
            Self::Refused => "refused",
        }
    }
}

impl Subsidy {
    /// As facts name it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Waiting { .. } => "waiting",
            Self::Late { .. } => "late",
            Self::Came => "came",
            Self::Failed(..) => "error",
        }
    }

    /// The request that was announced, while its answer may still come.
    pub fn request(&self) -> Option<&str> {
        match self {
            Self::Waiting { request, .. } | Self::Late { request } => Some(request),
            _ => None,
        }
    }

    /// Whether `file`, in `res`, is the announced result, or says that there is none.
    pub fn is_answered_by(&self, file: &str) -> bool {
        let Some(request) = self.request() else { return false };
        let file = &*document_name(file);
        // The rule of the briefing is one about names: `res` for `req`, and `.err` behind the request's (spec/pmh.md §1.2).
        match PmhName::parse(request) {
            Some(name) => name.result() == file || name.err(PmhErr::Both).iter().any(|err| err == file),
            None => file == request.replacen("req", "res", 1) || file == format!("{request}.err"),
        }
    }
}

impl Visit {
    /// The patient, when one is known.
    pub fn patient(&self) -> Option<&str> {
        match &self.who {
            Match::Known { number, .. } => Some(number),
            _ => None,
        }
    }

    /// By what the patient was found.
    pub fn by(&self) -> Option<By> {
        match &self.who {
            Match::Known { by, .. } => Some(*by),
            _ => None,
        }
    }

    /// Reads a result of the reader.
    pub fn of(number: u32, file: &str, result: &QualificationResult, since: Duration, mistakes: &Mistakes) -> Self {
        let lost = mistakes.makes(Mistake::LosesSecondRecord);
        let records: Vec<_> = result.records.iter().take(if lost { 1 } else { usize::MAX }).collect();
        let insurance = records.iter().find(|record| !is_medical_aid(record)).copied();
        let time = result.header.process_execution_time.trim().to_owned();
        let announced = result.request_pmh_file_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let aid = records.iter().filter(|record| is_medical_aid(record)).map(|record| of_medical_aid(record));
        Self {
            number,
            file: file.to_owned(),
            day: result.header.qualification_confirmation_date.trim().to_owned(),
            validity: result.qualification_validity.as_deref().unwrap_or_default().trim().to_owned(),
            values: insurance.or(records.first().copied()).map(field::of_record).unwrap_or_default(),
            key: insurance.and_then(|record| record.qualification_confirmation_key.clone()),
            certificates: aid.collect(),
            prescription: result.prescription_issue_select.clone(),
            records: records.into_iter().map(field::of_record).collect(),
            who: Match::Nobody,
            accepted: false,
            subsidy: match announced {
                Some(request) => Subsidy::Waiting { request: request.to_owned(), since },
                None => Subsidy::None,
            },
            time,
        }
    }

    /// What a result is worth telling the staff, before anybody knows whose it is.
    pub fn first_alerts(&self, result: &QualificationResult) -> Vec<(AlertKind, String)> {
        let mut alerts = Vec::new();
        let message = |code: &Option<String>, text: &Option<String>| {
            [code.as_deref(), text.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        if is_failed(result) {
            let of_header = message(&result.header.error_code, &result.header.error_message);
            let of_body = message(&result.processing_result_code, &result.processing_result_message);
            alerts.push((AlertKind::QualificationFailed, if of_header.is_empty() { of_body } else { of_header }));
        } else if self.validity != VALID {
            alerts.push((AlertKind::QualificationInvalid, self.validity.clone()));
        }
        let insurances = result.records.iter().filter(|record| !is_medical_aid(record)).count();
        if insurances > 1 {
            alerts.push((AlertKind::SeveralInsurances, insurances.to_string()));
        }
        alerts
    }
}

/// QualificationValidity 1: 有効.
pub const VALID: &str = "1";

/// SegmentOfResult 9 or ProcessingResultStatus 2: there was no answer, which says nothing about the qualification.
pub fn is_failed(result: &QualificationResult) -> bool {
    result.header.segment_of_result.trim() != "1" || result.processing_result_status.trim() != "1"
}

/// 医療扶助: 被保険者証区分 A1, or a number of 法別 12 (spec/oqs-interface.md §2.3).
fn is_medical_aid(record: &QualificationRecord) -> bool {
    let insurer = record.insurer_number.as_deref().unwrap_or_default();
    record.insured_card_classification == "A1" || (insurer.len() == 8 && insurer.starts_with("12"))
}

/// 医療扶助 is a public expense: its 公費負担者番号 and 受給者番号 stand where an insurance has its numbers.
fn of_medical_aid(record: &QualificationRecord) -> Certificate {
    let ticket = record.medical_tickets.first();
    let values = [
        ("name", Some("医療扶助".to_owned())),
        ("payer-number", record.insurer_number.clone()),
        ("recipient-number", record.insured_identification_number.clone()),
        ("segment", ticket.and_then(|ticket| ticket.medical_treatment_type.clone())),
        ("institutions", ticket.and_then(|ticket| ticket.designated_medical_institution_name.clone())),
        ("valid-from", ticket.and_then(|ticket| ticket.medical_ticket_valid_date.clone())),
        ("valid-to", ticket.and_then(|ticket| ticket.medical_ticket_expiration_date.clone())),
        ("limit/0/amount-month", ticket.and_then(|ticket| ticket.self_pay_amount.clone())),
    ];
    Certificate {
        values: values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        hash: None,
        face_items: Vec::new(),
        of_qualification: true,
        outcome: Outcome::Open,
    }
}
