//! The test authority: keys and certificates for cards made of software. Pure, and the same at every run.
//!
//! It calls itself `MADOGUCHI TEST CA`. `O=JPKI` is the real one and `O=JPKI-TEST` the real one's own test authority; neither
//! name is ever used here, nor are their policies: ours lie below 2.25.UUID, which nobody else can have.
//!
//! - [`Generation`]: which of its roots issued, and when
//! - [`pool`]: RSA-2048 keys, made from their name on first use
//! - `profile`: the certificates, extension by extension (spec/jpki-card.md §3.1–3.3)
//! - [`cv`]: card-verifiable certificates, and signatures over what the card says of its holder
//! - [`revocation`], [`crl`], [`ocsp`]: what is said of a certificate afterwards, as a list and as an answer
//! - [`line`]: who may speak to a hub, and for which institutions; with keys of its own, which are drawn and kept
//! - [`pem`]: the form in which files carry them
//! - `parts`: names, extensions and signatures that all of these are made of
//! - `der`: writing DER. It is ours because a test authority also has to issue what libraries refuse: serial numbers of
//!   odd lengths, arcs of 128 bits, dates of any year

pub mod crl;
pub mod cv;
mod der;
mod generation;
pub mod line;
pub mod ocsp;
mod parts;
pub mod pem;
pub mod pool;
mod profile;
pub mod revocation;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use rsa::RsaPrivateKey;
use serde::{Deserialize, Serialize};

pub use crl::CrlContent;
pub use generation::{Generation, NoSuchGeneration};
pub use revocation::{Period, Reason, Revocation, Status};

/// The name by which the test authority is known wherever it appears.
pub const AUTHORITY_NAME: &str = "MADOGUCHI TEST CA";

/// Where the responder listens, as the certificates say (authorityInfoAccess): the hub at its usual address. The real authority's
/// production host is not public (spec/jpki-card.md §3.1).
pub const OCSP_URL: &str = "http://127.0.0.1:8791/jpki/ocsp";

/// One generation of the test authority. All generations carry the same names, as those of the real one do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authority {
    generation: Generation,
}

/// Which of the two certificates, and so which of the two roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// 利用者証明用
    Authentication,
    /// 署名用
    Signature,
}

impl Purpose {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Authentication, Self::Signature];

    /// `authentication` or `signature`: in key names and paths.
    pub fn word(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Signature => "signature",
        }
    }
}

/// Whom a certificate is for, as far as both certificates go.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Name of the holder's key in the [`pool`].
    pub key: String,
    /// Content of the INTEGER, big-endian, with the leading 00 where the top bit is set.
    pub serial: Vec<u8>,
    /// Common name: 23 characters for 利用者証明用, 28 for 署名用.
    pub common_name: String,
    /// First valid second, JST.
    pub not_before: DateTime,
    /// Last valid second, JST.
    pub not_after: DateTime,
    /// Where the holder lives, in Latin letters: prefecture, municipality.
    pub residence: (String, String),
}

/// What the 署名用 certificate says of its holder besides (subjectAltName, spec/jpki-card.md §3.2).
#[derive(Debug, Clone)]
pub struct Attributes {
    /// 氏名
    pub name: String,
    /// 性別, one digit.
    pub sex: String,
    /// 生年月日
    pub birthdate: Date,
    /// 住所
    pub address: String,
}

impl Authority {
    /// All generations, the present one first: it is the one that is mostly meant.
    pub fn generations() -> impl Iterator<Item = Self> {
        Generation::ALL.into_iter().map(Self::of_generation)
    }

    /// Which generation this is.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// The authority as it was in this generation.
    pub fn of_generation(generation: Generation) -> Self {
        Self { generation }
    }

    /// An authority with the names of this one and keys of its own, which nobody trusts: for certificates that come from elsewhere.
    pub fn stranger() -> Self {
        Self::of_generation(Generation::Stranger)
    }

    /// The self-signed certificate, DER.
    pub fn root(&self, purpose: Purpose) -> Vec<u8> {
        profile::root(self.generation, purpose)
    }

    /// Whose root has this serial number (content of the INTEGER)? Says nothing about its signature.
    pub fn with_root_serial(purpose: Purpose, serial: &[u8]) -> Option<Self> {
        Self::generations().find(|authority| parts::root_serial(authority.generation, purpose) == der::integer(serial))
    }

    /// Key of the root; CRL and OCSP answers are signed with it.
    pub fn root_key(&self, purpose: Purpose) -> Arc<RsaPrivateKey> {
        pool::key(&parts::root_key_name(self.generation, purpose))
    }

    /// 利用者証明用電子証明書, DER. The same holder gets the same bytes at every run.
    pub fn issue_authentication(&self, holder: &Holder) -> Vec<u8> {
        profile::authentication(self.generation, holder)
    }

    /// 署名用電子証明書, DER. The same holder gets the same bytes at every run.
    pub fn issue_signature(&self, holder: &Holder, attributes: &Attributes) -> Vec<u8> {
        profile::signature(self.generation, holder, attributes)
    }

    /// Does this issuer or subject text name the test authority? Says nothing about the signature.
    pub fn is_named_in(distinguished_name: &str) -> bool {
        distinguished_name.split(", ").any(|part| part.strip_prefix("O=") == Some(AUTHORITY_NAME))
    }

    /// The same of raw bytes, such as the first ones of a certificate.
    pub fn is_named_in_der(bytes: &[u8]) -> bool {
        let organisation = parts::organisation();
        bytes.windows(organisation.len()).any(|window| window == organisation)
    }

    /// The policy of its certificates, dotted.
    pub fn policy(purpose: Purpose) -> String {
        profile::policy(purpose).map(|arc| arc.to_string()).join(".")
    }
}
