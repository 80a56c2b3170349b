//! One scenario run, and many side by side.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::runtime::Handle;

use super::consumer::Consumer;
use super::judge::judge;
use super::model::{Scenario, Step};
use super::onlooker::Heard;
use super::own::{NotOpened, Own};
use super::read::{Read, deeds};
use super::session::{Company, Session, Stopped};
use super::steps;
use super::verdict::{Check, State, StepVerdict, Verdict};
use crate::clock::{Clock, Stopwatch};
use crate::event::Words;
use crate::operate::client::{Client, ClientError};
use crate::random::{Seed, secret_key};

/// Where scenarios are run.
#[derive(Debug, Clone)]
pub enum Where {
    /// Each at a station of its own.
    Own {
        /// Their folders stay below this one.
        keep: Option<PathBuf>,
    },
    /// At somebody's station, one after the other.
    Elsewhere(Client),
}

/// Runs all of them, `jobs` at a time at stations of their own; verdicts in the order of the scenarios.
///
/// # Errors
/// The machine gives no runtime.
pub fn all(scenarios: &[Read], place: &Where, jobs: usize, company: Company<'_>) -> std::io::Result<Vec<Verdict>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let jobs = if matches!(place, Where::Elsewhere(_)) { 1 } else { jobs.clamp(1, scenarios.len().max(1)) };
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(read) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = one(read, place, runtime.handle(), company);
                    done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(verdict);
                }
            });
        }
    });
    runtime.shutdown_background();
    let mut verdicts = done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    let place_of = |id: &str| scenarios.iter().position(|read| read.id == id);
    verdicts.sort_by_key(|verdict| place_of(&verdict.id));
    Ok(verdicts)
}

/// Runs one.
pub fn one(read: &Read, place: &Where, runtime: &Handle, company: Company<'_>) -> Verdict {
    company.onlooker.hears(Heard::Begins(read));
    let watch = Stopwatch::start();
    let mut verdict = Verdict {
        id: read.id.clone(),
        file: read.file.clone(),
        title: read.scenario.title.clone(),
        group: read.scenario.group,
        state: State::Held,
        terminal_alone: !read.scenario.asks_the_consumer(),
        why: None,
        steps: Vec::new(),
        faults: Vec::new(),
        millis: 0.0,
    };
    let taking_part = !matches!(company.consumer, Consumer::Nobody);
    let ended = match place {
        _ if taking_part && !read.scenario.consumer => {
            skipped(&mut verdict, Words::new("レセコンが結果を読むと成り立ちません", "nobody is to read its results"))
        }
        Where::Own { keep } => at_own(read, keep.as_deref(), runtime, company, &mut verdict),
        Where::Elsewhere(line) => elsewhere(read, line, company, &mut verdict),
    };
    match ended {
        Ok(()) => {}
        Err(Stopped::Line(error)) => {
            verdict.state = State::Unreachable;
            verdict.why = Some(Words::new(error.to_string(), error.to_string()));
        }
        Err(Stopped::Because(why)) => {
            verdict.state = State::Failed;
            let (ja, en) = why.rsplit_once(" / ").unwrap_or((&why, &why));
            verdict.why = Some(Words::new(ja, en));
        }
    }
    verdict.close();
    verdict.millis = watch.elapsed_ms();
    company.onlooker.hears(Heard::Ends(&verdict));
    verdict
}

impl From<NotOpened> for Stopped {
    fn from(error: NotOpened) -> Self {
        Self::Because(error.to_string())
    }
}

fn skipped(verdict: &mut Verdict, why: Words) -> Result<(), Stopped> {
    verdict.state = State::Skipped;
    verdict.why = Some(why);
    Ok(())
}

fn at_own(
    read: &Read,
    keep: Option<&Path>,
    runtime: &Handle,
    company: Company<'_>,
    verdict: &mut Verdict,
) -> Result<(), Stopped> {
    let scenario = &read.scenario;
    let keep = keep.map(|place| place.join(&read.id));
    let mut own = Own::open(scenario, keep.as_deref(), runtime)?;
    let seed = Seed(scenario.seed.unwrap_or_default());
    let mut session = Session::begin(&read.id, own.line()?, seed, false, company)?;
    let beside = company.consumer.sit_down(&session.station()?, &own.clock(), scenario.password.as_deref())?;
    session.consumer.clone_from(&beside.line);
    let ended = go(read, &mut session, &mut || Ok(Some(own.restart()?)), verdict);
    verdict.faults = hits(&session).unwrap_or_default();
    ended
}

fn elsewhere(read: &Read, line: &Client, company: Company<'_>, verdict: &mut Verdict) -> Result<(), Stopped> {
    if let Some(why) = read.scenario.alone() {
        return skipped(verdict, why);
    }
    let mut session = Session::begin(&read.id, line.clone(), fresh_seed()?, true, company)?;
    let beside = company.consumer.sit_down(&session.station()?, &Clock::real(), None)?;
    session.consumer.clone_from(&beside.line);
    let ended = go(read, &mut session, &mut || Ok(None), verdict);
    verdict.faults = hits(&session).unwrap_or_default();
    session.put_back();
    ended
}

/// At somebody's station what is unique must differ from every run before it, so it hangs on no seed.
fn fresh_seed() -> Result<Seed, Stopped> {
    let key = secret_key().map_err(|error| Stopped::Because(error.to_string()))?;
    let first: [u8; 8] = std::array::from_fn(|at| key.get(at).copied().unwrap_or_default());
    Ok(Seed(u64::from_be_bytes(first)))
}

fn go(
    read: &Read,
    session: &mut Session<'_>,
    restart: &mut dyn FnMut() -> Result<Option<Client>, Stopped>,
    verdict: &mut Verdict,
) -> Result<(), Stopped> {
    let scenario = &read.scenario;
    session.set_up(scenario)?;
    for (index, step) in scenario.steps.iter().enumerate() {
        session.goes_on()?;
        let number = index + 1;
        session.onlooker.hears(Heard::Acts(read, number, step));
        let line = scenario.lines.get(index).copied();
        let mut told = StepVerdict { number, line, name: step.name.clone(), deed: deed(step), checks: Vec::new() };
        let acted = match step.restart {
            true => restarted(scenario, session, restart).map(|()| Vec::new()),
            false => steps::act(step, number, session),
        };
        let done = looked_at(acted, step, session, &mut told)?;
        session.onlooker.hears(Heard::Passed(&read.id, &told));
        verdict.steps.push(told);
        if !done {
            // What follows rests on it.
            return Ok(());
        }
    }
    Ok(())
}

/// What came of a deed, and of what is expected after it. False where the deed could not be done.
fn looked_at(
    acted: Result<Vec<Check>, Stopped>,
    step: &Step,
    session: &Session<'_>,
    told: &mut StepVerdict,
) -> Result<bool, Stopped> {
    let failed = |what: Words, why: &str| {
        let (ja, en) = why.rsplit_once(" / ").unwrap_or((why, why));
        Check::failed(what, Words::new(ja, en), None)
    };
    match acted {
        Ok(checks) => told.checks.extend(checks),
        Err(Stopped::Because(why)) => {
            let what = Words::new(format!("{} ができる", told.deed), format!("{} can be done", told.deed));
            told.checks.push(failed(what, &why));
            return Ok(false);
        }
        Err(lost) => return Err(lost),
    }
    for expect in &step.expect {
        match judge(expect, session) {
            Ok(checks) => told.checks.extend(checks),
            Err(Stopped::Because(why)) => {
                told.checks.push(failed(Words::new("期待が読める", "the expectation can be read"), &why));
            }
            Err(lost) => return Err(lost),
        }
    }
    Ok(true)
}

fn restarted(
    scenario: &Scenario,
    session: &mut Session<'_>,
    restart: &mut dyn FnMut() -> Result<Option<Client>, Stopped>,
) -> Result<(), Stopped> {
    if let Some(line) = restart()? {
        session.counts_anew(line);
        session.put_people(scenario)?;
    }
    Ok(())
}

/// The step in a word or two.
pub fn deed(step: &Step) -> String {
    let name = deeds(step).first().copied().unwrap_or("expect");
    let of = match name {
        "visit" => step.visit.as_ref().map(|visit| visit.person.clone()),
        "request" => step.request.as_ref().map(|request| request.interface.clone()),
        "person" => step.person.as_ref().map(|change| change.id.clone()),
        "fault" => step.fault.as_ref().map(|fault| fault.name.clone()),
        "wait" => step.wait.as_ref().map(|wait| wait.file.clone()),
        "desk" => step.desk.as_ref().map(|desk| desk.order.clone()),
        "ask" => step.ask.as_ref().map(|ask| ask.about.clone()),
        "place" => step.place.as_ref().map(|place| place.file.clone()),
        _ => None,
    };
    of.map_or_else(|| name.to_owned(), |of| format!("{name} {of}"))
}

fn hits(session: &Session<'_>) -> Result<Vec<String>, ClientError> {
    let journal = session.journal()?;
    let hits = journal.iter().filter(|entry| entry["kind"] == "fault-hit");
    Ok(hits.filter_map(|entry| entry["name"].as_str().map(str::to_owned)).collect())
}
