//! Every shipped person, tapped once: the visit ends as their profile promises, and the folders hold what it says and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::tz::{Offset, TimeZone};
use serde_json::Value;

use crate::desk::{FROZEN, INSTITUTION, Place, Station, madoguchi, names};
use crate::journal::Journal;
use crate::xml;

/// What a profile promises: outcome, 資格有効性 and records of the face file (none: no file), certificates of the subsidy document.
struct Promise(&'static str, Option<(&'static str, usize)>, usize);

/// Most people: one valid qualification, no subsidy.
const ORDINARY: Promise = Promise("valid", Some(("1", 1)), 0);

fn promises() -> BTreeMap<&'static str, Promise> {
    let with_subsidies = |n| Promise("valid", Some(("1", 1)), n);
    BTreeMap::from([
        ("hanako", with_subsidies(1)),
        ("ikusei", with_subsidies(1)),
        ("kodomo", with_subsidies(1)),
        ("ippan2", with_subsidies(1)),
        ("touseki", with_subsidies(1)),
        ("ketsuyu", with_subsidies(1)),
        ("chihou", with_subsidies(2)),
        ("nanbyo", with_subsidies(3)),
        ("fujo-heiyo", Promise("valid", Some(("1", 2)), 0)),
        ("fujo-miseiri", Promise("valid-unregistered", Some(("6", 1)), 0)),
        // The ticket is for a dentist, and this station is a clinic.
        ("hogo", Promise("valid-unregistered", Some(("6", 1)), 0)),
        ("soushitsu", Promise("invalid", Some(("2", 1)), 0)),
        ("nashi", Promise("no-qualification", None, 0)),
        ("shikkou", Promise("certificate-refused", None, 0)),
        ("shibou", Promise("certificate-refused", None, 0)),
        ("kigen", Promise("certificate-refused", None, 0)),
        ("lock", Promise("pin-locked", None, 0)),
        ("betsujin", Promise("face-failed", None, 0)),
        ("mask", Promise("face-failed", None, 0)),
        ("sedai1", Promise("certificate-refused", None, 0)),
        ("teiki", Promise("not-a-my-number-card", None, 0)),
        ("juki", Promise("not-a-my-number-card", None, 0)),
        ("mitouroku", Promise("not-registered", None, 0)),
    ])
}

fn profiles() -> BTreeMap<String, toml::Table> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("card-profiles");
    let profile = |name: &String| toml::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap();
    names(&folder).iter().map(|name| (name.trim_end_matches(".toml").to_owned(), profile(name))).collect()
}

#[test]
fn every_shipped_person_ends_as_their_profile_promises_and_nothing_else_lies_in_the_folders() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN, "--seed", "7"]);
    let journal = Journal::listen(&station, Some(0));
    let people = station.get("/control/v1/people").ok();
    let ids: BTreeSet<String> =
        people.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let profiles = profiles();
    assert_eq!(ids, profiles.keys().cloned().collect::<BTreeSet<_>>(), "the built-in people are card-profiles");
    let promises = promises();
    assert!(promises.keys().all(|id| ids.contains(*id)), "a promise of nobody");
    let mut announced = BTreeSet::new();
    for id in &ids {
        let report = station.visit(id);
        let promise = promises.get(id.as_str()).unwrap_or(&ORDINARY);
        hold(&station, id, &report, promise, &mut announced);
    }
    let written = ids.iter().filter(|id| promises.get(id.as_str()).unwrap_or(&ORDINARY).1.is_some()).count();
    assert_eq!((station.names("face").len(), station.names("req").len()), (written, 0));
    assert_eq!(station.names("res").into_iter().collect::<BTreeSet<_>>(), announced);
    journal.entry("the last visit", |entry| entry["kind"] == "visit" && entry["person"] == *ids.last().unwrap());
    assert_nowhere(&my_numbers(&profiles), &station, &journal);
}

fn hold(station: &Station, id: &str, report: &Value, promise: &Promise, announced: &mut BTreeSet<String>) {
    let Promise(outcome, face, certificates) = promise;
    assert_eq!((&report["person"], &report["outcome"]), (&Value::from(id), &Value::from(*outcome)), "{report:#}");
    let why = &report["why"];
    assert!(!why["ja"].as_str().unwrap().is_empty() && !why["en"].as_str().unwrap().is_empty());
    let Some((validity, records)) = face else {
        assert!(report["files"]["face"].is_null() && report["files"]["pmh"].is_null(), "{id}: {report:#}");
        return;
    };
    let path = station.path(&report["files"]["face"]);
    assert_eq!(path.parent().unwrap(), station.at("face"));
    assert!(is_face_name(path.file_name().unwrap().to_str().unwrap(), "20261121093000"), "{}", path.display());
    let document = xml::read(&path);
    assert_eq!(document.value("QualificationValidity"), Some(*validity), "{id}");
    assert_eq!(document.value("SegmentOfResult"), Some("1"), "{id}");
    assert_eq!(document.value("ReferenceClassification"), Some("1"), "{id}: by card");
    assert_eq!(document.value("MedicalInstitutionCode"), Some(INSTITUTION), "{id}");
    assert_eq!(document.records().len(), *records, "{id}");
    let request = document.value("RequestPmhFileName");
    assert_eq!(request.is_some(), *certificates > 0, "{id}: PMH is announced if and only if it comes");
    let Some(request) = request else {
        return assert!(report["files"]["pmh"].is_null(), "{id}");
    };
    let answer = request.replacen("PMHsimsm01req_", "PMHsimsm01res_", 1);
    assert_ne!(answer, request);
    assert!(answer.ends_with("_face.xml"), "{answer}");
    assert_eq!(station.path(&report["files"]["pmh"]), station.at("res").join(&answer), "{id}");
    let subsidies = xml::read(&station.at("res").join(&answer));
    assert_eq!(subsidies.all("CertificationName").len(), *certificates, "{id}");
    announced.insert(answer);
}

#[test]
fn each_kind_and_generation_of_card_is_told_at_the_counter_by_its_code() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    for (person, shown) in [
        ("taro", "資格は有効です"),
        ("kodomo", "資格は有効です"),
        ("kao", "資格は有効です"),
        ("android", "資格は有効です"),
        ("iphone", "資格は有効です"),
        ("sedai2", "資格は有効です"),
        ("sedai1", "(006)"),
        ("juki", "(002)"),
        ("teiki", "(002)"),
    ] {
        let said = station.command(&["tap", person]);
        assert_eq!(said.code, i32::from(shown.starts_with('(')), "{person}: {}", said.err);
        assert!([said.out.as_str(), &said.err].concat().contains(shown), "{person}: {} {}", said.out, said.err);
    }
}

/// `OQSsiquc01res_face_` + 10 digits of the institution + 20 hexadecimal digits + `_` + 14 digits.
fn is_face_name(name: &str, time: &str) -> bool {
    let token = name
        .strip_prefix("OQSsiquc01res_face_")
        .and_then(|rest| rest.strip_suffix(".xml")?.strip_suffix(time)?.strip_suffix('_'));
    token.and_then(|token| token.strip_prefix(INSTITUTION)).is_some_and(|drawn| {
        drawn.len() == 20 && drawn.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

fn my_numbers(profiles: &BTreeMap<String, toml::Table>) -> Vec<String> {
    let numbers: Vec<String> =
        profiles.values().filter_map(|table| table.get("my_number")?.as_str().map(str::to_owned)).collect();
    assert!(numbers.len() > 40, "the test looks for nothing");
    numbers
}

/// 個人番号 belongs into no file, no journal and no output.
fn assert_nowhere(numbers: &[String], station: &Station, journal: &Journal) {
    let mut places: Vec<(String, Vec<u8>)> =
        ["req", "res", "face", ".madoguchi"].iter().flat_map(|folder| files_below(&station.at(folder))).collect();
    assert!(places.len() > 30, "the folders were not read");
    let heard: Vec<String> = journal.heard().iter().map(|heard| heard.entry.to_string()).collect();
    assert!(heard.len() > 200, "the journal was not heard");
    places.push(("journal".into(), heard.join("\n").into_bytes()));
    places.push(("stderr".into(), station.process.stderr.lock().unwrap().clone().into_bytes()));
    for (place, bytes) in places {
        let text = String::from_utf8_lossy(&bytes);
        let found: Vec<&String> = numbers.iter().filter(|number| text.contains(number.as_str())).collect();
        assert!(found.is_empty(), "個人番号 {found:?} in {place}");
    }
}

fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for name in names(folder) {
        let path = folder.join(name);
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    files
}

#[test]
fn times_in_files_are_jst_whatever_the_zone_of_the_machine() {
    let place = Place::new();
    let mut command = madoguchi(place.path(), &["run", "--headless", "--control", "127.0.0.1:0", "--folder", "oqs"]);
    command.args(["--pace", "instant"]).env("TZ", "America/New_York");
    let station = Station::start(place.path(), command);
    let before = jst();
    let report = station.visit("taro");
    let after = jst();
    let path = station.path(&report["files"]["face"]);
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let time = name.strip_suffix(".xml").unwrap().rsplit_once('_').unwrap().1.to_owned();
    assert!(is_face_name(&name, &time), "{name}");
    assert!((before.clone()..=after.clone()).contains(&time), "{before} {time} {after}");
    let document = xml::read(&path);
    let executed = document.value("ProcessExecutionTime").unwrap().to_owned();
    assert!((before.clone()..=after).contains(&executed), "{executed}");
    assert_eq!(document.value("QualificationConfirmationDate"), Some(&executed[..8]));
}

fn jst() -> String {
    let zone = TimeZone::fixed(Offset::constant(9));
    jiff::Timestamp::now().to_zoned(zone).strftime("%Y%m%d%H%M%S").to_string()
}

#[test]
fn consents_last_twenty_four_hours_and_carry_the_time_of_the_visit() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let report = station.visit("taro");
    let document = xml::read(&station.path(&report["files"]["face"]));
    for kind in ["PharmacistsInfo", "DiagnosisInfo", "OperationInfo", "SpecificHealthCheckupsInfo"] {
        assert_eq!(document.value(&format!("{kind}ConsFlg")), Some("1"), "{kind}");
        assert_eq!(document.value(&format!("{kind}ConsTime")), Some("20261121093000"), "{kind}");
        assert_eq!(document.value(&format!("{kind}AvailableTime")), Some("20261122093000"), "{kind}");
    }
    let refused = station.visit("kyohi");
    let document = xml::read(&station.path(&refused["files"]["face"]));
    for kind in ["PharmacistsInfo", "DiagnosisInfo", "OperationInfo", "SpecificHealthCheckupsInfo"] {
        assert_eq!(document.value(&format!("{kind}ConsFlg")), Some("0"), "{kind}");
        assert_eq!(document.value(&format!("{kind}ConsTime")), None, "{kind}");
    }
    assert_eq!(document.value("PrescriptionIssueSelect"), Some("2"), "paper");
}
