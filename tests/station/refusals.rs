//! Requests that are sent back: the `.err` first, then the request as it came.

use std::fs;

use crate::desk::{FROZEN, Place, Station, until};
use crate::journal::Journal;
use crate::rececon::{Request, answer_name, drop_in, request_name};
use crate::xml;

fn desk() -> (Place, Station) {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    (place, station)
}

/// Sends something that must come back; the text of its `.err`.
#[track_caller]
fn sent_back(station: &Station, name: &str, bytes: &[u8]) -> Vec<u8> {
    drop_in(station, name, bytes);
    let returned = station.file(&format!("res/{name}"));
    assert_eq!(returned, bytes, "{name} came back changed");
    let (stem, _) = name.rsplit_once('.').unwrap();
    let err = station.at("res").join(format!("{stem}.err"));
    assert!(err.exists(), "the request was back before its .err");
    assert!(!station.at("req").join(name).exists());
    fs::read(err).unwrap()
}

#[test]
fn each_broken_request_comes_back_with_an_err_that_names_its_rule() {
    let (_place, station) = desk();
    let plain = Request::taro().xml();
    let broken: [(&str, &str, Vec<u8>); 13] = [
        ("cut", "MDG-F004", plain.as_bytes()[..300].to_vec()),
        ("empty", "MDG-F004", Vec::new()),
        ("crossed", "MDG-X001", plain.replacen("</InsurerNumber>", "</InsurerNumbr>", 1).into()),
        ("doctype", "MDG-X002", plain.replacen("<XmlMsg>", "<!DOCTYPE x [<!ENTITY a 'b'>]><XmlMsg>", 1).into()),
        ("root", "MDG-X004", plain.replace("XmlMsg", "XmlMessage").into()),
        ("no-body", "MDG-X004", plain.replace("MessageBody", "MessageBodi").into()),
        ("no-institution", "MDG-D001", plain.replace("MedicalInstitutionCode", "Institution").into()),
        ("empty-insurer", "MDG-D001", Request { insurer: String::new(), ..Request::taro() }.xml().into()),
        ("twice", "MDG-D002", plain.replacen("<Birthdate>", "<Birthdate>19850412</Birthdate><Birthdate>", 1).into()),
        ("30-february", "MDG-D003", Request { date: "20260230".into(), ..Request::taro() }.xml().into()),
        ("wrong-birthdate", "MDG-D003", Request { birthdate: "1985-04-12".into(), ..Request::taro() }.xml().into()),
        ("utf-16", "MDG-F002", plain.replacen("UTF-8", "UTF-16", 1).into()),
        (
            "not-utf8",
            "MDG-F003",
            plain
                .replacen("UTF-8", "utf-8", 1)
                .replace("99010001", "@")
                .into_bytes()
                .iter()
                .map(|b| if *b == b'@' { 0xff } else { *b })
                .collect(),
        ),
    ];
    for (free, code, bytes) in broken {
        let err = String::from_utf8(sent_back(&station, &request_name(free), &bytes)).unwrap();
        assert!(err.contains(code), "{free}: {err}");
    }
    assert!(station.names("res").iter().all(|name| !name.starts_with("OQSsiquc01res")), "something was answered");
}

#[test]
fn an_interface_that_is_not_served_comes_back_and_is_not_swallowed() {
    let (_place, station) = desk();
    for (name, rule) in [
        ("OQSsiquc01req_1.zip", "MDG-Z006"),
        ("CIPsiquc01req_202611210001.xml", "MDG-N010"),
        ("OQSsiinq01req_1.xml", "MDG-N010"),
    ] {
        let err = String::from_utf8(sent_back(&station, name, Request::taro().xml().as_bytes())).unwrap();
        assert!(err.contains(rule), "{name}: {err}");
    }
}

#[test]
fn an_err_is_in_the_encoding_of_its_request() {
    let (_place, station) = desk();
    let wrong = Request { birthdate: "19851340".into(), ..Request::taro() };
    let utf8 = sent_back(&station, &request_name("1"), wrong.xml().as_bytes());
    let sjis = sent_back(&station, &request_name("2"), &wrong.shift_jis());
    let (text, _, lost) = encoding_rs::SHIFT_JIS.decode(&sjis);
    assert!(!lost);
    assert_eq!(text, String::from_utf8(utf8).unwrap(), "one sentence, two encodings");
    assert!(text.contains("日付"), "{text}");
}

#[test]
fn the_err_stands_before_the_request_is_back_every_time() {
    let (_place, station) = desk();
    let journal = Journal::listen(&station, None);
    for i in 0..20 {
        sent_back(&station, &request_name(&i.to_string()), b"<XmlMsg></XmlMsg>");
    }
    let delivered = || -> Vec<String> {
        let heard = journal.heard();
        let files = heard.iter().filter(|heard| heard.entry["life"] == "delivered");
        files.map(|heard| heard.entry["name"].as_str().unwrap().to_owned()).collect()
    };
    let order = until("forty deliveries in the journal", || Some(delivered()).filter(|order| order.len() == 40));
    for pair in order.chunks(2) {
        assert_eq!(pair, [pair[1].replace(".xml", ".err"), pair[1].clone()]);
    }
}

#[test]
fn err_only_keeps_the_request_back_and_strictness_refuses_what_is_let_through_otherwise() {
    let place = Place::new();
    place.write(
        "madoguchi.toml",
        "[[terminal]]\nfolder = \"oqs\"\nerr = \"err-only\"\nstrict_names = true\nstrict_institution = true\n",
    );
    let station = place.open(&[]);
    drop_in(&station, &request_name("abc"), Request::taro().xml().as_bytes());
    assert!(String::from_utf8(station.file("res/OQSsiquc01req_abc.err")).unwrap().contains("MDG-N003"));
    let foreign = Request { institution: "1312345675".into(), ..Request::taro() };
    drop_in(&station, &request_name("202611210001"), foreign.xml().as_bytes());
    assert!(String::from_utf8(station.file("res/OQSsiquc01req_202611210001.err")).unwrap().contains("MDG-N002"));
    drop_in(&station, &request_name("202611210002"), Request::taro().xml().as_bytes());
    xml::parse(&station.file(&format!("res/{}", answer_name("202611210002"))));
    assert_eq!(station.names("res").len(), 3, "{:?}", station.names("res"));
}

#[test]
fn a_refused_request_that_is_corrected_is_answered() {
    let (_place, station) = desk();
    sent_back(&station, &request_name("1"), b"<XmlMsg>");
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    let answer = xml::parse(&station.file(&format!("res/{}", answer_name("1"))));
    assert_eq!(answer.value("QualificationValidity"), Some("1"));
}
