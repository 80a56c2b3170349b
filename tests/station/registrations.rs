//! 照会番号: a registration dropped into `req`, and the face file of the next visit.

use crate::desk::{FROZEN, INSTITUTION, Place, Station};
use crate::rececon::{drop_in, in_shift_jis};
use crate::xml::{self, Element};

/// As a reception program of the field writes it: Shift_JIS, insurer padded by blanks where it is short.
fn registration(number: &str, insured: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg>
  <MessageHeader>
    <MedicalInstitutionCode>{INSTITUTION}</MedicalInstitutionCode>
    <ArbitraryFileIdentifier>20261121093000123-0a1b2c3d</ArbitraryFileIdentifier>
  </MessageHeader>
  <MessageBody>
    <ReferenceNumberRegistrationInfo>
      <ReferenceNumber>{number}</ReferenceNumber>
      <InsurerNumber>01139997</InsurerNumber>
      <InsuredCardSymbol>99010001</InsuredCardSymbol>
      <InsuredIdentificationNumber>{insured}</InsuredIdentificationNumber>
      <InsuredBranchNumber>00</InsuredBranchNumber>
    </ReferenceNumberRegistrationInfo>
  </MessageBody>
</XmlMsg>
"#
    )
}

fn register(station: &Station, free: &str, bytes: &[u8]) -> (Element, String) {
    drop_in(station, &format!("OQSsiimm01req_{free}.xml"), bytes);
    let answer = station.file(&format!("res/OQSsiimm01res_{free}.xml"));
    (xml::parse(&answer), xml::declaration(&answer))
}

fn number_on_the_next_visit(station: &Station) -> Option<String> {
    let told = station.visit("taro");
    let face = std::fs::read(station.path(&told["files"]["face"])).unwrap();
    xml::parse(&face).value("ReferenceNumber").map(str::to_owned)
}

#[test]
fn a_number_dropped_into_req_is_in_the_face_file_of_the_next_visit() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let (answer, declaration) = register(&station, "202611210001", &in_shift_jis(&registration("K-900", "101")));
    assert_eq!(declaration, r#"<?xml version="1.0" encoding="Shift_JIS" standalone="no"?>"#);
    for (element, value) in [
        ("SegmentOfResult", "1"),
        ("ProcessingResultStatus", "1"),
        ("MedicalInstitutionCode", INSTITUTION),
        ("ArbitraryFileIdentifier", "20261121093000123-0a1b2c3d"),
        ("ReferenceNumber", "K-900"),
        ("ProcessExecutionTime", "20261121093000"),
        ("CharacterCodeIdentifier", "1"),
    ] {
        assert_eq!(answer.value(element), Some(value), "{element}");
    }
    assert_eq!(answer.value("ErrorCode"), None);
    assert_eq!(number_on_the_next_visit(&station).as_deref(), Some("K-900"));
}

#[test]
fn a_number_for_nobody_fails_in_its_answer_and_a_torn_request_comes_back() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let before = number_on_the_next_visit(&station);
    let (answer, _) = register(&station, "2021081611906", registration("K-901", "404404").as_bytes());
    assert_eq!((answer.value("SegmentOfResult"), answer.value("ProcessingResultStatus")), (Some("1"), Some("2")));
    assert_eq!(answer.value("ProcessingResultCode"), Some("MDG-R0001E"));
    assert_eq!(number_on_the_next_visit(&station), before);

    let without = registration("", "101");
    drop_in(&station, "OQSsiimm01req_2.xml", without.as_bytes());
    let err = String::from_utf8(station.file("res/OQSsiimm01req_2.err")).unwrap();
    assert!(err.contains("MDG-D001") && err.contains("ReferenceNumber"), "{err}");
    assert_eq!(station.file("res/OQSsiimm01req_2.xml"), without.as_bytes());
}

#[cfg(unix)]
#[test]
fn with_state_a_registered_number_survives_a_restart_and_a_reset_forgets_it() {
    let place = Place::new();
    let arguments = ["--clock", FROZEN, "--state", "state"];
    let station = place.open(&arguments);
    register(&station, "1", registration("K-905", "101").as_bytes());
    assert_eq!(station.process.terminate(), 0);
    let station = place.open(&arguments);
    assert_eq!(number_on_the_next_visit(&station).as_deref(), Some("K-905"));
    station.post("/control/v1/reset", &serde_json::json!({})).ok();
    assert_ne!(number_on_the_next_visit(&station).as_deref(), Some("K-905"));
    assert_eq!(station.process.terminate(), 0);
    let station = place.open(&arguments);
    assert_ne!(
        number_on_the_next_visit(&station).as_deref(),
        Some("K-905"),
        "what was kept is the state after the reset"
    );
}
