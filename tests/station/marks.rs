//! Marks in requests, and draws that repeat with the seed.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Station, until};
use crate::journal::Journal;
use crate::rececon::{Request, answer_name, drop_in, request_name};
use crate::registry::{free, said};
use crate::xml;

/// Sends a request and waits for its answer.
fn send(station: &Station, free: &str, request: &Request) -> Vec<u8> {
    drop_in(station, &request_name(free), request.xml().as_bytes());
    let path = station.at("res").join(answer_name(free));
    until("the answer", || fs::read(&path).ok())
}

#[test]
fn a_mark_asks_for_its_fault_in_that_request_alone_and_only_where_marks_are_read() {
    let place = Place::new();
    place.write("madoguchi.toml", "[faults]\nmagic = true\n");
    let station = place.open(&["--clock", FROZEN]);
    let journal = Journal::listen(&station, None);
    let validity = |bytes: &[u8]| xml::parse(bytes).value("QualificationValidity").unwrap_or_default().to_owned();
    let unmarked = Request::taro();
    let in_identifier = Request { identifier: "20261121-1MDG03".into(), ..Request::taro() };
    let in_number = |mark: &str| Request { number: format!("101{mark}"), ..Request::taro() };
    assert_eq!(validity(&send(&station, "202611210001MDG02", &unmarked)), "2");
    assert_eq!(validity(&send(&station, "202611210002", &unmarked)), "1", "that request alone");
    assert_eq!(validity(&send(&station, "202611210003", &in_identifier)), "3");
    for (free, mark) in [("202611210004", "9999029999"), ("202611210005", "MDG02"), ("202611210006", "ＭＤＧ０２")]
    {
        let answer = send(&station, free, &in_number(mark));
        assert_eq!(validity(&answer), "2", "{mark}");
        let sent = format!("<InsuredIdentificationNumber>101{mark}</InsuredIdentificationNumber>");
        assert!(String::from_utf8_lossy(&answer).contains(&sent), "the echo is what was sent: {mark}");
    }
    let several = send(&station, "202611210007MDG11MDG02MDG13", &unmarked);
    assert!(several.starts_with(b"\xEF\xBB\xBF") && String::from_utf8_lossy(&several).contains("MadoguchiUnknown"));
    let hit = journal.entry("the hit", |e| e["kind"] == "fault-hit" && e["name"] == "file-bom");
    assert_eq!(hit["target"], request_name("202611210007MDG11MDG02MDG13"));
    send(&station, "202611210008MDG77", &unmarked);
    journal.entry("a word about a code that is none", |e| e["kind"] == "trouble" && said(&e["en"], "77"));
    let armed = station.get("/control/v1/faults").ok();
    assert!(armed.as_array().unwrap().iter().all(|fault| fault["armed"] == json!([])), "nothing stays armed");

    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let journal = Journal::listen(&station, None);
    assert_eq!(validity(&send(&station, "202611210001MDG02", &unmarked)), "1", "off unless it is asked for");
    journal.entry("how to switch it on", |e| e["kind"] == "notice" && said(&e["en"], "magic"));
    assert_eq!(validity(&send(&station, "202611210004", &in_number("9999029999"))), "4", "a number like any other");
}

/// What a run leaves: its hits, and every file with its bytes.
fn run(seed: &str) -> (Vec<String>, BTreeMap<String, Vec<u8>>) {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN, "--seed", seed]);
    let journal = Journal::listen(&station, None);
    for name in
        ["validity-2", "file-bom", "file-shuffled", "file-torn", "file-never", "file-late", "hub-500", "clock-wrong"]
    {
        station.put(&format!("/control/v1/faults/{name}"), &json!({ "probability": 0.4 })).ok();
    }
    let frees: Vec<String> = (1..=16).map(free).collect();
    // All at once: which is answered first is nobody's business.
    for free in &frees {
        drop_in(&station, &request_name(free), Request::taro().xml().as_bytes());
    }
    for _ in 0..6 {
        station.visit("hanako");
    }
    let done = |free: &String| {
        let entries = journal.heard();
        let of = |name: String, life: &str| {
            entries.iter().any(|h| h.entry["name"] == name.as_str() && h.entry["life"] == life)
        };
        let dropped =
            entries.iter().any(|h| said(&h.entry["en"], &request_name(free)) && said(&h.entry["en"], "file-never"));
        of(answer_name(free), "delivered") || dropped
    };
    until("every request to be done with", || frees.iter().all(done).then_some(()));
    let mut hits: Vec<String> = journal
        .heard()
        .iter()
        .filter(|h| h.entry["kind"] == "fault-hit")
        .map(|h| {
            let Value::Object(mut hit) = h.entry.clone() else { panic!() };
            ["seq", "time"].iter().for_each(|key| drop(hit.remove(*key)));
            Value::Object(hit).to_string()
        })
        .collect();
    hits.sort();
    let files = ["res", "face"].iter().flat_map(|below| {
        station
            .names(below)
            .into_iter()
            .map(|name| (format!("{below}/{name}"), station.file(&format!("{below}/{name}"))))
            .collect::<Vec<_>>()
    });
    (hits, files.collect())
}

#[test]
fn two_runs_of_one_seed_have_the_same_hits_and_the_same_bytes_and_another_seed_others() {
    let first = run("7");
    assert!(first.0.len() > 20, "{:#?}", first.0);
    let drawn: Value = serde_json::from_str(&first.0[0]).unwrap();
    assert!(drawn["draw"]["value"].as_f64().unwrap() < 0.4 && drawn["draw"]["nth"] == 1, "{drawn}");
    let again = run("7");
    assert_eq!(first.0, again.0);
    assert_eq!(first.1.keys().collect::<Vec<_>>(), again.1.keys().collect::<Vec<_>>());
    assert!(first.1 == again.1, "the bytes differ");
    assert_ne!(first.0, run("8").0);
}
