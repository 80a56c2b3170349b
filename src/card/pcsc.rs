//! PC/SC: plastic in a reader of this machine, or a software card behind vpcd.
//!
//! Every call may block on the service, so a [`PcscReader`] belongs to a thread of its own; each has its own context, for a
//! context serves one thread at a time. The ATR comes from SCardStatus: vpcd does not know SCARD_ATTR_ATR_STRING
//! (spec/jpki-card.md §6.4 j).

use std::ffi::{CStr, CString};
use std::time::Duration;

use ::pcsc::{Card, Context, Error, Protocol, Protocols, ReaderState, Scope, ShareMode, State};

use super::reader::{CardChannel, CardReader, Disposition, ReaderError, Transmit};
use super::t0;

/// Longest answer: an extended one and its status word.
const LONGEST_ANSWER: usize = 65_536 + 2;

/// The readers that the service knows now, in its order.
pub fn list_readers() -> Result<Vec<String>, ReaderError> {
    names(&establish()?)
}

/// Those of them in which a card lies now: one look at all, however many there are.
pub fn readers_with_card() -> Result<Vec<String>, ReaderError> {
    let context = establish()?;
    let mut states: Vec<ReaderState> = match context.list_readers_owned() {
        Ok(names) => names.into_iter().map(|name| ReaderState::new(name, State::UNAWARE)).collect(),
        Err(Error::NoReadersAvailable) => return Ok(Vec::new()),
        Err(error) => return Err(reader_error(error)),
    };
    match context.get_status_change(Duration::ZERO, &mut states) {
        Ok(()) | Err(Error::Timeout) => {}
        // One was unplugged between the list and the look; the next look has a list without it.
        Err(Error::UnknownReader | Error::ReaderUnavailable) => return Ok(Vec::new()),
        Err(error) => return Err(reader_error(error)),
    }
    let holds_card = |state: &&ReaderState| state.event_state().contains(State::PRESENT);
    Ok(states.iter().filter(holds_card).map(|state| state.name().to_string_lossy().into_owned()).collect())
}

/// The reader called `wanted`: a number counting from 1, or a part of the name in any case; `None` takes the first.
pub fn open_reader(wanted: Option<&str>) -> Result<PcscReader, ReaderError> {
    let context = establish()?;
    let have = names(&context)?;
    let name = choose(wanted, &have)?;
    PcscReader::with(context, name)
}

fn choose(wanted: Option<&str>, have: &[String]) -> Result<String, ReaderError> {
    let Some(wanted) = wanted else { return have.first().cloned().ok_or(ReaderError::NoReader) };
    // "01" is part of a name such as "Virtual PCD 00 01"; a number is written without zeros in front.
    let number = wanted.parse::<usize>().ok().filter(|number| number.to_string() == wanted);
    let part = wanted.to_lowercase();
    let found = match number {
        Some(number) => number.checked_sub(1).and_then(|index| have.get(index)),
        None => have
            .iter()
            .find(|name| *name == wanted)
            .or_else(|| have.iter().find(|name| name.to_lowercase().contains(&part))),
    };
    found.cloned().ok_or_else(|| match have {
        [] => ReaderError::NoReader,
        have => ReaderError::UnknownReader { wanted: wanted.to_owned(), have: have.to_vec() },
    })
}

fn establish() -> Result<Context, ReaderError> {
    Context::establish(Scope::User).map_err(reader_error)
}

fn names(context: &Context) -> Result<Vec<String>, ReaderError> {
    match context.list_readers_owned() {
        Ok(names) => Ok(names.iter().map(|name| name.to_string_lossy().into_owned()).collect()),
        Err(Error::NoReadersAvailable) => Ok(Vec::new()),
        Err(error) => Err(reader_error(error)),
    }
}

/// A reader of the PC/SC service.
pub struct PcscReader {
    context: Context,
    name: String,
    c_name: CString,
    /// What the service last said about it.
    seen: State,
}

impl PcscReader {
    /// The reader of exactly this name; it may appear later.
    pub fn open(name: &str) -> Result<Self, ReaderError> {
        Self::with(establish()?, name.to_owned())
    }

    fn with(context: Context, name: String) -> Result<Self, ReaderError> {
        let c_name = CString::new(name.clone()).map_err(|_| ReaderError::NoReader)?;
        Ok(Self { context, name, c_name, seen: State::EMPTY })
    }

    /// Asks the service, waiting at most `timeout` for something else than `known`.
    fn look(&self, known: State, timeout: Duration) -> Result<State, ReaderError> {
        let mut states = [ReaderState::new(self.c_name.clone(), known)];
        match self.context.get_status_change(timeout, &mut states) {
            Ok(()) => {}
            Err(Error::Timeout) => return Ok(known),
            // A reader that has been unplugged has no card; it may come back under its name.
            Err(Error::UnknownReader | Error::ReaderUnavailable) => return Ok(State::UNAVAILABLE),
            Err(error) => return Err(reader_error(error)),
        }
        Ok(states.first().map_or(State::UNAWARE, ReaderState::event_state))
    }

    /// Waits until the service's list of readers changes, at most `timeout`.
    fn wait_for_readers(&self, timeout: Duration) -> Result<(), ReaderError> {
        let mut states = [ReaderState::new(::pcsc::PNP_NOTIFICATION(), State::UNAWARE)];
        match self.context.get_status_change(timeout, &mut states) {
            Ok(()) | Err(Error::Timeout) => Ok(()),
            Err(error) => Err(reader_error(error)),
        }
    }
}

impl CardReader for PcscReader {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_card_present(&mut self) -> Result<bool, ReaderError> {
        Ok(self.look(State::UNAWARE, Duration::ZERO)?.contains(State::PRESENT))
    }

    fn wait_for_change(&mut self, timeout: Duration) -> Result<bool, ReaderError> {
        if names(&self.context)?.contains(&self.name) {
            let known = if self.seen.contains(State::UNAVAILABLE) { State::EMPTY } else { self.seen };
            self.seen = self.look(known - State::CHANGED, timeout)?;
        } else {
            // Unplugged: its coming back ends the wait.
            let was_there = self.seen.contains(State::PRESENT);
            self.seen = State::UNAVAILABLE;
            if !was_there {
                self.wait_for_readers(timeout)?;
                self.seen = self.look(State::UNAWARE, Duration::ZERO)?;
            }
        }
        Ok(self.seen.contains(State::PRESENT))
    }

    fn connect(&mut self) -> Result<Box<dyn CardChannel>, ReaderError> {
        Ok(Box::new(PcscChannel::connect(&self.context, &self.c_name)?))
    }
}

/// A connection. One that is dropped without a word powers the card off: the library's own end is a warm reset, over which real cards
/// keep what a PIN opened (spec/jpki-card.md §2.9, [B]).
struct PcscChannel {
    /// `None` once it has been disconnected.
    card: Option<Card>,
    atr: Vec<u8>,
    /// T=0 carries commands in another form.
    is_t0: bool,
}

impl PcscChannel {
    fn connect(context: &Context, name: &CStr) -> Result<Self, ReaderError> {
        let card = context.connect(name, ShareMode::Shared, Protocols::ANY).map_err(reader_error)?;
        let status = card.status2_owned().map_err(reader_error)?;
        let (atr, is_t0) = (status.atr().to_vec(), status.protocol2() == Some(Protocol::T0));
        Ok(Self { card: Some(card), atr, is_t0 })
    }
}

impl Drop for PcscChannel {
    fn drop(&mut self) {
        if let Some(card) = self.card.take() {
            // A card that has left is as powerless as can be.
            let _ = card.disconnect(::pcsc::Disposition::UnpowerCard);
        }
    }
}

impl CardChannel for PcscChannel {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transact(&mut self, act: &mut dyn FnMut(&mut dyn Transmit)) -> Result<(), ReaderError> {
        let card = self.card.as_mut().ok_or(ReaderError::Removed)?;
        let transaction = match card.transaction2() {
            Ok(transaction) => transaction,
            Err((card, Error::ResetCard)) => {
                // Acknowledge the reset, so that the next transaction can begin; what was verified is gone all the same.
                card.reconnect(ShareMode::Shared, Protocols::ANY, ::pcsc::Disposition::LeaveCard)
                    .map_err(reader_error)?;
                return Err(ReaderError::Reset);
            }
            Err((_, error)) => return Err(reader_error(error)),
        };
        act(&mut PcscCard { card: &transaction, is_t0: self.is_t0, buffer: vec![0; LONGEST_ANSWER] });
        // A card that left or was reset meanwhile has ended the transaction itself. What `act` found out stands, and says it better.
        let _ = transaction.end(::pcsc::Disposition::LeaveCard);
        Ok(())
    }

    fn disconnect(mut self: Box<Self>, how: Disposition) -> Result<(), ReaderError> {
        let disposition = match how {
            Disposition::Leave => ::pcsc::Disposition::LeaveCard,
            Disposition::Reset => ::pcsc::Disposition::ResetCard,
            Disposition::PowerOff => ::pcsc::Disposition::UnpowerCard,
        };
        let Some(card) = self.card.take() else { return Ok(()) };
        match card.disconnect(disposition) {
            // A card that has left is as disconnected as can be.
            Ok(()) | Err((_, Error::RemovedCard | Error::NoSmartcard)) => Ok(()),
            Err((card, error)) => {
                // Given back to the drop, which powers it off.
                self.card = Some(card);
                Err(reader_error(error))
            }
        }
    }
}

struct PcscCard<'c> {
    card: &'c Card,
    is_t0: bool,
    buffer: Vec<u8>,
}

impl Transmit for PcscCard<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        let command = if self.is_t0 { t0::carried(command) } else { command.into() };
        match self.card.transmit(&command, &mut self.buffer) {
            // Every card answers with a status word at least; an answer of nothing, or a command that was not carried over, is what
            // the service makes of a card torn away in the middle. It says so itself only at the next look.
            Ok([]) | Err(Error::NotTransacted) => Err(ReaderError::Removed),
            Ok(answer) => Ok(answer.to_vec()),
            Err(error) => Err(reader_error(error)),
        }
    }
}

fn reader_error(error: Error) -> ReaderError {
    match error {
        Error::NoService | Error::ServiceStopped => ReaderError::NoService,
        Error::NoReadersAvailable | Error::UnknownReader | Error::ReaderUnavailable => ReaderError::NoReader,
        Error::NoSmartcard => ReaderError::NoCard,
        Error::RemovedCard => ReaderError::Removed,
        Error::ResetCard => ReaderError::Reset,
        Error::SharingViolation => ReaderError::Busy,
        Error::UnpoweredCard | Error::UnresponsiveCard | Error::UnsupportedCard => ReaderError::Unresponsive,
        other => ReaderError::Other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_chosen_by_number_from_one_by_name_or_by_part_of_its_name() {
        let have = ["Virtual PCD 00 00".to_owned(), "Sony RC-S300".to_owned()];
        assert_eq!(choose(None, &have).unwrap(), have[0]);
        assert_eq!(choose(Some("2"), &have).unwrap(), have[1]);
        assert_eq!(choose(Some("sony"), &have).unwrap(), have[1]);
        assert_eq!(choose(Some("00"), &have).unwrap(), have[0]);
    }

    #[test]
    fn an_unknown_reader_is_refused_with_the_names_there_are() {
        let have = ["Virtual PCD 00 00".to_owned()];
        let error = choose(Some("Sony"), &have).unwrap_err();
        assert!(error.to_string().contains("Virtual PCD 00 00"), "{error}");
        assert!(matches!(choose(Some("0"), &have), Err(ReaderError::UnknownReader { .. })));
        assert!(matches!(choose(Some("3"), &have), Err(ReaderError::UnknownReader { .. })));
        assert_eq!(choose(Some("Sony"), &[]).unwrap_err(), ReaderError::NoReader);
        assert_eq!(choose(None, &[]).unwrap_err(), ReaderError::NoReader);
    }
}
