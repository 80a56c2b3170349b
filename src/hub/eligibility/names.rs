//! Names drawn from the seed: the same visit of the same station gets the same names, whoever else is served at that moment.

use jiff::civil::DateTime;
use rand_core::RngCore;

use crate::clock::{date8, time14};
use crate::random::Seed;
use crate::wire::{Asker, VisitOpening};

/// ArbitraryFileIdentifier of a face result: 16 characters, base64url of 11 bytes (spec/oqs-interface.md §1.3, [A] for the form;
/// what the bytes mean is unknown).
pub fn arbitrary_file_identifier(seed: Seed, opening: &VisitOpening) -> String {
    let mut bytes = [0; 11];
    seed.rng(&["face-identifier", &opening.asker.institution, &opening.reference]).fill_bytes(&mut bytes);
    base64url(&bytes)
}

/// `PMHsimsm01req_<16 upper-case hexadecimal><yyyyMMddHHmmss><nn>_face.xml` (spec/pmh.md §1.1). `turn` is `nn`, for a name that is
/// taken.
pub fn pmh_request(seed: Seed, opening: &VisitOpening, time: DateTime, turn: u8) -> String {
    let drawn = seed.hex(&["pmh-request", &opening.asker.institution, &opening.reference], 16).to_uppercase();
    format!("PMHsimsm01req_{drawn}{}{turn:02}_face.xml", time14(time))
}

/// ReceptionNumber 受付番号: the day and twelve digits (at most 100 characters; the real form is not public, [C]). `turn` counts the
/// draws, for a number that is taken.
pub fn reception_number(seed: Seed, asker: &Asker, reference: &str, turn: u32) -> String {
    let time = time14(asker.time);
    let labels = ["reception-number", &asker.institution, reference, &time, &turn.to_string()];
    format!("{}{:012}", date8(asker.time.date()), seed.range(&labels, 0, 999_999_999_999))
}

/// RFC 4648 §5, with the `=` that the field's examples carry.
fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            // Six bits never reach past the 64 digits.
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_gives_the_identifiers_seen_in_the_field() {
        assert_eq!(base64url(b"\x02\xb9\xc7\x09\xe0\xdf\x36\x33\x02\x17\x38"), "ArnHCeDfNjMCFzg=");
        assert_eq!(base64url(b"\x07\x8b\xbf\x41\xfc\x41\x36\x33\x02\x2f\x8c"), "B4u_QfxBNjMCL4w=");
    }
}
