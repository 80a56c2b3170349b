//! 一括: many rows in `req`, a 受付番号 in `res`, and their results when they are done.

use serde_json::json;

use crate::desk::{FROZEN, INSTITUTION, Place, Process, Station, madoguchi, names, until};
use crate::rececon::{drop_in, in_shift_jis};
use crate::xml::{self, Element};

pub const IDENTIFIER: &str = "20261121093000123-0a1b2c3d";

pub fn message(header: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg>
  <MessageHeader>{header}<MedicalInstitutionCode>{INSTITUTION}</MedicalInstitutionCode></MessageHeader>
  <MessageBody>{body}</MessageBody>
</XmlMsg>
"#
    )
}

pub fn identified(day: &str) -> String {
    format!("{day}<ArbitraryFileIdentifier>{IDENTIFIER}</ArbitraryFileIdentifier>")
}

pub fn query(number: &str, identifier: &str) -> String {
    format!(
        "<QualificationConfirmSearchInfo><InsurerNumber>01139997</InsurerNumber>\
         <InsuredCardSymbol>99010001</InsuredCardSymbol>\
         <InsuredIdentificationNumber>{number}</InsuredIdentificationNumber><Birthdate>19850412</Birthdate>\
         <LimitApplicationCertificateRelatedConsFlg>0</LimitApplicationCertificateRelatedConsFlg>\
         <ArbitraryIdentifier>{identifier}</ArbitraryIdentifier></QualificationConfirmSearchInfo>"
    )
}

pub fn queries(rows: &[String]) -> String {
    let day = "<QualificationConfirmationDate>20261121</QualificationConfirmationDate>";
    message(&identified(day), &rows.concat())
}

/// A 02req as it is sent without an identifier of its own.
pub fn download(reception: &str) -> String {
    message("", &format!("<ReceptionNumber>{reception}</ReceptionNumber>"))
}

/// Drops `OQSmu<interface>req_<free>.xml` in, in Shift_JIS, and reads its answer.
fn ask(station: &Station, interface: &str, free: &str, text: &str) -> Element {
    drop_in(station, &format!("OQSmu{interface}req_{free}.xml"), &in_shift_jis(text));
    let answer = station.file(&format!("res/OQSmu{interface}res_{free}.xml"));
    assert_eq!(xml::declaration(&answer), r#"<?xml version="1.0" encoding="Shift_JIS" standalone="no"?>"#);
    xml::parse(&answer)
}

#[test]
fn a_bulk_query_is_received_worked_on_and_fetched() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let received = ask(&station, "quc01", "202611210001", &queries(&[query("101", "v_1"), query("999999", "v_2")]));
    assert_eq!(received.value("ArbitraryFileIdentifier"), Some(IDENTIFIER));
    assert_eq!(received.value("ReceptionDateTime"), Some("20261121093000"));
    let number = received.value("ReceptionNumber").unwrap().to_owned();

    let early = ask(&station, "quc02", "202611210002", &download(&number));
    assert_eq!((early.value("SegmentOfResult"), early.all("BulkConfirmUnit").len()), (Some("2"), 0));

    station.put("/control/v1/clock", &json!({ "advance_s": 5 })).ok();
    let done = ask(&station, "quc02", "202611210003", &download(&number));
    for (element, value) in [
        ("SegmentOfResult", "1"),
        ("ReceptionNumber", number.as_str()),
        ("ArbitraryFileIdentifier", IDENTIFIER),
        ("NumberOfProcessingResult", "2"),
        ("NumberOfError", "0"),
    ] {
        assert_eq!(done.value(element), Some(value), "{element}");
    }
    let units = done.all("BulkConfirmUnit");
    let told: Vec<_> =
        units.iter().map(|unit| (unit.value("ArbitraryIdentifier"), unit.value("QualificationValidity"))).collect();
    assert_eq!(told, [(Some("v_1"), Some("1")), (Some("v_2"), Some("4"))]);
    assert_eq!(units[0].value("Name"), Some("窓口　太郎"));
    assert!(done.all("ResultList").is_empty(), "a unit has its record without a list around it");
}

#[test]
fn numbers_registered_in_bulk_are_in_the_face_file_and_the_wait_is_a_setting() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\n[[reader]]\n[hub]\nbulk_ready_after = 0\n");
    let station = place.open(&["--clock", FROZEN]);
    let row = |number: &str, insured: &str| {
        format!(
            "<ReferenceNumberRegistrationInfo><ReferenceNumber>{number}</ReferenceNumber>\
             <InsurerNumber>01139997</InsurerNumber><InsuredCardSymbol>99010001</InsuredCardSymbol>\
             <InsuredIdentificationNumber>{insured}</InsuredIdentificationNumber>\
             <InsuredBranchNumber>00</InsuredBranchNumber></ReferenceNumberRegistrationInfo>"
        )
    };
    let text = message(&identified(""), &(row("K-700", "101") + &row("K-701", "404404")));
    let received = ask(&station, "imm01", "1", &text);
    let number = received.value("ReceptionNumber").unwrap();
    let done = ask(&station, "imm02", "1", &download(number));
    assert_eq!((done.value("SegmentOfResult"), done.value("NumberOfError")), (Some("1"), Some("1")));
    assert_eq!(done.value("ArbitraryFileIdentifier"), Some(IDENTIFIER));
    let units = done.all("BulkRegistrationUnit");
    let told: Vec<_> =
        units.iter().map(|unit| (unit.value("ReferenceNumber"), unit.value("ProcessingResultStatus"))).collect();
    assert_eq!(told, [(Some("K-700"), Some("1")), (Some("K-701"), Some("2"))]);
    let report = station.visit("taro");
    let face = xml::read(&station.path(&report["files"]["face"]));
    assert_eq!(face.value("ReferenceNumber"), Some("K-700"));
}

#[test]
fn a_reception_number_repeats_with_its_seed_and_the_name_of_its_request() {
    let number = |seed: &str, before: bool| {
        let place = Place::new();
        let station = place.open(&["--clock", FROZEN, "--seed", seed]);
        if before {
            ask(&station, "quc01", "0", &queries(&[query("101", "v_0")]));
        }
        ask(&station, "quc01", "1", &queries(&[query("101", "v_1")])).value("ReceptionNumber").unwrap().to_owned()
    };
    let first = number("7", false);
    assert_eq!(first, number("7", true), "whatever was asked before");
    assert_ne!(first, number("8", false));
}

#[test]
fn a_broken_row_sends_the_file_back_and_an_unknown_number_is_a_9() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let broken = queries(&[query("101", "v_1"), query("", "v_2")]);
    drop_in(&station, "OQSmuquc01req_1.xml", broken.as_bytes());
    let err = String::from_utf8(station.file("res/OQSmuquc01req_1.err")).unwrap();
    assert!(err.contains("MDG-D001") && err.contains("QualificationConfirmSearchInfo[2]"), "{err}");
    let unknown = ask(&station, "quc02", "2", &download("0815"));
    assert_eq!((unknown.value("SegmentOfResult"), unknown.value("ErrorCode")), (Some("9"), Some("MDG-B0001E")));
    assert_eq!(unknown.value("ReceptionNumber"), Some("0815"));
}

#[test]
fn killed_while_it_writes_a_bulk_result_the_next_start_writes_it_whole() {
    const ROWS: usize = 3_000;
    let (place, elsewhere) = (Place::new(), Place::new());
    let listen = ["hub", "--listen", "127.0.0.1:0", "--bulk-ready-after", "0"];
    let (_hub, ready) = Process::start(madoguchi(elsewhere.path(), &listen), "madoguchi hub ready url=");
    let arguments = ["--clock", FROZEN, "--hub", ready.strip_prefix("madoguchi hub ready url=").unwrap()];
    let station = place.open(&arguments);
    let rows: Vec<_> = (0..ROWS).map(|i| query("101", &format!("v_{i}"))).collect();
    let number = ask(&station, "quc01", "1", &queries(&rows)).value("ReceptionNumber").unwrap().to_owned();
    drop_in(&station, "OQSmuquc02req_2.xml", download(&number).as_bytes());
    let work = station.at(".madoguchi");
    let drafts = || {
        let folders = names(&work).into_iter().map(|name| work.join(name)).filter(|path| path.is_dir());
        folders.flat_map(|folder| names(&folder)).filter(|name| name.contains("OQSmuquc02res_2")).count()
    };
    until("the draft", || (drafts() > 0).then_some(()));
    station.kill();
    let answer = place.path().join("oqs/res/OQSmuquc02res_2.xml");
    assert!(!answer.exists(), "the kill came too late to show anything: send more rows");
    let station = place.open(&arguments);
    let done = xml::parse(&station.file("res/OQSmuquc02res_2.xml"));
    assert_eq!((done.value("SegmentOfResult"), done.all("BulkConfirmUnit").len()), (Some("1"), ROWS));
    until("an empty work folder", || (drafts() == 0).then_some(()));
}
