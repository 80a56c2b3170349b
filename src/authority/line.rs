//! Who may speak to a hub over TLS: an authority of the line with a server certificate for the hub and one for each terminal, as the
//! real line has client certificates (spec/oqs-interface.md §5). How the real ones look is not public; these are ours.
//!
//! Unlike the cards' keys these are drawn from the system and kept in a file: whoever knows the program must not know them.
//!
//! A terminal's certificate says who it is (common name) and for which institutions it asks: 医療機関コード as organisational units, `*`
//! for whichever.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;

use jiff::civil::DateTime;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use rsa::{RsaPrivateKey, RsaPublicKey};

use super::der::{boolean_true, context_primitive, oid, sequence, unsigned};
use super::parts::{Attribute, ce, extension, key_identifier, name, subject_key};
use super::profile::{Body, CLIENT_AUTH, key_usage};
use super::{CrlContent, crl};
use crate::random::secret_key;

/// What the line's authority calls itself, wherever it appears. Its common name goes on with six digits of its key.
pub const LINE_NAME: &str = "MADOGUCHI TEST LINE";
/// The unit of a certificate that asks for whichever institution.
pub const ANY_INSTITUTION: &str = "*";

const SERVER_AUTH: [u128; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 1];
const BITS: usize = 2048;
/// Bytes of a serial number: 127 bits cannot be guessed, and twenty are the most that RFC 5280 §4.1.2.2 allows.
const SERIAL: usize = 16;

/// The authority of one hub's line.
pub struct LineAuthority {
    key: RsaPrivateKey,
}

/// First and last valid second, JST.
#[derive(Debug, Clone, Copy)]
pub struct Life {
    /// First.
    pub not_before: DateTime,
    /// Last.
    pub not_after: DateTime,
}

/// For which institutions a terminal asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Institutions {
    /// Whichever: a certificate for many.
    Any,
    /// These 医療機関コード.
    Only(BTreeSet<String>),
}

impl Institutions {
    /// May it ask in the name of this one?
    pub fn contain(&self, institution: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(codes) => codes.contains(institution),
        }
    }

    /// From the units of a certificate; `None`: it names none.
    pub fn of_units<'a>(units: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let codes: BTreeSet<String> = units.into_iter().map(str::to_owned).collect();
        match codes.contains(ANY_INSTITUTION) {
            true => Some(Self::Any),
            false if codes.is_empty() => None,
            false => Some(Self::Only(codes)),
        }
    }

    /// As units of a certificate.
    pub fn units(&self) -> Vec<&str> {
        match self {
            Self::Any => vec![ANY_INSTITUTION],
            Self::Only(codes) => codes.iter().map(String::as_str).collect(),
        }
    }
}

/// A key that nobody knows.
///
/// # Errors
/// The system has no source of randomness.
pub fn new_key() -> io::Result<RsaPrivateKey> {
    let mut rng = ChaCha20Rng::from_seed(secret_key()?);
    RsaPrivateKey::new(&mut rng, BITS).map_err(|error| io::Error::other(error.to_string()))
}

/// A serial number that nobody guesses: content of the INTEGER, positive.
///
/// # Errors
/// The system has no source of randomness.
pub fn new_serial() -> io::Result<Vec<u8>> {
    let mut serial = vec![0; SERIAL];
    ChaCha20Rng::from_seed(secret_key()?).fill_bytes(&mut serial);
    if let Some(first) = serial.first_mut() {
        // Neither a sign nor a zero in front, so that content and magnitude are the same bytes.
        *first = *first & 0x7F | 0x40;
    }
    Ok(serial)
}

impl LineAuthority {
    /// The authority that has this key.
    pub fn of(key: RsaPrivateKey) -> Self {
        Self { key }
    }

    /// Its self-signed certificate, DER.
    pub fn root(&self, serial: &[u8], life: Life) -> Vec<u8> {
        let key = self.key.to_public_key();
        let extensions = vec![
            key_usage(0x06),
            extension(ce::BASIC_CONSTRAINTS, true, &sequence(&[boolean_true()])),
            subject_key(&key),
        ];
        self.sign(serial, life, self.name(), &key, extensions)
    }

    /// The certificate of a hub that is called by these names and addresses, DER.
    pub fn server(&self, key: &RsaPublicKey, names: &[String], serial: &[u8], life: Life) -> Vec<u8> {
        let alternatives: Vec<_> = names.iter().map(|name| alternative(name)).collect();
        let first = names.first().map_or("madoguchi hub", String::as_str);
        let subject = name(&[
            (Attribute::Country, "JP"),
            (Attribute::Organization, LINE_NAME),
            (Attribute::Unit, "hub"),
            (Attribute::CommonName, first),
        ]);
        let extensions = vec![
            key_usage(0x80),
            extension(ce::EXTENDED_KEY_USAGE, false, &sequence(&[oid(&SERVER_AUTH)])),
            extension(ce::SUBJECT_ALT_NAME, false, &sequence(&alternatives)),
            self.authority_key(),
            subject_key(key),
        ];
        self.sign(serial, life, subject, key, extensions)
    }

    /// The certificate of a terminal, DER.
    pub fn terminal(
        &self,
        key: &RsaPublicKey,
        terminal: &str,
        institutions: &Institutions,
        serial: &[u8],
        life: Life,
    ) -> Vec<u8> {
        let mut subject = vec![(Attribute::Country, "JP"), (Attribute::Organization, LINE_NAME)];
        subject.extend(institutions.units().into_iter().map(|unit| (Attribute::Unit, unit)));
        subject.push((Attribute::CommonName, terminal));
        let extensions = vec![
            key_usage(0x80),
            extension(ce::EXTENDED_KEY_USAGE, false, &sequence(&[oid(&CLIENT_AUTH)])),
            self.authority_key(),
            subject_key(key),
        ];
        self.sign(serial, life, name(&subject), key, extensions)
    }

    /// The list of those who may not come in any more, DER.
    pub fn crl(&self, content: &CrlContent) -> Vec<u8> {
        crl::list(self.name(), self.authority_key(), &self.key, content)
    }

    fn sign(
        &self,
        serial: &[u8],
        life: Life,
        subject: Vec<u8>,
        key: &RsaPublicKey,
        extensions: Vec<Vec<u8>>,
    ) -> Vec<u8> {
        let body = Body {
            serial: unsigned(serial),
            issuer: self.name(),
            not_before: life.not_before,
            not_after: life.not_after,
            subject,
            public_key: key.clone(),
            extensions,
        };
        body.signed(&self.key)
    }

    /// Another key, another name: so that a certificate of somebody else's authority is one of an unknown authority, not a broken one.
    pub fn name(&self) -> Vec<u8> {
        let digits: String =
            key_identifier(&self.key.to_public_key()).iter().take(3).map(|byte| format!("{byte:02x}")).collect();
        name(&[
            (Attribute::Country, "JP"),
            (Attribute::Organization, LINE_NAME),
            (Attribute::CommonName, &format!("{LINE_NAME} CA {digits}")),
        ])
    }

    fn authority_key(&self) -> Vec<u8> {
        let identifier = key_identifier(&self.key.to_public_key());
        extension(ce::AUTHORITY_KEY, false, &sequence(&[context_primitive(0, &identifier)]))
    }
}

/// dNSName or iPAddress (RFC 5280 §4.2.1.6).
fn alternative(name: &str) -> Vec<u8> {
    match name.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => context_primitive(7, &address.octets()),
        Ok(IpAddr::V6(address)) => context_primitive(7, &address.octets()),
        Err(_) => context_primitive(2, name.as_bytes()),
    }
}
