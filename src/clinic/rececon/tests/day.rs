//! A restart in the middle of a day loses nothing of it, and another day begins empty.

use std::fs;
use std::time::Instant;

use super::*;
use crate::clinic::rececon::{Running, start, store};
use crate::clock::Clock;
use crate::folder::Paths;
use crate::message::Style;

fn kept() -> Settings {
    Settings { book: Some("unused".into()), ..Settings::default() }
}

/// A morning with a visit in every state: accepted, unknown, waiting for its subsidy, failed; a question, alerts, a request.
fn morning() -> Counter {
    let mut counter = subsidised(Counter::with(kept()));
    let moved =
        QualificationRecord { address: Some("転居先".into()), qualification_confirmation_key: None, ..taro() };
    counter.visit(announcing(moved, &request(2)));
    counter.subsidies(&request(2), vec![SubsidyCertificate { hash: None, valid_to: "20280331".into(), ..nanbyo() }]);
    counter.visit(announcing(hanako(), &request(3)));
    counter.arrives(FolderKind::Res, &format!("{}.err", request(3)), Content::Err("MDG-P001".into(), "x".into()));
    counter.visit(announcing(QualificationRecord { birthdate: "20010101".into(), ..hanako() }, &request(4)));
    counter.order(json!({ "order": "ask", "patient": "01234" })).unwrap();
    counter
}

#[test]
fn what_the_desk_showed_is_there_again_after_a_restart_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("book.json");
    let before = morning();
    store::save(&path, before.desk.book()).unwrap();
    let mut after = Counter { desk: Desk::new(kept(), store::load(&path).unwrap()), ..Counter::with(kept()) };
    assert_eq!(facts::all(&after.desk), facts::all(&before.desk));
    assert!(after.fact("dialogues") != "0" && after.fact("alerts") != "0" && after.fact("requests") == "1");
    // What was open goes on: the subsidy that was announced comes, the question is answered, visits are counted on.
    assert!(after.subsidies(&request(4), vec![nanbyo()]));
    assert_eq!(after.fact("visit/4/subsidy"), "came");
    after.order(json!({ "order": "answer", "all": "accept" })).unwrap();
    assert_eq!(after.fact("patient/01234/address"), "転居先");
    after.files = 90;
    after.visit(valid(vec![taro()]));
    assert_eq!((after.fact("visits"), after.fact("visit/5/patient")), ("5".into(), "01234".into()));
    // A dismissed alert does not come back.
    after.order(json!({ "order": "dismiss" })).unwrap();
    assert_eq!(after.desk.book().today.as_ref().unwrap().alerts, []);
}

#[test]
fn a_desk_without_a_file_keeps_no_day() {
    let mut counter = Counter::new();
    counter.visit(valid(vec![taro()]));
    assert_eq!(counter.desk.book().today, None);
    assert!(!counter.effects.contains(&Effect::Store));
}

/// Shared folders and a book.
struct Room {
    dir: tempfile::TempDir,
}

impl Room {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::below(dir.path());
        [&paths.req, &paths.res, &paths.face].into_iter().for_each(|folder| fs::create_dir(folder).unwrap());
        Self { dir }
    }

    fn desk(&self, time: &str) -> Running {
        let clock = Clock::parse(&format!("{time},freeze")).unwrap();
        let book = Some(self.dir.path().join("book.json"));
        start(Paths::below(self.dir.path()), Settings { book, clock, ..Settings::default() }).unwrap()
    }

    fn face(&self, name: &str, record: QualificationRecord) {
        let bytes = Style::default().qualification_result(&valid(vec![record])).bytes;
        let draft = self.dir.path().join("draft");
        fs::write(&draft, bytes).unwrap();
        fs::rename(draft, self.dir.path().join("face").join(name)).unwrap();
    }

    /// Waits until the files were read and deleted.
    fn empties(&self, desk: &Running) {
        let limit = Instant::now() + Duration::from_secs(30);
        while fs::read_dir(self.dir.path().join("face")).unwrap().count() > 0 {
            assert!(Instant::now() < limit, "{:#?}", desk.facts());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn a_rececon_that_is_started_again_shows_the_visits_of_the_day_and_of_no_other() {
    let room = Room::new();
    let (first, second) = ("OQSsiquc01res_face_1_20261121093000.xml", "OQSsiquc01res_face_2_20261121093000.xml");
    let desk = room.desk("20261121093000");
    room.face(first, taro());
    room.empties(&desk);
    assert_eq!(desk.facts()["visits"], "1");
    drop(desk);
    let desk = room.desk("20261121130000");
    assert_eq!((&*desk.facts()["visits"], &*desk.facts()["visit/1/file"]), ("1", first));
    // The same file again, as after a stop between storing and deleting: it is not listed twice. Another one is.
    room.face(first, taro());
    room.face(second, hanako());
    room.empties(&desk);
    assert_eq!((&*desk.facts()["visits"], &*desk.facts()["visit/2/file"]), ("2", second));
    drop(desk);
    let desk = room.desk("20261122090000");
    assert_eq!((&*desk.facts()["visits"], &*desk.facts()["alerts"]), ("0", "0"));
}
