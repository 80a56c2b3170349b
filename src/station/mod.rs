//! One desk: readers, terminals, the connection to a hub, the clock and the journal, composed.
//!
//! - [`settings`]: what stands in `madoguchi.toml`
//! - [`layouts`]: tables of a vendor in place of ours
//! - [`reader`]: a reader at work
//! - [`roster`]: people, and the cards in their purses
//! - [`links`]: what a reader needs of its station
//! - [`journal`]: everything that happened
//! - [`state`]: what is kept between runs; `keeping`: when
//! - [`adoption`]: people whom a query names and nobody knows; [`import`]: many people as one table
//! - [`exchanges`]: requests beside their answers, after the files are gone, and the same again
//! - [`plastic`]: cards in PC/SC readers; [`bindings`]: whose they are
//! - `faults`: the knobs of all rooms
//! - [`answers`]: the operator's own answers
//! - `shared`: the shared folders as another program uses them
//! - [`view`], [`visit`], [`error`]: the station from outside; [`desk`]: as a screen drives it

pub mod adoption;
pub mod answers;
pub mod bindings;
pub mod desk;
pub mod error;
pub mod exchanges;
mod faults;
pub mod import;
pub mod journal;
mod keeping;
pub mod layouts;
pub mod links;
mod open;
pub mod plastic;
pub mod reader;
pub mod roster;
pub mod settings;
mod shared;
pub mod state;
pub mod view;
pub mod visit;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;
use tokio::sync::{oneshot, watch};

use self::adoption::Adoption;
pub use self::error::StationError;
use self::journal::Journal;
use self::links::Links;
use self::reader::{Message, Order, Press, Reader, Setup, Source};
use self::roster::{IssuedCard, PersonRow, ResetCard};
use self::state::StateFolder;
use self::view::{FileView, LifeStep, ReaderView, StationView, TerminalView};
use self::visit::{VisitReport, VisitRequest};
use crate::clock::Clock;
use crate::event::{Event, Lang};
use crate::face_reader::event::is_typable;
use crate::hub::Hub;
use crate::hub::audit::Audit;
use crate::knob::{Knob, Setting};
use crate::people::Profile;
use crate::people::reissue::Reissue;
use crate::terminal::{Terminal, own};
pub use faults::knobs_of_all_rooms;
pub use open::{OpenError, check_named};

/// A station at work.
pub struct Station {
    links: Arc<Links>,
    setups: Vec<Setup>,
    readers: Vec<Reader>,
    hub: Option<Arc<Hub>>,
    audit: Option<Arc<Audit>>,
    adoption: Option<Arc<Adoption>>,
    put: own::Put,
    plastic: plastic::Watch,
    lang: Lang,
    control: OnceLock<String>,
    state: Option<StateFolder>,
    armed_at_start: Vec<(&'static Knob, Setting)>,
    stop: watch::Sender<bool>,
    serving: Mutex<Vec<tokio::task::JoinHandle<()>>>,
}

impl Station {
    /// Makes one whole visit; returns when the dialogue is over and every file that will come has come.
    pub async fn visit(&self, request: VisitRequest) -> Result<VisitReport, StationError> {
        let source = request.card.as_deref().map_or(Ok(Source::Soft), Source::parse)?;
        let person = request.person.as_deref().map(|id| self.links.roster.find(id)).transpose()?;
        if person.is_none() && source == Source::Soft {
            return Err(StationError::BadValue {
                what: "person".to_owned(),
                ja: "患者を指定してください".to_owned(),
                en: "a software card needs its person".to_owned(),
            });
        }
        if request.pin.as_ref().is_some_and(|pin| !is_typable(pin)) {
            return Err(StationError::BadValue {
                what: "pin".to_owned(),
                ja: "暗証番号は数字4桁です".to_owned(),
                en: "the reader's pad takes four digits".to_owned(),
            });
        }
        let faults = request.faults.iter().map(|text| self.fault(text)).collect::<Result<Vec<_>, _>>()?;
        let plan = request.plan(person.as_deref());
        let number = request.reader.unwrap_or_else(|| self.reader_for(&source));
        let (reply, report) = oneshot::channel();
        if let Some(file) = &request.answer {
            self.check_own(number, file).await?;
        }
        let person = person.map(|p| p.id.clone());
        let order = Order { person, source, plan, faults, own: request.answer, reply };
        self.at(number)?.tell(Message::Order(order))?;
        report.await.map_err(|_| StationError::Stopped)?
    }

    /// The reader that fits a card when nobody names one.
    fn reader_for(&self, source: &Source) -> usize {
        let own = self.setups.iter().position(|setup| setup.source == *source);
        let free = self.readers.iter().position(|reader| reader.view().state == "idle");
        own.filter(|_| *source != Source::Soft).or(free).unwrap_or(0) + 1
    }

    /// One step at a reader; returns with the reader as it waits for a person again.
    pub async fn press(&self, number: usize, press: Press) -> Result<ReaderView, StationError> {
        let reader = self.at(number)?;
        let (done, result) = oneshot::channel();
        reader.tell(Message::Press(press, done))?;
        result.await.map_err(|_| StationError::Stopped)??;
        Ok(reader.view())
    }

    /// All readers.
    pub fn readers(&self) -> Vec<ReaderView> {
        self.readers.iter().map(Reader::view).collect()
    }

    /// One reader, from 1.
    pub fn reader(&self, number: usize) -> Result<ReaderView, StationError> {
        Ok(self.at(number)?.view())
    }

    fn at(&self, number: usize) -> Result<&Reader, StationError> {
        let index = number.checked_sub(1);
        index.and_then(|i| self.readers.get(i)).ok_or(StationError::NoSuchReader { number, have: self.readers.len() })
    }

    /// Files that changed after `seq`, at most `limit` of the latest, in the order of their last step.
    pub fn files_since(&self, seq: u64, limit: usize) -> Vec<FileView> {
        let mut files: Vec<FileView> = self.terminals().iter().flat_map(|t| files_of(t, seq, limit)).collect();
        files.sort_by_key(|file| file.seq);
        files.drain(..files.len().saturating_sub(limit));
        files
    }

    /// Document time and timers.
    pub fn clock(&self) -> &Clock {
        &self.links.clock
    }

    /// The journal.
    pub fn journal(&self) -> &Arc<Journal> {
        &self.links.journal
    }

    /// Says that something visible has changed.
    pub fn touch(&self) {
        self.links.touch();
    }

    fn terminals(&self) -> &[Arc<Terminal>] {
        &self.links.terminals
    }

    // ── people ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// Everybody, in the order of the screen.
    pub fn people(&self) -> Vec<PersonRow> {
        self.links.roster.rows()
    }

    /// One person's profile as JSON, as it would stand in a file.
    pub fn profile(&self, id: &str) -> Result<Value, StationError> {
        let profile = self.links.roster.profile(id)?;
        serde_json::to_value(profile).map_err(|error| StationError::BadProfile { message: error.to_string() })
    }

    /// Replaces a person, until reset.
    pub fn replace_person(&self, id: &str, profile: Profile) -> Result<(), StationError> {
        self.links.roster.profile(id)?;
        self.put_person(id, profile)
    }

    /// Adds a person, until reset.
    pub fn add_person(&self, id: &str, profile: Profile) -> Result<(), StationError> {
        if self.links.roster.profile(id).is_ok() {
            return Err(StationError::PersonExists { id: id.to_owned() });
        }
        self.put_person(id, profile)
    }

    /// Issues another card to a person; the hub revokes the one before. Kept with `--state`, until reset.
    pub fn issue_card(&self, id: &str, asked: Reissue) -> Result<IssuedCard, StationError> {
        let hub = self.hub.as_ref().ok_or(StationError::NoEmbeddedHub)?;
        let (person, issued) = self.links.roster.issue_card(id, asked)?;
        hub.register_person(person, self.clock().now())
            .map_err(|error| StationError::Outside { message: error.to_string() })?;
        self.touch();
        Ok(issued)
    }

    /// Makes the card of a person as it was issued: counters, PINs, face misses. Tells whether it was another. Not while it lies on a
    /// reader.
    pub fn reset_card(&self, id: &str) -> Result<ResetCard, StationError> {
        let id = self.links.roster.find(id)?.id.clone();
        if let Some(reader) = self.readers().into_iter().find(|reader| reader.person.as_deref() == Some(&id)) {
            return Err(StationError::ReaderBusy { number: reader.number, state: reader.state });
        }
        let changed = self.links.roster.reset_card(&id)?;
        self.touch();
        Ok(ResetCard { id, changed })
    }

    /// The embedded hub; none when a distant one is used.
    pub fn hub(&self) -> Option<Arc<Hub>> {
        self.hub.clone()
    }

    /// Where `[hub] audit` has the embedded hub write down who asked what.
    pub fn audit(&self) -> Option<Arc<Audit>> {
        self.audit.clone()
    }

    fn put_person(&self, id: &str, profile: Profile) -> Result<(), StationError> {
        let hub = self.hub.as_ref().ok_or(StationError::NoEmbeddedHub)?;
        let person = self.links.roster.put(id, profile)?;
        hub.register_person(person, self.clock().now())
            .map_err(|error| StationError::Outside { message: error.to_string() })?;
        self.touch();
        Ok(())
    }

    /// Removes a person, until reset.
    pub fn remove_person(&self, id: &str) -> Result<(), StationError> {
        let hub = self.hub.as_ref().ok_or(StationError::NoEmbeddedHub)?;
        self.links.roster.remove(id)?;
        hub.remove_person(id).map_err(|error| StationError::Outside { message: error.to_string() })?;
        self.touch();
        Ok(())
    }

    // ── beginning and end ──────────────────────────────────────────────────────────────────────────────────────────────

    /// Back to the start-up state with the same seed; `req`, `res` and `face` stay as they are, and so do the copies of what went
    /// through: whoever resets after a test that failed wants to look at it.
    pub async fn reset(&self) -> Result<(), StationError> {
        for reader in &self.readers {
            let (done, finished) = oneshot::channel();
            reader.tell(Message::Reset(done))?;
            finished.await.map_err(|_| StationError::Stopped)?;
        }
        self.links.knobs.disarm_all();
        for (knob, setting) in &self.armed_at_start {
            self.links.knobs.arm(knob, setting.clone());
        }
        self.put.clear();
        self.links.visits.clear();
        self.links.roster.reset();
        self.links.bindings.reset();
        self.adoption.iter().for_each(|adoption| adoption.reset());
        if let Some(hub) = &self.hub {
            hub.reset(self.links.roster.at_start())
                .map_err(|error| StationError::Outside { message: error.to_string() })?;
        }
        for terminal in self.terminals() {
            terminal.reset();
        }
        self.links.sink.emit(Event::Reset);
        Ok(())
    }

    /// Says where the control API listens.
    pub fn set_control(&self, url: String) {
        // Said once, by whoever opened the port.
        let _ = self.control.set(url);
        self.touch();
    }

    /// Turns true when the station goes down.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Goes down: nothing new is taken, what was begun is finished, what is kept is written.
    pub async fn shut_down(&self) {
        self.stop.send_replace(true);
        let serving = std::mem::take(&mut *self.serving.lock().unwrap_or_else(PoisonError::into_inner));
        for task in serving {
            // A task that panicked has told so on stderr; the others still end in order.
            let _ = task.await;
        }
        if let Some(folder) = &self.state {
            if let Err(error) = self.keep(folder) {
                eprintln!("madoguchi: {error}");
            }
            folder.release();
        }
    }

    /// The station in short.
    pub fn summary(&self) -> StationView {
        StationView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            time: crate::clock::time14(self.clock().now()),
            frozen: self.clock().is_frozen(),
            hub: self.links.connection.name(),
            pace: pace_name(self.links.pace),
            seed: self.links.seed.0,
            terminals: self.terminals().iter().map(|t| terminal_view(t)).collect(),
            readers: self.readers.len(),
        }
    }
}

fn files_of(terminal: &Terminal, seq: u64, limit: usize) -> Vec<FileView> {
    let view = |file: crate::terminal::FileRecord| FileView {
        seq: file.revision,
        terminal: terminal.number(),
        folder: file.folder,
        name: file.name,
        path: file.path.display().to_string(),
        exchange: file.exchange.map(|number| exchanges::id_of(terminal.number(), number)),
        life: file.life.into_iter().map(|(life, time)| LifeStep { life, time }).collect(),
        note: file.note,
    };
    terminal.files_since(seq, limit).into_iter().map(view).collect()
}

fn terminal_view(terminal: &Terminal) -> TerminalView {
    let paths = terminal.paths();
    TerminalView {
        number: terminal.number(),
        institution: terminal.settings().institution.clone(),
        req: paths.req.display().to_string(),
        res: paths.res.display().to_string(),
        face: paths.face.display().to_string(),
    }
}

fn pace_name(pace: crate::terminal::Pace) -> String {
    match pace {
        crate::terminal::Pace::Instant => "instant",
        crate::terminal::Pace::Brisk => "brisk",
        crate::terminal::Pace::Real => "real",
    }
    .to_owned()
}
