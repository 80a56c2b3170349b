//! A file that nobody else can open for a while, as while another program has it.
//!
//! Windows lets whoever opens a file say what others may do with it meanwhile; here, rename it and nothing else. Elsewhere a lock is a request
//! that a program may or may not honour, so the rights are taken away as well; who may do everything (root) is not kept out by that.

use std::fs::{File, Permissions};
use std::io;
use std::path::Path;

/// FILE_SHARE_DELETE: the file may get another name.
#[cfg(windows)]
const MAY_BE_RENAMED: u32 = 4;
/// ERROR_SHARING_VIOLATION: somebody has it open already.
#[cfg(windows)]
const SHARING_VIOLATION: i32 = 32;

/// Keeps a file shut until it is dropped, whatever it is called meanwhile.
#[derive(Debug)]
pub struct Held {
    file: File,
    rights: Permissions,
}

impl Held {
    /// Shuts the file at `path`.
    ///
    /// # Errors
    /// It cannot be opened, or is locked by somebody else.
    pub fn shut(path: &Path) -> io::Result<Self> {
        let file = open(path)?;
        let rights = file.metadata()?.permissions();
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o000))?;
        Ok(Self { file, rights })
    }
}

#[cfg(windows)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    match File::options().read(true).write(true).share_mode(MAY_BE_RENAMED).open(path) {
        // The copy of a refused request, which the delivery keeps open: its whole range is locked instead.
        Err(cause) if cause.raw_os_error() == Some(SHARING_VIOLATION) => locked(path),
        opened => opened,
    }
}

#[cfg(not(windows))]
fn open(path: &Path) -> io::Result<File> {
    locked(path)
}

fn locked(path: &Path) -> io::Result<File> {
    let file = File::options().read(true).write(true).open(path)?;
    match file.lock() {
        // A share that knows no locks: the rights alone must do.
        Err(cause) if cause.kind() == io::ErrorKind::Unsupported => {}
        locked => locked?,
    }
    Ok(file)
}

impl Drop for Held {
    fn drop(&mut self) {
        // The lock goes with the handle. Rights that cannot be given back are those of a file that is gone.
        let _ = self.file.set_permissions(self.rights.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_held_is_shut_under_its_new_name_and_open_afterwards() {
        let root = tempfile::tempdir().unwrap();
        let (staged, placed) = (root.path().join("staged"), root.path().join("placed"));
        std::fs::write(&staged, "whole").unwrap();
        let held = Held::shut(&staged).unwrap();
        std::fs::rename(&staged, &placed).unwrap();
        assert!(is_shut(&placed), "anybody can open it");
        drop(held);
        assert!(!is_shut(&placed));
        assert_eq!(std::fs::read_to_string(&placed).unwrap(), "whole");
    }

    #[cfg(unix)]
    fn is_shut(path: &Path) -> bool {
        use std::os::unix::fs::PermissionsExt;
        let shut = path.metadata().unwrap().permissions().mode() & 0o777 == 0;
        let locked = File::open(path).is_ok_and(|file| file.try_lock_shared().is_err());
        // Whoever is no root cannot even ask for the lock.
        shut && (locked || File::open(path).is_err())
    }

    #[cfg(windows)]
    fn is_shut(path: &Path) -> bool {
        std::fs::read(path).is_err()
    }
}
