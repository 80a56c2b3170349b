//! `[[subsidies]]`

use jiff::civil::Date;

use crate::clock::date8;
use crate::message::subsidy::SubsidyCertificate;
use crate::people::{Subsidy, SubsidyProfile};

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
                face_items: self.face_items.clone(),
                hash: None,
            },
            not_disclosed: self.not_disclosed,
        }
    }
}
