//! オンライン資格確認等システム: qualifications by the card's serial number and by insurance data. This system never sees a 個人番号.
//!
//! One question walks down this list:
//!
//! - [`visit`], [`query`], [`registration`], [`subsidy`]: the two halves of a visit, the requests of the folder, the PMH request of
//!   a face file; [`bulk`]: the same in thousands, by 受付番号; `care`: who belongs to a month or period
//! - [`inquiry`]: 薬剤・診療情報 and 特定健診情報, by the [`consent`] that was given at a reader
//! - [`standing`]: which questions the reader puts to the patient
//! - [`matching`]: insurance data → persons; [`validity`]: person and day → 資格有効性 and qualifications; [`ticket`]: 医療券
//! - [`steering`]: outcomes the operator asked for
//! - [`record`], [`key`]: a qualification becomes a record with its 資格確認キー
//! - [`insured`], [`store`], [`memory`]: what is kept

pub mod bulk;
mod care;
pub mod consent;
pub mod inquiry;
pub mod insured;
pub mod key;
pub mod matching;
pub mod memory;
mod names;
pub mod query;
pub mod record;
pub mod registration;
pub mod standing;
pub mod steering;
pub mod store;
pub mod subsidy;
pub mod ticket;
pub mod validity;
pub mod visit;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use jiff::civil::Date;

use self::insured::Insured;
use self::memory::Memory;
use self::store::EligibilityStore;
use super::certificates::Certificates;
use super::error::StoreError;
use super::linkage::Sealer;
use super::medical_hub::{LinkageError, MedicalHub};
use super::settings::Settings;
use crate::message::subsidy::SubsidyCertificate;
use crate::random::Seed;
use crate::secret::PmhId;

/// The eligibility system with its lines to the certificate service and to PMH.
pub struct Eligibility {
    store: Arc<dyn EligibilityStore>,
    certificates: Arc<Certificates>,
    pmh: Arc<MedicalHub>,
    sealer: Sealer,
    /// How many visits were opened: two stations may use one name for theirs.
    visits: AtomicU64,
    seed: Seed,
    settings: Settings,
}

impl Eligibility {
    /// A system that knows nobody yet.
    pub fn new(
        certificates: Arc<Certificates>,
        pmh: Arc<MedicalHub>,
        sealer: Sealer,
        seed: Seed,
        settings: Settings,
    ) -> Self {
        Self {
            store: Arc::new(Memory::default()),
            certificates,
            pmh,
            sealer,
            visits: AtomicU64::new(0),
            seed,
            settings,
        }
    }

    /// Adds a person, or replaces what was known of them.
    pub fn enrol(&self, insured: Insured) -> Result<(), StoreError> {
        self.store.put(insured)
    }

    /// Forgets a person.
    pub fn forget(&self, id: &str) -> Result<(), StoreError> {
        self.store.remove(id)
    }

    /// Joins this person with their PMH-ID (spec/pmh.md §4.2 step 2); nothing happens where they are not known.
    pub fn join(&self, id: &str, pmh_id: PmhId) -> Result<(), StoreError> {
        let Some(known) = self.store.by_id(id)? else { return Ok(()) };
        self.store.put(Insured { pmh_id: Some(pmh_id), ..(*known.insured).clone() })
    }

    /// Asks PMH with a linkage key of its own: made here, burnt there.
    fn ask_pmh(&self, pmh_id: &PmhId, day: Date) -> Result<Vec<SubsidyCertificate>, LinkageError> {
        self.pmh.inquire(&self.sealer.seal(pmh_id), day)
    }

    /// Does a record of this day carry its 資格確認キー?
    fn key_is_given(&self, day: Date) -> bool {
        self.settings.qualification_key_from.is_some_and(|from| from <= day)
    }
}

#[cfg(test)]
mod tests;
