//! Runs scenarios for the screen: on a thread of its own, at the station of the screen or, where a scenario sets a station up, at one of its
//! own. What passes comes back over a channel, so that the screen never waits.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::trials::{Order, Told};
use crate::operate::client::Client;
use crate::operate::scenario::consumer::Consumer;
use crate::operate::scenario::onlooker::{Asked, Heard, Onlooker, Said};
use crate::operate::scenario::read::Read;
use crate::operate::scenario::run::{self, Where, deed};
use crate::operate::scenario::session::Company;

/// The runs of one screen, one at a time.
pub struct Runs {
    line: Client,
    running: Option<Running>,
}

struct Running {
    told: Receiver<Told>,
    answers: Sender<Option<Said>>,
    stop: Arc<AtomicBool>,
}

impl Runs {
    /// At the station of `line`.
    pub fn at(line: Client) -> Self {
        Self { line, running: None }
    }

    /// Does what the operator wants.
    pub fn take(&mut self, order: Order) {
        match (order, &self.running) {
            (Order::Run(scenarios, beside), None) => {
                self.running = Some(start(scenarios, beside, self.line.clone()));
            }
            (Order::Answer(said), Some(running)) => {
                // A run that has ended meanwhile needs no answer.
                let _ = running.answers.send(said);
            }
            (Order::Stop, Some(running)) => running.stop.store(true, Ordering::Relaxed),
            _ => {}
        }
    }

    /// What has passed since the last look.
    pub fn told(&mut self) -> Vec<Told> {
        let Some(running) = &self.running else { return Vec::new() };
        let told: Vec<Told> = running.told.try_iter().collect();
        if told.iter().any(|told| matches!(told, Told::Over)) {
            self.running = None;
        }
        told
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else { return };
        running.stop.store(true, Ordering::Relaxed);
        // What it changed at the station is put back before the screen ends. An open question is over: its sender is gone.
        let Running { told, answers, .. } = running;
        drop(answers);
        while !matches!(told.recv(), Ok(Told::Over) | Err(_)) {}
    }
}

fn start(scenarios: Vec<Read>, beside: Consumer, line: Client) -> Running {
    let ((says, told), (answers, heard)) = (channel(), channel());
    let stop = Arc::new(AtomicBool::new(false));
    let screen = Screen { says: says.clone(), answers: Mutex::new(heard), stop: stop.clone() };
    thread::spawn(move || {
        let company = Company { onlooker: &screen, consumer: &beside };
        for read in scenarios {
            let place = match read.scenario.alone() {
                // Of a station of one's own a レセコン with an address knows nothing: it is skipped.
                Some(_) if !matches!(beside, Consumer::At(_)) => Where::Own { keep: None },
                _ => Where::Elsewhere(line.clone()),
            };
            // Without a runtime there is no run; the page then shows no verdict.
            if screen.stops() || run::all(&[read], &place, 1, company).is_err() {
                break;
            }
        }
        // Nobody listens any more when the screen is gone.
        let _ = says.send(Told::Over);
    });
    Running { told, answers, stop }
}

/// The screen, as a run sees it.
struct Screen {
    says: Sender<Told>,
    answers: Mutex<Receiver<Option<Said>>>,
    stop: Arc<AtomicBool>,
}

impl Onlooker for Screen {
    fn hears(&self, heard: Heard<'_>) {
        let told = match heard {
            Heard::Begins(read) => Told::Begins(read.id.clone()),
            Heard::Acts(read, number, step) => Told::Acts(number, read.scenario.steps.len(), deed(step)),
            Heard::Awaits(_, what) => Told::Awaits(what.clone()),
            Heard::Passed(_, step) => Told::Passed(step.clone()),
            Heard::Ends(verdict) => Told::Ends(Box::new(verdict.clone())),
        };
        let _ = self.says.send(told);
    }

    fn answers(&self, asked: Asked<'_>) -> Option<Said> {
        let (words, right) = match asked {
            Asked::Question(words) | Asked::Order(words) => (words, None),
            Asked::Fact(words, right) => (words, Some(right.clone())),
        };
        let _ = self.says.send(Told::Asks(words.clone(), right));
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).recv().ok().flatten()
    }

    fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
