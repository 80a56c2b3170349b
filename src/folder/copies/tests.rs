//! What is kept, for how long, and what goes first.

use super::*;

const ANSWER: EntryKind = EntryKind::Answer(Target::Res, 1);

fn open(root: &Path, bytes: u64) -> Copies {
    Copies::open(root, Bounds { bytes, ..Bounds::new(7, 1) })
}

fn on_disk(root: &Path) -> usize {
    std::fs::read_dir(root.join(KEPT_NAME)).map_or(0, Iterator::count)
}

fn numbers(copies: &Copies) -> Vec<u64> {
    copies.all().iter().map(|exchange| exchange.number).collect()
}

fn with_request(root: &Path, copies: &Copies, number: u64) {
    copies.keep_bytes(number, ANSWER, "a.xml", b"answer");
    let record = root.join(entry_name(number, EntryKind::Staged, "q.xml"));
    std::fs::write(&record, "question").unwrap();
    copies.take_record(number, "q.xml", &record);
}

#[test]
fn a_request_and_its_answers_are_one_exchange_and_survive_a_restart() {
    let root = tempfile::tempdir().unwrap();
    with_request(root.path(), &open(root.path(), 1000), 42);
    let after = open(root.path(), 1000);
    let exchange = after.exchange(42).unwrap();
    let files: Vec<_> = exchange.files.iter().map(|f| (f.folder, f.name.as_str(), f.len)).collect();
    assert_eq!(files, [(FolderKind::Req, "q.xml", 8), (FolderKind::Res, "a.xml", 6)]);
    assert_eq!(after.read(42, FolderKind::Req, "q.xml", 100).unwrap(), b"question");
    assert_eq!(after.latest_with(FolderKind::Res, "a.xml").map(|e| e.number), Some(42));
    assert_eq!(after.highest(), 42);
}

#[test]
fn over_the_megabytes_the_oldest_exchanges_go_whole() {
    let root = tempfile::tempdir().unwrap();
    let copies = open(root.path(), 30);
    (1..=4).for_each(|number| with_request(root.path(), &copies, number));
    assert_eq!(numbers(&copies), [3, 4], "two of 14 bytes fit into 30");
    assert_eq!(on_disk(root.path()), 4);
    drop(copies);
    assert_eq!(numbers(&open(root.path(), 14)), [4], "bounds that were made narrower hold from the start");
}

#[test]
fn what_is_larger_than_all_room_is_not_kept_and_that_is_told_once() {
    let root = tempfile::tempdir().unwrap();
    let copies = open(root.path(), 10);
    copies.keep_bytes(1, ANSWER, "a.xml", b"fits");
    for number in 2..4 {
        copies.keep_bytes(number, ANSWER, "b.xml", &[b'x'; 11]);
    }
    assert!(copies.trouble().is_some_and(|cause| cause.to_string().contains("11 bytes")));
    assert!(copies.trouble().is_none());
    assert!(copies.read(2, FolderKind::Res, "b.xml", 100).is_err());
    assert_eq!(numbers(&copies), [1], "nothing went for it");
}

#[test]
fn after_the_days_an_exchange_goes() {
    let root = tempfile::tempdir().unwrap();
    let copies = open(root.path(), 1000);
    with_request(root.path(), &copies, 1);
    let now = SystemTime::now();
    copies.tidy(now + 6 * DAY);
    assert_eq!(numbers(&copies), [1]);
    copies.tidy(now + 8 * DAY);
    assert_eq!((numbers(&copies).len(), on_disk(root.path())), (0, 0));
}

#[test]
fn a_restart_counts_days_by_the_answer_and_not_by_a_request_that_was_copied_with_its_old_time() {
    let root = tempfile::tempdir().unwrap();
    with_request(root.path(), &open(root.path(), 1000), 1);
    let place = |kind, name| root.path().join(KEPT_NAME).join(entry_name(1, kind, name));
    let age = |path: PathBuf, days| {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - days * DAY).unwrap();
    };
    age(place(EntryKind::Claimed, "q.xml"), 400);
    assert_eq!(numbers(&open(root.path(), 1000)), [1]);
    age(place(ANSWER, "a.xml"), 8);
    assert!(open(root.path(), 1000).all().is_empty());
    assert_eq!(on_disk(root.path()), 0);
}

#[test]
fn zero_keeps_nothing_and_the_record_goes() {
    let root = tempfile::tempdir().unwrap();
    for bounds in [Bounds::new(0, 256), Bounds::new(7, 0), Bounds::NOTHING] {
        let copies = Copies::open(root.path(), bounds);
        with_request(root.path(), &copies, 1);
        assert!(copies.all().is_empty() && std::fs::read_dir(root.path()).unwrap().next().is_none());
    }
}

#[test]
fn a_folder_that_somebody_removed_is_made_again() {
    let root = tempfile::tempdir().unwrap();
    let copies = open(root.path(), 1000);
    with_request(root.path(), &copies, 1);
    std::fs::remove_dir_all(root.path().join(KEPT_NAME)).unwrap();
    assert!(copies.read(1, FolderKind::Req, "q.xml", 100).is_err());
    with_request(root.path(), &copies, 2);
    assert_eq!(copies.read(2, FolderKind::Req, "q.xml", 100).unwrap(), b"question");
}

#[test]
fn one_of_200_megabytes_is_kept_at_once_and_the_next_one_takes_its_place() {
    let root = tempfile::tempdir().unwrap();
    let copies = Copies::open(root.path(), Bounds::new(7, 256));
    for number in [1, 2] {
        let large = root.path().join("large");
        std::fs::File::create(&large).unwrap().set_len(200 << 20).unwrap();
        copies.keep_file(number, ANSWER, "large.xml", &large, true);
        std::fs::remove_file(large).unwrap();
        assert!(copies.shares());
    }
    assert_eq!(numbers(&copies), [2]);
    copies.part();
    assert_eq!(copies.exchange(2).unwrap().files[0].len, 200 << 20);
    assert_eq!(on_disk(root.path()), 1);
}

#[test]
fn what_a_client_does_to_its_file_does_not_change_what_was_kept() {
    let root = tempfile::tempdir().unwrap();
    let copies = open(root.path(), 1000);
    let delivered = root.path().join("a.xml");
    std::fs::write(&delivered, "as delivered").unwrap();
    copies.keep_file(1, ANSWER, "a.xml", &delivered, true);
    copies.part();
    assert!(!copies.shares());
    // In place, as an editor or a careless program does.
    std::fs::write(&delivered, "changed").unwrap();
    assert_eq!(copies.read(1, FolderKind::Res, "a.xml", 100).unwrap(), b"as delivered");
}

#[test]
fn on_a_full_disk_the_older_half_makes_way_for_answers() {
    let root = tempfile::tempdir().unwrap();
    let copies = open(root.path(), 1000);
    (1..=4).for_each(|number| with_request(root.path(), &copies, number));
    copies.make_way(&io::ErrorKind::PermissionDenied.into());
    assert_eq!(numbers(&copies).len(), 4, "for no other reason");
    copies.make_way(&io::ErrorKind::StorageFull.into());
    assert_eq!((numbers(&copies), on_disk(root.path())), (vec![3, 4], 4));
    (0..9).for_each(|_| copies.make_way(&io::ErrorKind::StorageFull.into()));
    assert_eq!(on_disk(root.path()), 0);
}

#[test]
fn half_a_copy_of_a_killed_run_goes() {
    let root = tempfile::tempdir().unwrap();
    with_request(root.path(), &open(root.path(), 1000), 1);
    std::fs::write(root.path().join(KEPT_NAME).join("1.part"), "half").unwrap();
    open(root.path(), 1000);
    assert_eq!(on_disk(root.path()), 2);
}

#[test]
fn an_answer_made_anew_after_a_kill_takes_the_place_of_the_earlier_one() {
    let root = tempfile::tempdir().unwrap();
    let copies = open(root.path(), 1000);
    copies.keep_bytes(1, ANSWER, "a.xml", b"broken off");
    copies.keep_bytes(1, ANSWER, "a.err", b"err");
    let names: Vec<_> = copies.exchange(1).unwrap().files.into_iter().map(|f| f.name).collect();
    assert_eq!((names, on_disk(root.path())), (vec!["a.err".to_owned()], 1));
}
