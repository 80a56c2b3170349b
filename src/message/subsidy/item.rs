//! What a layout may place: the items of a subsidy document, each as text and back.

use serde::Deserialize;

use super::{CopaymentLimit, LimitManagement, ManagementRecord, SubsidyCertificate, SubsidyDocument};

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
    Method,
    MealSubsidy,
    ValidFrom,
    ValidTo,
    FaceItems,
    Management,
    Hash,
}

/// Items of one row of 自己負担上限額.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "named after the fields of CopaymentLimit")]
pub enum LimitItem {
    Kind,
    Definition,
    RatioDay,
    RatioMonth,
    RatioVisit,
    AmountDay,
    AmountMonth,
    AmountVisit,
    TimesPerMonth,
}

/// Items of a 管理票.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "named after the fields of LimitManagement")]
pub enum ManagementItem {
    Segment,
    SegmentName,
    Month,
    Limit,
    Total,
    Records,
}

/// Items of one visit on a 管理票.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "named after the fields of ManagementRecord")]
pub enum RecordItem {
    UsedOn,
    InstitutionCode,
    InstitutionName,
    MedicalCost,
    Copayment,
    Corrected,
    Remarks,
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
    /// The values, one per element; none when absent. Limits, 管理票 and face items are groups and not given here.
    pub(super) fn get(self, c: &SubsidyCertificate) -> Vec<String> {
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
            Self::MealRatio => digits(c.meal_ratio),
            Self::MealLimit => digits(c.meal_limit),
            Self::Method => one(&c.method),
            Self::MealSubsidy => c.meal_subsidy.into_iter().map(flag).collect(),
            Self::ValidFrom => vec![c.valid_from.clone()],
            Self::ValidTo => vec![c.valid_to.clone()],
            Self::Hash => one(&c.hash),
            Self::Limits | Self::Management | Self::FaceItems => Vec::new(),
        }
    }

    /// Takes one element's value. False when it is not of the item's form.
    pub(super) fn set(self, c: &mut SubsidyCertificate, value: &str) -> bool {
        match self {
            Self::CertificationName => value.clone_into(&mut c.certification_name),
            Self::InsurerNumber => c.insurer_number = text(value),
            Self::RecipientNumber => c.recipient_number = text(value),
            Self::Segment => c.segment = text(value),
            Self::IncomeSegment => c.income_segment = text(value),
            Self::AdditionalConditions => c.additional_conditions = text(value),
            Self::DesignatedMedicalInstitutions => c.designated_medical_institutions = text(value),
            Self::AlwaysReimbursement => c.always_reimbursement = value == "1",
            Self::JointInOut => c.joint_in_out = Some(value == "1"),
            Self::JointKinds => c.joint_kinds.push(value.to_owned()),
            Self::FirstVisit => c.first_visit = text(value),
            Self::MealRatio => return number(&mut c.meal_ratio, value),
            Self::MealLimit => return number(&mut c.meal_limit, value),
            Self::Method => c.method = text(value),
            Self::MealSubsidy => c.meal_subsidy = Some(value == "1"),
            Self::ValidFrom => value.clone_into(&mut c.valid_from),
            Self::ValidTo => value.clone_into(&mut c.valid_to),
            Self::Hash => c.hash = text(value),
            Self::Limits | Self::Management | Self::FaceItems => {}
        }
        let is_flag = matches!(self, Self::AlwaysReimbursement | Self::JointInOut | Self::MealSubsidy);
        !is_flag || is_flag_value(value)
    }
}

impl ManagementItem {
    /// The value, where there is one. Records are groups and not given here.
    pub(super) fn get(self, management: &LimitManagement) -> Vec<String> {
        match self {
            Self::Segment => one(&management.segment),
            Self::SegmentName => one(&management.segment_name),
            Self::Month => vec![management.month.clone()],
            Self::Limit => digits(management.limit),
            Self::Total => digits(management.total),
            Self::Records => Vec::new(),
        }
    }

    /// Takes the element's value. False when it is not of the item's form.
    pub(super) fn set(self, management: &mut LimitManagement, value: &str) -> bool {
        match self {
            Self::Segment => management.segment = text(value),
            Self::SegmentName => management.segment_name = text(value),
            Self::Month => value.clone_into(&mut management.month),
            Self::Limit => return number(&mut management.limit, value),
            Self::Total => return number(&mut management.total, value),
            Self::Records => {}
        }
        true
    }
}

impl RecordItem {
    /// The value, where there is one.
    pub(super) fn get(self, record: &ManagementRecord) -> Vec<String> {
        match self {
            Self::UsedOn => vec![record.used_on.clone()],
            Self::InstitutionCode => one(&record.institution_code),
            Self::InstitutionName => one(&record.institution_name),
            Self::MedicalCost => digits(record.medical_cost),
            Self::Copayment => digits(record.copayment),
            Self::Corrected => vec![flag(record.corrected)],
            Self::Remarks => one(&record.remarks),
        }
    }

    /// Takes the element's value. False when it is not of the item's form.
    pub(super) fn set(self, record: &mut ManagementRecord, value: &str) -> bool {
        match self {
            Self::UsedOn => value.clone_into(&mut record.used_on),
            Self::InstitutionCode => record.institution_code = text(value),
            Self::InstitutionName => record.institution_name = text(value),
            Self::MedicalCost => return number(&mut record.medical_cost, value),
            Self::Copayment => return number(&mut record.copayment, value),
            Self::Corrected => {
                record.corrected = value == "1";
                return is_flag_value(value);
            }
            Self::Remarks => record.remarks = text(value),
        }
        true
    }
}

impl LimitItem {
    pub(super) fn get(self, limit: &CopaymentLimit) -> Option<String> {
        let mut copy = limit.clone();
        match self {
            Self::Kind => Some(copy.kind).filter(|kind| !kind.is_empty()),
            Self::Definition => copy.definition.filter(|definition| !definition.is_empty()),
            number => number.slot(&mut copy).and_then(|slot| slot.as_ref().map(u32::to_string)),
        }
    }

    pub(super) fn set(self, limit: &mut CopaymentLimit, value: &str) -> bool {
        if let Some(slot) = self.slot(limit) {
            return number(slot, value);
        }
        match self {
            Self::Definition => limit.definition = text(value),
            _ => value.clone_into(&mut limit.kind),
        }
        true
    }

    /// The number behind the item; `None` for those that are text.
    fn slot(self, limit: &mut CopaymentLimit) -> Option<&mut Option<u32>> {
        Some(match self {
            Self::Kind | Self::Definition => return None,
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

/// A text that is there.
fn one(value: &Option<String>) -> Vec<String> {
    value.iter().filter(|value| !value.is_empty()).cloned().collect()
}

/// A number that is there.
fn digits(value: Option<u32>) -> Vec<String> {
    value.iter().map(u32::to_string).collect()
}

fn text(value: &str) -> Option<String> {
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

fn flag(value: bool) -> String {
    if value { "1" } else { "0" }.to_owned()
}

fn is_flag_value(value: &str) -> bool {
    matches!(value, "0" | "1")
}

fn number(slot: &mut Option<u32>, value: &str) -> bool {
    *slot = value.parse().ok();
    slot.is_some()
}
