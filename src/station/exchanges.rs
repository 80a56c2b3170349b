//! What went through the folders, once more: a request beside its answers, and the same again.
//!
//! The bytes lie in the work folders ([`crate::folder::copies`]) and survive a restart. Who came to a reader is remembered in memory
//! alone, until reset: a visit may have had a PIN in it, and nothing of that is written down.

use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use utoipa::ToSchema;

use super::reader::{Message, Order, Setup, Source};
use super::view::FileView;
use super::visit::{VisitFiles, VisitReport};
use super::{Station, StationError};
use crate::clock::from_unix_seconds;
use crate::event::{FolderKind, Lang};
use crate::folder::Exchange;
use crate::folder::copies::Kept;
use crate::message::explain::{self, Explanation};
use crate::message::sealed::is_sealed_name;
use crate::terminal::Terminal;
use crate::text;
use crate::visit::Plan;

/// Visits remembered: a busy day at one desk.
const REMEMBERED: usize = 1_000;
/// Documents up to this size are explained and shown as text here; larger ones are fetched as bytes.
const EXPLAINED: u64 = 1 << 20;

/// A request with its answers, or the file of a visit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExchangeView {
    /// `TERMINAL-NUMBER`, the same after a restart.
    #[schema(example = "1-42")]
    pub id: String,
    /// When its last file was kept, JST by the machine's clock.
    #[schema(value_type = String)]
    pub time: DateTime,
    /// What was asked; none of a visit.
    pub request: Option<KeptFile>,
    /// What was answered, in the order of delivery.
    pub answers: Vec<KeptFile>,
}

/// A file whose bytes are kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KeptFile {
    /// Where it was.
    #[schema(value_type = String, example = "res")]
    pub folder: FolderKind,
    /// Its name there.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// An exchange with what is in its files.
#[derive(Debug, Serialize, ToSchema)]
pub struct Documents {
    /// `TERMINAL-NUMBER`
    pub id: String,
    /// When its last file was kept, JST by the machine's clock.
    #[schema(value_type = String)]
    pub time: DateTime,
    /// What was asked; none of a visit.
    pub request: Option<Document>,
    /// What was answered, in the order of delivery.
    pub answers: Vec<Document>,
}

/// The inside of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct Document {
    /// The file.
    #[serde(flatten)]
    pub file: KeptFile,
    /// As text; none of zips, pages and files above 1 MiB, which `content` has.
    pub text: Option<String>,
    /// Each element with its label and what its value means, as `madoguchi explain --json` has them.
    #[schema(value_type = Option<Object>)]
    pub explained: Option<Explanation>,
    /// Why it is not explained.
    pub problem: Option<String>,
}

/// How something is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum How {
    /// The same bytes under the same names.
    Same,
    /// A request with a name and an ArbitraryFileIdentifier of now; a visit made anew at its reader.
    Again,
    /// A visit made anew at this reader.
    Reader(usize),
}

/// What is to be repeated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepeatRequest {
    /// `same`, `again`, or `reader:N` (visits).
    #[schema(value_type = String, example = "again")]
    pub how: How,
}

/// What was repeated.
#[derive(Debug, Serialize, ToSchema)]
pub struct Repeated {
    /// `TERMINAL-NUMBER` of what was repeated.
    pub id: String,
    /// How.
    #[schema(value_type = String, example = "again")]
    pub how: How,
    /// The files that were put: a request into `req`, results into `face` and `res`.
    pub files: Vec<String>,
    /// The visit that was made anew.
    pub visit: Option<VisitReport>,
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Again => f.write_str("again"),
            Self::Reader(number) => write!(f, "reader:{number}"),
        }
    }
}

impl FromStr for How {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let reader = || text.strip_prefix("reader:")?.parse().ok().map(Self::Reader);
        match text {
            "same" => Ok(Self::Same),
            "again" => Ok(Self::Again),
            _ => reader().ok_or_else(|| format!("「{text}」: same, again, reader:N")),
        }
    }
}

impl TryFrom<String> for How {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<How> for String {
    fn from(how: How) -> Self {
        how.to_string()
    }
}

/// The id of an exchange.
pub fn id_of(terminal: usize, number: u64) -> String {
    format!("{terminal}-{number}")
}

impl Station {
    /// All exchanges whose bytes are kept, oldest first by terminal.
    pub fn exchanges(&self) -> Vec<ExchangeView> {
        let of = |terminal: &Arc<Terminal>| {
            let number = terminal.number();
            terminal.copies().all().into_iter().map(move |exchange| view(number, &exchange))
        };
        self.terminals().iter().flat_map(of).collect()
    }

    /// One exchange, its documents explained in `lang`. Blocks.
    pub fn documents(&self, id: &str, lang: Option<Lang>) -> Result<Documents, StationError> {
        let (terminal, exchange) = self.exchange(id)?;
        let lang = lang.unwrap_or(self.lang);
        let shown = |file: &Kept| self.document(&terminal, exchange.number, file, lang);
        let (requests, answers): (Vec<_>, Vec<_>) =
            exchange.files.iter().partition(|file| file.folder == FolderKind::Req);
        Ok(Documents {
            id: id.to_owned(),
            time: jst(exchange.time),
            request: requests.first().map(|file| shown(file)),
            answers: answers.into_iter().map(shown).collect(),
        })
    }

    /// The bytes of one file of an exchange. Blocks.
    pub fn kept_bytes(&self, id: &str, folder: FolderKind, name: &str) -> Result<Vec<u8>, StationError> {
        let (terminal, exchange) = self.exchange(id)?;
        let read = terminal.copies().read(exchange.number, folder, name, u64::MAX);
        read.map_err(|_| StationError::NoSuchExchange { id: format!("{id}/{folder}/{name}") })
    }

    /// The bytes of a file that was seen: as they went through, else as they lie there now. Blocks.
    pub fn contents(&self, file: &FileView) -> Option<Vec<u8>> {
        let kept = file.exchange.as_ref().and_then(|id| self.kept_bytes(id, file.folder, &file.name).ok());
        kept.or_else(|| std::fs::read(&file.path).ok())
    }

    /// Repeats a request, or a visit.
    pub async fn repeat(&self, id: &str, how: How) -> Result<Repeated, StationError> {
        let (terminal, exchange) = self.exchange(id)?;
        let done = |files: Vec<String>, visit| Repeated { id: id.to_owned(), how, files, visit };
        if let Some(request) = exchange.files.first().filter(|file| file.folder == FolderKind::Req) {
            let name = request.name.clone();
            let putting = tokio::task::spawn_blocking(move || put_request(&terminal, exchange.number, &name, how));
            let path = putting.await.map_err(|panicked| StationError::Outside { message: panicked.to_string() })??;
            return Ok(done(vec![path], None));
        }
        let made = self.links.visits.of(&exchange);
        let number = match (how, &made) {
            (How::Same, _) => {
                return self.deliver_again(&terminal, exchange, made).await.map(|files| done(files, None));
            }
            (How::Reader(number), _) => number,
            (How::Again, made) => made.as_ref().map_or(1, |made| made.setup.number),
        };
        let made = made.ok_or_else(|| {
            StationError::bad_value(
                "how",
                "誰の受付だったかを覚えていません (再起動または初期化の前)。同じファイルなら same で出せます",
                "whose visit it was is forgotten (before a restart or reset); `same` brings the same files",
            )
        })?;
        let report = self.visit_again(made, number).await?;
        Ok(done(report.files.all(), Some(report)))
    }

    async fn visit_again(&self, made: MadeVisit, number: usize) -> Result<VisitReport, StationError> {
        let (reply, report) = oneshot::channel();
        let MadeVisit { person, source, plan, own, .. } = made;
        self.at(number)?.tell(Message::Order(Order { person, source, plan, faults: Vec::new(), own, reply }))?;
        report.await.map_err(|_| StationError::Stopped)?
    }

    /// All files of the visit to which this exchange belongs: the face file and its subsidy document are two exchanges.
    async fn deliver_again(
        &self,
        terminal: &Arc<Terminal>,
        exchange: Exchange,
        made: Option<MadeVisit>,
    ) -> Result<Vec<String>, StationError> {
        let outside = |cause: std::io::Error| StationError::Outside { message: cause.to_string() };
        let face_folder = made.as_ref().and_then(|made| made.setup.face_folder.clone());
        let mut all = vec![exchange];
        let find = |(folder, name): &(FolderKind, String)| terminal.copies().latest_with(*folder, name);
        for other in made.iter().flat_map(|made| &made.files).filter_map(find) {
            if all.iter().all(|known| known.number != other.number) {
                all.push(other);
            }
        }
        // The face file first, as at the visit.
        all.sort_by_key(|exchange| exchange.files.iter().all(|file| file.folder != FolderKind::Face));
        let mut files = Vec::new();
        for exchange in all {
            let placed = terminal.deliver_again(&exchange, face_folder.clone()).await.map_err(outside)?;
            files.extend(placed.iter().map(|path| path.display().to_string()));
        }
        Ok(files)
    }

    fn exchange(&self, id: &str) -> Result<(Arc<Terminal>, Exchange), StationError> {
        let find = || {
            let (terminal, number) = id.split_once('-')?;
            let (terminal, number) = (terminal.parse::<usize>().ok()?, number.parse().ok()?);
            let terminal = self.terminals().get(terminal.checked_sub(1)?)?;
            Some((terminal.clone(), terminal.copies().exchange(number)?))
        };
        find().ok_or_else(|| StationError::NoSuchExchange { id: id.to_owned() })
    }

    fn document(&self, terminal: &Terminal, number: u64, kept: &Kept, lang: Lang) -> Document {
        let bytes = (kept.len <= EXPLAINED).then(|| terminal.copies().read(number, kept.folder, &kept.name, EXPLAINED));
        let name = kept.name.as_str();
        let told = match &bytes {
            None => {
                Err("1 MiB より大きいため content で取得してください / above 1 MiB: fetch it as `content`".to_owned())
            }
            Some(Err(cause)) => Err(cause.to_string()),
            Some(Ok(bytes)) if is_sealed_name(name) => Ok(explain::zip(name, bytes, lang)),
            Some(Ok(bytes)) => {
                explain::file(name, bytes, &self.links.elements, lang).map_err(|refusal| refusal.words(lang))
            }
        };
        let bytes = bytes.and_then(Result::ok).filter(|bytes| !bytes.contains(&0));
        let as_text = |bytes: Vec<u8>| text::decode(&bytes, None).ok().map(|decoded| decoded.text.into_owned());
        let (explained, problem) = told.map_or_else(|why| (None, Some(why)), |told| (Some(told), None));
        Document { file: kept_file(kept), text: bytes.and_then(as_text), explained, problem }
    }
}

fn put_request(terminal: &Terminal, number: u64, name: &str, how: How) -> Result<String, StationError> {
    let put = match how {
        How::Same => terminal.put_same(number, name).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::AlreadyExists => {
                StationError::bad_value("how", cause.to_string(), "wait until it is taken")
            }
            _ => StationError::Outside { message: cause.to_string() },
        }),
        How::Again => terminal.put_as_new(number, name).map_err(|why| StationError::bad_value("how", &why.ja, &why.en)),
        How::Reader(_) => Err(StationError::bad_value(
            "how",
            "要求にリーダーはありません。same か again を使ってください",
            "a request has no reader: same or again",
        )),
    };
    put.map(|path| path.display().to_string())
}

fn view(terminal: usize, exchange: &Exchange) -> ExchangeView {
    let (requests, answers): (Vec<_>, Vec<_>) = exchange.files.iter().partition(|file| file.folder == FolderKind::Req);
    ExchangeView {
        id: id_of(terminal, exchange.number),
        time: jst(exchange.time),
        request: requests.first().map(|file| kept_file(file)),
        answers: answers.into_iter().map(kept_file).collect(),
    }
}

fn kept_file(file: &Kept) -> KeptFile {
    KeptFile { folder: file.folder, name: file.name.clone(), size: file.len }
}

fn jst(time: SystemTime) -> DateTime {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(seconds).ok().and_then(from_unix_seconds).unwrap_or(DateTime::MIN)
}

/// The visits of this run, so that they can be made once more.
#[derive(Debug, Default)]
pub struct Visits(Mutex<VecDeque<MadeVisit>>);

/// A visit as it was made.
#[derive(Debug, Clone)]
pub struct MadeVisit {
    /// Its reader, with the face folder that it has.
    pub setup: Setup,
    /// Who came.
    pub person: Option<String>,
    /// What they put down.
    pub source: Source,
    /// What they did.
    pub plan: Plan,
    /// The file of the operator's own that it brought.
    pub own: Option<String>,
    /// The files that it brought.
    pub files: Vec<(FolderKind, String)>,
}

impl Visits {
    /// Remembers a visit by the files that it brought.
    pub fn remember(&self, made: MadeVisit, files: &VisitFiles) {
        let name = |path: &String| Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
        let face = files.face.iter().filter_map(name).map(|name| (FolderKind::Face, name));
        let res = files.pmh.iter().chain(&files.pmh_err).filter_map(name).map(|name| (FolderKind::Res, name));
        let mut visits = self.lock();
        if visits.len() == REMEMBERED {
            visits.pop_front();
        }
        visits.push_back(MadeVisit { files: face.chain(res).collect(), ..made });
    }

    /// The visit that brought a file of this exchange.
    fn of(&self, exchange: &Exchange) -> Option<MadeVisit> {
        let is_its = |(folder, name): &(FolderKind, String)| {
            exchange.files.iter().any(|file| file.folder == *folder && file.name == *name)
        };
        let brought = |made: &&MadeVisit| made.files.iter().any(is_its);
        self.lock().iter().rev().find(brought).cloned()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<MadeVisit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
