//! What clients read in the files of a visit. The files are those of every shipped person, written once.

use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;

use serde_json::json;

use crate::desk::{FROZEN, INSTITUTION, Place, Station};
use crate::xml::{self, Element};

/// One face file.
struct Face {
    name: String,
    bytes: Vec<u8>,
    document: Element,
}

/// The face files of everybody who gets one, one visit each.
fn faces() -> &'static [Face] {
    static FACES: OnceLock<Vec<Face>> = OnceLock::new();
    FACES.get_or_init(|| {
        let place = Place::new();
        let station = place.open(&["--clock", FROZEN]);
        let people = station.get("/control/v1/people").ok();
        let reports = people.as_array().unwrap().iter().map(|row| station.visit(row["id"].as_str().unwrap()));
        let written: Vec<Face> = reports
            .filter(|report| report["files"]["face"].is_string())
            .map(|report| {
                let path = station.path(&report["files"]["face"]);
                let bytes = fs::read(&path).unwrap();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                Face { name, document: xml::parse(&bytes), bytes }
            })
            .collect();
        assert!(written.len() > 30, "{} face files", written.len());
        written
    })
}

fn part<'a>(document: &'a Element, name: &str) -> &'a Element {
    document.children.iter().find(|child| child.name == name).unwrap()
}

/// Text of a direct child.
fn child<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.children.iter().find(|child| child.name == name).map(|child| child.text.as_str())
}

#[track_caller]
fn is_one_of(face: &Face, name: &str, codes: &[&str]) {
    for element in face.document.all(name) {
        assert!(codes.contains(&element.text.as_str()), "{}: {name} {}", face.name, element.text);
    }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

#[test]
fn k1_finds_every_element_that_it_cannot_do_without() {
    for face in faces() {
        let header = part(&face.document, "MessageHeader");
        for name in [
            "ProcessExecutionTime",
            "QualificationConfirmationDate",
            "MedicalInstitutionCode",
            "ReferenceClassification",
            "SegmentOfResult",
            "CharacterCodeIdentifier",
        ] {
            assert!(child(header, name).is_some_and(|text| !text.is_empty()), "{}: {name}", face.name);
        }
        let body = part(&face.document, "MessageBody");
        assert!(
            child(body, "ProcessingResultStatus").is_some() && child(body, "ResultList").is_some(),
            "{}",
            face.name
        );
        for record in face.document.records() {
            for name in ["InsuredCardClassification", "Name", "Sex1", "Birthdate", "InsurerName"] {
                assert!(child(record, name).is_some_and(|text| !text.is_empty()), "{}: {name}", face.name);
            }
        }
    }
}

#[test]
fn k1_knows_every_code() {
    for face in faces() {
        is_one_of(face, "ReferenceClassification", &["1", "2"]);
        is_one_of(face, "SegmentOfResult", &["1", "2", "9"]);
        is_one_of(face, "CharacterCodeIdentifier", &["0", "1"]);
        is_one_of(face, "ProcessingResultStatus", &["1", "2"]);
        // A1 it loads, and fails when it reads the property: a limit of its own.
        is_one_of(face, "InsuredCardClassification", &["01", "02", "03", "04", "05", "06", "07", "A1"]);
        is_one_of(face, "PersonalFamilyClassification", &["1", "2"]);
        is_one_of(face, "Sex1", &["1", "2", "3"]);
        is_one_of(face, "Sex2", &["1", "2", "3"]);
        is_one_of(face, "PreschoolClassification", &["1"]);
        is_one_of(face, "ReasonOfLoss", &["01", "02", "03", "99"]);
        is_one_of(face, "LimitApplicationCertificateRelatedConsFlg", &["0", "1"]);
        is_one_of(face, "LimitApplicationCertificateClassification", &["01", "02", "03"]);
        is_one_of(face, "PrescriptionIssueSelect", &["1", "2"]);
    }
}

#[test]
fn k1_reads_ratios_as_tenths() {
    let mut seen = BTreeSet::new();
    for face in faces() {
        for name in ["InsuredPartialContributionRatio", "ElderlyRecipientContributionRatio"] {
            for ratio in face.document.all(name) {
                assert!(
                    is_digits(&ratio.text, 3) && ratio.text.parse::<u16>().unwrap() % 10 == 0,
                    "{}: {ratio:?}",
                    face.name
                );
                seen.insert(ratio.text.clone());
            }
        }
    }
    assert!(seen.contains("020"), "nobody has a ratio: {seen:?}");
}

#[test]
fn k1_holds_an_ordinary_visit_for_valid() {
    let ordinary =
        |face: &&Face| face.document.value("QualificationValidity") == Some("1") && face.document.records().len() == 1;
    let valid: Vec<_> = faces().iter().filter(ordinary).collect();
    assert!(valid.len() > 20, "{}", valid.len());
    for face in valid {
        assert_eq!(face.document.value("SegmentOfResult"), Some("1"), "{}", face.name);
        assert_eq!(face.document.value("ProcessingResultStatus"), Some("1"), "{}", face.name);
    }
}

#[test]
fn k4_reads_a_root_without_namespace_and_every_time_as_fourteen_digits() {
    for face in faces() {
        let text = std::str::from_utf8(&face.bytes).unwrap();
        assert!(text.contains("\n<XmlMsg>") && !text.contains("xmlns"), "{}", face.name);
        assert_eq!(face.document.value("ProcessExecutionTime"), Some("20261121093000"));
        assert!(is_digits(face.document.value("QualificationConfirmationDate").unwrap(), 8));
    }
}

#[test]
fn k4_finds_a_time_wherever_somebody_consented() {
    let groups = [
        ("LimitApplicationCertificateRelated", false),
        ("SpecificDiseasesCertificateRelated", false),
        ("SpecificHealthCheckupsInfo", true),
        ("PharmacistsInfo", true),
        ("DiagnosisInfo", true),
        ("OperationInfo", true),
    ];
    let mut consents = 0;
    for face in faces() {
        for record in face.document.records() {
            for (group, lasts) in groups {
                let text = |what: &str| child(record, &format!("{group}{what}"));
                if text("ConsFlg") != Some("1") {
                    continue;
                }
                consents += 1;
                assert!(text("ConsTime").is_some_and(|time| is_digits(time, 14)), "{}: {group}", face.name);
                assert_eq!(
                    text("AvailableTime").is_some_and(|time| is_digits(time, 14)),
                    lasts,
                    "{}: {group}",
                    face.name
                );
            }
        }
    }
    assert!(consents > 100, "{consents}");
}

/// Without the condition of one record, which is the client's limit for people with two.
#[test]
fn k5_its_strict_parser_takes_the_file_of_everybody_with_one_record() {
    for face in faces().iter().filter(|face| face.document.records().len() == 1) {
        let (name, document) = (&face.name, &face.document);
        assert!(face.bytes.len() <= 4 << 20 && !face.bytes.windows(9).any(|w| w == b"<!DOCTYPE"), "{name}");
        assert!(
            xml::declaration(&face.bytes).contains("encoding=\"UTF-8\"") && std::str::from_utf8(&face.bytes).is_ok()
        );
        for once in
            ["MessageHeader", "MessageBody", "ResultList", "ResultOfQualificationConfirmation", "NameKana", "Birthdate"]
        {
            assert_eq!(document.all(once).len(), 1, "{name}: {once}");
        }
        for fixed in ["SegmentOfResult", "ProcessingResultStatus"] {
            assert_eq!(document.value(fixed), Some("1"), "{name}: {fixed}");
        }
        let kana = document.value("NameKana").unwrap().chars().count();
        assert!((1..=200).contains(&kana) && is_digits(document.value("Birthdate").unwrap(), 8), "{name}");
        assert!(is_digits(document.value("MedicalInstitutionCode").unwrap(), 10), "{name}");
        for at_most_once in [
            "Name",
            "InsurerNumber",
            "InsuredCardSymbol",
            "InsuredIdentificationNumber",
            "InsuredBranchNumber",
            "ReferenceNumber",
        ] {
            assert!(document.all(at_most_once).len() <= 1, "{name}: {at_most_once}");
        }
        if let Some(reference) = document.value("ReferenceNumber") {
            assert_eq!(reference.trim(), reference, "{name}");
        }
    }
}

/// `\AOQSsiquc01res_face_.+_(\d{14})\.xml\z`, and the date must be today's.
#[test]
fn k5_takes_the_name_of_a_face_file_for_todays() {
    for Face { name, .. } in faces() {
        let token = name.strip_prefix("OQSsiquc01res_face_").and_then(|rest| rest.strip_suffix(".xml")).unwrap();
        let (token, time) = token.rsplit_once('_').unwrap();
        assert!(token.len() == 30 && token.starts_with(INSTITUTION) && is_digits(time, 14), "{name}");
        assert!(time.starts_with("20261121"), "{name}");
    }
}

#[test]
fn two_readers_within_one_second_write_two_files_however_short_their_names_are() {
    for form in ["long", "short"] {
        let place = Place::new();
        let settings = format!("[[terminal]]\nfolder = \"oqs\"\nface_name = \"{form}\"\n[[reader]]\n[[reader]]\n");
        place.write("madoguchi.toml", settings);
        let station = place.open(&["--clock", FROZEN]);
        // The same second for all ten, and both readers at the same time.
        std::thread::scope(|scope| {
            for reader in [1, 2] {
                let station = &station;
                scope.spawn(move || {
                    for _ in 0..5 {
                        station.visit_as(&json!({ "person": "hanako", "reader": reader }));
                    }
                });
            }
        });
        assert_eq!((station.names("face").len(), station.names("res").len()), (10, 10), "{form}");
        for name in station.names("face") {
            let request = xml::read(&station.at("face").join(&name)).value("RequestPmhFileName").unwrap().to_owned();
            assert!(station.at("res").join(request.replacen("req", "res", 1)).exists(), "{name} promises {request}");
        }
    }
}

/// One visit that the centre answers with an error.
fn abnormal() -> (Place, Station, Element) {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let report = station.visit_as(&json!({ "person": "taro", "faults": ["segment-9"] }));
    let document = xml::read(&station.path(&report["files"]["face"]));
    (place, station, document)
}

#[test]
fn k6_finds_code_and_message_of_what_went_wrong_and_a_name_in_small_letters() {
    let (_place, station, document) = abnormal();
    for name in ["ErrorCode", "ErrorMessage"] {
        assert!(document.value(name).is_some_and(|text| !text.is_empty()), "{name}");
    }
    assert!(station.names("face").iter().all(|name| name.ends_with(".xml")));
}

#[test]
fn t6_the_character_code_is_0_for_utf8_and_1_for_shift_jis() {
    for (encoding, code) in [("utf-8", "0"), ("shift_jis", "1")] {
        let place = Place::new();
        place.write("madoguchi.toml", format!("[[terminal]]\nfolder = \"oqs\"\noutput_encoding = \"{encoding}\"\n"));
        let station = place.open(&[]);
        let face = xml::read(&station.path(&station.visit("hanako")["files"]["face"]));
        assert_eq!(face.value("CharacterCodeIdentifier"), Some(code), "{encoding}");
    }
}

#[test]
fn t7_abnormal_is_9_and_brings_no_record() {
    let (_place, _station, document) = abnormal();
    assert_eq!(document.value("SegmentOfResult"), Some("9"));
    assert!(document.records().is_empty() && document.all("ResultList").is_empty());
}

#[test]
fn t9_elements_are_spelt_as_the_field_spells_them() {
    let all: BTreeSet<&str> = faces().iter().flat_map(|face| names_of(&face.document)).collect();
    for right in ["DiagnosisInfoConsTime", "StatusOfInfecton"] {
        assert!(all.contains(right), "{right}");
    }
    for wrong in ["DiagnosisInfoConsTim", "StatusOfInfection"] {
        assert!(!all.contains(wrong), "{wrong}");
    }
}

fn names_of(element: &Element) -> Vec<&str> {
    let below = element.children.iter().flat_map(names_of);
    std::iter::once(element.name.as_str()).chain(below).collect()
}
