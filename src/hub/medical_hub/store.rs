//! What PMH keeps: beneficiaries by PMH-ID, and which linkage keys are burnt.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::hub::error::StoreError;
use crate::people::Subsidy;
use crate::secret::{MyNumber, PmhId};

/// One registered person. PMH knows the 個人番号 (the municipality registers with it) and the PMH-ID, no card and no insurance.
#[derive(Debug, Clone)]
pub struct Beneficiary {
    /// The name under which the eligibility system asks.
    pub pmh_id: PmhId,
    /// 個人番号, where the municipality gave one.
    pub my_number: Option<MyNumber>,
    /// 受給者証, in the order of registration.
    pub subsidies: Vec<Subsidy>,
}

/// The store of PMH. Calls block.
pub trait MedicalHubStore: Send + Sync {
    /// The person behind a PMH-ID.
    fn beneficiary(&self, pmh_id: &PmhId) -> Result<Option<Arc<Beneficiary>>, StoreError>;
    /// Adds or replaces.
    fn put(&self, beneficiary: Beneficiary) -> Result<(), StoreError>;
    /// Removes.
    fn remove(&self, pmh_id: &PmhId) -> Result<(), StoreError>;
    /// Burns the key of this inquiry; false when it was burnt before.
    fn burn(&self, inquiry: u64) -> Result<bool, StoreError>;
}

/// How far inquiries may overtake each other. A key that is older counts as burnt, so that the list of burnt keys stays short.
pub const OVERTAKING: u64 = 4096;

/// The store in memory.
#[derive(Default)]
pub struct Memory(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    beneficiaries: BTreeMap<PmhId, Arc<Beneficiary>>,
    burnt: BTreeSet<u64>,
    newest: u64,
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MedicalHubStore for Memory {
    fn beneficiary(&self, pmh_id: &PmhId) -> Result<Option<Arc<Beneficiary>>, StoreError> {
        Ok(self.lock().beneficiaries.get(pmh_id).cloned())
    }

    fn put(&self, beneficiary: Beneficiary) -> Result<(), StoreError> {
        self.lock().beneficiaries.insert(beneficiary.pmh_id.clone(), Arc::new(beneficiary));
        Ok(())
    }

    fn remove(&self, pmh_id: &PmhId) -> Result<(), StoreError> {
        self.lock().beneficiaries.remove(pmh_id);
        Ok(())
    }

    fn burn(&self, inquiry: u64) -> Result<bool, StoreError> {
        let mut inner = self.lock();
        inner.newest = inner.newest.max(inquiry);
        let oldest = inner.newest.saturating_sub(OVERTAKING);
        if inquiry < oldest {
            return Ok(false);
        }
        inner.burnt = inner.burnt.split_off(&oldest);
        Ok(inner.burnt.insert(inquiry))
    }
}
