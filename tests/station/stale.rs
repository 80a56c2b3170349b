//! 消し忘れ and the real terminal's settings files, from outside.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Station, until};
use crate::journal::Journal;
use crate::rececon::{Request, answer_name, drop_in, request_name};

fn advance(station: &Station, minutes: i64) {
    station.put("/control/v1/clock", &json!({ "advance_s": minutes * 60 })).ok();
}

/// The last step of a file, in the terminal's own list.
fn last_step(station: &Station, name: &str) -> Option<String> {
    let files = station.get("/control/v1/files?since=0").ok();
    let file = files.as_array().unwrap().iter().rev().find(|file| file["name"] == name)?.clone();
    Some(file["life"].as_array()?.last()?["life"].as_str()?.to_owned())
}

#[test]
fn when_the_clock_is_advanced_past_the_stay_time_a_notice_names_what_nobody_fetched() {
    let place = Place::new();
    place.write("oqs/UserDefinition.property", "ResponseFileStayTime=90\r\nSomethingElse=1\r\n");
    let station = place.open(&["--clock", FROZEN]);
    let journal = Journal::listen(&station, Some(0));
    journal.entry("the unknown key", |entry| {
        entry["kind"] == "notice" && entry.to_string().contains("SomethingElse (:2)")
    });
    let face = station.visit("taro")["files"]["face"].clone();
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    let answer = answer_name("1");
    until("the answer", || last_step(&station, &answer).filter(|life| life == "delivered"));

    advance(&station, 89);
    advance(&station, 1);
    let notice = station.file("res/del20261121110000.txt");
    let (notice, _, broken) = encoding_rs::SHIFT_JIS.decode(&notice);
    let face = station.path(&face).file_name().unwrap().to_str().unwrap().to_owned();
    assert!(!broken && notice.starts_with("90 分"), "{notice}");
    assert!(
        notice.contains(&format!(" res {answer}\r\n")) && notice.contains(&format!(" face {face}\r\n")),
        "{notice}"
    );
    assert_eq!(last_step(&station, &answer).as_deref(), Some("stale"));
    let stale = |entry: &Value| entry["kind"] == "file" && entry["life"] == "stale" && entry["name"] == face.as_str();
    journal.entry("the stale face file", stale);
    assert!(station.names("res").contains(&answer) && station.names("face").contains(&face), "a notice, no more");
}

#[test]
fn what_an_earlier_run_left_is_judged_by_its_age_and_madoguchi_toml_weighs_more_than_the_property_file() {
    let place = Place::new();
    place.write("oqs/UserDefinition.property", "ResponseFileStayTime=10000\n");
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\nstale_after = 60\nstale = \"delete\"\n");
    let station = place.open(&[]);
    for free in ["1", "2"] {
        drop_in(&station, &request_name(free), Request::taro().xml().as_bytes());
        station.file(&format!("res/{}", answer_name(free)));
    }
    let (old, young) = (station.at(&format!("res/{}", answer_name("1"))), answer_name("2"));
    station.kill();
    let file = fs::File::options().write(true).open(&old).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(61 * 60)).unwrap();
    drop(file);

    let station = place.open(&[]);
    until("the notice", || station.names("res").into_iter().find(|name| name.starts_with("del")));
    assert!(!old.exists() && station.names("res").contains(&young), "{:?}", station.names("res"));
    assert_eq!(last_step(&station, &answer_name("1")).as_deref(), Some("stale"));
}

#[test]
fn a_wrong_settings_file_of_the_real_terminal_is_refused_with_file_and_line() {
    let place = Place::new();
    place.write("oqs/UserDefinition.property", "# minutes\nResponseFileStayTime=soon\n");
    let said = place.refused(&[]);
    assert!(said.code != 0 && said.err.contains("UserDefinition.property:2: ResponseFileStayTime"), "{}", said.err);
}
