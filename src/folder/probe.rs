//! Trying a folder out and leaving nothing behind: can files appear in it as answers do, who works there, and does it lie on a network.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::layout::{WORK_NAME, same_file_system};
use super::lock;

/// File systems that live on another machine or below a virtual one: they send no events for what others do (spec/platforms.md).
const REMOTE: [&str; 12] = [
    "cifs",
    "smb3",
    "smbfs",
    "nfs",
    "nfs4",
    "fuse.sshfs",
    "fuse.rclone",
    "davfs",
    "9p",
    "virtiofs",
    "vboxsf",
    "fuse.vmhgfs-fuse",
];

/// What was being done when a folder refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Writing a file where answers are made.
    Write,
    /// Renaming it into the folder.
    Rename,
    /// Removing it from there.
    Remove,
}

/// A folder that files cannot come to.
#[derive(Debug)]
pub struct Refused {
    /// What was being done.
    pub step: Step,
    /// Where.
    pub place: PathBuf,
    /// What the system said.
    pub cause: io::Error,
    /// The file that could not be taken away again.
    pub left: Option<PathBuf>,
}

/// A hidden folder, made as a terminal makes its folders at the start, to try out what is not there yet; gone when this value is. Where a folder can
/// be made a file sometimes cannot: whoever is no administrator of a Windows makes folders in `C:\`, and no files.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// In `place`.
    ///
    /// # Errors
    /// [`Refused`], and nothing stays.
    pub fn make(place: &Path) -> Result<Self, Refused> {
        let path = place.join(format!(".madoguchi-doctor-{}", std::process::id()));
        match fs::create_dir(&path) {
            Ok(()) => Ok(Self(path)),
            Err(cause) => Err(Refused { step: Step::Write, place: place.to_owned(), cause, left: None }),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nobody else knows of it, so nothing is in it.
        let _ = fs::remove_dir(&self.0);
    }
}

/// Does with a hidden file what a terminal does with an answer: writes it in `from`, renames it into `to`; and removes it.
///
/// # Errors
/// [`Refused`], with a file that stays only where it cannot be removed.
pub fn try_out(from: &Path, to: &Path) -> Result<(), Refused> {
    // Hidden, no name of an interface, and nobody else's.
    let name = format!(".madoguchi-doctor-{}.tmp", std::process::id());
    let (draft, target) = (from.join(format!("{name}.draft")), to.join(name));
    let refused = |step, place: &Path, cause, left| Refused { step, place: place.to_owned(), cause, left };
    File::create_new(&draft).map_err(|cause| refused(Step::Write, from, cause, None))?;
    if let Err(cause) = fs::rename(&draft, &target) {
        let left = fs::remove_file(&draft).is_err().then_some(draft);
        return Err(refused(Step::Rename, to, cause, left));
    }
    fs::remove_file(&target).map_err(|cause| refused(Step::Remove, to, cause, Some(target)))
}

/// Where a terminal makes the answers for `folder`: its work folder where there is one, else the folder in which that will be made.
pub fn work_place(folder: &Path) -> Option<PathBuf> {
    let work = work_of(folder)?;
    let places = [Some(work.as_path()), work.parent(), work.parent().and_then(Path::parent)];
    places.into_iter().flatten().find(|place| place.is_dir()).map(Path::to_owned)
}

/// The process id of the station that works on `folder` now; `?` where it cannot be told.
pub fn holder(folder: &Path) -> Option<String> {
    lock::holder(&work_of(folder)?)
}

/// Is `folder` a file system of its own, so that nothing can be moved into it at once?
pub fn is_mount_of_its_own(folder: &Path) -> bool {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    folder.is_dir() && folder.parent().is_none_or(|parent| !same_file_system(parent, &folder))
}

/// The nearest folder above `path`, or itself, that is there.
pub fn nearest_existing(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors().find(|place| place.is_dir()).map(Path::to_owned)
}

/// How `folder` is reached, where it lies on another machine: `cifs`, `nfs4`, or the share by its name.
pub fn network(folder: &Path) -> Option<String> {
    let path = folder.canonicalize().ok()?;
    share_of(folder).or_else(|| share_of(&path)).or_else(|| {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        remote_kind(&mounts, &path)
    })
}

fn work_of(folder: &Path) -> Option<PathBuf> {
    let folder = std::path::absolute(folder).ok()?;
    Some(folder.parent()?.join(WORK_NAME).join(folder.file_name()?))
}

/// A drive letter of a share is resolved to the share on Windows; elsewhere no path has such a prefix.
fn share_of(path: &Path) -> Option<String> {
    use std::path::{Component, Prefix};
    match path.components().next()? {
        Component::Prefix(prefix) => match prefix.kind() {
            Prefix::UNC(server, share) | Prefix::VerbatimUNC(server, share) => {
                Some(format!(r"\\{}\{}", server.to_string_lossy(), share.to_string_lossy()))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The kind of the file system at `path` after Linux's list of mounts, where it is one of [`REMOTE`].
fn remote_kind(mounts: &str, path: &Path) -> Option<String> {
    let mount = |line: &str| {
        let (place, kind) = line.split_once(" - ")?;
        let point = PathBuf::from(place.split(' ').nth(4)?.replace(r"\040", " "));
        let kind = kind.split(' ').next()?;
        path.starts_with(&point).then(|| (point.components().count(), kind.to_owned()))
    };
    // Of two mounts at one place the later one is seen.
    let (_, kind) = mounts.lines().filter_map(mount).max_by_key(|(depth, _)| *depth)?;
    REMOTE.contains(&kind.as_str()).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_tried_out_is_as_it_was() {
        let root = tempfile::tempdir().unwrap();
        let req = root.path().join("req");
        fs::create_dir(&req).unwrap();
        try_out(root.path(), &req).unwrap();
        assert_eq!((fs::read_dir(root.path()).unwrap().count(), fs::read_dir(&req).unwrap().count()), (1, 0));
        let refused = try_out(root.path(), &root.path().join("missing")).unwrap_err();
        assert_eq!((refused.step, refused.left), (Step::Rename, None));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        assert_eq!(try_out(&root.path().join("missing"), &req).unwrap_err().step, Step::Write);
    }

    #[test]
    fn what_is_not_there_is_tried_out_in_a_folder_that_is_gone_afterwards() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::make(root.path()).unwrap();
        try_out(scratch.path(), scratch.path()).unwrap();
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        drop(scratch);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
        let refused = Scratch::make(&root.path().join("missing")).unwrap_err();
        assert_eq!((refused.step, refused.left), (Step::Write, None));
    }

    #[test]
    fn who_works_on_a_folder_is_told_while_they_do() {
        let root = tempfile::tempdir().unwrap();
        let paths = super::super::Paths::below(root.path());
        assert_eq!(holder(&paths.req), None);
        assert_eq!(work_place(&paths.req).as_deref(), Some(root.path()));
        let open = super::super::Folders::open(paths.clone()).unwrap();
        assert_eq!(holder(&paths.req), Some(std::process::id().to_string()));
        assert_eq!(work_place(&paths.req), Some(root.path().join(WORK_NAME).join("req")));
        drop(open);
        assert_eq!(holder(&paths.req), None);
    }

    #[test]
    fn a_share_is_known_by_the_deepest_mount_above_the_folder() {
        let mounts = "21 1 8:1 / / rw - ext4 /dev/sda rw\n\
                      30 21 0:50 / /mnt/my\\040share rw - cifs //server/oqs rw\n\
                      31 30 0:51 / /mnt/my\\040share/local rw - tmpfs tmpfs rw\n";
        let kind = |path: &str| remote_kind(mounts, Path::new(path));
        assert_eq!(kind("/mnt/my share/oqs").as_deref(), Some("cifs"));
        assert_eq!(kind("/mnt/my share/local/oqs"), None);
        assert_eq!(kind("/mnt/my sharepoint"), None);
    }

    #[test]
    fn what_is_not_there_is_looked_at_where_it_will_be() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(nearest_existing(&root.path().join("a/b/c")).as_deref(), Some(root.path()));
    }
}
