//! People from a folder: one TOML file each.

use std::fs;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use jiff::civil::Date;

use super::{People, PeopleError, Person, Profile, built_in, read_toml};

/// Where people are looked for when nobody says where.
const USUAL_FOLDER: &str = "card-profiles";
/// Files that are not worth a thread of their own: about 2 ms of reading.
const SMALLEST_SHARE: usize = 128;

/// Every `*.toml` of `folder`, settled on `today`. Other files, hidden files and folders are left alone.
///
/// # Errors
/// The folder or a file cannot be read, a profile breaks a rule (with file, line and key), or two cards share a serial number.
pub fn load(folder: &Path, today: Date) -> Result<People, PeopleError> {
    let unreadable = |source| PeopleError::Folder { folder: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    // By name, so that of two broken files it is always the same that is reported.
    paths.sort();
    // A station waits for nothing else at its start, so every processor takes a share of the files.
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let share = paths.len().div_ceil(processors).max(SMALLEST_SHARE);
    let settled = thread::scope(|scope| {
        let readers: Vec<_> = paths.chunks(share).map(|paths| scope.spawn(move || settle_all(paths, today))).collect();
        let read = readers.into_iter().map(|reader| reader.join().unwrap_or_else(|panic| resume_unwind(panic)));
        read.collect::<Result<Vec<_>, _>>()
    })?;
    People::gather(settled.into_iter().flatten().collect())
}

fn settle_all(paths: &[PathBuf], today: Date) -> Result<Vec<(Person, Profile)>, PeopleError> {
    let mut settled = Vec::with_capacity(paths.len());
    for path in paths {
        let Some(id) = id_of(path) else { continue };
        let text = fs::read_to_string(path).map_err(|source| PeopleError::File { file: path.clone(), source })?;
        let file = path.display().to_string();
        let profile = read_toml(&file, &text)?;
        let person = profile.settle(&id, today).map_err(|error| placed(error, &file, &text))?;
        settled.push((person, profile));
    }
    Ok(settled)
}

/// The people of `folder`; without one those of `./card-profiles`, and where that is missing the built-in ones.
///
/// # Errors
/// As [`load`].
pub fn load_or_built_in(folder: Option<&Path>, today: Date) -> Result<People, PeopleError> {
    match folder {
        Some(folder) => load(folder, today),
        None if Path::new(USUAL_FOLDER).is_dir() => load(Path::new(USUAL_FOLDER), today),
        None => built_in(today),
    }
}

/// The id of a profile's file; none for what is no profile.
fn id_of(path: &Path) -> Option<String> {
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let stem = path.file_stem()?.to_string_lossy();
    (is_toml && !stem.starts_with('.') && path.is_file()).then(|| stem.into_owned())
}

fn placed(error: PeopleError, file: &str, text: &str) -> PeopleError {
    match error {
        PeopleError::Profile(error) => PeopleError::Profile(error.placed(file, text)),
        other => other,
    }
}
