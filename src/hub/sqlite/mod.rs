//! One SQLite file for the systems of a hub: each has tables of its own and sees no other's.
//!
//! ```text
//! medical_hub ──▶ pmh_…    intermediary ──▶ intermediary_…    eligibility ──▶ eligibility_…
//!      └──────────── Database: one writer at a time, readers beside it ────────────┘
//! ```
//!
//! - here: the file, its connections · [`schema`]: numbered migrations · [`backup`](fn@backup): a copy while it is in use
//! - [`medical_hub`], [`intermediary`], [`eligibility`]: the stores of the three systems that keep something
//! - of PMH: [`draft`], a registration until it holds, [`staging`], which writes its rows meanwhile, and [`numbering`], 付番 of whom it named
//!
//! The journal is a write-ahead log: readers wait for nobody, and a process that is killed leaves what was committed. A commit waits for the
//! disk (`synchronous=FULL`) where somebody was told that it holds and would not tell again: a registration, numbers that must never come
//! twice. The others (`NORMAL`) survive a kill, and the last moments before a power failure may be lost: a card is joined again at its next use.

mod backup;
mod draft;
mod eligibility;
mod intermediary;
mod medical_hub;
mod numbering;
mod schema;
mod staging;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

pub use self::backup::{BackupError, backup};
pub use self::eligibility::SqliteEligibility;
pub use self::intermediary::SqliteIntermediary;
pub use self::medical_hub::SqliteMedicalHub;
use super::error::{StoreError, Trouble};
use crate::folder::lock::{Lock, LockError};
use crate::random::Seed;

/// Of the file itself rather than of one system.
const FILE: &str = "ハブ";
/// For so long another program that writes to the file is waited for; a test that waits for it knows that it comes to nothing.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 200 } else { 5_000 });
/// Pages kept in memory by the writer, in KiB: the index by 個人番号 of a million rows fits.
const WRITER_CACHE_KIB: i64 = 48 << 10;
/// The same of a reader, which follows single rows: there may be as many as questions at once.
const READER_CACHE_KIB: i64 = 256;
/// So many readers wait for the next question.
const READERS_KEPT: usize = 8;
/// Pages of 4 KiB in the log before they are brought to the file: whoever writes waits for the disk meanwhile, so it is little at a time.
const CHECKPOINT_PAGES: i64 = 4 << 10;
/// The log is cut back to so many bytes afterwards.
const LOG_BYTES: i64 = 16 << 20;

/// The file, for this process alone as long as it lives; only a backup reads it beside.
pub struct Database {
    path: PathBuf,
    writer: Mutex<Connection>,
    /// Held while waiting for the writer, so that a long registration, which writes again and again, lets others in between.
    turn: Mutex<()>,
    readers: Mutex<Vec<Connection>>,
    /// Sets that are being gathered: nobody's yet, and not to be swept. Here, because the stores before a reset may still be sweeping.
    drafts: Mutex<BTreeSet<i64>>,
    _lock: Lock,
}

/// How sure a commit must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sync {
    /// On the disk before it is told.
    Full,
    /// In the system's hands.
    Normal,
}

impl Database {
    /// Opens `path`, which is made if need be, for a hub of this seed. `holder` is what others are told who want it, too.
    ///
    /// # Errors
    /// See [`Trouble`]; the file is as it was.
    pub fn open(path: &Path, seed: Seed, holder: &str) -> Result<Arc<Self>, StoreError> {
        let failed = |trouble, cause: String| StoreError { system: FILE, place: shown(path), trouble, cause };
        let lock =
            Lock::beside(path, &format!("{holder}, pid {}", std::process::id())).map_err(|error| match error {
                LockError::Held(by) => failed(Trouble::Held, by),
                LockError::Unusable(cause) if cause.kind() == std::io::ErrorKind::PermissionDenied => {
                    failed(Trouble::ReadOnly, cause.to_string())
                }
                LockError::Unusable(cause) => failed(Trouble::Unusable, cause.to_string()),
            })?;
        make(path).map_err(|cause| failed(Trouble::of_io(&cause), cause.to_string()))?;
        let troubled = |error: rusqlite::Error| trouble(FILE, path, &error);
        let mut writer = connect(path, false).map_err(troubled)?;
        schema::look_at(&writer).map_err(|found| found.at(path))?;
        prepare_writer(&writer).map_err(troubled)?;
        schema::migrate(&mut writer, schema::MIGRATIONS).map_err(|found| found.at(path))?;
        schema::belongs_to(&writer, seed).map_err(|found| found.at(path))?;
        Ok(Arc::new(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            turn: Mutex::new(()),
            readers: Mutex::default(),
            drafts: Mutex::default(),
            _lock: lock,
        }))
    }

    fn drafts(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        self.drafts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody is known any more, and nothing was ever counted but the registrations.
    pub(super) fn empty(&self) -> Result<(), StoreError> {
        self.write(FILE, Sync::Full, schema::empty)
    }

    /// Runs `work` in one transaction: all of it holds, or nothing.
    fn write<T>(
        &self,
        system: &'static str,
        sync: Sync,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer();
        let troubled = |error: rusqlite::Error| trouble(system, &self.path, &error);
        if sync == Sync::Full {
            writer.pragma_update(None, "synchronous", "FULL").map_err(troubled)?;
        }
        let written = in_transaction(&mut writer, work);
        if sync == Sync::Full {
            writer.pragma_update(None, "synchronous", "NORMAL").map_err(troubled)?;
        }
        written.map_err(troubled)
    }

    /// Runs `work` over what was committed.
    fn read<T>(
        &self,
        system: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let troubled = |error: rusqlite::Error| trouble(system, &self.path, &error);
        let idle = self.readers().pop();
        let reader = idle.map_or_else(|| connect(&self.path, true), Ok).map_err(troubled)?;
        let read = work(&reader).map_err(troubled);
        let mut idle = self.readers();
        if idle.len() < READERS_KEPT {
            idle.push(reader);
        }
        read
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, system: &'static str, trouble: Trouble, cause: &str) -> StoreError {
        StoreError { system, place: shown(&self.path), trouble, cause: cause.to_owned() }
    }
}

/// A whole transaction: at an error nothing of it is left, and the connection serves the next.
fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

/// The file, for its owner alone. Its log gets the same rights.
fn make(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn connect(path: &Path, reader: bool) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    if reader {
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    }
    Ok(connection)
}

fn prepare_writer(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
    Ok(())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

impl Trouble {
    fn of_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            std::io::ErrorKind::StorageFull => Self::Full,
            _ => Self::Unusable,
        }
    }
}

fn trouble(system: &'static str, path: &Path, error: &rusqlite::Error) -> StoreError {
    let trouble = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Trouble::Busy,
        Some(ErrorCode::DiskFull) => Trouble::Full,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Trouble::ReadOnly,
        Some(ErrorCode::NotADatabase) => Trouble::NotOurs,
        Some(ErrorCode::DatabaseCorrupt) => Trouble::Damaged,
        Some(_) => Trouble::Unusable,
        // A column of another kind, or a value that this program does not write: whoever wrote it was not this program.
        None => Trouble::Damaged,
    };
    StoreError { system, place: shown(path), trouble, cause: error.to_string() }
}

/// A value that is stored as text and does not read as what it is.
fn unreadable(column: usize, error: impl std::error::Error + Send + std::marker::Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

/// A column that holds a day or a moment as text.
fn parsed<T: std::str::FromStr<Err: std::error::Error + Send + std::marker::Sync + 'static>>(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    row.get::<_, String>(column)?.parse().map_err(|error| unreadable(column, error))
}
