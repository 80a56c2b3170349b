//! People whom nobody knows: a query that names somebody else's patient, and tables of people, by folder, API and command.

use std::fs;

use serde_json::json;

use crate::bulk::{download, queries, query};
use crate::desk::{FROZEN, Place, Said, Station, madoguchi};
use crate::journal::Journal;
use crate::rececon::{Request, answer_name, drop_in, request_name};
use crate::xml::{self, Element};

const ADOPT: (&str, &str) = ("madoguchi.toml", "[station]\nunknown_people = \"adopt\"\n");

/// A patient of a vendor's own test data.
fn stranger() -> Request {
    Request {
        insurer: "06139992".into(),
        symbol: "１２".into(),
        number: "0003045".into(),
        branch: Some("00".into()),
        birthdate: "19720229".into(),
        ..Request::taro()
    }
}

#[track_caller]
fn ask(station: &Station, free: &str, request: &Request) -> Element {
    drop_in(station, &request_name(free), request.xml().as_bytes());
    xml::parse(&station.file(&format!("res/{}", answer_name(free))))
}

fn adopting(args: &[&str]) -> (Place, Station) {
    let place = Place::new();
    place.write(ADOPT.0, ADOPT.1);
    let station = place.open(&[&["--clock", FROZEN], args].concat());
    (place, station)
}

#[test]
fn an_unknown_patient_is_adopted_answered_and_marked_in_list_journal_and_profile() {
    let (_place, station) = adopting(&[]);
    let journal = Journal::listen(&station, Some(0));
    let answer = ask(&station, "1", &stranger());
    assert_eq!(answer.value("QualificationValidity"), Some("1"));
    assert_eq!(answer.value("InsurerName"), Some("架空健康保険組合"), "by its number");
    assert_eq!(answer.value("PersonalFamilyClassification"), Some("1"));
    let name = answer.value("Name").unwrap().to_owned();
    let adopted = journal.entry("the adoption", |entry| entry["kind"] == "adopted");
    assert_eq!(adopted["name"], json!(name));
    let id = adopted["id"].as_str().unwrap();
    let people = station.get("/control/v1/people").ok();
    let row = people.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap();
    assert_eq!((&row["adopted"], &row["birthdate"]), (&json!(true), &json!("19720229")));
    assert!(row["shows"]["ja"].as_str().unwrap().starts_with("採用"), "{row}");
    assert_eq!(people.as_array().unwrap().iter().filter(|row| row["adopted"] == true).count(), 1);
    // The same question again, padded otherwise, is about the same person; and they have a card.
    let again = ask(&station, "2", &Request { number: "3045".into(), branch: None, ..stranger() });
    assert_eq!(again.value("Name"), Some(name.as_str()));
    assert_eq!(station.visit(id)["outcome"], "valid");
    assert_eq!(station.get("/control/v1/people").ok().as_array().unwrap().len(), people.as_array().unwrap().len());
}

#[test]
fn the_same_question_gives_the_same_person_at_every_station_of_a_seed() {
    let name = |seed: &str| {
        let (_place, station) = adopting(&["--seed", seed]);
        let answer = ask(&station, "1", &stranger());
        ["Name", "NameKana", "Sex1", "Address"].map(|tag| answer.value(tag).unwrap().to_owned())
    };
    let first = name("7");
    assert_eq!(first, name("7"));
    assert!(["1", "2", "3"].iter().any(|seed| name(seed) != first), "another seed, another person");
}

#[test]
fn who_is_known_is_answered_as_ever_lost_insurance_and_wrong_birth_date_included() {
    let (_place, station) = adopting(&[]);
    let before = station.get("/control/v1/people").ok();
    let wrong = ask(&station, "1", &Request { birthdate: "19850413".into(), ..Request::taro() });
    assert_eq!(wrong.value("QualificationValidity"), Some("4"), "taro's numbers with another birth date");
    let lost = before.as_array().unwrap().iter().find(|row| row["id"] == "soushitsu").unwrap();
    let lost = ask(&station, "2", &Request { branch: None, ..Request::of(lost) });
    assert_eq!(lost.value("QualificationValidity"), Some("2"));
    let unborn = ask(&station, "3", &Request { birthdate: "20270101".into(), ..stranger() });
    assert_eq!(unborn.value("QualificationValidity"), Some("4"), "nobody is adopted before they are born");
    station.put("/control/v1/faults/segment-9", &json!({ "count": 1 })).ok();
    assert_eq!(ask(&station, "4", &stranger()).value("SegmentOfResult"), Some("9"));
    assert_eq!(station.get("/control/v1/people").ok(), before);
}

#[test]
fn without_adoption_the_answer_is_4_and_the_journal_offers_whom_the_api_adopts() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let journal = Journal::listen(&station, Some(0));
    assert_eq!(ask(&station, "1", &stranger()).value("QualificationValidity"), Some("4"));
    let unknown = journal.entry("the offer", |entry| entry["kind"] == "unknown");
    let offers = station.get("/control/v1/people/adopt").ok();
    assert_eq!((&offers[0]["id"], offers.as_array().unwrap().len()), (&unknown["id"], 1));
    assert_eq!(offers[0]["asked"]["number"], "0003045");
    let adopted = station.post("/control/v1/people/adopt", &json!({ "id": unknown["id"] }));
    assert_eq!((adopted.status, &adopted.body["adopted"]), (201, &json!(true)));
    assert_eq!(ask(&station, "2", &stranger()).value("Name"), adopted.body["name"].as_str());
    assert_eq!(station.get("/control/v1/people/adopt").ok(), json!([]), "the offer is taken");
    assert_eq!(station.post("/control/v1/people/adopt", &json!({ "id": unknown["id"] })).status, 404);
}

#[test]
fn a_person_is_adopted_by_their_numbers_before_anybody_asks_once() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let numbers = json!({ "insurer_number": "39139993", "number": "00445566", "birthdate": "19400101" });
    let adopted = station.post("/control/v1/people/adopt", &numbers);
    assert_eq!((adopted.status, &adopted.body["birthdate"]), (201, &json!("19400101")), "{:#}", adopted.body);
    let twice = station.post("/control/v1/people/adopt", &numbers);
    assert_eq!((twice.status, &twice.body["title"]), (409, &json!("person-exists")));
    assert!(twice.body["detail"].as_str().unwrap().contains(adopted.body["id"].as_str().unwrap()));
    for wrong in [
        json!({}),
        json!({ "id": "a", "number": "1" }),
        json!({ "insurer_number": "1", "number": "1", "birthdate": "x" }),
    ] {
        assert_eq!(station.post("/control/v1/people/adopt", &wrong).status, 422, "{wrong}");
    }
}

#[test]
fn an_adopted_person_is_edited_like_any_other_and_is_not_made_again_over_the_edit() {
    let (_place, station) = adopting(&[]);
    ask(&station, "1", &stranger());
    let people = station.get("/control/v1/people").ok();
    let id = people.as_array().unwrap().iter().find(|row| row["adopted"] == true).unwrap()["id"].clone();
    let path = format!("/control/v1/people/{}", id.as_str().unwrap());
    let mut profile = station.get(&path).ok();
    profile["name"] = json!("試験　編子");
    profile["qualifications"][0]["number"] = json!("9999");
    station.put(&path, &profile).ok();
    let edited = Request { number: "9999".into(), ..stranger() };
    assert_eq!(ask(&station, "2", &edited).value("Name"), Some("試験　編子"));
    assert_eq!(ask(&station, "3", &stranger()).value("QualificationValidity"), Some("4"));
    assert_eq!(station.get(&path).ok()["name"], "試験　編子");
}

#[test]
fn unknown_rows_of_a_bulk_query_are_adopted_before_the_result_is_fetched() {
    let place = Place::new();
    place.write(ADOPT.0, format!("{}\n[hub]\nbulk_ready_after = 0\n", ADOPT.1));
    let station = place.open(&["--clock", FROZEN]);
    let rows = [query("101", "known"), query("777001", "a"), query("777002", "b"), query("777001", "a again")];
    let file = |interface: &str, text: String| {
        drop_in(&station, &format!("OQSmuquc{interface}req_1.xml"), text.as_bytes());
        xml::parse(&station.file(&format!("res/OQSmuquc{interface}res_1.xml")))
    };
    let reception = file("01", queries(&rows)).value("ReceptionNumber").unwrap().to_owned();
    let result = file("02", download(&reception));
    let validities: Vec<_> = result.all("QualificationValidity").iter().map(|element| element.text.clone()).collect();
    assert_eq!(validities, ["1"; 4]);
    let people = station.get("/control/v1/people").ok();
    assert_eq!(people.as_array().unwrap().iter().filter(|row| row["adopted"] == true).count(), 2);
}

#[cfg(unix)]
#[test]
fn with_state_an_adopted_person_and_their_edit_survive_a_restart_and_a_reset_forgets_them() {
    let place = Place::new();
    place.write(ADOPT.0, ADOPT.1);
    let arguments = ["--clock", FROZEN, "--state", "state"];
    let station = place.open(&arguments);
    ask(&station, "1", &stranger());
    let adopted = |station: &Station| {
        let people = station.get("/control/v1/people").ok();
        people.as_array().unwrap().iter().filter(|row| row["adopted"] == true).cloned().collect::<Vec<_>>()
    };
    let path = format!("/control/v1/people/{}", adopted(&station)[0]["id"].as_str().unwrap());
    let mut profile = station.get(&path).ok();
    profile["name"] = json!("試験　編子");
    station.put(&path, &profile).ok();
    assert_eq!(station.process.terminate(), 0);
    place.write(ADOPT.0, "");
    let station = place.open(&arguments);
    assert_eq!(adopted(&station).len(), 1);
    assert_eq!(ask(&station, "2", &stranger()).value("Name"), Some("試験　編子"), "the hub knows them too");
    station.post("/control/v1/reset", &json!({})).ok();
    assert_eq!(adopted(&station).len(), 0);
    assert_eq!(ask(&station, "3", &stranger()).value("QualificationValidity"), Some("4"));
}

const TABLE: &str = "ID,氏名,性別,生年月日,保険者番号,記号,番号,枝番\r\n\
                     vendor-1,試験　一子,女,S47.2.29,6139992,１２,0003045,0\r\n\
                     vendor-2,試験　二葉,2,2001/4/1,139998,見本,77,1\r\n";

#[test]
fn a_table_is_looked_at_then_taken_by_api_and_its_people_are_answered() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let before = station.get("/control/v1/people").ok();
    let cp932 = encoding_rs::SHIFT_JIS.encode(TABLE).0.into_owned();
    let preview = station.post_csv("/control/v1/people.csv?dry_run=true", &cp932).ok();
    assert_eq!((&preview["people"][0]["id"], &preview["form"]["encoding"]), (&json!("vendor-1"), &json!("cp932")));
    assert_eq!(station.get("/control/v1/people").ok(), before, "a preview changes nothing");
    station.post_csv("/control/v1/people.csv", &cp932).ok();
    assert_eq!(ask(&station, "1", &stranger()).value("Name"), Some("試験　一子"));
    let again = station.post_csv("/control/v1/people.csv", &cp932);
    assert_eq!((again.status, again.body["mistakes"].as_array().unwrap().len()), (422, 2));
    assert_eq!(station.post_csv("/control/v1/people.csv?replace=true", &cp932).ok()["people"][0]["replaces"], true);
    let all = station.get_bytes("/control/v1/people.csv");
    assert_eq!(station.post_csv("/control/v1/people.csv?replace=true", &all).status, 200, "what it exports it takes");
    assert_eq!(station.get_bytes("/control/v1/people.csv"), all);
}

#[test]
fn a_table_with_mistakes_is_refused_whole_with_row_and_column() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let broken = TABLE.replace("2001/4/1", "2001/13/1");
    let refused = station.post_csv("/control/v1/people.csv", broken.as_bytes());
    assert_eq!((refused.status, &refused.body["title"]), (422, &json!("bad-table")));
    let mistake = &refused.body["mistakes"][0];
    assert_eq!((&mistake["row"], &mistake["letter"], &mistake["column"]), (&json!(3), &json!("D"), &json!("生年月日")));
    assert_eq!(station.get("/control/v1/people/vendor-1").status, 404, "all or none");
    assert_eq!(station.post_text("/control/v1/people.csv", TABLE).status, 415, "a page elsewhere cannot send it");
    assert_eq!(station.get("/control/v1/people.csv?encoding=utf-16").status, 422);
}

#[test]
fn the_commands_take_a_table_into_a_folder_or_a_station_and_write_it_again() {
    let place = Place::new();
    place.write("table.csv", format!("\u{feff}{TABLE}"));
    let run = |args: &[&str]| Said::from(madoguchi(place.path(), args).output().unwrap());
    let preview = run(&["people", "import", "table.csv", "--people", "p", "--dry-run"]);
    assert_eq!((preview.code, place.path().join("p").exists()), (0, false), "{}", preview.err);
    assert!(preview.out.contains("vendor-1  試験　一子  1972-02-29  06139992"), "{}", preview.out);
    assert_eq!(run(&["people", "import", "table.csv", "--people", "p"]).code, 0);
    let twice = run(&["people", "import", "table.csv", "--people", "p"]);
    assert!(twice.code == 1 && twice.err.contains("--replace"), "{}", twice.err);
    let listed = run(&["people", "list", "二葉", "--people", "p", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!((&listed[0]["id"], listed.as_array().unwrap().len()), (&json!("vendor-2"), 1));
    assert_eq!(run(&["people", "export", "again.csv", "--people", "p", "--encoding", "cp932", "--tab"]).code, 0);
    let station = place.open(&["--clock", FROZEN]);
    let at = ["--station", station.url.as_str()];
    let taken = run(&[&["people", "import", "again.csv"], &at[..]].concat());
    assert_eq!(taken.code, 0, "{}", taken.err);
    assert_eq!(ask(&station, "1", &stranger()).value("Name"), Some("試験　一子"));
    let export = run(&[&["people", "export"], &at[..]].concat());
    assert!(export.out.contains("vendor-2,試験　二葉"), "{}", export.err);
    place.write("broken.csv", "氏名,性別,生年月日\n試験　一子,女,きのう\n");
    for to in [&["--people", "q"][..], &at] {
        let refused = run(&[&["people", "import", "broken.csv"], to].concat());
        assert!(refused.code == 1 && refused.err.contains("2行 C列 生年月日「きのう」"), "{}", refused.err);
    }
    assert!(!place.path().join("q").exists());
    let new = run(&["people", "new", "shin-1", "--people", "p", "--insurer", "39139993", "--birthdate", "19400101"]);
    assert_eq!(new.code, 0, "{}", new.err);
    assert!(fs::read_to_string(place.path().join("p/shin-1.toml")).unwrap().contains("架空県後期高齢者医療広域連合"));
    assert_eq!(run(&["people", "new", "shin-1", "--people", "p"]).code, 2, "nobody is overwritten");
}
