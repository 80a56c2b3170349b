//! How files come, as clients that watch a folder hear of it: *created*, *changed*, and what they read at that moment, once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use notify::event::{EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::desk::{Place, Station, until};
use crate::rececon::{Request, answer_name, drop_in, in_shift_jis, request_name};
use crate::xml;

/// What a client does when it hears of a file.
#[derive(Clone, Copy, PartialEq)]
enum On {
    /// Reads what was created, with all subfolders (K3).
    Created,
    /// Reads what was changed after that (K6).
    Changed,
}

/// A client that watches a folder; what it read of each `.xml`, and of the `.err` beside it, at the moment it heard of it.
struct Client {
    _watcher: RecommendedWatcher,
    read: Receiver<(PathBuf, Vec<u8>, Option<Vec<u8>>)>,
}

impl Client {
    fn watches(folder: &Path, on: On) -> Self {
        let (sender, read) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let event = event.unwrap();
            let heard = match event.kind {
                EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_)) => On::Created,
                EventKind::Modify(_) => On::Changed,
                _ => return,
            };
            let path = event.paths[0].clone();
            if heard == on && path.extension().is_some_and(|extension| extension == "xml") {
                let bytes = fs::read(&path).unwrap_or_default();
                // A client that has gone does not mind.
                let _ = sender.send((path.clone(), bytes, fs::read(path.with_extension("err")).ok()));
            }
        })
        .unwrap();
        watcher.watch(folder, RecursiveMode::Recursive).unwrap();
        Self { _watcher: watcher, read }
    }

    #[track_caller]
    fn reads(&self) -> (PathBuf, Vec<u8>, Option<Vec<u8>>) {
        self.read.recv_timeout(Duration::from_secs(30)).expect("it heard of nothing")
    }
}

fn open() -> (Place, Station) {
    let place = Place::new();
    let station = place.open(&[]);
    (place, station)
}

#[test]
fn k3_reads_a_whole_answer_at_its_creation() {
    let (_place, station) = open();
    let client = Client::watches(&station.at("res"), On::Created);
    for i in 0..20 {
        drop_in(&station, &request_name(&i.to_string()), Request::taro().xml().as_bytes());
        let (path, bytes, _) = client.reads();
        assert!(path.ends_with(answer_name(&i.to_string())));
        assert_eq!(xml::parse(&bytes).value("QualificationValidity"), Some("1"));
    }
}

#[test]
fn k3_finds_the_err_in_place_when_its_request_comes_back() {
    let (_place, station) = open();
    let client = Client::watches(&station.at("res"), On::Created);
    for (i, prefix) in ["OQSsiquc01req", "OQSmuquc01req", "OQSmuquc02req", "OQSsiimm01req"].into_iter().enumerate() {
        let name = format!("{prefix}_{i}.xml");
        let broken = "<XmlMsg><ArbitraryFileIdentifier>ab</ArbitraryFileIdentifier></XmlMsg>";
        drop_in(&station, &name, broken.as_bytes());
        let (path, bytes, err) = client.reads();
        assert!(path.ends_with(&name) && bytes == broken.as_bytes(), "{}", path.display());
        assert!(err.is_some_and(|err| err.starts_with(b"MDG-")), "{name} came back before its .err");
    }
}

#[test]
fn k3_hears_of_a_face_file_from_the_folder_above_and_of_nothing_of_ours() {
    let (_place, station) = open();
    let client = Client::watches(&station.at("face"), On::Created);
    let report = station.visit("taro");
    let (path, bytes, _) = client.reads();
    assert_eq!(path, station.path(&report["files"]["face"]));
    assert_eq!(xml::parse(&bytes).value("Name"), Some("窓口　太郎"));
}

#[test]
fn k6_hears_of_a_change_reads_utf8_and_deletes_what_it_read_for_good() {
    let (_place, station) = open();
    let client = Client::watches(&station.at("face"), On::Changed);
    for person in ["taro", "hanako", "gaiji"] {
        let report = station.visit(person);
        let (path, bytes, _) = client.reads();
        assert_eq!(path, station.path(&report["files"]["face"]));
        assert_eq!(xml::parse(&bytes).value("SegmentOfResult"), Some("1"));
        assert!(std::str::from_utf8(&bytes).unwrap().contains("encoding=\"UTF-8\""));
        fs::remove_file(&path).unwrap();
    }
    // The touch of the last one is over when the last of a further one is heard.
    station.visit("taro");
    client.reads();
    assert_eq!(station.names("face").len(), 1);
}

/// Both at once, in either encoding: the two kinds of client disagree about what an arrival is.
#[test]
fn t2_each_answer_is_created_whole_and_changed_once_afterwards_without_a_change() {
    let (_place, station) = open();
    let created = Client::watches(&station.at("res"), On::Created);
    let changed = Client::watches(&station.at("res"), On::Changed);
    let text = Request::taro().xml();
    for (free, bytes) in [("1", text.clone().into_bytes()), ("2", in_shift_jis(&text))] {
        drop_in(&station, &request_name(free), &bytes);
        let (first, second) = (created.reads(), changed.reads());
        assert_eq!(first.0, second.0);
        assert!(first.1 == second.1 && !first.1.is_empty(), "the content changed");
    }
    assert!(created.read.try_recv().is_err() && changed.read.try_recv().is_err(), "heard of more often");
}

/// Its second look comes 300 ms after the first, after the touch.
#[test]
fn k5_reads_the_same_content_twice() {
    let (_place, station) = open();
    let path = station.at("res").join(answer_name("1"));
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    let first = until("the answer", || fs::read(&path).ok());
    // A later answer is touched after this one was.
    let later = Client::watches(&station.at("res"), On::Changed);
    drop_in(&station, &request_name("2"), Request::taro().xml().as_bytes());
    while !later.reads().0.ends_with(answer_name("2")) {}
    assert!(fs::read(&path).unwrap() == first, "the content changed");
}
