//! 公的個人認証: what became of a certificate. This system knows serial numbers, keys and dates, and nobody's name.
//!
//! - [`store`]: the list of revoked serial numbers
//! - `inspect`: one certificate taken apart, its chain and the signature made with its key

mod inspect;
pub mod store;

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use self::inspect::Inspected;
use self::store::{CertificateStore, Memory};
use super::error::{HubError, StoreError};
use super::settings::Settings;
use crate::clock;
use crate::people::Person;
use crate::visit::{CertificateStatus, Evidence, Proof};

/// Serial number of a certificate, big-endian without leading zero bytes: one form for what a card gave and what a profile says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(Vec<u8>);

impl Serial {
    /// Takes the raw INTEGER bytes.
    pub fn new(raw: &[u8]) -> Self {
        Self(raw.iter().copied().skip_while(|byte| *byte == 0).collect())
    }
}

/// What was found about a certificate.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The key by which the eligibility system looks a person up.
    pub serial: Serial,
    /// May the visit go on?
    pub status: CertificateStatus,
    /// Last valid day, JST.
    pub valid_until: Date,
}

/// The certificate status service.
pub struct Certificates {
    store: Arc<dyn CertificateStore>,
    roots: Vec<Vec<u8>>,
    settings: Settings,
}

impl Certificates {
    /// A service that trusts `roots` (DER).
    pub fn new(roots: Vec<Vec<u8>>, settings: Settings) -> Self {
        Self { store: Arc::new(Memory::default()), roots, settings }
    }

    /// Notes a card that was issued: only whether its certificate is revoked.
    pub fn enrol(&self, person: &Person) -> Result<(), StoreError> {
        self.store.set_revoked(&Serial::new(&person.card.serial), person.card.revoked)
    }

    /// Forgets the card of a person who left.
    pub fn forget(&self, person: &Person) -> Result<(), StoreError> {
        self.store.set_revoked(&Serial::new(&person.card.serial), false)
    }

    /// Decides about the certificate of `evidence` at `time`. What stops a visit is looked at before what only marks it.
    pub fn check(&self, evidence: &Evidence, time: DateTime) -> Result<Finding, HubError> {
        let inspected = Inspected::of(&evidence.certificate)?;
        let valid_until = inspected.not_after.date();
        let status = if !proof_holds(&inspected, &evidence.proof) {
            CertificateStatus::ProofFailed
        } else if self.store.is_revoked(&inspected.serial)? {
            CertificateStatus::Revoked
        } else {
            match self.by_dates(&inspected, time) {
                Some(ended) if ended != CertificateStatus::RenewalDue => ended,
                _ if !inspected.issued_by(&self.roots) => CertificateStatus::ChainNotVerified,
                due => due.unwrap_or(CertificateStatus::Good),
            }
        };
        Ok(Finding { serial: inspected.serial, status, valid_until })
    }

    /// What the dates alone say; `None` = nothing worth saying.
    fn by_dates(&self, inspected: &Inspected, time: DateTime) -> Option<CertificateStatus> {
        let (day, last) = (time.date(), inspected.not_after.date());
        let notice_from = last.saturating_sub(self.settings.renewal_notice_months.months());
        let grace_until = last.saturating_add(self.settings.grace_months.months());
        if time < inspected.not_before {
            Some(CertificateStatus::NotYetValid)
        } else if time > inspected.not_after {
            Some(if day <= grace_until { CertificateStatus::Grace } else { CertificateStatus::Expired })
        } else {
            (day >= notice_from).then_some(CertificateStatus::RenewalDue)
        }
    }
}

/// A signature must verify; the other proofs claim nothing that could be checked (decisions.md §2).
fn proof_holds(inspected: &Inspected, proof: &Proof) -> bool {
    match proof {
        Proof::PinSignature { challenge, signature } => inspected.signed(challenge, signature),
        Proof::TestAuthority | Proof::None => true,
    }
}

/// A moment of a certificate in JST.
fn moment(seconds: i64) -> Result<DateTime, HubError> {
    clock::from_unix_seconds(seconds).ok_or_else(|| HubError::NotACertificate("validity out of range".to_owned()))
}
