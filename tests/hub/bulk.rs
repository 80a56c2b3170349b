//! `OQSmuquc01/02` and `OQSmuimm01/02`: received under a number, worked on, fetched with the number.

use jiff::ToSpan;
use jiff::civil::DateTime;
use madoguchi::hub::notice;
use madoguchi::message::bulk::{
    BulkConfirmUnit, BulkDownload, BulkHeader, BulkQualificationRequest, BulkQualificationResult, BulkReception,
    BulkRegistrationRequest, BulkRegistrationResult, BulkRequest, BulkRequestHeader, BulkResult, BulkUnit,
};
use madoguchi::message::qualification::SearchInfo;
use madoguchi::message::registration::RegistrationInfo;
use madoguchi::wire::{Answer, Asker, Question, Request, Steering};

use crate::world::{HERE, NOON, PHARMACY, World, people, request};

const IDENTIFIER: &str = "20261121115959999-0a1b2c3d";

pub fn ask(world: &World, institution: &str, time: DateTime, reference: &str, request: Request) -> Answer {
    let asker = Asker { institution: institution.to_owned(), time };
    let question = Question { asker, reference: reference.to_owned(), request, steering: Steering::default() };
    world.connection.ask(&question).unwrap()
}

pub fn header(day: Option<&str>) -> BulkRequestHeader {
    BulkRequestHeader {
        qualification_confirmation_date: day.map(str::to_owned),
        medical_institution_code: HERE.into(),
        arbitrary_file_identifier: Some(IDENTIFIER.into()),
    }
}

fn row(number: &str, branch: Option<&str>, identifier: &str) -> SearchInfo {
    SearchInfo {
        insured_identification_number: number.into(),
        insured_branch_number: branch.map(str::to_owned),
        arbitrary_identifier: Some(identifier.into()),
        ..request().search
    }
}

fn queries(rows: Vec<SearchInfo>) -> Request {
    Request::BulkQualification(BulkQualificationRequest { header: header(Some("20261121")), rows: rows.into() })
}

pub fn receive(world: &World, reference: &str, request: Request) -> BulkReception {
    match ask(world, HERE, NOON, reference, request) {
        Answer::BulkReception(reception) => reception,
        other => panic!("another document: {other:?}"),
    }
}

/// As a client asks that sends no identifier with its 02req.
pub fn download(number: &str) -> BulkDownload {
    BulkDownload {
        medical_institution_code: HERE.into(),
        arbitrary_file_identifier: None,
        reception_number: number.into(),
    }
}

fn fetch(world: &World, institution: &str, seconds: i64, number: &str) -> BulkQualificationResult {
    let time = NOON.saturating_add(seconds.seconds());
    confirmed(ask(world, institution, time, "", Request::BulkQualificationDownload(download(number))))
}

/// All of a 02res, which comes unit by unit.
fn whole(answer: Answer) -> (BulkHeader, Vec<BulkUnit>) {
    match answer {
        Answer::Bulk(bulk) => bulk.gather().unwrap(),
        other => panic!("another document: {other:?}"),
    }
}

pub fn confirmed(answer: Answer) -> BulkQualificationResult {
    let (header, units) = whole(answer);
    let confirm = |unit| match unit {
        BulkUnit::Confirm(unit) => unit,
        other => panic!("another unit: {other:?}"),
    };
    BulkResult { header, units: units.into_iter().map(confirm).collect::<Vec<BulkConfirmUnit>>() }
}

fn fetch_registrations(world: &World, number: &str) -> BulkRegistrationResult {
    let time = NOON.saturating_add(60.seconds());
    let (header, units) = whole(ask(world, HERE, time, "", Request::BulkRegistrationDownload(download(number))));
    let registered = |unit| match unit {
        BulkUnit::Registration(unit) => unit,
        other => panic!("another unit: {other:?}"),
    };
    BulkResult { header, units: units.into_iter().map(registered).collect() }
}

pub fn a_bulk_query_is_worked_on_and_then_has_a_unit_for_every_row(world: &World) {
    let mut nobody = row("404", None, "visit_3");
    nobody.insured_card_symbol = Some("記号なし".into());
    let mut undated = row("501", None, "visit_4");
    undated.birthdate = "19801399".into();
    let rows = vec![row("45", Some("01"), "visit_1"), row("777", None, "visit_2"), nobody, undated];
    let reception = receive(world, "a", queries(rows.clone()));
    assert_eq!(reception.header.segment_of_result, "1");
    assert_eq!(reception.header.arbitrary_file_identifier.as_deref(), Some(IDENTIFIER));
    assert_eq!(reception.reception_date_time.as_deref(), Some("20261121120000"));
    let number = reception.reception_number.unwrap();

    let early = fetch(world, HERE, 4, &number);
    assert_eq!((early.header.segment_of_result.as_str(), early.units.len()), ("2", 0));
    assert_eq!(early.header.number_of_processing_result, None);
    assert_eq!(early.header.arbitrary_file_identifier.as_deref(), Some(IDENTIFIER), "remembered from the 01req");

    let done = fetch(world, HERE, 5, &number);
    let head = &done.header;
    assert_eq!((head.segment_of_result.as_str(), &head.reception_number), ("1", &number));
    assert_eq!(head.arbitrary_file_identifier.as_deref(), Some(IDENTIFIER));
    assert_eq!(head.qualification_confirmation_date.as_deref(), Some("20261121"));
    assert_eq!(head.process_execution_time, "20261121120005");
    let counts = [&head.number_of_processing_result, &head.number_of_normal_processing, &head.number_of_error];
    assert_eq!(counts.map(|count| count.as_deref().unwrap()), ["4", "3", "1"]);
    let searches: Vec<_> = done.units.iter().map(|unit| unit.search.clone().unwrap()).collect();
    assert_eq!(searches, rows, "every row comes back as it was sent");
    let validities: Vec<_> = done.units.iter().map(|unit| unit.qualification_validity.as_deref()).collect();
    assert_eq!(validities, [Some("1"), Some("5"), Some("4"), None]);
    assert_eq!(done.units[3].processing_result_code.as_deref(), Some(notice::BIRTHDATE.code));
    assert_eq!(fetch(world, HERE, 3600, &number).units, done.units, "it can be fetched again");
}

pub fn a_unit_has_its_record_without_consents_and_its_number_beside_it(world: &World) {
    let number = receive(world, "a", queries(vec![row("45", Some("01"), "visit_1")])).reception_number.unwrap();
    let unit = fetch(world, HERE, 60, &number).units.remove(0);
    assert_eq!((unit.processing_result_status.as_str(), unit.reference_numbers), ("1", vec!["0001234".to_owned()]));
    let record = unit.records.into_iter().next().unwrap();
    assert_eq!(record.name, "田中　一郎");
    assert_eq!(record.limit_application_certificate_changed.as_deref(), Some("0"), "it held a month ago, too");
    assert_eq!(record.limit_application_certificate_related_cons_flg, None);
    assert_eq!(record.limit_application_certificate_related_info, None);
    assert_eq!(record.specific_diseases_certificates, []);
    assert_eq!((record.pharmacists_info, record.diagnosis_info), (None, None));
    assert_eq!((record.reference_number, record.qualification_confirmation_key), (None, None));
}

pub fn a_certificate_that_began_within_a_month_is_told_as_changed(world: &World) {
    let mut rows =
        BulkQualificationRequest { header: header(Some("20240815")), rows: vec![row("45", None, "v")].into() };
    for (day, changed) in [("20240731", "0"), ("20240815", "1"), ("20240901", "0")] {
        rows.header.qualification_confirmation_date = Some(day.into());
        let number = receive(world, day, Request::BulkQualification(rows.clone())).reception_number.unwrap();
        let record = fetch(world, HERE, 60, &number).units.remove(0).records.remove(0);
        assert_eq!(record.limit_application_certificate_changed.as_deref(), Some(changed), "{day}");
    }
}

pub fn a_reception_number_is_its_institutions_and_its_interfaces_own(world: &World) {
    let number = receive(world, "a", queries(vec![row("45", None, "v")])).reception_number.unwrap();
    let unknown = |result: BulkQualificationResult| {
        assert_eq!((result.header.segment_of_result.as_str(), result.units.len()), ("9", 0));
        assert_eq!(result.header.error_code.as_deref(), Some(notice::UNKNOWN_RECEPTION.code));
        result.header.reception_number
    };
    assert_eq!(unknown(fetch(world, HERE, 60, "0815")), "0815", "clients find their answer by it");
    unknown(fetch(world, PHARMACY, 60, &number));
    let result = fetch_registrations(world, &number);
    assert_eq!(result.header.error_code.as_deref(), Some(notice::UNKNOWN_RECEPTION.code));
    world.hub.reset(&people()).unwrap();
    unknown(fetch(world, HERE, 60, &number));
}

pub fn a_reception_number_hangs_on_the_stations_reference_and_is_never_given_twice(world: &World) {
    let receive =
        |reference: &str| receive(world, reference, queries(vec![row("45", None, "v")])).reception_number.unwrap();
    let (first, other, again) = (receive("a"), receive("b"), receive("a"));
    assert!(first != other && first != again, "{first} {other} {again}");
    assert!(first.len() == 20 && first.starts_with("20261121"), "{first}");
    world.hub.reset(&people()).unwrap();
    assert_eq!(receive("b"), other, "whoever else was served before");
}

pub fn a_bulk_registration_holds_at_once_and_tells_of_every_row(world: &World) {
    let info = |number: &str, insured: &str, branch: Option<&str>| RegistrationInfo {
        reference_number: number.into(),
        insurer_number: "06139999".into(),
        insured_card_symbol: Some("123".into()),
        insured_identification_number: insured.into(),
        insured_branch_number: branch.map(str::to_owned),
    };
    let rows = vec![info("P-1", "501", None), info("P-2", "404", None), info("P-3", "777", Some("02"))];
    let request: BulkRegistrationRequest = BulkRequest { header: header(None), rows: rows.clone().into() };
    let number = receive(world, "a", Request::BulkRegistration(request)).reception_number.unwrap();
    let query = world.query(|_, request| {
        request.search.insured_identification_number = "501".into();
        request.search.insured_branch_number = None;
    });
    assert_eq!(query.records[0].reference_number.as_deref(), Some("P-1"));

    let result = fetch_registrations(world, &number);
    assert_eq!((result.header.segment_of_result.as_str(), &result.header.reception_number), ("1", &number));
    assert_eq!(result.header.arbitrary_file_identifier.as_deref(), Some(IDENTIFIER));
    assert_eq!(result.header.number_of_error.as_deref(), Some("1"));
    assert_eq!(result.header.qualification_confirmation_date, None);
    let echoed: Vec<_> = result.units.iter().map(|unit| unit.registration.clone().unwrap()).collect();
    assert_eq!(echoed, rows);
    let statuses: Vec<_> = result.units.iter().map(|unit| unit.processing_result_status.as_str()).collect();
    assert_eq!(statuses, ["1", "2", "1"]);
    assert_eq!(result.units[1].processing_result_code.as_deref(), Some(notice::NOBODY_TO_REGISTER.code));
}

pub fn a_steered_failure_of_the_centre_is_a_9_of_either_file(world: &World) {
    let steered = |request: Request| {
        let asker = Asker { institution: HERE.to_owned(), time: NOON };
        let steering = Steering { centre_error: true, ..Steering::default() };
        world.connection.ask(&Question { asker, reference: "s".into(), request, steering }).unwrap()
    };
    let Answer::BulkReception(reception) = steered(queries(vec![row("45", None, "v")])) else { panic!("no 01res") };
    assert_eq!((reception.header.segment_of_result.as_str(), reception.reception_number), ("9", None));
    let number = receive(world, "a", queries(vec![row("45", None, "v")])).reception_number.unwrap();
    let failed = steered(Request::BulkQualificationDownload(download(&number)));
    let result = confirmed(failed);
    assert_eq!(result.header.error_code.as_deref(), Some(notice::CENTRE_ERROR.code));
    assert_eq!(result.header.arbitrary_file_identifier.as_deref(), Some(IDENTIFIER));
}

pub fn a_request_beyond_the_size_of_a_single_one_is_answered(world: &World) {
    let rows: Vec<_> = (0..20_000).map(|i| row("45", None, &format!("visit_{i}"))).collect();
    let number = receive(world, "a", queries(rows)).reception_number.unwrap();
    let result = fetch(world, HERE, 60, &number);
    assert_eq!((result.units.len(), result.header.number_of_processing_result.as_deref()), (20_000, Some("20000")));
    let last = result.units[19_999].search.as_ref().unwrap();
    assert_eq!(last.arbitrary_identifier.as_deref(), Some("visit_19999"));
}

pub fn a_reception_number_is_known_for_a_week(world: &World) {
    let number = receive(world, "a", queries(vec![row("45", None, "v")])).reception_number.unwrap();
    let week = 7 * 86_400;
    assert_eq!(fetch(world, HERE, week, &number).header.segment_of_result, "1");
    let late = fetch(world, HERE, week + 1, &number);
    assert_eq!(late.header.error_code.as_deref(), Some(notice::UNKNOWN_RECEPTION.code));
}
