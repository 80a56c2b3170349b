//! SELECT, and short identifiers in the commands that take them (spec/jpki-card.md §2.2).

use super::image::FileImage;
use super::{Answer, SoftCard};
use crate::card::apdu::CommandApdu;
use crate::card::layout::ApplicationKind;
use crate::card::status::StatusWord;
use crate::card::tlv;

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

    /// By identifier or its beginning; the first that matches.
    fn select_application(&mut self, command: &CommandApdu) -> Answer {
        let wanted = command.data();
        let kind = self
            .image
            .applications
            .iter()
            .map(|application| application.kind)
            .find(|kind| wanted.len() >= SHORTEST_AID_PREFIX && kind.aid().starts_with(wanted))
            .ok_or(StatusWord::NOT_FOUND)?;
        // Selecting the same one again is no clean state: rights stay (§2.9, [B]).
        if self.session.application != Some(kind) {
            self.session.verified.clear();
            self.session.secure = None;
        }
        self.session.application = Some(kind);
        self.session.file = None;
        // Never more than the command asks for; without Le that is nothing.
        let wanted = if command.p2 == 0x00 { command.expected().unwrap_or(0) } else { 0 };
        let mut information = control_information(kind);
        information.truncate(wanted as usize);
        Ok(information)
    }

    /// By identifier. Nothing comes back, whatever P2 asks for ([B]).
    fn select_file(&mut self, command: &CommandApdu) -> Answer {
        let &[high, low] = command.data() else { return Err(StatusWord::WRONG_LENGTH) };
        self.make_current(u16::from_be_bytes([high, low]))?;
        Ok(Vec::new())
    }

    /// The file that P2 names: the current one (80), or a short identifier that becomes current.
    pub(super) fn referenced_file(&mut self, p2: u8) -> Result<(u16, &FileImage), StatusWord> {
        match p2 {
            0x80 => {}
            _ if p2 & 0xE0 == 0x80 => self.select_short(p2 & 0x1F)?,
            _ => return Err(StatusWord::WRONG_P1_P2),
        }
        self.current_file()
    }

    /// Makes the file of a short identifier current.
    pub(super) fn select_short(&mut self, identifier: u8) -> Result<(), StatusWord> {
        if !SHORT_IDENTIFIERS.contains(&identifier) {
            return Err(StatusWord::NOT_FOUND);
        }
        self.make_current(u16::from(identifier))
    }

    pub(super) fn current_file(&self) -> Result<(u16, &FileImage), StatusWord> {
        let id = self.session.file.ok_or(StatusWord::NO_CURRENT_FILE)?;
        let file = self.application().and_then(|application| application.files.get(&id));
        Ok((id, file.ok_or(StatusWord::NO_CURRENT_FILE)?))
    }

    fn make_current(&mut self, id: u16) -> Result<(), StatusWord> {
        if !self.application().is_some_and(|application| application.files.contains_key(&id)) {
            return Err(StatusWord::NOT_FOUND);
        }
        self.session.file = Some(id);
        Ok(())
    }
}

/// FCI that begins `6F 10 …` for an identifier of ten bytes, as observed [B]; what stands beside the DF name (a descriptor
/// that says "DF") is ours [C].
fn control_information(application: ApplicationKind) -> Vec<u8> {
    const FCI: u16 = 0x6F;
    const DF_NAME: u16 = 0x84;
    const DESCRIPTOR: u16 = 0x82;
    let mut template = tlv::write(DF_NAME, application.aid());
    template.extend(tlv::write(DESCRIPTOR, &[0x38, 0x00]));
    tlv::write(FCI, &template)
}
