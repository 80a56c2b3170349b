//! Whether a file that may still be growing has its end (decisions.md §9).

use std::io::{self, Read};

use crate::message::sealed;

/// So much of either end of a file tells whether it is whole; a longer comment after its end hides it.
pub const REACH: usize = 128 << 10;

/// Whether `bytes` end with the end tag of their root element: cheap, no parsing, and right for both encodings, because neither has
/// `<`, `/` or `>` inside a character that another byte began.
///
/// Comments and blanks may follow the end tag. A whole file may still be broken: that is for [`super::read`] to say.
pub fn is_whole(bytes: &[u8]) -> bool {
    is_whole_between(bytes, bytes)
}

/// The same of a file of which only the beginning and the end are known; both are all of a short one.
fn is_whole_between(beginning: &[u8], end: &[u8]) -> bool {
    let end = without_trailing_comments(end.trim_ascii_end());
    let Some(inside) = end.strip_suffix(b">") else { return false };
    let Some(open) = inside.iter().rposition(|b| *b == b'<') else { return false };
    let Some(root) = root_name(beginning) else { return false };
    let tag = inside.get(open + 1..).unwrap_or_default();
    match tag.strip_prefix(b"/") {
        Some(name) => name.trim_ascii_end() == root,
        // `<XmlMsg/>`: the root itself, empty.
        None => tag.ends_with(b"/") && tag_name(tag) == root && root_start(beginning) == Some(open),
    }
}

/// Whether the end tag of the root stands anywhere in `source`. Then a file that is not whole has something after its end, which
/// waiting does not mend.
///
/// # Errors
/// The source cannot be read.
pub fn has_end(mut source: impl Read) -> io::Result<bool> {
    let mut piece = Vec::new();
    source.by_ref().take(REACH as u64).read_to_end(&mut piece)?;
    let Some(root) = root_name(&piece) else { return Ok(false) };
    let end = [b"</", root].concat();
    loop {
        if piece.windows(end.len()).any(|window| window == end.as_slice()) {
            return Ok(true);
        }
        // The tag may lie across two pieces.
        piece.drain(..piece.len().saturating_sub(end.len()));
        if source.by_ref().take(REACH as u64).read_to_end(&mut piece)? == 0 {
            return Ok(false);
        }
    }
}

/// [`is_whole`] for a file called `name` of `length` bytes, by its beginning and its end ([`REACH`] bytes or all): a `.zip` needs its end
/// record instead.
pub fn is_whole_named(name: &str, length: u64, beginning: &[u8], end: &[u8]) -> bool {
    if sealed::is_sealed_name(name) { sealed::has_end(end, length) } else { is_whole_between(beginning, end) }
}

fn without_trailing_comments(mut bytes: &[u8]) -> &[u8] {
    while bytes.ends_with(b"-->") {
        let Some(open) = bytes.windows(4).rposition(|window| window == b"<!--") else { break };
        bytes = bytes.get(..open).unwrap_or_default().trim_ascii_end();
    }
    bytes
}

/// Where the first tag opens that is neither declaration nor comment.
fn root_start(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let open = from + bytes.get(from..)?.iter().position(|b| *b == b'<')?;
        let tag = bytes.get(open + 1..)?;
        let end = match tag {
            [b'!', b'-', b'-', ..] => tag.windows(3).position(|window| window == b"-->")? + 3,
            [b'!' | b'?', ..] => tag.iter().position(|b| *b == b'>')? + 1,
            _ => return Some(open),
        };
        from = open + 1 + end;
    }
}

fn root_name(bytes: &[u8]) -> Option<&[u8]> {
    let name = tag_name(bytes.get(root_start(bytes)? + 1..)?);
    (!name.is_empty()).then_some(name)
}

fn tag_name(tag: &[u8]) -> &[u8] {
    let end = tag.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).unwrap_or(tag.len());
    tag.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"<?xml version='1.0'?><!-- <x> --><XmlMsg ><A>1</A></XmlMsg>\r\n<!-- end -->\n";

    #[test]
    fn a_file_is_whole_when_it_ends_with_the_end_tag_of_its_root() {
        assert!(is_whole(WHOLE));
        assert!(is_whole(b"<XmlMsg></XmlMsg >"));
        assert!(is_whole(b"\xEF\xBB\xBF<XmlMsg/>"));
    }

    #[test]
    fn no_shorter_part_of_a_file_is_whole() {
        let end = WHOLE.windows(9).position(|w| w == b"</XmlMsg>").unwrap() + 9;
        for length in 0..end {
            assert!(!is_whole(&WHOLE[..length]), "{length}");
        }
        assert!(!is_whole(b"<XmlMsg><A/>"));
        assert!(!is_whole(b"<A><XmlMsg></XmlMsg>"));
        assert!(!is_whole(b"plain text"));
    }

    #[test]
    fn a_long_file_is_judged_by_its_two_ends() {
        let (beginning, end) = (&WHOLE[..50], &WHOLE[WHOLE.len() - 40..]);
        assert!(is_whole_named("a.xml", WHOLE.len() as u64, beginning, end));
        assert!(!is_whole_named("a.xml", WHOLE.len() as u64, beginning, &end[..20]), "cut");
        assert!(!is_whole_named("a.xml", WHOLE.len() as u64, b"<Other>", end), "another root");
    }

    #[test]
    fn a_file_with_something_after_its_end_has_its_end_and_a_cut_one_has_not() {
        for after in ["<x/>", "abc", "\0\0"] {
            let text = format!("<XmlMsg><A/></XmlMsg>{after}");
            assert!(has_end(text.as_bytes()).unwrap() && !is_whole(text.as_bytes()), "{text:?}");
        }
        assert!(!has_end(&b"<XmlMsg><A></A>"[..]).unwrap());
        assert!(!has_end(&b"plain text"[..]).unwrap());
        let across = format!("<XmlMsg>{}</XmlMsg><x/>", "x".repeat(REACH - 12));
        assert!(has_end(across.as_bytes()).unwrap(), "its end tag lies across two pieces");
    }

    #[test]
    fn a_zip_is_whole_with_its_end_record_and_the_comment_that_it_announces() {
        let mut zip = b"PK\x05\x06".to_vec();
        zip.extend([0; 16]);
        zip.extend([2, 0]);
        let is_named = |name, zip: &[u8]| is_whole_named(name, zip.len() as u64, zip, zip);
        assert!(!is_named("a.zip", &zip));
        zip.extend(b"hi");
        assert!(is_named("a.ZIP", &zip));
        assert!(!is_named("a.xml", &zip));
        assert!(!is_named("zip", &zip));
    }
}
