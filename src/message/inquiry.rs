//! What 薬剤情報・診療情報 (`YZKsiquc01`) and 特定健診情報 (`TKKsiquc01`) have in common: whom a request means, and the header of an answer
//! (spec/oqs-interface.md §2.7, spec/known-clients.md K2).
//!
//! Only ResultCode, MessageContents and the block of the person are public ([B]; that the first two stand in the header is inferred).
//! The other elements of an answer's header are those of its neighbours: provisional, [C].

pub mod print;
pub mod tags;

use super::fields::{Group, Reading, elements};
use super::finding::{Finding, FindingKind};
use super::frame::{at_the_root, parts, refuse, trim};
use super::refusal::{Refusal, Rule};
use super::tree::Element;
use crate::clock::parse_date;
use crate::number::{Checked, InstitutionCode, InsurerNumber};

/// ResultCode of an answer that holds what was asked for ([B]).
pub const SUCCESS: &str = "1";

/// `MessageHeader` of a request. The names differ from those of 資格確認, and there is no date of birth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InquiryHeader {
    /// MedicalInstitutionCode 医療機関コード, mandatory.
    pub medical_institution_code: String,
    /// InsurerNumber 保険者番号, mandatory; as sent (padding included).
    pub insurer_number: String,
    /// InsuranceCardSymbol 記号
    pub insurance_card_symbol: Option<String>,
    /// InsuredPersonIdentificationNumber 番号, mandatory.
    pub insured_person_identification_number: String,
    /// BranchNumber 枝番
    pub branch_number: Option<String>,
    /// ArbitraryFileIdentifier 任意のファイル識別子, echoed.
    pub arbitrary_file_identifier: Option<String>,
}

/// `MessageHeader` of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InquiryResult {
    /// ProcessExecutionTime 処理実行日時, provisional.
    pub process_execution_time: Option<String>,
    /// MedicalInstitutionCode: echo, provisional.
    pub medical_institution_code: Option<String>,
    /// ArbitraryFileIdentifier: echo. A client finds its answer by this element's literal text (K3); its place is provisional.
    pub arbitrary_file_identifier: Option<String>,
    /// ResultCode: [`SUCCESS`], or absent.
    pub result_code: Option<String>,
    /// MessageContents: why there is nothing.
    pub message_contents: Option<String>,
    /// QuaInf: the person of a YZK answer.
    pub qua_inf: Option<QuaInf>,
    /// QualificationsInfo: the person of a TKK answer.
    pub qualifications_info: Option<QualificationsInfo>,
    /// CharacterCodeIdentifier (OQSCD005), provisional: set by whoever encodes the document; 0 until then.
    pub character_code_identifier: Option<String>,
}

/// The person of a YZK answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the elements of the block, one by one")]
pub struct QuaInf {
    pub name: Option<String>,
    pub kana_name: Option<String>,
    /// YYYYMMDD
    pub birth: Option<String>,
    /// OQSCD007 [C]
    pub adm_gend_code: Option<String>,
}

/// The person of a TKK answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the elements of the block, one by one")]
pub struct QualificationsInfo {
    pub name: Option<String>,
    pub kanas_name: Option<String>,
    /// YYYYMMDD
    pub birthday: Option<String>,
    /// OQSCD007 [C]
    pub administrative_gender_code: Option<String>,
}

elements! { InquiryHeader {
    one "MedicalInstitutionCode" => medical_institution_code,
    one "InsurerNumber" => insurer_number,
    one "InsuranceCardSymbol" => insurance_card_symbol,
    one "InsuredPersonIdentificationNumber" => insured_person_identification_number,
    one "BranchNumber" => branch_number,
    one "ArbitraryFileIdentifier" => arbitrary_file_identifier,
}}

elements! { InquiryResult {
    one "ProcessExecutionTime" => process_execution_time,
    one "MedicalInstitutionCode" => medical_institution_code,
    one "ArbitraryFileIdentifier" => arbitrary_file_identifier,
    one "ResultCode" => result_code,
    one "MessageContents" => message_contents,
    one "QuaInf" => qua_inf,
    one "QualificationsInfo" => qualifications_info,
    one "CharacterCodeIdentifier" => character_code_identifier,
}}

elements! { QuaInf {
    one "Name" => name,
    one "KanaName" => kana_name,
    one "Birth" => birth,
    one "AdmGendCode" => adm_gend_code,
}}

elements! { QualificationsInfo {
    one "Name" => name,
    one "KanasName" => kanas_name,
    one "Birthday" => birthday,
    one "AdministrativeGenderCode" => administrative_gender_code,
}}

impl InquiryResult {
    /// The header of an answer to `header`, made at `time`, that holds nothing yet.
    fn to(header: &InquiryHeader, time: String) -> Self {
        Self {
            process_execution_time: Some(time),
            medical_institution_code: Some(header.medical_institution_code.clone()),
            arbitrary_file_identifier: header.arbitrary_file_identifier.clone(),
            character_code_identifier: Some("0".to_owned()),
            ..Self::default()
        }
    }

    /// ResultCode 1.
    pub fn success(header: &InquiryHeader, time: String) -> Self {
        Self { result_code: Some(SUCCESS.to_owned()), ..Self::to(header, time) }
    }

    /// MessageContents without a ResultCode ([B] that clients take this for a failure).
    pub fn failure(header: &InquiryHeader, time: String, message: impl Into<String>) -> Self {
        Self { message_contents: Some(message.into()), ..Self::to(header, time) }
    }

    /// Does the answer hold what was asked for?
    pub fn is_success(&self) -> bool {
        self.result_code.as_deref() == Some(SUCCESS)
    }
}

/// Header and body of a request, what is unusual in them, and what may not be.
pub(super) fn read_request<B: Group>(
    root: &Element,
    header: &mut InquiryHeader,
    asked: &mut B,
) -> Result<Vec<Finding>, Refusal> {
    let (head, body) = parts(root)?;
    let mut reading = at_the_root();
    header.take_all(head, &mut reading);
    asked.take_all(body, &mut reading);
    trim(&mut header.medical_institution_code);
    refuse(&reading.findings)?;
    reading.findings.extend(unusual(header));
    Ok(reading.findings)
}

/// Elements that only the header of such an answer has.
const TELLING: [&str; 4] = ["ResultCode", "MessageContents", "QuaInf", "QualificationsInfo"];

/// Is this an answer of YZK or TKK?
pub(super) fn is_result(root: &Element) -> bool {
    root.child("MessageHeader").is_some_and(|header| TELLING.iter().any(|name| header.child(name).is_some()))
}

/// The header of an answer; the body is the document's own.
pub(super) fn read_result<'a>(
    root: &'a Element,
    header: &mut InquiryResult,
) -> Result<(&'a Element, Reading), Refusal> {
    let (head, body) = parts(root)?;
    let mut reading = at_the_root();
    header.take_all(head, &mut reading);
    Ok((body, reading))
}

/// What is unusual in a request's header and let through.
fn unusual(header: &InquiryHeader) -> Vec<Finding> {
    let numbers = [
        (
            "MedicalInstitutionCode",
            &header.medical_institution_code,
            InstitutionCode::new(&header.medical_institution_code).check(),
        ),
        ("InsurerNumber", &header.insurer_number, InsurerNumber::new(&header.insurer_number).check()),
    ];
    let odd = numbers.into_iter().filter_map(|(name, value, checked)| {
        let kind = match checked {
            Checked::Valid => return None,
            Checked::WrongCheckDigit { .. } => FindingKind::CheckDigit,
            _ => FindingKind::OddForm,
        };
        Some(Finding::new(kind, format!("XmlMsg/MessageHeader/{name}")).seen(value))
    });
    odd.collect()
}

/// A value of the body that its code table does not have.
pub(super) fn odd_code(name: &str, table: &str, value: Option<&String>) -> Option<Finding> {
    let value = value?;
    let known = crate::code::label(table, value.trim()).is_some();
    (!known).then(|| Finding::new(FindingKind::UnknownCode, format!("XmlMsg/MessageBody/{name}")).seen(value))
}

/// A month of a request, without the blanks around it.
pub(super) fn month(name: &str, value: &mut Option<String>) -> Result<(), Refusal> {
    let Some(text) = value else { return Ok(()) };
    trim(text);
    let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = digits && parse_date(&format!("{text}01")).is_some();
    let refusal = || Refusal::new(Rule::NotAMonth).at(format!("XmlMsg/MessageBody/{name}")).seen(text.as_str());
    if is_month { Ok(()) } else { Err(refusal()) }
}

/// A FileCategory as a number; programs write `2` in the file and `02` in its name.
pub(super) fn category(value: &str) -> Option<u8> {
    let digits = value.trim();
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}
