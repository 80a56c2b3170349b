//! Bytes of either encoding as UTF-8, piece by piece.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, SHIFT_JIS, UTF_8};

use crate::text::Encoding;

/// So much is read at once.
const PIECE: usize = 64 << 10;

/// Bytes that are no text in their encoding.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("{} として読めません / not {}", .0.label(), .0.label())]
pub(super) struct NotText(pub Encoding);

/// A source in `encoding`, read as UTF-8; a BOM of UTF-8 is dropped. What is no text is an error after all that came before it.
pub(super) struct Decoding<R> {
    source: R,
    encoding: Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_taken: usize,
    raw_ended: bool,
    text: Vec<u8>,
    text_taken: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Ended,
    Broken,
}

impl<R: Read> Decoding<R> {
    pub fn new(source: R, encoding: Encoding) -> Self {
        let decoder = match encoding {
            Encoding::Utf8 => UTF_8.new_decoder_with_bom_removal(),
            Encoding::ShiftJis => SHIFT_JIS.new_decoder_without_bom_handling(),
        };
        Self {
            source,
            encoding,
            decoder,
            raw: Vec::new(),
            raw_taken: 0,
            raw_ended: false,
            text: Vec::new(),
            text_taken: 0,
            state: State::Open,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.raw_taken == self.raw.len() && !self.raw_ended {
            self.raw.resize(PIECE, 0);
            let read = self.source.read(&mut self.raw)?;
            self.raw.truncate(read);
            self.raw_taken = 0;
            self.raw_ended = read == 0;
        }
        let rest = self.raw.get(self.raw_taken..).unwrap_or_default();
        self.text.resize(PIECE, 0);
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(rest, &mut self.text, self.raw_ended);
        self.text.truncate(written);
        self.text_taken = 0;
        self.raw_taken += read;
        self.state = match result {
            DecoderResult::Malformed(..) => State::Broken,
            DecoderResult::InputEmpty if self.raw_ended => State::Ended,
            DecoderResult::InputEmpty | DecoderResult::OutputFull => State::Open,
        };
        Ok(())
    }
}

impl<R: Read> BufRead for Decoding<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.text_taken == self.text.len() {
            match self.state {
                State::Open => self.refill()?,
                State::Ended => break,
                State::Broken => return Err(io::Error::other(NotText(self.encoding))),
            }
        }
        Ok(self.text.get(self.text_taken..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.text_taken = (self.text_taken + amount).min(self.text.len());
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let taken = self.fill_buf()?.read(out)?;
        self.consume(taken);
        Ok(taken)
    }
}
