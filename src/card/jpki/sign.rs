//! A signature of the card over a challenge of ours (spec/jpki-card.md §2.10).

use rsa::Pkcs1v15Sign;
use sha2::{Digest, Sha256};

use super::{Jpki, JpkiError};
use crate::card::apdu::{CommandApdu, MAX_SHORT_EXPECTED, ins};
use crate::card::certificate::Certificate;
use crate::card::soft::PinName;
use crate::card::status::StatusWord;

/// DigestInfo of SHA-256 in front of its 32 bytes (RFC 8017 §9.2).
const SHA256_PREFIX: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// The DigestInfo of `message`: 51 bytes.
pub fn digest_info(message: &[u8]) -> Vec<u8> {
    let mut info = SHA256_PREFIX.to_vec();
    info.extend(Sha256::digest(message));
    info
}

/// Was `message` signed (SHA-256, PKCS#1 v1.5) by the key of `certificate`?
pub fn check_signature(certificate: &Certificate, message: &[u8], signature: &[u8]) -> bool {
    certificate.public_key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature).is_ok()
}

impl Jpki<'_> {
    /// Has the card sign `message` with the key that `pin` opens; the PIN must have been verified. Two APDUs. Whether the
    /// signature holds is for [`check_signature`].
    pub fn sign(&mut self, pin: PinName, message: &[u8]) -> Result<Vec<u8>, JpkiError> {
        const DOING: &str = "署名 / COMPUTE DIGITAL SIGNATURE";
        // A reference of another application opens no key of this one: the answer the card would give.
        let key = pin.key().ok_or(JpkiError::Refused { doing: DOING, status: StatusWord::NOT_FOUND })?;
        self.select_file(key, DOING)?;
        let command = CommandApdu::new(0x80, ins::PERFORM_SECURITY_OPERATION, 0x00, 0x80)
            .with_data(&digest_info(message))
            .expecting(MAX_SHORT_EXPECTED);
        self.send_expecting_ok(&command, DOING)
    }
}
