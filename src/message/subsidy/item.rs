//! What a layout may place: the items of a subsidy document, each as text and back.

use serde::Deserialize;

use super::{CopaymentLimit, SubsidyCertificate, SubsidyDocument};

/// Items of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "named after the fields of SubsidyDocument")]
pub enum HeaderItem {
    ProcessExecutionTime,
    QualificationConfirmationDate,
    MedicalInstitutionCode,
    /// Always 1: a failure is an `.err`.
    SegmentOfResult,
    /// Set by whoever encodes the document.
    CharacterCodeIdentifier,
}

/// Items of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "named after the fields of SubsidyCertificate")]
pub enum CertificateItem {
    CertificationName,
    InsurerNumber,
    RecipientNumber,
    Segment,
    IncomeSegment,
    AdditionalConditions,
    DesignatedMedicalInstitutions,
    AlwaysReimbursement,
    Limits,
    JointInOut,
    JointKinds,
    FirstVisit,
    MealRatio,
    MealLimit,
    ValidFrom,
    ValidTo,
    FaceItems,
    Hash,
}

/// Items of one row of 自己負担上限額.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "named after the fields of CopaymentLimit")]
pub enum LimitItem {
    Kind,
    RatioDay,
    RatioMonth,
    RatioVisit,
    AmountDay,
    AmountMonth,
    AmountVisit,
    TimesPerMonth,
}

/// Parts of an item printed on the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "named after the fields of FaceItem")]
pub enum FacePart {
    Name,
    Value,
    Items,
}

impl HeaderItem {
    pub(super) fn get(self, document: &SubsidyDocument) -> String {
        match self {
            Self::ProcessExecutionTime => document.process_execution_time.clone(),
            Self::QualificationConfirmationDate => document.qualification_confirmation_date.clone(),
            Self::MedicalInstitutionCode => document.medical_institution_code.clone(),
            Self::SegmentOfResult => "1".to_owned(),
            Self::CharacterCodeIdentifier => "0".to_owned(),
        }
    }

    pub(super) fn set(self, document: &mut SubsidyDocument, value: &str) {
        match self {
            Self::ProcessExecutionTime => value.clone_into(&mut document.process_execution_time),
            Self::QualificationConfirmationDate => value.clone_into(&mut document.qualification_confirmation_date),
            Self::MedicalInstitutionCode => value.clone_into(&mut document.medical_institution_code),
            Self::SegmentOfResult | Self::CharacterCodeIdentifier => {}
        }
    }
}

impl CertificateItem {
    /// The values, one per element; none when absent. Limits and face items are groups and not given here.
    pub(super) fn get(self, c: &SubsidyCertificate) -> Vec<String> {
        let one = |value: &Option<String>| value.iter().filter(|v| !v.is_empty()).cloned().collect();
        let number = |value: Option<u32>| value.iter().map(u32::to_string).collect();
        match self {
            Self::CertificationName => vec![c.certification_name.clone()],
            Self::InsurerNumber => one(&c.insurer_number),
            Self::RecipientNumber => one(&c.recipient_number),
            Self::Segment => one(&c.segment),
            Self::IncomeSegment => one(&c.income_segment),
            Self::AdditionalConditions => one(&c.additional_conditions),
            Self::DesignatedMedicalInstitutions => one(&c.designated_medical_institutions),
            Self::AlwaysReimbursement => vec![flag(c.always_reimbursement)],
            Self::JointInOut => c.joint_in_out.into_iter().map(flag).collect(),
            Self::JointKinds => c.joint_kinds.clone(),
            Self::FirstVisit => one(&c.first_visit),
            Self::MealRatio => number(c.meal_ratio),
            Self::MealLimit => number(c.meal_limit),
            Self::ValidFrom => vec![c.valid_from.clone()],
            Self::ValidTo => vec![c.valid_to.clone()],
            Self::Hash => one(&c.hash),
            Self::Limits | Self::FaceItems => Vec::new(),
        }
    }

    /// Takes one element's value. False when it is not of the item's form.
    pub(super) fn set(self, c: &mut SubsidyCertificate, value: &str) -> bool {
        let text = || Some(value.to_owned()).filter(|v| !v.is_empty());
        match self {
            Self::CertificationName => value.clone_into(&mut c.certification_name),
            Self::InsurerNumber => c.insurer_number = text(),
            Self::RecipientNumber => c.recipient_number = text(),
            Self::Segment => c.segment = text(),
            Self::IncomeSegment => c.income_segment = text(),
            Self::AdditionalConditions => c.additional_conditions = text(),
            Self::DesignatedMedicalInstitutions => c.designated_medical_institutions = text(),
            Self::AlwaysReimbursement => c.always_reimbursement = value == "1",
            Self::JointInOut => c.joint_in_out = Some(value == "1"),
            Self::JointKinds => c.joint_kinds.push(value.to_owned()),
            Self::FirstVisit => c.first_visit = text(),
            Self::MealRatio => return number(&mut c.meal_ratio, value),
            Self::MealLimit => return number(&mut c.meal_limit, value),
            Self::ValidFrom => value.clone_into(&mut c.valid_from),
            Self::ValidTo => value.clone_into(&mut c.valid_to),
            Self::Hash => c.hash = text(),
            Self::Limits | Self::FaceItems => {}
        }
        !matches!(self, Self::AlwaysReimbursement | Self::JointInOut) || matches!(value, "0" | "1")
    }
}

impl LimitItem {
    pub(super) fn get(self, limit: &CopaymentLimit) -> Option<String> {
        let mut copy = limit.clone();
        match self {
            Self::Kind => Some(copy.kind).filter(|kind| !kind.is_empty()),
            number => number.slot(&mut copy).and_then(|slot| slot.as_ref().map(u32::to_string)),
        }
    }

    pub(super) fn set(self, limit: &mut CopaymentLimit, value: &str) -> bool {
        match self.slot(limit) {
            Some(slot) => number(slot, value),
            None => {
                value.clone_into(&mut limit.kind);
                true
            }
        }
    }

    /// The number behind the item; `None` for the kind, which is text.
    fn slot(self, limit: &mut CopaymentLimit) -> Option<&mut Option<u32>> {
        Some(match self {
            Self::Kind => return None,
            Self::RatioDay => &mut limit.ratio_day,
            Self::RatioMonth => &mut limit.ratio_month,
            Self::RatioVisit => &mut limit.ratio_visit,
            Self::AmountDay => &mut limit.amount_day,
            Self::AmountMonth => &mut limit.amount_month,
            Self::AmountVisit => &mut limit.amount_visit,
            Self::TimesPerMonth => &mut limit.times_per_month,
        })
    }
}

fn flag(value: bool) -> String {
    if value { "1" } else { "0" }.to_owned()
}

fn number(slot: &mut Option<u32>, value: &str) -> bool {
    *slot = value.parse().ok();
    slot.is_some()
}
