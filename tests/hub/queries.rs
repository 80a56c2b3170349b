//! `OQSsiquc01`: qualification by insurance data.

use jiff::civil::date;
use madoguchi::message::qualification::{QualificationRequest, QualificationResult};
use madoguchi::people::{Person, Qualification};
use madoguchi::wire::{Steering, WireError};

use crate::world::{World, people, request};

fn ask(world: &World, change: impl FnOnce(&mut QualificationRequest)) -> QualificationResult {
    world.query(|_, request| change(request))
}

fn by_number<'a>(number: &'a str) -> impl Fn(&mut QualificationRequest) + 'a {
    move |request| {
        request.search.insured_identification_number = number.into();
        request.search.insured_branch_number = None;
    }
}

pub fn insurance_data_find_their_record_with_the_limit_group_alone(world: &World) {
    let result = ask(world, |_| {});
    assert_eq!(result.header.reference_classification, "2");
    assert_eq!(result.header.segment_of_result, "1");
    assert_eq!(result.header.process_execution_time, "20261121120000");
    assert_eq!(result.qualification_validity.as_deref(), Some("1"));
    assert_eq!((result.prescription_issue_select, result.request_pmh_file_name), (None, None));
    let [record] = result.records.as_slice() else { panic!("{:?}", result.records) };
    assert_eq!(record.name, "田中　一郎");
    assert_eq!(record.limit_application_certificate_related_cons_flg.as_deref(), Some("1"));
    assert_eq!(record.limit_application_certificate_related_cons_time.as_deref(), Some("20261121120000"));
    let limit = record.limit_application_certificate_related_info.as_ref().unwrap();
    assert_eq!(limit.limit_application_certificate_classification_flag.as_deref(), Some("A03"));
    assert_eq!(record.reference_number.as_deref(), Some("0001234"));
    assert_eq!(record.qualification_confirmation_key.as_ref().map(String::len), Some(64));
    assert_eq!(record.specific_diseases_certificate_related_cons_flg, None);
    assert_eq!((&record.pharmacists_info, &record.diagnosis_info), (&None, &None));
    assert_eq!((&record.operation_info, &record.specific_health_checkups_info), (&None, &None));
}

pub fn without_the_limit_flag_the_group_is_its_flag(world: &World) {
    let result = ask(world, |request| request.search.limit_application_certificate_related_cons_flg = "0".into());
    let record = &result.records[0];
    assert_eq!(record.limit_application_certificate_related_cons_flg.as_deref(), Some("0"));
    assert_eq!(record.limit_application_certificate_related_cons_time, None);
    assert_eq!(record.limit_application_certificate_related_info, None);
}

pub fn the_validity_follows_the_day_asked_for(world: &World) {
    let asked = |number: &str, day: &str| {
        let result = ask(world, |request| {
            by_number(number)(request);
            request.qualification_confirmation_date = day.into();
        });
        let loss = result.records.first().and_then(|record| record.reason_of_loss.clone());
        (result.qualification_validity.unwrap(), result.records.len(), loss)
    };
    assert_eq!(asked("500", "20260331").0, "1", "the day before the loss");
    assert_eq!(asked("500", "20261121"), ("3".into(), 1, Some("03".into())), "a newer one exists");
    assert_eq!(asked("501", "20261121").0, "1");
    assert_eq!(asked("600", "20261121"), ("2".into(), 1, Some("03".into())));
    assert_eq!(asked("600", "20150101"), ("4".into(), 0, None), "not gained yet");
}

pub fn several_persons_are_told_apart_by_the_branch_only(world: &World) {
    let twins = ask(world, by_number("777"));
    assert_eq!(twins.qualification_validity.as_deref(), Some("5"));
    assert!(twins.records.is_empty());
    let second = ask(world, |request| {
        by_number("777")(request);
        request.search.insured_branch_number = Some("02".into());
    });
    assert_eq!(second.qualification_validity.as_deref(), Some("1"));
    assert_eq!(second.records[0].insured_branch_number.as_deref(), Some("02"));
}

pub fn unknown_insurance_data_have_no_qualification_and_no_list(world: &World) {
    let nobody = ask(world, by_number("1"));
    assert_eq!(nobody.header.segment_of_result, "1");
    assert_eq!(nobody.processing_result_status, "1");
    assert_eq!(nobody.qualification_validity.as_deref(), Some("4"));
    assert!(nobody.records.is_empty());
    assert!(nobody.search.is_some());
}

pub fn what_was_sent_comes_back_as_it_was_sent(world: &World) {
    let sent = |request: &mut QualificationRequest| {
        request.medical_institution_code = "2714206386".into();
        request.search.insurer_number = " 6139999".into();
        request.search.insured_identification_number = "  45".into();
    };
    let result = ask(world, sent);
    let mut expected = request();
    sent(&mut expected);
    assert_eq!(result.search, Some(expected.search));
    assert_eq!(result.header.medical_institution_code, "2714206386", "a foreign code is echoed");
    assert_eq!(result.header.arbitrary_file_identifier.as_deref(), Some("202611210001"));
    assert_eq!(result.qualification_validity.as_deref(), Some("1"));
}

pub fn a_steered_query_looks_like_the_real_one(world: &World) {
    let steered = |steering: Steering| world.query(|question, _| question.steering = steering);
    let validity = |code: &str| Steering { validity: Some(code.into()), ..Steering::default() };
    let lost = steered(validity("2"));
    assert_eq!(lost.qualification_validity.as_deref(), Some("2"));
    assert_eq!(lost.records[0].reason_of_loss.as_deref(), Some("99"));
    assert_eq!(lost.records[0].disqualification_date.as_deref(), Some("20261121"));
    assert_eq!(lost.records[0].limit_application_certificate_related_info, None, "a lost insurance has no limit");
    let superseded = steered(validity("3"));
    assert_eq!(superseded.qualification_validity.as_deref(), Some("3"));
    assert_eq!(superseded.records[0].reason_of_loss.as_deref(), Some("03"));
    let none = steered(validity("4"));
    assert_eq!((none.qualification_validity.as_deref(), none.records.len()), (Some("4"), 0));
    let down = steered(Steering { centre_error: true, ..Steering::default() });
    assert_eq!(down.header.segment_of_result, "9");
    assert!(down.header.error_code.unwrap().starts_with("MDG-"));
    assert!(down.header.error_message.is_some());
    assert_eq!(
        (down.processing_result_status.as_str(), down.qualification_validity, down.records.len()),
        ("2", None, 0)
    );
    match world.try_query(|question, _| question.steering = validity("1")) {
        Err(WireError::Problem { status: 422, message }) => assert!(message.contains("2, 3 or 4"), "{message}"),
        other => panic!("{other:?}"),
    }
    let unsteered = world.query(|question, _| question.asker.time = date(2026, 11, 21).at(13, 0, 0, 0));
    assert_eq!(unsteered.qualification_validity.as_deref(), Some("1"), "nothing of it stays");
}

/// Another insurer since the first of the month: the new one told on the tenth, the old one on the twentieth.
fn moved() -> Person {
    let mut person = people().remove(0);
    let first = date(2026, 11, 1);
    let old = Qualification {
        lost_on: Some(first),
        reason_of_loss: Some("03".into()),
        loss_registered_on: Some(date(2026, 11, 20)),
        ..person.qualifications.remove(0)
    };
    let new = Qualification {
        insurer_number: Some("01139999".into()),
        qualified_on: Some(first),
        registered_on: Some(date(2026, 11, 10)),
        lost_on: None,
        reason_of_loss: None,
        loss_registered_on: None,
        ..old.clone()
    };
    person.qualifications = vec![new, old];
    person
}

pub fn a_change_of_insurer_is_answered_as_it_was_known_on_the_day_asked_for(world: &World) {
    world.hub.put_person(moved()).unwrap();
    let validity = |insurer: &str, day: &str| {
        let result = ask(world, |request| {
            request.qualification_confirmation_date = day.into();
            request.search.insurer_number = insurer.into();
        });
        result.qualification_validity.unwrap()
            + result.records.first().map_or("", |r| if r.disqualification_date.is_some() { " lost" } else { " held" })
    };
    for (day, of_the_new, of_the_old) in [
        ("20261031", "4", "1 held"),
        ("20261105", "4", "1 held"),
        ("20261110", "1 held", "1 held"),
        ("20261119", "1 held", "1 held"),
        ("20261120", "1 held", "3 lost"),
        ("20261121", "1 held", "3 lost"),
        ("20261201", "1 held", "3 lost"),
    ] {
        assert_eq!(
            (validity("01139999", day).as_str(), validity("06139999", day).as_str()),
            (of_the_new, of_the_old),
            "{day}"
        );
    }
    let card = |day| world.visit("tanaka").on(date(2026, 11, day)).document(&crate::world::all());
    assert_eq!(card(5).records[0].insurer_number.as_deref(), Some("06139999"), "nobody told of the new one");
    assert_eq!(card(10).records[0].insurer_number.as_deref(), Some("01139999"));
}
