//! What is printed on the card as pictures of one bit per dot, PNG, as the 券面事項確認AP holds it (spec/jpki-card.md §2.6, [B]).
//!
//! Type of twelve dots: twelve columns for a full-width character, six for a digit. Real cards use a bitmap font of that size, here it
//! is the font of the printed answers; a character that it lacks is 〓, in the picture only.

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use crate::message::page::font::Font;
use crate::message::page::outline::Place;

/// Dots of a line of type.
const TYPE_SIZE: usize = 12;
/// Scan lines per dot: enough to tell a stroke from its neighbour at this size.
const SCAN_LINES: usize = 8;
/// A dot is black from this share of ink on. Strokes are thinner than a dot, so less than half.
const INK: f32 = 0.38;

/// The text in lines of `columns` full-width characters. No line more than it needs, but one at least.
pub(super) fn picture(text: &str, columns: usize) -> Vec<u8> {
    let font = Font::load();
    let lines = wrapped(text, columns as f32, &font);
    let mut page = Page::blank(columns * TYPE_SIZE, lines.len() * TYPE_SIZE);
    for (number, line) in lines.iter().enumerate() {
        let mut x = 0.0;
        for c in line.chars() {
            page.print(&font, c, x, (number * TYPE_SIZE) as f32);
            x += font.width(c) * TYPE_SIZE as f32;
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

/// Dots, row by row; `true` is ink.
struct Page {
    width: usize,
    dots: Vec<Vec<bool>>,
}

impl Page {
    fn blank(width: usize, height: usize) -> Self {
        Self { width, dots: vec![vec![false; width]; height] }
    }

    /// Puts a character with its upper left corner at (`left`, `top`).
    fn print(&mut self, font: &Font, c: char, left: f32, top: f32) {
        let size = TYPE_SIZE as f32;
        let base_line = top + font.ascent() * size;
        let edges: Vec<Edge> = font.shape(c).iter().flat_map(|polygon| edges(polygon)).collect();
        let to_page = |(x, y): Place| (left + x * size, base_line - y * size);
        let edges: Vec<Edge> = edges.into_iter().map(|(from, to)| (to_page(from), to_page(to))).collect();
        for (y, row) in self.dots.iter_mut().enumerate() {
            let mut ink = vec![0.0; self.width];
            for scan_line in 0..SCAN_LINES {
                let height = y as f32 + (scan_line as f32 + 0.5) / SCAN_LINES as f32;
                for (from, to) in spans(&edges, height) {
                    cover(&mut ink, from, to);
                }
            }
            for (dot, ink) in row.iter_mut().zip(ink) {
                *dot |= ink >= INK * SCAN_LINES as f32;
            }
        }
    }

    /// Black on white, one bit per dot.
    fn to_png(&self) -> Vec<u8> {
        let packed: Vec<u8> = self.dots.iter().flat_map(|row| row.chunks(8).map(packed)).collect();
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.width as u32, self.dots.len() as u32);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
        encoder.set_compression(Compression::High);
        encoder.set_filter(Filter::NoFilter);
        // Fails only where the writer does, and memory takes everything; or where the sizes do not fit, and they are counted here.
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&packed))
            .unwrap_or_else(|error| unreachable!("a picture in memory: {error}"));
        file
    }
}

type Edge = (Place, Place);

/// The sides of a closed polygon.
fn edges(polygon: &[Place]) -> impl Iterator<Item = Edge> + '_ {
    polygon.iter().copied().zip(polygon.iter().copied().cycle().skip(1))
}

/// Where a scan line runs inside the shape: between the first crossing and the one where the turns add up to none.
fn spans(edges: &[Edge], height: f32) -> Vec<(f32, f32)> {
    let mut crossings: Vec<(f32, i32)> = edges
        .iter()
        .filter_map(|&((x0, y0), (x1, y1))| {
            let turn = match (y0 <= height, y1 <= height) {
                (true, false) => 1,
                (false, true) => -1,
                _ => return None,
            };
            Some((x0 + (x1 - x0) * (height - y0) / (y1 - y0), turn))
        })
        .collect();
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut turns, mut from, mut found) = (0, 0.0, Vec::new());
    for (x, turn) in crossings {
        if turns == 0 {
            from = x;
        }
        turns += turn;
        if turns == 0 {
            found.push((from, x));
        }
    }
    found
}

/// Adds to each dot the share of it that lies between `from` and `to`.
fn cover(ink: &mut [f32], from: f32, to: f32) {
    for (x, ink) in ink.iter_mut().enumerate() {
        let dot = x as f32;
        *ink += (to.min(dot + 1.0) - from.max(dot)).max(0.0);
    }
}

/// Eight dots, the left one in the top bit; a set bit is white.
fn packed(dots: &[bool]) -> u8 {
    (0..8).fold(0, |byte, at| byte << 1 | u8::from(!dots.get(at).copied().unwrap_or(false)))
}

#[cfg(test)]
pub(super) mod tests {
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
