//! Taking a request out of `req`: one rename, so it is taken exactly once, by one station, with the bytes it has at that moment.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::event::FolderKind;
use crate::folder::layout::Folders;
use crate::folder::recover::{EntryKind, entry_name};

/// A request that is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its number; requests are numbered in the order in which they were taken.
    pub seq: u64,
    /// The name it had in `req`.
    pub name: String,
    /// Where it lies now.
    pub path: PathBuf,
}

impl Claim {
    /// Its content, as far as `limit` bytes and one more: whoever gets `limit + 1` knows that it is too big.
    pub fn read(&self, limit: u64) -> io::Result<Vec<u8>> {
        read_limited(&self.path, limit)
    }

    /// Puts the request away as one that is done with: no answer will come, at the next start neither.
    pub fn put_away(&self, folders: &Folders) {
        folders.copies().take_record(self.seq, &self.name, &self.path);
    }
}

/// Whether [`claim`] fails while a writer holds the request.
pub(super) const PROVES_THAT_NOBODY_WRITES: bool = cfg!(windows);

/// Takes `name` out of `req`. `NotFound`: somebody else was faster. Other errors: it cannot be moved now (on Windows because
/// its writer still holds it); try at the next look.
pub fn claim(folders: &Folders, name: &str) -> io::Result<Claim> {
    folders.restore_work()?;
    let request = folders.dir(FolderKind::Req).join(name);
    let _without_writer = held_without_writer(&request)?;
    let seq = folders.next_seq();
    let path = folders.work(FolderKind::Req).join(entry_name(seq, EntryKind::Claimed, name));
    std::fs::rename(request, &path)?;
    Ok(Claim { seq, name: name.to_owned(), path })
}

/// Windows knows who has a file open. This fails while anybody may still write to it, and as long as the handle lives nobody can begin
/// to: readers are let in, and so is our own rename.
#[cfg(windows)]
fn held_without_writer(path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_SHARE_READ: u32 = 1;
    const FILE_SHARE_DELETE: u32 = 4;
    File::options().read(true).share_mode(FILE_SHARE_READ | FILE_SHARE_DELETE).open(path).map(Some)
}

/// Elsewhere a file does not tell who has it open; its close is heard instead (`watch`), or it is looked at twice (`settle`).
#[cfg(not(windows))]
fn held_without_writer(_: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// A request of the terminal's own, that nobody put into `req`: written down before anything promises its answer, so that a killed
/// terminal still answers it.
pub fn begin(folders: &Folders, name: &str) -> io::Result<Claim> {
    folders.restore_work()?;
    let seq = folders.next_seq();
    let path = folders.work(FolderKind::Req).join(entry_name(seq, EntryKind::Claimed, name));
    File::create_new(&path)?;
    Ok(Claim { seq, name: name.to_owned(), path })
}

/// Reads a file read-only, `limit + 1` bytes at the most.
pub(super) fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    use io::Read;
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The beginning and the end of a file of `len` bytes, each of `reach` bytes; both are all of it when it is not longer than the two.
pub fn read_ends(path: &Path, len: u64, reach: u64) -> io::Result<(Vec<u8>, Vec<u8>)> {
    use io::{Read, Seek, SeekFrom};
    if len <= 2 * reach {
        let bytes = read_limited(path, 2 * reach)?;
        return Ok((bytes.clone(), bytes));
    }
    let mut file = std::fs::File::open(path)?;
    let (mut beginning, mut end) = (Vec::new(), Vec::new());
    file.by_ref().take(reach).read_to_end(&mut beginning)?;
    file.seek(SeekFrom::Start(len - reach))?;
    file.take(reach).read_to_end(&mut end)?;
    Ok((beginning, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::layout::Paths;

    #[test]
    fn of_many_who_try_one_gets_the_request_and_it_is_gone_from_req() {
        let root = tempfile::tempdir().unwrap();
        let folders = Folders::open(Paths::below(root.path())).unwrap();
        let request = folders.dir(FolderKind::Req).join("a.xml");
        std::fs::write(&request, "content").unwrap();
        let claims: Vec<_> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8).map(|_| scope.spawn(|| claim(&folders, "a.xml"))).collect();
            tries.into_iter().filter_map(|t| t.join().unwrap().ok()).collect()
        });
        assert_eq!(claims.len(), 1);
        assert!(!request.exists());
        assert_eq!(claims[0].read(100).unwrap(), b"content");
        assert_eq!(claims[0].read(3).unwrap().len(), 4, "one byte more than allowed shows that it is too big");
    }

    #[test]
    fn the_same_name_can_be_taken_again_while_the_first_is_still_in_work() {
        let root = tempfile::tempdir().unwrap();
        let folders = Folders::open(Paths::below(root.path())).unwrap();
        let request = folders.dir(FolderKind::Req).join("a.xml");
        std::fs::write(&request, "1").unwrap();
        let first = claim(&folders, "a.xml").unwrap();
        std::fs::write(&request, "2").unwrap();
        let second = claim(&folders, "a.xml").unwrap();
        assert_eq!((first.read(9).unwrap(), second.read(9).unwrap()), (b"1".to_vec(), b"2".to_vec()));
        assert!(first.seq < second.seq);
    }
}
