//! BER-TLV as far as cards and certificates need it: definite lengths up to three length bytes, tags up to two bytes.
//!
//! What a card sends is hostile until it has been read: every function is total.

/// Why bytes are no TLV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// The bytes end before the object does. `needed` counts from the start of the object.
    #[error("データが途中で切れています / the data ends early: {needed} bytes needed, {have} there")]
    Truncated {
        /// Bytes the object needs, as far as its header tells.
        needed: usize,
        /// Bytes there are.
        have: usize,
    },
    /// A form that this card does not use: indefinite length, a length of more than three bytes, a tag of more than two.
    #[error("BER-TLVの形式が想定外です / a BER-TLV form that no card of ours uses, at byte {at}")]
    Form {
        /// Where, from the start of the object.
        at: usize,
    },
}

impl TlvError {
    /// The same, told from the start of the bytes in which the object lies at `offset`.
    pub fn at_offset(self, offset: usize) -> Self {
        match self {
            Self::Truncated { needed, have } => Self::Truncated { needed: needed + offset, have: have + offset },
            Self::Form { at } => Self::Form { at: at + offset },
        }
    }
}

/// Tag, length and where the value begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// One or two tag bytes, big-endian.
    pub tag: u16,
    /// Length of the value.
    pub length: usize,
    /// Bytes of tag and length together.
    pub header_length: usize,
}

impl Header {
    /// Reads tag and length; the value need not be there yet.
    pub fn read(bytes: &[u8]) -> Result<Self, TlvError> {
        let byte = |at: usize| bytes.get(at).copied().ok_or(TlvError::Truncated { needed: at + 1, have: bytes.len() });
        let first = byte(0)?;
        let (tag, at) = if first & 0x1F == 0x1F {
            let second = byte(1)?;
            if second & 0x80 != 0 {
                return Err(TlvError::Form { at: 1 });
            }
            (u16::from_be_bytes([first, second]), 2)
        } else {
            (u16::from(first), 1)
        };
        let (length, header_length) = match byte(at)? {
            short @ 0..=0x7F => (usize::from(short), at + 1),
            long @ 0x81..=0x83 => {
                let count = usize::from(long & 0x7F);
                let mut length = 0;
                for i in 1..=count {
                    length = length << 8 | usize::from(byte(at + i)?);
                }
                (length, at + 1 + count)
            }
            _ => return Err(TlvError::Form { at }),
        };
        Ok(Self { tag, length, header_length })
    }

    /// Header and value together.
    pub fn total_length(&self) -> usize {
        self.header_length + self.length
    }
}

/// Takes one object off the front: its tag, its value, and what follows.
pub fn take(bytes: &[u8]) -> Result<(u16, &[u8], &[u8]), TlvError> {
    let header = Header::read(bytes)?;
    let truncated = TlvError::Truncated { needed: header.total_length(), have: bytes.len() };
    let (object, rest) = bytes.split_at_checked(header.total_length()).ok_or(truncated)?;
    let value = object.get(header.header_length..).unwrap_or_default();
    Ok((header.tag, value, rest))
}

/// Writes one object with the shortest length form. The value must stay below 16 MiB, as everything here does.
pub fn write(tag: u16, value: &[u8]) -> Vec<u8> {
    debug_assert!(value.len() < 1 << 24, "three length bytes");
    let mut bytes = Vec::with_capacity(value.len() + 6);
    match tag.to_be_bytes() {
        [0, tag] => bytes.push(tag),
        two => bytes.extend(two),
    }
    match value.len() {
        length @ 0..=0x7F => bytes.push(length as u8),
        length @ 0x80..=0xFF => bytes.extend([0x81, length as u8]),
        length @ 0x100..=0xFFFF => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
        length => bytes.extend([0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8]),
    }
    bytes.extend(value);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_length_of_a_certificate_is_known_from_its_first_four_bytes() {
        let header = Header::read(&[0x30, 0x82, 0x06, 0x32]).unwrap();
        assert_eq!((header.tag, header.total_length()), (0x30, 1590));
    }

    #[test]
    fn forms_that_no_card_uses_are_refused() {
        assert_eq!(Header::read(&[0x30, 0x80]), Err(TlvError::Form { at: 1 }));
        assert_eq!(Header::read(&[0x30, 0x84, 0, 0, 0, 1]), Err(TlvError::Form { at: 1 }));
        assert_eq!(Header::read(&[0x1F, 0x81, 0x01, 0]), Err(TlvError::Form { at: 1 }));
        assert!(matches!(take(&[0x30, 5, 1]), Err(TlvError::Truncated { needed: 7, have: 3 })));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_apart_without_a_panic(bytes: Vec<u8>) {
            let _ = take(&bytes);
        }

        #[test]
        fn what_is_written_is_taken_off_again(
            tag in prop_oneof![Just(0x30_u16), Just(0x5F4E), Just(0xDF21)],
            value in proptest::collection::vec(any::<u8>(), 0..70_000),
            tail in proptest::collection::vec(any::<u8>(), 0..9),
        ) {
            let mut bytes = write(tag, &value);
            bytes.extend(&tail);
            let (read_tag, read_value, rest) = take(&bytes).unwrap();
            prop_assert_eq!((read_tag, read_value, rest), (tag, value.as_slice(), tail.as_slice()));
        }
    }
}
