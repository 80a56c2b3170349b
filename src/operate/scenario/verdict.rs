//! What came of a run.

use serde::Serialize;

use super::model::Group;
use crate::event::{Lang, Words};

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
    /// Was it as expected? None: a question that nobody was there to answer.
    pub held: Option<bool>,
    /// What was expected.
    pub what: Words,
    /// What there was instead.
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

    /// Nobody was there to answer.
    pub fn not_asked(what: Words) -> Self {
        Self { held: None, what, got: None, nearest: None }
    }
}

impl Verdict {
    /// Every check that did not hold, with its step.
    pub fn misses(&self) -> impl Iterator<Item = (&StepVerdict, &Check)> {
        self.steps.iter().flat_map(|step| {
            step.checks.iter().filter(|check| check.held == Some(false)).map(move |check| (step, check))
        })
    }

    /// Questions that nobody answered.
    pub fn not_asked(&self) -> usize {
        self.steps.iter().flat_map(|step| &step.checks).filter(|check| check.held.is_none()).count()
    }

    /// Lines for people about what did not hold; none where everything did.
    pub fn lines(&self, lang: Lang) -> Vec<String> {
        let mut lines: Vec<String> = self.why.iter().map(|why| why.say(lang).to_owned()).collect();
        for (step, check) in self.misses() {
            let name = step.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
            let head = if lang == Lang::Ja { "手順" } else { "step " };
            lines.push(format!("{head}{}{name} ({}): {}", step.number, step.deed, check.what.say(lang)));
            if let Some(got) = &check.got {
                lines.push(format!("  {}{}", if lang == Lang::Ja { "実際: " } else { "got: " }, got.say(lang)));
            }
            if let Some(nearest) = &check.nearest {
                lines.push(format!(
                    "  {}{}",
                    if lang == Lang::Ja { "近いもの: " } else { "nearest: " },
                    nearest.say(lang)
                ));
            }
        }
        lines
    }
}
