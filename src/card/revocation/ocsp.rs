//! One OCSP question and what comes back (RFC 6960). Everything in an answer is hostile until its signature has been checked.

use jiff::civil::DateTime;
use sha1::{Digest as _, Sha1};

use super::{Standing, Unreliable, in_time, reason};
use crate::card::certificate::{Certificate, Validity};
use crate::card::chain::{has_signed, is_signed_by};
use crate::card::tlv::{TlvError, take, write};
use crate::clock;

const BIT_STRING: u16 = 0x03;
const OCTETS: u16 = 0x04;
const OID: u16 = 0x06;
const ENUMERATED: u16 = 0x0A;
const TIME: u16 = 0x18;
const SEQUENCE: u16 = 0x30;
/// `[0]` … `[2]`, constructed.
const CONTEXT: [u16; 3] = [0xA0, 0xA1, 0xA2];
/// CertStatus: good `[0]`, revoked `[1]`, unknown `[2]`.
const STATUS: [u16; 3] = [0x80, 0xA1, 0x82];

/// sha-1 as AlgorithmIdentifier. It names the issuer here and protects nothing: every responder knows it (RFC 6960 §4.3).
const SHA_1: [u8; 11] = [0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00];
/// Content of id-pkix-ocsp-basic.
const BASIC: [u8; 9] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
/// Content of id-pkix-ocsp-nonce.
const NONCE: [u8; 9] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];

/// A question about one certificate.
pub struct Question {
    /// CertID, DER.
    id: Vec<u8>,
    /// The nonce extension's value, DER.
    nonce: Vec<u8>,
}

impl Question {
    /// About `certificate`, which `issuer` has signed.
    pub fn about(certificate: &Certificate, issuer: &Certificate, nonce: [u8; 16]) -> Self {
        let id = [
            SHA_1.to_vec(),
            write(OCTETS, &Sha1::digest(&issuer.subject_der)),
            write(OCTETS, &Sha1::digest(&issuer.key_bits)),
            write(0x02, certificate.serial.raw()),
        ];
        Self { id: write(SEQUENCE, &id.concat()), nonce: write(OCTETS, &nonce) }
    }

    /// OCSPRequest.
    pub fn der(&self) -> Vec<u8> {
        let list = write(SEQUENCE, &write(SEQUENCE, &self.id));
        let nonce = write(SEQUENCE, &[write(OID, &NONCE), write(OCTETS, &self.nonce)].concat());
        let extensions = write(CONTEXT[2], &write(SEQUENCE, &nonce));
        write(SEQUENCE, &write(SEQUENCE, &[list, extensions].concat()))
    }

    /// What `answer` says of the certificate, if it may be believed at `now`.
    ///
    /// # Errors
    /// Why it may not.
    pub fn judge(&self, answer: &[u8], issuer: &Certificate, now: DateTime) -> Result<Standing, Unreliable> {
        let basic = basic(answer)?;
        if !basic.is_signed_for(issuer, now) {
            return Err(Unreliable::Signer);
        }
        if basic.nonce()?.is_some_and(|nonce| nonce != self.nonce) {
            return Err(Unreliable::Nonce);
        }
        let mut responses = basic.responses;
        while !responses.is_empty() {
            let (single, rest) = expect(responses, SEQUENCE, "SingleResponse")?;
            let (id, said) = expect(single, SEQUENCE, "CertID")?;
            if write(SEQUENCE, id) == self.id {
                return single_response(said, now);
            }
            responses = rest;
        }
        Err(Unreliable::Other)
    }
}

/// What follows the CertID: status, thisUpdate, nextUpdate.
fn single_response(said: &[u8], now: DateTime) -> Result<Standing, Unreliable> {
    let (tag, status, rest) = take(said)?;
    let (from, rest) = expect(rest, TIME, "thisUpdate")?;
    let until = match rest {
        [] => None,
        rest => match take(rest)? {
            (tag, value, _) if tag == CONTEXT[0] => Some(time(expect(value, TIME, "nextUpdate")?.0)?),
            _ => None,
        },
    };
    in_time(time(from)?, until, now)?;
    match STATUS.iter().position(|known| *known == tag) {
        Some(0) => Ok(Standing::Good),
        Some(1) => {
            let (since, rest) = expect(status, TIME, "revocationTime")?;
            let code = match rest {
                [] => 0,
                rest => match expect(expect(rest, CONTEXT[0], "revocationReason")?.0, ENUMERATED, "CRLReason")?.0 {
                    [code] => *code,
                    _ => return Err(Unreliable::Form("CRLReason".to_owned())),
                },
            };
            Ok(Standing::Revoked { since: time(since)?, reason: reason(code) })
        }
        Some(_) => Ok(Standing::Unknown),
        None => Err(Unreliable::Form("CertStatus".to_owned())),
    }
}

/// The signed part of an answer, taken apart.
struct Basic<'a> {
    /// ResponseData with its header: what is signed.
    signed_part: Vec<u8>,
    responses: &'a [u8],
    /// Content of responseExtensions, empty without.
    extensions: &'a [u8],
    signature: &'a [u8],
    /// Certificates that came along, one behind the other.
    certificates: &'a [u8],
}

fn basic(answer: &[u8]) -> Result<Basic<'_>, Unreliable> {
    let (response, _) = expect(answer, SEQUENCE, "OCSPResponse")?;
    let (status, rest) = expect(response, ENUMERATED, "responseStatus")?;
    match status {
        [0] => {}
        [1] => return Err(Unreliable::Refused("malformedRequest")),
        [2] => return Err(Unreliable::Refused("internalError")),
        [3] => return Err(Unreliable::Refused("tryLater")),
        [5] => return Err(Unreliable::Refused("sigRequired")),
        [6] => return Err(Unreliable::Refused("unauthorized")),
        _ => return Err(Unreliable::Form("responseStatus".to_owned())),
    }
    let (bytes, _) = expect(expect(rest, CONTEXT[0], "responseBytes")?.0, SEQUENCE, "ResponseBytes")?;
    let (kind, rest) = expect(bytes, OID, "responseType")?;
    if kind != BASIC {
        return Err(Unreliable::Form("responseType".to_owned()));
    }
    let (basic, _) = expect(expect(rest, OCTETS, "response")?.0, SEQUENCE, "BasicOCSPResponse")?;
    let (data, rest) = expect(basic, SEQUENCE, "tbsResponseData")?;
    let (_algorithm, rest) = expect(rest, SEQUENCE, "signatureAlgorithm")?;
    let (signature, rest) = expect(rest, BIT_STRING, "signature")?;
    let certificates = match rest {
        [] => rest,
        rest => expect(expect(rest, CONTEXT[0], "certs")?.0, SEQUENCE, "certs")?.0,
    };
    let (responses, extensions) = response_data(data)?;
    // The first byte of a BIT STRING counts unused bits; signatures have none.
    let signature = signature.strip_prefix(&[0]).ok_or_else(|| Unreliable::Form("signature".to_owned()))?;
    Ok(Basic { signed_part: write(SEQUENCE, data), responses, extensions, signature, certificates })
}

/// responses and responseExtensions.
fn response_data(data: &[u8]) -> Result<(&[u8], &[u8]), Unreliable> {
    // version [0] is left out, for it is always 1; responderID is [1] a name or [2] a hash of the key.
    let (tag, _, rest) = take(data)?;
    let rest = if tag == CONTEXT[0] { take(rest)?.2 } else { rest };
    let (_produced_at, rest) = expect(rest, TIME, "producedAt")?;
    let (responses, rest) = expect(rest, SEQUENCE, "responses")?;
    let extensions = match rest {
        [] => rest,
        rest => expect(expect(rest, CONTEXT[1], "responseExtensions")?.0, SEQUENCE, "responseExtensions")?.0,
    };
    Ok((responses, extensions))
}

impl Basic<'_> {
    /// Signed by the issuer, or by somebody whose certificate the issuer signed for this very purpose (RFC 6960 §4.2.2.2).
    fn is_signed_for(&self, issuer: &Certificate, now: DateTime) -> bool {
        let by = |signer: &Certificate| has_signed(signer, &self.signed_part, self.signature);
        if by(issuer) {
            return true;
        }
        let mut rest = self.certificates;
        while let Ok((_, content, behind)) = take(rest) {
            rest = behind;
            let Ok(signer) = Certificate::parse(&write(SEQUENCE, content)) else { continue };
            let may = signer.extended_usage.ocsp_signing
                && signer.issuer_der == issuer.subject_der
                && signer.validity_at(now) == Validity::Valid
                && is_signed_by(&signer, issuer);
            if may && by(&signer) {
                return true;
            }
        }
        false
    }

    /// The nonce extension's value; a responder may leave it out (RFC 6960 §4.4.1).
    fn nonce(&self) -> Result<Option<Vec<u8>>, Unreliable> {
        let mut rest = self.extensions;
        while !rest.is_empty() {
            let (extension, behind) = expect(rest, SEQUENCE, "Extension")?;
            rest = behind;
            let (id, mut value) = expect(extension, OID, "extnID")?;
            if let (0x01, _critical, behind) = take(value)? {
                value = behind;
            }
            if id == NONCE {
                return Ok(Some(expect(value, OCTETS, "extnValue")?.0.to_vec()));
            }
        }
        Ok(None)
    }
}

fn expect<'a>(bytes: &'a [u8], tag: u16, what: &str) -> Result<(&'a [u8], &'a [u8]), Unreliable> {
    match take(bytes)? {
        (found, value, rest) if found == tag => Ok((value, rest)),
        _ => Err(Unreliable::Form(what.to_owned())),
    }
}

/// `YYYYMMDDHHmmssZ` as JST.
fn time(content: &[u8]) -> Result<DateTime, Unreliable> {
    let unreadable = || Unreliable::Form("GeneralizedTime".to_owned());
    let digits =
        content.strip_suffix(b"Z").and_then(|digits| std::str::from_utf8(digits).ok()).ok_or_else(unreadable)?;
    let is_whole = digits.len() == 14 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let utc = is_whole.then(|| clock::parse_time(digits)).flatten().ok_or_else(unreadable)?;
    // Read as if it were JST, it is nine hours early.
    clock::from_unix_seconds(clock::unix_seconds(utc) + 9 * 3600).ok_or_else(unreadable)
}

impl From<TlvError> for Unreliable {
    fn from(error: TlvError) -> Self {
        Self::Form(error.to_string())
    }
}
