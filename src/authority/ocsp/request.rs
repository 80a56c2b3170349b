//! An OCSP request: whose certificates, and the nonce. A signature of the asker is not looked at: anybody may ask.

use sha1::{Digest as _, Sha1};
use sha2::{Digest as _, Sha256};

use crate::authority::parts::{issuer_name, key_bytes};
use crate::authority::{Authority, Purpose};
use crate::card::tlv::{TlvError, take, write};

const SEQUENCE: u16 = 0x30;
const OID: u16 = 0x06;
const INTEGER: u16 = 0x02;
const OCTETS: u16 = 0x04;
const VERSION: u16 = 0xA0;
const REQUESTOR: u16 = 0xA1;
const EXTENSIONS: u16 = 0xA2;

/// Content of the OIDs of the two hashes that clients use.
const SHA_1: [u8; 5] = [0x2B, 0x0E, 0x03, 0x02, 0x1A];
const SHA_256: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// id-pkix-ocsp-nonce
const NONCE: [u8; 9] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];

/// Longest nonce that a client may send (RFC 9654 §2.1), with the header of its OCTET STRING.
const LONGEST_NONCE: usize = 128 + 3;
/// More certificates than this in one request are nobody's question.
const MOST_CERTIFICATES: usize = 64;

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspRequest {
    /// The certificates, in the order of the request; at least one.
    pub certificates: Vec<CertificateId>,
    /// The nonce extension's value as it came; goes back as it is.
    pub(super) nonce: Option<Vec<u8>>,
}

/// CertID: an issuer by two hashes, and a serial number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateId {
    /// The whole CertID, DER: the answer repeats it.
    pub(super) der: Vec<u8>,
    hash: Hash,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
    /// Content of the INTEGER.
    pub serial: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    /// One that we do not know: it names no issuer of ours.
    Other,
}

/// Why bytes are no OCSP request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not DER.
    #[error(transparent)]
    Der(#[from] TlvError),
    /// Another structure.
    #[error("OCSP要求ではありません: {0} / not an OCSP request (RFC 6960 §4.1.1)")]
    Structure(&'static str),
}

impl OcspRequest {
    /// Reads the DER of an OCSPRequest.
    ///
    /// # Errors
    /// [`RequestError`]; the responder answers it with `malformedRequest`.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        let (whole, rest) = expect(bytes, SEQUENCE, "OCSPRequest")?;
        if !rest.is_empty() {
            return Err(RequestError::Structure("bytes behind it"));
        }
        let (mut to_be_signed, _signature) = expect(whole, SEQUENCE, "tbsRequest")?;
        for optional in [VERSION, REQUESTOR] {
            if let (tag, _, rest) = take(to_be_signed)?
                && tag == optional
            {
                to_be_signed = rest;
            }
        }
        let (list, rest) = expect(to_be_signed, SEQUENCE, "requestList")?;
        let certificates = certificates(list)?;
        let nonce = match rest {
            [] => None,
            extensions => nonce(expect(extensions, EXTENSIONS, "requestExtensions")?.0)?,
        };
        Ok(Self { certificates, nonce })
    }
}

fn certificates(mut list: &[u8]) -> Result<Vec<CertificateId>, RequestError> {
    let mut certificates = Vec::new();
    while !list.is_empty() {
        let (request, rest) = expect(list, SEQUENCE, "Request")?;
        certificates.push(CertificateId::read(request)?);
        list = rest;
    }
    match certificates.len() {
        1..=MOST_CERTIFICATES => Ok(certificates),
        _ => Err(RequestError::Structure("1 to 64 certificates")),
    }
}

/// The nonce among the extensions; the others are not for us.
fn nonce(extensions: &[u8]) -> Result<Option<Vec<u8>>, RequestError> {
    let (mut list, _) = expect(extensions, SEQUENCE, "Extensions")?;
    while !list.is_empty() {
        let (extension, rest) = expect(list, SEQUENCE, "Extension")?;
        let (id, mut behind) = expect(extension, OID, "extnID")?;
        if let (0x01, _critical, value) = take(behind)? {
            behind = value;
        }
        let (value, _) = expect(behind, OCTETS, "extnValue")?;
        if id == NONCE {
            return match value.len() {
                ..=LONGEST_NONCE => Ok(Some(value.to_vec())),
                _ => Err(RequestError::Structure("a nonce of at most 128 bytes")),
            };
        }
        list = rest;
    }
    Ok(None)
}

fn expect<'a>(bytes: &'a [u8], tag: u16, what: &'static str) -> Result<(&'a [u8], &'a [u8]), RequestError> {
    match take(bytes)? {
        (found, value, rest) if found == tag => Ok((value, rest)),
        _ => Err(RequestError::Structure(what)),
    }
}

impl CertificateId {
    /// From what stands inside a Request: CertID, then extensions that nobody uses.
    fn read(request: &[u8]) -> Result<Self, RequestError> {
        let (content, _) = expect(request, SEQUENCE, "CertID")?;
        let (algorithm, rest) = expect(content, SEQUENCE, "hashAlgorithm")?;
        let (id, _) = expect(algorithm, OID, "hashAlgorithm")?;
        let (issuer_name, rest) = expect(rest, OCTETS, "issuerNameHash")?;
        let (issuer_key, rest) = expect(rest, OCTETS, "issuerKeyHash")?;
        let (serial, _) = expect(rest, INTEGER, "serialNumber")?;
        Ok(Self {
            der: write(SEQUENCE, content),
            hash: match id {
                id if id == SHA_1 => Hash::Sha1,
                id if id == SHA_256 => Hash::Sha256,
                _ => Hash::Other,
            },
            issuer_name: issuer_name.to_vec(),
            issuer_key: issuer_key.to_vec(),
            serial: serial.to_vec(),
        })
    }

    /// Does this name the root of `authority` for `purpose`? Generations share their name, so the key decides.
    pub fn names(&self, authority: &Authority, purpose: Purpose) -> bool {
        let is = |digest: Option<Vec<u8>>, sent: &[u8]| digest.is_some_and(|digest| digest == sent);
        // The name first: it costs no key.
        is(self.hash.of(&issuer_name(purpose)), &self.issuer_name)
            && is(self.hash.of(&key_bytes(&authority.root_key(purpose).to_public_key())), &self.issuer_key)
    }
}

impl Hash {
    fn of(self, bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Sha1 => Some(Sha1::digest(bytes).to_vec()),
            Self::Sha256 => Some(Sha256::digest(bytes).to_vec()),
            Self::Other => None,
        }
    }
}
