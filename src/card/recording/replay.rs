//! A reader in which a recorded card lies. It answers what the recording answers, in the recording's order, and knows nothing else.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use super::{Entry, Recording, RecordingError, command_text, from_hex};
use crate::card::apdu::CommandApdu;
use crate::card::reader::{CardChannel, CardReader, Disposition, ReaderError, Transmit};

/// No recording of a visit comes near it: a certificate takes some 5 kB.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// The card of one recording; always there, always the same.
pub struct ReplayReader {
    name: String,
    recording: Recording,
}

impl ReplayReader {
    /// A reader with the card that was recorded in `file`.
    ///
    /// # Errors
    /// [`RecordingError`]: a file that cannot be read, or is no recording that can be played.
    pub fn open(file: &Path) -> Result<Self, RecordingError> {
        let text = text_of(file).map_err(|error| RecordingError::Unreadable(error.to_string()))?;
        Self::new(&format!("replay of {}", file.display()), Recording::parse(&text)?)
    }

    /// A reader called `name` with the recorded card in it.
    ///
    /// # Errors
    /// [`RecordingError::Hidden`] for a recording without the data of its answers.
    pub fn new(name: &str, recording: Recording) -> Result<Self, RecordingError> {
        match recording.entries.iter().position(|entry| entry.hidden > 0) {
            // The heading is the first line.
            Some(index) => Err(RecordingError::Hidden { line: index + 2 }),
            None => Ok(Self { name: name.to_owned(), recording }),
        }
    }
}

/// What never ends, such as a pipe, is not begun.
fn text_of(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    if !std::fs::metadata(file)?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    File::open(file)?.take(LARGEST_FILE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST_FILE {
        return Err(io::Error::other(format!("more than {LARGEST_FILE} bytes")));
    }
    Ok(text)
}

impl CardReader for ReplayReader {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_card_present(&mut self) -> Result<bool, ReaderError> {
        Ok(true)
    }

    fn wait_for_change(&mut self, _timeout: Duration) -> Result<bool, ReaderError> {
        Ok(true)
    }

    fn connect(&mut self) -> Result<Box<dyn CardChannel>, ReaderError> {
        let atr = from_hex(&self.recording.heading.atr).unwrap_or_default();
        Ok(Box::new(ReplayChannel { atr, entries: self.recording.entries.clone(), next: 0 }))
    }
}

struct ReplayChannel {
    atr: Vec<u8>,
    entries: Vec<Entry>,
    /// Where the search for the next command begins.
    next: usize,
}

impl CardChannel for ReplayChannel {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transact(&mut self, act: &mut dyn FnMut(&mut dyn Transmit)) -> Result<(), ReaderError> {
        act(self);
        Ok(())
    }

    fn disconnect(self: Box<Self>, _how: Disposition) -> Result<(), ReaderError> {
        Ok(())
    }
}

impl Transmit for ReplayChannel {
    /// The next answer that the recording gives to this command; behind the end it begins again. A command with a PIN gets the answer of
    /// the recorded one, whatever the PIN: that was not recorded.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        let text = CommandApdu::parse(command).map(|command| command_text(&command)).unwrap_or_default();
        let (before, behind) = self.entries.split_at_checked(self.next).unwrap_or((&self.entries, &[]));
        let places = (self.next..).zip(behind).chain((0..).zip(before));
        for (index, entry) in places {
            if entry.command.eq_ignore_ascii_case(&text) {
                self.next = index + 1;
                return Ok(from_hex(&entry.answer).unwrap_or_default());
            }
        }
        Err(ReaderError::NotRecorded { command: text })
    }
}
