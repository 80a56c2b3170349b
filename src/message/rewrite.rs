//! Other values in a file that stays otherwise as it is, byte for byte: for files that are not ours (see `terminal::own`).
//!
//! The file is read by a pull parser, the spans of the values to be changed are found in it, and only these bytes are exchanged, in the
//! file's own encoding. Nothing is added, nothing removed: an element that is not there stays away, and declaration, blanks, comments,
//! attributes and line ends are not touched.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::refusal::{Refusal, Rule};
use super::xml::{self, BULK_LIMIT};
use crate::text::{self, Encoding};

/// Before a name: at whatever path it stands.
const ANYWHERE: &str = "//";
const UTF8_BOM_LEN: usize = 3;

/// Another value for the elements at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Names from the root joined by `/`, or `//Name` for that name wherever it stands.
    pub path: String,
    /// The value, unescaped.
    pub value: String,
}

impl Change {
    /// `value` for the elements at `path`.
    pub fn new(path: impl Into<String>, value: impl Into<String>) -> Self {
        Self { path: path.into(), value: value.into() }
    }

    fn means(&self, open: &[String]) -> bool {
        match self.path.strip_prefix(ANYWHERE) {
            Some(name) => open.last().is_some_and(|last| last == name),
            None => self.path.split('/').eq(open.iter().map(String::as_str)),
        }
    }
}

/// A file with other values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The file.
    pub bytes: Vec<u8>,
    /// Characters of the values that the file's encoding does not have; they became ●.
    pub replaced: Vec<char>,
}

/// Writes the values of `changes` into `bytes`. Where several changes mean one element, the first counts; elements with elements below
/// them are left alone.
///
/// # Errors
/// A [`Refusal`] where the file is not well-formed XML in UTF-8 or Shift_JIS.
pub fn rewrite(bytes: &[u8], changes: &[Change]) -> Result<Rewritten, Refusal> {
    let document = xml::read_up_to(bytes, BULK_LIMIT)?;
    let decoded = text::decode(bytes, Some(document.encoding)).map_err(unreadable)?;
    let edits = find(&decoded.text, changes)?;
    let start = if decoded.bom { UTF8_BOM_LEN } else { 0 };
    let mut places = Places { bytes, encoding: decoded.encoding, text: &decoded.text, at: (0, start) };
    let mut rewritten = Rewritten { bytes: Vec::with_capacity(bytes.len() + 256), replaced: Vec::new() };
    let mut copied = 0;
    for edit in edits {
        let (from, to) = (places.byte_of(edit.from), places.byte_of(edit.to));
        rewritten.bytes.extend_from_slice(bytes.get(copied..from).unwrap_or_default());
        let new = text::encode(&edit.new, decoded.encoding);
        rewritten.bytes.extend_from_slice(&new.bytes);
        rewritten.replaced.extend(new.replaced);
        copied = to;
    }
    rewritten.bytes.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    Ok(rewritten)
}

fn unreadable(error: impl ToString) -> Refusal {
    Refusal::new(Rule::NotText).seen(error.to_string())
}

/// `text[from..to]` becomes `new`; in the order of the text, never overlapping.
struct Edit {
    from: usize,
    to: usize,
    new: String,
}

/// An element whose value is to change, until its end shows that nothing but characters stands in it.
struct Target<'c> {
    depth: usize,
    value: &'c str,
    /// Where its characters stand: texts, CDATA sections, references.
    pieces: Vec<(usize, usize)>,
}

fn find(text: &str, changes: &[Change]) -> Result<Vec<Edit>, Refusal> {
    let mut reader = Reader::from_str(text);
    let (mut open, mut target, mut edits) = (Vec::<String>::new(), None::<Target<'_>>, Vec::new());
    let offset = |position: u64| usize::try_from(position).unwrap_or(text.len());
    loop {
        let from = offset(reader.buffer_position());
        let event = reader.read_event().map_err(|error| Refusal::new(Rule::NotWellFormed).seen(error.to_string()))?;
        let to = offset(reader.buffer_position());
        match event {
            Event::Eof => return Ok(edits),
            Event::Start(start) => {
                open.push(start.name().as_ref().to_owned());
                // What was open has an element below it: no value to change.
                let change = changes.iter().find(|change| change.means(&open));
                target = change.map(|change| Target { depth: open.len(), value: &change.value, pieces: Vec::new() });
            }
            Event::Empty(start) => {
                let name = start.name().as_ref().to_owned();
                open.push(name);
                let change = changes.iter().find(|change| change.means(&open)).filter(|c| !c.value.is_empty());
                if let (Some(change), Some(name)) = (change, open.last()) {
                    // `<A />` becomes `<A >value</A>`: the slash goes, the rest of the tag stays.
                    edits.push(Edit {
                        from: to - "/>".len(),
                        to,
                        new: format!(">{}</{name}>", xml::escaped(&change.value)),
                    });
                }
                open.pop();
                target = None;
            }
            Event::End(_) => {
                if let Some(done) = target.take().filter(|target| target.depth == open.len()) {
                    edits.extend(done.edits(from));
                }
                open.pop();
            }
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                if let Some(target) = &mut target {
                    target.pieces.push((from, to));
                }
            }
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

impl Target<'_> {
    /// The value takes the place of the first characters; the others go. Comments between them stay.
    fn edits(self, end: usize) -> Vec<Edit> {
        let mut new = xml::escaped(self.value);
        if self.pieces.is_empty() {
            return vec![Edit { from: end, to: end, new }];
        }
        self.pieces.into_iter().map(|(from, to)| Edit { from, to, new: std::mem::take(&mut new) }).collect()
    }
}

/// Finds the byte of the file for an offset of its text; asked for growing offsets only.
struct Places<'a> {
    bytes: &'a [u8],
    encoding: Encoding,
    text: &'a str,
    /// The last answer: offset in the text, byte of the file.
    at: (usize, usize),
}

impl Places<'_> {
    fn byte_of(&mut self, offset: usize) -> usize {
        let (from, byte) = self.at;
        let between = self.text.get(from..offset).unwrap_or_default();
        let byte = match self.encoding {
            Encoding::Utf8 => byte + between.len(),
            // Each character is one byte or two: that of CP932 tells by its first one which.
            Encoding::ShiftJis => between
                .chars()
                .fold(byte, |byte, _| byte + if self.bytes.get(byte).is_some_and(|b| is_lead(*b)) { 2 } else { 1 }),
        };
        self.at = (offset, byte);
        byte
    }
}

/// The first bytes of two-byte characters of CP932.
fn is_lead(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9F | 0xE0..=0xFC)
}

#[cfg(test)]
mod tests;
