//! A registration on its way into the file. Rows are written as they come ([`super::staging`]): a set of a million is nowhere whole. They lie in
//! a set that is nobody's; one transaction at the end makes it the municipality's, or changes its set by the differences. Whatever ends before
//! leaves a set that is swept.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::Sync;
use super::medical_hub::{SYSTEM, SqliteMedicalHub};
use super::numbering::keep_waiting;
use super::staging::{ROWS_AT_ONCE, Staged, Writer};
use crate::hub::error::{StoreError, Trouble};
use crate::hub::medical_hub::memory::RECEIPTS_KEPT;
use crate::hub::medical_hub::registration::book::RowKey;
use crate::hub::medical_hub::store::Draft;
use crate::secret::Secrets;
use crate::wire::registration::receipt::Changes;
use crate::wire::registration::{Mode, Receipt, Row};

/// People that are written at once.
const PEOPLE_AT_ONCE: usize = 8_192;

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

/// A set that holds, and how many of its rows are in the draft and how many are not.
#[derive(Debug, Clone, Copy)]
struct Compared {
    set: i64,
    kept: u64,
    ended: u64,
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

/// The registration.
pub(super) struct SetDraft<'s> {
    store: &'s SqliteMedicalHub,
    begun: Begun,
    seen: HashMap<RowKey, Seen>,
    /// Whose each place is, nobody's where it was deleted: so that their order need not be sought in the file.
    people: Secrets,
    batch: Vec<Staged>,
    writer: Writer,
}

impl<'s> SetDraft<'s> {
    pub fn new(store: &'s SqliteMedicalHub, begun: Begun) -> Result<Self, StoreError> {
        let writer = Writer::start(store.database.clone(), begun)
            .map_err(|error| store.database.error(SYSTEM, Trouble::Unusable, &error.to_string()))?;
        let (seen, people, batch) = (HashMap::new(), Secrets::default(), Vec::new());
        Ok(Self { store, begun, seen, people, batch, writer })
    }

    /// Puts a row, or its deletion, in the place that its key has; gives what was there before in this draft.
    fn stage(&mut self, key: RowKey, row: Option<Row>) -> Result<Option<Seen>, StoreError> {
        // The body's limit lets no more rows in than half of this.
        let next = self.seen.len() as u32;
        let marked = |place| Seen(if row.is_some() { place } else { place | Seen::DELETED });
        let (place, before) = match self.seen.entry(key) {
            Entry::Occupied(mut seen) => {
                let place = seen.get().place();
                (place, Some(seen.insert(marked(place))))
            }
            Entry::Vacant(new) => (new.insert(marked(next)).place(), None),
        };
        self.people.put(place as usize, row.as_ref().map_or("", |row| row.my_number.reveal()));
        if self.batch.is_empty() {
            self.batch.reserve_exact(ROWS_AT_ONCE);
        }
        self.batch.push(Staged { place, key, row });
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
    fn index_people(&self, in_order: &[u32]) -> Result<(), StoreError> {
        let (first, _) = places(self.begun.set);
        let sql = "INSERT INTO pmh_person (my_number, row) VALUES (?1, ?2)";
        in_order.chunks(PEOPLE_AT_ONCE).try_for_each(|places| {
            self.store.database.write(SYSTEM, Sync::Normal, |file| {
                let mut person = file.prepare_cached(sql)?;
                places.iter().try_for_each(|place| {
                    person.execute(params![self.people.reveal(*place as usize), first | i64::from(*place)]).map(drop)
                })
            })
        })
    }

    /// What becomes of the set that holds when this one takes its place.
    fn compared(&self, file: &Connection) -> rusqlite::Result<Option<Compared>> {
        let Some(set) = self.current(file)? else { return Ok(None) };
        let (first, last) = places(set);
        let mut keys = file.prepare("SELECT key FROM pmh_row WHERE id BETWEEN ?1 AND ?2 AND body IS NOT NULL")?;
        let mut keys = keys.query([first, last])?;
        let (mut kept, mut ended) = (0, 0);
        while let Some(row) = keys.next()? {
            let is_kept = RowKey::from_bytes(row.get_ref(0)?.as_blob()?)
                .is_some_and(|key| self.seen.get(&key).is_some_and(|seen| seen.is_there()));
            *(if is_kept { &mut kept } else { &mut ended }) += 1;
        }
        Ok(Some(Compared { set, kept, ended }))
    }

    /// The set is the municipality's from here.
    fn take_place(&self, file: &Transaction<'_>, before: Option<Compared>) -> rusqlite::Result<Changes> {
        let live = self.seen.values().filter(|seen| seen.is_there()).count() as u64;
        let (kept, ended) = before.map_or((0, 0), |before| (before.kept, before.ended));
        let sql = "UPDATE pmh_municipality SET current_set = ?1 WHERE id = ?2";
        file.execute(sql, [self.begun.set, self.begun.municipality])?;
        Ok(Changes { added: live - kept, kept, ended })
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
        Ok(self.stage(key, Some(row))?.is_some_and(Seen::is_there))
    }

    fn delete(&mut self, key: RowKey) -> Result<bool, StoreError> {
        if let Some(before) = self.stage(key, None)? {
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
        let is_full = self.begun.mode == Mode::Full;
        // Nobody waits for this comparison, which may take seconds.
        let compared = if is_full { database.read(SYSTEM, |file| self.compared(file))? } else { None };
        let mut in_order = self.people.in_order();
        in_order.retain(|place| !self.people.reveal(*place as usize).is_empty());
        if is_full || current.is_none() {
            self.index_people(&in_order)?;
        }
        in_order.dedup_by_key(|place| self.people.reveal(*place as usize));
        let held = database.write(SYSTEM, Sync::Full, |file| {
            let sql = "SELECT EXISTS (SELECT 1 FROM pmh_municipality WHERE id = ?1)";
            if !file.query_row(sql, [self.begun.municipality], |row| row.get(0))? {
                return Ok(false);
            }
            // Another registration of the same municipality may have come in between.
            receipt.changes = match self.current(file)? {
                Some(current) if !is_full => self.change(file, current)?,
                before if before == compared.map(|compared| compared.set) => self.take_place(file, compared)?,
                _ => self.take_place(file, self.compared(file)?)?,
            };
            let named = in_order.iter().map(|place| self.people.reveal(*place as usize));
            keep_waiting(file, named, receipt.received_at)?;
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
