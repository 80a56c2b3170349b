//! Whoever sits at the terminal while scenarios run: sees what passes, what is awaited and what did not hold, and answers.
//!
//! What passes stays as lines; what is only awaited stands in one line that the next overwrites, cut to the width of the terminal.

use std::io::{BufRead, Stdin, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::told;
use crate::event::{Lang, say};
use crate::operate::scenario::onlooker::{Asked, Heard, Onlooker, Said};
use crate::operate::scenario::run::deed;
use crate::operate::scenario::verdict::StepVerdict;
use crate::text::width::{columns, cut, pad};

/// Columns where the terminal does not tell.
const USUAL: u16 = 80;

/// How much is shown while it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// Nothing: there is no terminal, or the output is for programs.
    Nothing,
    /// How each scenario ended.
    Ends,
    /// Each step.
    Steps,
}

/// The terminal.
pub(super) struct Sitter {
    lang: Lang,
    shows: Shows,
    asks: bool,
    /// Columns of the line that is overwritten next; the lock keeps lines of scenarios side by side whole.
    passing: Mutex<usize>,
    input: Stdin,
}

impl Sitter {
    pub(super) fn new(lang: Lang, shows: Shows, asks: bool) -> Self {
        Self { lang, shows, asks, passing: Mutex::new(0), input: std::io::stdin() }
    }

    fn held(&self) -> MutexGuard<'_, usize> {
        self.passing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line that the next one overwrites.
    fn pass(&self, text: &str) {
        let width = crossterm::terminal::size().map_or(USUAL, |(width, _)| width.max(1));
        let text = cut(text, usize::from(width).saturating_sub(1));
        let mut before = self.held();
        eprint!("\r{}\r{text}", " ".repeat(*before));
        let _ = std::io::stderr().flush();
        *before = columns(&text);
    }

    /// Lines that stay.
    fn stay(&self, lines: &[String]) {
        let mut before = self.held();
        eprint!("\r{}\r", " ".repeat(*before));
        *before = 0;
        lines.iter().for_each(|line| eprintln!("{line}"));
    }

    fn passed(&self, step: &StepVerdict) {
        let lang = self.lang;
        let mark = match step.held() {
            Some(true) => say(lang, "合格", "held"),
            Some(false) => say(lang, "不合格", "FAILED"),
            None => say(lang, "未決", "open"),
        };
        let mut lines = vec![format!("  {} {}", pad(mark, 6), step.heading(lang))];
        for check in step.checks.iter().filter(|check| check.held != Some(true)) {
            lines.push(format!("         {}", check.what.say(lang)));
            let got = check.got.iter().filter(|_| check.held.is_some());
            lines.extend(got.map(|got| format!("           {}{}", say(lang, "実際: ", "got: "), got.say(lang))));
            let near = check.nearest.iter();
            lines.extend(
                near.map(|near| format!("           {}{}", say(lang, "近いもの: ", "nearest: "), near.say(lang))),
            );
        }
        self.stay(&lines);
    }

    fn line(&self) -> Option<String> {
        let mut line = String::new();
        match self.input.lock().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim().to_owned()),
        }
    }
}

impl Onlooker for Sitter {
    fn hears(&self, heard: Heard<'_>) {
        let lang = self.lang;
        match (self.shows, heard) {
            (Shows::Nothing, _) => {}
            (Shows::Steps, Heard::Begins(read)) => {
                self.stay(&[format!("{}  {}", read.id, read.scenario.title.say(lang))])
            }
            (Shows::Steps, Heard::Acts(read, number, step)) => {
                self.pass(&format!("  {number}/{} {}", read.scenario.steps.len(), deed(step)));
            }
            (Shows::Steps, Heard::Passed(_, step)) => self.passed(step),
            (Shows::Steps | Shows::Ends, Heard::Awaits(id, what)) => {
                self.pass(&format!("  {id} … {}{}", say(lang, "待っています: ", "waits until: "), what.say(lang)));
            }
            (Shows::Ends, Heard::Ends(verdict)) => self.stay(&[told::line(verdict, lang)]),
            (Shows::Steps, Heard::Ends(verdict)) => {
                let why = verdict.why.iter().map(|why| format!("    {}", why.say(lang)));
                self.stay(&std::iter::once(told::line(verdict, lang)).chain(why).collect::<Vec<_>>());
            }
            (Shows::Ends, _) => {}
        }
    }

    fn answers(&self, asked: Asked<'_>) -> Option<Said> {
        if !self.asks {
            return None;
        }
        let lang = self.lang;
        let prompt = match asked {
            Asked::Question(question) => format!("? {} [y/n] ", question.say(lang)),
            Asked::Order(order) => format!(
                "> {}\n  {} ",
                order.say(lang),
                say(lang, "できたら Enter、できなければ n:", "Enter when it is done, n when it cannot be:")
            ),
            Asked::Fact(question, value) => format!(
                "? {}\n  {} {} [y/n/{}] ",
                question.say(lang),
                say(lang, "期待:", "expected:"),
                value.say(lang),
                say(lang, "表示の値", "what it shows")
            ),
        };
        self.stay(&[]);
        eprint!("{prompt}");
        let _ = std::io::stderr().flush();
        let line = self.line()?;
        Some(match (line.as_str(), asked) {
            ("y" | "Y" | "はい", _) | ("", Asked::Order(_)) => Said::Yes,
            ("n" | "N" | "いいえ", _) => Said::No,
            ("", _) => return None,
            (other, _) => Said::This(other.to_owned()),
        })
    }
}
