//! 薬剤情報 and 特定健診情報 asked again: whoever the captured answer is about is known with what it tells of them, and has agreed.

use jiff::civil::{Date, DateTime, date};

use super::adopt;
use super::ours::{Asking, ask, asker, mixed_up, said};
use crate::clock::parse_date;
use crate::event::Words;
use crate::hub;
use crate::message::checkup::{CheckupRequest, CheckupResult};
use crate::message::inquiry::{InquiryHeader, InquiryResult};
use crate::message::medication::{MedicationRequest, MedicationResult};
use crate::message::registration::RegistrationInfo;
use crate::message::tree::Element;
use crate::people::{HomeCare, HomeConsent, Person};
use crate::visit::ConsentPlan;
use crate::wire::{Answer, Asker, Request};

/// OQSCD028 of a consent that is there without a visit before it. Which flag was sent shows in no answer.
const HOME_VISIT: &str = "2";
/// Where an answer does not tell its time.
const SOME_DAY: Date = date(2026, 1, 5);

impl Asking<'_> {
    pub(super) fn medications(&mut self, root: &Element) -> Result<Element, Words> {
        let mut request = MedicationRequest::from_tree(self.asked_for()?).map_err(|refusal| said(&refusal))?.document;
        let tags = self.layouts.tags.medication.clone();
        let theirs = MedicationResult::from_tree_by(root, &tags).map_err(|refusal| said(&refusal))?.document;
        let (asker, mut person) = self.inquired(&request.header, &theirs.header)?;
        if let Some(told) = &theirs.header.qua_inf {
            name(&mut person, &told.name, &told.kana_name, &told.birth, &told.adm_gend_code);
        }
        person.medications = theirs.history;
        request.wanted.medical_treatment_flag = Some(HOME_VISIT.to_owned());
        let hub = self.hub(&[person], hub::Settings::default())?;
        match ask(&hub, asker, Request::Medication(request), "1")? {
            Answer::Medication(result) => Ok(result.to_tree_by(&tags)),
            _ => Err(mixed_up()),
        }
    }

    pub(super) fn checkups(&mut self, root: &Element) -> Result<Element, Words> {
        let mut request = CheckupRequest::from_tree(self.asked_for()?).map_err(|refusal| said(&refusal))?.document;
        let tags = self.layouts.tags.checkup.clone();
        let theirs = CheckupResult::from_tree_by(root, &tags).map_err(|refusal| said(&refusal))?.document;
        let (asker, mut person) = self.inquired(&request.header, &theirs.header)?;
        if let Some(told) = &theirs.header.qualifications_info {
            name(&mut person, &told.name, &told.kanas_name, &told.birthday, &told.administrative_gender_code);
        }
        person.checkups = theirs.checkups;
        request.wanted.medical_treatment_flag = Some(HOME_VISIT.to_owned());
        let hub = self.hub(&[person], hub::Settings::default())?;
        match ask(&hub, asker, Request::Checkup(request), "1")? {
            Answer::Checkup(result) => Ok(result.to_tree_by(&tags)),
            _ => Err(mixed_up()),
        }
    }

    /// The answer does not repeat whom it was asked about.
    fn asked_for(&self) -> Result<&Element, Words> {
        self.asked.ok_or_else(|| {
            Words::new(
                "要求がないため、だれについての回答かわかりません",
                "its request was not captured, and the answer does not say whom it was asked about",
            )
        })
    }

    /// Who asks, and the person; of a refused answer one who has not agreed, since its reason is only told in words.
    fn inquired(&mut self, asked: &InquiryHeader, theirs: &InquiryResult) -> Result<(Asker, Person), Words> {
        let asker = match &theirs.process_execution_time {
            Some(time) => asker(&asked.medical_institution_code, time)?,
            None => {
                self.assume("時刻のない回答です。2026年1月5日とします", "the answer has no time: 2026-01-05 is taken");
                Asker { institution: asked.medical_institution_code.clone(), time: SOME_DAY.at(12, 0, 0, 0) }
            }
        };
        let info = RegistrationInfo {
            reference_number: String::new(),
            insurer_number: asked.insurer_number.clone(),
            insured_card_symbol: asked.insurance_card_symbol.clone(),
            insured_identification_number: asked.insured_person_identification_number.clone(),
            insured_branch_number: asked.branch_number.clone(),
        };
        let mut person = adopt::of_registration("captured", &info, asker.time.date())?;
        match theirs.is_success() {
            true => {
                self.assume("本人が同意している", "the patient has agreed");
                person.home_consents.push(of_everything(asker.time));
            }
            false => self.assume("本人が同意していない", "the patient has not agreed"),
        }
        Ok((asker, person))
    }
}

fn of_everything(time: DateTime) -> HomeConsent {
    HomeConsent {
        kind: HomeCare::Visit,
        given: time,
        until: time,
        examined_on: time.date(),
        institution: None,
        consents: ConsentPlan::All,
    }
}

fn name(
    person: &mut Person,
    name: &Option<String>,
    kana: &Option<String>,
    birth: &Option<String>,
    sex: &Option<String>,
) {
    person.name = name.clone().unwrap_or_default();
    person.name_kana.clone_from(kana);
    if let Some(birthdate) = birth.as_deref().and_then(parse_date) {
        person.birthdate = birthdate;
    }
    person.sex = sex.clone().unwrap_or_default();
}
