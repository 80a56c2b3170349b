//! Bulk documents to bytes and back.

use proptest::prelude::*;

use super::*;
use crate::message::finding::FindingKind;
use crate::message::order::ElementOrder;
use crate::message::refusal::Rule;
use crate::message::tree::Element;
use crate::message::{Style, samples, xml};
use crate::random::Seed;
use crate::text::Encoding;

fn styles() -> impl Iterator<Item = Style> {
    let orders = [ElementOrder::Hash, ElementOrder::Spec, ElementOrder::Shuffled(Seed(3), "a".into())];
    orders.into_iter().flat_map(|order| {
        [Encoding::Utf8, Encoding::ShiftJis].map(|encoding| Style {
            encoding,
            order: order.clone(),
            ..Style::default()
        })
    })
}

fn written(style: &Style, tree: Element) -> Element {
    xml::read(&style.tree(tree).bytes).unwrap().root
}

fn header(day: Option<&str>) -> BulkRequestHeader {
    BulkRequestHeader {
        qualification_confirmation_date: day.map(str::to_owned),
        medical_institution_code: "1319999996".into(),
        arbitrary_file_identifier: Some("20261121093000123-0a1b2c3d".into()),
    }
}

/// Rows of which each has a birth date, a number and an identifier of its own.
fn queries(rows: usize) -> BulkQualificationRequest {
    let row = |i: usize| SearchInfo {
        insurer_number: "06139999".into(),
        insured_card_symbol: Some("東京12".into()),
        insured_identification_number: (i + 1).to_string(),
        birthdate: "19800505".into(),
        limit_application_certificate_related_cons_flg: "1".into(),
        arbitrary_identifier: Some(format!("v_{i}")),
        ..SearchInfo::default()
    };
    BulkRequest { header: header(Some("20261121")), rows: (0..rows).map(row).collect() }
}

fn registrations(rows: usize) -> BulkRegistrationRequest {
    let row =
        |i: usize| RegistrationInfo { reference_number: format!("P-{i}"), ..samples::registration().registration };
    BulkRequest { header: header(None), rows: (0..rows).map(row).collect() }
}

fn download() -> BulkDownload {
    BulkDownload {
        medical_institution_code: "1319999996".into(),
        arbitrary_file_identifier: None,
        reception_number: "20261121000000000042".into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_row_comes_back_in_its_place_in_every_order_and_encoding(rows in 1..12_usize, errors in 0..12_usize) {
        let time = "20261121093000".to_owned();
        let head = BulkHeader::new(&download(), time.clone(), "1").counting(rows, errors.min(rows));
        let unit = |(i, search): (usize, SearchInfo)| BulkConfirmUnit {
            search: Some(search),
            processing_result_status: "1".into(),
            qualification_validity: Some("1".into()),
            record: Some(QualificationRecord {
                limit_application_certificate_changed: Some("0".into()),
                reference_number: None,
                ..samples::face().records.remove(0)
            }).filter(|_| i >= errors),
            reference_number: (i % 2 == 0).then(|| format!("P-{i}")),
            ..BulkConfirmUnit::default()
        };
        let mut confirmed = BulkResult {
            header: head.clone(),
            units: queries(rows).rows.into_iter().enumerate().map(unit).collect::<Vec<_>>(),
        };
        for unit in &mut confirmed.units {
            // What CP932 lacks becomes ●; that is the rule of another test.
            if let Some(record) = &mut unit.record { record.address = None; }
        }
        let unit = |registration: RegistrationInfo| BulkRegistrationUnit {
            registration: Some(registration),
            processing_result_status: "2".into(),
            processing_result_code: Some("MDG-R0001E".into()),
            processing_result_message: Some("該当なし".into()),
        };
        let mut registered =
            BulkResult { header: head, units: registrations(rows).rows.into_iter().map(unit).collect::<Vec<_>>() };
        let mut reception = BulkReception::received(&header(None), time, "7".repeat(100));
        for style in styles() {
            let code = style.encoding.code().to_owned();
            let read = BulkQualificationRequest::from_tree(&written(&style, queries(rows).to_tree())).unwrap();
            prop_assert_eq!(read.document, queries(rows));
            let read = BulkRegistrationRequest::from_tree(&written(&style, registrations(rows).to_tree())).unwrap();
            prop_assert_eq!(read.document, registrations(rows));
            prop_assert_eq!(BulkDownload::from_tree(&written(&style, download().to_tree())).unwrap().document, download());

            reception.header.character_code_identifier.clone_from(&code);
            let read = BulkReception::from_tree(&written(&style, reception.to_tree())).unwrap();
            prop_assert_eq!((&read.document, read.findings.len()), (&reception, 0));
            confirmed.header.character_code_identifier.clone_from(&code);
            let read = BulkQualificationResult::from_tree(&written(&style, confirmed.to_tree())).unwrap();
            prop_assert_eq!((&read.document, read.findings.len()), (&confirmed, 0));
            registered.header.character_code_identifier.clone_from(&code);
            let read = BulkRegistrationResult::from_tree(&written(&style, registered.to_tree())).unwrap();
            prop_assert_eq!((&read.document, read.findings.len()), (&registered, 0));
        }
    }
}

#[test]
fn a_unit_and_its_header_stand_in_the_order_of_the_hash_table() {
    let mut header = BulkHeader::new(&download(), "20261121093000".into(), "9").counting(1, 0);
    (header.qualification_confirmation_date, header.arbitrary_file_identifier) = (Some("1".into()), Some("2".into()));
    (header.error_code, header.error_message) = (Some("3".into()), Some("4".into()));
    let mut tree = BulkQualificationResult { header, units: Vec::new() }.to_tree();
    ElementOrder::Hash.arrange(&mut tree);
    let names: Vec<_> = tree.child("MessageHeader").unwrap().children().iter().map(|c| c.name.as_ref()).collect();
    assert_eq!(
        names,
        [
            "ProcessExecutionTime",
            "CharacterCodeIdentifier",
            "SegmentOfResult",
            "NumberOfNormalProcessing",
            "QualificationConfirmationDate",
            "NumberOfError",
            "ReceptionNumber",
            "NumberOfProcessingResult",
            "ArbitraryFileIdentifier",
            "MedicalInstitutionCode",
            "ErrorCode",
            "ErrorMessage"
        ]
    );
}

#[test]
fn a_refusal_names_the_row_and_a_birth_date_is_left_to_the_centre() {
    let mut request = queries(20);
    request.rows[16].birthdate = "19801399".into();
    assert!(BulkQualificationRequest::from_tree(&request.to_tree()).is_ok());
    request.rows[16].insured_identification_number = String::new();
    let refusal = BulkQualificationRequest::from_tree(&request.to_tree()).unwrap_err();
    assert_eq!(refusal.rule, Rule::Missing);
    let place = "XmlMsg/MessageBody/QualificationConfirmSearchInfo[17]/InsuredIdentificationNumber";
    assert_eq!(refusal.place.path.as_deref(), Some(place));
}

#[test]
fn no_row_no_day_and_no_number_are_refused() {
    let rule = |refusal: crate::message::refusal::Refusal| refusal.rule;
    assert_eq!(rule(BulkQualificationRequest::from_tree(&queries(0).to_tree()).unwrap_err()), Rule::Missing);
    assert_eq!(rule(BulkRegistrationRequest::from_tree(&registrations(0).to_tree()).unwrap_err()), Rule::Missing);
    let mut request = queries(1);
    request.header.qualification_confirmation_date = None;
    assert_eq!(rule(BulkQualificationRequest::from_tree(&request.to_tree()).unwrap_err()), Rule::Missing);
    request.header.qualification_confirmation_date = Some("20260230".into());
    assert_eq!(rule(BulkQualificationRequest::from_tree(&request.to_tree()).unwrap_err()), Rule::NotADate);
    let none = BulkDownload { reception_number: " ".into(), ..download() };
    assert_eq!(rule(BulkDownload::from_tree(&none.to_tree()).unwrap_err()), Rule::Missing);
}

#[test]
fn an_odd_value_of_a_row_is_reported_with_its_number() {
    let mut request = registrations(3);
    request.rows[2].insured_branch_number = Some("123".into());
    let findings = BulkRegistrationRequest::from_tree(&request.to_tree()).unwrap().findings;
    let path = "XmlMsg/MessageBody/ReferenceNumberRegistrationInfo[3]/InsuredBranchNumber";
    assert!(
        findings.iter().any(|finding| finding.kind == FindingKind::TooLong && finding.path == path),
        "{findings:?}"
    );
}
