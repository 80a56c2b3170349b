//! The deeds of [`transfer`](super::transfer) on real folders.
//!
//! The other side has a mark with a number of its own. A share that is not mounted leaves an empty folder of the same name, which must
//! not pass for one whose draft was placed and fetched: there the mark is missing, or another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::transfer::{Deed, Lies, left_to_do};
use crate::folder::lock::{Lock, LockError};
use crate::folder::publish::touch;
use crate::folder::{hand_in, listing, probe};
use crate::random::secret_key;

/// Records lie in this folder of the source, drafts in this folder beside the other one; where none can be made there, the mark has this
/// name in the folder itself.
const OURS: &str = ".madoguchi-reception";
const MARK: &str = "mark";
const RECORD: &str = "moved.";
/// Bytes of the mark's number.
const NUMBER: usize = 8;

/// One way for files, from folder to folder, for this process alone.
#[derive(Debug)]
pub struct Transfer {
    from: PathBuf,
    to: PathBuf,
    records: PathBuf,
    drafts: PathBuf,
    mark: PathBuf,
    number: String,
    /// Held as long as the machine works.
    _lock: Lock,
}

/// Why files cannot go this way now.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A folder cannot be reached, or refuses.
    #[error("{} に届きません: {cause} / cannot be reached", .folder.display())]
    Away {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Another machine takes from this folder.
    #[error("{} は別の再来受付機 (pid {by}) が使用中です / another reception machine takes from this folder", .folder.display())]
    Taken {
        /// The folder.
        folder: PathBuf,
        /// Its process id.
        by: String,
    },
}

impl Trouble {
    fn away(folder: &Path, cause: io::Error) -> Self {
        Self::Away { folder: folder.to_owned(), cause }
    }
}

impl Transfer {
    /// Opens the way. Neither folder is made: one that is away must not be covered by an empty one of the same name.
    ///
    /// # Errors
    /// [`Trouble`]: a folder is away, or somebody else's.
    pub fn open(from: &Path, to: &Path) -> Result<Self, Trouble> {
        for folder in [from, to] {
            fs::read_dir(folder).map_err(|cause| Trouble::away(folder, cause))?;
        }
        let records = from.join(OURS);
        fs::create_dir_all(&records).map_err(|cause| Trouble::away(from, cause))?;
        let lock = Lock::take(&records, &std::process::id().to_string()).map_err(|error| match error {
            LockError::Held(by) => Trouble::Taken { folder: from.to_owned(), by },
            LockError::Unusable(cause) => Trouble::away(from, cause),
        })?;
        let (drafts, mark, number) = marked(to).map_err(|cause| Trouble::away(to, cause))?;
        Ok(Self { from: from.to_owned(), to: to.to_owned(), records, drafts, mark, number, _lock: lock })
    }

    /// Moves the file called `name` on, or what an earlier try left of it. Its path on the other side, where it was placed now.
    ///
    /// # Errors
    /// [`Trouble`]; what was begun is finished by the next call, of this process or the next one.
    pub fn go(&self, name: &str) -> Result<Option<PathBuf>, Trouble> {
        let mut placed = None;
        // A source that waited behind a record of the same name has its turn after it.
        loop {
            let deeds = left_to_do(self.lies(name)?);
            if deeds.is_empty() {
                return Ok(placed);
            }
            for deed in deeds {
                self.carry_out(*deed, name)?;
                if *deed == Deed::Place {
                    placed = Some(self.to.join(name));
                }
            }
        }
    }

    /// The names whose way was begun and not ended.
    ///
    /// # Errors
    /// [`Trouble`] where the folder is away.
    pub fn begun(&self) -> Result<Vec<String>, Trouble> {
        let prefix = format!("{RECORD}{}.", self.number);
        let names = listing::names(&self.records).map_err(|cause| Trouble::away(&self.from, cause))?;
        Ok(names.iter().filter_map(|name| name.strip_prefix(&prefix)).map(str::to_owned).collect())
    }

    /// What was begun towards a folder with another mark than this one. Nobody can say whether it arrived there, so it is kept.
    pub fn strangers(&self) -> Vec<PathBuf> {
        let ours = format!("{RECORD}{}.", self.number);
        let names = listing::names(&self.records).unwrap_or_default();
        let strange = names.iter().filter(|name| name.starts_with(RECORD) && !name.starts_with(&ours));
        strange.map(|name| self.records.join(name)).collect()
    }

    /// Whether both folders are there, and the other one is the one that was opened.
    ///
    /// # Errors
    /// [`Trouble`] where one is not.
    pub fn look(&self) -> Result<(), Trouble> {
        fs::metadata(&self.records).map_err(|cause| Trouble::away(&self.from, cause))?;
        self.is_the_one().map_err(|cause| Trouble::away(&self.to, cause))
    }

    pub(super) fn lies(&self, name: &str) -> Result<Lies, Trouble> {
        self.look()?;
        let here = |path: PathBuf, folder: &Path| path.try_exists().map_err(|cause| Trouble::away(folder, cause));
        Ok(Lies {
            source: here(self.from.join(name), &self.from)?,
            record: here(self.record(name), &self.from)?,
            draft: here(self.draft(name), &self.to)?,
        })
    }

    pub(super) fn carry_out(&self, deed: Deed, name: &str) -> Result<(), Trouble> {
        let (source, record, draft) = (self.from.join(name), self.record(name), self.draft(name));
        let (done, at) = match deed {
            Deed::Copy => (fs::copy(&source, &draft).map(drop), &self.to),
            Deed::Record => (fs::rename(&source, &record), &self.from),
            Deed::Place => (self.is_the_one().and_then(|()| fs::rename(&draft, self.to.join(name))), &self.to),
            Deed::Forget => (fs::remove_file(&record), &self.from),
        };
        done.map_err(|cause| Trouble::away(at, cause))
    }

    fn record(&self, name: &str) -> PathBuf {
        self.records.join(format!("{RECORD}{}.{name}", self.number))
    }

    pub(super) fn draft(&self, name: &str) -> PathBuf {
        self.drafts.join(format!(".{name}.part"))
    }

    fn is_the_one(&self) -> io::Result<()> {
        match fs::read_to_string(&self.mark) {
            Ok(number) if number == self.number => Ok(()),
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
            _ => Err(io::Error::other(
                "始めたときとは別のフォルダです。正しければ再来受付機を起動し直してください / it is not the folder of the start: if it is right, start the machine again",
            )),
        }
    }
}

/// Where drafts for `to` are written, the mark there, and its number; both are made where they are missing. Beside the folder, so that a file comes
/// into it by a rename from elsewhere (programs that watch for new files see no other, spec/known-clients.md §3, T2); inside it where nothing
/// can be made beside it, as in the root of a share.
fn marked(to: &Path) -> io::Result<(PathBuf, PathBuf, String)> {
    let absolute = std::path::absolute(to)?;
    let beside = absolute.parent().zip(absolute.file_name()).map(|(parent, name)| parent.join(OURS).join(name));
    let beside = beside.map(|dir| (dir.clone(), dir.join(MARK)));
    let inside = (absolute.clone(), absolute.join(OURS));
    // What was marked before stays the place: drafts may lie there.
    for (drafts, mark) in beside.iter().chain([&inside]) {
        match fs::read_to_string(mark) {
            Ok(number) if number.len() == 2 * NUMBER => return Ok((drafts.clone(), mark.clone(), number)),
            Err(cause) if !is_none(cause.kind()) => return Err(cause),
            _ => {}
        }
    }
    let usable = |(drafts, _): &(PathBuf, PathBuf)| {
        fs::create_dir_all(drafts).is_ok() && probe::try_out(drafts, &absolute).is_ok()
    };
    let (drafts, mark) = beside.filter(usable).unwrap_or(inside);
    let number: String = secret_key()?.iter().take(NUMBER).map(|byte| format!("{byte:02x}")).collect();
    let (dir, name) = (mark.parent().unwrap_or(&drafts), mark.file_name().unwrap_or_default().to_string_lossy());
    hand_in(dir, &name, |draft| fs::write(draft, &number))?;
    Ok((drafts, mark, number))
}

/// Errors that say that there is no mark, and never was: not that a share hesitates.
fn is_none(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied)
}

/// Moves the time of a file on that was placed a moment ago, as the terminal does: some programs look at *changed* only.
pub fn touch_placed(path: &Path) {
    // Fetched already, or held: somebody has noticed it.
    let _ = touch(path);
}
