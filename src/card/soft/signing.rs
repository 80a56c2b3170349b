//! COMPUTE DIGITAL SIGNATURE, `80 2A` (spec/jpki-card.md §2.10).

use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::files::File;
use super::state::PinName;
use super::{Answer, SoftCard};
use crate::card::apdu::CommandApdu;
use crate::card::status::StatusWord;

/// Most that PKCS#1 type 1 padding leaves room for in 256 bytes.
const MAX_VERBATIM: usize = 245;
/// A signature of RSA-2048.
const SIGNATURE_LENGTH: u32 = 256;

impl SoftCard {
    pub(super) fn compute_signature(&mut self, command: &CommandApdu) -> Answer {
        let scheme = Scheme::from_p1(command.p1).ok_or(StatusWord::WRONG_P1_P2)?;
        let File::Key(pin) = self.referenced_file(command.p2)? else { return Err(StatusWord::INCOMPATIBLE_FILE) };
        if !self.is_verified(pin) {
            return Err(StatusWord::SECURITY_STATUS);
        }
        if command.expected().is_none_or(|expected| expected < SIGNATURE_LENGTH) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if !scheme.accepts(command.data().len()) {
            return Err(StatusWord::CONDITIONS);
        }
        let image = self.jpki().ok_or(StatusWord::NO_CURRENT_FILE)?;
        let credential = match pin {
            PinName::Authentication => Some(&image.authentication),
            PinName::Signature => image.signature.as_ref(),
        };
        let key = credential.ok_or(StatusWord::CONDITIONS)?.get().key.clone();
        scheme.sign(&key, command.data(), self).map_err(|_| StatusWord::CONDITIONS)
    }
}

/// What P1 asks for. P1 00 is in many sources [A], the others in one [B].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
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
    fn from_p1(p1: u8) -> Option<Self> {
        Some(match p1 {
            0 => Self::Verbatim,
            1 => Self::BareHash,
            2 => Self::Hash,
            3 => Self::Message,
            4 => Self::PssHash,
            5 => Self::PssMessage,
            _ => return None,
        })
    }

    fn accepts(self, length: usize) -> bool {
        match self {
            Self::Verbatim => (1..=MAX_VERBATIM).contains(&length),
            Self::Hash | Self::PssHash => length == 32,
            Self::BareHash | Self::Message | Self::PssMessage => length > 0,
        }
    }

    fn sign(self, key: &RsaPrivateKey, data: &[u8], card: &mut SoftCard) -> rsa::Result<Vec<u8>> {
        let hash = || Sha256::digest(data);
        match self {
            Self::Verbatim => key.sign(Pkcs1v15Sign::new_unprefixed(), data),
            Self::BareHash => key.sign(Pkcs1v15Sign::new_unprefixed(), &hash()),
            Self::Hash => key.sign(Pkcs1v15Sign::new::<Sha256>(), data),
            Self::Message => key.sign(Pkcs1v15Sign::new::<Sha256>(), &hash()),
            Self::PssHash => key.sign_with_rng(&mut card.next_rng("pss"), Pss::new::<Sha256>(), data),
            Self::PssMessage => key.sign_with_rng(&mut card.next_rng("pss"), Pss::new::<Sha256>(), &hash()),
        }
    }
}
