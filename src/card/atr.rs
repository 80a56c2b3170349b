//! Answers to reset that were seen (spec/jpki-card.md §1).
//!
//! No card is known by its ATR: contactless ones are made up by the reader, and some readers put a random number in. What an ATR does tell
//! is the interface behind it.

/// Contact マイナンバーカード; what GET DATA 5F51 of a test card returns as well [A].
pub const CONTACT: [u8; 9] = [0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14];
/// Contactless マイナンバーカード, as a reader makes it from ISO 14443 type B [A].
pub const CONTACTLESS: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x41, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x3B];
/// 住民基本台帳カード over the same reader [B].
pub const JUKI: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x14, 0xE0, 0xB3, 0x81, 0x91, 0x00, 0x5E];
/// 運転免許証, another card of type B [B].
pub const LICENCE: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x91, 0x81, 0xC1, 0x00, 0xD8];

/// An ATR that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its bytes, TS first.
    pub atr: &'static [u8],
    /// Did the reader make it, for a card without contacts?
    pub is_contactless: bool,
    /// Was it seen with a マイナンバーカード?
    pub is_my_number_card: bool,
    /// `A` several sources, `B` one.
    pub confidence: char,
}

const fn card(atr: &'static [u8], is_contactless: bool, confidence: char) -> Seen {
    Seen { atr, is_contactless, is_my_number_card: true, confidence }
}

const fn other(atr: &'static [u8]) -> Seen {
    Seen { atr, is_contactless: true, is_my_number_card: false, confidence: 'B' }
}

/// All of them: pcsc-tools, OpenSC, myna-card.
pub const SEEN: [Seen; 12] = [
    card(&CONTACT, false, 'A'),
    card(
        &[
            0x3B, 0xDA, 0x13, 0xFF, 0x81, 0x31, 0xFB, 0x46, 0x80, 0x12, 0x39, 0x2F, 0x31, 0xC1, 0x73, 0xC6, 0x01, 0xC0,
            0x3B,
        ],
        false,
        'A',
    ),
    card(&[0x3B, 0xC5, 0xFF, 0x81, 0x31, 0xFB, 0x45, 0x80, 0x73, 0xC6, 0x01, 0x00, 0x00], false, 'A'),
    card(&[0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x7F], true, 'A'),
    card(&CONTACTLESS, true, 'A'),
    card(&[0x3B, 0x88, 0x80, 0x01, 0x00, 0x4B, 0x51, 0xFF, 0x00, 0x81, 0xD1, 0x00, 0xBC], true, 'B'),
    card(&[0x3B, 0x88, 0x80, 0x01, 0x00, 0x4B, 0x51, 0xFF, 0xB3, 0x81, 0xD1, 0x00, 0x0F], true, 'B'),
    card(
        &[0x3B, 0xF5, 0x91, 0x00, 0xFF, 0x91, 0x81, 0x71, 0xFE, 0x40, 0x00, 0x42, 0x00, 0x01, 0x00, 0xD1, 0xD6],
        true,
        'A',
    ),
    card(
        &[0x3B, 0xF5, 0x91, 0x00, 0xFF, 0x91, 0x81, 0x71, 0xFE, 0x40, 0x00, 0x42, 0x00, 0x01, 0xB3, 0xA1, 0x15],
        true,
        'A',
    ),
    card(&[0x3B, 0x80, 0x80, 0x01, 0x01], true, 'B'),
    other(&JUKI),
    other(&LICENCE),
];

/// Is this the ATR of a card without contacts, as far as it was seen?
pub fn is_contactless(atr: &[u8]) -> bool {
    SEEN.iter().any(|seen| seen.atr == atr && seen.is_contactless)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T0 (ISO 7816-3 §8.2) tells of interface bytes and how many historical bytes end it; TCK makes the sum of all but TS nothing.
    fn ends_where_it_says(atr: &[u8]) -> bool {
        let historical = usize::from(atr[1] & 0x0F);
        let (mut at, mut indicator, mut has_tck) = (2, atr[1] >> 4, false);
        loop {
            at += indicator.count_ones() as usize;
            if indicator & 8 == 0 {
                break;
            }
            let td = atr[at - 1];
            has_tck |= td & 0x0F != 0;
            indicator = td >> 4;
        }
        atr.len() == at + historical + usize::from(has_tck) && atr[1..].iter().fold(0, |sum, byte| sum ^ byte) == 0
    }

    #[test]
    fn every_atr_is_whole_and_stands_in_the_list_once() {
        for (index, seen) in SEEN.iter().enumerate() {
            assert!(ends_where_it_says(seen.atr), "{:02X?}", seen.atr);
            assert!(SEEN[..index].iter().all(|before| before.atr != seen.atr), "{:02X?}", seen.atr);
        }
    }

    #[test]
    fn an_atr_in_the_form_of_pcsc_part_3_is_that_of_a_card_without_contacts() {
        for seen in SEEN {
            let is_of_that_form = seen.atr[1] & 0xF0 == 0x80 && seen.atr[2..].starts_with(&[0x80, 0x01]);
            assert!(seen.is_contactless || !is_of_that_form, "{:02X?}", seen.atr);
        }
        assert!(is_contactless(&CONTACTLESS) && !is_contactless(&CONTACT) && !is_contactless(&[]));
    }
}
