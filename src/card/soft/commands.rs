//! SELECT, READ BINARY, VERIFY, CHANGE REFERENCE DATA, GET CHALLENGE (spec/jpki-card.md §2.2, §2.8, §2.9).
//!
//! Checks come in the order: form of the command, file, kind of file, right, value. In which order a real card checks is
//! known for the common cases only.

use rand_core::RngCore;

use super::files::{self, File};
use super::state::{CardState, PinName};
use super::{Answer, Application, SoftCard};
use crate::card::apdu::{CommandApdu, MAX_SHORT_EXPECTED};
use crate::card::layout;
use crate::card::status::StatusWord;
use crate::card::tlv;
use crate::secret::Pin;

/// Short EF identifiers run from 01 to 1E.
const SHORT_IDENTIFIERS: std::ops::RangeInclusive<u8> = 0x01..=0x1E;
/// A shorter application identifier than the registered part is no prefix of anything (ISO 7816-5).
const SHORTEST_AID_PREFIX: usize = 5;

impl SoftCard {
    pub(super) fn select(&mut self, command: &CommandApdu) -> Answer {
        match (command.p1, command.p2) {
            (0x04, 0x00 | 0x0C) => self.select_application(command),
            (0x02, 0x00 | 0x0C) => self.select_file(command),
            // No classic MF. Without data it does nothing when an application is current, and is refused before (§2.2, [B]).
            (0x00, _) if !command.data().is_empty() => Err(StatusWord::NOT_FOUND),
            (0x00, _) if self.session.application.is_some() => Ok(Vec::new()),
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }

    fn select_application(&mut self, command: &CommandApdu) -> Answer {
        if self.image.jpki.is_none() {
            return Err(StatusWord::NOT_FOUND);
        }
        let wanted = command.data();
        let applications: [(&[u8], Application); 2] = [
            (&layout::ISSUER_SECURITY_DOMAIN, Application::IssuerSecurityDomain),
            (&layout::JPKI_AP, Application::Jpki),
        ];
        let (aid, application) = applications
            .into_iter()
            .find(|(aid, _)| wanted.len() >= SHORTEST_AID_PREFIX && aid.starts_with(wanted))
            .ok_or(StatusWord::NOT_FOUND)?;
        if self.session.application != Some(application) {
            self.session.authentication_verified = false;
            self.session.signature_verified = false;
        }
        self.session.application = Some(application);
        self.session.file = None;
        let wants_fci = command.p2 == 0x00 && command.expected().is_some();
        Ok(if wants_fci { control_information(aid) } else { Vec::new() })
    }

    fn select_file(&mut self, command: &CommandApdu) -> Answer {
        let &[high, low] = command.data() else { return Err(StatusWord::WRONG_LENGTH) };
        let id = u16::from_be_bytes([high, low]);
        self.jpki().and_then(|_| files::file(id)).ok_or(StatusWord::NOT_FOUND)?;
        self.session.file = Some(id);
        Ok(Vec::new())
    }

    /// The file that P2 names: the current one (80), or a short identifier that becomes current.
    pub(super) fn referenced_file(&mut self, p2: u8) -> Result<File, StatusWord> {
        match p2 {
            0x80 => {}
            _ if p2 & 0xE0 == 0x80 => self.select_short(p2 & 0x1F)?,
            _ => return Err(StatusWord::WRONG_P1_P2),
        }
        self.current_file().map(|(_, file)| file)
    }

    fn select_short(&mut self, identifier: u8) -> Result<(), StatusWord> {
        let id = u16::from(identifier);
        let is_there = SHORT_IDENTIFIERS.contains(&identifier) && self.jpki().is_some() && files::file(id).is_some();
        if !is_there {
            return Err(StatusWord::NOT_FOUND);
        }
        self.session.file = Some(id);
        Ok(())
    }

    fn current_file(&self) -> Result<(u16, File), StatusWord> {
        let id = self.session.file.ok_or(StatusWord::NO_CURRENT_FILE)?;
        files::file(id).map(|file| (id, file)).ok_or(StatusWord::NO_CURRENT_FILE)
    }

    pub(super) fn read_binary(&mut self, command: &CommandApdu) -> Answer {
        // Extended Le is not taken by the cards that were surveyed (§2.8, [B]).
        let expected = match command.expected() {
            Some(expected) if !command.is_extended() && command.data().is_empty() => expected,
            _ => return Err(StatusWord::WRONG_LENGTH),
        };
        let offset = if command.p1 & 0x80 == 0 {
            usize::from(u16::from_be_bytes([command.p1, command.p2]))
        } else if command.p1 & 0x60 == 0 {
            self.select_short(command.p1 & 0x1F)?;
            usize::from(command.p2)
        } else {
            return Err(StatusWord::WRONG_P1_P2);
        };
        let (id, file) = self.current_file()?;
        let image = self.jpki().ok_or(StatusWord::NO_CURRENT_FILE)?;
        if file != File::Transparent {
            return Err(StatusWord::INCOMPATIBLE_FILE);
        }
        if files::right_to_read(image, id).is_some_and(|right| !self.is_verified(right)) {
            return Err(StatusWord::SECURITY_STATUS);
        }
        let mut content = files::content(image, id);
        if let (layout::AUTHENTICATION_CERTIFICATE, Some(end)) = (id, self.quirks.certificate_ends_at) {
            content.truncate(end);
        }
        let rest = content.get(offset..).filter(|rest| !rest.is_empty()).ok_or(StatusWord::OFFSET)?;
        Ok(rest.iter().take(expected as usize).copied().collect())
    }

    pub(super) fn verify(&mut self, command: &CommandApdu) -> Answer {
        if command.p1 != 0 {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let File::Pin(pin) = self.referenced_file(command.p2)? else { return Err(StatusWord::INCOMPATIBLE_FILE) };
        let tries = self.state.tries(pin);
        let given = command.data();
        // The question never spends a try and always has a counter for its answer, verified or locked (§7).
        if given.is_empty() {
            return Err(StatusWord::tries(tries));
        }
        if tries == 0 {
            return Err(StatusWord::REFERENCE_LOCKED);
        }
        if !has_length_of(pin, given) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let right = self.reference(pin).is_some_and(|reference| reference.reveal().as_bytes() == given);
        self.set_verified(pin, right);
        let tries = if right { CardState::most_tries(pin) } else { tries - 1 };
        self.state.set_tries(pin, tries);
        if right { Ok(Vec::new()) } else { Err(StatusWord::tries(tries)) }
    }

    pub(super) fn change(&mut self, command: &CommandApdu) -> Answer {
        if command.p1 != 0x01 {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let File::Pin(pin) = self.referenced_file(command.p2)? else { return Err(StatusWord::INCOMPATIBLE_FILE) };
        if self.state.tries(pin) == 0 {
            return Err(StatusWord::REFERENCE_LOCKED);
        }
        if !self.is_verified(pin) {
            return Err(StatusWord::SECURITY_STATUS);
        }
        if !has_length_of(pin, command.data()) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let text = std::str::from_utf8(command.data()).ok().filter(|text| has_letters_of(pin, text));
        let new = Pin::new(text.ok_or(StatusWord::WRONG_DATA)?);
        match pin {
            PinName::Authentication => self.state.authentication_pin = Some(new),
            PinName::Signature => self.state.signature_password = Some(new),
        }
        Ok(Vec::new())
    }

    pub(super) fn challenge(&mut self, command: &CommandApdu) -> Answer {
        if (command.p1, command.p2) != (0, 0) {
            return Err(StatusWord::WRONG_P1_P2);
        }
        match command.expected() {
            _ if command.is_extended() => Err(StatusWord::CONDITIONS),
            Some(expected @ 1..=MAX_SHORT_EXPECTED) if command.data().is_empty() => {
                let mut bytes = vec![0; expected as usize];
                self.next_rng("challenge").fill_bytes(&mut bytes);
                Ok(bytes)
            }
            _ => Err(StatusWord::WRONG_LENGTH),
        }
    }

    pub(super) fn is_verified(&self, pin: PinName) -> bool {
        match pin {
            PinName::Authentication => self.session.authentication_verified,
            PinName::Signature => self.session.signature_verified,
        }
    }

    fn set_verified(&mut self, pin: PinName, verified: bool) {
        match pin {
            PinName::Authentication => self.session.authentication_verified = verified,
            PinName::Signature => self.session.signature_verified = verified,
        }
    }

    /// The PIN as it is now: changed, or as personalised.
    fn reference(&self, pin: PinName) -> Option<&Pin> {
        let image = self.image.jpki.as_ref()?;
        Some(match pin {
            PinName::Authentication => self.state.authentication_pin.as_ref().unwrap_or(&image.authentication_pin),
            PinName::Signature => self.state.signature_password.as_ref().unwrap_or(&image.signature_password),
        })
    }
}

/// A PIN of a length that cannot be is 6700 and spends no try; what real cards do is inferred [C].
fn has_length_of(pin: PinName, given: &[u8]) -> bool {
    match pin {
        PinName::Authentication => given.len() == 4,
        PinName::Signature => (6..=16).contains(&given.len()),
    }
}

fn has_letters_of(pin: PinName, text: &str) -> bool {
    match pin {
        PinName::Authentication => text.bytes().all(|b| b.is_ascii_digit()),
        PinName::Signature => text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()),
    }
}

/// FCI of 16 bytes, `6F 10 …` as observed [B]; what stands beside the DF name (a descriptor that says "DF") is ours [C].
fn control_information(aid: &[u8]) -> Vec<u8> {
    const FCI: u16 = 0x6F;
    const DF_NAME: u16 = 0x84;
    const DESCRIPTOR: u16 = 0x82;
    let mut template = tlv::write(DF_NAME, aid);
    template.extend(tlv::write(DESCRIPTOR, &[0x38, 0x00]));
    tlv::write(FCI, &template)
}
