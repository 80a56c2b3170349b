//! A slip of paper as the printers of counters and machines have it: as long as what stands on it. PDF, and PNG in the printer's dots.

use super::dots::{Dots, Type};
use super::draw;
use super::flow::{LEADING, Mark, RISE, TEST_DATA, TEST_DATA_EN, THIN};
use super::font::Font;
use super::wrap::wrap;

/// Points of a millimetre.
const MM: f32 = 72.0 / 25.4;
/// The usual roll of receipt printers.
const WIDTH: f32 = 80.0 * MM;
/// What such a printer leaves white at either side.
const MARGIN: f32 = 4.0 * MM;
const INNER: f32 = WIDTH - 2.0 * MARGIN;
/// Its dots: eight to a millimetre.
const DOTS: f32 = 8.0 / MM;
/// Half a dot of ink makes a black one: strokes are thicker than a dot.
const INK: f32 = 0.5;
/// How far the two strokes of bold type are apart, in parts of the type size.
const BOLD: f32 = 0.03;
/// The foot's, so that its sentence is one line.
const SMALL: f32 = 5.5;

/// The slip, filled from the top.
pub struct Strip {
    title: String,
    font: Font,
    marks: Vec<Mark>,
    y: f32,
}

/// A square of black and white modules, row by row; `true` is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modules {
    /// Modules of a side.
    pub side: usize,
    /// All of them.
    pub black: Vec<bool>,
}

impl Strip {
    /// An empty slip; `title` is what readers of the PDF call it.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), font: Font::load(), marks: Vec::new(), y: MARGIN }
    }

    /// A paragraph in the middle; `size` in points.
    pub fn centred(&mut self, text: &str, size: f32, bold: bool) {
        for line in wrap(&self.font, text, size, INNER) {
            let before = (INNER - self.font.measure(&line.text, size)) / 2.0;
            self.text(MARGIN + before, size, bold, line.text);
            self.y += size * LEADING;
        }
    }

    /// A label at the left and its value beside it, `indent` points from the margin.
    pub fn pair(&mut self, label: &str, value: &str, size: f32, indent: f32) {
        let top = self.y;
        self.text(MARGIN, size, false, label.to_owned());
        for line in wrap(&self.font, value, size, INNER - indent) {
            self.text(MARGIN + indent, size, false, line.text);
            self.y += size * LEADING;
        }
        self.y = self.y.max(top + size * LEADING);
    }

    /// A line across.
    pub fn rule(&mut self) {
        self.y += 2.0;
        self.marks.push(Mark::Line { from: (MARGIN, self.y), to: (WIDTH - MARGIN, self.y), thick: THIN });
        self.y += 4.0;
    }

    /// White paper.
    pub fn gap(&mut self, points: f32) {
        self.y += points;
    }

    /// A code in the middle, each module `dots` of the printer's dots wide, with the white around it that readers of codes need.
    pub fn code(&mut self, modules: &Modules, dots: u8) {
        /// Modules of white on every side (ISO/IEC 18004).
        const QUIET: f32 = 4.0;
        let module = f32::from(dots) / DOTS;
        let whole = module * modules.side as f32;
        // On the grid of the printer, so that every module has as many dots as the next.
        let on_grid = |points: f32| (points * DOTS).round() / DOTS;
        let (left, top) = (on_grid((WIDTH - whole) / 2.0), on_grid(self.y + QUIET * module));
        for (row, line) in modules.black.chunks(modules.side.max(1)).enumerate() {
            for (column, _) in line.iter().enumerate().filter(|(_, black)| **black) {
                let (x, y) = (left + column as f32 * module, top + row as f32 * module);
                self.marks.push(Mark::Fill { x, y, width: module, height: module, gray: 0.0 });
            }
        }
        self.y = top + whole + QUIET * module;
    }

    fn text(&mut self, x: f32, size: f32, bold: bool, text: String) {
        if !text.is_empty() {
            // Readers take wide blanks for a gap between words, unless told what is written here.
            let says = Some(text.clone());
            self.marks.push(Mark::Text { x, y: self.y + size * RISE, size, bold, text, says });
        }
    }

    /// The slip with the line that every paper of ours has at its foot, and its height.
    fn finished(mut self) -> (Self, f32) {
        self.rule();
        self.centred(TEST_DATA, SMALL, false);
        self.centred(TEST_DATA_EN, SMALL, false);
        let height = self.y + MARGIN;
        (self, height)
    }

    /// The slip as PDF and as PNG. The same slip gives the same bytes.
    pub fn print(self) -> Printed {
        let (strip, height) = self.finished();
        let png = strip.dots(height).to_png();
        let pdf = draw::pdf(&strip.title, (WIDTH, height), &[strip.marks], &strip.font);
        Printed { pdf, png }
    }

    fn dots(&self, height: f32) -> Dots {
        let place = |x: f32, y: f32| (x * DOTS, y * DOTS);
        let mut paper = Dots::blank((WIDTH * DOTS).round() as usize, (height * DOTS).ceil() as usize);
        for mark in &self.marks {
            match mark {
                Mark::Fill { x, y, width, height, .. } => paper.fill(place(*x, *y), place(x + width, y + height)),
                Mark::Line { from, to, thick } => {
                    // As thick as a whole number of dots, wherever it lies.
                    let thick = (thick * DOTS).round().max(1.0);
                    let ((left, top), (right, bottom)) = (place(from.0, from.1), place(to.0, to.1));
                    paper.fill((left, top.round()), (right, bottom.round() + thick));
                }
                Mark::Text { x, y, size, bold, text, .. } => {
                    let how = Type { size: size * DOTS, ink: INK };
                    let (mut x, base_line) = place(*x, *y);
                    for c in text.chars() {
                        paper.print(&self.font, c, (x, base_line), how);
                        if *bold {
                            paper.print(&self.font, c, (x + how.size * BOLD, base_line), how);
                        }
                        x += self.font.width(c) * how.size;
                    }
                }
            }
        }
        paper
    }
}

/// A slip that came out of the printer, twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// One page as wide as the roll and as long as the slip.
    pub pdf: Vec<u8>,
    /// Black and white, eight dots to a millimetre.
    pub png: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip() -> Strip {
        let mut strip = Strip::new("受付票");
        strip.centred("受付票", 14.0, true);
        strip.pair("氏名", "窓口　太郎", 9.0, 50.0);
        strip.code(&Modules { side: 2, black: vec![true, false, false, true] }, 4);
        strip
    }

    #[test]
    fn a_slip_is_one_page_that_says_what_was_put_on_it_and_that_it_is_test_data() {
        let printed = slip().print();
        assert!(printed.pdf.starts_with(b"%PDF") && printed.png.starts_with(b"\x89PNG"));
        assert_eq!(printed, slip().print(), "the same slip gives the same bytes");
        let pages = crate::message::page::tests::back::pages(&printed.pdf);
        assert_eq!(pages.len(), 1);
        let text = pages.concat().concat();
        for said in ["受付票", "窓口　太郎", "試験用データ"] {
            assert!(text.contains(said), "{said} in {text}");
        }
    }

    #[test]
    fn every_module_of_a_code_has_its_dots_on_the_printers_grid_and_white_around_it() {
        let mut strip = Strip::new("");
        strip.code(&Modules { side: 2, black: vec![true, false, false, true] }, 4);
        let dots = strip.dots(strip.y);
        let black: Vec<(usize, usize)> = dots
            .rows()
            .iter()
            .enumerate()
            .flat_map(|(y, row)| row.iter().enumerate().filter(|(_, dot)| **dot).map(move |(x, _)| (x, y)))
            .collect();
        let (left, top) = black[0];
        let module = |x: usize, y: usize| (0..16).map(move |n| (left + x + n % 4, top + y + n / 4));
        let mut expected: Vec<_> = module(0, 0).chain(module(4, 4)).collect();
        expected.sort_by_key(|(x, y)| (*y, *x));
        assert_eq!(black, expected);
        assert!(top >= 16 && dots.rows().len() >= top + 8 + 16, "four modules of white");
    }

    #[test]
    fn a_value_longer_than_the_paper_is_wide_goes_into_further_lines() {
        let (mut short, mut long) = (Strip::new(""), Strip::new(""));
        short.pair("氏名", "窓口", 9.0, 50.0);
        long.pair("氏名", &"窓口".repeat(30), 9.0, 50.0);
        assert!(long.y > 3.0 * short.y - 2.0 * MARGIN);
    }
}
