//! Numbers of a profile that break a rule. Reported, never refused.

use std::fmt;

use super::{Profile, QualificationProfile, SubsidyProfile};
use crate::number::{Checked, InstitutionCode, InsurerNumber, PublicExpenseNumber, RecipientNumber, my_number};
use crate::secret::MASK;

/// 医療扶助: the record carries a 公費負担者番号 and a 受給者番号 in the places of insurer and number.
const MEDICAL_ASSISTANCE: &str = "A1";

/// One number that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose profile.
    pub person: String,
    /// Where in it: `subsidies[0].insurer_number`.
    pub key: String,
    /// The number; a 個人番号 is masked.
    pub value: String,
    /// What is unusual.
    pub checked: Checked,
    /// The profile lists it under `irregular`: it is there to be unusual.
    pub intended: bool,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}: {}", self.person, self.key, self.value, self.checked)?;
        if self.intended { f.write_str("（意図的 / intended）") } else { Ok(()) }
    }
}

impl Profile {
    /// Every number of the profile that breaks a rule.
    pub fn findings(&self, id: &str) -> Vec<Finding> {
        let mut looked_at = Vec::new();
        if let Some(number) = &self.my_number {
            looked_at.push(("my_number".to_owned(), number.reveal(), my_number::check(number.reveal())));
        }
        for (at, qualification) in self.qualifications.iter().enumerate() {
            qualification.look(&format!("qualifications[{at}]"), &mut looked_at);
        }
        for (at, subsidy) in self.subsidies.iter().enumerate() {
            subsidy.look(&format!("subsidies[{at}]"), &mut looked_at);
        }
        looked_at
            .into_iter()
            .filter(|(_, _, checked)| !checked.is_valid())
            .map(|(key, value, checked)| Finding {
                person: id.to_owned(),
                value: if key == "my_number" { MASK.to_owned() } else { value.to_owned() },
                key,
                checked,
                intended: self.irregular.iter().any(|number| number == value),
            })
            .collect()
    }
}

type LookedAt<'a> = Vec<(String, &'a str, Checked)>;

impl QualificationProfile {
    fn look<'a>(&'a self, at: &str, looked_at: &mut LookedAt<'a>) {
        let assistance = self.insured_card_classification.as_deref() == Some(MEDICAL_ASSISTANCE);
        if let Some(number) = &self.insurer_number {
            let checked =
                if assistance { PublicExpenseNumber::new(number).check() } else { InsurerNumber::new(number).check() };
            looked_at.push((format!("{at}.insurer_number"), number, checked));
        }
        if let (true, Some(number)) = (assistance, &self.number) {
            looked_at.push((format!("{at}.number"), number, RecipientNumber::new(number).check()));
        }
        for (index, ticket) in self.medical_tickets.iter().enumerate() {
            let codes = [
                ("designated_medical_institution_code", &ticket.designated_medical_institution_code),
                ("prescription_issuer_medical_institution_code", &ticket.prescription_issuer_medical_institution_code),
            ];
            for (key, code) in codes {
                if let Some(code) = code {
                    let key = format!("{at}.medical_tickets[{index}].{key}");
                    looked_at.push((key, code, InstitutionCode::new(code).check()));
                }
            }
        }
    }
}

impl SubsidyProfile {
    fn look<'a>(&'a self, at: &str, looked_at: &mut LookedAt<'a>) {
        let payer = self.insurer_number.as_deref().map(PublicExpenseNumber::new);
        if let (Some(payer), Some(written)) = (&payer, &self.insurer_number) {
            looked_at.push((format!("{at}.insurer_number"), written, payer.check()));
        }
        if let Some(written) = &self.recipient_number {
            let number = RecipientNumber::new(written);
            // Only national schemes have seven digits with a check digit; local numbers are free.
            let national = payer.is_some_and(|payer| payer.law().is_some());
            let checked = if national { number.check() } else { number.check_local() };
            looked_at.push((format!("{at}.recipient_number"), written, checked));
        }
    }
}
