//! A folder of captured files, in any arrangement: `req`, `res` and `face` below it, or everything side by side.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::event::Words;
use crate::message::compare::name::is_face;
use crate::message::name::{Case, interface_of};
use crate::message::tree::{Element, walk};
use crate::message::xml;

/// Deeper folders are not looked into: a copy of a clinic's disk is no capture.
const DEPTH: usize = 8;

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From the レセコン.
    Request,
    /// The answer to one, XML.
    Answer,
    /// From the reader.
    Face,
    /// Why a request was sent back.
    Err,
    /// Something else, or in a form that is not compared (zip, pdf).
    Other,
}

/// One file.
#[derive(Debug, Clone)]
pub struct Captured {
    /// From the folder, with `/` on every system.
    pub path: String,
    /// Without folders.
    pub name: String,
    /// As it is.
    pub bytes: Vec<u8>,
}

impl Captured {
    /// What it is.
    pub fn kind(&self) -> Kind {
        let lower = self.name.to_ascii_lowercase();
        if lower.ends_with(".err") {
            return Kind::Err;
        }
        let head = self.name.split('_').next().unwrap_or_default();
        let known = lower.ends_with(".xml") && interface_of(head, Case::Ignore).is_some();
        match head.get(head.len().saturating_sub(3)..).map(str::to_ascii_lowercase).as_deref() {
            Some("res") if known && is_face(&self.name) => Kind::Face,
            Some("res") if known => Kind::Answer,
            Some("req") if known => Kind::Request,
            _ => Kind::Other,
        }
    }
}

/// A folder that was read.
#[derive(Debug, Clone, Default)]
pub struct Capture {
    /// By path.
    pub files: Vec<Captured>,
    /// What could not be read, and why.
    pub left_out: Vec<(String, Words)>,
    by_name: HashMap<String, usize>,
}

impl Capture {
    /// Reads a folder. Links are not followed; what is too big is left out and told. Folders whose name begins with a dot are work
    /// folders and are not looked into.
    ///
    /// # Errors
    /// When the folder itself cannot be read.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut capture = Self::default();
        capture.gather(folder, "", 0)?;
        Ok(capture.sorted())
    }

    /// A folder that was never on a disk.
    pub fn of(files: Vec<Captured>) -> Self {
        Self { files, ..Self::default() }.sorted()
    }

    fn sorted(mut self) -> Self {
        self.files.sort_by(|one, other| one.path.cmp(&other.path));
        self.left_out.sort_by(|one, other| one.0.cmp(&other.0));
        let names = self.files.iter().enumerate().map(|(index, file)| (file.name.to_lowercase(), index));
        self.by_name = names.collect();
        self
    }

    fn gather(&mut self, folder: &Path, above: &str, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if above.is_empty() { name.clone() } else { format!("{above}/{name}") };
            let kind = entry.file_type()?;
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            let too_big = size > xml::LOOK_LIMIT as u64;
            let mut leave = |ja: String, en: String| self.left_out.push((path.clone(), Words::new(ja, en)));
            if kind.is_dir() && name.starts_with('.') {
                continue;
            }
            if kind.is_dir() && depth < DEPTH {
                if let Err(error) = self.gather(&entry.path(), &path, depth + 1) {
                    self.left_out.push((path, Words::new(error.to_string(), error.to_string())));
                }
            } else if !kind.is_file() {
                leave("通常のファイルではありません".to_owned(), "not a regular file".to_owned());
            } else if too_big {
                let limit = xml::LOOK_LIMIT;
                leave(format!("大きすぎます（{limit} バイトまで）"), format!("too big: at most {limit} bytes"));
            } else {
                match fs::read(entry.path()) {
                    Ok(bytes) => self.files.push(Captured { path, name, bytes }),
                    Err(error) => leave(error.to_string(), error.to_string()),
                }
            }
        }
        Ok(())
    }

    /// The file of this name, whatever its folder and case.
    pub fn named(&self, name: &str) -> Option<&Captured> {
        self.by_name.get(&name.to_lowercase()).and_then(|index| self.files.get(*index))
    }

    /// The request that `file` answers, where it was captured too.
    pub fn request_of(&self, file: &Captured) -> Option<&Captured> {
        let lower = file.name.to_lowercase();
        if let Some(stem) = lower.strip_suffix(".err") {
            return self.named(stem).or_else(|| self.named(&format!("{stem}.xml")));
        }
        let (head, rest) = lower.split_once('_')?;
        let head = head.strip_suffix("res")?;
        self.named(&format!("{head}req_{rest}"))
    }

    /// The file of this folder that stands for `file` of another: of the same name, else of the same kind about the same persons.
    pub fn pair_of(&self, file: &Captured, root: &Element) -> Option<&Captured> {
        let head = |name: &str| name.split('_').next().unwrap_or_default().to_lowercase();
        let persons = persons(root);
        let same = |other: &&Captured| {
            let is_kind = other.kind() == file.kind() && head(&other.name) == head(&file.name);
            is_kind
                && xml::read_up_to(&other.bytes, xml::LOOK_LIMIT).is_ok_and(|read| self::persons(&read.root) == persons)
        };
        self.named(&file.name).or_else(|| self.files.iter().find(same))
    }
}

/// Birth dates and numbers of a document, in its order.
fn persons(root: &Element) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(root, &mut |_, element| {
        if let (Some(birthdate), Some(number)) =
            (element.child("Birthdate"), element.child("InsuredIdentificationNumber"))
        {
            found.push((birthdate.value().to_owned(), number.value().to_owned()));
        }
    });
    found
}
