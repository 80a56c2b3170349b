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

/// Many secrets one behind the other in one piece of memory: by the million, each apart would take three times as much.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub struct Secrets {
    text: String,
    /// Where each begins, and how long it is.
    spans: Vec<(u32, u32)>,
}

impl Secrets {
    /// Puts one at this place. Places before it that have none yet have an empty one.
    pub fn put(&mut self, place: usize, text: &str) {
        if self.spans.len() <= place {
            self.spans.resize(place + 1, (0, 0));
        }
        if let Some(span) = self.spans.get_mut(place) {
            // Four gigabytes of names are not gathered: what is too much for a span is a body that was refused before.
            *span = (self.text.len() as u32, text.len() as u32);
            self.text.push_str(text);
        }
    }

    /// The one at this place; empty where there is none.
    pub fn reveal(&self, place: usize) -> &str {
        let span = self.spans.get(place).map(|(start, length)| *start as usize..*start as usize + *length as usize);
        span.and_then(|span| self.text.get(span)).unwrap_or_default()
    }

    /// All places, in the order of what is there; of equals the earlier place first.
    pub fn in_order(&self) -> Vec<u32> {
        // How each begins lies beside its place: few have to be looked up where they are.
        let mut begun: Vec<([u8; 8], u32)> = (0..self.spans.len() as u32).map(|at| (self.begins(at), at)).collect();
        let whole = |at: u32| (self.reveal(at as usize), at);
        begun.sort_unstable_by(|(one, at), (other, to)| one.cmp(other).then_with(|| whole(*at).cmp(&whole(*to))));
        begun.into_iter().map(|(_, at)| at).collect()
    }

    /// The first bytes of it, and zeros behind its end.
    fn begins(&self, at: u32) -> [u8; 8] {
        let mut first = [0; 8];
        first.iter_mut().zip(self.reveal(at as usize).bytes()).for_each(|(into, byte)| *into = byte);
        first
    }
}

impl fmt::Debug for Secrets {
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

    #[test]
    fn secrets_by_the_million_are_found_at_their_places_and_in_their_order_and_print_as_dots() {
        let mut many = Secrets::default();
        for (place, text) in [(0, "30"), (3, "20"), (1, "10"), (0, "2"), (4, "10")] {
            many.put(place, text);
        }
        assert_eq!([0, 1, 2, 3, 4, 5].map(|place| many.reveal(place)), ["2", "10", "", "20", "10", ""]);
        assert_eq!(many.in_order(), [2, 1, 4, 0, 3]);
        assert_eq!(format!("{many:?}"), MASK);
    }
}
