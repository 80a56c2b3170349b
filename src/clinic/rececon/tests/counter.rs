//! Who came, whose record it is, and the requests that follow from it.

use super::*;

#[test]
fn whoever_uses_the_reader_is_on_the_list_and_the_file_is_deleted() {
    let mut counter = Counter::new();
    counter.visit(valid(vec![taro()]));
    counter.visit(valid(vec![hanako()]));
    assert_eq!(counter.fact("visits"), "2");
    assert_eq!(counter.fact("visit/1/record/1/name"), "窓口　太郎");
    assert_eq!(counter.fact("visit/last/record/1/name"), "試験　花子");
    let deleted = counter.effects.iter().filter(|e| matches!(e, Effect::Delete { folder: FolderKind::Face, .. }));
    assert_eq!(deleted.count(), 2);
}

#[test]
fn a_patient_is_found_by_the_reference_number_with_its_zeros() {
    let mut counter = known(Counter::new());
    counter.visit(valid(vec![taro()]));
    assert_eq!(
        (counter.fact("visit/2/patient"), counter.fact("visit/2/by")),
        ("01234".into(), "reference-number".into())
    );
}

#[test]
fn a_reference_number_need_not_be_the_patient_number() {
    let mut counter = Counter::new();
    let patient = json!({ "name": "窓口　太郎", "birthdate": "19850412", "reference-number": "01234" });
    counter.order(json!({ "order": "patient", "number": "K-7", "values": patient })).unwrap();
    counter.visit(valid(vec![taro()]));
    assert_eq!(counter.fact("visit/1/patient"), "K-7");
}

#[test]
fn a_reference_number_of_somebody_with_another_birth_date_is_not_trusted() {
    let mut counter = known(Counter::new());
    counter.visit(valid(vec![QualificationRecord { reference_number: Some("01234".into()), ..hanako() }]));
    assert_eq!(counter.fact("visit/2/match"), "nobody");
    assert_eq!(counter.fact("alert/number-of-another/detail"), "01234");
}

#[test]
fn a_reference_number_that_several_share_is_left_to_the_staff() {
    let mut counter = Counter::new();
    for number in ["1", "2"] {
        let values = json!({ "name": "窓口　太郎", "birthdate": "19850412", "reference-number": "01234" });
        counter.order(json!({ "order": "patient", "number": number, "values": values })).unwrap();
    }
    counter.visit(valid(vec![taro()]));
    assert_eq!((counter.fact("visit/1/match"), counter.fact("visit/1/candidates")), ("several".into(), "1 2".into()));
    assert!(counter.order(json!({ "order": "accept" })).is_err(), "nobody can be accepted before");
    counter.order(json!({ "order": "link", "patient": "2" })).unwrap();
    assert_eq!((counter.fact("visit/1/patient"), counter.fact("visit/1/by")), ("2".into(), "staff".into()));
}

#[test]
fn without_a_reference_number_insurance_then_name_and_birth_date_find_the_patient() {
    let numberless = QualificationRecord { reference_number: None, ..taro() };
    let padded = QualificationRecord {
        insured_branch_number: None,
        insured_card_symbol: Some("９９０１０００１".into()),
        ..numberless.clone()
    };
    let moved = QualificationRecord { insurer_number: Some("06139992".into()), ..numberless };
    for (record, by) in [(padded, "insurance"), (moved, "name")] {
        let mut counter = known(Counter::new());
        counter.visit(valid(vec![record]));
        assert_eq!((counter.fact("visit/2/patient"), counter.fact("visit/2/by")), ("01234".into(), by.into()));
    }
}

#[test]
fn the_same_name_with_another_birth_date_is_another_person() {
    let mut counter = known(Counter::new());
    let other = QualificationRecord { name: "窓口　太郎".into(), name_kana: taro().name_kana, ..hanako() };
    counter.visit(valid(vec![other]));
    assert_eq!(counter.fact("visit/2/match"), "nobody");
}

#[test]
fn a_missing_reference_number_is_registered_once_and_noted_when_the_centre_says_so() {
    let mut counter = Counter::new();
    counter.visit(valid(vec![QualificationRecord { reference_number: None, ..taro() }]));
    assert_eq!(counter.writes(), 0, "nobody knows yet for whom");
    counter.order(json!({ "order": "register", "number": "777" })).unwrap();
    counter.visit(valid(vec![QualificationRecord { reference_number: None, ..taro() }]));
    assert_eq!(counter.writes(), 1, "one is under way");
    assert_eq!(counter.fact("patient/777/reference-number"), "", "not before it is answered");
    let (file, identifier) = counter.sent();
    assert!(file.starts_with("OQSsiimm01req_20261121"), "{file}");
    assert!(counter.arrives(FolderKind::Res, &file.replacen("req", "res", 1), registered(&identifier)));
    assert_eq!(counter.fact("patient/777/reference-number"), "777");
    assert_eq!(counter.fact("request/last/state"), "done");
}

#[test]
fn a_number_is_registered_only_when_it_is_settled_by_which_insurance() {
    let mut counter = known(Counter::new());
    let moved = QualificationRecord { reference_number: None, insurer_number: Some("06139992".into()), ..taro() };
    counter.visit(valid(vec![QualificationRecord { qualification_confirmation_key: Some("key-2".into()), ..moved }]));
    assert_eq!((counter.fact("dialogue/kind"), counter.writes()), ("person".into(), 0));
    counter.order(json!({ "order": "answer", "all": "accept" })).unwrap();
    assert_eq!(counter.writes(), 1);
}

#[test]
fn an_answer_of_another_identifier_is_left_where_it_is() {
    let mut counter = known(Counter::new());
    counter.order(json!({ "order": "register-number", "patient": "01234", "number": "A-1" })).unwrap();
    let (file, identifier) = counter.sent();
    counter.effects.clear();
    let answer = file.replacen("req", "res", 1);
    counter.arrives(FolderKind::Res, &answer, registered("somebody else's"));
    assert!(!counter.effects.iter().any(|effect| matches!(effect, Effect::Delete { .. })));
    assert_eq!(counter.fact("request/last/state"), "waiting");
    assert!(!counter.desk.wants(FolderKind::Res, "OQSsiimm01res_somebody.xml"));
    counter.arrives(FolderKind::Res, &answer, registered(&identifier));
    assert_eq!(counter.fact("patient/01234/reference-number"), "A-1");
}

#[test]
fn a_request_that_is_sent_back_fails_and_both_its_files_are_cleared_away() {
    let mut counter = known(Counter::new());
    counter.order(json!({ "order": "ask", "patient": "01234" })).unwrap();
    let (file, _) = counter.sent();
    let err = file.replace(".xml", ".err");
    assert!(counter.arrives(FolderKind::Res, &err, Content::Err("MDG-D003".into(), "日付".into())));
    assert!(counter.arrives(FolderKind::Res, &file, Content::Returned));
    assert_eq!(counter.fact("request/last/state"), "failed");
    assert_eq!((counter.fact("errors"), counter.fact("alert/request-refused")), ("1".into(), "1".into()));
}

#[test]
fn an_answer_that_does_not_come_is_told_once_and_taken_when_it_comes_late() {
    let mut counter = known(Counter::new());
    counter.order(json!({ "order": "register-number", "patient": "01234", "number": "A-1" })).unwrap();
    counter.wait(179);
    assert_eq!(counter.fact("request/last/state"), "waiting");
    counter.wait(1);
    counter.wait(60);
    assert_eq!((counter.fact("request/last/state"), counter.fact("alert/request-late")), ("late".into(), "1".into()));
    let (file, identifier) = counter.sent();
    counter.arrives(FolderKind::Res, &file.replacen("req", "res", 1), registered(&identifier));
    assert_eq!(counter.fact("request/last/state"), "done");
}

#[test]
fn nobody_found_is_an_answer_and_a_failed_centre_is_an_error() {
    let nobody = QualificationResult { qualification_validity: Some("4".into()), ..valid(Vec::new()) };
    let mut down = valid(Vec::new());
    down.header.segment_of_result = "9".into();
    down.header.error_code = Some("MDG-H001".into());
    for (mut answer, errors, alert) in [(nobody, "0", "alert/nobody-found"), (down, "1", "alert/request-failed")] {
        let mut counter = known(Counter::new());
        counter.order(json!({ "order": "ask", "patient": "01234" })).unwrap();
        let (file, identifier) = counter.sent();
        answer.header.arbitrary_file_identifier = Some(identifier);
        counter.arrives(FolderKind::Res, &file.replacen("req", "res", 1), Content::Qualification(answer));
        assert_eq!((counter.fact("errors").as_str(), counter.fact(alert).as_str()), (errors, "1"));
        assert_eq!(counter.fact("patient/01234/insured-number"), "101", "nothing was touched");
    }
}

#[test]
fn requests_have_names_and_identifiers_of_their_own() {
    let mut counter = known(Counter::new());
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        counter.order(json!({ "order": "ask", "patient": "01234" })).unwrap();
        let (file, identifier) = counter.sent();
        assert!(seen.insert(file) && seen.insert(identifier));
    }
}
