//! Every file seen, with the steps of its life. The screens, `GET files` and the report read it; nothing decides by it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::civil::DateTime;
use serde::Serialize;

use crate::event::{FileLife, FolderKind};

/// So many files are remembered, the oldest forgotten first: a long day of a large clinic, some 5 MB.
pub const MAX_FILES: usize = 20_000;
/// So many steps per file: a name that is used again and again must not grow for ever.
const MAX_STEPS: usize = 32;

/// A file and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRecord {
    /// Grows with every change in the ledger; `files_since` compares with it.
    pub revision: u64,
    /// Where it was seen.
    pub folder: FolderKind,
    /// Its name.
    pub name: String,
    /// Its full path there.
    pub path: PathBuf,
    /// The exchange it belongs to, once that is known.
    pub exchange: Option<u64>,
    /// What happened, with document times.
    pub life: Vec<(FileLife, DateTime)>,
    /// The last remark about it.
    pub note: Option<String>,
}

/// Counts every step of every file. The terminals of one station share it, so that one number says what has been seen of all.
#[derive(Debug, Clone, Default)]
pub struct Revisions(Arc<AtomicU64>);

impl Revisions {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// The ledger of one terminal.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Oldest first.
    files: VecDeque<FileRecord>,
    /// How many were forgotten: the number of the first one that is left.
    forgotten: usize,
    /// The latest record of each path, by number.
    latest: HashMap<PathBuf, usize>,
    /// The number of each record by its revision: what changed last is found without looking at the rest.
    by_revision: BTreeMap<u64, usize>,
    revisions: Revisions,
}

/// One step to be written down.
#[derive(Debug)]
pub struct Step<'a> {
    /// Where the file is.
    pub folder: FolderKind,
    /// Its name.
    pub name: &'a str,
    /// Its full path, for its first step.
    pub path: PathBuf,
    /// The exchange it belongs to, where this step knows it.
    pub exchange: Option<u64>,
    /// What happened.
    pub life: FileLife,
    /// When.
    pub time: DateTime,
    /// What there is to say.
    pub note: Option<String>,
}

impl Ledger {
    /// An empty ledger that counts with `revisions`.
    pub fn new(revisions: Revisions) -> Self {
        Self { revisions, ..Self::default() }
    }

    /// Writes a step down. A name that arrives again after its life ended begins a new record.
    pub fn note(&mut self, step: Step<'_>) {
        let revision = self.revisions.next();
        let number = self.latest.get(&step.path).copied();
        let known = number.and_then(|number| Some((number, self.files.get_mut(number - self.forgotten)?)));
        match known.filter(|(_, file)| !begins_anew(step.life, file)) {
            Some((number, file)) => {
                self.by_revision.remove(&file.revision);
                self.by_revision.insert(revision, number);
                file.revision = revision;
                file.exchange = step.exchange.or(file.exchange);
                if file.life.len() < MAX_STEPS {
                    file.life.push((step.life, step.time));
                }
                file.note = step.note.or_else(|| file.note.take());
            }
            None => self.begin(step, revision),
        }
    }

    fn begin(&mut self, step: Step<'_>, revision: u64) {
        if self.files.len() == MAX_FILES
            && let Some(oldest) = self.files.pop_front()
        {
            if self.latest.get(&oldest.path) == Some(&self.forgotten) {
                self.latest.remove(&oldest.path);
            }
            self.by_revision.remove(&oldest.revision);
            self.forgotten += 1;
        }
        let number = self.forgotten + self.files.len();
        self.latest.insert(step.path.clone(), number);
        self.by_revision.insert(revision, number);
        self.files.push_back(FileRecord {
            revision,
            folder: step.folder,
            name: step.name.to_owned(),
            path: step.path,
            exchange: step.exchange,
            life: vec![(step.life, step.time)],
            note: step.note,
        });
    }

    /// The records changed after `revision` (0: all), at most `limit` of the latest, in the order of their last change.
    pub fn since(&self, revision: u64, limit: usize) -> Vec<FileRecord> {
        let changed = self.by_revision.iter().rev().take_while(|(at, _)| **at > revision).take(limit);
        let records = changed.filter_map(|(_, number)| self.files.get(number - self.forgotten));
        let mut records: Vec<FileRecord> = records.cloned().collect();
        records.reverse();
        records
    }

    /// When a file was last delivered at this path, as far as it is remembered.
    pub fn delivered_at(&self, path: &Path) -> Option<DateTime> {
        let number = self.latest.get(path)?;
        let file = self.files.get(number.checked_sub(self.forgotten)?)?;
        file.life.iter().rev().find(|(life, _)| *life == FileLife::Delivered).map(|(_, time)| *time)
    }

    /// Forgets all records; revisions go on, so that whoever asks `since` is not misled.
    pub fn clear(&mut self) {
        *self = Self::new(self.revisions.clone());
    }
}

/// A file that comes, after one of the same name was dealt with.
fn begins_anew(life: FileLife, known: &FileRecord) -> bool {
    let comes = matches!(life, FileLife::Arrived | FileLife::Delivered);
    comes && !matches!(known.life.last(), None | Some((FileLife::Replaced, _)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, life: FileLife) -> Step<'_> {
        let time = jiff::civil::datetime(2026, 11, 21, 9, 0, 0, 0);
        Step { folder: FolderKind::Req, name, path: name.into(), exchange: None, life, time, note: None }
    }

    #[test]
    fn the_steps_of_one_life_stay_together_and_a_name_that_comes_again_begins_anew() {
        let mut ledger = Ledger::default();
        for life in [FileLife::Arrived, FileLife::Claimed, FileLife::Answered, FileLife::Arrived] {
            ledger.note(step("a", life));
        }
        let lives: Vec<usize> = ledger.since(0, usize::MAX).iter().map(|f| f.life.len()).collect();
        assert_eq!(lives, [3, 1]);
    }

    #[test]
    fn only_what_changed_is_listed_and_memory_is_bounded() {
        let mut ledger = Ledger::default();
        for i in 0..MAX_FILES + 5 {
            ledger.note(step(&i.to_string(), FileLife::Arrived));
        }
        let before = ledger.revisions.clone().next();
        ledger.note(step("new", FileLife::Arrived));
        ledger.note(step("0", FileLife::Collected));
        assert_eq!((ledger.files.len(), ledger.latest.len()), (MAX_FILES, MAX_FILES));
        ledger.note(step("20004", FileLife::Claimed));
        assert_eq!(ledger.since(0, usize::MAX).iter().find(|f| f.name == "20004").unwrap().life.len(), 2);
        let changed = ledger.since(before, usize::MAX);
        let names = |files: &[FileRecord]| files.iter().map(|f| f.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&changed), ["new", "0", "20004"], "in the order of their last change");
        assert_eq!(names(&ledger.since(before, 2)), ["0", "20004"], "the latest");
        assert_eq!(ledger.by_revision.len(), MAX_FILES);
        ledger.clear();
        ledger.note(step("next", FileLife::Arrived));
        assert_eq!(ledger.since(before + 3, usize::MAX).len(), 1);
    }
}
