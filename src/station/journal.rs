//! The journal: everything that happened, numbered, stamped with document time, kept for a while, and told to whoever listens.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::event::{Entry, Event, Sink};

/// Entries kept in memory: a long day at the counter (some 15 entries a visit), in a few megabytes.
pub const KEPT: usize = 10_000;
/// Entries a slow listener may lag behind before it misses some; it is told how many.
const LAG: usize = 1_024;

/// The journal of a station.
pub struct Journal {
    clock: Clock,
    inner: Mutex<Inner>,
    listeners: broadcast::Sender<Arc<Entry>>,
    revision: AtomicU64,
}

struct Inner {
    entries: VecDeque<Arc<Entry>>,
    next: u64,
}

impl Journal {
    /// An empty journal.
    pub fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            clock,
            inner: Mutex::new(Inner { entries: VecDeque::new(), next: 1 }),
            listeners: broadcast::channel(LAG).0,
            revision: AtomicU64::new(0),
        })
    }

    /// The sink that rooms are given.
    pub fn sink(self: &Arc<Self>) -> Sink {
        let journal = Arc::downgrade(self);
        Sink::new(move |event| {
            if let Some(journal) = journal.upgrade() {
                journal.record(event);
            }
        })
    }

    /// Records one event.
    pub fn record(&self, event: Event) {
        let mut inner = self.lock();
        let entry = Arc::new(Entry { seq: inner.next, time: self.clock.now(), event });
        inner.next += 1;
        if inner.entries.len() == KEPT {
            inner.entries.pop_front();
        }
        inner.entries.push_back(entry.clone());
        // Sent under the lock, so that listeners hear entries in their order. Nobody listening is no error.
        let _ = self.listeners.send(entry);
        drop(inner);
        self.touch();
    }

    /// The kept entries after `seq`, at most `limit` of the newest, oldest first.
    pub fn since(&self, seq: u64, limit: usize) -> Vec<Arc<Entry>> {
        let inner = self.lock();
        // Numbered without gaps: how many are newer is known without looking at them.
        let newer = usize::try_from(inner.next - 1 - seq.min(inner.next - 1)).unwrap_or(usize::MAX);
        let kept = inner.entries.len();
        inner.entries.range(kept - newer.min(limit).min(kept)..).cloned().collect()
    }

    /// Hears every entry from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Entry>> {
        self.listeners.subscribe()
    }

    /// Grows whenever something visible has changed.
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// Says that something visible has changed that is no entry of its own.
    pub fn touch(&self) {
        self.revision.fetch_add(1, Ordering::AcqRel);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_entries_are_kept_and_numbered_without_gaps() {
        let journal = Journal::new(Clock::real());
        for _ in 0..KEPT + 5 {
            journal.record(Event::Reset);
        }
        let all = journal.since(0, usize::MAX);
        assert_eq!(all.len(), KEPT);
        assert_eq!(all.first().unwrap().seq, 6);
        let last: Vec<u64> = journal.since(KEPT as u64, 3).iter().map(|e| e.seq).collect();
        assert_eq!(last, [KEPT as u64 + 3, KEPT as u64 + 4, KEPT as u64 + 5]);
        assert_eq!(journal.revision(), KEPT as u64 + 5);
    }
}
