//! READ BINARY, READ RECORD, GET DATA, GET CHALLENGE (spec/jpki-card.md §2.7, §2.8).
//!
//! Checks come in the order: form of the command, file, kind of file, right, value. In which order a real card checks is
//! known for the common cases only.

use rand_core::RngCore;

use super::image::FileImage;
use super::{Answer, SoftCard};
use crate::card::apdu::{CommandApdu, MAX_SHORT_EXPECTED};
use crate::card::layout::ApplicationKind;
use crate::card::status::StatusWord;

/// P2 of READ RECORD: P1 is a record number of the current file, or of the one in the upper five bits.
const ONE_RECORD: u8 = 0x04;
/// P2 of READ RECORD: all records from P1 on.
const ALL_RECORDS: u8 = 0x05;

impl SoftCard {
    pub(super) fn read_binary(&mut self, command: &CommandApdu) -> Answer {
        let expected = short_expected(command)?;
        let mut rest = self.rest_of_file(command.p1, command.p2)?;
        rest.truncate(expected);
        Ok(rest)
    }

    /// What a file holds from the offset that P1 and P2 name.
    pub(super) fn rest_of_file(&mut self, p1: u8, p2: u8) -> Answer {
        let offset = if p1 & 0x80 == 0 {
            usize::from(u16::from_be_bytes([p1, p2]))
        } else if p1 & 0x60 == 0 {
            self.select_short(p1 & 0x1F)?;
            usize::from(p2)
        } else {
            return Err(StatusWord::WRONG_P1_P2);
        };
        let (id, file) = self.current_file()?;
        let FileImage::Transparent { content, read } = file else { return Err(StatusWord::INCOMPATIBLE_FILE) };
        if !self.has(*read) {
            return Err(StatusWord::SECURITY_STATUS);
        }
        let content = self.quirks.what_is_there(self.session.application, id, content.get());
        let rest = content.get(offset..).filter(|rest| !rest.is_empty()).ok_or(StatusWord::OFFSET)?;
        Ok(rest.to_vec())
    }

    pub(super) fn read_record(&mut self, command: &CommandApdu) -> Answer {
        let expected = short_expected(command)?;
        match command.p2 & 0x07 {
            ONE_RECORD => {}
            // Cards may do without the form for several records (JICSAP 6.4.4); ours does [C].
            ALL_RECORDS => return Err(StatusWord::FUNCTION_NOT_SUPPORTED),
            _ => return Err(StatusWord::WRONG_P1_P2),
        }
        match command.p2 >> 3 {
            0 => {}
            identifier => self.select_short(identifier)?,
        }
        let (_, file) = self.current_file()?;
        let FileImage::Records { records, read } = file else { return Err(StatusWord::INCOMPATIBLE_FILE) };
        if !self.has(*read) {
            return Err(StatusWord::SECURITY_STATUS);
        }
        let record = usize::from(command.p1).checked_sub(1).and_then(|index| records.get(index));
        Ok(record.ok_or(StatusWord::RECORD_NOT_FOUND)?.iter().take(expected).copied().collect())
    }

    /// At power-up level, which selecting the issuer security domain restores; a few objects everywhere ([B]).
    pub(super) fn get_data(&mut self, command: &CommandApdu) -> Answer {
        let expected = match command.expected() {
            Some(expected) if command.data().is_empty() => expected as usize,
            _ => return Err(StatusWord::WRONG_LENGTH),
        };
        let is_at_power_up_level =
            matches!(self.session.application, None | Some(ApplicationKind::IssuerSecurityDomain));
        let tag = u16::from_be_bytes([command.p1, command.p2]);
        let object = self
            .image
            .objects
            .iter()
            .find(|object| object.tag == tag && (object.is_everywhere || is_at_power_up_level))
            .ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        // The right length is not told (6Cxx); the client asks again with an extended Le ([B]).
        let content = object.content.get();
        if content.len() > expected { Err(StatusWord::WRONG_LENGTH) } else { Ok(content.clone()) }
    }

    pub(super) fn challenge(&mut self, command: &CommandApdu) -> Answer {
        if (command.p1, command.p2) != (0, 0) {
            return Err(StatusWord::WRONG_P1_P2);
        }
        if command.is_extended() {
            return Err(StatusWord::CONDITIONS);
        }
        let mut bytes = vec![0; short_expected(command)?];
        self.next_rng("challenge").fill_bytes(&mut bytes);
        Ok(bytes)
    }
}

/// Ne of a command that has no data and a short Le: extended Le is not taken by the cards that were surveyed (§2.8, [B]).
fn short_expected(command: &CommandApdu) -> Result<usize, StatusWord> {
    match command.expected() {
        Some(expected @ ..=MAX_SHORT_EXPECTED) if !command.is_extended() && command.data().is_empty() => {
            Ok(expected as usize)
        }
        _ => Err(StatusWord::WRONG_LENGTH),
    }
}
