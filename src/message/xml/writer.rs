//! Tree to bytes.

use serde::{Deserialize, Serialize};

use super::odd::Odd;
use crate::message::sink::Sink;
use crate::message::tree::{Content, Element};
use crate::text::{self, Encoded, Encoding, REPLACEMENT};

/// Between lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Newline {
    /// As published samples have it.
    #[default]
    Lf,
    /// As Windows programs write.
    CrLf,
}

impl Newline {
    fn text(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }
}

/// How elements stand on lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Indent {
    /// One element per line, each level this many blanks further in (samples: 4, [B]).
    Spaces(usize),
    /// Everything on one line after the declaration.
    OneLine,
}

impl Default for Indent {
    fn default() -> Self {
        Self::Spaces(4)
    }
}

/// How a tree becomes bytes. Never a BOM (spec/oqs-interface.md §1.4, [C]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Also named in the declaration.
    pub encoding: Encoding,
    /// Lines.
    pub indent: Indent,
    /// Between them.
    pub newline: Newline,
}

/// Writes `root` as a document. What the encoding or XML itself cannot hold becomes ● and is listed in the result.
pub fn write(root: &Element, options: &WriteOptions) -> Encoded {
    let mut writer = Writer::new(options);
    writer.document(|writer| writer.whole(root));
    writer.encoded()
}

/// The same of the one element that `put` makes, without a tree in between.
pub fn write_from(put: impl FnOnce(&mut dyn Sink), options: &WriteOptions) -> Encoded {
    let mut writer = Writer::new(options);
    writer.document(|writer| put(writer));
    writer.encoded()
}

/// A document whose units are written one by one, byte for byte as [`write()`] writes it whole.
pub struct Frame {
    /// What stands before the first unit.
    pub opening: Encoded,
    /// What stands after the last one.
    pub closing: Encoded,
    options: WriteOptions,
    depth: usize,
}

impl Frame {
    /// The frame that `root` is, whose units go into the element without children at the end of `path`.
    pub fn around(root: &Element, path: &[&str], options: &WriteOptions) -> Self {
        let mut writer = Writer::new(options);
        writer.hole = root.at(path);
        writer.document(|writer| writer.whole(root));
        let end = writer.hole_at;
        let mut opening = writer;
        let mut closing = Writer::new(options);
        closing.out = opening.out.split_off(end);
        Self { opening: opening.encoded(), closing: closing.encoded(), options: *options, depth: path.len() + 1 }
    }

    /// One unit.
    pub fn unit(&self, unit: &Element) -> Encoded {
        let mut writer = Writer::new(&self.options);
        writer.depth = self.depth;
        writer.whole(unit);
        writer.encoded()
    }
}

struct Writer<'a> {
    out: String,
    /// What a line begins with: its newline, and the blanks of the deepest line so far.
    margin: String,
    options: &'a WriteOptions,
    lost: Vec<char>,
    /// How many elements are open.
    depth: usize,
    /// The element that stays open for units, and where its start tag ends.
    hole: Option<&'a Element>,
    hole_at: usize,
}

impl<'a> Writer<'a> {
    fn new(options: &'a WriteOptions) -> Self {
        let mut margin = String::with_capacity(64);
        margin.push_str(options.newline.text());
        Self { out: String::with_capacity(4096), margin, options, lost: Vec::new(), depth: 0, hole: None, hole_at: 0 }
    }

    /// The declaration, and the root that `put` makes.
    fn document(&mut self, put: impl FnOnce(&mut Self)) {
        self.out.push_str("<?xml version=\"1.0\" encoding=\"");
        self.out.push_str(self.options.encoding.label());
        self.out.push_str("\" standalone=\"no\"?>");
        self.out.push_str(self.options.newline.text());
        put(self);
        self.out.push_str(self.options.newline.text());
    }

    fn encoded(self) -> Encoded {
        let Self { out, options, mut lost, .. } = self;
        let mut encoded = text::encode(out, options.encoding);
        if !lost.is_empty() {
            lost.append(&mut encoded.replaced);
            encoded.replaced = lost;
        }
        encoded
    }
}

impl Writer<'_> {
    fn whole(&mut self, element: &Element) {
        let is_hole = self.hole.is_some_and(|hole| std::ptr::eq(hole, element));
        if let Content::Text(value) = &element.content
            && !is_hole
        {
            return self.leaf(&element.name, value);
        }
        self.begin(&element.name);
        if is_hole {
            self.hole_at = self.out.len();
        }
        element.children().iter().for_each(|child| self.whole(child));
        self.end(&element.name);
    }

    fn begin(&mut self, name: &str) {
        self.line();
        self.start_tag(name);
        self.depth += 1;
    }

    fn leaf(&mut self, name: &str, value: &str) {
        self.line();
        self.start_tag(name);
        push_escaped(&mut self.out, value, |lost| self.lost.push(lost));
        self.end_tag(name);
    }

    fn end(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.margin();
        self.end_tag(name);
    }

    fn start_tag(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
    }

    fn end_tag(&mut self, name: &str) {
        self.out.push('<');
        self.out.push('/');
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Begins the line of an element; the root stands on the one that the declaration has ended.
    fn line(&mut self) {
        if self.depth > 0 {
            self.margin();
        }
    }

    fn margin(&mut self) {
        if let Indent::Spaces(width) = self.options.indent {
            let length = self.options.newline.text().len() + self.depth * width;
            while self.margin.len() < length {
                self.margin.push(' ');
            }
            self.out.push_str(self.margin.get(..length).unwrap_or_default());
        }
    }
}

impl Sink for Writer<'_> {
    fn open(&mut self, name: &'static str) {
        self.begin(name);
    }

    fn text(&mut self, name: &'static str, value: &str) {
        self.leaf(name, value);
    }

    fn close(&mut self, name: &'static str) {
        self.end(name);
    }

    fn element(&mut self, element: Element) {
        self.whole(&element);
    }
}

/// What has to be escaped, or may be.
static ODD: Odd = Odd::and(b"&<>");

/// Escapes `& < >` and nothing else, as the writers of the field do: clients compare the literal text of ArbitraryFileIdentifier with what
/// they sent (spec/known-clients.md K3). `lose` hears of characters that XML cannot hold: ● stands for them.
fn push_escaped(out: &mut String, value: &str, mut lose: impl FnMut(char)) {
    if !ODD.is_in(value) {
        return out.push_str(value);
    }
    let mut rest = value;
    while let Some(at) = rest.find(|character| !stands_for_itself(character)) {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        let mut characters = from.chars();
        match characters.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            // A bare CR would come back as LF.
            Some('\r') => out.push_str("&#13;"),
            other => {
                out.push(REPLACEMENT);
                other.into_iter().for_each(&mut lose);
            }
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}

fn stands_for_itself(character: char) -> bool {
    !matches!(character, '&' | '<' | '>' | '\r') && is_xml_character(character)
}

/// A value as it stands between two tags ([`push_escaped`]).
pub fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    push_escaped(&mut out, value, |_| {});
    out
}

/// One line that any XML can hold: `?` for control characters and non-characters, as build servers' parsers refuse them.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if !c.is_control() && is_xml_character(c) { c } else { '?' }).collect()
}

/// The characters that XML 1.0 can hold.
pub(super) fn is_xml_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::*;
    use crate::message::sink;

    fn elements() -> impl Strategy<Value = Element> {
        let name = || prop::sample::select(vec!["A", "Name", "ResultList"]);
        let leaf = (name(), "[ -~\\n氏]{0,8}").prop_map(|(name, value)| Element::text(name, value));
        leaf.prop_recursive(4, 32, 5, move |inner| {
            (name(), prop::collection::vec(inner, 0..5)).prop_map(|(name, children)| Element::parent(name, children))
        })
    }

    fn put(element: &Element, out: &mut dyn Sink) {
        let Cow::Borrowed(name) = element.name else { return out.element(element.clone()) };
        match &element.content {
            Content::Text(value) => out.text(name, value),
            Content::Children(children) => {
                out.open(name);
                children.iter().for_each(|child| put(child, out));
                out.close(name);
            }
        }
    }

    proptest! {
        #[test]
        fn a_document_is_the_same_with_a_tree_in_between_and_without(
            root in elements(),
            indent in prop::sample::select(vec![Indent::OneLine, Indent::Spaces(0), Indent::Spaces(4)]),
            newline in prop::sample::select(vec![Newline::Lf, Newline::CrLf]),
            encoding in prop::sample::select(vec![Encoding::Utf8, Encoding::ShiftJis]),
        ) {
            let options = WriteOptions { encoding, indent, newline };
            prop_assert_eq!(write_from(|out| put(&root, out), &options), write(&root, &options));
            prop_assert_eq!(write_from(|out| out.element(root.clone()), &options), write(&root, &options));
            prop_assert_eq!(sink::tree(|out| put(&root, out)), root);
        }

        #[test]
        fn each_character_is_escaped_as_if_it_stood_alone(
            value in "[ -~\\t\\r\\n\u{0}\u{1f}\u{7f}氏－\u{efff}\u{fffd}\u{fffe}\u{ffff}😀]{0,40}",
        ) {
            let alone = |character| match character {
                '&' => "&amp;".to_owned(),
                '<' => "&lt;".to_owned(),
                '>' => "&gt;".to_owned(),
                '\r' => "&#13;".to_owned(),
                '\0' | '\u{1f}' | '\u{fffe}' | '\u{ffff}' => "●".to_owned(),
                other => other.to_string(),
            };
            let (mut out, mut lost) = (String::new(), Vec::new());
            push_escaped(&mut out, &value, |character| lost.push(character));
            prop_assert_eq!(&out, &value.chars().map(alone).collect::<String>());
            prop_assert_eq!(out.matches('●').count(), lost.len());
            prop_assert_eq!(escaped(&value), out);
        }
    }
}
