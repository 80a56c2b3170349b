//! 保険者番号.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::{Checked, check, pair, prefecture, tidy};

/// 保険者番号: 法別2 + 都道府県2 + 保険者別3 + 検証1, or for 国保 都道府県2 + 市町村3 + 検証1 (spec/pmh.md §6.2, [A]).
///
/// The terminal pads the six digits of 国保 to eight with blanks, other programs with zeros; all three spellings are equal.
#[derive(Debug, Clone)]
pub struct InsurerNumber {
    written: String,
    canonical: String,
}

impl InsurerNumber {
    /// Takes the number as it was written.
    pub fn new(text: &str) -> Self {
        let tidy = tidy(text);
        let all_digits = tidy.bytes().all(|byte| byte.is_ascii_digit());
        // 法別番号 00 does not exist: an eight-digit number that begins so is a 国保 number with zeros before it.
        let canonical = match tidy.strip_prefix("00") {
            Some(six) if all_digits && tidy.len() == 8 => six.to_owned(),
            _ => tidy,
        };
        Self { written: text.to_owned(), canonical }
    }

    /// Exactly what was given to [`InsurerNumber::new`].
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// Six or eight digits without padding.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Eight characters, blanks before a six-digit number, as the terminal writes it.
    pub fn padded(&self) -> String {
        format!("{:>8}", self.canonical)
    }

    /// What is unusual about it.
    pub fn check(&self) -> Checked {
        let length = if self.canonical.len() == 6 { 6 } else { 8 };
        match (check(&self.canonical, length, "6 / 8"), self.prefecture()) {
            (Checked::Valid, Some(code)) if prefecture::name(code).is_none() => Checked::UnknownPrefecture(code),
            (found, _) => found,
        }
    }

    /// 国保 of a municipality: six digits, no 法別番号.
    pub fn is_national_health_insurance(&self) -> bool {
        self.canonical.len() == 6
    }

    /// 法別番号; none for 国保.
    pub fn law(&self) -> Option<u8> {
        if self.is_national_health_insurance() { None } else { pair(&self.canonical, 0) }
    }

    /// 都道府県番号
    pub fn prefecture(&self) -> Option<u8> {
        pair(&self.canonical, if self.is_national_health_insurance() { 0 } else { 2 })
    }
}

impl PartialEq for InsurerNumber {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for InsurerNumber {}

impl Hash for InsurerNumber {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

impl fmt::Display for InsurerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.canonical)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::number::with_check_digit;

    #[test]
    fn padding_by_blanks_or_zeros_is_the_same_number() {
        let plain = InsurerNumber::new("139998");
        for padded in ["  139998", "00139998", "139998  ", "１３９９９８"] {
            assert_eq!(InsurerNumber::new(padded), plain, "{padded}");
            assert_eq!(InsurerNumber::new(padded).check(), Checked::Valid, "{padded}");
            assert_eq!(InsurerNumber::new(padded).padded(), "  139998");
        }
        assert_ne!(InsurerNumber::new("06139992"), plain);
    }

    #[test]
    fn the_parts_are_where_the_structure_says() {
        let society = InsurerNumber::new("06139992");
        assert_eq!((society.law(), society.prefecture()), (Some(6), Some(13)));
        let city = InsurerNumber::new("  139998");
        assert_eq!((city.law(), city.prefecture()), (None, Some(13)));
    }

    #[test]
    fn unusual_numbers_are_kept_and_named() {
        assert_eq!(InsurerNumber::new("06139993").check(), Checked::WrongCheckDigit { expected: 2 });
        assert_eq!(InsurerNumber::new("0613999").check(), Checked::WrongLength { expected: "6 / 8", found: 7 });
        assert_eq!(InsurerNumber::new("").check(), Checked::WrongLength { expected: "6 / 8", found: 0 });
        assert_eq!(InsurerNumber::new("0613999X").check(), Checked::NotDigits);
        assert_eq!(InsurerNumber::new("0613999X").as_written(), "0613999X");
        let nowhere = with_check_digit("0648999").unwrap();
        assert_eq!(InsurerNumber::new(&nowhere).check(), Checked::UnknownPrefecture(48));
    }

    proptest! {
        #[test]
        fn every_body_of_an_existing_prefecture_is_valid(law in 1u8..99, prefecture in 1u8..48, rest in 0u16..1000) {
            let eight = with_check_digit(&format!("{law:02}{prefecture:02}{rest:03}")).unwrap();
            prop_assert_eq!(InsurerNumber::new(&eight).check(), Checked::Valid);
            let six = with_check_digit(&format!("{prefecture:02}{rest:03}")).unwrap();
            prop_assert_eq!(InsurerNumber::new(&six).check(), Checked::Valid);
            prop_assert_eq!(InsurerNumber::new(&format!("00{six}")), InsurerNumber::new(&six));
        }

        #[test]
        fn any_text_is_kept_as_written(text in "\\PC{0,20}") {
            let number = InsurerNumber::new(&text);
            let _ = (number.check(), number.law(), number.prefecture(), number.padded());
            prop_assert_eq!(number.as_written(), text);
        }
    }
}
