//! Pictures of one bit per dot, PNG: type and areas as a printer of dots, or the 券面事項確認AP of a card, has them.

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use super::font::Font;
use super::outline::Place;

/// Scan lines per dot: enough to tell a stroke from its neighbour at the sizes of small type.
const SCAN_LINES: usize = 8;

/// Dots, row by row; `true` is ink.
pub struct Dots {
    width: usize,
    rows: Vec<Vec<bool>>,
}

/// How type is put down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Type {
    /// Dots of a line of type.
    pub size: f32,
    /// A dot is black from this share of ink on.
    pub ink: f32,
}

impl Dots {
    /// White paper.
    pub fn blank(width: usize, height: usize) -> Self {
        Self { width, rows: vec![vec![false; width]; height] }
    }

    /// Puts a character with its left end at `left` on the line `base_line`, counted from the top; what lies beyond the paper is cut off.
    pub fn print(&mut self, font: &Font, c: char, (left, base_line): Place, how: Type) {
        let to_page = |(x, y): Place| (left + x * how.size, base_line - y * how.size);
        let edges: Vec<Edge> =
            font.shape(c).iter().flat_map(|p| edges(p)).map(|(from, to)| (to_page(from), to_page(to))).collect();
        let heights = || edges.iter().flat_map(|(from, to)| [from.1, to.1]);
        let first = heights().fold(f32::MAX, f32::min).floor().max(0.0) as usize;
        let end = heights().fold(0.0, f32::max).ceil() as usize;
        for (y, row) in self.rows.iter_mut().enumerate().take(end).skip(first) {
            let mut ink = vec![0.0; self.width];
            for scan_line in 0..SCAN_LINES {
                let height = y as f32 + (scan_line as f32 + 0.5) / SCAN_LINES as f32;
                for (from, to) in spans(&edges, height) {
                    cover(&mut ink, from, to);
                }
            }
            for (dot, ink) in row.iter_mut().zip(ink) {
                *dot |= ink >= how.ink * SCAN_LINES as f32;
            }
        }
    }

    /// Blackens the dots of an area, its corners rounded to whole dots.
    pub fn fill(&mut self, (left, top): Place, (right, bottom): Place) {
        let [left, top, right, bottom] = [left, top, right, bottom].map(|edge| edge.round().max(0.0) as usize);
        for row in self.rows.iter_mut().take(bottom).skip(top) {
            row.iter_mut().take(right).skip(left).for_each(|dot| *dot = true);
        }
    }

    /// The dots, from the top.
    #[cfg(test)]
    pub(super) fn rows(&self) -> &[Vec<bool>] {
        &self.rows
    }

    /// Black on white, one bit per dot.
    pub fn to_png(&self) -> Vec<u8> {
        let packed: Vec<u8> = self.rows.iter().flat_map(|row| row.chunks(8).map(packed)).collect();
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.width as u32, self.rows.len() as u32);
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
    let touched = to.ceil().max(0.0) as usize;
    for (x, ink) in ink.iter_mut().enumerate().take(touched).skip(from.max(0.0) as usize) {
        let dot = x as f32;
        *ink += (to.min(dot + 1.0) - from.max(dot)).max(0.0);
    }
}

/// Eight dots, the left one in the top bit; a set bit is white.
fn packed(dots: &[bool]) -> u8 {
    (0..8).fold(0, |byte, at| byte << 1 | u8::from(!dots.get(at).copied().unwrap_or(false)))
}
