//! A registration on its way into the file. Rows are written as they come, on a thread of their own, in short transactions: a set of a million
//! is nowhere whole, and whoever visits meanwhile waits for one of them at the most. They lie in a set that is nobody's; one transaction at the
//! end makes it the municipality's, or changes its set by the differences. Whatever ends before leaves a set that is swept.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::medical_hub::{SYSTEM, SqliteMedicalHub};
use super::{Database, Sync};
use crate::hub::error::{StoreError, Trouble};
use crate::hub::medical_hub::memory::RECEIPTS_KEPT;
use crate::hub::medical_hub::registration::book::RowKey;
use crate::hub::medical_hub::registration::packed::Packed;
use crate::hub::medical_hub::store::Draft;
use crate::secret::MyNumber;
use crate::wire::registration::receipt::Changes;
use crate::wire::registration::{Mode, Receipt, Row};

/// Rows that are handed to the writer, and written, at once.
const ROWS_AT_ONCE: usize = 8_192;
/// Handovers that wait: the reader is at most so far ahead.
const AHEAD: usize = 1;

/// The ids of a set's rows.
pub(super) fn places(set: i64) -> (i64, i64) {
    (set << 32, (set << 32) | i64::from(u32::MAX))
}

/// What was begun.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    pub municipality: i64,
    pub set: i64,
    pub mode: Mode,
}

/// Where a key lies in the draft, and whether a row or its deletion. In one word: there is one for each row.
#[derive(Clone, Copy)]
struct Seen(u32);

impl Seen {
    const DELETED: u32 = 1 << 31;

    fn place(self) -> u32 {
        self.0 & !Self::DELETED
    }

    fn is_there(self) -> bool {
        self.0 & Self::DELETED == 0
    }
}

/// A row on its way to the writer.
struct Staged {
    place: u32,
    my_number: MyNumber,
    key: RowKey,
    /// None: deleted.
    packed: Option<Packed>,
}

/// The registration.
pub(super) struct SetDraft<'s> {
    store: &'s SqliteMedicalHub,
    begun: Begun,
    seen: HashMap<RowKey, Seen>,
    batch: Vec<Staged>,
    writer: Writer,
}

/// The thread that writes.
struct Writer {
    line: Option<SyncSender<Vec<Staged>>>,
    thread: Option<JoinHandle<Result<(), StoreError>>>,
}

impl Writer {
    fn start(database: Arc<Database>, begun: Begun) -> std::io::Result<Self> {
        let (line, arriving) = sync_channel::<Vec<Staged>>(AHEAD);
        let write = move || {
            arriving.iter().try_for_each(|batch| {
                match database.write(SYSTEM, Sync::Normal, |file| write_batch(file, begun, &batch))? {
                    true => Ok(()),
                    false => Err(database.error(SYSTEM, Trouble::Emptied, "reset")),
                }
            })
        };
        let thread = std::thread::Builder::new().name("registration".to_owned()).spawn(write)?;
        Ok(Self { line: Some(line), thread: Some(thread) })
    }

    /// Hands over; an error is the one that ended the thread.
    fn write(&mut self, batch: Vec<Staged>) -> Result<(), StoreError> {
        match self.line.as_ref().is_some_and(|line| line.send(batch).is_ok()) {
            true => Ok(()),
            false => self.end().and(Err(broken_off())),
        }
    }

    /// Waits until all is written.
    fn end(&mut self) -> Result<(), StoreError> {
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
fn write_batch(file: &Transaction<'_>, begun: Begun, batch: &[Staged]) -> rusqlite::Result<bool> {
    let mut is_there = file.prepare_cached("SELECT EXISTS (SELECT 1 FROM pmh_set WHERE id = ?1)")?;
    if !is_there.query_row([begun.set], |row| row.get(0))? {
        return Ok(false);
    }
    let (first, _) = places(begun.set);
    let sql = "INSERT OR REPLACE INTO pmh_row (id, my_number, key, by_history, body) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut row = file.prepare_cached(sql)?;
    let by_history = begun.mode == Mode::Difference;
    for staged in batch {
        let body = staged.packed.as_ref().map(Packed::bytes);
        let id = first | i64::from(staged.place);
        row.execute(params![id, staged.my_number.reveal(), staged.key.bytes(), by_history, body])?;
    }
    Ok(true)
}

impl<'s> SetDraft<'s> {
    pub fn new(store: &'s SqliteMedicalHub, begun: Begun) -> Result<Self, StoreError> {
        let writer = Writer::start(store.database.clone(), begun)
            .map_err(|error| store.database.error(SYSTEM, Trouble::Unusable, &error.to_string()))?;
        Ok(Self { store, begun, seen: HashMap::new(), batch: Vec::new(), writer })
    }

    /// Puts a row, or its deletion, in the place that its key has; gives what was there before in this draft.
    fn stage(&mut self, key: RowKey, my_number: MyNumber, packed: Option<Packed>) -> Result<Option<Seen>, StoreError> {
        let before = self.seen.get(&key).copied();
        // The body's limit lets no more rows in than half of this.
        let place = before.map_or(self.seen.len() as u32, Seen::place);
        self.seen.insert(key, Seen(if packed.is_some() { place } else { place | Seen::DELETED }));
        if self.batch.is_empty() {
            self.batch.reserve_exact(ROWS_AT_ONCE);
        }
        self.batch.push(Staged { place, my_number, key, packed });
        if self.batch.len() == ROWS_AT_ONCE {
            self.writer.write(std::mem::take(&mut self.batch))?;
        }
        Ok(before)
    }

    /// The set that holds now.
    fn current(&self, file: &Connection) -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT current_set FROM pmh_municipality WHERE id = ?1";
        Ok(file.query_row(sql, [self.begun.municipality], |row| row.get(0)).optional()?.flatten())
    }

    /// Writes the way from people to rows, in the order of numbers, for a set that will hold as it is.
    fn index_people(&self) -> Result<(), StoreError> {
        let (first, last) = places(self.begun.set);
        let database = &self.store.database;
        let sql = "SELECT my_number, id FROM pmh_row WHERE id BETWEEN ?1 AND ?2 AND body IS NOT NULL ORDER BY 1, 2";
        let mut failed = Ok(());
        database.read(SYSTEM, |reader| {
            let mut sorted = reader.prepare_cached(sql)?;
            let mut people = sorted.query([first, last])?;
            let mut batch: Vec<(String, i64)> = Vec::with_capacity(ROWS_AT_ONCE);
            loop {
                let person = people.next()?.map(|row| row.try_into()).transpose()?;
                let ends = person.is_none();
                batch.extend(person);
                if batch.len() == ROWS_AT_ONCE || ends {
                    failed = database.write(SYSTEM, Sync::Normal, |file| write_people(file, &batch));
                    batch.clear();
                }
                if ends || failed.is_err() {
                    return Ok(());
                }
            }
        })?;
        failed
    }

    /// The set is the municipality's from here.
    fn take_place(&self, file: &Transaction<'_>, before: Option<i64>) -> rusqlite::Result<Changes> {
        let live = self.seen.values().filter(|seen| seen.is_there()).count() as u64;
        let (kept, ended) = before.map_or(Ok((0, 0)), |before| self.kept_and_ended(file, before))?;
        let sql = "UPDATE pmh_municipality SET current_set = ?1 WHERE id = ?2";
        file.execute(sql, [self.begun.set, self.begun.municipality])?;
        Ok(Changes { added: live - kept, kept, ended })
    }

    fn kept_and_ended(&self, file: &Connection, before: i64) -> rusqlite::Result<(u64, u64)> {
        let (first, last) = places(before);
        let mut keys = file.prepare("SELECT key FROM pmh_row WHERE id BETWEEN ?1 AND ?2 AND body IS NOT NULL")?;
        let mut keys = keys.query([first, last])?;
        let (mut kept, mut ended) = (0, 0);
        while let Some(row) = keys.next()? {
            let is_kept = RowKey::from_bytes(row.get_ref(0)?.as_blob()?)
                .is_some_and(|key| self.seen.get(&key).is_some_and(|seen| seen.is_there()));
            *(if is_kept { &mut kept } else { &mut ended }) += 1;
        }
        Ok((kept, ended))
    }

    /// Changes the set that holds by these differences, in their order.
    fn change(&self, file: &Transaction<'_>, current: i64) -> rusqlite::Result<Changes> {
        let (first, last) = places(self.begun.set);
        let mut staged =
            file.prepare("SELECT my_number, key, body FROM pmh_row WHERE id BETWEEN ?1 AND ?2 ORDER BY id")?;
        let mut staged = staged.query([first, last])?;
        let mut held = Held::of(file, current)?;
        let mut changes = Changes::default();
        while let Some(row) = staged.next()? {
            let (my_number, key): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let body: Option<Vec<u8>> = row.get(2)?;
            let before = held.find(&key)?;
            match (body, before) {
                (Some(body), Some((id, holder))) if holder == my_number => {
                    held.replace(id, &body)?;
                    changes.kept += 1;
                }
                (Some(body), before) => {
                    *(if before.is_some() { &mut changes.kept } else { &mut changes.added }) += 1;
                    before.map_or(Ok(()), |(id, holder)| held.remove(id, &holder))?;
                    held.add(&my_number, &key, &body)?;
                }
                (None, Some((id, holder))) => {
                    held.remove(id, &holder)?;
                    changes.ended += 1;
                }
                (None, None) => {}
            }
        }
        Ok(changes)
    }

    /// Whom this draft names and nobody has numbered yet. People whose way was written are in order already.
    fn keep_unnumbered(&self, file: &Transaction<'_>, in_order: bool, since: &str) -> rusqlite::Result<()> {
        let (first, last) = places(self.begun.set);
        let named = match in_order {
            true => "pmh_person p WHERE p.row BETWEEN ?1 AND ?2",
            false => "pmh_row p WHERE p.id BETWEEN ?1 AND ?2 AND p.body IS NOT NULL",
        };
        let sql = format!(
            "INSERT OR IGNORE INTO pmh_unnumbered (my_number, since) SELECT DISTINCT p.my_number, ?3 FROM {named}
            AND NOT EXISTS (SELECT 1 FROM pmh_beneficiary b WHERE b.my_number = p.my_number) ORDER BY p.my_number"
        );
        file.execute(&sql, params![first, last, since]).map(drop)
    }

    fn keep_receipt(&self, file: &Transaction<'_>, receipt: &Receipt) -> rusqlite::Result<()> {
        // Text, numbers and lists, which always have a JSON form.
        let body = serde_json::to_string(receipt).unwrap_or_default();
        let municipality = self.begun.municipality;
        let sql = "INSERT INTO pmh_receipt (municipality, serial_number, body) VALUES (?1, ?2, ?3)";
        file.execute(sql, params![municipality, receipt.serial_number, body])?;
        let sql = "DELETE FROM pmh_receipt WHERE municipality = ?1 AND id <=
            (SELECT id FROM pmh_receipt WHERE municipality = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
        file.execute(sql, [municipality, RECEIPTS_KEPT as i64]).map(drop)
    }
}

fn write_people(file: &Transaction<'_>, people: &[(String, i64)]) -> rusqlite::Result<()> {
    let mut person = file.prepare_cached("INSERT INTO pmh_person (my_number, row) VALUES (?1, ?2)")?;
    people.iter().try_for_each(|(my_number, row)| person.execute(params![my_number, row]).map(drop))
}

/// The set that holds, while differences change it.
struct Held<'f> {
    file: &'f Transaction<'f>,
    first: i64,
    last: i64,
    next: i64,
}

impl<'f> Held<'f> {
    fn of(file: &'f Transaction<'f>, set: i64) -> rusqlite::Result<Self> {
        let (first, last) = places(set);
        let sql = "SELECT coalesce(max(id), ?1 - 1) + 1 FROM pmh_row WHERE id BETWEEN ?1 AND ?2";
        let next = file.query_row(sql, [first, last], |row| row.get(0))?;
        Ok(Self { file, first, last, next })
    }

    fn find(&self, key: &[u8]) -> rusqlite::Result<Option<(i64, String)>> {
        find(self.file, key, (self.first, self.last))
    }

    fn replace(&self, id: i64, body: &[u8]) -> rusqlite::Result<()> {
        self.file.prepare_cached("UPDATE pmh_row SET body = ?2 WHERE id = ?1")?.execute(params![id, body]).map(drop)
    }

    fn remove(&self, id: i64, holder: &str) -> rusqlite::Result<()> {
        self.file.prepare_cached("DELETE FROM pmh_row WHERE id = ?1")?.execute([id])?;
        let sql = "DELETE FROM pmh_person WHERE my_number = ?1 AND row = ?2";
        self.file.prepare_cached(sql)?.execute(params![holder, id]).map(drop)
    }

    fn add(&mut self, my_number: &str, key: &[u8], body: &[u8]) -> rusqlite::Result<()> {
        let sql = "INSERT INTO pmh_row (id, my_number, key, by_history, body) VALUES (?1, ?2, ?3, 1, ?4)";
        self.file.prepare_cached(sql)?.execute(params![self.next, my_number, key, body])?;
        let sql = "INSERT INTO pmh_person (my_number, row) VALUES (?1, ?2)";
        self.file.prepare_cached(sql)?.execute(params![my_number, self.next])?;
        self.next += 1;
        Ok(())
    }
}

/// A row of differences that holds, and whose it is.
fn find(file: &Connection, key: &[u8], (first, last): (i64, i64)) -> rusqlite::Result<Option<(i64, String)>> {
    let sql = "SELECT id, my_number FROM pmh_row INDEXED BY pmh_row_of_history
        WHERE key = ?1 AND by_history AND id BETWEEN ?2 AND ?3 AND body IS NOT NULL";
    let mut found = file.prepare_cached(sql)?;
    found.query_row(params![key, first, last], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

impl Draft for SetDraft<'_> {
    fn number(&self) -> u64 {
        // Sets are counted from 1.
        self.begun.set.saturating_sub(1) as u64
    }

    fn put(&mut self, key: RowKey, row: Row) -> Result<bool, StoreError> {
        let packed = Packed::of(&row);
        Ok(self.stage(key, row.my_number, Some(packed))?.is_some_and(Seen::is_there))
    }

    fn delete(&mut self, key: RowKey) -> Result<bool, StoreError> {
        let nobody = MyNumber::new("");
        if let Some(before) = self.stage(key, nobody, None)? {
            return Ok(before.is_there());
        }
        if self.begun.mode == Mode::Full {
            return Ok(false);
        }
        self.store.database.read(SYSTEM, |file| {
            let Some(current) = self.current(file)? else { return Ok(false) };
            Ok(find(file, key.bytes(), places(current))?.is_some())
        })
    }

    fn commit(mut self: Box<Self>, mut receipt: Receipt) -> Result<Receipt, StoreError> {
        if !self.batch.is_empty() {
            self.writer.write(std::mem::take(&mut self.batch))?;
        }
        self.writer.end()?;
        let database = &self.store.database;
        let current = database.read(SYSTEM, |file| self.current(file))?;
        let takes_place = self.begun.mode == Mode::Full || current.is_none();
        if takes_place {
            self.index_people()?;
        }
        let held = database.write(SYSTEM, Sync::Full, |file| {
            let sql = "SELECT EXISTS (SELECT 1 FROM pmh_municipality WHERE id = ?1)";
            if !file.query_row(sql, [self.begun.municipality], |row| row.get(0))? {
                return Ok(false);
            }
            // Another registration of the same municipality may have come in between.
            receipt.changes = match self.current(file)? {
                Some(current) if self.begun.mode == Mode::Difference => self.change(file, current)?,
                before => self.take_place(file, before)?,
            };
            self.keep_unnumbered(file, takes_place, &receipt.received_at.to_string())?;
            self.keep_receipt(file, &receipt)?;
            Ok(true)
        })?;
        match held {
            true => Ok(receipt),
            false => Err(self.store.emptied()),
        }
    }
}

impl Drop for SetDraft<'_> {
    /// Whatever does not hold by now is swept, and so is what this one took the place of.
    fn drop(&mut self) {
        // It was told to whoever commits; who does not is not interested.
        let _ = self.writer.end();
        self.store.database.drafts().remove(&self.begun.set);
        self.store.sweep();
    }
}
