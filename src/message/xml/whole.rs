//! Whether a file that may still be growing has its end (decisions.md §9).

use crate::message::sealed;

/// Whether `bytes` end with the end tag of their root element: cheap, no parsing, and right for both encodings, because neither has
/// `<`, `/` or `>` inside a character that another byte began.
///
/// Comments and blanks may follow the end tag. A whole file may still be broken: that is for [`super::read`] to say.
pub fn is_whole(bytes: &[u8]) -> bool {
    let end = without_trailing_comments(bytes.trim_ascii_end());
    let Some(inside) = end.strip_suffix(b">") else { return false };
    let Some(open) = inside.iter().rposition(|b| *b == b'<') else { return false };
    let Some(root) = root_name(end) else { return false };
    let tag = inside.get(open + 1..).unwrap_or_default();
    match tag.strip_prefix(b"/") {
        Some(name) => name.trim_ascii_end() == root,
        // `<XmlMsg/>`: the root itself, empty.
        None => tag.ends_with(b"/") && tag_name(tag) == root && root_start(end) == Some(open),
    }
}

/// Whether the end tag of the root stands anywhere in `bytes`. Then a file that is not whole has something after its end, which
/// waiting does not mend.
pub fn has_end(bytes: &[u8]) -> bool {
    root_name(bytes).is_some_and(|root| {
        let end = [b"</", root].concat();
        bytes.windows(end.len()).any(|window| window == end.as_slice())
    })
}

/// [`is_whole`] for a file called `name`: a `.zip` needs its end record instead.
pub fn is_whole_named(name: &str, bytes: &[u8]) -> bool {
    if sealed::is_sealed_name(name) { sealed::has_end(bytes, bytes.len() as u64) } else { is_whole(bytes) }
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
    fn a_file_with_something_after_its_end_has_its_end_and_a_cut_one_has_not() {
        for after in ["<x/>", "abc", "\0\0"] {
            let text = format!("<XmlMsg><A/></XmlMsg>{after}");
            assert!(has_end(text.as_bytes()) && !is_whole(text.as_bytes()), "{text:?}");
        }
        assert!(!has_end(b"<XmlMsg><A></A>"));
        assert!(!has_end(b"plain text"));
    }

    #[test]
    fn a_zip_is_whole_with_its_end_record_and_the_comment_that_it_announces() {
        let mut zip = b"PK\x05\x06".to_vec();
        zip.extend([0; 16]);
        zip.extend([2, 0]);
        assert!(!is_whole_named("a.zip", &zip));
        zip.extend(b"hi");
        assert!(is_whole_named("a.ZIP", &zip));
        assert!(!is_whole_named("a.xml", &zip));
        assert!(!is_whole_named("zip", &zip));
    }
}
