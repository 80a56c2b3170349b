//! COMPUTE DIGITAL SIGNATURE, `80 2A` (spec/jpki-card.md §2.10), and INTERNAL AUTHENTICATE, `00 88` (§2.7).

use super::image::{FileImage, KeyCommand, KeyImage};
use super::key::Scheme;
use super::{Answer, SoftCard};
use crate::card::apdu::CommandApdu;
use crate::card::status::StatusWord;

/// P2 that means the default key of the application.
const DEFAULT_KEY: u8 = 0x00;

impl SoftCard {
    pub(super) fn compute_signature(&mut self, command: &CommandApdu) -> Answer {
        let scheme = Scheme::from_p1(command.p1).ok_or(StatusWord::WRONG_P1_P2)?;
        let key = match self.default_key() {
            Some(key) if command.p2 == DEFAULT_KEY => key,
            _ => self.key(command.p2)?,
        };
        self.sign(&key, KeyCommand::ComputeSignature, scheme, command)
    }

    /// PKCS#1 v1.5 with SHA-256 over the challenge. The only key that does it needs no PIN; the others refuse by their right
    /// (6982), or because they are for something else (6985) ([B]).
    pub(super) fn internal_authenticate(&mut self, command: &CommandApdu) -> Answer {
        if command.p1 != 0 {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let key = self.key(command.p2)?;
        // A challenge has 1 to 255 bytes.
        if command.is_extended() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        self.sign(&key, KeyCommand::InternalAuthenticate, Scheme::Message, command)
    }

    fn sign(&mut self, key: &KeyImage, with: KeyCommand, scheme: Scheme, command: &CommandApdu) -> Answer {
        if !self.has(key.right) {
            return Err(StatusWord::SECURITY_STATUS);
        }
        if key.command != with {
            return Err(StatusWord::CONDITIONS);
        }
        let key = key.key.as_ref().ok_or(StatusWord::CONDITIONS)?.get();
        if command.expected().is_none_or(|expected| (expected as usize) < key.signature_length()) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if !key.accepts(scheme, command.data().len()) {
            return Err(StatusWord::CONDITIONS);
        }
        key.sign(scheme, command.data(), &mut || self.next_rng("pss")).ok_or(StatusWord::CONDITIONS)
    }

    /// The key that P2 names.
    fn key(&mut self, p2: u8) -> Result<KeyImage, StatusWord> {
        as_key(self.referenced_file(p2)?.1).ok_or(StatusWord::INCOMPATIBLE_FILE)
    }

    /// The key of the application that needs no naming, if it has one. The current file stays as it is.
    fn default_key(&self) -> Option<KeyImage> {
        let application = self.application()?;
        application.files.get(&application.default_key?).and_then(as_key)
    }
}

fn as_key(file: &FileImage) -> Option<KeyImage> {
    match file {
        FileImage::Key(key) => Some(key.clone()),
        _ => None,
    }
}
