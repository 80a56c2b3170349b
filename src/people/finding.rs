//! Numbers and codes of a profile that break a rule. Reported, never refused.

use std::fmt;

use super::{MedicalTicketProfile, MedicationProfile, Profile, QualificationProfile, SubsidyProfile};
use crate::code;
use crate::number::{Checked, InstitutionCode, InsurerNumber, PublicExpenseNumber, RecipientNumber, my_number};
use crate::secret::MASK;

/// 医療扶助: the record carries a 公費負担者番号 and a 受給者番号 in the places of insurer and number.
const MEDICAL_ASSISTANCE: &str = "A1";
/// The one key whose value is not shown.
const MY_NUMBER: &str = "my_number";

/// One value that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose profile.
    pub person: String,
    /// Where in it: `subsidies[0].insurer_number`.
    pub key: String,
    /// The value; a 個人番号 is masked.
    pub value: String,
    /// What is unusual.
    pub unusual: Unusual,
    /// The profile lists the value, or the key, under `irregular`: it is there to be unusual.
    pub intended: bool,
}

/// What is unusual about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusual {
    /// A number breaks its rule.
    Number(Checked),
    /// The code table does not have this value.
    Code {
        /// `OQSCD010`
        table: &'static str,
    },
}

impl fmt::Display for Unusual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(checked) => checked.fmt(f),
            Self::Code { table } => write!(f, "{table} にない値です / not a value of {table}"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}: {}", self.person, self.key, self.value, self.unusual)?;
        if self.intended { f.write_str("（意図的 / intended）") } else { Ok(()) }
    }
}

impl Profile {
    /// Every number and code of the profile that breaks a rule.
    pub fn findings(&self, id: &str) -> Vec<Finding> {
        let mut look = Look::default();
        if let Some(number) = &self.my_number {
            look.number(MY_NUMBER.to_owned(), number.reveal(), my_number::check(number.reveal()));
        }
        look.code("sex", Some(&self.sex), "OQSCD007");
        look.code("sex_on_card", self.sex_on_card.as_ref(), "OQSCD007");
        for (at, qualification) in self.qualifications.iter().enumerate() {
            qualification.look(&format!("qualifications[{at}]"), &mut look);
        }
        for (at, subsidy) in self.subsidies.iter().enumerate() {
            subsidy.look(&format!("subsidies[{at}]"), &mut look);
        }
        for (at, month) in self.medications.iter().enumerate() {
            month.look(&format!("medications[{at}]"), &mut look);
        }
        look.0
            .into_iter()
            .map(|(key, value, unusual)| Finding {
                person: id.to_owned(),
                intended: self.irregular.iter().any(|listed| listed == value || *listed == key),
                value: if key == MY_NUMBER { MASK.to_owned() } else { value.to_owned() },
                key,
                unusual,
            })
            .collect()
    }
}

/// What was found unusual so far: key, value, why.
#[derive(Default)]
struct Look<'a>(Vec<(String, &'a str, Unusual)>);

impl<'a> Look<'a> {
    fn number(&mut self, key: String, value: &'a str, checked: Checked) {
        if !checked.is_valid() {
            self.0.push((key, value, Unusual::Number(checked)));
        }
    }

    fn code(&mut self, key: &str, value: Option<&'a String>, table: &'static str) {
        if let Some(value) = value
            && code::label(table, value).is_none()
        {
            self.0.push((key.to_owned(), value, Unusual::Code { table }));
        }
    }
}

impl QualificationProfile {
    fn look<'a>(&'a self, at: &str, look: &mut Look<'a>) {
        let assistance = self.insured_card_classification.as_deref() == Some(MEDICAL_ASSISTANCE);
        if let Some(number) = &self.insurer_number {
            let checked =
                if assistance { PublicExpenseNumber::new(number).check() } else { InsurerNumber::new(number).check() };
            look.number(format!("{at}.insurer_number"), number, checked);
        }
        if let (true, Some(number)) = (assistance, &self.number) {
            look.number(format!("{at}.number"), number, RecipientNumber::new(number).check());
        }
        let card = self.insured_card_classification.as_ref();
        look.code(&format!("{at}.insured_card_classification"), card, "OQSCD010");
        look.code(&format!("{at}.personal_family"), self.personal_family.as_ref(), "OQSCD009");
        look.code(&format!("{at}.reason_of_loss"), self.reason_of_loss.as_ref(), "OQSCD008");
        if let Some(limit) = &self.limit {
            look.code(&format!("{at}.limit.classification"), Some(&limit.classification), "OQSCD011");
            look.code(&format!("{at}.limit.classification_flag"), Some(&limit.classification_flag), "OQSCD012");
        }
        for (index, disease) in self.specific_diseases.iter().enumerate() {
            look.code(&format!("{at}.specific_diseases[{index}].category"), Some(&disease.category), "OQSCD013");
        }
        for (index, ticket) in self.medical_tickets.iter().enumerate() {
            ticket.look(&format!("{at}.medical_tickets[{index}]"), look);
        }
    }
}

impl MedicalTicketProfile {
    fn look<'a>(&'a self, at: &str, look: &mut Look<'a>) {
        let institutions = [
            ("designated_medical_institution_code", &self.designated_medical_institution_code),
            ("prescription_issuer_medical_institution_code", &self.prescription_issuer_medical_institution_code),
        ];
        for (key, institution) in institutions {
            if let Some(institution) = institution {
                look.number(format!("{at}.{key}"), institution, InstitutionCode::new(institution).check());
            }
        }
        let codes = [
            ("ticket_type", &self.ticket_type, "OQSCD018"),
            ("medical_treatment_type", &self.medical_treatment_type, "OQSCD019"),
            ("single_or_combined_use", &self.single_or_combined_use, "OQSCD020"),
            ("status_of_social_insurance", &self.status_of_social_insurance, "OQSCD021"),
            ("consistency_flag", &self.consistency_flag, "OQSCD022"),
            ("status_of_infection", &self.status_of_infection, "OQSCD023"),
            ("status_of_elderly_medical_care", &self.status_of_elderly_medical_care, "OQSCD024"),
            ("status_of_prefectural_expenses", &self.status_of_prefectural_expenses, "OQSCD025"),
            ("designated_medical_institution_flag", &self.designated_medical_institution_flag, "OQSCD026"),
        ];
        for (key, value, table) in codes {
            look.code(&format!("{at}.{key}"), value.as_ref(), table);
        }
    }
}

impl MedicationProfile {
    fn look<'a>(&'a self, at: &str, look: &mut Look<'a>) {
        for (key, institution) in
            [("institution_code", &self.institution_code), ("prescriber_code", &self.prescriber_code)]
        {
            if let Some(institution) = institution {
                look.number(format!("{at}.{key}"), institution, InstitutionCode::new(institution).check());
            }
        }
    }
}

impl SubsidyProfile {
    fn look<'a>(&'a self, at: &str, look: &mut Look<'a>) {
        let payer = self.insurer_number.as_deref().map(PublicExpenseNumber::new);
        if let (Some(payer), Some(written)) = (&payer, &self.insurer_number) {
            look.number(format!("{at}.insurer_number"), written, payer.check());
        }
        if let Some(written) = &self.recipient_number {
            let number = RecipientNumber::new(written);
            // Local numbers are free; a payer's number that is wrong itself does not say that the scheme is local.
            let local = payer.is_none_or(|payer| payer.check().is_valid() && payer.law().is_none());
            let checked = if local { number.check_local() } else { number.check() };
            look.number(format!("{at}.recipient_number"), written, checked);
        }
        for (month, sheet) in self.management.iter().enumerate() {
            for (index, record) in sheet.records.iter().enumerate() {
                if let Some(code) = &record.institution_code {
                    let key = format!("{at}.management[{month}].records[{index}].institution_code");
                    look.number(key, code, InstitutionCode::new(code).check());
                }
            }
        }
    }
}
