//! `[[qualifications]]` and what hangs on them.

use jiff::civil::Date;

use super::day;
use crate::clock::date8;
use crate::message::qualification::MedicalTicketInfo;
use crate::people::{
    Day, Elderly, ElderlyProfile, Limit, LimitProfile, MedicalTicketProfile, Qualification, QualificationProfile,
    SpecificDisease, SpecificDiseaseProfile,
};

/// 01 被保険者証(一般)
const ORDINARY_CARD: &str = "01";

impl QualificationProfile {
    pub(super) fn settle(&self, today: Date) -> Qualification {
        Qualification {
            insured_card_classification: self
                .insured_card_classification
                .clone()
                .unwrap_or_else(|| ORDINARY_CARD.to_owned()),
            insurer_number: self.insurer_number.clone(),
            insurer_name: self.insurer_name.clone(),
            symbol: self.symbol.clone(),
            number: self.number.clone(),
            branch: self.branch.clone(),
            personal_family: self.personal_family.clone(),
            insured_name: self.insured_name.clone(),
            qualified_on: day(self.qualified_on, today),
            lost_on: day(self.lost_on, today),
            reason_of_loss: self.reason_of_loss.clone(),
            registered_on: day(self.registered_on, today),
            loss_registered_on: day(self.loss_registered_on, today),
            issued_on: day(self.issued_on, today),
            valid_from: day(self.valid_from, today),
            valid_until: day(self.valid_until, today),
            contribution_ratio: self.contribution_ratio.clone(),
            elderly: self.elderly.as_ref().map(|elderly| elderly.settle(today)),
            limit: self.limit.as_ref().map(|limit| limit.settle(today)),
            specific_diseases: self.specific_diseases.iter().map(|disease| disease.settle(today)).collect(),
            medical_tickets: self.medical_tickets.iter().map(|ticket| ticket.settle(today)).collect(),
        }
    }
}

impl ElderlyProfile {
    fn settle(&self, today: Date) -> Elderly {
        Elderly {
            issued_on: day(self.issued_on, today),
            valid_from: day(self.valid_from, today),
            valid_until: day(self.valid_until, today),
            contribution_ratio: self.contribution_ratio.clone(),
        }
    }
}

impl LimitProfile {
    fn settle(&self, today: Date) -> Limit {
        Limit {
            classification: self.classification.clone(),
            classification_flag: self.classification_flag.clone(),
            issued_on: day(self.issued_on, today),
            valid_from: day(self.valid_from, today),
            valid_until: day(self.valid_until, today),
            long_term_on: day(self.long_term_on, today),
        }
    }
}

impl SpecificDiseaseProfile {
    fn settle(&self, today: Date) -> SpecificDisease {
        SpecificDisease {
            category: self.category.clone(),
            issued_on: day(self.issued_on, today),
            valid_from: day(self.valid_from, today),
            valid_until: day(self.valid_until, today),
            self_pay: self.self_pay,
        }
    }
}

impl MedicalTicketProfile {
    fn settle(&self, today: Date) -> MedicalTicketInfo {
        let valid_from = self.valid_from.unwrap_or(Day::MONTH_START).on(today);
        let valid_until = self.valid_until.unwrap_or(Day::MONTH_END).on(today);
        let month = day(self.treatment_month, today).unwrap_or(valid_from);
        MedicalTicketInfo {
            ticket_type: self.ticket_type.clone(),
            medical_ticket_valid_date: Some(date8(valid_from)),
            medical_ticket_expiration_date: Some(date8(valid_until)),
            issue_number: self.issue_number.clone(),
            medical_treatment_month: Some(format!("{:04}{:02}", month.year(), month.month())),
            designated_medical_institution_code: self.designated_medical_institution_code.clone(),
            designated_medical_institution_flag: self.designated_medical_institution_flag.clone(),
            designated_medical_institution_name: self.designated_medical_institution_name.clone(),
            prescription_issuer_medical_institution_code: self.prescription_issuer_medical_institution_code.clone(),
            prescription_issuer_medical_institution_name: self.prescription_issuer_medical_institution_name.clone(),
            injury_name1: self.injury_names.first().cloned(),
            injury_name2: self.injury_names.get(1).cloned(),
            injury_name3: self.injury_names.get(2).cloned(),
            medical_treatment_type: self.medical_treatment_type.clone(),
            self_pay_amount: self.self_pay_amount.map(|yen| yen.to_string()),
            district_contact_name: self.district_contact_name.clone(),
            handling_contact_name: self.handling_contact_name.clone(),
            single_or_combined_use: self.single_or_combined_use.clone(),
            status_of_social_insurance: self.status_of_social_insurance.clone(),
            consistency_flag: self.consistency_flag.clone(),
            status_of_infecton: self.status_of_infection.clone(),
            status_of_elderly_medical_care: self.status_of_elderly_medical_care.clone(),
            status_of_prefectural_expenses: self.status_of_prefectural_expenses.clone(),
            remarks1: self.remarks.first().cloned(),
            remarks2: self.remarks.get(1).cloned(),
            remarks3: self.remarks.get(2).cloned(),
        }
    }
}
