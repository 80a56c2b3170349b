//! 資格確認端末 (連携アプリケーション): takes requests out of `req`, asks the centre, and puts answers into `res` and `face`.
//!
//! - [`settings`]: the `terminal` tables of the settings file
//! - [`property`]: the real terminal's own settings files, laid under it
//! - [`guard`]: folders that are somebody else's
//! - [`running`]: programs of a real terminal that run on this machine
//! - [`sealing`]: which files travel as password zips
//! - [`linkage`]: from a request to a question or a refusal (pure)
//! - [`pace`]: how long things take
//! - `serve`: the loop over `req`: looks, takes, finishes what an earlier run began
//! - `answer`: one request from its claim to its answer; `bulk`: an answer that is written unit by unit
//! - [`visit`]: the two files of a visit at the reader
//! - [`own`]: answers of somebody else in place of the centre's
//! - `outlet`: staging and delivering, with the journal's lines
//! - [`stale`]: which files nobody fetched in time (pure)
//! - `exchanges`: copies of what went through, and putting them where they were once more
//! - `lingering`: looks for them, tells of them, removes them where that is wanted
//! - [`ledger`]: every file seen and what became of it
//!
//! A terminal knows no hub, only a [`Connection`]; it blocks on threads of its own, so answers do not wait for each other.

mod answer;
mod bulk;
mod exchanges;
pub mod guard;
pub mod ledger;
mod lingering;
pub mod linkage;
mod outlet;
pub mod own;
pub mod pace;
pub mod property;
pub mod running;
pub mod sealing;
mod serve;
pub mod settings;
pub mod stale;
mod turns;
pub mod visit;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::event::{Event, FileLife, FolderKind, Sink, Words};
use crate::folder::collect::Uncollected;
use crate::folder::recover::{Unfinished, recover};
use crate::folder::{Folders, LayoutError, Paths};
use crate::handwritten::Mistake;
use crate::knob::{Knob, Knobs};
use crate::message::subsidy::{Edition, Layout};
use crate::random::Seed;
use crate::terminal::stale::Ages;
use crate::wire::{Asker, Connection};

pub use ledger::{FileRecord, Revisions};
pub use pace::Pace;
pub use settings::TerminalSettings;
pub use stale::{Stale, StayTime};
pub use visit::{Delivered, VisitDelivery};

/// The subsidy document never comes, nor its `.err`.
pub static PMH_NEVER: Knob = Knob {
    name: "pmh-never",
    room: "terminal",
    ja: "PMHの結果も .err も出力しない",
    en: "neither the subsidy document nor its .err ever appears",
    source: "spec/pmh.md §5.1 [C]",
    amount: None,
};
/// The subsidy document comes ten seconds later than it would.
pub static PMH_LATE: Knob = Knob {
    name: "pmh-late",
    room: "terminal",
    ja: "PMHの結果を10秒遅らせる",
    en: "the subsidy document appears ten seconds late",
    source: "spec/pmh.md §5.1 [C]",
    amount: None,
};
/// All of them, for whoever lists knobs.
pub static KNOBS: [&Knob; 2] = [&PMH_NEVER, &PMH_LATE];

/// Why a terminal cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Its folders.
    #[error(transparent)]
    Folders(#[from] LayoutError),
    /// Somebody else's folders.
    #[error(transparent)]
    Theirs(#[from] guard::Theirs),
    /// A settings file of the real terminal.
    #[error(transparent)]
    Property(#[from] Box<Mistake>),
    /// The layout of the subsidy document.
    #[error(
        "レイアウトファイル {path} を読めません: {cause} / cannot use this layout: correct it, or leave `layout` out for the built-in one"
    )]
    Layout {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
}

/// One 資格確認端末.
pub struct Terminal {
    number: usize,
    settings: TerminalSettings,
    folders: Arc<Folders>,
    layout: Layout,
    connection: Arc<dyn Connection>,
    clock: Clock,
    seed: Seed,
    knobs: Knobs,
    sink: Sink,
    /// What an earlier run left, until `serve` takes it up.
    unfinished: Mutex<Unfinished>,
    ledger: Mutex<ledger::Ledger>,
    uncollected: Mutex<Uncollected>,
    /// Since when result files lie in `res` and `face`.
    ages: Mutex<Ages>,
    /// Face folders of readers that are tied to a 再来受付機, by path.
    face_folders: Mutex<BTreeMap<PathBuf, Arc<Folders>>>,
    /// Short face names given for this second and those after it.
    short_names: Mutex<BTreeSet<String>>,
    hub_away: AtomicBool,
    /// Answers that cannot be written into the work folder for now.
    waiting_for_room: AtomicUsize,
    /// About the real terminal's settings files, until `serve` tells it.
    remarks: Mutex<Vec<Words>>,
    /// Names given to repeated requests.
    repeated: Mutex<BTreeSet<String>>,
    own: own::Shelf,
    whose: Option<Whose>,
}

/// Ids of the people whom the numbers in a request may mean. The terminal knows no people; the station does.
pub type Whose = Arc<dyn Fn(&own::Named) -> Vec<String> + Send + Sync>;

impl Terminal {
    /// Makes and locks the folders. Nothing is taken or written before [`Terminal::serve`] or [`Terminal::deliver_visit`].
    pub fn new(
        number: usize,
        mut settings: TerminalSettings,
        connection: Arc<dyn Connection>,
        clock: Clock,
        seed: Seed,
        knobs: Knobs,
        sink: Sink,
    ) -> Result<Self, TerminalError> {
        let remarks = property::lay_under(&mut settings)?;
        if !settings.take_over {
            guard::look(&settings.paths())?;
        }
        let folders = Arc::new(Folders::open_keeping(settings.paths(), settings.kept())?);
        Ok(Self {
            number,
            layout: read_layout(settings.layout.as_deref(), settings.edition)?,
            // Looked at before anything of this run can lie in the work folder.
            unfinished: Mutex::new(recover(&folders)),
            folders,
            own: own::Shelf::new(settings.answers.clone()),
            whose: None,
            settings,
            connection,
            clock,
            seed,
            knobs,
            sink,
            ledger: Mutex::default(),
            uncollected: Mutex::default(),
            ages: Mutex::default(),
            face_folders: Mutex::default(),
            short_names: Mutex::default(),
            repeated: Mutex::default(),
            hub_away: AtomicBool::new(false),
            waiting_for_room: AtomicUsize::new(0),
            remarks: Mutex::new(remarks),
        })
    }

    /// The same, with the steps of its files counted together with other terminals'.
    pub fn counting_with(mut self, revisions: Revisions) -> Self {
        self.ledger = Mutex::new(ledger::Ledger::new(revisions));
        self
    }

    /// The same, with the answers that are PUT, and with somebody to ask whom a request is about.
    pub fn answering_with(mut self, put: own::Put, whose: Whose) -> Self {
        self.own = self.own.sharing(put);
        self.whose = Some(whose);
        self
    }

    /// The operator's own answers.
    pub fn own(&self) -> &own::Shelf {
        &self.own
    }

    /// From 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// How it was set up, the real terminal's settings files included.
    pub fn settings(&self) -> &TerminalSettings {
        &self.settings
    }

    /// Its shared folders.
    pub fn paths(&self) -> &Paths {
        self.folders.paths()
    }

    /// Files that changed after `revision` (0: all that are remembered), at most `limit` of the latest, in the order of their last change.
    pub fn files_since(&self, revision: u64, limit: usize) -> Vec<FileRecord> {
        lock(&self.ledger).since(revision, limit)
    }

    /// Back to the start-up state: the records are forgotten. `req`, `res` and `face` are never touched, requests in work are answered,
    /// and copies stay: like the files in `res` they say what happened, and nothing is decided by them.
    pub fn reset(&self) {
        lock(&self.ledger).clear();
        lock(&self.uncollected).clear();
        *lock(&self.ages) = Ages::default();
        lock(&self.short_names).clear();
        lock(&self.repeated).clear();
        self.own.reset();
    }

    fn asker(&self) -> Asker {
        Asker { institution: self.settings.institution.clone(), time: self.clock.now() }
    }

    /// Writes one step in the life of a file into ledger and journal.
    fn step(&self, folder: FolderKind, path: &Path, life: FileLife, note: Option<String>, millis: Option<f64>) {
        self.step_of(None, (folder, path), life, note, millis);
    }

    /// The same, of a file that belongs to an exchange.
    fn step_of(
        &self,
        exchange: Option<u64>,
        (folder, path): (FolderKind, &Path),
        life: FileLife,
        note: Option<String>,
        millis: Option<f64>,
    ) {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        lock(&self.ledger).note(ledger::Step {
            folder,
            name: &name,
            path: path.to_owned(),
            exchange,
            life,
            time: self.clock.now(),
            note: note.clone(),
        });
        self.sink.emit(Event::File { terminal: self.number, folder, name, life, note, millis });
    }

    fn trouble(&self, ja: String, en: String) {
        self.sink.emit(Event::Trouble { room: "terminal", ja, en });
    }

    fn notice(&self, ja: String, en: String) {
        self.sink.emit(Event::Notice { room: "terminal", ja, en });
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Terminal {} at {}", self.number, self.paths().req.display())
    }
}

/// The subsidy layout of `path`, the built-in one without a path.
///
/// # Errors
/// The file cannot be read, or is no layout.
pub fn read_layout(path: Option<&Path>, edition: Edition) -> Result<Layout, TerminalError> {
    let Some(path) = path else { return Ok(Layout::embedded(edition).clone()) };
    let wrong = |cause: String| TerminalError::Layout { path: path.to_owned(), cause };
    let text = std::fs::read_to_string(path).map_err(|cause| wrong(cause.to_string()))?;
    Layout::from_toml(&path.display().to_string(), &text, edition).map_err(|cause| wrong(cause.to_string()))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
