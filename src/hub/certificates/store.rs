//! What the certificate authority keeps: the serial numbers that are revoked.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use super::Serial;
use crate::hub::error::StoreError;

/// The list of revoked certificates. Calls block.
pub trait CertificateStore: Send + Sync {
    /// Is this serial number on the list?
    fn is_revoked(&self, serial: &Serial) -> Result<bool, StoreError>;
    /// Puts it on the list or takes it off.
    fn set_revoked(&self, serial: &Serial, revoked: bool) -> Result<(), StoreError>;
}

/// The list in memory.
#[derive(Default)]
pub struct Memory(RwLock<BTreeSet<Serial>>);

impl CertificateStore for Memory {
    fn is_revoked(&self, serial: &Serial) -> Result<bool, StoreError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).contains(serial))
    }

    fn set_revoked(&self, serial: &Serial, revoked: bool) -> Result<(), StoreError> {
        let mut list = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match revoked {
            true => list.insert(serial.clone()),
            false => list.remove(serial),
        };
        Ok(())
    }
}
