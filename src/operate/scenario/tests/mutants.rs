//! Every mistake of the sample レセコン against the scenarios: each fails at least one, and docs/mutants.md says which.
//!
//! The whole table takes a few minutes: it is computed where it is written (`MADOGUCHI_WRITE=1`). Otherwise every mutant runs the first
//! scenario that the table names for it; the reference runs all of them (`the_sample_consumer_fails_no_shipped_scenario`).
//!
//! Nearly all of that time would be spent in waiting for what a mutant never does. How long is worth waiting, the reference says: it runs
//! each scenario first, beside as many others, and a mutant has a multiple of what it needed for the whole of it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::runtime::Handle;

use super::*;
use crate::operate::scenario::onlooker::{Heard, Onlooker};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/mutants.md");
/// How long a mutant has for an answer that it will never know, where no reference was run.
const HASTE_S: u64 = 4;
/// It has so many times what the reference needed for the whole scenario, and twice that at the second look, so that a busy machine is
/// not taken for a mistake.
const TIMES: f64 = 3.0;
/// But not less than this, and not more than that.
const LEAST_S: u64 = 2;
const MOST_S: u64 = 20;
/// Most of the time is spent in waiting for what does not come.
const JOBS: usize = 16;

const HEAD: &str = "\
# 間違いと、それを見つけるシナリオ / Mistakes, and the scenarios that catch them

[見本のレセコン](clinic.md) には、よくある間違いを一つずつ付けられます (`--mistake`)。下の表は、それぞれの間違いを、どの[シナリオ](scenarios.md)が不合格にするかです。
間違いのない見本は、どのシナリオも不合格になりません。表は実行して書いたもので、どの間違いも少なくとも一つのシナリオが見つけることをテストが確かめます。
The [sample レセコン](clinic.md) can make one classic mistake at a time. This table says which [scenarios](scenarios.md) it fails then; without a mistake
it fails none. The table is written by running them, and a test holds that every mistake fails at least one.

```console
$ madoguchi scenario run V-05 --consumer sample | tail -1
1 件: 合格 1、不合格 0、省略 0、不通 0
$ madoguchi scenario run V-05 --consumer sample:error-stops-reception > failed.txt
$ echo $?
1
$ grep -c 不合格 failed.txt
2
```

| 間違い / mistake | | 破るもの / what it breaks | 見つけるシナリオ / caught by |
|---|---|---|---|
";

type Table = BTreeMap<Mistake, Vec<String>>;

fn page(table: &Table) -> String {
    let row = |mistake: &Mistake| {
        let row = mistake.row();
        let ids = table.get(mistake).map(|ids| ids.join(", ")).unwrap_or_default();
        format!("| `{}` | {} / {} | {} | {ids} |\n", row.name, row.ja, row.en, row.source)
    };
    HEAD.to_owned() + &Mistake::ALL.iter().map(row).collect::<String>()
}

fn written(text: &str) -> Table {
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let row = |line: &str| {
        let cells = cells(line);
        let mistake: Mistake = cells.get(1)?.trim_matches('`').parse().ok()?;
        let ids = cells.get(4)?.split(", ").filter(|id| !id.is_empty()).map(str::to_owned);
        Some((mistake, ids.collect()))
    };
    text.lines().filter_map(row).collect()
}

/// Looks no further than the first thing that does not hold.
#[derive(Default)]
struct FirstMiss(AtomicBool);

impl Onlooker for FirstMiss {
    fn hears(&self, heard: Heard<'_>) {
        if let Heard::Passed(_, step) = heard
            && step.held() == Some(false)
        {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn stops(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The same scenario, where nobody waits longer than `seconds` for the レセコン.
fn hasty(read: &Read, seconds: u64) -> Read {
    let mut scenario = (*read.scenario).clone();
    for step in &mut scenario.steps {
        if let Some(ask) = &mut step.ask {
            ask.within_s = ask.within_s.min(seconds);
        }
        if let Some(wait) = &mut step.wait {
            wait.within_s = wait.within_s.min(seconds);
        }
        for expect in step.expect.iter_mut().filter(|expect| expect.asked.is_some() || expect.life.is_some()) {
            expect.within_s = Some(expect.within_s.unwrap_or(seconds).min(seconds));
        }
    }
    Read { scenario: Arc::new(scenario), ..read.clone() }
}

fn fails(read: &Read, mistake: Mistake, seconds: u64, runtime: &Handle) -> bool {
    let (onlooker, consumer) =
        (FirstMiss::default(), Consumer::Sample([mistake].into_iter().collect(), Edition::default()));
    let company = Company { onlooker: &onlooker, consumer: &consumer };
    run::one(&hasty(read, seconds), &own(), runtime, company).state == State::Failed
}

/// Scenarios in which it matters what the レセコン does.
fn ask_the_consumer(read: &Read) -> bool {
    read.scenario.consumer && read.scenario.asks_the_consumer()
}

/// What comes of each of them, [`JOBS`] at a time.
fn side_by_side<T: Sync, U: Clone + Default + Send>(all: &[T], one: impl Fn(&T, &Handle) -> U + Sync) -> Vec<U> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![U::default(); all.len()]));
    std::thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(this) = all.get(at) else { break };
                    let came = one(this, runtime.handle());
                    done.lock().unwrap()[at] = came;
                }
            });
        }
    });
    runtime.shutdown_background();
    done.into_inner().unwrap()
}

/// How long a mutant has for an answer in this scenario.
fn patience(read: &Read, runtime: &Handle) -> u64 {
    let company = Company { onlooker: &Nobody, consumer: &Consumer::Sample(Mistakes::default(), Edition::default()) };
    let needed = run::one(read, &own(), runtime, company).millis / 1000.0;
    let whole_seconds = std::time::Duration::from_secs_f64(needed * TIMES).as_secs() + 1;
    whole_seconds.clamp(LEAST_S, MOST_S)
}

fn computed(shipped: &[Read]) -> Table {
    let asking: Vec<&Read> = shipped.iter().filter(|read| ask_the_consumer(read)).collect();
    let patience = side_by_side(&asking, |read, runtime| patience(read, runtime));
    // Scenario by scenario: a mistake that fails them all would have every thread wait at once.
    let tries = asking.iter().zip(patience);
    let tries: Vec<_> =
        tries.flat_map(|(read, s)| Mistake::ALL.iter().map(move |mistake| (*mistake, *read, s))).collect();
    let caught = side_by_side(&tries, |(mistake, read, seconds), runtime| {
        fails(read, *mistake, *seconds, runtime) && fails(read, *mistake, (seconds * 2).min(MOST_S), runtime)
    });
    let mut table = Table::new();
    for ((mistake, read, _), is_caught) in tries.iter().zip(caught) {
        table.entry(*mistake).or_default().extend(is_caught.then(|| read.id.clone()));
    }
    table
}

#[test]
fn every_mistake_of_the_sample_fails_a_scenario_and_the_table_says_which() {
    let shipped = read::shipped().unwrap();
    if std::env::var_os("MADOGUCHI_WRITE").is_some() {
        std::fs::write(PAGE, page(&computed(&shipped))).unwrap();
    }
    let text = std::fs::read_to_string(PAGE).unwrap_or_default().replace("\r\n", "\n");
    let table = written(&text);
    assert!(
        text == page(&table),
        "write it anew: MADOGUCHI_WRITE=1 cargo test --lib operate::scenario::tests::mutants"
    );
    let named = |id: &String| {
        let read = shipped.iter().find(|read| read.id == *id);
        read.filter(|read| ask_the_consumer(read)).unwrap_or_else(|| panic!("{id} asks nothing of a レセコン"))
    };
    for id in table.values().flatten() {
        named(id);
    }
    let uncaught: Vec<_> = Mistake::ALL.iter().filter(|m| table.get(m).is_none_or(Vec::is_empty)).collect();
    assert!(uncaught.is_empty(), "no scenario catches {uncaught:?}");
    let firsts: Vec<_> = table.iter().filter_map(|(mistake, ids)| Some((*mistake, named(ids.first()?)))).collect();
    let held = side_by_side(&firsts, |(mistake, read), runtime| fails(read, *mistake, HASTE_S, runtime));
    let held = firsts.iter().zip(held).filter(|(_, is_caught)| !is_caught);
    let held: Vec<_> = held.map(|((mistake, read), _)| format!("{mistake} {}", read.id)).collect();
    assert!(held.is_empty(), "these hold in spite of their mistake: {held:?}");
}
