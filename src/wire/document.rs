//! The documents as they travel between terminal and hub: XML in UTF-8 and specification order (decisions.md §1). Re-encoding and
//! re-ordering for the folder is the terminal's.

use crate::message::qualification::{QualificationRequest, QualificationResult, Records};
use crate::message::refusal::Refusal;
use crate::message::xml::{self, WriteOptions};

/// Most bytes of one document.
pub const LIMIT: usize = xml::SINGLE_LIMIT;

/// A request as bytes.
pub fn write_request(request: &QualificationRequest) -> Vec<u8> {
    xml::write(&request.to_tree(), &WriteOptions::default()).bytes
}

/// The request in these bytes.
///
/// # Errors
/// A [`Refusal`]: not well-formed, wrong root, mandatory element missing, bad date.
pub fn read_request(bytes: &[u8]) -> Result<QualificationRequest, Refusal> {
    Ok(QualificationRequest::from_tree(&xml::read(bytes)?.root)?.document)
}

/// A result as bytes.
pub fn write_result(result: &QualificationResult) -> Vec<u8> {
    xml::write(&result.to_tree(Records::OneList), &WriteOptions::default()).bytes
}

/// The result in these bytes.
///
/// # Errors
/// A [`Refusal`]: not well-formed, or no XmlMsg with header and body.
pub fn read_result(bytes: &[u8]) -> Result<QualificationResult, Refusal> {
    Ok(QualificationResult::from_tree(&xml::read(bytes)?.root)?.document)
}
