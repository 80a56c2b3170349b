//! 特定健診情報: to bytes and back, and what is printed.

use proptest::prelude::*;

use super::*;
use crate::message::medication::tests::printed;
use crate::message::refusal::Rule;
use crate::message::samples::styles;
use crate::message::{Style, samples, xml};

fn written_and_read(result: &CheckupResult, style: &Style) -> Read<CheckupResult> {
    CheckupResult::from_tree(&xml::read(&style.tree(result.to_tree()).bytes).unwrap().root).unwrap()
}

#[test]
fn request_and_answer_come_back_in_every_order_and_encoding() {
    for style in styles() {
        let mut sent = samples::checkup();
        let read = written_and_read(&sent, &style);
        sent.header.character_code_identifier = Some(style.encoding.code().to_owned());
        assert_eq!(read, Read { document: sent, findings: Vec::new() }, "{style:?}");
        let request = style.tree(samples::checkup_request().to_tree()).bytes;
        let read = CheckupRequest::from_tree(&xml::read(&request).unwrap().root).unwrap();
        assert_eq!(read, Read { document: samples::checkup_request(), findings: Vec::new() });
    }
}

fn value() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("[ぁ-んァ-ヶ0-9A-Za-z&<>\"'　 ]{0,5}[ぁ-んx]")
}

prop_compose! {
    fn item()(item_code in value(), item_name in value(), data_type in value(), data_value in value(), unit in value(),
        oid in value(), data_value_name in value()) -> CheckupItem {
        CheckupItem { item_code, item_name, data_type, data_value, unit, oid, data_value_name }
    }
}

prop_compose! {
    fn checkup()(effective_time in value(), items in proptest::collection::vec(item(), 0..4)) -> Checkup {
        Checkup { effective_time, items }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_check_ups_come_back(checkups in proptest::collection::vec(checkup(), 0..4)) {
        let mut sent = CheckupResult { checkups, ..samples::checkup() };
        for style in styles() {
            sent.header.character_code_identifier = Some(style.encoding.code().to_owned());
            prop_assert_eq!(&written_and_read(&sent, &style), &Read { document: sent.clone(), findings: Vec::new() });
        }
    }
}

#[test]
fn a_request_without_its_category_is_refused_and_a_strange_one_is_for_the_centre() {
    let text = String::from_utf8(Style::default().tree(samples::checkup_request().to_tree()).bytes).unwrap();
    let without = text.replace("<FileCategory>2</FileCategory>", "");
    let refusal = CheckupRequest::from_tree(&xml::read(without.as_bytes()).unwrap().root).unwrap_err();
    assert_eq!(refusal.rule, Rule::Missing);
    for (value, as_pdf) in [("1", Some(true)), ("2", Some(false)), ("02", Some(false)), ("3", None), ("", None)] {
        let wanted = CheckupInquiry { file_category: value.into(), ..CheckupInquiry::default() };
        assert_eq!(wanted.as_pdf(), as_pdf, "{value}");
    }
}

#[test]
fn golden_answer_and_sheet() {
    let bytes = Style::default().tree(samples::checkup().to_tree()).bytes;
    insta::assert_snapshot!("checkup", String::from_utf8(bytes).unwrap());
    insta::assert_snapshot!("checkup_sheet", printed(&samples::checkup().sheet()));
}

#[test]
fn under_the_tags_of_another_table_the_document_is_the_same() {
    let text =
        Table::embedded_text().replace("tag = \"Unit\"", "tag = \"Tani\"").replace("\"ItemCode\"", "\"ItemName\"");
    let text = text.replacen("item = \"item-name\", tag = \"ItemName\"", "item = \"item-name\", tag = \"ItemCode\"", 1);
    let theirs = Table::from_toml("x", &text).unwrap();
    let sent = samples::checkup();
    let tree = sent.to_tree_by(&theirs);
    let result = tree.at(&[
        "MessageBody",
        "SpecificHealthCheckupInfo",
        "HealthCheckupResultAndQuestionInfos",
        "HealthCheckupResultAndQuestionInfo",
    ]);
    let tags: Vec<&str> = result.unwrap().children().iter().map(|child| child.name.as_ref()).collect();
    assert_eq!(
        tags,
        ["ItemName", "ItemCode", "DataType", "DataValue", "Tani"],
        "swapped and renamed, in the table's order"
    );
    let read = CheckupResult::from_tree_by(&tree, &theirs).unwrap();
    assert_eq!(read, Read { document: sent.clone(), findings: Vec::new() });
    let unknown = CheckupResult::from_tree(&tree).unwrap();
    assert!(unknown.findings.iter().any(|finding| finding.path.ends_with("/Tani")), "{:?}", unknown.findings);
    assert_eq!(sent.to_tree_by(Table::embedded()), sent.to_tree());
}
