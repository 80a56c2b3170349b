//! A reader in the air: a slot that holds a software card of this process.
//!
//! The card can be put down and taken away at any time, from any thread; whoever waits for it wakes, whoever is in the middle
//! of a command loses it, as with plastic.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::reader::{CardChannel, CardReader, Disposition, ReaderError, Transmit};
use super::soft::SoftCard;

/// A place for one software card; clones share it.
#[derive(Clone)]
pub struct Slot(Arc<Shared>);

struct Shared {
    name: String,
    held: Mutex<Held>,
    /// Held by the one whose transaction runs.
    turn: Mutex<()>,
    changed: Condvar,
}

#[derive(Default)]
struct Held {
    card: Option<SoftCard>,
    /// Counts every coming and going, so that a channel notices that its card is another one now.
    changes: u64,
}

impl Slot {
    /// An empty slot.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Arc::new(Shared {
            name: name.into(),
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

    /// Takes the card away.
    pub fn remove(&self) -> Option<SoftCard> {
        self.change(None)
    }

    fn change(&self, card: Option<SoftCard>) -> Option<SoftCard> {
        let mut held = self.lock();
        if card.is_none() && held.card.is_none() {
            return None;
        }
        let before = std::mem::replace(&mut held.card, card);
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

    /// One command to the card that came with change number `changes`. A slow card is waited for without holding the slot,
    /// so that it can be taken away meanwhile.
    pub(super) fn exchange(&self, changes: u64, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        let mut held = self.lock();
        let card = held.card_of(changes).ok_or(ReaderError::Removed)?;
        let answer = card.process(command);
        let delay = card.quirks().answer_delay;
        if card.is_leaving() {
            drop(held);
            self.remove();
            return Err(ReaderError::Removed);
        }
        drop(held);
        if !delay.is_zero() && self.wait_while(delay, |now| now == changes).0 != changes {
            return Err(ReaderError::Removed);
        }
        Ok(answer)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
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
