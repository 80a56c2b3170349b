//! The population and the requirements, without a hub.

use std::collections::BTreeSet;
use std::convert::Infallible;

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::difference::{Before, deleted};
use super::generation_of;
use super::population::{Plan, rows};
use super::requirements::{FUNCTIONS, Verdict, check};
use crate::message::subsidy::CopaymentLimit;
use crate::random::Seed;
use crate::wire::registration::{Form, Generation, Json, Row, read, write};

const TODAY: Date = date(2026, 11, 21);

fn plan(people: u64, seed: u64, prefecture: u8) -> Plan {
    Plan { people, seed: Seed(seed), today: TODAY, prefecture, known: Vec::new() }
}

fn body(generation: Generation, rows: impl Iterator<Item = Row>) -> Vec<u8> {
    let rows: Vec<Json<'static>> = rows.map(|row| write::row(generation, &row).into_owned()).collect();
    serde_json::to_vec(&rows).unwrap()
}

#[test]
fn a_population_has_the_people_it_was_asked_for_and_the_cases_that_hurt() {
    let all: Vec<Row> = rows(&plan(2_000, 1, 13)).collect();
    let people: BTreeSet<&str> = all.iter().map(|row| row.my_number.reveal()).collect();
    assert_eq!(people.len(), 2_000);
    let keys: BTreeSet<_> = all.iter().map(|row| row.history_key.clone()).collect();
    assert_eq!(keys.len(), all.len(), "each row has a historyKey of its own");
    let some = |what: &str, is: &dyn Fn(&Row) -> bool| assert!(all.iter().any(is), "nobody is there for {what}");
    some("●", &|row| row.holder.name.as_deref().unwrap().contains('●'));
    some("large kana", &|row| row.holder.kana.as_deref().unwrap().contains("シヨウ"));
    some("hyphens", &|row| row.holder.address.as_deref().unwrap().contains('－'));
    some("丁目", &|row| row.holder.address.as_deref().unwrap().contains("丁目"));
    some("sex 0", &|row| row.holder.sex.as_deref() == Some("0"));
    some("thirty characters", &|row| row.certificate.recipient_number.as_ref().is_some_and(|n| n.len() == 30));
    some("no 受給者番号", &|row| row.certificate.recipient_number.is_none());
    some("no 公費負担者番号", &|row| row.certificate.insurer_number.is_none());
    some("不開示", &|row| row.not_disclosed);
    some("a later day", &|row| row.certificate.valid_from.as_str() > "20261121");
    some("an ended one", &|row| row.certificate.valid_to.as_str() < "20261121");
    some("常に償還払い", &|row| row.certificate.always_reimbursement);
    some("合算対象の種別", &|row| !row.certificate.joint_kinds.is_empty());
    some("初診時の条件", &|row| row.certificate.first_visit.is_some());
    some("食事療養費", &|row| row.certificate.meal_ratio.is_some() && row.certificate.meal_subsidy == Some(true));
    for method in ["1", "2", "3"] {
        some("助成方法", &|row| row.certificate.method.as_deref() == Some(method));
    }
    for kind in ["0", "1", "2", "3", "4", "5", "6"] {
        some("種別", &|row| row.certificate.limits.iter().any(|limit| limit.kind == kind));
    }
    some("支給要件の確認方法", &|row| {
        row.certificate.face_items.iter().any(|item| item.name == "支給要件の確認方法")
    });
    for law in ["15", "16", "21", "52", "54", "88", "89", "81"] {
        some(law, &|row| row.certificate.insurer_number.as_ref().is_some_and(|n| n.starts_with(law)));
    }
}

#[test]
fn the_same_seed_makes_the_same_people_and_more_people_change_none_before_them() {
    let few = body(Generation::R6, rows(&plan(50, 3, 25)));
    assert_eq!(few, body(Generation::R6, rows(&plan(50, 3, 25))));
    assert_ne!(few, body(Generation::R6, rows(&plan(50, 4, 25))));
    let many = String::from_utf8(body(Generation::R6, rows(&plan(60, 3, 25)))).unwrap();
    let few = String::from_utf8(few).unwrap();
    assert!(many.starts_with(few.trim_end_matches(']')));
}

#[test]
fn every_generated_row_is_registered_in_every_generation_and_says_the_same() {
    for generation in Generation::ALL {
        let made: Vec<Row> = rows(&plan(300, 5, 13)).collect();
        let sent = body(generation, made.iter().cloned());
        assert_eq!(generation_of(&sent[..]).unwrap(), Some(generation));
        let mut made = made.into_iter();
        read::<Infallible>(generation, Form::Json, &sent[..], &mut |row, _| {
            let made = made.next().unwrap();
            assert_eq!(row.my_number, made.my_number);
            assert_eq!(row.holder, made.holder);
            // v0.0.1 ends with 薬局.
            let has_kind = |limit: &&CopaymentLimit| generation != Generation::V001 || limit.kind.as_str() <= "3";
            let expected: Vec<_> = made.certificate.limits.iter().filter(has_kind).cloned().collect();
            assert_eq!(row.certificate.limits, expected);
            assert_eq!(row.certificate.certification_name, made.certificate.certification_name);
            if generation == Generation::R6 {
                assert_eq!(row.certificate, made.certificate);
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{generation:?}: {error:?}"));
        assert!(made.next().is_none());
    }
}

#[test]
fn the_requirements_are_judged_by_function_and_rows() {
    let sent = body(Generation::V001, rows(&plan(500, 1, 13)));
    let checked = check(Generation::V001, Form::Json, &sent[..], TODAY).unwrap();
    assert!(checked.refusal.is_empty() && checked.warnings.count > 0);
    assert_eq!(checked.reports.len(), FUNCTIONS.len());
    assert!(checked.reports.iter().all(|report| report.rows > 0 && report.holds()));

    let with_sex = String::from_utf8(sent).unwrap().replace("\"gender\":\"0\"", "\"gender\":\"1\"");
    let checked = check(Generation::V001, Form::Json, with_sex.as_bytes(), TODAY).unwrap();
    let report = &checked.reports[0];
    let sex = report.looked.iter().find(|looked| looked.en == "sex is 0").unwrap();
    assert_eq!((sex.verdict, sex.count, report.holds()), (Verdict::Broken, report.rows, false));

    let sent = body(Generation::R6, rows(&plan(100, 1, 13)));
    let checked = check(Generation::R6, Form::Json, &sent[..], TODAY).unwrap();
    assert!(checked.reports.iter().all(|report| !report.holds()), "differences are not what the requirement asks for");
}

#[test]
fn a_row_that_is_refused_hides_nothing_of_the_rows_after_it() {
    let sent = String::from_utf8(body(Generation::V001, rows(&plan(500, 1, 13)))).unwrap();
    let whole = check(Generation::V001, Form::Json, sent.as_bytes(), TODAY).unwrap();
    let broken = sent.replacen('[', "[{},", 1).replace("\"gender\":\"0\"", "\"gender\":\"1\"");
    let checked = check(Generation::V001, Form::Json, broken.as_bytes(), TODAY).unwrap();
    assert_eq!((checked.rows, checked.refusal.faults[0].row), (whole.rows + 1, Some(1)));
    for (before, report) in whole.reports.iter().zip(&checked.reports) {
        let sex = report.looked.iter().find(|looked| looked.en == "sex is 0").unwrap();
        assert_eq!((report.rows, sex.verdict, sex.count), (before.rows, Verdict::Broken, before.rows));
    }
}

#[test]
fn a_row_that_has_ended_is_told_of_with_its_place() {
    let sent = body(Generation::R6, rows(&plan(200, 1, 13)));
    let told = |today| check(Generation::R6, Form::Json, &sent[..], today).unwrap().warnings;
    let ended = |today| told(today).faults.into_iter().find(|fault| fault.code == "MDG-J0105W");
    let fault = ended(date(2100, 1, 1)).unwrap();
    assert_eq!((fault.row, fault.field.as_deref()), (Some(1), Some("validTo")));
    assert_eq!(ended(date(2000, 1, 1)), None);
}

#[test]
fn another_order_of_names_is_no_change_and_another_order_on_the_face_is_one() {
    fn row(text: &str) -> Json<'_> {
        serde_json::from_str(text).unwrap()
    }
    let yesterday = br#"[{"historyKey":"k","a":{"b":1,"c":2},"certificationDetail":[{"x":1,"y":2}]}]"#;
    let same = row(r#"{"certificationDetail":[{"x":1,"y":2}],"a":{"c":2,"b":1},"historyKey":"k"}"#);
    let other = row(r#"{"historyKey":"k","a":{"b":1,"c":2},"certificationDetail":[{"y":2,"x":1}]}"#);
    assert!(!Before::read(&yesterday[..]).unwrap().changes(&same));
    assert!(Before::read(&yesterday[..]).unwrap().changes(&other));
}

proptest! {
    #[test]
    fn a_difference_applied_to_yesterday_is_today(
        before in proptest::collection::btree_map("[a-e]", 0u8..3, 0..5),
        after in proptest::collection::btree_map("[a-e]", 0u8..3, 0..5),
    ) {
        fn row(key: &str, value: u8) -> Json<'_> {
            Json::object([("historyKey", Json::text(key)), ("segment", Json::text(value.to_string())), ("isDeleted", Json::Bool(false))])
        }
        fn list(rows: &std::collections::BTreeMap<String, u8>) -> Vec<Json<'_>> {
            rows.iter().map(|(k, v)| row(k, *v)).collect()
        }
        let yesterday = serde_json::to_vec(&list(&before)).unwrap();
        let mut known = Before::read(&yesterday[..]).unwrap();
        let mut applied = before.clone();
        for (key, value) in &after {
            if known.changes(&row(key, *value)) {
                prop_assert_ne!(before.get(key), Some(value), "what did not change is not sent");
                applied.insert(key.clone(), *value);
            }
        }
        for (key, value) in &before {
            let old = row(key, *value);
            if known.is_gone(&old) {
                let gone = deleted(&old);
                prop_assert_eq!(gone.get("isDeleted"), Some(&Json::Bool(true)));
                applied.remove(key);
            }
        }
        prop_assert_eq!(applied, after);
    }
}
