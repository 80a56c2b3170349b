//! What is kept between runs with `--state DIR`: PIN counters, changed PINs, face misses.

use std::io;
use std::path::{Path, PathBuf};

use super::roster::Kept;
use crate::handwritten;

const FILE: &str = "cards.json";

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
}

/// Reads what was kept in `folder`; nothing yet is no mistake.
pub fn read(folder: &Path) -> Result<Kept, StateError> {
    let path = folder.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => handwritten::from_json(&path.display().to_string(), &text)
            .map_err(|mistake| StateError::Unusable(mistake.to_string())),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Kept::default()),
        Err(cause) => Err(StateError::Unusable(format!("{}: {cause}", path.display()))),
    }
}

/// Writes it whole: beside, then by rename.
pub fn write(folder: &Path, kept: &Kept) -> Result<(), StateError> {
    let unwritable = |cause| StateError::Unwritable { folder: folder.to_owned(), cause };
    let text = serde_json::to_string_pretty(kept).map_err(|e| unwritable(e.into()))?;
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let beside = folder.join(format!("{FILE}.new"));
    std::fs::write(&beside, text).map_err(unwritable)?;
    std::fs::rename(&beside, folder.join(FILE)).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::soft::CardState;

    #[test]
    fn what_was_kept_is_read_again_and_a_damaged_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()).unwrap(), Kept::default());
        let mut kept = Kept::default();
        let state: CardState = serde_json::from_str(r#"{ "authentication_tries": 2, "signature_tries": 5 }"#).unwrap();
        kept.cards.insert("taro".to_owned(), state);
        kept.face_misses.insert("taro".to_owned(), 4);
        write(dir.path(), &kept).unwrap();
        assert_eq!(read(dir.path()).unwrap(), kept);
        std::fs::write(dir.path().join(FILE), "{").unwrap();
        assert!(read(dir.path()).unwrap_err().to_string().contains(FILE));
    }
}
