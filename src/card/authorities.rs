//! The roots of the real authority, known by fingerprint and key identifier (`data/authorities.toml`, spec/jpki-card.md §3.3).
//!
//! Nothing is trusted because of this table: it says whether a file that an operator added is the root that it seems to be, and
//! which file would be needed for a card.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::apdu::hex;
use super::certificate::Certificate;

/// One root.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownAuthority {
    /// Which certificates it issues.
    pub purpose: KnownPurpose,
    /// From 1; all generations carry the same name.
    pub generation: u8,
    /// Serial number of the root, hexadecimal.
    pub serial: String,
    /// First and last day.
    pub valid: [Date; 2],
    /// SHA-256 over the DER, upper-case hexadecimal.
    pub fingerprint: String,
    /// Its subjectKeyIdentifier, upper-case hexadecimal.
    pub key: String,
    /// Who says so.
    pub source: String,
    /// A, B or C.
    pub confidence: String,
}

/// The two kinds of certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnownPurpose {
    /// 利用者証明用
    Authentication,
    /// 署名用
    Signature,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    policies: Policies,
    authority: Vec<KnownAuthority>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policies {
    authentication: Policy,
    signature: Policy,
}

/// The policy of a kind of certificates.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Dotted.
    pub oid: String,
    /// Who says so.
    pub source: String,
    /// A, B or C.
    pub confidence: String,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("data/authorities.toml")).expect("the table of roots is part of the program")
});

impl KnownAuthority {
    /// All of them.
    pub fn all() -> &'static [Self] {
        &TABLE.authority
    }

    /// The root that this certificate is, by its fingerprint.
    pub fn of(root: &Certificate) -> Option<&'static Self> {
        let fingerprint = fingerprint(root);
        Self::all().iter().find(|known| known.fingerprint == fingerprint)
    }

    /// The root whose key is named as the issuer of `certificate`. Says which file to look for, and nothing about who signed.
    pub fn named_by(certificate: &Certificate) -> Option<&'static Self> {
        let key = hex(certificate.authority_key.as_deref()?);
        Self::all().iter().find(|known| known.key == key)
    }

    /// The policy that certificates of this root carry.
    pub fn policy(&self) -> &'static Policy {
        match self.purpose {
            KnownPurpose::Authentication => &TABLE.policies.authentication,
            KnownPurpose::Signature => &TABLE.policies.signature,
        }
    }

    /// For people: Japanese, English.
    pub fn name(&self) -> (String, String) {
        let (ja, en) = match self.purpose {
            KnownPurpose::Authentication => ("利用者証明用", "user authentication"),
            KnownPurpose::Signature => ("署名用", "digital signature"),
        };
        (
            format!("公的個人認証サービス {ja}認証局 第{}世代", self.generation),
            format!("JPKI, {en}, generation {}", self.generation),
        )
    }
}

/// SHA-256 over the DER, upper-case hexadecimal.
pub fn fingerprint(certificate: &Certificate) -> String {
    hex(&Sha256::digest(&certificate.der))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_of_six_roots_has_a_fingerprint_a_key_and_a_generation_of_its_own() {
        let all = KnownAuthority::all();
        let is_hex = |text: &str, bytes: usize| {
            text.len() == 2 * bytes && text.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
        };
        for known in all {
            assert!(is_hex(&known.fingerprint, 32) && is_hex(&known.key, 20), "{known:?}");
            assert!(known.valid[0] < known.valid[1] && ["A", "B"].contains(&known.confidence.as_str()));
        }
        let fingerprints: BTreeSet<_> = all.iter().map(|known| &known.fingerprint).collect();
        let keys: BTreeSet<_> = all.iter().map(|known| &known.key).collect();
        let generations: BTreeSet<_> = all.iter().map(|known| known.name()).collect();
        assert_eq!([fingerprints.len(), keys.len(), generations.len()], [6; 3]);
    }

    #[test]
    fn the_policies_of_the_two_purposes_differ() {
        let policies: BTreeSet<_> = KnownAuthority::all().iter().map(|known| known.policy().oid.as_str()).collect();
        assert_eq!(
            policies.into_iter().collect::<Vec<_>>(),
            ["1.2.392.200149.8.5.1.1.20", "1.2.392.200149.8.5.1.3.30"]
        );
    }
}
