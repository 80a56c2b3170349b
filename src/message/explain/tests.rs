//! What `explain` says of files, ours and others'.

use super::*;
use crate::message::element::Format;
use crate::message::medication::table::Table;
use crate::message::subsidy::{Edition, Layout, Repeat};
use crate::message::{Style, samples, tree::walk};
use crate::text::Encoding;

fn all_documents() -> Vec<(Family, Element)> {
    use crate::message::qualification::Records;
    use crate::message::registration::RegistrationResult;
    let mut documents = vec![(Family::Common, samples::request().to_tree())];
    documents
        .extend([Records::OneList, Records::RepeatedList].map(|r| (Family::Common, samples::full_result().to_tree(r))));
    documents.push((Family::Common, samples::registration().to_tree()));
    let failed =
        RegistrationResult::failed(&samples::registration(), "20261121093000".into(), "MDG-R0001E", "該当なし");
    documents.push((Family::Common, failed.to_tree()));
    documents.extend(samples::bulk().map(|tree| (Family::Common, tree)));
    documents.push((Family::Common, samples::medication_request().to_tree()));
    documents.push((Family::Common, samples::checkup_request().to_tree()));
    let mut medication = samples::medication();
    medication.header.message_contents = samples::refused_inquiry().header.message_contents;
    documents.push((Family::Inquiry, medication.to_tree()));
    documents.push((Family::Inquiry, samples::checkup().to_tree()));
    for edition in [Edition::R5, Edition::R6, Edition::R8] {
        for repeat in [Repeat::MedicalSubsidies, Repeat::CertificationDetail] {
            documents.push((Family::Subsidy, Layout::embedded(edition).to_tree(&samples::subsidies(), repeat)));
        }
    }
    documents
}

#[test]
fn every_element_of_every_document_has_a_row_with_known_sources() {
    for (family, root) in all_documents() {
        walk(&root, &mut |path, element| {
            let parent = path.len().checked_sub(2).map_or("", |at| path[at]);
            let row = ElementTable::embedded().row(family, parent, &element.name);
            let row = row.unwrap_or_else(|| panic!("no row for {}", path.join("/")));
            assert_eq!(row.format == Format::Group, !element.children().is_empty(), "{}", path.join("/"));
        });
    }
    for (_, parent, row) in ElementTable::embedded().rows() {
        assert!(
            row.provenance.keys().all(|key| crate::code::provenance::citation(key).is_some()),
            "{parent}/{}",
            row.name
        );
        assert_eq!(row.format == Format::Code, row.code.is_some(), "{parent}/{}", row.name);
        let ours = Table::embedded().codes();
        let known = |code: &String| {
            let layouts = matches!(code.as_str(), "kinds" | "methods");
            layouts || ours.iter().any(|codes| codes.id == *code) || crate::code::table(code).is_some()
        };
        assert!(row.code.as_ref().is_none_or(known), "{parent}/{}", row.name);
    }
}

#[test]
fn every_value_of_every_document_is_understood() {
    for (family, root) in all_documents() {
        for line in tree(&root, family, ElementTable::embedded(), Lang::Ja).lines {
            let odd: Vec<_> =
                line.notes.iter().filter(|note| !note.contains("空白") && !note.contains("検証番号")).collect();
            assert!(odd.is_empty(), "{} {:?}: {odd:?}", line.element, line.raw);
        }
    }
}

#[test]
fn a_bulk_file_is_read_as_what_it_is_and_its_faults_name_the_row() {
    let written = |tree: Element| Style::default().tree(tree).bytes;
    let [request, .., result] = samples::bulk();
    let notes = |name: &str, bytes: &[u8]| file(name, bytes, ElementTable::embedded(), Lang::En).unwrap().notes;
    let bytes = written(request);
    assert_eq!(notes("OQSmuquc01req_1.xml", &bytes), Vec::<String>::new());
    assert_eq!(notes("OQSmuquc02res_1.xml", &written(result)), Vec::<String>::new());
    let broken = String::from_utf8(bytes).unwrap().replacen("<Birthdate>19500321</Birthdate>", "", 1);
    let noted = notes("OQSmuquc01req_1.xml", broken.as_bytes());
    assert!(noted.iter().any(|note| note.contains("QualificationConfirmSearchInfo[1]/Birthdate")), "{noted:?}");
}

fn explained(table: &ElementTable, element: &str) -> Line {
    let tree = tree(&samples::face().to_tree(Default::default()), Family::Common, table, Lang::Ja);
    tree.lines.into_iter().find(|line| line.element == element).unwrap()
}

#[test]
fn changing_a_row_changes_what_is_explained() {
    let before = explained(ElementTable::embedded(), "Sex1");
    assert_eq!((before.label.as_deref(), before.meaning.as_deref()), (Some("性別1"), Some("男")));
    let text = ElementTable::embedded_text().replace("ja = \"性別1\"", "ja = \"せいべつ\"").replacen(
        "source = \"spec-table myclinic oqsdrug2\", confidence = \"A\" },\n    { name = \"Sex2\"",
        "source = \"sanox\", confidence = \"C\" },\n    { name = \"Sex2\"",
        1,
    );
    let after = explained(&ElementTable::from_toml("elements.toml", &text).unwrap(), "Sex1");
    assert_eq!(after.label.as_deref(), Some("せいべつ"));
    assert_eq!(
        (after.source.as_deref(), after.confidence, after.provisional),
        (Some("sanox"), Some(Confidence::C), true)
    );
}

#[test]
fn values_are_told_in_peoples_words() {
    let table = ElementTable::embedded();
    let full = tree(&samples::full_result().to_tree(Default::default()), Family::Common, table, Lang::Ja);
    let meaning = |element: &str| {
        full.lines.iter().find(|line| line.element == element).and_then(|line| line.meaning.clone()).unwrap_or_default()
    };
    assert_eq!(meaning("Birthdate"), "1950-03-21 昭和25年3月21日");
    assert_eq!(meaning("ProcessExecutionTime"), "2026-11-21 令和8年11月21日 09:30:00");
    assert_eq!(meaning("MedicalTreatmentMonth"), "2026-11 令和8年11月");
    assert_eq!(meaning("InsuredPartialContributionRatio"), "1割");
    assert_eq!(meaning("SpecificDiseasesSelfPay"), "10,000円");
    assert_eq!(meaning("LimitApplicationCertificateClassificationFlag"), "ウ");
    assert_eq!(meaning("MedicalInstitutionCode"), "東京都 医科");
    assert!(meaning("RequestPmhFileName").contains("PMHsimsm01res_1234567890ABCDEF2026112109300000_face.xml"));
}

#[test]
fn an_element_nobody_knows_is_named_as_such_and_an_odd_value_gets_a_note() {
    let xml = "<XmlMsg><MessageHeader><SegmentOfResult>3</SegmentOfResult><New>x</New></MessageHeader>\
               <MessageBody><ReceptionDateTime>2026</ReceptionDateTime></MessageBody></XmlMsg>";
    let explanation = file("OQSmuquc01res_1.xml", xml.as_bytes(), ElementTable::embedded(), Lang::En).unwrap();
    let notes = |element: &str| explanation.lines.iter().find(|l| l.element == element).unwrap().notes.join(";");
    assert_eq!(notes("SegmentOfResult"), "not in its code table");
    assert_eq!(notes("New"), "an element never seen before");
    assert_eq!(notes("ReceptionDateTime"), "not a date and time");
}

#[test]
fn a_character_code_that_the_bytes_deny_is_noted() {
    let bytes = Style::default().qualification_result(&samples::face()).bytes;
    let text = String::from_utf8(bytes).unwrap().replace("Identifier>0<", "Identifier>1<");
    let explanation = file("x.xml", text.as_bytes(), ElementTable::embedded(), Lang::En).unwrap();
    assert!(explanation.notes.iter().any(|n| n.contains("CharacterCodeIdentifier says 1")), "{:?}", explanation.notes);
}

#[test]
fn golden_explanation_of_a_face_file() {
    let style = Style { encoding: Encoding::ShiftJis, ..Style::default() };
    let bytes = style.qualification_result(&samples::face()).bytes;
    let name = "OQSsiquc01res_face_13199999964da5260a16de5a3d3ad7_20261121093000.xml";
    let explanation = file(name, &bytes, ElementTable::embedded(), Lang::Ja).unwrap();
    insta::assert_snapshot!(explanation.text(Lang::Ja));
}

#[test]
fn golden_explanation_of_a_subsidy_file_and_an_err() {
    let bytes = Style::default().subsidies(&samples::subsidies(), Layout::embedded(Edition::R8)).bytes;
    let name = "PMHsimsm01res_1234567890ABCDEF2026112109300000_face.xml";
    let subsidy = file(name, &bytes, ElementTable::embedded(), Lang::En).unwrap().text(Lang::En);
    let err = crate::message::refusal::err_file("MDG-X001", "整形式のXMLではありません", Encoding::ShiftJis);
    let err = file("OQSsiquc01req_1.err", &err, ElementTable::embedded(), Lang::Ja).unwrap().text(Lang::Ja);
    insta::assert_snapshot!(format!("{subsidy}\n---\n{err}"));
}

#[test]
fn what_is_inferred_of_an_answers_header_is_provisional_there_and_sure_elsewhere() {
    let explained = |name: &str, tree: Element| {
        file(name, &Style::default().tree(tree).bytes, ElementTable::embedded(), Lang::Ja).unwrap()
    };
    let provisional = |explanation: &Explanation, element: &str| {
        explanation.lines.iter().find(|line| line.element == element).unwrap().provisional
    };
    let (answer, request) = (samples::medication().to_tree(), samples::medication_request().to_tree());
    let answer = explained("YZKsiquc01res_1.xml", answer);
    let request = explained("YZKsiquc01req_1.xml", request);
    assert!(provisional(&answer, "ArbitraryFileIdentifier") && provisional(&answer, "MedicalInstitutionCode"));
    assert!(!provisional(&answer, "ResultCode") && !provisional(&answer, "QuaInf"));
    assert!(!provisional(&request, "ArbitraryFileIdentifier"));
    assert_eq!((answer.notes.len(), request.notes.len()), (0, 0), "{:?} {:?}", answer.notes, request.notes);
}

#[test]
fn a_request_for_medicines_or_check_ups_is_read_as_what_it_is() {
    for (name, tree) in [
        ("YZKsiquc01req_1.xml", samples::medication_request().to_tree()),
        ("TKKsiquc01req_1.xml", samples::checkup_request().to_tree()),
    ] {
        let text = String::from_utf8(Style::default().tree(tree).bytes).unwrap();
        let broken = text.replacen("<InsurerNumber>01139997</InsurerNumber>", "", 1);
        let notes = file(name, broken.as_bytes(), ElementTable::embedded(), Lang::En).unwrap().notes;
        assert!(notes.iter().any(|note| note.contains("MDG-D001") && note.contains("InsurerNumber")), "{notes:?}");
    }
}

#[test]
fn pages_are_told_from_outside_and_something_else_under_their_name_is_noted() {
    let explained = |bytes: &[u8]| file("YZKsiquc01res_1.pdf", bytes, ElementTable::embedded(), Lang::En).unwrap();
    let pdf = explained(b"%PDF-1.7");
    let told = pdf.text(Lang::En);
    assert!(told.contains("IF-22") && told.contains("printed answer") && told.contains("8 bytes"), "{told}");
    assert_eq!((pdf.notes.len(), explained(b"<XmlMsg/>").notes.len()), (0, 1));
}
