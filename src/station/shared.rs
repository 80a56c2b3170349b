//! The shared folders as another program uses them: a request put in, a file fetched. For programs that reach the station, not its disk.

use std::fs;
use std::path::{Path, PathBuf};

use super::Station;
use super::error::StationError;
use crate::folder::hand_in;

impl Station {
    /// Puts a request into `req` of terminal `number` (from 1) as a careful レセコン does ([`hand_in`]). Gives its path.
    ///
    /// # Errors
    /// No such terminal, a name that is none, or a folder that does not take it.
    pub fn put_request(&self, number: usize, name: &str, bytes: &[u8]) -> Result<PathBuf, StationError> {
        let terminal = self.terminals().iter().find(|terminal| terminal.number() == number).ok_or_else(|| {
            StationError::bad_value(
                "terminal",
                format!("端末 {number} はありません"),
                format!("there is no terminal {number}"),
            )
        })?;
        let plain = |c: char| !c.is_control() && !matches!(c, '/' | '\\' | ':');
        if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
            let en = "the name of a file, without a folder and without a dot in front".to_owned();
            return Err(StationError::bad_value("name", format!("「{name}」はファイル名ではありません"), en));
        }
        let req = &terminal.paths().req;
        hand_in(req, name, |beside| fs::write(beside, bytes))
            .map_err(|error| StationError::Outside { message: format!("{}: {error}", req.join(name).display()) })
    }

    /// Fetches a result for good, as a レセコン that deletes what it has read. Only what this station knows of can be fetched.
    ///
    /// # Errors
    /// Nothing of that path was seen, or it cannot be deleted.
    pub fn collect_file(&self, path: &str) -> Result<(), StationError> {
        if !self.files_since(0, usize::MAX).iter().any(|file| file.path == path) {
            let en = "no file of the shared folders that was seen".to_owned();
            return Err(StationError::bad_value(
                "path",
                format!("{path} は共有フォルダで見たファイルではありません"),
                en,
            ));
        }
        fs::remove_file(Path::new(path)).map_err(|error| StationError::Outside { message: format!("{path}: {error}") })
    }
}
