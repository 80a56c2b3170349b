//! Where everything lies: `req`, `res`, `face`, and the hidden work folder beside them.
//!
//! The work folder is on the file system of the folder it serves (rename must be atomic) and never below `res` or `face`, which
//! some clients watch with all their subfolders (spec/known-clients.md §1, K3).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::event::FolderKind;
use crate::folder::copies::{Bounds, Copies};
use crate::folder::lock::{Lock, LockError};
use crate::folder::recover;

/// The hidden folder beside the shared ones.
pub const WORK_NAME: &str = ".madoguchi";

/// The three shared folders (spec/oqs-interface.md §5.2, [A]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// requests
    pub req: PathBuf,
    /// answers, `.err`, subsidy documents
    pub res: PathBuf,
    /// results of the face reader
    pub face: PathBuf,
}

impl Paths {
    /// The usual three below one root. An existing `Req` or `REQ` is taken as it is.
    pub fn below(root: &Path) -> Self {
        let child = |name| existing_spelling(root, name).unwrap_or_else(|| root.join(name));
        Self { req: child("req"), res: child("res"), face: child("face") }
    }
}

/// The child of `root` whose name differs from `name` in case at most; the exact one before all others. Found by listing: where
/// letter case does not count, asking for `req` says nothing about how it is written.
fn existing_spelling(root: &Path, name: &str) -> Option<PathBuf> {
    std::fs::read_dir(root)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(|n| n.eq_ignore_ascii_case(name)))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .min_by_key(|path| (path.file_name() != Some(name.as_ref()), path.clone()))
}

/// Why the folders cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// A folder is missing and cannot be made.
    #[error(
        "フォルダ {path} を用意できません: {cause} / cannot make this folder: create it, or choose another with --folder"
    )]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Another station works here.
    #[error(
        "{path} は別の madoguchi (pid {pid}) が使用中です / another station serves this folder: stop it, or choose another folder with --folder"
    )]
    Locked {
        /// The work folder.
        path: PathBuf,
        /// Who holds it, `?` if it cannot be told.
        pid: String,
    },
    /// Rename out of this folder could not be atomic.
    #[error(
        "{path} は親フォルダと別のファイルシステムです / this folder is a file system of its own, so nothing can be moved into it at once: mount the folder above it instead"
    )]
    MountPoint {
        /// The folder.
        path: PathBuf,
    },
}

/// The folders of one terminal, made, locked and ready.
#[derive(Debug)]
pub struct Folders {
    paths: Paths,
    req_work: Arc<Work>,
    res_work: Arc<Work>,
    face_work: Arc<Work>,
    /// Shared with the face folders of readers: a number means one thing at a terminal.
    next: Arc<AtomicU64>,
    copies: Arc<Copies>,
}

impl Folders {
    /// Makes what is missing, takes the lock, and counts on from what a former run left in the work folder. Keeps no copies.
    pub fn open(paths: Paths) -> Result<Self, LayoutError> {
        Self::open_keeping(paths, Bounds::NOTHING)
    }

    /// The same, with copies of what goes through.
    pub fn open_keeping(paths: Paths, bounds: Bounds) -> Result<Self, LayoutError> {
        Self::lay_out(paths, |work| (Arc::default(), Arc::new(Copies::open(work, bounds))))
    }

    fn lay_out(paths: Paths, shared: impl FnOnce(&Path) -> (Arc<AtomicU64>, Arc<Copies>)) -> Result<Self, LayoutError> {
        let mut works: Vec<Arc<Work>> = Vec::new();
        let mut work_for = |folder: &Path| -> Result<Arc<Work>, LayoutError> {
            make(folder)?;
            if let Some(work) = works.iter().find(|work| same_file_system(&work.dir, folder)) {
                return Ok(work.clone());
            }
            let work = Arc::new(Work::open_beside(folder)?);
            works.push(work.clone());
            Ok(work)
        };
        let req_work = work_for(&paths.req)?;
        let res_work = work_for(&paths.res)?;
        let face_work = work_for(&paths.face)?;
        let (next, copies) = shared(&req_work.dir);
        let folders = Self { paths, req_work, res_work, face_work, next, copies };
        let left = recover::entries(&folders).iter().map(|entry| entry.seq).max().unwrap_or(0);
        folders.next.fetch_max(left.max(folders.copies.highest()) + 1, Ordering::Relaxed);
        Ok(folders)
    }

    /// A face folder by itself, for a reader that is tied to a 再来受付機; numbered and kept with the files of its terminal.
    pub fn open_face_only(&self, face: PathBuf) -> Result<Self, LayoutError> {
        let paths = Paths { req: face.clone(), res: face.clone(), face };
        Self::lay_out(paths, |_| (self.next.clone(), self.copies.clone()))
    }

    /// What is kept of the files that went through.
    pub fn copies(&self) -> &Arc<Copies> {
        &self.copies
    }

    /// The shared folders.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// One of the shared folders.
    pub fn dir(&self, kind: FolderKind) -> &Path {
        match kind {
            FolderKind::Req => &self.paths.req,
            FolderKind::Res => &self.paths.res,
            FolderKind::Face => &self.paths.face,
        }
    }

    /// The work folder on the file system of `kind`.
    pub fn work(&self, kind: FolderKind) -> &Path {
        match kind {
            FolderKind::Req => &self.req_work.dir,
            FolderKind::Res => &self.res_work.dir,
            FolderKind::Face => &self.face_work.dir,
        }
    }

    /// The work folders, each once.
    pub fn works(&self) -> Vec<&Path> {
        let mut dirs: Vec<&Path> = vec![&self.req_work.dir, &self.res_work.dir, &self.face_work.dir];
        dirs.sort();
        dirs.dedup();
        dirs
    }

    /// Makes the work folders again, should somebody have removed them with everything else; never what they lie in (see
    /// [`Folders::restore`]).
    pub(super) fn restore_work(&self) -> io::Result<()> {
        self.works().into_iter().try_for_each(|dir| {
            // `.madoguchi`, then the folder in it.
            dir.parent().into_iter().chain([dir]).try_for_each(|dir| match std::fs::create_dir(dir) {
                Err(cause) if !dir.is_dir() => Err(cause),
                _ => Ok(()),
            })
        })
    }

    /// Makes a shared folder again that somebody removed to clear it out; true when it was missing and is there now. What it lies in
    /// is not made: a share that is away must not be covered by a folder of the same name.
    pub fn restore(&self, kind: FolderKind) -> bool {
        std::fs::create_dir(self.dir(kind)).is_ok()
    }

    /// The next number for a piece of work, never given twice.
    pub(super) fn next_seq(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

/// One locked work folder.
#[derive(Debug)]
struct Work {
    dir: PathBuf,
    /// Held as long as the station lives.
    _lock: Lock,
}

impl Work {
    /// `.madoguchi/<name of the folder>` beside `folder`: several terminals may have their folders side by side.
    fn open_beside(folder: &Path) -> Result<Self, LayoutError> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let mount_point = || LayoutError::MountPoint { path: folder.clone() };
        let parent = folder.parent().ok_or_else(mount_point)?;
        if !same_file_system(parent, &folder) {
            return Err(mount_point());
        }
        let name = folder.file_name().ok_or_else(mount_point)?;
        let dir = parent.join(WORK_NAME).join(name);
        make(&dir)?;
        let lock = lock(&dir)?;
        Ok(Self { dir, _lock: lock })
    }
}

fn make(path: &Path) -> Result<(), LayoutError> {
    std::fs::create_dir_all(path).map_err(|cause| LayoutError::Unusable { path: path.to_owned(), cause })
}

fn lock(dir: &Path) -> Result<Lock, LayoutError> {
    let path = dir.to_owned();
    Lock::take(dir, &std::process::id().to_string()).map_err(|error| match error {
        LockError::Held(pid) => LayoutError::Locked { path, pid },
        LockError::Unusable(cause) => LayoutError::Unusable { path, cause },
    })
}

#[cfg(unix)]
pub(super) fn same_file_system(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (a.metadata(), b.metadata()) {
        (Ok(a), Ok(b)) => a.dev() == b.dev(),
        _ => false,
    }
}

/// By drive or share, in whatever letters: std shows no volume number on Windows, and a folder mounted from another volume is rare there.
#[cfg(not(unix))]
pub(super) fn same_file_system(a: &Path, b: &Path) -> bool {
    let prefix = |path: &Path| {
        std::path::absolute(path).ok().and_then(|p| p.components().next().map(|c| c.as_os_str().to_ascii_lowercase()))
    };
    prefix(a) == prefix(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_folders_are_made_and_the_work_folder_lies_beside_them() {
        let root = tempfile::tempdir().unwrap();
        let folders = Folders::open(Paths::below(root.path())).unwrap();
        for kind in [FolderKind::Req, FolderKind::Res, FolderKind::Face] {
            assert!(folders.dir(kind).is_dir());
            assert!(folders.work(kind).starts_with(root.path().join(WORK_NAME)));
        }
        assert_eq!(folders.works().len(), 1, "one work folder per file system");
    }

    #[test]
    fn existing_folders_are_taken_in_whatever_case_they_are_written() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("Req")).unwrap();
        std::fs::create_dir(root.path().join("RES")).unwrap();
        let paths = Paths::below(root.path());
        assert_eq!(paths.req, root.path().join("Req"));
        assert_eq!(paths.res, root.path().join("RES"));
        assert_eq!(paths.face, root.path().join("face"));
        // Only where letter case counts can there be both.
        if std::fs::create_dir(root.path().join("req")).is_ok() {
            assert_eq!(Paths::below(root.path()).req, root.path().join("req"));
        }
    }

    #[test]
    fn a_second_station_is_kept_out_and_told_by_whom_and_let_in_afterwards() {
        let root = tempfile::tempdir().unwrap();
        let first = Folders::open(Paths::below(root.path())).unwrap();
        let error = Folders::open(Paths::below(root.path())).unwrap_err().to_string();
        assert!(error.contains(&std::process::id().to_string()) && error.contains("--folder"), "{error}");
        drop(first);
        Folders::open(Paths::below(root.path())).unwrap();
    }

    #[test]
    fn terminals_with_folders_side_by_side_do_not_lock_each_other_out() {
        let root = tempfile::tempdir().unwrap();
        let paths = |n: u8| Paths {
            req: root.path().join(format!("req{n}")),
            res: root.path().join(format!("res{n}")),
            face: root.path().join("face"),
        };
        let _one = Folders::open(paths(1)).unwrap();
        Folders::open(paths(2)).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_a_remedy() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("taken");
        std::fs::write(&file, "").unwrap();
        let error = Folders::open(Paths::below(&file)).unwrap_err().to_string();
        assert!(error.contains("taken") && error.contains("--folder"), "{error}");
    }

    #[test]
    fn numbers_go_on_after_what_a_former_run_left() {
        let root = tempfile::tempdir().unwrap();
        let folders = Folders::open(Paths::below(root.path())).unwrap();
        std::fs::write(folders.work(FolderKind::Req).join("00000041.claimed.a.xml"), "").unwrap();
        drop(folders);
        assert_eq!(Folders::open(Paths::below(root.path())).unwrap().next_seq(), 42);
    }
}
