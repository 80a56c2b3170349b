//! What is unusual in a request and let through (spec/oqs-interface.md §2.1; lengths [B]).

use super::*;
use crate::code;
use crate::message::finding::{Finding, FindingKind};
use crate::number::{Checked, InstitutionCode, InsurerNumber};

const SEARCH: &str = "XmlMsg/MessageBody/QualificationConfirmSearchInfo";

/// Values of a request that a careful レセコン would not send.
pub(super) fn of_request(request: &QualificationRequest) -> Vec<Finding> {
    let mut findings = Vec::new();
    let institution = &request.medical_institution_code;
    if let Some(kind) = odd(InstitutionCode::new(institution).check()) {
        findings.push(Finding::new(kind, "XmlMsg/MessageHeader/MedicalInstitutionCode").seen(institution.as_str()));
    }
    findings.extend(of_search(&request.search, SEARCH));
    findings
}

/// The same of one search, which stands at `path`.
pub(in crate::message) fn of_search(search: &SearchInfo, path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report =
        |kind, name: &str, value: &str| findings.push(Finding::new(kind, format!("{path}/{name}")).seen(value));

    let insurer = &search.insurer_number;
    let unpadded = insurer.len() != 8;
    if let Some(kind) = odd(InsurerNumber::new(insurer).check()).or(unpadded.then_some(FindingKind::OddForm)) {
        report(kind, "InsurerNumber", insurer);
    }
    let lengths: [(&str, Option<&str>, usize); 3] = [
        ("InsuredCardSymbol", search.insured_card_symbol.as_deref(), 20),
        ("InsuredIdentificationNumber", Some(&search.insured_identification_number), 20),
        ("InsuredBranchNumber", search.insured_branch_number.as_deref(), 2),
    ];
    for (name, value, most) in lengths {
        if let Some(value) = value.filter(|value| value.chars().count() > most) {
            report(FindingKind::TooLong, name, value);
        }
    }
    let flag = &search.limit_application_certificate_related_cons_flg;
    if code::label("OQSCD001", flag).is_none() {
        report(FindingKind::UnknownCode, "LimitApplicationCertificateRelatedConsFlg", flag);
    }
    findings
}

fn odd(checked: Checked) -> Option<FindingKind> {
    match checked {
        Checked::Valid => None,
        Checked::WrongCheckDigit { .. } => Some(FindingKind::CheckDigit),
        _ => Some(FindingKind::OddForm),
    }
}
