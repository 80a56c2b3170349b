//! The tables of the room, its eyes and its book.

use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::clinic::rececon::book::{Expense, Patient};
use crate::clinic::rececon::event::AlertKind;
use crate::clinic::rececon::field::{EXPENSE, PERSON};
use crate::clinic::rececon::orders::{ORDERS, Order};
use crate::clinic::rececon::store;
use crate::clinic::rececon::watch::Eyes;

/// Whether a path is one of a row: `{field}` and `{…}` take the rest.
fn is_of(row: &str, path: &str) -> bool {
    let (mut pattern, mut parts) = (row.split('/'), path.split('/'));
    loop {
        match (pattern.next(), parts.next()) {
            (None, None) => return true,
            (Some("{field}" | "{…}"), Some(_)) => return true,
            (Some(part), Some(_)) if part.starts_with('{') => {}
            (Some(word), Some(part)) if word == part => {}
            _ => return false,
        }
    }
}

/// A desk at which everything is said at once.
fn full() -> BTreeSet<String> {
    let mut counter = subsidised(Counter::new());
    let mut said: BTreeSet<String> = facts::all(&counter.desk).into_keys().collect();
    counter
        .visit(QualificationResult { prescription_issue_select: Some("1".into()), ..announcing(taro(), &request(2)) });
    counter.arrives(FolderKind::Res, &format!("{}.err", request(2)), Content::Err("MDG-P001".into(), "x".into()));
    counter.visit(valid(vec![QualificationRecord {
        insured_identification_number: Some("2".into()),
        qualification_confirmation_key: None,
        ..taro()
    }]));
    counter.order(json!({ "order": "ask", "patient": "01234" })).unwrap();
    said.extend(facts::all(&counter.desk).into_keys());
    for number in ["1", "2"] {
        let values = json!({ "name": "試験　花子", "birthdate": "19900903", "reference-number": "05678" });
        counter.order(json!({ "order": "patient", "number": number, "values": values })).unwrap();
    }
    counter.visit(valid(vec![hanako()]));
    said.extend(facts::all(&counter.desk).into_keys());
    said
}

#[test]
fn every_fact_has_a_row_and_every_row_a_fact() {
    let facts = full();
    let odd: Vec<_> = facts.iter().filter(|path| !facts::TABLE.iter().any(|(row, ..)| is_of(row, path))).collect();
    assert!(odd.is_empty(), "no row has these: {odd:?}");
    let empty: Vec<_> = facts::TABLE.iter().filter(|(row, ..)| !facts.iter().any(|path| is_of(row, path))).collect();
    assert!(empty.is_empty(), "nothing is said of these: {empty:?}");
}

#[test]
fn tables_have_every_name_once_and_every_order_can_be_read() {
    let once = |names: Vec<&str>| assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    once(PERSON.iter().map(|field| field.name).collect());
    once(EXPENSE.iter().map(|field| field.name).collect());
    once(AlertKind::ALL.iter().map(|kind| kind.words().0).collect());
    once(facts::TABLE.iter().map(|(path, ..)| *path).collect());
    for (name, ..) in ORDERS {
        let order = json!({ "order": name, "patient": "1", "number": "1" });
        let refused = serde_json::from_value::<Order>(order).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(!refused.contains("unknown variant"), "{refused}");
    }
    assert!(
        serde_json::from_value::<Order>(json!({ "order": "accept", "vist": 1 })).is_err(),
        "an unknown key is a mistake"
    );
}

#[test]
fn a_half_written_file_is_waited_for_unless_that_is_the_mistake() {
    let dir = tempfile::tempdir().unwrap();
    let (half, whole) = ("<XmlMsg><MessageHeader>", "<XmlMsg><MessageHeader></MessageHeader></XmlMsg>");
    let ms = Duration::from_millis;
    for (at_create, first, then) in [(false, 0, 1), (true, 1, 1)] {
        let mut eyes = Eyes::new(FolderKind::Face, dir.path(), at_create);
        let mut look = |at| eyes.look(ms(at), |name| name == "a.xml").unwrap().0.len();
        fs::write(dir.path().join("a.xml"), half).unwrap();
        assert_eq!(look(0) + look(30), first, "{at_create}");
        fs::write(dir.path().join("a.xml"), whole).unwrap();
        let seen = look(60) + look(100) + look(140);
        assert_eq!(first + seen, then, "{at_create}");
        fs::remove_file(dir.path().join("a.xml")).unwrap();
    }
}

#[test]
fn a_file_is_read_once_while_it_lies_there_and_again_when_its_content_is_new() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xml");
    let mut eyes = Eyes::new(FolderKind::Res, dir.path(), false);
    let mut at = 0;
    let mut looks = |eyes: &mut Eyes| {
        (0..4)
            .map(|_| {
                at += 40;
                eyes.look(Duration::from_millis(at), |_| true).unwrap().0.len()
            })
            .sum::<usize>()
    };
    fs::write(&path, "<XmlMsg>1</XmlMsg>").unwrap();
    assert_eq!(looks(&mut eyes), 1, "once, however often it is looked at");
    fs::write(&path, "<XmlMsg>2</XmlMsg>").unwrap();
    assert_eq!(looks(&mut eyes), 1, "the same name with new content");
    eyes.delete("a.xml");
    assert!(!path.exists());
    fs::write(&path, "<XmlMsg>4</XmlMsg>").unwrap();
    assert_eq!(looks(&mut eyes), 1, "it was deleted: this is another one");
    fs::write(&path, "<XmlMsg>3</XmlMsg>").unwrap();
    eyes.delete("a.xml");
    assert!(path.exists(), "what was not read yet is not deleted");
}

#[test]
fn a_file_that_comes_a_second_time_after_it_was_fetched_is_known_as_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xml");
    let mut eyes = Eyes::new(FolderKind::Face, dir.path(), false);
    let mut comes = |text: &str, at: u64, is_wanted: bool| -> Vec<bool> {
        fs::write(&path, text).unwrap();
        let looks = [at, at + 1, at + 2].map(|at| eyes.look(Duration::from_secs(at), |_| is_wanted).unwrap().0);
        eyes.delete("a.xml");
        looks.into_iter().flatten().map(|file| file.again).collect()
    };
    assert_eq!(comes("<XmlMsg>1</XmlMsg>", 0, true), [false]);
    assert_eq!(comes("<XmlMsg>1</XmlMsg>", 10, false), [true], "although nobody waits for it any more");
    assert_eq!(comes("<XmlMsg>2</XmlMsg>", 20, true), [false], "another content under the same name");
    assert_eq!(comes("<XmlMsg>2</XmlMsg>", 120, true), [false], "a station that went back to its start");
    assert!(comes("<XmlMsg>3</XmlMsg>", 300, false).is_empty(), "nobody waits for it, nobody knows it");
    assert!(path.exists(), "so it stays");
}

#[test]
fn the_book_is_the_same_after_it_was_stored_and_an_unknown_key_is_told_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("book.json");
    assert_eq!(store::load(&path).unwrap(), Book::default(), "there is none yet");
    let mut patient =
        Patient {
            number: "1".into(), values: [("name".into(), "窓口　太郎".into())].into(), ..Patient::default()
        };
    patient.add(Expense { face_items: nanbyo().face_items, hash: Some("h".into()), ..Expense::default() });
    let book = Book { patients: vec![patient], requests: 7, today: None };
    store::save(&path, &book).unwrap();
    store::save(&path, &book).unwrap();
    assert_eq!(store::load(&path).unwrap(), book);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no draft stays");
    fs::write(&path, "{\n  \"patints\": []\n}").unwrap();
    let error = store::load(&path).unwrap_err().to_string();
    assert!(error.contains("patients") && error.contains('2'), "{error}");
}

#[tokio::test]
async fn a_rececon_can_be_started_and_ended_inside_somebodys_event_loop() {
    let dir = tempfile::tempdir().unwrap();
    let paths = crate::folder::Paths::below(dir.path());
    let missing = crate::clinic::rececon::start(paths.clone(), Settings::default()).unwrap_err().to_string();
    assert!(missing.contains("--folder"), "{missing}");
    for folder in [&paths.req, &paths.res, &paths.face] {
        fs::create_dir(folder).unwrap();
    }
    let rececon = crate::clinic::rececon::start(paths, Settings::default()).unwrap();
    assert_eq!(rececon.facts()["visits"], "0");
    drop(rececon);
}
