//! The promises about a hub that keeps what it is told in a file: a million-person registration, its memory, and how both and the questions
//! beside them grow, measured on the program as it is shipped.
//!
//! `cargo bench --bench hub` takes some two minutes and 3 GB of disk; `-- --rows 20000` is a look. Each figure stands beside its promise, or
//! beside what the machine itself needs for the same bytes; a broken promise makes the exit code 1.
//!
//! - `town`: a municipality's file · `centre`: a hub as a child process · `figure`: how it is told
//! - `question`: what terminals ask · `load`: as often as it goes, and a constant beside it

#[path = "hub/centre.rs"]
mod centre;
#[path = "station/figure.rs"]
mod figure;
#[path = "hub/load.rs"]
mod load;
#[path = "hub/question.rs"]
mod question;
#[path = "hub/town.rs"]
mod town;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use centre::Centre;
use figure::{Figures, Series};
use town::{Form, Town};

/// Whatever keeps a bench from measuring.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// What the promise is about.
const ROWS: usize = 1_000_000;
/// A registration is no slower than so much of what serde_json alone needs for the same bytes.
const OF_SERDE_JSON: f64 = 0.25;
/// Most memory of the hub's process, in MB of 2^20 bytes.
const MEMORY_MB: f64 = 256.0;
/// Questions of one size.
const QUESTIONS: usize = 300;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, role, stack, media_type, length] = arguments.as_slice()
        && role == load::CONSTANT
    {
        return load::Constant::serve(stack, media_type, length).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    let rows = arguments.iter().skip_while(|argument| *argument != "--rows").nth(1);
    let rows = rows.map_or(Ok(ROWS), |rows| rows.parse());
    let mut figures = Figures::default();
    let measured = rows.map_err(Into::into).and_then(|rows| measure(&mut figures, rows));
    match measured {
        Ok(()) => figures.verdict(),
        Err(cause) => {
            eprintln!("cannot be measured: {cause}");
            ExitCode::FAILURE
        }
    }
}

fn measure(figures: &mut Figures, rows: usize) -> Outcome {
    let town = Town::of(rows, Form::Full)?;
    let (centre, first) = largest(figures, &town)?;
    question::measure(figures, &centre, rows)?;
    figures.about("How it grows, sqlite:");
    for size in std::iter::successors(Some(1_000), |size| Some(size * 10)).take_while(|size| *size < rows) {
        let (centre, town) = (Centre::open("sqlite:hub.db")?, Town::of(size, Form::Full)?);
        grown(figures, &centre, size, centre.register(&town)?)?;
    }
    grown(figures, &centre, rows, first)?;
    figures.beside("the next day's set, the same rows", seconds(centre.register(&town)?), "s");
    in_memory(figures, &town)
}

/// One set of all rows: against serde_json, with its memory.
fn largest(figures: &mut Figures, town: &Town) -> Outcome<(Centre, Duration)> {
    let (rows, megabytes) = (town.rows, town.body().len() as f64 / (1 << 20) as f64);
    figures.about(&format!("A full set of {rows} rows, {megabytes:.0} MB of JSON (v0.0.1), over HTTP into sqlite:"));
    let before = town.parsed_alone()?;
    figures.beside("the machine: writing the same bytes to the same disk", seconds(town.written()?), "s");

    let centre = Centre::open("sqlite:hub.db")?;
    let idle = centre.peak_mb();
    let first = centre.register(town)?;
    // Once before and once after: what else the machine does meets both.
    let alone = (before + town.parsed_alone()?) / 2;
    figures.beside("the machine: serde_json alone, row by row into values", seconds(alone), "s");
    figures.beside("registered and numbered, first byte to answer", seconds(first), "s");
    let ratio = alone.as_secs_f64() / first.as_secs_f64();
    figures.judge_least("of the speed of serde_json alone", ratio, "", OF_SERDE_JSON);
    match (idle, centre.peak_mb()) {
        (Some(before), Some(after)) => {
            figures.beside("memory before (VmHWM)", before, "MB");
            figures.judge("most memory of the hub (VmHWM)", after, "MB", MEMORY_MB);
        }
        _ => println!("  memory is not measured: needs /proc"),
    }
    figures.beside("the file afterwards", centre.file_mb()?, "MB");
    Ok((centre, first))
}

fn in_memory(figures: &mut Figures, town: &Town) -> Outcome {
    figures.about("The same set with --store memory:");
    let centre = Centre::open("memory")?;
    figures.beside("registered and numbered", seconds(centre.register(town)?), "s");
    if let Some(peak) = centre.peak_mb() {
        figures.beside("most memory of the hub (VmHWM)", peak, "MB");
    }
    Ok(())
}

/// A hub that has so many rows, the last of them registered in this time.
fn grown(figures: &mut Figures, centre: &Centre, size: usize, registered: Duration) -> Outcome {
    figures.beside(&format!("{size} rows: registered and numbered, for each row"), micros(registered, size), "µs");
    let differences = Town::of(size.min(1_000), Form::Difference)?;
    let changed = centre.register(&differences)?;
    let what = format!("{size} rows: {} differences beside them, each", differences.rows);
    figures.beside(&what, micros(changed, differences.rows), "µs");
    let asked: Vec<f64> =
        (0..QUESTIONS).map(|number| Ok(micros(centre.ask(number)?, 1) / 1_000.0)).collect::<Outcome<_>>()?;
    let asked = Series::of(asked);
    let what = format!("{size} rows: first half of a visit, PMH asked, median of {QUESTIONS}");
    figures.beside(&what, asked.median(), "ms");
    figures.beside(&format!("{size} rows: the same, p99"), asked.p99(), "ms");
    Ok(())
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

fn micros(time: Duration, each: usize) -> f64 {
    time.as_secs_f64() * 1e6 / each as f64
}

/// How long something takes.
fn timed<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<Duration> {
    let start = Instant::now();
    std::hint::black_box(work()?);
    Ok(start.elapsed())
}
