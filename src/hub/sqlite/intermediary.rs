//! The store of the 中間サーバー in the file.

use std::sync::Arc;

use jiff::civil::DateTime;
use rusqlite::{OptionalExtension, Row, Statement, params};

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

fn put(into: &mut Statement<'_>, my_number: &MyNumber, entry: Entry) -> rusqlite::Result<()> {
    let linked_from = entry.linked_from.map(|from| from.to_string());
    into.execute(params![my_number.reveal(), entry.insured, linked_from]).map(drop)
}

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
        self.0.write(SYSTEM, Sync::Normal, |file| put(&mut *file.prepare_cached(PUT)?, my_number, entry))
    }

    fn number(&self, my_numbers: &[MyNumber], from: DateTime) -> Result<Vec<Entry>, StoreError> {
        self.0.write(SYSTEM, Sync::Normal, |file| {
            let (mut known, mut kept) = (file.prepare_cached(GET)?, file.prepare_cached(PUT)?);
            let number = |my_number: &MyNumber| {
                let before = known.query_row([my_number.reveal()], entry).optional()?.unwrap_or_default();
                let now = Entry { linked_from: Some(before.linked_from.unwrap_or(from)), ..before };
                if now != before {
                    put(&mut kept, my_number, now)?;
                }
                Ok(now)
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
