//! The card's own form of BER-TLV (spec/jpki-card.md §2.5, §2.6): tables of offsets, filler, and lengths of one byte or three.

/// What a file holds where nothing was written.
const FILLER: u8 = 0xFF;

/// One object. Lengths above 127 take three bytes even where two would do, as on the cards that were read [B].
pub(super) fn object(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = tag.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    match u16::try_from(value.len()) {
        Ok(short @ 0..=0x7F) => bytes.push(short as u8),
        Ok(long) => {
            bytes.push(0x82);
            bytes.extend(long.to_be_bytes());
        }
        Err(_) => unreachable!("{} bytes are more than a card holds; texts are cut before", value.len()),
    }
    bytes.extend(value);
    bytes
}

/// A file that begins with a table: for each object, its distance from the beginning of the file.
pub(super) fn with_offsets(tag: u16, table_tag: u16, objects: &[Vec<u8>]) -> Vec<u8> {
    let table_of = |start: usize| {
        let starts = objects.iter().scan(start, |at, object| {
            let start = *at;
            *at += object.len();
            Some(start as u16)
        });
        object(table_tag, &starts.flat_map(u16::to_be_bytes).collect::<Vec<_>>())
    };
    let content = objects.concat();
    let table_length = table_of(0).len();
    let header_length = object(tag, &[table_of(0), content.clone()].concat()).len() - table_length - content.len();
    object(tag, &[table_of(header_length + table_length), content].concat())
}

/// The file at its physical size. What is longer stays as long as it is.
pub(super) fn physical(mut content: Vec<u8>, size: usize) -> Vec<u8> {
    content.resize(size.max(content.len()), FILLER);
    content
}

/// A file of which nothing is known but that it holds sixteen FF [B].
pub(super) fn unknown() -> Vec<u8> {
    vec![FILLER; 16]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::tlv::take;

    #[test]
    fn a_length_is_written_in_one_byte_or_three() {
        assert_eq!(object(0xFF20, &[0; 0x7F])[..3], [0xFF, 0x20, 0x7F]);
        assert_eq!(object(0xDF41, &[0; 0x91])[..5], [0xDF, 0x41, 0x82, 0x00, 0x91]);
        assert_eq!(object(0xA1, &[0; 0x109])[..4], [0xA1, 0x82, 0x01, 0x09]);
    }

    #[test]
    fn every_offset_leads_to_the_beginning_of_its_object() {
        for length in [0, 60, 200] {
            let objects = [object(0xDF22, &vec![b'a'; length]), object(0xDF23, b"bc"), object(0xDF24, &[])];
            let file = with_offsets(0xFF20, 0xDF21, &objects);
            let (_, content, _) = take(&file).unwrap();
            let (_, table, _) = take(content).unwrap();
            let starts = table.chunks(2).map(|pair| usize::from(u16::from_be_bytes([pair[0], pair[1]])));
            for (start, object) in starts.zip(&objects) {
                assert!(file[start..].starts_with(object), "{length}: {start}");
            }
        }
    }
}
