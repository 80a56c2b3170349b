//! Public Medical Hub (PMH): certificates by PMH-ID. This system never sees a serial number of a card.
//!
//! - [`store`]: who is registered, and which linkage keys are burnt; [`memory`]: in this process, `hub::sqlite`: in a file
//! - [`registration`]: what municipalities send
//! - [`knobs`]: what an operator may ask of it
//! - [`hash`]: ハッシュ値 of one certificate's content

pub mod hash;
pub mod knobs;
pub mod memory;
pub mod registration;
pub mod store;

use std::io::Read;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};

use self::knobs::KEY_USED;
use self::registration::receive::Registrar;
use self::registration::{Municipality, NotRegistered, Sent};
use self::store::{Beneficiary, MedicalHubStore};
use super::error::StoreError;
use super::linkage::Opener;
use super::settings::Settings;
use crate::clock;
use crate::hub::knobs::PMH_AWAY;
use crate::knob::Knobs;
use crate::message::subsidy::SubsidyCertificate;
use crate::people::Subsidy;
use crate::random::Seed;
use crate::secret::{LinkageKey, MyNumber, PmhId};
use crate::wire::registration::{Receipt, Row};

/// Why PMH does not answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LinkageError {
    /// Not made by the eligibility system, or damaged.
    #[error("PMH連携キーを復号できません / the linkage key cannot be opened")]
    NotOurs,
    /// Used before; a key serves one inquiry.
    #[error("PMH連携キーは使用済みです / the linkage key was used before")]
    Burnt,
    /// The operator took it away.
    #[error("PMHに接続できません / PMH cannot be reached")]
    Away,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The hub of public medical subsidies.
pub struct MedicalHub {
    store: Arc<dyn MedicalHubStore>,
    opener: Opener,
    registrar: Registrar,
    knobs: Knobs,
    /// Rows of a later day reach a clinic already ([`Settings::future_subsidies`]).
    future: bool,
}

impl MedicalHub {
    /// A hub over `store`, which opens the keys sealed at the other end.
    pub fn new(store: Arc<dyn MedicalHubStore>, opener: Opener, seed: Seed, knobs: Knobs, settings: Settings) -> Self {
        let registrar = Registrar::new(seed, knobs.clone());
        Self { store, opener, registrar, knobs, future: settings.future_subsidies }
    }

    /// Registers a beneficiary, or registers them anew.
    pub fn register(&self, beneficiary: Beneficiary) -> Result<(), StoreError> {
        self.store.put(beneficiary)
    }

    /// Takes a beneficiary out.
    pub fn remove(&self, pmh_id: &PmhId) -> Result<(), StoreError> {
        self.store.remove(pmh_id)
    }

    /// Registers what a municipality sent, all of it or nothing.
    pub fn receive(&self, from: &Municipality, sent: Sent<impl Read>) -> Result<Receipt, NotRegistered> {
        match self.knobs.comes_up(&PMH_AWAY, &[&from.code]) {
            true => Err(NotRegistered::Maintenance),
            false => self.registrar.register(&*self.store, from, sent),
        }
    }

    /// What became of a registration of this municipality.
    pub fn receipt(&self, of: &Municipality, serial: &str) -> Result<Option<Arc<Receipt>>, StoreError> {
        self.store.receipt(&of.code, serial)
    }

    /// Has 付番 done for whoever a municipality registered and who has no PMH-ID yet, a run that ended half-way included. `number` is
    /// 中間サーバー: a PMH-ID for each 個人番号, in their order, asked for at that time.
    pub fn have_numbered(
        &self,
        number: impl Fn(&[MyNumber], DateTime) -> Result<Vec<PmhId>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut numbering = self.store.numbering();
        let mut after = 0;
        while let Some(waiting) = self.store.waiting(after)? {
            after = waiting.run;
            let pmh_ids = number(&waiting.people, waiting.since)?;
            numbering.put(waiting, pmh_ids)?;
        }
        numbering.commit()
    }

    /// Keeps the PMH-ID that 中間サーバー gave for this 個人番号.
    pub fn register_number(&self, my_number: &MyNumber, pmh_id: PmhId) -> Result<(), StoreError> {
        self.store.put(Beneficiary { pmh_id, my_number: Some(my_number.clone()), subsidies: Vec::new() })
    }

    /// Did a municipality register anything for this person?
    pub fn is_registered(&self, my_number: &MyNumber) -> Result<bool, StoreError> {
        self.store.is_registered(my_number)
    }

    /// Burns `key` before its inquiry, where an operator wants one that served before.
    pub fn use_up(&self, key: &LinkageKey) -> Result<(), StoreError> {
        if let Some(opened) = self.opener.open(key)
            && self.knobs.comes_up(&KEY_USED, &[])
        {
            self.store.burn(opened.inquiry)?;
        }
        Ok(())
    }

    /// The certificates of whoever stands behind `key` that hold on `day` and may be shown, in the order of registration, each
    /// with its hash. The key is burnt, whatever is found.
    pub fn inquire(&self, key: &LinkageKey, day: Date) -> Result<Vec<SubsidyCertificate>, LinkageError> {
        if self.knobs.comes_up(&PMH_AWAY, &[]) {
            return Err(LinkageError::Away);
        }
        let opened = self.opener.open(key).ok_or(LinkageError::NotOurs)?;
        if !self.store.burn(opened.inquiry)? {
            return Err(LinkageError::Burnt);
        }
        let Some(found) = self.store.beneficiary(&opened.pmh_id)? else { return Ok(Vec::new()) };
        let registered = found.my_number.as_ref().map(|number| self.store.registered(number)).transpose()?;
        let of_profile = found.subsidies.iter().map(Known::from);
        let of_municipalities = registered.iter().flatten().map(Known::from);
        let shown = of_profile.chain(of_municipalities).filter(|known| self.may_be_shown(known, day));
        Ok(shown.map(|known| hashed(known.certificate)).collect())
    }

    /// 不開示 and other days end as "none registered" at the clinic (spec/pmh.md §5.3, §9).
    fn may_be_shown(&self, known: &Known<'_>, day: Date) -> bool {
        let day = clock::date8(day);
        let has_begun = self.future || known.certificate.valid_from <= day;
        !known.not_disclosed && has_begun && day <= known.certificate.valid_to
    }
}

/// A certificate, wherever it came from.
struct Known<'c> {
    certificate: &'c SubsidyCertificate,
    not_disclosed: bool,
}

impl<'c> From<&'c Subsidy> for Known<'c> {
    fn from(subsidy: &'c Subsidy) -> Self {
        Self { certificate: &subsidy.certificate, not_disclosed: subsidy.not_disclosed }
    }
}

impl<'c> From<&'c Row> for Known<'c> {
    fn from(row: &'c Row) -> Self {
        Self { certificate: &row.certificate, not_disclosed: row.not_disclosed }
    }
}

fn hashed(certificate: &SubsidyCertificate) -> SubsidyCertificate {
    SubsidyCertificate { hash: Some(hash::of(certificate)), ..certificate.clone() }
}

#[cfg(test)]
mod tests;
