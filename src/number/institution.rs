//! 医療機関コード.

use std::fmt;

use super::{Checked, check, pair, prefecture, tidy};

/// 点数表番号, the third digit of a 医療機関コード (spec/pmh.md §6.2: 1, 3, 4 [A], others [B]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeeTable {
    /// 1 医科
    Medical,
    /// 3 歯科
    Dental,
    /// 4 調剤 (薬局)
    Pharmacy,
    /// 2 健診等, 6 訪問看護, or a digit that is not known
    Other,
}

/// 医療機関コード: 都道府県2 + 点数表1 + 郡市区2 + 医療機関番号4 + 検証1 (spec/pmh.md §6.2, [A]).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InstitutionCode(String);

impl InstitutionCode {
    /// Takes the code as it was written, blanks around it cut off.
    pub fn new(text: &str) -> Self {
        Self(tidy(text))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is unusual about it. Some old codes in 埼玉, 千葉, 東京 and 神奈川 check only the seven-digit part ([B]); they pass.
    pub fn check(&self) -> Checked {
        let found = match check(&self.0, 10, "10") {
            wrong @ Checked::WrongCheckDigit { .. } if self.is_old_style() => match self.0.get(3..) {
                Some(seven) if check(seven, 7, "7").is_valid() => Checked::Valid,
                _ => wrong,
            },
            other => other,
        };
        match (found, self.prefecture()) {
            (Checked::Valid, Some(code)) if prefecture::name(code).is_none() => Checked::UnknownPrefecture(code),
            _ => found,
        }
    }

    fn is_old_style(&self) -> bool {
        matches!(self.prefecture(), Some(11..=14))
    }

    /// 都道府県番号
    pub fn prefecture(&self) -> Option<u8> {
        pair(&self.0, 0)
    }

    /// 点数表番号: what kind of institution it is.
    pub fn fee_table(&self) -> FeeTable {
        match self.0.as_bytes().get(2) {
            Some(b'1') => FeeTable::Medical,
            Some(b'3') => FeeTable::Dental,
            Some(b'4') => FeeTable::Pharmacy,
            _ => FeeTable::Other,
        }
    }
}

impl fmt::Display for InstitutionCode {
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
    fn the_third_digit_says_what_kind_of_institution_it_is() {
        let kinds = [
            ("1319919997", FeeTable::Medical),
            ("1319920011", FeeTable::Medical),
            ("1339939983", FeeTable::Dental),
            ("1349949980", FeeTable::Pharmacy),
            ("13", FeeTable::Other),
        ];
        for (code, kind) in kinds {
            assert_eq!(InstitutionCode::new(code).fee_table(), kind, "{code}");
        }
        assert_eq!(InstitutionCode::new("3410712362").check(), Checked::Valid, "the official example");
    }

    #[test]
    fn old_codes_of_four_prefectures_check_the_last_seven_digits_only() {
        // Body 991999 asks for 9 where the whole code asks for another digit.
        let seven = with_check_digit("991999").unwrap();
        let old = |prefecture: &str| InstitutionCode::new(&format!("{prefecture}1{seven}")).check();
        assert_eq!(old("13"), Checked::Valid);
        assert!(matches!(old("27"), Checked::WrongCheckDigit { .. }));
    }

    proptest! {
        #[test]
        fn every_body_of_an_existing_prefecture_is_valid(code in 1u8..48, rest in "[134][0-9]{6}") {
            let number = with_check_digit(&format!("{code:02}{rest}")).unwrap();
            prop_assert_eq!(InstitutionCode::new(&number).check(), Checked::Valid);
        }
    }
}
