//! The captured folder once more, with every person masked. What cannot be read cannot be masked, and is left out and told.

use super::capture::{Capture, Captured, Kind};
use super::report::{is_document, masked_path};
use crate::event::Words;
use crate::message::compare::mask::{Mask, Originals};
use crate::message::compare::masked_file::{NoCopy, masked};
use crate::message::element::ElementTable;
use crate::message::explain::family;
use crate::message::xml;
use crate::text::{self, Encoding};

/// The masks for everybody in these folders.
pub fn masks(captures: &[&Capture], elements: &ElementTable, key: [u8; 32]) -> Mask {
    let mut originals = Originals::default();
    for file in captures.iter().flat_map(|capture| &capture.files) {
        file.path.split('/').for_each(|part| originals.learn_name(part));
        if let Ok(document) = xml::read_up_to(&file.bytes, xml::LOOK_LIMIT) {
            originals.learn(&document.root, elements, family(&file.name, &document.root, elements));
        }
    }
    for path in captures.iter().flat_map(|capture| &capture.left_out).map(|(path, _)| path) {
        path.split('/').for_each(|part| originals.learn_name(part));
    }
    Mask::of(&originals, key)
}

/// The path of a file, masked.
pub fn path(file: &Captured, mask: &Mask) -> String {
    masked_path(&file.path, mask)
}

/// The masked copy of one file, with its masked path.
///
/// # Errors
/// Why there is none, in words.
pub fn copy(file: &Captured, mask: &Mask) -> Result<(String, Vec<u8>), Words> {
    let unreadable = || Words::new("読めないため伏せられません", "cannot be read, so it cannot be masked");
    let leak = || Words::new("伏せ切れないため写しません", "something of the original would remain");
    let path = path(file, mask);
    let bytes = match file.kind() {
        Kind::Err => err(file, mask).ok_or_else(unreadable)?,
        kind if is_document(kind) || file.name.to_ascii_lowercase().ends_with(".xml") => {
            let document = xml::read_up_to(&file.bytes, xml::LOOK_LIMIT).map_err(|_| unreadable())?;
            masked(&file.bytes, &document, mask).map_err(|why| match why {
                NoCopy::Unreadable => unreadable(),
                NoCopy::Leak => leak(),
            })?
        }
        _ => return Err(unreadable()),
    };
    if mask.leak(&path).is_some() {
        return Err(leak());
    }
    Ok((path, bytes))
}

/// An `.err` holds sentences, in which persons may be named.
fn err(file: &Captured, mask: &Mask) -> Option<Vec<u8>> {
    let decoded = text::decode(&file.bytes, None).ok()?;
    let scrubbed = mask.scrub(&decoded.text);
    let bytes = text::encode(&scrubbed, decoded.encoding).bytes;
    let with_bom = decoded.bom && decoded.encoding == Encoding::Utf8;
    Some(if with_bom { [b"\xEF\xBB\xBF".as_slice(), &bytes].concat() } else { bytes })
}
