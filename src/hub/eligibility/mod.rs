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
//! - [`insured`], [`store`], [`memory`]: what is kept; [`book`]: what insurers told when

pub mod book;
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

use jiff::civil::{Date, DateTime};

use self::insured::Insured;
use self::store::{Counted, EligibilityStore, Known};
use super::certificates::{Certificates, Finding};
use super::error::StoreError;
use super::intermediary::Intermediary;
use super::knobs::LINKING_AWAY;
use super::linkage::Sealer;
use super::maintenance;
use super::medical_hub::{LinkageError, MedicalHub};
use super::resident_register::ResidentRegister;
use super::settings::Settings;
use super::trail::Trail;
use crate::event::chain::{Carried, System};
use crate::knob::Knobs;
use crate::message::subsidy::SubsidyCertificate;
use crate::random::Seed;
use crate::secret::{LinkageKey, PmhId};

/// Whom the eligibility system asks.
pub struct Lines {
    /// Is a certificate valid?
    pub certificates: Arc<Certificates>,
    /// Which resident has it? J-LIS says so to the 中間サーバー.
    pub residents: Arc<ResidentRegister>,
    /// Who of the insured is that?
    pub intermediary: Arc<Intermediary>,
    /// Which 受給者証 do they have?
    pub pmh: Arc<MedicalHub>,
    /// Which of them are away.
    pub knobs: Knobs,
}

/// The eligibility system with its lines to the others.
pub struct Eligibility {
    store: Arc<dyn EligibilityStore>,
    lines: Lines,
    sealer: Sealer,
    seed: Seed,
    settings: Settings,
}

impl Eligibility {
    /// A system that knows nobody yet.
    pub fn new(store: Arc<dyn EligibilityStore>, lines: Lines, sealer: Sealer, seed: Seed, settings: Settings) -> Self {
        Self { store, lines, sealer, seed, settings }
    }

    /// Adds a person, or replaces what was known of them.
    pub fn enrol(&self, insured: Insured) -> Result<(), StoreError> {
        self.store.put(insured)
    }

    /// Forgets a person.
    pub fn forget(&self, id: &str) -> Result<(), StoreError> {
        self.store.remove(id)
    }

    /// Who has this certificate. The first use of a card goes by J-LIS and the 中間サーバー (spec/pmh.md §4.1, sources: the figure of the
    /// qualification check); afterwards its serial number is known, and only its validity is asked for.
    fn whose_certificate(&self, finding: &Finding, now: DateTime, trail: &Trail) -> Result<Option<Known>, StoreError> {
        let known = self.store.by_certificate(finding)?;
        if known.is_some() {
            trail.arrow(System::Eligibility, System::Eligibility, [Carried::Serial, Carried::LinkingNumber]);
        }
        if known.is_some() || !finding.status.admits() {
            return Ok(known);
        }
        if let Some(until) = maintenance::stopped_until(&self.settings, now) {
            let told = [Carried::Serial, Carried::Stopped { until }];
            trail.arrow(System::Eligibility, System::Eligibility, told);
            return Ok(None);
        }
        if self.lines.knobs.comes_up(&LINKING_AWAY, &[]) {
            trail.arrow(System::Eligibility, System::ResidentRegister, [Carried::Serial]);
            trail.arrow(System::ResidentRegister, System::Eligibility, [Carried::Failure]);
            return Ok(None);
        }
        let Some(code) = self.lines.residents.code_of_certificate(&finding.serial, trail) else { return Ok(None) };
        let Some(linking_number) = self.lines.intermediary.linking_number(code, trail)? else { return Ok(None) };
        self.store.join(&finding.serial, &linking_number)?;
        trail.arrow(System::Eligibility, System::Eligibility, [Carried::Serial, Carried::LinkingNumber]);
        self.store.by_certificate(finding)
    }

    /// The PMH-ID that this system knows of them at `now`; a person may be registered at PMH and not be linked yet.
    fn pmh_id(&self, insured: &Insured, now: DateTime, trail: &Trail) -> Result<Option<PmhId>, StoreError> {
        let Some(link) = self.store.link(&insured.linking_number)? else { return Ok(None) };
        if link.from <= now {
            trail.arrow(System::Eligibility, System::Eligibility, [Carried::LinkingNumber, Carried::PmhId]);
            return Ok(Some(link.pmh_id));
        }
        trail.arrow(System::Eligibility, System::Eligibility, [Carried::NotLinkedBefore { time: link.from }]);
        Ok(None)
    }

    /// Asks PMH with a linkage key of its own: made here, burnt there.
    fn ask_pmh(&self, pmh_id: &PmhId, day: Date, trail: &Trail) -> Result<Vec<SubsidyCertificate>, LinkageError> {
        let key = self.sealer.seal(pmh_id, self.store.next(Counted::Inquiry)?);
        self.ask_pmh_with(&key, day, trail)
    }

    fn ask_pmh_with(
        &self,
        key: &LinkageKey,
        day: Date,
        trail: &Trail,
    ) -> Result<Vec<SubsidyCertificate>, LinkageError> {
        trail.arrow(System::Eligibility, System::Pmh, [Carried::LinkageKey]);
        let answer = self.lines.pmh.inquire(key, day);
        let carried = answer.as_ref().map_or(Carried::Failure, |found| Carried::Certificates { count: found.len() });
        trail.arrow(System::Pmh, System::Eligibility, [carried]);
        answer
    }

    /// Does a record of this day carry its 資格確認キー?
    fn key_is_given(&self, day: Date) -> bool {
        self.settings.qualification_key_from.is_some_and(|from| from <= day)
    }
}

#[cfg(test)]
mod tests;
