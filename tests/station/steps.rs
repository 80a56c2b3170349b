//! The dialogue step by step over `POST /control/v1/readers/1/events`.

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Reply, Station};
use crate::journal::Journal;
use crate::xml::{self, Element};

fn desk() -> (Place, Station) {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    (place, station)
}

fn press(station: &Station, event: &Value) -> Reply {
    station.post("/control/v1/readers/1/events", event)
}

/// One step that must be possible; the state it leads to.
#[track_caller]
fn step(station: &Station, event: Value) -> String {
    let view = press(station, &event).ok();
    assert_eq!(view, station.get("/control/v1/readers/1").ok(), "GET shows what POST answered");
    view["state"].as_str().unwrap().to_owned()
}

fn place_card(station: &Station, person: &str) -> String {
    step(station, json!({ "event": "card-placed", "person": person }))
}

/// The one face file that is there; taken away, so that the next one is alone again.
#[track_caller]
fn take_face_file(station: &Station) -> Element {
    let names = crate::desk::until("a face file", || Some(station.names("face")).filter(|names| !names.is_empty()));
    assert_eq!(names.len(), 1, "{names:?}");
    let path = station.at("face").join(&names[0]);
    let document = xml::read(&path);
    std::fs::remove_file(path).unwrap();
    document
}

#[test]
fn a_visit_by_face_goes_through_every_screen_in_its_order() {
    let (_place, station) = desk();
    assert_eq!(place_card(&station, "hanako"), "method-select");
    assert_eq!(step(&station, json!({ "event": "choose-face" })), "face-capture");
    assert_eq!(step(&station, json!({ "event": "face", "result": "match" })), "consent-overview");
    assert_eq!(step(&station, json!({ "event": "consent-each" })), "consent-diagnosis-and-pharmacists");
    assert_eq!(step(&station, json!({ "event": "consent", "agree": true })), "consent-operation");
    assert_eq!(step(&station, json!({ "event": "consent", "agree": false })), "consent-health-checkup");
    assert_eq!(step(&station, json!({ "event": "consent", "agree": true })), "subsidy");
    assert_eq!(step(&station, json!({ "event": "consent", "agree": true })), "prescription");
    assert_eq!(step(&station, json!({ "event": "prescription", "form": "paper" })), "result");
    assert_eq!(step(&station, json!({ "event": "next" })), "remove-card");
    assert_eq!(step(&station, json!({ "event": "card-removed" })), "idle");
    let document = take_face_file(&station);
    assert_eq!(document.value("Name"), Some("試験　花子"));
    assert_eq!(document.value("PharmacistsInfoConsFlg"), Some("1"));
    assert_eq!(document.value("OperationInfoConsFlg"), Some("0"));
    assert_eq!(document.value("SpecificHealthCheckupsInfoConsFlg"), Some("1"));
    assert_eq!(document.value("PrescriptionIssueSelect"), Some("2"));
    let request = document.value("RequestPmhFileName").unwrap();
    station.file(&format!("res/{}", request.replacen("req", "res", 1)));
}

#[test]
fn a_visit_by_pin_proves_the_card_by_its_signature_and_a_wrong_pin_costs_a_try() {
    let (_place, station) = desk();
    assert_eq!(place_card(&station, "taro"), "method-select");
    assert_eq!(step(&station, json!({ "event": "choose-pin" })), "pin-entry");
    assert_eq!(step(&station, json!({ "event": "pin", "pin": "0000" })), "pin-entry");
    let screen = station.get("/control/v1/readers/1").ok()["screen"].to_string();
    assert!(screen.contains('2'), "two tries are left, and the screen says so: {screen}");
    assert_eq!(step(&station, json!({ "event": "pin", "pin": "1234" })), "consent-overview");
    assert_eq!(station.get("/control/v1/readers/1").ok()["proof"], "pin-signature");
}

#[test]
fn three_wrong_pins_lock_the_card_until_reset_whoever_holds_it() {
    let (_place, station) = desk();
    place_card(&station, "taro");
    step(&station, json!({ "event": "choose-pin" }));
    for state in ["pin-entry", "pin-entry", "blocked-pin"] {
        assert_eq!(step(&station, json!({ "event": "pin", "pin": "9999" })), state);
    }
    assert_eq!(step(&station, json!({ "event": "card-removed" })), "idle");
    assert_eq!(station.visit_as(&json!({ "person": "taro", "pin": "1234" }))["outcome"], "pin-locked");
    assert_eq!(station.visit("taro")["outcome"], "valid", "the face still opens it");
    station.post("/control/v1/reset", &json!({})).ok();
    assert_eq!(station.visit_as(&json!({ "person": "taro", "pin": "1234" }))["outcome"], "valid");
}

#[test]
fn the_staff_lead_out_of_failed_faces_by_visual_check() {
    let (_place, station) = desk();
    place_card(&station, "betsujin");
    for _ in 0..2 {
        step(&station, json!({ "event": "choose-face" }));
        assert_eq!(step(&station, json!({ "event": "face", "result": "mismatch" })), "face-retry");
    }
    assert_eq!(step(&station, json!({ "event": "staff", "command": "visual-on" })), "staff-visual");
    assert_eq!(step(&station, json!({ "event": "staff", "command": "visual-confirm" })), "consent-overview");
    assert_eq!(step(&station, json!({ "event": "consent-all", "agree": true })), "prescription");
    assert_eq!(step(&station, json!({ "event": "prescription", "form": "electronic" })), "result");
    assert_eq!(step(&station, json!({ "event": "card-removed" })), "idle");
    step(&station, json!({ "event": "staff", "command": "visual-off" }));
    assert_eq!(take_face_file(&station).value("QualificationValidity"), Some("1"));
}

#[test]
fn a_phone_is_chosen_its_pin_typed_and_then_held_over_the_reader() {
    let (_place, station) = desk();
    assert_eq!(step(&station, json!({ "event": "choose-phone" })), "phone-select");
    assert_eq!(step(&station, json!({ "event": "choose-android" })), "phone-pin");
    assert_eq!(step(&station, json!({ "event": "pin", "pin": "1234" })), "hold-phone");
    assert_eq!(place_card(&station, "android"), "consent-overview");
}

#[test]
fn a_card_of_the_first_time_is_registered_before_the_consents() {
    let (_place, station) = desk();
    place_card(&station, "shinki");
    step(&station, json!({ "event": "choose-face" }));
    assert_eq!(step(&station, json!({ "event": "face", "result": "match" })), "registration");
    assert_eq!(step(&station, json!({ "event": "consent", "agree": true })), "consent-overview");
    assert_eq!(step(&station, json!({ "event": "consent-all", "agree": true })), "prescription");
    step(&station, json!({ "event": "prescription", "form": "electronic" }));
    step(&station, json!({ "event": "card-removed" }));
    place_card(&station, "shinki");
    step(&station, json!({ "event": "choose-face" }));
    assert_eq!(step(&station, json!({ "event": "face", "result": "match" })), "consent-overview", "known by now");
}

/// In every state on the way, whatever is not listed as possible is refused with the list, and changes nothing.
#[test]
fn what_is_not_possible_gives_409_with_what_is_in_every_state() {
    let (_place, station) = desk();
    let way = [
        json!({ "event": "card-placed", "person": "hanako" }),
        json!({ "event": "choose-pin" }),
        json!({ "event": "pin", "pin": "1234" }),
        json!({ "event": "consent-all", "agree": false }),
        json!({ "event": "consent", "agree": false }),
        json!({ "event": "prescription", "form": "paper" }),
        json!({ "event": "next" }),
        json!({ "event": "card-removed" }),
    ];
    let others = [
        json!({ "event": "choose-face" }),
        json!({ "event": "choose-pin" }),
        json!({ "event": "face", "result": "match" }),
        json!({ "event": "pin", "pin": "1234" }),
        json!({ "event": "consent", "agree": true }),
        json!({ "event": "consent-all", "agree": true }),
        json!({ "event": "consent-each" }),
        json!({ "event": "prescription", "form": "electronic" }),
        json!({ "event": "next" }),
        json!({ "event": "back" }),
        json!({ "event": "choose-phone" }),
        json!({ "event": "card-removed" }),
        json!({ "event": "card-placed", "person": "taro" }),
    ];
    let mut refused = 0;
    for event in &way {
        let before = station.get("/control/v1/readers/1").ok();
        let possible: Vec<&str> = before["possible"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
        assert!(possible.contains(&event["event"].as_str().unwrap()), "{possible:?}");
        for other in others.iter().filter(|other| !possible.contains(&other["event"].as_str().unwrap())) {
            let reply = press(&station, other);
            assert_eq!(reply.status, 409, "{other} in {}: {}", before["state"], reply.body);
            if reply.body["title"] == "not-possible-now" {
                let remedy = reply.body["remedy"].as_str().unwrap();
                assert!(possible.iter().all(|name| remedy.contains(name)), "{remedy}");
            }
            assert_eq!(station.get("/control/v1/readers/1").ok(), before, "{other} changed something");
            refused += 1;
        }
        press(&station, event).ok();
    }
    assert!(refused > 70, "{refused}");
}

#[test]
fn nothing_of_one_patient_is_in_the_next_ones_file() {
    let (_place, station) = desk();
    let visit = |person: &str, agree: bool, form: &str| {
        place_card(&station, person);
        step(&station, json!({ "event": "choose-face" }));
        step(&station, json!({ "event": "face", "result": "match" }));
        let mut state = step(&station, json!({ "event": "consent-all", "agree": agree }));
        if state == "subsidy" {
            state = step(&station, json!({ "event": "consent", "agree": agree }));
        }
        assert_eq!(state, "prescription");
        step(&station, json!({ "event": "prescription", "form": form }));
        step(&station, json!({ "event": "card-removed" }));
        take_face_file(&station)
    };
    let flags = |document: &Element| {
        ["Diagnosis", "Pharmacists", "Operation", "SpecificHealthCheckups"]
            .map(|kind| document.value(&format!("{kind}InfoConsFlg")).unwrap().to_owned())
    };
    for (person, agree, form) in [
        ("hanako", true, "paper"),
        ("taro", false, "electronic"),
        ("hanako", false, "electronic"),
        ("taro", true, "paper"),
    ] {
        let document = visit(person, agree, form);
        assert_eq!(flags(&document), [if agree { "1" } else { "0" }; 4], "{person}");
        assert_eq!(document.value("PrescriptionIssueSelect"), Some(if form == "paper" { "2" } else { "1" }));
        assert_eq!(document.value("RequestPmhFileName").is_some(), person == "hanako" && agree, "{person}");
        let name = document.value("Name").unwrap();
        assert_eq!(name == "試験　花子", person == "hanako", "{name}");
    }
    // Answers given and then abandoned with the card are nobody's.
    place_card(&station, "hanako");
    step(&station, json!({ "event": "choose-face" }));
    step(&station, json!({ "event": "face", "result": "match" }));
    step(&station, json!({ "event": "consent-all", "agree": true }));
    assert_eq!(step(&station, json!({ "event": "card-removed" })), "idle");
    assert!(station.names("face").is_empty(), "a visit that was abandoned leaves no file");
    assert_eq!(flags(&visit("taro", false, "paper")), ["0"; 4]);
}

#[test]
fn the_journal_tells_each_screen_and_no_pin() {
    let (_place, station) = desk();
    let journal = Journal::listen(&station, Some(0));
    place_card(&station, "taro");
    step(&station, json!({ "event": "choose-pin" }));
    step(&station, json!({ "event": "pin", "pin": "7391" }));
    step(&station, json!({ "event": "card-removed" }));
    journal.entry("the end of the visit", |entry| entry["kind"] == "visit" && entry["outcome"] == "pin-failed");
    let heard = journal.heard();
    let states: Vec<&str> =
        heard.iter().filter(|h| h.kind == "dialogue").map(|h| h.entry["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["reading-card", "method-select", "pin-entry", "checking-pin", "pin-entry", "idle"]);
    assert!(heard.iter().all(|heard| !heard.entry.to_string().contains("7391")), "a PIN in the journal");
    assert!(!station.process.stderr.lock().unwrap().contains("7391"));
}

#[test]
fn an_unknown_event_or_reader_is_refused_by_name() {
    let (_place, station) = desk();
    let reply = press(&station, &json!({ "event": "card-place", "person": "taro" }));
    assert_eq!(reply.status, 422);
    assert!(reply.body["detail"].as_str().unwrap().contains("card-placed"), "{}", reply.body);
    let reply = station.get("/control/v1/readers/2");
    assert_eq!((reply.status, reply.body["title"].as_str()), (404, Some("no-such-reader")));
    assert_eq!(station.get("/control/v1/readers/0").status, 404);
}
