//! What a body may be, and what becomes of it.

use std::convert::Infallible;
use std::io::{self, Read};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::field::{Characters, Field, Item, Shape, day};
use super::{BODY_LIMIT, Fault, Form, Generation, Json, ReadError, Row, read};

fn v001() -> Value {
    json!({
        "myNumber": "123456789018",
        "lastName": "架空", "firstName": "花子", "lastNameKana": "カクウ", "firstNameKana": "ハナコ",
        "addressPref": "架空県", "addressCity": "試験町", "birthDate": "2013-01-01", "gender": "0",
        "medicalSubsidyRegistrationNumber": "16139990", "medicalSubsidyCertificationNumber": "0000018",
        "copaymentLimit": { "common": { "burdenRatio": 10, "amount": 5000, "perDayOrMonth": "2", "limitedNumberOfTimes": null } },
        "certificationStartDate": "2026-08-01", "certificationEndDate": "2027-07-31",
        "certificateAllItems": {
            "受給者証名称": "自立支援医療受給者証（育成医療）",
            "受診者": { "氏名": "架空　花子", "生年月日": "平成25年1月1日" },
            "有効期間": "令和8年8月1日から令和9年7月31日まで"
        }
    })
}

fn r6() -> Value {
    json!({
        "orgSpecificCertificateTypeId": "A01", "myNumber": "123456789018",
        "basicFiveInfo": { "name": "架空花子", "nameKana": "カクウハナコ", "address": "架空県", "dateOfBirth": "2013-01-01", "sex": "2" },
        "isNotDisclosed": false, "medicalSubsidyInsurerNumber": "88139993", "certificationName": "こども医療費受給者証",
        "medicalSubsidyRecipientNumber": "0000018", "certificationSubKey": "1", "segment": "甲", "incomeSegment": "一般",
        "additionalConditions": "01-1;02-3", "isAlwaysReimbursement": "0",
        "maxCopaymentAmount": { "hospitalization": { "amount": 0, "perDayOrMonth": "2" }, "outpatient": { "amount": 500, "perDayOrMonth": "1", "limitedNumberOfTimes": "2" },
            "isInOutCombined": true, "combinedKinds": ["1", "2"] },
        "validFrom": "2026-04-01", "validTo": "2027-03-31", "historyKey": "h-1", "isDeleted": false,
        "certificationDetail": [{ "区分": "甲" }, { "備考": { "一段": { "二段": "三段" } } }]
    })
}

fn v011() -> Value {
    let mut row = r6();
    let kept: Vec<&str> = super::tables::V011.iter().map(|field| field.name).collect();
    row.as_object_mut().unwrap().retain(|name, _| kept.contains(&name.as_str()));
    row
}

fn sample(generation: Generation) -> Value {
    match generation {
        Generation::V001 => v001(),
        Generation::V011 => v011(),
        Generation::R6 => r6(),
    }
}

type Told = Result<(Vec<Row>, Vec<Fault>), ReadError<Infallible>>;

fn read_text(generation: Generation, form: Form, text: &str) -> Told {
    let (mut rows, mut warnings) = (Vec::new(), Vec::new());
    read::<Infallible>(generation, form, text.as_bytes(), &mut |row, unusual| {
        rows.push(row);
        warnings.extend(unusual);
        Ok(())
    })?;
    Ok((rows, warnings))
}

fn read_rows(generation: Generation, rows: &[Value]) -> Told {
    read_text(generation, Form::Json, &serde_json::to_string(rows).unwrap())
}

fn faults(generation: Generation, rows: &[Value]) -> Vec<(Option<u64>, String, String)> {
    match read_rows(generation, rows) {
        Err(ReadError::Refused(refusal)) => {
            refusal.faults.into_iter().map(|f| (f.row, f.field.unwrap_or_default(), f.code)).collect()
        }
        other => panic!("not refused: {other:?}"),
    }
}

/// The row with one change, at a path.
fn changed(mut row: Value, path: &[&str], value: Value) -> Value {
    let mut at = &mut row;
    for name in path {
        at = &mut at[*name];
    }
    *at = value;
    row
}

#[test]
fn each_generation_becomes_the_same_kind_of_row() {
    for generation in Generation::ALL {
        let (rows, warnings) = read_rows(generation, &[sample(generation)]).unwrap();
        assert_eq!(warnings, [], "{generation:?}");
        let row = &rows[0];
        assert_eq!(row.my_number.reveal(), "123456789018");
        assert_eq!(row.certificate.recipient_number.as_deref(), Some("0000018"));
        assert_eq!(row.holder.birth_date, day("2013-01-01"));
        assert!(row.holder.name.as_deref().unwrap().starts_with("架空"));
        assert!(!row.certificate.limits.is_empty() && !row.certificate.face_items.is_empty());
    }
    let (rows, _) = read_rows(Generation::V001, &[v001()]).unwrap();
    insta::assert_snapshot!("v001_certificate", serde_json::to_string_pretty(&rows[0].certificate).unwrap());
    let (rows, _) = read_rows(Generation::R6, &[r6()]).unwrap();
    insta::assert_snapshot!("r6_certificate", serde_json::to_string_pretty(&rows[0].certificate).unwrap());
    assert_eq!((rows[0].history_key.as_deref(), rows[0].deleted), (Some("h-1"), false));
}

#[test]
fn face_items_keep_the_order_of_the_certificate() {
    let text = serde_json::to_string(&v001())
        .unwrap()
        .replace("\"certificateAllItems\":{", "\"certificateAllItems\":{\"ん\":\"1\",\"あ\":2,\"か\":true,");
    let (rows, _) = read_text(Generation::V001, Form::Json, &format!("[{text}]")).unwrap();
    let face: Vec<_> = rows[0].certificate.face_items.iter().map(|item| item.name.as_str()).take(3).collect();
    assert_eq!(face, ["ん", "あ", "か"]);
    assert_eq!(rows[0].certificate.face_items[1].value.as_deref(), Some("2"));
}

#[test]
fn every_required_field_is_missed_by_name() {
    fn missed(generation: Generation, fields: &[Field], path: &[&str], count: &mut usize) {
        for field in fields {
            let inner = [path, &[field.name]].concat();
            let at = inner.join(".");
            if field.required {
                let null = changed(sample(generation), &inner, Value::Null);
                assert_eq!(faults(generation, &[null]), [(Some(1), at.clone(), "MDG-J0003E".to_owned())]);
                *count += 1;
            }
            if let Shape::Group(fields) = field.shape {
                missed(generation, fields, &inner, count);
            }
        }
    }
    let mut count = 0;
    for generation in Generation::ALL {
        missed(generation, generation.fields(), &[], &mut count);
    }
    assert_eq!(count, 3 + 13 + 16, "the required fields of the three tables");
}

#[test]
fn a_value_that_breaks_its_form_is_refused_with_row_and_field() {
    let long = "あ".repeat(101);
    let cases: [(&[&str], Value, &str); 14] = [
        (&["myNumber"], json!("12345678901"), "MDG-J0006E"),
        (&["myNumber"], json!("１２３４５６７８９０１２"), "MDG-J0007E"),
        (&["myNumber"], json!(123456789018u64), "MDG-J0005E"),
        (&["orgSpecificCertificateTypeId"], json!("a_b"), "MDG-J0007E"),
        (&["orgSpecificCertificateTypeId"], json!("a".repeat(51)), "MDG-J0006E"),
        (&["certificationName"], json!(long), "MDG-J0006E"),
        (&["medicalSubsidyInsurerNumber"], json!("8813999"), "MDG-J0006E"),
        (&["medicalSubsidyRecipientNumber"], json!("1".repeat(31)), "MDG-J0006E"),
        (&["basicFiveInfo", "sex"], json!("4"), "MDG-J0008E"),
        (&["basicFiveInfo", "dateOfBirth"], json!("2013-02-29"), "MDG-J0009E"),
        (&["isNotDisclosed"], json!("false"), "MDG-J0005E"),
        (&["additionalConditions"], json!("01-1;;02"), "MDG-J0007E"),
        (&["maxCopaymentAmount", "outpatient", "amount"], json!(-1), "MDG-J0005E"),
        (&["certificationDetail"], json!([{ "a": { "b": { "c": { "d": 1 } } } }]), "MDG-J0010E"),
    ];
    for (path, value, code) in cases {
        let found = faults(Generation::R6, &[r6(), changed(r6(), path, value.clone())]);
        let (row, field, found_code) = &found[0];
        assert_eq!((*row, found_code.as_str()), (Some(2), code), "{path:?} {value}");
        assert!(field.starts_with(&path.join(".")), "{field}");
    }
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_right_one() {
    let mut row = r6();
    row["validForm"] = json!("2026-04-01");
    match read_rows(Generation::R6, &[row]) {
        Err(ReadError::Refused(refusal)) => {
            assert_eq!(refusal.faults[0].field.as_deref(), Some("validForm"));
            assert!(refusal.faults[0].message.contains("validFrom"), "{}", refusal.faults[0].message);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn jiritsu_shien_uses_common_only_and_common_excludes_the_others_attribute_by_attribute() {
    let other = |number: &str, limit: Value| {
        let row = changed(v001(), &["medicalSubsidyRegistrationNumber"], json!(number));
        changed(row, &["copaymentLimit"], limit)
    };
    let separate = json!({ "outpatient": { "amount": 500, "perDayOrMonth": "1" } });
    for law in ["15139991", "16139990", "21139993"] {
        let found = faults(Generation::V001, &[other(law, separate.clone())]);
        assert_eq!(found, [(Some(1), "copaymentLimit.outpatient".to_owned(), "MDG-J0012E".to_owned())], "{law}");
    }
    assert!(read_rows(Generation::V001, &[other("88139993", separate)]).is_ok());
    let mixed = json!({ "common": { "amount": 500 }, "pharmacy": { "amount": 0, "burdenRatio": 10 } });
    let found = faults(Generation::V001, &[other("88139993", mixed)]);
    assert_eq!(found, [(Some(1), "copaymentLimit.pharmacy.amount".to_owned(), "MDG-J0011E".to_owned())]);
    let apart = json!({ "common": { "amount": 500 }, "pharmacy": { "burdenRatio": 10 } });
    assert!(read_rows(Generation::V001, &[other("88139993", apart)]).is_ok());
}

#[test]
fn check_digits_and_reversed_periods_warn_and_are_kept() {
    let row = changed(v001(), &["myNumber"], json!("210987654321"));
    let row = changed(row, &["medicalSubsidyRegistrationNumber"], json!("87654321"));
    let row = changed(row, &["certificationEndDate"], json!("2026-07-31"));
    let (rows, warnings) = read_rows(Generation::V001, &[row]).unwrap();
    assert_eq!(rows.len(), 1);
    let fields: Vec<_> = warnings.iter().map(|w| w.field.as_deref().unwrap()).collect();
    assert_eq!(fields, ["myNumber", "medicalSubsidyRegistrationNumber", "certificationEndDate"]);
    assert!(warnings.iter().all(|w| !w.message.contains("210987654321") && w.row == Some(1)));
}

#[test]
fn what_is_no_array_of_objects_is_refused() {
    let cases = [
        ("", "MDG-J0001E"),
        ("{}", "MDG-J0002E"),
        ("\"x\"", "MDG-J0002E"),
        ("[1]", "MDG-J0002E"),
        ("[", "MDG-J0001E"),
        ("[]x", "MDG-J0001E"),
        ("[{\"a\":1,\"a\":2}]", "MDG-J0001E"),
    ];
    for (text, code) in cases {
        match read_text(Generation::V001, Form::Json, text) {
            Err(ReadError::Refused(refusal)) => assert_eq!(refusal.faults[0].code, code, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert!(read_text(Generation::V001, Form::Json, " [ ] ").unwrap().0.is_empty(), "an empty set is a set");
    let not_utf8 =
        read::<Infallible>(Generation::V001, Form::Json, &b"[{\"lastName\":\"\x89\xcb\"}]"[..], &mut |_, _| Ok(()));
    assert!(matches!(not_utf8, Err(ReadError::Refused(_))));
}

/// So many bytes of one text, never all in memory.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = into.len().min(usize::try_from(self.0).unwrap_or(usize::MAX));
        into[..count].fill(b'x');
        self.0 -= count as u64;
        Ok(count)
    }
}

#[test]
fn a_row_without_an_end_is_given_up_long_before_its_end() {
    let body = (&b"[{\"lastName\":\""[..]).chain(Endless(BODY_LIMIT * 2));
    match read::<Infallible>(Generation::V001, Form::Json, body, &mut |_, _| Ok(())) {
        Err(ReadError::TooBig(fault)) => assert_eq!((fault.code.as_str(), fault.row), ("MDG-J0013E", Some(1))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_line_that_breaks_is_told_from_a_body_that_is_wrong() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let body = (&b"[{"[..]).chain(Broken);
    let broken = read::<Infallible>(Generation::R6, Form::Json, body, &mut |_, _| Ok(()));
    assert!(matches!(broken, Err(ReadError::Interrupted(_))), "{broken:?}");
}

#[test]
fn a_hundred_faults_are_listed_and_all_are_counted() {
    let rows = vec![json!({}); 60];
    match read_rows(Generation::V001, &rows) {
        Err(ReadError::Refused(refusal)) => assert_eq!((refusal.faults.len(), refusal.count), (100, 180)),
        other => panic!("{other:?}"),
    }
}

fn csv_of(face: &[(&str, &str)], change: &[(&str, &str)]) -> String {
    let mut names = super::csv_form::headings();
    let row = v001();
    let cell = |path: &str| -> String {
        if let Some((_, value)) = change.iter().find(|(name, _)| *name == path) {
            return (*value).to_owned();
        }
        let found = path.split('.').fold(&row, |value, name| &value[name]);
        found.as_str().map_or_else(|| found.as_u64().map(|n| n.to_string()).unwrap_or_default(), str::to_owned)
    };
    let mut cells: Vec<String> = names.iter().map(|name| cell(name)).collect();
    names.extend(face.iter().map(|(name, _)| (*name).to_owned()));
    cells.extend(face.iter().map(|(_, value)| (*value).to_owned()));
    format!("\u{feff}{}\r\n{}\r\n", names.join(","), cells.join(","))
}

#[test]
fn the_csv_of_the_pilot_is_the_same_row() {
    let headings = super::csv_form::headings();
    assert_eq!(headings.len(), super::csv_form::FIXED_COLUMNS);
    assert_eq!((headings[0].as_str(), headings[13].as_str()), ("myNumber", "medicalSubsidyCertificationNumber"));
    assert!(headings[14..30].iter().all(|name| name.starts_with("copaymentLimit.")), "columns 15 to 30");
    let face = [
        ("受給者証名称", "自立支援医療受給者証（育成医療）"),
        ("受診者/氏名", "架空　花子"),
        ("受診者/生年月日", "平成25年1月1日"),
        ("有効期間", "令和8年8月1日から令和9年7月31日まで"),
    ];
    let (from_csv, _) = read_text(Generation::V001, Form::Csv, &csv_of(&face, &[])).unwrap();
    let (from_json, _) = read_rows(Generation::V001, &[v001()]).unwrap();
    assert_eq!(from_csv[0].certificate, from_json[0].certificate);
    assert_eq!(from_csv[0].holder, from_json[0].holder);
}

#[test]
fn csv_that_is_wrong_names_its_row_and_field() {
    let told = |text: &str| match read_text(Generation::V001, Form::Csv, text) {
        Err(ReadError::Refused(refusal)) => {
            (refusal.faults[0].code.clone(), refusal.faults[0].field.clone().unwrap_or_default())
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(told(&csv_of(&[], &[("gender", "9")])), ("MDG-J0008E".into(), "gender".into()));
    let amount = "copaymentLimit.common.amount";
    assert_eq!(told(&csv_of(&[], &[(amount, "many")])), ("MDG-J0005E".into(), amount.into()));
    assert_eq!(told(&csv_of(&[], &[]).replacen("lastName", "姓", 1)), ("MDG-J0014E".into(), "lastName".into()));
    assert_eq!(told(&format!("{},1\n", csv_of(&[], &[]).trim_end())).0, "MDG-J0001E");
}

#[test]
fn a_csv_line_that_is_too_short_names_its_row_and_the_first_column_that_it_leaves_out() {
    let text = csv_of(&[], &[]) + "123456789018,架空\r\n";
    let Err(ReadError::Refused(refusal)) = read_text(Generation::V001, Form::Csv, &text) else { panic!("{text}") };
    let fault = &refusal.faults[0];
    assert_eq!((fault.row, fault.field.as_deref(), fault.code.as_str()), (Some(2), Some("firstName"), "MDG-J0001E"));
}

/// Lengths of texts that were published (spec/pmh.md §2.2), by what the field says.
const PUBLISHED: [(Item, usize); 5] = [
    (Item::MyNumber, 12),
    (Item::TypeId, 50),
    (Item::InsurerNumber, 8),
    (Item::CertificationName, 100),
    (Item::RecipientNumber, 30),
];

#[test]
fn a_length_that_nobody_published_is_provisional() {
    fn look(fields: &[Field], schema: &Value) {
        for field in fields {
            let told = &schema["properties"][field.name];
            match field.shape {
                Shape::Text { most, .. } if PUBLISHED.contains(&(field.says, most)) => {
                    assert_eq!(told["x-provisional"], Value::Null, "{}", field.name);
                }
                Shape::Text { .. } => assert_eq!(told["x-provisional"], true, "{}", field.name),
                Shape::Group(inner) => look(inner, told),
                _ => {}
            }
        }
    }
    for generation in Generation::ALL {
        look(generation.fields(), &super::document::document(generation)["components"]["schemas"]["row"]);
    }
}

#[test]
fn what_a_field_says_is_said_by_no_other_field_of_its_row() {
    fn look(fields: &'static [Field], said: &mut Vec<Item>) {
        assert!(fields.len() <= super::tables::MOST_FIELDS, "{} fields", fields.len());
        for field in fields {
            match field.shape {
                Shape::Group(inner) => look(inner, said),
                // The parts of an address are one.
                _ if field.says == Item::Address => {}
                _ => {
                    assert!(!said.contains(&field.says), "{}: {:?}", field.name, field.says);
                    said.push(field.says);
                }
            }
        }
    }
    for generation in Generation::ALL {
        look(generation.fields(), &mut Vec::new());
    }
    assert_eq!(Generation::R6.place(Item::Amount("4")), "maxCopaymentAmount.homeNursing.amount");
    assert_eq!(Generation::V001.place(Item::HistoryKey), "");
}

#[test]
fn a_length_is_that_of_the_characters_whatever_bytes_they_have() {
    for (text, is_too_long) in
        [("架".repeat(30), false), ("架".repeat(31), true), ("𠮷".repeat(30), false), ("a".repeat(31), true)]
    {
        let row = changed(v001(), &["medicalSubsidyCertificationNumber"], text.clone().into());
        assert_eq!(read_rows(Generation::V001, &[row]).is_err(), is_too_long, "{text}");
    }
    for (text, is_too_short) in [("1-2", false), ("12", true), ("𠮷", true)] {
        let row = changed(r6(), &["additionalConditions"], text.into());
        let codes = read_rows(Generation::R6, &[row]).err().map(|error| format!("{error:?}").contains("MDG-J0006E"));
        assert_eq!(codes, is_too_short.then_some(true), "{text}");
    }
}

const ALL_CHARACTERS: [Characters; 6] = [
    Characters::Any,
    Characters::Digits,
    Characters::Alphanumeric,
    Characters::FullWidth,
    Characters::Kana,
    Characters::Conditions,
];

proptest! {
    #[test]
    fn what_the_documents_pattern_makes_is_admitted(
        texts in ALL_CHARACTERS.map(|c| proptest::string::string_regex(c.pattern().trim_matches(['^', '$'])).unwrap()),
    ) {
        for (characters, text) in ALL_CHARACTERS.iter().zip(texts) {
            prop_assert!(characters.admits(&text), "{characters:?} {text:?}");
        }
    }

    #[test]
    fn whatever_json_comes_is_read_without_falling(text in "\\PC{0,80}", value in arbitrary_json()) {
        let _ = read_text(Generation::R6, Form::Json, &text);
        let _ = read_text(Generation::V001, Form::Csv, &text);
        let mut row = r6();
        let names: Vec<String> = row.as_object().unwrap().keys().cloned().collect();
        for name in names {
            let before = row[&name].take();
            row[&name] = value.clone();
            let _ = read_rows(Generation::R6, std::slice::from_ref(&row));
            row[&name] = before;
        }
    }

    #[test]
    fn json_comes_back_as_it_was_written(value in arbitrary_json()) {
        let text = value.to_string();
        let read: Json<'_> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
}

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(".{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
