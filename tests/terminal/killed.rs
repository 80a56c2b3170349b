//! A terminal in a process of its own, killed in the middle of its work again and again.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use madoguchi::clock::Clock;
use madoguchi::event::Sink;
use madoguchi::folder::{Delivery, Watch};
use madoguchi::knob::Knobs;
use madoguchi::random::Seed;
use madoguchi::terminal::settings::Delay;
use madoguchi::terminal::{Terminal, TerminalSettings};

use crate::desk::{FakeHub, INSTITUTION, drop_in, request};

/// Set for the child: the root of its folders.
const ROOT: &str = "MADOGUCHI_TEST_ROOT";
const KILLS: u64 = 12;
const MOST_KILLS: u64 = 60;
const PER_ROUND: u32 = 12;

/// The body of the child; as a test of its own it has nothing to serve and ends at once.
#[tokio::test(flavor = "multi_thread")]
async fn child_terminal_to_be_killed() {
    let Ok(root) = std::env::var(ROOT) else { return };
    let mut settings = TerminalSettings::at(root, INSTITUTION);
    settings.answer_delay = Delay::Fixed(Duration::from_millis(15));
    settings.delivery = Delivery::RenameTouch;
    let (hub, knobs) = (Arc::new(FakeHub::default()), Knobs::new(Seed(1), Sink::silent()));
    let terminal = Terminal::new(1, settings, hub, Clock::real(), Seed(1), knobs, Sink::silent()).unwrap();
    Arc::new(terminal).serve(Watch::new(), std::future::pending()).await;
}

fn start_child(root: &std::path::Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::child_terminal_to_be_killed", "--nocapture"])
        .env(ROOT, root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The same, and waits until it holds the folders.
fn start_up(root: &std::path::Path) -> Child {
    let child = start_child(root);
    let holder = root.join(".madoguchi").join("req").join("lock.pid");
    let start = Instant::now();
    while !fs::read_to_string(&holder).is_ok_and(|pid| pid == child.id().to_string()) {
        assert!(start.elapsed() < Duration::from_secs(20), "the child never came up");
        std::thread::yield_now();
    }
    child
}

/// Fetches answers as a レセコン does and counts them by name. They are moved away before they are read: on Windows a file that is removed
/// while its terminal still holds it (the touch) is listed until that lets go, and would be counted twice.
fn collect(res: &std::path::Path, answers: &mut BTreeMap<String, usize>) {
    let fetched = res.with_file_name("fetched");
    fs::create_dir_all(&fetched).unwrap();
    for entry in fs::read_dir(res).into_iter().flatten().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let count = answers.get(&name).copied().unwrap_or_default();
        let own = fetched.join(format!("{count}-{name}"));
        // Held, or gone already: the next time.
        if fs::rename(entry.path(), &own).is_err() {
            continue;
        }
        let bytes = fs::read(&own).unwrap();
        assert!(bytes.ends_with(b"</XmlMsg>\n") || bytes.starts_with(b"MDG-"), "{:?} is torn", entry.path());
        answers.insert(name, count + 1);
    }
}

/// Claimed requests and staged answers in the work folder.
fn unfinished(root: &std::path::Path) -> usize {
    let names = fs::read_dir(root.join(".madoguchi").join("req")).into_iter().flatten().flatten();
    let done = |name: &str| name.starts_with("lock") || name == "kept";
    names.filter(|entry| !done(&entry.file_name().to_string_lossy())).count()
}

#[test]
fn killed_in_the_middle_of_its_work_again_and_again_every_request_is_answered_exactly_once() {
    let root = tempfile::tempdir().unwrap();
    let (req, res) = (root.path().join("req"), root.path().join("res"));
    fs::create_dir_all(&req).unwrap();
    let mut answers = BTreeMap::new();
    let (mut sent, mut left_behind, mut round) = (0_usize, 0, 0);
    // A machine with much else to do comes less far in the same time: until one was killed in the middle, and not for ever.
    while round < KILLS || (left_behind == 0 && round < MOST_KILLS) {
        let mut child = start_up(root.path());
        // From hardly up to well at work: a little later each time, with requests until the last moment.
        let life = Duration::from_millis(20 + round * 8);
        let start = Instant::now();
        while start.elapsed() < life {
            let due = f64::from(PER_ROUND) * (start.elapsed().as_secs_f64() / life.as_secs_f64());
            if sent < round as usize * PER_ROUND as usize + due.ceil() as usize {
                let name = format!("OQSsiquc01req_{sent:012}.xml");
                let text = request(&sent.to_string(), "12345678");
                let text = if sent % 7 == 0 { text.replace("Birthdate", "Birthday") } else { text };
                drop_in(&root.path().join("elsewhere"), &req.join(name), text.as_bytes());
                sent += 1;
            }
            collect(&res, &mut answers);
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        left_behind += unfinished(root.path());
        round += 1;
    }
    let answered_by_killed_ones = answers.len();
    // The last one may finish. A refused request brings two files.
    let expected = sent + sent.div_ceil(7);
    let mut child = start_child(root.path());
    let start = Instant::now();
    while answers.len() < expected && start.elapsed() < Duration::from_secs(20) {
        collect(&res, &mut answers);
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    collect(&res, &mut answers);
    println!(
        "{round} kills left {left_behind} pieces of work behind; {answered_by_killed_ones} of {expected} files came from processes that were killed"
    );
    assert!(left_behind > 0, "no kill came in the middle of anything");
    assert_eq!(answers.len(), expected);
    let twice: Vec<_> = answers.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "answered more than once: {twice:?}");
}
