//! An OCSP answer (RFC 6960 §4.2), signed by the delegated responder of the authority; refusals carry no signature.

use jiff::civil::DateTime;
use sha1::{Digest, Sha1};

use super::request::{CertificateId, OcspRequest};
use crate::authority::der::{context, context_primitive, enumerated, generalized_time, octets, oid, sequence};
use crate::authority::parts::{algorithm, extension_of, key_bytes, root_key_name, signature};
use crate::authority::revocation::{Period, Reason, Status};
use crate::authority::{Authority, Purpose, pool, profile};

const BASIC: [u128; 10] = [1, 3, 6, 1, 5, 5, 7, 48, 1, 1];
const NONCE: [u128; 10] = [1, 3, 6, 1, 5, 5, 7, 48, 1, 2];

/// An answer without a signature (OCSPResponseStatus).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Refusal {
    /// malformedRequest: not an OCSP request.
    Malformed = 1,
    /// internalError: the register cannot be read.
    Internal = 2,
    /// tryLater
    TryLater = 3,
    /// unauthorized: not about certificates of ours.
    Unauthorized = 6,
}

impl Refusal {
    /// The whole OCSPResponse.
    pub fn der(self) -> Vec<u8> {
        sequence(&[enumerated(self as u8)])
    }
}

/// Who signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signer {
    /// The responder that the root delegated.
    #[default]
    Delegated,
    /// One that calls itself the same and whose certificate the root did not sign.
    Impostor,
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct OcspAnswer {
    /// One for each certificate of the request, in its order.
    pub statuses: Vec<Status>,
    /// When the answer was made, JST.
    pub produced_at: DateTime,
    /// From when, until when it may be relied on.
    pub period: Period,
    /// Who signs it.
    pub signer: Signer,
}

impl Authority {
    /// The whole OCSPResponse to `request`, with the responder's certificate in it.
    pub fn ocsp_response(&self, purpose: Purpose, request: &OcspRequest, answer: &OcspAnswer) -> Vec<u8> {
        let root = root_key_name(self.generation, purpose);
        // The impostor vouches for itself, under the names of the real one.
        let (name, voucher) = match answer.signer {
            Signer::Delegated => (format!("{root}/responder"), root),
            Signer::Impostor => ("authority/impostor".to_owned(), "authority/impostor".to_owned()),
        };
        let key = pool::key(&name);
        let public = key.to_public_key();
        let certificate = profile::responder(self.generation, purpose, &public, &pool::key(&voucher));
        let responses: Vec<_> = request
            .certificates
            .iter()
            .zip(&answer.statuses)
            .map(|(id, status)| single(id, *status, answer.period))
            .collect();
        // byKey is SHA-1 by definition (RFC 6960 §4.2.2.3).
        let responder = context(2, &octets(&Sha1::digest(key_bytes(&public))));
        let mut parts = vec![responder, generalized_time(answer.produced_at), sequence(&responses)];
        if let Some(nonce) = &request.nonce {
            parts.push(context(1, &sequence(&[extension_of(&NONCE, false, nonce)])));
        }
        let body = sequence(&parts);
        let signed = signature(&body, &key);
        let basic = sequence(&[body, algorithm(), signed, context(0, &sequence(&[certificate]))]);
        let bytes = sequence(&[oid(&BASIC), octets(&basic)]);
        sequence(&[enumerated(0), context(0, &bytes)])
    }
}

fn single(id: &CertificateId, status: Status, period: Period) -> Vec<u8> {
    let status = match status {
        Status::Good => context_primitive(0, &[]),
        Status::Revoked(revocation) => {
            let mut info = generalized_time(revocation.at);
            if revocation.reason != Reason::Unspecified {
                info.extend(context(0, &enumerated(revocation.reason.code())));
            }
            context(1, &info)
        }
        Status::Unknown => context_primitive(2, &[]),
    };
    let next = context(0, &generalized_time(period.next_update));
    sequence(&[id.der.clone(), status, generalized_time(period.this_update), next])
}
