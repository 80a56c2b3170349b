//! The documents as they travel between terminal and hub: XML in UTF-8 and specification order (decisions.md §1), or pages as PDF. Re-encoding and
//! re-ordering for the folder is the terminal's.
//!
//! What has thousands of rows or units is made and read piece by piece: nobody holds more of it than one.

use std::io::{self, Read};

use super::bulk::{BulkAnswer, Units};
use super::http::{PDF, XML};
use super::{Answer, Request, WireError, comes_by_rows, limit_of};
use crate::message::bulk::{BulkHeader, BulkUnit};
use crate::message::qualification::QualificationResult;
use crate::message::refusal::{Refusal, Rule};
use crate::message::xml::{self, Frame, Indent, Limits, Newline, Piece, Pull, ReadError, UNIT_LIMIT, WriteOptions};
use crate::message::{self, xml::detect};
use crate::text::Encoding;

/// Most bytes of one document.
pub const LIMIT: usize = xml::SINGLE_LIMIT;
/// Most bytes of a bulk request.
pub const BULK_LIMIT: usize = xml::BULK_LIMIT;
/// Most bytes of a bulk result: a row of it is some 1,900 bytes, a row of its request 380 at the least.
pub const RESULT_LIMIT: usize = 8 * BULK_LIMIT;

/// How requests travel: nobody reads them on the way. Answers stand on lines, for whoever asks by hand.
const REQUESTS: WriteOptions = WriteOptions { encoding: Encoding::Utf8, indent: Indent::OneLine, newline: Newline::Lf };
/// So many bytes of a bulk document are sent at once.
const PIECE: usize = 64 << 10;
/// The element that holds rows and units.
const BODY: &str = "MessageBody";

/// A request as bytes; of one that comes by rows the frame alone: [`write_rows`] has them.
pub fn write_request(request: &Request) -> Vec<u8> {
    xml::write(&request.to_tree(), &REQUESTS).bytes
}

/// A request that comes by rows as bytes, which are made while they are read.
pub fn write_rows(request: &Request) -> impl Read + '_ {
    let mut frame = Frame::around(&request.to_tree(), &[BODY], &REQUESTS);
    let mut opening = Some(std::mem::take(&mut frame.opening.bytes));
    let mut closing = Some(std::mem::take(&mut frame.closing.bytes));
    let mut number = 0;
    Bytes::of(move || {
        if let Some(opening) = opening.take() {
            return Some(opening);
        }
        match request.row(number) {
            Some(row) => {
                number += 1;
                Some(frame.unit(&row).bytes)
            }
            None => closing.take(),
        }
    })
}

/// Bytes that are made piece by piece.
struct Bytes<F> {
    make: F,
    piece: io::Cursor<Vec<u8>>,
}

impl<F: FnMut() -> Option<Vec<u8>>> Bytes<F> {
    fn of(make: F) -> Self {
        Self { make, piece: io::Cursor::default() }
    }
}

impl<F: FnMut() -> Option<Vec<u8>>> Read for Bytes<F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(out)?;
            if read > 0 || out.is_empty() {
                return Ok(read);
            }
            match (self.make)() {
                Some(piece) => self.piece = io::Cursor::new(piece),
                None => return Ok(0),
            }
        }
    }
}

/// The request of `interface` in these bytes.
///
/// # Errors
/// A [`Refusal`]: not well-formed, wrong root, mandatory element missing, bad date; or an interface without documents.
pub fn read_request(interface: &str, bytes: &[u8]) -> Result<Request, Refusal> {
    let unknown = || Refusal::new(Rule::UnknownInterface).seen(interface);
    if comes_by_rows(interface) {
        let read = detect(&mut &*bytes).and_then(|encoding| read_rows(interface, Box::new(bytes), encoding));
        return match read {
            Ok(Some(read)) => Ok(read.document),
            Ok(None) => Err(unknown()),
            Err(ReadError::Refused(refusal)) => Err(refusal),
            // Memory always gives what it has.
            Err(ReadError::Io(cause)) => Err(Refusal::new(Rule::NotWellFormed).seen(cause.to_string())),
        };
    }
    let root = xml::read_up_to(bytes, limit_of(interface))?.root;
    let read = Request::from_tree(interface, &root);
    Ok(read.unwrap_or_else(|| Err(unknown()))?.document)
}

/// A request that comes by rows, row by row; `None` for another interface. What is unusual in it as XML stands among its findings.
///
/// # Errors
/// As [`read_request`], or the source gave no more.
pub fn read_rows<'a>(
    interface: &str,
    source: Box<dyn Read + Send + 'a>,
    encoding: Encoding,
) -> Result<Option<message::Read<Request>>, ReadError> {
    let limits = Limits { unit: UNIT_LIMIT, whole: 2 * limit_of(interface) };
    let mut pull = Pull::new(source, encoding, limits);
    let Some(read) = Request::read_rows(interface, &mut pull) else { return Ok(None) };
    let message::Read { document, findings } = read?;
    let mut all = pull.into_findings();
    all.extend(findings);
    Ok(Some(message::Read { document, findings: all }))
}

/// An answer as media type and bytes; of a bulk result the frame alone: [`write_bulk`] has its units.
pub fn write_answer(answer: &Answer) -> (&'static str, Vec<u8>) {
    match answer {
        Answer::Pages(pdf) => (PDF, pdf.clone()),
        document => (XML, xml::write_from(|out| document.put_into(out), &WriteOptions::default()).bytes),
    }
}

/// A bulk result as bytes, in pieces fit to be sent. After an error there are no more.
pub fn write_bulk(bulk: BulkAnswer) -> impl Iterator<Item = Result<Vec<u8>, WireError>> + Send {
    let frame = Frame::around(&bulk.header.frame(), &[BODY], &WriteOptions::default());
    let mut piece = frame.opening.bytes.clone();
    let mut units = Some(bulk.units);
    std::iter::from_fn(move || {
        while let Some(from) = &mut units {
            match from.next() {
                Some(Ok(unit)) => piece.extend(frame.unit(&unit.to_tree()).bytes),
                Some(Err(error)) => {
                    units = None;
                    piece.clear();
                    return Some(Err(error));
                }
                None => {
                    units = None;
                    piece.extend_from_slice(&frame.closing.bytes);
                }
            }
            if piece.len() >= PIECE {
                break;
            }
        }
        (!piece.is_empty()).then(|| Ok(std::mem::take(&mut piece)))
    })
}

/// The answer to `request` in these bytes, which came as `media_type`; of a bulk result the header alone: [`read_bulk`] reads its units.
///
/// # Errors
/// A [`Refusal`]: not well-formed, or no XmlMsg with header and body.
pub fn read_answer(request: &Request, media_type: &str, bytes: Vec<u8>) -> Result<Answer, Refusal> {
    match media_type == PDF && request.may_be_pages() {
        true => Ok(Answer::Pages(bytes)),
        false => Answer::from_tree(request, &xml::read(&bytes)?.root),
    }
}

/// A bulk result, unit by unit. The header comes first, as [`write_bulk`] has it.
///
/// # Errors
/// No header, something that is no bulk result, or the source gave no more.
pub fn read_bulk(source: Box<dyn Read + Send>) -> Result<(BulkHeader, BulkUnits), ReadError> {
    let limits = Limits { unit: UNIT_LIMIT, whole: RESULT_LIMIT };
    let mut pull = Pull::new(source, Encoding::Utf8, limits);
    match pull.next_piece()? {
        Some(Piece::Header(header)) => Ok((BulkHeader::from_header(&header), BulkUnits(Some(pull)))),
        _ => Err(Refusal::new(Rule::WrongRoot).at("XmlMsg/MessageHeader").into()),
    }
}

/// Units that are read one by one.
pub struct BulkUnits(Option<Pull<'static>>);

impl BulkUnits {
    /// The same with errors of the wire.
    pub fn with(self, error: impl Fn(ReadError) -> WireError + Send + 'static) -> Units {
        Box::new(self.map(move |unit| unit.map_err(&error)))
    }
}

impl Iterator for BulkUnits {
    type Item = Result<BulkUnit, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let unexpected = |name: &str| Refusal::new(Rule::WrongRoot).at(format!("XmlMsg/{BODY}/{name}")).into();
        let unit = match self.0.as_mut()?.next_piece() {
            Ok(Some(Piece::Unit(element))) => BulkUnit::from_tree(&element).ok_or_else(|| unexpected(&element.name)),
            Ok(Some(Piece::Header(header))) => Err(unexpected(&header.name)),
            Ok(None) => {
                self.0 = None;
                return None;
            }
            Err(error) => Err(error),
        };
        if unit.is_err() {
            self.0 = None;
        }
        Some(unit)
    }
}

/// The result of a visit as bytes.
pub fn write_result(result: &QualificationResult) -> Vec<u8> {
    xml::write_from(|out| result.put_into(out), &WriteOptions::default()).bytes
}

/// The result of a visit in these bytes.
///
/// # Errors
/// A [`Refusal`]: not well-formed, or no XmlMsg with header and body.
pub fn read_result(bytes: &[u8]) -> Result<QualificationResult, Refusal> {
    Ok(QualificationResult::from_tree(&xml::read(bytes)?.root)?.document)
}
