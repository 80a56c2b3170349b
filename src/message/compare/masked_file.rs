//! A file with its persons masked: every other byte as it was, encoding, declaration, lines and blanks included.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::mask::Mask;
use crate::message::tree::Element;
use crate::message::xml::{self, Document};
use crate::text;

/// Why a masked copy cannot be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCopy {
    /// Not a document that can be read: what stands in it cannot be known.
    Unreadable,
    /// After masking something of the original was still there.
    Leak,
}

/// The masked copy of `bytes`, which were read as `document`. Comments are left out: nobody knows what they say.
///
/// # Errors
/// [`NoCopy`]; then nothing may be written.
pub fn masked(bytes: &[u8], document: &Document, mask: &Mask) -> Result<Vec<u8>, NoCopy> {
    let decoded = text::decode(bytes, Some(document.encoding)).map_err(|_| NoCopy::Unreadable)?;
    let text = rewritten(&decoded.text, mask).ok_or(NoCopy::Unreadable)?;
    let encoded = text::encode(&text, document.encoding).bytes;
    let bytes = if document.bom { [b"\xEF\xBB\xBF".as_slice(), &encoded].concat() } else { encoded };
    // Read back as anybody would read it.
    let copy = xml::read_up_to(&bytes, xml::BULK_LIMIT).map_err(|_| NoCopy::Unreadable)?;
    if leaks(&copy.root, mask) || !document.findings.is_empty() && mask.leak(&text).is_some() {
        return Err(NoCopy::Leak);
    }
    Ok(bytes)
}

/// Whether a value below `root` still has somebody's word in it.
pub fn leaks(root: &Element, mask: &Mask) -> bool {
    root.children().iter().any(|child| leaks(child, mask)) || mask.leak(root.value()).is_some()
}

/// The text with the values of its leaves replaced.
fn rewritten(text: &str, mask: &Mask) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut out = String::with_capacity(text.len());
    // The open leaf: where its value began, in `out`, its name, and the value as far as it is read.
    let mut leaf: Option<(usize, String, String)> = None;
    loop {
        let from = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        let to = usize::try_from(reader.buffer_position()).ok()?;
        let raw = text.get(from..to)?;
        match event {
            Event::Eof => return Some(out),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Start(start) => {
                out += &without_attributes(raw, start.attributes().count(), mask);
                leaf = Some((out.len(), start.name().as_ref().to_owned(), String::new()));
            }
            Event::Empty(start) => {
                out += &without_attributes(raw, start.attributes().count(), mask);
                leaf = None;
            }
            Event::End(_) => {
                if let Some((began, name, value)) = leaf.take().filter(|(.., value)| !value.trim().is_empty()) {
                    out.truncate(began);
                    out += &escaped(&mask.value(&name, &value));
                }
                out += raw;
            }
            Event::Text(characters) => {
                leaf.iter_mut().for_each(|(.., value)| *value += &characters.xml10_content());
                // Between elements only blanks are a terminal's.
                out += &if leaf.is_none() { mask.scrub(raw) } else { raw.to_owned() };
            }
            Event::CData(characters) => {
                leaf.iter_mut().for_each(|(.., value)| *value += &characters.xml10_content());
                out += &mask.scrub(raw);
            }
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok()?.map(String::from);
                let named =
                    || quick_xml::escape::resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned);
                let character = character.or_else(named)?;
                leaf.iter_mut().for_each(|(.., value)| *value += &character);
                out += raw;
            }
            Event::Decl(_) | Event::DocType(_) => out += raw,
        }
    }
}

fn without_attributes(raw: &str, attributes: usize, mask: &Mask) -> String {
    if attributes == 0 { raw.to_owned() } else { mask.scrub(raw) }
}

fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;")
}
