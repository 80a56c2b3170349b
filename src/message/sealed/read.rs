//! The document out of a zip that any program may have made. Nothing is written to a disk, no name in the zip becomes a path.

use std::io::{Cursor, Read};

use zip::read::{ArchiveOffset, Config, ZipFile};
use zip::result::ZipError;
use zip::{AesMode, CompressionMethod, ZipArchive, ZipReadOptions};

use super::end::{has_end, has_end_mark};
use crate::message::refusal::{Refusal, Rule};
use crate::secret::ZipPassword;
use crate::text;

/// How a zip begins that holds anything.
const ENTRY_MARK: &[u8] = b"PK\x03\x04";
/// So many names are told of a zip that holds the wrong files.
const TOLD: usize = 5;
/// Longest part of a name that is told.
const TOLD_LETTERS: usize = 100;

/// How a zip was protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Not at all.
    None,
    /// AES with a key shorter than the interface's 256 bits: so many.
    Weaker(u16),
    /// AES-256.
    Aes256,
}

/// The one file of a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its name in the zip, without folders.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// How it was protected.
    pub protection: Protection,
}

/// Takes the one file out of a zip. It and the zip may have `limit` bytes.
///
/// # Errors
/// A [`Refusal`]: torn or broken, not one plain file, a method that is not ours, a wrong password (or none), too big.
pub fn open(bytes: &[u8], password: Option<&ZipPassword>, limit: usize) -> Result<Opened, Refusal> {
    if bytes.len() > limit {
        return Err(too_big(limit));
    }
    if !has_end(bytes, bytes.len() as u64) {
        let torn = bytes.starts_with(ENTRY_MARK) && !has_end_mark(bytes);
        let torn = if torn { Rule::NeverWhole } else { Rule::BrokenZip };
        return Err(Refusal::new(torn).seen("no end record, or one that does not fit"));
    }
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let mut archive = ZipArchive::with_config(config, Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if archive.len() != 1 || archive.has_duplicate_names() {
        return Err(Refusal::new(Rule::SealedAlone).seen(names(&archive)));
    }
    check(&archive.by_index_raw(0).map_err(|error| unreadable(&error))?, limit)?;
    let protection = protection(&mut archive)?;
    let options = ZipReadOptions::new().password(password.map(|password| password.reveal().as_bytes()));
    let mut file = archive.by_index_with_options(0, options).map_err(|error| unreadable(&error))?;
    let name = name_of(&file)?;
    let bytes = inflate(&mut file, limit)?;
    Ok(Opened { name, bytes, protection })
}

/// What stands on the outside of a zip with one file: nothing of it needs the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// The name of the file in it.
    pub name: String,
    /// How it is protected.
    pub protection: Protection,
    /// How big the file in it says it is.
    pub size: u64,
}

/// Looks at a zip from outside.
///
/// # Errors
/// A [`Refusal`]: broken, not one plain file, a protection that is not ours.
pub fn look(bytes: &[u8]) -> Result<Outside, Refusal> {
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let mut archive = ZipArchive::with_config(config, Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if archive.len() != 1 {
        return Err(Refusal::new(Rule::SealedAlone).seen(names(&archive)));
    }
    let protection = protection(&mut archive)?;
    let file = archive.by_index_raw(0).map_err(|error| unreadable(&error))?;
    Ok(Outside { name: name_of(&file)?, protection, size: file.size() })
}

/// What can be told of the entry without the password.
fn check(file: &ZipFile<'_, Cursor<&[u8]>>, limit: usize) -> Result<(), Refusal> {
    name_of(file)?;
    let method = file.compression();
    if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(Refusal::new(Rule::UnsupportedZip).seen(method.to_string()));
    }
    // What it says of itself; what it holds is counted while it is inflated.
    if file.size() > limit as u64 { Err(too_big(limit)) } else { Ok(()) }
}

fn protection(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<Protection, Refusal> {
    let encrypted = archive.by_index_raw(0).map_err(|error| unreadable(&error))?.encrypted();
    let aes = archive.get_aes_verification_key_and_salt(0).map_err(|error| unreadable(&error))?;
    match (encrypted, aes.map(|aes| aes.aes_mode)) {
        (false, _) => Ok(Protection::None),
        (true, Some(AesMode::Aes256)) => Ok(Protection::Aes256),
        (true, Some(AesMode::Aes192)) => Ok(Protection::Weaker(192)),
        (true, Some(AesMode::Aes128)) => Ok(Protection::Weaker(128)),
        // PKZIP's old cipher is easily broken, and nothing says that a terminal speaks it.
        (true, None) => Err(Refusal::new(Rule::UnsupportedZip).seen("ZipCrypto")),
    }
}

/// The name of a plain file that lies in no folder.
fn name_of(file: &ZipFile<'_, Cursor<&[u8]>>) -> Result<String, Refusal> {
    let raw = file.name_raw();
    // UTF-8, or what programs of this country write who do not say that it is.
    let name = text::decode(raw, None)
        .map_err(|_| Refusal::new(Rule::SealedAlone).seen(told(&String::from_utf8_lossy(raw))))?
        .text;
    let plain = !name.is_empty() && !name.contains(['/', '\\', ':', '\0']) && !matches!(name.as_ref(), "." | "..");
    if !plain || !file.is_file() || file.is_symlink() {
        return Err(Refusal::new(Rule::SealedAlone).seen(told(&name)));
    }
    Ok(name.into_owned())
}

fn inflate(file: &mut impl Read, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    // One byte more than may be, so that it shows; the end of the file is reached only where its code has been checked.
    match file.take(limit as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > limit => Err(too_big(limit)),
        Ok(_) if bytes.starts_with(ENTRY_MARK) => Err(Refusal::new(Rule::SealedAlone).seen("zip")),
        Ok(_) => Ok(bytes),
        Err(error) => Err(Refusal::new(Rule::BrokenZip).seen(error.to_string())),
    }
}

fn names(archive: &ZipArchive<Cursor<&[u8]>>) -> String {
    let named = archive.file_names_raw().take(TOLD).map(|name| told(&String::from_utf8_lossy(name)));
    let named = named.collect::<Vec<_>>().join(", ");
    format!("{}: {named}", archive.len())
}

/// A name as it may stand in a sentence.
fn told(name: &str) -> String {
    name.chars().take(TOLD_LETTERS).map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}

fn too_big(limit: usize) -> Refusal {
    Refusal::new(Rule::TooBig).seen(format!("over {limit} bytes"))
}

fn unreadable(error: &ZipError) -> Refusal {
    let rule = match error {
        ZipError::InvalidPassword => Rule::WrongPassword,
        ZipError::UnsupportedArchive(why) if *why == ZipError::PASSWORD_REQUIRED => {
            return Refusal::new(Rule::WrongPassword).seen("no password");
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => Rule::UnsupportedZip,
        _ => Rule::BrokenZip,
    };
    Refusal::new(rule).seen(error.to_string())
}
