//! Bytes to tree.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::writer::is_xml_character;
use crate::message::finding::{Finding, FindingKind};
use crate::message::refusal::{Refusal, Rule};
use crate::message::tree::{Content, Element};
use crate::text::{self, Encoding};

/// Most bytes of a single request or result: the largest reader of the field takes 4 MiB (spec/known-clients.md K5, [B]).
pub const SINGLE_LIMIT: usize = 4 << 20;

/// Most bytes of a bulk request or result: 100,000 rows as pretty as the field writes them; no limit is public ([C]).
pub const BULK_LIMIT: usize = 64 << 20;

/// Deepest nesting: the deepest document of ours has 7 levels; more than 32 only costs memory.
pub const DEPTH_LIMIT: usize = 32;

/// How far the XML declaration is looked for; it has some 60 bytes.
const DECLARATION_REACH: usize = 256;

/// A document that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its root element.
    pub root: Element,
    /// The encoding that the bytes are in.
    pub encoding: Encoding,
    /// The encoding that the declaration names, as written.
    pub declared: Option<String>,
    /// Whether a BOM stood in front.
    pub bom: bool,
    /// Tolerated, but worth telling: attributes, a namespace, stray text.
    pub findings: Vec<Finding>,
}

/// Reads a single request or result.
///
/// # Errors
/// A [`Refusal`] with line and column: too big, unreadable encoding, not well-formed, document type, too deep.
pub fn read(bytes: &[u8]) -> Result<Document, Refusal> {
    read_up_to(bytes, SINGLE_LIMIT)
}

/// Reads a document of at most `limit` bytes.
///
/// # Errors
/// As [`read`].
pub fn read_up_to(bytes: &[u8], limit: usize) -> Result<Document, Refusal> {
    if bytes.len() > limit {
        return Err(Refusal::new(Rule::TooBig).seen(format!("over {limit} bytes")));
    }
    if is_utf16(bytes) {
        return Err(Refusal::new(Rule::UnknownEncoding).on(1, 1).seen("UTF-16"));
    }
    let declared = declared_encoding(bytes);
    let wanted = match &declared {
        Some(label) => Some(
            Encoding::from_label(label)
                .ok_or_else(|| Refusal::new(Rule::UnknownEncoding).on(1, 1).seen(label.as_str()))?,
        ),
        None => None,
    };
    let decoded = text::decode(bytes, wanted).map_err(|error| {
        let (line, column) = position(bytes.get(..error.offset).unwrap_or(bytes));
        Refusal::new(Rule::NotText).on(line, column).seen(error.to_string())
    })?;
    let mut builder = Builder::new(&decoded.text);
    let root = builder.document()?;
    Ok(Document { root, encoding: decoded.encoding, declared, bom: decoded.bom, findings: builder.findings })
}

/// By its byte order mark, or by the zero beside the first `<`.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, ..] | [0, b'<', ..])
}

/// The encoding named by the XML declaration, read from bytes before they are text; either kind of quotes.
pub fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let head = bytes.get(..bytes.len().min(DECLARATION_REACH)).unwrap_or_default();
    let end = head.windows(2).position(|window| window == b"?>")?;
    let declaration = std::str::from_utf8(head.get(..end)?).ok()?.strip_prefix("<?xml")?;
    let after = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = after.get(1..)?.split_once(quote)?.0;
    Some(label.to_owned())
}

/// Line and column, both from 1, of the end of `before`; columns count characters of UTF-8 text, else bytes.
pub(super) fn position(before: &[u8]) -> (usize, usize) {
    let line = 1 + before.iter().filter(|b| **b == b'\n').count();
    let last = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let column = std::str::from_utf8(last).map_or(last.len(), |text| text.chars().count());
    (line, column + 1)
}

struct Builder<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    open: Vec<Open>,
    root: Option<Element>,
    findings: Vec<Finding>,
}

/// An element whose end tag has not come yet.
struct Open {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, reader: Reader::from_str(text), open: Vec::new(), root: None, findings: Vec::new() }
    }

    fn document(&mut self) -> Result<Element, Refusal> {
        loop {
            let at = self.offset();
            let event = self.reader.read_event().map_err(|error| {
                let at = usize::try_from(self.reader.error_position()).unwrap_or(at);
                self.broken(at, error.to_string())
            })?;
            match event {
                Event::Eof => break,
                Event::Start(start) => self.start(&start, at)?,
                Event::Empty(start) => {
                    self.start(&start, at)?;
                    self.close(at)?;
                }
                Event::End(_) => self.close(at)?,
                Event::Text(text) => self.characters(&text.xml10_content(), at)?,
                Event::CData(data) => self.characters(&data.xml10_content(), at)?,
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref() {
                        Ok(Some(character)) => character.to_string(),
                        Ok(None) => predefined(&reference.xml10_content()).unwrap_or_default().to_owned(),
                        Err(error) => return Err(self.broken(at, error.to_string())),
                    };
                    if character.is_empty() {
                        return Err(self.broken(at, format!("&{};", reference.xml10_content())));
                    }
                    self.characters(&character, at)?;
                }
                Event::DocType(_) => return Err(self.refuse(Rule::DocumentType, at)),
                Event::Decl(_) if at > 0 => {
                    return Err(self.broken(at, "XML declaration not at the very start".to_owned()));
                }
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            }
        }
        if let Some(open) = self.open.last() {
            let missing = format!("</{}>", open.name);
            return Err(self.broken(self.text.len(), missing));
        }
        self.root.take().ok_or_else(|| self.broken(self.text.len(), "no element".to_owned()))
    }

    fn start(&mut self, start: &BytesStart<'_>, at: usize) -> Result<(), Refusal> {
        let name = start.name().as_ref().to_owned();
        if name.is_empty() || !name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':') {
            return Err(self.broken(at, format!("<{name}>")));
        }
        if self.open.len() >= DEPTH_LIMIT {
            return Err(self.refuse(Rule::TooDeep, at).seen(name));
        }
        if self.root.is_some() {
            return Err(self.broken(at, format!("second root <{name}>")));
        }
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.broken(at, error.to_string()))?;
            let key = attribute.key.as_ref().to_owned();
            self.findings.push(Finding::new(FindingKind::Attribute, self.path(&name)).seen(key));
        }
        self.open.push(Open { name, text: String::new(), children: Vec::new() });
        Ok(())
    }

    fn close(&mut self, at: usize) -> Result<(), Refusal> {
        let Some(done) = self.open.pop() else { return Err(self.broken(at, "end tag without start".to_owned())) };
        let content = if done.children.is_empty() {
            Content::Text(done.text)
        } else {
            if !done.text.trim().is_empty() {
                let path = self.path(&done.name);
                self.findings.push(Finding::new(FindingKind::StrayText, path).seen(done.text.trim()));
            }
            Content::Children(done.children)
        };
        let element = Element { name: done.name.into(), content };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn characters(&mut self, characters: &str, at: usize) -> Result<(), Refusal> {
        if let Some(control) = characters.chars().find(|c| !is_xml_character(*c)) {
            return Err(self.broken(at, format!("U+{:04X}", control as u32)));
        }
        match self.open.last_mut() {
            Some(open) => open.text.push_str(characters),
            None if characters.trim().is_empty() => {}
            None => return Err(self.broken(at, characters.trim().chars().take(20).collect())),
        }
        Ok(())
    }

    fn path(&self, name: &str) -> String {
        let mut path = String::new();
        for open in &self.open {
            path.push_str(&open.name);
            path.push('/');
        }
        path + name
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.text.len())
    }

    fn broken(&self, at: usize, seen: String) -> Refusal {
        self.refuse(Rule::NotWellFormed, at).seen(seen)
    }

    fn refuse(&self, rule: Rule, at: usize) -> Refusal {
        let (line, column) = position(self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes()));
        Refusal::new(rule).on(line, column)
    }
}

fn predefined(name: &str) -> Option<&'static str> {
    quick_xml::escape::resolve_predefined_entity(name)
}
