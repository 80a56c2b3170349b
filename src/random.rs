//! All chance comes from the station's seed.
//!
//! A draw is named, not queued: [`Seed::rng`] derives an independent generator from the seed and the labels of *what* is drawn
//! (`["face-name", reader, visit]`). So two readers that work at the same moment cannot change each other's numbers, and a
//! run is repeated byte for byte by its seed alone.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

/// The seed of a station or a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Default for Seed {
    fn default() -> Self {
        Self(1)
    }
}

impl Seed {
    /// A generator for the draw named by `labels`.
    pub fn rng(self, labels: &[&str]) -> ChaCha20Rng {
        let mut hash = Sha256::new();
        hash.update(self.0.to_be_bytes());
        for label in labels {
            // Length first: ["ab","c"] and ["a","bc"] are different draws.
            hash.update((label.len() as u64).to_be_bytes());
            hash.update(label.as_bytes());
        }
        ChaCha20Rng::from_seed(hash.finalize().into())
    }

    /// `digits` lower-case hexadecimal digits.
    pub fn hex(self, labels: &[&str], digits: usize) -> String {
        let mut rng = self.rng(labels);
        (0..digits).map(|_| char::from(b"0123456789abcdef"[(rng.next_u32() & 15) as usize])).collect()
    }

    /// A number in `low..=high`.
    pub fn range(self, labels: &[&str], low: u64, high: u64) -> u64 {
        debug_assert!(low <= high, "an empty range cannot be drawn from");
        low + self.rng(labels).next_u64() % (high - low + 1)
    }

    /// True with probability `chance` (0.0 never, 1.0 always).
    pub fn chance(self, labels: &[&str], chance: f64) -> bool {
        self.unit(labels) < chance
    }

    /// A number from 0.0 up to, not including, 1.0.
    pub fn unit(self, labels: &[&str]) -> f64 {
        f64::from(self.rng(labels).next_u32()) / (f64::from(u32::MAX) + 1.0)
    }
}

/// A key that nobody knows and no seed repeats: for what must not be undone. The one draw that comes from the system.
///
/// # Errors
/// Where the system has no source of randomness.
pub fn secret_key() -> std::io::Result<[u8; 32]> {
    let mut key = [0; 32];
    rand_core::OsRng.try_fill_bytes(&mut key).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_draws_the_same_and_another_name_or_seed_another() {
        let seed = Seed(7);
        assert_eq!(seed.hex(&["face", "1"], 20), seed.hex(&["face", "1"], 20));
        assert_ne!(seed.hex(&["face", "1"], 20), seed.hex(&["face", "2"], 20));
        assert_ne!(seed.hex(&["ab", "c"], 20), seed.hex(&["a", "bc"], 20));
        assert_ne!(seed.hex(&["face", "1"], 20), Seed(8).hex(&["face", "1"], 20));
    }

    #[test]
    fn chance_zero_never_comes_up_and_chance_one_always_does() {
        for i in 0..200 {
            let label = i.to_string();
            assert!(!Seed(3).chance(&[&label], 0.0));
            assert!(Seed(3).chance(&[&label], 1.0));
        }
    }
}
