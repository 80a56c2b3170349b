//! The store of PMH in the file.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::draft::{Begun, SetDraft, places};
use super::numbering::{Gathering, waiting};
use super::{Database, Sync, unreadable};
use crate::hub::error::{StoreError, Trouble};
use crate::hub::medical_hub::memory::OVERTAKING;
use crate::hub::medical_hub::registration::packed::Packed;
use crate::hub::medical_hub::store::{Beneficiary, Draft, MedicalHubStore, Numbering, Waiting};
use crate::message::subsidy::SubsidyCertificate;
use crate::people::Subsidy;
use crate::secret::{MyNumber, PmhId};
use crate::wire::registration::{Mode, Receipt, Row};

pub(super) const SYSTEM: &str = "PMH";
/// Rows that are swept in one transaction: a visit waits for no more.
const SWEPT_AT_ONCE: i64 = 2_048;

/// The store.
pub struct SqliteMedicalHub {
    pub(super) database: Arc<Database>,
    ends: Arc<AtomicBool>,
    sweeping: Mutex<Option<JoinHandle<()>>>,
}

impl SqliteMedicalHub {
    /// Over its tables of the file. What registrations left behind that were killed is swept meanwhile.
    pub fn new(database: Arc<Database>) -> Self {
        let store = Self { database, ends: Arc::default(), sweeping: Mutex::default() };
        store.sweep();
        store
    }

    /// Sweeps sets that hold no more, on a thread of its own: a municipality does not wait for yesterday's rows to go.
    pub(super) fn sweep(&self) {
        let (database, ends) = (self.database.clone(), self.ends.clone());
        let mut sweeping = self.sweeping.lock().unwrap_or_else(PoisonError::into_inner);
        let before = sweeping.take();
        *sweeping = std::thread::Builder::new()
            .name("sweeper".to_owned())
            .spawn(move || {
                if let Some(before) = before {
                    // Whatever ended it, this one goes on.
                    let _ = before.join();
                }
                // What cannot be swept now is after the next registration, or at the next start.
                let _ = sweep_all(&database, &ends);
            })
            .ok();
    }
}

impl Drop for SqliteMedicalHub {
    /// The file is free for the next one when this has returned.
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(sweeping) = self.sweeping.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = sweeping.join();
        }
    }
}

fn sweep_all(database: &Database, ends: &AtomicBool) -> Result<(), StoreError> {
    let sql = "SELECT id FROM pmh_set WHERE id NOT IN (SELECT current_set FROM pmh_municipality WHERE current_set IS NOT NULL)";
    let dead: Vec<i64> = {
        // Locked first: who is no draft any more by now has committed, if at all, before this reads.
        let live = database.drafts();
        let dead: Vec<i64> =
            database.read(SYSTEM, |file| file.prepare(sql)?.query_map([], |row| row.get(0))?.collect())?;
        dead.into_iter().filter(|set| !live.contains(set)).collect()
    };
    for set in dead {
        let mut after = Some(String::new());
        while let Some(from) = after.take().filter(|_| !ends.load(Ordering::Relaxed)) {
            after = database.write(SYSTEM, Sync::Normal, |file| sweep_people(file, set, &from))?;
        }
        while !ends.load(Ordering::Relaxed) && database.write(SYSTEM, Sync::Normal, |file| sweep_rows(file, set))? {}
    }
    Ok(())
}

/// In the order in which people lie in the file, so that no page is written again and again. Gives from whom on to go on.
fn sweep_people(file: &Transaction<'_>, set: i64, from: &str) -> rusqlite::Result<Option<String>> {
    let (first, last) = places(set);
    let sql = "SELECT my_number FROM pmh_person WHERE my_number > ?1 ORDER BY my_number LIMIT 1 OFFSET ?2";
    let until = file.prepare_cached(sql)?.query_row(params![from, SWEPT_AT_ONCE], |row| row.get(0)).optional()?;
    // Behind the last of them there is no text: bytes are greater than any.
    let sql = "DELETE FROM pmh_person
        WHERE my_number BETWEEN ?1 AND coalesce(?2, x'') AND row BETWEEN ?3 AND ?4";
    file.prepare_cached(sql)?.execute(params![from, until, first, last])?;
    Ok(until)
}

/// False when the set is gone.
fn sweep_rows(file: &Transaction<'_>, set: i64) -> rusqlite::Result<bool> {
    let (first, last) = places(set);
    let sql = "DELETE FROM pmh_row WHERE id IN (SELECT id FROM pmh_row WHERE id BETWEEN ?1 AND ?2 LIMIT ?3)";
    let swept = file.prepare_cached(sql)?.execute([first, last, SWEPT_AT_ONCE])?;
    if swept == 0 {
        file.execute("DELETE FROM pmh_set WHERE id = ?1", [set])?;
    }
    Ok(swept > 0)
}

/// The id of a municipality, which is made at its first registration.
fn municipality(file: &Transaction<'_>, code: &str) -> rusqlite::Result<i64> {
    file.execute("INSERT OR IGNORE INTO pmh_municipality (code) VALUES (?1)", [code])?;
    file.query_row("SELECT id FROM pmh_municipality WHERE code = ?1", [code], |row| row.get(0))
}

fn put(file: &Transaction<'_>, beneficiary: &Beneficiary) -> rusqlite::Result<()> {
    let my_number = beneficiary.my_number.as_ref().map(MyNumber::reveal);
    let kept: Vec<_> = beneficiary.subsidies.iter().map(|held| (&held.certificate, held.not_disclosed)).collect();
    // Text, numbers and lists, which always have a JSON form.
    let subsidies = (!kept.is_empty()).then(|| serde_json::to_string(&kept).unwrap_or_default());
    let sql = "INSERT OR REPLACE INTO pmh_beneficiary (pmh_id, my_number, subsidies) VALUES (?1, ?2, ?3)";
    file.prepare_cached(sql)?.execute(params![beneficiary.pmh_id.reveal(), my_number, subsidies])?;
    let sql = "INSERT OR IGNORE INTO pmh_numbered (my_number) SELECT ?1 WHERE ?1 IS NOT NULL";
    file.prepare_cached(sql)?.execute([my_number]).map(drop)
}

fn beneficiary(pmh_id: &PmhId, row: &rusqlite::Row<'_>) -> rusqlite::Result<Arc<Beneficiary>> {
    let subsidies: Option<String> = row.get(1)?;
    let kept: Vec<(SubsidyCertificate, bool)> = match subsidies {
        Some(text) => serde_json::from_slice(text.as_bytes()).map_err(|error| unreadable(1, error))?,
        None => Vec::new(),
    };
    let subsidies = kept.into_iter().map(|(certificate, not_disclosed)| Subsidy { certificate, not_disclosed });
    Ok(Arc::new(Beneficiary {
        pmh_id: pmh_id.clone(),
        my_number: row.get::<_, Option<String>>(0)?.map(MyNumber::new),
        subsidies: subsidies.collect(),
    }))
}

/// Rows of a person that hold, by municipality and place.
const HELD: &str = "FROM pmh_person p CROSS JOIN pmh_set s ON s.id = p.row >> 32
    CROSS JOIN pmh_municipality m ON m.id = s.municipality AND m.current_set = s.id
    CROSS JOIN pmh_row r ON r.id = p.row WHERE p.my_number = ?1 AND r.body IS NOT NULL";

fn registered(file: &Connection, my_number: &MyNumber) -> rusqlite::Result<Vec<Row>> {
    let mut rows = file.prepare_cached(&format!("SELECT r.body {HELD} ORDER BY m.code, p.row"))?;
    let rows = rows.query_map([my_number.reveal()], |row| row.get(0))?;
    let row = |body: rusqlite::Result<Vec<u8>>| {
        Packed::from_bytes(body?).row(my_number.clone()).map_err(|error| unreadable(0, error))
    };
    rows.map(row).collect()
}

impl MedicalHubStore for SqliteMedicalHub {
    fn beneficiary(&self, pmh_id: &PmhId) -> Result<Option<Arc<Beneficiary>>, StoreError> {
        let sql = "SELECT my_number, subsidies FROM pmh_beneficiary WHERE pmh_id = ?1";
        self.database.read(SYSTEM, |file| {
            file.prepare_cached(sql)?.query_row([pmh_id.reveal()], |row| beneficiary(pmh_id, row)).optional()
        })
    }

    fn put(&self, beneficiary: Beneficiary) -> Result<(), StoreError> {
        self.database.write(SYSTEM, Sync::Normal, |file| put(file, &beneficiary))
    }

    fn remove(&self, pmh_id: &PmhId) -> Result<(), StoreError> {
        // At each start most people have none.
        let Some(known) = self.beneficiary(pmh_id)? else { return Ok(()) };
        self.database.write(SYSTEM, Sync::Normal, |file| {
            file.execute("DELETE FROM pmh_beneficiary WHERE pmh_id = ?1", [pmh_id.reveal()])?;
            let my_number = known.my_number.as_ref().map(MyNumber::reveal);
            file.execute("DELETE FROM pmh_numbered WHERE my_number = ?1", [my_number]).map(drop)
        })
    }

    fn burn(&self, inquiry: u64) -> Result<bool, StoreError> {
        // Nobody counts so far: not one of ours.
        let Ok(inquiry) = i64::try_from(inquiry) else { return Ok(false) };
        self.database.write(SYSTEM, Sync::Normal, |file| {
            let mut newest = file.prepare_cached("SELECT coalesce(max(inquiry), 0) FROM pmh_burnt")?;
            let newest = newest.query_row([], |row| row.get::<_, i64>(0))?.max(inquiry);
            let oldest = newest.saturating_sub(OVERTAKING as i64);
            if inquiry < oldest {
                return Ok(false);
            }
            file.prepare_cached("DELETE FROM pmh_burnt WHERE inquiry < ?1")?.execute([oldest])?;
            let fresh = file.prepare_cached("INSERT OR IGNORE INTO pmh_burnt VALUES (?1)")?.execute([inquiry])?;
            Ok(fresh == 1)
        })
    }

    fn begin<'s>(&'s self, code: &str, mode: Mode) -> Result<Box<dyn Draft + 's>, StoreError> {
        let mut drafts = self.database.drafts();
        let begun = self.database.write(SYSTEM, Sync::Normal, |file| {
            let municipality = municipality(file, code)?;
            file.execute("INSERT INTO pmh_set (municipality) VALUES (?1)", [municipality])?;
            Ok(Begun { municipality, set: file.last_insert_rowid(), mode })
        })?;
        drafts.insert(begun.set);
        drop(drafts);
        Ok(Box::new(SetDraft::new(self, begun)?))
    }

    fn receipt(&self, municipality: &str, serial: &str) -> Result<Option<Arc<Receipt>>, StoreError> {
        let sql = "SELECT r.body FROM pmh_receipt r JOIN pmh_municipality m ON m.id = r.municipality
            WHERE m.code = ?1 AND r.serial_number = ?2";
        let receipt = |row: &rusqlite::Row<'_>| {
            let body: String = row.get(0)?;
            serde_json::from_slice(body.as_bytes()).map(Arc::new).map_err(|error| unreadable(0, error))
        };
        self.database
            .read(SYSTEM, |file| file.prepare_cached(sql)?.query_row([municipality, serial], receipt).optional())
    }

    fn registered(&self, my_number: &MyNumber) -> Result<Vec<Row>, StoreError> {
        self.database.read(SYSTEM, |file| registered(file, my_number))
    }

    fn is_registered(&self, my_number: &MyNumber) -> Result<bool, StoreError> {
        let sql = format!("SELECT EXISTS (SELECT 1 {HELD})");
        self.database.read(SYSTEM, |file| file.prepare_cached(&sql)?.query_row([my_number.reveal()], |row| row.get(0)))
    }

    fn waiting(&self, after: u64) -> Result<Option<Waiting>, StoreError> {
        self.database.read(SYSTEM, |file| waiting(file, after))
    }

    fn numbering<'s>(&'s self) -> Box<dyn Numbering + 's> {
        Box::new(Gathering::new(&self.database))
    }
}

impl SqliteMedicalHub {
    pub(super) fn emptied(&self) -> StoreError {
        self.database.error(SYSTEM, Trouble::Emptied, "reset")
    }
}
