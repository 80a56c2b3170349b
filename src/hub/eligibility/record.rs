//! `ResultOfQualificationConfirmation`: one qualification as the institution sees it (spec/oqs-interface.md §2.2, rows 1–39).

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};

use super::insured::Insured;
use super::key::qualification_confirmation_key;
use super::ticket;
use super::validity::{MEDICAL_ASSISTANCE, is_valid};
use crate::clock::{date8, time14};
use crate::message::qualification::{
    ElderlyRecipientCertificateInfo, LimitApplicationCertificateRelatedInfo, MedicalInformationConsent,
    QualificationRecord, SpecificDiseasesCertificateInfo,
};
use crate::number::InsurerNumber;
use crate::people::{Elderly, Limit, Qualification, SpecificDisease};

/// A consent lasts 24 hours (§2.2, [A]).
pub(super) const CONSENT_HOURS: i32 = 24;

/// What was agreed to; `None` = the group is not part of this answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Agreed {
    /// 限度額
    pub limit: Option<bool>,
    /// 特定疾病療養受療証
    pub specific_disease: Option<bool>,
    /// 特定健診
    pub health_checkup: Option<bool>,
    /// 薬剤 and 診療: one screen sets both
    pub diagnosis_and_pharmacists: Option<bool>,
    /// 手術
    pub operation: Option<bool>,
    /// Whether the groups of 電子カルテ情報共有 are part of this answer; they are asked with those above.
    pub emr_sharing: bool,
}

/// When a consent was given and until when it holds.
#[derive(Debug, Clone, Copy)]
pub struct Consented {
    /// …ConsTime
    pub given: DateTime,
    /// …AvailableTime
    pub until: DateTime,
}

impl Consented {
    /// At a reader, or by a request: at this moment, for 24 hours.
    pub fn now(time: DateTime) -> Self {
        Self { given: time, until: time.saturating_add(CONSENT_HOURS.hours()) }
    }
}

/// Which 医療券・調剤券 an answer shows.
#[derive(Debug, Clone, Copy)]
pub enum Tickets<'a> {
    /// None: a row of `OQSmuquc02res`.
    None,
    /// Those that hold on 資格確認日.
    OfTheDay,
    /// Those of a 診療年月, `YYYYMM`.
    OfMonth(&'a str),
}

/// The circumstances of an answer that its records depend on.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// ProcessExecutionTime
    pub time: DateTime,
    /// The time of every consent.
    pub consented: Consented,
    /// 資格確認日
    pub day: Date,
    /// Who asks.
    pub institution: &'a str,
    /// What was agreed to.
    pub agreed: Agreed,
    /// 照会番号 under which the institution keeps the person.
    pub reference_number: Option<&'a str>,
    /// Does a record carry its 資格確認キー yet?
    pub with_key: bool,
    /// Which tickets are shown.
    pub tickets: Tickets<'a>,
    /// A row of a bulk query: no 限度額 certificate, but whether it changed.
    pub tells_limit_change: bool,
}

/// The record of one qualification.
pub fn record(insured: &Insured, held: &Qualification, circumstances: &Circumstances<'_>) -> QualificationRecord {
    let (day, agreed) = (circumstances.day, circumstances.agreed);
    let time = time14(circumstances.consented.given);
    let expired = circumstances.consented.until < circumstances.time;
    let given = |asked: Option<bool>| asked == Some(true) && !expired && is_valid(held, day);
    let group = |agreed: Option<bool>| agreed.map(|agreed| consent(agreed, circumstances.consented, expired));
    // OQSCD036 says what one consent covers since: YZK 薬剤・処方, SRJ 診療・その他アレルギー等・薬剤アレルギー等・検査,
    // SHJ 手術・傷病名・感染症.
    let shared = |asked: Option<bool>| group(asked.filter(|_| agreed.emr_sharing));
    let (with_diagnosis, with_operation) = (shared(agreed.diagnosis_and_pharmacists), shared(agreed.operation));
    QualificationRecord {
        limit_application_certificate_related_cons_flg: agreed.limit.map(flag),
        limit_application_certificate_related_cons_time: (agreed.limit == Some(true)).then(|| time.clone()),
        limit_application_certificate_related_info: held
            .limit
            .as_ref()
            .filter(|limit| given(agreed.limit) && valid_on(day, limit.valid_from, limit.valid_until))
            .map(limit_info),
        specific_diseases_certificate_related_cons_flg: agreed
            .specific_disease
            .map(|agreed| consent_flag(agreed, expired)),
        specific_diseases_certificate_related_cons_time: (agreed.specific_disease == Some(true)).then_some(time),
        specific_diseases_certificates: match given(agreed.specific_disease) {
            true => valid_diseases(held, day).map(specific_disease_info).collect(),
            false => Vec::new(),
        },
        specific_health_checkups_info: group(agreed.health_checkup),
        pharmacists_info: group(agreed.diagnosis_and_pharmacists),
        diagnosis_info: group(agreed.diagnosis_and_pharmacists),
        operation_info: group(agreed.operation),
        diagnosis_name: with_operation.clone(),
        infectious_info: with_operation,
        allergy_info: with_diagnosis.clone(),
        contraindication_info: with_diagnosis.clone(),
        test_info: with_diagnosis.clone(),
        prescription_info: with_diagnosis,
        reference_number: circumstances.reference_number.map(str::to_owned),
        qualification_confirmation_key: circumstances
            .with_key
            .then(|| qualification_confirmation_key(insured, held, day)),
        limit_application_certificate_changed: (circumstances.tells_limit_change && !is_assistance(held))
            .then(|| flag(limit_changed(held, day))),
        medical_tickets: match circumstances.tickets {
            Tickets::None => Vec::new(),
            // Most people have none.
            _ if held.medical_tickets.is_empty() => Vec::new(),
            Tickets::OfTheDay => ticket::seen_by(held, day, circumstances.institution),
            Tickets::OfMonth(month) => ticket::of_month(held, month, circumstances.institution),
        },
        elderly_recipient_certificate_info: held
            .elderly
            .as_ref()
            .filter(|elderly| valid_on(day, elderly.valid_from, elderly.valid_until))
            .map(elderly_info),
        preschool_classification: (is_preschool(insured.birthdate, day) && !is_assistance(held))
            .then(|| "1".to_owned()),
        ..person_and_insurance(insured, held)
    }
}

/// 保険者番号 has eight characters in every result: the six digits of 国保 have blanks before them (§1.4, [A]). Other spellings stay.
fn eight_characters(registered: &str) -> String {
    let six = (registered.len() == 6).then(|| InsurerNumber::new(registered));
    match six.filter(InsurerNumber::is_national_health_insurance) {
        Some(number) => number.padded(),
        None => registered.to_owned(),
    }
}

/// Rows 1–25 as they are registered.
fn person_and_insurance(insured: &Insured, held: &Qualification) -> QualificationRecord {
    QualificationRecord {
        insured_card_classification: held.insured_card_classification.clone(),
        insurer_number: held.insurer_number.as_deref().map(eight_characters),
        insured_card_symbol: held.symbol.clone(),
        insured_identification_number: held.number.clone(),
        insured_branch_number: held.branch.clone(),
        personal_family_classification: held.personal_family.clone(),
        insured_name: held.insured_name.clone(),
        name: insured.name.clone(),
        name_of_other: insured.name_of_other.clone(),
        name_kana: insured.name_kana.clone(),
        name_of_other_kana: insured.name_of_other_kana.clone(),
        sex1: insured.sex.clone(),
        sex2: insured.sex_on_card.clone(),
        birthdate: date8(insured.birthdate),
        address: insured.address.clone(),
        post_number: insured.post_number.clone(),
        qualification_date: held.qualified_on.map(date8),
        disqualification_date: held.lost_on.map(date8),
        insured_certificate_issuance_date: held.issued_on.map(date8),
        insured_card_valid_date: held.valid_from.map(date8),
        insured_card_expiration_date: held.valid_until.map(date8),
        insured_partial_contribution_ratio: held.contribution_ratio.clone(),
        reason_of_loss: held.reason_of_loss.clone(),
        insurer_name: held.insurer_name.clone(),
        ..QualificationRecord::default()
    }
}

/// The 特定疾病療養受療証 that hold on `day`.
pub fn valid_diseases(held: &Qualification, day: Date) -> impl Iterator<Item = &SpecificDisease> {
    held.specific_diseases.iter().filter(move |disease| valid_on(day, disease.valid_from, disease.valid_until))
}

/// An open end is no end.
pub fn valid_on(day: Date, from: Option<Date>, until: Option<Date>) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
}

/// Whether a 限度額 certificate came or went within the month before `day`. The real rule is not public; our reading of OQSCD014 [C]:
/// a clinic asks in bulk once a month.
fn limit_changed(held: &Qualification, day: Date) -> bool {
    let holds = |day: Date| held.limit.as_ref().is_some_and(|limit| valid_on(day, limit.valid_from, limit.valid_until));
    holds(day) != holds(day.saturating_sub(1.month()))
}

fn is_assistance(held: &Qualification) -> bool {
    held.insured_card_classification == MEDICAL_ASSISTANCE
}

fn flag(agreed: bool) -> String {
    if agreed { "1" } else { "0" }.to_owned()
}

/// OQSCD016: 2 is a consent that was given and has ended (訪問 and オンライン only).
fn consent_flag(agreed: bool, expired: bool) -> String {
    if agreed && expired { "2".to_owned() } else { flag(agreed) }
}

/// With flag 0 the times are absent (§2.2, [B]); with flag 2 they tell when it was given and when it ended ([C]).
fn consent(agreed: bool, consented: Consented, expired: bool) -> MedicalInformationConsent {
    MedicalInformationConsent {
        flg: consent_flag(agreed, expired),
        time: agreed.then(|| time14(consented.given)),
        available: agreed.then(|| time14(consented.until)),
    }
}

fn limit_info(limit: &Limit) -> LimitApplicationCertificateRelatedInfo {
    LimitApplicationCertificateRelatedInfo {
        limit_application_certificate_classification: Some(limit.classification.clone()),
        limit_application_certificate_classification_flag: Some(limit.classification_flag.clone()),
        limit_application_certificate_date: limit.issued_on.map(date8),
        limit_application_certificate_valid_start_date: limit.valid_from.map(date8),
        limit_application_certificate_valid_end_date: limit.valid_until.map(date8),
        limit_application_certificate_long_term_date: limit.long_term_on.map(date8),
    }
}

fn elderly_info(elderly: &Elderly) -> ElderlyRecipientCertificateInfo {
    ElderlyRecipientCertificateInfo {
        elderly_recipient_certificate_date: elderly.issued_on.map(date8),
        elderly_recipient_valid_start_date: elderly.valid_from.map(date8),
        elderly_recipient_valid_end_date: elderly.valid_until.map(date8),
        elderly_recipient_contribution_ratio: elderly.contribution_ratio.clone(),
    }
}

fn specific_disease_info(disease: &SpecificDisease) -> SpecificDiseasesCertificateInfo {
    SpecificDiseasesCertificateInfo {
        specific_diseases_disease_category: Some(disease.category.clone()),
        specific_diseases_certificate_date: disease.issued_on.map(date8),
        specific_diseases_valid_start_date: disease.valid_from.map(date8),
        specific_diseases_valid_end_date: disease.valid_until.map(date8),
        specific_diseases_self_pay: disease.self_pay.map(|yen| yen.to_string()),
    }
}

/// 未就学 (OQSCD015): until the first 31 March on or after the day on which the child reaches six, which by law is the day before
/// the birthday.
fn is_preschool(birthdate: Date, day: Date) -> bool {
    let reaches_six = birthdate.saturating_add(6.years()).saturating_sub(1.day());
    let this_march = date(reaches_six.year(), 3, 31);
    let last = if reaches_six <= this_march { this_march } else { this_march.saturating_add(1.year()) };
    birthdate <= day && day <= last
}
