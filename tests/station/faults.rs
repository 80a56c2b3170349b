//! The ten named outcomes, by `madoguchi tap --fault` and by `PUT /control/v1/faults/{name}`.

use std::fs;
use std::time::Instant;

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Said, Station};
use crate::journal::Journal;
use crate::rececon::{Request, answer_name, drop_in, request_name};
use crate::xml;

fn desk() -> (Place, Station) {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    (place, station)
}

/// `tap PERSON --fault NAME --json`; the report, the exit code with what was said.
fn tap(station: &Station, person: &str, fault: &str) -> (Value, Said) {
    let said = station.command(&["tap", person, "--fault", fault, "--json"]);
    (serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.err)), said)
}

/// Tapped with this fault, the person gets no file, and the command says why and exits 1.
#[track_caller]
fn ends_without_a_file(fault: &str, outcome: &str, why: &str) {
    let (_place, station) = desk();
    let (report, said) = tap(&station, "taro", fault);
    assert_eq!((&report["outcome"], said.code), (&json!(outcome), 1), "{report:#}");
    assert!(report["files"]["face"].is_null());
    assert!(station.names("face").is_empty() && station.names("res").is_empty());
    let plain = station.command(&["tap", "taro", "--fault", fault]);
    assert_eq!(plain.code, 1);
    assert!(plain.out.contains(why), "{}", plain.out);
    // The fault was for those two visits only.
    assert_eq!(station.command(&["tap", "taro"]).code, 0);
}

#[test]
fn face_mismatch_ends_without_a_file() {
    ends_without_a_file("face-mismatch", "face-failed", "顔認証ができませんでした");
}

#[test]
fn pin_locked_ends_without_a_file() {
    ends_without_a_file("pin-locked", "pin-locked", "暗証番号がロックされています");
}

#[test]
fn no_card_ends_without_a_file() {
    ends_without_a_file("no-card", "card-not-recognised", "カードを認識できません");
}

#[test]
fn authority_unreachable_ends_without_a_file_as_a_centre_that_cannot_be_reached() {
    ends_without_a_file("authority-unreachable", "centre-unreachable", "センターに接続できません");
}

#[test]
fn certificate_unknown_ends_without_a_file() {
    ends_without_a_file("certificate-unknown", "certificate-refused", "電子証明書");
}

/// Tapped with `validity-N`, the face file has it.
#[track_caller]
fn has_validity(code: &str, outcome: &str, records: usize) {
    let (_place, station) = desk();
    let (report, said) = tap(&station, "taro", &format!("validity-{code}"));
    assert_eq!((&report["outcome"], said.code), (&json!(outcome), 0), "{report:#}");
    let document = xml::read(&station.path(&report["files"]["face"]));
    assert_eq!(document.value("QualificationValidity"), Some(code));
    assert_eq!(document.records().len(), records);
    if records > 0 {
        assert!(document.value("DisqualificationDate").is_some(), "a qualification that is not valid was lost one day");
    }
}

#[test]
fn validity_2_is_a_lost_qualification() {
    has_validity("2", "invalid", 1);
}

#[test]
fn validity_3_is_a_lost_qualification_with_a_newer_one() {
    has_validity("3", "superseded", 1);
}

#[test]
fn validity_4_has_no_record_and_is_written_because_it_was_asked_for() {
    has_validity("4", "no-qualification", 0);
}

#[test]
fn segment_9_is_a_face_file_with_error_and_without_record() {
    let (_place, station) = desk();
    let (report, said) = tap(&station, "hanako", "segment-9");
    assert_eq!((&report["outcome"], said.code), (&json!("centre-error"), 0), "{report:#}");
    let document = xml::read(&station.path(&report["files"]["face"]));
    assert_eq!(document.value("SegmentOfResult"), Some("9"));
    assert!(document.value("ErrorCode").is_some_and(|code| code.starts_with("MDG-")), "ours, not an official code");
    assert!(document.value("ErrorMessage").is_some());
    assert!(document.records().is_empty() && document.value("RequestPmhFileName").is_none());
}

#[test]
fn pmh_err_is_the_request_name_with_err_and_leaves_the_qualification_unharmed() {
    let (_place, station) = desk();
    let (report, said) = tap(&station, "hanako", "pmh-err");
    assert_eq!((&report["outcome"], said.code), (&json!("valid"), 0), "{report:#}");
    let document = xml::read(&station.path(&report["files"]["face"]));
    assert_eq!((document.value("QualificationValidity"), document.records().len()), (Some("1"), 1));
    let request = document.value("RequestPmhFileName").unwrap();
    assert_eq!(station.names("res"), [format!("{request}.err")]);
    assert!(report["files"]["pmh"].is_null());
    let err = fs::read_to_string(station.at("res").join(format!("{request}.err"))).unwrap();
    assert!(err.contains("MDG-P"), "{err}");
}

#[test]
fn pmh_never_brings_the_face_file_alone() {
    let (_place, station) = desk();
    let (report, said) = tap(&station, "hanako", "pmh-never");
    assert_eq!((&report["outcome"], said.code), (&json!("valid"), 0), "{report:#}");
    let document = xml::read(&station.path(&report["files"]["face"]));
    assert!(document.value("RequestPmhFileName").is_some(), "promised and never kept");
    assert!(station.names("res").is_empty());
}

#[test]
fn pmh_late_takes_ten_seconds_more_while_the_reader_serves_the_next_patient() {
    let place = Place::new();
    let station = place.open(&[]);
    let journal = Journal::listen(&station, None);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let late = scope.spawn(|| station.visit_as(&json!({ "person": "hanako", "faults": ["pmh-late"] })));
        journal.entry("the late patient to leave", |entry| entry["kind"] == "card-removed");
        assert_eq!(station.visit("taro")["outcome"], "valid");
        assert!(start.elapsed().as_secs() < 9, "the next patient waited for the late file");
        let report = late.join().unwrap();
        let millis = report["millis"].as_f64().unwrap();
        assert!((10_000.0..13_000.0).contains(&millis), "{millis}");
        assert!(station.path(&report["files"]["pmh"]).exists());
    });
}

#[test]
fn pmh_late_under_a_frozen_clock_comes_at_once() {
    let (_place, station) = desk();
    let start = Instant::now();
    let (report, said) = tap(&station, "hanako", "pmh-late");
    assert_eq!(said.code, 0);
    assert!(report["files"]["pmh"].is_string(), "{report:#}");
    assert!(start.elapsed().as_secs() < 8, "it waited in real time");
}

fn outcomes(station: &Station, person: &str, times: usize) -> Vec<String> {
    (0..times).map(|_| station.visit(person)["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_fault_with_a_count_comes_up_so_often_and_is_gone() {
    let (_place, station) = desk();
    let set = station.put("/control/v1/faults/validity-2", &json!({ "count": 2 })).ok();
    assert_eq!(set["armed"][0]["count"], 2);
    assert_eq!(outcomes(&station, "taro", 3), ["invalid", "invalid", "valid"]);
    let all = station.get("/control/v1/faults").ok();
    let listed = all.as_array().unwrap().iter().find(|fault| fault["name"] == "validity-2").unwrap();
    assert_eq!(listed["armed"], json!([]));
}

#[test]
fn a_fault_for_one_person_or_one_reader_meets_nobody_else() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\n[[reader]]\n[[reader]]\n");
    let station = place.open(&["--clock", FROZEN]);
    station.put("/control/v1/faults/no-card", &json!({ "target": "hanako" })).ok();
    station.put("/control/v1/faults/validity-3", &json!({ "target": "reader:2" })).ok();
    assert_eq!(outcomes(&station, "hanako", 1), ["card-not-recognised"]);
    assert_eq!(outcomes(&station, "taro", 1), ["valid"]);
    assert_eq!(station.visit_as(&json!({ "person": "taro", "reader": 2 }))["outcome"], "superseded");
}

#[test]
fn probability_0_never_comes_up_1_always_and_a_half_repeats_with_the_seed() {
    let (_place, station) = desk();
    station.put("/control/v1/faults/validity-2", &json!({ "probability": 0 })).ok();
    assert_eq!(outcomes(&station, "taro", 4), ["valid"; 4]);
    station.put("/control/v1/faults/validity-2", &json!({ "probability": 1 })).ok();
    assert_eq!(outcomes(&station, "taro", 4), ["invalid"; 4]);
    let half = || {
        let (_place, station) = desk();
        station.put("/control/v1/faults/validity-2", &json!({ "probability": 0.5 })).ok();
        outcomes(&station, "taro", 12)
    };
    let first = half();
    assert!(first.contains(&"valid".to_owned()) && first.contains(&"invalid".to_owned()), "{first:?}");
    assert_eq!(first, half());
    let wrong = station.put("/control/v1/faults/validity-2", &json!({ "probability": 1.5 }));
    assert_eq!(wrong.status, 422, "{wrong:?}");
}

#[test]
fn a_fault_holds_until_it_is_taken_back() {
    let (_place, station) = desk();
    station.put("/control/v1/faults/face-mismatch", &json!({})).ok();
    assert_eq!(outcomes(&station, "taro", 2), ["face-failed"; 2]);
    station.delete("/control/v1/faults/face-mismatch").ok();
    assert_eq!(outcomes(&station, "taro", 1), ["valid"]);
}

#[test]
fn all_ten_named_outcomes_are_listed_with_words_in_both_languages_and_their_source() {
    let (_place, station) = desk();
    let all = station.get("/control/v1/faults").ok();
    let list = all.as_array().unwrap();
    for name in [
        "face-mismatch",
        "pin-locked",
        "no-card",
        "validity-2",
        "validity-3",
        "validity-4",
        "segment-9",
        "pmh-err",
        "pmh-never",
        "pmh-late",
    ] {
        let fault = list.iter().find(|fault| fault["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        for key in ["ja", "en", "source", "room"] {
            assert!(fault[key].as_str().is_some_and(|text| !text.is_empty()), "{fault}");
        }
    }
}

#[test]
fn an_unknown_fault_is_refused_with_the_nearest_name_and_nothing_happens() {
    let (_place, station) = desk();
    let said = station.command(&["tap", "taro", "--fault", "pmh-nevr"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("pmh-never"), "{}", said.err);
    assert!(station.names("face").is_empty());
    let put = station.put("/control/v1/faults/segment9", &json!({}));
    assert_eq!(put.status, 404);
    assert!(put.body["remedy"].as_str().unwrap().contains("segment-9"), "{}", put.body);
}

#[test]
fn faults_of_the_centre_meet_requests_too() {
    let (_place, station) = desk();
    station.put("/control/v1/faults/segment-9", &json!({ "count": 1 })).ok();
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    let document = xml::parse(&station.file(&format!("res/{}", answer_name("1"))));
    assert_eq!(document.value("SegmentOfResult"), Some("9"));
    station.put("/control/v1/faults/validity-3", &json!({ "count": 1 })).ok();
    drop_in(&station, &request_name("2"), Request::taro().xml().as_bytes());
    let document = xml::parse(&station.file(&format!("res/{}", answer_name("2"))));
    assert_eq!(document.value("QualificationValidity"), Some("3"));
}
