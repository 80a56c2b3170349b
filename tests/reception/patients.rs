//! What a patient and a レセコン see: received, sent to the counter, too late, gone.

use std::fs;

use serde_json::{Value, json};

use super::desk::{Place, Station, names, until};
use super::machine::{ADDED_TERMINAL, Machine, PATTERN_1, beside_the_existing_terminal, decoded};

fn visit(station: &Station, person: &str) -> Value {
    station.visit_as(&json!({ "person": person, "reader": 2 }))
}

fn text(shown: &Value) -> String {
    shown["lines"].to_string() + &shown["title"].to_string()
}

#[test]
fn at_the_existing_terminal_a_patient_with_an_appointment_is_received_and_the_result_goes_on_to_the_rececon() {
    let (place, station, machine) = beside_the_existing_terminal(&[]);
    assert_eq!(machine.screen()["screen"], "welcome");
    assert_eq!(machine.touch("my-number-card"), "put-card");
    let report = visit(&station, "ichiro");
    let shown = machine.shows("received");
    assert!(text(&shown).contains("予約を確認しました") && text(&shown).contains("見本　一郎 様"), "{shown}");
    let expected: Vec<_> =
        shown["appointments"].as_array().unwrap().iter().map(|one| one["department"].clone()).collect();
    assert_eq!(expected, ["内科", "放射線科"]);
    let shown = until("the slip", || Some(machine.screen()).filter(|shown| shown["number"] == 1));
    assert!(text(&shown).contains("受付票をお取りください"), "{shown}");
    assert_eq!(decoded(&machine.bytes("/reception/v1/slips/1.png")), ["0000123"], "what a 自動精算機 reads");
    assert!(machine.bytes("/reception/v1/slips/1.pdf").starts_with(b"%PDF"));
    let name = machine.moved("saikai/face", "oqs/face", 1).remove(0);
    assert!(report["files"]["face"].as_str().unwrap().ends_with(&name), "under the name that the terminal gave it");
    assert!(fs::read_to_string(station.at("face").join(&name)).unwrap().contains("<ReferenceNumber>0000123<"));
    let received = machine.get("/reception/v1/receptions").ok();
    assert_eq!(
        (received[0]["patient"]["number"].clone(), received[0]["card"].clone()),
        (json!("0000123"), json!("my-number"))
    );
    assert_eq!(machine.touch("finish"), "welcome");
    // The same patient again keeps the number; nothing of the first time is in the way.
    machine.touch("my-number-card");
    visit(&station, "ichiro");
    machine.shows("received");
    machine.moved("saikai/face", "oqs/face", 2);
    until("the slip", || Some(machine.screen()).filter(|shown| shown["number"] == 1));
    assert_eq!(names(&place.path().join("reception")).len(), 3, "one reception, its slip twice");
}

#[test]
fn at_an_added_terminal_face_file_and_subsidy_file_go_on_together_and_answers_stay() {
    let place = Place::new();
    place.write("madoguchi.toml", ADDED_TERMINAL);
    let station = place.open(&[]);
    let machine = Machine::start(place.path(), &PATTERN_1);
    place.write("saikai/res/OQSsiquc01res_1.xml", "<XmlMsg></XmlMsg>");
    machine.touch("my-number-card");
    let report = visit(&station, "hanako");
    machine.shows("counter-no-number");
    let face = machine.moved("saikai/face", "oqs/face", 1).remove(0);
    let subsidy =
        until("the subsidy document", || Some(station.names("res")).filter(|names| names.len() == 1)).remove(0);
    let text = fs::read_to_string(station.at("face").join(face)).unwrap();
    assert!(text.contains(&subsidy.replacen("res", "req", 1)), "the face file names it");
    assert!(report["files"]["pmh"].as_str().unwrap().ends_with(&subsidy));
    assert_eq!(names(&place.path().join("saikai/res")), [".madoguchi-reception", "OQSsiquc01res_1.xml"]);
    machine.touch("finish");
    machine.touch("my-number-card");
    visit(&station, "ichiro");
    machine.shows("received");
    machine.moved("saikai/face", "oqs/face", 2);
}

#[test]
fn the_reader_beside_the_machine_sends_the_patient_back_to_it() {
    let (_place, station, _machine) = beside_the_existing_terminal(&[]);
    let event = |event: Value| station.post("/control/v1/readers/2/events", &event).ok();
    event(json!({ "event": "card-placed", "person": "ichiro", "auto_pilot": false }));
    event(json!({ "event": "choose-pin" }));
    event(json!({ "event": "pin", "pin": "1234" }));
    let shown = until("the result", || {
        let shown = station.get("/control/v1/readers/2").ok();
        if shown["state"] == "result" {
            return Some(shown);
        }
        let buttons = shown["screen"]["buttons"].as_array().unwrap().iter();
        let mut events = buttons.filter(|one| !one["staff"].as_bool().unwrap()).map(|one| &one["event"]);
        if let Some(next) = events.find(|one| one["event"] != "back") {
            // A screen that changed meanwhile is looked at again.
            station.post("/control/v1/readers/2/events", next);
        }
        None
    });
    assert!(shown["screen"].to_string().contains("再来受付機で受付をしてください"), "{shown}");
}

#[test]
fn whoever_the_machine_cannot_receive_is_sent_to_the_counter_and_the_rececon_has_the_result_all_the_same() {
    let (_place, station, machine) = beside_the_existing_terminal(&[]);
    let cases =
        [("bango", "counter-unknown-number"), ("taro", "counter-no-number"), ("kyoyu-ko", "counter-another-person")];
    for (n, (person, screen)) in (1..).zip(cases) {
        machine.touch("my-number-card");
        visit(&station, person);
        let shown = machine.shows(screen);
        assert!(text(&shown).contains("受付窓口") || text(&shown).contains("職員"), "{shown}");
        assert!(!shown.to_string().contains("共有　母"), "nothing of the other person: {shown}");
        machine.moved("saikai/face", "oqs/face", n);
        assert_eq!(machine.touch("finish"), "welcome");
    }
    assert_eq!(machine.get("/reception/v1/receptions").ok(), json!([]));
}

#[test]
fn a_patient_who_is_not_expected_today_gets_a_slip_for_the_counter() {
    let place = Place::new();
    let list = "patient,name,kana,birthdate,date,time,department\n0000123,見本　一郎,みほん いちろう,19720125,20200101,09:00,内科\n";
    place.write("list.csv", list);
    place.write("madoguchi.toml", super::machine::EXISTING_TERMINAL);
    let station = place.open(&[]);
    let args = [&super::machine::PATTERN_2[..], &["--appointments", "list.csv"]].concat();
    let machine = Machine::start(place.path(), &args);
    machine.touch("my-number-card");
    visit(&station, "ichiro");
    let shown = machine.shows("no-appointment");
    assert!(text(&shown).contains("本日の予約が見つかりません") && shown["appointments"].is_null(), "{shown}");
    until("the slip", || Some(machine.screen()).filter(|shown| shown["number"] == 1));
    assert_eq!(decoded(&machine.bytes("/reception/v1/slips/1.png")), ["0000123"]);
}

#[test]
fn a_patient_card_is_received_too_and_sent_to_the_counter_for_the_qualification() {
    let (_place, _station, machine) = beside_the_existing_terminal(&[]);
    assert_eq!(machine.touch("patient-card"), "insert-card");
    let shown = machine.send(&json!({ "event": "inserted", "number": " 0000777 " })).ok();
    assert_eq!(shown["screen"], "received");
    assert!(text(&shown).contains("受付窓口のカードリーダー"), "{shown}");
    machine.touch("finish");
    machine.touch("patient-card");
    let unknown = machine.send(&json!({ "event": "inserted", "number": "9" })).ok();
    assert_eq!(unknown["screen"], "counter-unknown-number");
}

#[test]
fn a_result_that_comes_after_the_time_is_over_or_cancelled_is_nobodys_and_goes_on() {
    let (_place, station, machine) = beside_the_existing_terminal(&["--card-s", "1", "--message-s", "600"]);
    machine.touch("my-number-card");
    machine.shows("timed-out");
    visit(&station, "ichiro");
    machine.moved("saikai/face", "oqs/face", 1);
    machine.tells("この機械の前にいる患者のものではありません");
    assert_eq!(machine.screen()["screen"], "timed-out");
    assert_eq!(machine.touch("finish"), "welcome");
    machine.touch("my-number-card");
    assert_eq!(machine.touch("cancel"), "welcome");
    visit(&station, "ichiro");
    machine.moved("saikai/face", "oqs/face", 2);
    assert_eq!(machine.screen()["screen"], "welcome");
    assert_eq!(machine.get("/reception/v1/receptions").ok(), json!([]));
}

#[test]
fn a_result_that_was_made_before_the_patient_touched_the_machine_is_not_theirs() {
    let (place, _station, machine) = beside_the_existing_terminal(&["--slack-s", "5"]);
    machine.touch("my-number-card");
    let old = "<XmlMsg><MessageHeader><ProcessExecutionTime>20200101090000</ProcessExecutionTime><SegmentOfResult>1</SegmentOfResult>\
               </MessageHeader><MessageBody><ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity>\
               <ResultList><ResultOfQualificationConfirmation><Birthdate>19720125</Birthdate><ReferenceNumber>0000123</ReferenceNumber>\
               </ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";
    place.write("saikai/face/OQSsiquc01res_face_20200101090000.xml", old);
    machine.moved("saikai/face", "oqs/face", 1);
    assert_eq!(machine.screen()["screen"], "put-card", "they are waited for still");
    // What cannot be read at all may be theirs, and says nothing of anybody.
    place.write("saikai/face/OQSsiquc01res_face_20200101090001.xml", "<XmlMsg>abc</XmlMsg>");
    machine.shows("counter-not-confirmed");
    machine.moved("saikai/face", "oqs/face", 2);
}
