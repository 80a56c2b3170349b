//! The machine's eyes on one folder: what settled there is read, told once, and moved on.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::transfer_files::{Transfer, Trouble, touch_placed};
use crate::event::FolderKind;
use crate::folder::claim::read_ends;
use crate::folder::listing;
use crate::folder::settle::{Look, Settling};
use crate::message::name::is_temporary;
use crate::message::xml::{REACH, SINGLE_LIMIT, is_whole_named};

/// A way for files, and how far each is on it.
#[derive(Debug)]
pub struct Route {
    kind: FolderKind,
    from: PathBuf,
    to: PathBuf,
    transfer: Option<Transfer>,
    settling: Settling,
    /// Lies there still and was told already.
    told: BTreeSet<String>,
    placed: Vec<PathBuf>,
}

/// A file that settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Its name.
    pub name: String,
    /// What is in it; none for what is too long to be a result, or never got its end.
    pub bytes: Option<Vec<u8>>,
}

impl Route {
    /// Files of one kind go from `from` to `to`.
    pub fn new(kind: FolderKind, from: PathBuf, to: PathBuf) -> Self {
        // A copy proves nothing about a writer: two looks are needed everywhere.
        let settling = Settling::new(false);
        let (told, placed) = (BTreeSet::new(), Vec::new());
        Self { kind, from, to, transfer: None, settling, told, placed }
    }

    /// Whether results of visits come this way.
    pub fn brings_results(&self) -> bool {
        self.kind == FolderKind::Face
    }

    /// Where files come from and go to.
    pub fn ends(&self) -> (&Path, &Path) {
        (&self.from, &self.to)
    }

    /// One look: what settled since the last one. `now` is machine time since any start.
    ///
    /// # Errors
    /// [`Trouble`] where a folder is away.
    pub fn look(&mut self, now: Duration) -> Result<Vec<Arrived>, Trouble> {
        self.opened()?.look()?;
        let (kind, from) = (self.kind, self.from.clone());
        let listing = listing::list(&from, |name| is_wanted(kind, name));
        let listing = listing.map_err(|cause| Trouble::Away { folder: from.clone(), cause })?;
        self.told.retain(|name| listing.wanted.iter().any(|file| file.name == *name));
        let settled = self.settling.look(now, &listing.wanted, &BTreeSet::new(), |name| {
            let len = listing.wanted.iter().find(|file| file.name == name).map_or(0, |file| file.len);
            match read_ends(&from.join(name), len, REACH as u64) {
                Ok((beginning, end)) if is_whole_named(name, len, &beginning, &end) => Look::Whole,
                Ok(_) => Look::Partial,
                Err(_) => Look::Refused,
            }
        });
        let mut arrived = Vec::new();
        for file in settled {
            if self.told.insert(file.name.clone()) {
                let len = listing.wanted.iter().find(|seen| seen.name == file.name).map_or(0, |seen| seen.len);
                let short = file.whole && usize::try_from(len).is_ok_and(|len| len <= SINGLE_LIMIT);
                let bytes = short.then(|| fs::read(from.join(&file.name)).ok()).flatten();
                arrived.push(Arrived { name: file.name, bytes });
            }
        }
        Ok(arrived)
    }

    /// Moves on what was told, and what an earlier run began. The names that came to the other side now.
    ///
    /// # Errors
    /// [`Trouble`]; the next call goes on.
    pub fn move_on(&mut self) -> Result<Vec<String>, Trouble> {
        let told: Vec<String> = self.told.iter().cloned().collect();
        let mut moved = Vec::new();
        let transfer = self.opened()?;
        let names: BTreeSet<String> = transfer.begun()?.into_iter().chain(told).collect();
        let mut placed = Vec::new();
        let mut end = Ok(());
        for name in names {
            match transfer.go(&name) {
                Ok(Some(path)) => {
                    placed.push(path);
                    moved.push(name);
                }
                Ok(None) => {}
                Err(trouble) => {
                    end = Err(trouble);
                    break;
                }
            }
        }
        for name in &moved {
            self.told.remove(name);
            self.settling.forget(name);
        }
        self.placed.extend(placed);
        end.map(|()| moved)
    }

    /// Moves the times of the files on that were placed since the last call.
    pub fn touch(&mut self) {
        for path in self.placed.drain(..) {
            touch_placed(&path);
        }
    }

    /// Copies that an earlier run left on the way to another folder than this one; they stay where they are.
    pub fn strangers(&self) -> Vec<PathBuf> {
        self.transfer.as_ref().map_or_else(Vec::new, Transfer::strangers)
    }

    fn opened(&mut self) -> Result<&Transfer, Trouble> {
        match &mut self.transfer {
            Some(transfer) => Ok(transfer),
            closed => Ok(closed.insert(Transfer::open(&self.from, &self.to)?)),
        }
    }
}

fn is_wanted(kind: FolderKind, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let document = [".xml", ".zip"].iter().any(|end| lower.ends_with(end));
    !is_temporary(name)
        && match kind {
            FolderKind::Face => document,
            // Answers to requests are for whoever asked at that terminal.
            _ => lower.starts_with("pmhsimsm01") && (document || lower.ends_with(".err")),
        }
}
