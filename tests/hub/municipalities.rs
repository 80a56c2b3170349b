//! Municipalities register over HTTP; what they registered reaches a visit, and nobody else's eyes.

use std::collections::BTreeSet;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::civil::{Date, DateTime, date};
use madoguchi::clock::Clock;
use madoguchi::event::Sink;
use madoguchi::hub::audit::Face;
use madoguchi::hub::medical_hub::registration::{Enrolled, knobs};
use madoguchi::hub::server::entrance::Entrance;
use madoguchi::hub::{Hub, Roots, Settings, notice, server};
use madoguchi::knob::{Knobs, Setting};
use madoguchi::random::Seed;
use madoguchi::visit::Question;
use madoguchi::wire::registration::fault::RULES;
use madoguchi::wire::{Asker, SubsidyAnswer, SubsidyQuestion};
use serde_json::{Value, json};
use ureq::SendBody;

use crate::world::{HERE, MY_NUMBER, Server, World, all, people};

const TOKENS: &str = "[[municipality]]\ncode = \"990001\"\ntoken = \"token-of-990001\"\n[[municipality]]\ncode = \"990002\"\ntoken = \"token-of-990002\"\n";
const FIRST: &str = "token-of-990001";
const SECOND: &str = "token-of-990002";
const FULL: &str = "/pmh/v0.0.1/medicalSubsidiesTargetPersons";
const DIFFERENCE: &str = "/pmh/r6/registration-tasks";

/// A hub with its registration face; who has no certificate in their profile is `newcomer`.
struct Town {
    world: World,
    address: SocketAddr,
    _server: Server,
    knobs: Knobs,
}

impl Town {
    fn new() -> Self {
        Self::with(Settings::default(), Enrolled::parse("tokens", TOKENS).unwrap())
    }

    fn with(settings: Settings, enrolled: Enrolled) -> Self {
        let knobs = Knobs::new(Seed(1), Sink::silent());
        let mut everybody = people();
        for person in everybody.iter_mut().filter(|person| person.id != "moved") {
            person.my_number = None;
        }
        let hub = Hub::with_knobs(&everybody, Roots::of_test_authority(), Seed(1), settings, knobs.clone()).unwrap();
        let hub = Arc::new(hub);
        let clock = Clock::frozen(REGISTERED);
        let router = server::registration::router(hub.clone(), clock.clone(), enrolled);
        let server = Server::by(Entrance::plain(Face::Municipalities, clock), router, "127.0.0.1:0");
        Self { world: World::of(hub), address: server.address, _server: server, knobs }
    }

    fn send(&self, token: &str, path: &str, media_type: &str, body: SendBody<'_>) -> (u16, Value) {
        let request = agent()
            .post(format!("http://{}{path}", self.address))
            .header("authorization", format!("Bearer {token}"))
            .content_type(media_type);
        let mut answer = request.send(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    fn post(&self, token: &str, path: &str, rows: &Value) -> (u16, Value) {
        let body = rows.to_string();
        self.send(token, path, "application/json", SendBody::from_reader(&mut body.as_bytes()))
    }

    fn register(&self, token: &str, path: &str, rows: &Value) -> String {
        let (status, answer) = self.post(token, path, rows);
        assert_eq!(status, 200, "{answer}");
        answer["serialNumber"].as_str().unwrap().to_owned()
    }

    fn history(&self, token: &str, serial: &str) -> (u16, Value) {
        let url = format!("http://{}/pmh/registrations/{serial}", self.address);
        let mut answer = agent().get(url).header("authorization", format!("Bearer {token}")).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    /// The names of the certificates that a clinic sees of this person on a day.
    fn seen(&self, person: &str, day: Date) -> Vec<String> {
        let visit = self.world.visit(person).on(day);
        let standing = visit.open();
        if !standing.questions.contains(&Question::Subsidy) {
            return Vec::new();
        }
        let name = visit.answer(&all()).pmh_request.unwrap();
        let asker = Asker { institution: HERE.to_owned(), time: day.at(9, 31, 0, 0) };
        match self.world.connection.subsidies(&SubsidyQuestion { asker, request_file_name: name }).unwrap() {
            SubsidyAnswer::Document(document) => {
                document.certificates.into_iter().map(|c| c.certification_name).collect()
            }
            SubsidyAnswer::Failed { code, message } => panic!("{code} {message}"),
        }
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().new_agent()
}

pub fn full(name: &str) -> Value {
    json!({
        "myNumber": MY_NUMBER, "gender": "0", "medicalSubsidyRegistrationNumber": "16139990",
        "copaymentLimit": { "common": { "burdenRatio": 10, "amount": 5000, "perDayOrMonth": "2" } },
        "certificationStartDate": "2026-11-01", "certificationEndDate": "2027-03-31",
        "certificateAllItems": { "受給者証名称": name }
    })
}

fn difference(key: &str, name: &str) -> Value {
    json!({
        "orgSpecificCertificateTypeId": "A01", "myNumber": MY_NUMBER,
        "basicFiveInfo": { "name": "田中一郎", "nameKana": "タナカイチロウ", "address": "架空県", "dateOfBirth": "1980-05-05", "sex": "1" },
        "isNotDisclosed": false, "certificationName": name, "isAlwaysReimbursement": "0",
        "validFrom": "2026-11-01", "validTo": "2027-03-31", "historyKey": key, "isDeleted": false, "certificationDetail": []
    })
}

fn with(mut row: Value, name: &str, value: Value) -> Value {
    row[name] = value;
    row
}

const TODAY: Date = date(2026, 11, 21);
/// Before the counter opens: nobody is linked before they are registered.
const REGISTERED: DateTime = TODAY.at(8, 0, 0, 0);

#[test]
fn whoever_is_registered_by_their_number_has_the_subsidy_at_the_counter() {
    let town = Town::new();
    assert!(town.seen("moved", TODAY).is_empty());
    let serial = town.register(FIRST, FULL, &json!([full("育成医療受給者証")]));
    assert_eq!(town.seen("moved", TODAY), ["育成医療受給者証"]);
    let (status, receipt) = town.history(FIRST, &serial);
    assert_eq!((status, &receipt["rows"], &receipt["changes"]["added"]), (200, &json!(1), &json!(1)), "{receipt}");
    assert_eq!(receipt["receivedAt"], "2026-11-21T08:00:00");
}

#[test]
fn a_full_set_takes_the_place_of_the_municipalitys_rows_and_of_no_others() {
    let town = Town::new();
    town.register(FIRST, FULL, &json!([full("甲"), full("乙")]));
    town.register(SECOND, FULL, &json!([full("丙")]));
    assert_eq!(town.seen("moved", TODAY), ["甲", "乙", "丙"]);
    let serial = town.register(FIRST, FULL, &json!([full("乙")]));
    assert_eq!(town.seen("moved", TODAY), ["乙", "丙"], "whoever is missing ends");
    assert_eq!(town.history(FIRST, &serial).1["changes"], json!({ "added": 0, "kept": 1, "ended": 1 }));
    let again = town.register(FIRST, FULL, &json!([full("乙")]));
    assert_ne!(again, serial);
    assert_eq!(town.seen("moved", TODAY), ["乙", "丙"], "the same set twice is that set");
    town.register(FIRST, FULL, &json!([]));
    assert_eq!(town.seen("moved", TODAY), ["丙"]);
}

#[test]
fn differences_replace_and_delete_by_their_history_key() {
    let town = Town::new();
    town.register(FIRST, DIFFERENCE, &json!([difference("h1", "甲"), difference("h2", "乙")]));
    town.register(FIRST, DIFFERENCE, &json!([difference("h2", "乙改")]));
    assert_eq!(town.seen("moved", TODAY), ["甲", "乙改"]);
    let gone = with(difference("h1", "甲"), "isDeleted", json!(true));
    let serial = town.register(FIRST, DIFFERENCE, &json!([gone]));
    assert_eq!(town.history(FIRST, &serial).1["changes"]["ended"], 1);
    assert_eq!(town.seen("moved", TODAY), ["乙改"]);
    let serial = town.register(FIRST, DIFFERENCE, &json!([gone]));
    let (_, receipt) = town.history(FIRST, &serial);
    let codes: Vec<_> = receipt["warnings"].as_array().unwrap().iter().map(|warning| &warning["code"]).collect();
    assert!(codes.contains(&&json!("MDG-J0104W")), "deleting twice is no mistake, and is told: {receipt}");
    town.register(SECOND, DIFFERENCE, &json!([with(difference("h2", "他"), "isDeleted", json!(true))]));
    assert_eq!(town.seen("moved", TODAY), ["乙改"], "another municipality's key is another key");
}

#[test]
fn one_wrong_row_registers_nothing_and_is_named() {
    let town = Town::new();
    town.register(FIRST, FULL, &json!([full("甲")]));
    let wrong = with(full("丙"), "gender", json!("9"));
    let (status, answer) = town.post(FIRST, FULL, &json!([full("乙"), wrong]));
    assert_eq!((status, &answer["row"], &answer["field"]), (400, &json!(2), &json!("gender")), "{answer}");
    assert_eq!(answer["code"], "MDG-J0008E");
    assert_eq!(answer["errorCount"], 1);
    assert_eq!(town.seen("moved", TODAY), ["甲"]);
}

#[test]
fn a_code_of_ours_means_one_thing_at_all_faces() {
    let of_terminals = notice::ALL.iter().map(|notice| notice.code);
    let codes: Vec<&str> = of_terminals.chain(RULES.iter().map(|rule| rule.code)).collect();
    let apart: BTreeSet<&str> = codes.iter().copied().collect();
    assert_eq!(apart.len(), codes.len(), "{codes:?}");
}

#[test]
fn a_row_that_has_ended_is_registered_and_told_of_with_its_place() {
    let town = Town::new();
    let ended = with(difference("h2", "終了"), "validTo", json!("2026-11-20"));
    let deleted = with(with(ended.clone(), "historyKey", json!("h3")), "isDeleted", json!(true));
    let serial = town.register(FIRST, DIFFERENCE, &json!([difference("h1", "今日まで"), ended, deleted]));
    let (_, receipt) = town.history(FIRST, &serial);
    let told = receipt["warnings"].as_array().unwrap().iter().filter(|warning| warning["code"] == "MDG-J0105W");
    let told: Vec<_> = told.map(|warning| (&warning["row"], &warning["field"])).collect();
    assert_eq!(told, [(&json!(2), &json!("validTo"))], "{receipt}");
}

#[test]
fn undisclosed_ended_and_future_certificates_do_not_reach_a_clinic_before_their_day() {
    let town = Town::new();
    let later = with(difference("h3", "来月"), "validFrom", json!("2026-12-01"));
    let rows = json!([
        with(difference("h1", "不開示"), "isNotDisclosed", json!(true)),
        with(difference("h2", "終了"), "validTo", json!("2026-11-20")),
        later,
    ]);
    town.register(FIRST, DIFFERENCE, &rows);
    assert!(town.seen("moved", TODAY).is_empty());
    assert_eq!(town.seen("moved", date(2026, 12, 1)), ["来月"]);

    let settings = Settings { future_subsidies: true, ..Settings::default() };
    let town = Town::with(settings, Enrolled::parse("tokens", TOKENS).unwrap());
    town.register(FIRST, DIFFERENCE, &rows);
    assert_eq!(town.seen("moved", TODAY), ["来月"]);
}

#[test]
fn no_municipality_registers_without_its_token_or_sees_anothers_numbers() {
    let town = Town::new();
    let serial = town.register(FIRST, FULL, &json!([full("甲")]));
    assert_eq!(town.history(SECOND, &serial).0, 404);
    assert_eq!(town.history("demo", &serial).0, 401);
    for token in ["", "demo", "token-of-990003"] {
        let (status, answer) = town.post(token, FULL, &json!([full("甲")]));
        assert_eq!((status, &answer["code"]), (401, &json!("MDG-J0016E")), "{token}");
    }
    let demo = Town::with(Settings::default(), Enrolled::default());
    let (_, answer) = demo.post("wrong", FULL, &json!([]));
    assert!(answer["message"].as_str().unwrap().contains("Bearer demo"), "it says which token is taken: {answer}");
    demo.register("demo", FULL, &json!([full("甲")]));
}

#[test]
fn a_renewed_person_and_one_who_comes_later_are_joined_too() {
    let town = Town::new();
    let moved = people().into_iter().find(|person| person.id == "moved").unwrap();
    town.world.hub.remove_person("moved").unwrap();
    town.register(FIRST, FULL, &json!([full("甲")]));
    town.world.hub.put_person(moved.clone()).unwrap();
    assert_eq!(town.seen("moved", TODAY), ["甲"]);
    town.world.hub.put_person(moved).unwrap();
    assert_eq!(town.seen("moved", TODAY), ["甲"]);
}

#[test]
fn maintenance_is_503_with_when_to_come_again() {
    let town = Town::new();
    town.knobs.arm(&knobs::MAINTENANCE, Setting::default());
    assert_eq!(town.post(FIRST, FULL, &json!([])).0, 503);
    town.knobs.disarm(&knobs::MAINTENANCE);
    assert_eq!(town.post(FIRST, FULL, &json!([])).0, 200);
}

#[test]
fn what_is_too_big_or_of_another_type_is_refused_as_such() {
    let town = Town::new();
    assert_eq!(town.send(FIRST, FULL, "application/xml", SendBody::from_reader(&mut &b"<a/>"[..])).0, 415);
    assert_eq!(town.send(FIRST, DIFFERENCE, "text/csv", SendBody::from_reader(&mut &b"a"[..])).0, 415);
    let mut long = (&b"[{\"lastName\":\""[..]).chain(std::io::repeat(b'x').take(8 << 20));
    let (status, answer) = town.send(FIRST, FULL, "application/json", SendBody::from_reader(&mut long));
    assert_eq!((status, &answer["row"]), (413, &json!(1)), "{answer}");
}

#[test]
fn no_answer_of_the_registration_holds_a_number_of_a_person() {
    let town = Town::new();
    let wrong = with(with(full("甲"), "myNumber", json!(format!("{MY_NUMBER}9"))), "gender", json!(MY_NUMBER));
    let (_, refused) = town.post(FIRST, FULL, &json!([wrong]));
    let serial = town.register(FIRST, FULL, &json!([full("甲")]));
    let (_, receipt) = town.history(FIRST, &serial);
    for said in [refused.to_string(), receipt.to_string()] {
        assert!(!said.contains(MY_NUMBER), "{said}");
    }
}
