//! The 公的個人認証AP as data: what personalisation decides, and the files that follow (spec/jpki-card.md §2.3, §2.4).

use std::fmt;
use std::sync::Arc;

use rsa::RsaPrivateKey;

use super::image::{ApplicationImage, FileImage, KeyCommand, KeyImage, Lazy, ReferenceImage, Right};
use super::key::SigningKey;
use crate::card::layout::{self, ApplicationKind, PinName, TokenKind};
use crate::secret::Pin;

/// Size of a certificate file; the rest behind the DER is FF (observed filler; the size itself is ours [C]).
const CERTIFICATE_FILE_SIZE: usize = 2048;
const FILLER: u8 = 0xFF;

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

/// A credential that is made when the card is first asked for it.
pub type LazyCredential = Lazy<Credential>;

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({} bytes)", self.certificate.len())
    }
}

impl From<JpkiImage> for ApplicationImage {
    fn from(jpki: JpkiImage) -> Self {
        const AUTHENTICATED: Right = Right::AnyOf(&[PinName::Authentication]);
        const SIGNING: Right = Right::AnyOf(&[PinName::Signature]);
        let read_certificate = if jpki.certificate_needs_pin { AUTHENTICATED } else { Right::Free };
        let (authentication, signature) = (Some(&jpki.authentication), jpki.signature.as_ref());
        let files = [
            (layout::AUTHENTICATION_CERTIFICATE, certificate(authentication, |c| &c.certificate, read_certificate)),
            (layout::AUTHENTICATION_CA, certificate(authentication, |c| &c.issuer, Right::Free)),
            (layout::AUTHENTICATION_KEY, key(authentication, AUTHENTICATED)),
            (layout::SIGNATURE_CERTIFICATE, certificate(signature, |c| &c.certificate, SIGNING)),
            (layout::SIGNATURE_CA, certificate(signature, |c| &c.issuer, Right::Free)),
            (layout::SIGNATURE_KEY, key(signature, SIGNING)),
            (layout::TOKEN_INFO, FileImage::bytes(token_info(jpki.kind), Right::Free)),
            (layout::AVAILABILITY, FileImage::bytes(availability(signature.is_some()), Right::Free)),
            (layout::TERMINAL_KEY_REFERENCE, FileImage::Internal),
            ReferenceImage::new(PinName::Authentication, jpki.authentication_pin)
                .blocked(jpki.authentication_pin_locked)
                .in_its_file(),
            // Without a 署名用 certificate its password was never set: blocked, so that clients still get a counter.
            ReferenceImage::new(PinName::Signature, jpki.signature_password).blocked(signature.is_none()).in_its_file(),
        ];
        // Seen on cards; no source has them on a phone.
        let is_card = jpki.kind == TokenKind::MyNumberCard;
        Self::new(ApplicationKind::Jpki, files.into_iter().chain(unexplained().filter(|_| is_card)))
    }
}

/// The files that nobody can explain. What a closed one holds is not known, so it holds nothing; that the others are internal files, for
/// nobody has told of anything read there, is inferred [C].
fn unexplained() -> impl Iterator<Item = (u16, FileImage)> {
    layout::UNEXPLAINED.into_iter().map(|row| {
        let file = if row.is_closed { FileImage::bytes(Vec::new(), Right::Never) } else { FileImage::Internal };
        (row.file, file)
    })
}

impl ApplicationImage {
    /// The 公的個人認証AP of a 住基カード: it says what it is (EF 0006; the label is [A]). Its certificates were for signatures only, are all
    /// long expired, and their files are not public: it has none ([C]).
    pub fn jpki_of_juki_card() -> Self {
        let label = FileImage::bytes(token_info(TokenKind::ResidentCard), Right::Free);
        Self::new(ApplicationKind::Jpki, [(layout::TOKEN_INFO, label)])
    }
}

/// The file of a certificate; only filler where there is none.
fn certificate(credential: Option<&LazyCredential>, part: fn(&Credential) -> &[u8], read: Right) -> FileImage {
    let credential = credential.cloned();
    FileImage::lazy(move || padded(credential.as_ref().map_or(&[], |credential| part(credential.get()))), read)
}

fn padded(der: &[u8]) -> Vec<u8> {
    let mut file = der.to_vec();
    file.resize(CERTIFICATE_FILE_SIZE.max(der.len()), FILLER);
    file
}

fn key(credential: Option<&LazyCredential>, right: Right) -> FileImage {
    let key = credential
        .cloned()
        .map(|credential| Lazy::new(move || -> Arc<dyn SigningKey> { credential.get().key.clone() }));
    FileImage::Key(KeyImage { key, right, command: KeyCommand::ComputeSignature })
}

/// EF 0008. 8F = there [B]; 00 for "not there" is inferred [C].
fn availability(has_signature: bool) -> Vec<u8> {
    vec![if has_signature { 0x8F } else { 0x00 }, 0x8F, 0x00]
}

/// EF 0006: 160 bytes in the manner of CK_TOKEN_INFO, big-endian (§2.4; label [A], the rest [B]). Manufacturer, model and
/// serial are ours, so that nobody takes it for a card that was measured.
fn token_info(kind: TokenKind) -> Vec<u8> {
    const UNAVAILABLE: [u8; 4] = [0xFF; 4];
    let text = |text: &str, width: usize| format!("{text:<width$}").into_bytes();
    let mut info = Vec::with_capacity(160);
    info.extend(text(kind.label(), 32));
    info.extend(b"00000000000000000000000000000001");
    info.extend(text("MADOGUCHI", 16));
    info.extend(b"0000000000000000");
    info.extend(0x0000_040D_u32.to_be_bytes());
    for sessions in [1_u32, 0, 1, 0] {
        info.extend(sessions.to_be_bytes());
    }
    for pin_length in [16_u32, 6] {
        info.extend(pin_length.to_be_bytes());
    }
    for _ in 0..4 {
        info.extend(UNAVAILABLE);
    }
    info.extend(b"0301");
    info.extend([b'9'; 16]);
    info
}
