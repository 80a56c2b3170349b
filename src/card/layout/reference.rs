//! PINs, passwords and 照合番号: where each lies, what it may look like, how often it may be missed (spec/jpki-card.md §2.3–§2.9).

use serde::{Deserialize, Serialize};

use super::{ApplicationKind, common, resident, text, visual};

/// Every reference of every application that VERIFY knows. Applications count on their own: two 照合番号A of one card are two
/// references with two counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinName {
    /// 利用者証明用 PIN, EF 0018 of the 公的個人認証AP
    Authentication,
    /// 署名用パスワード, EF 001B of the 公的個人認証AP
    Signature,
    /// 券面事項入力補助用 PIN, EF 0011
    Text,
    /// EF 0012 of the 券面事項入力補助AP: blocked as issued
    TextBlocked,
    /// 照合番号A, EF 0014 of the 券面事項入力補助AP: the 個人番号
    TextNumberA,
    /// 照合番号B, EF 0015 of the 券面事項入力補助AP: birth date, expiry year, security code
    TextNumberB,
    /// 生年月日, EF 0011 of the 券面事項確認AP
    VisualBirthdate,
    /// 照合番号B, EF 0012 of the 券面事項確認AP
    VisualNumberB,
    /// 照合番号A, EF 0013 of the 券面事項確認AP
    VisualNumberA,
    /// 住民基本台帳用 PIN, EF 001C of the 住基AP
    Resident,
    /// PIN of the 共通カードAP, EF 001C
    Common,
}

/// What values of a reference are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// 0–9
    Digits,
    /// 0–9 and A–Z
    DigitsAndCapitals,
}

/// How a reference is changed once it has been verified (spec/jpki-card.md §2.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// CHANGE REFERENCE DATA, `00 24 01` [A].
    Standard,
    /// `80 32 00` [B].
    Proprietary,
    /// Not at all: it follows from what is printed on the card, or nobody knows it.
    Never,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Its name.
    pub name: PinName,
    /// The application it lies in.
    pub application: ApplicationKind,
    /// Its file there.
    pub file: u16,
    /// Misses that block it, counted down from here; `None` without a limit.
    pub tries: Option<u8>,
    /// Shortest and longest value, in bytes.
    pub length: (usize, usize),
    /// What values are made of.
    pub letters: Letters,
    /// How it is changed.
    pub change: Change,
}

impl Reference {
    /// Is this a length that a value can have?
    pub fn has_length(&self, length: usize) -> bool {
        (self.length.0..=self.length.1).contains(&length)
    }

    /// May a value hold these letters?
    pub fn has_letters(&self, value: &[u8]) -> bool {
        value.iter().all(|byte| match self.letters {
            Letters::Digits => byte.is_ascii_digit(),
            Letters::DigitsAndCapitals => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        })
    }
}

impl PinName {
    /// Every reference there is.
    pub const ALL: [Self; 11] = [
        Self::Authentication,
        Self::Signature,
        Self::Text,
        Self::TextBlocked,
        Self::TextNumberA,
        Self::TextNumberB,
        Self::VisualBirthdate,
        Self::VisualNumberB,
        Self::VisualNumberA,
        Self::Resident,
        Self::Common,
    ];

    /// Its row.
    pub const fn reference(self) -> Reference {
        use ApplicationKind::{Common, Jpki, Resident, Text, Visual};
        use Change::{Never, Proprietary, Standard};
        use Letters::{Digits, DigitsAndCapitals};
        let (application, file, tries, length, letters, change) = match self {
            // Tries: 3 and 5 [A], 10 of each 照合番号 [A], 3 of the 券面事項入力補助用 and the 住民基本台帳用 PIN [A].
            Self::Authentication => (Jpki, super::AUTHENTICATION_PIN, Some(3), (4, 4), Digits, Standard),
            Self::Signature => (Jpki, super::SIGNATURE_PASSWORD, Some(5), (6, 16), DigitsAndCapitals, Standard),
            Self::Text => (Text, text::PIN, Some(3), (4, 4), Digits, Standard),
            // Nobody knows its value; form and tries are those of the PIN beside it [C].
            Self::TextBlocked => (Text, text::BLOCKED, Some(3), (4, 4), Digits, Never),
            Self::TextNumberA => (Text, text::NUMBER_A, Some(10), (12, 12), Digits, Never),
            Self::TextNumberB => (Text, text::NUMBER_B, Some(10), (14, 14), Digits, Never),
            // How often it may be missed is in no source: 10, as the 照合番号 beside it [C].
            Self::VisualBirthdate => (Visual, visual::BIRTHDATE, Some(10), (6, 6), Digits, Never),
            Self::VisualNumberB => (Visual, visual::NUMBER_B, Some(10), (14, 14), Digits, Never),
            Self::VisualNumberA => (Visual, visual::NUMBER_A, Some(10), (12, 12), Digits, Never),
            Self::Resident => (Resident, resident::PIN, Some(3), (4, 4), Digits, Proprietary),
            // People type one 個人番号カード用 PIN for this and the 住基AP's: 3 as there [C].
            Self::Common => (Common, common::PIN, Some(3), (4, 4), Digits, Proprietary),
        };
        Reference { name: self, application, file, tries, length, letters, change }
    }

    /// The private key of the 公的個人認証AP that it opens; the other references open none.
    pub const fn key(self) -> Option<u16> {
        match self {
            Self::Authentication => Some(super::AUTHENTICATION_KEY),
            Self::Signature => Some(super::SIGNATURE_KEY),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reference_lies_in_a_file_of_its_own_and_has_a_name_of_its_own() {
        let places: BTreeSet<_> = PinName::ALL.map(|pin| (pin.reference().application, pin.reference().file)).into();
        assert_eq!(places.len(), PinName::ALL.len());
        let names: BTreeSet<String> = PinName::ALL.iter().map(|pin| serde_json::to_string(pin).unwrap()).collect();
        assert_eq!(names.len(), PinName::ALL.len());
        assert!(names.contains(r#""authentication""#) && names.contains(r#""text-number-a""#));
    }

    #[test]
    fn a_value_has_the_length_and_the_letters_of_its_reference() {
        let password = PinName::Signature.reference();
        assert!(
            password.has_length(6) && password.has_length(16) && !password.has_length(5) && !password.has_length(17)
        );
        assert!(password.has_letters(b"ABC123") && !password.has_letters(b"abc123"));
        assert!(!PinName::Text.reference().has_letters(b"12A4"));
    }
}
