//! 資格確認: `OQSsiquc01req`, `OQSsiquc01res` and the face file (spec/oqs-interface.md §2.1–2.3).
//!
//! Fields are text as it stands in the file: dates `YYYYMMDD`, date-times `YYYYMMDDHHmmss` JST, codes of the OQSCD tables.
//! Whoever makes a document makes them from typed values; whoever reads one from the field must bear unusual ones.
//!
//! - here: the fields
//! - `rows`: element ↔ field
//! - `document`: the documents as trees and back
//! - `unusual`: what is let through and reported

mod document;
mod rows;
mod unusual;

pub use document::Records;
pub(in crate::message) use unusual::of_search as unusual_in_search;

/// 照会区分 2 (OQSCD002): asked by 被保険者証情報.
pub const BY_INSURANCE: &str = "2";

/// `MessageHeader` and `MessageBody` of `OQSsiquc01req`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QualificationRequest {
    /// QualificationConfirmationDate 資格確認日, mandatory.
    pub qualification_confirmation_date: String,
    /// MedicalInstitutionCode 医療機関コード, mandatory.
    pub medical_institution_code: String,
    /// ArbitraryFileIdentifier 任意のファイル識別子, echoed.
    pub arbitrary_file_identifier: Option<String>,
    /// QualificationConfirmSearchInfo, mandatory.
    pub search: SearchInfo,
}

/// `QualificationConfirmSearchInfo`: what is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SearchInfo {
    /// InsurerNumber 保険者番号, mandatory; as sent (padding included).
    pub insurer_number: String,
    /// InsuredCardSymbol 記号
    pub insured_card_symbol: Option<String>,
    /// InsuredIdentificationNumber 番号, mandatory.
    pub insured_identification_number: String,
    /// InsuredBranchNumber 枝番
    pub insured_branch_number: Option<String>,
    /// Birthdate 生年月日, mandatory.
    pub birthdate: String,
    /// LimitApplicationCertificateRelatedConsFlg (OQSCD001), mandatory.
    pub limit_application_certificate_related_cons_flg: String,
    /// ArbitraryIdentifier 任意の識別子, echoed.
    pub arbitrary_identifier: Option<String>,
}

/// `OQSsiquc01res` and the face file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QualificationResult {
    /// The header.
    pub header: ResultHeader,
    /// PrescriptionIssueSelect (OQSCD017), the patient's choice at the reader.
    pub prescription_issue_select: Option<String>,
    /// ProcessingResultStatus (OQSCD004).
    pub processing_result_status: String,
    /// ProcessingResultCode: on error, and with supplementary information on success.
    pub processing_result_code: Option<String>,
    /// ProcessingResultMessage
    pub processing_result_message: Option<String>,
    /// QualificationValidity (OQSCD006).
    pub qualification_validity: Option<String>,
    /// ResultList / ResultOfQualificationConfirmation; no list element at all when empty.
    pub records: Vec<QualificationRecord>,
    /// QualificationConfirmSearchInfo: echo, only when ReferenceClassification is 2.
    pub search: Option<SearchInfo>,
    /// PmhInfo / RequestPmhFileName: the PMH request's file name.
    pub request_pmh_file_name: Option<String>,
}

/// `MessageHeader` of a result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResultHeader {
    /// ProcessExecutionTime 処理実行日時
    pub process_execution_time: String,
    /// QualificationConfirmationDate 資格確認日
    pub qualification_confirmation_date: String,
    /// MedicalInstitutionCode
    pub medical_institution_code: String,
    /// ArbitraryFileIdentifier: echo; in a face file 16 characters base64url.
    pub arbitrary_file_identifier: Option<String>,
    /// ReferenceClassification 照会区分 (OQSCD002): face 1, query 2.
    pub reference_classification: String,
    /// SegmentOfResult 処理結果区分 (OQSCD003).
    pub segment_of_result: String,
    /// ErrorCode, only when SegmentOfResult is not 1.
    pub error_code: Option<String>,
    /// ErrorMessage
    pub error_message: Option<String>,
    /// CharacterCodeIdentifier (OQSCD005): set by whoever encodes the document; 0 until then.
    pub character_code_identifier: String,
}

/// `ResultOfQualificationConfirmation`: one qualification, in specification order (§2.2, rows 1–39).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "one field per element of the same name; the element table in data/ holds label, rule and source"
)]
pub struct QualificationRecord {
    pub insured_card_classification: String,
    pub insurer_number: Option<String>,
    pub insured_card_symbol: Option<String>,
    pub insured_identification_number: Option<String>,
    pub insured_branch_number: Option<String>,
    pub personal_family_classification: Option<String>,
    pub insured_name: Option<String>,
    pub name: String,
    pub name_of_other: Option<String>,
    pub name_kana: Option<String>,
    pub name_of_other_kana: Option<String>,
    pub sex1: String,
    pub sex2: Option<String>,
    pub birthdate: String,
    pub address: Option<String>,
    pub post_number: Option<String>,
    pub qualification_date: Option<String>,
    pub disqualification_date: Option<String>,
    pub insured_certificate_issuance_date: Option<String>,
    pub insured_card_valid_date: Option<String>,
    pub insured_card_expiration_date: Option<String>,
    pub insured_partial_contribution_ratio: Option<String>,
    pub preschool_classification: Option<String>,
    pub reason_of_loss: Option<String>,
    pub insurer_name: String,
    pub elderly_recipient_certificate_info: Option<ElderlyRecipientCertificateInfo>,
    pub limit_application_certificate_related_cons_flg: Option<String>,
    pub limit_application_certificate_related_cons_time: Option<String>,
    pub limit_application_certificate_related_info: Option<LimitApplicationCertificateRelatedInfo>,
    pub specific_diseases_certificate_related_cons_flg: Option<String>,
    pub specific_diseases_certificate_related_cons_time: Option<String>,
    /// SpecificDiseasesCertificateList / SpecificDiseasesCertificateInfo
    pub specific_diseases_certificates: Vec<SpecificDiseasesCertificateInfo>,
    /// PublicExpenseResultList / MedicalTicketInfo
    pub medical_tickets: Vec<MedicalTicketInfo>,
    pub specific_health_checkups_info: Option<MedicalInformationConsent>,
    pub pharmacists_info: Option<MedicalInformationConsent>,
    pub diagnosis_info: Option<MedicalInformationConsent>,
    pub operation_info: Option<MedicalInformationConsent>,
    /// 傷病名; this and the next five came with 電子カルテ情報共有 (names [B], tags and place [C])
    pub diagnosis_name: Option<MedicalInformationConsent>,
    /// 感染症
    pub infectious_info: Option<MedicalInformationConsent>,
    /// その他アレルギー等
    pub allergy_info: Option<MedicalInformationConsent>,
    /// 薬剤アレルギー等
    pub contraindication_info: Option<MedicalInformationConsent>,
    /// 検査
    pub test_info: Option<MedicalInformationConsent>,
    /// 処方
    pub prescription_info: Option<MedicalInformationConsent>,
    pub reference_number: Option<String>,
    pub qualification_confirmation_key: Option<String>,
    /// OQSCD014, in bulk results only.
    pub limit_application_certificate_changed: Option<String>,
}

/// `…ConsFlg`, `…ConsTime`, `…AvailableTime` of one kind of medical information.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MedicalInformationConsent {
    /// OQSCD016
    pub flg: String,
    /// When agreed; absent with flag 0.
    pub time: Option<String>,
    /// Agreed until (24 hours later); absent with flag 0.
    pub available: Option<String>,
}

/// 高齢受給者証
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "one field per element; see the element table")]
pub struct ElderlyRecipientCertificateInfo {
    pub elderly_recipient_certificate_date: Option<String>,
    pub elderly_recipient_valid_start_date: Option<String>,
    pub elderly_recipient_valid_end_date: Option<String>,
    pub elderly_recipient_contribution_ratio: Option<String>,
}

/// 限度額適用認定証
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "one field per element; see the element table")]
pub struct LimitApplicationCertificateRelatedInfo {
    pub limit_application_certificate_classification: Option<String>,
    pub limit_application_certificate_classification_flag: Option<String>,
    pub limit_application_certificate_date: Option<String>,
    pub limit_application_certificate_valid_start_date: Option<String>,
    pub limit_application_certificate_valid_end_date: Option<String>,
    pub limit_application_certificate_long_term_date: Option<String>,
}

/// 特定疾病療養受療証
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "one field per element; see the element table")]
pub struct SpecificDiseasesCertificateInfo {
    pub specific_diseases_disease_category: Option<String>,
    pub specific_diseases_certificate_date: Option<String>,
    pub specific_diseases_valid_start_date: Option<String>,
    pub specific_diseases_valid_end_date: Option<String>,
    /// yen
    pub specific_diseases_self_pay: Option<String>,
}

/// 医療券・調剤券 (§2.3)
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "one field per element; see the element table")]
pub struct MedicalTicketInfo {
    pub ticket_type: Option<String>,
    pub medical_ticket_valid_date: Option<String>,
    pub medical_ticket_expiration_date: Option<String>,
    pub issue_number: Option<String>,
    pub medical_treatment_month: Option<String>,
    pub designated_medical_institution_code: Option<String>,
    pub designated_medical_institution_flag: Option<String>,
    pub designated_medical_institution_name: Option<String>,
    pub prescription_issuer_medical_institution_code: Option<String>,
    pub prescription_issuer_medical_institution_name: Option<String>,
    pub injury_name1: Option<String>,
    pub injury_name2: Option<String>,
    pub injury_name3: Option<String>,
    pub medical_treatment_type: Option<String>,
    pub self_pay_amount: Option<String>,
    pub district_contact_name: Option<String>,
    pub handling_contact_name: Option<String>,
    pub single_or_combined_use: Option<String>,
    pub status_of_social_insurance: Option<String>,
    pub consistency_flag: Option<String>,
    /// spelt so in the field
    pub status_of_infecton: Option<String>,
    pub status_of_elderly_medical_care: Option<String>,
    pub status_of_prefectural_expenses: Option<String>,
    pub remarks1: Option<String>,
    pub remarks2: Option<String>,
    pub remarks3: Option<String>,
}
