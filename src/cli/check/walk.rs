//! Which files: those that were named, and those of folders that were.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::read_document;
use crate::event::FolderKind;
use crate::folder::Paths;

/// Files that are looked at together.
pub struct Group {
    /// In the order of folders, then of names.
    pub items: Vec<Item>,
    /// They were found in a folder.
    pub is_folder: bool,
    /// They are everything that there is: all folders of a terminal, or a folder of another kind with everything in it.
    pub is_whole: bool,
}

/// One file, or what was named and is none.
pub struct Item {
    path: PathBuf,
    pub name: String,
    pub folder: Option<FolderKind>,
}

impl Item {
    fn new(path: PathBuf, folder: Option<FolderKind>) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { path, name, folder }
    }

    /// The path as it is shown, the same on every system, and as code scanning joins it to a repository.
    pub fn shown(&self) -> String {
        let path = self.path.display().to_string().replace('\\', "/");
        path.strip_prefix("./").map_or(path.clone(), str::to_owned)
    }

    /// The bytes, one more than any file may have at the most.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        read_document(&self.path)
    }
}

/// The files that were named by themselves, then each folder.
pub fn groups(paths: &[PathBuf]) -> Vec<Group> {
    let (folders, files): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| path.is_dir());
    let named = Group {
        items: files.into_iter().map(|path| Item::new(path.clone(), None)).collect(),
        is_folder: false,
        is_whole: false,
    };
    let mut groups = vec![named];
    groups.extend(folders.into_iter().map(|path| of_folder(path)));
    groups
}

/// `req`, `res` and `face` of a terminal's folder, or whatever lies in another one.
fn of_folder(root: &Path) -> Group {
    let below = Paths::below(root);
    let parts = [(below.req, FolderKind::Req), (below.res, FolderKind::Res), (below.face, FolderKind::Face)];
    if parts.iter().any(|(path, _)| path.is_dir()) {
        let present = parts.into_iter().filter(|(path, _)| path.is_dir());
        let items = present.flat_map(|(path, kind)| files_of(&path, Some(kind))).collect();
        return Group { items, is_folder: true, is_whole: true };
    }
    let kind = kind_of(root);
    Group { items: files_of(root, kind), is_folder: true, is_whole: kind.is_none() }
}

/// One of the three folders, by its name.
fn kind_of(folder: &Path) -> Option<FolderKind> {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name()?.to_string_lossy().to_ascii_lowercase();
    [FolderKind::Req, FolderKind::Res, FolderKind::Face].into_iter().find(|kind| kind.to_string() == name)
}

/// Regular files, sorted by name; a folder that cannot be listed stands for itself, and says why when it is read.
fn files_of(folder: &Path, kind: Option<FolderKind>) -> Vec<Item> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![Item::new(folder.to_owned(), kind)] };
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    let mut items: Vec<Item> = files.map(|entry| Item::new(entry.path(), kind)).collect();
    items.sort_by(|a, b| a.name.cmp(&b.name));
    items
}
