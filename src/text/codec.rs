//! Bytes to text and back.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, EncoderResult, SHIFT_JIS};
use serde::{Deserialize, Serialize};

/// ● U+25CF: stands where a character could not be kept (spec/oqs-interface.md §1.4, [A]).
pub const REPLACEMENT: char = '●';

/// ● in CP932.
const REPLACEMENT_CP932: [u8; 2] = [0x81, 0x9C];

const UTF8_BOM: &[u8] = &[0xEF, 0xBB, 0xBF];

/// The encodings of the shared folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8, written without BOM.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Shift_JIS in the form of CP932.
    #[serde(rename = "shift_jis")]
    ShiftJis,
}

impl Encoding {
    /// Reads the name in an XML declaration, in any case: UTF-8, and the names that programs use for CP932.
    pub fn from_label(label: &str) -> Option<Self> {
        const CP932: [&str; 8] =
            ["shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "cp932", "ms932", "csshiftjis"];
        let label = label.trim();
        if label.eq_ignore_ascii_case("utf-8") || label.eq_ignore_ascii_case("utf8") {
            return Some(Self::Utf8);
        }
        CP932.iter().any(|name| label.eq_ignore_ascii_case(name)).then_some(Self::ShiftJis)
    }

    /// The name that is written into the XML declaration.
    pub fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::ShiftJis => "Shift_JIS",
        }
    }

    /// CharacterCodeIdentifier (OQSCD005).
    pub fn code(self) -> &'static str {
        match self {
            Self::Utf8 => "0",
            Self::ShiftJis => "1",
        }
    }
}

/// Text that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without BOM.
    pub text: Cow<'a, str>,
    /// The encoding that the bytes are really in.
    pub encoding: Encoding,
    /// Whether a UTF-8 BOM stood in front.
    pub bom: bool,
}

/// Bytes that are no text in their encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{offset} バイト目が {} として読めません / byte {offset} is not {}", .encoding.label(), .encoding.label())]
pub struct DecodeError {
    /// The encoding that was tried.
    pub encoding: Encoding,
    /// Where it failed, in bytes from the start of the file.
    pub offset: usize,
}

/// Reads bytes. A BOM says UTF-8 whatever was `declared`; with nothing declared UTF-8 is tried before CP932.
///
/// # Errors
/// [`DecodeError`] of the declared encoding, or of UTF-8 when neither fits.
pub fn decode(bytes: &[u8], declared: Option<Encoding>) -> Result<Decoded<'_>, DecodeError> {
    if let Some(rest) = bytes.strip_prefix(UTF8_BOM) {
        let text = utf8(rest).map_err(|e| DecodeError { offset: e.offset + UTF8_BOM.len(), ..e })?;
        return Ok(Decoded { text: Cow::Borrowed(text), encoding: Encoding::Utf8, bom: true });
    }
    match declared {
        Some(Encoding::ShiftJis) => cp932(bytes),
        Some(Encoding::Utf8) => plain_utf8(bytes),
        None => plain_utf8(bytes).or_else(|e| cp932(bytes).map_err(|_| e)),
    }
}

fn plain_utf8(bytes: &[u8]) -> Result<Decoded<'_>, DecodeError> {
    utf8(bytes).map(|text| Decoded { text: Cow::Borrowed(text), encoding: Encoding::Utf8, bom: false })
}

fn utf8(bytes: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(bytes).map_err(|e| DecodeError { encoding: Encoding::Utf8, offset: e.valid_up_to() })
}

fn cp932(bytes: &[u8]) -> Result<Decoded<'_>, DecodeError> {
    match SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(Decoded { text, encoding: Encoding::ShiftJis, bom: false }),
        None => Err(DecodeError { encoding: Encoding::ShiftJis, offset: first_bad_cp932(bytes) }),
    }
}

fn first_bad_cp932(bytes: &[u8]) -> usize {
    let mut decoder = SHIFT_JIS.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0);
    let mut text = vec![0; room];
    match decoder.decode_to_utf8_without_replacement(bytes, &mut text, true) {
        (DecoderResult::Malformed(bad, after), read, _) => read.saturating_sub(usize::from(bad) + usize::from(after)),
        (_, read, _) => read,
    }
}

/// Text as bytes, with what could not be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encoded {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The characters that became ●, in order of appearance.
    pub replaced: Vec<char>,
}

/// Writes text; what is handed over is not copied where its bytes are the same. Never fails: what CP932 lacks is folded to its look-alike,
/// else replaced by ●.
pub fn encode<'t>(text: impl Into<Cow<'t, str>>, encoding: Encoding) -> Encoded {
    let text = text.into();
    match encoding {
        Encoding::Utf8 => Encoded { bytes: text.into_owned().into_bytes(), replaced: Vec::new() },
        Encoding::ShiftJis => to_cp932(&text),
    }
}

fn to_cp932(text: &str) -> Encoded {
    let mut encoder = SHIFT_JIS.new_encoder();
    let mut out = Encoded::default();
    let mut rest = text;
    loop {
        let room = encoder.max_buffer_length_from_utf8_without_replacement(rest.len()).unwrap_or(rest.len() * 2);
        out.bytes.reserve(room);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut out.bytes, true);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            EncoderResult::InputEmpty => return out,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(character) => match fold(character) {
                Fold::To(bytes) => out.bytes.extend_from_slice(&bytes),
                Fold::Drop => {}
                Fold::Lost => {
                    out.bytes.extend_from_slice(&REPLACEMENT_CP932);
                    out.replaced.push(character);
                }
            },
        }
    }
}

enum Fold {
    To([u8; 2]),
    Drop,
    Lost,
}

/// Characters that CP932 maps under another code point than JIS or macOS do, and variation selectors, which only choose a shape.
fn fold(character: char) -> Fold {
    match character {
        '\u{301C}' => Fold::To([0x81, 0x60]),                           // 〜 → ～
        '\u{2016}' => Fold::To([0x81, 0x61]),                           // ‖ → ∥
        '\u{2014}' => Fold::To([0x81, 0x5C]),                           // — → ―
        '\u{2012}' | '\u{2013}' | '\u{2212}' => Fold::To([0x81, 0x7C]), // ‒ – − → －
        '\u{00A2}' => Fold::To([0x81, 0x91]),                           // ¢ → ￠
        '\u{00A3}' => Fold::To([0x81, 0x92]),                           // £ → ￡
        '\u{00AC}' => Fold::To([0x81, 0xCA]),                           // ¬ → ￢
        '\u{00A6}' => Fold::To([0xFA, 0x55]),                           // ¦ → ￤
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => Fold::Drop,
        _ => Fold::Lost,
    }
}
