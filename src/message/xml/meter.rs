//! Counts what a parser takes from its source: line and column for refusals, and how much one unit and the whole may be.

use std::io::{self, BufRead, Read};

use super::reader::position;

/// Most bytes of decoded text that a parser may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one unit, or of anything else that has to be held at once.
    pub unit: usize,
    /// Of the whole document.
    pub whole: usize,
}

/// Why a [`Meter`] gives no more: the limit that was passed.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("over {0} bytes")]
pub(super) struct TooMuch(pub usize);

/// A source that is counted.
pub(super) struct Meter<R> {
    inner: R,
    limits: Limits,
    offset: usize,
    unit_from: usize,
    /// Line and column of the mark, both from 1.
    place: (usize, usize),
    /// What was taken since the mark.
    since: Vec<u8>,
}

impl<R> Meter<R> {
    pub fn new(inner: R, limits: Limits) -> Self {
        Self { inner, limits, offset: 0, unit_from: 0, place: (1, 1), since: Vec::new() }
    }

    /// Bytes taken so far.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Everything before here is told by line and column only.
    pub fn mark(&mut self) {
        self.place = self.place_of(self.offset);
        self.since.clear();
    }

    /// Here a unit begins.
    pub fn begin_unit(&mut self) {
        self.unit_from = self.offset;
    }

    /// Line and column of `offset`, which is not before the mark.
    pub fn place_of(&self, offset: usize) -> (usize, usize) {
        let ahead = (offset + self.since.len()).saturating_sub(self.offset).min(self.since.len());
        let (lines, column) = position(self.since.get(..ahead).unwrap_or_default());
        match lines {
            1 => (self.place.0, self.place.1 + column - 1),
            _ => (self.place.0 + lines - 1, column),
        }
    }
}

impl<R: BufRead> BufRead for Meter<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.offset - self.unit_from > self.limits.unit {
            return Err(io::Error::other(TooMuch(self.limits.unit)));
        }
        if self.offset > self.limits.whole {
            return Err(io::Error::other(TooMuch(self.limits.whole)));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What is taken was shown, so it lies in the buffer.
        if let Ok(shown) = self.inner.fill_buf() {
            self.since.extend_from_slice(shown.get(..amount).unwrap_or(shown));
        }
        self.offset += amount;
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Meter<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let taken = self.fill_buf()?.read(out)?;
        self.consume(taken);
        Ok(taken)
    }
}
