//! The shared folder through its public face: real files, real threads, real watcher.

#[cfg(windows)]
#[path = "folder/windows.rs"]
mod windows;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use madoguchi::event::FolderKind;
use madoguchi::folder::intake::{Intake, Rules};
use madoguchi::folder::publish::{Content, Delivery, Item, Parcel};
use madoguchi::folder::recover::{self, Target};
use madoguchi::folder::watch::{Role, Watch};
use madoguchi::folder::{Folders, Paths};
use proptest::prelude::*;

const RULES: Rules = Rules {
    is_ours: |name| name.starts_with("q") && name.ends_with(".xml"),
    is_whole: |_, _, _, end| end.ends_with(b"</XmlMsg>"),
    reach: 1 << 10,
    max_len: |_| 1 << 20,
};

fn open(root: &Path) -> Arc<Folders> {
    Arc::new(Folders::open(Paths::below(root)).unwrap())
}

fn document(body: &str) -> String {
    format!("<XmlMsg>{body}</XmlMsg>")
}

/// Looks whenever the watcher calls, until `count` requests were taken; their contents in the order of taking.
async fn take(intake: &mut Intake, folders: &Folders, watch: &Watch, count: usize) -> Vec<(String, Vec<u8>)> {
    let subscription = watch.subscribe(&[(folders.dir(FolderKind::Req).to_owned(), Role::Intake)]);
    let start = Instant::now();
    let mut taken = Vec::new();
    while taken.len() < count && start.elapsed() < Duration::from_secs(20) {
        let looked = intake.look(start.elapsed(), &subscription.heard().closed).unwrap();
        for request in looked.taken {
            let bytes = request.claim.read(1 << 20).unwrap();
            taken.push((request.claim.name, bytes));
        }
        let wait = looked.again.unwrap_or(Duration::from_millis(200));
        let _ = tokio::time::timeout(wait, subscription.woken()).await;
    }
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn careless_writers_by_the_hundred_are_each_taken_once_and_whole() {
    let root = tempfile::tempdir().unwrap();
    let folders = open(root.path());
    let req = folders.dir(FolderKind::Req).to_owned();
    let writer = std::thread::spawn(move || {
        for i in 0..300 {
            // In place, in three pieces, each long enough for a reader to come between.
            let text = document(&format!("{i} {}", "x".repeat(3000)));
            let mut file = fs::File::create(req.join(format!("q{i:03}.xml"))).unwrap();
            for piece in text.as_bytes().chunks(1024) {
                file.write_all(piece).unwrap();
                std::thread::yield_now();
            }
        }
    });
    let watch = Watch::new();
    let mut intake = Intake::new(folders.clone(), RULES);
    let taken = take(&mut intake, &folders, &watch, 300).await;
    writer.join().unwrap();
    let by_name: BTreeMap<_, _> = taken.iter().cloned().collect();
    assert_eq!((taken.len(), by_name.len()), (300, 300));
    assert!(taken.iter().all(|(_, bytes)| bytes.ends_with(b"</XmlMsg>") && bytes.starts_with(b"<XmlMsg>")));
}

#[tokio::test]
async fn what_lay_there_before_the_watcher_is_taken_too() {
    let root = tempfile::tempdir().unwrap();
    let folders = open(root.path());
    fs::write(folders.dir(FolderKind::Req).join("q1.xml"), document("1")).unwrap();
    let taken = take(&mut Intake::new(folders.clone(), RULES), &folders, &Watch::new(), 1).await;
    assert_eq!(taken[0].0, "q1.xml");
}

/// A client that lists a folder as fast as it can and reads whatever stands there, as the most hasty ones do.
fn hasty_reader(dir: &Path, stop: Arc<std::sync::atomic::AtomicBool>) -> std::thread::JoinHandle<Vec<Vec<u8>>> {
    let dir = dir.to_owned();
    std::thread::spawn(move || {
        let mut seen = Vec::new();
        while !stop.load(std::sync::atomic::Ordering::Relaxed) {
            for entry in fs::read_dir(&dir).unwrap().flatten() {
                seen.extend(fs::read(entry.path()));
            }
        }
        seen
    })
}

#[tokio::test]
async fn nobody_ever_sees_part_of_an_answer_under_its_final_name() {
    let root = tempfile::tempdir().unwrap();
    let folders = open(root.path());
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let reader = hasty_reader(folders.dir(FolderKind::Res), stop.clone());
    let text = document(&"答".repeat(20_000));
    for i in 0..60 {
        let item =
            Item { target: Target::Res, name: format!("a{}.xml", i % 3), content: Content::Bytes(text.clone().into()) };
        Parcel::stage(&folders, None, vec![item]).unwrap().deliver(Delivery::Rename, |_| {}).await;
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let seen = reader.join().unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|bytes| bytes == text.as_bytes()));
}

#[tokio::test]
async fn slow_delivery_shows_the_part_that_other_manners_hide() {
    let root = tempfile::tempdir().unwrap();
    let folders = open(root.path());
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let reader = hasty_reader(folders.dir(FolderKind::Res), stop.clone());
    let text = document(&"x".repeat(4000));
    let item = Item { target: Target::Res, name: "a.xml".into(), content: Content::Bytes(text.clone().into()) };
    Parcel::stage(&folders, None, vec![item]).unwrap().deliver(Delivery::Slow, |_| {}).await;
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(reader.join().unwrap().iter().any(|bytes| bytes.len() < text.len()));
}

/// Events of the system for one folder, as a client gets them.
#[cfg(target_os = "linux")]
mod as_a_client_hears {
    use super::*;
    use madoguchi::folder::publish;
    use notify::event::{EventKind, ModifyKind};
    use notify::{RecursiveMode, Watcher};
    use std::sync::mpsc;

    /// `created`, `changed`… of one delivery, in order.
    async fn heard(manner: Delivery, collect: bool) -> Vec<&'static str> {
        let root = tempfile::tempdir().unwrap();
        let folders = open(root.path());
        let res = folders.dir(FolderKind::Res).to_owned();
        let (sender, events) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(sender).unwrap();
        watcher.watch(&res, RecursiveMode::NonRecursive).unwrap();
        let item = Item { target: Target::Res, name: "a.xml".into(), content: Content::Bytes(b"<a/>".to_vec()) };
        let placed = Parcel::stage(&folders, None, vec![item]).unwrap().deliver(manner, |_| {}).await;
        if collect {
            fs::remove_file(&placed[0].path).unwrap();
        }
        publish::touch_later(placed).await;
        // A file of our own marks the end of what is to be heard.
        fs::write(res.join("end"), "").unwrap();
        let mut words = Vec::new();
        while let Ok(Ok(event)) = events.recv_timeout(Duration::from_secs(5)) {
            if event.paths.iter().any(|path| path.ends_with("end")) {
                break;
            }
            words.push(match event.kind {
                EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_)) => "created",
                EventKind::Modify(_) => "changed",
                EventKind::Remove(_) => "removed",
                _ => continue,
            });
        }
        words
    }

    #[tokio::test]
    async fn rename_touch_is_created_then_changed_so_that_both_kinds_of_client_notice() {
        assert_eq!(heard(Delivery::RenameTouch, false).await, ["created", "changed"]);
    }

    #[tokio::test]
    async fn a_collected_answer_is_not_created_again_by_the_touch() {
        assert_eq!(heard(Delivery::RenameTouch, true).await, ["created", "removed"]);
    }

    #[tokio::test]
    async fn in_place_is_created_and_changed_at_once() {
        let words = heard(Delivery::InPlace, false).await;
        assert_eq!(words[..2], ["created", "changed"]);
    }
}

/// What may happen between a レセコン and us.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Writes a piece of request `0`–`2` in place; the last piece makes it whole.
    Write(usize),
    /// Closes it.
    Close(usize),
    /// Writes it elsewhere and renames it in.
    Rename(usize),
    /// We look and take.
    Look,
    /// We stage the oldest claim's answer.
    Stage,
    /// We deliver the oldest parcel.
    Deliver,
    /// `kill -9` and start again.
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..3_usize).prop_map(Step::Write),
        1 => (0..3_usize).prop_map(Step::Close),
        1 => (0..3_usize).prop_map(Step::Rename),
        3 => Just(Step::Look),
        2 => Just(Step::Stage),
        2 => Just(Step::Deliver),
        2 => Just(Step::Kill),
    ]
}

const PIECES: [&str; 3] = ["<XmlMsg>", "text", "</XmlMsg>"];

/// A terminal made of the steps of `folder`, which can be killed between any two of them.
struct World {
    root: tempfile::TempDir,
    folders: Option<Arc<Folders>>,
    intake: Option<Intake>,
    claims: Vec<madoguchi::folder::Claim>,
    parcels: Vec<Parcel>,
    now: Duration,
    closed: std::collections::BTreeSet<String>,
    /// Pieces written of each request; 3 = whole.
    written: [usize; 3],
    answers: BTreeMap<String, usize>,
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut world = Self {
            root,
            folders: None,
            intake: None,
            claims: Vec::new(),
            parcels: Vec::new(),
            now: Duration::ZERO,
            closed: Default::default(),
            written: [0; 3],
            answers: BTreeMap::new(),
        };
        world.start();
        world
    }

    fn start(&mut self) {
        let folders = open(self.root.path());
        let unfinished = recover::recover(&folders);
        self.intake = Some(Intake::new(folders.clone(), RULES));
        self.claims = unfinished.claims;
        self.parcels = unfinished.parcels;
        self.folders = Some(folders);
    }

    fn folders(&self) -> Arc<Folders> {
        self.folders.clone().unwrap()
    }

    fn request(&self, i: usize) -> std::path::PathBuf {
        self.folders().dir(FolderKind::Req).join(format!("q{i}.xml"))
    }

    fn write_piece(&mut self, i: usize) {
        if self.written[i] < 3 {
            let mut file = fs::File::options().create(true).append(true).open(self.request(i)).unwrap();
            file.write_all(PIECES[self.written[i]].as_bytes()).unwrap();
            self.written[i] += 1;
        }
    }

    fn look(&mut self, pass: Duration) {
        self.now += pass;
        let closed = std::mem::take(&mut self.closed);
        let looked = self.intake.as_mut().unwrap().look(self.now, &closed).unwrap();
        self.claims.extend(looked.taken.into_iter().map(|taken| taken.claim));
    }

    fn stage(&mut self) {
        if self.claims.is_empty() {
            return;
        }
        let claim = self.claims.remove(0);
        let text = claim.read(1 << 20).unwrap();
        assert_eq!(text, PIECES.concat().as_bytes(), "{} was taken before it was whole", claim.name);
        let name = claim.name.replace('q', "a");
        let items = vec![Item { target: Target::Res, name, content: Content::TheRequest }];
        self.parcels.push(Parcel::stage(&self.folders(), Some(&claim), items).unwrap());
    }

    /// Delivers, and fetches at once as a レセコン would.
    fn deliver(&mut self) {
        if self.parcels.is_empty() {
            return;
        }
        let parcel = self.parcels.remove(0);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        for placed in runtime.block_on(parcel.deliver(Delivery::Rename, |_| {})) {
            assert_eq!(fs::read(&placed.path).unwrap(), PIECES.concat().as_bytes());
            fs::remove_file(&placed.path).unwrap();
            *self.answers.entry(placed.name).or_default() += 1;
        }
    }

    fn kill(&mut self) {
        self.claims.clear();
        self.parcels.clear();
        self.intake = None;
        self.folders = None;
        self.start();
    }

    fn go(&mut self, step: Step) {
        match step {
            Step::Write(i) => self.write_piece(i),
            Step::Close(i) => {
                self.closed.insert(format!("q{i}.xml"));
            }
            Step::Rename(i) if self.written[i] == 0 => {
                let elsewhere = self.root.path().join("elsewhere");
                fs::write(&elsewhere, PIECES.concat()).unwrap();
                fs::rename(&elsewhere, self.request(i)).unwrap();
                self.written[i] = 3;
                self.closed.insert(format!("q{i}.xml"));
            }
            Step::Rename(_) => {}
            Step::Look => self.look(Duration::from_millis(25)),
            Step::Stage => self.stage(),
            Step::Deliver => self.deliver(),
            Step::Kill => self.kill(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn however_writers_and_kills_fall_together_every_request_is_answered_exactly_once(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut world = World::new();
        for step in steps {
            world.go(step);
        }
        // Everybody ends what they began.
        for i in 0..3 {
            while world.written[i] < 3 {
                world.write_piece(i);
            }
        }
        world.kill();
        for _ in 0..3 {
            world.look(Duration::from_millis(25));
        }
        while !(world.claims.is_empty() && world.parcels.is_empty()) {
            world.stage();
            world.deliver();
        }
        let expected: BTreeMap<String, usize> = (0..3).map(|i| (format!("a{i}.xml"), 1)).collect();
        prop_assert_eq!(&world.answers, &expected);
        prop_assert!(recover::entries(&world.folders()).is_empty());
    }
}
