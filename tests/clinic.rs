//! The sample レセコン at a real station and its real folders, driven by its consumer API: each requirement of the vendor briefing
//! (spec/pmh.md §5.4) once, and what a folder does to a program.

#[allow(dead_code, reason = "shared with the tests of the station")]
#[path = "station/desk.rs"]
mod desk;

use std::fs;
use std::time::Duration;

use desk::{Place, Process, Reply, Station, madoguchi, until, within};
use madoguchi::clinic::rececon::{Mistake, Running, Settings, start};
use madoguchi::folder::Paths;
use madoguchi::message::subsidy::{Edition, Layout};
use serde_json::{Value, json};

/// A station with a レセコン at its folders.
struct Clinic {
    rececon: Running,
    station: Station,
    agent: ureq::Agent,
    _place: Place,
}

impl Clinic {
    fn open(args: &[&str], settings: Settings) -> Self {
        let place = Place::new();
        let station = place.open(args);
        let rececon = start(Paths::below(&station.at("")), settings).unwrap();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_idle_connections(0).build().into();
        Self { rececon, station, agent, _place: place }
    }

    fn auto() -> Self {
        Self::open(&[], Settings { auto: true, ..Settings::default() })
    }

    fn fact(&self, path: &str) -> Option<String> {
        let url = format!("{}/facts", self.rececon.url());
        let mut answer = self.agent.get(url).query("about", path).call().unwrap();
        let body: Value = answer.body_mut().read_json().unwrap();
        assert_eq!(answer.status().as_u16(), if body["value"].is_null() { 404 } else { 200 }, "{path}: {body}");
        body["value"].as_str().map(str::to_owned)
    }

    /// Waits until a fact is as it should be.
    #[track_caller]
    fn comes(&self, path: &str, value: &str) {
        until(&format!("{path} = {value}"), || (self.fact(path).as_deref() == Some(value)).then_some(()));
    }

    fn order(&self, order: &Value) -> Reply {
        let mut answer = self.agent.post(format!("{}/desk", self.rececon.url())).send_json(order).unwrap();
        let body = answer.body_mut().read_json().unwrap();
        Reply { status: answer.status().as_u16(), body }
    }

    /// A person's first visit, of which a patient is made.
    fn register(&self, person: &str) {
        let visits: usize = self.fact("visits").unwrap().parse().unwrap();
        self.station.visit_as(&json!({ "person": person }));
        self.comes("visits", &(visits + 1).to_string());
        self.order(&json!({ "order": "register" })).ok();
        self.comes("patient/last/visits", "1");
        until("the number is registered", || self.fact("patient/last/reference-number"));
    }

    fn change(&self, person: &str, change: impl FnOnce(&mut Value)) {
        let path = format!("/control/v1/people/{person}");
        let mut whole = self.station.get(&path).ok();
        change(&mut whole);
        self.station.put(&path, &whole).ok();
    }

    fn folders_are_empty(&self) {
        until("everything was read and deleted", || {
            (self.station.names("res").is_empty() && self.station.names("face").is_empty()).then_some(())
        });
    }
}

#[test]
fn r1_r2_r3_the_subsidy_of_a_visit_is_taken_from_the_folder_imported_and_shown_as_a_table() {
    let clinic = Clinic::auto();
    clinic.register("hanako");
    clinic.comes("patient/last/expenses", "1");
    assert_eq!(clinic.fact("patient/last/expense/1/payer-number").unwrap(), "54139993");
    assert_eq!(clinic.fact("patient/last/expense/1/limit/0/amount-month").unwrap(), "10000");
    let face = clinic.fact("patient/last/expense/1/face").unwrap();
    assert!(face.contains("受給者\t\n  氏名\t試験　花子"), "{face}");
    clinic.folders_are_empty();
}

#[test]
fn the_second_visit_is_accepted_and_nobody_is_asked_or_told_anything() {
    let clinic = Clinic::auto();
    clinic.register("hanako");
    clinic.comes("patient/last/expenses", "1");
    clinic.order(&json!({ "order": "dismiss" })).ok();
    clinic.station.visit("hanako");
    clinic.comes("visit/2/certificate/1/outcome", "unchanged");
    assert_eq!(clinic.fact("visit/2/by").unwrap(), "reference-number");
    assert_eq!(clinic.fact("visit/2/state").unwrap(), "accepted");
    for path in ["dialogues", "alerts", "errors"] {
        assert_eq!(clinic.fact(path).unwrap(), "0", "{path}");
    }
}

#[test]
fn r4_a_changed_certificate_is_shown_side_by_side_and_stays_until_the_staff_accepts() {
    let clinic = Clinic::auto();
    clinic.register("hanako");
    clinic.comes("patient/last/expenses", "1");
    clinic.change("hanako", |person| person["subsidies"][0]["limits"][0]["amount_month"] = 5000.into());
    clinic.station.visit("hanako");
    clinic.comes("dialogue/kind", "subsidy");
    assert_eq!(clinic.fact("dialogue/fields").unwrap(), "limit/0/amount-month");
    assert_eq!(clinic.fact("dialogue/stored/limit/0/amount-month").unwrap(), "10000");
    assert_eq!(clinic.fact("dialogue/incoming/limit/0/amount-month").unwrap(), "5000");
    assert_eq!(clinic.fact("patient/last/expense/1/limit/0/amount-month").unwrap(), "10000");
    let refused = clinic.order(&json!({ "order": "answer", "fields": { "name": "accept" } }));
    assert_eq!(refused.status, 409);
    clinic.order(&json!({ "order": "answer", "fields": { "limit/0/amount-month": "accept" } })).ok();
    assert_eq!(clinic.fact("patient/last/expense/1/limit/0/amount-month").unwrap(), "5000");
}

#[test]
fn r5_r6_a_failed_subsidy_is_an_error_and_none_is_none_and_the_reception_goes_on_in_both() {
    let clinic = Clinic::auto();
    clinic.register("hanako");
    clinic.comes("patient/last/expenses", "1");
    clinic.station.put("/control/v1/faults/pmh-err", &json!({ "count": 1 })).ok();
    clinic.station.visit("hanako");
    clinic.comes("visit/2/subsidy", "error");
    assert_eq!(clinic.fact("visit/2/state").unwrap(), "accepted");
    assert_eq!((clinic.fact("errors").unwrap(), clinic.fact("dialogues").unwrap()), ("1".into(), "0".into()));
    clinic.station.visit_as(&json!({ "person": "hanako", "subsidy": "decline" }));
    clinic.comes("visit/3/subsidy", "none");
    clinic.comes("dialogue/kind", "absence");
    assert_eq!(clinic.fact("errors").unwrap(), "1");
    assert_eq!(clinic.order(&json!({ "order": "answer", "all": "accept" })).status, 409);
    assert_eq!(clinic.fact("patient/last/expenses").unwrap(), "1");
    clinic.folders_are_empty();
}

#[test]
fn r7_a_changed_face_item_alone_has_another_hash_and_asks_nothing() {
    let clinic = Clinic::auto();
    clinic.register("hanako");
    clinic.comes("patient/last/expenses", "1");
    clinic.change("hanako", |person| person["subsidies"][0]["face_items"][3]["value"] = "次回は窓口へ".into());
    clinic.station.visit("hanako");
    clinic.comes("visit/2/certificate/1/outcome", "unchanged");
    assert!(clinic.fact("patient/last/expense/1/face").unwrap().contains("次回は窓口へ"));
    assert_eq!(clinic.fact("dialogues").unwrap(), "0");
}

#[test]
fn r8_several_certificates_stand_in_the_order_of_application_for_readers_of_every_edition() {
    for edition in [Edition::R5, Edition::R6, Edition::R8] {
        let layout = Layout::embedded(edition).clone();
        let clinic = Clinic::open(&[], Settings { auto: true, layout, ..Settings::default() });
        clinic.change("hanako", |person| {
            let first = person["subsidies"][0].clone();
            for (payer, name) in [("88139993", "こども医療"), ("21139993", "精神通院")] {
                let mut other = first.clone();
                (other["insurer_number"], other["certification_name"]) = (payer.into(), name.into());
                person["subsidies"].as_array_mut().unwrap().push(other);
            }
        });
        clinic.register("hanako");
        clinic.comes("patient/last/expenses", "3");
        let payers = ["1", "2", "3"].map(|at| clinic.fact(&format!("patient/last/expense/{at}/payer-number")).unwrap());
        assert_eq!(payers, ["21139993", "54139993", "88139993"], "{edition:?}");
        let income = clinic.fact("patient/last/expense/1/income-segment");
        assert_eq!(
            income.is_some(),
            edition != Edition::R5,
            "{edition:?}: R5 does not have it and is not stopped by it"
        );
    }
}

#[test]
fn an_insurance_question_is_answered_by_its_identifier_and_a_refused_one_is_told() {
    let clinic = Clinic::auto();
    clinic.register("taro");
    clinic.order(&json!({ "order": "ask", "patient": clinic.fact("visit/last/patient") })).ok();
    clinic.comes("request/last/state", "done");
    let wrong = json!({ "insurer-number": "01139997", "insured-number": "101", "birthdate": "19850230" });
    clinic.order(&json!({ "order": "patient", "number": "9", "values": wrong })).ok();
    clinic.order(&json!({ "order": "ask", "patient": "9" })).ok();
    clinic.comes("request/last/state", "failed");
    assert!(clinic.fact("alert/request-refused/detail").unwrap().contains("MDG-D003"));
    let nobody = json!({ "insurer-number": "01139997", "insured-number": "999", "birthdate": "19850412" });
    clinic.order(&json!({ "order": "patient", "number": "9", "values": nobody })).ok();
    clinic.order(&json!({ "order": "ask", "patient": "9" })).ok();
    clinic.comes("request/last/state", "done");
    clinic.comes("alert/nobody-found", "1");
    assert_eq!(clinic.fact("errors").unwrap(), "1", "nobody found is no error");
    clinic.folders_are_empty();
}

#[test]
fn files_that_are_written_slowly_in_shift_jis_and_in_another_order_are_read_whole() {
    let place = Place::new();
    place.write(
        "madoguchi.toml",
        "[[terminal]]\nfolder = \"oqs\"\ndelivery = \"slow\"\noutput_encoding = \"shift_jis\"\nelement_order = \"shuffled\"\n",
    );
    let station = place.open(&[]);
    let rececon = start(Paths::below(&station.at("")), Settings { auto: true, ..Settings::default() }).unwrap();
    station.visit("hanako");
    until("the subsidy", || (rececon.facts().get("visit/1/subsidy")? == "came").then_some(()));
    assert_eq!(rececon.facts()["visit/1/record/1/name"], "試験　花子");
    assert_eq!(rececon.facts()["errors"], "0");
}

#[test]
fn what_is_not_ours_stays_in_the_folder() {
    let clinic = Clinic::auto();
    let theirs = [
        "OQSsiquc01res_202611219999.xml",
        "PMHsimsm01res_1234567890ABCDEF2026112109300000_face.xml",
        "del20261121.txt",
    ];
    for name in theirs {
        fs::write(clinic.station.at("res").join(name), "<XmlMsg></XmlMsg>").unwrap();
    }
    clinic.station.visit("taro");
    clinic.comes("visits", "1");
    let mut names = clinic.station.names("res");
    names.retain(|name| theirs.contains(&name.as_str()));
    assert_eq!(names.len(), theirs.len());
}

#[test]
fn a_subsidy_that_never_comes_is_told_after_its_time() {
    let patience = Duration::from_millis(300);
    let clinic = Clinic::open(&[], Settings { auto: true, subsidy_patience: patience, ..Settings::default() });
    clinic.station.put("/control/v1/faults/pmh-never", &json!({ "count": 1 })).ok();
    clinic.station.visit("hanako");
    clinic.comes("visit/1/subsidy", "late");
    clinic.comes("alert/subsidy-late", "1");
}

#[test]
fn a_mutant_is_the_sample_with_one_mistake() {
    let mistakes = [Mistake::ForgetsToDelete].into_iter().collect();
    let clinic = Clinic::open(&[], Settings { mistakes, ..Settings::default() });
    clinic.station.visit("taro");
    clinic.comes("visits", "1");
    assert_eq!(clinic.station.names("face").len(), 1);
}

#[test]
fn the_command_keeps_its_book_over_a_restart_and_tells_what_happens_as_json() {
    let place = Place::new();
    let station = place.open(&[]);
    let folder = station.at("").display().to_string();
    let run = |args: &[&str]| {
        let all = [
            &["clinic", "rececon", "--folder", &folder, "--listen", "127.0.0.1:0", "--book", "book.json", "--json"],
            args,
        ];
        let (process, line) = Process::start(madoguchi(place.path(), &all.concat()), "madoguchi rececon ready ");
        let url = line.split_once("desk=").unwrap().1.split(' ').next().unwrap().to_owned();
        (process, url)
    };
    let patients = |url: &str| {
        let answer = ureq::get(format!("{url}/facts")).query("about", "patients").call().ok()?;
        let body: Value = answer.into_body().read_json().ok()?;
        body["value"].as_str().map(str::to_owned)
    };
    let (first, url) = run(&["--auto"]);
    let order = json!({ "order": "patient", "number": "1", "values": { "name": "窓口　太郎" } });
    assert_eq!(ureq::post(format!("{url}/desk")).send_json(&order).unwrap().status().as_u16(), 200);
    first.kill();
    let (_second, url) = run(&[]);
    assert_eq!(within(Duration::from_secs(30), "the book", || patients(&url)), "1");
}

#[test]
fn what_cannot_start_says_what_to_do() {
    let place = Place::new();
    let run = |args: &[&str]| {
        let all = [&["clinic", "rececon"], args].concat();
        let output = madoguchi(place.path(), &all).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run(&["--folder", "nowhere"]);
    assert!(code == 3 && said.contains("--folder"), "{code} {said}");
    let (code, said) = run(&["--mistake", "ignores-er"]);
    assert!(code == 2 && said.contains("ignores-err"), "{code} {said}");
    for name in ["req", "res", "face"] {
        fs::create_dir_all(place.path().join("oqs").join(name)).unwrap();
    }
    place.write("book.json", "{\"patints\": []}");
    let (code, said) = run(&["--folder", "oqs", "--book", "book.json"]);
    assert!(code == 2 && said.contains("patients"), "{code} {said}");
}
