//! Settings files of the real terminal, read where they lie in the terminal's folder (spec/oqs-interface.md §5.3, [B]).
//!
//! ```text
//! UserDefinition.property           ResponseFileStayTime=1440
//! UserDefinitionForFace.property    FaceDataDir=C:\OQS\face, OutputFlg=true
//! encrypt.conf, encrypt_face.conf   <prefix>=e|n, one line per interface
//! ```
//!
//! `key=value` in Shift_JIS or UTF-8. Only these keys are public; the rest of a real file is named in the journal and otherwise left
//! alone. What `madoguchi.toml` says weighs more. A backslash is a backslash, as the known files have it.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::event::Words;
use crate::handwritten::{Mistake, nearest};
use crate::terminal::sealing::{Line, Sealing, Side};
use crate::terminal::settings::TerminalSettings;
use crate::terminal::stale::StayTime;
use crate::text::decode;

/// Where the real terminal keeps them. Looked into only when the shared folder is the real one as well: whoever chose another folder
/// does not mean the settings of a real installation.
#[cfg(windows)]
const REAL_PLACE: &str = r"C:\ProgramData\OQS\OQSComApp\config";

/// No such file is anywhere near this.
const MAX_BYTES: u64 = 64 << 10;
/// So many unknown keys are named.
const MAX_NAMED: usize = 20;

const USER: &str = "UserDefinition.property";
const FACE: &str = "UserDefinitionForFace.property";
const ENCRYPTION: [(&str, Side); 2] = [("encrypt.conf", Side::Linkage), ("encrypt_face.conf", Side::Face)];
const STAY: &str = "ResponseFileStayTime";
const FACE_DIR: &str = "FaceDataDir";
const OUTPUT: &str = "OutputFlg";

/// One `key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Property {
    line: usize,
    key: String,
    value: String,
}

/// What a known file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Said {
    stay: Option<StayTime>,
    face_dir: Option<String>,
    output: Option<bool>,
    remarks: Vec<Words>,
}

/// Lays what the real terminal's files say under `settings`, and gives what there is to tell of it.
///
/// # Errors
/// A [`Mistake`] with file and line.
pub fn lay_under(settings: &mut TerminalSettings) -> Result<Vec<Words>, Box<Mistake>> {
    let mut remarks = Vec::new();
    if let Some((path, bytes)) = find(settings, USER)? {
        let said = read_user(&path.display().to_string(), &bytes)?;
        settings.stale_after = settings.stale_after.or(said.stay);
        remarks.extend(said.remarks);
    }
    if let Some((path, bytes)) = find(settings, FACE)? {
        let said = read_face(&path.display().to_string(), &bytes)?;
        settings.face_output = settings.face_output.or(said.output);
        remarks.extend(said.remarks);
        if let Some(dir) = said.face_dir.filter(|_| settings.face.is_none()) {
            match usable(&dir, &settings.folder) {
                Some(dir) => settings.face = Some(dir),
                None => remarks.push(not_here(&path, &dir)),
            }
        }
    }
    let mut lines = Vec::new();
    for (name, side) in ENCRYPTION {
        if let Some((path, bytes)) = find(settings, name)? {
            lines.extend(read_encryption(&path.display().to_string(), side, &bytes)?);
        }
    }
    let (sealing, told) = Sealing::new(&settings.encryption, &lines, settings.encryption_password.as_ref())?;
    settings.sealing = sealing;
    remarks.extend(told);
    Ok(remarks)
}

/// `None` for a path of Windows that names nothing on this system.
fn usable(dir: &str, root: &Path) -> Option<PathBuf> {
    let is_windows = dir.contains('\\') || dir.as_bytes().get(1) == Some(&b':');
    (cfg!(windows) || !is_windows).then(|| root.join(dir))
}

fn not_here(path: &Path, dir: &str) -> Words {
    let path = path.display();
    Words {
        ja: format!(
            "{path}: {FACE_DIR}={dir} は Windows のパスのため使いません。face は madoguchi.toml で指定できます"
        ),
        en: format!("{path}: {FACE_DIR}={dir} is a path of Windows and not used here; set `face` in madoguchi.toml"),
    }
}

/// The file of that name (in any case) in the terminal's folder, then in the real terminal's place.
fn find(settings: &TerminalSettings, name: &str) -> Result<Option<(PathBuf, Vec<u8>)>, Box<Mistake>> {
    let mut places = vec![settings.folder.clone()];
    #[cfg(windows)]
    if settings.folder == Path::new(crate::terminal::settings::DEFAULT_ROOT) {
        places.push(REAL_PLACE.into());
    }
    let Some(path) = places.drain(..).find_map(|place| spelt(&place, name)) else { return Ok(None) };
    let bytes = read(&path).map_err(|cause| {
        let file = path.display().to_string();
        mistake(&file, None, None, format!("読めません: {cause}"), "cannot be read: remove it or correct its rights")
    })?;
    if bytes.len() as u64 > MAX_BYTES {
        let file = path.display().to_string();
        return Err(mistake(
            &file,
            None,
            None,
            "64 KiB を超えています".to_owned(),
            "more than 64 KiB: not such a file",
        ));
    }
    Ok(Some((path, bytes)))
}

fn spelt(place: &Path, name: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(place).ok()?.flatten();
    let same = entries.filter(|entry| entry.file_name().to_str().is_some_and(|n| n.eq_ignore_ascii_case(name)));
    same.map(|entry| entry.path()).filter(|path| path.is_file()).min()
}

/// One byte more than may be, so that it shows.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read_user(file: &str, bytes: &[u8]) -> Result<Said, Box<Mistake>> {
    let mut said = Said::default();
    let mut unknown = Vec::new();
    for property in properties(file, bytes)? {
        match property.key.as_str() {
            STAY => said.stay = Some(stay(file, &property)?),
            _ => unknown.push(property),
        }
    }
    said.remarks.extend(unknown_keys(file, &unknown, &[STAY]));
    Ok(said)
}

fn read_face(file: &str, bytes: &[u8]) -> Result<Said, Box<Mistake>> {
    let mut said = Said::default();
    let mut unknown = Vec::new();
    for property in properties(file, bytes)? {
        match property.key.as_str() {
            FACE_DIR if property.value.is_empty() || property.value.contains('\0') => {
                return Err(wrong(
                    file,
                    &property,
                    "フォルダのパスを書いてください",
                    "the path of a folder belongs here",
                ));
            }
            FACE_DIR => said.face_dir = Some(property.value),
            OUTPUT => said.output = Some(flag(file, &property)?),
            _ => unknown.push(property),
        }
    }
    said.remarks.extend(unknown_keys(file, &unknown, &[FACE_DIR, OUTPUT]));
    Ok(said)
}

/// What the lines mean is for [`Sealing`] to say.
fn read_encryption(file: &str, side: Side, bytes: &[u8]) -> Result<Vec<Line>, Box<Mistake>> {
    let read = |property: Property| {
        let sealed = match property.value.as_str() {
            "e" | "E" => true,
            "n" | "N" => false,
            _ => return Err(wrong(file, &property, "値は e (暗号化) か n です", "e (encrypted) or n")),
        };
        Ok(Line { side, file: file.to_owned(), line: property.line, key: property.key, sealed })
    };
    properties(file, bytes)?.into_iter().map(read).collect()
}

fn stay(file: &str, property: &Property) -> Result<StayTime, Box<Mistake>> {
    property.value.parse().ok().and_then(StayTime::minutes).ok_or_else(|| {
        wrong(
            file,
            property,
            "分を 1 から 527040 (1年) の整数で書いてください",
            "minutes belong here, 1 to 527040 (a year)",
        )
    })
}

fn flag(file: &str, property: &Property) -> Result<bool, Box<Mistake>> {
    match property.value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(wrong(file, property, "値は true か false です", "true or false")),
    }
}

/// The lines of a file. Blank ones and comments (`#`, `!`, `;`) are skipped; of a key that comes twice the last one counts.
fn properties(file: &str, bytes: &[u8]) -> Result<Vec<Property>, Box<Mistake>> {
    let text = decode(bytes, None).map_err(|error| {
        let before = bytes.get(..error.offset).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        mistake(file, Some(line), None, "Shift_JIS でも UTF-8 でもありません".to_owned(), "neither Shift_JIS nor UTF-8")
    })?;
    let mut properties: Vec<Property> = Vec::new();
    for (line, text) in (1..).zip(text.text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with(['#', '!', ';']) {
            continue;
        }
        let split = text.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
        let Some((key, value)) = split.filter(|(key, _)| !key.is_empty()) else {
            let rule = "「キー=値」の形で書いてください (注釈は # で始めます)".to_owned();
            return Err(mistake(file, Some(line), None, rule, "a line is key=value, or a comment that begins with #"));
        };
        properties.push(Property { line, key: key.to_owned(), value: value.to_owned() });
    }
    Ok(properties)
}

fn unknown_keys(file: &str, unknown: &[Property], known: &[&str]) -> Option<Words> {
    if unknown.is_empty() {
        return None;
    }
    let keys: Vec<String> = unknown.iter().map(|property| hinted(property, known)).collect();
    let keys = named(&keys);
    Some(Words {
        ja: format!("{file}: 公開されていないキーは使いません: {keys}"),
        en: format!("{file}: keys whose meaning is not public are not used: {keys}"),
    })
}

/// The key with its line, and the known one that it may have been meant to be.
fn hinted(property: &Property, known: &[&str]) -> String {
    match nearest(&property.key, known.iter().copied()) {
        Some(near) => format!("{} (:{}, {near}?)", property.key, property.line),
        None => format!("{} (:{})", property.key, property.line),
    }
}

fn named(keys: &[String]) -> String {
    let more = if keys.len() > MAX_NAMED { ", …" } else { "" };
    keys.iter().take(MAX_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ") + more
}

fn wrong(file: &str, property: &Property, ja: &str, en: &str) -> Box<Mistake> {
    mistake(file, Some(property.line), Some(property.key.clone()), ja.to_owned(), en)
}

fn mistake(file: &str, line: Option<usize>, key: Option<String>, ja: String, en: &str) -> Box<Mistake> {
    Box::new(Mistake { file: file.to_owned(), line, key, rule_ja: ja, rule_en: en.to_owned() })
}

#[cfg(test)]
mod tests;
