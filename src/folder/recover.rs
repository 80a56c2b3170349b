//! What a `kill -9` left behind, read from the names in the work folder.
//!
//! ```text
//! 00000042.claimed.NAME    a request that was taken out of req
//! 00000042.res1.NAME       an answer for res (or faceN), perhaps half written while `claimed` stands
//! 00000042.staged.NAME     the record: all answers of 42 are written; each that is gone was delivered
//! ```
//!
//! `claimed` becomes `staged` by rename, after the answers are written: that instant decides between *ask again* and *deliver*.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::event::FolderKind;
use crate::folder::claim::Claim;
use crate::folder::layout::Folders;
use crate::folder::publish::Parcel;

/// What a name in the work folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A request without an answer.
    Claimed,
    /// The record that all answers are written.
    Staged,
    /// An answer, and its place in the order of delivery.
    Answer(Target, u32),
}

/// Where an answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// `res`
    Res,
    /// `face`
    Face,
}

impl Target {
    /// The folder of that name.
    pub fn folder(self) -> FolderKind {
        match self {
            Self::Res => FolderKind::Res,
            Self::Face => FolderKind::Face,
        }
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claimed => f.write_str("claimed"),
            Self::Staged => f.write_str("staged"),
            Self::Answer(target, order) => write!(f, "{}{order}", target.folder()),
        }
    }
}

/// One file of the work folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The number it belongs to.
    pub seq: u64,
    /// What it is.
    pub kind: EntryKind,
    /// The name behind the prefix.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// The name of a file in the work folder.
pub fn entry_name(seq: u64, kind: EntryKind, name: &str) -> String {
    format!("{seq:08}.{kind}.{name}")
}

pub(super) fn parse_entry(path: PathBuf) -> Option<Entry> {
    let (seq, rest) = path.file_name()?.to_str()?.split_once('.')?;
    let (kind, name) = rest.split_once('.')?;
    let answer = |target, order: &str| Some(EntryKind::Answer(target, order.parse().ok()?));
    let kind = match kind {
        "claimed" => EntryKind::Claimed,
        "staged" => EntryKind::Staged,
        _ => match (kind.strip_prefix("res"), kind.strip_prefix("face")) {
            (Some(order), _) => answer(Target::Res, order)?,
            (_, Some(order)) => answer(Target::Face, order)?,
            _ => return None,
        },
    };
    Some(Entry { seq: seq.parse().ok()?, kind, name: name.to_owned(), path: path.clone() })
}

/// All entries of the work folders.
pub fn entries(folders: &Folders) -> Vec<Entry> {
    let files = folders.works().into_iter().filter_map(|dir| std::fs::read_dir(dir).ok()).flatten().flatten();
    files.filter_map(|entry| parse_entry(entry.path())).collect()
}

/// What is to be done for one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The question was not answered: ask it again. Half-written answers go.
    AskAgain {
        /// The request.
        request: Entry,
        /// What to remove first.
        remove: Vec<Entry>,
    },
    /// Answers are ready, these are not delivered yet, in this order.
    Deliver {
        /// The record, removed at the end.
        record: Entry,
        /// What is left to deliver.
        answers: Vec<Entry>,
    },
    /// Nothing is left to do but to remove these.
    Remove(Vec<Entry>),
}

/// Decides what becomes of the leftovers, by number. Pure.
pub fn plan(entries: Vec<Entry>) -> Vec<Fate> {
    let mut by_seq: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        by_seq.entry(entry.seq).or_default().push(entry);
    }
    by_seq.into_values().map(decide).collect()
}

fn decide(mut entries: Vec<Entry>) -> Fate {
    entries.sort_by_key(|entry| entry.kind);
    let (mut request, mut record, mut answers) = (None, None, Vec::new());
    for entry in entries {
        match entry.kind {
            EntryKind::Claimed => request = Some(entry),
            EntryKind::Staged => record = Some(entry),
            EntryKind::Answer(..) => answers.push(entry),
        }
    }
    // Delivery goes by order, not by folder.
    answers.sort_by_key(|entry| match entry.kind {
        EntryKind::Answer(_, order) => order,
        _ => 0,
    });
    match (request, record) {
        (Some(request), record) => {
            answers.extend(record);
            Fate::AskAgain { request, remove: answers }
        }
        (None, Some(record)) if answers.is_empty() => Fate::Remove(vec![record]),
        (None, Some(record)) => Fate::Deliver { record, answers },
        (None, None) => Fate::Remove(answers),
    }
}

/// What the terminal has to finish.
#[derive(Debug, Default)]
pub struct Unfinished {
    /// Requests to be asked again.
    pub claims: Vec<Claim>,
    /// Answers to be delivered.
    pub parcels: Vec<Parcel>,
}

/// Tidies the work folders and says what is to be finished. Called once, before the first look.
pub fn recover(folders: &std::sync::Arc<Folders>) -> Unfinished {
    recover_some(folders, |_| true)
}

/// The same for those whose number is `wanted` only, while others are at work.
pub fn recover_some(folders: &std::sync::Arc<Folders>, wanted: impl Fn(u64) -> bool) -> Unfinished {
    let mut unfinished = Unfinished::default();
    // A leftover that cannot be removed now is found again, and decided alike, at the next start.
    let remove = |entries: Vec<Entry>| entries.into_iter().for_each(|entry| drop(std::fs::remove_file(entry.path)));
    for fate in plan(entries(folders).into_iter().filter(|entry| wanted(entry.seq)).collect()) {
        match fate {
            Fate::AskAgain { request, remove: rest } => {
                remove(rest);
                unfinished.claims.push(Claim { seq: request.seq, name: request.name, path: request.path });
            }
            Fate::Deliver { record, answers } => unfinished.parcels.push(Parcel::found(folders, record, answers)),
            Fate::Remove(entries) => entries.into_iter().for_each(|entry| match entry.kind {
                // Delivered and not put away: what was asked is kept as ever.
                EntryKind::Staged => folders.copies().take_record(entry.seq, &entry.name, &entry.path),
                _ => remove(vec![entry]),
            }),
        }
    }
    unfinished
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(seq: u64, kind: EntryKind) -> Entry {
        parse_entry(PathBuf::from(entry_name(seq, kind, "a.b.xml"))).unwrap()
    }

    #[test]
    fn names_of_the_work_folder_are_read_back_as_they_were_written() {
        for kind in [
            EntryKind::Claimed,
            EntryKind::Staged,
            EntryKind::Answer(Target::Res, 2),
            EntryKind::Answer(Target::Face, 1),
        ] {
            let read = entry(7, kind);
            assert_eq!((read.seq, read.kind, read.name.as_str()), (7, kind, "a.b.xml"));
        }
        for foreign in ["lock", "lock.pid", "x.claimed.a", "1.thing.a", "1.resx.a"] {
            assert_eq!(parse_entry(PathBuf::from(foreign)), None, "{foreign}");
        }
    }

    /// The work and target folders as sets of names, and the steps of one request with `answers` answers.
    #[derive(Default, Clone)]
    struct Model {
        work: Vec<EntryKind>,
        delivered: Vec<u32>,
        asked: u32,
    }

    impl Model {
        fn answer_and_deliver(&mut self, answers: u32, mut steps_left: u32) -> bool {
            let mut step = |go: &mut dyn FnMut()| {
                if steps_left == 0 {
                    return false;
                }
                steps_left -= 1;
                go();
                true
            };
            let Self { work, delivered, asked } = self;
            if work.contains(&EntryKind::Claimed) {
                if !step(&mut || *asked += 1) {
                    return false;
                }
                for order in 1..=answers {
                    if !step(&mut || work.push(EntryKind::Answer(Target::Res, order))) {
                        return false;
                    }
                }
                if !step(&mut || {
                    work.retain(|kind| *kind != EntryKind::Claimed);
                    work.push(EntryKind::Staged);
                }) {
                    return false;
                }
            }
            for order in 1..=answers {
                let answer = EntryKind::Answer(Target::Res, order);
                if work.contains(&answer)
                    && !step(&mut || {
                        work.retain(|kind| *kind != answer);
                        delivered.push(order);
                    })
                {
                    return false;
                }
            }
            step(&mut || work.clear())
        }

        /// What a restart does, by the real decision.
        fn restart(&mut self) {
            let fates = plan(self.work.iter().map(|kind| entry(1, *kind)).collect());
            for fate in fates {
                let gone: Vec<EntryKind> = match fate {
                    Fate::AskAgain { remove, .. } | Fate::Remove(remove) => remove.iter().map(|e| e.kind).collect(),
                    Fate::Deliver { .. } => Vec::new(),
                };
                self.work.retain(|kind| !gone.contains(kind));
            }
        }
    }

    proptest! {
        #[test]
        fn killed_at_any_step_any_number_of_times_each_answer_is_delivered_exactly_once_and_in_order(
            answers in 1..4_u32,
            kills in prop::collection::vec(0..10_u32, 0..6),
        ) {
            let mut model = Model { work: vec![EntryKind::Claimed], ..Model::default() };
            for steps in kills {
                model.answer_and_deliver(answers, steps);
                model.restart();
            }
            model.answer_and_deliver(answers, u32::MAX);
            prop_assert_eq!(&model.delivered, &(1..=answers).collect::<Vec<_>>());
            prop_assert!(model.work.is_empty());
            prop_assert!(model.asked >= 1);
        }
    }
}
