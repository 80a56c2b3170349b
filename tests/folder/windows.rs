//! What Windows does otherwise: a file that somebody has open is nobody else's to move, and a name has no letter case.

use std::fs::{self, File};
use std::io::Write;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;

use madoguchi::folder::publish::Progress;

use crate::*;

/// What a program lets others do to a file that it has open.
const NOTHING: u32 = 0;
const READ: u32 = 1;
const WRITE: u32 = 2;
const DELETE: u32 = 4;

fn open_sharing(path: &Path, share: u32) -> File {
    File::options().read(true).share_mode(share).open(path).unwrap()
}

fn answer(name: &str, content: &str) -> Item {
    Item { target: Target::Res, name: name.into(), content: Content::Bytes(content.into()) }
}

#[tokio::test]
async fn an_answer_waits_until_a_reader_of_the_old_one_closes_it_and_is_told_of_once() {
    for (manner, share) in [
        (Delivery::Rename, NOTHING),
        (Delivery::Rename, READ),
        (Delivery::RenameTouch, READ | WRITE),
        (Delivery::InPlace, READ),
    ] {
        let root = tempfile::tempdir().unwrap();
        let folders = open(root.path());
        Parcel::stage(&folders, None, vec![answer("a.xml", "old")]).unwrap().deliver(manner, |_| {}).await;
        let path = folders.dir(FolderKind::Res).join("a.xml");
        let mut reader = Some(open_sharing(&path, share));
        let mut told = Vec::new();
        let parcel = Parcel::stage(&folders, None, vec![answer("a.xml", "new")]).unwrap();
        let placed = parcel
            .deliver(manner, |progress| {
                if let Progress::Held { .. } = progress {
                    let held = reader.take().expect("it is told once");
                    assert_eq!(std::io::read_to_string(&held).unwrap(), "old", "a reader keeps what it has open");
                }
                told.push(progress);
            })
            .await;
        assert!(matches!(told.as_slice(), [Progress::Held { .. }, Progress::Placed(_)]), "{manner:?} {share} {told:?}");
        assert!(placed[0].replaced && fs::read_to_string(&path).unwrap() == "new", "{manner:?} {share}");
        assert!(recover::entries(&folders).is_empty());
    }
}

#[test]
fn a_request_is_taken_when_its_writer_closes_it_and_not_before_whatever_the_writer_lets_others_do() {
    for share in [NOTHING, READ, READ | WRITE, READ | WRITE | DELETE] {
        let root = tempfile::tempdir().unwrap();
        let folders = open(root.path());
        let mut intake = Intake::new(folders.clone(), RULES);
        let path = folders.dir(FolderKind::Req).join("q1.xml");
        let mut writer = File::options().write(true).create_new(true).share_mode(share).open(&path).unwrap();
        let (mut now, mut told) = (Duration::ZERO, 0);
        let mut look = |told: &mut usize| {
            now += Duration::from_millis(200);
            let looked = intake.look(now, &Default::default()).unwrap();
            *told += looked.stuck.len();
            looked.taken
        };
        // Torn for three seconds, then whole for three.
        for text in ["<XmlMsg>", "</XmlMsg>"] {
            writer.write_all(text.as_bytes()).unwrap();
            for _ in 0..15 {
                assert!(look(&mut told).is_empty(), "taken from its writer, who shares {share}");
            }
        }
        assert_eq!(told, 1, "the operator hears of it once");
        drop(writer);
        let taken = look(&mut told);
        assert!(taken[0].whole && taken[0].claim.read(100).unwrap() == b"<XmlMsg></XmlMsg>");
    }
}

#[test]
fn a_request_that_a_reader_has_open_is_taken_when_the_reader_lets_it_go() {
    let root = tempfile::tempdir().unwrap();
    let folders = open(root.path());
    let mut intake = Intake::new(folders.clone(), RULES);
    let path = folders.dir(FolderKind::Req).join("q1.xml");
    fs::write(&path, document("1")).unwrap();
    // A virus scanner, for instance.
    let reader = open_sharing(&path, READ);
    assert!(intake.look(Duration::from_millis(1), &Default::default()).unwrap().taken.is_empty());
    drop(reader);
    assert_eq!(intake.look(Duration::from_millis(2), &Default::default()).unwrap().taken.len(), 1);
}

#[tokio::test]
async fn an_answer_whose_name_differs_in_letter_case_takes_the_place_of_the_older_one() {
    let root = tempfile::tempdir().unwrap();
    let folders = open(root.path());
    let mut replaced = Vec::new();
    for name in ["a.xml", "A.XML"] {
        let parcel = Parcel::stage(&folders, None, vec![answer(name, name)]).unwrap();
        replaced.extend(parcel.deliver(Delivery::Rename, |_| {}).await.into_iter().map(|placed| placed.replaced));
    }
    assert_eq!(replaced, [false, true]);
    let res = folders.dir(FolderKind::Res);
    assert_eq!(
        (fs::read_dir(res).unwrap().count(), fs::read_to_string(res.join("a.xml")).unwrap()),
        (1, "A.XML".into())
    );
}

#[test]
fn folders_are_found_in_whatever_letters_they_are_written_and_the_lock_holds_for_all_of_them() {
    let root = tempfile::tempdir().unwrap();
    for name in ["Req", "RES", "face"] {
        fs::create_dir(root.path().join(name)).unwrap();
    }
    let _first = open(root.path());
    let other_letters = std::path::PathBuf::from(root.path().to_str().unwrap().to_uppercase());
    let error = Folders::open(Paths::below(&other_letters)).unwrap_err().to_string();
    assert!(error.contains(&std::process::id().to_string()), "{error}");
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 4, "three folders and the work folder");
}
