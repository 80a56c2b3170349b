//! What is kept between runs with `--state DIR`: PIN counters, changed PINs, face misses, registered 照会番号, adopted people,
//! cards that were bound to people. One process at a
//! time has the folder: what two wrote there would be a mixture, with tries that come back.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::bindings;
use super::roster::Kept;
use crate::folder::lock::{Lock, LockError};
use crate::folder::{hand_in, private};
use crate::handwritten;
use crate::hub::ReferenceNumbers;
use crate::people::Profile;

const CARDS: &str = "cards.json";
const NUMBERS: &str = "reference-numbers.json";
const ADOPTED: &str = "adopted-people.json";
const BINDINGS: &str = "card-bindings.json";

/// State that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file is there and cannot be used.
    #[error("状態ファイルを読めません: {0} / cannot use the kept state: correct the file or remove it")]
    Unusable(String),
    /// It cannot be written.
    #[error("状態を {folder} に保存できません: {cause} / cannot keep the state there")]
    Unwritable {
        /// The folder of `--state`.
        folder: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Another process keeps its state there.
    #[error(
        "状態フォルダ {folder} は別の madoguchi ({holder}) が使用中です。終了してからやり直すか、別の --state を指定してください / another madoguchi ({holder}) keeps its state there: stop it, or choose another folder with --state"
    )]
    Held {
        /// The folder of `--state`.
        folder: PathBuf,
        /// Its command and process id.
        holder: String,
    },
}

/// What of a station lasts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Of cards.
    pub cards: Kept,
    /// Of the embedded hub: the 照会番号 that were registered.
    pub reference_numbers: ReferenceNumbers,
    /// People who were adopted, by id, as they were left.
    pub adopted: BTreeMap<String, Profile>,
    /// Whose real cards are, with the key of their hashes.
    pub bindings: bindings::Kept,
}

/// The folder of `--state`, for this process alone as long as it is held.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    lock: Lock,
}

impl StateFolder {
    /// Takes the folder, which is made if need be; `command` is who others are told of.
    ///
    /// # Errors
    /// [`StateError::Held`] while another process has it.
    pub fn take(path: &Path, command: &str) -> Result<Self, StateError> {
        let folder = path.to_owned();
        let unwritable = |cause| StateError::Unwritable { folder: folder.clone(), cause };
        std::fs::create_dir_all(path).map_err(unwritable)?;
        match Lock::take(path, &format!("{command}, pid {}", std::process::id())) {
            Ok(lock) => Ok(Self { path: folder, lock }),
            Err(LockError::Held(holder)) => Err(StateError::Held { folder, holder }),
            Err(LockError::Unusable(cause)) => Err(unwritable(cause)),
        }
    }

    /// What was kept there.
    ///
    /// # Errors
    /// [`StateError::Unusable`] for a file that is there and cannot be read.
    pub fn read(&self) -> Result<State, StateError> {
        read(&self.path)
    }

    /// Writes it, each file whole: beside, then by rename.
    ///
    /// # Errors
    /// [`StateError::Unwritable`].
    pub fn write(&self, state: &State) -> Result<(), StateError> {
        write_file(&self.path, CARDS, &state.cards)?;
        write_file(&self.path, NUMBERS, &state.reference_numbers)?;
        write_file(&self.path, ADOPTED, &state.adopted)?;
        write_file(&self.path, BINDINGS, &state.bindings)
    }

    /// Lets the next process have it.
    pub fn release(&self) {
        self.lock.release();
    }
}

/// Reads what was kept in `folder`, whoever has it; nothing yet is no mistake.
pub fn read(folder: &Path) -> Result<State, StateError> {
    Ok(State {
        cards: read_file(folder, CARDS)?,
        reference_numbers: read_file(folder, NUMBERS)?,
        adopted: read_file(folder, ADOPTED)?,
        bindings: read_file(folder, BINDINGS)?,
    })
}

fn read_file<T: DeserializeOwned + Default>(folder: &Path, name: &str) -> Result<T, StateError> {
    let path = folder.join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => handwritten::from_json(&path.display().to_string(), &text)
            .map_err(|mistake| StateError::Unusable(mistake.to_string())),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        Err(cause) => Err(StateError::Unusable(format!("{}: {cause}", path.display()))),
    }
}

fn write_file(folder: &Path, name: &str, kept: &impl Serialize) -> Result<(), StateError> {
    let unwritable = |cause| StateError::Unwritable { folder: folder.to_owned(), cause };
    let text = serde_json::to_string_pretty(kept).map_err(|e| unwritable(e.into()))?;
    hand_in(folder, name, |beside| private::write(beside, text.as_bytes())).map(drop).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::soft::CardState;

    #[test]
    fn what_was_kept_is_read_again_and_a_damaged_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()).unwrap(), State::default());
        let mut kept = State::default();
        let state: CardState = serde_json::from_str(r#"{ "authentication_tries": 2, "signature_tries": 5 }"#).unwrap();
        kept.cards.cards.insert("taro".to_owned(), state);
        kept.cards.face_misses.insert("taro".to_owned(), 4);
        kept.reference_numbers.entry("taro".into()).or_default().insert("1319919997".into(), "K-1".into());
        let profile = "name = \"試験　一子\"\nsex = \"2\"\nbirthdate = \"-40y\"\nadopted = true\n";
        kept.adopted.insert("saiyo-1".into(), crate::people::read_toml("", profile).unwrap());
        let folder = StateFolder::take(dir.path(), "test").unwrap();
        folder.write(&kept).unwrap();
        assert_eq!(folder.read().unwrap(), kept);
        for file in [BINDINGS, ADOPTED, NUMBERS, CARDS] {
            std::fs::write(dir.path().join(file), "{").unwrap();
            assert!(folder.read().unwrap_err().to_string().contains(file));
        }
    }

    #[test]
    fn the_folder_is_had_by_one_process_which_the_others_are_told_of() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("made/here");
        let first = StateFolder::take(&inner, "run").unwrap();
        let refused = StateFolder::take(&inner, "card serve").unwrap_err().to_string();
        assert!(refused.contains(&format!("(run, pid {})", std::process::id())), "{refused}");
        assert_eq!(read(&inner).unwrap(), State::default(), "whoever only looks is not kept out");
        first.release();
        StateFolder::take(&inner, "card serve").unwrap();
    }
}
