//! The list of revoked certificates (CRL, RFC 5280 §5), complete and without a distribution point of its own, so that it
//! holds for every certificate of its authority.

use rsa::RsaPrivateKey;

use super::der::{enumerated, integer, sequence, time, unsigned};
use super::parts::{algorithm, authority_key, ce, extension, issuer_name, root_key_name, signed};
use super::revocation::{Period, Reason, Revocation};
use super::{Authority, Purpose, pool};
use crate::authority::der::context;

/// What stands on a list.
#[derive(Debug, Clone)]
pub struct CrlContent {
    /// From when, until when.
    pub period: Period,
    /// CRLNumber: a later list has a higher one.
    pub number: u128,
    /// Content of each serial's INTEGER, and what happened.
    pub revoked: Vec<(Vec<u8>, Revocation)>,
}

impl Authority {
    /// The list as DER, signed by the root.
    pub fn crl(&self, purpose: Purpose, content: &CrlContent) -> Vec<u8> {
        let key = pool::key(&root_key_name(self.generation, purpose));
        list(issuer_name(purpose), authority_key(self.generation, purpose, &key.to_public_key()), &key, content)
    }
}

/// The list of the issuer of this name, which `authority_key` (the extension) and `key` are of.
pub(super) fn list(issuer: Vec<u8>, authority_key: Vec<u8>, key: &RsaPrivateKey, content: &CrlContent) -> Vec<u8> {
    const V2: [u8; 1] = [1];
    let entries: Vec<_> = content.revoked.iter().map(|(serial, revocation)| entry(serial, *revocation)).collect();
    let extensions = [authority_key, extension(ce::CRL_NUMBER, false, &unsigned(&content.number.to_be_bytes()))];
    let mut parts =
        vec![integer(&V2), algorithm(), issuer, time(content.period.this_update), time(content.period.next_update)];
    // An empty list is left out, not written empty (RFC 5280 §5.1.2.6).
    if !entries.is_empty() {
        parts.push(sequence(&entries));
    }
    parts.push(context(0, &sequence(&extensions)));
    signed(sequence(&parts), key)
}

fn entry(serial: &[u8], revocation: Revocation) -> Vec<u8> {
    let mut parts = vec![integer(serial), time(revocation.at)];
    // Unspecified is said by saying nothing (RFC 5280 §5.3.1).
    if revocation.reason != Reason::Unspecified {
        let code = extension(ce::REASON_CODE, false, &enumerated(revocation.reason.code()));
        parts.push(sequence(&[code]));
    }
    sequence(&parts)
}
