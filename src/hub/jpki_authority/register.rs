//! The register: which serial numbers were issued, and which of them are revoked.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use jiff::civil::DateTime;

use crate::authority::{Generation, Purpose, Revocation, Status};
use crate::card::serial::SerialNumber;
use crate::hub::error::StoreError;

/// One issued certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Generation of the authority that issued it.
    pub generation: Generation,
    /// Revoked, since when and why.
    pub revocation: Option<Revocation>,
}

impl Entry {
    /// Good, or revoked by `time`.
    pub fn status_at(&self, time: DateTime) -> Status {
        self.revocation.filter(|revocation| revocation.at <= time).map_or(Status::Good, Status::Revoked)
    }
}

/// The register. A certificate that is on it stays on it. Calls block.
pub trait Register: Send + Sync {
    /// Notes a certificate, or what became of it.
    fn put(&self, purpose: Purpose, serial: SerialNumber, entry: Entry) -> Result<(), StoreError>;
    /// What is noted of this serial number; `None`: never issued.
    fn get(&self, purpose: Purpose, serial: &SerialNumber) -> Result<Option<Entry>, StoreError>;
    /// Everything with a revocation, by serial number, and how often the register has changed.
    fn revoked(&self, purpose: Purpose) -> Result<(u64, Vec<(SerialNumber, Entry)>), StoreError>;
}

/// The register in memory.
#[derive(Default)]
pub struct Memory(RwLock<Inner>);

#[derive(Default)]
struct Inner {
    revision: u64,
    issued: BTreeMap<(Purpose, SerialNumber), Entry>,
}

impl Register for Memory {
    fn put(&self, purpose: Purpose, serial: SerialNumber, entry: Entry) -> Result<(), StoreError> {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if inner.issued.insert((purpose, serial), entry) != Some(entry) {
            inner.revision += 1;
        }
        Ok(())
    }

    fn get(&self, purpose: Purpose, serial: &SerialNumber) -> Result<Option<Entry>, StoreError> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(inner.issued.get(&(purpose, serial.clone())).copied())
    }

    fn revoked(&self, purpose: Purpose) -> Result<(u64, Vec<(SerialNumber, Entry)>), StoreError> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let entries = inner.issued.iter().filter(|((of, _), entry)| *of == purpose && entry.revocation.is_some());
        Ok((inner.revision, entries.map(|((_, serial), entry)| (serial.clone(), *entry)).collect()))
    }
}
