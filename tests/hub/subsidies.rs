//! 医療費助成: announced by a visit, fetched by the request's file name.

use jiff::civil::{DateTime, date};
use madoguchi::message::name::{Case, RequestName};
use madoguchi::message::subsidy::SubsidyDocument;
use madoguchi::visit::{Consents, Question, Uses};
use madoguchi::wire::{Asker, SubsidyAnswer, SubsidyQuestion};

use crate::world::{HERE, NOON, World, all};

fn fetch(world: &World, name: &str, time: DateTime) -> SubsidyAnswer {
    let question =
        SubsidyQuestion { asker: Asker { institution: HERE.to_owned(), time }, request_file_name: name.to_owned() };
    world.connection.subsidies(&question).unwrap()
}

fn document(answer: SubsidyAnswer) -> SubsidyDocument {
    match answer {
        SubsidyAnswer::Document(document) => document,
        SubsidyAnswer::Failed { code, message } => panic!("{code} {message}"),
    }
}

fn failure(answer: SubsidyAnswer) -> String {
    match answer {
        SubsidyAnswer::Failed { code, .. } => code,
        SubsidyAnswer::Document(document) => panic!("{document:?}"),
    }
}

pub fn agreed_subsidies_are_fetched_by_the_request_file_name(world: &World) {
    let visit = world.visit("tanaka");
    let standing = visit.open();
    assert!(standing.subsidies_known && standing.questions.contains(&Question::Subsidy));
    let answer = visit.answer(&all());
    let name = answer.pmh_request.unwrap();
    assert_eq!(answer.document.unwrap().request_pmh_file_name.as_ref(), Some(&name));
    let drawn = name.strip_prefix("PMHsimsm01req_").and_then(|rest| rest.strip_suffix("2026112112000000_face.xml"));
    let drawn = drawn.unwrap_or_else(|| panic!("{name}"));
    assert!(drawn.len() == 16 && drawn.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b)), "{name}");

    let parsed = RequestName::parse(&name, Case::Exact).unwrap();
    assert_eq!(parsed.answer(), name.replace("req_", "res_"));

    let document = document(fetch(world, &name, date(2026, 11, 21).at(12, 0, 1, 0)));
    assert_eq!(document.process_execution_time, "20261121120001");
    assert_eq!(document.qualification_confirmation_date, "20261121");
    assert_eq!(document.medical_institution_code, HERE);
    let names: Vec<_> = document.certificates.iter().map(|c| c.certification_name.as_str()).collect();
    assert_eq!(
        names,
        ["自立支援医療受給者証（育成医療）", "子ども医療費受給者証"],
        "in order, the undisclosed one left out"
    );
    let hashes: Vec<_> = document.certificates.iter().map(|c| c.hash.clone().unwrap()).collect();
    assert!(hashes[0] != hashes[1] && hashes.iter().all(|hash| hash.len() == 64));
}

pub fn declined_undisclosed_or_switched_off_subsidies_leave_no_trace(world: &World) {
    let declined = world.visit("tanaka").answer(&Consents { subsidy: Some(false), ..all() });
    let unanswered = world.visit("tanaka").answer(&Consents { subsidy: None, ..all() });
    let off = Uses { medical_subsidy: false, ..Uses::default() };
    let switched_off = world.visit("tanaka").with(|opening| opening.uses = off);
    assert!(!switched_off.open().questions.contains(&Question::Subsidy));
    let ended = world.visit("tanaka").on(date(2027, 4, 1));
    for person in [&world.visit("undisclosed"), &world.visit("lost"), &ended] {
        let standing = person.open();
        assert!(!standing.subsidies_known && !standing.questions.contains(&Question::Subsidy));
    }
    let answers = [declined, unanswered, switched_off.answer(&all()), world.visit("undisclosed").answer(&all())];
    for answer in answers.into_iter().chain([ended.answer(&all())]) {
        assert_eq!(answer.pmh_request, None);
        assert_eq!(answer.document.unwrap().request_pmh_file_name, None);
    }
}

pub fn a_request_holds_on_its_own_day_as_often_as_it_is_asked(world: &World) {
    let name = world.visit("tanaka").answer(&all()).pmh_request.unwrap();
    let first = document(fetch(world, &name, NOON));
    let again = document(fetch(world, &name, NOON));
    assert_eq!(first, again, "a terminal that was killed asks again");
    let evening = document(fetch(world, &name, date(2026, 11, 21).at(23, 59, 59, 0)));
    assert_eq!(first.certificates, evening.certificates);
    assert_eq!(failure(fetch(world, &name, date(2026, 11, 22).at(0, 0, 0, 0))), "MDG-P0003E");
    assert_eq!(failure(fetch(world, "PMHsimsm01req_0000000000000000_face.xml", NOON)), "MDG-P0002E");
}

pub fn a_request_is_its_institutions_and_nobody_elses(world: &World) {
    let name = world.visit("tanaka").answer(&all()).pmh_request.unwrap();
    let asker = Asker { institution: "1319920011".to_owned(), time: NOON };
    let elsewhere = world.connection.subsidies(&SubsidyQuestion { asker, request_file_name: name.clone() });
    assert_eq!(failure(elsewhere.unwrap()), "MDG-P0002E");
    document(fetch(world, &name, NOON));
}

pub fn a_steered_failure_comes_with_a_code_of_ours(world: &World) {
    let visit = world.visit("tanaka").with(|opening| opening.steering.subsidy_error = true);
    let answer = visit.answer(&all());
    assert_eq!(answer.document.unwrap().qualification_validity.as_deref(), Some("1"), "the qualification is unharmed");
    match fetch(world, &answer.pmh_request.unwrap(), NOON) {
        SubsidyAnswer::Failed { code, message } => {
            assert_eq!(code, "MDG-P0001E");
            assert_eq!(message, "医療費助成情報を取得できませんでした。");
        }
        SubsidyAnswer::Document(document) => panic!("{document:?}"),
    }
}
