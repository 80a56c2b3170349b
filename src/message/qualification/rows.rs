//! Element ↔ field, each once and in specification order (spec/oqs-interface.md §2.1–2.3).

use super::*;
use crate::message::fields::elements;

elements! { QualificationRequest {
    one "QualificationConfirmationDate" => qualification_confirmation_date,
    one "MedicalInstitutionCode" => medical_institution_code,
    one "ArbitraryFileIdentifier" => arbitrary_file_identifier,
}}

elements! { SearchInfo {
    one "InsurerNumber" => insurer_number,
    one "InsuredCardSymbol" => insured_card_symbol,
    one "InsuredIdentificationNumber" => insured_identification_number,
    one "InsuredBranchNumber" => insured_branch_number,
    one "Birthdate" => birthdate,
    one "LimitApplicationCertificateRelatedConsFlg" => limit_application_certificate_related_cons_flg,
    one "ArbitraryIdentifier" => arbitrary_identifier,
}}

elements! { ResultHeader {
    one "ProcessExecutionTime" => process_execution_time,
    one "QualificationConfirmationDate" => qualification_confirmation_date,
    one "MedicalInstitutionCode" => medical_institution_code,
    one "ArbitraryFileIdentifier" => arbitrary_file_identifier,
    one "ReferenceClassification" => reference_classification,
    one "SegmentOfResult" => segment_of_result,
    one "ErrorCode" => error_code,
    one "ErrorMessage" => error_message,
    one "CharacterCodeIdentifier" => character_code_identifier,
}}

// The body; the header stands in a struct of its own.
elements! { QualificationResult {
    one "PrescriptionIssueSelect" => prescription_issue_select,
    one "ProcessingResultStatus" => processing_result_status,
    one "ProcessingResultCode" => processing_result_code,
    one "ProcessingResultMessage" => processing_result_message,
    one "QualificationValidity" => qualification_validity,
    list "ResultList" / "ResultOfQualificationConfirmation" => records,
    one "QualificationConfirmSearchInfo" => search,
    inside "PmhInfo" / "RequestPmhFileName" => request_pmh_file_name,
}}

elements! { QualificationRecord {
    one "InsuredCardClassification" => insured_card_classification,
    one "InsurerNumber" => insurer_number,
    one "InsuredCardSymbol" => insured_card_symbol,
    one "InsuredIdentificationNumber" => insured_identification_number,
    one "InsuredBranchNumber" => insured_branch_number,
    one "PersonalFamilyClassification" => personal_family_classification,
    one "InsuredName" => insured_name,
    one "Name" => name,
    one "NameOfOther" => name_of_other,
    one "NameKana" => name_kana,
    one "NameOfOtherKana" => name_of_other_kana,
    one "Sex1" => sex1,
    one "Sex2" => sex2,
    one "Birthdate" => birthdate,
    one "Address" => address,
    one "PostNumber" => post_number,
    one "QualificationDate" => qualification_date,
    one "DisqualificationDate" => disqualification_date,
    one "InsuredCertificateIssuanceDate" => insured_certificate_issuance_date,
    one "InsuredCardValidDate" => insured_card_valid_date,
    one "InsuredCardExpirationDate" => insured_card_expiration_date,
    one "InsuredPartialContributionRatio" => insured_partial_contribution_ratio,
    one "PreschoolClassification" => preschool_classification,
    one "ReasonOfLoss" => reason_of_loss,
    one "InsurerName" => insurer_name,
    one "ElderlyRecipientCertificateInfo" => elderly_recipient_certificate_info,
    one "LimitApplicationCertificateRelatedConsFlg" => limit_application_certificate_related_cons_flg,
    one "LimitApplicationCertificateRelatedConsTime" => limit_application_certificate_related_cons_time,
    one "LimitApplicationCertificateRelatedInfo" => limit_application_certificate_related_info,
    one "SpecificDiseasesCertificateRelatedConsFlg" => specific_diseases_certificate_related_cons_flg,
    one "SpecificDiseasesCertificateRelatedConsTime" => specific_diseases_certificate_related_cons_time,
    list "SpecificDiseasesCertificateList" / "SpecificDiseasesCertificateInfo" => specific_diseases_certificates,
    list "PublicExpenseResultList" / "MedicalTicketInfo" => medical_tickets,
    consent "SpecificHealthCheckupsInfo" => specific_health_checkups_info,
    consent "PharmacistsInfo" => pharmacists_info,
    consent "DiagnosisInfo" => diagnosis_info,
    consent "OperationInfo" => operation_info,
    consent "DiagnosisName" => diagnosis_name,
    consent "InfectiousInfo" => infectious_info,
    consent "AllergyInfo" => allergy_info,
    consent "ContraindicationInfo" => contraindication_info,
    consent "TestInfo" => test_info,
    consent "PrescriptionInfo" => prescription_info,
    one "ReferenceNumber" => reference_number,
    one "QualificationConfirmationKey" => qualification_confirmation_key,
    one "LimitApplicationCertificateChanged" => limit_application_certificate_changed,
}}

elements! { ElderlyRecipientCertificateInfo {
    one "ElderlyRecipientCertificateDate" => elderly_recipient_certificate_date,
    one "ElderlyRecipientValidStartDate" => elderly_recipient_valid_start_date,
    one "ElderlyRecipientValidEndDate" => elderly_recipient_valid_end_date,
    one "ElderlyRecipientContributionRatio" => elderly_recipient_contribution_ratio,
}}

elements! { LimitApplicationCertificateRelatedInfo {
    one "LimitApplicationCertificateClassification" => limit_application_certificate_classification,
    one "LimitApplicationCertificateClassificationFlag" => limit_application_certificate_classification_flag,
    one "LimitApplicationCertificateDate" => limit_application_certificate_date,
    one "LimitApplicationCertificateValidStartDate" => limit_application_certificate_valid_start_date,
    one "LimitApplicationCertificateValidEndDate" => limit_application_certificate_valid_end_date,
    one "LimitApplicationCertificateLongTermDate" => limit_application_certificate_long_term_date,
}}

elements! { SpecificDiseasesCertificateInfo {
    one "SpecificDiseasesDiseaseCategory" => specific_diseases_disease_category,
    one "SpecificDiseasesCertificateDate" => specific_diseases_certificate_date,
    one "SpecificDiseasesValidStartDate" => specific_diseases_valid_start_date,
    one "SpecificDiseasesValidEndDate" => specific_diseases_valid_end_date,
    one "SpecificDiseasesSelfPay" => specific_diseases_self_pay,
}}

elements! { MedicalTicketInfo {
    one "TicketType" => ticket_type,
    one "MedicalTicketValidDate" => medical_ticket_valid_date,
    one "MedicalTicketExpirationDate" => medical_ticket_expiration_date,
    one "IssueNumber" => issue_number,
    one "MedicalTreatmentMonth" => medical_treatment_month,
    one "DesignatedMedicalInstitutionCode" => designated_medical_institution_code,
    one "DesignatedMedicalInstitutionFlag" => designated_medical_institution_flag,
    one "DesignatedMedicalInstitutionName" => designated_medical_institution_name,
    one "PrescriptionIssuerMedicalInstitutionCode" => prescription_issuer_medical_institution_code,
    one "PrescriptionIssuerMedicalInstitutionName" => prescription_issuer_medical_institution_name,
    one "InjuryName1" => injury_name1,
    one "InjuryName2" => injury_name2,
    one "InjuryName3" => injury_name3,
    one "MedicalTreatmentType" => medical_treatment_type,
    one "SelfPayAmount" => self_pay_amount,
    one "DistrictContactName" => district_contact_name,
    one "HandlingContactName" => handling_contact_name,
    one "SingleOrCombinedUse" => single_or_combined_use,
    one "StatusOfSocialInsurance" => status_of_social_insurance,
    one "ConsistencyFlag" => consistency_flag,
    one "StatusOfInfecton" => status_of_infecton,
    one "StatusOfElderlyMedicalCare" => status_of_elderly_medical_care,
    one "StatusOfPrefecturalExpenses" => status_of_prefectural_expenses,
    one "Remarks1" => remarks1,
    one "Remarks2" => remarks2,
    one "Remarks3" => remarks3,
}}
