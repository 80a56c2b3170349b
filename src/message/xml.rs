//! XML as it comes from any レセコン, and as we write it.
//!
//! - [`read`]: a real parser over decoded text. Single quotes, blanks inside start tags, empty elements, comments, CDATA, a BOM
//!   are fine; a document type, more than [`SINGLE_LIMIT`] bytes or [`DEPTH_LIMIT`] levels, another encoding are not.
//! - [`Pull`]: the same of a document of any length, unit by unit; [`detect`]: its encoding
//! - [`locate`]: line and column for a refusal that was found in the tree; [`places`]: those of every element
//! - [`write()`], [`write_from`]: declaration, elements, nothing else; [`Frame`]: the same with units that come one by one
//! - [`is_whole`]: whether a file that may still be growing has its end; [`has_end`]: whether something follows it.

mod decoding;
mod meter;
mod odd;
mod place;
mod pull;
mod reader;
mod source;
mod whole;
mod writer;

pub use meter::Limits;
pub use place::{locate, places};
pub use pull::{Piece, Pull, ReadError, detect};
pub use reader::{
    BULK_LIMIT, DEPTH_LIMIT, Document, LOOK_LIMIT, MOST_FINDINGS, SINGLE_LIMIT, UNIT_LIMIT, declared_encoding, read,
    read_up_to,
};
pub use whole::{REACH, has_end, is_whole, is_whole_named};
pub use writer::{Frame, Indent, Newline, WriteOptions, escaped, plain, write, write_from};
