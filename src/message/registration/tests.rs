//! Registrations to bytes and back, and the layout that was seen in the field.

use proptest::prelude::*;

use super::*;
use crate::message::order::ElementOrder;
use crate::message::refusal::Rule;
use crate::message::samples::styles;
use crate::message::{Style, samples, xml};

fn names(parent: &Element) -> Vec<&str> {
    parent.children().iter().map(|child| child.name.as_ref()).collect()
}

#[test]
fn a_result_is_written_as_a_real_terminal_wrote_it() {
    let mut tree = RegistrationResult::registered(&samples::registration(), "20261121093000".into()).to_tree();
    ElementOrder::Hash.arrange(&mut tree);
    assert_eq!(
        names(tree.child("MessageHeader").unwrap()),
        [
            "ProcessExecutionTime",
            "CharacterCodeIdentifier",
            "SegmentOfResult",
            "ArbitraryFileIdentifier",
            "MedicalInstitutionCode"
        ]
    );
    let body = tree.child("MessageBody").unwrap();
    assert_eq!(names(body), ["ReferenceNumberRegistrationInfo", "ProcessingResultStatus"]);
    assert_eq!(
        names(&body.children()[0]),
        ["InsurerNumber", "InsuredIdentificationNumber", "ReferenceNumber", "InsuredCardSymbol", "InsuredBranchNumber"]
    );
}

#[test]
fn a_failure_names_each_of_its_parts_once() {
    let failed = RegistrationResult::failed(&samples::registration(), "20261121093000".into(), "MDG-R0001E", "なし");
    let text = String::from_utf8(Style::default().tree(failed.to_tree()).bytes).unwrap();
    for once in ["ReferenceNumber", "ProcessingResultStatus", "ProcessingResultCode", "ProcessingResultMessage"] {
        assert_eq!(text.matches(&format!("<{once}>")).count(), 1, "{once}");
    }
    assert!(!text.contains("ErrorCode"), "the message itself ended well");
}

#[test]
fn a_request_must_have_number_insurer_and_insured_once() {
    let text = String::from_utf8(Style::default().tree(samples::registration().to_tree()).bytes).unwrap();
    let refused = |text: &str| RegistrationRequest::from_tree(&xml::read(text.as_bytes()).unwrap().root).unwrap_err();
    for missing in ["ReferenceNumber", "InsurerNumber", "InsuredIdentificationNumber", "MedicalInstitutionCode"] {
        let broken = text.replace(&format!("<{missing}>"), "<Other>").replace(&format!("</{missing}>"), "</Other>");
        let refusal = refused(&broken);
        assert_eq!(refusal.rule, Rule::Missing, "{missing}");
        assert!(refusal.place.path.unwrap().ends_with(missing));
    }
    let (start, end) = (text.find("<ReferenceNumberReg").unwrap(), text.find("</MessageBody>").unwrap());
    let twice = format!("{}{}{}", &text[..end], &text[start..end], &text[end..]);
    assert_eq!(refused(&twice).rule, Rule::Repeated, "a single request registers one number");
    let none = format!("{}{}", &text[..start], &text[end..]);
    assert_eq!(refused(&none).rule, Rule::Missing);
}

#[test]
fn what_a_careful_sender_would_not_send_is_let_through_and_reported() {
    let mut request = samples::registration();
    request.registration.reference_number = "1".repeat(51);
    request.registration.insurer_number = "138057".into();
    let read = RegistrationRequest::from_tree(&request.to_tree()).unwrap();
    let kinds: Vec<_> = read.findings.iter().map(|finding| finding.kind).collect();
    assert!(kinds.contains(&FindingKind::TooLong) && kinds.contains(&FindingKind::OddForm), "{kinds:?}");
    assert_eq!(read.document, request);
}

/// Text without blanks at its ends, of characters that both encodings have.
fn value(most: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("[0-9A-Za-z&<>'\"１-９ア-ン東京]{{1,{most}}}")).unwrap()
}

prop_compose! {
    fn registration()(
        reference_number in value(50),
        insurer_number in "( {2}[0-9]{6}|[0-9]{8})",
        insured_card_symbol in prop::option::of(value(20)),
        insured_identification_number in value(20),
        insured_branch_number in prop::option::of("[0-9]{2}"),
    ) -> RegistrationInfo {
        RegistrationInfo {
            reference_number, insurer_number, insured_card_symbol, insured_identification_number, insured_branch_number,
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_registered_comes_back_in_every_order_and_encoding(
        registration in registration(),
        arbitrary_file_identifier in prop::option::of(value(50)),
        failure in prop::option::of(value(80)),
    ) {
        let medical_institution_code = "1319999996".to_owned();
        let request = RegistrationRequest { medical_institution_code, arbitrary_file_identifier, registration };
        let time = "20261121093000".to_owned();
        let result = match &failure {
            Some(message) => RegistrationResult::failed(&request, time, "MDG-R0001E", message),
            None => RegistrationResult::registered(&request, time),
        };
        for style in styles() {
            let written = xml::read(&style.tree(request.to_tree()).bytes).unwrap();
            prop_assert_eq!(&RegistrationRequest::from_tree(&written.root).unwrap().document, &request);
            let written = xml::read(&style.tree(result.to_tree()).bytes).unwrap();
            let read = RegistrationResult::from_tree(&written.root).unwrap();
            prop_assert_eq!(&read.findings, &[]);
            let mut expected = result.clone();
            expected.header.character_code_identifier = style.encoding.code().to_owned();
            prop_assert_eq!(read.document, expected);
        }
    }
}
