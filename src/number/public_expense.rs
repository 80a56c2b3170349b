//! 公費負担者番号.

use std::fmt;

use super::law::{self, Law};
use super::{Checked, check, pair, prefecture, tidy};

/// 公費負担者番号: 法別2 + 都道府県2 + 実施機関3 + 検証1 (spec/pmh.md §6.2, [A]).
///
/// The number alone does not determine what the patient pays: the same number can stand for several rules (§7).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicExpenseNumber(String);

impl PublicExpenseNumber {
    /// Takes the number as it was written, blanks around it cut off.
    pub fn new(text: &str) -> Self {
        Self(tidy(text))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is unusual about it.
    pub fn check(&self) -> Checked {
        match check(&self.0, 8, "8") {
            Checked::Valid => {}
            found => return found,
        }
        match (self.law_number(), self.prefecture()) {
            (Some(number), _) if law::is_insurer(number) => Checked::InsurersLaw(number),
            (_, Some(code)) if prefecture::name(code).is_none() => Checked::UnknownPrefecture(code),
            _ => Checked::Valid,
        }
    }

    /// 法別番号
    pub fn law_number(&self) -> Option<u8> {
        pair(&self.0, 0)
    }

    /// The national scheme behind the 法別番号; none for local schemes (地方単独).
    pub fn law(&self) -> Option<&'static Law> {
        self.law_number().and_then(law::public_expense)
    }

    /// 都道府県番号
    pub fn prefecture(&self) -> Option<u8> {
        pair(&self.0, 2)
    }

    /// Place in the order of application (第1公費 first): smaller goes first, local schemes after all national ones.
    pub fn priority(&self) -> u8 {
        self.law().map_or(law::LOCAL_PRIORITY, |law| law.priority)
    }
}

impl fmt::Display for PublicExpenseNumber {
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
    fn the_synthetic_numbers_of_the_specification_are_valid() {
        let ready = [
            "10139996", "11139995", "15139991", "16139990", "21139993", "23139991", "38139994", "51139996", "52139995",
            "54139993", "80139991", "81139990", "82139999", "83139998", "88139993", "89139992", "41139999", "43139997",
        ];
        for number in ready {
            assert_eq!(PublicExpenseNumber::new(number).check(), Checked::Valid, "{number}");
        }
    }

    #[test]
    fn the_sample_of_the_official_api_document_fails_its_check_digit_and_is_kept() {
        let sample = PublicExpenseNumber::new("87654321");
        assert!(matches!(sample.check(), Checked::WrongCheckDigit { .. }));
        assert_eq!(sample.as_str(), "87654321");
    }

    #[test]
    fn an_insurers_law_number_is_named() {
        for number in ["39139993", "67139998"] {
            assert!(matches!(PublicExpenseNumber::new(number).check(), Checked::InsurersLaw(_)), "{number}");
        }
    }

    #[test]
    fn schemes_apply_in_the_published_order_and_local_ones_last() {
        let mut numbers: Vec<_> =
            ["80139991", "54139993", "21139993", "12139990"].iter().map(|n| PublicExpenseNumber::new(n)).collect();
        numbers.sort_by_key(PublicExpenseNumber::priority);
        let order: Vec<_> = numbers.iter().filter_map(PublicExpenseNumber::law_number).collect();
        assert_eq!(order, [21, 54, 12, 80]);
    }

    proptest! {
        #[test]
        fn the_reserve_set_of_prefecture_numbers_is_valid_too(scheme in 80u8..90, code in 51u8..=97, rest in 0u16..1000) {
            let number = with_check_digit(&format!("{scheme}{code}{rest:03}")).unwrap();
            prop_assert_eq!(PublicExpenseNumber::new(&number).check(), Checked::Valid);
        }
    }
}
