//! Any set of faults at once: nothing panics, no request is lost, and nothing partial stands under a final name unless it was asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use madoguchi::clock::Clock;
use madoguchi::event::Event;
use madoguchi::knob::{Knob, Setting};
use madoguchi::random::Seed;
use madoguchi::terminal::fault;
use madoguchi::wire::outage;
use proptest::prelude::*;

use crate::desk::{Desk, request, within};
use crate::visits::{PMH, visit};

/// Requests of one run; the last one is refused.
const REQUESTS: usize = 5;

fn every_knob() -> Vec<&'static Knob> {
    fault::knobs().into_iter().chain(outage::KNOBS).collect()
}

fn name(n: usize, kind: &str, end: &str) -> String {
    format!("OQSsiquc01{kind}_20261121{n:04}.{end}")
}

/// What came up in a run: fault, and for whom.
fn hits(desk: &Desk) -> BTreeSet<(String, String)> {
    let hits = std::sync::Mutex::new(BTreeSet::new());
    desk.tally(|event| {
        if let Event::FaultHit { name, target, .. } = event {
            hits.lock().unwrap().insert((name.clone(), target.clone()));
        }
        false
    });
    hits.into_inner().unwrap()
}

/// Reads as whoever finds a file shut for a while.
async fn is_whole(path: &Path) -> bool {
    let read = std::sync::Mutex::new(None);
    within("the file to open", || {
        let mut read = read.lock().unwrap();
        *read = fs::read(path).ok();
        read.is_some()
    })
    .await;
    let bytes = read.into_inner().unwrap().unwrap();
    match path.extension().unwrap().to_str().unwrap() {
        "xml" => bytes.ends_with(b"</XmlMsg>\n") || bytes.ends_with(b"</Broken>"),
        "zip" => zip::ZipArchive::new(std::io::Cursor::new(bytes)).is_ok(),
        _ => !bytes.is_empty(),
    }
}

/// One station with these faults, each as likely as not.
async fn run(armed: Vec<&'static Knob>, seed: u64) {
    let desk = Desk::open_at(Clock::parse("20261121090000,freeze").unwrap(), Seed(seed), |_| {}).await;
    for knob in &armed {
        // The least of what takes its time, and half of what is torn.
        let amount = knob.amount.map(|amount| if amount.unit == "percent" { amount.usual } else { amount.least });
        desk.knobs.arm(knob, Setting { probability: 0.5, amount, ..Setting::default() });
    }
    for n in 1..=REQUESTS {
        let whole = request(&format!("id-{n}"), "12345678");
        let content = if n == REQUESTS { "<XmlMsg></Broken>".to_owned() } else { whole };
        desk.drop_in(&name(n, "req", "xml"), content.as_bytes());
    }
    let delivered = desk.terminal.deliver_visit(visit("r1-1", Some(PMH))).await;
    let in_work = || fs::read_dir(desk.work()).map_or(0, |dir| dir.flatten().filter(|e| is_entry(&e.path())).count());
    let waiting = || fs::read_dir(&desk.terminal.paths().req).unwrap().count();
    within("every request to be done with", || waiting() == 0 && in_work() == 0).await;

    let hits = hits(&desk);
    let hit = |fault: &str, target: &str| hits.contains(&(fault.to_owned(), target.to_owned()));
    let names = armed.iter().map(|knob| knob.name).collect::<Vec<_>>();
    for n in 1..=REQUESTS {
        let asked = name(n, "req", "xml");
        let ends = [name(n, "res", "xml"), name(n, "res", "zip"), name(n, "req", "err")];
        let there: Vec<_> = ends.iter().map(|end| desk.res(end)).filter(|path| path.exists()).collect();
        assert_eq!(there.is_empty(), hit("file-never", &asked), "{asked} with {names:?}: {hits:?}");
        for path in there {
            assert!(is_whole(&path).await || hit("file-torn", &asked), "{} with {names:?}", path.display());
        }
    }
    let never = ["file-never", "pmh-never"].iter().any(|fault| hit(fault, "yamada"));
    assert!(delivered.face.is_some() || never, "no face file with {names:?}");
    assert!(delivered.pmh.is_some() || !delivered.pmh_err.is_empty() || never, "no PMH file with {names:?}");
    for folder in [&desk.terminal.paths().res, &desk.terminal.paths().face] {
        for file in fs::read_dir(folder).unwrap().flatten() {
            let slow = hits
                .iter()
                .any(|(fault, _)| ["file-torn", "file-slow", "file-renamed-within"].contains(&fault.as_str()));
            assert!(slow || is_whole(&file.path()).await, "{} with {names:?}", file.path().display());
        }
    }
}

fn is_entry(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    [".claimed.", ".staged."].iter().any(|kind| name.contains(kind))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, max_shrink_iters: 0, ..ProptestConfig::default() })]
    #[test]
    fn with_any_set_of_faults_every_request_is_done_with_and_nothing_partial_is_left_that_was_not_asked_for(
        sets in prop::collection::vec(prop::collection::vec(any::<bool>(), every_knob().len()), 5),
        seed: u64,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let all = [vec![true; every_knob().len()]].into_iter().chain(sets);
        let runs = all.map(|set| {
            let armed = every_knob().into_iter().zip(set).filter(|(_, armed)| *armed).map(|(knob, _)| knob).collect();
            tokio::spawn(run(armed, seed))
        });
        let _inside = runtime.enter();
        let runs: Vec<_> = runs.collect();
        for done in runs {
            runtime.block_on(done).unwrap();
        }
    }
}
