//! Names in `req` that are not requests: each is told once, and only when it stays.

use std::collections::BTreeMap;
use std::time::Duration;

/// A temporary name whose file is renamed into a request within this time was never foreign: it is how a careful writer works.
const PASSING: Duration = Duration::from_secs(1);
/// Of foreign names, so many are remembered as seen already.
const MAX_NOTED: usize = 1_000;

/// The foreign names of one `req`.
#[derive(Debug, Default)]
pub struct Foreign {
    /// Since when a name is seen; `None` once it was told.
    seen: BTreeMap<String, Option<Duration>>,
}

impl Foreign {
    /// Takes in what lies there now, and gives the names that are to be told. `names` is sorted.
    pub fn look(&mut self, now: Duration, names: Vec<String>) -> Vec<String> {
        self.seen.retain(|name, _| names.binary_search(name).is_ok());
        for name in names {
            if self.seen.len() < MAX_NOTED || self.seen.contains_key(&name) {
                self.seen.entry(name).or_insert(Some(now));
            }
        }
        let stays = |since: &Option<Duration>| since.is_some_and(|since| now.saturating_sub(since) >= PASSING);
        let due = self.seen.iter_mut().filter(|(_, since)| stays(since));
        due.map(|(name, since)| {
            *since = None;
            name.clone()
        })
        .collect()
    }

    /// How long to wait for the next look at most; `None` when every name was told.
    pub fn next_look(&self, now: Duration) -> Option<Duration> {
        let oldest = self.seen.values().flatten().min()?;
        Some((*oldest + PASSING).saturating_sub(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_name_that_stays_is_told_once_and_again_when_it_came_back() {
        let mut foreign = Foreign::default();
        assert!(foreign.look(ms(0), names(&["memo.txt"])).is_empty());
        assert_eq!(foreign.next_look(ms(400)), Some(ms(600)));
        assert_eq!(foreign.look(ms(1000), names(&["memo.txt"])), ["memo.txt"]);
        assert_eq!(foreign.next_look(ms(1000)), None);
        assert!(foreign.look(ms(9000), names(&["memo.txt"])).is_empty());
        foreign.look(ms(9001), names(&[]));
        foreign.look(ms(9002), names(&["memo.txt"]));
        assert_eq!(foreign.look(ms(10_002), names(&["memo.txt"])), ["memo.txt"]);
    }

    #[test]
    fn a_name_that_is_renamed_away_at_once_is_never_told() {
        let mut foreign = Foreign::default();
        for round in 0..100 {
            assert!(foreign.look(ms(round * 500), names(&["a.xml.tmp"])).is_empty());
            assert!(foreign.look(ms(round * 500 + 20), names(&[])).is_empty());
        }
        assert_eq!(foreign.next_look(ms(60_000)), None);
    }

    #[test]
    fn of_very_many_names_a_bounded_number_is_remembered() {
        let mut foreign = Foreign::default();
        let many = || (0..MAX_NOTED + 50).map(|n| format!("{n:05}.txt")).collect::<Vec<_>>();
        foreign.look(ms(0), many());
        assert_eq!(foreign.look(ms(1000), many()).len(), MAX_NOTED);
    }
}
