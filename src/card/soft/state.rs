//! What using a card changes on it: counters and PINs. Rights do not belong here; they go with the power.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::image::CardImage;
use crate::secret::Pin;

/// Tries of the 利用者証明用 PIN (spec/jpki-card.md §2.3, [A]).
pub const AUTHENTICATION_TRIES: u8 = 3;
/// Tries of the 署名用パスワード (spec/jpki-card.md §2.3, [A]).
pub const SIGNATURE_TRIES: u8 = 5;

/// The two secrets of the 公的個人認証AP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinName {
    /// 利用者証明用 PIN, EF 0018
    Authentication,
    /// 署名用パスワード, EF 001B
    Signature,
}

/// The changeable part of a card; kept outside between sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardState {
    /// Tries left of the 利用者証明用 PIN.
    pub authentication_tries: u8,
    /// Tries left of the 署名用パスワード.
    pub signature_tries: u8,
    /// The PIN, once it has been changed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "changed_pin")]
    pub authentication_pin: Option<Pin>,
    /// The password, once it has been changed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "changed_pin")]
    pub signature_password: Option<Pin>,
}

impl CardState {
    /// The state of a card fresh from personalisation.
    pub fn of(image: &CardImage) -> Self {
        let jpki = image.jpki.as_ref();
        Self {
            authentication_tries: if jpki.is_some_and(|j| j.authentication_pin_locked) {
                0
            } else {
                AUTHENTICATION_TRIES
            },
            // Without a 署名用 certificate its password was never set: locked, so that clients still get a counter.
            signature_tries: if jpki.is_some_and(|j| j.signature.is_none()) { 0 } else { SIGNATURE_TRIES },
            authentication_pin: None,
            signature_password: None,
        }
    }

    /// Tries left.
    pub fn tries(&self, pin: PinName) -> u8 {
        match pin {
            PinName::Authentication => self.authentication_tries,
            PinName::Signature => self.signature_tries,
        }
    }

    /// What the counter starts from and returns to.
    pub fn most_tries(pin: PinName) -> u8 {
        match pin {
            PinName::Authentication => AUTHENTICATION_TRIES,
            PinName::Signature => SIGNATURE_TRIES,
        }
    }

    pub(super) fn set_tries(&mut self, pin: PinName, tries: u8) {
        match pin {
            PinName::Authentication => self.authentication_tries = tries,
            PinName::Signature => self.signature_tries = tries,
        }
    }
}

/// A changed PIN has to be written down to survive; it is a test card's PIN.
mod changed_pin {
    use super::{Deserialize, Deserializer, Pin, Serialize, Serializer};

    pub fn serialize<S: Serializer>(pin: &Option<Pin>, serializer: S) -> Result<S::Ok, S::Error> {
        pin.as_ref().map(Pin::reveal).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Pin>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(Pin::new))
    }
}
