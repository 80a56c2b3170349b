//! `YZKsiquc01` and `TKKsiquc01`: what a patient agreed to show at the reader, for 24 hours.

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use madoguchi::hub::notice::{self, Notice};
use madoguchi::message::checkup::{CheckupInquiry, CheckupRequest};
use madoguchi::message::inquiry::{InquiryHeader, InquiryResult};
use madoguchi::message::medication::{History, MedicationInquiry, MedicationRequest, MedicationResult, Origin};
use madoguchi::visit::Consents;
use madoguchi::wire::{Answer, Asker, Question, Request, Steering};

use crate::world::{HERE, NOON, PHARMACY, World, all, people};

/// A request of one kind by insurance data, changed as a test likes.
#[derive(Clone)]
struct Asked {
    institution: &'static str,
    time: DateTime,
    header: InquiryHeader,
    category: &'static str,
    flag: Option<&'static str>,
    months: (Option<&'static str>, Option<&'static str>),
    steering: Steering,
}

/// Medicines of tanaka as a document.
fn medicines() -> Asked {
    Asked {
        institution: HERE,
        time: NOON,
        header: InquiryHeader {
            medical_institution_code: HERE.into(),
            insurer_number: "06139999".into(),
            insurance_card_symbol: Some("123".into()),
            insured_person_identification_number: "45".into(),
            branch_number: Some("01".into()),
            arbitrary_file_identifier: Some("a&b <1>".into()),
        },
        category: "2",
        flag: Some("1"),
        months: (None, None),
        steering: Steering::default(),
    }
}

fn category(category: &'static str) -> Asked {
    Asked { category, ..medicines() }
}

impl Asked {
    fn ask(&self, world: &World, request: Request) -> Answer {
        let asker = Asker { institution: self.institution.to_owned(), time: self.time };
        let question = Question { asker, reference: String::new(), request, steering: self.steering.clone() };
        world.connection.ask(&question).unwrap()
    }

    fn medication(&self, world: &World) -> Answer {
        let wanted = MedicationInquiry {
            start_date: self.months.0.map(str::to_owned),
            end_date: self.months.1.map(str::to_owned),
            file_category: self.category.to_owned(),
            pr_di_inf_classification: Some("1".into()),
            medical_treatment_flag: self.flag.map(str::to_owned),
        };
        self.ask(world, Request::Medication(MedicationRequest { header: self.header.clone(), wanted }))
    }

    /// The document that must come.
    #[track_caller]
    fn document(&self, world: &World) -> MedicationResult {
        match self.medication(world) {
            Answer::Medication(result) => result,
            other => panic!("no document: {other:?}"),
        }
    }

    #[track_caller]
    fn history(&self, world: &World) -> History {
        let result = self.document(world);
        assert!(result.header.is_success(), "{:?}", result.header.message_contents);
        result.history
    }

    fn checkup(&self, world: &World) -> Answer {
        let wanted = CheckupInquiry {
            file_category: self.category.to_owned(),
            pr_di_inf_classification: Some("1".into()),
            medical_treatment_flag: self.flag.map(str::to_owned),
        };
        self.ask(world, Request::Checkup(CheckupRequest { header: self.header.clone(), wanted }))
    }

    /// The header that both kinds of request get.
    #[track_caller]
    fn headers(&self, world: &World) -> [InquiryResult; 2] {
        match (self.medication(world), self.checkup(world)) {
            (Answer::Medication(medication), Answer::Checkup(checkup)) => {
                assert!(medication.header.is_success() || medication.history == History::default());
                assert!(checkup.header.is_success() || checkup.checkups.is_empty());
                [medication.header, checkup.header]
            }
            others => panic!("no documents: {others:?}"),
        }
    }

    /// Both kinds are refused with this notice.
    #[track_caller]
    fn refused(&self, world: &World, why: Notice) {
        for header in self.headers(world) {
            let told = header.message_contents.clone().unwrap();
            assert!(told.starts_with(why.code) && told.ends_with(why.message), "{told}");
            assert_eq!(header.result_code, None);
            assert_eq!((&header.qua_inf, &header.qualifications_info), (&None, &None), "nobody is named");
            self.echoed(&header);
        }
    }

    #[track_caller]
    fn echoed(&self, header: &InquiryResult) {
        assert_eq!(header.arbitrary_file_identifier, self.header.arbitrary_file_identifier);
        assert_eq!(header.medical_institution_code.as_deref(), Some(&*self.header.medical_institution_code));
    }
}

fn agree(world: &World, person: &str, consents: &Consents) {
    world.visit(person).document(consents);
}

fn names(history: &History, origin: Origin) -> Vec<String> {
    let dates = history.of(origin).iter().flat_map(|month| &month.dates);
    let drugs = dates.clone().flat_map(|date| date.drugs.iter().filter_map(|drug| drug.name.clone()));
    let done = dates.flat_map(|date| date.procedures.iter().filter_map(|done| done.name.clone()));
    drugs.chain(done).collect()
}

pub fn without_a_visit_nothing_is_shown_and_with_one_each_kind_by_its_consent(world: &World) {
    for category in ["1", "2"] {
        self::category(category).refused(world, notice::NO_CONSENT);
    }
    for (diagnosis_and_pharmacists, operation, health_checkup) in
        (0..8).map(|bits| (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0))
    {
        let yes = Some(true);
        let consents = Consents {
            diagnosis_and_pharmacists: yes.filter(|_| diagnosis_and_pharmacists),
            operation: yes.filter(|_| operation),
            health_checkup: yes.filter(|_| health_checkup),
            ..Consents::default()
        };
        agree(world, "tanaka", &consents);
        for category in ["2", "4"] {
            let result = self::category(category).document(world);
            assert_eq!(result.header.is_success(), diagnosis_and_pharmacists, "{consents:?}");
            let names = names(&result.history, Origin::Receipt);
            let has = |name: &str| names.iter().any(|seen| seen == name);
            assert_eq!(has("試験錠"), diagnosis_and_pharmacists);
            assert_eq!(has("試験処置"), diagnosis_and_pharmacists && category == "4");
            assert_eq!(has("試験手術"), diagnosis_and_pharmacists && category == "4" && operation);
        }
        let Answer::Checkup(checkup) = medicines().checkup(world) else { panic!("no document") };
        assert_eq!(
            (checkup.header.is_success(), checkup.checkups.len()),
            (health_checkup, usize::from(health_checkup))
        );
    }
}

pub fn a_consent_lasts_24_hours_of_document_time(world: &World) {
    agree(world, "tanaka", &all());
    let at = |seconds: i64| Asked { time: NOON.saturating_add(seconds.seconds()), ..medicines() };
    for seconds in [0, 3_600, 86_399, 86_400] {
        for header in at(seconds).headers(world) {
            assert!(header.is_success(), "after {seconds} s");
            assert_eq!(header.message_contents, None);
        }
    }
    at(86_401).refused(world, notice::CONSENT_OVER);
    at(-1).refused(world, notice::NO_CONSENT);
    for category in ["1", "3"] {
        let over = Asked { category, ..at(86_401) };
        assert!(matches!(over.medication(world), Answer::Medication(_)), "a failure is told in a document");
    }
}

pub fn the_last_visit_to_an_institution_decides_for_it_alone(world: &World) {
    agree(world, "tanaka", &all());
    let pharmacy = Asked { institution: PHARMACY, ..medicines() };
    pharmacy.refused(world, notice::NO_CONSENT);
    let visit = world.visit("tanaka").with(|opening| opening.asker.institution = PHARMACY.into());
    visit.document(&Consents::default());
    assert!(medicines().document(world).header.is_success(), "a refusal elsewhere changes nothing here");
    pharmacy.refused(world, notice::NO_CONSENT);
    agree(world, "tanaka", &Consents::default());
    medicines().refused(world, notice::NO_CONSENT);
    agree(world, "tanaka", &all());
    world.hub.reset(&people()).unwrap();
    medicines().refused(world, notice::NO_CONSENT);
}

pub fn a_consent_dies_with_its_person_and_one_of_a_visit_without_a_record_is_none(world: &World) {
    agree(world, "tanaka", &all());
    let tanaka = crate::world::people().remove(0);
    world.hub.put_person(tanaka.clone()).unwrap();
    assert!(medicines().document(world).header.is_success(), "corrected data keep the consent");
    world.hub.remove_person("tanaka").unwrap();
    world.hub.put_person(tanaka).unwrap();
    medicines().refused(world, notice::NO_CONSENT);
    let steering = Steering { validity: Some("4".into()), ..Steering::default() };
    world.visit("tanaka").with(|opening| opening.steering = steering).answer(&all());
    medicines().refused(world, notice::NO_CONSENT);
}

pub fn a_family_is_told_apart_by_the_branch_number_only(world: &World) {
    agree(world, "twin-2", &all());
    let twin = |branch: Option<&str>| Asked {
        header: InquiryHeader {
            insured_person_identification_number: "0777".into(),
            branch_number: branch.map(str::to_owned),
            ..medicines().header
        },
        ..medicines()
    };
    twin(None).refused(world, notice::SEVERAL_INQUIRED);
    assert!(notice::SEVERAL_INQUIRED.message.contains("枝番"));
    twin(Some("01")).refused(world, notice::NO_CONSENT);
    twin(Some("3")).refused(world, notice::NOBODY_INQUIRED);
    assert!(twin(Some("2")).document(world).header.is_success(), "padding is equal");
    assert_eq!(twin(Some("02")).history(world), History::default(), "who has no data gets a success without any");
    for change in [
        |header: &mut InquiryHeader| header.insurer_number = "01139997".into(),
        |header: &mut InquiryHeader| header.insurance_card_symbol = None,
        |header: &mut InquiryHeader| header.insured_person_identification_number = "778".into(),
    ] {
        let mut other = twin(Some("02"));
        change(&mut other.header);
        other.refused(world, notice::NOBODY_INQUIRED);
    }
}

pub fn an_answer_names_its_person_and_echoes_what_was_sent(world: &World) {
    agree(world, "tanaka", &all());
    let [medication, checkup] = medicines().headers(world);
    medicines().echoed(&medication);
    medicines().echoed(&checkup);
    let person = medication.qua_inf.unwrap();
    let told = [person.name, person.kana_name, person.birth, person.adm_gend_code].map(Option::unwrap);
    assert_eq!(told, ["田中　一郎", "ﾀﾅｶ ｲﾁﾛｳ", "19800505", "1"]);
    let person = checkup.qualifications_info.unwrap();
    let told = [person.name, person.kanas_name, person.birthday, person.administrative_gender_code].map(Option::unwrap);
    assert_eq!(told, ["田中　一郎", "ﾀﾅｶ ｲﾁﾛｳ", "19800505", "1"]);
    assert_eq!((medication.qualifications_info, checkup.qua_inf), (None, None), "each has its own block");
    assert_eq!(medication.process_execution_time.as_deref(), Some("20261121120000"));
}

pub fn only_the_months_asked_for_are_shown(world: &World) {
    agree(world, "tanaka", &all());
    let months = |start, end| Asked { months: (start, end), ..medicines() }.history(world);
    let count = |history: &History| [history.receipt.len(), history.prescribed.len(), history.dispensed.len()];
    assert_eq!(count(&months(None, None)), [1, 1, 1]);
    assert_eq!(count(&months(Some("202610"), None)), [0, 1, 1]);
    assert_eq!(count(&months(None, Some("202610"))), [1, 1, 0]);
    assert_eq!(count(&months(Some("202609"), Some("202609"))), [1, 0, 0]);
    let reversed = Asked { months: (Some("202611"), Some("202609")), ..medicines() }.document(world).header;
    assert!(!reversed.is_success());
    assert!(reversed.message_contents.is_some_and(|why| why.starts_with(notice::PERIOD.code)));
}

pub fn an_odd_category_gives_pages_and_an_unknown_one_or_another_kind_of_visit_a_reason(world: &World) {
    agree(world, "tanaka", &all());
    for pages in [category("1").medication(world), category("3").medication(world), category("1").checkup(world)] {
        let Answer::Pages(pdf) = pages else { panic!("no pages: {pages:?}") };
        assert!(pdf.starts_with(b"%PDF-") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
    }
    for unknown in ["0", "5", "x"] {
        category(unknown).refused(world, notice::UNKNOWN_CATEGORY);
    }
    for flag in ["4", "9", "x"] {
        Asked { flag: Some(flag), ..medicines() }.refused(world, notice::OTHER_VISIT);
    }
    assert!(Asked { flag: None, ..medicines() }.document(world).header.is_success());
}

pub fn a_steered_failure_of_the_centre_is_told_in_a_document(world: &World) {
    agree(world, "tanaka", &all());
    let steering = Steering { centre_error: true, ..Steering::default() };
    Asked { steering: steering.clone(), ..medicines() }.refused(world, notice::CENTRE_ERROR);
    Asked { steering, ..category("1") }.refused(world, notice::CENTRE_ERROR);
}

/// Medicines of somebody with insurance number `number`, as of `day` of November at noon.
fn of_a_home_visit(number: &str, flag: &'static str, day: i8) -> Asked {
    let header = InquiryHeader {
        insured_person_identification_number: number.into(),
        branch_number: None,
        ..medicines().header
    };
    Asked { header, flag: Some(flag), time: date(2026, 11, day).at(12, 0, 0, 0), ..medicines() }
}

pub fn a_consent_given_at_home_opens_its_kind_of_visit_until_its_own_end(world: &World) {
    for (flag, day) in [("2", 1), ("2", 21), ("2", 30), ("3", 9), ("3", 30)] {
        for header in of_a_home_visit("901", flag, day).headers(world) {
            assert!(header.is_success(), "{flag} on {day}: {:?}", header.message_contents);
        }
    }
    of_a_home_visit("901", "3", 8).refused(world, notice::NO_HOME_CONSENT);
    let over = Asked { time: date(2026, 12, 1).at(0, 0, 0, 0), ..of_a_home_visit("901", "2", 1) };
    over.refused(world, notice::HOME_CONSENT_OVER);
    of_a_home_visit("901", "1", 21).refused(world, notice::NO_CONSENT);
    agree(world, "home", &Consents::default());
    assert!(
        of_a_home_visit("901", "2", 21).document(world).header.is_success(),
        "a visit at a reader is another thing"
    );
    of_a_home_visit("901", "4", 21).refused(world, notice::OTHER_VISIT);
}

pub fn a_consent_at_a_reader_of_another_institution_or_of_another_kind_opens_no_home_visit(world: &World) {
    agree(world, "tanaka", &all());
    for flag in ["2", "3"] {
        Asked { flag: Some(flag), ..medicines() }.refused(world, notice::NO_HOME_CONSENT);
    }
    of_a_home_visit("903", "2", 21).refused(world, notice::NO_HOME_CONSENT);
    let pharmacy = Asked { institution: PHARMACY, ..of_a_home_visit("903", "2", 21) };
    assert!(pharmacy.document(world).header.is_success(), "it was given to the pharmacy");
    pharmacy_online(&pharmacy).refused(world, notice::NO_HOME_CONSENT);
    let checkups = of_a_home_visit("902", "3", 11);
    let [medication, checkup] = checkups.headers(world);
    assert!(medication.message_contents.unwrap().starts_with(notice::NO_HOME_CONSENT.code));
    assert!(checkup.is_success(), "they agreed to check-ups alone");
    let over = of_a_home_visit("902", "3", 12);
    let Answer::Checkup(checkup) = over.checkup(world) else { panic!("no document") };
    assert!(checkup.header.message_contents.unwrap().starts_with(notice::HOME_CONSENT_OVER.code));
}

fn pharmacy_online(asked: &Asked) -> Asked {
    Asked { flag: Some("3"), ..asked.clone() }
}
