//! Bulk documents to bytes and back.

use proptest::prelude::*;

use super::*;
use crate::message::finding::FindingKind;
use crate::message::order::ElementOrder;
use crate::message::refusal::Rule;
use crate::message::samples::styles;
use crate::message::tree::Element;
use crate::message::{Read, Style, samples, xml};

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
    BulkRequest { header: header(Some("20261121")), rows: Arc::new((0..rows).map(row).collect()) }
}

fn registrations(rows: usize) -> BulkRegistrationRequest {
    let row =
        |i: usize| RegistrationInfo { reference_number: format!("P-{i}"), ..samples::registration().registration };
    BulkRequest { header: header(None), rows: Arc::new((0..rows).map(row).collect()) }
}

fn row<R: Clone>(request: &mut BulkRequest<R>, number: usize) -> &mut R {
    &mut Arc::make_mut(&mut request.rows)[number]
}

fn download() -> BulkDownload {
    BulkDownload {
        medical_institution_code: "1319999996".into(),
        arbitrary_file_identifier: None,
        reception_number: "20261121000000000042".into(),
    }
}

fn record() -> QualificationRecord {
    QualificationRecord {
        limit_application_certificate_changed: Some("0".into()),
        reference_number: None,
        // What CP932 lacks becomes ●; that is the rule of another test.
        address: None,
        ..samples::face().records.remove(0)
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
            // None, one or two, as an insurance with 医療扶助 beside it has.
            records: (errors..=i).take(2).map(|_| record()).collect(),
            reference_numbers: (0..i % 3).map(|n| format!("P-{i}-{n}")).collect(),
            ..BulkConfirmUnit::default()
        };
        let mut confirmed = BulkResult {
            header: head.clone(),
            units: queries(rows).rows.iter().cloned().enumerate().map(unit).collect::<Vec<_>>(),
        };
        let unit = |registration: RegistrationInfo| BulkRegistrationUnit {
            registration: Some(registration),
            processing_result_status: "2".into(),
            processing_result_code: Some("MDG-R0001E".into()),
            processing_result_message: Some("該当なし".into()),
        };
        let mut registered =
            BulkResult { header: head, units: registrations(rows).rows.iter().cloned().map(unit).collect::<Vec<_>>() };
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
    row(&mut request, 16).birthdate = "19801399".into();
    assert!(BulkQualificationRequest::from_tree(&request.to_tree()).is_ok());
    row(&mut request, 16).insured_identification_number = String::new();
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
    row(&mut request, 2).insured_branch_number = Some("123".into());
    let findings = BulkRegistrationRequest::from_tree(&request.to_tree()).unwrap().findings;
    let path = "XmlMsg/MessageBody/ReferenceNumberRegistrationInfo[3]/InsuredBranchNumber";
    assert!(
        findings.iter().any(|finding| finding.kind == FindingKind::TooLong && finding.path == path),
        "{findings:?}"
    );
}

/// A 02res with `units` people, every second with two records.
fn result(units: usize) -> BulkQualificationResult {
    let unit = |i: usize| BulkConfirmUnit {
        processing_result_status: "1".into(),
        qualification_validity: Some("1".into()),
        records: vec![samples::face().records.remove(0); 1 + i % 2],
        reference_numbers: vec![format!("𠮷-{i}"); 1 + i % 2],
        ..BulkConfirmUnit::default()
    };
    let header = BulkHeader::new(&download(), "20261121093000".into(), "1").counting(units, 0);
    BulkResult { header, units: (0..units).map(unit).collect() }
}

#[test]
fn a_file_written_unit_by_unit_is_byte_for_byte_the_one_written_whole() {
    for units in [0, 1, 5] {
        let result = result(units);
        for style in
            styles().chain([Style { indent: xml::Indent::OneLine, newline: xml::Newline::CrLf, ..Style::default() }])
        {
            let whole = style.tree(result.to_tree());
            let mut by_units = style.by_units(result.header.frame());
            let mut bytes = by_units.frame.opening.bytes.clone();
            let mut replaced = Vec::new();
            for unit in &result.units {
                let encoded = by_units.unit(BulkUnit::Confirm(unit.clone()).to_tree());
                bytes.extend(encoded.bytes);
                replaced.extend(encoded.replaced);
            }
            bytes.extend(&by_units.frame.closing.bytes);
            assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&whole.bytes), "{units} {style:?}");
            assert_eq!(replaced, whole.replaced);
        }
    }
}

fn pieces(bytes: &[u8], limits: xml::Limits) -> Result<Read<BulkQualificationRequest>, xml::ReadError> {
    let encoding = xml::detect(&mut &*bytes)?;
    BulkQualificationRequest::read(&mut xml::Pull::new(Box::new(bytes), encoding, limits))
}

const LIMITS: xml::Limits = xml::Limits { unit: xml::UNIT_LIMIT, whole: xml::BULK_LIMIT };

#[test]
fn a_request_read_row_by_row_is_the_one_read_whole() {
    let mut request = queries(7);
    row(&mut request, 3).insured_branch_number = Some("123".into());
    for style in styles() {
        let bytes = style.tree(request.to_tree()).bytes;
        let by_rows = pieces(&bytes, LIMITS).unwrap();
        let whole = BulkQualificationRequest::from_tree(&xml::read(&bytes).unwrap().root).unwrap();
        assert_eq!(by_rows, whole, "{style:?}");
        // Without a word about its encoding it is found out.
        let end = bytes.windows(2).position(|pair| pair == b"?>").unwrap() + 2;
        assert_eq!(pieces(&bytes[end..], LIMITS).unwrap(), whole, "{style:?}");
    }
}

proptest! {
    #[test]
    fn what_is_refused_is_refused_alike_by_rows_and_whole(cut in 0..2500_usize, odd in 0..2500_usize, with in any::<u8>()) {
        let mut bytes = Style::default().tree(queries(4).to_tree()).bytes;
        if let Some(byte) = bytes.get_mut(odd) { *byte = with; }
        bytes.truncate(bytes.len().min(cut.max(200)));
        let by_rows = pieces(&bytes, LIMITS);
        let whole = xml::read(&bytes).and_then(|document| BulkQualificationRequest::from_tree(&document.root));
        match (by_rows, whole) {
            (Ok(by_rows), Ok(whole)) => prop_assert_eq!(by_rows.document, whole.document),
            (Err(xml::ReadError::Refused(_)), Err(_)) => {}
            (by_rows, whole) => prop_assert!(false, "{:?} but {:?}", by_rows, whole),
        }
    }
}

#[test]
fn a_refusal_of_a_file_read_by_rows_has_line_and_column() {
    let text = String::from_utf8(Style::default().tree(queries(3).to_tree()).bytes).unwrap();
    for (wrong, right) in [("</Birthdate>", "</Birthday>"), ("東京12", "東京&bomb;"), ("<Birthdate>", "<!DOCTYPE x>")]
    {
        let broken = text.replacen(wrong, right, 2);
        let Err(xml::ReadError::Refused(by_rows)) = pieces(broken.as_bytes(), LIMITS) else { panic!("{right}") };
        let whole = xml::read(broken.as_bytes()).unwrap_err();
        assert_eq!((by_rows.rule, by_rows.place), (whole.rule, whole.place), "{right}");
    }
    let torn = &text.as_bytes()[..text.len() - 30];
    let Err(xml::ReadError::Refused(refusal)) = pieces(torn, LIMITS) else { panic!() };
    assert_eq!(refusal.rule, Rule::NotWellFormed);
    let mixed = [&text.as_bytes()[..900], &[0x81, 0xFF], &text.as_bytes()[900..]].concat();
    let Err(xml::ReadError::Refused(refusal)) = pieces(&mixed, LIMITS) else { panic!() };
    assert_eq!(refusal.rule, Rule::NotText);
    assert!(refusal.place.position.is_some_and(|(line, _)| line > 10), "{refusal:?}");
}

#[test]
fn one_unit_and_the_whole_have_limits_and_depth_too() {
    let limits = xml::Limits { unit: 4_000, whole: 20_000 };
    let rule =
        |request: &BulkQualificationRequest| match pieces(&Style::default().tree(request.to_tree()).bytes, limits) {
            Err(xml::ReadError::Refused(refusal)) => Some(refusal.rule),
            other => other.map(|_| None).unwrap(),
        };
    assert_eq!(rule(&queries(20)), None);
    assert_eq!(rule(&queries(100)), Some(Rule::TooBig), "the whole");
    let mut fat = queries(2);
    row(&mut fat, 1).insured_card_symbol = Some("x".repeat(10_000));
    assert_eq!(rule(&fat), Some(Rule::TooBig), "one row");
    let deep = format!("<XmlMsg><MessageBody>{}", "<a>".repeat(200));
    let Err(xml::ReadError::Refused(refusal)) = pieces(deep.as_bytes(), limits) else { panic!() };
    assert_eq!(refusal.rule, Rule::TooDeep);
}

fn period(care: Care) -> CareRequest {
    let some = |text: &str| Some(text.to_owned());
    let search = match care {
        Care::MedicalAssistance => CareSearch { medical_treatment_month: some("202611"), ..CareSearch::default() },
        Care::HomeVisit => CareSearch {
            consent_date_from: some("20261101"),
            consent_date_to: some("20261130"),
            medical_treatment_flag: some("2"),
            ..CareSearch::default()
        },
        Care::Online => CareSearch {
            examination_date_from: some("20261121"),
            examination_date_to: some("20261121"),
            medical_treatment_flag: some("3"),
            ..CareSearch::default()
        },
    };
    BulkRequest { header: header(None), rows: vec![search].into() }
}

const CARES: [Care; 3] = [Care::MedicalAssistance, Care::HomeVisit, Care::Online];

#[test]
fn a_request_by_period_comes_back_in_every_order_and_encoding() {
    for care in CARES {
        for style in styles() {
            let read = CareRequest::from_tree(care, &written(&style, period(care).to_tree())).unwrap();
            assert_eq!((read.document, read.findings), (period(care), Vec::new()), "{care:?}");
        }
    }
}

#[test]
fn a_period_has_one_search_with_all_of_it_in_days_that_exist() {
    let refused = |care, change: fn(&mut CareSearch)| {
        let mut request = period(care);
        change(row(&mut request, 0));
        CareRequest::from_tree(care, &request.to_tree()).unwrap_err().rule
    };
    assert_eq!(refused(Care::MedicalAssistance, |search| search.medical_treatment_month = None), Rule::Missing);
    for month in ["202600", "2026", "20261101", "２０２６１１"] {
        let mut request = period(Care::MedicalAssistance);
        row(&mut request, 0).medical_treatment_month = Some(month.into());
        let refusal = CareRequest::from_tree(Care::MedicalAssistance, &request.to_tree()).unwrap_err();
        assert_eq!(refusal.rule, Rule::NotAMonth, "{month}");
    }
    assert_eq!(refused(Care::HomeVisit, |search| search.consent_date_to = None), Rule::Missing);
    assert_eq!(refused(Care::HomeVisit, |search| search.medical_treatment_flag = None), Rule::Missing);
    assert_eq!(refused(Care::HomeVisit, |search| search.consent_date_from = Some("20261131".into())), Rule::NotADate);
    assert_eq!(refused(Care::Online, |search| search.examination_date_to = None), Rule::Missing);
    let mut twice = period(Care::Online);
    Arc::make_mut(&mut twice.rows).push(CareSearch::default());
    assert_eq!(CareRequest::from_tree(Care::Online, &twice.to_tree()).unwrap_err().rule, Rule::Repeated);
}

#[test]
fn a_file_by_period_is_told_by_its_name() {
    let names = ["OQSmutic01req_1.xml", "oqsMUHVQ02res_1.zip", "OQSmuonq01req_1.xml", "OQSmuquc01req_1.xml", "●"];
    let told = names.map(Care::of_file);
    assert_eq!(told, [Some(CARES[0]), Some(CARES[1]), Some(CARES[2]), None, None]);
}
