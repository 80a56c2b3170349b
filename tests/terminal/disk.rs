//! A disk that is full, a folder that must not be written, a share that is away: the terminal waits, tells once, and goes on. Nothing is
//! lost, and nothing partial ever stands under its final name.
//!
//! Each test has a file system of its own, in a world of its own (tests/world/own.rs).

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use madoguchi::event::{Event, FileLife};
use madoguchi::folder::Delivery;
use madoguchi::terminal::TerminalSettings;

use crate::desk::{Desk, request, within};
use crate::visits::{PMH, visit};
use crate::world::{in_own_world, run};

const REQUEST: &str = "OQSsiquc01req_1.xml";
const ANSWER: &str = "OQSsiquc01res_1.xml";

/// A small file system and the terminal that has its folders there.
struct Disk {
    desk: Desk,
    mounted: tempfile::TempDir,
}

impl Disk {
    async fn open(size: &str, adjust: impl FnOnce(&mut TerminalSettings)) -> Self {
        Self::open_on(small(size), adjust).await
    }

    async fn open_on(mounted: tempfile::TempDir, adjust: impl FnOnce(&mut TerminalSettings)) -> Self {
        let desk = Desk::open_with(|settings| {
            settings.folder = mounted.path().join("oqs");
            adjust(settings);
        })
        .await;
        Self { desk, mounted }
    }

    fn at(&self, below: &str) -> PathBuf {
        self.mounted.path().join("oqs").join(below)
    }

    /// Writes a request under another name, to be renamed when there is no room any more.
    fn prepare(&self, name: &str) -> impl FnOnce() + use<> {
        let (temporary, target) = (self.at("req").join(format!("{name}.tmp")), self.at("req").join(name));
        fs::write(&temporary, request("id", "12345678")).unwrap();
        move || fs::rename(temporary, target).unwrap()
    }

    fn fill(&self) -> impl FnOnce() + use<> {
        fill(self.mounted.path())
    }

    fn names(&self, below: &str) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.at(below)).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names.into_iter().map(|name| name.into_string().unwrap()).collect()
    }

    fn troubles(&self) -> usize {
        self.desk.tally(|event| matches!(event, Event::Trouble { .. }))
    }

    async fn told_of_trouble(&self) {
        within("the trouble to be told", || self.troubles() == 1).await;
    }

    /// Waits until the terminal has tried in vain twice more, which shows in the time of the folder it tries to write into.
    async fn tried_again(&self, below: &str) {
        for _ in 0..2 {
            let time = || -> SystemTime { fs::metadata(self.at(below)).unwrap().modified().unwrap() };
            let before = time();
            within("another try", || time() != before).await;
        }
    }

    fn is_whole(&self, path: impl AsRef<Path>) -> bool {
        fs::read(path).is_ok_and(|bytes| bytes.ends_with(b"</XmlMsg>\n"))
    }

    /// Nothing is left in the work folder but the lock, and what is kept of what is done.
    async fn is_done(&self) {
        within("an empty work folder", || {
            let names = self.names(".madoguchi/req");
            names.iter().filter(|name| *name != "kept").eq(["lock", "lock.pid"])
        })
        .await;
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the terminal holds its lock until it is dropped itself.
        run(Command::new("umount").arg("-l").arg(self.mounted.path()));
    }
}

/// A file system of this size.
fn small(size: &str) -> tempfile::TempDir {
    let mounted = tempfile::tempdir().unwrap();
    let output = run(Command::new("mount").args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(mounted.path()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    mounted
}

/// Takes all room; gives it back when what it returns is called.
fn fill(mounted: &Path) -> impl FnOnce() + use<> {
    let path = mounted.join("somebody-elses");
    let mut file = File::create(&path).unwrap();
    while file.write_all(&[0; 512]).is_ok() {}
    move || fs::remove_file(path).unwrap()
}

fn permit(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The test of this name, in a world of its own and with a runtime.
fn test(name: &str, body: impl Future<Output = ()>) {
    in_own_world(&format!("disk::{name}"), || {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(body);
    });
}

#[test]
fn on_a_full_disk_requests_wait_for_room_and_the_operator_is_told_once() {
    test("on_a_full_disk_requests_wait_for_room_and_the_operator_is_told_once", async {
        let disk = Disk::open("size=256k", |_| {}).await;
        let arrivals: Vec<_> = (1..=3).map(|i| disk.prepare(&format!("OQSsiquc01req_{i}.xml"))).collect();
        let give_back = disk.fill();
        arrivals.into_iter().for_each(|arrive| arrive());
        disk.told_of_trouble().await;
        within("three claims", || disk.desk.count(FileLife::Answered) == 3).await;
        disk.tried_again(".madoguchi/req").await;
        assert!(disk.names("res").is_empty() && disk.names("req").is_empty(), "{:?}", disk.names("res"));

        give_back();
        within("three answers", || disk.names("res").len() == 3).await;
        assert!(disk.names("res").iter().all(|name| disk.is_whole(disk.at("res").join(name))));
        disk.is_done().await;
        let back = |event: &Event| matches!(event, Event::Notice { en, .. } if en.contains("can be used again"));
        assert_eq!((disk.troubles(), disk.desk.tally(back)), (1, 1), "three waited, and it was told once");
    });
}

#[test]
fn a_terminal_comes_up_on_a_full_disk_and_finishes_what_was_begun_when_there_is_room() {
    test("a_terminal_comes_up_on_a_full_disk_and_finishes_what_was_begun_when_there_is_room", async {
        let mounted = small("size=256k");
        let work = mounted.path().join("oqs/.madoguchi/req");
        fs::create_dir_all(&work).unwrap();
        fs::write(work.join(format!("00000001.claimed.{REQUEST}")), request("id", "12345678")).unwrap();
        let give_back = fill(mounted.path());
        let disk = Disk::open_on(mounted, |_| {}).await;
        disk.told_of_trouble().await;
        give_back();
        within("the answer", || disk.is_whole(disk.at("res").join(ANSWER))).await;
        disk.is_done().await;
    });
}

#[test]
fn an_old_answer_stays_whole_until_there_is_room_for_the_new_one() {
    test("an_old_answer_stays_whole_until_there_is_room_for_the_new_one", async {
        for manner in [Delivery::RenameTouch, Delivery::InPlace] {
            let disk = Disk::open("size=256k", |settings| settings.delivery = manner).await;
            let answer = disk.at("res").join(ANSWER);
            disk.prepare(REQUEST)();
            within("the first answer", || disk.is_whole(&answer)).await;
            disk.is_done().await;
            let old = fs::read(&answer).unwrap();
            let again = disk.prepare(REQUEST);
            let give_back = disk.fill();
            again();
            disk.told_of_trouble().await;
            assert_eq!(fs::read(&answer).unwrap(), old, "{manner:?}");
            give_back();
            within("the new answer", || disk.desk.count(FileLife::Replaced) == 1).await;
            assert!(disk.is_whole(&answer));
        }
    });
}

#[test]
fn in_place_takes_a_part_away_that_it_cannot_finish() {
    test("in_place_takes_a_part_away_that_it_cannot_finish", async {
        for manner in [Delivery::InPlace, Delivery::Slow] {
            let disk = Disk::open("size=256k", |settings| settings.delivery = manner).await;
            let arrive = disk.prepare(REQUEST);
            // Room for the answer in the work folder, and none for the answer itself.
            let staged = disk.at("room");
            fs::write(&staged, [0; 4096]).unwrap();
            let give_back = disk.fill();
            fs::remove_file(staged).unwrap();
            arrive();
            disk.told_of_trouble().await;
            disk.tried_again("res").await;
            within("a moment without the answer", || disk.names("res").is_empty()).await;
            give_back();
            within("the whole answer", || disk.is_whole(disk.at("res").join(ANSWER))).await;
            disk.is_done().await;
            assert_eq!(disk.troubles(), 1);
        }
    });
}

#[test]
fn the_files_of_a_visit_wait_for_room_too() {
    test("the_files_of_a_visit_wait_for_room_too", async {
        // Without room for content, and without room for as much as a name.
        for size in ["size=256k", "size=256k,nr_inodes=20"] {
            let disk = Disk::open(size, |_| {}).await;
            let give_back = disk.fill();
            let others = disk.mounted.path().join("others");
            fs::create_dir(&others).unwrap();
            if size.contains("nr_inodes") {
                for i in 0..20 {
                    if File::create(others.join(i.to_string())).is_err() {
                        break;
                    }
                }
            }
            let terminal = disk.desk.terminal.clone();
            let visit = tokio::spawn(async move { terminal.deliver_visit(visit("r1-1", Some(PMH))).await });
            disk.told_of_trouble().await;
            assert!(disk.names("face").is_empty() && disk.names("res").is_empty());
            fs::remove_dir_all(others).unwrap();
            give_back();
            let delivered = visit.await.unwrap();
            assert!(disk.is_whole(delivered.face.unwrap()) && disk.is_whole(delivered.pmh.unwrap()), "{size}");
            disk.is_done().await;
            assert_eq!(disk.troubles(), 1, "{size}");
        }
    });
}

#[test]
fn a_target_that_must_not_be_written_is_waited_for() {
    test("a_target_that_must_not_be_written_is_waited_for", async {
        let disk = Disk::open("size=1m", |_| {}).await;
        permit(disk.at("res"), 0o500);
        disk.prepare(REQUEST)();
        disk.told_of_trouble().await;
        assert!(disk.names("res").is_empty());
        let told = |event: &Event| matches!(event, Event::Trouble { en, .. } if en.contains(ANSWER));
        assert!(disk.desk.heard(told), "the file is named");
        permit(disk.at("res"), 0o700);
        within("the answer", || disk.is_whole(disk.at("res").join(ANSWER))).await;
        disk.is_done().await;
        assert_eq!(disk.troubles(), 1);
    });
}

#[test]
fn a_request_folder_whose_rights_are_taken_and_given_back_is_served_again() {
    test("a_request_folder_whose_rights_are_taken_and_given_back_is_served_again", async {
        let disk = Disk::open("size=1m", |_| {}).await;
        permit(disk.at("req"), 0o000);
        disk.told_of_trouble().await;
        permit(disk.at("req"), 0o700);
        let back = |event: &Event| matches!(event, Event::Notice { en, .. } if en.contains("is back"));
        within("the return to be told", || disk.desk.heard(back)).await;
        disk.prepare(REQUEST)();
        within("the answer", || disk.is_whole(disk.at("res").join(ANSWER))).await;
        assert_eq!(disk.troubles(), 1);
    });
}

#[test]
fn a_request_that_cannot_be_read_or_taken_is_told_of_once_and_answered_when_it_can() {
    test("a_request_that_cannot_be_read_or_taken_is_told_of_once_and_answered_when_it_can", async {
        for refuses in [format!("req/{REQUEST}"), ".madoguchi/req".to_owned()] {
            let disk = Disk::open("size=1m", |_| {}).await;
            let arrive = disk.prepare(REQUEST);
            let locked = disk.at(&refuses);
            // A file's rights come along with it.
            permit(if locked.exists() { locked.clone() } else { disk.at(&format!("{refuses}.tmp")) }, 0o000);
            arrive();
            disk.told_of_trouble().await;
            assert!(disk.names("res").is_empty());
            permit(&locked, 0o700);
            within("the answer", || disk.is_whole(disk.at("res").join(ANSWER))).await;
            assert_eq!(disk.troubles(), 1, "{refuses}");
        }
    });
}
