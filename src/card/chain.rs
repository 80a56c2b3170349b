//! Who issued a certificate.
//!
//! Every generation of the real authority carries the same name (spec/jpki-card.md §3.3), so a name decides nothing: the
//! issuer is the root whose key identifier is named *and* whose key made the signature.

use rsa::Pkcs1v15Sign;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::certificate::Certificate;

/// What the configured roots say about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chain {
    /// Issued by the root at this place of the list.
    Verified {
        /// Index into the roots given.
        root: usize,
    },
    /// No root has the issuer's name.
    UnknownIssuer,
    /// Roots of that name are there, none with the key identifier that the certificate names: another generation.
    OtherGeneration,
    /// Name and key identifier fit, the signature does not: not what that root signed.
    BadSignature,
}

impl Chain {
    /// Issued by a configured root?
    pub fn is_verified(self) -> bool {
        matches!(self, Self::Verified { .. })
    }

    /// For people: Japanese, English.
    pub fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::Verified { .. } => ("検証済み", "chain verified"),
            Self::UnknownIssuer => ("発行者が登録されていません (未検証)", "chain not verified: unknown issuer"),
            Self::OtherGeneration => {
                ("同名の認証局はあるが世代が違います (未検証)", "chain not verified: same name, another generation")
            }
            Self::BadSignature => ("発行者の署名が合いません", "the issuer's signature does not hold"),
        }
    }
}

/// Looks for the issuer of `certificate` among `roots`. Validity and revocation are other questions.
pub fn verify_chain(certificate: &Certificate, roots: &[Certificate]) -> Chain {
    let mut found = Chain::UnknownIssuer;
    for (index, root) in roots.iter().enumerate() {
        let may_issue = root.is_authority && root.key_usage.certificate_signing;
        if !may_issue || root.subject_der != certificate.issuer_der {
            continue;
        }
        // A certificate that names no key leaves every root of the name to the signature.
        if certificate.authority_key.is_some() && certificate.authority_key != root.subject_key {
            if found == Chain::UnknownIssuer {
                found = Chain::OtherGeneration;
            }
            continue;
        }
        if is_signed_by(certificate, root) {
            return Chain::Verified { root: index };
        }
        found = Chain::BadSignature;
    }
    found
}

/// Did the key of `issuer` sign `certificate`? (sha256WithRSAEncryption)
pub(super) fn is_signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    has_signed(issuer, &certificate.signed_part, &certificate.signature)
}

/// Did the key of `signer` make `signature` over `bytes`? (sha256WithRSAEncryption)
pub(super) fn has_signed(signer: &Certificate, bytes: &[u8], signature: &[u8]) -> bool {
    let digest = Sha256::digest(bytes);
    signer.public_key.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, signature).is_ok()
}
