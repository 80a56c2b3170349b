//! The two halves of a visit: what is asked, what the document says.

use jiff::civil::date;
use madoguchi::authority::Authority;
use madoguchi::message::qualification::MedicalInformationConsent;
use madoguchi::people::personalise::authentication_certificate;
use madoguchi::secret::MyNumber;
use madoguchi::visit::{ConsentPeriod, Consents, EPrescriptionUse, Outcome, PrescriptionForm, Question, Uses, VisitId};
use madoguchi::wire::{Asker, Steering, SubsidyQuestion, WireError};

use crate::world::{HERE, MY_NUMBER, NOON, PHARMACY, PIN, Visit, World, all, people, pmh_id, revoked};

pub fn a_visit_with_all_consents_gets_one_record_with_the_time_of_the_answer(world: &World) {
    let visit = world.visit("tanaka");
    let standing = visit.open();
    assert!(standing.registered && standing.subsidies_known);
    assert_eq!(standing.period, ConsentPeriod::AllAtOnce);
    let expected = [
        Question::SpecificDisease,
        Question::DiagnosisAndPharmacists,
        Question::Operation,
        Question::HealthCheckup,
        Question::Subsidy,
        Question::Prescription,
    ];
    assert_eq!(standing.questions, expected);

    let later = date(2026, 11, 21).at(12, 0, 17, 0);
    let answer = world.connection.consent(&standing.visit, &all(), later).unwrap();
    assert_eq!(answer.outcome, Outcome::Valid);
    let document = answer.document.unwrap();
    assert_eq!(document.header.process_execution_time, "20261121120017");
    assert_eq!(document.header.qualification_confirmation_date, "20261121");
    assert_eq!(document.header.medical_institution_code, HERE);
    assert_eq!(document.header.reference_classification, "1");
    assert_eq!(document.header.arbitrary_file_identifier.as_ref().map(String::len), Some(16));
    assert_eq!((document.header.segment_of_result.as_str(), &document.header.error_code), ("1", &None));
    assert_eq!(document.prescription_issue_select.as_deref(), Some("1"));
    assert_eq!((document.qualification_validity.as_deref(), &document.search), (Some("1"), &None));
    let [record] = document.records.as_slice() else { panic!("{:?}", document.records) };
    assert_eq!(record.limit_application_certificate_related_cons_time.as_deref(), Some("20261121120017"));
    assert!(record.limit_application_certificate_related_info.is_some());
    assert_eq!(record.specific_diseases_certificates.len(), 1);
    assert_eq!(record.specific_diseases_certificates[0].specific_diseases_self_pay.as_deref(), Some("10000"));
    for group in [
        &record.specific_health_checkups_info,
        &record.pharmacists_info,
        &record.diagnosis_info,
        &record.operation_info,
    ] {
        let group = group.as_ref().unwrap();
        assert_eq!(group.flg, "1");
        assert_eq!(group.time.as_deref(), Some("20261121120017"), "= ProcessExecutionTime");
        assert_eq!(group.available.as_deref(), Some("20261122120017"), "24 hours");
    }
    assert_eq!(record.reference_number.as_deref(), Some("0001234"));
}

pub fn refused_consents_are_flags_alone(world: &World) {
    let document = world.visit("tanaka").document(&Consents {
        specific_disease: Some(false),
        diagnosis_and_pharmacists: Some(false),
        operation: Some(true),
        prescription: Some(PrescriptionForm::Paper),
        ..Consents::default()
    });
    assert_eq!(document.prescription_issue_select.as_deref(), Some("2"));
    let record = &document.records[0];
    assert_eq!(record.specific_diseases_certificate_related_cons_flg.as_deref(), Some("0"));
    assert_eq!(record.specific_diseases_certificate_related_cons_time, None);
    assert!(record.specific_diseases_certificates.is_empty());
    let diagnosis = record.diagnosis_info.as_ref().unwrap();
    assert_eq!((diagnosis.flg.as_str(), &diagnosis.time, &diagnosis.available), ("0", &None, &None));
    assert_eq!(record.operation_info.as_ref().map(|group| group.flg.as_str()), Some("1"));
    assert_eq!(record.limit_application_certificate_related_cons_flg.as_deref(), Some("1"), "without a screen");
}

pub fn an_answer_to_a_screen_that_was_not_shown_is_not_heard(world: &World) {
    let document = world.visit("lost").document(&all());
    let record = &document.records[0];
    assert_eq!(record.specific_diseases_certificate_related_cons_flg, None);
    let pharmacy = world.visit("tanaka").with(|opening| opening.asker.institution = PHARMACY.into());
    assert_eq!(pharmacy.document(&all()).prescription_issue_select, None);
}

pub fn the_limit_screen_ended_on_2024_10_06(world: &World) {
    let before = world.visit("tanaka").on(date(2024, 10, 6));
    let standing = before.open();
    assert_eq!(standing.period, ConsentPeriod::OneByOne);
    assert!(standing.questions.contains(&Question::LimitCertificate));
    for (answered, flag, shown) in [(Some(true), "1", true), (Some(false), "0", false), (None, "0", false)] {
        let record = before.document(&Consents { limit_certificate: answered, ..all() }).records.remove(0);
        assert_eq!(record.limit_application_certificate_related_cons_flg.as_deref(), Some(flag), "{answered:?}");
        assert_eq!(record.limit_application_certificate_related_cons_time.is_some(), shown);
        assert_eq!(record.limit_application_certificate_related_info.is_some(), shown);
    }
    let after = world.visit("tanaka").on(date(2024, 10, 7)).open();
    assert_eq!(after.period, ConsentPeriod::AllAtOnce);
    assert!(!after.questions.contains(&Question::LimitCertificate));
}

pub fn the_confirmation_key_begins_with_its_day(world: &World) {
    let key = |day| {
        let record = world.visit("tanaka").on(day).document(&all()).records.remove(0);
        record.qualification_confirmation_key
    };
    assert_eq!(key(date(2024, 11, 30)), None);
    assert_eq!(key(date(2024, 12, 1)), key(date(2026, 11, 21)), "nothing changed between");
    let query = world.query(|_, _| ()).records.remove(0);
    assert_eq!(query.qualification_confirmation_key, key(date(2026, 11, 21)), "by card or by insurance data");
}

pub fn specific_disease_is_asked_of_those_who_have_a_certificate(world: &World) {
    assert!(world.visit("tanaka").open().questions.contains(&Question::SpecificDisease));
    assert!(!world.visit("moved").open().questions.contains(&Question::SpecificDisease));
    let record = world.visit("moved").document(&all()).records.remove(0);
    assert_eq!(record.specific_diseases_certificate_related_cons_flg, None);
}

pub fn the_prescription_form_is_asked_where_there_is_a_choice(world: &World) {
    let asked = |institution: &str, uses: Uses| {
        let visit = world.visit("tanaka").with(|opening| {
            opening.asker.institution = institution.into();
            opening.uses = uses;
        });
        visit.open().questions.contains(&Question::Prescription)
    };
    let uses = Uses::default();
    assert!(asked(HERE, uses));
    assert!(!asked(PHARMACY, uses), "a 薬局 fills prescriptions");
    assert!(!asked(HERE, Uses { prescription_at_confirmation: false, ..uses }));
    for form in [EPrescriptionUse::No, EPrescriptionUse::ElectronicOnly, EPrescriptionUse::PaperOnly] {
        assert!(!asked(HERE, Uses { e_prescription: form, ..uses }), "{form:?}");
    }
}

pub fn the_medical_assistance_switch_hides_its_records(world: &World) {
    let both = world.visit("both").document(&all());
    let kinds: Vec<_> = both.records.iter().map(|record| record.insured_card_classification.as_str()).collect();
    assert_eq!(kinds, ["01", "A1"]);
    assert_eq!(both.records[1].medical_tickets[0].designated_medical_institution_flag.as_deref(), Some("0"));
    let off = Uses { medical_assistance: false, ..Uses::default() };
    let one = world.visit("both").with(|opening| opening.uses = off).document(&all());
    assert_eq!(one.records.len(), 1);
    let none = world.visit("welfare").with(|opening| opening.uses = off).answer(&all());
    assert_eq!(none.outcome, Outcome::NoQualification);
}

pub fn the_groups_of_emr_sharing_go_with_the_consent_that_covers_them_where_the_institution_uses_it(world: &World) {
    let uses = Uses { emr_sharing: true, ..Uses::default() };
    let flags = |uses: Uses, consents: &Consents| {
        let document = world.visit("tanaka").with(|opening| opening.uses = uses).document(consents);
        let record = document.records[0].clone();
        let flag = |consent: Option<MedicalInformationConsent>| consent.map(|consent| consent.flg);
        let with_operation = [record.diagnosis_name, record.infectious_info].map(flag);
        let with_diagnosis =
            [record.allergy_info, record.contraindication_info, record.test_info, record.prescription_info].map(flag);
        (with_operation, with_diagnosis)
    };
    let [yes, no] = ["1", "0"].map(|flag| Some(flag.to_owned()));
    assert_eq!(
        flags(Uses::default(), &all()),
        ([const { None }; 2], [const { None }; 4]),
        "files of before it lack them"
    );
    let operation_only = Consents { operation: Some(true), ..Consents::default() };
    let expected = ([(); 2].map(|()| yes.clone()), [(); 4].map(|()| no.clone()));
    assert_eq!(flags(uses, &operation_only), expected, "SHJ 手術・傷病名・感染症");
    let diagnosis_only = Consents { diagnosis_and_pharmacists: Some(true), ..Consents::default() };
    let expected = ([(); 2].map(|()| no.clone()), [(); 4].map(|()| yes.clone()));
    assert_eq!(flags(uses, &diagnosis_only), expected, "SRJ, YZK");
}

pub fn medical_assistance_of_another_institution_is_valid_unregistered(world: &World) {
    let here = world.visit("welfare").answer(&all());
    assert_eq!(here.outcome, Outcome::ValidUnregistered);
    let document = here.document.unwrap();
    assert_eq!(document.qualification_validity.as_deref(), Some("6"));
    assert_eq!(document.records[0].medical_tickets[0].designated_medical_institution_flag.as_deref(), Some("1"));
    let there = world.visit("welfare").with(|opening| opening.asker.institution = "1319920011".into());
    assert_eq!(there.answer(&all()).outcome, Outcome::Valid);
}

pub fn a_new_card_is_registered_at_the_reader_until_reset(world: &World) {
    let visit = world.visit("newcomer");
    let asked = |registered: bool| {
        let standing = visit.open();
        assert_eq!(standing.registered, registered);
        assert_eq!(standing.questions.contains(&Question::Registration), !registered);
    };
    asked(false);
    for refused in [Some(false), None] {
        let answer = visit.answer(&Consents { registration: refused, ..all() });
        assert_eq!((answer.outcome, answer.document), (Outcome::NotRegistered, None));
    }
    asked(false);
    assert_eq!(visit.answer(&all()).outcome, Outcome::Valid);
    asked(true);
    assert_eq!(visit.answer(&Consents::default()).outcome, Outcome::Valid, "not asked again");
    world.hub.reset(&people()).unwrap();
    asked(false);
}

pub fn a_phone_cannot_be_registered_at_the_reader(world: &World) {
    let visit = world.visit("phone");
    assert!(visit.open().questions.is_empty());
    assert_eq!(visit.answer(&all()).outcome, Outcome::NotRegistered);
    assert!(!visit.open().registered);
}

pub fn a_lost_insurance_is_shown_as_lost_and_a_new_one_instead_of_the_old(world: &World) {
    let lost = world.visit("lost").answer(&all());
    assert_eq!(lost.outcome, Outcome::Invalid);
    let document = lost.document.unwrap();
    assert_eq!(document.qualification_validity.as_deref(), Some("2"));
    assert_eq!(document.records[0].reason_of_loss.as_deref(), Some("03"));
    assert_eq!(document.records[0].disqualification_date.as_deref(), Some("20260401"));
    let moved = world.visit("moved").document(&all());
    assert_eq!(moved.qualification_validity.as_deref(), Some("1"));
    assert_eq!(moved.records[0].insured_identification_number.as_deref(), Some("501"));
    assert_eq!(moved.records.len(), 1);
}

pub fn an_unknown_card_and_a_person_without_insurance_have_no_qualification(world: &World) {
    let stranger = world.visit("tanaka");
    assert!(world.hub.remove_person("tanaka").unwrap());
    assert!(!stranger.open().registered);
    for visit in [stranger, world.visit("nobody")] {
        let answer = visit.answer(&all());
        assert_eq!(answer.outcome, Outcome::NoQualification);
        let document = answer.document.unwrap();
        assert_eq!(document.qualification_validity.as_deref(), Some("4"));
        assert!(document.records.is_empty() && document.request_pmh_file_name.is_none());
    }
}

pub fn a_card_that_no_serial_names_is_its_holders_by_the_operators_word(world: &World) {
    let name = |visit: Visit<'_>| visit.document(&all()).records.first().map(|record| record.name.clone());
    let tanaka = name(world.visit("tanaka"));
    let stranger = world.visit("nobody").with(|opening| opening.holder = Some("tanaka".to_owned()));
    assert!(world.hub.remove_person("nobody").unwrap());
    assert_eq!(name(stranger), tanaka);
    // A serial that is somebody's decides against the word.
    let known = world.visit("tanaka").with(|opening| opening.holder = Some("suzuki".to_owned()));
    assert_eq!(name(known), tanaka);
}

pub fn a_visit_is_answered_once(world: &World) {
    let visit = world.visit("tanaka").open().visit;
    let consent = |id: &VisitId| world.connection.consent(id, &all(), NOON);
    assert!(consent(&visit).is_ok());
    let statuses =
        [consent(&visit), consent(&VisitId("0".into())), consent(&VisitId("a/b ?%".into()))].map(
            |answer| match answer {
                Err(WireError::Problem { status, .. }) => status,
                other => panic!("{other:?}"),
            },
        );
    assert_eq!(statuses, [409, 404, 404]);
}

pub fn a_steered_outcome_looks_like_the_real_one(world: &World) {
    let steered = |steering: Steering| world.visit("tanaka").with(|opening| opening.steering = steering);
    let validity = |code: &str| steered(Steering { validity: Some(code.into()), ..Steering::default() });
    for (code, outcome, reason) in [("2", Outcome::Invalid, "99"), ("3", Outcome::Superseded, "03")] {
        let answer = validity(code).answer(&all());
        assert_eq!(answer.outcome, outcome);
        let document = answer.document.unwrap();
        assert_eq!(document.qualification_validity.as_deref(), Some(code));
        assert_eq!(document.records[0].reason_of_loss.as_deref(), Some(reason));
        assert_eq!(document.records[0].disqualification_date.as_deref(), Some("20261121"));
    }
    let none = validity("4").answer(&all());
    assert_eq!((none.outcome, none.document.unwrap().records.len()), (Outcome::NoQualification, 0));
    assert_eq!(none.pmh_request, None);

    let down = steered(Steering { centre_error: true, ..Steering::default() }).answer(&all());
    assert_eq!(down.outcome, Outcome::CentreError);
    let document = down.document.unwrap();
    assert_eq!(document.header.segment_of_result, "9");
    assert!(document.header.error_code.is_some_and(|code| code.starts_with("MDG-")));
    assert!(document.header.error_message.is_some() && document.records.is_empty());

    match world.connection.open_visit(&validity("9").opening) {
        Err(WireError::Problem { status: 422, message }) => assert!(message.contains("「9」"), "{message}"),
        other => panic!("{other:?}"),
    }
}

pub fn a_reference_gives_its_identifiers_again_and_another_gives_others(world: &World) {
    let names = |reference: &str| {
        let visit = world.visit("tanaka").with(|opening| opening.reference = reference.into());
        let document = visit.document(&all());
        (document.header.arbitrary_file_identifier.unwrap(), document.request_pmh_file_name.unwrap())
    };
    let first = names("r1-000001");
    let other = names("r2-000001");
    assert!(first.0 != other.0 && first.1 != other.1);
    let again = names("r1-000001");
    assert_eq!(again.0, first.0);
    assert_ne!(again.1, first.1, "a request's name is never given twice");
    world.hub.reset(&people()).unwrap();
    assert_eq!(names("r1-000001"), first);
}

pub fn people_come_and_go_while_the_hub_serves(world: &World) {
    let visit = world.visit("tanaka");
    let mut changed = people().remove(0);
    changed.name = "田中　次郎".into();
    changed.card.revocation = Some(revoked());
    world.hub.put_person(changed.clone()).unwrap();
    assert_eq!(visit.answer(&all()).outcome, Outcome::CertificateRefused);
    changed.card.revocation = None;
    world.hub.put_person(changed).unwrap();
    assert_eq!(visit.document(&all()).records[0].name, "田中　次郎");
    assert!(people().iter().all(|person| world.hub.remove_person(&person.id).unwrap()));
    assert_eq!(visit.answer(&all()).outcome, Outcome::NoQualification);
    assert_eq!(world.query(|_, _| ()).qualification_validity.as_deref(), Some("4"));
    assert!(!world.hub.remove_person("tanaka").unwrap());
    world.hub.reset(&people()).unwrap();
    assert_eq!(visit.document(&all()).records[0].name, "田中　一郎");
}

pub fn a_renewed_card_has_another_serial_and_the_same_subsidies(world: &World) {
    let old = world.visit("tanaka");
    let mut renewed = people().remove(0);
    renewed.card.serial = vec![0x33, 0x44, 0x55];
    let certificate = authentication_certificate(&renewed, &Authority::default());
    world.hub.put_person(renewed).unwrap();
    let new = world.visit("tanaka").with(|opening| opening.evidence.certificate = certificate);
    assert!(new.open().subsidies_known, "the PMH-ID belongs to the person");
    assert_eq!(new.answer(&all()).outcome, Outcome::Valid);
    assert_eq!(old.answer(&all()).outcome, Outcome::NoQualification, "the old serial leads nowhere");
}

pub fn who_left_and_came_back_registers_again(world: &World) {
    let newcomer = people().remove(2);
    assert_eq!(world.visit("newcomer").answer(&all()).outcome, Outcome::Valid);
    assert!(world.visit("newcomer").open().registered);
    world.hub.put_person(newcomer.clone()).unwrap();
    assert!(world.visit("newcomer").open().registered, "a changed profile keeps the registration");
    world.hub.remove_person("newcomer").unwrap();
    world.hub.put_person(newcomer).unwrap();
    assert!(!world.visit("newcomer").open().registered);
}

pub fn no_secret_is_in_any_answer(world: &World) {
    let visit = world.visit("tanaka");
    let answer = visit.answer(&all());
    let question = SubsidyQuestion {
        asker: Asker { institution: HERE.into(), time: NOON },
        request_file_name: answer.pmh_request.clone().unwrap(),
    };
    let subsidies = world.connection.subsidies(&question).unwrap();
    let query = world.query(|_, _| ());
    let shown = format!("{:?} {answer:?} {subsidies:?} {query:?}", visit.open());
    let pmh_id = pmh_id(&MyNumber::new(MY_NUMBER));
    for secret in [MY_NUMBER, PIN, pmh_id.reveal(), "227B01", "227b01"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(shown.contains("田中"), "the check looks at something");
}
