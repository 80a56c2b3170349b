//! PINs: asked before they are tried, tried once (spec/jpki-card.md §2.9).

use super::{Jpki, JpkiError, pin_file};
use crate::card::apdu::{CommandApdu, ins};
use crate::card::layout::{ApplicationKind, Letters};
use crate::card::soft::PinName;
use crate::card::status::StatusWord;
use crate::secret::Pin;

/// What the card says about a PIN without being given one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinState {
    /// So many tries are left.
    Tries(u8),
    /// None is left.
    Locked,
    /// The reference has no counter (6300). No PIN of a present card does that.
    Unlimited,
}

impl PinState {
    /// Tries left, 0 when locked, `None` without a counter.
    pub fn tries(self) -> Option<u8> {
        match self {
            Self::Tries(tries) => Some(tries),
            Self::Locked => Some(0),
            Self::Unlimited => None,
        }
    }
}

/// May the last try be spent?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastTry {
    /// No: a miss would lock the PIN, and only the municipality unlocks it.
    Keep,
    /// Yes, somebody said so.
    Spend,
}

impl Jpki<'_> {
    /// Tries left, without spending one: SELECT and the empty VERIFY.
    pub fn pin_status(&mut self, pin: PinName) -> Result<PinState, JpkiError> {
        const DOING: &str = "残り回数の確認 / asking the tries left";
        self.select_file(pin_file(pin), DOING)?;
        let status = self.send(&CommandApdu::new(0x00, ins::VERIFY, 0x00, 0x80))?.status;
        match (status, status.tries_left()) {
            (_, Some(0)) | (StatusWord::REFERENCE_LOCKED | StatusWord::BLOCKED_ISO, _) => Ok(PinState::Locked),
            (_, Some(tries)) => Ok(PinState::Tries(tries)),
            (StatusWord(0x6300), _) => Ok(PinState::Unlimited),
            _ => Err(JpkiError::Refused { doing: DOING, status }),
        }
    }

    /// Gives the card its PIN, after asking how many tries are left. Sent once, whatever comes back: an answer that was lost
    /// may have been a miss. What cannot be this PIN is not sent at all.
    pub fn verify(&mut self, pin: PinName, value: &Pin, last_try: LastTry) -> Result<(), JpkiError> {
        if pin.reference().application != ApplicationKind::Jpki {
            // Another application's: its file is here something else, or nothing.
            return Err(JpkiError::Refused { doing: "照合 / VERIFY", status: StatusWord::NOT_FOUND });
        }
        check_form(pin, value)?;
        match self.pin_status(pin)? {
            PinState::Locked => return Err(JpkiError::PinLocked),
            PinState::Tries(tries @ ..=1) if last_try == LastTry::Keep => return Err(JpkiError::TooDear { tries }),
            PinState::Tries(_) | PinState::Unlimited => {}
        }
        let verify = CommandApdu::new(0x00, ins::VERIFY, 0x00, 0x80).with_data(value.reveal().as_bytes());
        let status = self.send(&verify)?.status;
        match (status, status.tries_left()) {
            (StatusWord::OK, _) => {
                self.is_open = true;
                Ok(())
            }
            (_, Some(tries)) => Err(JpkiError::WrongPin { tries }),
            (StatusWord::REFERENCE_LOCKED | StatusWord::BLOCKED_ISO, _) => Err(JpkiError::PinLocked),
            _ => Err(JpkiError::Refused { doing: "照合 / VERIFY", status }),
        }
    }
}

/// An empty VERIFY would be a question, and what cannot be this PIN a miss for sure.
fn check_form(pin: PinName, value: &Pin) -> Result<(), JpkiError> {
    let (typed, reference) = (value.reveal().as_bytes(), pin.reference());
    if reference.has_length(typed.len()) && reference.has_letters(typed) {
        return Ok(());
    }
    let (shortest, longest) = reference.length;
    let (ja, en) = match reference.letters {
        Letters::Digits => ("数字", "digits"),
        Letters::DigitsAndCapitals => ("英大文字と数字", "upper-case letters and digits"),
    };
    let length = if shortest == longest { shortest.to_string() } else { format!("{shortest}–{longest}") };
    Err(JpkiError::PinForm { ja: format!("{ja}{length}文字"), en: format!("{length} {en}") })
}
