//! `[[medications]]` and `[[checkups]]`: to what the documents hold.

use jiff::civil::Date;

use super::day;
use crate::clock::date8;
use crate::message::checkup::{Checkup, CheckupItem};
use crate::message::medication::{Drug, History, Month, Procedure, Treated};
use crate::number::{FeeTable, InstitutionCode};
use crate::people::{
    CheckupItemProfile, CheckupProfile, DrugProfile, MedicationProfile, ProcedureProfile, TreatedProfile,
};

/// 発行区分 and 入院・外来の別, codes of ours (`message/data/medication.toml`).
const INSTITUTION: &str = "1";
const PHARMACY: &str = "2";
const OUTPATIENT: &str = "2";

/// Each month under its origin, in the order of the file.
pub(super) fn medications(profiles: &[MedicationProfile], today: Date) -> History {
    let mut history = History::default();
    for profile in profiles {
        history.of_mut(profile.kind).push(profile.settle(today));
    }
    history
}

impl MedicationProfile {
    fn settle(&self, today: Date) -> Month {
        let of_dates = self.dates.first().and_then(|date| date.dispensed_on.or(date.prescribed_on));
        let month = self.month.or(of_dates).map(|day| day.on(today));
        Month {
            issue_class: self.issue_class.clone().or_else(|| self.institution_code.as_deref().map(issue_class)),
            institution_code: self.institution_code.clone(),
            prescriber_code: self.prescriber_code.clone(),
            institution_name: self.institution_name.clone(),
            month: month.map(|day| day.strftime("%Y%m").to_string()),
            prescriber_name: self.prescriber_name.clone(),
            own_issue: None,
            in_out: Some(self.in_out.clone().unwrap_or_else(|| OUTPATIENT.to_owned())),
            dates: self.dates.iter().map(|date| date.settle(today)).collect(),
        }
    }
}

fn issue_class(institution: &str) -> String {
    let is_pharmacy = InstitutionCode::new(institution).fee_table() == FeeTable::Pharmacy;
    if is_pharmacy { PHARMACY } else { INSTITUTION }.to_owned()
}

impl TreatedProfile {
    fn settle(&self, today: Date) -> Treated {
        Treated {
            dispensed_on: day(self.dispensed_on, today).map(date8),
            prescribed_on: day(self.prescribed_on, today).map(date8),
            drugs: self.drugs.iter().map(DrugProfile::settle).collect(),
            procedures: self.procedures.iter().map(ProcedureProfile::settle).collect(),
        }
    }
}

impl DrugProfile {
    fn settle(&self) -> Drug {
        Drug {
            code: self.code.clone(),
            quantity: self.quantity.clone(),
            usage: self.usage.clone(),
            instruction: self.instruction.clone(),
            times: self.times.map(|times| times.to_string()),
            ingredient: self.ingredient.clone(),
            class: self.class.clone(),
            unit: self.unit.clone(),
            name: Some(self.name.clone()),
        }
    }
}

impl ProcedureProfile {
    fn settle(&self) -> Procedure {
        Procedure {
            name: Some(self.name.clone()),
            code: self.code.clone(),
            class: self.class.clone(),
            quantity: self.quantity.clone(),
            times: self.times.map(|times| times.to_string()),
            unit: self.unit.clone(),
        }
    }
}

impl CheckupProfile {
    pub(super) fn settle(&self, today: Date) -> Checkup {
        Checkup {
            effective_time: Some(date8(self.on.on(today))),
            items: self.items.iter().map(CheckupItemProfile::settle).collect(),
        }
    }
}

impl CheckupItemProfile {
    fn settle(&self) -> CheckupItem {
        let usual = match (&self.unit, &self.value_name) {
            (Some(_), _) => "PQ",
            (None, Some(_)) => "CD",
            (None, None) => "ST",
        };
        CheckupItem {
            item_code: self.code.clone(),
            item_name: Some(self.name.clone()),
            data_type: Some(self.data_type.clone().unwrap_or_else(|| usual.to_owned())),
            data_value: self.value.clone(),
            unit: self.unit.clone(),
            oid: self.oid.clone(),
            data_value_name: self.value_name.clone(),
        }
    }
}
