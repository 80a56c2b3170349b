//! A reader in the air: a slot that holds a software card of this process.
//!
//! The card can be put down and taken away at any time, from any thread; whoever waits for it wakes, whoever is in the middle
//! of a command loses it, as with plastic. The slot is what waits where a card takes its time ([`Timing`]).

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::reader::{CardChannel, CardReader, Disposition, ReaderError, Transmit};
use super::soft::{SoftCard, Timing};
use super::to_reader;
use crate::clock::Stopwatch;

/// A wait that ends by the system's clock ends this much late at worst; the rest is slept to the point ([`sleep_exactly`]).
const COARSE: Duration = Duration::from_millis(if cfg!(windows) { 20 } else { 2 });
/// A sleep ends this much late; the rest is spent awake.
const FINE: Duration = Duration::from_micros(200);

/// A place for one software card; clones share it.
#[derive(Clone)]
pub struct Slot(Arc<Shared>);

struct Shared {
    name: String,
    timing: Timing,
    held: Mutex<Held>,
    /// Held by the one whose transaction runs.
    turn: Mutex<()>,
    changed: Condvar,
}

#[derive(Default)]
struct Held {
    card: Option<SoftCard>,
    /// A card that left by itself in the middle of a command, until somebody takes it or puts another one down.
    fallen: Option<SoftCard>,
    /// Counts every coming and going, so that a channel notices that its card is another one now.
    changes: u64,
}

impl Slot {
    /// An empty slot whose cards answer at once.
    pub fn new(name: impl Into<String>) -> Self {
        Self::timed(name, Timing::Instant)
    }

    /// An empty slot whose cards take the time of plastic.
    pub fn timed(name: impl Into<String>, timing: Timing) -> Self {
        Self(Arc::new(Shared {
            name: name.into(),
            timing,
            held: Mutex::default(),
            turn: Mutex::default(),
            changed: Condvar::new(),
        }))
    }

    /// Puts a card down, powered up; the one that lay there comes back.
    pub fn insert(&self, mut card: SoftCard) -> Option<SoftCard> {
        card.power_cycle();
        self.change(Some(card))
    }

    /// Takes the card away; one that left by itself is picked up.
    pub fn remove(&self) -> Option<SoftCard> {
        let fallen = self.lock().fallen.take();
        self.change(None).or(fallen)
    }

    fn change(&self, card: Option<SoftCard>) -> Option<SoftCard> {
        let mut held = self.lock();
        if card.is_none() && held.card.is_none() {
            return None;
        }
        let before = std::mem::replace(&mut held.card, card);
        held.fallen = None;
        held.changes += 1;
        drop(held);
        self.0.changed.notify_all();
        before
    }

    /// Looks at the card that lies there, or does something with it.
    pub fn with_card<T>(&self, act: impl FnOnce(&mut SoftCard) -> T) -> Option<T> {
        self.lock().card.as_mut().map(act)
    }

    /// The slot as a reader; several may look at it.
    pub fn reader(&self) -> SlotReader {
        SlotReader { slot: self.clone(), seen: None }
    }

    /// How often a card has come or gone, and whether one is there.
    pub(super) fn presence(&self) -> (u64, bool) {
        let held = self.lock();
        (held.changes, held.card.is_some())
    }

    /// Waits as long as `keep_on` says so of the count of comings and goings, at most `timeout`.
    pub(super) fn wait_while(&self, timeout: Duration, keep_on: impl Fn(u64) -> bool) -> (u64, bool) {
        let (held, _) = self
            .0
            .changed
            .wait_timeout_while(self.lock(), timeout, |held| keep_on(held.changes))
            .unwrap_or_else(PoisonError::into_inner);
        (held.changes, held.card.is_some())
    }

    /// Lets everybody who waits look again, without a change.
    pub(super) fn nudge(&self) {
        // The lock makes sure that no waiter is between its look and its sleep.
        drop(self.lock());
        self.0.changed.notify_all();
    }

    /// One command to the card that came with change number `changes`, or to the slot as its reader. A slow card is waited for without holding the slot,
    /// so that it can be taken away meanwhile.
    pub(super) fn exchange(&self, changes: u64, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        let watch = Stopwatch::start();
        let mut held = self.lock();
        let card = held.card_of(changes).ok_or(ReaderError::Removed)?;
        if to_reader::is_for_reader(command) {
            return Ok(to_reader::answer(command, card.pupi()));
        }
        let answer = card.process(command);
        let due = self.0.timing.of(&card.image().name, command, &answer) + card.quirks().answer_delay;
        if card.is_leaving() {
            held.fallen = held.card.take();
            held.changes += 1;
            drop(held);
            self.0.changed.notify_all();
            return Err(ReaderError::Removed);
        }
        drop(held);
        self.wait_until(due, &watch, changes)?;
        Ok(answer)
    }

    /// Waits until `watch` shows `due`: what this machine needed for the answer is part of it. Ends early when the card leaves.
    fn wait_until(&self, due: Duration, watch: &Stopwatch, changes: u64) -> Result<(), ReaderError> {
        let left = || due.saturating_sub(watch.elapsed());
        while left() > COARSE {
            if self.wait_while(left() - COARSE, |now| now == changes).0 != changes {
                return Err(ReaderError::Removed);
            }
        }
        sleep_exactly(left);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sleeps until nothing is left: a few per cent of a millisecond count where a whole answer takes five.
fn sleep_exactly(left: impl Fn() -> Duration) {
    let asleep = left().saturating_sub(FINE);
    if !asleep.is_zero() {
        std::thread::sleep(asleep);
    }
    while !left().is_zero() {
        std::hint::spin_loop();
    }
}

impl Held {
    fn card_of(&mut self, changes: u64) -> Option<&mut SoftCard> {
        if self.changes == changes { self.card.as_mut() } else { None }
    }
}

/// A slot seen as a reader.
pub struct SlotReader {
    slot: Slot,
    seen: Option<u64>,
}

impl CardReader for SlotReader {
    fn name(&self) -> &str {
        &self.slot.0.name
    }

    fn is_card_present(&mut self) -> Result<bool, ReaderError> {
        Ok(self.slot.presence().1)
    }

    fn wait_for_change(&mut self, timeout: Duration) -> Result<bool, ReaderError> {
        let (changes, present) = match (self.seen, self.slot.presence()) {
            (None, (changes, true)) => (changes, true),
            (None, (changes, false)) => self.slot.wait_while(timeout, |now| now == changes),
            (Some(seen), _) => self.slot.wait_while(timeout, |now| now == seen),
        };
        self.seen = Some(changes);
        Ok(present)
    }

    fn connect(&mut self) -> Result<Box<dyn CardChannel>, ReaderError> {
        let held = self.slot.lock();
        let card = held.card.as_ref().ok_or(ReaderError::NoCard)?;
        let (atr, changes) = (card.atr().to_vec(), held.changes);
        drop(held);
        Ok(Box::new(SlotChannel { slot: self.slot.clone(), changes, atr }))
    }
}

struct SlotChannel {
    slot: Slot,
    changes: u64,
    atr: Vec<u8>,
}

impl CardChannel for SlotChannel {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transact(&mut self, act: &mut dyn FnMut(&mut dyn Transmit)) -> Result<(), ReaderError> {
        let slot = self.slot.clone();
        let _turn = slot.0.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.presence() != (self.changes, true) {
            return Err(ReaderError::Removed);
        }
        act(self);
        Ok(())
    }

    fn disconnect(self: Box<Self>, how: Disposition) -> Result<(), ReaderError> {
        let mut held = self.slot.lock();
        if let Some(card) = held.card_of(self.changes) {
            match how {
                Disposition::Leave => {}
                Disposition::Reset => card.warm_reset(),
                Disposition::PowerOff => card.power_cycle(),
            }
        }
        Ok(())
    }
}

impl Transmit for SlotChannel {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        self.slot.exchange(self.changes, command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::atr;
    use crate::card::reader::transact;
    use crate::card::soft::tests::{card, whole_image};
    use crate::card::soft::{CardImage, Quirks};
    use crate::random::Seed;

    const SELECT: [u8; 15] = [0, 0xA4, 4, 0x0C, 10, 0xD3, 0x92, 0xF0, 0, 0x26, 1, 0, 0, 0, 1];
    const SELECT_CERTIFICATE: [u8; 7] = [0, 0xA4, 2, 0x0C, 2, 0, 0x0A];
    const READ: [u8; 5] = [0, 0xB0, 0, 0, 0];

    /// Late is what comes this much after its time.
    const LATE: f64 = 1.05;

    /// What each of `commands` took at the reader's side, over what it should have taken: the first that was in time, or the best of many,
    /// for whatever else this machine does delays some of them.
    fn lateness(timing: Timing, commands: &[&[u8]]) -> Vec<f64> {
        let slot = Slot::timed("test", timing);
        slot.insert(card());
        let name = slot.with_card(|card| card.image().name.clone()).unwrap();
        let mut channel = slot.reader().connect().unwrap();
        transact(&mut *channel, |card| {
            let mut once = |command: &[u8]| {
                let watch = Stopwatch::start();
                let answer = card.transmit(command).unwrap();
                watch.elapsed_ms() / (timing.of(&name, command, &answer).as_secs_f64() * 1000.0)
            };
            let mut best_of_many = |command: &&[u8]| {
                let mut best = f64::MAX;
                for _ in 0..100 {
                    best = best.min(once(command));
                    if best < LATE {
                        break;
                    }
                }
                best
            };
            commands.iter().map(&mut best_of_many).collect()
        })
        .unwrap()
    }

    #[test]
    fn a_card_that_is_timed_answers_within_five_per_cent_of_what_was_computed() {
        for timing in [Timing::Kbit106, Timing::Kbit848] {
            let late = lateness(timing, &[&SELECT, &SELECT_CERTIFICATE, &READ]);
            assert!(late.iter().all(|late| (1.0..LATE).contains(late)), "{timing}: {late:?}");
        }
    }

    #[test]
    fn a_command_for_the_reader_never_comes_to_the_card() {
        let contactless = || {
            let image = CardImage { atr: atr::CONTACTLESS.to_vec(), ..whole_image() };
            SoftCard::new(Arc::new(image), Seed(1))
                .with_quirks(Quirks { first_command_fails: true, ..Quirks::default() })
        };
        let slot = Slot::new("test");
        slot.insert(contactless());
        let say = |command: &[u8]| slot.exchange(slot.presence().0, command).unwrap();
        let number = say(&[0xFF, 0xCA, 0, 0, 0]);
        assert_eq!((number.len(), &number[4..]), (6, &[0x90, 0x00][..]));
        // Asked again it is the same, and the card's first command is still to come.
        assert_eq!(say(&[0xFF, 0xCA, 0, 0, 0]), number);
        assert_eq!(say(&SELECT), [0x6F, 0x00]);
        assert_eq!(say(&SELECT), [0x90, 0x00]);
        assert_eq!(say(&SELECT_CERTIFICATE), [0x90, 0x00]);
        // Were this a VERIFY, a try would be gone.
        assert_eq!(say(&[0xFF, 0x20, 0x00, 0x98, 4, 0x39, 0x39, 0x39, 0x39]), [0x6D, 0x00]);
        assert_eq!(say(&[0x00, 0x20, 0x00, 0x98]), [0x63, 0xC3]);
        slot.with_card(SoftCard::power_cycle);
        assert_ne!(say(&[0xFF, 0xCA, 0, 0, 0]), number, "no card is known by it");
        slot.insert(card());
        assert_eq!(say(&[0xFF, 0xCA, 0, 0, 0]), [0x6A, 0x81], "a card with contacts has none");
    }

    #[test]
    fn a_card_that_is_taken_away_while_it_takes_its_time_is_gone_at_once() {
        let slot = Slot::timed("test", Timing::Kbit106);
        slot.insert(card());
        let (changes, _) = slot.presence();
        let long = std::thread::spawn({
            let slot = slot.clone();
            move || slot.wait_until(Duration::from_secs(3600), &Stopwatch::start(), changes)
        });
        slot.remove();
        assert_eq!(long.join().unwrap(), Err(ReaderError::Removed));
    }
}
