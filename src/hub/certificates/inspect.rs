//! One certificate taken apart: the only place of the hub that reads DER.

use jiff::civil::DateTime;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::DecodePublicKey;
use rsa::signature::Verifier;
use rsa::{RsaPublicKey, sha2::Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Serial, moment};
use crate::hub::error::HubError;

/// What the hub reads from a certificate.
pub(super) struct Inspected {
    pub serial: Serial,
    pub not_before: DateTime,
    /// The last valid second, JST.
    pub not_after: DateTime,
    key: Option<RsaPublicKey>,
    tbs: Vec<u8>,
    signature: Vec<u8>,
}

impl Inspected {
    /// Reads the DER of a certificate; what follows it is refused.
    pub fn of(der: &[u8]) -> Result<Self, HubError> {
        let (rest, certificate) =
            X509Certificate::from_der(der).map_err(|error| HubError::NotACertificate(error.to_string()))?;
        if !rest.is_empty() {
            return Err(HubError::NotACertificate(format!("{} bytes after its end", rest.len())));
        }
        let validity = certificate.validity();
        Ok(Self {
            serial: Serial::new(certificate.raw_serial()),
            not_before: moment(validity.not_before.timestamp())?,
            not_after: moment(validity.not_after.timestamp())?,
            key: RsaPublicKey::from_public_key_der(certificate.public_key().raw).ok(),
            tbs: certificate.tbs_certificate.as_ref().to_vec(),
            signature: certificate.signature_value.data.to_vec(),
        })
    }

    /// Did one of these roots sign it? The roots of several generations share one name, so only the signature decides.
    pub fn issued_by(&self, roots: &[Vec<u8>]) -> bool {
        roots.iter().filter_map(|root| Self::of(root).ok()).any(|root| root.signed(&self.tbs, &self.signature))
    }

    /// Was `signature` made over `message` with this certificate's key (SHA-256, PKCS#1 v1.5)?
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let (Some(key), Ok(signature)) = (self.key.clone(), Signature::try_from(signature)) else { return false };
        VerifyingKey::<Sha256>::new(key).verify(message, &signature).is_ok()
    }
}
