//! A thousand people in a folder: the shipped ones again and again, under new ids.

use std::fs;
use std::path::Path;

use madoguchi::people::shipped;
use tempfile::TempDir;

use crate::Outcome;

/// How many people the promise is about.
pub const PEOPLE: usize = 1_000;

pub struct Crowd {
    folder: TempDir,
    ids: Vec<String>,
}

impl Crowd {
    pub fn gather() -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let mut ids = Vec::with_capacity(PEOPLE);
        for (number, (id, text)) in shipped().iter().cycle().take(PEOPLE).enumerate() {
            let id = format!("{id}-{number:04}");
            // A serial that a file names must be the only one; derived ones are.
            let lines = text.lines().filter(|line| !line.starts_with("serial ")).map(|line| format!("{line}\n"));
            fs::write(folder.path().join(format!("{id}.toml")), lines.collect::<String>())?;
            ids.push(id);
        }
        Ok(Self { folder, ids })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Copies of the shipped person of this id.
    pub fn copies_of<'a>(&'a self, shipped: &str) -> impl Iterator<Item = &'a str> {
        let beginning = format!("{shipped}-");
        let is_copy = move |id: &&str| {
            id.strip_prefix(&beginning).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        self.ids.iter().map(String::as_str).filter(is_copy)
    }
}
