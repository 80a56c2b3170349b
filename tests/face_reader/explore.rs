//! Plays letters on a machine under the monitor's eyes: every sequence up to a depth, or long random walks.

use std::collections::HashSet;

use madoguchi::face_reader::event::{Effect, Event};

use crate::machine::{Letter, Machine};
use crate::monitor::{Monitor, Rule, ends};

/// A rule that was broken, and the way there.
#[derive(Debug, Clone)]
pub struct Breach {
    pub rule: Rule,
    pub way: Vec<String>,
}

/// What an exploration saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// Sequences of letters covered: the sum of alphabet^depth.
    pub sequences: u128,
    /// Distinct configurations (of machine and monitor together).
    pub configurations: usize,
    /// Steps really taken.
    pub steps: usize,
    /// The depth at which nothing new was found any more, if it came to that.
    pub closed_at: Option<usize>,
}

/// Plays one letter and judges it.
pub fn play<M: Machine>(machine: &mut M, monitor: &mut Monitor, letter: &Letter) -> Result<(Event, Vec<Effect>), Rule> {
    let before = machine.clone();
    let event = letter.event(machine);
    let effects = machine.step(event.clone());
    monitor.watch(&before, &event, &effects, machine)?;
    Ok((event, effects))
}

/// Every sequence of letters to `depth`. Two sequences that lead to equal configurations have equal futures, so one of them stands
/// for both. `visit` sees every step that was not ignored.
pub fn every_sequence<M: Machine>(
    start: &M,
    letters: &[Letter],
    depth: usize,
    mut visit: impl FnMut(&M, &Event, &[Effect], &M),
) -> Result<Seen, Breach> {
    let mut seen = Seen::default();
    let mut reached: HashSet<(M::Key, Monitor)> = HashSet::from([(start.key(), Monitor::default())]);
    let mut ways: Vec<(usize, usize)> = vec![(0, 0)];
    let mut frontier = vec![(0_usize, start.clone(), Monitor::default())];
    let mut power: u128 = 1;
    for level in 1..=depth {
        power = power.saturating_mul(letters.len() as u128);
        seen.sequences = seen.sequences.saturating_add(power);
        let mut next = Vec::new();
        for (from, machine, monitor) in &frontier {
            for (number, letter) in letters.iter().enumerate() {
                seen.steps += 1;
                let (mut after, mut watcher) = (machine.clone(), monitor.clone());
                let breach = |rule| Breach { rule, way: way(&ways, *from, number, letters) };
                let (event, effects) = play(&mut after, &mut watcher, letter).map_err(breach)?;
                if let [Effect::Ignored(_)] = effects[..] {
                    continue;
                }
                visit(machine, &event, &effects, &after);
                if reached.insert((after.key(), watcher.clone())) {
                    ends(&after, watcher.card_present()).map_err(breach)?;
                    ways.push((*from, number));
                    next.push((ways.len() - 1, after, watcher));
                }
            }
        }
        if next.is_empty() {
            seen.closed_at.get_or_insert(level);
            // Nothing new: longer sequences are covered too, only counted.
        }
        frontier = next;
    }
    seen.configurations = reached.len();
    Ok(seen)
}

fn way(ways: &[(usize, usize)], mut at: usize, last: usize, letters: &[Letter]) -> Vec<String> {
    let mut numbers = vec![last];
    while at != 0 {
        let (from, number) = ways[at];
        numbers.push(number);
        at = from;
    }
    numbers.iter().rev().map(|number| format!("{:?}", letters[*number])).collect()
}

/// Looks for a breach: every short sequence, then long walks that mostly do what is possible.
pub fn hunt<M: Machine>(start: &M, letters: &[Letter], walks: u32) -> Result<(), Breach> {
    every_sequence(start, letters, 6, |_, _, _, _| {})?;
    (0..walks).try_for_each(|seed| walk(start, letters, seed, 200))
}

/// One random walk; `seed` repeats it.
pub fn walk<M: Machine>(start: &M, letters: &[Letter], seed: u32, length: usize) -> Result<(), Breach> {
    let mut draw = Draw(u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (mut machine, mut monitor) = (start.clone(), Monitor::default());
    let mut way = vec![format!("seed {seed}")];
    for _ in 0..length {
        let possible = machine.possible();
        let likely: Vec<&Letter> =
            letters.iter().filter(|letter| possible.contains(&letter.event(&machine).kind())).collect();
        let letter = if draw.below(5) > 0 && !likely.is_empty() {
            likely[draw.below(likely.len())]
        } else {
            &letters[draw.below(letters.len())]
        };
        way.push(format!("{letter:?}"));
        play(&mut machine, &mut monitor, letter).map_err(|rule| Breach { rule, way: way.clone() })?;
        ends(&machine, monitor.card_present()).map_err(|rule| Breach { rule, way: way.clone() })?;
    }
    Ok(())
}

/// xorshift64*: enough to wander about, and the same everywhere.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }
}
