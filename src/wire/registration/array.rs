//! A JSON array on its way in, element by element. An element is read from memory, where its text may stay, once it is there whole; nothing is
//! kept of those before it.

use std::io::Read;

use serde_json::{Deserializer, Error};

use super::fault::{Fault, NOT_ROWS, UNREADABLE};
use super::json::Json;
use super::read::Unread;

/// Bytes that are asked for at once, of some 800 of an ordinary row; a row may exceed its limit by so many before that is seen.
/// A test has borders everywhere.
pub(super) const PIECE: usize = if cfg!(test) { 7 } else { 256 << 10 };

/// An array that comes from `source`.
pub(super) struct Array<R> {
    source: R,
    /// What came and was not read yet, from `start` on.
    held: Vec<u8>,
    start: usize,
    has_ended: bool,
    /// Lines before `start`, and bytes of its line before it.
    line: usize,
    column: usize,
    /// Elements that were handed on.
    number: u64,
}

impl<R: Read> Array<R> {
    pub fn new(source: R) -> Self {
        Self { source, held: Vec::new(), start: 0, has_ended: false, line: 0, column: 0, number: 0 }
    }

    /// Hands on each element; ends early when `take` says false.
    ///
    /// # Errors
    /// The source broke off, or this is no array.
    pub fn each(mut self, take: &mut dyn FnMut(&Json<'_>) -> bool) -> Result<(), Unread> {
        match self.next_byte()? {
            Some(b'[') => self.pass(1),
            // The beginning of another value.
            Some(b'{' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                return Err(Unread::Fault(Fault::of(NOT_ROWS)));
            }
            Some(_) => return Err(self.fault("expected value")),
            None => return Err(self.fault("EOF while parsing a value")),
        }
        if self.next_byte()? == Some(b']') {
            self.pass(1);
            return self.end();
        }
        loop {
            if !self.element(take)? {
                return Ok(());
            }
            match self.next_byte()? {
                Some(b',') => self.pass(1),
                Some(b']') => {
                    self.pass(1);
                    return self.end();
                }
                Some(_) => return Err(self.fault("expected `,` or `]`")),
                None => return Err(self.fault("EOF while parsing a list")),
            }
            match self.next_byte()? {
                Some(b']') => return Err(self.fault("trailing comma")),
                Some(_) => {}
                None => return Err(self.fault("EOF while parsing a value")),
            }
        }
    }

    fn end(mut self) -> Result<(), Unread> {
        match self.next_byte()? {
            None => Ok(()),
            Some(_) => Err(self.fault("trailing characters")),
        }
    }

    /// Reads an element as soon as it is there; whether `take` wants more.
    fn element(&mut self, take: &mut dyn FnMut(&Json<'_>) -> bool) -> Result<bool, Unread> {
        loop {
            let rest = self.rest();
            let mut read = Deserializer::from_slice(rest).into_iter::<Json<'_>>();
            let found = read.next();
            // Of a number that ends where the bytes end there may be more.
            let may_go_on = !self.has_ended && read.byte_offset() == rest.len();
            let told = match found {
                Some(Ok(element)) if !may_go_on => Some(Ok((take(&element), read.byte_offset()))),
                Some(Err(error)) if !error.is_eof() || self.has_ended => Some(Err(error)),
                _ => None,
            };
            match told {
                Some(Ok((goes_on, length))) => {
                    self.pass(length);
                    self.number += 1;
                    return Ok(goes_on);
                }
                Some(Err(error)) => return Err(self.broken(&error)),
                None if self.has_ended => return Err(self.fault("EOF while parsing a value")),
                None => self.fill()?,
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.held.get(self.start..).unwrap_or_default()
    }

    /// The next byte that is no blank; it is not passed.
    fn next_byte(&mut self) -> Result<Option<u8>, Unread> {
        loop {
            let rest = self.rest();
            let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r')).count();
            let next = rest.get(blank).copied();
            self.pass(blank);
            if next.is_some() || self.has_ended {
                return Ok(next);
            }
            self.fill()?;
        }
    }

    /// Goes on behind so many bytes.
    fn pass(&mut self, count: usize) {
        let passed = self.rest().get(..count).unwrap_or_default();
        let (lines, last) = (memchr::memchr_iter(b'\n', passed).count(), memchr::memrchr(b'\n', passed));
        self.column = last.map_or(self.column + count, |last| count - last - 1);
        self.line += lines;
        self.start += count;
    }

    /// More bytes behind those that are held. As many again, so that a long element is not tried for each piece of it.
    fn fill(&mut self) -> Result<(), Unread> {
        self.held.drain(..self.start);
        self.start = 0;
        let wanted = self.held.len().max(PIECE) as u64;
        let came = (&mut self.source).take(wanted).read_to_end(&mut self.held).map_err(Unread::Broken)?;
        self.has_ended = (came as u64) < wanted;
        Ok(())
    }

    /// What serde says about the bytes behind `start`.
    fn broken(&self, error: &Error) -> Unread {
        let words = error.to_string();
        let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
        let line = self.line + error.line();
        let column = if error.line() == 1 { self.column + error.column() } else { error.column() };
        self.told(words, line, column)
    }

    /// What is wrong with the byte at `start`.
    fn fault(&self, words: &str) -> Unread {
        self.told(words, self.line + 1, self.column + 1)
    }

    fn told(&self, words: &str, line: usize, column: usize) -> Unread {
        let (ja, en) = (format!("{line} 行 {column} 桁"), format!("{words}, line {line}, column {column}"));
        Unread::Fault(Fault::of(UNREADABLE).because(&ja, &en).in_row(self.number + 1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> Result<Vec<Json<'static>>, String> {
        let mut elements = Vec::new();
        let read = Array::new(text).each(&mut |element| {
            elements.push(element.clone().into_owned());
            true
        });
        match read {
            Ok(()) => Ok(elements),
            Err(Unread::Fault(fault)) => Err(fault.message),
            Err(Unread::Broken(error)) => panic!("{error}"),
        }
    }

    proptest! {
        #[test]
        fn pieces_are_read_as_the_whole_is(
            elements in proptest::collection::vec("1|-2\\.5e3|true|null|\"[a-z窓\\\\]{0,9}\"|\\{\"k\": ?\\[1, \"x\"\\]\\}|\\[\\]", 0..9),
            blank in "[ \n]{0,3}",
            odd in proptest::option::of((0usize..80, any::<u8>())),
        ) {
            let mut text = format!("{blank}[{}{blank}]", elements.join(&format!("{blank},"))).into_bytes();
            if let Some((at, byte)) = odd && at < text.len() {
                text[at] = byte;
            }
            let whole = serde_json::from_slice::<Vec<Json<'_>>>(&text);
            let pieces = read(&text);
            prop_assert_eq!(pieces.is_ok(), whole.is_ok(), "{:?} {:?}", pieces, String::from_utf8_lossy(&text));
            if let Ok(whole) = whole {
                prop_assert_eq!(pieces.unwrap(), whole);
            }
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_place_in_the_whole_body() {
        for (text, place) in [
            ("[\n{\"a\":1},\n{\"a\":x}]", "line 3, column 6"),
            ("[{\"a\":1}, {\"a\":x}]", "line 1, column 16"),
            ("[{\"a\":1}\n {\"a\":2}]", "line 2, column 2"),
            ("[{\"a\":1},\n]", "line 2, column 1"),
        ] {
            let told = read(text.as_bytes()).unwrap_err();
            assert!(told.ends_with(place), "{text}: {told}");
        }
    }
}
