//! Public Medical Hub (PMH): certificates by PMH-ID. This system never sees a serial number of a card.
//!
//! - [`store`]: who is registered, and which linkage keys are burnt
//! - [`hash`]: ハッシュ値 of one certificate's content

pub mod hash;
pub mod store;

use std::sync::Arc;

use jiff::civil::Date;

use self::store::{Beneficiary, MedicalHubStore, Memory};
use super::error::StoreError;
use super::linkage::Opener;
use crate::clock;
use crate::message::subsidy::SubsidyCertificate;
use crate::people::Subsidy;
use crate::secret::{LinkageKey, PmhId};

/// Why PMH does not answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LinkageError {
    /// Not made by the eligibility system, or damaged.
    #[error("PMH連携キーを復号できません / the linkage key cannot be opened")]
    NotOurs,
    /// Used before; a key serves one inquiry.
    #[error("PMH連携キーは使用済みです / the linkage key was used before")]
    Burnt,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The hub of public medical subsidies.
pub struct MedicalHub {
    store: Arc<dyn MedicalHubStore>,
    opener: Opener,
}

impl MedicalHub {
    /// An empty hub that opens the keys sealed at the other end.
    pub fn new(opener: Opener) -> Self {
        Self { store: Arc::new(Memory::default()), opener }
    }

    /// Registers a beneficiary, or registers them anew.
    pub fn register(&self, beneficiary: Beneficiary) -> Result<(), StoreError> {
        self.store.put(beneficiary)
    }

    /// Takes a beneficiary out.
    pub fn remove(&self, pmh_id: &PmhId) -> Result<(), StoreError> {
        self.store.remove(pmh_id)
    }

    /// The certificates of whoever stands behind `key` that hold on `day` and may be shown, in the order of registration, each
    /// with its hash. The key is burnt, whatever is found.
    pub fn inquire(&self, key: &LinkageKey, day: Date) -> Result<Vec<SubsidyCertificate>, LinkageError> {
        let opened = self.opener.open(key).ok_or(LinkageError::NotOurs)?;
        if !self.store.burn(opened.inquiry)? {
            return Err(LinkageError::Burnt);
        }
        let found = self.store.beneficiary(&opened.pmh_id)?;
        Ok(found.iter().flat_map(|b| &b.subsidies).filter(|s| may_be_shown(s, day)).map(hashed).collect())
    }
}

/// 不開示 and other days end as "none registered" at the clinic (spec/pmh.md §5.3, §9).
fn may_be_shown(subsidy: &Subsidy, day: Date) -> bool {
    let day = clock::date8(day);
    let certificate = &subsidy.certificate;
    !subsidy.not_disclosed && certificate.valid_from <= day && day <= certificate.valid_to
}

fn hashed(subsidy: &Subsidy) -> SubsidyCertificate {
    SubsidyCertificate { hash: Some(hash::of(&subsidy.certificate)), ..subsidy.certificate.clone() }
}

#[cfg(test)]
mod tests;
