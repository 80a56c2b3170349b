//! Where an element stands in a file: for refusals that were found in the tree, which knows no lines.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::reader::{declared_encoding, position};
use crate::message::refusal::Refusal;
use crate::text::{self, Encoding};

/// Adds line and column to a refusal that names an element: of its last occurrence in `bytes`, or of the nearest element above it
/// when it is missing. The file is read once more, which only refused ones pay for.
#[must_use]
pub fn locate(bytes: &[u8], refusal: Refusal) -> Refusal {
    let place = refusal.place.path.as_deref().and_then(|path| find(bytes, path));
    match (refusal.place.position, place) {
        (None, Some((line, column))) => refusal.on(line, column),
        _ => refusal,
    }
}

fn find(bytes: &[u8], path: &str) -> Option<(usize, usize)> {
    let declared = declared_encoding(bytes).and_then(|label| Encoding::from_label(&label));
    let decoded = text::decode(bytes, declared).ok()?;
    let wanted: Vec<&str> = path.split('/').collect();
    let mut reader = Reader::from_str(&decoded.text);
    // How many elements are open, and how many of them, from the root, are those of the path.
    let (mut depth, mut matched) = (0_usize, 0_usize);
    let mut best: Option<(usize, u64)> = None;
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().ok()?;
        let (start, closes) = match &event {
            Event::Start(start) => (Some(start), false),
            Event::Empty(start) => (Some(start), true),
            Event::End(_) => (None, true),
            Event::Eof => break,
            _ => continue,
        };
        if let Some(start) = start {
            if matched == depth && wanted.get(depth).is_some_and(|name| start.name().as_ref() == *name) {
                matched += 1;
                if best.is_none_or(|(deepest, _)| matched >= deepest) {
                    best = Some((matched, at));
                }
            }
            depth += 1;
        }
        if closes {
            depth = depth.saturating_sub(1);
            matched = matched.min(depth);
        }
    }
    let at = usize::try_from(best?.1).ok()?;
    decoded.text.as_bytes().get(..at).map(position)
}
