//! 付番 in the file: who waits for it, and the PMH-IDs as they come.
//!
//! Who waits lies in runs, as registrations named them; whoever has a PMH-ID by the turn of their run is passed over. PMH-IDs lie anywhere in
//! their table, so they are gathered and written in its order, page after page, in short transactions: first whom a PMH-ID stands for, then who
//! has one, then the runs go. Whatever ends in between leaves runs, and asking again gives the same PMH-IDs.

use jiff::civil::DateTime;
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, params};

use super::medical_hub::SYSTEM;
use super::{Database, Sync, parsed};
use crate::hub::error::StoreError;
use crate::hub::medical_hub::store::{Numbering, RUN, Waiting};
use crate::secret::{MyNumber, PmhId, Secrets};

/// People whose PMH-IDs are gathered before they are written: some 60 bytes each.
const GATHERED: usize = 1 << 20;
/// People that are written in one transaction: a visit waits for no more.
const WRITTEN_AT_ONCE: usize = 8_192;

/// Keeps whom a registration named.
pub(super) fn keep_waiting<'n>(
    file: &Transaction<'_>,
    named: impl Iterator<Item = &'n str>,
    since: DateTime,
) -> rusqlite::Result<()> {
    let mut kept = file.prepare_cached("INSERT INTO pmh_waiting (since, my_numbers) VALUES (?1, ?2)")?;
    let (since, mut named) = (since.to_string(), named.peekable());
    while named.peek().is_some() {
        let run: Vec<&str> = named.by_ref().take(RUN).collect();
        kept.execute(params![since, run.join("\n")])?;
    }
    Ok(())
}

/// The next run of those who wait.
pub(super) fn waiting(file: &Connection, after: u64) -> rusqlite::Result<Option<Waiting>> {
    // One look at the file for all of them: each would lock and unlock it otherwise.
    let file = file.unchecked_transaction()?;
    let sql = "SELECT id, since, my_numbers FROM pmh_waiting WHERE id > ?1 ORDER BY id LIMIT 1";
    let next = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, parsed(row, 1)?, row.get::<_, String>(2)?));
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let Some((run, since, named)) = file.prepare_cached(sql)?.query_row([after], next).optional()? else {
        return Ok(None);
    };
    let mut numbered = file.prepare_cached("SELECT 1 FROM pmh_numbered WHERE my_number = ?1")?;
    let mut people = Vec::with_capacity(RUN);
    for my_number in named.lines() {
        if !numbered.exists([my_number])? {
            people.push(MyNumber::new(my_number));
        }
    }
    Ok(Some(Waiting { run: run.unsigned_abs(), since, people }))
}

/// PMH-IDs on their way into the file.
pub(super) struct Gathering<'s> {
    database: &'s Database,
    runs: Vec<u64>,
    count: usize,
    my_numbers: Secrets,
    pmh_ids: Secrets,
}

impl<'s> Gathering<'s> {
    pub fn new(database: &'s Database) -> Self {
        Self { database, runs: Vec::new(), count: 0, my_numbers: Secrets::default(), pmh_ids: Secrets::default() }
    }

    /// Writes what was gathered, and begins anew.
    fn write(&mut self) -> Result<(), StoreError> {
        let Self { database, runs, my_numbers, pmh_ids, .. } = std::mem::replace(self, Self::new(self.database));
        if runs.is_empty() {
            return Ok(());
        }
        // Of whom a profile tells more, the rest stays.
        let sql = "INSERT INTO pmh_beneficiary (pmh_id, my_number) VALUES (?1, ?2)
            ON CONFLICT (pmh_id) DO UPDATE SET my_number = excluded.my_number";
        write_in(database, &pmh_ids.in_order(), sql, |place| [pmh_ids.reveal(place), my_numbers.reveal(place)])?;
        drop(pmh_ids);
        let sql = "INSERT OR IGNORE INTO pmh_numbered (my_number) VALUES (?1)";
        write_in(database, &my_numbers.in_order(), sql, |place| [my_numbers.reveal(place)])?;
        database.write(SYSTEM, Sync::Normal, |file| {
            let mut ended = file.prepare_cached("DELETE FROM pmh_waiting WHERE id = ?1")?;
            runs.iter().try_for_each(|run| ended.execute([*run as i64]).map(drop))
        })
    }
}

/// Writes a row for each of these places.
fn write_in<R: Params>(
    database: &Database,
    places: &[u32],
    sql: &str,
    row: impl Fn(usize) -> R,
) -> Result<(), StoreError> {
    places.chunks(WRITTEN_AT_ONCE).try_for_each(|places| {
        database.write(SYSTEM, Sync::Normal, |file| {
            let mut into = file.prepare_cached(sql)?;
            places.iter().try_for_each(|place| into.execute(row(*place as usize)).map(drop))
        })
    })
}

impl Numbering for Gathering<'_> {
    fn put(&mut self, waiting: Waiting, pmh_ids: Vec<PmhId>) -> Result<(), StoreError> {
        self.runs.push(waiting.run);
        for (my_number, pmh_id) in waiting.people.iter().zip(pmh_ids) {
            self.my_numbers.put(self.count, my_number.reveal());
            self.pmh_ids.put(self.count, pmh_id.reveal());
            self.count += 1;
        }
        if self.count >= GATHERED { self.write() } else { Ok(()) }
    }

    fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.write()
    }
}
