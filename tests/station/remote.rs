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

/// Runs a command of the hub to its end.
fn hub_command(place: &Path, args: &[&str]) -> String {
    let out = madoguchi(place, &[&["hub"], args].concat()).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn over_tls_a_revoked_terminal_is_told_why_and_an_enrolled_one_goes_on() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let told = hub_command(elsewhere.path(), &["enrol", "1319919997", "--out", "tanmatsu"]);
    let settings = told.split_once("[hub]\n").unwrap().1;
    let command = madoguchi(elsewhere.path(), &["hub", "--listen", "127.0.0.1:0", "--tls", "--audit", "audit.jsonl"]);
    let (_hub, ready) = Process::start(command, "madoguchi hub ready url=");
    let url = ready.strip_prefix("madoguchi hub ready url=").unwrap();
    assert!(url.starts_with("https://"), "{url}");
    let settings = settings.replace("https://127.0.0.1:8791", url);
    let config = place.write("tls.toml", format!("[hub]\n{settings}"));
    let station = place.open(&["--config", config.to_str().unwrap()]);
    let journal = Journal::listen(&station, None);
    assert_eq!(station.visit("taro")["outcome"], "valid");
    assert_eq!(ask(&station, "1").value("QualificationValidity"), Some("1"));
    let revoked = hub_command(elsewhere.path(), &["revoke", "1319919997"]);
    assert!(revoked.contains("1319919997"), "{revoked}");
    assert_ne!(station.visit("taro")["outcome"], "valid");
    let answer = ask(&station, "2");
    assert_eq!(answer.value("SegmentOfResult"), Some("9"));
    assert!(answer.value("ErrorMessage").unwrap().contains("失効"), "{answer:?}");
    journal.entry("why, and what to do", |entry| {
        let told = entry["ja"].as_str().unwrap_or_default();
        entry["kind"] == "trouble" && told.contains("失効") && told.contains("hub enrol")
    });
    let audit = hub_command(elsewhere.path(), &["audit", "audit.jsonl", "--by", "1319919997"]);
    for word in ["visit", "consents", "OQSsiquc01", "card:", "insurance:", "revoked"] {
        assert!(audit.contains(word), "{word}: {audit}");
    }
}

#[test]
fn a_station_that_was_given_half_a_certificate_does_not_start() {
    let place = Place::new();
    let config = place.write("tls.toml", "[hub]\nurl = \"https://127.0.0.1:1\"\ncertificate = \"a.pem\"\n");
    let said = place.refused(&["--config", config.to_str().unwrap()]);
    assert!(said.err.contains("key"), "{}", said.err);
    let config = place.write("tls.toml", "[hub]\nurl = \"http://127.0.0.1:1\"\nca = \"a.pem\"\n");
    let said = place.refused(&["--config", config.to_str().unwrap()]);
    assert!(said.err.contains("hub.url") && said.err.contains("https://"), "{}", said.err);
}

#[test]
fn the_chains_of_a_running_station_are_drawn_for_one_person() {
    let place = Place::new();
    let station = place.open(&[]);
    let trace = |person: &str| {
        let control = station.url.clone();
        madoguchi(place.path(), &["hub", "trace", person, "--station", &control]).output().unwrap()
    };
    let nothing = trace("taro");
    assert_eq!(nothing.status.code(), Some(1), "{}", String::from_utf8_lossy(&nothing.stderr));
    station.visit("taro");
    station.visit("hanako");
    let drawn = String::from_utf8(trace("taro").stdout).unwrap();
    assert!(drawn.starts_with("受付 taro  ") && !drawn.contains("hanako"), "{drawn}");
    assert!(drawn.contains("認証局") && drawn.contains("シリアル番号 ••••"), "{drawn}");
}

#[test]
fn an_outage_on_demand_is_like_one_that_happens_with_a_hub_elsewhere_too() {
    let (embedded, remote, elsewhere) = (Place::new(), Place::new(), Place::new());
    let (_hub, url) = hub(&elsewhere, "127.0.0.1:0");
    for station in [embedded.open(&[]), remote.open(&["--hub", &url])] {
        station.put("/control/v1/faults/hub-away", &json!({})).ok();
        assert_eq!(station.visit("taro")["outcome"], "centre-unreachable");
        assert_eq!(ask(&station, "1").value("SegmentOfResult"), Some("9"));
        station.delete("/control/v1/faults/hub-away").ok();
        assert_eq!(station.visit("taro")["outcome"], "valid");
        let report = station.visit_as(&json!({ "person": "taro", "faults": ["hub-away"] }));
        assert_eq!(report["outcome"], "centre-unreachable");
    }
}
