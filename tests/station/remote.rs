//! A hub of its own, `madoguchi hub`, behind stations of their own: `--hub URL`.

use std::path::Path;

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Process, Station, madoguchi, until};
use crate::journal::Journal;
use crate::rececon::{Request, answer_name, drop_in, request_name};
use crate::xml::{self, Element};

/// A hub at `listen`, and its URL.
fn hub(place: &Place, listen: &str) -> (Process, String) {
    let command = madoguchi(place.path(), &["hub", "--listen", listen, "--seed", "7"]);
    let (hub, ready) = Process::start(command, "madoguchi hub ready url=");
    (hub, ready.strip_prefix("madoguchi hub ready url=").unwrap().to_owned())
}

fn ask(station: &Station, free: &str) -> Element {
    drop_in(station, &request_name(free), Request::taro().xml().as_bytes());
    xml::parse(&station.file(&format!("res/{}", answer_name(free))))
}

#[test]
fn a_hub_elsewhere_gives_the_same_bytes_as_the_embedded_one() {
    let (embedded, remote, elsewhere) = (Place::new(), Place::new(), Place::new());
    let (_hub, url) = hub(&elsewhere, "127.0.0.1:0");
    let args = ["--clock", FROZEN, "--seed", "7"];
    let here = embedded.open(&args);
    let there = remote.open(&[&args[..], &["--hub", &url]].concat());
    assert_eq!(there.get("/control/v1/station").ok()["hub"], json!(url));
    for person in ["taro", "hanako", "nanbyo", "ichiro", "fujo-heiyo", "shikkou", "nashi", "shinki", "gaiji"] {
        let (a, b) = (here.visit(person), there.visit(person));
        for key in ["outcome", "certificate", "proof"] {
            assert_eq!(a[key], b[key], "{key} of {person}");
        }
        let name = |report: &Value, key: &str| {
            let path = report["files"][key].as_str().map(Path::new);
            path.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        };
        for key in ["face", "pmh"] {
            assert_eq!(name(&a, key), name(&b, key), "{key} file of {person}");
        }
    }
    for station in [&here, &there] {
        ask(station, "1");
        drop_in(station, &request_name("2"), &Request::taro().shift_jis());
        station.file(&format!("res/{}", answer_name("2")));
    }
    for folder in ["face", "res"] {
        assert_eq!(here.names(folder), there.names(folder));
        for name in here.names(folder) {
            let bytes = |station: &Station| station.file(&format!("{folder}/{name}"));
            assert!(bytes(&here) == bytes(&there), "{folder}/{name} differs");
        }
    }
}

#[test]
fn faults_of_the_centre_reach_a_hub_elsewhere() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let (_hub, url) = hub(&elsewhere, "127.0.0.1:0");
    let station = place.open(&["--hub", &url]);
    for (fault, outcome) in [("validity-3", "superseded"), ("segment-9", "centre-error")] {
        let report = station.visit_as(&json!({ "person": "taro", "faults": [fault] }));
        assert_eq!(report["outcome"], outcome);
    }
    let report = station.visit_as(&json!({ "person": "hanako", "faults": ["pmh-err"] }));
    assert_eq!(report["files"]["pmh_err"].as_array().unwrap().len(), 1, "{report:#}");
}

#[test]
fn a_hub_that_dies_ends_visits_as_unreachable_and_requests_as_9_until_it_is_back() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let (first, url) = hub(&elsewhere, "127.0.0.1:0");
    let station = place.open(&["--hub", &url]);
    let journal = Journal::listen(&station, None);
    assert_eq!(station.visit("taro")["outcome"], "valid");
    first.kill();
    let report = station.visit("taro");
    assert_eq!((&report["outcome"], &report["files"]["face"]), (&json!("centre-unreachable"), &json!(null)));
    let tapped = station.command(&["tap", "taro"]);
    assert_eq!(tapped.code, 1);
    assert!(tapped.out.contains("センターに接続できません"), "{}", tapped.out);
    let answer = ask(&station, "1");
    assert_eq!(answer.value("SegmentOfResult"), Some("9"));
    assert_eq!(
        answer.value("ArbitraryFileIdentifier"),
        Some(Request::taro().identifier.as_str()),
        "whose answer it is"
    );
    assert!(answer.value("ErrorMessage").unwrap().contains(&url), "{answer:?}");
    journal.entry("the trouble", |entry| entry["kind"] == "trouble" && entry["ja"].as_str().unwrap().contains(&url));
    let (_second, again) = hub(&elsewhere, url.strip_prefix("http://").unwrap());
    assert_eq!(again, url);
    assert_eq!(ask(&station, "2").value("QualificationValidity"), Some("1"));
    assert_eq!(station.visit("taro")["outcome"], "valid");
    journal.entry("the good news", |entry| entry["kind"] == "notice" && entry["en"].as_str().unwrap().contains("back"));
}

#[test]
fn a_station_comes_up_without_its_hub_and_works_when_it_is_there() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let station = place.open(&["--hub", &format!("http://{free}")]);
    assert_eq!(station.visit("taro")["outcome"], "centre-unreachable");
    let (_hub, _) = hub(&elsewhere, &free);
    until("a valid visit", || (station.visit("taro")["outcome"] == "valid").then_some(()));
}

#[test]
fn people_of_a_hub_elsewhere_cannot_be_changed_from_here() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let (_hub, url) = hub(&elsewhere, "127.0.0.1:0");
    let station = place.open(&["--hub", &url]);
    let taro = station.get("/control/v1/people/taro").ok();
    for reply in [station.put("/control/v1/people/taro", &taro), station.delete("/control/v1/people/taro")] {
        assert_eq!((reply.status, reply.body["title"].as_str()), (409, Some("hub-is-elsewhere")), "{reply:?}");
    }
    assert_eq!(station.get("/control/v1/people/taro").status, 200);
}

#[test]
fn several_stations_share_a_hub_and_what_one_registered_the_other_knows() {
    let (one, two, elsewhere) = (Place::new(), Place::new(), Place::new());
    let (_hub, url) = hub(&elsewhere, "127.0.0.1:0");
    let (one, two) = (one.open(&["--hub", &url]), two.open(&["--hub", &url]));
    let asked = |station: &Station| station.visit("shinki")["steps"].to_string().contains("registration");
    assert!(asked(&one), "the first time");
    assert!(!asked(&two), "known to the hub by now");
}
