//! What lies in a folder now. Events may be lost by the thousand (inotify's queue holds 16,384); a listing is the truth and
//! costs 6 ms per 20,000 names.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// A regular file as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its name in the folder.
    pub name: String,
    /// Bytes.
    pub len: u64,
    /// When its content last changed, where the file system says so.
    pub modified: Option<SystemTime>,
}

/// The files of a folder, sorted by name: those wanted, and the names of all the rest.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Regular files whose name is wanted.
    pub wanted: Vec<Seen>,
    /// Other files: foreign names, and wanted names that are no regular file.
    pub others: Vec<String>,
}

/// Lists `dir`. Only names that `wanted` agrees to are looked at closer (one `stat` each).
pub fn list(dir: &Path, wanted: impl Fn(&str) -> bool) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            listing.others.push(name.to_string_lossy().into_owned());
            continue;
        };
        if !wanted(name) || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            listing.others.push(name.to_owned());
            continue;
        }
        // Gone between listing and look: the writer took it back.
        let Ok(metadata) = entry.metadata() else { continue };
        listing.wanted.push(Seen { name: name.to_owned(), len: metadata.len(), modified: metadata.modified().ok() });
    }
    listing.wanted.sort_by(|a, b| a.name.cmp(&b.name));
    listing.others.sort();
    Ok(listing)
}

/// All names in `dir`.
pub fn names(dir: &Path) -> io::Result<BTreeSet<String>> {
    std::fs::read_dir(dir)?.map(|entry| entry.map(|e| e.file_name().to_string_lossy().into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_a_wanted_name_are_wanted() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("b.xml"), "12345").unwrap();
        std::fs::write(dir.path().join("a.xml"), "1").unwrap();
        std::fs::write(dir.path().join("note.txt"), "").unwrap();
        std::fs::create_dir(dir.path().join("folder.xml")).unwrap();
        let listing = list(dir.path(), |name| name.ends_with(".xml")).unwrap();
        assert_eq!(
            listing.wanted.iter().map(|s| (s.name.as_str(), s.len)).collect::<Vec<_>>(),
            [("a.xml", 1), ("b.xml", 5)]
        );
        assert_eq!(listing.others, ["folder.xml", "note.txt"]);
    }
}
