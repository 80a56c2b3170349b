//! Bytes to rows of cells and back: encoding and separator.

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mistake::CellMistake;
use crate::event::Words;
use crate::text::{Encoding, decode, encode};

/// UTF-8 BOM: without it Excel takes UTF-8 for CP932.
const BOM: &[u8] = &[0xEF, 0xBB, 0xBF];

/// In which bytes a table stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TableEncoding {
    /// UTF-8, written with a BOM (`CSV UTF-8` of Excel).
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// CP932 (`CSV` of a Japanese Excel).
    Cp932,
    /// UTF-16 (`Unicode テキスト` of Excel); read, never written.
    #[serde(rename = "utf-16")]
    Utf16,
}

/// What stands between two cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// A tab
    Tab,
}

impl Separator {
    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
        }
    }
}

/// How a table is written down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Form {
    /// Its bytes.
    pub encoding: TableEncoding,
    /// Between its cells.
    pub separator: Separator,
}

/// A row's number, as a spreadsheet counts, and its cells.
pub(super) type Numbered = (u64, Vec<String>);

/// The rows that are not empty, each with its number as a spreadsheet counts.
pub(super) fn rows(bytes: &[u8]) -> Result<(Form, Vec<Numbered>), Box<CellMistake>> {
    let (text, encoding) = text(bytes)?;
    let separator = separator(&text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.byte())
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut row = 0;
    for record in reader.records() {
        let record = record.map_err(|error| Box::new(CellMistake::of_row(row + 1, unreadable(&error))))?;
        let begins = record.position().map_or(0, csv::Position::byte);
        row += 1 + skipped(&text, usize::try_from(begins).unwrap_or(usize::MAX));
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push((row, record.iter().map(str::to_owned).collect()));
        }
    }
    Ok((Form { encoding, separator }, rows))
}

/// Puts rows of characters that the form carries into bytes.
pub(super) fn bytes(rows: &[Vec<String>], form: Form) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(form.separator.byte())
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for cells in rows {
        // Into memory, rows of one length: nothing can fail.
        writer.write_record(cells).unwrap_or_else(|error| unreachable!("rows of one length in memory: {error}"));
    }
    let utf8 = writer.into_inner().unwrap_or_else(|error| unreachable!("written into memory: {error}"));
    match form.encoding {
        TableEncoding::Cp932 => encode(String::from_utf8_lossy(&utf8), Encoding::ShiftJis).bytes,
        TableEncoding::Utf8 | TableEncoding::Utf16 => [BOM, &utf8].concat(),
    }
}

impl Form {
    /// Does this character come back from the encoding as it was?
    pub(super) fn carries(self, character: char) -> bool {
        if self.encoding != TableEncoding::Cp932 || character.is_ascii() {
            return true;
        }
        let mut buffer = [0; 4];
        let text = &*character.encode_utf8(&mut buffer);
        let bytes = encode(text, Encoding::ShiftJis);
        bytes.replaced.is_empty() && decode(&bytes.bytes, Some(Encoding::ShiftJis)).is_ok_and(|back| back.text == text)
    }
}

fn text(bytes: &[u8]) -> Result<(Cow<'_, str>, TableEncoding), Box<CellMistake>> {
    let utf16 = match bytes {
        [0xFF, 0xFE, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] => Some(UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = utf16 {
        let (text, lossy) = encoding.decode_with_bom_removal(bytes);
        return match lossy {
            false => Ok((text, TableEncoding::Utf16)),
            true => Err(Box::new(CellMistake::of_row(1, no_text("UTF-16")))),
        };
    }
    match decode(bytes, None) {
        Ok(decoded) => {
            let encoding = match decoded.encoding {
                Encoding::Utf8 => TableEncoding::Utf8,
                Encoding::ShiftJis => TableEncoding::Cp932,
            };
            Ok((decoded.text, encoding))
        }
        Err(error) => {
            let before = bytes.get(..error.offset).unwrap_or(bytes);
            let row = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            Err(Box::new(CellMistake::of_row(u64::try_from(row).unwrap_or(u64::MAX), no_text("UTF-8, CP932"))))
        }
    }
}

fn no_text(encodings: &str) -> Words {
    Words::new(
        format!("{encodings} のどれとしても読めません。「CSV UTF-8（コンマ区切り）」で保存し直してください"),
        format!("cannot be read as {encodings}: save it again as \"CSV UTF-8 (comma delimited)\""),
    )
}

/// The one that is more frequent in the first line, outside quotes.
fn separator(text: &str) -> Separator {
    let line = text.lines().next().unwrap_or_default();
    let bare: String = line.split('"').step_by(2).collect();
    let count = |wanted: char| bare.chars().filter(|c| *c == wanted).count();
    if count('\t') > count(',') { Separator::Tab } else { Separator::Comma }
}

/// Lines without anything in them, which the library passes over at `begins` and a spreadsheet counts.
fn skipped(text: &str, begins: usize) -> u64 {
    let before = text.get(..begins).unwrap_or_default();
    let from = text.get(begins..).unwrap_or_default();
    // The second half of a line end that the row before has not taken.
    let from = if before.ends_with('\r') { from.strip_prefix('\n').unwrap_or(from) } else { from };
    let blank = from.len() - from.trim_start_matches(['\r', '\n']).len();
    let blank = from.get(..blank).unwrap_or_default();
    blank.replace("\r\n", "\n").len() as u64
}

fn unreadable(error: &csv::Error) -> Words {
    Words::new(
        "この行を読めません。表計算ソフトで開いて保存し直してください",
        format!("this row cannot be read ({error}): open the file in a spreadsheet and save it again"),
    )
}
