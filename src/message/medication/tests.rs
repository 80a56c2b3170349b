//! 薬剤情報・診療情報: to bytes and back, the tags that the field reads, and what is printed.

use proptest::prelude::*;

use super::table::Table;
use super::*;
use crate::message::finding::FindingKind;
use crate::message::order::ElementOrder;
use crate::message::refusal::Rule;
use crate::message::samples::styles;
use crate::message::tree::walk;
use crate::message::{Style, samples, xml};
use crate::text::{self, Encoding};

fn written_and_read(result: &MedicationResult, style: &Style) -> Read<MedicationResult> {
    let bytes = style.tree(result.to_tree()).bytes;
    MedicationResult::from_tree(&xml::read(&bytes).unwrap().root).unwrap()
}

#[test]
fn an_answer_with_every_item_comes_back_in_every_order_and_encoding() {
    for style in styles() {
        for mut sent in [samples::medication(), samples::refused_inquiry()] {
            let read = written_and_read(&sent, &style);
            sent.header.character_code_identifier = Some(style.encoding.code().to_owned());
            assert_eq!(read, Read { document: sent, findings: Vec::new() }, "{style:?}");
        }
    }
}

/// A value that both encodings have.
fn value() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("[ぁ-んァ-ヶ0-9A-Za-z&<>\"'　 ]{0,5}[ぁ-んx]")
}

prop_compose! {
    fn drug()(code in value(), quantity in value(), usage in value(), instruction in value(), times in value(),
        ingredient in value(), class in value(), unit in value(), name in value()) -> Drug {
        Drug { code, quantity, usage, instruction, times, ingredient, class, unit, name }
    }
}

prop_compose! {
    fn procedure()(name in value(), code in value(), class in value(), quantity in value(), times in value(),
        unit in value()) -> Procedure {
        Procedure { name, code, class, quantity, times, unit }
    }
}

/// Only what the origin has a tag for.
fn treated(origin: Origin) -> impl Strategy<Value = Treated> {
    let drugs = proptest::collection::vec(drug(), 0..3);
    let procedures = proptest::collection::vec(procedure(), 0..3);
    (value(), value(), drugs, procedures).prop_map(move |(dispensed_on, prescribed_on, drugs, procedures)| Treated {
        dispensed_on: dispensed_on.filter(|_| origin != Origin::Prescribed),
        prescribed_on,
        drugs,
        procedures: if origin == Origin::Receipt { procedures } else { Vec::new() },
    })
}

fn months(origin: Origin) -> impl Strategy<Value = Vec<Month>> {
    let values = (value(), value(), value(), value(), value(), value(), value(), value());
    let month = (values, proptest::collection::vec(treated(origin), 0..3));
    let month = month.prop_map(|((class, code, prescriber, name, month, prescriber_name, own, in_out), dates)| Month {
        issue_class: class,
        institution_code: code,
        prescriber_code: prescriber,
        institution_name: name,
        month,
        prescriber_name,
        own_issue: own,
        in_out,
        dates,
    });
    proptest::collection::vec(month, 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_history_comes_back(
        receipt in months(Origin::Receipt),
        prescribed in months(Origin::Prescribed),
        dispensed in months(Origin::Dispensed),
        message in value(),
    ) {
        let mut header = samples::medication().header;
        header.message_contents = message;
        let mut sent = MedicationResult { header, history: History { receipt, prescribed, dispensed } };
        for style in styles() {
            sent.header.character_code_identifier = Some(style.encoding.code().to_owned());
            prop_assert_eq!(&written_and_read(&sent, &style), &Read { document: sent.clone(), findings: Vec::new() });
        }
    }

    #[test]
    fn no_tree_makes_reading_panic(text in "(<(XmlMsg|MessageHeader|MessageBody|CzDiInf|MeTrMonthInf|DiDateInfs|DrugInf|DrugN)>|</[A-Z]>|x){0,12}") {
        let _ = xml::read(text.as_bytes()).map(|read| MedicationResult::from_tree(&read.root));
        let _ = xml::read(text.as_bytes()).map(|read| MedicationRequest::from_tree(&read.root));
    }
}

/// The tags of one origin as a program of the field reads them (spec/known-clients.md K2), from the table.
fn tags(origin: Origin) -> Vec<&'static str> {
    let table = Table::embedded();
    let values = table.month.iter().map(|row| row.tags.of(origin));
    let values = values.chain(table.date.iter().map(|row| row.tags.of(origin)));
    let values = values.chain(table.drug.iter().map(|row| row.tags.of(origin)));
    let values = values.chain(table.procedure.iter().map(|row| row.tags.of(origin)));
    values.chain(table.container.iter().map(|row| row.tags.of(origin))).flatten().collect()
}

#[test]
fn the_tags_are_those_that_a_program_in_the_field_reads() {
    let mut receipt = tags(Origin::Receipt);
    let mut prescribed = tags(Origin::Prescribed);
    let mut dispensed = tags(Origin::Dispensed);
    for tags in [&mut receipt, &mut prescribed, &mut dispensed] {
        tags.sort_unstable();
        tags.dedup();
    }
    let listed = |text: &'static str| {
        let mut names: Vec<_> = text.split_whitespace().collect();
        names.sort_unstable();
        names
    };
    assert_eq!(
        receipt,
        listed(
            "MeTrMonthInf DiOrg MeTrDiHCd PrlsHCd MeTrDiHNm MeTrMonth PrlsHNm PrIsOrg InOut DiDateInfs DiDateInf DiDate PrDate DrugInfs
             DrugInf DrugC Qua1 UsageN SpInst Times IngreN MeTrIdCl Unit DrugN MeTrInfs MeTrInf SinInfN SinInfCd"
        )
    );
    assert_eq!(
        dispensed,
        listed(
            "CzDiInf CzDiMonthInf CzDiOrg CzMeTrDiHCd CzPrlsHCd CzMeTrDiHNm CzDiMonth CzPrlsHNm CzPrIsOrg CzPrCl CzDiDateInfs CzDiDateInf
             CzDiDate CzPrDate CzDrugInfs CzDrugInf CzDrugC CzQua1 CzUsageN CzSpInst CzTimes CzIngreN CzUsageCl CzUnit CzDrugN"
        )
    );
    assert_eq!(
        prescribed,
        listed(
            "ShPrInf ShPrMonthInf ShPrOrg ShMeTrDiHCd ShPrHCd ShMeTrDiHNm ShPrMonth ShPrHNm ShPrIsOrg ShPrCl ShPrDateInfs ShPrDateInf
             ShPrDate ShDrugInfs ShDrugInf ShDrugC ShQua1 ShUsageN ShSpInst ShTimes ShIngreN ShUsageCl ShUnit ShDrugN"
        )
    );
}

#[test]
fn no_block_has_a_tag_or_an_item_twice() {
    fn once<I: PartialEq + std::fmt::Debug>(rows: &[super::table::Row<I>]) {
        for origin in Origin::ALL {
            let tags: Vec<_> = rows.iter().filter_map(|row| row.tags.of(origin)).collect();
            assert!(tags.iter().enumerate().all(|(at, tag)| !tags[..at].contains(tag)), "{tags:?}");
        }
        assert!(rows.iter().enumerate().all(|(at, row)| rows[..at].iter().all(|other| other.item != row.item)));
    }
    let table = Table::embedded();
    once(&table.container);
    once(&table.month);
    once(&table.date);
    once(&table.drug);
    once(&table.procedure);
}

#[test]
fn an_answer_with_elements_nobody_knows_is_read_and_they_are_reported_with_their_path() {
    let text = String::from_utf8(Style::default().tree(samples::medication().to_tree()).bytes).unwrap();
    let text = text.replace("<CzDrugN>", "<New>x</New><CzDrugN>").replace("<MessageBody>", "<MessageBody><Other/>");
    let read = MedicationResult::from_tree(&xml::read(text.as_bytes()).unwrap().root).unwrap();
    assert_eq!(read.document.history, samples::medication().history);
    let paths: Vec<_> = read.findings.iter().map(|finding| (finding.kind, finding.path.as_str())).collect();
    let new = "XmlMsg/MessageBody/CzDiInf/CzDiMonthInf/CzDiDateInfs/CzDiDateInf/CzDrugInfs/CzDrugInf/New";
    let kind = FindingKind::UnknownElement;
    assert_eq!(paths, [(kind, "XmlMsg/MessageBody/Other"), (kind, new), (kind, new)]);
}

#[test]
fn golden_answers_in_both_orders() {
    let golden = |order, encoding| {
        let style = Style { order, encoding, ..Style::default() };
        let bytes = style.tree(samples::medication().to_tree()).bytes;
        text::decode(&bytes, Some(encoding)).unwrap().text.into_owned()
    };
    insta::assert_snapshot!("medication_spec", golden(ElementOrder::Spec, Encoding::Utf8));
    insta::assert_snapshot!("medication_hash", golden(ElementOrder::Hash, Encoding::ShiftJis));
    let refused = Style::default().tree(samples::refused_inquiry().to_tree()).bytes;
    insta::assert_snapshot!("medication_refused", String::from_utf8(refused).unwrap());
}

fn request(change: impl Fn(String) -> String) -> Result<Read<MedicationRequest>, Refusal> {
    let text = String::from_utf8(Style::default().tree(samples::medication_request().to_tree()).bytes).unwrap();
    MedicationRequest::from_tree(&xml::read(change(text).as_bytes()).unwrap().root)
}

#[test]
fn a_request_comes_back_and_what_it_may_not_lack_is_refused_by_name() {
    for style in styles() {
        let bytes = style.tree(samples::medication_request().to_tree()).bytes;
        let read = MedicationRequest::from_tree(&xml::read(&bytes).unwrap().root).unwrap();
        assert_eq!(read.document, samples::medication_request());
    }
    for name in ["MedicalInstitutionCode", "InsurerNumber", "InsuredPersonIdentificationNumber", "FileCategory"] {
        let refusal = request(|text| text.replace(&format!("{name}>"), "Other>")).unwrap_err();
        assert_eq!(refusal.rule, Rule::Missing, "{name}");
        assert!(refusal.place.path.unwrap().ends_with(name));
    }
    for (month, name) in
        [("202613", "StartDate"), ("2026", "StartDate"), ("20260101", "StartDate"), ("2026-1", "StartDate")]
    {
        let refusal = request(|text| text.replace("202601", month)).unwrap_err();
        assert_eq!((refusal.rule, refusal.seen.as_deref()), (Rule::NotAMonth, Some(month)));
        assert!(refusal.place.path.unwrap().ends_with(name));
    }
    let refusal = request(|text| text.replace("202611<", "202600<")).unwrap_err();
    assert_eq!(refusal.place.path.as_deref(), Some("XmlMsg/MessageBody/EndDate"));
}

#[test]
fn what_is_unusual_in_a_request_is_let_through_and_reported() {
    let read = request(|text| {
        text.replace("01139997", "01139990")
            .replace("1319999996", "13199")
            .replace("Flag>1<", "Flag>9<")
            .replace("Classification>1<", "Classification>x<")
            .replace("202601", " 202601 ")
    });
    let read = read.unwrap();
    let kinds: Vec<_> = read.findings.iter().map(|finding| finding.kind).collect();
    use FindingKind::*;
    assert_eq!(kinds, [OddForm, CheckDigit, UnknownCode, UnknownCode]);
    assert_eq!(read.document.wanted.start_date.as_deref(), Some("202601"));
}

#[test]
fn the_category_says_whether_pages_and_whether_treatments_are_asked_for() {
    let category = |value: &str| MedicationInquiry { file_category: value.into(), ..Default::default() }.category();
    let all = [("1", true, false), ("2", false, false), ("3", true, true), ("4", false, true), ("04", false, true)];
    for (value, pdf, treatments) in all {
        assert_eq!(category(value), Some(Category { pdf, treatments }), "{value}");
    }
    for value in ["0", "5", "", "x", "+1", "999"] {
        assert_eq!(category(value), None, "{value}");
    }
}

#[test]
fn months_are_asked_for_with_both_ends_or_without() {
    let covers = |start: Option<&str>, end: Option<&str>, month| {
        let wanted = MedicationInquiry {
            start_date: start.map(str::to_owned),
            end_date: end.map(str::to_owned),
            ..Default::default()
        };
        wanted.covers(month)
    };
    for (month, inside) in [("202512", false), ("202601", true), ("202606", true), ("202611", true), ("202612", false)]
    {
        assert_eq!(covers(Some("202601"), Some("202611"), Some(month)), inside, "{month}");
    }
    assert!(covers(None, Some("202611"), Some("190001")) && covers(Some("202601"), None, Some("209912")));
    assert!(covers(None, None, Some("202601")) && covers(Some("202601"), Some("202601"), None));
}

/// Everything on a sheet, in one text.
pub(in crate::message) fn printed(sheet: &crate::message::page::Sheet) -> String {
    let mut text = format!("{} {}", sheet.title, sheet.subtitle);
    for line in &sheet.header {
        text += &format!("\n{} {}", line.label, line.value);
    }
    for section in &sheet.sections {
        assert!(section.table.rows.iter().all(|row| row.len() == section.table.columns.len()));
        text += &format!("\n# {}\n", section.heading);
        for row in &section.table.rows {
            text += &(row.join("|") + "\n");
        }
        text += &section.notes.join("\n");
    }
    text
}

#[test]
fn golden_sheet() {
    insta::assert_snapshot!(printed(&samples::medication().sheet(&samples::medication_request().wanted)));
}

#[test]
fn every_value_of_the_document_is_printed() {
    let result = samples::medication();
    let text = printed(&result.sheet(&samples::medication_request().wanted));
    let labels = ["薬局", "外来", "内服", "手術", "該当", "男", "2026年10月"];
    let coded = ["InOut", "PrCl", "Org", "IdCl", "UsageCl", "Month"];
    walk(&result.to_tree(), &mut |path, element| {
        let value = element.value();
        if !path.contains(&"MessageBody") || value.is_empty() || coded.iter().any(|end| element.name.ends_with(end)) {
            return;
        }
        let shown =
            if element.name.ends_with("Date") { crate::message::inquiry::print::day(value) } else { value.to_owned() };
        assert!(text.contains(&shown), "{} {value}\n{text}", element.name);
    });
    assert!(labels.iter().all(|label| text.contains(label)), "{text}");
}

#[test]
fn a_person_without_anything_gets_a_paper_that_says_so() {
    let result = MedicationResult { history: History::default(), ..samples::medication() };
    let sheet = result.sheet(&MedicationInquiry { file_category: "1".into(), ..Default::default() });
    assert_eq!(sheet.title, "薬剤情報");
    let text = printed(&sheet);
    assert!(text.contains("該当する情報はありません。") && text.contains("指定なし 〜 指定なし"), "{text}");
}

#[test]
fn under_the_tags_of_another_table_the_document_is_the_same() {
    let text = Table::embedded_text().replace("\"DrugN\"", "\"Yakuhin\"").replace("\"CzDiMonthInf\"", "\"Tsuki\"");
    let theirs = Table::from_toml("x", &text).unwrap();
    let sent = samples::medication();
    let tree = sent.to_tree_by(&theirs);
    let read = MedicationResult::from_tree_by(&tree, &theirs).unwrap();
    assert_eq!(read, Read { document: sent, findings: Vec::new() });
    let read = MedicationResult::from_tree(&tree).unwrap();
    let unknown: Vec<&str> = read.findings.iter().map(|finding| finding.path.as_str()).collect();
    assert!(
        unknown.iter().any(|path| path.ends_with("/Yakuhin")) && unknown.iter().any(|path| path.ends_with("/Tsuki"))
    );
}
