//! Card-verifiable certificates (CV証明書) and what is signed below them: the records of the 券面 applications, and the chain that the
//! card gives by GET DATA (spec/jpki-card.md §2.5–2.7, structure [B]).
//!
//! ```text
//! authority's key (by branch) ──certifies──▶ the municipality's key ──signs──▶ records of the card
//! ```
//!
//! A certificate names the key that signed it and does not carry it, so whoever verifies holds the authority's keys
//! ([`Branch::authority`]). Our identifiers begin with 9: production's begin with 5, those of the real test hierarchy with 6 [B].

use std::sync::Arc;

use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256};

use super::der::{null, octets, oid, sequence};
use super::pool;
use crate::card::tlv::write;

/// Bytes of a key identifier (鍵ID).
pub const KEY_ID_LENGTH: usize = 16;
/// Bytes of a modulus: RSA-2048 is the only algorithm of CV certificates.
const MODULUS_LENGTH: usize = 256;
/// Municipality code of nowhere: prefectures end at 47.
pub const MUNICIPALITY: &str = "99901";

const CERTIFICATE: u16 = 0x7F21;
const BODY: u16 = 0x5F4E;
const SIGNATURE: u16 = 0x5F37;
const EXPONENT: u16 = 0x90;
const MODULUS: u16 = 0x91;
/// What GET DATA gives before body and signature: a header list, 42 (issuer), 5F20 (holder), 5F49 (public key) with their lengths.
const HEADER_LIST: [u8; 12] = [0x4D, 0x0A, 0x42, 0x10, 0x5F, 0x20, 0x10, 0x5F, 0x49, 0x82, 0x01, 0x09];
const SHA_256: [u128; 9] = [2, 16, 840, 1, 101, 3, 4, 2, 1];

/// Which part of the card is vouched for; each has an authority's key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branch {
    /// Power-up level: GET DATA 00F8 and 7F21.
    PowerUp,
    /// 券面事項確認AP
    Visual,
    /// 券面事項入力補助AP
    Text,
}

/// A key of the hierarchy: its identifier, and its name in the [`pool`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CvKey {
    id: [u8; KEY_ID_LENGTH],
    name: String,
}

impl Branch {
    /// The authority's key: `9000020`, `9000023`, `9000033`, each `/001`.
    pub fn authority(self) -> CvKey {
        CvKey::new(&format!("90000{}", self.digits()), "001", &format!("authority/cv/{}", self.word()))
    }

    /// The municipality's key, which signs what belongs to its cards: its code and two digits more.
    pub fn municipality(self) -> CvKey {
        let (number, group) = match self {
            Self::PowerUp => ("30", "002"),
            Self::Visual => ("21", "000"),
            Self::Text => ("31", "000"),
        };
        CvKey::new(&format!("{MUNICIPALITY}{number}"), group, &format!("authority/cv/municipality/{}", self.word()))
    }

    /// The key that the application's basic information names. What it is for is not known; no certificate of the card has it [B].
    pub fn named_in_basic_information(self) -> [u8; KEY_ID_LENGTH] {
        let number = match self {
            Self::PowerUp => "9000050",
            Self::Visual => "9000024",
            Self::Text => "9000034",
        };
        key_id(number, "001")
    }

    fn digits(self) -> &'static str {
        match self {
            Self::PowerUp => "20",
            Self::Visual => "23",
            Self::Text => "33",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::PowerUp => "power-up",
            Self::Visual => "visual",
            Self::Text => "text",
        }
    }
}

impl CvKey {
    fn new(number: &str, group: &str, name: &str) -> Self {
        Self { id: key_id(number, group), name: name.to_owned() }
    }

    /// The key at the end of the power-up chain. What it does is not known [B].
    pub fn end_of_chain() -> Self {
        Self::new("9000050", "001", "authority/cv/end-of-chain")
    }

    /// 鍵ID: seven digits, `08 05`, three digits, four bytes of padding.
    pub fn id(&self) -> [u8; KEY_ID_LENGTH] {
        self.id
    }

    /// The key; made on first use.
    pub fn key(&self) -> Arc<RsaPrivateKey> {
        pool::key(&self.name)
    }

    /// The certificate of `subject` under this key, 568 bytes: `7F21 { 5F4E body, 5F37 signature }`.
    pub fn certify(&self, subject: &Self) -> Vec<u8> {
        write(CERTIFICATE, &self.body_and_signature(subject))
    }

    /// The same as GET DATA gives it, 575 bytes: without its template, with a header list before it.
    pub fn certify_as_data_object(&self, subject: &Self) -> Vec<u8> {
        [HEADER_LIST.as_slice(), &self.body_and_signature(subject)].concat()
    }

    fn body_and_signature(&self, subject: &Self) -> Vec<u8> {
        let body = [self.id.as_slice(), &subject.id, &public_key(&subject.key().to_public_key())].concat();
        let signature = sign(&self.key(), &body);
        [write(BODY, &body), write(SIGNATURE, &signature)].concat()
    }
}

/// 鍵ID of digits. The padding of some real ones does not end with 00; why is not known [B].
pub fn key_id(number: &str, group: &str) -> [u8; KEY_ID_LENGTH] {
    debug_assert!(number.len() == 7 && group.len() == 3, "seven digits and three");
    let mut id = [0; KEY_ID_LENGTH];
    let parts = number.bytes().chain([0x08, 0x05]).chain(group.bytes());
    for (place, byte) in id.iter_mut().zip(parts) {
        *place = byte;
    }
    id
}

/// The public half as the card writes it, 265 bytes: `90` exponent, `91` modulus.
pub fn public_key(key: &RsaPublicKey) -> Vec<u8> {
    let digits = key.n().to_bytes_be();
    let mut modulus = vec![0; MODULUS_LENGTH.saturating_sub(digits.len())];
    modulus.extend(digits);
    [write(EXPONENT, &key.e().to_bytes_be()), write(MODULUS, &modulus)].concat()
}

/// PKCS#1 v1.5 with SHA-256 over `message`.
pub fn sign(key: &RsaPrivateKey, message: &[u8]) -> Vec<u8> {
    sign_digests(key, &Sha256::digest(message))
}

/// PKCS#1 v1.5 over digests one behind the other, in one DigestInfo of SHA-256: so is the card face signed, in three parts that
/// can be shown one without the other [B].
pub fn sign_digests(key: &RsaPrivateKey, digests: &[u8]) -> Vec<u8> {
    let info = sequence(&[sequence(&[oid(&SHA_256), null()]), octets(digests)]);
    key.sign(Pkcs1v15Sign::new_unprefixed(), &info)
        .unwrap_or_else(|error| unreachable!("a key of 2048 bits signs three digests: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::tlv::take;

    #[test]
    fn a_certificate_has_the_sizes_of_a_real_one_and_verifies_under_the_key_it_names() {
        for branch in [Branch::Visual, Branch::Text] {
            let (authority, municipality) = (branch.authority(), branch.municipality());
            let certificate = authority.certify(&municipality);
            assert_eq!(
                (certificate.len(), &certificate[..9]),
                (568, b"\x7F\x21\x82\x02\x33\x5F\x4E\x82\x01".as_slice())
            );
            let (_, content, rest) = take(&certificate).unwrap();
            assert!(rest.is_empty());
            let (_, body, rest) = take(content).unwrap();
            assert_eq!((&body[..16], &body[16..32], body.len()), (&authority.id()[..], &municipality.id()[..], 297));
            let (tag, signature, _) = take(rest).unwrap();
            assert_eq!((tag, signature.len()), (SIGNATURE, 256));
            let verify = |key: &CvKey, signature: &[u8]| {
                key.key().to_public_key().verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(body), signature)
            };
            verify(&authority, signature).unwrap();
            verify(&municipality, signature).unwrap_err();
        }
    }

    #[test]
    fn a_data_object_is_seven_bytes_longer_than_a_certificate() {
        let object = Branch::PowerUp.authority().certify_as_data_object(&Branch::PowerUp.municipality());
        assert_eq!((object.len(), &object[..14]), (575, [&HEADER_LIST[..], &[0x5F, 0x4E]].concat().as_slice()));
    }

    #[test]
    fn no_identifier_is_one_of_production_or_of_the_real_test_hierarchy() {
        for branch in [Branch::PowerUp, Branch::Visual, Branch::Text] {
            for id in [branch.authority().id(), branch.municipality().id(), branch.named_in_basic_information()] {
                assert!(id[0] == b'9' && id[..7].iter().all(u8::is_ascii_digit), "{id:?}");
                assert_eq!((&id[7..9], &id[12..]), ([8, 5].as_slice(), [0; 4].as_slice()));
            }
        }
    }
}
