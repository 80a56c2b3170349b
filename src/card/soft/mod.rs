//! The software card: the 公的個人認証AP of a マイナンバーカード, to spec/jpki-card.md §12 rows 1–12 and 16.
//!
//! Pure: bytes in, bytes out ([`SoftCard::process`]); a slot ([`super::in_process`]) or [`super::vpcd`] holds it. What
//! personalisation gives is the [`CardImage`]; what use changes is the [`CardState`], which may be kept outside.
//!
//! - [`image`]: certificates, keys, PINs, kind of card
//! - [`state`]: PIN counters and changed PINs
//! - [`quirk`]: what real cards and readers get wrong, as knobs
//! - [`timing`]: how long plastic takes
//! - `commands`: SELECT, READ BINARY, VERIFY, CHANGE, GET CHALLENGE
//! - `signing`: COMPUTE DIGITAL SIGNATURE
//! - `files`: what the files hold

mod commands;
mod files;
pub mod image;
pub mod quirk;
mod signing;
pub mod state;
#[cfg(test)]
pub(in crate::card) mod tests;
pub mod timing;

use std::sync::Arc;

use super::apdu::{CommandApdu, ResponseApdu, ins};
use super::status::StatusWord;
use crate::random::Seed;
pub use image::{CardImage, Credential, JpkiImage, LazyCredential};
pub use quirk::Quirks;
pub use state::{CardState, PinName};
pub use timing::Timing;

/// A card made of software.
pub struct SoftCard {
    image: Arc<CardImage>,
    state: CardState,
    quirks: Quirks,
    seed: Seed,
    /// How many random draws were made: the name of the next one.
    draws: u64,
    session: Session,
}

/// What lasts until the power goes: current application, current file, rights.
#[derive(Debug, Default)]
struct Session {
    application: Option<Application>,
    file: Option<u16>,
    authentication_verified: bool,
    signature_verified: bool,
    /// Commands since power-up.
    commands: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Application {
    IssuerSecurityDomain,
    Jpki,
}

/// An answer, or the status word that refuses.
type Answer = Result<Vec<u8>, StatusWord>;

impl SoftCard {
    /// A fresh card as personalisation left it. Randomness (GET CHALLENGE, PSS salts) comes from `seed`.
    pub fn new(image: Arc<CardImage>, seed: Seed) -> Self {
        let state = CardState::of(&image);
        Self { image, state, quirks: Quirks::default(), seed, draws: 0, session: Session::default() }
    }

    /// The same card with what its use changed before.
    pub fn with_state(mut self, state: CardState) -> Self {
        self.state = state;
        self
    }

    /// The same card with its quirks.
    pub fn with_quirks(mut self, quirks: Quirks) -> Self {
        if let Some(tries) = quirks.tries_left {
            self.state.set_tries(PinName::Authentication, tries);
        }
        self.quirks = quirks;
        self
    }

    /// What personalisation gave.
    pub fn image(&self) -> &Arc<CardImage> {
        &self.image
    }
    /// What use changed, to be kept.
    pub fn state(&self) -> &CardState {
        &self.state
    }
    /// What it gets wrong.
    pub fn quirks(&self) -> &Quirks {
        &self.quirks
    }
    /// The answer to reset.
    pub fn atr(&self) -> &[u8] {
        &self.image.atr
    }

    /// Power off and on (00, 01): rights, application and file are gone.
    pub fn power_cycle(&mut self) {
        self.session = Session::default();
    }

    /// Warm reset (02). Real cards keep application and PIN state over it (spec/jpki-card.md §2.9, [B]); a quirk clears them.
    pub fn warm_reset(&mut self) {
        if self.quirks.warm_reset_clears {
            self.power_cycle();
        }
    }

    /// Has this command been the last before the card leaves the field?
    pub fn is_leaving(&self) -> bool {
        self.quirks.leave_after.is_some_and(|commands| self.session.commands >= commands)
    }

    /// One command, one answer.
    pub fn process(&mut self, command: &[u8]) -> Vec<u8> {
        self.session.commands = self.session.commands.saturating_add(1);
        if self.quirks.first_command_fails && self.session.commands == 1 {
            return ResponseApdu::from(StatusWord::NO_DIAGNOSIS).to_bytes();
        }
        let answer = match CommandApdu::parse(command) {
            Ok(command) => self.answer(&command),
            Err(_) => Err(StatusWord::WRONG_LENGTH),
        };
        match answer {
            Ok(data) => ResponseApdu { data, status: StatusWord::OK }.to_bytes(),
            Err(status) => ResponseApdu::from(status).to_bytes(),
        }
    }

    fn answer(&mut self, command: &CommandApdu) -> Answer {
        match command.class {
            0x00 => match command.instruction {
                ins::SELECT => self.select(command),
                ins::READ_BINARY => self.read_binary(command),
                ins::VERIFY => self.verify(command),
                ins::CHANGE_REFERENCE_DATA => self.change(command),
                ins::GET_CHALLENGE => self.challenge(command),
                _ => Err(StatusWord::INSTRUCTION),
            },
            0x80 => match command.instruction {
                ins::PERFORM_SECURITY_OPERATION => self.compute_signature(command),
                // Secure messaging belongs to the text AP; here it is refused whatever was verified (§2.3, [B]).
                ins::SET_SESSION_KEY if self.session.application == Some(Application::Jpki) => {
                    Err(StatusWord::SECURITY_STATUS)
                }
                ins::LAST_COMMAND => Err(StatusWord::WRONG_LENGTH),
                _ => Err(StatusWord::INSTRUCTION),
            },
            0x08 if self.session.application == Some(Application::Jpki) => Err(StatusWord::SECURE_MESSAGING_DEAD),
            // Channels 1–3 and 4–19 (ISO 7816-4 §5.4.1), also in the proprietary class.
            class if (class & 0x7C == 0 && class & 0x03 != 0) || class & 0xC0 == 0x40 => {
                Err(StatusWord::CHANNEL_NOT_SUPPORTED)
            }
            _ => Err(StatusWord::CLASS),
        }
    }

    /// The 公的個人認証AP, when it is current.
    fn jpki(&self) -> Option<&JpkiImage> {
        match self.session.application {
            Some(Application::Jpki) => self.image.jpki.as_ref(),
            _ => None,
        }
    }

    fn next_rng(&mut self, what: &str) -> rand_chacha::ChaCha20Rng {
        self.draws += 1;
        self.seed.rng(&["soft-card", &self.image.name, what, &self.draws.to_string()])
    }
}
