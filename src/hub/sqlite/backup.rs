//! A copy of the file while a hub is using it: one moment of it, whole, in one file that a hub takes as it is.

use std::path::{Path, PathBuf};

use rusqlite::OpenFlags;

use super::{FILE, PATIENCE, make, schema, trouble};
use crate::hub::error::{StoreError, Trouble};

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something lies there already.
    #[error(
        "{0} はもうあります。別の名前を指定するか、消してください / it is there already: choose another name, or remove it"
    )]
    Exists(PathBuf),
    /// It cannot be written.
    #[error("{to} に書き込めません: {cause} / cannot be written there")]
    Unwritable {
        /// Where to.
        to: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
}

/// Copies the store `from` to `to`, which must not be there. A hub that is writing is not disturbed; a copy that breaks off leaves nothing
/// under the name.
///
/// # Errors
/// See [`BackupError`].
pub fn backup(from: &Path, to: &Path) -> Result<(), BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let mut beside = to.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let unwritable = |cause| BackupError::Unwritable { to: to.to_owned(), cause };
    // Left behind by a copy that was killed.
    if beside.exists() {
        std::fs::remove_file(&beside).map_err(unwritable)?;
    }
    make(&beside).map_err(unwritable)?;
    match copy(from, &beside) {
        Ok(()) => std::fs::rename(&beside, to).map_err(unwritable),
        Err(error) => {
            // The first mistake is the one to tell of.
            let _ = std::fs::remove_file(&beside);
            Err(error.into())
        }
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let troubled = |error: rusqlite::Error| trouble(FILE, from, &error);
    let named = to.to_str().ok_or_else(|| StoreError {
        system: FILE,
        place: to.display().to_string(),
        trouble: Trouble::Unusable,
        cause: "not UTF-8".to_owned(),
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = rusqlite::Connection::open_with_flags(from, flags).map_err(troubled)?;
    source.busy_timeout(PATIENCE).map_err(troubled)?;
    schema::look_at(&source).and_then(|()| schema::is_ours(&source)).map_err(|found| found.at(from))?;
    source.execute("VACUUM INTO ?1", [named]).map(drop).map_err(troubled)
}
