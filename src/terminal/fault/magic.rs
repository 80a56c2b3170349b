//! Magic values: marks by which a レセコン asks for a fault in one request of its own, without a line of new code. Pure.
//!
//! ```text
//! OQSsiquc01req_202611210001MDG21.xml                     at the end of the free part of the name
//! <ArbitraryFileIdentifier>20261121093000MDG21            at the end of the identifier
//! <InsuredIdentificationNumber>1239999219999              at the end of the 番号, digits alone; MDG21 as well
//! ```
//!
//! Marks are read only where the settings allow them (`[faults] magic`): a request that was meant must never fail by accident. Several
//! stand one behind the other. A mark is no part of the 番号: the centre is asked for the number before it.

use unicode_normalization::UnicodeNormalization;

use super::{content, delivery};
use crate::knob::Knob;
use crate::wire::{outage, steering};

/// Before the code in texts.
const LETTERS: &str = "MDG";
/// Around the code where only digits can be typed.
const NINES: &str = "9999";
/// Digits of a code.
const CODE: usize = 2;

/// Which code asks for what: 0x the centre's answer, 1x what a file says, 2x how it comes, 3x the line and the machine.
pub static TABLE: [(&str, &Knob); 28] = [
    ("02", &steering::VALIDITY_2),
    ("03", &steering::VALIDITY_3),
    ("04", &steering::VALIDITY_4),
    ("09", &steering::SEGMENT_9),
    ("10", &content::OTHER_ENCODING),
    ("11", &content::BOM),
    ("12", &content::SHUFFLED),
    ("13", &content::UNKNOWN_ELEMENT),
    ("14", &content::EMPTY_ELEMENT),
    ("15", &content::FUTURE_LAYOUT),
    ("16", &content::NAMESPACE),
    ("17", &content::OTHER_IDENTIFIER),
    ("20", &delivery::LATE),
    ("21", &delivery::NEVER),
    ("22", &delivery::TORN),
    ("23", &delivery::SLOW),
    ("24", &delivery::LOCKED),
    ("25", &delivery::DUPLICATE),
    ("26", &delivery::REORDERED),
    ("27", &delivery::ORPHAN),
    ("28", &delivery::RENAMED_WITHIN),
    ("29", &delivery::HALF_SEALED),
    ("30", &outage::DOWN),
    ("31", &outage::SLOW),
    ("32", &outage::PROBLEM),
    ("33", &outage::WRONG_CERTIFICATE),
    ("34", &delivery::DISK_FULL),
    ("35", &delivery::RESTART),
];

/// The code that asks for `knob`, if one does.
pub fn code_of(knob: &Knob) -> Option<&'static str> {
    TABLE.iter().find(|(_, known)| known.name == knob.name).map(|(code, _)| *code)
}

/// What stands at the end of a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Codes, the first of the text first; known or not.
    pub codes: Vec<String>,
    /// So many characters of the value stand before them.
    pub before: usize,
}

impl Marks {
    /// Marks at the end of a text: of a free part, of an identifier. Letters of either case, Windows does not tell them apart.
    pub fn of_text(text: &str) -> Self {
        Self::of(text, &[LETTERS])
    }

    /// Marks at the end of a 番号, in full-width characters or not.
    pub fn of_number(number: &str) -> Self {
        Self::of(number, &[LETTERS, NINES])
    }

    fn of(text: &str, signs: &[&str]) -> Self {
        // A full-width character is one letter as well: the count of what stands before holds for both.
        let folded: Vec<char> = text.chars().map(fold).collect();
        let mut marks = Self { codes: Vec::new(), before: folded.len() };
        while let Some((code, before)) =
            folded.get(..marks.before).and_then(|rest| signs.iter().find_map(|sign| last_mark(rest, sign)))
        {
            marks.codes.insert(0, code);
            marks.before = before;
        }
        marks
    }

    /// Their faults, and the codes that are none.
    pub fn meant(&self) -> (Vec<&'static Knob>, Vec<&str>) {
        let mut knobs = Vec::new();
        let mut unknown = Vec::new();
        for code in &self.codes {
            match TABLE.iter().find(|(known, _)| known == code) {
                Some((_, knob)) => knobs.push(*knob),
                None => unknown.push(code.as_str()),
            }
        }
        (knobs, unknown)
    }
}

/// One character as it is compared; what folds to several stays as it is.
fn fold(letter: char) -> char {
    let mut folded = std::iter::once(letter).nfkc();
    match (folded.next(), folded.next()) {
        (Some(one), None) => one.to_ascii_uppercase(),
        _ => letter,
    }
}

/// The mark at the end of `text` that begins with `sign`: its code, and how much stands before it. Digits end as they begin, so that a
/// long number has none by chance.
fn last_mark(text: &[char], sign: &str) -> Option<(String, usize)> {
    let sign: Vec<char> = sign.chars().collect();
    let is_digits = sign.iter().all(char::is_ascii_digit);
    let rest = if is_digits { text.strip_suffix(sign.as_slice())? } else { text };
    let (rest, code) = rest.split_at_checked(rest.len().checked_sub(CODE)?)?;
    let before = rest.strip_suffix(sign.as_slice())?;
    code.iter().all(char::is_ascii_digit).then(|| (code.iter().collect(), before.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> (Vec<String>, usize) {
        let Marks { codes, before } = Marks::of_text(text);
        (codes, before)
    }

    #[test]
    fn marks_stand_at_the_end_one_behind_the_other_and_nowhere_else() {
        let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        assert_eq!(text("202611210001MDG21"), (codes(&["21"]), 12));
        assert_eq!(text("202611210001mdg24MDG11"), (codes(&["24", "11"]), 12));
        assert_eq!(text("MDG21"), (codes(&["21"]), 0));
        for none in ["", "MDG", "MDG2", "MDG21a", "MDG212", "202611210001", "9999219999", "MDGＸＹ"] {
            assert_eq!(text(none), (codes(&[]), none.chars().count()), "{none}");
        }
        let number = |number: &str| Marks::of_number(number);
        assert_eq!(number("1239999219999"), Marks { codes: codes(&["21"]), before: 3 });
        assert_eq!(number("１２３９９９９２１９９９９"), Marks { codes: codes(&["21"]), before: 3 });
        assert_eq!(number("１２３ＭＤＧ２１"), Marks { codes: codes(&["21"]), before: 3 });
        assert_eq!(number("12399992199"), Marks { codes: codes(&[]), before: 11 });
    }

    #[test]
    fn every_code_is_two_digits_and_stands_once_and_a_code_that_is_none_is_told() {
        for (code, knob) in TABLE {
            assert!(code.len() == CODE && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
            assert_eq!(TABLE.iter().filter(|(other, _)| *other == code).count(), 1, "{code}");
            assert_eq!(code_of(knob), Some(code), "{}: one code each", knob.name);
        }
        let marks = Marks { codes: vec!["21".into(), "99".into()], before: 0 };
        let (knobs, unknown) = marks.meant();
        assert_eq!((knobs.len(), knobs[0].name, unknown), (1, "file-never", vec!["99"]));
    }

    proptest! {
        #[test]
        fn any_value_is_its_beginning_and_its_marks_and_no_ordinary_one_has_any(
            any in "\\PC{0,30}",
            plain in "[0-9]{0,9}",
            marks in prop::collection::vec(0..100_u32, 0..4),
        ) {
            prop_assert!(Marks::of_number(&any).before <= any.chars().count());
            prop_assert_eq!(Marks::of_number(&plain).codes.len(), 0, "nine digits are too few for a mark");
            let marked: String = marks.iter().map(|code| format!("MDG{code:02}")).collect();
            let read = Marks::of_number(&format!("{plain}{marked}"));
            let wanted: Vec<String> = marks.iter().map(|code| format!("{code:02}")).collect();
            prop_assert_eq!(read, Marks { codes: wanted, before: plain.len() });
        }
    }
}
