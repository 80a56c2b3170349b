//! How a terminal's files look: encoding, order, lines, lists. One place that turns a document into the bytes of a file.

use super::order::ElementOrder;
use super::qualification::{QualificationRequest, QualificationResult, Records};
use super::subsidy::{HeaderItem, Layout, Repeat, SubsidyDocument};
use super::tree::{Content, Element};
use super::xml::{self, Frame, Indent, Newline, WriteOptions};
use crate::text::{Encoded, Encoding};

/// The looks of files, one setting per line of spec/oqs-interface.md §7.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Style {
    /// UTF-8 or CP932.
    pub encoding: Encoding,
    /// Order of elements.
    pub order: ElementOrder,
    /// Indentation.
    pub indent: Indent,
    /// Line ends.
    pub newline: Newline,
    /// Several records in one list or in lists of their own.
    pub records: Records,
    /// What repeats in a subsidy document.
    pub repeat: Repeat,
}

impl Style {
    /// A qualification result as a file.
    pub fn qualification_result(&self, document: &QualificationResult) -> Encoded {
        self.tree(document.to_tree(self.records))
    }

    /// A qualification request as a file.
    pub fn qualification_request(&self, document: &QualificationRequest) -> Encoded {
        self.tree(document.to_tree())
    }

    /// A subsidy result as a file, with the tags of `layout`.
    pub fn subsidies(&self, document: &SubsidyDocument, layout: &Layout) -> Encoded {
        let root = layout.to_tree(document, self.repeat);
        self.with_code_in(layout.tag_of(HeaderItem::CharacterCodeIdentifier).unwrap_or_default(), root)
    }

    /// Any tree in specification order as a file. CharacterCodeIdentifier, where there is one, tells the encoding.
    pub fn tree(&self, root: Element) -> Encoded {
        self.with_code_in(CODE_IDENTIFIER, root)
    }

    /// A tree whose body has no units yet as a file that gets them one by one.
    pub fn by_units(&self, mut root: Element) -> ByUnits<'_> {
        let body = root.children().iter().position(|child| child.name == BODY).unwrap_or_default();
        self.arrange(CODE_IDENTIFIER, &mut root);
        let frame = Frame::around(&root, &[BODY], &self.options());
        ByUnits { style: self, frame, parents: format!("/{}#{body}/{BODY}", root.name), written: 0 }
    }

    /// The same of a tree that tells its encoding in the element `tag` of its header.
    pub fn with_code_in(&self, tag: &str, mut root: Element) -> Encoded {
        self.arrange(tag, &mut root);
        xml::write(&root, &self.options())
    }

    fn arrange(&self, tag: &str, root: &mut Element) {
        if let Some(identifier) = root.at_mut(&["MessageHeader", tag]) {
            identifier.content = Content::Text(self.encoding.code().to_owned());
        }
        self.order.arrange(root);
    }

    fn options(&self) -> WriteOptions {
        WriteOptions { encoding: self.encoding, indent: self.indent, newline: self.newline }
    }
}

/// The element of a header that tells the encoding (OQSCD005).
pub const CODE_IDENTIFIER: &str = "CharacterCodeIdentifier";
/// The element that holds units.
const BODY: &str = "MessageBody";

/// A file that is written unit by unit, byte for byte as [`Style::tree`] writes it whole.
pub struct ByUnits<'a> {
    style: &'a Style,
    /// What stands before the first unit and after the last one.
    pub frame: Frame,
    parents: String,
    written: usize,
}

impl ByUnits<'_> {
    /// The next unit, which comes in specification order.
    pub fn unit(&mut self, mut unit: Element) -> Encoded {
        self.style.order.arrange_below(&format!("{}#{}", self.parents, self.written), &mut unit);
        self.written += 1;
        self.frame.unit(&unit)
    }
}
