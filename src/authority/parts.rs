//! What every signed object of the authority is made of: names, extensions, key identifiers, the signature.

use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256};

use super::der::{
    bits, boolean_true, context, context_primitive, null, octets, oid, printable, sequence, set, unsigned, utf8,
};
use super::{AUTHORITY_NAME, Generation, Purpose};

const SHA256_WITH_RSA: [u128; 7] = [1, 2, 840, 113_549, 1, 1, 11];
pub(super) const RSA_ENCRYPTION: [u128; 7] = [1, 2, 840, 113_549, 1, 1, 1];

/// Last arc of `id-ce` extensions (RFC 5280 §4.2.1, §5.2, §5.3).
pub(super) mod ce {
    pub(in crate::authority) const SUBJECT_KEY: u128 = 14;
    pub(in crate::authority) const KEY_USAGE: u128 = 15;
    pub(in crate::authority) const SUBJECT_ALT_NAME: u128 = 17;
    pub(in crate::authority) const ISSUER_ALT_NAME: u128 = 18;
    pub(in crate::authority) const BASIC_CONSTRAINTS: u128 = 19;
    pub(in crate::authority) const CRL_NUMBER: u128 = 20;
    pub(in crate::authority) const REASON_CODE: u128 = 21;
    pub(in crate::authority) const CRL_DISTRIBUTION: u128 = 31;
    pub(in crate::authority) const POLICIES: u128 = 32;
    pub(in crate::authority) const AUTHORITY_KEY: u128 = 35;
    pub(in crate::authority) const EXTENDED_KEY_USAGE: u128 = 37;
}

impl Purpose {
    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::Authentication => "MADOGUCHI TEST CA for user authentication",
            Self::Signature => "MADOGUCHI TEST CA for digital signature",
        }
    }

    pub(super) fn unit_ja(self) -> &'static str {
        match self {
            Self::Authentication => "窓口試験認証局利用者証明用",
            Self::Signature => "窓口試験認証局署名用",
        }
    }

    /// Last arc of the policy.
    pub(super) fn policy(self) -> u128 {
        match self {
            Self::Authentication => 30,
            Self::Signature => 20,
        }
    }
}

pub(super) fn root_key_name(generation: Generation, purpose: Purpose) -> String {
    format!("authority/{}/{generation}", purpose.word())
}

/// The INTEGER, DER.
pub(super) fn root_serial(generation: Generation, purpose: Purpose) -> Vec<u8> {
    let digest = Sha256::digest(root_key_name(generation, purpose));
    unsigned(&digest.iter().take(4).copied().collect::<Vec<_>>())
}

/// sha256WithRSAEncryption as AlgorithmIdentifier.
pub(super) fn algorithm() -> Vec<u8> {
    sequence(&[oid(&SHA256_WITH_RSA), null()])
}

/// Signature over `body`, as a BIT STRING.
pub(super) fn signature(body: &[u8], key: &RsaPrivateKey) -> Vec<u8> {
    let signature = key
        .sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(body))
        .unwrap_or_else(|error| unreachable!("a key of 2048 bits signs 51 bytes: {error}"));
    bits(&signature)
}

/// SIGNED{body}: the form of certificates and CRLs (RFC 5280 §4.1, §5.1).
pub(super) fn signed(body: Vec<u8>, key: &RsaPrivateKey) -> Vec<u8> {
    let signature = signature(&body, key);
    sequence(&[body, algorithm(), signature])
}

/// RSAPublicKey (RFC 8017 §A.1.1).
pub(super) fn key_bytes(key: &RsaPublicKey) -> Vec<u8> {
    key.to_pkcs1_der().unwrap_or_else(|error| unreachable!("two integers are always encoded: {error}")).into_vec()
}

/// SHA-1 would be the usual way; 160 bits of SHA-256 do as well (RFC 7093 §2) and need no broken hash.
pub(super) fn key_identifier(key: &RsaPublicKey) -> Vec<u8> {
    Sha256::digest(key_bytes(key)).iter().take(20).copied().collect()
}

#[derive(Clone, Copy)]
pub(super) enum Attribute {
    CommonName = 3,
    Country = 6,
    Locality = 7,
    Organization = 10,
    Unit = 11,
}

pub(super) fn name(attributes: &[(Attribute, &str)]) -> Vec<u8> {
    let parts: Vec<_> = attributes
        .iter()
        .map(|(attribute, value)| {
            let value = match attribute {
                Attribute::Country => printable(value),
                _ => utf8(value),
            };
            set(&sequence(&[oid(&[2, 5, 4, *attribute as u128]), value]))
        })
        .collect();
    sequence(&parts)
}

/// The organisation as it stands in every name of the authority, DER.
pub(super) fn organisation() -> Vec<u8> {
    sequence(&[oid(&[2, 5, 4, Attribute::Organization as u128]), utf8(AUTHORITY_NAME)])
}

/// The same in every generation.
pub(super) fn issuer_name(purpose: Purpose) -> Vec<u8> {
    name(&[
        (Attribute::Country, "JP"),
        (Attribute::Organization, AUTHORITY_NAME),
        (Attribute::Unit, purpose.unit()),
        (Attribute::Unit, "madoguchi simulator"),
    ])
}

pub(super) fn extension(arc: u128, critical: bool, value: &[u8]) -> Vec<u8> {
    extension_of(&[2, 5, 29, arc], critical, value)
}

pub(super) fn extension_of(id: &[u128], critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![oid(id)];
    // FALSE is the default and so is not written (X.690 §11.5).
    parts.extend(critical.then(boolean_true));
    parts.push(octets(value));
    sequence(&parts)
}

/// Key identifier, issuer and serial of the root.
pub(super) fn authority_key(generation: Generation, purpose: Purpose, key: &RsaPublicKey) -> Vec<u8> {
    // authorityCertSerialNumber is [2] IMPLICIT INTEGER: the same content under another tag.
    let mut serial = root_serial(generation, purpose);
    if let Some(tag) = serial.first_mut() {
        *tag = 0x82;
    }
    let value =
        sequence(&[context_primitive(0, &key_identifier(key)), context(1, &context(4, &issuer_name(purpose))), serial]);
    extension(ce::AUTHORITY_KEY, false, &value)
}

pub(super) fn subject_key(key: &RsaPublicKey) -> Vec<u8> {
    extension(ce::SUBJECT_KEY, false, &octets(&key_identifier(key)))
}
