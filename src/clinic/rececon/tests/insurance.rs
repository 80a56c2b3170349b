//! What differs between a result and the book, when the staff is asked, and when not.

use super::*;

/// A second visit of 窓口　太郎 whose record differs, at a desk that knows him.
fn again(change: impl FnOnce(&mut QualificationRecord)) -> Counter {
    again_at(known(Counter::auto()), change)
}

fn again_at(mut counter: Counter, change: impl FnOnce(&mut QualificationRecord)) -> Counter {
    let mut record = taro();
    change(&mut record);
    counter.visit(valid(vec![record]));
    counter
}

#[test]
fn a_known_patient_with_nothing_new_is_accepted_and_nobody_is_asked() {
    let counter = again(|_| {});
    assert_eq!((counter.fact("visit/2/state"), counter.fact("dialogues")), ("accepted".into(), "0".into()));
    assert_eq!(counter.fact("alerts"), "0");
}

#[test]
fn without_auto_the_staff_accepts() {
    let mut counter = again_at(known(Counter::new()), |_| {});
    assert_eq!(counter.fact("visit/2/state"), "waiting");
    counter.order(json!({ "order": "accept", "visit": "2" })).unwrap();
    assert_eq!(counter.fact("patient/01234/accepted"), "1");
    assert!(counter.order(json!({ "order": "accept" })).is_err(), "once is enough");
}

#[test]
fn the_same_key_says_that_nothing_changed_however_it_is_spelt() {
    let counter = again(|record| {
        record.name = "窓口　太●".into();
        record.address = Some("まったく違う表記".into());
    });
    assert_eq!((counter.fact("dialogues"), counter.fact("patient/01234/name")), ("0".into(), "窓口　太郎".into()));
}

#[test]
fn without_a_key_small_kana_replacements_notations_and_paddings_are_no_change() {
    let counter = again(|record| {
        record.qualification_confirmation_key = None;
        record.name = "窓口 ●郎".into();
        record.name_kana = Some("ﾏﾄﾞｸﾞﾁ ﾀﾛｳ".into());
        record.address = Some("架空県見本市窓口町一丁目2-3".into());
        record.insurer_number = Some("1139997".into());
        record.sex1 = "3".into();
    });
    assert_eq!(counter.fact("dialogue/fields"), "");
    assert_eq!(
        (counter.fact("patient/01234/name"), counter.fact("patient/01234/sex")),
        ("窓口　太郎".into(), "1".into())
    );
}

#[test]
fn another_insurance_is_shown_side_by_side_and_nothing_is_overwritten_before_the_staff_says_so() {
    let mut counter = again(|record| {
        record.insurer_number = Some("06139992".into());
        record.insured_identification_number = Some("202".into());
        record.qualification_confirmation_key = Some("key-2".into());
    });
    assert_eq!(counter.fact("dialogue/kind"), "person");
    assert_eq!(counter.fact("dialogue/fields"), "insurer-number insured-number");
    assert_eq!(counter.fact("dialogue/stored/insured-number"), "101");
    assert_eq!(counter.fact("dialogue/incoming/insured-number"), "202");
    assert_eq!(counter.fact("patient/01234/insured-number"), "101");
    let fields = json!({ "insurer-number": "accept" });
    counter.order(json!({ "order": "answer", "fields": fields })).unwrap();
    assert_eq!(counter.fact("patient/01234/insurer-number"), "06139992");
    assert_eq!(counter.fact("patient/01234/insured-number"), "101", "what is not named is kept");
    assert_eq!(counter.fact("dialogues"), "0");
    let counter = again_at(counter, |record| record.qualification_confirmation_key = Some("key-2".into()));
    assert_eq!(counter.fact("dialogues"), "0", "what was decided on is not asked again");
}

#[test]
fn an_answer_to_what_was_not_asked_is_refused_and_changes_nothing() {
    let mut counter = again(|record| {
        record.insured_identification_number = Some("202".into());
        record.qualification_confirmation_key = None;
    });
    for odd in [json!({}), json!({ "fields": { "sex": "accept" } }), json!({ "dialogue": 9, "all": "accept" })] {
        let mut order = odd;
        order["order"] = "answer".into();
        assert!(counter.order(order).is_err());
    }
    assert_eq!((counter.fact("dialogues"), counter.fact("patient/01234/insured-number")), ("1".into(), "101".into()));
}

#[test]
fn what_a_result_does_not_say_is_not_cleared() {
    let counter = again(|record| {
        (record.address, record.insured_branch_number) = (None, None);
        record.qualification_confirmation_key = None;
    });
    assert_eq!(counter.fact("dialogues"), "0");
    assert!(counter.fact("patient/01234/address").contains("窓口町"));
}

#[test]
fn a_qualification_that_is_not_valid_is_told_and_not_accepted_by_itself() {
    let mut counter = known(Counter::auto());
    counter.visit(QualificationResult { qualification_validity: Some("2".into()), ..valid(vec![taro()]) });
    assert_eq!(
        (counter.fact("visit/2/state"), counter.fact("alert/qualification-invalid")),
        ("waiting".into(), "1".into())
    );
    assert_eq!(counter.fact("errors"), "0");
}

#[test]
fn a_visit_that_the_centre_could_not_answer_is_an_error_and_touches_nobody() {
    let mut counter = known(Counter::auto());
    let mut down = valid(Vec::new());
    (down.header.segment_of_result, down.header.error_code) = ("9".into(), Some("MDG-H001".into()));
    counter.visit(down);
    assert_eq!((counter.fact("visit/2/match"), counter.fact("errors")), ("nobody".into(), "1".into()));
    assert!(counter.fact("errors/last").contains("MDG-H001"));
}

#[test]
fn a_second_record_is_not_lost_and_medical_aid_is_a_public_expense() {
    let aid = QualificationRecord {
        insured_card_classification: "A1".into(),
        insurer_number: Some("12130015".into()),
        insured_identification_number: Some("0000018".into()),
        ..taro()
    };
    let mut counter = known(Counter::auto());
    counter.visit(valid(vec![taro(), aid]));
    assert_eq!(counter.fact("visit/2/records"), "2");
    assert_eq!(counter.fact("patient/01234/expense/1/payer-number"), "12130015");
    assert_eq!(counter.fact("patient/01234/insurer-number"), "01139997", "the insurance stays one");
    counter.visit(valid(vec![taro()]));
    assert_eq!(counter.fact("dialogues"), "0", "PMH says nothing about it");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_stays_where_it_is() {
    let mut counter = Counter::new();
    let (folder, name) = (FolderKind::Face, "OQSsiquc01res_face_1_20261121093000.xml".to_owned());
    counter.step(Event::Arrived(Box::new(Arrival { folder, name, content: Err("half".into()) }))).unwrap();
    assert_eq!((counter.fact("visits"), counter.fact("alert/unreadable")), ("0".into(), "1".into()));
    assert!(!counter.effects.iter().any(|effect| matches!(effect, Effect::Delete { .. })));
    counter.order(json!({ "order": "dismiss" })).unwrap();
    assert_eq!((counter.fact("alerts"), counter.fact("errors")), ("0".into(), "1".into()));
}
