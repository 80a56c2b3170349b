//! What personalisation puts on a card.

use std::fmt;
use std::sync::{Arc, LazyLock};

use rsa::RsaPrivateKey;

use crate::card::layout::TokenKind;
use crate::secret::Pin;

/// Contact マイナンバーカード; what GET DATA 5F51 of a test card returns as well (spec/jpki-card.md §1.1, [A]).
pub const ATR_CONTACT: [u8; 9] = [0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14];
/// Contactless, as a reader makes it from ISO 14443 type B (spec/jpki-card.md §1.2, [A]).
pub const ATR_CONTACTLESS: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x41, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x3B];
/// Another card of type B, 運転免許証 (spec/jpki-card.md §1.2, [B]).
pub const ATR_FOREIGN: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x91, 0x81, 0xC1, 0x00, 0xD8];

/// A card as it leaves personalisation.
#[derive(Debug)]
pub struct CardImage {
    /// Whose card it is; names its random draws.
    pub name: String,
    /// Answer to reset.
    pub atr: Vec<u8>,
    /// The 公的個人認証AP; `None` on a card that is no My Number card: every AID answers 6A82.
    pub jpki: Option<JpkiImage>,
}

/// The 公的個人認証AP of one card.
#[derive(Debug)]
pub struct JpkiImage {
    /// What EF 0006 says it is.
    pub kind: TokenKind,
    /// 利用者証明用
    pub authentication: LazyCredential,
    /// 署名用; not on a 顔認証マイナンバーカード.
    pub signature: Option<LazyCredential>,
    /// 利用者証明用 PIN, four digits.
    pub authentication_pin: Pin,
    /// 署名用パスワード, 6–16 upper-case letters and digits.
    pub signature_password: Pin,
    /// Locked from the start: 顔認証マイナンバーカード, or somebody who mistyped.
    pub authentication_pin_locked: bool,
    /// EF 000A is read after the PIN only: the Android profile (spec/jpki-card.md §4, [B]).
    pub certificate_needs_pin: bool,
}

/// A key with its certificate and its issuer's.
pub struct Credential {
    /// DER.
    pub certificate: Vec<u8>,
    /// DER.
    pub issuer: Vec<u8>,
    /// RSA-2048.
    pub key: Arc<RsaPrivateKey>,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({} bytes)", self.certificate.len())
    }
}

/// A credential that is made when the card is first asked for it: a key takes a good part of a second, and most cards that
/// are loaded are never tapped.
#[derive(Clone)]
pub struct LazyCredential(Arc<LazyLock<Credential, Box<dyn FnOnce() -> Credential + Send>>>);

impl LazyCredential {
    /// Made by `make`, once, on first use.
    pub fn new(make: impl FnOnce() -> Credential + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }

    /// The credential; the first call waits for it.
    pub fn get(&self) -> &Credential {
        &self.0
    }
}

impl fmt::Debug for LazyCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazyCredential")
    }
}
