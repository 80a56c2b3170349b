//! The serial number of a certificate: the key by which the centre finds a person (spec/jpki-card.md §3.4).
//!
//! A phone's certificate has its own serial, and every re-issue a new one. Whether the real centre stores it in decimal or
//! hexadecimal is not known, so the bytes are kept and both forms offered.

use std::fmt;

use super::tlv::{self, TlvError};
use crate::secret::MASK;

/// The INTEGER's content bytes: big-endian, positive, with the leading 00 where the top bit is set.
///
/// It leads to a person, so it prints masked; [`SerialNumber::hex`] and [`SerialNumber::decimal`] show it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber(Vec<u8>);

impl SerialNumber {
    /// From the content bytes of the DER INTEGER.
    pub fn from_integer(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// From the first bytes of a certificate. The serial lies in front of everything long, so 48 bytes always suffice for
    /// serials of the allowed size; a shorter or stranger head says how many bytes it needs.
    pub fn from_certificate_head(head: &[u8]) -> Result<Self, TlvError> {
        const SEQUENCE: u16 = 0x30;
        const VERSION: u16 = 0xA0;
        const INTEGER: u16 = 0x02;
        let certificate = tlv::Header::read(head)?;
        let tbs_at = certificate.header_length;
        let tbs = tlv::Header::read(head.get(tbs_at..).unwrap_or_default()).map_err(|e| e.at_offset(tbs_at))?;
        if certificate.tag != SEQUENCE || tbs.tag != SEQUENCE {
            return Err(TlvError::Form { at: 0 });
        }
        let mut at = tbs_at + tbs.header_length;
        let (mut tag, mut value, rest) = tlv::take(head.get(at..).unwrap_or_default()).map_err(|e| e.at_offset(at))?;
        if tag == VERSION {
            at = head.len() - rest.len();
            (tag, value, _) = tlv::take(rest).map_err(|e| e.at_offset(at))?;
        }
        if tag != INTEGER || value.is_empty() {
            return Err(TlvError::Form { at });
        }
        Ok(Self::from_integer(value))
    }

    /// The INTEGER's content bytes, sign byte included.
    pub fn raw(&self) -> &[u8] {
        &self.0
    }

    /// Upper-case hexadecimal of even length, without the sign byte: as OpenSSL, OpenSC and myna show it.
    pub fn hex(&self) -> String {
        super::apdu::hex(self.magnitude())
    }

    /// Decimal digits.
    pub fn decimal(&self) -> String {
        decimal(256, self.magnitude().iter().copied())
    }

    fn magnitude(&self) -> &[u8] {
        match self.0.as_slice() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            all => all,
        }
    }
}

/// The decimal digits of a number of any length, given big-endian in `base` (256 for bytes, 128 for the arcs of an OID).
pub(super) fn decimal(base: u32, number: impl Iterator<Item = u8>) -> String {
    // Little-endian decimal digits; serials have at most 21 bytes, so the quadratic way is the quick one.
    let mut digits = vec![0_u8];
    for part in number {
        let mut carry = u32::from(part);
        for digit in &mut digits {
            let value = u32::from(*digit) * base + carry;
            *digit = (value % 10) as u8;
            carry = value / 10;
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(serial: &[u8]) -> Vec<u8> {
        let mut head = vec![0x30, 0x82, 0x06, 0x32, 0x30, 0x82, 0x05, 0x1A, 0xA0, 0x03, 0x02, 0x01, 0x02];
        head.extend(tlv::write(0x02, serial));
        head.extend([0x30, 0x0D, 0x06]);
        head
    }

    #[test]
    fn a_serial_is_kept_as_bytes_and_shown_in_hexadecimal_and_decimal() {
        let serial = SerialNumber::from_certificate_head(&head(&[0x22, 0x7B, 0x13])).unwrap();
        assert_eq!((serial.hex().as_str(), serial.decimal().as_str()), ("227B13", "2259731"));
    }

    #[test]
    fn the_sign_byte_of_a_serial_with_its_top_bit_set_is_kept_but_not_shown() {
        let serial = SerialNumber::from_certificate_head(&head(&[0x00, 0xF1, 0x00, 0x02])).unwrap();
        assert_eq!(serial.raw(), [0x00, 0xF1, 0x00, 0x02]);
        assert_eq!((serial.hex().as_str(), serial.decimal().as_str()), ("F10002", "15794178"));
        assert_eq!(SerialNumber::from_integer(&[0]).decimal(), "0");
    }

    #[test]
    fn a_head_of_48_bytes_holds_the_longest_serial_allowed() {
        let mut longest = [0xAB; 21];
        longest[0] = 0;
        let whole = head(&longest);
        assert!(whole.len() - 3 <= 48);
        assert!(SerialNumber::from_certificate_head(&whole[..whole.len() - 3]).is_ok());
    }

    #[test]
    fn a_short_head_says_how_many_bytes_it_needs() {
        let whole = head(&[0x22, 0x7B, 0x13]);
        for cut in 0..18 {
            let needed = match SerialNumber::from_certificate_head(&whole[..cut]) {
                Err(TlvError::Truncated { needed, have }) => {
                    assert_eq!(have, cut);
                    needed
                }
                other => panic!("{cut} bytes gave {other:?}"),
            };
            assert!(needed > cut && needed <= whole.len(), "{cut} → {needed}");
        }
    }

    #[test]
    fn a_serial_does_not_print_itself() {
        let serial = SerialNumber::from_integer(&[0x22, 0x7B, 0x13]);
        assert!(!format!("{serial} {serial:?}").contains("227B13"));
    }
}
