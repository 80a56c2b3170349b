//! A file with its persons masked: every other byte as it was, encoding, declaration, lines and blanks included.
//! Comments, and text that is no value, are left out: nobody knows what they say.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

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

/// The masked copy of `bytes`, which were read as `document`.
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
    if leaks(&copy.root, mask) {
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
                drop_stray(&mut out, leaf.take());
                out += &tag(raw, &start, mask);
                leaf = Some((out.len(), start.name().as_ref().to_owned(), String::new()));
            }
            Event::Empty(start) => {
                drop_stray(&mut out, leaf.take());
                out += &tag(raw, &start, mask);
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
                out += if leaf.is_some() || raw.trim().is_empty() { raw } else { "" };
            }
            Event::CData(characters) => {
                leaf.iter_mut().for_each(|(.., value)| *value += &characters.xml10_content());
            }
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok()?.map(String::from);
                let named =
                    || quick_xml::escape::resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned);
                let character = character.or_else(named)?;
                leaf.iter_mut().for_each(|(.., value)| *value += &character);
            }
            Event::Decl(_) | Event::DocType(_) => out += raw,
        }
    }
}

/// What stood before the first child of a group is no value, and nobody knows what it says: only its blanks stay.
fn drop_stray(out: &mut String, leaf: Option<(usize, String, String)>) {
    if let Some((began, _, stray)) = leaf.filter(|(.., value)| !value.trim().is_empty()) {
        out.truncate(began);
        out.extend(stray.chars().filter(|c| c.is_whitespace()));
    }
}

/// A start tag; real ones have no attributes. A namespace is nobody's, anything else is hidden.
fn tag(raw: &str, start: &BytesStart<'_>, mask: &Mask) -> String {
    let mut attributes = start.attributes().flatten().peekable();
    if attributes.peek().is_none() {
        return raw.to_owned();
    }
    let mut tag = format!("<{}", start.name().as_ref());
    for attribute in attributes {
        let (key, value) = (attribute.key.as_ref(), attribute.value.as_ref());
        let value = if key.starts_with("xmlns") { value.to_owned() } else { mask.hide(value) };
        tag += &format!(" {key}=\"{value}\"");
    }
    tag + if raw.ends_with("/>") { "/>" } else { ">" }
}

fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;")
}
