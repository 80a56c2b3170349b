//! 一括: `OQSmuquc01/02` (資格確認), `OQSmuimm01/02` (照会番号登録), and by month or period `OQSmutic01/02`, `OQSmuhvq01/02`,
//! `OQSmuonq01/02` (spec/oqs-interface.md §2.4–2.6).
//!
//! ```text
//! 01req  many rows, or a period  → 01res  受付番号 (ReceptionNumber)
//! 02req  受付番号                 → 02res  SegmentOfResult 2 while it is worked on, then its units
//! ```
//!
//! - here: the fields · [`care`]: which people a period asks for
//! - `document`: the documents as trees and back · `gather`: a request row by row, from a tree or from a file of any length

pub mod care;
mod document;
mod gather;

use std::sync::Arc;

use super::fields::elements;
use super::qualification::{QualificationRecord, SearchInfo};
use super::registration::{RegistrationInfo, ShortHeader};
pub use care::{Care, CareRequest, CareSearch};

/// A 01req: one row per person. Rows are shared, because a request may have 100,000 of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkRequest<R> {
    /// The header.
    pub header: BulkRequestHeader,
    /// `QualificationConfirmSearchInfo` or `ReferenceNumberRegistrationInfo`, at least one.
    pub rows: Arc<Vec<R>>,
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
    /// One per row of the 01req, in its order, or per person of a period; none until the work is done.
    pub units: Vec<U>,
}

/// A unit of any 02res.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkUnit {
    /// Of every 02res but that of a registration.
    Confirm(BulkConfirmUnit),
    /// Of `OQSmuimm02res`.
    Registration(BulkRegistrationUnit),
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

/// One row of `OQSmuquc02res`, or one person of a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkConfirmUnit {
    /// QualificationConfirmSearchInfo: echo, ArbitraryIdentifier included; absent where a period was asked for.
    pub search: Option<SearchInfo>,
    /// ProcessingResultStatus (OQSCD004).
    pub processing_result_status: String,
    /// ProcessingResultCode, of an error.
    pub processing_result_code: Option<String>,
    /// ProcessingResultMessage, of an error.
    pub processing_result_message: Option<String>,
    /// QualificationValidity (OQSCD006).
    pub qualification_validity: Option<String>,
    /// ResultOfQualificationConfirmation, without a list around them: of a query one, rows 1–26 and LimitApplicationCertificateChanged.
    pub records: Vec<QualificationRecord>,
    /// ReferenceNumber 照会番号: beside the records, not in them; the n-th is that of the n-th record.
    pub reference_numbers: Vec<String>,
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
    one "ResultOfQualificationConfirmation" => records,
    one "ReferenceNumber" => reference_numbers,
}}

elements! { BulkRegistrationUnit {
    one "ReferenceNumberRegistrationInfo" => registration,
    one "ProcessingResultStatus" => processing_result_status,
    one "ProcessingResultCode" => processing_result_code,
    one "ProcessingResultMessage" => processing_result_message,
}}

#[cfg(test)]
mod tests;
