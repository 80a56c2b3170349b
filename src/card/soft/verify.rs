//! VERIFY and the two CHANGE commands (spec/jpki-card.md §2.9).

use super::image::{FileImage, ReferenceImage};
use super::{Answer, SoftCard};
use crate::card::apdu::CommandApdu;
use crate::card::layout::{Change, Reference};
use crate::card::status::StatusWord;
use crate::secret::Pin;

impl SoftCard {
    pub(super) fn verify(&mut self, command: &CommandApdu) -> Answer {
        if command.p1 != 0 {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let reference = self.reference(command.p2)?;
        let tries = self.tries_of(&reference);
        let given = command.data();
        // The question never spends a try and always has a counter for its answer, verified or locked (§7).
        if given.is_empty() {
            return Err(missed(tries));
        }
        if tries == Some(0) {
            return Err(StatusWord::REFERENCE_LOCKED);
        }
        let rules = reference.rules;
        // A value of a length that cannot be is 6700 and spends no try; what real cards do is inferred [C].
        if !rules.has_length(given.len()) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let value = self.state.changed(rules.name).unwrap_or(&reference.value);
        if value.reveal().as_bytes() == given {
            self.session.verified.insert(rules.name);
            self.count(&rules, rules.tries);
            return Ok(Vec::new());
        }
        // A miss takes the right away again.
        self.session.verified.remove(&rules.name);
        let left = tries.map(|tries| tries - 1);
        self.count(&rules, left);
        Err(missed(left))
    }

    /// `00 24 01`, of the 公的個人認証AP and the 券面事項入力補助AP.
    pub(super) fn change_standard(&mut self, command: &CommandApdu) -> Answer {
        self.change(command, Change::Standard, 0x01)
    }

    /// `80 32 00`, of the 共通カードAP and the 住基AP.
    pub(super) fn change_proprietary(&mut self, command: &CommandApdu) -> Answer {
        self.change(command, Change::Proprietary, 0x00)
    }

    /// The old value was verified before; the command brings the new one only.
    fn change(&mut self, command: &CommandApdu, how: Change, p1: u8) -> Answer {
        // An application without a reference that is changed so does not know the command.
        let changes =
            |file: &FileImage| matches!(file, FileImage::Reference(reference) if reference.rules.change == how);
        if !self.application().is_some_and(|application| application.files.values().any(changes)) {
            return Err(StatusWord::INSTRUCTION);
        }
        if command.p1 != p1 {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let reference = self.reference(command.p2)?;
        let rules = reference.rules;
        if self.tries_of(&reference) == Some(0) {
            return Err(StatusWord::REFERENCE_LOCKED);
        }
        if rules.change != how || !self.session.verified.contains(&rules.name) {
            return Err(StatusWord::SECURITY_STATUS);
        }
        if !rules.has_length(command.data().len()) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let new = std::str::from_utf8(command.data()).ok().filter(|_| rules.has_letters(command.data()));
        self.state.set_changed(rules.name, Pin::new(new.ok_or(StatusWord::WRONG_DATA)?));
        Ok(Vec::new())
    }

    /// Tries left now: as use left them, or as issued.
    pub(super) fn tries_of(&self, reference: &ReferenceImage) -> Option<u8> {
        let issued = if reference.is_blocked { 0 } else { reference.rules.tries? };
        Some(self.state.tries(reference.rules.name).unwrap_or(issued))
    }

    fn count(&mut self, rules: &Reference, tries: Option<u8>) {
        if let Some(tries) = tries {
            self.state.set_tries(rules.name, tries);
        }
    }

    /// The reference that P2 names.
    fn reference(&mut self, p2: u8) -> Result<ReferenceImage, StatusWord> {
        match self.referenced_file(p2)? {
            (_, FileImage::Reference(reference)) => Ok(reference.clone()),
            _ => Err(StatusWord::INCOMPATIBLE_FILE),
        }
    }
}

/// `63Cx`, or 6300 of a reference without a limit.
fn missed(tries: Option<u8>) -> StatusWord {
    tries.map_or(StatusWord::MISSED, StatusWord::tries)
}
