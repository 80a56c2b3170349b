//! Secure messaging of the 券面事項入力補助AP, the only application that has it (spec/jpki-card.md §2.11, [B]).
//!
//! A terminal that presented the PIN delivers a key of its own under the public key of EF 0006. From then on SELECT, VERIFY and READ BINARY of
//! class 08 carry one encrypted object. Each of them counts, refused by the application or not; plain commands between them do not. What
//! cannot be read ends the session: 6988, and 69FC ever after.

use std::fmt;

use aes::Aes128;
use aes::cipher::block_padding::Iso7816;
use aes::cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use rsa::Oaep;
use sha2::Sha256;

use super::{Answer, SoftCard};
use crate::card::apdu::{CommandApdu, ins};
use crate::card::layout::{ApplicationKind, PinName};
use crate::card::status::StatusWord;
use crate::card::tlv;

/// Class of these commands. The header is not authenticated: the application takes no key for that.
pub(super) const CLASS: u8 = 0x08;
/// What stands before the 32 bytes of the delivered key: key delivery, key for encryption.
const DELIVERY: [u8; 4] = [0xA0, 0x22, 0x80, 0x20];
/// Bytes that are delivered, whichever cipher takes how many of them.
const SEED: usize = 32;
const BLOCK: usize = 16;
/// An encrypted object, and the one sign of padding that is known.
const CRYPTOGRAM: u16 = 0x86;
const PADDED: u8 = 0x01;
/// How many bytes are expected: 00 and two bytes, 0 for all there are.
const EXPECTED: u16 = 0x96;

/// A key that a terminal delivered, and how many commands came under it.
pub(super) struct SecureSession {
    key: [u8; BLOCK],
    count: u128,
}

impl fmt::Debug for SecureSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecureSession({} commands)", self.count)
    }
}

impl SecureSession {
    /// Both directions of a command begin with its encrypted number.
    fn start(&self) -> [u8; BLOCK] {
        let mut block = self.count.to_be_bytes().into();
        Aes128::new(&self.key.into()).encrypt_block(&mut block);
        block.into()
    }

    fn open(&self, object: &[u8]) -> Option<Vec<u8>> {
        let cryptogram = object.strip_prefix(&[PADDED])?;
        let cipher = cbc::Decryptor::<Aes128>::new(&self.key.into(), &self.start().into());
        cipher.decrypt_padded_vec::<Iso7816>(cryptogram).ok()
    }

    fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let cipher = cbc::Encryptor::<Aes128>::new(&self.key.into(), &self.start().into());
        tlv::write(CRYPTOGRAM, &[&[PADDED], cipher.encrypt_padded_vec::<Iso7816>(plain).as_slice()].concat())
    }
}

impl SoftCard {
    /// `80 AE`, SET SESSION KEY: what each application says to it. The right is looked at before the key.
    pub(super) fn set_session_key(&mut self, command: &CommandApdu) -> Answer {
        match self.application().map(|application| application.kind) {
            Some(ApplicationKind::Text) if self.session.verified.contains(&PinName::Text) => {}
            Some(ApplicationKind::Text | ApplicationKind::Jpki | ApplicationKind::Resident) => {
                return Err(StatusWord::SECURITY_STATUS);
            }
            Some(ApplicationKind::Visual | ApplicationKind::Common) => return Err(StatusWord::SECURITY_ENVIRONMENT),
            Some(ApplicationKind::IssuerSecurityDomain) | None => return Err(StatusWord::INSTRUCTION),
        }
        let private = self.application().and_then(|application| application.session_key.as_ref());
        let delivered = private.and_then(|key| key.get().decrypt(Oaep::new::<Sha256>(), command.data()).ok());
        let seed = delivered.as_deref().and_then(|delivered| delivered.strip_prefix(&DELIVERY));
        let key = seed.filter(|seed| seed.len() == SEED).and_then(|seed| seed.first_chunk::<BLOCK>());
        self.session.secure = Some(SecureSession { key: *key.ok_or(StatusWord::WRONG_DATA)?, count: 0 });
        Ok(Vec::new())
    }

    /// A command of class 08.
    pub(super) fn secure_command(&mut self, command: &CommandApdu) -> Answer {
        let Some(mut session) = self.session.secure.take() else { return Err(self.other_class(CLASS)) };
        session.count += 1;
        // Gone unless the object is the right one, alone, and can be read.
        let (wanted, value) = match tlv::take(command.data()) {
            Ok((tag, value, [])) => (tag, value),
            _ => return Err(StatusWord::SECURE_MESSAGING_OBJECT_WRONG),
        };
        let plain = match (command.instruction, wanted) {
            (ins::SELECT | ins::VERIFY, CRYPTOGRAM) => session.open(value),
            (ins::READ_BINARY, EXPECTED) => Some(value.to_vec()),
            _ => None,
        };
        let plain = plain.ok_or(StatusWord::SECURE_MESSAGING_OBJECT_WRONG)?;
        let inner = CommandApdu::new(0x00, command.instruction, command.p1, command.p2);
        let answer = match (command.instruction, plain.as_slice()) {
            (ins::SELECT, _) => self.select(&inner.with_data(&plain)),
            (ins::VERIFY, _) => self.verify(&inner.with_data(&plain)),
            (_, &[0x00, high, low]) => {
                let wanted = match u16::from_be_bytes([high, low]) {
                    0 => usize::MAX,
                    wanted => usize::from(wanted),
                };
                self.rest_of_file(command.p1, command.p2).map(|mut rest| {
                    rest.truncate(wanted);
                    session.seal(&rest)
                })
            }
            _ => return Err(StatusWord::SECURE_MESSAGING_OBJECT_WRONG),
        };
        // Selecting another application ends it, as it ends every right.
        if self.session.application == Some(ApplicationKind::Text) {
            self.session.secure = Some(session);
        }
        answer
    }
}
