//! Sealed files: opened by their password, each by its own name, and never lost where the password is another one.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::*;
use crate::clinic::rececon::watch::Eyes;
use crate::clinic::rececon::{Running, arrival, start};
use crate::folder::Paths;
use crate::message::Style;
use crate::message::sealed::{open, seal, sealed_name};
use crate::message::subsidy::{Edition, Layout};
use crate::random::Seed;
use crate::secret::ZipPassword;

const FACE: &str = "OQSsiquc01res_face_1_20261121093000.xml";

pub(super) fn password() -> ZipPassword {
    ZipPassword::new("himitsu-2026")
}

/// `bytes`, called `name`, in a zip of the terminal.
pub(super) fn sealed(name: &str, bytes: &[u8]) -> Vec<u8> {
    seal(name, bytes, &password(), Seed::default(), parse_time("20261121093000").unwrap()).unwrap()
}

fn face(n: u32) -> Vec<u8> {
    Style::default().qualification_result(&announcing(taro(), &request(n))).bytes
}

fn subsidy() -> Vec<u8> {
    let document = SubsidyDocument { certificates: vec![nanbyo()], ..SubsidyDocument::default() };
    Style::default().subsidies(&document, Layout::embedded(Edition::LATEST)).bytes
}

/// Shared folders, and a desk that opens with `password`.
struct Room {
    dir: tempfile::TempDir,
    paths: Paths,
}

impl Room {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::below(dir.path());
        [&paths.req, &paths.res, &paths.face].into_iter().for_each(|folder| fs::create_dir(folder).unwrap());
        Self { dir, paths }
    }

    fn desk(&self, password: Option<ZipPassword>) -> Running {
        let settings = Settings { auto: true, password, seals_requests: true, ..Settings::default() };
        start(self.paths.clone(), settings).unwrap()
    }

    /// Puts a file there, sealed or as it is.
    fn put(&self, folder: &Path, name: &str, bytes: &[u8], is_sealed: bool) {
        let (name, bytes) = match is_sealed {
            true => (sealed_name(name), sealed(name, bytes)),
            false => (name.to_owned(), bytes.to_vec()),
        };
        let draft = self.dir.path().join("draft");
        fs::write(&draft, bytes).unwrap();
        fs::rename(draft, folder.join(name)).unwrap();
    }
}

/// Waits until a fact has this value.
fn until(desk: &Running, path: &str, value: &str) {
    let limit = Instant::now() + Duration::from_secs(30);
    while desk.facts().get(path).map(String::as_str) != Some(value) {
        assert!(Instant::now() < limit, "{path} is not {value:?}: {:#?}", desk.facts());
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn each_file_is_opened_or_read_by_its_own_name_whichever_half_is_sealed() {
    for (of_face, of_subsidy) in [(true, false), (false, true), (true, true), (false, false)] {
        let room = Room::new();
        let desk = room.desk(Some(password()));
        room.put(&room.paths.face, FACE, &face(1), of_face);
        until(&desk, "visits", "1");
        desk.order(serde_json::from_value(json!({ "order": "register" })).unwrap()).unwrap();
        room.put(&room.paths.res, &result_of(&request(1)), &subsidy(), of_subsidy);
        until(&desk, "patient/01234/expense/1/payer-number", "54139993");
        let facts = desk.facts();
        assert_eq!((&*facts["visit/1/subsidy"], &*facts["errors"]), ("came", "0"), "{of_face} {of_subsidy}");
        assert!(names(&room.paths.face).is_empty() && names(&room.paths.res).is_empty(), "what was read is deleted");
    }
}

#[test]
fn a_wrong_password_is_told_with_file_and_remedy_and_the_file_waits_for_the_right_one() {
    let room = Room::new();
    room.put(&room.paths.face, FACE, &face(1), true);
    for (told, says) in [
        (None, "パスワードが指定されていません"),
        (Some(ZipPassword::new("wrong-secret")), "指定のパスワードでは開けません"),
    ] {
        let desk = room.desk(told);
        until(&desk, "alert/unreadable", "1");
        let facts = desk.facts();
        let detail = &facts["alert/unreadable/detail"];
        for word in [sealed_name(FACE).as_str(), says, "--password-file", "the file stays"] {
            assert!(detail.contains(word), "no {word} in {detail}");
        }
        assert!(!detail.contains("wrong-secret") && !detail.contains("himitsu"), "{detail}");
        assert_eq!((&*facts["visits"], &*facts["errors"]), ("0", "1"));
        assert_eq!(names(&room.paths.face), [sealed_name(FACE)], "nothing is lost");
    }
    let desk = room.desk(Some(password()));
    until(&desk, "visits", "1");
    assert_eq!(desk.facts()["visit/1/record/1/name"], "窓口　太郎");
    let limit = Instant::now() + Duration::from_secs(30);
    while !names(&room.paths.face).is_empty() {
        assert!(Instant::now() < limit, "what was read is deleted");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_subsidy_that_cannot_be_opened_is_an_error_and_its_visit_still_waits_for_it() {
    let mut counter = known(Counter::new());
    counter.visit(announcing(taro(), &request(2)));
    let name = sealed_name(&result_of(&request(2)));
    assert!(counter.desk.wants(FolderKind::Res, &name), "announced as .xml, and sealed");
    let content = arrival::read(&name, &sealed("x.xml", &subsidy()), &counter.desk.settings);
    counter.step(Event::Arrived(Box::new(Arrival { folder: FolderKind::Res, name: name.clone(), content }))).unwrap();
    assert_eq!((counter.fact("visit/2/subsidy"), counter.fact("alert/unreadable")), ("waiting".into(), "1".into()));
    assert!(!counter.effects.iter().any(|effect| matches!(effect, Effect::Delete { name: gone, .. } if *gone == name)));
    // What is no zip says so, whatever the password.
    let broken = arrival::read(&name, b"PK\x03\x04 and no end", &counter.desk.settings).unwrap_err();
    assert!(broken.contains("途中で終わって") && !broken.contains("--password"), "{broken}");
}

#[test]
fn a_zip_that_still_grows_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(sealed_name(FACE));
    let zip = sealed(FACE, &face(1));
    let mut eyes = Eyes::new(FolderKind::Face, dir.path(), false);
    let mut look = |at| eyes.look(Duration::from_millis(at), |_| true).unwrap().0.len();
    fs::write(&path, &zip[..zip.len() - 30]).unwrap();
    assert_eq!(look(0) + look(40) + look(80), 0);
    fs::write(&path, &zip).unwrap();
    assert_eq!(look(120) + look(160) + look(200), 1);
}

#[test]
fn requests_are_sealed_where_the_terminal_expects_it_and_sealed_answers_are_taken() {
    let room = Room::new();
    let desk = room.desk(Some(password()));
    room.put(&room.paths.face, FACE, &face(1), true);
    until(&desk, "visits", "1");
    for order in [json!({ "order": "register" }), json!({ "order": "register-number", "patient": "01234" })] {
        desk.order(serde_json::from_value(order).unwrap()).unwrap();
    }
    let file = desk.facts()["request/last/file"].clone();
    let zip = fs::read(room.paths.req.join(sealed_name(&file))).unwrap();
    assert!(open(&zip, Some(&ZipPassword::new("another")), 1 << 20).is_err());
    let opened = open(&zip, Some(&password()), 1 << 20).unwrap();
    let text = String::from_utf8(opened.bytes).unwrap();
    assert!(opened.name == file && text.contains("<ReferenceNumber>01234</ReferenceNumber>"), "{text}");
    let identifier = text.split("ArbitraryFileIdentifier>").nth(1).unwrap().trim_end_matches("</").to_owned();
    let Content::Registration(answer) = registered(&identifier) else { unreachable!() };
    let answer = Style::default().tree(answer.to_tree()).bytes;
    room.put(&room.paths.res, &file.replacen("req", "res", 1), &answer, true);
    until(&desk, "request/last/state", "done");
}
