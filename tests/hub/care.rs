//! `OQSmutic`, `OQSmuhvq` and `OQSmuonq`, 01 and 02: who belongs to a month or period.

use jiff::ToSpan;
use madoguchi::hub::notice;
use madoguchi::message::bulk::{
    BulkConfirmUnit, BulkQualificationResult, BulkReception, BulkRequest, Care, CareSearch,
};
use madoguchi::wire::{Answer, Request};

use crate::bulk::{ask, confirmed, download, header, receive};
use crate::world::{HERE, NOON, PHARMACY, World};

fn request(care: Care, search: CareSearch) -> Request {
    Request::BulkCare(care, BulkRequest { header: header(None), rows: vec![search].into() })
}

fn of_month(month: &str) -> CareSearch {
    CareSearch { medical_treatment_month: Some(month.into()), ..CareSearch::default() }
}

/// Days of November 2026 on which it was agreed.
fn agreed(flag: &str, from: u8, to: u8) -> CareSearch {
    CareSearch {
        consent_date_from: Some(format!("202611{from:02}")),
        consent_date_to: Some(format!("202611{to:02}")),
        medical_treatment_flag: Some(flag.into()),
        ..CareSearch::default()
    }
}

/// Days of November 2026 on which it was treated.
fn examined(from: u8, to: u8) -> CareSearch {
    CareSearch {
        examination_date_from: Some(format!("202611{from:02}")),
        examination_date_to: Some(format!("202611{to:02}")),
        medical_treatment_flag: Some("3".into()),
        ..CareSearch::default()
    }
}

fn fetched(world: &World, care: Care, search: CareSearch) -> BulkQualificationResult {
    let number = receive(world, "a", request(care, search)).reception_number.unwrap();
    let time = NOON.saturating_add(60.seconds());
    confirmed(ask(world, HERE, time, "", Request::BulkCareDownload(care, download(&number))))
}

/// The insurance numbers of each unit's records.
fn numbers<'a>(result: &'a BulkQualificationResult) -> Vec<Vec<&'a str>> {
    let of = |unit: &'a BulkConfirmUnit| {
        unit.records.iter().filter_map(|record| record.insured_identification_number.as_deref()).collect()
    };
    result.units.iter().map(of).collect()
}

pub fn a_month_brings_whoever_has_a_ticket_and_of_both_insurances_a_record(world: &World) {
    let result = fetched(world, Care::MedicalAssistance, of_month("202611"));
    assert_eq!(numbers(&result), [vec!["801", "1234567"], vec!["1234567"]]);
    let header = &result.header;
    assert_eq!((header.segment_of_result.as_str(), header.number_of_processing_result.as_deref()), ("1", Some("2")));
    assert_eq!(header.arbitrary_file_identifier.as_deref(), Some("20261121115959999-0a1b2c3d"), "of the 01req");
    assert_eq!(header.qualification_confirmation_date, None);
    let [both, elsewhere] = result.units.as_slice() else { panic!() };
    assert_eq!(both.qualification_validity.as_deref(), Some("1"));
    assert_eq!(both.reference_numbers, ["77", "77"], "the n-th belongs to the n-th record");
    assert_eq!(
        (&both.search, both.records[0].medical_tickets.len(), both.records[1].medical_tickets.len()),
        (&None, 0, 1)
    );
    assert_eq!(elsewhere.qualification_validity.as_deref(), Some("6"), "its ticket names another institution");
    let ticket = &elsewhere.records[0].medical_tickets[0];
    assert_eq!(ticket.designated_medical_institution_flag.as_deref(), Some("1"));
}

pub fn a_pharmacy_sees_dispensing_tickets_and_another_month_nobody(world: &World) {
    assert!(fetched(world, Care::MedicalAssistance, of_month("202610")).units.is_empty());
    let asked = ask(world, PHARMACY, NOON, "p", request(Care::MedicalAssistance, of_month("202611")));
    let Answer::BulkReception(BulkReception { reception_number: Some(number), .. }) = asked else {
        panic!("{asked:?}")
    };
    let time = NOON.saturating_add(60.seconds());
    let download = |institution| {
        let request = Request::BulkCareDownload(Care::MedicalAssistance, download(&number));
        confirmed(ask(world, institution, time, "", request))
    };
    let result = download(PHARMACY);
    assert_eq!((result.header.segment_of_result.as_str(), result.units.len()), ("1", 0), "a 医療券 is not for a 薬局");
    assert_eq!(download(HERE).header.segment_of_result, "9", "the number is the pharmacy's");
}

pub fn a_period_brings_who_agreed_at_home_in_it(world: &World) {
    let result = fetched(world, Care::HomeVisit, agreed("2", 1, 15));
    assert_eq!(numbers(&result), [["901"]], "who agreed to another institution is not among them");
    let record = &result.units[0].records[0];
    for group in [&record.pharmacists_info, &record.diagnosis_info, &record.operation_info] {
        let consent = group.as_ref().unwrap();
        assert_eq!((consent.flg.as_str(), consent.time.as_deref()), ("1", Some("20261110100000")), "the latest counts");
        assert_eq!(consent.available.as_deref(), Some("20261130235959"));
    }
    assert_eq!(record.limit_application_certificate_changed, None);
    let earlier = fetched(world, Care::HomeVisit, agreed("2", 1, 9));
    assert_eq!(earlier.units[0].records[0].pharmacists_info.as_ref().unwrap().time.as_deref(), Some("20261101100000"));
    assert!(fetched(world, Care::HomeVisit, agreed("2", 11, 20)).units.is_empty());
}

pub fn an_online_period_may_be_of_consent_or_of_examination(world: &World) {
    assert_eq!(numbers(&fetched(world, Care::Online, agreed("3", 9, 10))), [["901"], ["902"]]);
    assert_eq!(numbers(&fetched(world, Care::Online, examined(20, 20))), [["902"]]);
    assert_eq!(numbers(&fetched(world, Care::Online, examined(9, 9))), [["901"]]);
}

pub fn a_consent_that_has_ended_is_told_as_such(world: &World) {
    let result = fetched(world, Care::Online, examined(20, 20));
    let record = &result.units[0].records[0];
    let checkup = record.specific_health_checkups_info.as_ref().unwrap();
    assert_eq!((checkup.flg.as_str(), checkup.available.as_deref()), ("2", Some("20261111235959")));
    assert_eq!(record.pharmacists_info.as_ref().unwrap().flg, "0", "this was never agreed to");
}

pub fn a_period_that_cannot_be_is_a_9(world: &World) {
    let code = |care, search| {
        let reception = receive(world, "a", request(care, search));
        assert_eq!((reception.header.segment_of_result.as_str(), &reception.reception_number), ("9", &None));
        reception.header.error_code.unwrap()
    };
    assert_eq!(code(Care::HomeVisit, agreed("3", 1, 2)), notice::TREATMENT_FLAG.code);
    assert_eq!(code(Care::Online, agreed("2", 1, 2)), notice::TREATMENT_FLAG.code);
    assert_eq!(code(Care::HomeVisit, agreed("2", 2, 1)), notice::PERIOD.code);
    assert_eq!(code(Care::Online, examined(2, 1)), notice::PERIOD.code);
}
