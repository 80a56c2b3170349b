//! Which answer fits, and which goes first.

use jiff::civil::datetime;

use super::*;

fn rule(text: &str) -> Rule {
    Rule::of_match(text).unwrap_or_else(|mistake| panic!("{text}: {mistake}"))
}

fn asked(what: &str) -> Asked {
    Asked {
        what: What::parse(what).unwrap(),
        persons: vec!["r1-000001".into(), "taro".into()],
        named: vec![Named {
            insurer: Some("  130012".into()),
            symbol: Some("東京−１２".into()),
            number: Some("００123".into()),
            reference_number: Some("00042".into()),
            branch: Some("01".into()),
            birthdate: Some("19850412".into()),
        }],
        time: datetime(2026, 11, 21, 9, 30, 0, 0),
    }
}

fn fits(text: &str, what: &str) -> Option<Weight> {
    let rule = rule(text);
    let own = What::parse(rule.interface.as_deref().unwrap_or("face")).unwrap();
    weigh(&rule, &own, &asked(what), rule.next)
}

#[test]
fn an_answer_fits_by_interface_person_numbers_and_time() {
    for (text, what, fit) in [
        ("OQSsiquc01", "OQSsiquc01", true),
        ("OQSsiquc01req", "oqssiquc01", true),
        ("OQSsiquc01", "OQSsiimm01", false),
        ("OQSsihvq", "OQSsihvq01", true),
        ("OQSsihvq01", "OQSsihvq01", true),
        ("OQSsihvq", "OQSsihvd01", false),
        ("EPS", "EPSsiabc01", true),
        ("face", "face", true),
        ("face", "pmh", false),
        ("pmh", "OQSsiquc01", false),
        ("face,taro", "face", true),
        ("person=taro,interface=face", "face", true),
        ("face,hanako", "face", false),
        ("OQSsiquc01,insurer=130012,symbol=東京-12,number=123", "OQSsiquc01", true),
        ("OQSsiquc01,number=0123", "OQSsiquc01", true),
        ("OQSsiquc01,number=124", "OQSsiquc01", false),
        ("OQSsiquc01,number=123,branch=1", "OQSsiquc01", true),
        ("OQSsiquc01,number=123,branch=02", "OQSsiquc01", false),
        ("OQSsiquc01,insurer=130013,number=123", "OQSsiquc01", false),
        ("OQSsiquc01,reference_number=42", "OQSsiquc01", true),
        ("OQSsiquc01,reference_number=43", "OQSsiquc01", false),
        ("OQSsiquc01,from=20261121", "OQSsiquc01", true),
        ("OQSsiquc01,from=20261122", "OQSsiquc01", false),
        ("OQSsiquc01,to=20261121", "OQSsiquc01", true),
        ("OQSsiquc01,to=20261120", "OQSsiquc01", false),
        ("OQSsiquc01,from=20261121093000,to=20261121093000", "OQSsiquc01", true),
        ("OQSsiquc01,from=20261121093001", "OQSsiquc01", false),
        ("OQSsiquc01,to=20261121092959", "OQSsiquc01", false),
        ("OQSsiquc01,next=1", "OQSsiquc01", true),
    ] {
        assert_eq!(fits(text, what).is_some(), fit, "{text} for {what}");
    }
}

#[test]
fn what_has_answered_its_last_time_fits_no_more() {
    let rule = rule("face,next=2");
    assert!(weigh(&rule, &What::Face, &asked("face"), Some(1)).is_some());
    assert_eq!(weigh(&rule, &What::Face, &asked("face"), Some(0)), None);
}

#[test]
fn numbers_go_before_person_before_insurer_and_a_moment_before_a_span_and_an_interface_before_its_family() {
    let order = [
        "OQSsihvq01,number=123,next=1",
        "OQSsihvq01,number=123,from=20261101",
        "OQSsihvq,number=123,to=20261130",
        "OQSsihvq01,reference_number=42",
        "OQSsihvq01,taro,next=1",
        "OQSsihvq01,taro",
        "OQSsihvq01,insurer=130012",
        "OQSsihvq01,next=9",
        "OQSsihvq01,to=20261130",
        "OQSsihvq01",
        "OQSsihvq",
    ];
    let weights: Vec<Weight> = order.iter().map(|text| fits(text, "OQSsihvq01").expect(text)).collect();
    assert!(weights.windows(2).all(|pair| pair[0] > pair[1]), "{weights:?}");
}

#[test]
fn a_match_that_means_nothing_is_refused_with_the_nearest_right_name() {
    for (text, key, near) in [
        ("interface=OQSsiquc1", "interface", "OQSsiquc01"),
        ("interface=fase", "interface", "face"),
        ("OQSsiquc01,nunber=1", "nunber", "number"),
        ("face,from=2026-11-21", "from", "YYYYMMDD"),
        ("face,to=20261340", "to", "YYYYMMDD"),
        ("face,rewrite=times", "rewrite", "body"),
        ("face,next=often", "", ""),
    ] {
        let mistake = Rule::of_match(text).expect_err(text);
        assert_eq!(mistake.key.as_deref().unwrap_or_default(), key, "{text}: {mistake}");
        assert!(mistake.to_string().contains(near), "{text}: {mistake}");
    }
}

#[test]
fn a_match_is_written_as_it_is_read() {
    for text in ["interface=face,person=taro,next=3", "interface=EPS,insurer=130012,symbol=東京,number=1,to=20261121"]
    {
        assert_eq!(rule(text).to_string(), text);
    }
}

#[test]
fn results_and_names_that_nobody_sends_are_no_interfaces() {
    for text in ["OQSsiquc01res", "", "OQS", "OQSxxabc01", "taro"] {
        assert_eq!(What::parse(text), None, "{text}");
    }
    assert!(What::words().contains(&"OQSsihvq") && What::words().contains(&"OQSmuquc02"));
}
