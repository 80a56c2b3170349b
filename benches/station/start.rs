//! From the start of the process to the readiness line, and the memory that an idle station needs.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use madoguchi::people;

use crate::Outcome;
use crate::crowd::{Crowd, PEOPLE};
use crate::figure::{Figures, Series};
use crate::stand::{Stand, judge_memory, millis};

/// Ready within so many milliseconds, 1,000 people loaded (the promise).
const READY_MS: f64 = 50.0;
const STARTS: usize = 15;
/// What a start began is over by then.
const SETTLED: Duration = Duration::from_millis(500);

pub fn measure(figures: &mut Figures, crowd: &Crowd) -> Outcome {
    figures.about(&format!("Start, {STARTS} times each"));
    let built_in = starts(None)?;
    figures.judge("ready with the built-in people, median", built_in.median(), "ms", READY_MS);
    let many = starts(Some(crowd.folder()))?;
    figures.judge(&format!("ready with {PEOPLE} people, median"), many.median(), "ms", READY_MS);
    figures.beside("  of that: reading and settling their files", loading(crowd.folder())?.median(), "ms");
    figures.beside("  the machine: reading the same files, nothing else", reading(crowd.folder())?.median(), "ms");

    figures.about("Memory, idle");
    for (whom, people) in [("the built-in people".to_owned(), None), (format!("{PEOPLE} people"), Some(crowd.folder()))]
    {
        let stand = Stand::open(people)?;
        thread::sleep(SETTLED);
        judge_memory(figures, &format!("resident with {whom}"), stand.process());
    }
    Ok(())
}

fn starts(people: Option<&Path>) -> Outcome<Series> {
    let ready = (0..STARTS).map(|_| Ok(millis(Stand::open(people)?.ready_after())));
    Ok(Series::of(ready.collect::<Outcome<_>>()?))
}

/// What the station does with the folder, in this process.
fn loading(folder: &Path) -> Outcome<Series> {
    let today = jiff::Zoned::now().date();
    let load = |_| {
        let start = Instant::now();
        let people = people::load(folder, today)?;
        let taken = millis(start.elapsed());
        (people.len() == PEOPLE).then_some(taken).ok_or_else(|| "not everybody was loaded".into())
    };
    Ok(Series::of((0..STARTS).map(load).collect::<Outcome<_>>()?))
}

fn reading(folder: &Path) -> Outcome<Series> {
    let read = |_| {
        let start = Instant::now();
        for entry in std::fs::read_dir(folder)? {
            std::hint::black_box(std::fs::read(entry?.path())?);
        }
        Ok(millis(start.elapsed()))
    };
    Ok(Series::of((0..STARTS).map(read).collect::<Outcome<_>>()?))
}
