//! The station as a screen in the same process drives it.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::reader::{Message, Press};
use super::view::{ChainView, Command, Desk, FaultView, FileView, JournalLine, OwnFile, View};
use super::{Station, StationError, pace_name, terminal_view};
use crate::event::{Entry, Event, FileLife, Lang, Words};
use crate::handwritten;
use crate::knob::{Knob, Setting};
use crate::message::element::ElementTable;
use crate::terminal::fault::magic::code_of;

/// Lines of the journal that a view carries.
const VIEW_LINES: usize = 200;
/// Files that a view carries.
const VIEW_FILES: usize = 200;

/// A screen's hold on a station.
pub struct LocalDesk {
    station: Arc<Station>,
    runtime: Handle,
}

impl LocalDesk {
    /// For screens on threads of their own; `runtime` carries what they ask for.
    pub fn new(station: Arc<Station>, runtime: Handle) -> Self {
        Self { station, runtime }
    }

    /// A step whose refusal goes to the journal, since nobody waits for it.
    fn press(&self, number: usize, press: Press) -> Result<(), StationError> {
        let (done, result) = oneshot::channel();
        self.station.at(number)?.tell(Message::Press(press, done))?;
        let links = self.station.links.clone();
        self.runtime.spawn(async move {
            if let Ok(Err(error)) = result.await {
                links.notice("operate", error.to_string(), error.to_string());
            }
        });
        Ok(())
    }

    fn try_to(&self, command: Command) -> Result<(), StationError> {
        match command {
            Command::Place { reader, person } => {
                let auto_pilot = self.station.reader(reader)?.auto_pilot;
                self.press(reader, Press::CardPlaced { person, auto_pilot })
            }
            Command::Remove { reader } => self.press(reader, Press::CardRemoved {}),
            Command::AutoPilot { reader, on } => self.press(reader, Press::AutoPilot { on }),
            Command::Press { reader, event } => {
                let press = handwritten::of_value(&event).map_err(|error| StationError::BadValue {
                    what: "event".to_owned(),
                    ja: "この操作は読めません".to_owned(),
                    en: error,
                })?;
                self.press(reader, press)
            }
            Command::Adopt { id } => self.station.adopt_remembered(&id).map(drop),
            Command::Own { reader, file } => self.station.bind_own(reader, file),
            Command::Repeat { exchange, how } => {
                let station = self.station.clone();
                self.runtime.spawn(async move {
                    if let Err(error) = station.repeat(&exchange, how).await {
                        station.links.notice("operate", error.to_string(), error.to_string());
                    }
                });
                Ok(())
            }
            Command::Fault { name } => self.station.toggle(&name),
            Command::Reset => {
                let station = self.station.clone();
                self.runtime.spawn(async move {
                    if let Err(error) = station.reset().await {
                        station.links.trouble("station", error.to_string(), error.to_string());
                    }
                });
                Ok(())
            }
        }
    }
}

impl Desk for LocalDesk {
    fn view(&self) -> View {
        self.station.view()
    }

    fn revision(&self) -> u64 {
        self.station.journal().revision()
    }

    fn act(&self, command: Command) {
        if let Err(error) = self.try_to(command) {
            self.station.links.notice("operate", error.to_string(), error.to_string());
        }
    }

    fn contents(&self, file: &FileView) -> Option<Vec<u8>> {
        self.station.contents(file)
    }

    fn own_files(&self, reader: usize) -> Vec<OwnFile> {
        self.station.own_files(reader)
    }

    fn elements(&self) -> Arc<ElementTable> {
        self.station.links.elements.clone()
    }
}

impl Station {
    /// Everything a screen shows.
    pub fn view(&self) -> View {
        let clock = self.clock();
        let mut people = self.links.roster.views();
        people.extend(self.plastic.cards());
        let offered = self.adoption.as_ref().map_or_else(HashSet::new, |adoption| adoption.offered());
        let lines = self.journal().since(0, VIEW_LINES);
        View {
            time: clock.now(),
            frozen: clock.is_frozen(),
            hub: self.links.connection.name(),
            control: self.control.get().cloned(),
            lang: self.lang,
            pace: pace_name(self.links.pace),
            terminals: self.terminals().iter().map(|t| terminal_view(t)).collect(),
            readers: self.readers(),
            people,
            files: self.files_since(0, VIEW_FILES),
            journal: lines.iter().filter(|entry| !is_chain(entry)).map(|entry| line(entry, &offered)).collect(),
            chains: lines.iter().filter_map(|entry| ChainView::of(entry)).collect(),
            faults: self.fault_views(),
        }
    }

    /// Arms a knob for the next time, or takes it back when it is armed.
    fn toggle(&self, name: &str) -> Result<(), StationError> {
        let knob = self.knob(name)?;
        if self.knobs().armed().iter().any(|armed| armed.name == knob.name) {
            self.disarm(knob);
        } else {
            self.arm(knob, Setting { count: Some(1), ..Setting::default() })?;
        }
        Ok(())
    }

    fn fault_views(&self) -> Vec<FaultView> {
        let armed = self.knobs().armed();
        let state = |knob: &'static Knob| {
            let mine = || armed.iter().filter(|a| a.name == knob.name);
            FaultView {
                name: knob.name.to_owned(),
                words: Words::new(knob.ja, knob.en),
                more: told_of(knob),
                armed: mine().any(|a| a.setting.target.is_none()),
                hits: self.knobs().hits(knob),
            }
        };
        self.knob_table().into_iter().map(state).collect()
    }
}

/// What there is to say of a fault besides what happens.
fn told_of(knob: &Knob) -> Words {
    let mark = code_of(knob).map(|code| format!(" [MDG{code}]")).unwrap_or_default();
    Words::new(
        format!("{}。レセコンは: {}{mark}", knob.at.ja, knob.bearing.ja),
        format!("{}; a レセコン: {}{mark}", knob.at.en, knob.bearing.en),
    )
}

/// They have a page of their own, beside the lines for people.
fn is_chain(entry: &Entry) -> bool {
    matches!(entry.event, Event::Chain { .. })
}

fn line(entry: &Entry, offered: &HashSet<String>) -> JournalLine {
    let loud = match &entry.event {
        Event::Trouble { .. } | Event::FaultHit { .. } | Event::Unknown { .. } | Event::WhoIsThis { .. } => true,
        Event::File { life, .. } => *life == FileLife::Refused,
        _ => false,
    };
    let words = Words::new(entry.event.text(Lang::Ja), entry.event.text(Lang::En));
    let adopts = match &entry.event {
        Event::Unknown { id, .. } => offered.get(id).cloned(),
        _ => None,
    };
    JournalLine { seq: entry.seq, time: entry.time, words, loud, adopts }
}
