//! An answer too large to be held: written piece by piece to the place where it is staged.
//!
//! While its request stands as *claimed* a draft is half an answer, and the next start throws it away (see [`super::recover`]).

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::folder::claim::Claim;
use crate::folder::copies::Copies;
use crate::folder::layout::Folders;
use crate::folder::publish::{Content, Item};
use crate::folder::recover::{EntryKind, Target, entry_name};

/// A file in the making. Clones are the same file.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(super) path: PathBuf,
    /// Kept open until delivery, for the case that the work folder vanishes under us.
    pub(super) file: Arc<File>,
    target: Target,
    name: String,
    seq: u64,
    copies: Arc<Copies>,
}

impl PartialEq for Draft {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for Draft {}

impl Draft {
    /// Begins the one answer to `claim`, in place of an earlier attempt.
    ///
    /// # Errors
    /// The work folder cannot be written.
    pub fn begin(folders: &Folders, claim: &Claim, target: Target, name: &str) -> io::Result<Self> {
        folders.restore_work()?;
        let path = folders.work(target.folder()).join(entry_name(claim.seq, EntryKind::Answer(target, 1), name));
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
        let (name, copies) = (name.to_owned(), folders.copies().clone());
        Ok(Self { path, file: Arc::new(file), target, name, seq: claim.seq, copies })
    }

    /// Where to write it.
    ///
    /// # Errors
    /// The system has no more handles.
    pub fn writer(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// It is whole, and can be staged.
    pub fn into_item(self) -> Item {
        self.copies.keep_file(self.seq, EntryKind::Answer(self.target, 1), &self.name, &self.path, true);
        Item { target: self.target, name: self.name.clone(), content: Content::Draft(self) }
    }

    /// Keeps so many percent of what was written.
    ///
    /// # Errors
    /// The work folder cannot be written.
    pub fn cut(&self, percent: u32) -> io::Result<()> {
        self.file.set_len(self.file.metadata()?.len() * u64::from(percent.min(100)) / 100)
    }

    /// It will never be whole.
    pub fn discard(self) {
        let Self { path, file, .. } = self;
        // Windows removes no file that is open.
        drop(file);
        // What cannot be removed now is thrown away by the next start, or written anew by the next attempt.
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::event::FolderKind;
    use crate::folder::layout::Paths;
    use crate::folder::{Delivery, Parcel, claim, recover};

    fn desk(root: &std::path::Path) -> (Arc<Folders>, Claim) {
        let folders = Arc::new(Folders::open(Paths::below(root)).unwrap());
        std::fs::write(folders.dir(FolderKind::Req).join("q.xml"), "the request").unwrap();
        let claim = claim::claim(&folders, "q.xml").unwrap();
        (folders, claim)
    }

    #[tokio::test]
    async fn a_draft_is_delivered_as_it_was_written_in_every_manner() {
        for manner in [Delivery::RenameTouch, Delivery::Rename, Delivery::InPlace, Delivery::Slow] {
            let root = tempfile::tempdir().unwrap();
            let (folders, claim) = desk(root.path());
            let draft = Draft::begin(&folders, &claim, Target::Res, "a.xml").unwrap();
            draft.writer().unwrap().write_all("<a>答</a>".as_bytes()).unwrap();
            let placed = Parcel::stage(&folders, Some(&claim), vec![draft.into_item()]).unwrap();
            let placed = placed.deliver(manner, |_| {}).await;
            assert_eq!(std::fs::read_to_string(&placed[0].path).unwrap(), "<a>答</a>", "{manner:?}");
            assert!(recover::entries(&folders).is_empty(), "{manner:?}");
        }
    }

    #[tokio::test]
    async fn a_draft_is_kept_with_its_request_and_has_bytes_of_its_own() {
        let root = tempfile::tempdir().unwrap();
        let bounds = crate::folder::Bounds::new(7, 256);
        let folders = Arc::new(Folders::open_keeping(Paths::below(root.path()), bounds).unwrap());
        std::fs::write(folders.dir(FolderKind::Req).join("q.xml"), "the request").unwrap();
        let claim = claim::claim(&folders, "q.xml").unwrap();
        let draft = Draft::begin(&folders, &claim, Target::Res, "a.xml").unwrap();
        draft.writer().unwrap().write_all(b"large").unwrap();
        let parcel = Parcel::stage(&folders, Some(&claim), vec![draft.into_item()]).unwrap();
        let placed = parcel.deliver(Delivery::Rename, |_| {}).await;
        assert_eq!(placed[0].exchange, claim.seq);
        let copies = folders.copies();
        while copies.shares() {
            tokio::task::yield_now().await;
        }
        std::fs::write(&placed[0].path, "changed").unwrap();
        assert_eq!(copies.read(claim.seq, FolderKind::Req, "q.xml", 100).unwrap(), b"the request");
        assert_eq!(copies.read(claim.seq, FolderKind::Res, "a.xml", 100).unwrap(), b"large");
    }

    #[test]
    fn killed_while_it_is_written_the_next_start_asks_again_and_forgets_the_draft() {
        let root = tempfile::tempdir().unwrap();
        let (folders, claim) = desk(root.path());
        let draft = Draft::begin(&folders, &claim, Target::Res, "a.xml").unwrap();
        draft.writer().unwrap().write_all(b"half").unwrap();
        let path = draft.path.clone();
        drop((draft, folders));
        let after = Arc::new(Folders::open(Paths::below(root.path())).unwrap());
        let unfinished = recover::recover(&after);
        assert_eq!((unfinished.claims.len(), unfinished.parcels.len(), path.exists()), (1, 0, false));
    }

    #[test]
    fn a_discarded_draft_frees_its_place_and_the_request_stays() {
        let root = tempfile::tempdir().unwrap();
        let (folders, claim) = desk(root.path());
        let draft = Draft::begin(&folders, &claim, Target::Res, "a.xml").unwrap();
        let path = draft.path.clone();
        draft.discard();
        assert!(!path.exists() && claim.path.exists());
    }

    #[tokio::test]
    async fn a_draft_whose_work_folder_vanished_after_staging_is_delivered_all_the_same() {
        let root = tempfile::tempdir().unwrap();
        let (folders, claim) = desk(root.path());
        let draft = Draft::begin(&folders, &claim, Target::Res, "a.xml").unwrap();
        draft.writer().unwrap().write_all(b"whole").unwrap();
        let parcel = Parcel::stage(&folders, Some(&claim), vec![draft.clone().into_item()]).unwrap();
        std::fs::remove_file(&draft.path).unwrap();
        let placed = parcel.deliver(Delivery::Rename, |_| {}).await;
        assert_eq!(std::fs::read(&placed[0].path).unwrap(), b"whole");
    }
}
