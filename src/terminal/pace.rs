//! How long things take. Real terminals need seconds; programs that start watching only after they asked need at least one
//! (spec/known-clients.md K3); tests want none. Every draw is named by the file it concerns.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::random::Seed;
use crate::terminal::settings::Delay;

/// How fast a station lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pace {
    /// No delay of ours.
    Instant,
    /// An answer after one second, a subsidy document 300–1500 ms after its face file.
    #[default]
    Brisk,
    /// As in a clinic: 3–7 s.
    Real,
}

/// Additional wait of the knob `pmh-late`.
pub const PMH_LATE: Duration = Duration::from_secs(10);

const BRISK_ANSWER: Duration = Duration::from_secs(1);
const REAL_ANSWER_MS: (u64, u64) = (3_000, 7_000);
/// The default proposal of spec/pmh.md §5.1 [C].
const PMH_MS: (u64, u64) = (300, 1_500);

/// From a request to its answer.
pub fn answer_delay(delay: Delay, pace: Pace, seed: Seed, request: &str) -> Duration {
    match (delay, pace) {
        (Delay::Fixed(length), _) => length,
        (Delay::ByPace, Pace::Instant) => Duration::ZERO,
        (Delay::ByPace, Pace::Brisk) => BRISK_ANSWER,
        (Delay::ByPace, Pace::Real) => draw(seed, &["answer-delay", request], REAL_ANSWER_MS),
    }
}

/// Between the two files of the visit called `reference`.
pub fn pmh_delay(delay: Delay, pace: Pace, seed: Seed, reference: &str) -> Duration {
    match (delay, pace) {
        (Delay::Fixed(length), _) => length,
        (Delay::ByPace, Pace::Instant) => Duration::ZERO,
        (Delay::ByPace, Pace::Brisk) => draw(seed, &["pmh-delay", reference], PMH_MS),
        (Delay::ByPace, Pace::Real) => draw(seed, &["pmh-delay", reference], REAL_ANSWER_MS),
    }
}

fn draw(seed: Seed, labels: &[&str], (low, high): (u64, u64)) -> Duration {
    Duration::from_millis(seed.range(labels, low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pace_keeps_its_promise_for_every_file() {
        for i in 0..200 {
            let name = format!("OQSsiquc01req_{i:012}.xml");
            assert_eq!(answer_delay(Delay::ByPace, Pace::Instant, Seed(1), &name), Duration::ZERO);
            assert_eq!(answer_delay(Delay::ByPace, Pace::Brisk, Seed(1), &name), Duration::from_secs(1));
            let real = answer_delay(Delay::ByPace, Pace::Real, Seed(1), &name).as_millis();
            assert!((3_000..=7_000).contains(&real), "{real}");
            let pmh = pmh_delay(Delay::ByPace, Pace::Brisk, Seed(1), &name).as_millis();
            assert!((300..=1_500).contains(&pmh), "{pmh}");
        }
    }

    #[test]
    fn a_fixed_delay_wins_over_the_pace() {
        let fixed = Delay::Fixed(Duration::from_millis(5));
        assert_eq!(answer_delay(fixed, Pace::Real, Seed(1), "a"), Duration::from_millis(5));
        assert_eq!(pmh_delay(fixed, Pace::Real, Seed(1), "a"), Duration::from_millis(5));
    }
}
