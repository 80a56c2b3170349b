//! Half-width katakana, the form of `NameKana` (`ｼﾝﾘｮｳ ﾀﾛｳ`; spec/oqs-interface.md §1.4, [A]).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// The full-width twins of U+FF61..=U+FF9F, in that order; the marks ゛ and ゜ close the list.
const FULL: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
const FIRST_HALF: u32 = 0xFF61;

/// What becomes of small kana: some insurers register `ｼﾞﾕﾘ` for ジュリ ([A]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Small {
    /// ｼﾞｭﾘ
    #[default]
    Keep,
    /// ｼﾞﾕﾘ
    Enlarge,
}

/// Katakana and hiragana of any width as half-width katakana, the full-width space and full-width ASCII as their half-width twins.
/// Everything else stays.
pub fn half_width(text: &str, small: Small) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        decompose_canonical(character, |part| out.push(half(part, small)));
    }
    out
}

/// Katakana of any width as hiragana, as slips and appointment lists print it: `ﾏﾄﾞｸﾞﾁ ﾀﾛｳ` is まどぐち たろう. Everything else stays, but for
/// the other half-width forms, which become their full-width twins (NFKC).
pub fn hiragana(text: &str) -> String {
    let low = |c: char| char::from_u32(c as u32 - 0x60).unwrap_or(c);
    text.nfkc().map(|c| if matches!(c, 'ァ'..='ヶ') { low(c) } else { c }).collect()
}

fn half(character: char, small: Small) -> char {
    let katakana = match character {
        'ぁ'..='ゖ' => char::from_u32(character as u32 + 0x60).unwrap_or(character),
        '\u{3099}' => '゛',
        '\u{309A}' => '゜',
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
        'ｧ'..='ｯ' if small == Small::Enlarge => full(character),
        other => other,
    };
    let katakana = match katakana {
        'ヮ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        'ヰ' => 'イ',
        'ヱ' => 'エ',
        other if small == Small::Enlarge => enlarge(other),
        other => other,
    };
    match FULL.chars().position(|full| full == katakana) {
        Some(index) => u32::try_from(index).ok().and_then(|i| char::from_u32(FIRST_HALF + i)).unwrap_or(katakana),
        None => katakana,
    }
}

fn full(half: char) -> char {
    (half as u32).checked_sub(FIRST_HALF).and_then(|i| FULL.chars().nth(i as usize)).unwrap_or(half)
}

fn enlarge(character: char) -> char {
    match character {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' => 'オ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ッ' => 'ツ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_full_width_twins_covers_the_half_width_block_exactly() {
        assert_eq!(FULL.chars().count(), (0xFF9F - FIRST_HALF + 1) as usize);
        assert_eq!(half('゜', Small::Keep), 'ﾟ');
    }

    #[test]
    fn katakana_and_hiragana_with_voicing_marks_become_half_width() {
        assert_eq!(half_width("シンリョウ　タロウ", Small::Keep), "ｼﾝﾘｮｳ ﾀﾛｳ");
        assert_eq!(half_width("がぎぱヴー・１Ａ", Small::Keep), "ｶﾞｷﾞﾊﾟｳﾞｰ･1A");
        assert_eq!(half_width("か\u{3099}", Small::Keep), "ｶﾞ");
    }

    #[test]
    fn katakana_of_any_width_is_read_as_hiragana() {
        assert_eq!(hiragana("ﾏﾄﾞｸﾞﾁ ﾀﾛｳ"), "まどぐち たろう");
        assert_eq!(hiragana("ヴァーヂ・ｼﾞｭﾘｰ"), "ゔぁーぢ・じゅりー");
        assert_eq!(hiragana("スミス JOHN 太郎"), "すみす JOHN 太郎");
    }

    #[test]
    fn small_kana_may_arrive_large() {
        assert_eq!(half_width("ジュリ", Small::Keep), "ｼﾞｭﾘ");
        assert_eq!(half_width("ジュリ", Small::Enlarge), "ｼﾞﾕﾘ");
        assert_eq!(half_width("ｼﾞｭﾘ", Small::Enlarge), "ｼﾞﾕﾘ");
        assert_eq!(half_width("漢字 abc", Small::Enlarge), "漢字 abc");
    }
}
