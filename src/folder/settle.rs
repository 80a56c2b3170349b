//! When may a request be taken? Pure: what was seen and when goes in, names come out.
//!
//! A file is whole when it was closed after writing (or renamed in), or has not changed over two looks, **and** ends with its end
//! tag (decisions.md §9). Of in-place writes read at their create event 11.6 % were torn; after close none was. What has not
//! grown for [`GIVE_UP`] is taken as it is, so that a broken request gets its answer too.
//!
//! On Windows nothing tells of a close, but a file that is held cannot be claimed ([`super::claim`]): there the first look at a whole
//! file is enough, and what cannot be claimed is looked at again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use crate::folder::listing::Seen;

/// A file that has not grown for so long is taken as it is.
pub const GIVE_UP: Duration = Duration::from_secs(2);
/// Two looks count as two only when this far apart: shorter than anyone notices, longer than a writer's pause between blocks.
pub const LOOK_GAP: Duration = Duration::from_millis(20);

/// A file that is held, or cannot be moved, for longer than [`GIVE_UP`] is tried again so often.
pub const HELD_LOOK: Duration = Duration::from_millis(500);

/// What reading a file (without touching it) showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It ends as a document ends.
    Whole,
    /// Something is missing.
    Partial,
    /// It cannot be opened now; on Windows a writer that still holds it.
    Refused,
}

/// A file that may be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Its name.
    pub name: String,
    /// False when patience ended before the document did.
    pub whole: bool,
}

/// The files that are being watched on their way to wholeness.
#[derive(Debug, Default)]
pub struct Settling {
    seen: BTreeMap<String, Sighting>,
    /// The claim proves that no writer holds the file: one look is enough.
    claim_proves: bool,
}

#[derive(Debug)]
struct Sighting {
    len: u64,
    modified: Option<SystemTime>,
    /// When this length and time were first seen.
    since: Duration,
    closed: bool,
    /// Was read in this state and found wanting: no need to read it again.
    partial: bool,
    /// Could not be opened at the last look.
    refused: bool,
}

impl Settling {
    /// Nothing seen yet. `claim_proves`: whoever takes a settled file fails while its writer holds it.
    pub fn new(claim_proves: bool) -> Self {
        Self { claim_proves, ..Self::default() }
    }

    /// One look at the folder at `now` (machine time since any start). `closed` names the files that a writer closed or renamed in
    /// since the last look; `read` looks into a file.
    pub fn look(
        &mut self,
        now: Duration,
        files: &[Seen],
        closed: &BTreeSet<String>,
        mut read: impl FnMut(&str) -> Look,
    ) -> Vec<Settled> {
        let present: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
        self.seen.retain(|name, _| present.contains(name.as_str()));
        let mut settled = Vec::new();
        for file in files {
            let sighting = self.seen.entry(file.name.clone()).or_insert_with(|| Sighting::new(now, file));
            sighting.update(now, file, closed.contains(&file.name));
            if let Some(whole) = sighting.judge(now, self.claim_proves, || read(&file.name)) {
                settled.push(Settled { name: file.name.clone(), whole });
            }
        }
        settled
    }

    /// How long to wait for the next look at most; `None` when nothing is on its way.
    pub fn next_look(&self, now: Duration) -> Option<Duration> {
        self.seen.values().map(|sighting| sighting.due(now)).min()
    }

    /// The files that could not be opened for longer than any writer holds one: somebody should look at their rights.
    pub fn held(&self, now: Duration) -> impl Iterator<Item = &str> {
        let held = move |sighting: &Sighting| sighting.refused && now.saturating_sub(sighting.since) >= GIVE_UP;
        self.seen.iter().filter(move |(_, sighting)| held(sighting)).map(|(name, _)| name.as_str())
    }

    /// Whether `name` is known already.
    pub fn knows(&self, name: &str) -> bool {
        self.seen.contains_key(name)
    }

    /// A settled file that could not be taken: its writer holds it still, or its rights are wrong.
    pub fn refused(&mut self, name: &str) {
        if let Some(sighting) = self.seen.get_mut(name) {
            sighting.refused = true;
        }
    }

    /// Forgets a file that was taken, so that its name may come again.
    pub fn forget(&mut self, name: &str) {
        self.seen.remove(name);
    }
}

impl Sighting {
    fn new(now: Duration, file: &Seen) -> Self {
        Self { len: file.len, modified: file.modified, since: now, closed: false, partial: false, refused: false }
    }

    fn update(&mut self, now: Duration, file: &Seen, closed: bool) {
        if (self.len, self.modified) != (file.len, file.modified) {
            *self = Self::new(now, file);
        }
        if closed {
            // Closed again without a visible change: a write within the same tick of the file's clock. Read it anew.
            self.closed = true;
            self.partial = false;
        }
    }

    /// `Some(whole?)` when it may be taken.
    fn judge(&mut self, now: Duration, claim_proves: bool, read: impl FnOnce() -> Look) -> Option<bool> {
        let still = now.saturating_sub(self.since);
        let quiet = self.closed || claim_proves || still >= LOOK_GAP;
        let patience_ended = still >= GIVE_UP;
        if !quiet || (self.partial && !patience_ended) {
            return None;
        }
        let look = read();
        self.refused = look == Look::Refused;
        match look {
            Look::Whole => Some(true),
            Look::Partial if patience_ended => Some(false),
            Look::Partial => {
                self.partial = true;
                None
            }
            Look::Refused => None,
        }
    }

    fn due(&self, now: Duration) -> Duration {
        let still = now.saturating_sub(self.since);
        if still >= GIVE_UP {
            HELD_LOOK
        } else if self.partial {
            GIVE_UP - still
        } else if still < LOOK_GAP && !self.closed {
            LOOK_GAP - still
        } else {
            LOOK_GAP
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &[u8] = b"<XmlMsg>abcdefgh</XmlMsg>";

    fn seen(len: usize, tick: u64) -> Seen {
        Seen { name: "a".into(), len: len as u64, modified: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(tick)) }
    }
    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }
    fn closed() -> BTreeSet<String> {
        BTreeSet::from(["a".to_owned()])
    }
    fn open() -> BTreeSet<String> {
        BTreeSet::new()
    }

    #[test]
    fn a_closed_whole_file_is_taken_at_once() {
        let mut settling = Settling::default();
        assert_eq!(settling.look(ms(0), &[seen(9, 0)], &closed(), |_| Look::Whole).len(), 1);
    }

    #[test]
    fn a_file_that_nobody_closed_needs_two_looks_and_is_not_even_read_at_the_first() {
        let mut settling = Settling::default();
        assert!(settling.look(ms(0), &[seen(9, 0)], &open(), |_| panic!("read at once")).is_empty());
        assert!(settling.look(ms(5), &[seen(9, 0)], &open(), |_| panic!("read too early")).is_empty());
        assert_eq!(settling.look(ms(25), &[seen(9, 0)], &open(), |_| Look::Whole).len(), 1);
    }

    #[test]
    fn where_the_claim_proves_that_nobody_holds_it_the_first_look_is_enough() {
        let mut settling = Settling::new(true);
        assert!(settling.look(ms(0), &[seen(9, 0)], &open(), |_| Look::Partial).is_empty());
        assert_eq!(settling.look(ms(1), &[seen(12, 1)], &open(), |_| Look::Whole).len(), 1);
        settling.refused("a");
        assert_eq!(settling.held(ms(1999)).count(), 0, "a writer may take its time to close");
        assert_eq!(settling.look(ms(2001), &[seen(12, 1)], &open(), |_| Look::Whole).len(), 1, "and is tried again");
        settling.refused("a");
        assert_eq!(settling.held(ms(2001)).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn a_growing_file_starts_its_wait_anew_even_after_a_close() {
        let mut settling = Settling::default();
        settling.look(ms(0), &[seen(9, 0)], &closed(), |_| Look::Partial);
        assert!(settling.look(ms(30), &[seen(12, 30)], &open(), |_| panic!("still open")).is_empty());
        assert_eq!(settling.look(ms(31), &[seen(20, 31)], &closed(), |_| Look::Whole).len(), 1);
    }

    #[test]
    fn what_never_ends_is_taken_as_it_is_after_two_seconds_without_growth() {
        let mut settling = Settling::default();
        settling.look(ms(0), &[seen(9, 0)], &closed(), |_| Look::Partial);
        assert!(settling.look(ms(1999), &[seen(9, 0)], &open(), |_| Look::Partial).is_empty());
        let taken = settling.look(ms(2000), &[seen(9, 0)], &open(), |_| Look::Partial);
        assert_eq!(taken, [Settled { name: "a".into(), whole: false }]);
    }

    #[test]
    fn a_file_that_is_held_is_waited_for_however_long_and_told_of_after_two_seconds() {
        let mut settling = Settling::default();
        for second in 0..60 {
            assert!(settling.look(ms(second * 1000), &[seen(9, 0)], &open(), |_| Look::Refused).is_empty());
            assert_eq!(settling.held(ms(second * 1000)).count(), usize::from(second >= 2));
            assert!(settling.next_look(ms(second * 1000)).unwrap() <= HELD_LOOK);
        }
        assert_eq!(settling.look(ms(60_000), &[seen(9, 0)], &open(), |_| Look::Whole).len(), 1);
    }

    #[test]
    fn a_torn_file_is_read_once_and_not_at_every_look() {
        let mut settling = Settling::default();
        let mut reads = 0;
        for step in 0..50 {
            settling.look(ms(step * 30), &[seen(9, 0)], &open(), |_| {
                reads += 1;
                Look::Partial
            });
        }
        assert_eq!(reads, 1);
    }

    /// What a writer may do to a file, and the moments at which it is looked at.
    #[derive(Debug, Clone)]
    enum Step {
        Write(usize),
        Close,
        Pass(u64),
        Look,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (1..12_usize).prop_map(Step::Write),
            Just(Step::Close),
            // Shorter than GIVE_UP in sum: a writer that stops for two seconds has to live with being taken.
            (0..35_u64).prop_map(Step::Pass),
            Just(Step::Look),
        ]
    }

    proptest! {
        #[test]
        fn whatever_a_writer_does_no_torn_file_is_taken_and_a_whole_one_always_is(steps in prop::collection::vec(step(), 0..50)) {
            let (mut settling, mut now, mut written, mut tick) = (Settling::default(), 0, 0, 0);
            let mut closed = BTreeSet::new();
            let mut taken = Vec::new();
            let mut look = |now: u64, written: usize, tick: u64, closed: &mut BTreeSet<String>| {
                let content = &TEXT[..written];
                let got = settling.look(ms(now), &[seen(written, tick)], closed, |_| {
                    if content.ends_with(b"</XmlMsg>") { Look::Whole } else { Look::Partial }
                });
                closed.clear();
                got
            };
            for step in steps {
                match step {
                    Step::Write(n) => {
                        written = (written + n).min(TEXT.len());
                        tick = now;
                    }
                    Step::Close => { closed.insert("a".to_owned()); }
                    Step::Pass(millis) => now += millis,
                    Step::Look => taken.extend(look(now, written, tick, &mut closed).into_iter().map(|t| (t, written))),
                }
                if !taken.is_empty() { break; }
            }
            for (file, at) in &taken {
                prop_assert!(file.whole && *at == TEXT.len(), "taken at {at} bytes");
            }
            if taken.is_empty() {
                // The writer ends its work; two looks later the file must have been taken.
                written = TEXT.len();
                let first = look(now, written, now, &mut closed);
                let second = if first.is_empty() { look(now + 20, written, now, &mut closed) } else { first };
                prop_assert_eq!(second, vec![Settled { name: "a".into(), whole: true }]);
            }
        }
    }
}
