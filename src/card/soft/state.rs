//! What using a card changes on it: counters and PINs. Rights do not belong here; they go with the power.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::card::layout::PinName;
use crate::secret::Pin;

/// The changeable part of a card; kept outside between sessions. What is not named here is as personalisation left it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct CardState {
    references: BTreeMap<PinName, ReferenceState>,
}

/// What use changed on one reference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ReferenceState {
    /// Tries left, once it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    tries: Option<u8>,
    /// The value, once it has been changed.
    #[serde(skip_serializing_if = "Option::is_none", with = "changed_pin")]
    changed: Option<Pin>,
}

impl CardState {
    /// Tries left of `pin`, once it was tried.
    pub fn tries(&self, pin: PinName) -> Option<u8> {
        self.references.get(&pin)?.tries
    }

    /// The value of `pin`, once it has been changed.
    pub fn changed(&self, pin: PinName) -> Option<&Pin> {
        self.references.get(&pin)?.changed.as_ref()
    }

    pub(super) fn set_tries(&mut self, pin: PinName, tries: u8) {
        self.references.entry(pin).or_default().tries = Some(tries);
    }

    pub(super) fn set_changed(&mut self, pin: PinName, value: Pin) {
        self.references.entry(pin).or_default().changed = Some(value);
    }
}

/// A state as it stands in a file: as it is written now, or as versions wrote it that knew the 公的個人認証AP only.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    references: BTreeMap<PinName, ReferenceState>,
    authentication_tries: Option<u8>,
    signature_tries: Option<u8>,
    #[serde(with = "changed_pin")]
    authentication_pin: Option<Pin>,
    #[serde(with = "changed_pin")]
    signature_password: Option<Pin>,
}

impl From<Written> for CardState {
    fn from(written: Written) -> Self {
        let mut state = Self { references: written.references };
        for (pin, tries, changed) in [
            (PinName::Authentication, written.authentication_tries, written.authentication_pin),
            (PinName::Signature, written.signature_tries, written.signature_password),
        ] {
            if let Some(tries) = tries {
                state.set_tries(pin, tries);
            }
            if let Some(changed) = changed {
                state.set_changed(pin, changed);
            }
        }
        state
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_of_an_earlier_version_is_read() {
        let old = r#"{ "authentication_tries": 2, "signature_tries": 0, "authentication_pin": "5678" }"#;
        let state: CardState = serde_json::from_str(old).unwrap();
        assert_eq!((state.tries(PinName::Authentication), state.tries(PinName::Signature)), (Some(2), Some(0)));
        assert_eq!(state.changed(PinName::Authentication).unwrap().reveal(), "5678");
        assert_eq!(state.changed(PinName::Signature), None);
        let now = serde_json::to_string(&state).unwrap();
        assert_eq!(now, r#"{"references":{"authentication":{"tries":2,"changed":"5678"},"signature":{"tries":0}}}"#);
        assert_eq!(serde_json::from_str::<CardState>(&now).unwrap(), state);
    }

    #[test]
    fn a_state_with_a_word_that_is_none_of_ours_is_refused() {
        for odd in [r#"{ "authentication_trys": 2 }"#, r#"{ "references": { "pin": {} } }"#] {
            assert!(serde_json::from_str::<CardState>(odd).is_err(), "{odd}");
        }
    }
}
