//! What the certificate authority keeps: the serial numbers that are revoked.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use crate::card::serial::SerialNumber;
use crate::hub::error::StoreError;

/// The list of revoked certificates. Calls block.
pub trait CertificateStore: Send + Sync {
    /// Is this serial number on the list?
    fn is_revoked(&self, serial: &SerialNumber) -> Result<bool, StoreError>;
    /// Puts it on the list or takes it off.
    fn set_revoked(&self, serial: &SerialNumber, revoked: bool) -> Result<(), StoreError>;
}

/// The list in memory.
#[derive(Default)]
pub struct Memory(RwLock<BTreeSet<SerialNumber>>);

impl CertificateStore for Memory {
    fn is_revoked(&self, serial: &SerialNumber) -> Result<bool, StoreError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).contains(serial))
    }

    fn set_revoked(&self, serial: &SerialNumber, revoked: bool) -> Result<(), StoreError> {
        let mut list = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match revoked {
            true => list.insert(serial.clone()),
            false => list.remove(serial),
        };
        Ok(())
    }
}
