//! `OQSsiimm01`: a reference number is given to a person and comes back with them.

use madoguchi::hub::notice;
use madoguchi::message::registration::{RegistrationInfo, RegistrationRequest, RegistrationResult};
use madoguchi::people::Qualification;
use madoguchi::visit::Consents;
use madoguchi::wire::{Answer, Asker, Question, Request, Steering};

use crate::world::{HERE, NOON, PHARMACY, World, people};

/// Registers `number` for whoever has this insurance.
fn register(world: &World, number: &str, insured: &str, branch: Option<&str>) -> RegistrationResult {
    ask(world, HERE, number, insured, branch, Steering::default())
}

fn ask(
    world: &World,
    institution: &str,
    number: &str,
    insured: &str,
    branch: Option<&str>,
    steering: Steering,
) -> RegistrationResult {
    let request = RegistrationRequest {
        medical_institution_code: institution.into(),
        arbitrary_file_identifier: Some("20261121093000000-0a1b2c3d".into()),
        registration: RegistrationInfo {
            reference_number: number.into(),
            insurer_number: "06139999".into(),
            insured_card_symbol: Some("123".into()),
            insured_identification_number: insured.into(),
            insured_branch_number: branch.map(str::to_owned),
        },
    };
    let asker = Asker { institution: institution.to_owned(), time: NOON };
    let question =
        Question { asker, reference: String::new(), request: Request::Registration(request.clone()), steering };
    let Answer::Registration(result) = world.connection.ask(&question).unwrap() else { panic!("another document") };
    assert_eq!(result.registration, Some(request.registration), "everything comes back as it was sent");
    assert_eq!(result.header.medical_institution_code, request.medical_institution_code);
    assert_eq!(result.header.arbitrary_file_identifier, request.arbitrary_file_identifier);
    result
}

fn in_a_query(world: &World, insured: &str) -> Option<String> {
    let result = world.query(|_, request| {
        request.search.insured_identification_number = insured.into();
        request.search.insured_branch_number = None;
    });
    result.records[0].reference_number.clone()
}

fn on_a_visit(world: &World, person: &str, institution: &str) -> Option<String> {
    let visit = world.visit(person).with(|opening| opening.asker.institution = institution.into());
    visit.document(&Consents::default()).records[0].reference_number.clone()
}

pub fn a_registered_number_is_in_every_later_result_until_reset(world: &World) {
    assert_eq!((on_a_visit(world, "moved", HERE), in_a_query(world, "501")), (None, None));
    let result = register(world, "P-42", "501", None);
    assert_eq!((result.header.segment_of_result.as_str(), result.processing_result_status.as_str()), ("1", "1"));
    assert_eq!((result.processing_result_code, result.header.error_code), (None, None));
    assert_eq!(on_a_visit(world, "moved", HERE).as_deref(), Some("P-42"));
    assert_eq!(in_a_query(world, "501").as_deref(), Some("P-42"));
    register(world, "P-43", "501", None);
    assert_eq!(in_a_query(world, "501").as_deref(), Some("P-43"), "the last one counts");
    world.hub.reset(&people()).unwrap();
    assert_eq!(on_a_visit(world, "moved", HERE), None);
}

pub fn a_number_survives_a_change_of_insurer(world: &World) {
    register(world, "P-7", "9003", None);
    let mut person = people().into_iter().find(|person| person.id == "newcomer").unwrap();
    let new = Qualification { insurer_number: Some("01139997".into()), ..person.qualifications[0].clone() };
    person.qualifications = vec![new];
    person.card.registered = true;
    world.hub.put_person(person).unwrap();
    let document = world.visit("newcomer").document(&Consents::default());
    assert_eq!(document.records[0].insurer_number.as_deref(), Some("01139997"));
    assert_eq!(document.records[0].reference_number.as_deref(), Some("P-7"));
}

pub fn a_number_is_its_institutions_own_and_goes_before_that_of_the_profile(world: &World) {
    assert_eq!(on_a_visit(world, "tanaka", HERE).as_deref(), Some("0001234"), "from the profile");
    register(world, "P-1", "45", Some("01"));
    assert_eq!(on_a_visit(world, "tanaka", HERE).as_deref(), Some("P-1"));
    assert_eq!(on_a_visit(world, "tanaka", PHARMACY).as_deref(), Some("0001234"));
}

pub fn a_registration_that_names_nobody_or_several_fails_with_a_code_of_ours(world: &World) {
    for (number, insured, branch, why) in [
        ("P-1", "404", None, notice::NOBODY_TO_REGISTER),
        ("P-1", "777", None, notice::SEVERAL_TO_REGISTER),
        ("P-1", "777", Some("03"), notice::NOBODY_TO_REGISTER),
        (&*"9".repeat(51), "501", None, notice::NUMBER_TOO_LONG),
    ] {
        let result = register(world, number, insured, branch);
        assert_eq!(result.header.segment_of_result, "1", "the message itself was processed");
        assert_eq!(result.processing_result_status, "2");
        assert_eq!(result.processing_result_code.as_deref(), Some(why.code));
        assert_eq!(result.processing_result_message.as_deref(), Some(why.message));
    }
    assert_eq!(in_a_query(world, "501"), None, "nothing was registered");
    assert_eq!(register(world, "P-2", "777", Some("02")).processing_result_status, "1");
    assert_eq!(on_a_visit(world, "twin-2", HERE).as_deref(), Some("P-2"));
    assert_eq!(on_a_visit(world, "twin-1", HERE), None);
}

pub fn a_steered_failure_of_the_centre_registers_nothing(world: &World) {
    let steering = Steering { centre_error: true, ..Steering::default() };
    let result = ask(world, HERE, "P-1", "501", None, steering);
    assert_eq!((result.header.segment_of_result.as_str(), result.processing_result_status.as_str()), ("9", "2"));
    assert_eq!(result.header.error_code.as_deref(), Some(notice::CENTRE_ERROR.code));
    assert_eq!(in_a_query(world, "501"), None);
}
