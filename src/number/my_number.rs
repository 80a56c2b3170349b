//! 個人番号: its check digit (総務省令85号 第5条; spec/pmh.md §6.3, [A]).
//!
//! The functions take text, because the masked type lives in another room: whoever holds a `secret::MyNumber` reveals it to be
//! checked and lets go of it at once.

use super::{Checked, digits_of};

const DIGITS: usize = 12;

/// The check digit of eleven digits; `None` when they are not eleven digits.
pub fn check_digit(body: &str) -> Option<u8> {
    let digits = digits_of(body).filter(|digits| digits.len() == DIGITS - 1)?;
    // Weights from the right: 2 3 4 5 6 7 2 3 4 5 6.
    let sum: u32 = digits.rev().zip((2..=7u32).cycle()).map(|(digit, weight)| u32::from(digit) * weight).sum();
    // Remainders 0 and 1 both give 0: some errors go unseen, a known weakness of the rule.
    u8::try_from(match sum % 11 {
        0 | 1 => 0,
        remainder => 11 - remainder,
    })
    .ok()
}

/// What is unusual about a 個人番号.
pub fn check(text: &str) -> Checked {
    if digits_of(text).is_none() && !text.is_empty() {
        return Checked::NotDigits;
    }
    if text.len() != DIGITS {
        return Checked::WrongLength { expected: "12", found: text.len() };
    }
    let (body, last) = text.split_at(DIGITS - 1);
    match check_digit(body) {
        Some(expected) if last.parse() == Ok(expected) => Checked::Valid,
        Some(expected) => Checked::WrongCheckDigit { expected },
        None => Checked::NotDigits,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_worked_example_comes_out() {
        assert_eq!(check_digit("12345678901"), Some(8));
        for number in ["123456789018", "987654321093", "210987654320"] {
            assert_eq!(check(number), Checked::Valid, "{number}");
        }
    }

    #[test]
    fn the_sample_of_the_official_api_document_fails() {
        assert_eq!(check("210987654321"), Checked::WrongCheckDigit { expected: 0 });
    }

    proptest! {
        #[test]
        fn any_body_with_its_digit_passes_and_with_any_other_digit_fails(body in "[0-9]{11}", other in 1u8..10) {
            let digit = check_digit(&body).unwrap();
            let right = format!("{body}{digit}");
            prop_assert_eq!(check(&right), Checked::Valid);
            let wrong = format!("{body}{}", (digit + other) % 10);
            prop_assert_eq!(check(&wrong), Checked::WrongCheckDigit { expected: digit });
        }

        #[test]
        fn whatever_is_typed_is_looked_at_without_falling(text in "\\PC{0,20}") {
            let _ = (check(&text), check_digit(&text));
        }
    }
}
