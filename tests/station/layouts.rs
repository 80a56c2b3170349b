//! `[station] layouts`: tables of a vendor's own reach what a station writes and shows, and a mistake in them stops it with its place.

use std::fs;

use madoguchi::message::subsidy::Layout;

use crate::desk::Place;
use crate::inquiries::{ICHIRO, TOUSEKI, request};
use crate::rececon::drop_in;
use crate::xml;

const ERRORS: &str = "[[error]]\nname = \"centre-error\"\ncode = \"X9001\"\nmessage = \"停止しています\"\n";

fn with_layouts(settings: &str) -> Place {
    let place = Place::new();
    let folder = place.path().join("layouts");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("errors.toml"), ERRORS).unwrap();
    fs::write(folder.join("pmh.toml"), Layout::embedded_text().replace("tag = \"ValidFrom\"", "tag = \"Yuko\""))
        .unwrap();
    place.write("madoguchi.toml", settings);
    place
}

#[test]
fn codes_and_tags_of_the_folder_stand_in_the_files_and_are_explained_as_yours() {
    let place = with_layouts("[station]\nlayouts = \"layouts\"\n");
    let station = place.open(&[]);
    station.command(&["tap", "taro", "--fault", "segment-9"]);
    let face = station.at("face").join(&station.names("face")[0]);
    let document = xml::read(&face);
    assert_eq!((document.value("ErrorCode"), document.value("ErrorMessage")), (Some("X9001"), Some("停止しています")));
    let visit = station.visit("hanako");
    let subsidies = station.path(&visit["files"]["pmh"]);
    assert!(!xml::read(&subsidies).all("Yuko").is_empty());
    let told = station.command(&["explain", subsidies.to_str().unwrap(), "--json"]).out;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let line = told["lines"].as_array().unwrap().iter().find(|line| line["element"] == "Yuko").unwrap();
    assert!(line["source"].as_str().unwrap().starts_with("yours"), "{line}");
    // A capture of it, compared with the same tables, says nothing against itself.
    let said = station.command(&["compare", station.at("").to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

#[test]
fn a_file_of_error_codes_weighs_more_than_the_folder_and_a_mistake_names_file_and_line() {
    let place = with_layouts("[station]\nlayouts = \"layouts\"\n[hub]\nerror_codes = \"own.toml\"\n");
    place.write("own.toml", ERRORS.replace("X9001", "Y1"));
    let station = place.open(&[]);
    station.command(&["tap", "taro", "--fault", "segment-9"]);
    let face = station.at("face").join(&station.names("face")[0]);
    assert_eq!(xml::read(&face).value("ErrorCode"), Some("Y1"));
    drop(station);
    place.write("own.toml", ERRORS.replace("centre-error", "center-error"));
    let said = place.refused(&[]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("own.toml:2: name") && said.err.contains("`centre-error`"), "{}", said.err);
}

#[test]
fn tags_of_medicines_and_checkups_are_those_of_the_folder() {
    use madoguchi::message::{checkup, medication};
    let place = with_layouts("[station]\nlayouts = \"layouts\"\n");
    let medicines = medication::table::Table::embedded_text().replace("\"DrugN\"", "\"Yakuhin\"");
    place.write("layouts/medication.toml", medicines);
    let checkups = checkup::table::Table::embedded_text().replace("\"EffectiveTime\"", "\"Jisshi\"");
    place.write("layouts/checkup.toml", checkups);
    let station = place.open(&[]);
    station.visit("touseki");
    station.visit("ichiro");
    for (kind, insurance, tag, ours) in
        [("YZK", TOUSEKI, "Yakuhin", "DrugN"), ("TKK", ICHIRO, "Jisshi", "EffectiveTime")]
    {
        drop_in(&station, &format!("{kind}siquc01req_202611210001.xml"), &request(insurance, 2, None));
        station.file(&format!("res/{kind}siquc01res_202611210001.xml"));
        let answer = station.at(&format!("res/{kind}siquc01res_202611210001.xml"));
        let document = xml::read(&answer);
        assert!(!document.all(tag).is_empty() && document.all(ours).is_empty(), "{kind}");
        let told = station.command(&["explain", answer.to_str().unwrap(), "--json"]).out;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let lines = told["lines"].as_array().unwrap();
        let line = lines.iter().find(|line| line["element"] == tag).unwrap();
        assert!(line["source"].as_str().unwrap().starts_with("yours"), "{line}");
        let checked = station.command(&["check", "--deny", "element", answer.to_str().unwrap()]);
        assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    }
}
