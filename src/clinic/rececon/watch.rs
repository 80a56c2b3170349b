//! The eyes on `res` and `face`: a listing says what is there, settling when it is whole, a digest whether it was read already.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::arrival;
use crate::event::FolderKind;
use crate::folder::listing;
use crate::folder::settle::{Look, Settling};
use crate::message::sealed::{has_end, is_sealed_name};
use crate::message::xml::is_whole;

/// The same name with the same bytes, so soon after it was fetched, is a second delivery (spec/pmh.md §11 S-35); later a station may have
/// gone back to its start and said the same anew.
const SECOND_DELIVERY: Duration = Duration::from_secs(60);

/// How soon a file that is not whole yet is looked at again.
const SOON: Duration = Duration::from_millis(30);

/// The eyes on one folder.
#[derive(Debug)]
pub struct Eyes {
    kind: FolderKind,
    dir: PathBuf,
    settling: Settling,
    /// What was read and lies there still (somebody forbade to delete it): the digest of each.
    done: BTreeMap<String, Vec<u8>>,
    /// What was read and could not be deleted: tried again at every look.
    owed: BTreeSet<String>,
    /// What was read and is gone, for as long as a second delivery of it may come: when it went, and its digest.
    fetched: BTreeMap<String, (Duration, Vec<u8>)>,
    /// The time of the last look.
    now: Duration,
    /// Taken at the first look, whole or not.
    at_create: bool,
}

/// A file that was read.
#[derive(Debug)]
pub struct Seen {
    /// Where.
    pub folder: FolderKind,
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// The same was fetched a moment ago: it was delivered twice.
    pub again: bool,
}

impl Eyes {
    /// Nothing seen yet.
    pub fn new(kind: FolderKind, dir: &Path, at_create: bool) -> Self {
        Self {
            kind,
            dir: dir.to_owned(),
            settling: Settling::new(false),
            done: BTreeMap::new(),
            owed: BTreeSet::new(),
            fetched: BTreeMap::new(),
            now: Duration::ZERO,
            at_create,
        }
    }

    /// What is there, wanted, whole, and new. An error means that the folder is away. The second value: how soon to look again.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn look(&mut self, now: Duration, wants: impl Fn(&str) -> bool) -> io::Result<(Vec<Seen>, Option<Duration>)> {
        self.now = now;
        self.delete_owed();
        self.fetched.retain(|_, (since, _)| now.saturating_sub(*since) < SECOND_DELIVERY);
        let listing = listing::list(&self.dir, |name| wants(name) || self.fetched.contains_key(name))?;
        self.done.retain(|name, _| listing.wanted.iter().any(|file| file.name == *name));
        let dir = self.dir.clone();
        let settled: Vec<String> = match self.at_create {
            true => {
                let fresh = listing.wanted.iter().filter(|file| !self.done.contains_key(&file.name));
                fresh.map(|file| file.name.clone()).collect()
            }
            false => {
                let look = |name: &str| match bytes_of(&dir.join(name)) {
                    Ok(bytes) if is_sealed_name(name) && has_end(&bytes, bytes.len() as u64) => Look::Whole,
                    Ok(bytes) if is_whole(&bytes) || is_err(name) => Look::Whole,
                    Ok(_) => Look::Partial,
                    Err(_) => Look::Refused,
                };
                let settled = self.settling.look(now, &listing.wanted, &BTreeSet::new(), look);
                settled.into_iter().map(|file| file.name).collect()
            }
        };
        let mut seen = Vec::new();
        for name in settled {
            // Gone between the look and now: somebody else fetched it.
            let Ok(bytes) = bytes_of(&self.dir.join(&name)) else { continue };
            let digest = Sha256::digest(&bytes).to_vec();
            if self.done.get(&name) != Some(&digest) {
                let again = self.fetched.get(&name).is_some_and(|(_, fetched)| *fetched == digest);
                self.done.insert(name.clone(), digest);
                seen.push(Seen { folder: self.kind, name, bytes, again });
            }
        }
        let is_settling = listing.wanted.iter().any(|file| !self.done.contains_key(&file.name));
        Ok((seen, is_settling.then_some(SOON)))
    }

    /// Deletes a file that was read. One that somebody holds is deleted when they let it go, and not read again before.
    pub fn delete(&mut self, name: &str) {
        self.owed.insert(name.to_owned());
        self.delete_owed();
    }

    fn delete_owed(&mut self) {
        for name in std::mem::take(&mut self.owed) {
            let path = self.dir.join(&name);
            // Another content under the same name was not read yet: it is not this file any more.
            let is_other =
                bytes_of(&path).is_ok_and(|bytes| self.done.get(&name) != Some(&Sha256::digest(&bytes).to_vec()));
            if is_other {
                continue;
            }
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => drop(self.owed.insert(name)),
                _ => {
                    self.settling.forget(&name);
                    if let Some(digest) = self.done.remove(&name) {
                        self.fetched.insert(name, (self.now, digest));
                    }
                }
            }
        }
    }
}

fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(arrival::LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// An `.err` is text and has no end tag: two looks have to do.
fn is_err(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".err")
}
