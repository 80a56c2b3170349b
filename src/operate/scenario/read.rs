//! Files of scenarios, and mistakes in them: file, line, key, rule, nearest right name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::model::{Scenario, Step};
use super::request;
use super::{library, own};
use crate::handwritten::{self, Mistake, nearest};

/// A scenario that was read.
#[derive(Debug, Clone)]
pub struct Read {
    /// Its id: the stem of its file.
    pub id: String,
    /// Where it came from.
    pub file: String,
    /// What stands there.
    pub scenario: Arc<Scenario>,
}

/// Why scenarios cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A mistake in a file.
    #[error(transparent)]
    Mistake(#[from] Box<Mistake>),
    /// A file or folder that cannot be read.
    #[error("{0}: {1}")]
    Unreadable(String, String),
    /// Neither a file nor a shipped scenario.
    #[error("シナリオ「{name}」はありません{} / there is no scenario or file {name:?}{}", near(.nearest, "。近いのは ", ""), near(.nearest, "; did you mean ", "?"))]
    Nowhere {
        /// As asked for.
        name: String,
        /// A shipped one that is called nearly so.
        nearest: Option<String>,
    },
    /// A folder without scenarios.
    #[error("{0} に .toml がありません / there is no .toml in it")]
    Empty(String),
}

fn near(nearest: &Option<String>, before: &str, after: &str) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!("{before}{name}{after}"))
}

/// What stands at each of `places`: a file, a folder of files, or the id of a shipped scenario. None: all shipped ones.
///
/// # Errors
/// The first place that cannot be read, or the first mistake.
pub fn all(places: &[PathBuf]) -> Result<Vec<Read>, ReadError> {
    if places.is_empty() {
        return shipped();
    }
    let mut found = Vec::new();
    for place in places {
        if place.is_dir() {
            found.extend(folder(place)?);
        } else if place.is_file() {
            found.push(file(place)?);
        } else {
            found.push(named(&place.to_string_lossy())?);
        }
    }
    Ok(found)
}

/// All shipped ones, in the order of the test plan.
///
/// # Errors
/// None, as they are shipped (a test reads them).
pub fn shipped() -> Result<Vec<Read>, ReadError> {
    let mut all = library::SHIPPED.iter().map(|(id, text)| from_text(id, text)).collect::<Result<Vec<_>, _>>()?;
    all.sort_by(|a, b| (a.scenario.group, &a.id).cmp(&(b.scenario.group, &b.id)));
    Ok(all)
}

fn from_text(id: &str, text: &str) -> Result<Read, ReadError> {
    let file = format!("scenarios/{id}.toml");
    let scenario = Arc::new(scenario(&file, text)?);
    Ok(Read { id: id.to_owned(), file, scenario })
}

/// The shipped one of this id.
///
/// # Errors
/// There is none.
pub fn named(id: &str) -> Result<Read, ReadError> {
    match library::named(id) {
        Some((id, text)) => from_text(id, text),
        None => Err(ReadError::Nowhere {
            name: id.to_owned(),
            nearest: nearest(id, library::SHIPPED.iter().map(|(id, _)| *id)).map(str::to_owned),
        }),
    }
}

fn folder(place: &Path) -> Result<Vec<Read>, ReadError> {
    let unreadable = |error: std::io::Error| ReadError::Unreadable(place.display().to_string(), error.to_string());
    let entries = std::fs::read_dir(place).map_err(unreadable)?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    if files.is_empty() {
        return Err(ReadError::Empty(place.display().to_string()));
    }
    files.iter().map(|path| file(path)).collect()
}

fn file(path: &Path) -> Result<Read, ReadError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| ReadError::Unreadable(name.clone(), error.to_string()))?;
    let scenario = Arc::new(scenario(&name, &text)?);
    let id = path.file_stem().map_or_else(|| name.clone(), |stem| stem.to_string_lossy().into_owned());
    Ok(Read { id, file: name, scenario })
}

/// Reads one scenario.
///
/// # Errors
/// The first mistake.
pub fn scenario(file: &str, text: &str) -> Result<Scenario, Box<Mistake>> {
    let mut scenario: Scenario = handwritten::from_toml(file, text)?;
    scenario.lines = heads(text);
    own::settings(&scenario).map_err(|mistake| of_settings(*mistake, file, text))?;
    check(&scenario).map_err(|(step, mistake)| placed(*mistake, step, file, text))?;
    Ok(scenario)
}

/// The mistake with the first line that names its key: settings may stand in a table of one line.
fn of_settings(mut mistake: Mistake, file: &str, text: &str) -> Box<Mistake> {
    let names = |line: &str| mistake.key.as_deref().is_some_and(|key| line.contains(key));
    mistake.line = text.lines().position(names).map(|at| at + 1);
    mistake.file = file.to_owned();
    Box::new(mistake)
}

/// The mistake with the line where its step says what is wrong, or where the step begins.
fn placed(mut mistake: Mistake, step: usize, file: &str, text: &str) -> Box<Mistake> {
    mistake.file = file.to_owned();
    let heads = heads(text);
    let begin = heads.get(step).copied();
    let end = heads.get(step + 1).copied().unwrap_or(usize::MAX);
    let said = mistake.rule_ja.split_once('「').and_then(|(_, rest)| rest.split_once('」')).map(|(said, _)| said);
    let says = |line: &str| {
        said.is_some_and(|said| line.contains(&format!("\"{said}")) || line.contains(&format!("{said}\"")))
    };
    let within = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let mut within = within.filter(|(at, _)| begin.is_some_and(|begin| (begin..end).contains(at)));
    mistake.line = within.find(|(_, line)| says(line)).map(|(at, _)| at).or(begin);
    Box::new(mistake)
}

/// The lines where steps begin.
fn heads(text: &str) -> Vec<usize> {
    let lines = text.lines().enumerate().filter(|(_, line)| line.trim() == "[[steps]]");
    lines.map(|(at, _)| at + 1).collect()
}

/// What no type says. A mistake comes with the index of its step.
fn check(scenario: &Scenario) -> Result<(), (usize, Box<Mistake>)> {
    let mut names: Vec<&str> = Vec::new();
    for (at, step) in scenario.steps.iter().enumerate() {
        let own: Vec<&str> = step
            .name
            .as_deref()
            .into_iter()
            .chain(step.visits.iter().filter_map(|visit| visit.name.as_deref()))
            .collect();
        if let Some(twice) = own.iter().find(|name| names.contains(name)) {
            let ja = format!("「{twice}」という名前の手順は前にもあります");
            return Err((at, mistake("name", ja, format!("there is a step called {twice} before"))));
        }
        check_deed(step).map_err(|mistake| (at, mistake))?;
        names.extend(own);
        for expect in &step.expect {
            let files = [&expect.file, &expect.after];
            files.into_iter().flatten().try_for_each(|file| check_file(file, &names)).map_err(|wrong| (at, wrong))?;
        }
        if let Some(place) = step.place.as_ref().filter(|place| !place.file.contains('/')) {
            let ja = format!("「{}」は req/… res/… face/… の形ではありません", place.file);
            return Err((at, mistake("file", ja, "folder and name: res/NAME.xml")));
        }
        step.place.iter().try_for_each(|place| check_file(&place.file, &names)).map_err(|wrong| (at, wrong))?;
        let waited = step.wait.iter().map(|wait| &wait.file);
        let placed = step.place.iter().filter_map(|place| place.copy.as_ref());
        waited
            .chain(placed)
            .chain(&step.collect)
            .try_for_each(|file| check_file(file, &names))
            .map_err(|wrong| (at, wrong))?;
    }
    Ok(())
}

/// The deeds of a step by their keys.
pub fn deeds(step: &Step) -> Vec<&'static str> {
    let deeds = [
        ("visit", step.visit.is_some()),
        ("visits", !step.visits.is_empty()),
        ("request", step.request.is_some()),
        ("wait", step.wait.is_some()),
        ("advance", step.advance.is_some()),
        ("person", step.person.is_some()),
        ("fault", step.fault.is_some()),
        ("collect", !step.collect.is_empty()),
        ("restart", step.restart),
        ("question", step.question.is_some()),
        ("desk", step.desk.is_some()),
        ("ask", step.ask.is_some()),
        ("place", step.place.is_some()),
    ];
    deeds.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
}

fn check_deed(step: &Step) -> Result<(), Box<Mistake>> {
    let deeds = deeds(step);
    if deeds.len() > 1 {
        let all = deeds.join(", ");
        return Err(mistake(
            "steps",
            format!("一つの手順に {all} があります。手順を分けてください"),
            format!("one step, one deed: {all}"),
        ));
    }
    if deeds.is_empty() && step.expect.is_empty() {
        let en = "a step needs a deed (visit, visits, request, wait, advance, person, fault, collect, restart, question, desk, ask, place) or expect";
        return Err(mistake("steps", "手順に何も書かれていません", en));
    }
    if step.place.as_ref().is_some_and(|place| place.copy.is_some() == place.xml.is_some()) {
        return Err(mistake("place", "copy か xml のどちらか一つを書いてください", "either copy or xml"));
    }
    match &step.request {
        Some(request) if request.xml.is_none() => request::usual(&request.interface).map(drop),
        _ => Ok(()),
    }
}

/// A file is a kind of this step, of a named one, or a pattern with its folder.
fn check_file(file: &str, names: &[&str]) -> Result<(), Box<Mistake>> {
    if let Some((folder, _)) = file.split_once('/') {
        return match ["req", "res", "face"].contains(&folder) {
            true => Ok(()),
            false => Err(mistake(
                "file",
                format!("「{folder}」は req, res, face のいずれでもありません"),
                "req, res or face",
            )),
        };
    }
    let (step, kind) = file.split_once('.').map_or((None, file), |(step, kind)| (Some(step), kind));
    if let Some(step) = step.filter(|step| !names.contains(step)) {
        let near =
            nearest(step, names.iter().copied()).map_or_else(String::new, |near| format!("（{near} のことですか）"));
        let ja = format!("「{step}」という名前の手順は前にありません{near}");
        return Err(mistake("file", ja, format!("no step before this one is called {step}")));
    }
    if KINDS.contains(&kind) {
        return Ok(());
    }
    let near = nearest(kind, KINDS).map_or_else(String::new, |near| format!("（{near} のことですか）"));
    Err(mistake(
        "file",
        format!("「{kind}」というファイルの種類はありません{near}"),
        format!("one of {}", KINDS.join(", ")),
    ))
}

/// The kinds of files that a step brings.
pub const KINDS: [&str; 5] = ["face", "pmh", "err", "answer", "request"];

fn mistake(key: &str, ja: impl Into<String>, en: impl Into<String>) -> Box<Mistake> {
    Mistake::of_key("", key, ja, en)
}
