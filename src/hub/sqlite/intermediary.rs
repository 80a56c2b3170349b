//! The store of the 中間サーバー in the file.

use std::sync::Arc;

use jiff::civil::DateTime;
use rusqlite::{OptionalExtension, Row, params};

use super::{Database, Sync, parsed};
use crate::hub::error::StoreError;
use crate::hub::intermediary::store::{Entry, IntermediaryStore};
use crate::secret::{InstitutionalCode, MyNumber};

const SYSTEM: &str = "中間サーバー";

/// The store.
pub struct SqliteIntermediary(Arc<Database>);

impl SqliteIntermediary {
    /// Over its tables of the file.
    pub fn new(database: Arc<Database>) -> Self {
        Self(database)
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let linked_from = row.get_ref(1)?.as_str_or_null()?.is_some().then(|| parsed(row, 1)).transpose()?;
    Ok(Entry { insured: row.get(0)?, linked_from })
}

const PUT: &str = "INSERT OR REPLACE INTO intermediary_person (my_number, insured, linked_from) VALUES (?1, ?2, ?3)";

/// Most who are numbered were never heard of.
const NUMBER: &str = "INSERT OR IGNORE INTO intermediary_person (my_number, insured, linked_from) VALUES (?1, 0, ?2)";
const LINK: &str = "UPDATE intermediary_person SET linked_from = ?2 WHERE my_number = ?1 AND linked_from IS NULL";
const GET: &str = "SELECT insured, linked_from FROM intermediary_person WHERE my_number = ?1";

impl IntermediaryStore for SqliteIntermediary {
    fn get(&self, my_number: &MyNumber) -> Result<Option<Entry>, StoreError> {
        self.0.read(SYSTEM, |file| file.prepare_cached(GET)?.query_row([my_number.reveal()], entry).optional())
    }

    fn put(&self, my_number: &MyNumber, entry: Entry) -> Result<(), StoreError> {
        // At each start everybody is told again: most of it is known.
        if self.get(my_number)? == Some(entry) {
            return Ok(());
        }
        let linked_from = entry.linked_from.map(|from| from.to_string());
        self.0.write(SYSTEM, Sync::Normal, |file| {
            file.prepare_cached(PUT)?.execute(params![my_number.reveal(), entry.insured, linked_from]).map(drop)
        })
    }

    fn number(&self, my_numbers: &[MyNumber], from: DateTime) -> Result<Vec<Entry>, StoreError> {
        let fresh = Entry { insured: false, linked_from: Some(from) };
        let from = from.to_string();
        self.0.write(SYSTEM, Sync::Normal, |file| {
            let (mut new, mut known) = (file.prepare_cached(NUMBER)?, file.prepare_cached(GET)?);
            let mut linked = file.prepare_cached(LINK)?;
            let number = |my_number: &MyNumber| {
                let my_number = my_number.reveal();
                if new.execute([my_number, &from])? == 1 {
                    return Ok(fresh);
                }
                linked.execute([my_number, &from])?;
                known.query_row([my_number], entry)
            };
            my_numbers.iter().map(number).collect()
        })
    }

    fn put_code(&self, code: InstitutionalCode, my_number: &MyNumber) -> Result<(), StoreError> {
        if self.by_code(&code)?.as_ref() == Some(my_number) {
            return Ok(());
        }
        let sql = "INSERT OR REPLACE INTO intermediary_code (institutional_code, my_number) VALUES (?1, ?2)";
        self.0.write(SYSTEM, Sync::Normal, |file| {
            file.prepare_cached(sql)?.execute([code.reveal(), my_number.reveal()]).map(drop)
        })
    }

    fn by_code(&self, code: &InstitutionalCode) -> Result<Option<MyNumber>, StoreError> {
        let sql = "SELECT my_number FROM intermediary_code WHERE institutional_code = ?1";
        let number = |row: &Row<'_>| row.get::<_, String>(0).map(MyNumber::new);
        self.0.read(SYSTEM, |file| file.prepare_cached(sql)?.query_row([code.reveal()], number).optional())
    }
}
