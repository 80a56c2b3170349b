//! 一括: `OQSmuquc01/02` (資格確認) and `OQSmuimm01/02` (照会番号登録), spec/oqs-interface.md §2.4, §2.5.
//!
//! ```text
//! 01req  many rows        → 01res  受付番号 (ReceptionNumber)
//! 02req  受付番号          → 02res  SegmentOfResult 2 while it is worked on, then one unit per row
//! ```
//!
//! - here: the fields
//! - `document`: the documents as trees and back

mod document;

use super::fields::elements;
use super::qualification::{QualificationRecord, SearchInfo};
use super::registration::{RegistrationInfo, ShortHeader};

/// A 01req: one row per person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkRequest<R> {
    /// The header.
    pub header: BulkRequestHeader,
    /// `QualificationConfirmSearchInfo` or `ReferenceNumberRegistrationInfo`, at least one.
    pub rows: Vec<R>,
}

/// `OQSmuquc01req`
pub type BulkQualificationRequest = BulkRequest<SearchInfo>;
/// `OQSmuimm01req`
pub type BulkRegistrationRequest = BulkRequest<RegistrationInfo>;

/// `MessageHeader` of a 01req.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkRequestHeader {
    /// QualificationConfirmationDate 資格確認日: mandatory for a query, absent of a registration.
    pub qualification_confirmation_date: Option<String>,
    /// MedicalInstitutionCode 医療機関コード, mandatory.
    pub medical_institution_code: String,
    /// ArbitraryFileIdentifier: comes back in the 01res, and in the 02res whatever the 02req says.
    pub arbitrary_file_identifier: Option<String>,
}

/// A 01res.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkReception {
    /// The header.
    pub header: ShortHeader,
    /// ReceptionNumber 受付番号, at most 100 characters; absent when nothing was received.
    pub reception_number: Option<String>,
    /// ReceptionDateTime 受付日時
    pub reception_date_time: Option<String>,
}

/// A 02req.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkDownload {
    /// MedicalInstitutionCode, mandatory.
    pub medical_institution_code: String,
    /// ArbitraryFileIdentifier: not every client sends one (spec/known-clients.md K2).
    pub arbitrary_file_identifier: Option<String>,
    /// ReceptionNumber 受付番号, mandatory.
    pub reception_number: String,
}

/// A 02res.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkResult<U> {
    /// The header.
    pub header: BulkHeader,
    /// One per row of the 01req, in its order; none until the work is done.
    pub units: Vec<U>,
}

/// `OQSmuquc02res`
pub type BulkQualificationResult = BulkResult<BulkConfirmUnit>;
/// `OQSmuimm02res`
pub type BulkRegistrationResult = BulkResult<BulkRegistrationUnit>;

/// `MessageHeader` of a 02res.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkHeader {
    /// ProcessExecutionTime 処理実行日時
    pub process_execution_time: String,
    /// QualificationConfirmationDate of the 01req; absent of a registration.
    pub qualification_confirmation_date: Option<String>,
    /// MedicalInstitutionCode
    pub medical_institution_code: String,
    /// ArbitraryFileIdentifier of the 01req.
    pub arbitrary_file_identifier: Option<String>,
    /// ReceptionNumber 受付番号
    pub reception_number: String,
    /// SegmentOfResult (OQSCD003): 1, 2 while it is worked on, 9.
    pub segment_of_result: String,
    /// ErrorCode
    pub error_code: Option<String>,
    /// ErrorMessage
    pub error_message: Option<String>,
    /// NumberOfProcessingResult 処理結果件数, once there are any.
    pub number_of_processing_result: Option<String>,
    /// NumberOfNormalProcessing 正常処理件数
    pub number_of_normal_processing: Option<String>,
    /// NumberOfError エラー件数
    pub number_of_error: Option<String>,
    /// CharacterCodeIdentifier (OQSCD005): set by whoever encodes the document; 0 until then.
    pub character_code_identifier: String,
}

/// One row of `OQSmuquc02res`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkConfirmUnit {
    /// QualificationConfirmSearchInfo: echo, ArbitraryIdentifier included.
    pub search: Option<SearchInfo>,
    /// ProcessingResultStatus (OQSCD004).
    pub processing_result_status: String,
    /// ProcessingResultCode, of an error.
    pub processing_result_code: Option<String>,
    /// ProcessingResultMessage, of an error.
    pub processing_result_message: Option<String>,
    /// QualificationValidity (OQSCD006).
    pub qualification_validity: Option<String>,
    /// ResultOfQualificationConfirmation, without a list around it: rows 1–26 and LimitApplicationCertificateChanged.
    pub record: Option<QualificationRecord>,
    /// ReferenceNumber 照会番号: beside the record, not in it.
    pub reference_number: Option<String>,
}

/// One row of `OQSmuimm02res`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkRegistrationUnit {
    /// ReferenceNumberRegistrationInfo: echo.
    pub registration: Option<RegistrationInfo>,
    /// ProcessingResultStatus (OQSCD004).
    pub processing_result_status: String,
    /// ProcessingResultCode, of an error.
    pub processing_result_code: Option<String>,
    /// ProcessingResultMessage, of an error.
    pub processing_result_message: Option<String>,
}

elements! { BulkRequestHeader {
    one "QualificationConfirmationDate" => qualification_confirmation_date,
    one "MedicalInstitutionCode" => medical_institution_code,
    one "ArbitraryFileIdentifier" => arbitrary_file_identifier,
}}

// The body; the header stands in a struct of its own.
elements! { BulkReception {
    one "ReceptionNumber" => reception_number,
    one "ReceptionDateTime" => reception_date_time,
}}

elements! { BulkHeader {
    one "ProcessExecutionTime" => process_execution_time,
    one "QualificationConfirmationDate" => qualification_confirmation_date,
    one "MedicalInstitutionCode" => medical_institution_code,
    one "ArbitraryFileIdentifier" => arbitrary_file_identifier,
    one "ReceptionNumber" => reception_number,
    one "SegmentOfResult" => segment_of_result,
    one "ErrorCode" => error_code,
    one "ErrorMessage" => error_message,
    one "NumberOfProcessingResult" => number_of_processing_result,
    one "NumberOfNormalProcessing" => number_of_normal_processing,
    one "NumberOfError" => number_of_error,
    one "CharacterCodeIdentifier" => character_code_identifier,
}}

elements! { BulkConfirmUnit {
    one "QualificationConfirmSearchInfo" => search,
    one "ProcessingResultStatus" => processing_result_status,
    one "ProcessingResultCode" => processing_result_code,
    one "ProcessingResultMessage" => processing_result_message,
    one "QualificationValidity" => qualification_validity,
    one "ResultOfQualificationConfirmation" => record,
    one "ReferenceNumber" => reference_number,
}}

elements! { BulkRegistrationUnit {
    one "ReferenceNumberRegistrationInfo" => registration,
    one "ProcessingResultStatus" => processing_result_status,
    one "ProcessingResultCode" => processing_result_code,
    one "ProcessingResultMessage" => processing_result_message,
}}

#[cfg(test)]
mod tests;
