//! `madoguchi card issue`: at a running station, over a restart, and in a file; and what the authority publishes of it.

use std::fs;

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Said, Station, madoguchi};

/// What a hexadecimal serial number looks like on a list.
fn on_a_list(serial: &Value) -> Vec<u8> {
    let hex = serial.as_str().unwrap();
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    [&[0x02, bytes.len() as u8], bytes.as_slice()].concat()
}

/// Does the station's authority publish this serial number as revoked?
fn is_revoked(station: &Station, serial: &Value) -> bool {
    let url = format!("{}/jpki/crl/authentication.crl", station.url);
    let list = ureq::get(&url).call().unwrap().body_mut().read_to_vec().unwrap();
    let wanted = on_a_list(serial);
    list.windows(wanted.len()).any(|window| window == wanted)
}

fn issued(said: &Said) -> Value {
    assert_eq!(said.code, 0, "{}", said.err);
    serde_json::from_str(&said.out).unwrap()
}

fn card(station: &Station, person: &str) -> Value {
    station.get(&format!("/control/v1/people/{person}")).ok()["card"].clone()
}

#[test]
fn a_card_issued_again_is_good_at_once_and_the_one_before_it_revoked_until_reset() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    assert_eq!(station.visit("taro")["outcome"], "valid");
    let issued = issued(&station.command(&["card", "issue", "taro", "--reason", "key-compromise", "--json"]));
    let (new, old) = (&issued["serial"], &issued["former"]["serial"]);
    assert_ne!(new, old);
    assert_eq!(issued["former"]["reason"], "key-compromise");
    assert_eq!(issued["former"]["revoked_on"], "20261121");
    assert_eq!(&card(&station, "taro")["serial"], new);
    assert!(is_revoked(&station, old) && !is_revoked(&station, new));
    assert_eq!(station.visit("taro")["outcome"], "valid", "the centre knows the new serial number");
    let plain = station.command(&["card", "issue", "hanako"]);
    assert!(plain.out.contains("superseded") && plain.out.contains("シリアル番号"), "{}", plain.out);
    station.post("/control/v1/reset", &json!({})).ok();
    assert!(card(&station, "taro")["serial"].is_null() && !is_revoked(&station, old));
    assert_eq!(station.visit("taro")["outcome"], "valid");
}

#[test]
fn a_card_can_be_issued_by_any_generation_and_the_counter_treats_it_as_its_dates_say() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    for (generation, outcome) in [("2", "valid"), ("1", "certificate-refused"), ("3", "valid")] {
        let issued = issued(&station.command(&["card", "issue", "taro", "--generation", generation, "--json"]));
        assert_eq!(issued["generation"].to_string(), generation);
        assert_eq!(station.visit("taro")["outcome"], outcome, "{generation}");
    }
    let former = &card(&station, "taro")["former"];
    assert_eq!((&former[1]["generation"], &former[2]["generation"]), (&json!(2), &json!(1)));
    let list = |file: &str| {
        let url = format!("{}/jpki/crl/{file}", station.url);
        ureq::get(&url).call().unwrap().body_mut().read_to_vec().unwrap()
    };
    for (former, file) in [(&former[1], "authentication-2.crl"), (&former[2], "authentication-1.crl")] {
        let wanted = on_a_list(&former["serial"]);
        assert!(list(file).windows(wanted.len()).any(|window| window == wanted), "{file}");
        assert!(!is_revoked(&station, &former["serial"]), "not on the present generation's list");
    }
    assert_eq!(station.command(&["card", "issue", "taro", "--generation", "4"]).code, 2);
    assert_eq!(station.post("/control/v1/people/taro/card", &json!({ "generation": 4 })).status, 422);
}

#[test]
fn who_has_no_certificate_or_does_not_exist_gets_no_card() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    for (person, why) in [("teiki", "ICカード"), ("juki", "住基カード"), ("nobody-at-all", "nobody-at-all")] {
        let said = station.command(&["card", "issue", person]);
        assert_eq!(said.code, 2);
        assert!(said.err.contains(why), "{}", said.err);
    }
    assert_eq!(station.command(&["card", "issue", "taro", "--reason", "boredom"]).code, 2);
    assert_eq!(station.post("/control/v1/people/taro/card", &json!({ "reason": "boredom" })).status, 422);
}

#[test]
fn an_issued_card_outlives_the_station_where_its_state_is_kept() {
    #[cfg(unix)]
    {
        let place = Place::new();
        let station = place.open(&["--state", "state"]);
        let issued = issued(&station.command(&["card", "issue", "taro", "--json"]));
        assert_eq!(station.process.terminate(), 0);
        let station = place.open(&["--state", "state"]);
        assert_eq!(card(&station, "taro")["serial"], issued["serial"]);
        assert!(is_revoked(&station, &issued["former"]["serial"]));
        assert_eq!(station.visit("taro")["outcome"], "valid");
        drop(station);
        assert!(card(&place.open(&[]), "taro")["serial"].is_null());
    }
}

#[test]
fn a_card_issued_in_a_file_is_that_of_every_station_that_reads_it() {
    let place = Place::new();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/card-profiles/taro.toml");
    let file = place.write("people/taro.toml", fs::read(shipped).unwrap());
    let line = ["card", "issue", "taro", "--people", "people", "--json"];
    let issued = issued(&madoguchi(place.path(), &line).output().unwrap().into());
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(issued["serial"].as_str().unwrap()) && text.starts_with('#'), "{text}");
    assert_eq!(fs::read_dir(place.path().join("people")).unwrap().count(), 1, "nothing is left beside it");
    let station = place.open(&["--people", "people"]);
    assert!(is_revoked(&station, &issued["former"]["serial"]));
    assert_eq!(station.visit("taro")["outcome"], "valid");
}
