//! 電子証明書の有効性確認: what became of a certificate. Signature, dates and chain are looked at here; whether it is revoked the
//! authority is asked, at each visit. This system knows serial numbers, keys and dates, and nobody's name.
//!
//! - [`roots`]: whose signatures are trusted

pub mod roots;

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use rsa::Pkcs1v15Sign;
use sha2::{Digest, Sha256};

pub use self::roots::{Issuer, Roots};
use super::error::HubError;
use super::jpki_authority::JpkiAuthority;
use super::settings::Settings;
use crate::authority::{Authority, Generation, Purpose, Status};
use crate::card::certificate::{Certificate, Validity};
use crate::card::serial::SerialNumber;
use crate::visit::{CertificateStatus, Evidence, Proof};
use crate::wire::AuthorityFault;

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
    authority: Arc<JpkiAuthority>,
    roots: Roots,
    settings: Settings,
}

impl Certificates {
    /// A service that trusts `roots` and asks `authority`.
    pub fn new(roots: Roots, authority: Arc<JpkiAuthority>, settings: Settings) -> Self {
        Self { authority, roots, settings }
    }

    /// Decides about the certificate of `evidence` at `time`. What stops a visit is looked at before what only marks it. `vouched`: an
    /// operator has said whose it is. Then a number that the authority never issued does not stop the visit, as an unknown issuer does
    /// not: it is marked (decisions.md §3).
    pub fn check(
        &self,
        evidence: &Evidence,
        time: DateTime,
        fault: Option<AuthorityFault>,
        vouched: bool,
    ) -> Result<Finding, HubError> {
        let certificate =
            Certificate::parse(&evidence.certificate).map_err(|error| HubError::NotACertificate(error.to_string()))?;
        let status = if !proof_holds(&certificate, &evidence.proof) {
            CertificateStatus::ProofFailed
        } else {
            match (self.ask(&certificate, time, fault, vouched)?, self.by_dates(&certificate, time)) {
                (Some(stopped), _) if !stopped.admits() => stopped,
                (_, Some(ended)) if ended != CertificateStatus::RenewalDue => ended,
                (Some(marked), _) => marked,
                (None, due) => due.unwrap_or(CertificateStatus::Good),
            }
        };
        Ok(Finding { valid_until: certificate.not_after.date(), serial: certificate.serial, status })
    }

    /// What the authority says; `None` = nothing against it. It is asked about certificates of its own only: of another issuer's, no
    /// more is known than whether an operator had the serial number revoked.
    fn ask(
        &self,
        certificate: &Certificate,
        time: DateTime,
        fault: Option<AuthorityFault>,
        vouched: bool,
    ) -> Result<Option<CertificateStatus>, HubError> {
        let issuer = self.roots.issuer_of(certificate);
        let generation = match &issuer {
            Issuer::Root(root) => generation_of(root),
            Issuer::Forged | Issuer::Unknown => None,
        };
        Ok(match (fault, self.authority.status(Purpose::Authentication, generation, &certificate.serial, time)?) {
            (Some(AuthorityFault::Unreachable), _) => Some(CertificateStatus::Unreachable),
            (Some(AuthorityFault::Revoked), _) | (_, Status::Revoked(_)) => Some(CertificateStatus::Revoked),
            _ if matches!(issuer, Issuer::Forged) => Some(CertificateStatus::ProofFailed),
            _ if matches!(issuer, Issuer::Unknown) => Some(CertificateStatus::ChainNotVerified),
            (None, Status::Unknown) if vouched => Some(CertificateStatus::ChainNotVerified),
            (Some(AuthorityFault::Unknown), _) | (_, Status::Unknown) => Some(CertificateStatus::Unknown),
            (None, Status::Good) => None,
        })
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

/// Of the test authority's own roots: which one this is.
fn generation_of(root: &Certificate) -> Option<Generation> {
    Authority::with_root_serial(Purpose::Authentication, root.serial.raw()).map(|authority| authority.generation())
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
