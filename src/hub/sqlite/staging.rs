//! The thread that writes the rows of a registration as they come, in short transactions: whoever visits meanwhile waits for one of them at
//! the most. It packs them, too, so that whoever reads the body has the time for reading.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Transaction, params};

use super::draft::{Begun, places};
use super::medical_hub::SYSTEM;
use super::{Database, Sync};
use crate::hub::error::{StoreError, Trouble};
use crate::hub::medical_hub::registration::book::RowKey;
use crate::hub::medical_hub::registration::packed::Packed;
use crate::wire::registration::{Mode, Row};

/// Rows that are handed to the writer, and written, at once.
pub(super) const ROWS_AT_ONCE: usize = 2_048;
/// Handovers that wait: the reader is at most so far ahead, and goes on while the log is brought to the file.
const AHEAD: usize = 4;

/// A row on its way to the writer.
pub(super) struct Staged {
    pub place: u32,
    pub key: RowKey,
    /// None: deleted.
    pub row: Option<Row>,
}

/// The thread.
pub(super) struct Writer {
    line: Option<SyncSender<Vec<Staged>>>,
    thread: Option<JoinHandle<Result<(), StoreError>>>,
}

impl Writer {
    pub fn start(database: Arc<Database>, begun: Begun) -> std::io::Result<Self> {
        let (line, arriving) = sync_channel::<Vec<Staged>>(AHEAD);
        let write = move || {
            arriving.into_iter().try_for_each(|batch| {
                // Before the file is taken: others wait for that.
                let packed: Vec<Option<Packed>> =
                    batch.iter().map(|staged| staged.row.as_ref().map(Packed::of)).collect();
                match database.write(SYSTEM, Sync::Normal, |file| write_batch(file, begun, &batch, &packed))? {
                    true => Ok(()),
                    false => Err(database.error(SYSTEM, Trouble::Emptied, "reset")),
                }
            })
        };
        let thread = std::thread::Builder::new().name("registration".to_owned()).spawn(write)?;
        Ok(Self { line: Some(line), thread: Some(thread) })
    }

    /// Hands over; an error is the one that ended the thread.
    pub fn write(&mut self, batch: Vec<Staged>) -> Result<(), StoreError> {
        match self.line.as_ref().is_some_and(|line| line.send(batch).is_ok()) {
            true => Ok(()),
            false => self.end().and(Err(broken_off())),
        }
    }

    /// Waits until all is written.
    pub fn end(&mut self) -> Result<(), StoreError> {
        self.line = None;
        let ended = self.thread.take().map(JoinHandle::join);
        // A thread that panicked has written less than it was given: nothing of it may hold.
        ended.unwrap_or(Ok(Ok(()))).unwrap_or_else(|_| Err(broken_off()))
    }
}

fn broken_off() -> StoreError {
    let (place, cause) = ("SQLite".to_owned(), "the writer ended".to_owned());
    StoreError { system: SYSTEM, place, trouble: Trouble::Unusable, cause }
}

/// False when a reset has taken the set away.
fn write_batch(
    file: &Transaction<'_>,
    begun: Begun,
    batch: &[Staged],
    packed: &[Option<Packed>],
) -> rusqlite::Result<bool> {
    let mut is_there = file.prepare_cached("SELECT EXISTS (SELECT 1 FROM pmh_set WHERE id = ?1)")?;
    if !is_there.query_row([begun.set], |row| row.get(0))? {
        return Ok(false);
    }
    let (first, _) = places(begun.set);
    let sql = "INSERT OR REPLACE INTO pmh_row (id, my_number, key, by_history, body) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut into = file.prepare_cached(sql)?;
    let by_history = begun.mode == Mode::Difference;
    for (Staged { place, key, row }, packed) in batch.iter().zip(packed) {
        let id = first | i64::from(*place);
        let my_number = row.as_ref().map_or("", |row| row.my_number.reveal());
        into.execute(params![id, my_number, key.bytes(), by_history, packed.as_ref().map(Packed::bytes)])?;
    }
    Ok(true)
}
