//! The certificates, field by field, in the order found on a test card (spec/jpki-card.md §3.1–3.3, [A] unless noted).

use jiff::civil::{Date, DateTime, date};
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256};

use super::der::{
    bits, boolean_true, context, context_primitive, ia5, integer, named_bits, null, octets, oid, printable, sequence,
    set, time, unsigned, utf8,
};
use super::{AUTHORITY_NAME, Attributes, Holder, Purpose, pool};
use crate::clock;

/// Our arc below 2.25: a random UUID, 41178506-0546-4719-8ff7-4072b3f71709. No authority can have the same.
const OUR_ARC: u128 = 86_521_940_591_244_479_147_998_536_980_942_493_449;
/// Where the practice statement would be. `.invalid` resolves nowhere (RFC 2606).
const STATEMENT_URI: &str = "http://cps.madoguchi-test-ca.invalid/";
/// Where the responder would be.
const OCSP_URI: &str = "http://ocsp.madoguchi-test-ca.invalid/";

const SHA256_WITH_RSA: [u128; 7] = [1, 2, 840, 113_549, 1, 1, 11];
const RSA_ENCRYPTION: [u128; 7] = [1, 2, 840, 113_549, 1, 1, 1];
const CLIENT_AUTH: [u128; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 2];
const CPS_QUALIFIER: [u128; 9] = [1, 3, 6, 1, 5, 5, 7, 2, 1];
const OCSP_ACCESS: [u128; 9] = [1, 3, 6, 1, 5, 5, 7, 48, 1];
const AUTHORITY_INFORMATION_ACCESS: [u128; 9] = [1, 3, 6, 1, 5, 5, 7, 1, 1];
/// Format of the holder's attributes; `.1` to `.6`. They say what a field is, not who vouches for it.
const ATTRIBUTE_ARC: [u128; 7] = [1, 2, 392, 200_149, 8, 5, 5];

/// Last arc of `id-ce` extensions (RFC 5280 §4.2.1).
mod ce {
    pub(super) const SUBJECT_KEY: u128 = 14;
    pub(super) const KEY_USAGE: u128 = 15;
    pub(super) const SUBJECT_ALT_NAME: u128 = 17;
    pub(super) const ISSUER_ALT_NAME: u128 = 18;
    pub(super) const BASIC_CONSTRAINTS: u128 = 19;
    pub(super) const CRL_DISTRIBUTION: u128 = 31;
    pub(super) const POLICIES: u128 = 32;
    pub(super) const AUTHORITY_KEY: u128 = 35;
    pub(super) const EXTENDED_KEY_USAGE: u128 = 37;
}

impl Purpose {
    fn unit(self) -> &'static str {
        match self {
            Self::Authentication => "MADOGUCHI TEST CA for user authentication",
            Self::Signature => "MADOGUCHI TEST CA for digital signature",
        }
    }
    fn unit_ja(self) -> &'static str {
        match self {
            Self::Authentication => "窓口試験認証局利用者証明用",
            Self::Signature => "窓口試験認証局署名用",
        }
    }
    fn word(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Signature => "signature",
        }
    }
    /// Last arc of the policy.
    fn policy(self) -> u128 {
        match self {
            Self::Authentication => 30,
            Self::Signature => 20,
        }
    }
}

pub(super) fn root_key_name(generation: u8, purpose: Purpose) -> String {
    format!("authority/{}/{generation}", purpose.word())
}

pub(super) fn root(generation: u8, purpose: Purpose) -> Vec<u8> {
    let key = pool::key(&root_key_name(generation, purpose));
    let (not_before, not_after) = life(generation);
    let extensions = [
        key_usage(0x06),
        extension(ce::BASIC_CONSTRAINTS, true, &sequence(&[boolean_true()])),
        extension(ce::SUBJECT_ALT_NAME, false, &sequence(&[context(4, &japanese_name(purpose))])),
        crl_distribution(purpose, &[]),
        subject_key(&key.to_public_key()),
    ];
    let body = Body {
        serial: root_serial(generation, purpose),
        issuer: issuer_name(purpose),
        not_before,
        not_after,
        subject: issuer_name(purpose),
        public_key: key.to_public_key(),
        extensions: extensions.to_vec(),
    };
    body.signed(&key)
}

pub(super) fn authentication(generation: u8, holder: &Holder) -> Vec<u8> {
    let purpose = Purpose::Authentication;
    let issuer = pool::key(&root_key_name(generation, purpose));
    let key = pool::key(&holder.key).to_public_key();
    let extensions = [
        key_usage(0x80),
        extension(ce::EXTENDED_KEY_USAGE, false, &sequence(&[oid(&CLIENT_AUTH)])),
        policies(purpose),
        extension(ce::ISSUER_ALT_NAME, false, &sequence(&[context(4, &japanese_name(purpose))])),
        crl_distribution(purpose, &[&holder.residence.0, &holder.residence.1]),
        ocsp(),
        authority_key(generation, purpose, &issuer.to_public_key()),
        subject_key(&key),
    ];
    let subject = name(&[(Attribute::Country, "JP"), (Attribute::CommonName, &holder.common_name)]);
    holder.body(purpose, subject, key, extensions.to_vec()).signed(&issuer)
}

pub(super) fn signature(generation: u8, holder: &Holder, attributes: &Attributes) -> Vec<u8> {
    let purpose = Purpose::Signature;
    let issuer = pool::key(&root_key_name(generation, purpose));
    let key = pool::key(&holder.key).to_public_key();
    let extensions = [
        key_usage(0xC0),
        policies(purpose),
        subject_attributes(attributes),
        extension(ce::ISSUER_ALT_NAME, false, &sequence(&[context(4, &japanese_name(purpose))])),
        crl_distribution(purpose, &[&holder.residence.0, &holder.residence.1]),
        authority_key(generation, purpose, &issuer.to_public_key()),
        subject_key(&key),
    ];
    let subject = name(&[
        (Attribute::Country, "JP"),
        (Attribute::Locality, &holder.residence.0),
        (Attribute::Locality, &holder.residence.1),
        (Attribute::CommonName, &holder.common_name),
    ]);
    holder.body(purpose, subject, key, extensions.to_vec()).signed(&issuer)
}

impl Holder {
    fn body(&self, purpose: Purpose, subject: Vec<u8>, public_key: RsaPublicKey, extensions: Vec<Vec<u8>>) -> Body {
        Body {
            serial: integer(&self.serial),
            issuer: issuer_name(purpose),
            not_before: self.not_before,
            not_after: self.not_after,
            subject,
            public_key,
            extensions,
        }
    }
}

/// A certificate before it is signed.
struct Body {
    /// DER.
    serial: Vec<u8>,
    issuer: Vec<u8>,
    not_before: DateTime,
    not_after: DateTime,
    subject: Vec<u8>,
    public_key: RsaPublicKey,
    extensions: Vec<Vec<u8>>,
}

impl Body {
    fn signed(&self, issuer: &RsaPrivateKey) -> Vec<u8> {
        const V3: [u8; 1] = [2];
        let algorithm = sequence(&[oid(&SHA256_WITH_RSA), null()]);
        let body = sequence(&[
            context(0, &integer(&V3)),
            self.serial.clone(),
            algorithm.clone(),
            self.issuer.clone(),
            sequence(&[time(self.not_before), time(self.not_after)]),
            self.subject.clone(),
            sequence(&[sequence(&[oid(&RSA_ENCRYPTION), null()]), bits(&key_bytes(&self.public_key))]),
            context(3, &sequence(&self.extensions)),
        ]);
        let signature = issuer
            .sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&body))
            .unwrap_or_else(|error| unreachable!("a key of 2048 bits signs 51 bytes: {error}"));
        sequence(&[body, algorithm, bits(&signature)])
    }
}

/// RSAPublicKey (RFC 8017 §A.1.1).
fn key_bytes(key: &RsaPublicKey) -> Vec<u8> {
    key.to_pkcs1_der().unwrap_or_else(|error| unreachable!("two integers are always encoded: {error}")).into_vec()
}

/// SHA-1 would be the usual way; 160 bits of SHA-256 do as well (RFC 7093 §2) and need no broken hash.
fn key_identifier(key: &RsaPublicKey) -> Vec<u8> {
    Sha256::digest(key_bytes(key)).iter().take(20).copied().collect()
}

fn life(generation: u8) -> (DateTime, DateTime) {
    let year = 2011 + 4 * i16::from(generation);
    (date(year, 7, 16).at(0, 0, 0, 0), date(year + 10, 7, 15).at(23, 59, 59, 0))
}

fn root_serial(generation: u8, purpose: Purpose) -> Vec<u8> {
    let digest = Sha256::digest(root_key_name(generation, purpose));
    unsigned(&digest.iter().take(4).copied().collect::<Vec<_>>())
}

#[derive(Clone, Copy)]
enum Attribute {
    CommonName = 3,
    Country = 6,
    Locality = 7,
    Organization = 10,
    Unit = 11,
}

fn name(attributes: &[(Attribute, &str)]) -> Vec<u8> {
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

/// The same in every generation.
fn issuer_name(purpose: Purpose) -> Vec<u8> {
    name(&[
        (Attribute::Country, "JP"),
        (Attribute::Organization, AUTHORITY_NAME),
        (Attribute::Unit, purpose.unit()),
        (Attribute::Unit, "madoguchi simulator"),
    ])
}

fn japanese_name(purpose: Purpose) -> Vec<u8> {
    name(&[
        (Attribute::Country, "JP"),
        (Attribute::Organization, "窓口試験認証局"),
        (Attribute::Unit, purpose.unit_ja()),
        (Attribute::Unit, "模擬環境 (実在の認証局ではありません)"),
    ])
}

fn extension(arc: u128, critical: bool, value: &[u8]) -> Vec<u8> {
    extension_of(&[2, 5, 29, arc], critical, value)
}

fn extension_of(id: &[u128], critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![oid(id)];
    // FALSE is the default and so is not written (X.690 §11.5).
    parts.extend(critical.then(boolean_true));
    parts.push(octets(value));
    sequence(&parts)
}

fn key_usage(named: u8) -> Vec<u8> {
    extension(ce::KEY_USAGE, true, &named_bits(named))
}

fn policies(purpose: Purpose) -> Vec<u8> {
    let qualifier = sequence(&[oid(&CPS_QUALIFIER), ia5(STATEMENT_URI)]);
    let policy = sequence(&[oid(&[2, 25, OUR_ARC, purpose.policy()]), sequence(&[qualifier])]);
    extension(ce::POLICIES, true, &sequence(&[policy]))
}

/// A directory name, no address: CRLs of this kind cannot be fetched over HTTP (spec/jpki-card.md §3.1).
fn crl_distribution(purpose: Purpose, residence: &[&str]) -> Vec<u8> {
    let mut parts = vec![
        (Attribute::Country, "JP"),
        (Attribute::Organization, AUTHORITY_NAME),
        (Attribute::Unit, purpose.unit()),
        (Attribute::Unit, "CRL Distribution Points"),
    ];
    let point = residence.last().map_or_else(|| "CRLDP".to_owned(), |municipality| format!("{municipality} CRLDP"));
    parts.extend(residence.iter().take(1).map(|prefecture| (Attribute::Unit, *prefecture)));
    parts.push((Attribute::CommonName, &point));
    let full_name = context(0, &context(4, &name(&parts)));
    extension(ce::CRL_DISTRIBUTION, false, &sequence(&[sequence(&[context(0, &full_name)])]))
}

fn ocsp() -> Vec<u8> {
    let description = sequence(&[oid(&OCSP_ACCESS), context_primitive(6, OCSP_URI.as_bytes())]);
    extension_of(&AUTHORITY_INFORMATION_ACCESS, false, &sequence(&[description]))
}

/// Key identifier, issuer and serial of the root.
fn authority_key(generation: u8, purpose: Purpose, key: &RsaPublicKey) -> Vec<u8> {
    // authorityCertSerialNumber is [2] IMPLICIT INTEGER: the same content under another tag.
    let mut serial = root_serial(generation, purpose);
    if let Some(tag) = serial.first_mut() {
        *tag = 0x82;
    }
    let value =
        sequence(&[context_primitive(0, &key_identifier(key)), context(1, &context(4, &issuer_name(purpose))), serial]);
    extension(ce::AUTHORITY_KEY, false, &value)
}

fn subject_key(key: &RsaPublicKey) -> Vec<u8> {
    extension(ce::SUBJECT_KEY, false, &octets(&key_identifier(key)))
}

/// subjectAltName with six otherNames, in the order found on the card: 1 4 3 5 2 6.
fn subject_attributes(attributes: &Attributes) -> Vec<u8> {
    let substitutes = |text: &str| text.chars().map(|c| if c == '●' { '1' } else { '0' }).collect::<String>();
    let values = [
        (1, attributes.name.clone()),
        (4, era_date(attributes.birthdate)),
        (3, attributes.sex.clone()),
        (5, attributes.address.clone()),
        (2, substitutes(&attributes.name)),
        (6, substitutes(&attributes.address)),
    ];
    let names: Vec<_> = values
        .iter()
        .map(|(number, text)| {
            let id = [ATTRIBUTE_ARC.as_slice(), &[*number]].concat();
            context(0, &[oid(&id), context(0, &utf8(text))].concat())
        })
        .collect();
    extension(ce::SUBJECT_ALT_NAME, false, &sequence(&names))
}

/// EYYYYMMDD: the era's digit (1 明治 … 5 令和) and the Gregorian date.
fn era_date(day: Date) -> String {
    let eras = [(date(2019, 5, 1), 5), (date(1989, 1, 8), 4), (date(1926, 12, 25), 3), (date(1912, 7, 30), 2)];
    let era = eras.iter().find(|(first, _)| day >= *first).map_or(1, |(_, era)| *era);
    format!("{era}{}", clock::date8(day))
}
