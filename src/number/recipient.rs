//! 受給者番号.

use std::fmt;

use super::{Checked, check, tidy};

/// Longest number that PMH takes (spec/pmh.md §2.2, [A]).
pub const LONGEST: usize = 30;

/// 受給者番号: 受給者区分6 + 検証1 for national schemes, anything up to 30 characters for local ones (spec/pmh.md §6.2, [A]).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecipientNumber(String);

impl RecipientNumber {
    /// Takes the number as it was written, blanks around it cut off.
    pub fn new(text: &str) -> Self {
        Self(tidy(text))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is unusual about it as the number of a national scheme: seven digits, the last checks the rest ([B]).
    pub fn check(&self) -> Checked {
        check(&self.0, 7, "7")
    }

    /// What is unusual about it as the number of a local scheme: only too many characters, or none.
    pub fn check_local(&self) -> Checked {
        match self.0.chars().count() {
            1..=LONGEST => Checked::Valid,
            found => Checked::WrongLength { expected: "1–30", found },
        }
    }
}

impl fmt::Display for RecipientNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::number::with_check_digit;

    #[test]
    fn seven_digits_check_themselves() {
        for number in ["0000018", "0000026", "0000034", "1234566", "7654320", "9999996"] {
            assert_eq!(RecipientNumber::new(number).check(), Checked::Valid, "{number}");
        }
        assert!(matches!(RecipientNumber::new("0000002").check(), Checked::WrongCheckDigit { .. }));
    }

    #[test]
    fn a_local_number_may_be_long_and_hold_letters() {
        let long = RecipientNumber::new("KAKUU-2026-000000000000000001A");
        assert_eq!(long.check_local(), Checked::Valid);
        assert_eq!(long.check(), Checked::NotDigits);
        assert!(matches!(RecipientNumber::new(&"1".repeat(31)).check_local(), Checked::WrongLength { found: 31, .. }));
    }

    proptest! {
        #[test]
        fn every_body_of_six_digits_makes_a_valid_number(body in "[0-9]{6}") {
            prop_assert_eq!(RecipientNumber::new(&with_check_digit(&body).unwrap()).check(), Checked::Valid);
        }
    }
}
