//! 照会番号の登録: `OQSsiimm01req` and `OQSsiimm01res` (spec/oqs-interface.md §2.5).
//!
//! The レセコン gives a person, named by their insurance data, the number under which it keeps them; later results carry it as
//! ReferenceNumber. Fields are text as it stands in the file.

use super::fields::{Group, elements, parent};
use super::finding::{Finding, FindingKind};
use super::frame::{Read, at_the_root, message, parts, put_message, refuse, the_only, trim};
use super::refusal::Refusal;
use super::sink::{self, Sink};
use super::tree::Element;
use crate::number::{Checked, InstitutionCode, InsurerNumber};

/// The element of one number with its insurance data.
const INFO: &str = "ReferenceNumberRegistrationInfo";

/// `OQSsiimm01req`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistrationRequest {
    /// MedicalInstitutionCode 医療機関コード, mandatory.
    pub medical_institution_code: String,
    /// ArbitraryFileIdentifier 任意のファイル識別子, echoed.
    pub arbitrary_file_identifier: Option<String>,
    /// ReferenceNumberRegistrationInfo, mandatory.
    pub registration: RegistrationInfo,
}

/// `ReferenceNumberRegistrationInfo`: which number for whom. Everything comes back as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RegistrationInfo {
    /// ReferenceNumber 照会番号, mandatory, at most 50 characters.
    pub reference_number: String,
    /// InsurerNumber 保険者番号, mandatory; as sent (padding included).
    pub insurer_number: String,
    /// InsuredCardSymbol 記号
    pub insured_card_symbol: Option<String>,
    /// InsuredIdentificationNumber 番号, mandatory.
    pub insured_identification_number: String,
    /// InsuredBranchNumber 枝番
    pub insured_branch_number: Option<String>,
}

/// `OQSsiimm01res`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistrationResult {
    /// The header.
    pub header: ShortHeader,
    /// ReferenceNumberRegistrationInfo: echo.
    pub registration: Option<RegistrationInfo>,
    /// ProcessingResultStatus (OQSCD004).
    pub processing_result_status: String,
    /// ProcessingResultCode, on failure.
    pub processing_result_code: Option<String>,
    /// ProcessingResultMessage, on failure.
    pub processing_result_message: Option<String>,
}

/// `MessageHeader` of `OQSsiimm01res` and of the 01res of bulk: that of a qualification result without 資格確認日 and 照会区分.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShortHeader {
    /// ProcessExecutionTime 処理実行日時
    pub process_execution_time: String,
    /// MedicalInstitutionCode: echo.
    pub medical_institution_code: String,
    /// ArbitraryFileIdentifier: echo.
    pub arbitrary_file_identifier: Option<String>,
    /// SegmentOfResult 処理結果区分 (OQSCD003).
    pub segment_of_result: String,
    /// ErrorCode, only when SegmentOfResult is not 1.
    pub error_code: Option<String>,
    /// ErrorMessage
    pub error_message: Option<String>,
    /// CharacterCodeIdentifier (OQSCD005): set by whoever encodes the document; 0 until then.
    pub character_code_identifier: String,
}

elements! { RegistrationRequest {
    one "MedicalInstitutionCode" => medical_institution_code,
    one "ArbitraryFileIdentifier" => arbitrary_file_identifier,
}}

elements! { RegistrationInfo {
    one "ReferenceNumber" => reference_number,
    one "InsurerNumber" => insurer_number,
    one "InsuredCardSymbol" => insured_card_symbol,
    one "InsuredIdentificationNumber" => insured_identification_number,
    one "InsuredBranchNumber" => insured_branch_number,
}}

elements! { ShortHeader {
    one "ProcessExecutionTime" => process_execution_time,
    one "MedicalInstitutionCode" => medical_institution_code,
    one "ArbitraryFileIdentifier" => arbitrary_file_identifier,
    one "SegmentOfResult" => segment_of_result,
    one "ErrorCode" => error_code,
    one "ErrorMessage" => error_message,
    one "CharacterCodeIdentifier" => character_code_identifier,
}}

// The body; the header stands in a struct of its own.
elements! { RegistrationResult {
    one "ReferenceNumberRegistrationInfo" => registration,
    one "ProcessingResultStatus" => processing_result_status,
    one "ProcessingResultCode" => processing_result_code,
    one "ProcessingResultMessage" => processing_result_message,
}}

impl RegistrationRequest {
    /// The request as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        message(parent("MessageHeader", self), vec![parent(INFO, &self.registration)])
    }

    /// Reads a request, whatever the order of its elements. Over-long and odd values are kept as findings.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, a mandatory element missing or repeated.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let (header, body) = parts(root)?;
        let mut reading = at_the_root();
        let mut request = Self::default();
        request.take_all(header, &mut reading);
        reading.enter("MessageBody");
        request.registration = the_only(body, INFO, &mut reading);
        trim(&mut request.medical_institution_code);
        refuse(&reading.findings)?;
        reading.findings.extend(odd_institution(&request.medical_institution_code));
        reading.findings.extend(request.registration.unusual(&format!("XmlMsg/MessageBody/{INFO}")));
        Ok(Read { document: request, findings: reading.findings })
    }
}

impl RegistrationInfo {
    /// What is unusual and let through (§2.5; lengths [A]). `path` is that of this element.
    pub(super) fn unusual(&self, path: &str) -> Vec<Finding> {
        let at = |kind, name: &str, value: &str| Finding::new(kind, format!("{path}/{name}")).seen(value);
        let lengths: [(&str, &str, usize); 4] = [
            ("ReferenceNumber", &self.reference_number, 50),
            ("InsuredCardSymbol", self.insured_card_symbol.as_deref().unwrap_or_default(), 20),
            ("InsuredIdentificationNumber", &self.insured_identification_number, 20),
            ("InsuredBranchNumber", self.insured_branch_number.as_deref().unwrap_or_default(), 2),
        ];
        let too_long = lengths.into_iter().filter(|(_, value, most)| value.chars().count() > *most);
        let mut findings: Vec<_> = too_long.map(|(name, value, _)| at(FindingKind::TooLong, name, value)).collect();
        let insurer = &self.insurer_number;
        let odd = match InsurerNumber::new(insurer).check() {
            Checked::Valid => (insurer.len() != 8).then_some(FindingKind::OddForm),
            Checked::WrongCheckDigit { .. } => Some(FindingKind::CheckDigit),
            _ => Some(FindingKind::OddForm),
        };
        findings.extend(odd.map(|kind| at(kind, "InsurerNumber", insurer)));
        findings
    }
}

fn odd_institution(code: &str) -> Option<Finding> {
    let kind = match InstitutionCode::new(code).check() {
        Checked::Valid => return None,
        Checked::WrongCheckDigit { .. } => FindingKind::CheckDigit,
        _ => FindingKind::OddForm,
    };
    Some(Finding::new(kind, "XmlMsg/MessageHeader/MedicalInstitutionCode").seen(code))
}

impl ShortHeader {
    /// SegmentOfResult 1, at `time`, with what is echoed.
    pub(super) fn normal(time: String, institution: String, identifier: Option<String>) -> Self {
        Self {
            process_execution_time: time,
            medical_institution_code: institution,
            arbitrary_file_identifier: identifier,
            segment_of_result: "1".to_owned(),
            error_code: None,
            error_message: None,
            character_code_identifier: "0".to_owned(),
        }
    }

    /// The same with SegmentOfResult 9.
    pub(super) fn abnormal(self, code: &str, message: &str) -> Self {
        Self {
            segment_of_result: "9".to_owned(),
            error_code: Some(code.to_owned()),
            error_message: Some(message.to_owned()),
            ..self
        }
    }
}

impl RegistrationResult {
    /// The number was registered, at `time` (ProcessExecutionTime).
    pub fn registered(request: &RegistrationRequest, time: String) -> Self {
        Self {
            header: ShortHeader::normal(
                time,
                request.medical_institution_code.clone(),
                request.arbitrary_file_identifier.clone(),
            ),
            registration: Some(request.registration.clone()),
            processing_result_status: "1".to_owned(),
            processing_result_code: None,
            processing_result_message: None,
        }
    }

    /// The centre could not register it: ProcessingResultStatus 2.
    pub fn failed(request: &RegistrationRequest, time: String, code: &str, message: &str) -> Self {
        Self {
            processing_result_status: "2".to_owned(),
            processing_result_code: Some(code.to_owned()),
            processing_result_message: Some(message.to_owned()),
            ..Self::registered(request, time)
        }
    }

    /// The centre gave no answer: SegmentOfResult 9 (§4.2, [C]).
    pub fn abnormal(request: &RegistrationRequest, time: String, code: &str, message: &str) -> Self {
        let answered = Self::registered(request, time);
        Self { header: answered.header.abnormal(code, message), processing_result_status: "2".to_owned(), ..answered }
    }

    /// Puts the result in specification order.
    pub fn put_into(&self, out: &mut dyn Sink) {
        put_message(&self.header, self, out);
    }

    /// The result as a tree.
    pub fn to_tree(&self) -> Element {
        sink::tree(|out| self.put_into(out))
    }

    /// Reads a result in any order; unknown elements are reported, none of them a reason to fail.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let (header, body) = parts(root)?;
        let mut reading = at_the_root();
        let mut result = Self::default();
        result.header.take_all(header, &mut reading);
        result.take_all(body, &mut reading);
        Ok(Read { document: result, findings: reading.findings })
    }
}

#[cfg(test)]
mod tests;
