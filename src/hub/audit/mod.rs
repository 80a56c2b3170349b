//! Who asked what, of whom, when, and how it ended: one line of JSON for each question, appended to a file that is bounded.
//!
//! What would name a person is a [`Mask`], which only [`Masks`] make: the same person has the same one as long as the hub runs, and nobody
//! gets back from it. A 個人番号, a PMH-ID, a PMH連携キー or a certificate's serial number has no field to stand in.
//!
//! - [`Audit`]: the file and its rotation
//! - [`about`]: what of a question is told on
//! - [`connection`]: the same for the questions of a station with its hub inside

pub mod about;
pub mod connection;

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Unit;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::folder::private;
use crate::random::secret_key;

/// A file is closed when it is so large; a line has some 250 bytes, so that one file holds some thirty thousand questions.
const FILE_LIMIT: u64 = 8 << 20;
/// So many closed files are kept: 72 MiB in all.
const FILES: usize = 8;
/// Bytes of a mask: with forty bits a million people share none but by bad luck.
const MASK_BYTES: usize = 5;

/// Which of a hub's faces was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Face {
    /// 端末
    #[default]
    Terminals,
    /// 自治体
    Municipalities,
    /// 認証局 (OCSP, CRL)
    Status,
    /// 内蔵ハブ / the hub inside a station
    Embedded,
}

impl Face {
    /// The word of the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Terminals => "terminals",
            Self::Municipalities => "municipalities",
            Self::Status => "status",
            Self::Embedded => "embedded",
        }
    }
}

/// One question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When it was answered, JST.
    pub time: DateTime,
    /// Where.
    pub face: Face,
    /// From which machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The terminal by its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// 医療機関コード in whose name it asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
    /// The municipality by its token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    /// The interface, or what else was asked; `unknown` for a path that there is not.
    pub asked: String,
    /// About whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Mask>,
    /// How it ended, in a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// HTTP status; none where there was no HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// Somebody, without saying who: `card:5f0c…`, `insurance:9a41…`, `rows:250`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mask(String);

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes masks, with a key that is drawn at the start and thrown away at the end: who has the file cannot try out all numbers.
pub struct Masks([u8; 32]);

impl Masks {
    /// The mask of what `text` names, as a thing of this kind.
    pub fn of(&self, kind: &'static str, text: &[u8]) -> Mask {
        // The key comes first and has always the same length, so nobody can go on from a known hash without knowing it.
        let hash = Sha256::new().chain_update(self.0).chain_update(kind).chain_update([0]).chain_update(text);
        let hex: String = hash.finalize().iter().take(MASK_BYTES).map(|byte| format!("{byte:02x}")).collect();
        Mask(format!("{kind}:{hex}"))
    }

    /// A number of people.
    pub fn rows(count: u64) -> Mask {
        Mask(format!("rows:{count}"))
    }
}

/// The file.
pub struct Audit {
    path: PathBuf,
    file: Mutex<Appended>,
    masks: Masks,
    /// Told once when the file refuses, and again when it did not meanwhile.
    trouble: Box<dyn Fn(&io::Error) + Send + Sync>,
    limit: u64,
}

struct Appended {
    file: File,
    length: u64,
    is_refusing: bool,
}

impl Audit {
    /// Appends to `path`; `trouble` hears when that is not possible. The hub goes on then: who waits at a counter has not filled the disk.
    ///
    /// # Errors
    /// It cannot be opened, or the system has no randomness.
    pub fn open(path: &Path, trouble: impl Fn(&io::Error) + Send + Sync + 'static) -> io::Result<Arc<Self>> {
        Self::with_limit(path, FILE_LIMIT, trouble)
    }

    /// The same with files of another size.
    ///
    /// # Errors
    /// As [`Audit::open`].
    pub fn with_limit(
        path: &Path,
        limit: u64,
        trouble: impl Fn(&io::Error) + Send + Sync + 'static,
    ) -> io::Result<Arc<Self>> {
        let masks = Masks(secret_key()?);
        let file = Mutex::new(Appended::open(path)?);
        Ok(Arc::new(Self { path: path.to_owned(), file, masks, trouble: Box::new(trouble), limit }))
    }

    /// Makes masks.
    pub fn masks(&self) -> &Masks {
        &self.masks
    }

    /// Appends. What cannot be written is lost, and said.
    pub fn note(&self, entry: &Entry) {
        let time = entry.time.round(Unit::Millisecond).unwrap_or(entry.time);
        // Text and numbers, which always have a JSON form.
        let mut line = serde_json::to_vec(&Entry { time, ..entry.clone() }).unwrap_or_default();
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.append(&line, &self.path, self.limit);
        match written {
            Ok(()) => file.is_refusing = false,
            Err(error) if !std::mem::replace(&mut file.is_refusing, true) => (self.trouble)(&error),
            Err(_) => {}
        }
    }
}

impl Appended {
    fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        private::for_its_owner(&mut options);
        let file = options.open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file, length, is_refusing: false })
    }

    fn append(&mut self, line: &[u8], path: &Path, limit: u64) -> io::Result<()> {
        let is_full = self.length > 0 && self.length + line.len() as u64 > limit;
        // A file that cannot be put aside grows on; what is asked is written all the same.
        let turned = if is_full { self.turn(path) } else { Ok(()) };
        self.file.write_all(line)?;
        self.length += line.len() as u64;
        turned
    }

    /// `audit.jsonl` becomes `audit.jsonl.1`, that `.2`, and so on; the last one goes. What is open is renamed too: files are opened so that
    /// Windows allows it.
    fn turn(&mut self, path: &Path) -> io::Result<()> {
        for number in (1..FILES).rev() {
            match std::fs::rename(numbered(path, number), numbered(path, number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        std::fs::rename(path, numbered(path, 1))?;
        *self = Self { is_refusing: self.is_refusing, ..Self::open(path)? };
        Ok(())
    }
}

/// The files of an audit, the oldest first.
pub fn files(path: &Path) -> Vec<PathBuf> {
    let closed = (1..=FILES).rev().map(|number| numbered(path, number));
    closed.chain([path.to_owned()]).filter(|file| file.exists()).collect()
}

fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}
