//! What is printed on the card as pictures of one bit per dot, PNG, as the 券面事項確認AP holds it (spec/jpki-card.md §2.6, [B]).
//!
//! Type of twelve dots: twelve columns for a full-width character, six for a digit. Real cards use a bitmap font of that size, here it
//! is the font of the printed answers; a character that it lacks is 〓, in the picture only.

use crate::message::page::dots::{Dots, Type};
use crate::message::page::font::Font;

/// Dots of a line of type.
const TYPE_SIZE: usize = 12;
/// Strokes are thinner than a dot, so less than half a dot of ink makes a black one.
const TYPE: Type = Type { size: TYPE_SIZE as f32, ink: 0.38 };

/// The text in lines of `columns` full-width characters. No line more than it needs, but one at least.
pub(super) fn picture(text: &str, columns: usize) -> Vec<u8> {
    let font = Font::load();
    let lines = wrapped(text, columns as f32, &font);
    let mut page = Dots::blank(columns * TYPE_SIZE, lines.len() * TYPE_SIZE);
    for (number, line) in lines.iter().enumerate() {
        let base_line = (number * TYPE_SIZE) as f32 + font.ascent() * TYPE.size;
        let mut x = 0.0;
        for c in line.chars() {
            page.print(&font, c, (x, base_line), TYPE);
            x += font.width(c) * TYPE.size;
        }
    }
    page.to_png()
}

fn wrapped(text: &str, columns: f32, font: &Font) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut width = 0.0;
    for c in text.chars() {
        let advance = font.width(c);
        if width + advance > columns {
            lines.push(String::new());
            width = 0.0;
        }
        if let Some(line) = lines.last_mut() {
            line.push(c);
            width += advance;
        }
    }
    lines
}

#[cfg(test)]
pub(super) mod tests {
    use png::{BitDepth, ColorType};

    use super::*;

    /// Width, height, and the dots as people can look at them.
    pub(in crate::people::personalise) fn shown(file: &[u8]) -> (u32, u32, String) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut bits = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut bits).unwrap();
        assert_eq!((frame.color_type, frame.bit_depth), (ColorType::Grayscale, BitDepth::One));
        let row = |row: &[u8]| -> String {
            let dot = |x: u32| if row[x as usize / 8] >> (7 - x % 8) & 1 == 1 { '.' } else { '#' };
            (0..frame.width).map(dot).collect::<String>().trim_end_matches('.').to_owned() + "\n"
        };
        (frame.width, frame.height, bits.chunks(frame.line_size).map(row).collect())
    }

    #[test]
    fn a_name_is_readable_in_twelve_dots() {
        let (width, height, dots) = shown(&picture("窓口　太郎", 18));
        assert_eq!((width, height), (216, 12));
        insta::assert_snapshot!(dots);
    }

    #[test]
    fn digits_are_six_dots_wide_and_look_different_from_each_other() {
        let pictures: std::collections::BTreeSet<_> =
            ('0'..='9').map(|digit| shown(&picture(&digit.to_string(), 1)).2).collect();
        assert_eq!(pictures.len(), 10);
        let (width, height, dots) = shown(&picture("1234567890", 5));
        assert_eq!((width, height), (60, 12));
        insta::assert_snapshot!(dots);
    }

    #[test]
    fn what_does_not_fit_goes_into_another_line_and_nothing_is_one_blank_line() {
        let (width, height, _) = shown(&picture("あいうえお", 2));
        assert_eq!((width, height), (24, 36));
        let (width, height, dots) = shown(&picture("", 2));
        assert_eq!((width, height, dots.trim()), (24, 12, ""));
    }

    #[test]
    fn a_character_that_the_font_lacks_is_a_geta() {
        assert_eq!(picture("𠮷", 1), picture("〓", 1));
        assert_ne!(picture("吉", 1), picture("〓", 1));
    }
}
