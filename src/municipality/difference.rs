//! What changed between two files of R6: new and changed rows as they are, and those that are gone as deleted. Of the earlier file only digests
//! are kept.

use std::collections::BTreeMap;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::history_key;
use crate::wire::registration::{Json, ReadError, rows};

/// 受給者証券面項目 of R6.
const FACE: &str = "certificationDetail";

/// What a file of yesterday held, by historyKey.
pub struct Before {
    digests: BTreeMap<String, [u8; 32]>,
}

impl Before {
    /// Reads yesterday's file.
    ///
    /// # Errors
    /// It is no array, or it broke off.
    pub fn read(source: impl Read) -> Result<Self, ReadError<io::Error>> {
        let mut digests = BTreeMap::new();
        rows(source, &mut |row| {
            if let Some(key) = history_key(row) {
                digests.insert(key.to_owned(), digest(row));
            }
            true
        })?;
        Ok(Self { digests })
    }

    /// Is this row new or changed? Whoever asks about a row has it counted as still there.
    pub fn changes(&mut self, row: &Json<'_>) -> bool {
        history_key(row).and_then(|key| self.digests.remove(key)) != Some(digest(row))
    }

    /// Is this row of yesterday's gone today? Asked when all of today's rows were.
    pub fn is_gone(&self, row: &Json<'_>) -> bool {
        history_key(row).is_some_and(|key| self.digests.contains_key(key))
    }
}

/// The same row as deleted.
pub fn deleted<'j>(row: &Json<'j>) -> Json<'j> {
    match row {
        Json::Object(entries) => Json::Object(
            entries
                .iter()
                .map(|(name, value)| {
                    let value = if name == "isDeleted" { Json::Bool(true) } else { value.clone() };
                    (name.clone(), value)
                })
                .collect(),
        ),
        other => other.clone(),
    }
}

fn digest(row: &Json<'_>) -> [u8; 32] {
    // A row that was read is text, numbers and lists, which always have a JSON form.
    Sha256::digest(serde_json::to_vec(&sorted(row)).unwrap_or_default()).into()
}

/// Whoever writes names in another order has changed nothing, but for 券面項目, which are shown in theirs.
fn sorted<'j>(value: &Json<'j>) -> Json<'j> {
    let Json::Object(entries) = value else { return value.clone() };
    let inner = |name: &str, value: &Json<'j>| if name == FACE { value.clone() } else { sorted(value) };
    let mut entries: Vec<_> = entries.iter().map(|(name, value)| (name.clone(), inner(name, value))).collect();
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    Json::Object(entries)
}
