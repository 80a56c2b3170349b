//! A file that changes folders, with a death after every step: nothing is lost, nothing arrives twice, nothing is seen half.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use crate::clinic::reception::transfer::{Deed, Lies, left_to_do};
use crate::clinic::reception::transfer_files::{Transfer, Trouble};

#[test]
fn what_is_left_to_do_follows_from_where_the_file_lies() {
    use Deed::{Copy, Forget, Place, Record};
    let all = |source, record, draft| left_to_do(Lies { source, record, draft }).to_vec();
    for source in [false, true] {
        assert_eq!(all(source, true, true), [Place, Forget], "the draft is whole");
        assert_eq!(all(source, true, false), [Forget], "it was placed");
    }
    for draft in [false, true] {
        assert_eq!(all(true, false, draft), [Copy, Record, Place, Forget], "a draft may be half");
        assert_eq!(all(false, false, draft), [], "there is nothing");
    }
}

struct World {
    _root: tempfile::TempDir,
    from: PathBuf,
    to: PathBuf,
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("own/face"), root.path().join("oqs/face"));
        fs::create_dir_all(&from).unwrap();
        fs::create_dir_all(&to).unwrap();
        Self { _root: root, from, to }
    }

    fn open(&self) -> Transfer {
        Transfer::open(&self.from, &self.to).unwrap()
    }
}

fn content(name: &str) -> String {
    format!("<XmlMsg>{}</XmlMsg>", name.repeat(50))
}

fn visible(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

#[derive(Debug, Clone)]
enum Happens {
    /// The terminal puts a file there.
    Comes(u8),
    /// So many deeds of a file are done, and the machine dies.
    Dies(u8, usize),
    /// The machine dies in the middle of the copy.
    DiesCopying(u8),
    /// A file goes all its way.
    Goes(u8),
    /// The レセコン fetches what it sees.
    Fetches,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => (0..4_u8).prop_map(Happens::Comes),
        4 => (0..4_u8, 0..5_usize).prop_map(|(file, deeds)| Happens::Dies(file, deeds)),
        1 => (0..4_u8).prop_map(Happens::DiesCopying),
        2 => (0..4_u8).prop_map(Happens::Goes),
        3 => Just(Happens::Fetches),
    ]
}

fn name(file: u8) -> String {
    format!("OQSsiquc01res_face_{file}.xml")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn wherever_the_machine_dies_a_file_arrives_once_and_whole(all in prop::collection::vec(happens(), 0..40)) {
        let world = World::new();
        let mut came = BTreeMap::new();
        let mut fetched: BTreeMap<String, u32> = BTreeMap::new();
        let fetch = |fetched: &mut BTreeMap<String, u32>| {
            for name in visible(&world.to) {
                let path = world.to.join(&name);
                assert_eq!(fs::read_to_string(&path).unwrap(), content(&name), "half of it was seen");
                fs::remove_file(path).unwrap();
                *fetched.entry(name).or_default() += 1;
            }
        };
        for happening in all {
            match happening {
                Happens::Comes(file) => {
                    // A terminal gives no name twice.
                    if came.insert(file, ()).is_none() {
                        fs::write(world.from.join(name(file)), content(&name(file))).unwrap();
                    }
                }
                Happens::Dies(file, deeds) => {
                    let transfer = world.open();
                    for deed in left_to_do(transfer.lies(&name(file)).unwrap()).iter().take(deeds) {
                        transfer.carry_out(*deed, &name(file)).unwrap();
                    }
                }
                Happens::DiesCopying(file) => {
                    let transfer = world.open();
                    if left_to_do(transfer.lies(&name(file)).unwrap()).first() == Some(&Deed::Copy) {
                        fs::write(transfer.draft(&name(file)), "<XmlMsg>ha").unwrap();
                    }
                }
                Happens::Goes(file) => drop(world.open().go(&name(file)).unwrap()),
                Happens::Fetches => fetch(&mut fetched),
            }
            for name in visible(&world.to) {
                prop_assert_eq!(fs::read_to_string(world.to.join(&name)).unwrap(), content(&name));
            }
        }
        // The next start finishes what was begun, and does what was not.
        let transfer = world.open();
        for name in transfer.begun().unwrap().into_iter().chain(visible(&world.from)) {
            transfer.go(&name).unwrap();
        }
        prop_assert!(transfer.begun().unwrap().is_empty() && visible(&world.from).is_empty());
        fetch(&mut fetched);
        let once: BTreeMap<String, u32> = came.keys().map(|file| (name(*file), 1)).collect();
        prop_assert_eq!(fetched, once);
    }
}

#[test]
fn a_second_machine_is_kept_out_and_told_by_whom() {
    let world = World::new();
    let _first = world.open();
    let second = Transfer::open(&world.from, &world.to).unwrap_err();
    assert!(matches!(&second, Trouble::Taken { by, .. } if *by == std::process::id().to_string()), "{second}");
}

#[test]
fn an_empty_folder_in_the_place_of_a_share_that_is_away_gets_nothing_and_loses_nothing() {
    let world = World::new();
    let transfer = world.open();
    fs::write(world.from.join(name(1)), content(&name(1))).unwrap();
    for deed in [Deed::Copy, Deed::Record] {
        transfer.carry_out(deed, &name(1)).unwrap();
    }
    let (share, away) = (world.to.parent().unwrap().to_owned(), world.to.parent().unwrap().with_extension("away"));
    fs::rename(&share, &away).unwrap();
    assert!(transfer.go(&name(1)).is_err(), "nothing is there");
    fs::create_dir_all(&world.to).unwrap();
    assert!(transfer.go(&name(1)).is_err(), "it is another folder");
    assert_eq!(transfer.begun().unwrap(), [name(1)]);
    fs::remove_dir_all(&share).unwrap();
    fs::rename(&away, &share).unwrap();
    assert_eq!(transfer.go(&name(1)).unwrap(), Some(world.to.join(name(1))));
    assert_eq!(visible(&world.to), [name(1)]);
}

#[test]
fn a_folder_that_is_missing_is_not_made() {
    let world = World::new();
    fs::remove_dir(&world.to).unwrap();
    assert!(matches!(Transfer::open(&world.from, &world.to), Err(Trouble::Away { folder, .. }) if folder == world.to));
    assert!(!world.to.exists());
}

#[test]
fn where_nothing_can_be_made_beside_the_folder_drafts_lie_hidden_in_it() {
    let world = World::new();
    // A file in the place of our folder: nothing can be made there, whoever asks.
    fs::write(world.to.parent().unwrap().join(".madoguchi-reception"), "").unwrap();
    fs::write(world.from.join(name(1)), content(&name(1))).unwrap();
    let transfer = world.open();
    transfer.carry_out(Deed::Copy, &name(1)).unwrap();
    assert!(visible(&world.to).is_empty() && transfer.draft(&name(1)).starts_with(&world.to));
    drop(transfer);
    world.open().go(&name(1)).unwrap();
    assert_eq!(visible(&world.to), [name(1)]);
}

#[cfg(target_os = "linux")]
#[test]
fn between_two_file_systems_where_no_rename_can_do_it_a_file_arrives_all_the_same() {
    use std::os::unix::fs::MetadataExt;
    let memory = tempfile::tempdir_in("/dev/shm").expect("a second file system is needed: mount a tmpfs at /dev/shm");
    let world = World::new();
    let device = |path: &Path| path.metadata().unwrap().dev();
    assert_ne!(device(memory.path()), device(&world.to), "remedy: TMPDIR on another file system than /dev/shm");
    let transfer = Transfer::open(memory.path(), &world.to).unwrap();
    fs::write(memory.path().join(name(1)), content(&name(1))).unwrap();
    assert!(fs::rename(memory.path().join(name(1)), world.to.join(name(1))).is_err());
    transfer.go(&name(1)).unwrap();
    assert_eq!(fs::read_to_string(world.to.join(name(1))).unwrap(), content(&name(1)));
    assert!(visible(memory.path()).is_empty());
}
