//! The certificates, field by field, in the order found on a test card and in the roots of the real authority (spec/jpki-card.md §3.1–3.3,
//! [A] unless noted).

use jiff::civil::{Date, DateTime};
use rsa::{RsaPrivateKey, RsaPublicKey};

use super::der::{
    bits, boolean_true, context, context_primitive, ia5, integer, named_bits, null, oid, sequence, time, unsigned, utf8,
};
use super::parts::{
    Attribute, RSA_ENCRYPTION, algorithm, authority_key, ce, extension, extension_of, issuer_name, key_bytes, name,
    root_key_name, root_serial, signed, subject_key,
};
use super::{AUTHORITY_NAME, Attributes, Generation, Holder, OCSP_URL, Purpose, pool};
use crate::clock;

/// Our arc below 2.25: a random UUID, 41178506-0546-4719-8ff7-4072b3f71709. No authority can have the same.
const OUR_ARC: u128 = 86_521_940_591_244_479_147_998_536_980_942_493_449;
/// Where the practice statement would be. `.invalid` resolves nowhere (RFC 2606).
const STATEMENT_URI: &str = "http://cps.madoguchi-test-ca.invalid/";

pub(super) const CLIENT_AUTH: [u128; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 2];
const CPS_QUALIFIER: [u128; 9] = [1, 3, 6, 1, 5, 5, 7, 2, 1];
const OCSP_SIGNING: [u128; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 9];
/// id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1): nobody asks whether the responder itself is revoked.
const OCSP_NO_CHECK: [u128; 10] = [1, 3, 6, 1, 5, 5, 7, 48, 1, 5];
const OCSP_ACCESS: [u128; 9] = [1, 3, 6, 1, 5, 5, 7, 48, 1];
const AUTHORITY_INFORMATION_ACCESS: [u128; 9] = [1, 3, 6, 1, 5, 5, 7, 1, 1];
/// Format of the holder's attributes; `.1` to `.6`. They say what a field is, not who vouches for it.
const ATTRIBUTE_ARC: [u128; 7] = [1, 2, 392, 200_149, 8, 5, 5];

pub(super) fn root(generation: Generation, purpose: Purpose) -> Vec<u8> {
    let key = pool::key(&root_key_name(generation, purpose));
    let (not_before, not_after) = life(generation);
    let extensions = [
        key_usage(0x06),
        extension(ce::SUBJECT_ALT_NAME, false, &sequence(&[context(4, &japanese_name(purpose))])),
        extension(ce::BASIC_CONSTRAINTS, true, &sequence(&[boolean_true()])),
        // The authority itself is the point.
        crl_distribution(&issuer_name(purpose)),
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

pub(super) fn authentication(generation: Generation, holder: &Holder) -> Vec<u8> {
    let purpose = Purpose::Authentication;
    let issuer = pool::key(&root_key_name(generation, purpose));
    let key = pool::key(&holder.key).to_public_key();
    let extensions = [
        key_usage(0x80),
        extension(ce::EXTENDED_KEY_USAGE, false, &sequence(&[oid(&CLIENT_AUTH)])),
        policies(purpose),
        extension(ce::ISSUER_ALT_NAME, false, &sequence(&[context(4, &japanese_name(purpose))])),
        crl_distribution(&point_of(purpose, &holder.residence)),
        ocsp(),
        authority_key(generation, purpose, &issuer.to_public_key()),
        subject_key(&key),
    ];
    let subject = name(&[(Attribute::Country, "JP"), (Attribute::CommonName, &holder.common_name)]);
    holder.body(purpose, subject, key, extensions.to_vec()).signed(&issuer)
}

pub(super) fn signature(generation: Generation, holder: &Holder, attributes: &Attributes) -> Vec<u8> {
    let purpose = Purpose::Signature;
    let issuer = pool::key(&root_key_name(generation, purpose));
    let key = pool::key(&holder.key).to_public_key();
    let extensions = [
        key_usage(0xC0),
        subject_attributes(attributes),
        policies(purpose),
        extension(ce::ISSUER_ALT_NAME, false, &sequence(&[context(4, &japanese_name(purpose))])),
        crl_distribution(&point_of(purpose, &holder.residence)),
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

/// The delegated responder's certificate (RFC 6960 §4.2.2.2), made with `signer`: the root's key, or for a fault another one.
pub(super) fn responder(
    generation: Generation,
    purpose: Purpose,
    key: &RsaPublicKey,
    signer: &RsaPrivateKey,
) -> Vec<u8> {
    let (not_before, not_after) = life(generation);
    let root = pool::key(&root_key_name(generation, purpose)).to_public_key();
    let extensions = [
        key_usage(0x80),
        extension(ce::EXTENDED_KEY_USAGE, false, &sequence(&[oid(&OCSP_SIGNING)])),
        extension_of(&OCSP_NO_CHECK, false, &null()),
        authority_key(generation, purpose, &root),
        subject_key(key),
    ];
    let body = Body {
        serial: unsigned(&[0x0C, 0x59, generation.number()]),
        issuer: issuer_name(purpose),
        not_before,
        not_after,
        subject: name(&[
            (Attribute::Country, "JP"),
            (Attribute::Organization, AUTHORITY_NAME),
            (Attribute::Unit, purpose.unit()),
            (Attribute::CommonName, "OCSP Responder"),
        ]),
        public_key: key.clone(),
        extensions: extensions.to_vec(),
    };
    body.signed(signer)
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
pub(super) struct Body {
    /// DER.
    pub serial: Vec<u8>,
    pub issuer: Vec<u8>,
    pub not_before: DateTime,
    pub not_after: DateTime,
    pub subject: Vec<u8>,
    pub public_key: RsaPublicKey,
    pub extensions: Vec<Vec<u8>>,
}

impl Body {
    pub fn signed(&self, issuer: &RsaPrivateKey) -> Vec<u8> {
        const V3: [u8; 1] = [2];
        let body = sequence(&[
            context(0, &integer(&V3)),
            self.serial.clone(),
            algorithm(),
            self.issuer.clone(),
            sequence(&[time(self.not_before), time(self.not_after)]),
            self.subject.clone(),
            sequence(&[sequence(&[oid(&RSA_ENCRYPTION), null()]), bits(&key_bytes(&self.public_key))]),
            context(3, &sequence(&self.extensions)),
        ]);
        signed(body, issuer)
    }
}

fn life(generation: Generation) -> (DateTime, DateTime) {
    let (first, last) = generation.life();
    (first.at(0, 0, 0, 0), last.at(23, 59, 59, 0))
}

fn japanese_name(purpose: Purpose) -> Vec<u8> {
    name(&[
        (Attribute::Country, "JP"),
        (Attribute::Organization, "窓口試験認証局"),
        (Attribute::Unit, purpose.unit_ja()),
        (Attribute::Unit, "模擬環境 (実在の認証局ではありません)"),
    ])
}

pub(super) fn key_usage(named: u8) -> Vec<u8> {
    extension(ce::KEY_USAGE, true, &named_bits(named))
}

fn policies(purpose: Purpose) -> Vec<u8> {
    let qualifier = sequence(&[oid(&CPS_QUALIFIER), ia5(STATEMENT_URI)]);
    let policy = sequence(&[oid(&policy(purpose)), sequence(&[qualifier])]);
    extension(ce::POLICIES, true, &sequence(&[policy]))
}

/// Arcs of the policy.
pub(super) fn policy(purpose: Purpose) -> [u128; 4] {
    [2, 25, OUR_ARC, purpose.policy()]
}

/// A directory name, no address: CRLs of this kind cannot be fetched over HTTP (spec/jpki-card.md §3.1).
fn crl_distribution(point: &[u8]) -> Vec<u8> {
    let full_name = context(0, &context(4, point));
    extension(ce::CRL_DISTRIBUTION, false, &sequence(&[sequence(&[context(0, &full_name)])]))
}

/// The distribution point of the holder's municipality.
fn point_of(purpose: Purpose, (prefecture, municipality): &(String, String)) -> Vec<u8> {
    name(&[
        (Attribute::Country, "JP"),
        (Attribute::Organization, AUTHORITY_NAME),
        (Attribute::Unit, purpose.unit()),
        (Attribute::Unit, "CRL Distribution Points"),
        (Attribute::Unit, prefecture),
        (Attribute::CommonName, &format!("{municipality} CRLDP")),
    ])
}

fn ocsp() -> Vec<u8> {
    let description = sequence(&[oid(&OCSP_ACCESS), context_primitive(6, OCSP_URL.as_bytes())]);
    extension_of(&AUTHORITY_INFORMATION_ACCESS, false, &sequence(&[description]))
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

/// EYYYYMMDD: the era's digit (1 明治 … 5 令和, 0 unknown) and the Gregorian date.
fn era_date(day: Date) -> String {
    let digit = clock::era::of(day).map_or(0, |(era, _)| era.digit);
    format!("{digit}{}", clock::date8(day))
}
