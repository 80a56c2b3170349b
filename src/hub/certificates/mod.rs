//! 公的個人認証: what became of a certificate. This system knows serial numbers, keys and dates, and nobody's name.
//!
//! - [`roots`]: whose signatures are trusted
//! - [`store`]: the list of revoked serial numbers

pub mod roots;
pub mod store;

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use rsa::Pkcs1v15Sign;
use sha2::{Digest, Sha256};

pub use self::roots::Roots;
use self::store::{CertificateStore, Memory};
use super::error::{HubError, StoreError};
use super::settings::Settings;
use crate::card::certificate::{Certificate, Validity};
use crate::card::chain::verify_chain;
use crate::card::serial::SerialNumber;
use crate::people::Person;
use crate::visit::{CertificateStatus, Evidence, Proof};

/// What was found about a certificate.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The key by which the eligibility system looks a person up.
    pub serial: SerialNumber,
    /// May the visit go on?
    pub status: CertificateStatus,
    /// Last valid day, JST.
    pub valid_until: Date,
}

/// The certificate status service.
pub struct Certificates {
    store: Arc<dyn CertificateStore>,
    roots: Roots,
    settings: Settings,
}

impl Certificates {
    /// A service that trusts `roots`.
    pub fn new(roots: Roots, settings: Settings) -> Self {
        Self { store: Arc::new(Memory::default()), roots, settings }
    }

    /// Notes a card that was issued: only whether its certificate is revoked.
    pub fn enrol(&self, person: &Person) -> Result<(), StoreError> {
        self.store.set_revoked(&SerialNumber::from_integer(&person.card.serial), person.card.revoked)
    }

    /// Forgets the card of a person who left.
    pub fn forget(&self, person: &Person) -> Result<(), StoreError> {
        self.store.set_revoked(&SerialNumber::from_integer(&person.card.serial), false)
    }

    /// Decides about the certificate of `evidence` at `time`. What stops a visit is looked at before what only marks it.
    pub fn check(&self, evidence: &Evidence, time: DateTime) -> Result<Finding, HubError> {
        let certificate =
            Certificate::parse(&evidence.certificate).map_err(|error| HubError::NotACertificate(error.to_string()))?;
        let status = if !proof_holds(&certificate, &evidence.proof) {
            CertificateStatus::ProofFailed
        } else if self.store.is_revoked(&certificate.serial)? {
            CertificateStatus::Revoked
        } else {
            match self.by_dates(&certificate, time) {
                Some(ended) if ended != CertificateStatus::RenewalDue => ended,
                _ if !verify_chain(&certificate, self.roots.get()).is_verified() => CertificateStatus::ChainNotVerified,
                due => due.unwrap_or(CertificateStatus::Good),
            }
        };
        Ok(Finding { valid_until: certificate.not_after.date(), serial: certificate.serial, status })
    }

    /// What the dates alone say; `None` = nothing worth saying.
    fn by_dates(&self, certificate: &Certificate, time: DateTime) -> Option<CertificateStatus> {
        let (day, last) = (time.date(), certificate.not_after.date());
        let notice_from = last.saturating_sub(self.settings.renewal_notice_months.months());
        let grace_until = last.saturating_add(self.settings.grace_months.months());
        match certificate.validity_at(time) {
            Validity::NotYetValid => Some(CertificateStatus::NotYetValid),
            Validity::Expired if day <= grace_until => Some(CertificateStatus::Grace),
            Validity::Expired => Some(CertificateStatus::Expired),
            Validity::Valid => (day >= notice_from).then_some(CertificateStatus::RenewalDue),
        }
    }
}

/// A signature must verify; the other proofs claim nothing that could be checked (decisions.md §2).
fn proof_holds(certificate: &Certificate, proof: &Proof) -> bool {
    match proof {
        Proof::PinSignature { challenge, signature } => {
            let digest = Sha256::digest(challenge);
            certificate.public_key.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, signature).is_ok()
        }
        Proof::TestAuthority | Proof::None => true,
    }
}
