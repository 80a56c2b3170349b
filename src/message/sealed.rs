//! Sealed files: a document in a password zip, as the terminal exchanges it in encryption mode (spec/oqs-interface.md §5.5).
//!
//! ```text
//! OQSsiquc01req_1690527081EXv2XqrP8w.zip ─ OQSsiquc01req_1690527081EXv2XqrP8w.xml, AES-256
//! ```
//!
//! That it is a zip with AES-256 is known from one source ([B]). That it is WinZip's AE-2, holds one file, and that this file has the
//! zip's name with its own extension is our inference ([C]).
//!
//! - [`seal`], [`seal_into`]: write one; the same bytes for the same seed, name, content and time
//! - [`open`]: reads one, of any program, within a limit; says what is wrong with every other
//! - [`look`]: what it says on its outside, without the password
//! - [`has_end`]: whether a zip that may still be growing has its end
//!
//! What is written here is read by a library and what is read was written by others, so that the two sides check each other.

use std::borrow::Cow;

mod end;
mod read;
mod write;

pub use end::has_end;
pub use read::{Opened, Outside, Protection, look, open};
pub use write::{seal, seal_into};

/// Extension of sealed files.
const ZIP: &str = "zip";

/// Whether a file of this name is sealed.
pub fn is_sealed_name(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case(ZIP))
}

/// The name of the document in the zip called `name`; of any other file its own.
pub fn document_name(name: &str) -> Cow<'_, str> {
    match name.rsplit_once('.') {
        Some((stem, _)) if is_sealed_name(name) => Cow::Owned(format!("{stem}.xml")),
        _ => Cow::Borrowed(name),
    }
}

/// The name of the zip that holds the file called `name`.
pub fn sealed_name(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{stem}.{ZIP}")
}

#[cfg(test)]
mod tests;
