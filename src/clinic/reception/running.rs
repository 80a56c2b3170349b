//! The machine at work: one task looks at the folders, each time-out is a task of its own, and whatever happens goes through one lock.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::appointments::Appointments;
use super::book_files::{Book, Reception};
use super::folder::{Arrived, Route};
use super::machine::{Card, Effect, Event, Machine, Timers, Touch};
use super::screens::{View, view};
use super::transfer_files::Trouble;
use super::verdict::{self, Reason, Verdict, Visitor};
use crate::clock::{Clock, Stopwatch, parse_time};
use crate::event::Words;
use crate::folder::publish::TOUCH_AFTER;
use crate::message::qualification::QualificationResult;
use crate::message::xml;

/// What a machine is made of.
#[derive(Debug)]
pub struct Parts {
    /// The ways of files.
    pub routes: Vec<Route>,
    /// Who is known and expected.
    pub appointments: Appointments,
    /// Where receptions and slips are kept.
    pub book: Book,
    /// How long screens stay.
    pub timers: Timers,
    /// So far may the terminal's clock be behind this one.
    pub slack: Duration,
    /// From look to look at the folders.
    pub poll: Duration,
    /// The time.
    pub clock: Clock,
}

/// The machine at work; clones share it.
#[derive(Clone)]
pub struct Running(Arc<Shared>);

struct Shared {
    machine: Mutex<Machine>,
    appointments: Appointments,
    book: Book,
    clock: Clock,
    tell: Box<dyn Fn(&Words) + Send + Sync>,
}

/// A touch for which the screen has no button.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("この画面ではできません / not possible on this screen: {screen}")]
pub struct NotNow {
    /// The screen.
    pub screen: String,
}

impl Running {
    /// Puts the machine to work. `tell` hears what an operator may want to know. Looks at the folders until `stop` turns true; what is
    /// unfinished then is finished by the next start.
    pub fn start(
        parts: Parts,
        tell: impl Fn(&Words) + Send + Sync + 'static,
        stop: watch::Receiver<bool>,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let Parts { routes, appointments, book, timers, slack, poll, clock } = parts;
        let machine = Mutex::new(Machine::new(timers, slack));
        let running = Self(Arc::new(Shared { machine, appointments, book, clock, tell: Box::new(tell) }));
        let looking = tokio::spawn(running.clone().look_at(routes, poll, stop));
        (running, looking)
    }

    /// What is shown.
    pub fn view(&self) -> View {
        view(&self.machine())
    }

    /// A touch of the patient.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn touch(&self, touch: Touch) -> Result<View, NotNow> {
        let mut machine = self.machine();
        if !machine.possible().contains(&touch) {
            return Err(NotNow { screen: view(&machine).screen });
        }
        let effects = machine.on(Event::Touch(touch, self.0.clock.now()));
        let shown = view(&machine);
        drop(machine);
        self.carry_out(effects);
        Ok(shown)
    }

    /// A 診察券 is put in.
    ///
    /// # Errors
    /// [`NotNow`] where no card is waited for.
    pub fn insert(&self, number: &str) -> Result<View, NotNow> {
        let verdict = verdict::of_number(number.trim(), &self.0.appointments, self.0.clock.now().date());
        let mut machine = self.machine();
        let before = view(&machine);
        if !before.takes_patient_card {
            return Err(NotNow { screen: before.screen });
        }
        let effects = machine.on(Event::Inserted(verdict));
        let shown = view(&machine);
        drop(machine);
        self.carry_out(effects);
        Ok(shown)
    }

    /// Who was received today.
    ///
    /// # Errors
    /// The folder of receptions cannot be read.
    pub fn receptions(&self) -> io::Result<Vec<Reception>> {
        self.0.book.of(self.0.clock.now().date())
    }

    /// The file of a 受付票 of today; `end` is `pdf` or `png`.
    pub fn slip(&self, number: u32, end: &str) -> PathBuf {
        self.0.book.slip(self.0.clock.now().date(), number, end)
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.0.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on(&self, event: Event) {
        let effects = self.machine().on(event);
        self.carry_out(effects);
    }

    fn carry_out(&self, effects: Vec<Effect>) {
        for effect in effects {
            let running = self.clone();
            match effect {
                Effect::Wait(ticket, length) => {
                    tokio::spawn(async move {
                        running.0.clock.patience(length).await;
                        running.on(Event::TimeUp(ticket));
                    });
                }
                Effect::Receive(ticket, visitor, card) => {
                    spawn_blocking(move || running.receive(ticket, visitor, card));
                }
            }
        }
    }

    fn receive(&self, ticket: u64, visitor: Visitor, card: Card) {
        match self.0.book.receive(visitor, card, self.0.clock.now()) {
            Ok(Reception { number, .. }) => {
                self.tell(format!("受付番号 {number:04}"), format!("received as {number:04}"));
                self.on(Event::Printed(ticket, number));
            }
            Err(cause) => {
                self.tell(format!("受付票を作れません: {cause}"), format!("no slip: {cause}"));
                self.on(Event::NotPrinted(ticket));
            }
        }
    }

    async fn look_at(self, mut routes: Vec<Route>, poll: Duration, mut stop: watch::Receiver<bool>) {
        let since = Stopwatch::start();
        let (mut troubled, mut strangers_told) = (None, false);
        loop {
            let running = self.clone();
            let pass = spawn_blocking(move || {
                let trouble = running.pass(&mut routes, since.elapsed());
                (routes, trouble)
            });
            // Only a pass that panicked gives nothing back: then there is nothing left to look with.
            let Ok((looked, trouble)) = pass.await else { return };
            routes = looked;
            let trouble = trouble.map(|trouble| trouble.to_string());
            if trouble != troubled {
                self.tell_of(trouble.as_deref());
                troubled = trouble;
            }
            if troubled.is_none() && !std::mem::replace(&mut strangers_told, true) {
                routes.iter().flat_map(Route::strangers).for_each(|path| self.tell_of_stranger(&path));
            }
            let rest = poll.max(TOUCH_AFTER).saturating_sub(TOUCH_AFTER);
            tokio::select! {
                () = tokio::time::sleep(TOUCH_AFTER) => {}
                _ = stop.wait_for(|stopped| *stopped) => return,
            }
            routes.iter_mut().for_each(Route::touch);
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                _ = stop.wait_for(|stopped| *stopped) => return,
            }
        }
    }

    /// Looks into each folder once, lets the machine see what came, and moves it on. Every folder has its turn, whatever the others say.
    fn pass(&self, routes: &mut [Route], now: Duration) -> Option<Trouble> {
        let mut trouble = None;
        for route in routes {
            match route.look(now) {
                Ok(arrived) if route.brings_results() => arrived.iter().for_each(|file| self.result(file)),
                Ok(_) => {}
                Err(away) => {
                    trouble = Some(away);
                    continue;
                }
            }
            match route.move_on() {
                Ok(moved) => {
                    for name in moved {
                        let to = route.ends().1.display();
                        self.tell(format!("{name} を {to} へ移しました"), format!("{name} moved on to {to}"));
                    }
                }
                Err(away) => trouble = Some(away),
            }
        }
        self.on(if trouble.is_some() { Event::FolderAway } else { Event::FolderBack });
        trouble
    }

    fn result(&self, file: &Arrived) {
        let (made, verdict) = self.judge(file);
        let name = &file.name;
        let mut machine = self.machine();
        if !machine.is_theirs(made) {
            drop(machine);
            return self.tell(
                format!("{name}: この機械の前にいる患者のものではありません"),
                format!("{name} is not of the patient in front of the machine"),
            );
        }
        let effects = machine.on(Event::Result(made, verdict));
        let shown = view(&machine).screen;
        drop(machine);
        self.tell(format!("{name}: 画面 {shown}"), format!("{name}: screen {shown}"));
        self.carry_out(effects);
    }

    fn judge(&self, file: &Arrived) -> (Option<jiff::civil::DateTime>, Verdict) {
        let tree = file.bytes.as_ref().and_then(|bytes| xml::read(bytes).ok());
        let Some(read) = tree.and_then(|tree| QualificationResult::from_tree(&tree.root).ok()) else {
            return (None, Verdict::Counter(Reason::NotConfirmed));
        };
        let result = read.document;
        let verdict = verdict::of_result(&result, &self.0.appointments, self.0.clock.now().date());
        (parse_time(result.header.process_execution_time.trim()), verdict)
    }

    fn tell_of_stranger(&self, path: &Path) {
        let path = path.display();
        self.tell(
            format!("{path} は以前、別のフォルダへ移す途中で止まったものです。届いたか確かめて消してください"),
            format!("{path} was on its way to another folder: see whether it arrived, and remove it"),
        );
    }

    fn tell_of(&self, trouble: Option<&str>) {
        match trouble {
            Some(trouble) => {
                let (ja, en) = trouble.split_once(" / ").unwrap_or((trouble, trouble));
                self.tell(ja, en);
            }
            None => self.tell("フォルダに届きました", "all folders are reached"),
        }
    }

    fn tell(&self, ja: impl Into<String>, en: impl Into<String>) {
        (self.0.tell)(&Words::new(ja, en));
    }
}
