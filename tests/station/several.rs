//! Settings that change what stands in the folders: several terminals and readers, the institution's kind and switches, the manner of
//! writing.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Station, names, until};
use crate::rececon::{Request, answer_name, drop_in, request_name};
use crate::xml::{self, Element};

/// A station with these settings, its clock standing still.
fn desk(settings: &str) -> (Place, Station) {
    let place = Place::new();
    place.write("madoguchi.toml", settings);
    let station = place.open(&["--clock", FROZEN]);
    (place, station)
}

fn with_terminal(keys: &str) -> (Place, Station) {
    desk(&format!("[[terminal]]\nfolder = \"oqs\"\n{keys}\n"))
}

fn states(report: &Value) -> Vec<&str> {
    report["steps"].as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap()).collect()
}

#[track_caller]
fn face_of(station: &Station, report: &Value) -> Element {
    xml::read(&station.path(&report["files"]["face"]))
}

#[test]
fn each_terminal_answers_in_its_own_folders_and_each_reader_writes_to_its_terminal() {
    let (place, station) =
        desk("[[terminal]]\nfolder = \"a\"\n[[terminal]]\nfolder = \"b\"\n[[reader]]\n[[reader]]\nterminal = 2\n");
    let folders = format!(" folder={},{}", place.path().join("a").display(), place.path().join("b").display());
    assert!(station.ready.ends_with(&folders), "{}", station.ready);
    let b = place.path().join("b");
    fs::write(b.join("req").join(request_name("1")), Request::taro().xml()).unwrap();
    until("an answer in b", || b.join("res").join(answer_name("1")).exists().then_some(()));
    assert!(station.names("res").is_empty(), "terminal 1 answered what it was not asked");
    station.visit_as(&json!({ "person": "hanako", "reader": 2 }));
    assert_eq!((names(&b.join("face")).len(), names(&b.join("res")).len()), (1, 2));
    station.visit_as(&json!({ "person": "hanako", "reader": 1 }));
    assert_eq!((station.names("face").len(), station.names("res").len()), (1, 1));
    let files = station.get("/control/v1/files").ok();
    let terminals: Vec<u64> = files.as_array().unwrap().iter().map(|file| file["terminal"].as_u64().unwrap()).collect();
    assert!(terminals.contains(&1) && terminals.contains(&2), "{terminals:?}");
}

#[test]
fn files_of_several_terminals_are_counted_by_one_counter() {
    let (place, station) = desk("[[terminal]]\nfolder = \"a\"\n[[terminal]]\nfolder = \"b\"\n");
    let mut seen = 0;
    for (i, folder) in ["a", "b", "a", "b"].iter().enumerate() {
        let name = i.to_string();
        fs::write(place.path().join(folder).join("req").join(request_name(&name)), Request::taro().xml()).unwrap();
        let answer = until("the answer in the list", || {
            let newer = station.get(&format!("/control/v1/files?since={seen}")).ok();
            newer.as_array().unwrap().iter().find(|file| file["name"] == answer_name(&name)).cloned()
        });
        assert!(answer["seq"].as_u64().unwrap() > seen);
        seen = answer["seq"].as_u64().unwrap();
    }
}

#[test]
fn two_readers_serve_two_patients_at_the_same_time() {
    let (_place, station) = desk("[[terminal]]\nfolder = \"oqs\"\n[[reader]]\n[[reader]]\n");
    let event = |reader: u8, event: Value| station.post(&format!("/control/v1/readers/{reader}/events"), &event).ok();
    event(1, json!({ "event": "card-placed", "person": "hanako" }));
    let report = station.visit("taro");
    assert_eq!((&report["reader"], &report["outcome"]), (&json!(2), &json!("valid")), "the free reader is taken");
    assert_eq!(station.get("/control/v1/readers/1").ok()["person"], "hanako");
    let busy = station.post("/control/v1/visits", &json!({ "person": "taro", "reader": 1 }));
    assert_eq!((busy.status, busy.body["title"].as_str()), (409, Some("reader-busy")));
}

#[test]
fn a_reader_tied_to_a_reception_machine_writes_into_its_own_face_folder_and_sends_the_patient_there() {
    let (place, station) = desk(
        "[[terminal]]\nfolder = \"oqs\"\n[[reader]]\n[[reader]]\nmodel = \"reception\"\nface_folder = \"saikai/face\"\n",
    );
    let report = station.visit_as(&json!({ "person": "hanako", "reader": 2 }));
    let own = place.path().join("saikai").join("face");
    assert_eq!((names(&own).len(), station.names("face").len()), (1, 0));
    assert_eq!(station.path(&report["files"]["face"]).parent().unwrap(), own);
    let request = face_of(&station, &report).value("RequestPmhFileName").unwrap().to_owned();
    assert_eq!(station.names("res"), [request.replacen("req", "res", 1)], "the subsidy document goes to the terminal");
    let idle = |reader: u8| station.get(&format!("/control/v1/readers/{reader}")).ok()["screen"].to_string();
    assert!(idle(2).contains("再来受付機") && !idle(1).contains("再来受付機"));
    station.visit_as(&json!({ "person": "hanako", "reader": 1 }));
    assert_eq!((names(&own).len(), station.names("face").len()), (1, 1));
}

#[test]
fn the_kind_of_institution_decides_tickets_and_the_prescription_screen() {
    let ticket = |institution: &str| {
        let (_place, station) =
            desk(&format!("[station]\ninstitution = \"{institution}\"\n[[terminal]]\nfolder = \"oqs\"\n"));
        let report = station.visit("fujo");
        let document = face_of(&station, &report);
        assert_eq!(document.value("MedicalInstitutionCode"), Some(institution));
        let tickets: Vec<String> = document.all("TicketType").iter().map(|e| e.text.clone()).collect();
        (tickets, states(&report).contains(&"prescription"))
    };
    assert_eq!(ticket("1319919997"), (vec!["01".into()], true), "医科: 医療券, and the prescription's form is asked");
    assert_eq!(ticket("1349949980"), (vec!["02".into()], false), "薬局: 調剤券, and nothing is prescribed");
}

#[test]
fn the_switches_of_the_institution_decide_which_questions_come() {
    let visit = |uses: &str| {
        let (_place, station) = desk(&format!("[station.uses]\n{uses}\n[[terminal]]\nfolder = \"oqs\"\n"));
        let report = station.visit("hanako");
        let document = face_of(&station, &report);
        let asked = states(&report).into_iter().map(str::to_owned).collect::<Vec<_>>();
        (asked, document)
    };
    let (asked, document) = visit("");
    assert!(asked.contains(&"subsidy".into()) && asked.contains(&"prescription".into()), "{asked:?}");
    assert_eq!(document.value("PrescriptionIssueSelect"), Some("1"));
    let (asked, document) = visit("medical_subsidy = false");
    assert!(!asked.contains(&"subsidy".into()), "{asked:?}");
    assert_eq!(document.value("RequestPmhFileName"), None);
    let (asked, document) = visit("e_prescription = \"no\"");
    assert!(!asked.contains(&"prescription".into()), "{asked:?}");
    assert_eq!(document.value("PrescriptionIssueSelect"), None);
    let (asked, _) = visit("prescription_at_confirmation = false");
    assert!(!asked.contains(&"prescription".into()), "{asked:?}");
}

#[test]
fn the_consents_of_emr_sharing_come_where_the_institution_uses_it_and_are_shown_as_provisional() {
    let groups =
        ["DiagnosisName", "InfectiousInfo", "AllergyInfo", "ContraindicationInfo", "TestInfo", "PrescriptionInfo"];
    let visit = |uses: &str| {
        let (place, station) = desk(&format!("[station.uses]\n{uses}\n[[terminal]]\nfolder = \"oqs\"\n"));
        let report = station.visit("taro");
        let path = station.path(&report["files"]["face"]);
        (xml::read(&path), place, station, path.display().to_string())
    };
    let (without, ..) = visit("");
    let (with, _place, station, path) = visit("emr_sharing = true");
    let explained = explain(&station, &path);
    for group in groups {
        assert_eq!(without.value(&format!("{group}ConsFlg")), None);
        assert_eq!(with.value(&format!("{group}ConsFlg")), Some("1"));
        assert_eq!(with.value(&format!("{group}ConsTime")), with.value("PharmacistsInfoConsTime"));
        assert_eq!(with.value(&format!("{group}AvailableTime")), with.value("PharmacistsInfoAvailableTime"));
        let line = &explained[&format!("{group}ConsFlg")];
        assert_eq!((&line["meaning"], &line["provisional"]), (&json!("同意あり"), &json!(true)), "{line}");
    }
    assert_eq!(explained["PharmacistsInfoConsFlg"]["provisional"], json!(false), "and others are not");
}

/// What `explain --json` says of each element, by name.
fn explain(station: &Station, file: &str) -> BTreeMap<String, Value> {
    let said = station.command(&["explain", "--json", file]);
    assert_eq!(said.code, 0, "{}", said.err);
    let explained: Value = serde_json::from_str(&said.out).unwrap();
    let lines = explained["lines"].as_array().unwrap().iter();
    lines.map(|line| (line["element"].as_str().unwrap().to_owned(), line.clone())).collect()
}

#[test]
fn the_subsidy_question_comes_always_where_it_is_told_so_and_brings_no_document_of_nothing() {
    let (_place, station) = desk("[station]\nsubsidy_question = \"always\"\n[[terminal]]\nfolder = \"oqs\"\n");
    let report = station.visit("taro");
    assert!(states(&report).contains(&"subsidy"), "{report:#}");
    assert_eq!(face_of(&station, &report).value("RequestPmhFileName"), None);
    let (_place, station) = with_terminal("");
    assert!(!states(&station.visit("taro")).contains(&"subsidy"));
}

#[test]
fn the_edition_decides_what_a_subsidy_document_tells_and_the_hash_stays_the_same() {
    let visit = |year: &str, repeat: &str| {
        let (_place, station) = desk(&format!(
            "[hub]\nspec_year = \"{year}\"\n[[terminal]]\nfolder = \"oqs\"\npmh_repeat = \"{repeat}\"\n"
        ));
        let report = station.visit("nanbyo");
        xml::read(&station.path(&report["files"]["pmh"]))
    };
    let texts = |document: &xml::Element, name: &str| -> Vec<String> {
        document.all(name).iter().map(|element| element.text.clone()).collect()
    };
    for repeat in ["medical-subsidies", "certification-detail"] {
        let [r5, r6, r8] = ["R5", "R6", "R8"].map(|year| visit(year, repeat));
        for document in [&r5, &r6, &r8] {
            assert_eq!(document.all("CertificationName").len(), 3, "{repeat}");
        }
        assert_eq!(texts(&r5, "HashValue"), Vec::<String>::new());
        assert_eq!((texts(&r6, "HashValue").len(), texts(&r6, "HashValue")), (3, texts(&r8, "HashValue")));
        assert_eq!(texts(&r6, "YearMonth"), Vec::<String>::new(), "the 管理票 came with R8");
        assert_eq!(texts(&r8, "YearMonth"), ["202611", "202610"]);
        assert_eq!(texts(&r8, "MonthlyCopaymentTotal"), ["2700", "5000"]);
        assert_eq!(texts(&r8, "MonthlyMaxCopaymentAmount"), ["5000", "5000"]);
        assert_eq!(texts(&r8, "UsedDate"), ["20261101", "20261101", "20261001", "20261031"]);
        assert_eq!(texts(&r8, "CopaymentAmount"), ["1800", "900", "4200", "800"]);
        assert_eq!(texts(&r8, "CorrectionFlag"), ["0", "0", "0", "1"]);
    }
}

#[test]
fn every_manner_of_delivery_brings_the_same_bytes() {
    let bytes = |manner: &str| {
        let (_place, station) = with_terminal(&format!("delivery = \"{manner}\""));
        drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
        let path = station.at("res").join(answer_name("1"));
        let answer = until("a whole answer", || fs::read(&path).ok().filter(|bytes| bytes.ends_with(b"</XmlMsg>\n")));
        xml::parse(&answer);
        let report = station.visit("hanako");
        face_of(&station, &report);
        (answer, fs::read(station.path(&report["files"]["pmh"])).unwrap())
    };
    let first = bytes("rename-touch");
    for manner in ["rename", "in-place", "slow"] {
        assert!(bytes(manner) == first, "{manner}");
    }
}

#[test]
fn a_touched_answer_is_touched_once_and_never_made_again_after_it_was_fetched() {
    let (_place, station) = with_terminal("delivery = \"rename-touch\"");
    let path = station.at("res").join(answer_name("1"));
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    let modified = || fs::metadata(&path).and_then(|meta| meta.modified()).ok();
    let first = until("the answer", modified);
    until("the touch", || modified().filter(|now| *now != first));
    drop_in(&station, &request_name("2"), Request::taro().xml().as_bytes());
    let second = station.at("res").join(answer_name("2"));
    until("the second answer", || second.exists().then_some(()));
    fs::remove_file(&second).unwrap();
    // A third answer is touched after the second would have been.
    drop_in(&station, &request_name("3"), Request::taro().xml().as_bytes());
    let third = station.at("res").join(answer_name("3"));
    let modified = || fs::metadata(&third).and_then(|meta| meta.modified()).ok();
    let first = until("the third answer", modified);
    until("its touch", || modified().filter(|now| *now != first));
    assert!(!second.exists(), "a fetched answer came back");
}

#[test]
fn order_indent_and_line_ends_are_as_set_and_the_content_is_not_touched() {
    let face = |keys: &str| {
        let (_place, station) = with_terminal(keys);
        let report = station.visit("nanbyo");
        fs::read(station.path(&report["files"]["face"])).unwrap()
    };
    let sorted = |bytes: &[u8]| {
        let document = xml::parse(bytes);
        let mut leaves: Vec<String> = Vec::new();
        fn walk(element: &Element, leaves: &mut Vec<String>) {
            if element.children.is_empty() {
                leaves.push(format!("{}={}", element.name, element.text));
            }
            element.children.iter().for_each(|child| walk(child, leaves));
        }
        walk(&document, &mut leaves);
        leaves.sort();
        leaves
    };
    let spec = face("element_order = \"spec\"");
    let text = String::from_utf8(spec.clone()).unwrap();
    let at = |name: &str| text.find(&format!("<{name}>")).unwrap();
    assert!(at("ProcessExecutionTime") < at("MedicalInstitutionCode") && at("InsurerNumber") < at("Birthdate"));
    for keys in ["element_order = \"hash\"", "element_order = \"shuffled\""] {
        let other = face(keys);
        assert_ne!(other, spec, "{keys}");
        assert_eq!(sorted(&other), sorted(&spec), "{keys}");
    }
    let one_line = face("element_order = \"spec\"\nindent = 0");
    assert!(one_line.iter().filter(|b| **b == b'\n').count() <= 2, "{}", String::from_utf8_lossy(&one_line));
    assert_eq!(sorted(&one_line), sorted(&spec));
    let crlf = face("element_order = \"spec\"\nnewline = \"crlf\"");
    assert_eq!(String::from_utf8(crlf).unwrap(), text.replace('\n', "\r\n"));
}

#[test]
fn output_encoding_can_be_fixed_whatever_the_request_is_in() {
    for (setting, declared) in [("shift_jis", "Shift_JIS"), ("utf-8", "UTF-8")] {
        let (_place, station) = with_terminal(&format!("output_encoding = \"{setting}\""));
        drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
        drop_in(&station, &request_name("2"), &Request::taro().shift_jis());
        let report = station.visit("gaiji");
        let face = fs::read(station.path(&report["files"]["face"])).unwrap();
        for bytes in [
            station.file(&format!("res/{}", answer_name("1"))),
            station.file(&format!("res/{}", answer_name("2"))),
            face,
        ] {
            assert!(xml::declaration(&bytes).contains(&format!("encoding=\"{declared}\"")));
            xml::parse(&bytes);
        }
    }
}

#[test]
fn face_names_can_be_short_and_never_collide() {
    let (_place, station) = with_terminal("face_name = \"short\"");
    for _ in 0..3 {
        station.visit("taro");
    }
    let names = station.names("face");
    assert_eq!(
        names,
        ["20261121093000", "20261121093001", "20261121093002"].map(|t| format!("OQSsiquc01res_face_{t}.xml"))
    );
}

#[test]
fn records_stand_in_one_list_or_each_in_its_own() {
    let lists = |keys: &str| {
        let (_place, station) = with_terminal(keys);
        let report = station.visit("fujo-heiyo");
        let document = face_of(&station, &report);
        assert_eq!(document.records().len(), 2);
        document.all("ResultList").len()
    };
    assert_eq!((lists(""), lists("records = \"repeated-list\"")), (1, 2));
}

#[test]
fn pmh_may_come_first_and_its_err_may_be_spelt_in_two_ways() {
    let (_place, station) = with_terminal("pmh_order = \"pmh-first\"\npmh_err = \"both\"");
    let report = station.visit("hanako");
    let files = station.get("/control/v1/files").ok();
    let order: Vec<&str> = files.as_array().unwrap().iter().map(|file| file["folder"].as_str().unwrap()).collect();
    assert_eq!(order, ["res", "face"]);
    fs::remove_file(station.path(&report["files"]["pmh"])).unwrap();
    let report = station.visit_as(&json!({ "person": "hanako", "faults": ["pmh-err"] }));
    let request = face_of(&station, &report).value("RequestPmhFileName").unwrap().to_owned();
    let mut expected = [format!("{request}.err"), request.replace(".xml", ".err")];
    expected.sort();
    assert_eq!(station.names("res"), expected);
}

#[test]
fn a_polled_folder_is_served_too() {
    let (_place, station) = with_terminal("poll = 20");
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    assert_eq!(
        xml::parse(&station.file(&format!("res/{}", answer_name("1")))).value("QualificationValidity"),
        Some("1")
    );
    assert!(station.names("req").is_empty());
}

#[test]
fn faults_of_the_settings_are_armed_at_the_start_and_again_after_reset() {
    let (_place, station) =
        desk("[[terminal]]\nfolder = \"oqs\"\n[faults]\nvalidity-3 = { target = \"taro\", count = 1 }\n");
    let outcomes = || [station.visit("taro"), station.visit("taro")].map(|r| r["outcome"].as_str().unwrap().to_owned());
    assert_eq!(outcomes(), ["superseded", "valid"]);
    station.post("/control/v1/reset", &json!({})).ok();
    assert_eq!(outcomes(), ["superseded", "valid"]);
}
