//! The documents as they travel between terminal and hub: XML in UTF-8 and specification order (decisions.md §1), or pages as PDF. Re-encoding and
//! re-ordering for the folder is the terminal's.

use super::http::{PDF, XML};
use super::{Answer, Body, Request, limit_of};
use crate::message::qualification::{QualificationResult, Records};
use crate::message::refusal::{Refusal, Rule};
use crate::message::xml::{self, WriteOptions};

/// Most bytes of one document.
pub const LIMIT: usize = xml::SINGLE_LIMIT;
/// Most bytes of a bulk request.
pub const BULK_LIMIT: usize = xml::BULK_LIMIT;
/// Most bytes of a bulk result: a row of it is some 1,900 bytes, a row of its request 380 at the least.
pub const RESULT_LIMIT: usize = 8 * BULK_LIMIT;

/// A request as bytes.
pub fn write_request(request: &Request) -> Vec<u8> {
    xml::write(&request.to_tree(), &WriteOptions::default()).bytes
}

/// The request of `interface` in these bytes.
///
/// # Errors
/// A [`Refusal`]: not well-formed, wrong root, mandatory element missing, bad date; or an interface without documents.
pub fn read_request(interface: &str, bytes: &[u8]) -> Result<Request, Refusal> {
    let root = xml::read_up_to(bytes, limit_of(interface))?.root;
    let read = Request::from_tree(interface, &root);
    Ok(read.unwrap_or_else(|| Err(Refusal::new(Rule::UnknownInterface).seen(interface)))?.document)
}

/// An answer as media type and bytes.
pub fn write_answer(answer: &Answer) -> (&'static str, Vec<u8>) {
    match answer.body(Records::OneList) {
        Body::Tree(tree) => (XML, xml::write(&tree, &WriteOptions::default()).bytes),
        Body::Pages(pdf) => (PDF, pdf.to_vec()),
    }
}

/// The answer to `request` in these bytes, which came as `media_type`.
///
/// # Errors
/// A [`Refusal`]: not well-formed, or no XmlMsg with header and body.
pub fn read_answer(request: &Request, media_type: &str, bytes: Vec<u8>) -> Result<Answer, Refusal> {
    match media_type == PDF && request.may_be_pages() {
        true => Ok(Answer::Pages(bytes)),
        false => Answer::from_tree(request, &xml::read_up_to(&bytes, RESULT_LIMIT)?.root),
    }
}

/// The result of a visit as bytes.
pub fn write_result(result: &QualificationResult) -> Vec<u8> {
    xml::write(&result.to_tree(Records::OneList), &WriteOptions::default()).bytes
}

/// The result of a visit in these bytes.
///
/// # Errors
/// A [`Refusal`]: not well-formed, or no XmlMsg with header and body.
pub fn read_result(bytes: &[u8]) -> Result<QualificationResult, Refusal> {
    Ok(QualificationResult::from_tree(&xml::read(bytes)?.root)?.document)
}
