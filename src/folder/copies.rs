//! 控え: the bytes of every request and every answer, kept in the work folder after the レセコン took its file away.
//!
//! ```text
//! .madoguchi/req/kept/00000042.claimed.OQSsiquc01req_….xml    the request
//!                     00000042.res1.OQSsiquc01res_….xml       its answer; `.err` and returned request are res1 and res2
//! ```
//!
//! Names are those of the work folder ([`super::recover`]), so one number holds together what belongs together: an [`Exchange`]. The
//! request is not written again: the record that is left of it when its answers stand is moved here. Answers are *copied*: what a client
//! does to its file must not change what was delivered. One of hundreds of megabytes is linked first, which takes no time, and copied when
//! it stands. Nothing decides by what lies here, and no failure here keeps an answer back.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::event::FolderKind;
use crate::folder::claim::read_limited;
use crate::folder::recover::{EntryKind, Target, entry_name, parse_entry};

/// The folder in the work folder of `req`.
pub const KEPT_NAME: &str = "kept";
/// So many exchanges at the most, whatever their size: each start lists them, and each is remembered (some 10 MB).
pub const MOST: usize = 20_000;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long, and how much; oldest go first. Zero of either keeps nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Time of the machine, not document time: travelling in time must not cost what one travels for.
    pub age: Duration,
    /// All files together.
    pub bytes: u64,
}

impl Bounds {
    /// Nothing is kept.
    pub const NOTHING: Self = Self { age: Duration::ZERO, bytes: 0 };

    /// So many days and megabytes (2²⁰ bytes).
    pub fn new(days: u32, megabytes: u32) -> Self {
        Self { age: DAY * days, bytes: u64::from(megabytes) << 20 }
    }

    fn keep_anything(self) -> bool {
        !self.age.is_zero() && self.bytes > 0
    }
}

/// A request with what it brought, or what a visit brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The number in the work folder; counts on over restarts.
    pub number: u64,
    /// When its last file was written, by the machine's clock.
    pub time: SystemTime,
    /// The request first, then the answers in their order.
    pub files: Vec<Kept>,
}

impl Exchange {
    /// All its files together.
    fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.len).sum()
    }
}

/// One file of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where it was: `req`, `res` or `face`.
    pub folder: FolderKind,
    /// Its name there.
    pub name: String,
    /// Bytes.
    pub len: u64,
    kind: EntryKind,
}

/// What is kept of one terminal's files.
#[derive(Debug)]
pub struct Copies {
    dir: PathBuf,
    bounds: Bounds,
    shelf: Mutex<Shelf>,
    parting: Mutex<()>,
}

#[derive(Debug, Default)]
struct Shelf {
    exchanges: BTreeMap<u64, Exchange>,
    bytes: u64,
    /// Since when nothing could be kept, and why; the second is taken by whoever tells it.
    failing: bool,
    untold: Option<io::Error>,
    /// Files of these names are the client's, too, until they are parted.
    shared: Vec<(u64, EntryKind, String)>,
}

impl Copies {
    /// Looks at what earlier runs kept below `work`; what is over the bounds goes.
    pub fn open(work: &Path, bounds: Bounds) -> Self {
        let dir = work.join(KEPT_NAME);
        let mut shelf = Shelf::default();
        // No folder yet: nothing was kept.
        for file in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            let Some(entry) = parse_entry(file.path()) else {
                // Half a copy of a killed run.
                let _ = std::fs::remove_file(file.path());
                continue;
            };
            let Ok(metadata) = file.metadata() else { continue };
            let kept = Kept { folder: folder_of(entry.kind), name: entry.name, len: metadata.len(), kind: entry.kind };
            // A request keeps the time of its writer, which may be any: the answers' counts.
            let written = metadata.modified().ok().filter(|_| entry.kind != EntryKind::Claimed);
            shelf.add(entry.seq, kept, written);
        }
        let copies = Self { dir, bounds, shelf: Mutex::new(shelf), parting: Mutex::default() };
        copies.tidy(SystemTime::now());
        copies
    }

    /// The highest number given so far; 0 when nothing is kept.
    pub fn highest(&self) -> u64 {
        self.lock().exchanges.last_key_value().map_or(0, |(number, _)| *number)
    }

    /// All of them, oldest first.
    pub fn all(&self) -> Vec<Exchange> {
        self.lock().exchanges.values().cloned().collect()
    }

    /// One of them.
    pub fn exchange(&self, number: u64) -> Option<Exchange> {
        self.lock().exchanges.get(&number).cloned()
    }

    /// The latest that has a file of this name in this folder.
    pub fn latest_with(&self, folder: FolderKind, name: &str) -> Option<Exchange> {
        let has = |exchange: &&Exchange| exchange.files.iter().any(|file| file.folder == folder && file.name == name);
        self.lock().exchanges.values().rev().find(has).cloned()
    }

    /// The bytes of one file, `limit + 1` at the most.
    ///
    /// # Errors
    /// `NotFound` when it is not kept (any more).
    pub fn read(&self, number: u64, folder: FolderKind, name: &str, limit: u64) -> io::Result<Vec<u8>> {
        read_limited(&self.find(number, folder, name)?, limit)
    }

    /// Copies one file to `place`, of whatever length.
    ///
    /// # Errors
    /// `NotFound` when it is not kept (any more).
    pub fn copy_to(&self, number: u64, folder: FolderKind, name: &str, place: &Path) -> io::Result<()> {
        std::fs::copy(self.find(number, folder, name)?, place).map(drop)
    }

    fn find(&self, number: u64, folder: FolderKind, name: &str) -> io::Result<PathBuf> {
        let files = self.exchange(number).map(|exchange| exchange.files).unwrap_or_default();
        let kept = files.into_iter().find(|file| file.folder == folder && file.name == name);
        let kept = kept.ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotFound, format!("{name}: 控えがありません / is not kept"))
        })?;
        Ok(self.place(number, kept.kind, name))
    }

    /// Why nothing can be kept; told once, until something could be.
    pub fn trouble(&self) -> Option<io::Error> {
        self.lock().untold.take()
    }

    /// Removes what is too old at `now`, and what is too much.
    pub fn tidy(&self, now: SystemTime) {
        let mut shelf = self.lock();
        self.make_room(&mut shelf, now, 0, None);
    }

    /// An answer found no room on the disk: the older half of the copies goes, since answers are what the disk is for.
    pub fn make_way(&self, cause: &io::Error) {
        if !matches!(cause.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            return;
        }
        let mut shelf = self.lock();
        let half = shelf.bytes / 2;
        while shelf.bytes > half {
            let Some(number) = shelf.exchanges.first_key_value().map(|(number, _)| *number) else { return };
            self.let_go(&mut shelf, number);
        }
    }

    // ── from the rooms beside ──────────────────────────────────────────────────────────────────────────────────────────

    /// Keeps an answer that was just staged.
    pub(super) fn keep_bytes(&self, number: u64, kind: EntryKind, name: &str, bytes: &[u8]) {
        self.keep(number, kind, name, bytes.len() as u64, |place| std::fs::write(place, bytes));
    }

    /// Keeps a file of whatever length without reading it, where it is on this file system. One that is to become a client's file is
    /// `shared` until [`Copies::part`].
    pub(super) fn keep_file(&self, number: u64, kind: EntryKind, name: &str, file: &Path, shared: bool) {
        let Ok(metadata) = file.metadata() else { return };
        let linked = Cell::new(false);
        self.keep(number, kind, name, metadata.len(), |place| match std::fs::hard_link(file, place) {
            Ok(()) => {
                linked.set(true);
                Ok(())
            }
            // Perhaps the very same file: it must not be written over.
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Err(cause),
            Err(_) => std::fs::copy(file, place).map(drop),
        });
        if shared && linked.get() {
            self.lock().shared.push((number, kind, name.to_owned()));
        }
    }

    /// Is there something to part?
    pub(super) fn shares(&self) -> bool {
        !self.lock().shared.is_empty()
    }

    /// Gives what is shared with clients' files bytes of its own. Blocks as long as the copying takes.
    pub(super) fn part(&self) {
        let _one_at_a_time = self.parting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let Some((number, kind, name)) = self.lock().shared.first().cloned() else { return };
            let (place, beside) = (self.place(number, kind, &name), self.dir.join(format!("{number}.part")));
            // What cannot be parted (no room) stays as it is: shared is better than lost.
            let parted = std::fs::copy(&place, &beside).and_then(|_| std::fs::rename(&beside, &place));
            if parted.is_err() {
                let _ = std::fs::remove_file(&beside);
            }
            if self.exchange(number).is_none() {
                // It went while it was copied.
                let _ = std::fs::remove_file(&place);
            }
            // Only now: whoever asks whether something is shared means the file.
            self.lock().shared.remove(0);
        }
    }

    /// Takes over what is left of a request when its answers stand. The record of a visit, and of a request of the terminal's own, is
    /// empty: it goes.
    pub(super) fn take_record(&self, number: u64, name: &str, record: &Path) {
        let len = record.metadata().map_or(0, |metadata| metadata.len());
        if len > 0 {
            self.keep(number, EntryKind::Claimed, name, len, |place| std::fs::rename(record, place));
        }
        // Gone already where it was kept. Should this fail, the next start finds a record without answers: delivered.
        let _ = std::fs::remove_file(record);
    }

    fn keep(&self, number: u64, kind: EntryKind, name: &str, len: u64, write: impl Fn(&Path) -> io::Result<()>) {
        if !self.bounds.keep_anything() {
            return;
        }
        let (now, place) = (SystemTime::now(), self.place(number, kind, name));
        let room = {
            let mut shelf = self.lock();
            shelf.forget(number, kind).into_iter().for_each(|old| self.remove(number, &old));
            self.make_room(&mut shelf, now, len, Some(number))
        };
        // Written without the lock: a large answer holds nobody up.
        let written = match room {
            false => Err(io::Error::other(format!("{len} bytes > keep_megabytes"))),
            true => write(&place).or_else(|_| std::fs::create_dir_all(&self.dir).and_then(|()| write(&place))),
        };
        let mut shelf = self.lock();
        match written {
            Ok(()) => {
                shelf.failing = false;
                shelf.add(number, Kept { folder: folder_of(kind), name: name.to_owned(), len, kind }, Some(now));
                self.make_room(&mut shelf, now, 0, Some(number));
            }
            Err(cause) => {
                // Half of a file is none.
                let _ = std::fs::remove_file(&place);
                if !std::mem::replace(&mut shelf.failing, true) {
                    shelf.untold = Some(cause);
                }
            }
        }
    }

    /// Removes the oldest until `len` more bytes fit; false when they never will. `spared` is the exchange that is being written.
    fn make_room(&self, shelf: &mut Shelf, now: SystemTime, len: u64, spared: Option<u64>) -> bool {
        let over = |shelf: &Shelf| shelf.bytes + len > self.bounds.bytes || shelf.exchanges.len() > MOST;
        let own = spared.and_then(|number| shelf.exchanges.get(&number)).map_or(0, Exchange::bytes);
        if own + len > self.bounds.bytes && spared.is_some() {
            // Nothing goes for what finds no room all the same.
            return false;
        }
        let old = |exchange: &Exchange| now.duration_since(exchange.time).is_ok_and(|age| age > self.bounds.age);
        loop {
            let oldest = shelf.exchanges.iter().find(|(number, _)| Some(**number) != spared);
            let Some(number) = oldest.filter(|(_, oldest)| over(shelf) || old(oldest)).map(|(number, _)| *number)
            else {
                return !over(shelf);
            };
            self.let_go(shelf, number);
        }
    }

    fn let_go(&self, shelf: &mut Shelf, number: u64) {
        if let Some(exchange) = shelf.exchanges.remove(&number) {
            for file in &exchange.files {
                shelf.bytes -= file.len;
                self.remove(number, file);
            }
        }
    }

    fn remove(&self, number: u64, file: &Kept) {
        // What cannot be removed now (somebody reads it) is found by the next start.
        let _ = std::fs::remove_file(self.place(number, file.kind, &file.name));
    }

    fn place(&self, number: u64, kind: EntryKind, name: &str) -> PathBuf {
        self.dir.join(entry_name(number, kind, name))
    }

    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn add(&mut self, number: u64, kept: Kept, written: Option<SystemTime>) {
        let begun = || Exchange { number, time: SystemTime::UNIX_EPOCH, files: Vec::new() };
        let exchange = self.exchanges.entry(number).or_insert_with(begun);
        exchange.time = exchange.time.max(written.unwrap_or(SystemTime::UNIX_EPOCH));
        self.bytes += kept.len;
        exchange.files.push(kept);
        exchange.files.sort_by_key(|file| order(file.kind));
    }

    /// What was kept at this place before: of an attempt that was broken off.
    fn forget(&mut self, number: u64, kind: EntryKind) -> Option<Kept> {
        let exchange = self.exchanges.get_mut(&number)?;
        let at = exchange.files.iter().position(|file| order(file.kind) == order(kind))?;
        let old = exchange.files.remove(at);
        self.bytes -= old.len;
        Some(old)
    }
}

/// The request, then the answers.
fn order(kind: EntryKind) -> u32 {
    match kind {
        EntryKind::Claimed | EntryKind::Staged => 0,
        EntryKind::Answer(_, order) => order,
    }
}

fn folder_of(kind: EntryKind) -> FolderKind {
    match kind {
        EntryKind::Claimed | EntryKind::Staged => FolderKind::Req,
        EntryKind::Answer(Target::Res, _) => FolderKind::Res,
        EntryKind::Answer(Target::Face, _) => FolderKind::Face,
    }
}

#[cfg(test)]
mod tests;
