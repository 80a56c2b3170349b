//! A card that was recorded with `card read --trace`, put down at the counter.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Station, madoguchi, until};
use crate::journal::Journal;
use crate::xml;

/// What `card read` says to taro's card, in a file; and a station.
fn recorded(place: &Place) -> (PathBuf, Station) {
    let args = ["card", "read", "--person", "taro", "--offline", "--trace", "taro.jsonl"];
    let said = madoguchi(place.path(), &args).output().unwrap();
    assert!(said.status.success(), "{said:?}");
    (place.path().join("taro.jsonl"), place.open(&["--clock", FROZEN]))
}

/// The card as the control API names it.
fn of(file: &std::path::Path) -> String {
    format!("replay:{}", file.display())
}

#[test]
fn a_recorded_card_brings_what_the_card_itself_brings_and_leaves_the_reader_to_the_next() {
    let place = Place::new();
    let (file, station) = recorded(&place);
    let journal = Journal::listen(&station, None);
    let soft = station.visit("taro");
    let played = station.visit_as(&json!({ "card": of(&file) }));
    for key in ["person", "outcome", "proof", "certificate"] {
        assert_eq!(played[key], soft[key], "{key}: {played:#}");
    }
    assert_eq!(played["person"], "taro");
    assert!(played["card_error"].is_null(), "{played:#}");
    let [from_card, from_file] = [&soft, &played].map(|report| xml::read(&station.path(&report["files"]["face"])));
    for element in ["Name", "Birthdate", "InsurerNumber", "ReferenceClassification"] {
        assert_eq!(from_file.value(element), from_card.value(element), "{element}");
    }
    assert_eq!(station.visit("hanako")["outcome"], "valid");
    let placed = journal.entry("the recorded card", |entry| entry["card"] == "replay");
    assert_eq!(placed["person"], Value::Null, "nobody had said whose it is");
}

#[test]
fn tap_takes_a_recording_by_its_name_here_wherever_the_station_works() {
    let place = Place::new();
    let (file, station) = recorded(&place);
    let here = place.path().join("elsewhere");
    std::fs::create_dir(&here).unwrap();
    std::fs::rename(&file, here.join("card.jsonl")).unwrap();
    let tap = ["tap", "--card", "replay:card.jsonl", "--station", &station.url];
    let said = madoguchi(&here, &tap).output().unwrap();
    assert!(said.status.success(), "{said:?}");
    assert!(String::from_utf8_lossy(&said.stdout).contains("OQSsiquc01res_face_"), "{said:?}");
}

#[test]
fn a_recorded_card_is_put_down_step_by_step_too() {
    let place = Place::new();
    let (file, station) = recorded(&place);
    let step = |event: Value| station.post("/control/v1/readers/1/events", &event).ok();
    let reader = step(json!({ "event": "card-placed", "person": of(&file) }));
    assert_eq!((&reader["person"], &reader["card"]), (&json!("taro"), &json!("記録したカード / recorded card")));
    step(json!({ "event": "card-removed" }));
    assert!(station.names("face").is_empty());
    step(json!({ "event": "card-placed", "person": of(&file), "auto_pilot": true }));
    until("the face file", || (!station.names("face").is_empty()).then_some(()));
}

#[test]
fn what_was_not_recorded_is_told_by_its_command_and_ends_the_visit() {
    let place = Place::new();
    let (file, station) = recorded(&place);
    let report = station.visit_as(&json!({ "card": of(&file), "pin": "1234" }));
    assert_eq!((&report["outcome"], &report["files"]["face"]), (&json!("card-not-recognised"), &Value::Null));
    // SELECT of the PIN's file: `card read` never asks for it.
    let error = report["card_error"].as_str().unwrap();
    assert!(error.contains("00A4020C020018"), "{error}");
    let told = || station.process.stderr.lock().unwrap().contains("00A4020C020018").then_some(());
    until("the operator to be told as well", told);
    let said = station.command(&["tap", "--card", &of(&file), "--pin", "1234"]);
    assert!(said.code == 1 && said.out.contains("00A4020C020018"), "{}{}", said.out, said.err);
    assert_eq!(station.visit("taro")["outcome"], "valid", "the reader is free");
}

#[test]
fn what_is_no_recording_that_can_be_played_is_refused_with_its_line() {
    let place = Place::new();
    let (file, station) = recorded(&place);
    let text = std::fs::read_to_string(&file).unwrap();
    // As a real card is recorded without --reveal.
    let hidden = place.write("hidden.jsonl", text.replacen("\"9000\",", "\"9000\",\"hidden\":96,", 1));
    let other = place.write("other.jsonl", "<xml/>");
    for (card, part) in [
        (of(&hidden), "--reveal"),
        (of(&other), "line 1"),
        (of(&place.path().join("none.jsonl")), "none.jsonl"),
        (of(place.path()), "not a file"),
        ("replay:".to_owned(), "replay:FILE"),
    ] {
        let refused = station.post("/control/v1/visits", &json!({ "card": card }));
        let detail = refused.body["detail"].as_str().unwrap_or_default();
        assert!(refused.status == 422 && detail.contains(part), "{card}: {refused:?}");
        let placed = json!({ "event": "card-placed", "person": card });
        let status = station.post("/control/v1/readers/1/events", &placed).status;
        assert_eq!(status, 422, "{card}");
    }
    let settings = format!("[[reader]]\nsource = {:?}\n", of(&file));
    place.write("madoguchi.toml", settings);
    let refused = place.refused(&[]);
    assert!(refused.code == 2 && refused.err.contains("tap --card replay:FILE"), "{}", refused.err);
}
