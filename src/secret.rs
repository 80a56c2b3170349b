//! Secrets are masked by their type: Debug and Display print dots, the memory is cleared on drop, and whoever needs the value
//! has to say so with [`Secret::reveal`]. Logs, traces and journals can therefore print any structure without a filter.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// What is printed in place of a secret, whatever its length.
pub const MASK: &str = "••••";

/// Text that must not be seen: a PIN, a 個人番号, a PMH-ID, a PMH連携キー.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes the text in; the caller's copy is the caller's to clear.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    /// The value itself. Every call is a place where it can leak: keep them few.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Declares a named secret: same masking, its own type, so that a PIN cannot be handed in where a 個人番号 is wanted.
macro_rules! secret_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Secret);

        impl $name {
            /// Takes the text in unchecked; parsing belongs to the room that knows the form.
            pub fn new(text: impl Into<String>) -> Self {
                Self(Secret::new(text))
            }
            /// The value itself. Every call is a place where it can leak: keep them few.
            pub fn reveal(&self) -> &str {
                self.0.reveal()
            }
        }

        // Secrets come in as text and never go out again: there is no Serialize.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                String::deserialize(input).map(Self::new)
            }
        }
    };
}

secret_type! {
    /// 暗証番号 or 署名用パスワード as typed.
    Pin
}
secret_type! {
    /// 個人番号, twelve digits. Known to the municipality, PMH and 中間サーバー only (spec/pmh.md §4.1, [A]).
    MyNumber
}
secret_type! {
    /// PMH-ID. Never reaches a clinic (spec/pmh.md §4.1, [A]).
    PmhId
}
secret_type! {
    /// PMH連携キー: the PMH-ID encrypted for one inquiry, destroyed after use (spec/pmh.md §4.1, [A]).
    LinkageKey
}

secret_type! {
    /// 紐付番号: one insured person between 中間サーバー and オンライン資格確認 (spec/pmh.md §4.1, [A]).
    LinkingNumber
}

secret_type! {
    /// 住民票コード. Known to J-LIS and the municipality (spec/pmh.md §4.1, [A]).
    ResidentCode
}

secret_type! {
    /// 機関別符号: a person as one institution alone knows them in the 情報提供ネットワーク (spec/pmh.md §4.1, [A]).
    InstitutionalCode
}

secret_type! {
    /// トークン by which a municipality registers at PMH (spec/pmh.md §2.4, [A]).
    BearerToken
}

secret_type! {
    /// Password of sealed files (spec/oqs-interface.md §5.5).
    ZipPassword
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_dots_wherever_it_is_printed() {
        let pin = Pin::new("1234");
        let shown = format!("{pin:?} {:?} {}", Some(&pin), Secret::new("1234"));
        assert!(!shown.contains("1234"), "{shown}");
        assert_eq!(pin.reveal(), "1234");
    }
}
