//! Writing DER: total functions from values to bytes (X.690).

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::card::tlv::write;
use crate::clock;

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    write(0x30, &parts.concat())
}

pub(super) fn set(part: &[u8]) -> Vec<u8> {
    write(0x31, part)
}

/// From the content bytes as they are, sign byte included.
pub(super) fn integer(content: &[u8]) -> Vec<u8> {
    write(0x02, content)
}

/// From a magnitude: zeros in front go, a sign byte comes where the top bit is set.
pub(super) fn unsigned(magnitude: &[u8]) -> Vec<u8> {
    let digits = magnitude.iter().position(|b| *b != 0).and_then(|at| magnitude.get(at..)).unwrap_or(&[0]);
    let sign: &[u8] = if digits.first().is_some_and(|b| b & 0x80 != 0) { &[0] } else { &[] };
    integer(&[sign, digits].concat())
}

pub(super) fn boolean_true() -> Vec<u8> {
    write(0x01, &[0xFF])
}

pub(super) fn null() -> Vec<u8> {
    write(0x05, &[])
}

pub(super) fn octets(content: &[u8]) -> Vec<u8> {
    write(0x04, content)
}

/// Whole bytes.
pub(super) fn bits(content: &[u8]) -> Vec<u8> {
    write(0x03, &[&[0], content].concat())
}

/// Named bits in one byte, the unused low ones left off (X.690 §11.2.2).
pub(super) fn named_bits(byte: u8) -> Vec<u8> {
    write(0x03, &[byte.trailing_zeros().min(7) as u8, byte])
}

pub(super) fn enumerated(value: u8) -> Vec<u8> {
    write(0x0A, &[value])
}

pub(super) fn printable(text: &str) -> Vec<u8> {
    write(0x13, text.as_bytes())
}

pub(super) fn utf8(text: &str) -> Vec<u8> {
    write(0x0C, text.as_bytes())
}

pub(super) fn ia5(text: &str) -> Vec<u8> {
    write(0x16, text.as_bytes())
}

/// `[number]` around or instead of a tag, constructed.
pub(super) fn context(number: u8, content: &[u8]) -> Vec<u8> {
    write(0xA0 | u16::from(number), content)
}

/// `[number]` instead of a primitive tag.
pub(super) fn context_primitive(number: u8, content: &[u8]) -> Vec<u8> {
    write(0x80 | u16::from(number), content)
}

/// An object identifier from its arcs; the arcs may have 128 bits (2.25.UUID).
pub(super) fn oid(arcs: &[u128]) -> Vec<u8> {
    let (first, rest) = match arcs {
        [first, second, rest @ ..] => (first * 40 + second, rest),
        _ => (0, arcs),
    };
    let mut content = Vec::new();
    for arc in std::iter::once(first).chain(rest.iter().copied()) {
        let groups = (128 - arc.leading_zeros()).div_ceil(7).max(1);
        for group in (0..groups).rev() {
            let more = if group > 0 { 0x80 } else { 0 };
            content.push(more | (arc >> (7 * group)) as u8 & 0x7F);
        }
    }
    write(0x06, &content)
}

/// UTCTime to 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5), of a JST time.
pub(super) fn time(jst: DateTime) -> Vec<u8> {
    let utc = utc(jst);
    if (1950..2050).contains(&utc.year()) {
        write(0x17, utc.strftime("%y%m%d%H%M%SZ").to_string().as_bytes())
    } else {
        generalized_time(jst)
    }
}

/// GeneralizedTime in whole seconds, of a JST time; the only form that OCSP has.
pub(super) fn generalized_time(jst: DateTime) -> Vec<u8> {
    write(0x18, utc(jst).strftime("%Y%m%d%H%M%SZ").to_string().as_bytes())
}

fn utc(jst: DateTime) -> Zoned {
    Timestamp::from_second(clock::unix_seconds(jst)).unwrap_or_default().to_zoned(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::apdu::hex;

    #[test]
    fn values_are_written_as_openssl_writes_them() {
        assert_eq!(hex(&oid(&[1, 2, 840, 113549, 1, 1, 11])), "06092A864886F70D01010B");
        assert_eq!(hex(&unsigned(&[0, 0xF1])), "020200F1");
        assert_eq!(hex(&unsigned(&[0, 0])), "020100");
        assert_eq!(hex(&named_bits(0x80)), "03020780");
        assert_eq!(hex(&named_bits(0xC0)), "030206C0");
    }

    #[test]
    fn a_day_of_validity_ends_at_14_59_59_utc_and_2050_changes_the_form() {
        let at = |text| time(clock::parse_time(text).unwrap());
        assert_eq!(at("20310401235959")[2..], *b"310401145959Z");
        assert_eq!(at("20500401000000")[2..], *b"20500331150000Z");
    }
}
