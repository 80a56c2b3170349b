//! An X.509 certificate as this house needs it: what is shown, what is checked (spec/jpki-card.md §3).

use jiff::civil::DateTime;
use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey;
use serde::{Deserialize, Serialize};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::serial::{SerialNumber, decimal};
use super::tlv;
use crate::clock;

/// sha256WithRSAEncryption, the one signature algorithm of the present cards [A].
const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";

/// A certificate, read once; the DER it came from stays with it.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The certificate itself, without filler.
    pub der: Vec<u8>,
    /// Serial number.
    pub serial: SerialNumber,
    /// Issuer as text, `C=JP, O=…`.
    pub issuer: String,
    /// Subject as text. For 利用者証明用 it holds no name of a person.
    pub subject: String,
    /// First valid second, JST.
    pub not_before: DateTime,
    /// Last valid second, JST.
    pub not_after: DateTime,
    /// Policy OIDs, dotted.
    pub policies: Vec<String>,
    /// keyUsage
    pub key_usage: KeyUsage,
    /// extendedKeyUsage
    pub extended_usage: ExtendedUsage,
    /// basicConstraints CA:TRUE
    pub is_authority: bool,
    /// Key identifier of the issuer (AKI).
    pub authority_key: Option<Vec<u8>>,
    /// Key identifier of its own key (SKI).
    pub subject_key: Option<Vec<u8>>,
    /// OCSP responder, when one is named.
    pub ocsp: Option<String>,
    /// The public key.
    pub public_key: RsaPublicKey,
    /// Content of the BIT STRING that holds the key: what key hashes are made of.
    pub(super) key_bits: Vec<u8>,
    /// Content of the first cRLDistributionPoint's name, raw.
    pub(super) distribution_point: Option<Vec<u8>>,
    pub(super) issuer_der: Vec<u8>,
    pub(super) subject_der: Vec<u8>,
    pub(super) signed_part: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

/// The bits of keyUsage that matter here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUsage {
    /// digitalSignature
    pub digital_signature: bool,
    /// nonRepudiation: set for 署名用, not for 利用者証明用.
    pub non_repudiation: bool,
    /// keyCertSign
    pub certificate_signing: bool,
}

/// What of extendedKeyUsage matters here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExtendedUsage {
    /// clientAuth: 利用者証明用.
    pub client_authentication: bool,
    /// OCSPSigning: a responder that the authority delegated.
    pub ocsp_signing: bool,
}

/// Where a moment lies relative to the validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// Before the first second.
    NotYetValid,
    /// Within.
    Valid,
    /// After the last second.
    Expired,
}

/// Why bytes are no certificate of ours.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CertificateError {
    /// Not DER, or not X.509.
    #[error("X.509証明書として読めません / not an X.509 certificate: {0}")]
    Form(String),
    /// Signed with something else than sha256WithRSAEncryption.
    #[error(
        "署名アルゴリズム {0} には対応していません / signature algorithm {0} is not supported: the present cards use {SHA256_WITH_RSA}"
    )]
    SignatureAlgorithm(String),
    /// The key is no RSA key.
    #[error(
        "公開鍵がRSAではありません / the public key is no RSA key: the next generation of cards is not supported yet"
    )]
    PublicKey,
    /// A date outside the years 1–9999.
    #[error("有効期間が日付になりません / the validity is no date")]
    Validity,
}

impl Certificate {
    /// Reads one certificate; what follows it (filler) is left out.
    pub fn parse(bytes: &[u8]) -> Result<Self, CertificateError> {
        let (rest, x509) =
            X509Certificate::from_der(bytes).map_err(|error| CertificateError::Form(error.to_string()))?;
        let algorithm = x509.signature_algorithm.algorithm.to_id_string();
        if algorithm != SHA256_WITH_RSA {
            return Err(CertificateError::SignatureAlgorithm(algorithm));
        }
        let tbs = &x509.tbs_certificate;
        let public_key = RsaPublicKey::from_pkcs1_der(&tbs.subject_pki.subject_public_key.data)
            .map_err(|_| CertificateError::PublicKey)?;
        let time = |seconds| clock::from_unix_seconds(seconds).ok_or(CertificateError::Validity);
        let mut certificate = Self {
            der: bytes.get(..bytes.len() - rest.len()).unwrap_or(bytes).to_vec(),
            serial: SerialNumber::from_integer(tbs.raw_serial()),
            issuer: tbs.issuer.to_string(),
            subject: tbs.subject.to_string(),
            not_before: time(tbs.validity.not_before.timestamp())?,
            not_after: time(tbs.validity.not_after.timestamp())?,
            policies: Vec::new(),
            key_usage: KeyUsage::default(),
            extended_usage: ExtendedUsage::default(),
            is_authority: false,
            authority_key: None,
            subject_key: None,
            ocsp: None,
            public_key,
            key_bits: tbs.subject_pki.subject_public_key.data.to_vec(),
            distribution_point: None,
            issuer_der: tbs.issuer.as_raw().to_vec(),
            subject_der: tbs.subject.as_raw().to_vec(),
            signed_part: tbs.as_ref().to_vec(),
            signature: x509.signature_value.data.to_vec(),
        };
        for extension in tbs.extensions() {
            certificate.take_extension(extension.parsed_extension());
            if extension.oid == oid_registry::OID_X509_EXT_CRL_DISTRIBUTION_POINTS {
                certificate.distribution_point = distribution_point(extension.value);
            }
        }
        Ok(certificate)
    }

    fn take_extension(&mut self, extension: &ParsedExtension<'_>) {
        match extension {
            ParsedExtension::KeyUsage(usage) => {
                self.key_usage = KeyUsage {
                    digital_signature: usage.digital_signature(),
                    non_repudiation: usage.non_repudiation(),
                    certificate_signing: usage.key_cert_sign(),
                };
            }
            ParsedExtension::ExtendedKeyUsage(usage) => {
                self.extended_usage =
                    ExtendedUsage { client_authentication: usage.client_auth, ocsp_signing: usage.ocsp_signing };
            }
            ParsedExtension::BasicConstraints(constraints) => self.is_authority = constraints.ca,
            ParsedExtension::CertificatePolicies(policies) => {
                self.policies = policies.iter().map(|policy| dotted(policy.policy_id.as_bytes())).collect();
            }
            ParsedExtension::AuthorityKeyIdentifier(aki) => {
                self.authority_key = aki.key_identifier.as_ref().map(|id| id.0.to_vec());
            }
            ParsedExtension::SubjectKeyIdentifier(ski) => self.subject_key = Some(ski.0.to_vec()),
            ParsedExtension::AuthorityInfoAccess(access) => {
                self.ocsp = access.accessdescs.iter().find_map(|description| match description.access_location {
                    GeneralName::URI(uri) => Some(uri.to_owned()),
                    _ => None,
                });
            }
            _ => {}
        }
    }

    /// Where `now` (JST) lies relative to the validity; both ends are valid.
    pub fn validity_at(&self, now: DateTime) -> Validity {
        if now < self.not_before {
            Validity::NotYetValid
        } else if clock::unix_seconds(now) > clock::unix_seconds(self.not_after) {
            Validity::Expired
        } else {
            Validity::Valid
        }
    }
}

/// The name of the first point of a cRLDistributionPoints extension, as it stands there; a list that is for one point carries the
/// same bytes (RFC 5280 §4.2.1.13, §5.2.5).
fn distribution_point(extension: &[u8]) -> Option<Vec<u8>> {
    const SEQUENCE: u16 = 0x30;
    const NAME: u16 = 0xA0;
    let inside = |bytes, tag| tlv::take(bytes).ok().filter(|(found, ..)| *found == tag).map(|(_, value, _)| value);
    let point = inside(inside(extension, SEQUENCE)?, SEQUENCE)?;
    inside(point, NAME).map(<[u8]>::to_vec)
}

/// An OID's content bytes as dotted numbers; arcs may have any size (ours lie below 2.25.UUID).
fn dotted(content: &[u8]) -> String {
    let mut arcs: Vec<String> = content
        .split_inclusive(|byte| byte & 0x80 == 0)
        .map(|arc| decimal(128, arc.iter().map(|byte| byte & 0x7F)))
        .collect();
    // The first number carries two arcs (X.690 §8.19.4); it is small in every OID that exists.
    let (first, second) = match arcs.first().and_then(|first| first.parse::<u64>().ok()) {
        Some(number @ 0..=39) => (0, number),
        Some(number @ 40..=79) => (1, number - 40),
        Some(number) => (2, number - 80),
        None => return arcs.join("."),
    };
    arcs.splice(..1, [first.to_string(), second.to_string()]);
    arcs.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oid_with_an_arc_of_any_size_is_written_in_dotted_numbers() {
        assert_eq!(
            dotted(&[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x03, 0x1E]),
            "1.2.392.200149.8.5.1.3.30"
        );
        let mut uuid = vec![0x69];
        uuid.extend([
            0x83, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0x7F,
        ]);
        assert_eq!(dotted(&uuid), "2.25.340282366920938463463374607431768211455");
        assert_eq!(dotted(&[]), "");
    }

    #[test]
    fn what_is_no_certificate_says_so() {
        assert!(matches!(Certificate::parse(&[0x30, 0x03, 1, 2, 3]), Err(CertificateError::Form(_))));
        assert!(matches!(Certificate::parse(&[]), Err(CertificateError::Form(_))));
    }
}
