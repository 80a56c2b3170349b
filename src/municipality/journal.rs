//! How far the registration of a file came, kept beside it, so that a job that was interrupted goes on where it was, and one that is done is not
//! done twice by mistake. Holds no person's data.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::folder::hand_in::write_whole;
use crate::wire::registration::Generation;

/// The journal of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// SHA-256 of the file: another content is another job.
    pub content: String,
    /// Where it was sent to.
    pub hub: String,
    /// In which generation.
    pub generation: Generation,
    /// What was registered, in the order of the file.
    pub registered: Vec<Batch>,
    /// Is all of it?
    pub done: bool,
}

/// Rows that were registered together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// How many.
    pub rows: u64,
    /// 処理通番
    pub serial_number: String,
}

impl Journal {
    /// The journal at `path`; none where there is none, or none that can be read: the job then begins anew, which is safe.
    pub fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Writes it whole.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_whole(path, serde_json::to_vec_pretty(self)?)
    }

    /// How many rows need not be sent again.
    pub fn rows(&self) -> u64 {
        self.registered.iter().map(|batch| batch.rows).sum()
    }
}
