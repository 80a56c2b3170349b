//! `[[subsidies]]`

use jiff::civil::Date;

use crate::clock::date8;
use crate::message::subsidy::{LimitManagement, ManagementRecord, SubsidyCertificate};
use crate::people::{ManagementProfile, ManagementRecordProfile, Subsidy, SubsidyProfile};

impl SubsidyProfile {
    pub(super) fn settle(&self, today: Date) -> Subsidy {
        Subsidy {
            certificate: SubsidyCertificate {
                certification_name: self.certification_name.clone(),
                insurer_number: self.insurer_number.clone(),
                recipient_number: self.recipient_number.clone(),
                segment: self.segment.clone(),
                income_segment: self.income_segment.clone(),
                additional_conditions: self.additional_conditions.clone(),
                designated_medical_institutions: self.designated_medical_institutions.clone(),
                always_reimbursement: self.always_reimbursement,
                limits: self.limits.clone(),
                joint_in_out: self.joint_in_out,
                joint_kinds: self.joint_kinds.clone(),
                first_visit: self.first_visit.clone(),
                meal_ratio: self.meal_ratio,
                meal_limit: self.meal_limit,
                valid_from: date8(self.valid_from.on(today)),
                valid_to: date8(self.valid_until.on(today)),
                method: self.method.clone(),
                meal_subsidy: self.meal_subsidy,
                management: self.management.iter().map(|month| month.settle(today)).collect(),
                face_items: self.face_items.clone(),
                hash: None,
            },
            not_disclosed: self.not_disclosed,
        }
    }
}

impl ManagementProfile {
    fn settle(&self, today: Date) -> LimitManagement {
        let paid = self.records.iter().filter_map(|record| record.copayment);
        LimitManagement {
            segment: self.segment.clone(),
            segment_name: self.segment_name.clone(),
            month: date8(self.month.on(today)).chars().take("YYYYMM".len()).collect(),
            limit: self.limit,
            total: self.total.or_else(|| Some(paid.fold(0, u32::saturating_add))),
            records: self.records.iter().map(|record| record.settle(today)).collect(),
        }
    }
}

impl ManagementRecordProfile {
    fn settle(&self, today: Date) -> ManagementRecord {
        ManagementRecord {
            used_on: date8(self.used_on.on(today)),
            institution_code: self.institution_code.clone(),
            institution_name: self.institution_name.clone(),
            medical_cost: self.medical_cost,
            copayment: self.copayment,
            corrected: self.corrected,
            remarks: self.remarks.clone(),
        }
    }
}
