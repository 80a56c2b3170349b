//! Private keys of the card, whatever their algorithm. Today RSA-2048 is the only one; the next card is announced with
//! ECDSA P-384 (spec/jpki-card.md §3.6), which is another implementation of [`SigningKey`] and nothing else here.

use rand_chacha::ChaCha20Rng;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Digest, Sha256};

/// Least octets of PKCS#1 type 1 padding around what is signed (RFC 8017 §9.2).
const PADDING: usize = 11;
/// A SHA-256 hash.
const HASH: usize = 32;

/// What P1 of COMPUTE DIGITAL SIGNATURE asks for (spec/jpki-card.md §2.10). P1 00 is in many sources [A], the others in one [B].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// 00: PKCS#1 v1.5 padding of the data as given, normally a DigestInfo. Not looked into: clients exist whose DigestInfo
    /// is odd, and they are served all the same.
    Verbatim,
    /// 01: bare SHA-256 of the message.
    BareHash,
    /// 02: DigestInfo around a hash.
    Hash,
    /// 03: DigestInfo around the message's SHA-256.
    Message,
    /// 04: PSS over a hash.
    PssHash,
    /// 05: PSS over the message's SHA-256.
    PssMessage,
}

impl Scheme {
    /// By P1; `None` for a value that answers 6A86.
    pub fn from_p1(p1: u8) -> Option<Self> {
        [Self::Verbatim, Self::BareHash, Self::Hash, Self::Message, Self::PssHash, Self::PssMessage]
            .get(usize::from(p1))
            .copied()
    }
}

/// Where a random scheme gets its generator.
pub type Draw<'d> = &'d mut dyn FnMut() -> ChaCha20Rng;

/// A private key that signs for the card.
pub trait SigningKey: Send + Sync {
    /// Bytes of a signature.
    fn signature_length(&self) -> usize;

    /// Is this a length of data that `scheme` takes?
    fn accepts(&self, scheme: Scheme, length: usize) -> bool;

    /// The signature; `None` when the key cannot. A scheme that is random takes its randomness from `draw`, the others none.
    fn sign(&self, scheme: Scheme, data: &[u8], draw: Draw<'_>) -> Option<Vec<u8>>;
}

impl SigningKey for RsaPrivateKey {
    fn signature_length(&self) -> usize {
        self.size()
    }

    fn accepts(&self, scheme: Scheme, length: usize) -> bool {
        match scheme {
            Scheme::Verbatim => (1..=self.size().saturating_sub(PADDING)).contains(&length),
            Scheme::Hash | Scheme::PssHash => length == HASH,
            Scheme::BareHash | Scheme::Message | Scheme::PssMessage => length > 0,
        }
    }

    fn sign(&self, scheme: Scheme, data: &[u8], draw: Draw<'_>) -> Option<Vec<u8>> {
        let hash = || Sha256::digest(data);
        match scheme {
            Scheme::Verbatim => self.sign(Pkcs1v15Sign::new_unprefixed(), data),
            Scheme::BareHash => self.sign(Pkcs1v15Sign::new_unprefixed(), &hash()),
            Scheme::Hash => self.sign(Pkcs1v15Sign::new::<Sha256>(), data),
            Scheme::Message => self.sign(Pkcs1v15Sign::new::<Sha256>(), &hash()),
            Scheme::PssHash => self.sign_with_rng(&mut draw(), Pss::new::<Sha256>(), data),
            Scheme::PssMessage => self.sign_with_rng(&mut draw(), Pss::new::<Sha256>(), &hash()),
        }
        .ok()
    }
}
