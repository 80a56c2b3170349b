//! 医療費助成: R1–R8 of the vendor briefing (spec/pmh.md §5.4), without folders.

use super::*;

/// 窓口　太郎 comes again, with these certificates.
fn again(mut counter: Counter, n: u32, certificates: Vec<SubsidyCertificate>) -> Counter {
    counter.visit(announcing(taro(), &request(n)));
    assert!(counter.subsidies(&request(n), certificates));
    counter
}

#[test]
fn r1_r2_the_announced_file_is_taken_and_its_items_are_imported_at_one_order() {
    let mut counter = known(Counter::new());
    counter.visit(announcing(taro(), &request(2)));
    assert_eq!(counter.fact("visit/2/subsidy"), "waiting");
    assert!(counter.subsidies(&request(2), vec![nanbyo()]));
    assert_eq!(
        (counter.fact("visit/2/subsidy"), counter.fact("visit/2/certificate/1/outcome")),
        ("came".into(), "new".into())
    );
    assert_eq!(counter.fact("patient/01234/expenses"), "0", "the staff imports");
    counter.order(json!({ "order": "import" })).unwrap();
    assert_eq!(counter.fact("patient/01234/expense/1/limit/0/amount-month"), "10000");
    assert_eq!(counter.fact("patient/01234/expense/1/valid-to"), "20270331");
    assert!(counter.order(json!({ "order": "import" })).is_err(), "there is nothing more");
}

/// All of 自己負担上限額 that the briefing names (spec/pmh.md §1.4), and a change of any.
#[test]
fn r2_r4_every_item_of_a_limit_is_taken_and_a_change_of_each_is_asked() {
    let full = CopaymentLimit {
        kind: "2".into(),
        definition: Some("定額".into()),
        ratio_day: Some(1),
        ratio_month: Some(2),
        ratio_visit: Some(3),
        amount_day: Some(4),
        amount_month: Some(5),
        amount_visit: Some(6),
        times_per_month: Some(7),
    };
    let of = |limit: &CopaymentLimit| SubsidyCertificate { limits: vec![limit.clone()], hash: None, ..nanbyo() };
    let stored = || {
        let mut counter = known(Counter::auto());
        counter.visit(announcing(taro(), &request(1)));
        assert!(counter.subsidies(&request(1), vec![of(&full)]));
        counter
    };
    let limit = "patient/01234/expense/1/limit/2";
    let measures =
        ["definition", "ratio-day", "ratio-month", "ratio-visit", "amount-day", "amount-month", "amount-visit"];
    let values = [measures.as_slice(), &["times-per-month"]].concat();
    let taken: Vec<_> = values.iter().map(|measure| stored().fact(&format!("{limit}/{measure}"))).collect();
    assert_eq!(taken, ["定額", "1", "2", "3", "4", "5", "6", "7"]);
    for (measure, other) in [
        ("definition", CopaymentLimit { definition: Some("定率".into()), ..full.clone() }),
        ("definition", CopaymentLimit { definition: None, ..full.clone() }),
        ("ratio-day", CopaymentLimit { ratio_day: Some(9), ..full.clone() }),
        ("ratio-month", CopaymentLimit { ratio_month: None, ..full.clone() }),
        ("ratio-visit", CopaymentLimit { ratio_visit: Some(9), ..full.clone() }),
        ("amount-day", CopaymentLimit { amount_day: Some(0), ..full.clone() }),
        ("amount-month", CopaymentLimit { amount_month: Some(9), ..full.clone() }),
        ("amount-visit", CopaymentLimit { amount_visit: None, ..full.clone() }),
        ("times-per-month", CopaymentLimit { times_per_month: Some(9), ..full.clone() }),
    ] {
        let counter = again(stored(), 2, vec![of(&other)]);
        assert_eq!(counter.fact("dialogue/fields"), format!("limit/2/{measure}"));
    }
}

#[test]
fn r3_face_items_are_a_table_of_three_levels() {
    let counter = subsidised(Counter::auto());
    assert_eq!(counter.fact("patient/01234/expense/1/face"), "受給者\t\n  氏名\t\n    漢字\t試験");
}

#[test]
fn r4_a_changed_certificate_is_shown_and_overwritten_only_where_the_staff_accepts() {
    let extended = SubsidyCertificate {
        valid_to: "20270930".into(),
        limits: vec![CopaymentLimit { kind: "0".into(), amount_month: Some(5_000), ..CopaymentLimit::default() }],
        hash: Some("hash-2".into()),
        ..nanbyo()
    };
    let mut counter = again(subsidised(Counter::auto()), 2, vec![extended.clone()]);
    assert_eq!(counter.fact("dialogue/kind"), "subsidy");
    assert_eq!(counter.fact("dialogue/fields"), "valid-to limit/0/amount-month");
    assert_eq!(counter.fact("patient/01234/expense/1/valid-to"), "20270331");
    counter
        .order(json!({ "order": "answer", "fields": { "valid-to": "accept", "limit/0/amount-month": "keep" } }))
        .unwrap();
    assert_eq!(counter.fact("patient/01234/expense/1/valid-to"), "20270930");
    assert_eq!(counter.fact("patient/01234/expense/1/limit/0/amount-month"), "10000");
    let counter = again(counter, 3, vec![extended]);
    assert_eq!(counter.fact("dialogues"), "0", "the same is not asked twice");
}

#[test]
fn r5_r6_a_failed_subsidy_is_an_error_of_either_name_and_the_reception_goes_on() {
    for name in [format!("{}.err", request(2)), request(2).replace(".xml", ".err")] {
        let mut counter = subsidised(Counter::auto());
        counter.visit(announcing(taro(), &request(2)));
        assert!(counter.arrives(FolderKind::Res, &name, Content::Err("MDG-P001".into(), "失敗".into())), "{name}");
        assert_eq!(
            (counter.fact("visit/2/subsidy"), counter.fact("visit/2/state")),
            ("error".into(), "accepted".into())
        );
        assert_eq!(counter.fact("visit/2/subsidy/error"), "MDG-P001 失敗");
        assert_eq!((counter.fact("alert/subsidy-failed"), counter.fact("dialogues")), ("1".into(), "0".into()));
        assert_eq!(counter.fact("patient/01234/expense/1/valid-to"), "20270331");
    }
}

#[test]
fn r6_none_is_no_error_and_ends_nothing_without_the_staff() {
    let mut counter = subsidised(Counter::auto());
    counter.visit(valid(vec![taro()]));
    assert_eq!((counter.fact("visit/2/subsidy"), counter.fact("errors")), ("none".into(), "0".into()));
    assert_eq!(
        (counter.fact("dialogue/kind"), counter.fact("dialogue/fields")),
        ("absence".into(), "expense/1".into())
    );
    assert!(counter.order(json!({ "order": "answer", "all": "accept" })).is_err(), "each has to be named");
    assert_eq!(counter.fact("patient/01234/expense/1/valid-to"), "20270331");
    counter.order(json!({ "order": "answer", "fields": { "expense/1": "accept" } })).unwrap();
    assert_eq!(counter.fact("patient/01234/expense/1/valid-to"), "20261120", "the day before");
    counter.visit(valid(vec![taro()]));
    assert_eq!(counter.fact("dialogues"), "0", "it does not hold any more");
}

#[test]
fn r7_the_same_hash_asks_nothing() {
    let spelt = SubsidyCertificate { certification_name: "まったく違う".into(), ..nanbyo() };
    for same in [nanbyo(), spelt] {
        let counter = again(subsidised(Counter::auto()), 2, vec![same]);
        assert_eq!(
            (counter.fact("dialogues"), counter.fact("visit/2/certificate/1/outcome")),
            ("0".into(), "unchanged".into())
        );
    }
}

#[test]
fn face_items_that_changed_are_shown_and_nobody_is_stopped() {
    let item = FaceItem { name: "備考".into(), value: Some("次回は窓口へ".into()), items: Vec::new() };
    let other = SubsidyCertificate { face_items: vec![item], hash: Some("hash-2".into()), ..nanbyo() };
    let counter = again(subsidised(Counter::auto()), 2, vec![other]);
    assert_eq!(counter.fact("dialogues"), "0");
    assert_eq!(counter.fact("patient/01234/expense/1/face"), "備考\t次回は窓口へ");
}

#[test]
fn r8_all_certificates_of_a_file_are_imported_and_stand_in_the_order_of_application() {
    let local = of_scheme("88139993", "こども医療", "h3");
    let mental = of_scheme("21139993", "精神通院", "h2");
    let counter = again(known(Counter::auto()), 2, vec![local, nanbyo(), mental]);
    let order = ["1", "2", "3"].map(|at| counter.fact(&format!("patient/01234/expense/{at}/payer-number")));
    assert_eq!(order, ["21139993", "54139993", "88139993"]);
}

#[test]
fn certificates_with_one_payer_number_are_told_apart() {
    let second = SubsidyCertificate {
        segment: Some("2".into()),
        recipient_number: Some("9999996".into()),
        ..of_scheme("54139993", "二枚め", "h2")
    };
    let counter = again(known(Counter::auto()), 2, vec![nanbyo(), second.clone()]);
    assert_eq!(counter.fact("patient/01234/expenses"), "2");
    let counter = again(counter, 3, vec![second, nanbyo()]);
    assert_eq!((counter.fact("dialogues"), counter.fact("patient/01234/expenses")), ("0".into(), "2".into()));
}

#[test]
fn of_two_certificates_the_missing_one_alone_is_asked_about() {
    let counter = again(known(Counter::auto()), 2, vec![nanbyo(), of_scheme("88139993", "こども医療", "h3")]);
    let counter = again(counter, 3, vec![nanbyo()]);
    assert_eq!(
        (counter.fact("dialogue/kind"), counter.fact("dialogue/fields")),
        ("absence".into(), "expense/2".into())
    );
}

#[test]
fn numbers_are_kept_as_they_are_and_a_wrong_check_digit_is_told() {
    let long = "ABC-123456789012345678901234XY";
    let local =
        SubsidyCertificate { recipient_number: Some(long.into()), ..of_scheme("87654321", "地方単独", "h") };
    let counter = again(known(Counter::auto()), 2, vec![local]);
    assert_eq!(counter.fact("patient/01234/expense/1/recipient-number"), long);
    assert_eq!(counter.fact("alert/check-digit/detail"), "87654321");
    let nameless = SubsidyCertificate { insurer_number: None, recipient_number: None, ..nanbyo() };
    let counter = again(known(Counter::auto()), 2, vec![nameless.clone()]);
    let counter = again(counter, 3, vec![nameless]);
    assert_eq!((counter.fact("patient/01234/expenses"), counter.fact("dialogues")), ("1".into(), "0".into()));
}

#[test]
fn a_subsidy_is_the_patients_who_announced_it_however_many_came_since() {
    let mut counter = known(Counter::auto());
    counter.visit(announcing(taro(), &request(2)));
    counter.visit(announcing(hanako(), &request(3)));
    counter.order(json!({ "order": "register" })).unwrap();
    assert!(counter.subsidies(&request(2), vec![nanbyo()]));
    assert_eq!(
        (counter.fact("patient/01234/expenses"), counter.fact("patient/05678/expenses")),
        ("1".into(), "0".into())
    );
}

#[test]
fn a_subsidy_that_nobody_announced_stays_where_it_is_until_somebody_does() {
    let mut counter = known(Counter::auto());
    assert!(!counter.subsidies(&request(2), vec![nanbyo()]));
    counter.visit(announcing(taro(), &request(2)));
    assert!(counter.subsidies(&request(2), vec![nanbyo()]));
    assert!(!counter.desk.wants(FolderKind::Res, &result_of(&request(2))), "and is taken once");
}

#[test]
fn a_subsidy_that_does_not_come_is_told_after_its_time_and_imported_when_it_comes() {
    let mut counter = known(Counter::auto());
    counter.visit(announcing(taro(), &request(2)));
    counter.wait(29);
    assert_eq!(counter.fact("visit/2/subsidy"), "waiting");
    counter.wait(1);
    assert_eq!((counter.fact("visit/2/subsidy"), counter.fact("alert/subsidy-late")), ("late".into(), "1".into()));
    assert_eq!(counter.fact("visit/2/state"), "accepted", "the reception does not wait");
    assert!(counter.subsidies(&request(2), vec![nanbyo()]));
    assert_eq!((counter.fact("visit/2/subsidy"), counter.fact("patient/01234/expenses")), ("came".into(), "1".into()));
}

#[test]
fn a_subsidy_that_comes_before_the_patient_is_known_waits_for_them() {
    let mut counter = Counter::auto();
    counter.visit(announcing(taro(), &request(1)));
    assert!(counter.subsidies(&request(1), vec![nanbyo()]));
    assert_eq!(counter.fact("visit/1/certificate/1/outcome"), "open");
    counter.order(json!({ "order": "register" })).unwrap();
    assert_eq!(counter.fact("patient/01234/expenses"), "1");
}

#[test]
fn zero_yen_is_a_limit_and_no_limit_is_none() {
    let free =
        CopaymentLimit { kind: "2".into(), amount_day: Some(0), times_per_month: Some(2), ..CopaymentLimit::default() };
    let counter = again(known(Counter::auto()), 2, vec![SubsidyCertificate { limits: vec![free], ..nanbyo() }]);
    assert_eq!(counter.fact("patient/01234/expense/1/limit/2/amount-day"), "0");
    assert_eq!(counter.fact("patient/01234/expense/1/limit/2/amount-month"), "");
}
