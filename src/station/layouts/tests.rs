//! A layout folder: what it may hold, what it changes, what it says of a mistake.

use std::fs;

use super::diff::{Kind, differences};
use super::*;

const ROW: &str = r#"
[[group]]
parents = ["ResultOfQualificationConfirmation"]
elements = [
    { name = "Name", ja = "しめい", en = "name", format = "text", occurs = "1", source = "spec-table myclinic oqsdrug2", confidence = "A" },
    { name = "NewElement", ja = "新", en = "new", format = "code", code = "OQSCD001", occurs = "0..1", source = "captured", confidence = "B" },
]
"#;
const CODES: &str = r#"
[[table]]
id = "OQSCD001"
ja = "同意"
en = "consent"
source = "mhlw"
confidence = "A"
row = [{ value = "0", ja = "いや", en = "no" }, { value = "7", ja = "保留", en = "later" }]
"#;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn read(files: &[(&str, &str)]) -> Result<Layouts, String> {
    Layouts::read(Some(folder(files).path())).map_err(|error| error.to_string())
}

#[test]
fn what_is_exported_is_read_back_as_the_built_in_tables() {
    let texts = table::ALL.map(|table| (table.name(), table.built_in()));
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_ref())).collect();
    let layouts = read(&files).unwrap();
    let ours = ElementTable::embedded();
    assert_eq!(layouts.elements.rows().collect::<Vec<_>>(), ours.rows().collect::<Vec<_>>());
    for (table, text) in table::ALL.into_iter().zip(&files) {
        assert_eq!(differences(table, text.0, text.1).unwrap(), [], "{}", text.0);
    }
}

#[test]
fn rows_are_laid_over_marked_as_yours_and_the_others_stay() {
    let layouts = read(&[("elements.toml", ROW), ("codes.toml", CODES)]).unwrap();
    let row = |name: &str| {
        let parent = "ResultOfQualificationConfirmation";
        layouts.elements.row(Default::default(), parent, name).unwrap().clone()
    };
    assert_eq!((row("Name").ja.as_str(), row("Name").provenance.source.as_str()), ("しめい", "yours"));
    assert_eq!(row("NewElement").provenance.source, "yours captured");
    assert_eq!(row("Sex1").ja, "性別1");
    // A code table is whole: 1 is not in this one.
    let label = |value| layouts.elements.code_label("OQSCD001", value).map(|(ja, _)| ja);
    assert_eq!([label("7"), label("1")], [Some("保留"), None]);
    assert_eq!(layouts.elements.code_label("OQSCD002", "2").map(|(_, en)| en), Some("insurance card data"));
}

#[test]
fn a_subsidy_layout_replaces_the_built_in_one_and_its_tags_are_explained() {
    let text = Layout::embedded_text().replace("tag = \"ValidFrom\"", "tag = \"Yuko\"");
    let files = folder(&[("pmh.toml", &text)]);
    let layouts = Layouts::read(Some(files.path())).unwrap();
    let of = |name| layouts.elements.row(crate::message::element::Family::Subsidy, "MedicalSubsidies", name);
    assert_eq!(of("Yuko").map(|row| row.provenance.source.starts_with("yours")), Some(true));
    assert_eq!(of("ValidFrom"), None);
    assert_eq!(layouts.layout(Edition::R5).unwrap(), Layout::from_toml("x", &text, Edition::R5).unwrap());
}

#[test]
fn tags_of_medicines_and_checkups_are_replaced_and_a_label_in_elements_has_the_last_word() {
    use crate::message::checkup::table::Table as Checkups;
    use crate::message::element::Family::Common;
    use crate::message::medication::table::Table as Medicines;
    let medicines = Medicines::embedded_text().replace("receipt = \"DrugN\"", "receipt = \"Yakuhin\"");
    let checkups = Checkups::embedded_text().replace("tag = \"Unit\"", "tag = \"Tani\"");
    let label = ROW.replace("ResultOfQualificationConfirmation", "DrugInf").replace("NewElement", "Yakuhin");
    let tables = [("medication.toml", medicines.as_str()), ("checkup.toml", &checkups)];
    let layouts = read(&tables).unwrap();
    let row = |layouts: &Layouts, parent, name| layouts.elements.row(Common, parent, name).cloned();
    assert_eq!(row(&layouts, "DrugInf", "Yakuhin").unwrap().provenance.source, "yours oqsdrug2");
    assert_eq!(row(&layouts, "HealthCheckupResultAndQuestionInfo", "Tani").unwrap().ja, "単位");
    assert_eq!(row(&layouts, "DrugInf", "DrugN"), None, "it does not exist any more");
    assert_eq!(row(&layouts, "HealthCheckupResultAndQuestionInfo", "Unit"), None);
    assert_eq!(row(&layouts, "ShDrugInf", "ShDrugN").unwrap().provenance.source, "oqsdrug2", "what stays is ours");
    let labelled = read(&[tables[0], tables[1], ("elements.toml", &label)]).unwrap();
    assert_eq!(row(&labelled, "DrugInf", "Yakuhin").unwrap().ja, "新");
    assert_eq!(row(&labelled, "DrugInf", "DrugN"), None);
    for (table, (name, text), tag) in
        [(Table::Medication, tables[0], "drug/name"), (Table::Checkup, tables[1], "element/unit")]
    {
        let found = differences(table, name, text).unwrap();
        assert_eq!(found.iter().map(|found| found.row.as_str()).collect::<Vec<_>>(), [tag]);
    }
}

#[test]
fn a_mistake_names_file_line_key_rule_and_nearest_name() {
    use crate::message::checkup::table::Table as Checkups;
    use crate::message::medication::table::Table as Medicines;
    let wrong = |name: &str, text: &str| read(&[(name, text)]).unwrap_err();
    let said = wrong("elements.toml", &ROW.replace("OQSCD001", "OQCD001"));
    assert!(said.contains("elements.toml:6: code: NewElement") && said.contains("`OQSCD001`"), "{said}");
    let said = wrong("elements.toml", &ROW.replace("occurs = \"0..1\"", "ocurs = \"0..1\""));
    assert!(said.contains("elements.toml:6: ocurs") && said.contains("`occurs`"), "{said}");
    let said = wrong("elements.toml", &ROW.replace("0..1", "0-1"));
    assert!(said.contains("0..1"), "{said}");
    let said = wrong("codes.toml", &CODES.replace("value = \"7\"", "value = \"0\""));
    assert!(said.contains("codes.toml:3: value") && said.contains("twice"), "{said}");
    let said = wrong("codes.toml", &CODES.replace("OQSCD001", "OQSCD045"));
    assert!(said.contains("codes.toml:3: id"), "{said}");
    let said = wrong("pmh.toml", &Layout::embedded_text().replace("tag = \"ValidFrom\"", "tag = \"ValidTo\""));
    assert!(said.contains("pmh.toml:") && said.contains("tag: ValidTo"), "{said}");
    let said = wrong("checkup.toml", &Checkups::embedded_text().replace("tag = \"Unit\"", "tag = \"Oid\""));
    assert!(said.contains("checkup.toml:") && said.contains("tag: Oid") && said.contains("twice"), "{said}");
    let said = wrong("medication.toml", &Medicines::embedded_text().replace("\"DrugN\"", "\"1x\""));
    assert!(said.contains("medication.toml:") && said.contains("tag: 1x"), "{said}");
    let said = wrong("medication.toml", &Medicines::embedded_text().replace("receipt = \"MeTrMonthInf\", ", ""));
    assert!(said.contains("a month needs its tag"), "{said}");
    let said = wrong("element.toml", ROW);
    assert!(said.contains("「elements.toml」"), "{said}");
    assert!(wrong("notes.txt", "").contains("layout export"));
}

#[test]
fn a_table_with_rows_of_yours_is_the_same_on_another_machine() {
    let yours = read(&[("elements.toml", ROW), ("codes.toml", CODES)]).unwrap();
    for elements in [Layouts::built_in().elements, yours.elements] {
        let sent = serde_json::to_string(&elements).unwrap();
        assert!(serde_json::from_str::<ElementTable>(&sent).unwrap() == elements);
    }
}

#[test]
fn a_table_in_another_encoding_is_named_with_its_first_line_that_is_not_utf8() {
    let folder = folder(&[("codes.toml", "")]);
    let bytes = crate::text::encode("# codes\n# 資格\n", crate::text::Encoding::ShiftJis).bytes;
    std::fs::write(folder.path().join("codes.toml"), bytes).unwrap();
    let error = Layouts::read(Some(folder.path())).unwrap_err();
    assert!(matches!(error, LayoutsError::NotUtf8 { line: 2, .. }), "{error}");
}

#[test]
fn a_difference_names_the_row_and_the_fields() {
    let of = |table, text: &str| {
        let found = differences(table, "x", text).unwrap();
        found
            .into_iter()
            .map(|d| (d.row, d.kind, d.fields.into_iter().map(|f| f.key).collect::<Vec<_>>()))
            .collect::<Vec<_>>()
    };
    let elements = of(Table::Elements, ROW);
    assert_eq!(elements.len(), 2);
    assert_eq!(elements[0].0, "ResultOfQualificationConfirmation/Name");
    assert_eq!((elements[1].0.as_str(), elements[1].1), ("ResultOfQualificationConfirmation/NewElement", Kind::Added));
    let codes = of(Table::Codes, CODES);
    let kinds: Vec<_> = codes.iter().map(|(row, kind, _)| (row.as_str(), *kind)).collect();
    assert_eq!(
        kinds,
        [
            ("OQSCD001", Kind::Changed),
            ("OQSCD001/0", Kind::Changed),
            ("OQSCD001/7", Kind::Added),
            ("OQSCD001/1", Kind::Removed)
        ]
    );
    let errors = of(Table::Errors, &Wording::built_in_text().replace("MDG-S0001E", "OQS9999E"));
    assert_eq!(errors, [("centre-error".to_owned(), Kind::Changed, vec!["code".to_owned()])]);
    let renamed = Layout::embedded_text().replace("tag = \"ValidFrom\"", "tag = \"Yuko\"");
    assert_eq!(
        of(Table::Pmh, &renamed),
        [("certificate/valid-from".to_owned(), Kind::Changed, vec!["tag".to_owned()])]
    );
}
