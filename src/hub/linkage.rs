//! PMH連携キー: the PMH-ID, encrypted for one inquiry (spec/pmh.md §4.1, §4.2, [A]).
//!
//! [`pair`] makes the two ends once: the eligibility system seals, PMH opens. Each key carries a number that is used once, as its
//! nonce, so no two keys are equal and PMH can tell which it has seen.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use rand_core::RngCore;

use crate::random::Seed;
use crate::secret::{LinkageKey, PmhId};
use crate::visit::hexadecimal;

const NONCE_BYTES: usize = 12;
/// Of the nonce, how many bytes are drawn; the rest is the number of the inquiry.
const DRAWN_BYTES: usize = 4;

/// The end of the eligibility system.
pub struct Sealer {
    cipher: ChaCha20Poly1305,
    seed: Seed,
}

/// The end of PMH.
pub struct Opener {
    cipher: ChaCha20Poly1305,
}

/// What a linkage key held.
pub struct Opened {
    /// Whose data is asked for.
    pub pmh_id: PmhId,
    /// The number of the inquiry.
    pub inquiry: u64,
}

/// Both ends of the line, with a secret of their own.
pub fn pair(seed: Seed) -> (Sealer, Opener) {
    let mut key = Key::default();
    seed.rng(&["pmh-linkage", "secret"]).fill_bytes(&mut key);
    let cipher = ChaCha20Poly1305::new(&key);
    (Sealer { cipher: cipher.clone(), seed }, Opener { cipher })
}

impl Sealer {
    /// The key for one inquiry. Its number must be fresh: equal numbers make equal keys.
    pub fn seal(&self, pmh_id: &PmhId, inquiry: u64) -> LinkageKey {
        let mut nonce = Nonce::default();
        let (drawn, number) = nonce.split_at_mut(DRAWN_BYTES);
        self.seed.rng(&["pmh-linkage", "nonce", &inquiry.to_string()]).fill_bytes(drawn);
        number.copy_from_slice(&inquiry.to_be_bytes());
        // Encryption fails for messages of 256 GiB only; an empty text would be refused at the other end.
        let text = self.cipher.encrypt(&nonce, pmh_id.reveal().as_bytes()).unwrap_or_default();
        LinkageKey::new(hexadecimal::encode(&nonce) + &hexadecimal::encode(&text))
    }
}

impl Opener {
    /// Decrypts a key; `None` when it was not made by the other end.
    pub fn open(&self, key: &LinkageKey) -> Option<Opened> {
        let bytes = hexadecimal::decode(key.reveal())?;
        let (nonce, text) = bytes.split_at_checked(NONCE_BYTES)?;
        let plain = self.cipher.decrypt(Nonce::from_slice(nonce), text).ok()?;
        let inquiry = u64::from_be_bytes(nonce.get(DRAWN_BYTES..)?.try_into().ok()?);
        Some(Opened { pmh_id: PmhId::new(String::from_utf8(plain).ok()?), inquiry })
    }
}
