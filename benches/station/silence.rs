//! The text screen, left alone in a pseudo-terminal: what it writes, what it computes, what it needs.

use std::time::Duration;

use crate::Outcome;
use crate::crowd::{Crowd, PEOPLE};
use crate::figure::Figures;
use crate::pty::Tty;
use crate::stand::{ARGUMENTS, PROGRAM, judge_memory};

/// The first screen is up by then, and what follows it.
const LIMIT: Duration = Duration::from_secs(10);
/// A screen that is silent for so long has settled.
const SETTLED: Duration = Duration::from_secs(2);

pub fn measure(figures: &mut Figures, crowd: &Crowd, silence: Duration) -> Outcome {
    let folder = tempfile::tempdir()?;
    let people = crowd.folder().to_str().ok_or("a folder with an odd name")?;
    let arguments: Vec<&str> = ARGUMENTS.iter().copied().chain(["--people", people]).collect();
    let mut tty = Tty::start(PROGRAM, &arguments, folder.path())?;
    tty.until("first screen", LIMIT, |screen| screen.contents().contains("窓口"))?;
    tty.settle(SETTLED);

    let seconds = silence.as_secs();
    figures.about(&format!("The text screen with {PEOPLE} people, {seconds} s idle"));
    let before = computed_ms(tty.child.id())?;
    let written = tty.written_within(silence);
    let computed = computed_ms(tty.child.id())? - before;
    figures.judge("written to the terminal", written as f64, "B", 0.0);
    figures.beside("processor time per second", computed / silence.as_secs_f64(), "ms");
    judge_memory(figures, "resident", tty.child.id());

    tty.type_keys(b"q")?;
    let ended = tty.child.wait()?;
    if ended.success() { Ok(()) } else { Err(format!("the screen ended badly: {ended}").into()) }
}

/// Processor time of a process and its threads so far, in the kernel's ticks of 10 ms.
fn computed_ms(process: u32) -> Outcome<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is a name in parentheses that may hold anything; user and system time are the 14th and 15th.
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/…/stat")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    let ticks = ticks.sum::<Result<u64, _>>()?;
    Ok(ticks as f64 * 1000.0 / rustix::param::clock_ticks_per_second() as f64)
}
