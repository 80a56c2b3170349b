//! Which delivered files were fetched. The reader of an answer deletes or moves it; some never do (spec/known-clients.md §3, T4),
//! and nothing depends on it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::event::FolderKind;
use crate::folder::listing;

/// So many uncollected files are followed; what comes beyond is not reported as collected. Some clients never fetch.
const MAX_FOLLOWED: usize = 50_000;

/// Files that were delivered and lie there still, as far as we know.
#[derive(Debug, Default)]
pub struct Uncollected {
    by_folder: BTreeMap<PathBuf, (FolderKind, BTreeSet<String>)>,
    count: usize,
}

impl Uncollected {
    /// Follows a file that was just delivered.
    pub fn follow(&mut self, path: &Path, kind: FolderKind) {
        let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else { return };
        if self.count < MAX_FOLLOWED {
            let (_, names) = self.by_folder.entry(dir.to_owned()).or_insert_with(|| (kind, BTreeSet::new()));
            self.count += usize::from(names.insert(name.to_string_lossy().into_owned()));
        }
    }

    /// No longer follows a file that we remove ourselves: nobody fetches it.
    pub fn forget(&mut self, path: &Path) {
        let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else { return };
        if let Some((_, names)) = self.by_folder.get_mut(dir) {
            self.count -= usize::from(names.remove(name.to_string_lossy().as_ref()));
        }
    }

    /// The files that have gone since the last look. A folder that cannot be listed has not been emptied: it is away.
    pub fn collected(&mut self) -> Vec<(FolderKind, PathBuf)> {
        let mut gone = Vec::new();
        for (dir, (kind, names)) in &mut self.by_folder {
            if names.is_empty() {
                continue;
            }
            let Ok(present) = listing::names(dir) else { continue };
            gone.extend(names.difference(&present).map(|name| (*kind, dir.join(name))));
            names.retain(|name| present.contains(name));
        }
        self.count -= gone.len();
        gone
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_collected_once_and_a_folder_that_is_away_collects_nothing() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("res");
        std::fs::create_dir(&dir).unwrap();
        let mut uncollected = Uncollected::default();
        for name in ["a", "b"] {
            std::fs::write(dir.join(name), "").unwrap();
            uncollected.follow(&dir.join(name), FolderKind::Res);
        }
        std::fs::remove_file(dir.join("a")).unwrap();
        assert_eq!(uncollected.collected(), [(FolderKind::Res, dir.join("a"))]);
        assert!(uncollected.collected().is_empty());
        uncollected.forget(&dir.join("b"));
        assert_eq!(uncollected.count, 0);
        std::fs::remove_file(dir.join("b")).unwrap();
        assert!(uncollected.collected().is_empty(), "nobody fetched what we removed");
        uncollected.follow(&dir.join("c"), FolderKind::Res);
        std::fs::rename(&dir, root.path().join("away")).unwrap();
        assert!(uncollected.collected().is_empty());
    }
}
