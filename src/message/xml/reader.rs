//! Bytes to tree.

use std::io;
use std::marker::PhantomData;

use quick_xml::events::{BytesStart, Event};

use super::decoding::NotText;
use super::meter::TooMuch;
use super::odd::Odd;
use super::pull::ReadError;
use super::source::{Held, Source};
use super::writer::is_xml_character;
use crate::message::finding::{Finding, FindingKind};
use crate::message::refusal::{Refusal, Rule};
use crate::message::tree::{Content, Element};
use crate::text::{self, Encoding};

/// Most bytes of a single request or result: the largest reader of the field takes 4 MiB (spec/known-clients.md K5, [B]).
pub const SINGLE_LIMIT: usize = 4 << 20;

/// Most bytes of a bulk request: 100,000 rows as pretty as the field writes them; no limit is public ([C]).
pub const BULK_LIMIT: usize = 64 << 20;

/// Most bytes of a file that somebody asks to have looked at: the result of 100,000 rows has some 200 MB, and a tree of it takes ten times
/// its length in memory.
pub const LOOK_LIMIT: usize = 512 << 20;

/// Most bytes of one unit of a bulk document: the largest of ours has some 10 kB.
pub const UNIT_LIMIT: usize = 1 << 20;

/// Deepest nesting: the deepest document of ours has 7 levels; more than 32 only costs memory.
pub const DEPTH_LIMIT: usize = 32;

/// How far the XML declaration is looked for; it has some 60 bytes.
pub(super) const DECLARATION_REACH: usize = 256;

/// So many unusual things of one file are kept; more only cost memory.
pub const MOST_FINDINGS: usize = 10_000;

/// Of stray text between units, so many characters are kept.
const STRAY: usize = 200;

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
    let declared = declared_encoding(bytes);
    let wanted = told_encoding(bytes, declared.as_deref())?;
    let decoded = text::decode(bytes, wanted).map_err(|error| {
        let (line, column) = position(bytes.get(..error.offset).unwrap_or(bytes));
        Refusal::new(Rule::NotText).on(line, column).seen(error.to_string())
    })?;
    let mut builder = Builder::whole(Held::new(&decoded.text));
    let root = builder.document()?;
    Ok(Document { root, encoding: decoded.encoding, declared, bom: decoded.bom, findings: builder.findings })
}

/// What the beginning of a document says about its encoding, by its mark or as it is [`declared_encoding`]; `None` when it says nothing.
pub(super) fn told_encoding(head: &[u8], declared: Option<&str>) -> Result<Option<Encoding>, Refusal> {
    let unknown = |label: &str| Refusal::new(Rule::UnknownEncoding).on(1, 1).seen(label);
    if is_utf16(head) {
        return Err(unknown("UTF-16"));
    }
    let told = declared.map(|label| Encoding::from_label(label).ok_or_else(|| unknown(label))).transpose()?;
    Ok(if head.starts_with(b"\xEF\xBB\xBF") { Some(Encoding::Utf8) } else { told })
}

/// By its byte order mark, or by the zero beside the first `<`.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, ..] | [0, b'<', ..])
}

/// The encoding named by the XML declaration, read from bytes before they are text; either kind of quotes.
pub fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let head = bytes.get(..bytes.len().min(DECLARATION_REACH)).unwrap_or_default();
    let end = memchr::memmem::find(head, b"?>")?;
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

/// What the reader came upon.
pub(super) enum Step {
    /// A child of the root was closed. One that is read by units comes without them.
    Part(Element),
    /// A child of [`BODY`] was closed.
    Unit(Element),
    /// The root was closed, and nothing follows.
    End,
}

/// The element whose children are units, and the root above it.
const BODY: &str = "MessageBody";
const ROOT: &str = "XmlMsg";

/// Text that is not as it stands in the file, or that XML lacks.
static ODD: Odd = Odd::and(b"\r");

/// Makes elements of a parser's events.
pub(super) struct Builder<'t, S> {
    source: S,
    of: PhantomData<&'t ()>,
    buffer: Vec<u8>,
    open: Vec<Open>,
    /// The text of all elements that are open, the outermost first, and the elements that were closed below each of them.
    text: String,
    closed: Vec<Element>,
    /// Whether parts and units are handed out as they are closed, and not kept.
    by_units: bool,
    root: Option<Element>,
    pub findings: Vec<Finding>,
}

/// An element whose end tag has not come yet.
struct Open {
    name: String,
    /// Where its text and its children begin.
    text: usize,
    children: usize,
    /// Children were handed out.
    had_units: bool,
}

impl<'t, S: Source<'t>> Builder<'t, S> {
    fn whole(source: S) -> Self {
        Self {
            source,
            of: PhantomData,
            buffer: Vec::new(),
            open: Vec::with_capacity(8),
            text: String::with_capacity(256),
            closed: Vec::with_capacity(16),
            by_units: false,
            root: None,
            findings: Vec::new(),
        }
    }

    pub fn by_units(source: S) -> Self {
        Self { by_units: true, ..Self::whole(source) }
    }

    /// The name of the root, once it was opened.
    pub fn root_name(&self) -> Option<&str> {
        self.open.first().map(|open| open.name.as_str()).or(self.root.as_ref().map(|root| root.name.as_ref()))
    }

    fn document(&mut self) -> Result<Element, Refusal> {
        loop {
            match self.advance() {
                Ok(Step::End) => break,
                Ok(Step::Part(_) | Step::Unit(_)) => {}
                Err(ReadError::Refused(refusal)) => return Err(refusal),
                // Memory always gives what it has.
                Err(ReadError::Io(cause)) => return Err(Refusal::new(Rule::NotWellFormed).seen(cause.to_string())),
            }
        }
        self.root.take().ok_or_else(|| self.broken(self.source.offset(), "no element".to_owned()))
    }

    /// Reads on until something is to be handed out.
    pub fn advance(&mut self) -> Result<Step, ReadError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        self.source.begin_unit();
        loop {
            if let Some(step) = self.event(&mut buffer)? {
                self.buffer = buffer;
                return Ok(step);
            }
        }
    }

    fn event(&mut self, buffer: &mut Vec<u8>) -> Result<Option<Step>, ReadError> {
        let at = self.source.offset();
        let event = match self.source.event(buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(cause)) => return Err(self.unreadable(&cause)),
            Err(error) => {
                let at = usize::try_from(self.source.mistake()).unwrap_or(at);
                return Err(self.broken(at, error.to_string()).into());
            }
        };
        match event {
            Event::Eof => return Ok(Some(self.end()?)),
            Event::Start(start) => self.start(&start, at)?,
            Event::Empty(start) => {
                self.start(&start, at)?;
                return Ok(self.close(at)?);
            }
            Event::End(_) => return Ok(self.close(at)?),
            Event::Text(text) if !ODD.is_in(&text) => self.kept(&text, at)?,
            Event::Text(text) => self.characters(&text.xml10_content(), at)?,
            Event::CData(data) => self.characters(&data.xml10_content(), at)?,
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    Ok(None) => predefined(&reference.xml10_content()).unwrap_or_default().to_owned(),
                    Err(error) => return Err(self.broken(at, error.to_string()).into()),
                };
                if character.is_empty() {
                    return Err(self.broken(at, format!("&{};", reference.xml10_content())).into());
                }
                self.characters(&character, at)?;
            }
            Event::DocType(_) => return Err(self.refuse(Rule::DocumentType, at).into()),
            Event::Decl(_) if at > 0 => {
                return Err(self.broken(at, "XML declaration not at the very start".to_owned()).into());
            }
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
        }
        Ok(None)
    }

    fn end(&self) -> Result<Step, Refusal> {
        match (self.open.last(), &self.root) {
            (Some(open), _) => Err(self.broken(self.source.offset(), format!("</{}>", open.name))),
            (None, None) => Err(self.broken(self.source.offset(), "no element".to_owned())),
            (None, Some(_)) => Ok(Step::End),
        }
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
            self.report(FindingKind::Attribute, &name, &key);
        }
        self.open.push(Open { name, text: self.text.len(), children: self.closed.len(), had_units: false });
        Ok(())
    }

    fn close(&mut self, at: usize) -> Result<Option<Step>, Refusal> {
        let Some(done) = self.open.pop() else { return Err(self.broken(at, "end tag without start".to_owned())) };
        let text = self.text.get(done.text..).unwrap_or_default();
        let content = if done.children == self.closed.len() && !done.had_units {
            Content::Text(text.to_owned())
        } else {
            // Most of it is blanks of one byte.
            let stray = text.trim_ascii().trim();
            if !stray.is_empty() {
                let stray = stray.to_owned();
                self.report(FindingKind::StrayText, &done.name, &stray);
            }
            Content::Children(self.closed.split_off(done.children))
        };
        self.text.truncate(done.text);
        let element = Element { name: done.name.into(), content };
        let (is_part, is_unit) = match self.open.as_slice() {
            [] => {
                self.root = Some(element);
                return Ok(None);
            }
            [_root] => (true, false),
            [root, body] => (false, root.name == ROOT && body.name == BODY),
            _ => (false, false),
        };
        if !self.by_units || !(is_part || is_unit) {
            self.closed.push(element);
            return Ok(None);
        }
        if let Some(parent) = self.open.last_mut() {
            parent.had_units = true;
            let text = self.text.get(parent.text..).unwrap_or_default();
            let stray: String = text.trim().chars().take(STRAY).collect();
            self.text.truncate(parent.text);
            self.text.push_str(&stray);
        }
        Ok(Some(if is_unit { Step::Unit(element) } else { Step::Part(element) }))
    }

    fn characters(&mut self, characters: &str, at: usize) -> Result<(), Refusal> {
        if let Some(control) = characters.chars().find(|c| !is_xml_character(*c)) {
            return Err(self.broken(at, format!("U+{:04X}", control as u32)));
        }
        self.kept(characters, at)
    }

    /// Characters that XML can hold.
    fn kept(&mut self, characters: &str, at: usize) -> Result<(), Refusal> {
        if !self.open.is_empty() {
            self.text.push_str(characters);
            return Ok(());
        }
        match characters.trim() {
            "" => Ok(()),
            stray => Err(self.broken(at, stray.chars().take(20).collect())),
        }
    }

    fn report(&mut self, kind: FindingKind, name: &str, seen: &str) {
        if self.findings.len() < MOST_FINDINGS {
            let path: String = self.open.iter().flat_map(|open| [open.name.as_str(), "/"]).collect();
            self.findings.push(Finding::new(kind, path + name).seen(seen));
        }
    }

    fn broken(&self, at: usize, seen: String) -> Refusal {
        self.refuse(Rule::NotWellFormed, at).seen(seen)
    }

    fn refuse(&self, rule: Rule, at: usize) -> Refusal {
        let (line, column) = self.source.place_of(at);
        Refusal::new(rule).on(line, column)
    }

    /// The source gave no more: a limit, bytes that are no text, or its own trouble.
    fn unreadable(&self, cause: &io::Error) -> ReadError {
        let at = self.source.offset();
        match cause.get_ref() {
            Some(inner) if inner.is::<TooMuch>() => self.refuse(Rule::TooBig, at).seen(inner.to_string()).into(),
            Some(inner) if inner.is::<NotText>() => self.refuse(Rule::NotText, at).seen(inner.to_string()).into(),
            _ => io::Error::new(cause.kind(), cause.to_string()).into(),
        }
    }
}

fn predefined(name: &str) -> Option<&'static str> {
    quick_xml::escape::resolve_predefined_entity(name)
}
