//! Commands of class FF: spoken to the reader, not to the card (PC/SC part 3 §3.2.2). No card hears them.
//!
//! Our readers know one: GET DATA, which tells the number under which a card without contacts answered the reader's call. Of type B that is the PUPI,
//! four bytes, other each time (spec/jpki-card.md §1.2: [B], that it is random [C]); so nothing is known by it.

use super::apdu::{CommandApdu, ResponseApdu, ins};
use super::status::StatusWord;

/// CLA of a command for the reader.
const CLASS: u8 = 0xFF;

/// Is this command for the reader?
pub fn is_for_reader(command: &[u8]) -> bool {
    command.first() == Some(&CLASS)
}

/// What a reader answers. `pupi`: of the card that lies there, if it has no contacts.
pub fn answer(command: &[u8], pupi: Option<[u8; 4]>) -> Vec<u8> {
    let answer = match CommandApdu::parse(command) {
        Ok(command) => get_data(&command, pupi),
        Err(_) => StatusWord::WRONG_LENGTH.into(),
    };
    answer.to_bytes()
}

fn get_data(command: &CommandApdu, pupi: Option<[u8; 4]>) -> ResponseApdu {
    match (command.instruction, command.p1, command.p2, pupi) {
        (ins::GET_DATA, 0x00, 0x00, Some(pupi)) => match command.expected() {
            Some(expected) if command.data().is_empty() => number(&pupi, expected as usize),
            _ => StatusWord::WRONG_LENGTH.into(),
        },
        // A card with contacts has no such number, and type B no historical bytes (P1 = 01).
        (ins::GET_DATA, 0x00 | 0x01, 0x00, _) => StatusWord::FUNCTION_NOT_SUPPORTED.into(),
        (ins::GET_DATA, ..) => StatusWord::WRONG_P1_P2.into(),
        _ => StatusWord::INSTRUCTION.into(),
    }
}

/// Le = 00 asks for whatever there is; a shorter one is corrected, a longer one is told that the end came before.
fn number(pupi: &[u8], expected: usize) -> ResponseApdu {
    const END_BEFORE_LE: StatusWord = StatusWord(0x6282);
    const ANY_LENGTH: usize = 256;
    match expected {
        shorter if shorter < pupi.len() => StatusWord(0x6C00 | pupi.len() as u16).into(),
        longer if longer > pupi.len() && longer < ANY_LENGTH => {
            ResponseApdu { data: pupi.to_vec(), status: END_BEFORE_LE }
        }
        _ => ResponseApdu { data: pupi.to_vec(), status: StatusWord::OK },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::apdu::hex;

    #[test]
    fn the_number_of_a_card_without_contacts_is_told_and_everything_else_refused() {
        let pupi = Some([0x11, 0x22, 0x33, 0x44]);
        for (command, pupi, told) in [
            (&[0xFF, 0xCA, 0, 0, 0][..], pupi, "112233449000"),
            (&[0xFF, 0xCA, 0, 0, 4], pupi, "112233449000"),
            (&[0xFF, 0xCA, 0, 0, 2], pupi, "6C04"),
            (&[0xFF, 0xCA, 0, 0, 8], pupi, "112233446282"),
            (&[0xFF, 0xCA, 0, 0], pupi, "6700"),
            (&[0xFF, 0xCA, 0, 0, 1, 0xAA, 0], pupi, "6700"),
            (&[0xFF, 0xCA, 1, 0, 0], pupi, "6A81"),
            (&[0xFF, 0xCA, 0, 0, 0], None, "6A81"),
            (&[0xFF, 0xCA, 0, 1, 0], pupi, "6A86"),
            (&[0xFF, 0x82, 0, 0, 0], pupi, "6D00"),
            (&[0xFF, 0x20, 0, 0x80, 4, 0x31, 0x32, 0x33, 0x34], pupi, "6D00"),
            (&[0xFF], pupi, "6700"),
        ] {
            assert_eq!(hex(&answer(command, pupi)), told, "{command:02X?}");
        }
    }
}
