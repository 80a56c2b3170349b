//! Generations of the authority (spec/jpki-card.md §3.3): the same names each time, other keys, ten years each.

use std::fmt;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// One generation, written as its number: `generation = 2`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
#[repr(u8)]
pub enum Generation {
    /// 第1世代: began with the マイナンバーカード; ended.
    First = 1,
    /// 第2世代: issues no more; what it issued is still in use.
    Second = 2,
    /// 第3世代: the one that issues.
    #[default]
    Third = 3,
}

/// There is no generation of this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "認証局の世代は 1、2、3 です (いま発行しているのは 3) / generations are 1, 2 and 3 (3 is the one that issues); not {0}"
)]
pub struct NoSuchGeneration(u8);

impl Generation {
    /// All, the present one first: it is the one that is mostly meant.
    pub const ALL: [Self; 3] = [Self::Third, Self::Second, Self::First];
    /// The one that issues.
    pub const PRESENT: Self = Self::Third;

    /// 1, 2 or 3.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Is it the one that issues?
    pub fn is_present(&self) -> bool {
        *self == Self::PRESENT
    }

    /// First and last day of its roots, JST. Those of the real authority (generation 2: [B], the others [A]), so that the first one has
    /// ended here too.
    pub fn life(self) -> (Date, Date) {
        match self {
            Self::First => (date(2015, 10, 20), date(2025, 10, 19)),
            Self::Second => (date(2019, 9, 14), date(2029, 9, 14)),
            Self::Third => (date(2023, 7, 16), date(2033, 7, 15)),
        }
    }

    /// The last day on which it issued: the one before the next generation began ([C]; the real day of the change is not public).
    /// `None`: it issues.
    pub fn issued_until(self) -> Option<Date> {
        let next = Self::ALL.into_iter().rev().find(|other| *other > self)?;
        next.life().0.yesterday().ok()
    }
}

impl TryFrom<u8> for Generation {
    type Error = NoSuchGeneration;

    fn try_from(number: u8) -> Result<Self, NoSuchGeneration> {
        Self::ALL.into_iter().find(|generation| generation.number() == number).ok_or(NoSuchGeneration(number))
    }
}

impl From<Generation> for u8 {
    fn from(generation: Generation) -> Self {
        generation.number()
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_is_written_as_its_number_and_a_fourth_is_none() {
        for generation in Generation::ALL {
            let written = serde_json::to_string(&generation).unwrap();
            assert_eq!(written, generation.to_string());
            assert_eq!(serde_json::from_str::<Generation>(&written).unwrap(), generation);
        }
        assert!(serde_json::from_str::<Generation>("4").unwrap_err().to_string().contains("1, 2 and 3"));
    }

    #[test]
    fn the_first_has_ended_the_second_issues_no_more_and_each_lives_ten_years() {
        assert_eq!(Generation::First.issued_until(), Some(date(2019, 9, 13)));
        assert_eq!(Generation::Second.issued_until(), Some(date(2023, 7, 15)));
        assert_eq!(Generation::PRESENT.issued_until(), None);
        for generation in Generation::ALL {
            let (from, until) = generation.life();
            assert_eq!(until.year() - from.year(), 10, "{generation}");
        }
    }
}
