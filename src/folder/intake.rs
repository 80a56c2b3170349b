//! One look at `req`: what came, what may be taken, what is not ours.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::event::FolderKind;
use crate::folder::claim::{self, Claim, read_ends};
use crate::folder::foreign::Foreign;
use crate::folder::layout::Folders;
use crate::folder::listing;
use crate::folder::settle::{Look, Settling};

/// What the owner of the folder knows about its files, and the folder itself does not.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Is a file of this name a request?
    pub is_ours: fn(&str) -> bool,
    /// Does the file of this name and length, with this beginning and this end, end as a document ends?
    pub is_whole: fn(&str, u64, &[u8], &[u8]) -> bool,
    /// How many bytes of either end are needed for that.
    pub reach: u64,
    /// Most bytes of a file of this name; a larger one is taken without a look into it.
    pub max_len: fn(&str) -> u64,
}

/// What a look brought.
#[derive(Debug, Default)]
pub struct Looked {
    /// Requests seen for the first time.
    pub arrived: Vec<String>,
    /// Requests that were taken.
    pub taken: Vec<Taken>,
    /// Foreign names that stay, told once.
    pub left_alone: Vec<String>,
    /// Requests that cannot be opened or moved for longer than any writer holds one, told once.
    pub stuck: Vec<(String, io::Error)>,
    /// How soon to look again, if anything is on its way.
    pub again: Option<Duration>,
}

/// A request that was taken.
#[derive(Debug)]
pub struct Taken {
    /// The claim.
    pub claim: Claim,
    /// False: it never became whole, and was taken as it is.
    pub whole: bool,
}

/// The eyes on one `req`.
#[derive(Debug)]
pub struct Intake {
    folders: Arc<Folders>,
    rules: Rules,
    settling: Settling,
    foreign: Foreign,
    stuck: BTreeSet<String>,
}

impl Intake {
    /// Nothing seen yet.
    pub fn new(folders: Arc<Folders>, rules: Rules) -> Self {
        let settling = Settling::new(claim::PROVES_THAT_NOBODY_WRITES);
        Self { folders, rules, settling, foreign: Foreign::default(), stuck: BTreeSet::new() }
    }

    /// Looks once. `closed` names the files that the watcher saw closed or renamed in. An error means that the folder is away.
    pub fn look(&mut self, now: Duration, closed: &BTreeSet<String>) -> io::Result<Looked> {
        let req = self.folders.dir(FolderKind::Req);
        let listing = listing::list(req, self.rules.is_ours)?;
        let mut looked = Looked::default();
        looked.arrived.extend(listing.wanted.iter().map(|f| f.name.clone()).filter(|n| !self.settling.knows(n)));

        let settled = self.settling.look(now, &listing.wanted, closed, |name| {
            let len = listing.wanted.iter().find(|file| file.name == name).map_or(0, |file| file.len);
            if len > (self.rules.max_len)(name) {
                return Look::Whole;
            }
            match read_ends(&req.join(name), len, self.rules.reach) {
                Ok((beginning, end)) if (self.rules.is_whole)(name, len, &beginning, &end) => Look::Whole,
                Ok(_) => Look::Partial,
                Err(_) => Look::Refused,
            }
        });
        let mut refused = BTreeMap::new();
        for file in settled {
            match claim::claim(&self.folders, &file.name) {
                Ok(claim) => {
                    self.settling.forget(&file.name);
                    self.stuck.remove(&file.name);
                    looked.taken.push(Taken { claim, whole: file.whole });
                }
                Err(gone) if gone.kind() == io::ErrorKind::NotFound => self.settling.forget(&file.name),
                Err(cause) => {
                    self.settling.refused(&file.name);
                    refused.insert(file.name, cause);
                }
            }
        }

        let held = self.settling.held(now).filter(|name| !self.stuck.contains(*name)).map(str::to_owned);
        for name in held.collect::<Vec<_>>() {
            self.stuck.insert(name.clone());
            let unreadable = || io::Error::new(io::ErrorKind::PermissionDenied, "開けません / cannot be opened");
            let cause = refused.remove(&name).unwrap_or_else(unreadable);
            looked.stuck.push((name, cause));
        }
        self.stuck.retain(|name| listing.wanted.iter().any(|file| file.name == *name));

        looked.left_alone = self.foreign.look(now, listing.others);
        looked.again = [self.settling.next_look(now), self.foreign.next_look(now)].into_iter().flatten().min();
        Ok(looked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::layout::Paths;

    const RULES: Rules = Rules {
        is_ours: |name| name.ends_with(".xml") && !name.starts_with('.'),
        is_whole: |_, _, _, end| end.ends_with(b"</XmlMsg>"),
        reach: 40,
        max_len: |_| 100,
    };

    struct Desk {
        _root: tempfile::TempDir,
        folders: Arc<Folders>,
        intake: Intake,
    }

    impl Desk {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let folders = Arc::new(Folders::open(Paths::below(root.path())).unwrap());
            Self { _root: root, intake: Intake::new(folders.clone(), RULES), folders }
        }
        fn write(&self, name: &str, content: &str) {
            std::fs::write(self.folders.dir(FolderKind::Req).join(name), content).unwrap();
        }
        fn look(&mut self, ms: u64, closed: &[&str]) -> Looked {
            let closed = closed.iter().map(|n| (*n).to_owned()).collect();
            self.intake.look(Duration::from_millis(ms), &closed).unwrap()
        }
    }

    fn names(taken: &[Taken]) -> Vec<&str> {
        taken.iter().map(|t| t.claim.name.as_str()).collect()
    }

    #[test]
    fn a_file_that_grows_in_two_parts_is_taken_when_it_is_whole_and_arrives_once() {
        let mut desk = Desk::new();
        desk.write("a.xml", "<XmlMsg>");
        assert_eq!(desk.look(0, &["a.xml"]).arrived, ["a.xml"]);
        desk.write("a.xml", "<XmlMsg></XmlMsg>");
        let looked = desk.look(300, &["a.xml"]);
        assert!(looked.arrived.is_empty());
        assert_eq!(names(&looked.taken), ["a.xml"]);
    }

    #[test]
    fn foreign_names_are_left_where_they_are_and_told_once() {
        let mut desk = Desk::new();
        for name in [".hidden.xml", "a.tmp", "note.txt"] {
            desk.write(name, "</XmlMsg>");
        }
        let soon = desk.look(0, &[]).again.unwrap();
        assert_eq!(desk.look(soon.as_millis() as u64, &[]).left_alone.len(), 3);
        let looked = desk.look(5000, &[]);
        assert!(looked.left_alone.is_empty() && looked.taken.is_empty() && looked.again.is_none());
    }

    #[test]
    fn a_temporary_name_is_nobodys_until_it_is_renamed() {
        let mut desk = Desk::new();
        desk.write("a.tmp", "<XmlMsg></XmlMsg>");
        assert!(desk.look(0, &[]).taken.is_empty());
        let req = desk.folders.dir(FolderKind::Req).to_owned();
        std::fs::rename(req.join("a.tmp"), req.join("a.xml")).unwrap();
        assert_eq!(names(&desk.look(1, &["a.xml"]).taken), ["a.xml"]);
    }

    #[test]
    fn a_file_that_is_too_big_is_taken_without_being_read_to_its_end() {
        let mut desk = Desk::new();
        desk.write("a.xml", &"x".repeat(101));
        let looked = desk.look(0, &["a.xml"]);
        assert_eq!(looked.taken[0].claim.read(100).unwrap().len(), 101);
    }

    #[test]
    fn a_long_file_is_judged_by_its_two_ends() {
        let mut desk = Desk::new();
        desk.write("a.xml", &format!("<XmlMsg>{}", "x".repeat(80)));
        assert!(desk.look(0, &["a.xml"]).taken.is_empty());
        desk.write("a.xml", &format!("<XmlMsg>{}</XmlMsg>", "x".repeat(80)));
        assert_eq!(names(&desk.look(1, &["a.xml"]).taken), ["a.xml"]);
    }

    #[test]
    fn a_folder_that_is_away_is_an_error_and_work_goes_on_when_it_is_back() {
        let mut desk = Desk::new();
        let req = desk.folders.dir(FolderKind::Req).to_owned();
        std::fs::remove_dir(&req).unwrap();
        assert!(desk.intake.look(Duration::ZERO, &BTreeSet::new()).is_err());
        std::fs::create_dir(&req).unwrap();
        desk.write("a.xml", "</XmlMsg>");
        assert_eq!(names(&desk.look(1, &["a.xml"]).taken), ["a.xml"]);
    }
}
