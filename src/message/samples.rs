//! Documents for tests: with every optional part, and as a visit makes them.

use super::Style;
use super::bulk::*;
use super::checkup::*;
use super::inquiry::*;
use super::medication::*;
use super::order::ElementOrder;
use super::qualification::*;
use super::registration::*;
use super::subsidy::*;
use super::tree::Element;
use crate::random::Seed;
use crate::text::Encoding;

/// Every order in both encodings.
pub(super) fn styles() -> impl Iterator<Item = Style> {
    let shuffled = |seed| ElementOrder::Shuffled(Seed(seed), "a".into());
    let orders = [ElementOrder::Hash, ElementOrder::Spec, shuffled(3), shuffled(7)];
    orders.into_iter().flat_map(|order| {
        [Encoding::Utf8, Encoding::ShiftJis].map(|encoding| Style {
            encoding,
            order: order.clone(),
            ..Style::default()
        })
    })
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(super) fn request() -> QualificationRequest {
    QualificationRequest {
        qualification_confirmation_date: "20261121".into(),
        medical_institution_code: "1319999996".into(),
        arbitrary_file_identifier: some("20261121093000-a&b<c>"),
        search: search(),
    }
}

pub(super) fn registration() -> RegistrationRequest {
    RegistrationRequest {
        medical_institution_code: "1319999996".into(),
        arbitrary_file_identifier: some("20261121093000123-0a1b2c3d"),
        registration: RegistrationInfo {
            reference_number: "00012345".into(),
            insurer_number: "  138057".into(),
            insured_card_symbol: some("東京"),
            insured_identification_number: "1234567".into(),
            insured_branch_number: some("01"),
        },
    }
}

/// One of each bulk document: 01req, 01res, 02req, 02res.
pub(super) fn bulk() -> [Element; 4] {
    let time = "20261121093000".to_owned();
    let header = BulkRequestHeader {
        qualification_confirmation_date: some("20261121"),
        medical_institution_code: "1319999996".into(),
        arbitrary_file_identifier: some("20261121093000-a"),
    };
    let search = SearchInfo { insurer_number: "01139997".into(), ..search() };
    let number = "20261121000000000042".to_owned();
    let reception = BulkReception::received(&header, time.clone(), number.clone());
    let medical_institution_code = header.medical_institution_code.clone();
    let download = BulkDownload { medical_institution_code, reception_number: number, ..BulkDownload::default() };
    let unit = BulkConfirmUnit {
        search: Some(search.clone()),
        processing_result_status: "1".into(),
        qualification_validity: some("1"),
        records: vec![QualificationRecord {
            limit_application_certificate_changed: some("1"),
            ..face().records.remove(0)
        }],
        reference_numbers: vec!["00012345".into()],
        ..BulkConfirmUnit::default()
    };
    let result =
        BulkQualificationResult { header: BulkHeader::new(&download, time, "1").counting(1, 0), units: vec![unit] };
    let request = BulkQualificationRequest { header, rows: vec![search.clone(), search].into() };
    [request.to_tree(), reception.to_tree(), download.to_tree(), result.to_tree()]
}

fn search() -> SearchInfo {
    SearchInfo {
        insurer_number: "  138057".into(),
        insured_card_symbol: some("東京−１２"),
        insured_identification_number: "1234567".into(),
        insured_branch_number: some("01"),
        birthdate: "19500321".into(),
        limit_application_certificate_related_cons_flg: "1".into(),
        arbitrary_identifier: some("visit_42"),
    }
}

fn consent() -> Option<MedicalInformationConsent> {
    Some(MedicalInformationConsent { flg: "1".into(), time: some("20261121093000"), available: some("20261122093000") })
}

/// A face result as a visit makes it.
pub(super) fn face() -> QualificationResult {
    let record = QualificationRecord {
        insured_card_classification: "01".into(),
        insurer_number: some("  138057"),
        insured_card_symbol: some("千代田"),
        insured_identification_number: some("1234567"),
        insured_branch_number: some("01"),
        personal_family_classification: some("1"),
        name: "診療　太郎".into(),
        name_kana: some("ｼﾝﾘｮｳ ﾀﾛｳ"),
        sex1: "1".into(),
        birthdate: "19500321".into(),
        address: some("東京都千代田区霞が関１−２−３〜５　𠮷田荘"),
        post_number: some("100-0013"),
        insured_certificate_issuance_date: some("20250401"),
        insured_card_valid_date: some("20250401"),
        insurer_name: "千代田区".into(),
        limit_application_certificate_related_cons_flg: some("1"),
        limit_application_certificate_related_cons_time: some("20261121093000"),
        specific_diseases_certificate_related_cons_flg: some("0"),
        specific_health_checkups_info: consent(),
        pharmacists_info: consent(),
        diagnosis_info: Some(MedicalInformationConsent { flg: "0".into(), time: None, available: None }),
        reference_number: some("00012345"),
        ..QualificationRecord::default()
    };
    QualificationResult {
        header: ResultHeader {
            process_execution_time: "20261121093000".into(),
            qualification_confirmation_date: "20261121".into(),
            medical_institution_code: "1319999996".into(),
            arbitrary_file_identifier: some("ArnHCeDfNjMCFzg="),
            reference_classification: "1".into(),
            segment_of_result: "1".into(),
            character_code_identifier: "0".into(),
            ..ResultHeader::default()
        },
        processing_result_status: "1".into(),
        qualification_validity: some("1"),
        records: vec![record],
        request_pmh_file_name: some("PMHsimsm01req_1234567890ABCDEF2026112109300000_face.xml"),
        ..QualificationResult::default()
    }
}

/// A result with every part filled, two records of it.
pub(super) fn full_result() -> QualificationResult {
    let mut result = face();
    result.header.error_code = some("MDG-T000");
    result.header.error_message = some("試験");
    result.prescription_issue_select = some("1");
    result.processing_result_code = some("MDG-T002");
    result.processing_result_message = some("証明書の有効期限が近づいています");
    result.search = Some(search());
    let template = result.records.remove(0);
    let record = QualificationRecord {
        insured_name: some("診療　一郎"),
        name_of_other: some("通称　太郎"),
        name_of_other_kana: some("ﾂｳｼｮｳ ﾀﾛｳ"),
        sex2: some("2"),
        qualification_date: some("20250401"),
        disqualification_date: some("20270331"),
        insured_card_expiration_date: some("20270331"),
        insured_partial_contribution_ratio: some("010"),
        preschool_classification: some("1"),
        reason_of_loss: some("99"),
        elderly_recipient_certificate_info: Some(elderly()),
        limit_application_certificate_related_info: Some(limit_certificate()),
        specific_diseases_certificate_related_cons_flg: some("1"),
        specific_diseases_certificate_related_cons_time: some("20261121093000"),
        specific_diseases_certificates: vec![disease("1"), disease("2")],
        medical_tickets: vec![ticket(), ticket()],
        diagnosis_info: consent(),
        operation_info: consent(),
        diagnosis_name: consent(),
        infectious_info: consent(),
        allergy_info: Some(MedicalInformationConsent { flg: "0".into(), time: None, available: None }),
        contraindication_info: consent(),
        test_info: consent(),
        prescription_info: consent(),
        qualification_confirmation_key: some("0123456789abcdef"),
        ..template
    };
    let second = QualificationRecord { insured_card_classification: "A1".into(), ..record.clone() };
    result.records = vec![record, second];
    result
}

fn elderly() -> ElderlyRecipientCertificateInfo {
    ElderlyRecipientCertificateInfo {
        elderly_recipient_certificate_date: some("20250801"),
        elderly_recipient_valid_start_date: some("20250801"),
        elderly_recipient_valid_end_date: some("20270731"),
        elderly_recipient_contribution_ratio: some("020"),
    }
}

fn limit_certificate() -> LimitApplicationCertificateRelatedInfo {
    LimitApplicationCertificateRelatedInfo {
        limit_application_certificate_classification: some("01"),
        limit_application_certificate_classification_flag: some("A03"),
        limit_application_certificate_date: some("20250801"),
        limit_application_certificate_valid_start_date: some("20250801"),
        limit_application_certificate_valid_end_date: some("20270731"),
        limit_application_certificate_long_term_date: some("20260101"),
    }
}

fn disease(category: &str) -> SpecificDiseasesCertificateInfo {
    SpecificDiseasesCertificateInfo {
        specific_diseases_disease_category: some(category),
        specific_diseases_certificate_date: some("20250801"),
        specific_diseases_valid_start_date: some("20250801"),
        specific_diseases_valid_end_date: some("20270731"),
        specific_diseases_self_pay: some("10000"),
    }
}

fn ticket() -> MedicalTicketInfo {
    MedicalTicketInfo {
        ticket_type: some("01"),
        medical_ticket_valid_date: some("20261101"),
        medical_ticket_expiration_date: some("20261130"),
        issue_number: some("123456"),
        medical_treatment_month: some("202611"),
        designated_medical_institution_code: some("1319999996"),
        designated_medical_institution_flag: some("0"),
        designated_medical_institution_name: some("窓口医院"),
        prescription_issuer_medical_institution_code: some("1319999996"),
        prescription_issuer_medical_institution_name: some("窓口医院"),
        injury_name1: some("高血圧症"),
        injury_name2: some("糖尿病"),
        injury_name3: some("腰痛症"),
        medical_treatment_type: some("02"),
        self_pay_amount: some("1500"),
        district_contact_name: some("地区　花子"),
        handling_contact_name: some("取扱　次郎"),
        single_or_combined_use: some("02"),
        status_of_social_insurance: some("01"),
        consistency_flag: some("1"),
        status_of_infecton: some("02"),
        status_of_elderly_medical_care: some("02"),
        status_of_prefectural_expenses: some("02"),
        remarks1: some("備考一"),
        remarks2: some("備考二"),
        remarks3: some("備考三"),
    }
}

/// A month of 自己負担上限額管理票 with every part filled, two visits in it.
fn management(month: &str) -> LimitManagement {
    let record = ManagementRecord {
        used_on: format!("{month}05"),
        institution_code: some("1319999996"),
        institution_name: some("窓口医院"),
        medical_cost: Some(12_000),
        copayment: Some(1_200),
        corrected: true,
        remarks: some("院外処方"),
    };
    let second = ManagementRecord { corrected: false, ..record.clone() };
    LimitManagement {
        segment: some("1"),
        segment_name: some("自己負担上限額管理票"),
        month: month.into(),
        limit: Some(10_000),
        total: Some(2_400),
        records: vec![record, second],
    }
}

/// A subsidy answer with every part of R8 filled, two certificates of it.
pub(super) fn subsidies() -> SubsidyDocument {
    let limit = |kind: &str| CopaymentLimit {
        kind: kind.to_owned(),
        definition: Some("1".to_owned()),
        ratio_day: Some(10),
        ratio_month: Some(10),
        ratio_visit: Some(10),
        amount_day: Some(500),
        amount_month: Some(10_000),
        amount_visit: Some(600),
        times_per_month: Some(2),
    };
    let item = |name: &str, value: Option<&str>, items| FaceItem {
        name: name.to_owned(),
        value: value.map(str::to_owned),
        items,
    };
    let guardian = item("住所", None, vec![item("市区町村", some("千代田区").as_deref(), vec![])]);
    let certificate = SubsidyCertificate {
        certification_name: "自立支援医療受給者証(育成医療)".into(),
        insurer_number: some("16139996"),
        recipient_number: some("0000018"),
        segment: some("育成"),
        income_segment: some("中間1"),
        additional_conditions: some("01-1;02-2"),
        designated_medical_institutions: some("窓口医院"),
        always_reimbursement: true,
        limits: vec![limit("0"), limit("4")],
        joint_in_out: Some(false),
        joint_kinds: vec!["1".into(), "2".into()],
        first_visit: some("初診時のみ"),
        meal_ratio: Some(50),
        meal_limit: Some(460),
        method: some("3"),
        meal_subsidy: Some(true),
        management: vec![management("202611"), management("202610")],
        valid_from: "20260401".into(),
        valid_to: "20270331".into(),
        face_items: vec![item("受診者", None, vec![item("氏名", Some("愛知花子"), vec![]), guardian])],
        hash: some("9f86d081884c7d65"),
    };
    let second =
        SubsidyCertificate { certification_name: "子ども医療費受給者証".into(), ..certificate.clone() };
    SubsidyDocument {
        process_execution_time: "20261121093001".into(),
        qualification_confirmation_date: "20261121".into(),
        medical_institution_code: "1319999996".into(),
        certificates: vec![certificate, second],
    }
}

fn inquiry() -> InquiryHeader {
    InquiryHeader {
        medical_institution_code: "1319999996".into(),
        insurer_number: "01139997".into(),
        insurance_card_symbol: some("９９０１"),
        insured_person_identification_number: "101".into(),
        branch_number: some("00"),
        arbitrary_file_identifier: some("20261121093000-a&b<c>"),
    }
}

pub(super) fn medication_request() -> MedicationRequest {
    MedicationRequest {
        header: inquiry(),
        wanted: MedicationInquiry {
            start_date: some("202601"),
            end_date: some("202611"),
            file_category: "4".into(),
            pr_di_inf_classification: some("1"),
            medical_treatment_flag: some("1"),
        },
    }
}

pub(super) fn checkup_request() -> CheckupRequest {
    CheckupRequest {
        header: inquiry(),
        wanted: CheckupInquiry {
            file_category: "2".into(),
            pr_di_inf_classification: some("1"),
            medical_treatment_flag: some("1"),
        },
    }
}

/// An answer with every item that each origin has a tag for.
pub(super) fn medication() -> MedicationResult {
    let drug = Drug {
        code: some("629999101"),
        quantity: some("3"),
        usage: some("１日３回毎食後"),
        instruction: some("一包化"),
        times: some("5"),
        ingredient: some("Ｌ－カルボシステイン"),
        class: some("21"),
        unit: some("錠"),
        name: some("カルボシステイン錠５００ｍｇ"),
    };
    let procedure = Procedure {
        name: some("内シャント設置術"),
        code: some("159999314"),
        class: some("50"),
        quantity: some("1"),
        times: some("2"),
        unit: some("回"),
    };
    let month = |dispensed_on: Option<String>, procedures: Vec<Procedure>| Month {
        issue_class: some("2"),
        institution_code: some("1349950012"),
        prescriber_code: some("1319950018"),
        institution_name: some("見本薬局　駅前店"),
        month: some("202610"),
        prescriber_name: some("架空内科クリニック"),
        own_issue: some("1"),
        in_out: some("2"),
        dates: vec![Treated { dispensed_on, prescribed_on: some("20261001"), drugs: vec![drug.clone()], procedures }],
    };
    let person = QuaInf {
        name: some("診療　太郎"),
        kana_name: some("ｼﾝﾘｮｳ ﾀﾛｳ"),
        birth: some("19500321"),
        adm_gend_code: some("1"),
    };
    let header = InquiryResult { qua_inf: Some(person), ..InquiryResult::success(&inquiry(), "20261121093000".into()) };
    let history = History {
        receipt: vec![month(some("20261002"), vec![procedure])],
        prescribed: vec![month(None, vec![])],
        dispensed: vec![month(some("20261002"), vec![]), month(some("20261009"), vec![])],
    };
    MedicationResult { header, history }
}

pub(super) fn checkup() -> CheckupResult {
    let item = |code: &str, name: &str, data_type: &str, value: &str| CheckupItem {
        item_code: some(code),
        item_name: some(name),
        data_type: some(data_type),
        data_value: some(value),
        ..CheckupItem::default()
    };
    let weight = CheckupItem { unit: some("kg"), ..item("9N006000000000001", "体重", "PQ", "68.4") };
    let smokes = item("9N736000000000011", "喫煙", "CD", "3");
    let smokes = CheckupItem { oid: some("2.999.6.2021"), data_value_name: some("いいえ"), ..smokes };
    let person = QualificationsInfo {
        name: some("診療　太郎"),
        kanas_name: some("ｼﾝﾘｮｳ ﾀﾛｳ"),
        birthday: some("19500321"),
        administrative_gender_code: some("1"),
    };
    let header = InquiryResult::success(&inquiry(), "20261121093000".into());
    CheckupResult {
        header: InquiryResult { qualifications_info: Some(person), ..header },
        checkups: vec![
            Checkup { effective_time: some("20260610"), items: vec![weight.clone(), smokes] },
            Checkup { effective_time: some("20250605"), items: vec![weight] },
        ],
    }
}

/// An answer of either kind that tells why there is nothing.
pub(super) fn refused_inquiry() -> MedicationResult {
    let header = InquiryResult::failure(&inquiry(), "20261121093000".into(), "MDG-Y0003E 薬剤情報: 同意がありません。");
    MedicationResult { header, ..MedicationResult::default() }
}
