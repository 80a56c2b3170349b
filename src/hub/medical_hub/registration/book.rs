//! The rows of one municipality, in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::packed::Packed;
use crate::secret::MyNumber;
use crate::wire::registration::Row;
use crate::wire::registration::receipt::Changes;

/// What makes two rows the same: the historyKey, else the identity of the certificate. A digest, so that no 個人番号 is kept twice;
/// half of a SHA-256, of which two are never met equal by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RowKey([u8; KEY_BYTES]);

/// Bytes of a key.
pub const KEY_BYTES: usize = 16;

impl RowKey {
    /// The key of a row of a full set, or of differences.
    pub fn of(row: &Row) -> Self {
        match &row.history_key {
            Some(key) => Self::digest("history", &[key]),
            None => Self::digest("certificate", &row.identity()),
        }
    }

    fn digest(kind: &str, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(kind.as_bytes());
        for part in parts {
            // Length first: two parts do not run into each other.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut key = [0; KEY_BYTES];
        key.iter_mut().zip(digest).for_each(|(into, byte)| *into = byte);
        Self(key)
    }

    /// What a store kept.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes, for a store.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A row as this book keeps it.
#[derive(Debug, PartialEq, Eq)]
pub struct Kept {
    /// Whose it is.
    pub my_number: MyNumber,
    /// The rest of it.
    pub packed: Packed,
}

impl Kept {
    /// The row in its compact form.
    pub fn of(row: &Row) -> Self {
        Self { my_number: row.my_number.clone(), packed: Packed::of(row) }
    }
}

/// A municipality's rows by key, and by person in the order in which they came.
#[derive(Debug, Default)]
pub struct Book {
    rows: HashMap<RowKey, Arc<Kept>>,
    of_person: BTreeMap<MyNumber, Vec<RowKey>>,
}

impl Book {
    /// Adds a row or puts it in the place of the one with its key, which is given back.
    pub fn put(&mut self, key: RowKey, row: Arc<Kept>) -> Option<Arc<Kept>> {
        let before = self.rows.insert(key, row.clone());
        let moved = before.as_ref().is_none_or(|before| before.my_number != row.my_number);
        if moved {
            if let Some(before) = &before {
                self.unlist(key, &before.my_number);
            }
            // Most people have one: a list that grows by itself would begin with four.
            self.of_person.entry(row.my_number.clone()).or_insert_with(|| Vec::with_capacity(1)).push(key);
        }
        before
    }

    /// Takes a row out.
    pub fn remove(&mut self, key: RowKey) -> Option<Arc<Kept>> {
        let row = self.rows.remove(&key)?;
        self.unlist(key, &row.my_number);
        Some(row)
    }

    fn unlist(&mut self, key: RowKey, of: &MyNumber) {
        if let Some(keys) = self.of_person.get_mut(of) {
            keys.retain(|known| *known != key);
            if keys.is_empty() {
                self.of_person.remove(of);
            }
        }
    }

    /// A person's rows, in the order in which they came.
    pub fn of(&self, my_number: &MyNumber) -> impl Iterator<Item = &Arc<Kept>> {
        self.of_person.get(my_number).into_iter().flatten().filter_map(|key| self.rows.get(key))
    }

    /// Whoever has rows.
    pub fn people(&self) -> impl Iterator<Item = &MyNumber> {
        self.of_person.keys()
    }

    /// The row of this key.
    pub fn get(&self, key: RowKey) -> Option<Arc<Kept>> {
        self.rows.get(&key).cloned()
    }

    /// Has this person rows?
    pub fn knows(&self, my_number: &MyNumber) -> bool {
        self.of_person.contains_key(my_number)
    }

    /// What changes when this book takes the place of `before`.
    pub fn changes_from(&self, before: &Self) -> Changes {
        let kept = self.rows.keys().filter(|key| before.rows.contains_key(key)).count() as u64;
        Changes { added: self.rows.len() as u64 - kept, kept, ended: before.rows.len() as u64 - kept }
    }
}
