//! Where a parser's events come from: a stream that is counted as it passes, or text in memory, of which nothing is copied.

use std::io::BufRead;

use quick_xml::events::Event;
use quick_xml::{Error, Reader};

use super::meter::Meter;
use super::reader::position;

/// A parser and what it reads. `'t` is the life of the text where that is in memory.
pub(super) trait Source<'t> {
    /// The next event; `buffer` holds its text where nothing else does.
    fn event<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, Error>
    where
        't: 'b;
    /// Bytes read so far.
    fn offset(&self) -> usize;
    /// Where the parser found the last mistake.
    fn mistake(&self) -> u64;
    /// Line and column of `offset`, which is not before the event that was read last.
    fn place_of(&self, offset: usize) -> (usize, usize);
    /// Here a unit begins.
    fn begin_unit(&mut self) {}
}

/// A stream, of which line and column are known from the last event on, and of which no unit may be too long.
pub(super) struct Stream<R>(Reader<Meter<R>>);

impl<R: BufRead> Stream<R> {
    pub fn new(source: Meter<R>) -> Self {
        Self(Reader::from_reader(source))
    }
}

impl<'t, R: BufRead> Source<'t> for Stream<R> {
    fn event<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, Error>
    where
        't: 'b,
    {
        self.0.get_mut().mark();
        buffer.clear();
        self.0.read_event_into(buffer)
    }

    fn offset(&self) -> usize {
        self.0.get_ref().offset()
    }

    fn mistake(&self) -> u64 {
        self.0.error_position()
    }

    fn place_of(&self, offset: usize) -> (usize, usize) {
        self.0.get_ref().place_of(offset)
    }

    fn begin_unit(&mut self) {
        self.0.get_mut().begin_unit();
    }
}

/// Text in memory.
pub(super) struct Held<'t> {
    text: &'t str,
    reader: Reader<&'t [u8]>,
}

impl<'t> Held<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, reader: Reader::from_str(text) }
    }
}

impl<'t> Source<'t> for Held<'t> {
    fn event<'b>(&mut self, _: &'b mut Vec<u8>) -> Result<Event<'b>, Error>
    where
        't: 'b,
    {
        self.reader.read_event()
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.text.len())
    }

    fn mistake(&self) -> u64 {
        self.reader.error_position()
    }

    fn place_of(&self, offset: usize) -> (usize, usize) {
        position(self.text.as_bytes().get(..offset).unwrap_or(self.text.as_bytes()))
    }
}
