//! Text by its width on the screen, not by its number of characters.
//!
//! A full-width character takes two cells and is never cut in half; a half-width ﾞ takes a cell of its own although Unicode joins it
//! to the letter before it. The pen places text by these same measures, so columns stay where they are.

use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

/// Stands where text was cut. Two ASCII cells, because `…` is one cell wide here and two there.
pub const CUT: &str = "..";

/// Cells that `text` takes.
pub fn width(text: &str) -> usize {
    pieces(text).iter().map(|(_, w)| w).sum()
}

/// `text` in at most `cells` cells; what does not fit ends in [`CUT`].
pub fn cut(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return clean(text);
    }
    let room = cells.saturating_sub(CUT.len());
    let mut out = head(text, room);
    out.push_str(&CUT[..cells.min(CUT.len())]);
    out
}

/// `text` in at most `cells` cells, cut in the middle: long names of files and elements differ at their ends.
pub fn cut_middle(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return clean(text);
    }
    let room = cells.saturating_sub(CUT.len());
    let front = head(text, room / 2);
    let back = tail(text, room - width(&front));
    format!("{front}{}{back}", &CUT[..cells.min(CUT.len())])
}

/// `text` in exactly `cells` cells: cut, or filled with blanks on the right.
pub fn pad(text: &str, cells: usize) -> String {
    fill(cut(text, cells), cells)
}

/// As [`pad`], cut in the middle.
pub fn pad_middle(text: &str, cells: usize) -> String {
    fill(cut_middle(text, cells), cells)
}

/// `text` in exactly `cells` cells, at the right end.
pub fn pad_left(text: &str, cells: usize) -> String {
    let text = cut(text, cells);
    format!("{}{text}", " ".repeat(cells.saturating_sub(width(&text))))
}

/// `text` broken into rows of at most `cells` cells: at blanks where there are any, between characters where there are none, as
/// Japanese is.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for line in text.lines() {
        wrap_line(line, cells, &mut rows);
    }
    rows
}

fn wrap_line(line: &str, cells: usize, rows: &mut Vec<String>) {
    if cells == 0 {
        return;
    }
    let mut row = String::new();
    let mut used = 0;
    for (piece, wide) in pieces(line) {
        if used + wide > cells {
            let rest = row.rfind(' ').filter(|at| !row[..*at].trim().is_empty()).map(|at| row.split_off(at));
            rows.push(std::mem::take(&mut row).trim_end().to_owned());
            row.push_str(rest.as_deref().unwrap_or_default().trim_start());
            used = width(&row);
        }
        if used + wide <= cells && !(row.is_empty() && piece == " " && !rows.is_empty()) {
            row.push_str(&piece);
            used += wide;
        }
    }
    rows.push(row.trim_end().to_owned());
}

fn fill(text: String, cells: usize) -> String {
    let blanks = cells.saturating_sub(width(&text));
    text + &" ".repeat(blanks)
}

fn clean(text: &str) -> String {
    pieces(text).into_iter().map(|(piece, _)| piece).collect()
}

fn head(text: &str, cells: usize) -> String {
    take(pieces(text).into_iter(), cells).concat()
}

fn tail(text: &str, cells: usize) -> String {
    let mut back = take(pieces(text).into_iter().rev(), cells);
    back.reverse();
    back.concat()
}

fn take(pieces: impl Iterator<Item = (String, usize)>, cells: usize) -> Vec<String> {
    let mut used = 0;
    pieces
        .map_while(|(piece, wide)| {
            used += wide;
            (used <= cells).then_some(piece)
        })
        .collect()
}

/// The characters as a reader sees them, each with its cells. What takes no cell (control characters, zero-width blanks) drops out.
pub fn pieces(text: &str) -> Vec<(String, usize)> {
    Span::raw(text)
        .styled_graphemes(Style::new())
        .map(|g| (g.symbol.to_owned(), cells(g.symbol)))
        .filter(|(_, cells)| *cells > 0)
        .collect()
}

/// Cells of one character. The voiced marks are counted here, one cell each as terminals draw them, because libraries disagree: some
/// versions of unicode-width say 0, some 1, and ratatui adds one in any case.
fn cells(character: &str) -> usize {
    if !has_sound_mark(character) {
        return character.width();
    }
    let rest: String = character.chars().filter(|c| !SOUND_MARKS.contains(c)).collect();
    rest.width() + character.chars().filter(|c| SOUND_MARKS.contains(c)).count()
}

/// Half-width ﾞ and ﾟ.
const SOUND_MARKS: [char; 2] = ['\u{ff9e}', '\u{ff9f}'];

/// Does a character's width have to be told to the buffer?
pub fn has_sound_mark(character: &str) -> bool {
    character.contains(SOUND_MARKS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_width_character_is_never_cut_in_half() {
        assert_eq!(cut("顔認証付き", 7), "顔認..");
        assert_eq!(cut("顔認証付き", 6), "顔認..");
        assert_eq!(pad("顔認証付き", 7), "顔認.. ");
        assert_eq!(cut("顔", 1), ".");
        assert_eq!(cut("顔認証", 6), "顔認証");
    }

    #[test]
    fn a_half_width_voiced_mark_takes_a_cell_of_its_own() {
        assert_eq!(width("ｶﾞ"), 2);
        assert_eq!(pad("ﾔﾏﾀﾞ", 6), "ﾔﾏﾀﾞ  ");
    }

    #[test]
    fn the_middle_goes_so_that_both_ends_can_be_told_apart() {
        assert_eq!(cut_middle("OQSsiquc01res_20260929160112.xml", 20), "OQSsiquc0..60112.xml");
    }

    #[test]
    fn japanese_breaks_anywhere_and_english_at_blanks() {
        assert_eq!(wrap("本人確認方法を選ぶ", 8), ["本人確認", "方法を選", "ぶ"]);
        assert_eq!(wrap("Please choose a way", 10), ["Please", "choose a", "way"]);
        assert_eq!(wrap("", 10), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn padding_gives_exactly_the_cells_asked_for(text in "\\PC{0,40}", cells in 0usize..60) {
            prop_assert_eq!(width(&pad(&text, cells)), cells);
            prop_assert_eq!(width(&pad_middle(&text, cells)), cells);
            prop_assert_eq!(width(&pad_left(&text, cells)), cells);
        }

        #[test]
        fn no_wrapped_row_is_wider_than_asked(text in "\\PC{0,80}", cells in 1usize..40) {
            for row in wrap(&text, cells) {
                prop_assert!(width(&row) <= cells, "{:?}", row);
            }
        }
    }
}
