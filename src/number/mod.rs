//! The numbers of Japanese health insurance, with their check digits (spec/pmh.md §6).
//!
//! | type | Japanese | digits |
//! |---|---|---|
//! | [`InsurerNumber`] | 保険者番号 | 8, or 6 for 国保 (padded to 8 by blanks or zeros) |
//! | [`PublicExpenseNumber`] | 公費負担者番号 | 8 |
//! | [`RecipientNumber`] | 受給者番号 | 7 (national schemes), free form up to 30 (local ones) |
//! | [`InstitutionCode`] | 医療機関コード | 10 |
//! | [`my_number`] | 個人番号 | 12 |
//!
//! Nothing is refused here. The field's real numbers break the rules now and then (one in twenty of a published list fails its
//! check digit, and so do the samples of the official API document), so a number is kept as it was written and
//! [`Checked`] says what is unusual about it.

mod institution;
mod insurer;
pub mod law;
pub mod my_number;
pub mod prefecture;
mod public_expense;
mod recipient;

use std::fmt;

pub use institution::{FeeTable, InstitutionCode};
pub use insurer::InsurerNumber;
pub use public_expense::PublicExpenseNumber;
pub use recipient::RecipientNumber;

/// What a look at a number found. Everything but [`Checked::Valid`] is a reason to warn, never to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Right length, digits only, right check digit, known prefecture.
    Valid,
    /// The last digit is not the one that the others ask for.
    WrongCheckDigit {
        /// The digit that would be right.
        expected: u8,
    },
    /// Too short or too long.
    WrongLength {
        /// The rule, as words for people: `8`, `6 / 8`.
        expected: &'static str,
        /// How many characters there are.
        found: usize,
    },
    /// Something else than the digits 0 to 9.
    NotDigits,
    /// 都道府県番号 outside 01–47 and 51–97.
    UnknownPrefecture(u8),
    /// 法別番号 of an insurer (39, 67 …) where a public expense belongs.
    InsurersLaw(u8),
}

impl Checked {
    /// Whether there is nothing to report.
    pub fn is_valid(self) -> bool {
        self == Self::Valid
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => write!(f, "正しい / valid"),
            Self::WrongCheckDigit { expected } => {
                write!(f, "検証番号が違います（正しくは {expected}） / wrong check digit, {expected} would be right")
            }
            Self::WrongLength { expected, found } => {
                write!(f, "桁数が違います（{expected} 桁のところ {found} 桁） / {found} digits where {expected} belong")
            }
            Self::NotDigits => write!(f, "数字以外の文字があります / not digits only"),
            Self::UnknownPrefecture(code) => {
                write!(f, "都道府県番号 {code:02} はありません / no prefecture has the number {code:02}")
            }
            Self::InsurersLaw(code) => write!(
                f,
                "法別番号 {code:02} は保険者のもので公費ではありません / {code:02} belongs to an insurer, not to a public expense"
            ),
        }
    }
}

/// The check digit of 保険者番号, 公費負担者番号, 受給者番号 and 医療機関コード: from the right-most digit of the body, times
/// 2, 1, 2, 1 …, the digits of each product added; what is missing to the next ten (spec/pmh.md §6.1, [A]).
///
/// `None` when the body holds anything but digits.
pub fn check_digit(body: &str) -> Option<u8> {
    let digits = digits_of(body)?;
    let sum: u32 = digits
        .rev()
        .zip([2u32, 1].into_iter().cycle())
        .map(|(digit, weight)| {
            let product = u32::from(digit) * weight;
            product / 10 + product % 10
        })
        .sum();
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// `body` with its check digit behind it; `None` when the body holds anything but digits.
pub fn with_check_digit(body: &str) -> Option<String> {
    check_digit(body).map(|digit| format!("{body}{digit}"))
}

/// The values of the digits, or `None` when there is another character or nothing at all.
fn digits_of(text: &str) -> Option<impl DoubleEndedIterator<Item = u8> + ExactSizeIterator> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.bytes().map(|byte| byte - b'0'))
}

/// Blanks around cut off, full-width digits made half-width: the same number, whoever typed it.
fn tidy(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_owned();
    }
    text.trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// Length, digits and check digit of a number whose last digit checks the rest.
fn check(text: &str, length: usize, length_words: &'static str) -> Checked {
    if digits_of(text).is_none() && !text.is_empty() {
        return Checked::NotDigits;
    }
    if text.len() != length {
        return Checked::WrongLength { expected: length_words, found: text.len() };
    }
    let (body, last) = text.split_at(length - 1);
    match check_digit(body) {
        Some(expected) if last.parse() == Ok(expected) => Checked::Valid,
        Some(expected) => Checked::WrongCheckDigit { expected },
        None => Checked::NotDigits,
    }
}

/// Two digits at `at`, where the text has them.
fn pair(text: &str, at: usize) -> Option<u8> {
    let two = text.get(at..at + 2)?;
    digits_of(two).and_then(|_| two.parse().ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_worked_examples_of_the_rule_come_out() {
        for (body, digit) in [("0613048", 8), ("8113624", 4), ("5401602", 7), ("341071236", 2), ("123456", 6)] {
            assert_eq!(check_digit(body), Some(digit), "{body}");
        }
    }

    #[test]
    fn numbers_in_use_pass_and_the_irregular_one_does_not() {
        let in_use = [
            "81136244", "81137242", "88138243", "88131248", "89131247", "52138013", "52137015", "38136016", "38136024",
            "51136018", "51137016", "82138009", "82134008", "82137001", "82137555", "82137670", "82137530", "87136008",
            "83136010", "93137008",
        ];
        for number in in_use {
            assert_eq!(check(number, 8, "8"), Checked::Valid, "{number}");
        }
        assert_eq!(check("83133007", 8, "8"), Checked::WrongCheckDigit { expected: 9 });
    }

    proptest! {
        #[test]
        fn any_body_with_its_digit_passes_and_with_any_other_digit_fails(body in "[0-9]{1,12}", other in 1u8..10) {
            let digit = check_digit(&body).unwrap();
            let whole = with_check_digit(&body).unwrap();
            prop_assert_eq!(check(&whole, body.len() + 1, "n"), Checked::Valid);
            let wrong = format!("{body}{}", (digit + other) % 10);
            prop_assert_eq!(check(&wrong, body.len() + 1, "n"), Checked::WrongCheckDigit { expected: digit });
        }

        #[test]
        fn leading_zeros_do_not_change_the_digit(body in "[0-9]{1,9}", zeros in 0usize..4) {
            prop_assert_eq!(check_digit(&format!("{}{body}", "0".repeat(zeros))), check_digit(&body));
        }

        #[test]
        fn a_single_mistyped_digit_never_passes(body in "[0-9]{7}", at in 0usize..7, by in 1u8..10) {
            let whole = with_check_digit(&body).unwrap();
            let mut bytes = whole.into_bytes();
            bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
            prop_assert!(!check(std::str::from_utf8(&bytes).unwrap(), 8, "8").is_valid());
        }

        #[test]
        fn whatever_is_typed_is_looked_at_without_falling(text in "\\PC{0,40}") {
            let _ = (check(&text, 8, "8"), tidy(&text), pair(&text, 2), check_digit(&text));
        }
    }
}
