//! Answers: written where nobody looks, recorded, and then put under their final names.
//!
//! A [`Parcel`] is what one request (or one visit) brings, in order of delivery. Once it is staged it will be delivered, by this
//! process or by the next one ([`super::recover`]).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::FolderKind;
use crate::folder::claim::Claim;
use crate::folder::draft::Draft;
use crate::folder::held::Held;
use crate::folder::layout::Folders;
use crate::folder::recover::{Entry, EntryKind, Target, entry_name};

/// How an answer gets its final name. Programs in the field disagree about which of these they notice
/// (spec/known-clients.md §3, T2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// Renamed in whole, and its time touched a moment later: those that watch for *created* and those that watch for *changed* see it.
    #[default]
    RenameTouch,
    /// Renamed in, nothing else.
    Rename,
    /// Created under the final name and written at once, as the real terminal probably does [C].
    InPlace,
    /// Created under the final name and written in pieces: shows who reads too early.
    Slow,
}

/// How the answers of one parcel get their final names: as configured, or as somebody asked for this once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// Each file.
    pub how: How,
    /// From one file to the next.
    pub between: Duration,
}

/// How one file gets its final name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As configured.
    As(Delivery),
    /// Renamed in whole, and nobody can open it for so long ([`super::held`]).
    Locked(Duration),
    /// Written under a temporary name in its own folder and renamed there.
    RenamedWithin,
}

impl From<Delivery> for Manner {
    fn from(delivery: Delivery) -> Self {
        Self { how: How::As(delivery), between: Duration::ZERO }
    }
}

/// The touch comes so long after the rename: long enough for a watcher to have told the creation apart, too short to notice.
pub const TOUCH_AFTER: Duration = Duration::from_millis(100);
/// [`Delivery::Slow`] writes so many pieces…
const SLOW_PIECES: u64 = 8;
/// … with this pause between them: 1.4 s in all, longer than a client's two looks 300 ms apart.
const SLOW_PAUSE: Duration = Duration::from_millis(200);
/// First and longest wait before a target that is held (a reader on Windows, a folder that is away) is tried again.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));
/// After so many tries, about half a second, the operator is told.
const QUIET_TRIES: u32 = 6;

/// One file to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// `res` or `face`.
    pub target: Target,
    /// Its final name.
    pub name: String,
    /// What is in it.
    pub content: Content,
}

/// What a delivered file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The request itself, byte for byte.
    TheRequest,
    /// What was written already, to where it is staged.
    Draft(Draft),
}

/// Answers that are written and recorded, but not delivered.
#[derive(Debug)]
pub struct Parcel {
    folders: Arc<Folders>,
    seq: u64,
    /// The request that is answered, or the first file of a visit.
    about: String,
    record: PathBuf,
    answers: Vec<Answer>,
}

#[derive(Debug)]
struct Answer {
    staged: PathBuf,
    target: Target,
    name: String,
    kept: Kept,
}

/// The content until delivery, for the case that the whole root vanishes and comes back empty.
#[derive(Debug)]
enum Kept {
    Bytes(Vec<u8>),
    /// A file that is still open has its content, wherever its name is.
    Open(Arc<File>),
    /// Of an earlier run.
    Nothing,
}

/// A file that stands under its final name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// `res` or `face`.
    pub folder: FolderKind,
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
    /// Whether an older file of this name was there.
    pub replaced: bool,
    /// The exchange it belongs to ([`super::copies`]).
    pub exchange: u64,
}

/// What a delivery tells while it goes on.
#[derive(Debug)]
pub enum Progress {
    /// A file was delivered.
    Placed(Placed),
    /// The target folder had been removed, and was made again.
    Restored {
        /// The folder.
        folder: PathBuf,
    },
    /// A file cannot be delivered for now; it is tried again until it can.
    Held {
        /// Where it should stand.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
}

impl Parcel {
    /// Writes the answers into the work folder and records them. `claim` is the request they answer, `None` for a visit.
    /// What was written of a parcel that cannot be staged is taken away again: on a full disk it would be in its own way.
    pub fn stage(folders: &Arc<Folders>, claim: Option<&Claim>, items: Vec<Item>) -> io::Result<Self> {
        folders.restore_work()?;
        let seq = claim.map_or_else(|| folders.next_seq(), |claim| claim.seq);
        let mut written = Vec::with_capacity(items.len());
        Self::write(folders, claim, seq, items, &mut written).inspect_err(|_| {
            for path in &written {
                // What cannot be removed now is swept away by the next start: it has no record.
                let _ = std::fs::remove_file(path);
            }
        })
    }

    fn write(
        folders: &Arc<Folders>,
        claim: Option<&Claim>,
        seq: u64,
        items: Vec<Item>,
        written: &mut Vec<PathBuf>,
    ) -> io::Result<Self> {
        let mut answers = Vec::with_capacity(items.len());
        for (order, item) in (1..).zip(items) {
            let kind = EntryKind::Answer(item.target, order);
            let staged = folders.work(item.target.folder()).join(entry_name(seq, kind, &item.name));
            let bytes = match (item.content, claim) {
                (Content::Draft(draft), _) => {
                    let (staged, kept) = (draft.path, Kept::Open(draft.file));
                    answers.push(Answer { staged, target: item.target, name: item.name, kept });
                    continue;
                }
                (Content::Bytes(bytes), _) => bytes,
                (Content::TheRequest, Some(claim)) => {
                    written.push(staged.clone());
                    let kept = Kept::Open(Arc::new(copy(&claim.path, &staged)?));
                    folders.copies().keep_file(seq, kind, &item.name, &claim.path, false);
                    answers.push(Answer { staged, target: item.target, name: item.name, kept });
                    continue;
                }
                (Content::TheRequest, None) => return Err(io::Error::other("a visit has no request to return")),
            };
            written.push(staged.clone());
            std::fs::write(&staged, &bytes)?;
            folders.copies().keep_bytes(seq, kind, &item.name, &bytes);
            answers.push(Answer { staged, target: item.target, name: item.name, kept: Kept::Bytes(bytes) });
        }
        let first = answers.first().ok_or_else(|| io::Error::other("nothing to deliver"))?;
        let record = match claim {
            Some(claim) => {
                let record = claim.path.with_file_name(entry_name(seq, EntryKind::Staged, &claim.name));
                match std::fs::rename(&claim.path, &record) {
                    // Somebody emptied the work folder: the answer is known all the same.
                    Err(gone) if gone.kind() == io::ErrorKind::NotFound => drop(File::create(&record)?),
                    renamed => renamed?,
                }
                record
            }
            None => {
                let record = first.staged.with_file_name(entry_name(seq, EntryKind::Staged, &first.name));
                written.push(record.clone());
                File::create_new(&record)?;
                record
            }
        };
        let about = claim.map_or_else(|| first.name.clone(), |claim| claim.name.clone());
        Ok(Self { folders: folders.clone(), seq, about, record, answers })
    }

    /// What an earlier run staged and did not deliver.
    pub(super) fn found(folders: &Arc<Folders>, record: Entry, answers: Vec<Entry>) -> Self {
        let answers = answers.into_iter().filter_map(|entry| match entry.kind {
            EntryKind::Answer(target, _) => {
                Some(Answer { staged: entry.path, target, name: entry.name, kept: Kept::Nothing })
            }
            EntryKind::Claimed | EntryKind::Staged => None,
        });
        let (seq, answers) = (record.seq, answers.collect());
        Self { folders: folders.clone(), seq, about: record.name, record: record.path, answers }
    }

    /// Name of the request that is answered; of a visit, the name of its file.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Puts each answer under its final name, one after the other, and forgets the record. Tries again as long as a target is held
    /// or away; dropping the future leaves the rest to the next start.
    pub async fn deliver(self, manner: impl Into<Manner>, mut tell: impl FnMut(Progress)) -> Vec<Placed> {
        let manner = manner.into();
        let mut delivered = Vec::with_capacity(self.answers.len());
        for (at, answer) in self.answers.iter().enumerate() {
            if at > 0 {
                tokio::time::sleep(manner.between).await;
            }
            let path = self.folders.dir(answer.target.folder()).join(&answer.name);
            let mut wait = BACK_OFF.0;
            let mut tries = 0;
            let (replaced, held) = loop {
                match answer.place(&self.folders, &path, manner.how).await {
                    Ok(placed) => break placed,
                    Err(cause)
                        if cause.kind() == io::ErrorKind::NotFound && self.folders.restore(answer.target.folder()) =>
                    {
                        tell(Progress::Restored { folder: self.folders.dir(answer.target.folder()).to_owned() });
                        continue;
                    }
                    Err(cause) => {
                        tries += 1;
                        if tries == QUIET_TRIES {
                            tell(Progress::Held { path: path.clone(), cause });
                        }
                    }
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(BACK_OFF.1);
            };
            let (folder, name) = (answer.target.folder(), answer.name.clone());
            let placed = Placed { folder, name, path, replaced, exchange: self.seq };
            if at + 1 == self.answers.len() {
                // Before it is told: whoever hears of the answer finds what was asked beside it.
                self.folders.copies().take_record(self.seq, &self.about, &self.record);
            }
            tell(Progress::Placed(placed.clone()));
            delivered.push(placed);
            if let (Some(_held), How::Locked(time)) = (held, manner.how) {
                tokio::time::sleep(time).await;
            }
        }
        let copies = self.folders.copies().clone();
        if copies.shares() {
            // Nobody waits for it.
            tokio::task::spawn_blocking(move || copies.part());
        }
        delivered
    }
}

impl Answer {
    /// Whether it took the place of another file, and what keeps it shut.
    async fn place(&self, folders: &Folders, path: &Path, how: How) -> io::Result<(bool, Option<Held>)> {
        let replaced = path.symlink_metadata().is_ok();
        self.restage(folders)?;
        match how {
            How::As(Delivery::Rename | Delivery::RenameTouch) => std::fs::rename(&self.staged, path)?,
            How::As(Delivery::InPlace) => self.write_in_place(path, 1).await?,
            How::As(Delivery::Slow) => self.write_in_place(path, SLOW_PIECES).await?,
            How::Locked(_) => {
                let held = Held::shut(&self.staged)?;
                std::fs::rename(&self.staged, path)?;
                return Ok((replaced, Some(held)));
            }
            How::RenamedWithin => {
                let beside = path.with_file_name(format!("{}.tmp", self.name));
                self.write_in_place(&beside, 1).await?;
                std::fs::rename(beside, path)?;
            }
        }
        Ok((replaced, None))
    }

    /// Writes under the final name, with a pause between pieces. What cannot be written to its end (a full disk) is taken away again:
    /// the part would pass for the answer until there is room.
    async fn write_in_place(&self, path: &Path, pieces: u64) -> io::Result<()> {
        let staged = File::open(&self.staged)?;
        let piece = staged.metadata()?.len().div_ceil(pieces).max(1);
        let mut file = File::create(path)?;
        loop {
            match io::copy(&mut (&staged).take(piece), &mut file) {
                Ok(written) if written < piece => break,
                Ok(_) if pieces > 1 => tokio::time::sleep(SLOW_PAUSE).await,
                Ok(_) => {}
                Err(cause) => {
                    drop(file);
                    let _ = std::fs::remove_file(path);
                    return Err(cause);
                }
            }
        }
        std::fs::remove_file(&self.staged)
    }

    /// Writes the staged file anew when somebody removed the work folder under us.
    fn restage(&self, folders: &Folders) -> io::Result<()> {
        if matches!(self.kept, Kept::Nothing) || self.staged.exists() {
            return Ok(());
        }
        folders.restore_work()?;
        match &self.kept {
            Kept::Bytes(bytes) => std::fs::write(&self.staged, bytes),
            Kept::Open(file) => {
                let mut file = file.as_ref();
                file.seek(SeekFrom::Start(0))?;
                io::copy(&mut file, &mut File::create(&self.staged)?).map(drop)
            }
            Kept::Nothing => Ok(()),
        }
    }
}

/// Copies a request, of whatever length: refused ones may be huge.
fn copy(request: &Path, staged: &Path) -> io::Result<File> {
    let mut copy = File::options().read(true).write(true).create(true).truncate(true).open(staged)?;
    io::copy(&mut File::open(request)?, &mut copy)?;
    Ok(copy)
}

/// The second half of [`Delivery::RenameTouch`]: moves the file's time on, once, if the file is still there. It is opened, never
/// created, so that a collected answer does not come back.
pub async fn touch_later(delivered: Vec<Placed>) {
    tokio::time::sleep(TOUCH_AFTER).await;
    for placed in delivered {
        // Collected or held: nobody is waiting for the touch any more, or somebody has noticed already.
        let _ = touch(&placed.path);
    }
}

/// Moves the time of a file on, if it is still there.
///
/// # Errors
/// It was collected, or is held.
pub fn touch(path: &Path) -> io::Result<()> {
    let file = File::options().write(true).open(path)?;
    // Relative to the time it has: no second source of time, and never backwards.
    file.set_modified(file.metadata()?.modified()? + TOUCH_AFTER)
}

#[cfg(test)]
mod tests;
