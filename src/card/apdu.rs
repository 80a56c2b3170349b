//! Command and response APDUs (ISO 7816-4 §5.1): cases 1–4, short and extended.
//!
//! A command that carries a PIN prints with its data masked, whoever prints it; the bytes themselves come from
//! [`CommandApdu::to_bytes`] only.

use std::fmt;

use zeroize::Zeroize;

use super::status::StatusWord;
use crate::secret::MASK;

/// Instruction bytes this card knows (spec/jpki-card.md §2).
#[allow(missing_docs, reason = "named as in ISO 7816-4")]
pub mod ins {
    pub const VERIFY: u8 = 0x20;
    pub const CHANGE_REFERENCE_DATA: u8 = 0x24;
    pub const PERFORM_SECURITY_OPERATION: u8 = 0x2A;
    /// CHANGE of 共通カードAP and 住基AP, `80 32`.
    pub const CHANGE_PROPRIETARY: u8 = 0x32;
    pub const GET_CHALLENGE: u8 = 0x84;
    pub const SELECT: u8 = 0xA4;
    pub const INTERNAL_AUTHENTICATE: u8 = 0x88;
    /// `80 A2`: takes the CV certificate of a terminal (特定機関認証); its name is not public.
    pub const TERMINAL_CERTIFICATE: u8 = 0xA2;
    pub const SET_SESSION_KEY: u8 = 0xAE;
    pub const READ_BINARY: u8 = 0xB0;
    pub const READ_RECORD: u8 = 0xB2;
    pub const GET_RESPONSE: u8 = 0xC0;
    pub const GET_DATA: u8 = 0xCA;
    pub const LAST_COMMAND: u8 = 0xFC;
}

/// Most data of a short command.
pub const MAX_SHORT_DATA: usize = 255;
/// Most expected bytes of a short command (Le = 00).
pub const MAX_SHORT_EXPECTED: u32 = 256;
/// Most expected bytes of an extended command (Le = 0000).
pub const MAX_EXTENDED_EXPECTED: u32 = 65_536;

/// One command. `expected` is Ne: how many bytes may come back, `None` without Le.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandApdu {
    /// CLA
    pub class: u8,
    /// INS
    pub instruction: u8,
    /// P1
    pub p1: u8,
    /// P2
    pub p2: u8,
    data: Vec<u8>,
    expected: Option<u32>,
    extended: bool,
}

/// Bytes that are no command APDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{length}バイトはコマンドAPDUとして読めません / {length} bytes are no command APDU: Lc and Le do not agree with the length"
)]
pub struct ApduError {
    /// How many bytes there were.
    pub length: usize,
}

impl CommandApdu {
    /// Case 1: header only.
    pub fn new(class: u8, instruction: u8, p1: u8, p2: u8) -> Self {
        Self { class, instruction, p1, p2, data: Vec::new(), expected: None, extended: false }
    }

    /// With data (Lc). More than 255 bytes make the command extended.
    pub fn with_data(mut self, data: &[u8]) -> Self {
        debug_assert!(data.len() <= usize::from(u16::MAX), "Lc holds 65,535 bytes at most");
        self.data = data.to_vec();
        self.extended |= data.len() > MAX_SHORT_DATA;
        self
    }

    /// With an answer of up to `expected` bytes (Le). More than 256 make the command extended.
    pub fn expecting(mut self, expected: u32) -> Self {
        debug_assert!((1..=MAX_EXTENDED_EXPECTED).contains(&expected), "Le counts from 1 to 65,536");
        self.expected = Some(expected);
        self.extended |= expected > MAX_SHORT_EXPECTED;
        self
    }

    /// The command data, without Lc.
    pub fn data(&self) -> &[u8] {
        &self.data
    }
    /// Ne, `None` without Le.
    pub fn expected(&self) -> Option<u32> {
        self.expected
    }
    /// Are Lc and Le in the long form?
    pub fn is_extended(&self) -> bool {
        self.extended
    }

    /// Does the data hold a PIN? VERIFY and both CHANGE commands; their data is never printed.
    pub fn is_confidential(&self) -> bool {
        matches!(self.instruction, ins::VERIFY | ins::CHANGE_REFERENCE_DATA | ins::CHANGE_PROPRIETARY)
            && !self.data.is_empty()
    }

    /// The bytes to send. They hold the PIN of a confidential command.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + 3 + self.data.len() + 3);
        bytes.extend([self.class, self.instruction, self.p1, self.p2]);
        // Le 256 (65,536) is written as zero: the low bytes of the number are exactly that.
        if self.extended {
            bytes.push(0);
            if !self.data.is_empty() {
                bytes.extend((self.data.len() as u16).to_be_bytes());
                bytes.extend(&self.data);
            }
            if let Some(expected) = self.expected {
                bytes.extend((expected as u16).to_be_bytes());
            }
        } else {
            if !self.data.is_empty() {
                bytes.push(self.data.len() as u8);
                bytes.extend(&self.data);
            }
            if let Some(expected) = self.expected {
                bytes.push(expected as u8);
            }
        }
        bytes
    }

    /// Reads a command as a card receives it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        let error = ApduError { length: bytes.len() };
        let (&[class, instruction, p1, p2], body) = bytes.split_first_chunk::<4>().ok_or(error)?;
        let mut command = Self::new(class, instruction, p1, p2);
        match body {
            [] => {}
            [le] => command.expected = Some(short_expected(*le)),
            [0, rest @ ..] => command.parse_extended(rest).ok_or(error)?,
            [lc, rest @ ..] => {
                let (data, le) = rest.split_at_checked(usize::from(*lc)).ok_or(error)?;
                command.data = data.to_vec();
                command.expected = match le {
                    [] => None,
                    [le] => Some(short_expected(*le)),
                    _ => return Err(error),
                };
            }
        }
        Ok(command)
    }

    /// What follows the leading 00 of the long form.
    fn parse_extended(&mut self, rest: &[u8]) -> Option<()> {
        self.extended = true;
        let (&length, rest) = rest.split_first_chunk::<2>()?;
        if rest.is_empty() {
            self.expected = Some(extended_expected(length));
            return Some(());
        }
        let lc = usize::from(u16::from_be_bytes(length));
        let (data, le) = rest.split_at_checked(lc)?;
        // A long Lc of zero is not a length (ISO 7816-4 §5.1).
        if lc == 0 {
            return None;
        }
        self.data = data.to_vec();
        self.expected = match le {
            [] => None,
            [high, low] => Some(extended_expected([*high, *low])),
            _ => return None,
        };
        Some(())
    }
}

fn short_expected(le: u8) -> u32 {
    if le == 0 { MAX_SHORT_EXPECTED } else { u32::from(le) }
}

fn extended_expected(le: [u8; 2]) -> u32 {
    match u16::from_be_bytes(le) {
        0 => MAX_EXTENDED_EXPECTED,
        le => u32::from(le),
    }
}

impl Drop for CommandApdu {
    fn drop(&mut self) {
        if self.is_confidential() {
            self.data.zeroize();
        }
    }
}

impl fmt::Display for CommandApdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}{:02X}{:02X}{:02X}", self.class, self.instruction, self.p1, self.p2)?;
        if self.is_confidential() {
            // The length stays hidden too: it would tell how long a password is.
            write!(f, " {MASK}")?;
        } else if !self.data.is_empty() {
            write!(f, " {}", hex(&self.data))?;
        }
        match self.expected {
            Some(expected) => write!(f, " Ne={expected}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for CommandApdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommandApdu({self})")
    }
}

/// One answer: data and status word.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseApdu {
    /// The data before the status word.
    pub data: Vec<u8>,
    /// SW1-SW2
    pub status: StatusWord,
}

impl ResponseApdu {
    /// Splits the status word off; `None` for fewer than two bytes.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (data, &status) = bytes.split_last_chunk::<2>()?;
        Some(Self { data: data.to_vec(), status: StatusWord(u16::from_be_bytes(status)) })
    }

    /// The bytes as they travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.data.clone();
        bytes.extend(self.status.0.to_be_bytes());
        bytes
    }
}

impl From<StatusWord> for ResponseApdu {
    fn from(status: StatusWord) -> Self {
        Self { data: Vec::new(), status }
    }
}

impl fmt::Debug for ResponseApdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseApdu({} bytes, {:?})", self.data.len(), self.status)
    }
}

/// Upper-case hexadecimal without separators, as APDUs are written in the field.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(command: &CommandApdu) -> String {
        hex(&command.to_bytes())
    }

    #[test]
    fn the_four_cases_are_written_as_the_card_expects_them() {
        assert_eq!(encoded(&CommandApdu::new(0, 0x20, 0, 0x80)), "00200080");
        assert_eq!(encoded(&CommandApdu::new(0, 0xB0, 1, 0).expecting(256)), "00B0010000");
        assert_eq!(encoded(&CommandApdu::new(0, 0xA4, 2, 0x0C).with_data(&[0, 0x17])), "00A4020C020017");
        assert_eq!(encoded(&CommandApdu::new(0x80, 0x2A, 0, 0x80).with_data(&[1]).expecting(256)), "802A0080010100");
        assert_eq!(encoded(&CommandApdu::new(0, 0xB0, 0, 0).expecting(1024)), "00B00000000400");
    }

    #[test]
    fn lengths_that_do_not_add_up_are_no_command() {
        for bad in ["00", "00A402", "00A4020C0200", "00A4020C02001700FF", "00B000000000", "00B00000000000AA"] {
            let bytes: Vec<u8> =
                (0..bad.len()).step_by(2).map(|i| u8::from_str_radix(&bad[i..i + 2], 16).unwrap()).collect();
            assert!(CommandApdu::parse(&bytes).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_pin_is_masked_wherever_a_command_is_printed() {
        for command in [
            CommandApdu::new(0, ins::VERIFY, 0, 0x80).with_data(b"1234"),
            CommandApdu::new(0, ins::CHANGE_REFERENCE_DATA, 1, 0x80).with_data(b"1234"),
            CommandApdu::new(0x80, ins::CHANGE_PROPRIETARY, 0, 0x80).with_data(b"1234"),
        ] {
            let shown = format!("{command} {command:?}");
            assert!(!shown.contains("31323334") && !shown.contains("1234") && shown.contains(MASK), "{shown}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            header: [u8; 4],
            data in proptest::collection::vec(any::<u8>(), 0..700),
            expected in proptest::option::of(1_u32..=65_536),
        ) {
            let mut command = CommandApdu::new(header[0], header[1], header[2], header[3]).with_data(&data);
            if let Some(expected) = expected {
                command = command.expecting(expected);
            }
            prop_assert_eq!(CommandApdu::parse(&command.to_bytes()).unwrap(), command);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic_and_what_was_read_is_written_alike(bytes: Vec<u8>) {
            if let Ok(command) = CommandApdu::parse(&bytes) {
                prop_assert_eq!(command.to_bytes(), bytes);
            }
        }
    }
}
