//! The control API as a whole: what it describes, the journal, the files, the people, the clock, reset.

use std::collections::BTreeSet;
use std::fs;

use madoguchi::operate::control::openapi::Description;
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::desk::{FROZEN, Place, Station, until};
use crate::journal::Journal;
use crate::rececon::{Request, answer_name, drop_in, request_name};
use crate::xml;

fn desk() -> (Place, Station) {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    (place, station)
}

#[test]
fn openapi_lists_every_route_that_is_served_and_none_that_is_not() {
    let (_place, station) = desk();
    let document = station.get("/control/openapi.json").ok();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let described = document["paths"].as_object().unwrap();
    let source = include_str!("../../src/operate/control/server.rs");
    let routes = source.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let served: BTreeSet<&str> = routes.filter(|route| *route != "/" && *route != "/control/openapi.json").collect();
    assert_eq!(described.keys().map(String::as_str).collect::<BTreeSet<_>>(), served);
    for (path, methods) in described {
        let path = path
            .replace("{n}", "9")
            .replace("{id}", "nobody")
            .replace("{name}", "nothing")
            .replace("{match}", "nobody");
        for method in methods.as_object().unwrap().keys().filter(|_| path != "/control/v1/events") {
            let reply = match method.as_str() {
                "get" => station.get(&path),
                "post" => station.post(&path, &json!({ "nonsense": true })),
                "put" => station.put(&path, &json!({ "nonsense": true })),
                "delete" => station.delete(&path),
                other => panic!("{other} {path}"),
            };
            assert!(reply.status != 405 && reply.body["title"] != "no-such-path", "{method} {path}: {reply:?}");
            let answers = &methods[method]["responses"];
            assert!(answers[reply.status.to_string()].is_object(), "{method} {path} answers {reply:?}, not described");
        }
    }
}

#[test]
fn openapi_says_what_every_status_and_parameter_means_and_how_the_token_is_shown() {
    let document = desk().1.get("/control/openapi.json").ok();
    let scheme = json!({"type": "http", "scheme": "bearer"});
    assert_eq!(document["components"]["securitySchemes"]["token"], scheme);
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert_eq!(responses.contains_key("401"), path != "/healthz", "{method} {path}");
            let silent = |part: &Value| part["description"].as_str().unwrap_or_default().is_empty();
            assert_eq!(responses.iter().find(|(_, response)| silent(response)), None, "{method} {path}");
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            assert_eq!(parameters.clone().find(|parameter| silent(parameter)), None, "{method} {path}");
        }
    }
}

#[test]
fn the_openapi_document_of_the_docs_and_the_program_is_that_of_the_handlers() {
    let mut made = serde_json::to_value(Description::openapi()).unwrap();
    // The version moves without the API.
    made["info"]["version"] = json!("");
    let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    if std::env::var_os("MADOGUCHI_WRITE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == text, "write it anew: MADOGUCHI_WRITE=1 cargo test --test station openapi");
    let served = desk().1.get("/control/openapi.json").ok();
    made["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    assert_eq!(served, made);
}

#[test]
fn refusals_are_problem_documents_with_status_kind_and_words() {
    let (_place, station) = desk();
    for (reply, status, title) in [
        (station.get("/control/v2/visits"), 404, "no-such-path"),
        (station.post("/control/v1/visits", &json!({ "person": "tarou-jiro" })), 404, "no-such-person"),
        (station.post("/control/v1/visits", &json!({})), 422, "bad-value"),
        (station.post("/control/v1/visits", &json!({ "persn": "taro" })), 422, "bad-value"),
        (station.post("/control/v1/visits", &json!({ "person": "taro", "reader": 5 })), 404, "no-such-reader"),
        (station.post("/control/v1/visits", &json!({ "person": "taro", "face": "perhaps" })), 422, "bad-value"),
        (station.get("/control/v1/files?since=x"), 422, "bad-value"),
        (station.get("/control/v1/visits"), 405, "no-such-method"),
    ] {
        assert_eq!((reply.status, reply.body["title"].as_str()), (status, Some(title)), "{reply:?}");
        assert_eq!(reply.body["status"], status);
        assert!(!reply.body["detail"].as_str().unwrap().is_empty());
    }
    let near = station.post("/control/v1/visits", &json!({ "person": "hanakoo" }));
    assert!(near.body["detail"].as_str().unwrap().contains("hanako"), "{near:?}");
    let consent = station.post("/control/v1/visits", &json!({ "person": "taro", "consent": ["yes"] }));
    assert!(consent.body["detail"].as_str().unwrap().contains("health-checkup"), "{consent:?}");
}

#[test]
fn a_body_that_is_not_announced_as_json_is_refused_with_the_header_to_send() {
    let (_place, station) = desk();
    let reply = station.post_text("/control/v1/visits", r#"{ "person": "taro" }"#);
    assert_eq!((reply.status, reply.body["title"].as_str()), (415, Some("not-announced-as-json")));
    assert!(reply.body["remedy"].as_str().unwrap().contains("Content-Type: application/json"), "{reply:?}");
    assert!(station.names("face").is_empty(), "no page in a browser makes a visit");
}

#[test]
fn the_start_page_is_for_people() {
    let (_place, station) = desk();
    let page = station.get("/").ok();
    let page = page.as_str().unwrap();
    assert!(page.contains("/control/openapi.json") && page.contains("窓口"), "{page}");
}

#[test]
fn the_journal_goes_on_where_a_listener_left_off() {
    let (_place, station) = desk();
    let all = Journal::listen(&station, Some(0));
    station.visit("taro");
    all.entry("the visit", |entry| entry["kind"] == "visit");
    let heard = all.heard();
    assert_eq!(heard.iter().map(|h| h.id).collect::<Vec<_>>(), (1..=heard.len() as u64).collect::<Vec<_>>());
    for h in &heard {
        assert_eq!((h.entry["seq"].as_u64(), h.entry["kind"].as_str()), (Some(h.id), Some(h.kind.as_str())));
    }
    assert_eq!(heard[0].kind, "ready");
    let half = heard.len() as u64 / 2;
    let rest = Journal::listen(&station, Some(half));
    rest.entry("the visit", |entry| entry["kind"] == "visit");
    assert_eq!(rest.heard()[0].id, half + 1);
    let from_now = Journal::listen(&station, None);
    station.visit("hanako");
    from_now.entry("the second visit", |entry| entry["kind"] == "visit");
    assert!(from_now.heard()[0].id > heard.len() as u64, "the past was told unasked");
    let kinds: BTreeSet<String> = from_now.heard().into_iter().map(|h| h.kind).collect();
    for kind in ["card-placed", "dialogue", "file", "card-removed", "visit"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
}

fn files(station: &Station, since: u64) -> Vec<Value> {
    station.get(&format!("/control/v1/files?since={since}")).ok().as_array().unwrap().clone()
}

fn life(file: &Value) -> Vec<&str> {
    file["life"].as_array().unwrap().iter().map(|step| step["life"].as_str().unwrap()).collect()
}

#[test]
fn files_tell_the_life_of_each_file_and_since_only_what_changed() {
    let (_place, station) = desk();
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    station.file(&format!("res/{}", answer_name("1")));
    let seen = until("two records", || Some(files(&station, 0)).filter(|files| files.len() == 2));
    let request = seen.iter().find(|file| file["name"] == request_name("1")).unwrap();
    assert_eq!(life(request), ["arrived", "claimed", "answered"]);
    assert_eq!((&request["folder"], &request["terminal"]), (&json!("req"), &json!(1)));
    let answer = seen.iter().find(|file| file["name"] == answer_name("1")).unwrap();
    assert_eq!((life(answer), &answer["folder"]), (vec!["delivered"], &json!("res")));
    let last = seen.iter().map(|file| file["seq"].as_u64().unwrap()).max().unwrap();
    assert!(files(&station, last).is_empty());
    let report = station.visit("hanako");
    let newer = files(&station, last);
    let names: Vec<&str> = newer.iter().map(|file| file["folder"].as_str().unwrap()).collect();
    assert_eq!(names, ["face", "res"], "in the order of their last step");
    assert_eq!(newer[0]["path"], report["files"]["face"]);
    assert!(newer.iter().all(|file| file["life"][0]["time"] == "2026-11-21T09:30:00"), "document time: {newer:#?}");
}

#[test]
fn people_can_be_read_changed_added_and_removed_until_reset() {
    let (_place, station) = desk();
    let before = station.get("/control/v1/people").ok();
    let taro = station.get("/control/v1/people/taro").ok();
    assert_eq!(taro["name"], "窓口　太郎");
    let mut changed = taro.clone();
    changed["name"] = json!("改名　太郎");
    assert_eq!(station.put("/control/v1/people/taro", &changed).ok()["name"], "改名　太郎");
    let face = |report: &Value| xml::read(&station.path(&report["files"]["face"]));
    assert_eq!(face(&station.visit("taro")).value("Name"), Some("改名　太郎"));
    assert_eq!(station.put("/control/v1/people/nobody", &taro).status, 404);

    let mut jiro = taro.clone();
    jiro["name"] = json!("窓口　次郎");
    jiro["qualifications"][0]["branch"] = json!("07");
    let added = station.post("/control/v1/people", &json!({ "id": "jiro", "profile": jiro }));
    assert_eq!(added.status, 201, "{added:?}");
    assert_eq!(face(&station.visit("jiro")).value("Name"), Some("窓口　次郎"));
    let request = Request { branch: Some("07".into()), ..Request::taro() };
    drop_in(&station, &request_name("1"), request.xml().as_bytes());
    let answer = xml::parse(&station.file(&format!("res/{}", answer_name("1"))));
    assert_eq!(answer.value("Name"), Some("窓口　次郎"), "the hub knows the new one too");
    let again = station.post("/control/v1/people", &json!({ "id": "jiro", "profile": taro }));
    assert_eq!((again.status, again.body["title"].as_str()), (409, Some("person-exists")));

    assert_eq!(station.delete("/control/v1/people/hanako").status, 204);
    assert_eq!(station.get("/control/v1/people/hanako").status, 404);
    assert_eq!(station.post("/control/v1/visits", &json!({ "person": "hanako" })).status, 404);

    station.post("/control/v1/reset", &json!({})).ok();
    assert_eq!(station.get("/control/v1/people").ok(), before);
    assert_eq!(station.get("/control/v1/people/taro").ok(), taro);
    assert_eq!(face(&station.visit("taro")).value("Name"), Some("窓口　太郎"));
}

#[test]
fn a_profile_that_does_not_hold_is_refused_with_its_key_and_changes_nothing() {
    let (_place, station) = desk();
    let taro = station.get("/control/v1/people/taro").ok();
    let mut wrong = taro.clone();
    wrong["birtdate"] = json!("1985-04-12");
    let reply = station.put("/control/v1/people/taro", &wrong);
    assert_eq!(reply.status, 422);
    assert!(reply.body["detail"].as_str().unwrap().contains("birtdate"), "{reply:?}");
    let mut wrong = taro.clone();
    wrong["birthdate"] = json!("1985-02-30");
    assert_eq!(station.put("/control/v1/people/taro", &wrong).status, 422);
    assert_eq!(station.get("/control/v1/people/taro").ok(), taro);
}

#[test]
fn the_clock_can_be_frozen_shifted_and_advanced_and_files_follow_it() {
    let place = Place::new();
    let station = place.open(&[]);
    assert_eq!(station.get("/control/v1/clock").ok()["frozen"], false);
    let set = |order: Value| station.put("/control/v1/clock", &order).ok();
    let frozen = set(json!({ "freeze": "20270101080000" }));
    assert_eq!(frozen, json!({ "time": "20270101080000", "frozen": true }));
    let time = || {
        let report = station.visit("taro");
        xml::read(&station.path(&report["files"]["face"])).value("ProcessExecutionTime").unwrap().to_owned()
    };
    assert_eq!(time(), "20270101080000");
    assert_eq!(set(json!({ "advance_s": 86_400 }))["time"], "20270102080000");
    assert_eq!(time(), "20270102080000");
    let running = set(json!({ "shift": "2027-06-01T00:00:00+09:00" }));
    assert_eq!(running["frozen"], false);
    assert!(time().starts_with("20270601000"));
    set(json!({ "shift": "20400101000000" }));
    assert_eq!(
        station.visit("taro")["outcome"],
        "certificate-refused",
        "the card does not grow younger with the clock"
    );
    for wrong in [json!({}), json!({ "freeze": "noon" }), json!({ "freeze": "20270101080000", "advance_s": 1 })] {
        assert_eq!(station.put("/control/v1/clock", &wrong).status, 422, "{wrong}");
    }
}

#[test]
fn reset_brings_the_start_back_and_touches_no_file() {
    let (_place, station) = desk();
    let first = station.visit("shinki");
    assert!(first["steps"].to_string().contains("registration"));
    let again = station.visit("shinki");
    assert!(!again["steps"].to_string().contains("registration"), "registered by now");
    station.put("/control/v1/faults/no-card", &json!({})).ok();
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    station.file(&format!("res/{}", answer_name("1")));
    fs::write(station.at("req").join("memo.txt"), "mine").unwrap();
    let everything = || ["req", "res", "face"].map(|folder| station.names(folder));
    let before = everything();
    let journal = Journal::listen(&station, None);
    station.post("/control/v1/reset", &json!({})).ok();
    journal.entry("the reset", |entry| entry["kind"] == "reset");
    assert_eq!(everything(), before);
    assert!(files(&station, 0).iter().all(|file| file["name"] == "memo.txt"), "what was seen is forgotten");
    let faults = station.get("/control/v1/faults").ok();
    assert!(faults.as_array().unwrap().iter().all(|fault| fault["armed"] == json!([])));
    let after = station.visit("shinki");
    assert_eq!((&after["files"], &after["visit"]), (&first["files"], &first["visit"]), "same seed, same draws");
    assert!(after["steps"].to_string().contains("registration"), "unknown again");
}

#[test]
fn reset_in_the_middle_of_a_visit_sends_the_patient_away_without_a_file() {
    let (_place, station) = desk();
    let event = |event: Value| station.post("/control/v1/readers/1/events", &event).ok();
    event(json!({ "event": "card-placed", "person": "hanako" }));
    event(json!({ "event": "choose-face" }));
    station.post("/control/v1/reset", &json!({})).ok();
    let reader = station.get("/control/v1/readers/1").ok();
    assert_eq!((&reader["state"], &reader["person"]), (&json!("idle"), &Value::Null));
    assert_eq!(station.visit("taro")["outcome"], "valid");
    assert_eq!(station.names("face").len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn however_often_a_screen_looks_the_readers_of_the_machine_are_watched_once() {
    let (_place, station) = desk();
    for _ in 0..20 {
        station.get("/control/v1/screen").ok();
    }
    until("the watch", || (station.process.threads("pcsc-look") > 0).then_some(()));
    assert_eq!(station.process.threads("pcsc-look"), 1);
}
