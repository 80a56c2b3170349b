//! A station is put together.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use tokio::sync::watch;

use super::adoption::Adoption;
use super::bindings::Bindings;
use super::exchanges::Visits;
use super::faults::{FaultEntry, knob_of_any_room};
use super::journal::Journal;
use super::layouts::{Layouts, LayoutsError};
use super::links::Links;
use super::reader::attendant::Attendant;
use super::reader::{Setup, Source};
use super::roster::Roster;
use super::settings::{Settings, SettingsError, SubsidyQuestion, UnknownPeople};
use super::state::{StateError, StateFolder};
use super::view::TerminalView;
use super::{Station, StationError, plastic};
use crate::clock::Clock;
use crate::event::{Event, Lang, Sink};
use crate::face_reader::screens::{Model, ModelError};
use crate::folder::watch::Watch;
use crate::hub::audit::Audit;
use crate::hub::audit::connection::Audited;
use crate::hub::error::StoreError;
use crate::hub::storage::Storage;
use crate::hub::{self, Hub, ReferenceNumbers, Roots};
use crate::knob::{Knob, Knobs, Setting};
use crate::people::{Finding, PeopleError, load_or_built_in};
use crate::random::Seed;
use crate::terminal::{Revisions, Terminal, TerminalError, Whose, own, property, read_layout};
use crate::wire::Connection;
use crate::wire::http::HttpHub;
use crate::wire::latency::Delayed;
use crate::wire::tls::TlsError;

/// Why a station cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Its people.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// A terminal's folders or layout.
    #[error(transparent)]
    Terminal(#[from] TerminalError),
    /// A layout folder.
    #[error(transparent)]
    Layouts(#[from] LayoutsError),
    /// A model of reader.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// What was kept.
    #[error(transparent)]
    State(#[from] StateError),
    /// Certificates for a hub elsewhere.
    #[error("[hub] {0}")]
    Tls(#[from] TlsError),
    /// The audit of the embedded hub.
    #[error("[hub] audit {file}: {cause} / cannot be written: name another file")]
    Audit {
        /// The file.
        file: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A value that means nothing here.
    #[error(transparent)]
    Value(#[from] StationError),
    /// The embedded hub.
    #[error("内蔵ハブを用意できません: {0} / the embedded hub cannot be set up")]
    Hub(StoreError),
}

impl OpenError {
    /// Is it something outside (folders) rather than a setting that is wrong?
    pub fn is_outside(&self) -> bool {
        match self {
            Self::Terminal(TerminalError::Folders(_))
            | Self::State(StateError::Unwritable { .. } | StateError::Held { .. }) => true,
            Self::Hub(error) => !error.trouble.is_wrong_choice(),
            _ => false,
        }
    }

    /// What can be done about it, where the message does not say so itself.
    pub fn remedy(&self) -> Option<String> {
        match self {
            Self::Value(error) => error.remedy(),
            _ => None,
        }
    }
}

impl Station {
    /// Puts a station together and lets it serve. Needs a tokio runtime.
    pub async fn open(settings: Settings, lang: Lang) -> Result<Arc<Self>, OpenError> {
        let mut settings = settings.complete()?;
        let mut layouts = Layouts::read(settings.station.layouts.as_deref())?;
        layouts.take_error_codes(settings.hub.error_codes.as_deref())?;
        for terminal in &mut settings.terminal {
            terminal.layout = terminal.layout.take().or_else(|| layouts.pmh.clone());
            terminal.tags = layouts.tags.clone();
        }
        let clock = settings.clock()?;
        let seed = Seed(settings.station.seed);
        let journal = Journal::new(clock.clone());
        let sink = journal.sink();
        let knobs = Knobs::new(seed, sink.clone());
        let people = load_or_built_in(settings.station.people.as_deref(), clock.now().date())?;
        let meant = |finding: &Finding| finding.intended || layouts.knows(finding);
        let unmeant: Vec<Finding> = people.findings().into_iter().filter(|finding| !meant(finding)).collect();
        let state = settings.station.state.as_deref().map(|folder| StateFolder::take(folder, "run")).transpose()?;
        let kept = state.as_ref().map_or_else(|| Ok(Default::default()), StateFolder::read)?;
        let roster = Arc::new(Roster::new(people, clock.clone(), seed, kept.cards, kept.adopted));
        let (connection, hub) =
            connect(&settings, &layouts, &roster, seed, &knobs, &kept.reference_numbers, sink.clone())?;
        let adoption = hub.clone().map(|hub| {
            let mode = settings.station.unknown_people;
            Arc::new(Adoption::new(mode, hub, roster.clone(), clock.clone(), seed, sink.clone()))
        });
        let audit = adoption.as_ref().map_or(Ok(None), |_| audit(&settings, &sink))?;
        let connection = match adoption.clone() {
            Some(adoption) => Delayed::by(settings.hub.latency, audited(adoption, audit.as_ref()), &clock, seed),
            None => connection,
        };
        let put = own::Put::default();
        let whose: Whose = {
            let roster = roster.clone();
            Arc::new(move |named| roster.whose(named))
        };
        let terminals = terminals(&settings, &connection, &clock, seed, &knobs, &sink)?
            .into_iter()
            .map(|terminal| Arc::new(terminal.answering_with(put.clone(), whose.clone())))
            .collect();
        let links = Arc::new(Links {
            clock,
            seed,
            knobs,
            sink,
            journal,
            pace: settings.station.pace,
            roster,
            bindings: Bindings::new(kept.bindings),
            test_roots: Roots::of_test_authority(),
            connection,
            terminals,
            uses: settings.station.uses,
            visits: Visits::default(),
            elements: Arc::new(layouts.elements),
            asks_always: settings.station.subsidy_question == SubsidyQuestion::Always,
        });
        let plastic = plastic::Watch::default();
        let setups = setups(&settings)?;
        let readers = setups
            .iter()
            .zip(&settings.reader)
            .map(|(setup, table)| {
                let dialogue = table.dialogue();
                let model = model(&dialogue.model)?;
                let reader = Attendant::start(setup.clone(), links.clone(), dialogue, model);
                if let Source::Pcsc(name) = &setup.source {
                    plastic.follow(name.clone(), reader.inbox.downgrade());
                }
                Ok(reader)
            })
            .collect::<Result<Vec<_>, OpenError>>()?;
        let mut station = Self {
            links,
            setups,
            readers,
            hub,
            audit,
            adoption,
            put,
            plastic,
            lang,
            control: OnceLock::new(),
            state,
            armed_at_start: Vec::new(),
            stop: watch::channel(false).0,
            serving: Mutex::default(),
        };
        station.arm_at_start(&settings)?;
        let station = Arc::new(station);
        station.serve().await;
        station.start_keeping();
        station.tell_unmeant(&unmeant);
        if station.adoption.is_none() && settings.station.unknown_people == UnknownPeople::Adopt {
            station.links.trouble(
                "people",
                "ハブが外部にあるため、知らない人を採用できません (unknown_people)".to_owned(),
                "the hub is elsewhere, so unknown people cannot be adopted (unknown_people)".to_owned(),
            );
        }
        Ok(station)
    }

    fn arm_at_start(&mut self, settings: &Settings) -> Result<(), OpenError> {
        let mut list: Vec<(&'static Knob, Setting)> = Vec::new();
        for (name, entry) in &settings.faults {
            let knob = self.knob(name)?;
            match entry {
                FaultEntry::Plain(true) => list.push((knob, Setting::default())),
                FaultEntry::Plain(false) => {}
                FaultEntry::Told(setting) => list.push((knob, setting.clone())),
            }
        }
        for (knob, setting) in &list {
            self.arm(knob, setting.clone())?;
        }
        self.armed_at_start = list;
        Ok(())
    }

    /// Starts the terminals and says that the station is ready.
    async fn serve(&self) {
        for setup in &self.setups {
            if let (Some(folder), Some(terminal)) = (&setup.face_folder, self.terminals().get(setup.terminal))
                && let Err(error) = terminal.adopt_face_folder(folder.clone()).await
            {
                self.links.trouble("terminal", error.to_string(), error.to_string());
            }
        }
        let watch = Watch::new();
        let mut serving = Vec::new();
        for terminal in self.terminals() {
            let mut stop = self.stopping();
            let stopped = async move {
                let _ = stop.wait_for(|stopped| *stopped).await;
            };
            serving.push(tokio::spawn(terminal.clone().serve(watch.clone(), stopped)));
        }
        if let Ok(mut list) = self.serving.lock() {
            list.extend(serving);
        }
        let folders = self.summary().terminals.iter().map(TerminalView::root).collect();
        self.links.sink.emit(Event::Ready { control: self.control.get().cloned(), folders });
    }

    /// Numbers and codes of profiles that break a rule without being meant to: the person is served all the same.
    fn tell_unmeant(&self, findings: &[Finding]) {
        for finding in findings {
            self.links.trouble(
                "people",
                format!("患者 {finding}。意図したものなら irregular に書いてください"),
                format!("person {finding}; list it under irregular if it is meant"),
            );
        }
    }

    /// Looks for cards in the PC/SC readers of this machine, for whoever sits at a screen.
    pub fn look_for_plastic(&self) {
        self.plastic.look_around(self.journal().clone());
    }
}

/// `hub`, with its questions written down where there is an audit.
fn audited(hub: Arc<dyn Connection>, audit: Option<&Arc<Audit>>) -> Arc<dyn Connection> {
    match audit {
        Some(audit) => Audited::by(audit.clone(), hub),
        None => hub,
    }
}

/// What `[hub] audit` asks for.
fn audit(settings: &Settings, sink: &Sink) -> Result<Option<Arc<Audit>>, OpenError> {
    let Some(file) = &settings.hub.audit else { return Ok(None) };
    let (sink, name) = (sink.clone(), file.display().to_string());
    let trouble = move |error: &io::Error| {
        let ja = format!("監査記録 {name} を書けません: {error}");
        sink.emit(Event::Trouble { room: "hub", ja, en: format!("the audit {name} cannot be written: {error}") });
    };
    Audit::open(file, trouble).map(Some).map_err(|cause| OpenError::Audit { file: file.clone(), cause })
}

type Connected = (Arc<dyn Connection>, Option<Arc<Hub>>);

fn connect(
    settings: &Settings,
    layouts: &Layouts,
    roster: &Roster,
    seed: Seed,
    knobs: &Knobs,
    kept: &ReferenceNumbers,
    events: Sink,
) -> Result<Connected, OpenError> {
    let files = settings.hub.files()?;
    if let Some(url) = &settings.hub.url {
        return Ok((Arc::new(HttpHub::with_certificate(url, &files)?), None));
    }
    let table = &settings.hub;
    let rules = hub::Settings {
        maintenance: table.maintenance,
        link_at: table.link_at,
        past_days: table.past_days,
        future_subsidies: table.future_subsidies,
        ..hub::Settings::default().with_bulk(table.bulk_ready_after, table.bulk_kept_for)
    };
    let failed = OpenError::Hub;
    let storage = Storage::open(&table.store, seed, "run").map_err(failed)?;
    let hub = Hub::with_storage(roster.at_start(), Roots::of_test_authority(), seed, rules, knobs.clone(), storage)
        .map_err(failed)?;
    roster.changed_before().into_iter().try_for_each(|person| hub.put_person(person)).map_err(failed)?;
    hub.restore(kept).map_err(failed)?;
    let hub = Arc::new(hub.with_wording(layouts.wording.clone()).with_events(events));
    Ok((hub.clone(), Some(hub)))
}

fn terminals(
    settings: &Settings,
    connection: &Arc<dyn Connection>,
    clock: &Clock,
    seed: Seed,
    knobs: &Knobs,
    sink: &Sink,
) -> Result<Vec<Terminal>, OpenError> {
    let revisions = Revisions::default();
    let open = |(index, table): (usize, &crate::terminal::TerminalSettings)| {
        let terminal = Terminal::new(
            index + 1,
            table.clone(),
            connection.clone(),
            clock.clone(),
            seed,
            knobs.clone(),
            sink.clone(),
        )?;
        Ok(terminal.counting_with(revisions.clone()))
    };
    settings.terminal.iter().enumerate().map(open).collect()
}

fn setups(settings: &Settings) -> Result<Vec<Setup>, OpenError> {
    let setup = |(index, table): (usize, &super::settings::ReaderTable)| {
        Ok(Setup {
            number: index + 1,
            source: Source::parse(&table.source)?,
            terminal: table.terminal - 1,
            card_timing: table.card_timing,
            face_folder: table.face_folder.clone(),
            auto_pilot: table.auto_pilot,
        })
    };
    settings.reader.iter().enumerate().map(setup).collect()
}

/// Looks at what complete settings name: models of readers, subsidy layouts, the real terminal's files, faults. A station that is opened with them does the same.
///
/// # Errors
/// The first that is not there or cannot be used.
pub fn check_named(settings: &Settings) -> Result<(), OpenError> {
    setups(settings)?;
    for reader in &settings.reader {
        model(&reader.dialogue().model)?;
    }
    settings.hub.files()?.read()?;
    for terminal in &settings.terminal {
        property::lay_under(&mut terminal.clone()).map_err(TerminalError::from)?;
        read_layout(terminal.layout.as_deref(), terminal.edition)?;
    }
    settings.faults.keys().try_for_each(|name| knob_of_any_room(name).map(drop)).map_err(OpenError::from)
}

fn model(name: &str) -> Result<Model, ModelError> {
    match Model::shipped(name) {
        Err(ModelError::Unknown(_)) if Path::new(name).is_file() => match std::fs::read_to_string(name) {
            Ok(text) => Model::parse(name, &text),
            Err(_) => Err(ModelError::Unknown(name.to_owned())),
        },
        shipped => shipped,
    }
}
