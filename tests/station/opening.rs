//! How a station comes up, and why it does not: exit codes 2 (settings) and 3 (something outside), each with the remedy.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::desk::{Place, Said, Station, madoguchi, names};
use crate::journal::Journal;

#[track_caller]
fn assert_says(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.code, code, "{}", said.err);
    for word in words {
        assert!(said.err.contains(word), "{word:?} is not in {}", said.err);
    }
    assert!(said.out.is_empty(), "errors belong to stderr: {}", said.out);
}

#[test]
fn the_readiness_line_names_the_address_and_the_folder_that_was_made() {
    let place = Place::new();
    let station = place.open(&[]);
    let port = station.url.strip_prefix("http://127.0.0.1:").unwrap().parse::<u16>().unwrap();
    assert_eq!(
        station.ready,
        format!(
            "madoguchi ready control=http://127.0.0.1:{port} folder={}",
            station.at("").display().to_string().trim_end_matches(std::path::MAIN_SEPARATOR)
        )
    );
    for folder in ["req", "res", "face"] {
        assert!(station.at(folder).is_dir(), "{folder}");
    }
    assert_eq!(station.get("/healthz").ok()["status"], "ok");
    let inside: Vec<String> = crate::desk::names(&station.at(""));
    assert_eq!(inside, [".madoguchi", "face", "req", "res"], "nothing else is visible beside the shared folders");
}

#[test]
fn madoguchi_without_a_command_is_run() {
    let place = Place::new();
    let args = ["--headless", "--control", "127.0.0.1:0", "--folder", "elsewhere", "--pace", "instant"];
    let station = Station::start(place.path(), madoguchi(place.path(), &args));
    assert_eq!(station.visit("taro")["outcome"], "valid");
    assert_eq!(crate::desk::names(&place.path().join("elsewhere").join("face")).len(), 1);
}

#[test]
fn an_existing_folder_in_capitals_is_taken_as_it_is() {
    let place = Place::new();
    fs::create_dir_all(place.path().join("oqs").join("REQ")).unwrap();
    let station = place.open(&[]);
    let told = station.get("/control/v1/station").ok();
    assert_eq!(Path::new(told["terminals"][0]["req"].as_str().unwrap()).file_name().unwrap(), "REQ");
}

#[test]
fn a_second_station_in_the_same_folder_is_refused_and_the_first_goes_on() {
    let place = Place::new();
    let station = place.open(&[]);
    assert_says(&place.refused(&[]), 3, &["使用中", "another station", "--folder"]);
    assert_eq!(station.visit("taro")["outcome"], "valid");
    station.kill();
    assert_eq!(place.open(&[]).visit("taro")["outcome"], "valid", "a dead station holds no lock");
}

#[test]
fn a_port_in_use_is_something_outside_and_the_remedy_is_another_port() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_says(&place.refused(&["--control", &address]), 3, &[&address, "--control 127.0.0.1:0"]);
    assert!(!place.path().join("oqs").exists(), "nothing was made for nothing");
}

#[test]
fn an_unknown_key_is_refused_with_file_line_key_and_the_nearest_right_name() {
    let place = Place::new();
    place.write("madoguchi.toml", "[station]\nseed = 3\n\n[[terminal]]\ndelivry = \"rename\"\n");
    assert_says(&place.refused(&[]), 2, &["madoguchi.toml:5", "delivry", "delivery"]);
    place.write("other.toml", "[[readr]]\n");
    assert_says(&place.refused(&["--config", "other.toml"]), 2, &["other.toml:1", "readr", "reader"]);
}

#[test]
fn a_wrong_value_is_refused_with_file_line_and_what_may_stand_there() {
    let place = Place::new();
    for (text, words) in [
        ("[station]\npace = \"quick\"\n", ["madoguchi.toml:2", "pace", "brisk"]),
        ("[station]\ninstitution = \"12\"\n", ["madoguchi.toml", "station.institution", "10"]),
        ("[[reader]]\nterminal = 2\n", ["madoguchi.toml", "reader.terminal", "1"]),
        ("[[terminal]]\nanswer_delay = -1\n", ["madoguchi.toml:2", "answer_delay", "milliseconds"]),
        ("[faults]\nsegment9 = true\n", ["segment9", "segment-9", "障害"]),
        ("[[reader]]\nmodel = \"standrd\"\n", ["standrd", "standard", "reception"]),
    ] {
        place.write("madoguchi.toml", text);
        assert_says(&place.refused(&[]), 2, &words);
    }
}

#[test]
fn a_variable_that_names_no_setting_is_refused_with_the_nearest_table() {
    let place = Place::new();
    let mut command = madoguchi(place.path(), &["run", "--headless", "--control", "127.0.0.1:0"]);
    let said: Said = command.env("MADOGUCHI_STATOIN_SEED", "1").output().unwrap().into();
    assert_says(&said, 2, &["MADOGUCHI_STATOIN_SEED", "MADOGUCHI_STATION_"]);
}

#[test]
fn options_weigh_more_than_variables_and_those_more_than_the_file() {
    let place = Place::new();
    place.write(
        "madoguchi.toml",
        "[station]\nseed = 1\nclock = \"20250101090000,freeze\"\n[[terminal]]\nfolder = \"oqs\"\n",
    );
    let start = |args: &[&str], seed: Option<&str>| {
        let mut command = madoguchi(place.path(), &["run", "--headless", "--control", "127.0.0.1:0"]);
        command.args(args).envs(seed.map(|seed| ("MADOGUCHI_STATION_SEED", seed)));
        Station::start(place.path(), command).get("/control/v1/station").ok()
    };
    let told = start(&[], None);
    assert_eq!((&told["seed"], &told["time"], &told["frozen"]), (&json!(1), &json!("20250101090000"), &json!(true)));
    assert_eq!(start(&[], Some("2"))["seed"], 2);
    let told = start(&["--seed", "3", "--clock", "2026-11-21T00:00:00Z,freeze"], Some("2"));
    assert_eq!((&told["seed"], &told["time"]), (&json!(3), &json!("20261121090000")), "UTC became JST");
}

#[test]
fn a_clock_that_is_set_and_not_frozen_runs_on_from_there() {
    let place = Place::new();
    let station = place.open(&["--clock", "20261121235958"]);
    let time = || station.get("/control/v1/clock").ok();
    assert_eq!(time()["frozen"], false);
    crate::desk::until("the next day", || time()["time"].as_str().unwrap().starts_with("20261122").then_some(()));
}

#[test]
fn a_time_that_is_none_and_people_that_are_nowhere_are_wrong_usage() {
    let place = Place::new();
    assert_says(&place.refused(&["--clock", "noon"]), 2, &["noon", "YYYYMMDDHHmmss", ",freeze"]);
    assert_says(&place.refused(&["--people", "nowhere"]), 2, &["nowhere", "--people"]);
    place.write("people/a.toml", "name = \"試験　一\"\nsex = \"1\"\nbirthdate = \"1990-01-01\"\nnickname = \"x\"\n");
    assert_says(&place.refused(&["--people", "people"]), 2, &["a.toml:4", "nickname"]);
}

#[test]
fn people_of_a_folder_take_the_place_of_the_built_in_ones() {
    let place = Place::new();
    let profile = "name = \"試験　一\"\nsex = \"1\"\nbirthdate = \"1990-01-01\"\n[[qualifications]]\n\
                   insurer_number = \"01139997\"\ninsurer_name = \"架空\"\nsymbol = \"1\"\nnumber = \"2\"\nqualified_on = \"2020-04-01\"\n";
    place.write("people/ichi.toml", profile);
    let station = place.open(&["--people", "people"]);
    let people = station.get("/control/v1/people").ok();
    assert_eq!((people.as_array().unwrap().len(), &people[0]["id"]), (1, &json!("ichi")));
    assert_eq!(station.visit("ichi")["outcome"], "valid");
}

#[test]
fn one_folder_option_cannot_serve_several_terminals() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"a\"\n[[terminal]]\nfolder = \"b\"\n");
    assert_says(&place.refused(&["--folder", "oqs"]), 2, &["--folder", "[[terminal]]"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_something_outside() {
    let place = Place::new();
    place.write("file", "in the way");
    assert_says(&place.refused(&["--folder", "file/oqs"]), 3, &["oqs", "--folder"]);
}

#[test]
fn a_control_api_that_others_can_reach_demands_a_token() {
    let place = Place::new();
    assert_says(&place.refused(&["--control", "0.0.0.0:0"]), 2, &["--token", "MADOGUCHI_TOKEN"]);
    assert!(!place.path().join("oqs").exists());
}

#[test]
fn with_a_token_nobody_acts_without_it_and_health_stays_open() {
    let place = Place::new();
    let station = place.open(&["--control", "127.0.0.1:0", "--token", "open sesame"]);
    assert_eq!(station.get("/healthz").status, 200);
    for path in ["/", "/control/openapi.json", "/control/v1/station", "/control/v1/people", "/control/v1/events"] {
        let reply = station.get(path);
        assert_eq!((reply.status, reply.body["title"].as_str()), (401, Some("token-needed")), "{path}");
    }
    assert_eq!(station.post("/control/v1/visits", &json!({ "person": "taro" })).status, 401);
    assert!(station.names("face").is_empty());
    let without = station.command(&["tap", "taro"]);
    assert_eq!(without.code, 2);
    assert!(without.err.contains("--token"), "{}", without.err);
    assert_eq!(station.command(&["tap", "taro", "--token", "open sesam"]).code, 2);
    assert_eq!(station.command(&["tap", "taro", "--token", "open sesame"]).code, 0);
    let mut by_variable = madoguchi(place.path(), &["tap", "taro", "--station", &station.url]);
    assert!(by_variable.env("MADOGUCHI_TOKEN", "open sesame").output().unwrap().status.success());
    assert!(!station.process.stderr.lock().unwrap().contains("sesame"), "the token was told");
}

#[test]
fn a_damaged_state_file_is_named_and_nothing_is_forgotten_over_it() {
    let place = Place::new();
    let file = place.write("state/cards.json", "{ \"cards\": ");
    assert_says(&place.refused(&["--state", "state"]), 2, &["cards.json"]);
    assert_eq!(fs::read_to_string(file).unwrap(), "{ \"cards\": ");
}

#[test]
fn a_number_of_a_profile_that_breaks_its_rule_is_told_without_a_screen_and_the_person_is_served() {
    let place = Place::new();
    let people = place.path().join("people");
    fs::create_dir(&people).unwrap();
    let taro = include_str!("../../card-profiles/taro.toml");
    fs::write(people.join("jiro.toml"), taro.replace("\"01139997\"", "\"01139990\"")).unwrap();
    let station = place.open(&["--people", "people"]);
    let journal = Journal::listen(&station, Some(0));
    let told = journal.entry("the finding", |entry| entry["kind"] == "trouble");
    for word in ["jiro", "insurer_number", "01139990", "irregular"] {
        assert!(told["en"].as_str().unwrap().contains(word), "{word}: {told}");
    }
    assert_eq!(station.visit("jiro")["outcome"], "valid");
}

#[test]
fn a_folder_of_a_real_terminal_or_with_unknown_files_is_not_touched_unless_it_is_taken_over() {
    let place = Place::new();
    let budget = place.write("oqs/res/2026年度予算.xlsx", "");
    let refused = place.refused(&[]);
    assert_says(&refused, 2, &["2026年度予算.xlsx", "--take-over"]);
    let untouched = || names(&place.path().join("oqs")) == ["res"];
    assert!(untouched(), "something was made in it");
    drop(place.open(&["--take-over"]));
    assert!(budget.exists());
    drop(place.open(&[]));

    let place = Place::new();
    fs::create_dir_all(place.path().join("oqs/OQSComApp")).unwrap();
    assert_says(&place.refused(&[]), 2, &["OQSComApp", "--take-over"]);
    assert_eq!(names(&place.path().join("oqs")), ["OQSComApp"]);
}
