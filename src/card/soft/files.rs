//! What the elementary files of the 公的個人認証AP hold (spec/jpki-card.md §2.3, §2.4).

use super::image::JpkiImage;
use super::state::PinName;
use crate::card::layout;

/// Size of a certificate file; the rest behind the DER is FF (observed filler; the size itself is ours [C]).
const CERTIFICATE_FILE_SIZE: usize = 2048;
const FILLER: u8 = 0xFF;

/// What kind of file an identifier names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum File {
    /// Read by READ BINARY.
    Transparent,
    /// A PIN: VERIFY, CHANGE.
    Pin(PinName),
    /// A private key: COMPUTE DIGITAL SIGNATURE.
    Key(PinName),
    /// Some other internal file.
    Internal,
}

/// The file of this identifier, if the card has one.
pub(super) fn file(id: u16) -> Option<File> {
    match id {
        layout::SIGNATURE_CERTIFICATE
        | layout::SIGNATURE_CA
        | layout::TOKEN_INFO
        | layout::AVAILABILITY
        | layout::AUTHENTICATION_CERTIFICATE
        | layout::AUTHENTICATION_CA => Some(File::Transparent),
        layout::AUTHENTICATION_PIN => Some(File::Pin(PinName::Authentication)),
        layout::SIGNATURE_PASSWORD => Some(File::Pin(PinName::Signature)),
        layout::AUTHENTICATION_KEY => Some(File::Key(PinName::Authentication)),
        layout::SIGNATURE_KEY => Some(File::Key(PinName::Signature)),
        layout::TERMINAL_KEY_REFERENCE => Some(File::Internal),
        _ => None,
    }
}

/// The right that reading `id` takes.
pub(super) fn right_to_read(image: &JpkiImage, id: u16) -> Option<PinName> {
    match id {
        layout::SIGNATURE_CERTIFICATE => Some(PinName::Signature),
        layout::AUTHENTICATION_CERTIFICATE if image.certificate_needs_pin => Some(PinName::Authentication),
        _ => None,
    }
}

/// The bytes of a transparent file.
pub(super) fn content(image: &JpkiImage, id: u16) -> Vec<u8> {
    match id {
        layout::AUTHENTICATION_CERTIFICATE => padded(&image.authentication.get().certificate),
        layout::AUTHENTICATION_CA => padded(&image.authentication.get().issuer),
        layout::SIGNATURE_CERTIFICATE => padded(image.signature.as_ref().map_or(&[], |s| &s.get().certificate)),
        layout::SIGNATURE_CA => padded(image.signature.as_ref().map_or(&[], |s| &s.get().issuer)),
        layout::TOKEN_INFO => token_info(image),
        // 8F = there [B]; 00 for "not there" is inferred [C].
        layout::AVAILABILITY => vec![if image.signature.is_some() { 0x8F } else { 0x00 }, 0x8F, 0x00],
        _ => Vec::new(),
    }
}

fn padded(der: &[u8]) -> Vec<u8> {
    let mut file = der.to_vec();
    file.resize(CERTIFICATE_FILE_SIZE.max(der.len()), FILLER);
    file
}

/// EF 0006: 160 bytes in the manner of CK_TOKEN_INFO, big-endian (§2.4; label [A], the rest [B]). Manufacturer, model and
/// serial are ours, so that nobody takes it for a card that was measured.
fn token_info(image: &JpkiImage) -> Vec<u8> {
    const UNAVAILABLE: [u8; 4] = [0xFF; 4];
    let text = |text: &str, width: usize| format!("{text:<width$}").into_bytes();
    let mut info = Vec::with_capacity(160);
    info.extend(text(image.kind.label(), 32));
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
