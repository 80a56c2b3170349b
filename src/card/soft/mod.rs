//! The software card: every application of a マイナンバーカード, by spec/jpki-card.md §2 and §12.
//!
//! Pure: bytes in, bytes out ([`SoftCard::process`]); a slot ([`super::in_process`]) or [`super::vpcd`] holds it. What
//! personalisation gives is the [`CardImage`], which says what differs from card to card; what use changes is the
//! [`CardState`], which may be kept outside. The commands know rules only.
//!
//! - [`image`]: applications, files, rights, data objects; [`jpki`]: those of the 公的個人認証AP
//! - [`key`]: private keys behind a trait
//! - [`state`]: counters and changed PINs
//! - [`quirk`]: what real cards and readers get wrong, as knobs
//! - [`timing`]: how long plastic takes
//! - `select`: SELECT and short identifiers
//! - `read`: READ BINARY, READ RECORD, GET DATA, GET CHALLENGE
//! - `verify`: VERIFY, both CHANGE commands
//! - `sign`: COMPUTE DIGITAL SIGNATURE, INTERNAL AUTHENTICATE
//! - `secure`: SET SESSION KEY and the commands under it
//! - `refuse`: commands that real cards know and this one only refuses as they do

pub mod image;
pub mod jpki;
pub mod key;
pub mod quirk;
mod read;
mod refuse;
mod secure;
mod select;
mod sign;
pub mod state;
#[cfg(test)]
pub(in crate::card) mod tests;
pub mod timing;
mod verify;

use std::collections::BTreeSet;
use std::sync::Arc;

use rand_core::RngCore;

use super::apdu::{CommandApdu, ResponseApdu, ins};
use super::atr;
use super::layout::ApplicationKind;
pub use super::layout::PinName;
use super::status::StatusWord;
use crate::random::Seed;
pub use image::{
    ApplicationImage, CardImage, DataObject, FileImage, KeyCommand, KeyImage, Lazy, LazyBytes, LazyKey, ReferenceImage,
    Right,
};
pub use jpki::{Credential, JpkiImage, LazyCredential};
pub use key::{Scheme, SigningKey};
pub use quirk::Quirks;
pub use state::CardState;
pub use timing::Timing;

/// A card made of software.
pub struct SoftCard {
    image: Arc<CardImage>,
    state: CardState,
    quirks: Quirks,
    seed: Seed,
    /// How often it was powered up.
    activations: u64,
    /// How many random draws were made: the name of the next one.
    draws: u64,
    session: Session,
}

/// What lasts until the power goes: current application, current file, rights.
#[derive(Debug, Default)]
struct Session {
    /// `None` until something was selected: the card is then at power-up level.
    application: Option<ApplicationKind>,
    file: Option<u16>,
    /// References of the current application that were verified.
    verified: BTreeSet<PinName>,
    /// The secure messaging that was begun.
    secure: Option<secure::SecureSession>,
    /// Commands since power-up.
    commands: u32,
}

/// An answer, or the status word that refuses.
type Answer = Result<Vec<u8>, StatusWord>;

impl SoftCard {
    /// A fresh card as personalisation left it. Randomness (GET CHALLENGE, PSS salts) comes from `seed`.
    pub fn new(image: Arc<CardImage>, seed: Seed) -> Self {
        let (state, quirks, session) = (CardState::default(), Quirks::default(), Session::default());
        Self { image, state, quirks, seed, activations: 0, draws: 0, session }
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

    /// The number under which it answers a reader's call; other each time that it is powered up, and none on a card with contacts.
    pub fn pupi(&self) -> Option<[u8; 4]> {
        let mut pupi = [0; 4];
        let mut rng = self.seed.rng(&["soft-card", &self.image.name, "pupi", &self.activations.to_string()]);
        rng.fill_bytes(&mut pupi);
        atr::is_contactless(self.atr()).then_some(pupi)
    }

    /// Tries left of a reference; `None` when the card has no such reference, or one without a limit.
    pub fn tries(&self, pin: PinName) -> Option<u8> {
        self.tries_of(self.image.reference(pin)?)
    }

    /// Power off and on (00, 01): rights, application and file are gone.
    pub fn power_cycle(&mut self) {
        self.activations += 1;
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
                ins::READ_RECORD => self.read_record(command),
                ins::GET_DATA => self.get_data(command),
                ins::GET_CHALLENGE => self.challenge(command),
                ins::VERIFY => self.verify(command),
                ins::CHANGE_REFERENCE_DATA => self.change_standard(command),
                ins::INTERNAL_AUTHENTICATE => self.internal_authenticate(command),
                _ => Err(StatusWord::INSTRUCTION),
            },
            0x80 => match command.instruction {
                ins::PERFORM_SECURITY_OPERATION => self.compute_signature(command),
                ins::CHANGE_PROPRIETARY => self.change_proprietary(command),
                ins::SET_SESSION_KEY => self.set_session_key(command),
                ins::TERMINAL_CERTIFICATE => Err(self.terminal_certificate(command)),
                ins::LAST_COMMAND => Err(StatusWord::WRONG_LENGTH),
                _ => Err(StatusWord::INSTRUCTION),
            },
            secure::CLASS => self.secure_command(command),
            class => Err(self.other_class(class)),
        }
    }

    /// The application that is current, if the card has it.
    fn application(&self) -> Option<&ApplicationImage> {
        self.image.application(self.session.application?)
    }

    /// May this be done by whoever verified what was verified?
    fn has(&self, right: Right) -> bool {
        match right {
            Right::Free => true,
            Right::AnyOf(pins) => pins.iter().any(|pin| self.session.verified.contains(pin)),
            Right::Never => false,
        }
    }

    fn next_rng(&mut self, what: &str) -> rand_chacha::ChaCha20Rng {
        self.draws += 1;
        self.seed.rng(&["soft-card", &self.image.name, what, &self.draws.to_string()])
    }
}
