//! What came of a run.

use serde::Serialize;

use super::model::Group;
use crate::event::{Lang, Words, say};

/// What came of one scenario.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// Its id.
    pub id: String,
    /// Its file.
    pub file: String,
    /// What it is about.
    pub title: Words,
    /// Its group.
    pub group: Group,
    /// How it ended.
    pub state: State,
    /// It looks at the terminal alone: what it demands of the レセコン is not tried.
    pub terminal_alone: bool,
    /// Why, where it was skipped or could not go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Words>,
    /// Its steps, as far as it came.
    pub steps: Vec<StepVerdict>,
    /// Faults that came up, by name, in their order.
    pub faults: Vec<String>,
    /// Machine time.
    pub millis: f64,
}

/// How a scenario ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Everything was as expected.
    Held,
    /// Something was not.
    Failed,
    /// The station did as expected; what the レセコン made of it nobody was there to tell.
    Undecided,
    /// It cannot be run here.
    Skipped,
    /// Nobody answers at the station.
    Unreachable,
}

/// What came of one step.
#[derive(Debug, Clone, Serialize)]
pub struct StepVerdict {
    /// From 1.
    pub number: usize,
    /// Its line in the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What was done.
    pub deed: String,
    /// What was looked at afterwards.
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Was it as expected? None: nobody was there to tell.
    pub held: Option<bool>,
    /// What was expected.
    pub what: Words,
    /// What there was instead; why it stays open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub got: Option<Words>,
    /// What came nearest, and why it is not it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Words>,
}

impl Check {
    /// It was as expected.
    pub fn held(what: Words) -> Self {
        Self { held: Some(true), what, got: None, nearest: None }
    }

    /// It was not.
    pub fn failed(what: Words, got: Words, nearest: Option<Words>) -> Self {
        Self { held: Some(false), what, got: Some(got), nearest }
    }

    /// Nobody was there to tell.
    pub fn undecided(what: Words) -> Self {
        let why = Words::new(
            "レセコンも、答える人もいなかった（--consumer、--ask）",
            "there was neither a レセコン nor anybody to answer (--consumer, --ask)",
        );
        Self { held: None, what, got: Some(why), nearest: None }
    }
}

impl Verdict {
    /// Every check that did not hold, with its step.
    pub fn misses(&self) -> impl Iterator<Item = (&StepVerdict, &Check)> {
        self.steps.iter().flat_map(|step| {
            step.checks.iter().filter(|check| check.held == Some(false)).map(move |check| (step, check))
        })
    }

    /// How much of what it asks about the レセコン stays open.
    pub fn undecided(&self) -> usize {
        self.steps.iter().flat_map(|step| &step.checks).filter(|check| check.held.is_none()).count()
    }

    /// Says how it ended, from what its steps brought: nothing that was missed, nothing that stays open.
    pub fn close(&mut self) {
        if self.state != State::Held {
            return;
        }
        if self.misses().next().is_some() {
            self.state = State::Failed;
        } else if self.undecided() > 0 {
            let open = self.undecided();
            self.state = State::Undecided;
            self.why = Some(Words::new(
                format!("レセコンについての {open} 件が決まっていない（--consumer、--ask）"),
                format!("{open} about the レセコン stay open (--consumer, --ask)"),
            ));
        }
    }

    /// Lines for people about what did not hold; none where everything did.
    pub fn lines(&self, lang: Lang) -> Vec<String> {
        let why = self.why.iter().map(|why| why.say(lang).to_owned());
        why.chain(self.misses().flat_map(|(step, check)| miss(&self.file, step, check, lang))).collect()
    }
}

impl StepVerdict {
    /// Where it stands: number, name, deed.
    pub fn heading(&self, lang: Lang) -> String {
        let name = self.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        format!("{}{}{name} ({})", say(lang, "手順", "step "), self.number, self.deed)
    }

    /// How it went: nothing, where nothing was looked at.
    pub fn held(&self) -> Option<bool> {
        let all = |held: Option<bool>| self.checks.iter().any(|check| check.held == held);
        match (all(Some(false)), all(None)) {
            (true, _) => Some(false),
            (false, true) => None,
            (false, false) => Some(true),
        }
    }
}

/// One miss: where, what there was instead, what came nearest.
fn miss(file: &str, step: &StepVerdict, check: &Check, lang: Lang) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", step.heading(lang), check.what.say(lang))];
    lines.extend(check.got.iter().map(|got| format!("  {}{}", say(lang, "実際: ", "got: "), got.say(lang))));
    let nearest = check.nearest.iter();
    lines.extend(nearest.map(|near| format!("  {}{}", say(lang, "近いもの: ", "nearest: "), near.say(lang))));
    lines.extend(step.line.map(|line| format!("  {file}:{line}")));
    lines
}
