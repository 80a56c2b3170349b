//! A document of any length, unit by unit: only one unit is held at a time.

use std::io::{self, Read};

use super::decoding::{Decoding, NotText};
use super::meter::{Limits, Meter};
use super::reader::{self, Builder, Step};
use super::source::Stream;
use crate::message::finding::Finding;
use crate::message::refusal::{Refusal, Rule};
use crate::message::tree::Element;
use crate::text::Encoding;

/// Why a document cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It breaks a rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Its source gave no more.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// `MessageHeader`
    Header(Element),
    /// A child of `MessageBody`.
    Unit(Element),
}

/// A document that is being read.
pub struct Pull<'a> {
    builder: Builder<'a, Stream<Decoding<Box<dyn Read + Send + 'a>>>>,
    header: bool,
    body: bool,
}

impl<'a> Pull<'a> {
    /// Starts to read a document in `encoding`.
    pub fn new(source: Box<dyn Read + Send + 'a>, encoding: Encoding, limits: Limits) -> Self {
        let builder = Builder::by_units(Stream::new(Meter::new(Decoding::new(source, encoding), limits)));
        Self { builder, header: false, body: false }
    }

    /// The next piece, in the order of the document; `None` when all of it was read and is as it must be.
    ///
    /// # Errors
    /// [`ReadError::Refused`] with line and column: too big, not text, not well-formed, document type, too deep, wrong root.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, ReadError> {
        loop {
            match self.builder.advance()? {
                Step::Unit(unit) => {
                    self.check_root()?;
                    return Ok(Some(Piece::Unit(unit)));
                }
                Step::Part(part) => {
                    self.check_root()?;
                    let seen = match part.name.as_ref() {
                        "MessageHeader" => &mut self.header,
                        "MessageBody" => &mut self.body,
                        _ => continue,
                    };
                    if std::mem::replace(seen, true) {
                        return Err(Refusal::new(Rule::Repeated).at(format!("XmlMsg/{}", part.name)).into());
                    }
                    if part.name == "MessageHeader" {
                        return Ok(Some(Piece::Header(part)));
                    }
                }
                Step::End => {
                    self.check_root()?;
                    let missing = [("MessageHeader", self.header), ("MessageBody", self.body)];
                    return match missing.iter().find(|(_, seen)| !seen) {
                        Some((name, _)) => Err(Refusal::new(Rule::WrongRoot).at(format!("XmlMsg/{name}")).into()),
                        None => Ok(None),
                    };
                }
            }
        }
    }

    /// Tolerated, but worth telling: attributes, a namespace, stray text. All of it when the document was read to its end.
    pub fn into_findings(self) -> Vec<Finding> {
        self.builder.findings
    }

    fn check_root(&self) -> Result<(), Refusal> {
        match self.builder.root_name() {
            Some("XmlMsg") | None => Ok(()),
            Some(other) => Err(Refusal::new(Rule::WrongRoot).at(other)),
        }
    }
}

/// The encoding of a document: its BOM's, that of its declaration, or, where nothing says it, UTF-8 if all of it is, else Shift_JIS.
///
/// # Errors
/// [`ReadError::Refused`]: UTF-16, or a declared encoding that is not one of ours.
pub fn detect(source: &mut (dyn Read + Send)) -> Result<Encoding, ReadError> {
    let mut head = Vec::new();
    let reach = u64::try_from(reader::DECLARATION_REACH).unwrap_or(u64::MAX);
    (&mut *source).take(reach).read_to_end(&mut head)?;
    if let Some(encoding) = reader::told_encoding(&head, reader::declared_encoding(&head).as_deref())? {
        return Ok(encoding);
    }
    let mut rest = Decoding::new(head.as_slice().chain(source), Encoding::Utf8);
    match io::copy(&mut rest, &mut io::sink()) {
        Ok(_) => Ok(Encoding::Utf8),
        Err(cause) if cause.get_ref().is_some_and(|cause| cause.is::<NotText>()) => Ok(Encoding::ShiftJis),
        Err(cause) => Err(cause.into()),
    }
}
