//! Whose file it is, and in which form: numbered migrations, each in one transaction.

use std::path::Path;

use rusqlite::{Connection, Transaction};

use super::{FILE, in_transaction, trouble};
use crate::hub::error::{StoreError, Trouble};
use crate::random::Seed;

/// `PRAGMA application_id`: "MDG1".
const APPLICATION: i32 = 0x4D44_4731;

/// What makes each form of the file of the one before it; the file's `user_version` says how many were done. Never changed, only added to.
pub(super) const MIGRATIONS: &[&str] =
    &[include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql"), include_str!("migrations/0003.sql")];

/// Why a file is not taken.
#[derive(Debug)]
pub(super) enum Found {
    /// Something of ours or of the system's.
    Trouble(Trouble, String),
    /// The library said it.
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Found {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

impl Found {
    /// With the file's name.
    pub fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Trouble(trouble, cause) => {
                StoreError { system: FILE, place: path.display().to_string(), trouble, cause }
            }
            Self::Failed(error) => trouble(FILE, path, &error),
        }
    }
}

/// Is it empty, or ours and not newer than this program? Nothing is written.
pub(super) fn look_at(connection: &Connection) -> Result<(), Found> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != i64::from(APPLICATION) && (application != 0 || tables > 0) {
        return Err(Found::Trouble(Trouble::NotOurs, format!("application_id {application:#x}")));
    }
    if version > MIGRATIONS.len() as i64 {
        let cause = format!("schema {version}, known {}", MIGRATIONS.len());
        return Err(Found::Trouble(Trouble::Newer, cause));
    }
    Ok(())
}

/// Has a hub kept anything there?
pub(super) fn is_ours(connection: &Connection) -> Result<(), Found> {
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    match application == i64::from(APPLICATION) {
        true => Ok(()),
        false => Err(Found::Trouble(Trouble::NotOurs, "empty".to_owned())),
    }
}

/// Brings the file to the last form.
pub(super) fn migrate(connection: &mut Connection, migrations: &[&str]) -> Result<(), Found> {
    let done: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(done).unwrap_or_default();
    for (number, sql) in migrations.iter().enumerate().skip(done) {
        in_transaction(connection, |transaction| {
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", number as i64 + 1)
        })?;
    }
    Ok(())
}

/// A file is of one seed: PMH-ID and 紐付番号 follow from it, and another hub's would be somebody else's.
pub(super) fn belongs_to(connection: &Connection, seed: Seed) -> Result<(), Found> {
    let seed = seed.0.to_string();
    connection.execute("INSERT OR IGNORE INTO hub_file (name, value) VALUES ('seed', ?1)", [&seed])?;
    let made: String = connection.query_row("SELECT value FROM hub_file WHERE name = 'seed'", [], |row| row.get(0))?;
    if made != seed {
        return Err(Found::Trouble(Trouble::OtherSeed, format!("--seed {made}")));
    }
    Ok(())
}

/// Every row of every system. The counts of registrations and numbers go on, so that nothing of before comes again; sets of rows that nobody
/// holds any more are swept as any other.
pub(super) fn empty(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut tables = transaction.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('hub_file', 'eligibility_counter', 'pmh_set', 'pmh_row', 'pmh_person')",
    )?;
    let names: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    names.iter().try_for_each(|table| transaction.execute(&format!("DELETE FROM {table}"), []).map(drop))
}
