//! `YZKsiquc01req` and `TKKsiquc01req`: what a patient agreed to show (spec/oqs-interface.md §2.7), at the reader, or at home where
//! MedicalTreatmentFlag says 訪問診療等 or オンライン診療等 ([C]).
//!
//! A request names its person by insurance data without a date of birth, so that of a family only the branch number tells who is meant.
//! Whatever stands in the way is told in MessageContents, as a document even where pages were asked for ([C]).
//!
//! A request for 薬剤 and 診療 needs both consents: to leave one of them out would look like a patient who was never treated ([C]).
//! 手術 is a kind of 診療行為 that nobody asks for by name; without its consent it is left out.

use std::sync::Arc;

use super::Eligibility;
use super::care::agreed_at_home;
use super::consent::{Kind, Remembered, may_see};
use super::insured::Insured;
use super::matching::{Numbers, inquired};
use crate::clock::{date8, time14};
use crate::hub::error::{HubError, StoreError};
use crate::hub::notice::{self, Notice};
use crate::message::checkup::{CheckupRequest, CheckupResult};
use crate::message::inquiry::{InquiryHeader, InquiryResult, QuaInf, QualificationsInfo};
use crate::message::medication::{
    Category, History, MedicationInquiry, MedicationRequest, MedicationResult, Month, Origin,
};
use crate::people::HomeCare;
use crate::wire::{Answer, Asker, Steering};

/// Where the consents come from to which a request appeals.
#[derive(Clone, Copy)]
enum Given {
    /// 外来: at a reader.
    AtTheReader,
    /// 訪問診療等, オンライン診療等: at home.
    AtHome(HomeCare),
}

/// By OQSCD028; without a flag a request is an outpatient's. How somebody agrees in an emergency (4) is not public: it is refused.
fn given(flag: Option<&str>) -> Option<Given> {
    match flag.map_or("1", str::trim) {
        "1" => Some(Given::AtTheReader),
        "2" => Some(Given::AtHome(HomeCare::Visit)),
        "3" => Some(Given::AtHome(HomeCare::Online)),
        _ => None,
    }
}

/// 診療識別 of an operation; which procedures count as 手術情報 is not public [C].
const OPERATION: &str = "50";

/// Who is meant, and what they agreed to here.
struct Patient {
    insured: Arc<Insured>,
    consents: Option<Remembered>,
}

impl Eligibility {
    /// 薬剤情報, with 診療情報 where the category says so.
    pub fn medications(
        &self,
        asker: &Asker,
        request: &MedicationRequest,
        steering: &Steering,
    ) -> Result<Answer, HubError> {
        let (header, wanted, time) = (&request.header, &request.wanted, time14(asker.time));
        let refused = |why: String| {
            let header = InquiryResult::failure(header, time.clone(), why);
            Answer::Medication(MedicationResult { header, ..MedicationResult::default() })
        };
        let Some(category) = wanted.category() else { return Ok(refused(told(notice::UNKNOWN_CATEGORY))) };
        if wanted.is_reversed() {
            return Ok(refused(told(notice::PERIOD)));
        }
        let kinds: &[Kind] =
            if category.treatments { &[Kind::Medication, Kind::Treatment] } else { &[Kind::Medication] };
        let patient = match self.patient(asker, header, wanted.medical_treatment_flag.as_deref(), kinds, steering)? {
            Ok(patient) => patient,
            Err(why) => return Ok(refused(why)),
        };
        let operations = may_see(patient.consents.as_ref(), Kind::Operation, asker.time).is_ok();
        let result = MedicationResult {
            header: InquiryResult {
                qua_inf: Some(qua_inf(&patient.insured)),
                ..InquiryResult::success(header, time.clone())
            },
            history: shown(&patient.insured.medications, wanted, category, operations, &asker.institution),
        };
        Ok(match category.pdf {
            true => Answer::Pages(result.sheet(wanted).to_pdf()),
            false => Answer::Medication(result),
        })
    }

    /// 特定健診情報.
    pub fn checkups(&self, asker: &Asker, request: &CheckupRequest, steering: &Steering) -> Result<Answer, HubError> {
        let (header, wanted, time) = (&request.header, &request.wanted, time14(asker.time));
        let refused = |why: String| {
            let header = InquiryResult::failure(header, time.clone(), why);
            Answer::Checkup(CheckupResult { header, ..CheckupResult::default() })
        };
        let Some(as_pdf) = wanted.as_pdf() else { return Ok(refused(told(notice::UNKNOWN_CATEGORY))) };
        let flag = wanted.medical_treatment_flag.as_deref();
        let patient = match self.patient(asker, header, flag, &[Kind::Checkup], steering)? {
            Ok(patient) => patient,
            Err(why) => return Ok(refused(why)),
        };
        let result = CheckupResult {
            header: InquiryResult {
                qualifications_info: Some(qualifications_info(&patient.insured)),
                ..InquiryResult::success(header, time.clone())
            },
            checkups: patient.insured.checkups.clone(),
        };
        Ok(match as_pdf {
            true => Answer::Pages(result.sheet().to_pdf()),
            false => Answer::Checkup(result),
        })
    }

    /// The one person who is meant, if they agreed to all `kinds`; else what MessageContents says.
    fn patient(
        &self,
        asker: &Asker,
        header: &InquiryHeader,
        flag: Option<&str>,
        kinds: &[Kind],
        steering: &Steering,
    ) -> Result<Result<Patient, String>, StoreError> {
        if steering.centre_error {
            return Ok(Err(told(notice::CENTRE_ERROR)));
        }
        let Some(given) = given(flag) else { return Ok(Err(told(notice::OTHER_VISIT))) };
        let numbers = Numbers::inquired(header);
        let mut found = self.store.by_insurance(&numbers.insurer, &numbers.number)?;
        found.retain(|insured| !inquired(&insured.as_known_on(asker.time.date()), header).is_empty());
        let insured = match found.as_slice() {
            [insured] => insured.clone(),
            [] => return Ok(Err(told(notice::NOBODY_INQUIRED))),
            _ => return Ok(Err(told(notice::SEVERAL_INQUIRED))),
        };
        let consents = match given {
            Given::AtTheReader => self.store.consent(&asker.institution, &insured.id)?,
            Given::AtHome(care) => agreed_at_home(&insured, care, &asker.institution, asker.time),
        };
        for kind in kinds {
            if let Err(why) = may_see(consents.as_ref(), *kind, asker.time) {
                let why = if matches!(given, Given::AtHome(_)) { notice::at_home(why) } else { why };
                return Ok(Err(format!("{} {}: {}", why.code, kind.ja(), why.message)));
            }
        }
        Ok(Ok(Patient { insured, consents }))
    }
}

/// The only place for a code of ours is before the message.
fn told(notice: Notice) -> String {
    format!("{} {}", notice.code, notice.message)
}

fn qua_inf(insured: &Insured) -> QuaInf {
    QuaInf {
        name: Some(insured.name.clone()),
        kana_name: insured.name_kana.clone(),
        birth: Some(date8(insured.birthdate)),
        adm_gend_code: Some(insured.sex.clone()),
    }
}

fn qualifications_info(insured: &Insured) -> QualificationsInfo {
    QualificationsInfo {
        name: Some(insured.name.clone()),
        kanas_name: insured.name_kana.clone(),
        birthday: Some(date8(insured.birthdate)),
        administrative_gender_code: Some(insured.sex.clone()),
    }
}

/// The part of `known` that is asked for and agreed to. Days and months of which nothing remains go with it.
fn shown(known: &History, wanted: &MedicationInquiry, category: Category, operations: bool, here: &str) -> History {
    let mut history = known.clone();
    for origin in Origin::ALL {
        let months = history.of_mut(origin);
        months.retain_mut(|month| {
            if !wanted.covers(month.month.as_deref()) {
                return false;
            }
            for date in &mut month.dates {
                date.procedures
                    .retain(|done| category.treatments && (operations || done.class.as_deref() != Some(OPERATION)));
            }
            month.dates.retain(|date| !date.drugs.is_empty() || !date.procedures.is_empty());
            month.own_issue = Some(if is_own(month, here) { "1" } else { "0" }.to_owned());
            !month.dates.is_empty()
        });
    }
    history
}

/// 自院発行: the asking institution prescribed or treated ([C]).
fn is_own(month: &Month, here: &str) -> bool {
    [&month.prescriber_code, &month.institution_code].into_iter().flatten().any(|code| code == here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::medication::{Drug, Procedure, Treated};

    const HERE: &str = "1319919997";

    fn month(month: &str, drugs: usize, classes: &[&str]) -> Month {
        let procedures = classes.iter().map(|class| Procedure { class: Some((*class).into()), ..Procedure::default() });
        let date =
            Treated { drugs: vec![Drug::default(); drugs], procedures: procedures.collect(), ..Treated::default() };
        Month { month: Some(month.into()), dates: vec![date], ..Month::default() }
    }

    fn known() -> History {
        History {
            receipt: vec![month("202609", 1, &["40", "50"]), month("202610", 0, &["50"]), month("202611", 0, &["13"])],
            prescribed: vec![month("202610", 1, &[])],
            dispensed: vec![month("202611", 2, &[])],
        }
    }

    /// Months, and drugs and procedures of each, of one origin.
    fn summary(months: &[Month]) -> Vec<(&str, usize, usize)> {
        let sum = |of: fn(&Treated) -> usize, month: &Month| month.dates.iter().map(of).sum::<usize>();
        let row = |month: &Month| (sum(|date| date.drugs.len(), month), sum(|date| date.procedures.len(), month));
        months.iter().map(|month| (month.month.as_deref().unwrap(), row(month).0, row(month).1)).collect()
    }

    fn seen(treatments: bool, operations: bool, wanted: &MedicationInquiry) -> History {
        shown(&known(), wanted, Category { pdf: false, treatments }, operations, HERE)
    }

    #[test]
    fn procedures_are_shown_where_treatments_are_asked_for_and_operations_only_with_their_consent() {
        let all = MedicationInquiry::default();
        for operations in [false, true] {
            let medicines = seen(false, operations, &all);
            assert_eq!(summary(&medicines.receipt), [("202609", 1, 0)], "months without drugs are gone");
            assert_eq!(summary(&medicines.dispensed), [("202611", 2, 0)]);
        }
        assert_eq!(summary(&seen(true, false, &all).receipt), [("202609", 1, 1), ("202611", 0, 1)]);
        assert_eq!(summary(&seen(true, true, &all).receipt), [("202609", 1, 2), ("202610", 0, 1), ("202611", 0, 1)]);
    }

    #[test]
    fn months_outside_what_is_asked_for_are_left_out_of_every_origin() {
        let october = MedicationInquiry {
            start_date: Some("202610".into()),
            end_date: Some("202610".into()),
            ..MedicationInquiry::default()
        };
        let history = seen(true, true, &october);
        assert_eq!(summary(&history.receipt), [("202610", 0, 1)]);
        assert_eq!(summary(&history.prescribed), [("202610", 1, 0)]);
        assert_eq!(summary(&history.dispensed), []);
    }

    #[test]
    fn what_the_asking_institution_issued_is_marked_as_its_own() {
        let mut month = month("202611", 1, &[]);
        let issued = |month: &Month| {
            let known = History { dispensed: vec![month.clone()], ..History::default() };
            let category = Category { pdf: false, treatments: false };
            shown(&known, &MedicationInquiry::default(), category, false, HERE).dispensed[0].own_issue.clone().unwrap()
        };
        assert_eq!(issued(&month), "0");
        month.prescriber_code = Some(HERE.into());
        assert_eq!(issued(&month), "1");
        (month.prescriber_code, month.institution_code) = (None, Some(HERE.into()));
        assert_eq!(issued(&month), "1");
    }
}
