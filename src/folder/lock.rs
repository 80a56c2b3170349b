//! A folder, or a file, that one process has to itself. The system lets go of the lock when the process dies, however it dies.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const LOCK_NAME: &str = "lock";
/// Beside the lock, because Windows lets nobody read a locked file.
const HOLDER_NAME: &str = "lock.pid";

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock(File);

/// Why a folder cannot be had.
#[derive(Debug)]
pub enum LockError {
    /// Another process has it: who, in its own words; `?` where that cannot be told.
    Held(String),
    /// No lock can be made there.
    Unusable(io::Error),
}

impl Lock {
    /// Takes `dir`, which must be there. Whoever comes second is told `holder`.
    ///
    /// # Errors
    /// [`LockError`], at once: nobody is waited for.
    pub fn take(dir: &Path, holder: &str) -> Result<Self, LockError> {
        Self::take_as(&dir.join(LOCK_NAME), &dir.join(HOLDER_NAME), holder)
    }

    /// Takes one file, which need not be there: the lock lies beside it.
    ///
    /// # Errors
    /// [`LockError`], at once.
    pub fn beside(file: &Path, holder: &str) -> Result<Self, LockError> {
        let named = |ending: &str| {
            let mut name = file.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        Self::take_as(&named(".lock"), &named(".lock.pid"), holder)
    }

    fn take_as(lock: &Path, says_who: &Path, holder: &str) -> Result<Self, LockError> {
        let open = File::options().create(true).truncate(false).write(true).open(lock);
        let file = open.map_err(LockError::Unusable)?;
        match file.try_lock() {
            Ok(()) => {
                // For a second process only, to say whom to stop: the first one comes up on a full disk, too.
                let _ = std::fs::write(says_who, holder);
                Ok(Self(file))
            }
            Err(TryLockError::WouldBlock) => Err(LockError::Held(told(says_who))),
            Err(TryLockError::Error(cause)) => Err(LockError::Unusable(cause)),
        }
    }

    /// Lets go of the folder before the end.
    pub fn release(&self) {
        // What cannot be unlocked is when the process ends.
        let _ = self.0.unlock();
    }
}

/// Who has `dir` now, if anybody.
pub fn holder(dir: &Path) -> Option<String> {
    match File::open(dir.join(LOCK_NAME)).ok()?.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(told(&dir.join(HOLDER_NAME))),
        _ => None,
    }
}

fn told(says_who: &Path) -> String {
    let holder = std::fs::read_to_string(says_who).ok();
    holder.filter(|holder| !holder.is_empty()).unwrap_or_else(|| "?".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_second_is_told_who_was_first_until_that_one_lets_go() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(holder(dir.path()), None);
        let first = Lock::take(dir.path(), "12 run").unwrap();
        assert!(matches!(Lock::take(dir.path(), "13 card serve"), Err(LockError::Held(by)) if by == "12 run"));
        assert_eq!(holder(dir.path()).as_deref(), Some("12 run"));
        first.release();
        let second = Lock::take(dir.path(), "13 card serve").unwrap();
        assert_eq!(holder(dir.path()).as_deref(), Some("13 card serve"));
        drop(second);
        assert_eq!(holder(dir.path()), None);
        assert!(matches!(Lock::take(&dir.path().join("none"), "1"), Err(LockError::Unusable(_))));
    }
}
