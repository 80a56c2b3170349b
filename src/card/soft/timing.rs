//! How long plastic takes: the way through the air (ISO 14443 type B) and the chip's own time. Pure: it says how long, whoever
//! holds the card waits.
//!
//! An answer is ready after *command in the air* + *chip* + *answer in the air*. The air is known to the bit; the chip's times are
//! provisional but for the signature, which was measured on cards of this kind.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::card::apdu::ins;
use crate::random::Seed;

/// At which pace a software card answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timing {
    /// As fast as this machine can.
    #[default]
    #[serde(rename = "instant")]
    Instant,
    /// Like plastic on a reader of 106 kbit/s, where every card begins.
    #[serde(rename = "106k")]
    Kbit106,
    /// 212 kbit/s
    #[serde(rename = "212k")]
    Kbit212,
    /// 424 kbit/s
    #[serde(rename = "424k")]
    Kbit424,
    /// 848 kbit/s
    #[serde(rename = "848k")]
    Kbit848,
}

/// Duration of one bit at 106 kbit/s: 128 periods of the carrier of 13.56 MHz (ISO 14443-2 §8.1, [A]); at higher rates a whole part.
const BIT_PS: u64 = 128 * 1_000_000_000_000 / 13_560_000;
/// A character is start bit, eight bits, stop bit (ISO 14443-3 §7.1.1, [A]); no extra guard time.
const BITS_PER_CHARACTER: u64 = 10;
/// Start of frame 10–11 + 2–3 bits, end of frame 10–11 bits, the shortest of each (ISO 14443-3 §7.1.4–5, [A]).
const BITS_AROUND_FRAME: u64 = 12 + 10;
/// Prologue (PCB alone: no CID, no NAD) and CRC of a block (ISO 14443-4 §7.1, [A]).
const BYTES_AROUND_BLOCK: usize = 3;
/// Longest frame of the surveyed cards: frame code 8 in the protocol byte of their ATQB (spec/jpki-card.md §1.2, [C]).
const LONGEST_FRAME: usize = 256;
/// What a block carries.
const BLOCK: usize = LONGEST_FRAME - BYTES_AROUND_BLOCK;
/// Between two frames: 64 + 80 periods of the subcarrier, fc/16 (TR0 and TR1 of ISO 14443-3 §7.1.6, the shortest, [A]).
const TURN: Duration = Duration::from_nanos((64 + 80) * 16 * 1_000_000 / 13_560);

/// RSA-2048 with PKCS#1 on cards of several makers: from the fastest signature to the median of the private operation (JCAlgTest results
/// of June 2026, [B]).
const SIGNATURE_MS: (u64, u64) = (60, 425);
/// What the chip takes for the other instructions. Provisional: measured nowhere that is public ([C]).
const CHIP: [(u8, Duration); 6] = [
    (ins::SELECT, Duration::from_millis(4)),
    (ins::READ_BINARY, Duration::from_millis(2)),
    (ins::VERIFY, Duration::from_millis(20)),
    (ins::CHANGE_REFERENCE_DATA, Duration::from_millis(30)),
    (ins::CHANGE_PROPRIETARY, Duration::from_millis(30)),
    (ins::GET_CHALLENGE, Duration::from_millis(5)),
];
/// Any other instruction, most of which are refused. Provisional ([C]).
const OTHER: Duration = Duration::from_millis(3);
/// Status words of a signature that was made.
const DONE: [u8; 2] = [0x90, 0x00];

impl Timing {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Instant, Self::Kbit106, Self::Kbit212, Self::Kbit424, Self::Kbit848];

    /// As it stands in settings and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Kbit106 => "106k",
            Self::Kbit212 => "212k",
            Self::Kbit424 => "424k",
            Self::Kbit848 => "848k",
        }
    }

    /// How long `card` (its name) takes from the first bit of `command` to the last of `answer`.
    pub fn of(self, card: &str, command: &[u8], answer: &[u8]) -> Duration {
        match self.speed() {
            None => Duration::ZERO,
            Some(speed) => air(speed, command.len(), answer.len()) + chip(card, command, answer),
        }
    }

    /// How many times 106 kbit/s.
    fn speed(self) -> Option<u64> {
        match self {
            Self::Instant => None,
            Self::Kbit106 => Some(1),
            Self::Kbit212 => Some(2),
            Self::Kbit424 => Some(4),
            Self::Kbit848 => Some(8),
        }
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The time of both ways in the air. A part that is longer than a block goes in several, each but the last acknowledged by an
/// R-block (ISO 14443-4 §7.5.2).
fn air(speed: u64, command: usize, answer: usize) -> Duration {
    let parts = |length: usize| length.div_ceil(BLOCK).max(1);
    let acknowledgements = parts(command) - 1 + parts(answer) - 1;
    let frames = parts(command) + parts(answer) + acknowledgements;
    let bytes = command + answer + frames * BYTES_AROUND_BLOCK;
    let bits = bytes as u64 * BITS_PER_CHARACTER + frames as u64 * BITS_AROUND_FRAME;
    // One turn before each frame: commands and answers alternate.
    Duration::from_nanos(bits * BIT_PS / speed / 1000) + TURN * u32::try_from(frames).unwrap_or(u32::MAX)
}

/// What the chip takes. A chip has its own speed: a card signs as fast today as yesterday.
fn chip(card: &str, command: &[u8], answer: &[u8]) -> Duration {
    let instruction = command.get(1).copied().unwrap_or_default();
    let signs = matches!(instruction, ins::PERFORM_SECURITY_OPERATION | ins::INTERNAL_AUTHENTICATE);
    if signs && answer.ends_with(&DONE) {
        let (low, high) = SIGNATURE_MS;
        return Duration::from_millis(Seed::default().range(&["chip", "signature", card], low, high));
    }
    CHIP.iter().find(|(known, _)| *known == instruction).map_or(OTHER, |(_, time)| *time)
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: [u8; 5] = [0x00, 0xB0, 0x00, 0x00, 0x00];

    fn milliseconds(timing: Timing, command: &[u8], answer: usize) -> f64 {
        let mut answer = vec![0; answer];
        answer.extend(DONE);
        timing.of("taro", command, &answer).as_secs_f64() * 1000.0
    }

    #[test]
    fn a_block_of_256_bytes_takes_as_long_in_the_air_as_is_known_of_type_b() {
        // 256 characters alone are 24.2 ms; with frames and turns it is known to take 25 to 27 [C].
        let air = milliseconds(Timing::Kbit106, &READ, 256) - 2.0;
        assert!((25.0..28.0).contains(&air), "{air}");
    }

    #[test]
    fn twice_the_rate_halves_the_bits_and_leaves_turns_and_chip() {
        let times = [Timing::Kbit106, Timing::Kbit212, Timing::Kbit424, Timing::Kbit848]
            .map(|timing| milliseconds(timing, &READ, 256) - 2.0 - 4.0 * TURN.as_secs_f64() * 1000.0);
        for pair in times.windows(2) {
            assert!((pair[0] / pair[1] - 2.0).abs() < 0.001, "{times:?}");
        }
    }

    #[test]
    fn an_answer_that_fits_one_block_needs_no_acknowledgement() {
        let (one, two) = (air(1, 5, BLOCK), air(1, 5, BLOCK + 1));
        let block_and_acknowledgement =
            (2 * BYTES_AROUND_BLOCK as u64 + 1) * BITS_PER_CHARACTER + 2 * BITS_AROUND_FRAME;
        let more = Duration::from_nanos(block_and_acknowledgement * BIT_PS / 1000) + TURN * 2;
        assert!((two - one).abs_diff(more) < Duration::from_micros(1), "{one:?} {two:?}");
    }

    #[test]
    fn a_signature_takes_what_cards_take_and_a_refused_one_does_not() {
        const SIGN: [u8; 6] = [0x80, 0x2A, 0x00, 0x80, 0x01, 0x00];
        let signed = |card: &str| Timing::Kbit848.of(card, &SIGN, &[0x90, 0x00]).as_millis() as u64;
        let times: Vec<u64> = ["taro", "hanako", "ichiro", "kao", "lock"].map(signed).to_vec();
        assert!(times.iter().all(|time| (SIGNATURE_MS.0..=SIGNATURE_MS.1 + 2).contains(time)), "{times:?}");
        assert!(times.iter().any(|time| *time != times[0]), "each chip has its own speed: {times:?}");
        assert_eq!(signed("taro"), times[0]);
        assert!(Timing::Kbit848.of("taro", &SIGN, &[0x69, 0x82]) < Duration::from_millis(10));
    }

    #[test]
    fn instant_takes_nothing_whatever_is_sent() {
        for command in [&[][..], &READ, &[0x80, 0x2A, 0, 0]] {
            assert_eq!(Timing::Instant.of("taro", command, &DONE), Duration::ZERO);
        }
    }

    #[test]
    fn every_pace_reads_and_writes_as_its_word() {
        for timing in Timing::ALL {
            let written = serde_json::to_string(&timing).unwrap();
            assert_eq!(written, format!("\"{timing}\""));
            assert_eq!(serde_json::from_str::<Timing>(&written).unwrap(), timing);
        }
    }
}
