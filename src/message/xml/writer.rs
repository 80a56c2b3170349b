//! Tree to bytes.

use serde::{Deserialize, Serialize};

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
    let mut writer = Writer { out: String::with_capacity(4096), options, lost: Vec::new() };
    writer.out.push_str("<?xml version=\"1.0\" encoding=\"");
    writer.out.push_str(options.encoding.label());
    writer.out.push_str("\" standalone=\"no\"?>");
    writer.newline();
    writer.element(root, 0);
    writer.newline();
    let Writer { out, mut lost, .. } = writer;
    let mut encoded = text::encode(&out, options.encoding);
    if !lost.is_empty() {
        lost.append(&mut encoded.replaced);
        encoded.replaced = lost;
    }
    encoded
}

struct Writer<'a> {
    out: String,
    options: &'a WriteOptions,
    lost: Vec<char>,
}

impl Writer<'_> {
    fn element(&mut self, element: &Element, depth: usize) {
        self.tag("<", &element.name);
        match &element.content {
            Content::Text(value) => self.value(value),
            Content::Children(children) => {
                for child in children {
                    self.line(depth + 1);
                    self.element(child, depth + 1);
                }
                self.line(depth);
            }
        }
        self.tag("</", &element.name);
    }

    fn tag(&mut self, open: &str, name: &str) {
        self.out.push_str(open);
        self.out.push_str(name);
        self.out.push('>');
    }

    fn line(&mut self, depth: usize) {
        if let Indent::Spaces(width) = self.options.indent {
            self.newline();
            self.out.extend(std::iter::repeat_n(' ', depth * width));
        }
    }

    fn newline(&mut self) {
        self.out.push_str(match self.options.newline {
            Newline::Lf => "\n",
            Newline::CrLf => "\r\n",
        });
    }

    fn value(&mut self, value: &str) {
        for character in value.chars() {
            if !push_escaped(&mut self.out, character) {
                self.lost.push(character);
            }
        }
    }
}

/// Escapes `& < >` and nothing else, as the writers of the field do: clients compare the literal text of ArbitraryFileIdentifier with what
/// they sent (spec/known-clients.md K3). False for a character that XML cannot hold: ● stands for it.
pub fn push_escaped(out: &mut String, character: char) -> bool {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        // A bare CR would come back as LF.
        '\r' => out.push_str("&#13;"),
        _ if is_xml_character(character) => out.push(character),
        _ => {
            out.push(REPLACEMENT);
            return false;
        }
    }
    true
}

/// The characters that XML 1.0 can hold.
pub(super) fn is_xml_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
