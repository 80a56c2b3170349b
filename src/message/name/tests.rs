//! File names of the field, read and made.

use super::*;
use crate::clock::parse_time;
use crate::random::Seed;

fn name(file: &str) -> RequestName {
    RequestName::parse(file, Case::Ignore).unwrap_or_else(|| panic!("{file}"))
}

#[test]
fn any_free_part_of_the_field_is_accepted_and_kept_in_the_answer() {
    for (request, answer) in [
        ("OQSsiquc01req_202611210001.xml", "OQSsiquc01res_202611210001.xml"),
        ("OQSsiimm01req_2021081611906.xml", "OQSsiimm01res_2021081611906.xml"),
        ("OQSsiquc01req_1690527081EXv2XqrP8w.zip", "OQSsiquc01res_1690527081EXv2XqrP8w.xml"),
        ("YZKsiquc01req_0226112109301234567.xml", "YZKsiquc01res_0226112109301234567.xml"),
        ("OQSsiquc01req_a_b.c.xml", "OQSsiquc01res_a_b.c.xml"),
        ("OQSsiurl01req_1.xml", "OQSsiurl01res_1.xml"),
        ("EPSsiDMP01req_1.xml", "EPSsiDMP01res_1.xml"),
        ("EPSmuabcd02req_1.xml", "EPSmuabcd02res_1.xml"),
    ] {
        assert_eq!(name(request).answer(), answer);
        assert_eq!(name(request).err(), format!("{}.err", &request[..request.len() - 4]));
    }
    assert!(name("OQSsiquc01req_202611210001.xml").is_strict());
    assert!(!name("OQSsiimm01req_2021081611906.xml").is_strict());
}

#[test]
fn a_sealed_request_holds_the_xml_of_its_own_name() {
    let sealed = name("OQSsiquc01req_1690527081EXv2XqrP8w.zip");
    assert!(sealed.is_sealed() && !name("OQSsiquc01req_1.xml").is_sealed());
    assert!(
        sealed.holds("OQSsiquc01req_1690527081EXv2XqrP8w.xml")
            && sealed.holds("oqssiquc01REQ_1690527081exV2XqrP8w.XML")
    );
    for other in [
        "OQSsiquc01req_1.xml",
        "OQSsiquc01req_1690527081EXv2XqrP8w.zip",
        "OQSsiquc01res_1690527081EXv2XqrP8w.xml",
        ".xml",
        "",
    ] {
        assert!(!sealed.holds(other), "{other}");
    }
}

#[test]
fn windows_does_not_tell_upper_from_lower_case_and_the_answer_is_spelt_right() {
    assert_eq!(name("oqsSIQUC01REQ_7.XML").answer(), "OQSsiquc01res_7.XML");
    assert_eq!(RequestName::parse("oqsSIQUC01REQ_7.XML", Case::Exact), None);
}

#[test]
fn answers_other_systems_and_other_extensions_are_no_requests() {
    for file in [
        "OQSsiquc01res_1.xml",
        "OQSsixy01req_1.xml",
        "XYZsiquc01req_1.xml",
        "OQSsiquc01req_1.txt",
        "OQSsiquc01req_.xml",
        "OQSsiquc01req.xml",
        "req_1.xml",
        "",
        "_.xml",
        "é_1.xml",
    ] {
        assert_eq!(RequestName::parse(file, Case::Ignore), None, "{file}");
    }
}

#[test]
fn a_name_after_the_grammar_that_nobody_knows_is_a_request_of_no_interface() {
    for (file, code) in [
        ("OQSsixyz01req_1.xml", "OQSsixyz01"),
        ("oqsSIXYZ02REQ_1.XML", "oqsSIXYZ02"),
        ("OQSsiimm02req_1.xml", "OQSsiimm02"),
        ("YZKmuquc01req_1.zip", "YZKmuquc01"),
        ("PMHsiabcd01req_1.xml", "PMHsiabcd01"),
    ] {
        let name = name(file);
        assert_eq!((name.interface, name.code.as_str()), (None, code), "{file}");
    }
    assert_eq!(RequestName::parse("oqsSIXYZ02REQ_1.XML", Case::Exact), None);
}

#[test]
fn files_in_the_making_are_temporary() {
    for file in [
        ".receptionagent-0123456789abcdef0123456789abcdef.tmp",
        "OQSsiquc01req_1.xml.tmp",
        "~$a.xml",
        "a.xml~",
        "OQSsiquc01req_1.xml.filepart",
        "x.PART",
        ".OQSsiquc01req_1.xml",
    ] {
        assert_eq!(classify(file, Case::Ignore), Classification::Temporary, "{file}");
    }
}

#[test]
fn a_name_with_a_slip_is_foreign_and_the_right_one_is_named() {
    let nearest = |file| match classify(file, Case::Ignore) {
        Classification::Foreign { nearest } => nearest,
        other => panic!("{other:?}"),
    };
    assert_eq!(nearest("OQSsiquc1req_1.xml").as_deref(), Some("OQSsiquc01req_1.xml"));
    assert_eq!(nearest("OQSsiquc01req-1.xml").as_deref(), Some("OQSsiquc01req_1.xml"));
    assert_eq!(nearest("OQSsiquc01req_1.xm").as_deref(), Some("OQSsiquc01req_1.xml"));
    assert_eq!(nearest("OQSsiquc01req_1.txt").as_deref(), Some("OQSsiquc01req_1.xml"));
    assert_eq!(nearest("OQSsiquc01req_1.xml.txt").as_deref(), Some("OQSsiquc01req_1.xml"));
    assert_eq!(nearest("OQSsiquc01req.xml").as_deref(), Some("OQSsiquc01req_1.xml"));
    assert_eq!(nearest("notes.txt"), None);
    assert_eq!(nearest("OQSsiquc01res_1.xml"), Some("OQSsiquc01req_1.xml".to_owned()));
}

#[test]
fn every_file_of_the_catalogue_has_its_partner_and_its_sources() {
    for row in catalogue() {
        let partner = match row.direction {
            Direction::Request => format!("{}res", row.code()),
            Direction::Result => format!("{}req", row.code()),
            Direction::Both => continue,
        };
        assert!(catalogue().iter().any(|other| other.file == partner), "{partner}");
        assert!(row.provenance.keys().all(|key| crate::code::provenance::citation(key).is_some()), "{}", row.file);
        assert_eq!(row.number.is_some(), row.number_confidence.is_some());
    }
    assert!(interface_of("OQSsiquc01req", Case::Exact).is_some_and(|row| row.served && row.code() == OQS_SIQUC_01));
    assert!(interface_of("PMHsimsm01res", Case::Exact).is_some_and(|row| row.code() == PMH_SIMSM_01));
}

#[test]
fn a_face_name_has_ten_and_twenty_characters_and_the_time() {
    let time = parse_time("20260929160112").unwrap();
    let long = face_name(FaceName::Long, "2714206386", Seed(1), "r1-000001", time);
    let token =
        long.strip_prefix("OQSsiquc01res_face_2714206386").and_then(|r| r.strip_suffix("_20260929160112.xml")).unwrap();
    assert!(token.len() == 20 && token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{token}");
    assert_eq!(face_name(FaceName::Short, "2714206386", Seed(1), "", time), "OQSsiquc01res_face_20260929160112.xml");
}

#[test]
fn the_pmh_pair_of_the_slide_belongs_together() {
    let name = PmhName::parse("PMHsimsm01req_1234567890ABCDEF2023010113010000_face.xml").unwrap();
    assert_eq!(name.result(), "PMHsimsm01res_1234567890ABCDEF2023010113010000_face.xml");
    assert_eq!(name.err(PmhErr::XmlErr), ["PMHsimsm01req_1234567890ABCDEF2023010113010000_face.xml.err"]);
    assert_eq!(name.err(PmhErr::Err), ["PMHsimsm01req_1234567890ABCDEF2023010113010000_face.err"]);
    assert_eq!(name.err(PmhErr::Both).len(), 2);
    assert_eq!(PmhName::parse(&name.request()), Some(name));
    assert_eq!(PmhName::parse("PMHsimsm01req_1234_face.xml"), None);
}

#[test]
fn a_drawn_pmh_name_reads_back_and_repeats() {
    let time = parse_time("20261121093000").unwrap();
    let drawn = PmhName::draw(Seed(4), "r1-000001", time);
    assert_eq!(PmhName::parse(&drawn.request()), Some(drawn.clone()));
    assert_eq!(drawn, PmhName::draw(Seed(4), "r1-000001", time));
    assert_ne!(drawn, PmhName::draw(Seed(4), "r1-000002", time));
}
