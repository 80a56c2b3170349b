//! What was said to a card, as a file that can be a card again.
//!
//! One JSON object per line: a heading, then each command with its answer. A PIN is never in it, whoever writes it. What a real card
//! tells of its holder is left out too unless somebody asked for it; such a recording shows what happened and how long it took, and
//! cannot be played.
//!
//! - [`Recording`]: the file's content (this file)
//! - [`replay`]: a reader in which a recorded card lies

pub mod replay;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::apdu::{CommandApdu, ResponseApdu, hex};
use super::jpki::Exchange;
use crate::secret::MASK;

/// First line of a recording.
const FORMAT: &str = "madoguchi-apdu-log";
const VERSION: u8 = 1;

/// A conversation with a card.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    heading: Heading,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    format: String,
    version: u8,
    reader: String,
    /// Hexadecimal.
    atr: String,
}

/// One command and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The command in hexadecimal; of one with a PIN the header, then dots.
    pub command: String,
    /// Data and status word in hexadecimal; without the data when it is hidden.
    pub answer: String,
    /// How many bytes of data were left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hidden: usize,
    /// How long it took.
    pub milliseconds: f64,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Why a file is no recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// The file itself.
    #[error("記録を読めません: {0} / cannot read the recording")]
    Unreadable(String),
    /// A line that cannot be read.
    #[error("{line}行目: {cause} / line {line} is not of a recording (`card read --trace FILE` writes one)")]
    Line {
        /// From 1.
        line: usize,
        /// Why.
        cause: String,
    },
    /// It has data that somebody left out.
    #[error(
        "{line}行目: 応答のデータが伏せられているため再生できません。実カードは --reveal を付けて記録します / line {line}: the data of the \
         answer was left out, so this cannot be played; a real card is recorded with --reveal"
    )]
    Hidden {
        /// From 1.
        line: usize,
    },
}

impl Recording {
    /// An empty one of the card in `reader`.
    pub fn new(reader: &str, atr: &[u8]) -> Self {
        let heading = Heading { format: FORMAT.to_owned(), version: VERSION, reader: reader.to_owned(), atr: hex(atr) };
        Self { heading, entries: Vec::new() }
    }

    /// Notes an exchange, without a PIN that is in it.
    pub fn note(&mut self, exchange: &Exchange<'_>) {
        self.entries.push(Entry {
            command: command_text(exchange.command),
            answer: hex(&exchange.answer.to_bytes()),
            hidden: 0,
            milliseconds: exchange.elapsed_ms,
        });
    }

    /// What was said, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The same without the data of any answer: what is left says what was done and how long it took, and nothing of the holder.
    pub fn without_data(mut self) -> Self {
        for entry in &mut self.entries {
            if let Some(data) = entry.answer.len().checked_sub(STATUS_DIGITS) {
                entry.hidden += data / 2;
                entry.answer.drain(..data);
            }
        }
        self
    }

    /// Has any answer these bytes in it?
    pub fn holds(&self, is_in: impl Fn(&[u8]) -> bool) -> bool {
        self.entries.iter().any(|entry| from_hex(&entry.answer).is_some_and(|answer| is_in(&answer)))
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Texts and numbers always have a JSON form, and writing into a String cannot fail.
        let _ = writeln!(text, "{}", serde_json::to_string(&self.heading).unwrap_or_default());
        for entry in &self.entries {
            let _ = writeln!(text, "{}", serde_json::to_string(entry).unwrap_or_default());
        }
        text
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// The first line that is wrong, and why.
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        let wrong = |line: usize, cause: String| RecordingError::Line { line, cause };
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let (_, first) = lines.next().unwrap_or((1, ""));
        let heading: Heading = serde_json::from_slice(first.as_bytes()).map_err(|error| wrong(1, error.to_string()))?;
        if heading.format != FORMAT || heading.version != VERSION || from_hex(&heading.atr).is_none() {
            return Err(wrong(1, format!("{FORMAT} version {VERSION}")));
        }
        let mut entries = Vec::new();
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let entry: Entry =
                serde_json::from_slice(line.as_bytes()).map_err(|error| wrong(number, error.to_string()))?;
            let is_command = match entry.command.strip_suffix(MASK) {
                Some(header) => from_hex(header).is_some_and(|header| header.len() == HEADER),
                None => from_hex(&entry.command).is_some_and(|command| CommandApdu::parse(&command).is_ok()),
            };
            if !is_command {
                return Err(wrong(number, "command".to_owned()));
            }
            if from_hex(&entry.answer).is_none_or(|answer| ResponseApdu::parse(&answer).is_none()) {
                return Err(wrong(number, "answer".to_owned()));
            }
            entries.push(entry);
        }
        Ok(Self { heading, entries })
    }
}

/// CLA, INS, P1, P2.
const HEADER: usize = 4;
/// SW1-SW2 in hexadecimal.
const STATUS_DIGITS: usize = 4;

/// The command's bytes, or its header and dots.
fn command_text(command: &CommandApdu) -> String {
    if command.is_confidential() {
        hex(&[command.class, command.instruction, command.p1, command.p2]) + MASK
    } else {
        hex(&command.to_bytes())
    }
}

/// Upper or lower case, two digits a byte.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default() as u8;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | value(*digit))).collect())
}
