//! The form in which 記号, 番号 and names are compared.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// NFKC, hyphens and dashes of every shape as `-`, no blanks: `１２ー３`-like spellings of one 記号 become equal.
pub fn comparison_key(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).map(|c| if is_dash(c) { '-' } else { c }).collect()
}

/// The form in which 保険者番号, 記号, 番号 and 枝番 are compared (decisions.md §4): NFKC, without blanks at either end and without the
/// zeros that pad a number. A value of zeros only stays one zero, so that it is not taken for a missing one.
pub fn number_key(text: &str) -> Cow<'_, str> {
    // ASCII is its own normal form, and most numbers are that already.
    if text.is_ascii() {
        without_padding(text).into()
    } else {
        without_padding(&text.nfkc().collect::<String>()).to_owned().into()
    }
}

fn without_padding(text: &str) -> &str {
    let trimmed = text.trim();
    let short = trimmed.trim_start_matches('0');
    if short.is_empty() && !trimmed.is_empty() { "0" } else { short }
}

fn is_dash(character: char) -> bool {
    matches!(character, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' | '\u{2500}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_blanks_and_dashes_do_not_make_two_symbols_differ() {
        assert_eq!(comparison_key("　ＡＢ−１２ "), comparison_key("AB－12"));
        assert_eq!(comparison_key("ｶﾞ"), comparison_key("ガ"));
        assert_ne!(comparison_key("AB12"), comparison_key("AB-12"));
        assert_ne!(comparison_key("コー"), comparison_key("コ-"), "the long vowel mark is a letter");
    }
}
