//! What a station looks like from outside: plain data, cheap to copy, the same in the process and over HTTP.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::chain::Arrow;
use crate::event::{Entry, Event, FileLife, FolderKind, Lang, Words};
use crate::message::element::ElementTable;
use crate::station::exchanges::How;
pub use crate::terminal::own::OwnFile;

/// Everything a screen shows.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct View {
    /// Document time, JST.
    #[schema(value_type = String)]
    pub time: DateTime,
    /// Does document time stand still?
    pub frozen: bool,
    /// The hub behind the terminals: `embedded` or a URL.
    pub hub: String,
    /// Where the control API listens.
    pub control: Option<String>,
    /// Language of the operator.
    #[schema(value_type = String, example = "ja")]
    pub lang: Lang,
    /// Pace by name: `instant`, `brisk`, `real`.
    pub pace: String,
    /// The terminals with their folders.
    pub terminals: Vec<TerminalView>,
    /// The readers, numbered from 1.
    pub readers: Vec<ReaderView>,
    /// The people, in the order of their keys.
    pub people: Vec<PersonView>,
    /// Files seen, oldest first.
    pub files: Vec<FileView>,
    /// The end of the journal, oldest first.
    pub journal: Vec<JournalLine>,
    /// What the systems behind the terminal told each other lately, oldest first. A hub elsewhere tells nothing here.
    #[serde(default)]
    pub chains: Vec<ChainView>,
    /// The knobs an operator may turn.
    pub faults: Vec<FaultView>,
}

/// A station in short.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StationView {
    /// Version of the program.
    pub version: String,
    /// Document time, `YYYYMMDDHHmmss` JST.
    pub time: String,
    /// Does document time stand still?
    pub frozen: bool,
    /// `embedded` or a URL.
    pub hub: String,
    /// `instant`, `brisk` or `real`.
    pub pace: String,
    /// Seed of all chance.
    pub seed: u64,
    /// The terminals with their folders.
    pub terminals: Vec<TerminalView>,
    /// How many readers there are.
    pub readers: usize,
}

/// A 資格確認端末.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TerminalView {
    /// From 1.
    pub number: usize,
    /// 医療機関コード
    pub institution: String,
    /// Folder of requests.
    pub req: String,
    /// Folder of answers.
    pub res: String,
    /// Folder of face results.
    pub face: String,
}

impl TerminalView {
    /// The folder that holds its folders, as people call it.
    pub fn root(&self) -> String {
        let req = Path::new(&self.req);
        req.parent().unwrap_or(req).display().to_string()
    }
}

/// A 顔認証付きカードリーダー.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReaderView {
    /// From 1.
    pub number: usize,
    /// `soft`, or the PC/SC reader's name.
    pub source: String,
    /// The terminal it belongs to, from 1.
    pub terminal: usize,
    /// Name of the dialogue's state.
    pub state: String,
    /// Does the auto-pilot answer for the patient?
    pub auto_pilot: bool,
    /// Who stands there: person id, or `None` for nobody or an unknown real card.
    pub person: Option<String>,
    /// Name of the person as shown.
    pub person_name: Option<String>,
    /// What lies on the reader, for people ("software card", the reader's words).
    pub card: Option<String>,
    /// `pin-signature`, `test-authority` or `none` once it is known.
    pub proof: Option<String>,
    /// What the patient reads.
    pub screen: ScreenView,
    /// What may be done next: events that `POST readers/{n}/events` takes.
    pub possible: Vec<String>,
    /// The staff's 目視確認モード is on.
    pub visual_mode: bool,
    /// The forgotten-card alarm sounds.
    pub alarm: bool,
    /// The operator's own file that its visit, or the next one, brings.
    pub own: Option<String>,
}

/// A screen of the reader, in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScreenView {
    /// Heading.
    pub title: Words,
    /// Text below it.
    pub lines: Vec<Words>,
    /// What may be chosen now.
    pub buttons: Vec<ButtonView>,
}

/// A button of the reader's screen. `event` is what `POST readers/{n}/events` takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ButtonView {
    /// What it says.
    pub words: Words,
    /// The event it stands for, as JSON.
    #[schema(value_type = Object)]
    pub event: serde_json::Value,
    /// Is it the staff's, not the patient's?
    pub staff: bool,
}

/// A person of card-profiles.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// Id (file stem).
    pub id: String,
    /// 氏名
    pub name: String,
    /// 氏名カナ
    pub name_kana: String,
    /// What this person is there to show.
    pub shows: Words,
    /// No person of ours, but a card that lies in a PC/SC reader.
    pub plastic: bool,
}

/// A file of the shared folder.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FileView {
    /// Grows with every step of any file; ask `since` the largest one seen.
    pub seq: u64,
    /// The terminal, from 1.
    pub terminal: usize,
    /// Where it was seen first.
    #[schema(value_type = String, example = "face")]
    pub folder: FolderKind,
    /// File name.
    pub name: String,
    /// Full path of that place.
    pub path: String,
    /// The exchange it belongs to (`/control/v1/exchanges/{id}`), once that is known: a request, and what it brought.
    pub exchange: Option<String>,
    /// The steps of its life with their times.
    pub life: Vec<LifeStep>,
    /// What there is to say about it, in the journal's words.
    pub note: Option<String>,
}

/// One step in the life of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LifeStep {
    /// The step.
    #[schema(value_type = String, example = "delivered")]
    pub life: FileLife,
    /// Document time.
    #[schema(value_type = String)]
    pub time: DateTime,
}

/// One line of the journal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JournalLine {
    /// Counts from 1.
    pub seq: u64,
    /// Document time.
    #[schema(value_type = String)]
    pub time: DateTime,
    /// The sentence.
    pub words: Words,
    /// Should it catch the eye (trouble, refusal, fault)?
    pub loud: bool,
    /// The id of whom it offers to adopt, until that is done.
    pub adopts: Option<String>,
}

/// Which system told which other one what, while one thing happened. Identifiers are named and not shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChainView {
    /// Number of its line in the journal.
    pub seq: u64,
    /// Document time.
    #[schema(value_type = String)]
    pub time: DateTime,
    /// Whose it was, where the hub knows them.
    pub person: Option<String>,
    /// During what.
    pub occasion: Words,
    /// One after the other.
    pub steps: Vec<ChainStep>,
}

/// One arrow; from a system to itself, what it finds in a table of its own.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChainStep {
    /// Who tells.
    pub from: Words,
    /// Who is told.
    pub to: Words,
    /// What.
    pub carried: Words,
}

impl ChainView {
    /// The chain of a line of the journal, where it is one.
    pub fn of(entry: &Entry) -> Option<Self> {
        let Event::Chain { occasion, person, arrows } = &entry.event else { return None };
        let both = |text: &dyn Fn(Lang) -> String| Words::new(text(Lang::Ja), text(Lang::En));
        let step = |arrow: &Arrow| ChainStep {
            from: both(&|lang| arrow.from.text(lang).to_owned()),
            to: both(&|lang| arrow.to.text(lang).to_owned()),
            carried: both(&|lang| arrow.label(lang)),
        };
        Some(Self {
            seq: entry.seq,
            time: entry.time,
            person: person.clone(),
            occasion: both(&|lang| occasion.text(lang).to_owned()),
            steps: arrows.iter().map(step).collect(),
        })
    }
}

/// A knob as an operator sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FaultView {
    /// Name for commands.
    pub name: String,
    /// What it does.
    pub words: Words,
    /// When, how a レセコン bears it, its mark.
    #[serde(default)]
    pub more: Words,
    /// Is it armed for everybody?
    pub armed: bool,
    /// How often it came up since the start or the last reset.
    pub hits: u64,
}

/// What an operator may do from a screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Put this person's card on reader `reader`.
    Place {
        /// Reader number.
        reader: usize,
        /// Person id.
        person: String,
    },
    /// Take the card off.
    Remove {
        /// Reader number.
        reader: usize,
    },
    /// Press a button of the reader's screen (an event of [`ButtonView::event`]).
    Press {
        /// Reader number.
        reader: usize,
        /// The event.
        #[schema(value_type = Object)]
        event: serde_json::Value,
    },
    /// Let the auto-pilot answer for the patients of this reader, or not.
    AutoPilot {
        /// Reader number.
        reader: usize,
        /// On or off.
        on: bool,
    },
    /// Arm a knob once, or take it back when it is armed.
    Fault {
        /// Name of the knob.
        name: String,
    },
    /// Let the next visit at a reader bring this file of the operator's own, or what it would bring anyway.
    Own {
        /// Reader number.
        reader: usize,
        /// The file, by its name in the folder of answers.
        file: Option<String>,
    },
    /// Repeat a request or a visit.
    Repeat {
        /// Its exchange ([`FileView::exchange`]).
        exchange: String,
        /// `same`, `again` or `reader:N`.
        #[schema(value_type = String, example = "again")]
        how: How,
    },
    /// Make a person of a query that named nobody (the id of [`JournalLine::adopts`]).
    Adopt {
        /// The id.
        id: String,
    },
    /// Back to the start-up state.
    Reset,
}

/// A station as screens drive it: in the process, or over the control API from another machine.
pub trait Desk: Send + Sync {
    /// How it looks now.
    fn view(&self) -> View;
    /// Grows whenever the view has changed; a screen draws only then.
    fn revision(&self) -> u64;
    /// Does what the operator asked. What comes of it shows in the next view and in the journal.
    fn act(&self, command: Command);
    /// The bytes of a file of the shared folder, for the preview; also after it was collected, as long as they are kept.
    fn contents(&self, file: &FileView) -> Option<Vec<u8>>;
    /// The files of the operator's own that a visit at this reader could bring.
    fn own_files(&self, reader: usize) -> Vec<OwnFile>;
    /// What the elements of files are called.
    fn elements(&self) -> Arc<ElementTable> {
        Arc::new(ElementTable::embedded().clone())
    }
}
