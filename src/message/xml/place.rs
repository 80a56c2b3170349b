//! Where an element stands in a file: for what was found in the tree, which knows no lines.

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

/// Line and column of every element of a document that [`super::read`] takes, in the order of start tags: the order of a walk
/// through its tree, parents first.
pub fn places(bytes: &[u8]) -> Vec<(usize, usize)> {
    let declared = declared_encoding(bytes).and_then(|label| Encoding::from_label(&label));
    let Ok(decoded) = text::decode(bytes, declared) else { return Vec::new() };
    let mut reader = Reader::from_str(&decoded.text);
    let mut places = Vec::new();
    // Each piece of the text is counted once: a bulk file may be one line of 64 MiB.
    let (mut counted, mut line, mut column) = (0, 1, 1);
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(counted);
        match reader.read_event() {
            Ok(Event::Start(_) | Event::Empty(_)) => {
                for character in decoded.text.get(counted..at).unwrap_or_default().chars() {
                    (line, column) = if character == '\n' { (line + 1, 1) } else { (line, column + 1) };
                }
                counted = at;
                places.push((line, column));
            }
            Ok(Event::Eof) | Err(_) => return places,
            Ok(_) => {}
        }
    }
}

/// `Name[2]` is the second of its siblings; at most one name of a path has a number, that of a bulk document's row.
fn name_and_turn(step: &str) -> (&str, Option<usize>) {
    let numbered = step.strip_suffix(']').and_then(|step| step.rsplit_once('['));
    numbered.map_or((step, None), |(name, turn)| (name, turn.parse().ok()))
}

fn find(bytes: &[u8], path: &str) -> Option<(usize, usize)> {
    let declared = declared_encoding(bytes).and_then(|label| Encoding::from_label(&label));
    let decoded = text::decode(bytes, declared).ok()?;
    let wanted: Vec<(&str, Option<usize>)> = path.split('/').map(name_and_turn).collect();
    let mut turn = 0;
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
            let named = wanted.get(depth).filter(|(name, _)| matched == depth && start.name().as_ref() == *name);
            turn += usize::from(named.is_some_and(|(_, turn)| turn.is_some()));
            if named.is_some_and(|(_, wanted)| wanted.is_none_or(|wanted| wanted == turn)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::refusal::Rule;

    #[test]
    fn a_refusal_of_a_row_is_told_by_the_line_of_that_row() {
        let text = "<A>\n<B>\n<R><C>1</C></R>\n<R><C>2</C><C>3</C></R>\n<R><D/></R>\n<R/></B></A>";
        let place = |path: &str| locate(text.as_bytes(), Refusal::new(Rule::Repeated).at(path)).place.position;
        assert_eq!(place("A/B/R[2]/C"), Some((4, 12)), "the second C of the second row");
        assert_eq!(place("A/B/R[3]/C"), Some((5, 1)), "missing: the row that has none");
        assert_eq!(place("A/B/R"), Some((6, 1)), "without a number: the last");
    }

    #[test]
    fn every_element_has_its_place_in_the_order_of_a_walk_in_either_encoding_and_on_any_line() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<A>\n  <B>氏</B><C/>\n  <D><E>x</E></D></A>";
        let expected = [(2, 1), (3, 3), (3, 11), (4, 3), (4, 6)];
        assert_eq!(places(text.as_bytes()), expected);
        let in_sjis = text::encode(text.replace("UTF-8", "Shift_JIS"), Encoding::ShiftJis).bytes;
        assert_eq!(places(&in_sjis), expected);
    }
}
