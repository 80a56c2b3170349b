//! A reader at work: the pure dialogue of `face_reader`, with a card in its hand and a terminal at its back.
//!
//! ```text
//! Press, Order, card seen ──▶ attendant ──Event──▶ Dialogue ──Effect──▶ attendant ──▶ hand (card) · terminal (centre, files)
//! ```
//!
//! - [`attendant`]: the task that drives one reader: carries out effects, brings the answers back
//! - [`hand`]: what lies on the reader, software or plastic
//! - [`guest`]: who stands there now, and the report of their visit
//! - [`press`]: steps as they are ordered from outside
//! - [`show`]: the reader as others see it

pub mod attendant;
pub mod guest;
pub mod hand;
pub mod press;
pub mod show;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

pub use self::press::Press;
use crate::card::soft::Timing;
use crate::knob::{Knob, Setting};
use crate::station::error::StationError;
use crate::station::view::ReaderView;
use crate::station::visit::VisitReport;
use crate::visit::Plan;

/// A handle on a reader; its task lives as long as the station.
pub struct Reader {
    pub(super) inbox: mpsc::UnboundedSender<Message>,
    pub(super) view: watch::Receiver<ReaderView>,
}

/// What a reader's task is told.
pub enum Message {
    /// Make one whole visit.
    Order(Order),
    /// One step; answered when the dialogue waits for a person again.
    Press(Press, oneshot::Sender<Result<(), StationError>>),
    /// A card came to or left the PC/SC reader that is this reader.
    Presence(bool),
    /// Something the attendant had asked for.
    Happened(attendant::Happened),
    /// A card was bound at another place: whoever asks about it looks again.
    Bound,
    /// The next visit brings this file of the operator's own.
    Own(Option<String>),
    /// Back to the start-up state.
    Reset(oneshot::Sender<()>),
}

/// What is put on a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The person's software card.
    Soft,
    /// Whatever lies in this PC/SC reader; the first one when it has no name.
    Pcsc(Option<String>),
    /// The card that was recorded in this file (`card read --trace`).
    Replay(PathBuf),
}

impl fmt::Display for Source {
    /// As [`Source::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        match self {
            Self::Soft | Self::Pcsc(None) => Ok(()),
            Self::Pcsc(Some(name)) => write!(f, ":{name}"),
            Self::Replay(file) => write!(f, ":{}", file.display()),
        }
    }
}

impl Source {
    /// Reads `soft`, `pcsc`, `pcsc:NAME` or `replay:FILE`.
    pub fn parse(text: &str) -> Result<Self, StationError> {
        match text.split_once(':') {
            None if text == "soft" => Ok(Self::Soft),
            None if text == "pcsc" => Ok(Self::Pcsc(None)),
            Some(("pcsc", name)) if !name.is_empty() => Ok(Self::Pcsc(Some(name.to_owned()))),
            Some(("replay", file)) if !file.is_empty() => Ok(Self::Replay(file.into())),
            _ => Err(StationError::BadValue {
                what: "card".to_owned(),
                ja: format!("「{text}」は soft, pcsc, pcsc:リーダー名, replay:ファイル のいずれでもありません"),
                en: "soft, pcsc, pcsc:READER or replay:FILE".to_owned(),
            }),
        }
    }

    /// What it is, in one word: for the journal.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Pcsc(_) => "pcsc",
            Self::Replay(_) => "replay",
        }
    }

    /// The same for people.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Soft => "ソフトウェアカード / software card",
            Self::Pcsc(_) => "実カード / card in a PC/SC reader",
            Self::Replay(_) => "記録したカード / recorded card",
        }
    }
}

/// A whole visit for one reader.
pub struct Order {
    /// Who comes; `None` for a real card whose holder nobody named.
    pub person: Option<String>,
    /// What they put down.
    pub source: Source,
    /// What they do.
    pub plan: Plan,
    /// Faults for this visit only.
    pub faults: Vec<(&'static Knob, Setting)>,
    /// The file of the operator's own that it brings.
    pub own: Option<String>,
    /// Where the report goes.
    pub reply: oneshot::Sender<Result<VisitReport, StationError>>,
}

/// How one reader is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// From 1.
    pub number: usize,
    /// What it is: `soft`, or a PC/SC reader.
    pub source: Source,
    /// Index of its terminal.
    pub terminal: usize,
    /// At which pace software cards answer there.
    pub card_timing: Timing,
    /// Its own face folder (a reader tied to a 再来受付機 has one).
    pub face_folder: Option<PathBuf>,
    /// Does the auto-pilot answer for patients that an operator puts there?
    pub auto_pilot: bool,
}

impl Reader {
    /// How it looks now.
    pub fn view(&self) -> ReaderView {
        self.view.borrow().clone()
    }

    pub(super) fn tell(&self, message: Message) -> Result<(), StationError> {
        self.inbox.send(message).map_err(|_| StationError::Stopped)
    }
}

/// `Arc` of a value that is locked for the moment of a blocking call.
pub(super) type Shared<T> = Arc<std::sync::Mutex<T>>;
