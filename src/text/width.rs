//! Columns on a terminal: full-width characters take two.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that `text` takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// `text` followed by blanks up to `columns` columns; longer text stays whole.
pub fn pad(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(self::columns(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// The start of `text` that fits `columns` columns, with … where something was cut.
pub fn cut(text: &str, columns: usize) -> String {
    if self::columns(text) <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let kept = text.chars().take_while(|c| match left.checked_sub(c.width().unwrap_or(0)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    });
    kept.chain(std::iter::once('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_characters_count_twice_and_half_width_kana_once() {
        assert_eq!(columns("氏名ab"), 6);
        assert_eq!(columns("ｼﾝ"), 2);
        assert_eq!(pad("氏名", 6), "氏名  ");
        assert_eq!(cut("保険者番号", 5), "保険…");
        assert_eq!(cut("abc", 3), "abc");
    }
}
