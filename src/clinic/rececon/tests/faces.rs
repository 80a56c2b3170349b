//! What the faces of the desk show: the list, what may be done, the book, the 公費 in their order.

use serde_json::json;

use super::*;
use crate::clinic::rececon::view::{self, MOST_FOUND, View};

/// How the last visit stands, and how it came to that.
type World = (&'static str, fn() -> Counter);

fn worlds() -> Vec<World> {
    fn came() -> Counter {
        let mut counter = Counter::new();
        counter.visit(announcing(taro(), &request(1)));
        counter.order(json!({ "order": "register" })).unwrap();
        assert!(counter.subsidies(&request(1), vec![nanbyo()]));
        counter
    }
    vec![
        ("nobody knows them", || {
            let mut counter = Counter::new();
            counter.order(json!({ "order": "patient", "number": "77" })).unwrap();
            counter.visit(valid(vec![taro()]));
            counter
        }),
        ("not valid and not known", || {
            let mut counter = Counter::new();
            counter.order(json!({ "order": "patient", "number": "77" })).unwrap();
            counter.visit(QualificationResult { qualification_validity: Some("3".into()), ..valid(vec![taro()]) });
            counter
        }),
        ("known", || known(Counter::new())),
        ("accepted", || {
            let mut counter = known(Counter::new());
            counter.order(json!({ "order": "accept" })).unwrap();
            counter
        }),
        ("with a new certificate", came),
        ("with all imported", || {
            let mut counter = came();
            counter.order(json!({ "order": "import" })).unwrap();
            counter
        }),
    ]
}

#[test]
fn what_a_visit_is_said_to_allow_is_what_the_desk_does_not_refuse() {
    for (name, world) in worlds() {
        let may = View::of(&world().desk).visits.pop().unwrap().may;
        for order in ["accept", "register", "link", "import"] {
            let mut counter = world();
            let mut asked = json!({ "order": order });
            if order == "link" {
                let patient = counter.desk.book.patients[0].number.clone();
                asked["patient"] = json!(patient);
            }
            let done = counter.order(asked);
            assert_eq!(may.contains(&order), done.is_ok(), "{name}: {order}: {done:?}");
        }
    }
}

#[test]
fn an_error_of_the_subsidy_is_shown_as_one_and_absence_is_not() {
    let mut counter = known(Counter::new());
    counter.visit(announcing(taro(), &request(1)));
    let err = Content::Err("PMH_E009".into(), "応答がありません".into());
    assert!(counter.arrives(FolderKind::Res, &format!("{}.err", request(1)), err));
    let view = View::of(&counter.desk);
    let shown = |at: usize| (view.visits[at].subsidy.words.ja.as_str(), view.visits[at].subsidy_error.as_deref());
    assert_eq!(shown(0), ("なし", None));
    assert_eq!(shown(1), ("取得エラー", Some("PMH_E009 応答がありません")));
    assert!(view.alerts.iter().any(|alert| alert.error && alert.visit == Some(2)));
}

#[test]
fn a_patients_sheet_has_the_expenses_in_the_order_of_application_and_face_items_to_three_levels() {
    let mut counter = Counter::auto();
    counter.visit(announcing(taro(), &request(1)));
    counter.order(json!({ "order": "register" })).unwrap();
    let local = of_scheme("80139992", "こども医療費受給者証", "hash-l");
    assert!(counter.subsidies(&request(1), vec![local, nanbyo()]));
    let sheet = view::patient(&counter.desk, "01234").unwrap();
    let payer =
        |at: usize| sheet.expenses[at].items.iter().find(|item| item.field == "payer-number").unwrap().value.clone();
    assert_eq!([payer(0), payer(1)], ["54139993", "80139992"]);
    let levels: Vec<_> =
        sheet.expenses[0].face.iter().map(|row| (row.level, row.name.as_str(), row.value.as_deref())).collect();
    assert_eq!(levels, [(0, "受給者", None), (1, "氏名", None), (2, "漢字", Some("試験"))]);
}

#[test]
fn a_search_shows_the_first_of_very_many_and_says_how_many_there_are() {
    let mut counter = Counter::new();
    for number in 0..MOST_FOUND + 7 {
        let values = json!({ "name": "窓口　太郎" });
        counter.order(json!({ "order": "patient", "number": format!("P{number}"), "values": values })).unwrap();
    }
    let found = view::find(&counter.desk, "太郎");
    assert_eq!((found.patients.len(), found.all), (MOST_FOUND, MOST_FOUND + 7));
}
