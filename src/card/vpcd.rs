//! The software card as a card of a real PC/SC reader: a TCP client of vpcd (spec/jpki-card.md §6.1).
//!
//! Every message is a 16-bit big-endian length and so many bytes; one byte is a control, more is an APDU. The card is there as
//! long as the socket is, so taking it out of its slot closes the socket. vpcd as Debian ships it sends length and body in
//! two pieces, which costs 44 ms per APDU unless the kernel acknowledges the first at once: hence the quick ACK before every
//! read, and one write per answer.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::in_process::Slot;

/// Where vpcd waits for the card of its first slot; the second is one higher.
pub const FIRST_PORT: u16 = 35963;
/// Pause before the next attempt to reach vpcd.
const RETRY: Duration = Duration::from_millis(250);
/// vpcd looks for its card every 0.4 s; a line that has been silent so long belongs to nobody's slot.
const SILENCE: Duration = Duration::from_secs(2);
/// How long a slot stays empty at least when its card is taken. pcscd looks every 0.4 s: a card that is changed between two looks, after
/// a command that failed, leaves its reader dead until the next removal (measured with 1.9.9).
const ABSENCE: Duration = Duration::from_millis(600);
/// Longest wait for something that ends by being noticed.
const FOR_EVER: Duration = Duration::from_secs(3600);

/// What happens on the line, for whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// vpcd has spoken to the card.
    Connected,
    /// The line is open and vpcd says nothing on it: another card lies in the slot, and this one waits behind it
    /// (spec/jpki-card.md §6.4 e). It becomes the card when that one is taken out.
    Waiting,
    /// The connection ended, or could not be made; another attempt follows while a card is in the slot.
    Lost(String),
}

/// A slot whose card is shown to vpcd, until this is dropped or stopped.
pub struct Attached {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    slot: Slot,
    address: String,
    stop: AtomicBool,
    stream: Mutex<Option<TcpStream>>,
}

impl Attached {
    /// Keeps the card of `slot` connected to vpcd at `address` (`HOST:PORT`), now and after every loss.
    pub fn start(
        slot: Slot,
        address: impl Into<String>,
        mut on_line: impl FnMut(Line) + Send + 'static,
    ) -> io::Result<Self> {
        let shared =
            Arc::new(Shared { slot, address: address.into(), stop: AtomicBool::new(false), stream: Mutex::default() });
        let thread = std::thread::Builder::new().name("vpcd".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.run(&mut on_line)
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Takes the card out of vpcd and waits until it is out.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.shared.slot.nudge();
        self.shared.hang_up();
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed; there is nothing to add.
            let _ = thread.join();
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn run(self: &Arc<Self>, on_line: &mut dyn FnMut(Line)) {
        let mut reported = None;
        while !self.is_stopped() {
            let (changes, present) = self.slot.presence();
            if !present {
                self.slot.wait_while(FOR_EVER, |now| now == changes && !self.is_stopped());
                continue;
            }
            let end = match self.connect() {
                Ok(stream) => {
                    reported = None;
                    self.serve(stream, changes, on_line)
                }
                Err(error) => error,
            };
            if self.is_stopped() {
                return;
            }
            if self.slot.presence() != (changes, true) {
                // The line was closed here, because its card was taken.
                self.slot.wait_while(ABSENCE, |_| !self.is_stopped());
                continue;
            }
            let reason = end.to_string();
            if reported.as_ref() != Some(&reason) {
                on_line(Line::Lost(reason.clone()));
                reported = Some(reason);
            }
            self.slot.wait_while(RETRY, |now| now == changes && !self.is_stopped());
        }
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let address = self
            .address
            .to_socket_addrs()?
            .next()
            .ok_or_else(|| io::Error::new(ErrorKind::NotFound, format!("{} has no address", self.address)))?;
        let stream = TcpStream::connect_timeout(&address, RETRY.max(Duration::from_secs(1)))?;
        stream.set_nodelay(true)?;
        *self.stream.lock().unwrap_or_else(PoisonError::into_inner) = Some(stream.try_clone()?);
        Ok(stream)
    }

    /// Serves until the line or the card is gone; says why it ended.
    fn serve(self: &Arc<Self>, mut stream: TcpStream, changes: u64, on_line: &mut dyn FnMut(Line)) -> io::Error {
        let over = Arc::new(AtomicBool::new(false));
        // The watcher hangs up when the card leaves, for the reads below block.
        let watcher = std::thread::Builder::new().name("vpcd-watch".to_owned()).spawn({
            let (shared, over) = (Arc::clone(self), Arc::clone(&over));
            move || {
                shared
                    .slot
                    .wait_while(FOR_EVER, |now| now == changes && !shared.is_stopped() && !over.load(Ordering::SeqCst));
                shared.hang_up();
            }
        });
        let end = match &watcher {
            Err(error) => io::Error::new(error.kind(), error.to_string()),
            Ok(_) => self.converse(&mut stream, changes, on_line),
        };
        over.store(true, Ordering::SeqCst);
        self.slot.nudge();
        if let Ok(watcher) = watcher {
            let _ = watcher.join();
        }
        end
    }

    fn converse(&self, stream: &mut TcpStream, changes: u64, on_line: &mut dyn FnMut(Line)) -> io::Error {
        let spoken_to = hear_first_word(stream, on_line);
        if let Err(error) = spoken_to {
            return error;
        }
        on_line(Line::Connected);
        loop {
            if let Err(error) = self.answer_one(stream, changes) {
                return error;
            }
        }
    }

    fn answer_one(&self, stream: &mut TcpStream, changes: u64) -> io::Result<()> {
        const POWER_OFF: u8 = 0x00;
        const POWER_ON: u8 = 0x01;
        const RESET: u8 = 0x02;
        const GET_ATR: u8 = 0x04;
        let message = receive(stream)?;
        let gone = || io::Error::new(ErrorKind::NotConnected, "the card was taken out");
        if self.slot.presence() != (changes, true) {
            return Err(gone());
        }
        match message.as_slice() {
            [] => Ok(()),
            [POWER_OFF | POWER_ON] => self.slot.with_card(|card| card.power_cycle()).ok_or_else(gone),
            [RESET] => self.slot.with_card(|card| card.warm_reset()).ok_or_else(gone),
            [GET_ATR] => {
                let atr = self.slot.with_card(|card| card.atr().to_vec()).ok_or_else(gone)?;
                send(stream, &atr)
            }
            // No other control is known (spec/jpki-card.md §6.1): an answer would put the line out of step.
            [_] => Ok(()),
            apdu => send(stream, &self.slot.exchange(changes, apdu).map_err(|_| gone())?),
        }
    }

    fn hang_up(&self) {
        if let Some(stream) = self.stream.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Already closed by the other side is as good.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Waits until vpcd says something, and tells once when it is silent. Nothing is taken off the line.
fn hear_first_word(stream: &TcpStream, on_line: &mut dyn FnMut(Line)) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    let heard = match stream.peek(&mut [0]) {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            on_line(Line::Waiting);
            stream.set_read_timeout(None)?;
            stream.peek(&mut [0])?
        }
        heard => heard?,
    };
    stream.set_read_timeout(None)?;
    if heard == 0 { Err(closed()) } else { Ok(()) }
}

fn receive(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    acknowledge_quickly(stream);
    read_whole(stream, &mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    acknowledge_quickly(stream);
    read_whole(stream, &mut message)?;
    Ok(message)
}

fn read_whole(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<()> {
    stream.read_exact(buffer).map_err(|error| if error.kind() == ErrorKind::UnexpectedEof { closed() } else { error })
}

fn closed() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "vpcd closed the line")
}

fn send(stream: &mut TcpStream, answer: &[u8]) -> io::Result<()> {
    let length =
        u16::try_from(answer.len()).map_err(|_| io::Error::new(ErrorKind::InvalidData, "answer over 65,535 bytes"))?;
    let mut message = Vec::with_capacity(2 + answer.len());
    message.extend(length.to_be_bytes());
    message.extend(answer);
    stream.write_all(&message)
}

/// The kernel forgets this after some packets, so it is said again before each read.
#[cfg(target_os = "linux")]
fn acknowledge_quickly(stream: &TcpStream) {
    use std::os::linux::net::TcpStreamExt;
    // Without it the card is slow, not wrong.
    let _ = stream.set_quickack(true);
}

/// Other systems have no such switch; their vpcd drivers send a message in one piece.
#[cfg(not(target_os = "linux"))]
fn acknowledge_quickly(_: &TcpStream) {}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::sync::mpsc;

    use super::*;
    use crate::card::soft::tests::card;

    /// The other end of the line, as vpcd speaks.
    struct Vpcd {
        listener: TcpListener,
        stream: TcpStream,
    }

    impl Vpcd {
        fn with(slot: &Slot) -> (Self, Attached) {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let attached = Attached::start(slot.clone(), address, |_| {}).unwrap();
            let stream = listener.accept().unwrap().0;
            (Self { listener, stream }, attached)
        }

        fn say(&mut self, message: &[u8]) {
            self.stream.write_all(&(message.len() as u16).to_be_bytes()).unwrap();
            self.stream.write_all(message).unwrap();
        }

        fn ask(&mut self, message: &[u8]) -> Vec<u8> {
            self.say(message);
            receive(&mut self.stream).unwrap()
        }
    }

    fn slot() -> Slot {
        let slot = Slot::new("test");
        slot.insert(card());
        slot
    }

    const SELECT: [u8; 15] = [0, 0xA4, 4, 0x0C, 10, 0xD3, 0x92, 0xF0, 0, 0x26, 1, 0, 0, 0, 1];
    const READ_AVAILABILITY: [u8; 5] = [0, 0xB0, 0x88, 0, 0];

    #[test]
    fn the_atr_and_apdus_are_answered_and_the_other_controls_are_not() {
        let slot = slot();
        let (mut vpcd, _attached) = Vpcd::with(&slot);
        vpcd.say(&[0x01]);
        assert_eq!(vpcd.ask(&[0x04]), crate::card::atr::CONTACT);
        assert_eq!(vpcd.ask(&SELECT), [0x90, 0x00]);
        assert_eq!(vpcd.ask(&[0xFF, 0xCA, 0, 0, 0]), [0x6A, 0x81], "that was for the reader: the card has contacts");
        vpcd.say(&[0x7F]);
        assert_eq!(vpcd.ask(&READ_AVAILABILITY), [0x8F, 0x8F, 0x00, 0x90, 0x00]);
        vpcd.say(&[0x02]);
        assert_eq!(vpcd.ask(&READ_AVAILABILITY), [0x8F, 0x8F, 0x00, 0x90, 0x00], "warm reset keeps the application");
        vpcd.say(&[0x00]);
        assert_eq!(vpcd.ask(&READ_AVAILABILITY), [0x6A, 0x82], "power off does not");
    }

    #[test]
    fn taking_the_card_out_closes_the_line_and_putting_it_back_opens_another() {
        let slot = slot();
        let (mut vpcd, _attached) = Vpcd::with(&slot);
        let taken = slot.remove().unwrap();
        assert_eq!(vpcd.stream.read(&mut [0]).unwrap(), 0);
        slot.insert(taken);
        vpcd.stream = vpcd.listener.accept().unwrap().0;
        assert_eq!(vpcd.ask(&SELECT), [0x90, 0x00]);
    }

    #[test]
    fn a_line_that_vpcd_closes_is_opened_again() {
        let slot = slot();
        let (mut vpcd, _attached) = Vpcd::with(&slot);
        vpcd.stream.shutdown(Shutdown::Both).unwrap();
        vpcd.stream = vpcd.listener.accept().unwrap().0;
        assert_eq!(vpcd.ask(&SELECT), [0x90, 0x00]);
    }

    #[test]
    fn a_card_is_reported_when_vpcd_speaks_to_it_not_when_it_waits_behind_another() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (lines, line) = mpsc::channel();
        let _attached = Attached::start(slot(), address, move |line| drop(lines.send(line))).unwrap();
        // Nobody accepts it: the kernel keeps it in the queue, as it keeps a second card of one slot.
        assert_eq!(line.recv_timeout(Duration::from_secs(30)).unwrap(), Line::Waiting);
        let mut vpcd = Vpcd { stream: listener.accept().unwrap().0, listener };
        assert_eq!(vpcd.ask(&[0x04]), crate::card::atr::CONTACT);
        assert_eq!(line.recv_timeout(Duration::from_secs(30)).unwrap(), Line::Connected);
        drop(vpcd);
        assert_eq!(line.recv_timeout(Duration::from_secs(30)).unwrap(), Line::Lost("vpcd closed the line".to_owned()));
    }

    #[test]
    fn stopping_ends_the_line_and_the_threads() {
        let slot = slot();
        let (mut vpcd, attached) = Vpcd::with(&slot);
        attached.stop();
        assert_eq!(vpcd.stream.read(&mut [0]).unwrap(), 0);
        let empty = Slot::new("empty");
        Attached::start(empty, "127.0.0.1:1", |_| {}).unwrap().stop();
    }

    #[test]
    fn a_vpcd_that_is_not_there_is_reported_once_not_at_every_attempt() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let (lines, line) = mpsc::channel();
        let attached = Attached::start(slot(), address, move |line| drop(lines.send(line))).unwrap();
        assert!(matches!(line.recv_timeout(Duration::from_secs(30)).unwrap(), Line::Lost(_)));
        assert!(line.recv_timeout(RETRY * 3).is_err());
        attached.stop();
    }
}
