//! Encryption mode from outside: a station with the real terminal's files, the commands, and 7-Zip on the other side of the folder.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;

use crate::desk::{FROZEN, Place, Said, Station, madoguchi, names, until};
use crate::journal::Journal;
use crate::rececon::{Request, answer_name, drop_in, request_name};
use crate::{bulk, inquiries, seven_zip, xml};

const WORD: &str = "himitsu-1234";
const VARIABLE: &str = "OQS_ZIP_PASSWORD";
const SETTINGS: &str = "[[terminal]]\nfolder = \"oqs\"\nencryption_password = \"env:OQS_ZIP_PASSWORD\"\n";

/// A station whose terminal finds these files, and its password in the environment.
fn station(place: &Place, conf: &str, conf_face: &str, settings: &str) -> Station {
    place.write("oqs/encrypt.conf", conf);
    place.write("oqs/encrypt_face.conf", conf_face);
    place.write("madoguchi.toml", format!("{SETTINGS}{settings}"));
    let args = ["run", "--headless", "--pace", "instant", "--control", "127.0.0.1:0", "--clock", FROZEN];
    let mut command = madoguchi(place.path(), &args);
    command.env(VARIABLE, WORD);
    Station::start(place.path(), command)
}

fn sealed_taro(free: &str, word: &str) -> Vec<u8> {
    seven_zip::zip(&[(&request_name(free), Request::taro().xml().as_bytes())], Some(word), &[])
}

/// The one file of a zip of the station's.
#[track_caller]
fn unsealed(path: &Path) -> (String, xml::Element) {
    let zip = fs::read(path).unwrap();
    assert!(seven_zip::list(&zip).contains("AES-256"));
    let (name, bytes) = seven_zip::unzip(&zip, WORD).unwrap().remove(0);
    (name, xml::parse(&bytes))
}

#[test]
fn a_request_made_with_seven_zip_is_sent_and_its_answer_is_waited_for_opened_and_explained() {
    for settings in ["", "poll = 20\n"] {
        let place = Place::new();
        let station = station(&place, "OQSsiquc=e\n", "", settings);
        let file = place.write("OQSsiquc01req_1.zip", sealed_taro("1", WORD));
        let said = station.command(&["send", file.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{}", said.err);
        let answer = station.at("res").join("OQSsiquc01res_1.zip");
        assert_eq!(Path::new(said.out.trim()).file_name(), answer.file_name());
        let (name, document) = unsealed(&answer);
        assert_eq!((name, document.value("QualificationValidity")), (answer_name("1"), Some("1")));

        let path = answer.to_str().unwrap();
        place.write("password", format!("{WORD}\n"));
        let explained = station.command(&["explain", path, "--password-file", "password"]);
        assert!(explained.code == 0 && explained.out.contains("OQSsiquc01res_1.zip (AES-256)"), "{}", explained.err);
        assert!(explained.out.contains("QualificationValidity"), "{}", explained.out);
        let checked = station.command(&["check", path, "--password-file", "password", "--json"]);
        assert!(checked.code == 0 && !checked.out.contains("file.unread"), "{}", checked.out);
        let unread = station.command(&["check", path, "--json"]);
        assert!(unread.code == 0 && unread.out.contains("file.unread"), "{}", unread.out);
        place.write("wrong", "himitsu-0000\n");
        let wrong = station.command(&["check", path, "--password-file", "wrong", "--json"]);
        assert!(wrong.code == 1 && wrong.out.contains("file.password"), "{}", wrong.out);
        let without: Said = station.command(&["explain", path]);
        assert!(without.code == 1 && without.err.contains("--password-env"), "{}", without.err);
        let unset = station.command(&["explain", path, "--password-env", "OQS_NO_SUCH_VARIABLE"]);
        assert!(unset.code == 2 && unset.err.contains("OQS_NO_SUCH_VARIABLE"), "{}", unset.err);
    }
}

#[test]
fn an_xml_is_packed_on_its_way_where_the_password_is_told_and_says_how_where_it_is_not() {
    let place = Place::new();
    let station = station(&place, "OQSsiquc=e\n", "", "strict_encryption = true\n");
    place.write("password", format!("{WORD}\n"));
    let send = |free: &str, more: &[&str]| {
        let file = place.write(&request_name(free), Request::taro().xml());
        station.command(&[&["send", file.to_str().unwrap()], more].concat())
    };
    let said = send("1", &["--password-file", "password"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let answer = station.at("res").join("OQSsiquc01res_1.zip");
    assert_eq!(Path::new(said.out.trim()).file_name(), answer.file_name());
    assert_eq!(unsealed(&answer).1.value("QualificationValidity"), Some("1"));
    let plain = send("2", &[]);
    let why = String::from_utf8(station.file("res/OQSsiquc01req_2.err")).unwrap();
    assert!(plain.code == 1 && plain.out.contains(".err") && why.contains("MDG-Z003"), "{}: {why}", plain.out);
    assert!(why.contains("send --password-env"), "{why}");
}

/// spec/pmh.md S-32
#[test]
fn the_face_file_is_sealed_the_subsidy_document_plain_and_the_operator_hears_of_it_without_the_password() {
    let place = Place::new();
    let station = station(&place, "OQSsiquc=n\nPMHsimsm=n\n", "OQSsiquc=e\nprescription=n\npublicmedicalhub=e\n", "");
    let journal = Journal::listen(&station, Some(0));
    let files = station.visit("hanako")["files"].clone();
    let (name, face) = unsealed(&station.path(&files["face"]));
    assert!(name.starts_with("OQSsiquc01res_face_") && name.ends_with(".xml"), "{name}");
    let promised = face.value("RequestPmhFileName").unwrap();
    assert!(promised.ends_with("_face.xml"), "the link names the document, not its zip: {promised}");
    let pmh = station.path(&files["pmh"]);
    assert_eq!(pmh.file_name().unwrap().to_str().unwrap(), promised.replace("req", "res"));
    xml::parse(&fs::read(&pmh).unwrap());
    for words in ["PMHsimsm of encrypt.conf is plain (n)", "the face file that names it is sealed (e)"] {
        journal.entry(words, |entry| entry.to_string().contains(words));
    }
    let told = station.process.stderr.lock().unwrap().clone();
    assert!(!told.contains(WORD), "{told}");
    assert_eq!(station.get("/control/v1/station").ok().to_string().matches(WORD).count(), 0);
}

#[test]
fn a_sealed_request_is_kept_as_it_was_and_repeated_under_a_new_name_inside_and_out() {
    let place = Place::new();
    let station = station(&place, "OQSsiquc=e\n", "", "");
    let zip = sealed_taro("1", WORD);
    drop_in(&station, "OQSsiquc01req_1.zip", &zip);
    let answer = station.file("res/OQSsiquc01res_1.zip");
    let kept = place.path().join("oqs/.madoguchi/req/kept");
    let stored = |end: &str| {
        names(&kept).into_iter().find(|name| name.ends_with(end)).map(|name| fs::read(kept.join(name)).unwrap())
    };
    // The request is put away when its answer is out.
    assert_eq!((until("kept", || stored("req_1.zip")), stored("res_1.zip")), (zip, Some(answer)));
    assert!(names(&kept).iter().all(|name| name.ends_with(".zip")), "nothing in the clear");
    let said = station.command(&["exchanges", "1-1", "--repeat", "again"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let repeated = station.at("res").join("OQSsiquc01res_202611219001.zip");
    station.file("res/OQSsiquc01res_202611219001.zip");
    let (name, document) = unsealed(&repeated);
    assert_eq!((name, document.value("QualificationValidity")), (answer_name("202611219001"), Some("1")));
    assert_ne!(document.value("ArbitraryFileIdentifier"), Some(Request::taro().identifier.as_str()));
}

#[test]
fn a_printed_answer_is_sealed_too() {
    let place = Place::new();
    let station = station(&place, "YZKsiquc01=e\n", "", "");
    station.visit("touseki");
    let name = "YZKsiquc01req_0126112109301";
    let request = inquiries::request(inquiries::TOUSEKI, 1, Some(("202512", "202611")));
    let zip = seven_zip::zip(&[(&format!("{name}.xml"), &request)], Some(WORD), &[]);
    drop_in(&station, &format!("{name}.zip"), &zip);
    let answer = station.file("res/YZKsiquc01res_0126112109301.zip");
    let files = seven_zip::unzip(&answer, WORD).unwrap();
    assert_eq!((files.len(), files[0].0.as_str()), (1, "YZKsiquc01res_0126112109301.pdf"));
    assert!(files[0].1.starts_with(b"%PDF-"));
}

#[test]
fn a_bulk_query_and_its_result_are_sealed_and_nothing_of_it_stays_in_the_clear() {
    let place = Place::new();
    let station = station(&place, "OQSmuquc=e\n", "", "bulk_result = \"zip\"\n");
    let ask = |code: &str, text: &str| {
        let zip = seven_zip::zip(&[(&format!("OQSmuquc{code}req_1.xml"), text.as_bytes())], Some(WORD), &[]);
        drop_in(&station, &format!("OQSmuquc{code}req_1.zip"), &zip);
        let answer = format!("OQSmuquc{code}res_1.zip");
        station.file(&format!("res/{answer}"));
        let (name, document) = unsealed(&station.at("res").join(&answer));
        assert_eq!(name, answer.replace(".zip", ".xml"));
        document
    };
    let received = ask("01", &bulk::queries(&[bulk::query("101", "v_1")]));
    station.put("/control/v1/clock", &serde_json::json!({ "advance_s": 5 })).ok();
    let done = ask("02", &bulk::download(received.value("ReceptionNumber").unwrap()));
    assert_eq!(done.all("BulkConfirmUnit").len(), 1);
    assert_eq!(station.names("res"), ["OQSmuquc01res_1.zip", "OQSmuquc02res_1.zip"]);
    let work = station.at(".madoguchi");
    let clear =
        || ["req", "req/kept"].iter().all(|at| names(&work.join(at)).iter().all(|name| !name.ends_with(".xml")));
    until("nothing in the clear", || clear().then_some(()));
}

#[test]
fn a_request_with_another_password_comes_back_after_its_err() {
    let place = Place::new();
    let station = station(&place, "OQSsiquc=e\n", "", "");
    let zip = sealed_taro("1", "another-word");
    drop_in(&station, "OQSsiquc01req_1.zip", &zip);
    assert_eq!(station.file("res/OQSsiquc01req_1.zip"), zip);
    let err = String::from_utf8(station.file("res/OQSsiquc01req_1.err")).unwrap();
    assert!(err.starts_with("MDG-Z002") && err.contains("パスワード") && err.contains("password"), "{err}");
    assert!(!err.contains(WORD));
}

#[test]
fn encryption_without_its_password_is_a_mistake_with_file_line_and_remedy() {
    let place = Place::new();
    place.write("oqs/encrypt.conf", "# 連携\nOQSmuquc=n\nOQSsiquc=e\n");
    let said = place.refused(&[]);
    assert_eq!(said.code, 2, "{}", said.err);
    for words in ["encrypt.conf:3: OQSsiquc", "encryption_password = \"env:"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    place.write("madoguchi.toml", format!("{SETTINGS}encryption = \"all\"\n"));
    let said = place.refused(&[]);
    assert_eq!(said.code, 2, "{}", said.err);
    for words in ["madoguchi.toml:4", VARIABLE] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    // What is switched off needs none.
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\nencryption = \"off\"\n");
    let station = place.open(&[]);
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    station.file(&format!("res/{}", answer_name("1")));
}

#[test]
fn two_runs_with_one_seed_and_a_clock_that_stands_still_write_the_same_sealed_bytes() {
    let run = || {
        let place = Place::new();
        let station = station(&place, "OQSsiquc=e\nPMHsimsm=e\n", "OQSsiquc=e\npublicmedicalhub=e\n", "");
        let files = station.visit("hanako")["files"].clone();
        drop_in(&station, "OQSsiquc01req_1.zip", &sealed_taro("1", WORD));
        let read = |path| fs::read(path).unwrap();
        let face = station.path(&files["face"]);
        let name = face.file_name().unwrap().to_owned();
        (name, read(face), read(station.path(&files["pmh"])), station.file("res/OQSsiquc01res_1.zip"))
    };
    let first = run();
    assert!(first.0.to_string_lossy().ends_with(".zip"));
    assert!(first == run());
}
