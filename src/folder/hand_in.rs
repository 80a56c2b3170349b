//! Putting a file into a folder as a careful レセコン does: under a temporary name, then by rename. Nobody can see half of it. What we keep
//! ourselves is written in the same way: a program that is killed leaves the file as it was.

use std::io;
use std::path::{Path, PathBuf};

/// Puts what `write` makes at the path it is given into `folder`, under `name`; an older file of that name is replaced. Gives its path.
///
/// # Errors
/// What `write` or the rename says; no half of a file stays then.
pub fn hand_in(folder: &Path, name: &str, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
    let place = folder.join(name);
    put(&place, write).map(|()| place)
}

/// Makes these bytes the file at `place`; an older one is replaced.
///
/// # Errors
/// What the system says; the older file stays then.
pub fn write_whole(place: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    put(place, |beside| std::fs::write(beside, bytes))
}

fn put(place: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let beside = place.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    write(&beside).and_then(|()| std::fs::rename(&beside, place)).inspect_err(|_| {
        let _ = std::fs::remove_file(&beside);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        let place = hand_in(folder.path(), "a.xml", |beside| std::fs::write(beside, "whole")).unwrap();
        assert_eq!((std::fs::read(&place).unwrap().as_slice(), names()), (&b"whole"[..], 1));
        let broken = hand_in(folder.path(), "b.xml", |beside| {
            std::fs::write(beside, "ha")?;
            Err(io::Error::other("no room"))
        });
        assert!(broken.is_err() && names() == 1);
    }
}
