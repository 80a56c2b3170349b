//! From a sheet to marks on pages: what stands where, where a page ends, what comes again on the next one. Points, from the top left.

use super::font::Font;
use super::wrap::wrap;
use super::{Section, Sheet};

/// A4, in points.
pub(super) const PAPER: (f32, f32) = (595.28, 841.89);
/// Where writing begins and ends.
pub(super) const LEFT: f32 = 42.0;
const TOP: f32 = 42.0;
pub(super) const WIDTH: f32 = PAPER.0 - 2.0 * LEFT;
const BOTTOM: f32 = PAPER.1 - 56.0;
/// The footer's line, and the baseline of its first line of text.
const FOOT: f32 = PAPER.1 - 46.0;

const WIDE_BLANK: char = '\u{3000}';
/// Type sizes.
const TITLE: f32 = 16.0;
const HEADING: f32 = 11.0;
pub(super) const CELL: f32 = 8.5;
const NOTE: f32 = 7.5;
/// From line to line, in parts of the type size, and what of it is above the baseline.
pub(super) const LEADING: f32 = 1.35;
pub(super) const RISE: f32 = 1.0;
/// How thick lines are.
pub(super) const THIN: f32 = 0.5;

pub(super) const TEST_DATA: &str = "試験用データ：madoguchi が作成したもので、実在の方の記録ではありません";
pub(super) const TEST_DATA_EN: &str = "Test data made by madoguchi; not the record of any real person";

/// One thing on a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A grey area, 0 black to 1 white.
    Fill { x: f32, y: f32, width: f32, height: f32, gray: f32 },
    /// A straight line.
    Line { from: (f32, f32), to: (f32, f32), thick: f32 },
    /// Text in one line; `y` is its baseline. `says` is what a reader of the file is told to take for it.
    Text { x: f32, y: f32, size: f32, bold: bool, text: String, says: Option<String> },
}

impl Mark {
    /// The characters that are printed.
    pub(super) fn text(&self) -> std::str::Chars<'_> {
        match self {
            Self::Text { text, .. } => text.chars(),
            Self::Fill { .. } | Self::Line { .. } => "".chars(),
        }
    }
}

/// The pages of a sheet, at least one.
pub(super) fn pages(sheet: &Sheet, font: &Font) -> Vec<Vec<Mark>> {
    let mut flow = Flow { font, title: &sheet.title, done: Vec::new(), page: Vec::new(), y: TOP, fresh: true };
    flow.paragraph(&sheet.title, TITLE, true, Stand::Centre);
    flow.paragraph(&sheet.subtitle, CELL, false, Stand::Right);
    flow.y += 4.0;
    flow.header(&sheet.header);
    for section in &sheet.sections {
        flow.section(section);
    }
    flow.finish()
}

/// Where a paragraph stands.
#[derive(Clone, Copy, PartialEq)]
enum Stand {
    /// So far from the left margin.
    Left(f32),
    Centre,
    Right,
}

/// The page that is being filled, and those before it.
pub(super) struct Flow<'a> {
    pub(super) font: &'a Font,
    title: &'a str,
    done: Vec<Vec<Mark>>,
    pub(super) page: Vec<Mark>,
    pub(super) y: f32,
    /// Whether nothing but a running head stands on the page.
    pub(super) fresh: bool,
}

impl Flow<'_> {
    /// What is left of the page, down to the footer.
    pub(super) fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    /// The next page, with the title small at its head.
    pub(super) fn turn(&mut self) {
        self.done.push(std::mem::take(&mut self.page));
        (self.y, self.fresh) = (TOP, true);
        if let Some(first) = wrap(self.font, self.title, NOTE, WIDTH).first().filter(|line| !line.text.is_empty()) {
            self.text(LEFT, TOP, NOTE, false, &first.text);
            self.y += 2.0 * NOTE;
        }
    }

    /// A line of text whose upper edge is at `top`.
    fn text(&mut self, x: f32, top: f32, size: f32, bold: bool, text: &str) {
        // Readers take wide blanks for a gap between words, unless told what is written here.
        let says = text.contains(WIDE_BLANK).then(|| text.to_owned());
        self.text_that_says(x, top, size, bold, text, says);
    }

    /// The same, to be taken for another text.
    pub(super) fn text_that_says(&mut self, x: f32, top: f32, size: f32, bold: bool, text: &str, says: Option<String>) {
        if !text.is_empty() {
            self.page.push(Mark::Text { x, y: top + size * RISE, size, bold, text: text.to_owned(), says });
        }
    }

    fn paragraph(&mut self, text: &str, size: f32, bold: bool, stand: Stand) {
        if text.is_empty() {
            return;
        }
        let indent = if let Stand::Left(indent) = stand { indent } else { 0.0 };
        for line in wrap(self.font, text, size, WIDTH - indent) {
            if self.room() < size * LEADING {
                self.turn();
            }
            let spare = WIDTH - self.font.measure(&line.text, size);
            let before = match stand {
                Stand::Left(indent) => indent,
                Stand::Centre => spare / 2.0,
                Stand::Right => spare,
            };
            self.text(LEFT + before, self.y, size, bold, &line.text);
            self.y += size * LEADING;
            self.fresh = false;
        }
        self.y += 3.0;
    }

    fn section(&mut self, section: &Section) {
        // A heading is not left alone at the foot of a page.
        if !self.fresh && self.room() < HEADING * 8.0 {
            self.turn();
        }
        if !section.heading.is_empty() {
            self.y += 4.0;
            self.page.push(Mark::Fill { x: LEFT, y: self.y, width: 3.0, height: HEADING * 1.2, gray: 0.3 });
            self.paragraph(&section.heading, HEADING, true, Stand::Left(8.0));
        }
        self.table(&section.table);
        for note in &section.notes {
            self.paragraph(note, NOTE, false, Stand::Left(0.0));
        }
        self.y += 6.0;
    }

    /// Every page gets its foot, now that it is known how many there are.
    fn finish(mut self) -> Vec<Vec<Mark>> {
        self.done.push(std::mem::take(&mut self.page));
        let mut pages = std::mem::take(&mut self.done);
        let count = pages.len();
        for (n, page) in pages.iter_mut().enumerate() {
            self.page.push(Mark::Line { from: (LEFT, FOOT), to: (LEFT + WIDTH, FOOT), thick: THIN });
            self.text(LEFT, FOOT + 3.0, NOTE, true, TEST_DATA);
            self.text(LEFT, FOOT + 3.0 + NOTE * LEADING, NOTE, false, TEST_DATA_EN);
            let number = format!("{} / {count} ページ", n + 1);
            self.text(LEFT + WIDTH - self.font.measure(&number, NOTE), FOOT + 3.0, NOTE, false, &number);
            page.append(&mut self.page);
        }
        pages
    }
}
