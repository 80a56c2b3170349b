//! The page of scenarios: the test plan by group, one or a group of them run, what passes, and what came of each.
//!
//! Pure as the rest of the screen: keys leave [`Order`]s, and whoever runs scenarios ([`super::trial`]) tells what passes as [`Told`].

use std::collections::BTreeMap;

use crossterm::event::KeyCode;

use super::app::{App, Popup};
use super::keys::{list_move, moved};
use crate::event::Words;
use crate::operate::scenario::consumer::Consumer;
use crate::operate::scenario::model::Group;
use crate::operate::scenario::onlooker::Said;
use crate::operate::scenario::read::{self, Read};
use crate::operate::scenario::verdict::{StepVerdict, Verdict};

/// What the operator wants of the runs.
#[derive(Debug, Clone)]
pub enum Order {
    /// Run these, one after the other, beside this レセコン.
    Run(Vec<Read>, Consumer),
    /// The answer to what was asked; none leaves it open.
    Answer(Option<Said>),
    /// Stop.
    Stop,
}

/// What passes in a run.
#[derive(Debug, Clone)]
pub enum Told {
    /// A scenario begins.
    Begins(String),
    /// A step begins: which, of how many, what.
    Acts(usize, usize, String),
    /// The run waits until this holds.
    Awaits(Words),
    /// A step has passed.
    Passed(StepVerdict),
    /// The operator is asked, and told the right answer where it is one in words.
    Asks(Words, Option<Words>),
    /// A scenario has ended.
    Ends(Box<Verdict>),
    /// The run is over.
    Over,
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// A group, and how many are in it.
    Group(Group, usize),
    /// A scenario, by its place in the plan.
    One(usize),
}

/// What is going on.
#[derive(Debug, Clone, Default)]
pub(super) struct Now {
    /// The scenario that runs.
    pub id: String,
    /// Its step: which, of how many, what.
    pub step: Option<(usize, usize, String)>,
    /// What is waited for.
    pub awaits: Option<Words>,
    /// Steps that have passed.
    pub passed: Vec<StepVerdict>,
    /// What the operator is asked.
    pub asked: Option<(Words, Option<Words>)>,
}

/// The page.
#[derive(Debug, Clone, Default)]
pub(super) struct Trials {
    pub all: Vec<Read>,
    pub rows: Vec<Row>,
    pub at: usize,
    pub verdicts: BTreeMap<String, Verdict>,
    pub now: Option<Now>,
    /// The レセコン that takes part, as it was called.
    pub beside: String,
    /// What is being typed in its place.
    pub typed: Option<String>,
    /// Why what was typed names none.
    pub refused: Option<String>,
    orders: Vec<Order>,
}

impl Trials {
    /// The plan is read when it is looked at first.
    fn fill(&mut self) {
        if self.all.is_empty() {
            // A test reads all that is shipped; without them the page says that there are none.
            self.all = read::shipped().unwrap_or_default();
        }
        self.rows.clear();
        for group in Group::ALL {
            let mine: Vec<usize> = (0..self.all.len()).filter(|at| self.group_of(*at) == Some(group)).collect();
            if !mine.is_empty() {
                self.rows.push(Row::Group(group, mine.len()));
                self.rows.extend(mine.into_iter().map(Row::One));
            }
        }
    }

    fn group_of(&self, at: usize) -> Option<Group> {
        self.all.get(at).map(|read| read.scenario.group)
    }

    /// The scenario under the cursor.
    pub fn chosen(&self) -> Option<&Read> {
        match self.rows.get(self.at)? {
            Row::One(at) => self.all.get(*at),
            Row::Group(..) => None,
        }
    }

    /// What Enter would run: the scenario under the cursor, or all of the group.
    fn meant(&self) -> Vec<Read> {
        match self.rows.get(self.at) {
            Some(Row::One(at)) => self.all.get(*at).cloned().into_iter().collect(),
            Some(Row::Group(group, _)) => {
                self.all.iter().filter(|read| read.scenario.group == *group).cloned().collect()
            }
            None => Vec::new(),
        }
    }

    /// The name of a レセコン is typed; it stays on the line until it names one.
    fn type_key(&mut self, code: KeyCode) {
        let Some(typed) = &mut self.typed else { return };
        match code {
            KeyCode::Char(letter) => typed.push(letter),
            KeyCode::Backspace => drop(typed.pop()),
            KeyCode::Esc => self.typed = None,
            KeyCode::Enter => match Consumer::named(typed) {
                Ok(_) => {
                    self.beside = typed.trim().to_owned();
                    self.typed = None;
                }
                Err(wrong) => {
                    self.refused = Some(wrong.to_string());
                    return;
                }
            },
            _ => return,
        }
        self.refused = None;
    }
}

impl App {
    /// What is to be done about runs of scenarios, once.
    pub fn orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.trials.orders)
    }

    /// Takes in what passes in a run.
    pub fn hear(&mut self, told: Told) {
        let now = self.trials.now.get_or_insert_default();
        match told {
            Told::Begins(id) => *now = Now { id, ..Now::default() },
            Told::Acts(number, of, deed) => {
                now.step = Some((number, of, deed));
                now.awaits = None;
            }
            Told::Awaits(what) => now.awaits = Some(what),
            Told::Passed(step) => {
                now.passed.push(step);
                now.awaits = None;
            }
            Told::Asks(what, right) => now.asked = Some((what, right)),
            Told::Ends(verdict) => {
                self.trials.verdicts.insert(verdict.id.clone(), *verdict);
            }
            Told::Over => self.trials.now = None,
        }
    }

    pub(super) fn show_trials(&mut self) {
        self.trials.fill();
        self.popups.push(Popup::Scenarios);
    }

    pub(super) fn trials_key(&mut self, code: KeyCode) {
        let trials = &mut self.trials;
        if let Some(now) = trials.now.as_mut().filter(|now| now.asked.is_some()) {
            let said = match code {
                KeyCode::Char('y') | KeyCode::Enter => Some(Said::Yes),
                KeyCode::Char('n') => Some(Said::No),
                KeyCode::Esc => None,
                _ => return,
            };
            now.asked = None;
            return trials.orders.push(Order::Answer(said));
        }
        if trials.typed.is_some() {
            return trials.type_key(code);
        }
        match code {
            KeyCode::Char('c') if trials.now.is_none() => trials.typed = Some(trials.beside.clone()),
            KeyCode::Esc if trials.now.is_some() => trials.orders.push(Order::Stop),
            KeyCode::Esc | KeyCode::Char('=' | 'q') | KeyCode::F(3) => drop(self.popups.pop()),
            KeyCode::Enter | KeyCode::Char(' ') => self.run_trials(),
            _ => {
                if let Some(by) = list_move(code) {
                    trials.at = moved(trials.at, by, trials.rows.len());
                }
            }
        }
    }

    /// One run at a time.
    pub(super) fn run_trials(&mut self) {
        let meant = self.trials.meant();
        // What was typed is looked at when it is entered.
        let Ok(beside) = Consumer::named(&self.trials.beside) else { return };
        if self.trials.now.is_none() && !meant.is_empty() {
            self.trials.now = Some(Now::default());
            self.trials.orders.push(Order::Run(meant, beside));
        }
    }

    pub(super) fn click_trial(&mut self, row: usize) {
        if self.trials.at == row {
            return self.run_trials();
        }
        self.trials.at = row.min(self.trials.rows.len().saturating_sub(1));
    }
}
