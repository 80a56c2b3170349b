//! Tables: cells in boxes, rows that are split where a page ends, headings that come again.

use super::flow::{CELL, Flow, LEADING, LEFT, Mark, THIN, WIDTH};
use super::wrap::{Line, wrap};
use super::{Align, HeaderLine, Table};

/// Between the border of a cell and its text, in points.
const PAD: f32 = 3.0;
/// The grey behind headings and labels.
const SHADE: f32 = 0.91;
/// A row of at most so many lines is moved to the next page rather than split.
const KEPT_WHOLE: usize = 10;
/// Headings of more lines than this come once, so that every page has room for a row below them.
const REPEATED: usize = 12;
/// The widths of a sheet's header: label, value, label, value.
const HEADER: [u16; 4] = [15, 35, 15, 35];
const HEIGHT: f32 = CELL * LEADING;

/// A column: its place and how its cells look.
#[derive(Debug)]
struct Stripe {
    x: f32,
    width: f32,
    align: Align,
    shaded: bool,
}

/// A row: for each cell the lines in it.
type Row = Vec<Vec<Line>>;

impl Flow<'_> {
    /// Labels and values, two pairs beside each other.
    pub(super) fn header(&mut self, lines: &[HeaderLine]) {
        let mut stripes = stripes(HEADER.map(|width| (width, Align::Left)));
        for label in stripes.iter_mut().step_by(2) {
            label.shaded = true;
        }
        for pair in lines.chunks(2) {
            let texts = pair.iter().flat_map(|line| [line.label.as_str(), &line.value]);
            let row = self.lines(&stripes, texts);
            self.row(&stripes, &row, None);
        }
        self.y += 6.0;
    }

    /// A table; nothing for one without columns.
    pub(super) fn table(&mut self, table: &Table) {
        let stripes = stripes(table.columns.iter().map(|c| (c.width, c.align)));
        let shaded: Vec<Stripe> = stripes.iter().map(|stripe| Stripe { shaded: true, ..*stripe }).collect();
        let head = self.lines(&shaded, table.columns.iter().map(|c| c.heading.as_str()));
        let blank = head.iter().flatten().all(|line| line.text.is_empty());
        if !blank {
            self.row(&shaded, &head, None);
        }
        let again = (!blank && depth(&head) <= REPEATED).then_some((shaded.as_slice(), &head));
        for cells in table.rows.iter().filter(|_| !stripes.is_empty()) {
            let (own, more) = cells.split_at(cells.len().min(stripes.len() - 1));
            let last = more.join("\n");
            let row = self.lines(&stripes, own.iter().map(String::as_str).chain([last.as_str()]));
            self.row(&stripes, &row, again);
        }
        self.y += 4.0;
    }

    /// The lines of each cell; cells that are missing are blank.
    fn lines<'t>(&self, stripes: &[Stripe], texts: impl Iterator<Item = &'t str>) -> Row {
        let texts = texts.chain(std::iter::repeat(""));
        stripes.iter().zip(texts).map(|(stripe, text)| wrap(self.font, text, CELL, stripe.width - 2.0 * PAD)).collect()
    }

    /// A row, on as many pages as it needs; `again` is the line of headings that a new page begins with.
    fn row(&mut self, stripes: &[Stripe], row: &Row, again: Option<(&[Stripe], &Row)>) {
        let depth = depth(row);
        let mut from = 0;
        while from < depth {
            // Lines that the rest of the page has room for; a fresh page has room for one in any case.
            let fit = ((self.room() - 2.0 * PAD) / HEIGHT).max(0.0) as usize;
            let kept_whole = from == 0 && depth <= KEPT_WHOLE;
            let to = if depth - from <= fit {
                depth
            } else if self.fresh {
                from + fit.max(1)
            } else if fit == 0 || kept_whole {
                from
            } else {
                from + fit
            };
            if to > from {
                self.boxes(stripes, row, from, to);
                from = to;
            }
            if from < depth {
                self.turn();
                if let Some((stripes, head)) = again {
                    self.boxes(stripes, head, 0, self::depth(head));
                    // Headings alone do not fill a page: what follows must get on.
                    self.fresh = true;
                }
            }
        }
    }

    /// The lines `from` to `to` of a row, in boxes side by side.
    fn boxes(&mut self, stripes: &[Stripe], row: &Row, from: usize, to: usize) {
        let (top, height) = (self.y, (to - from) as f32 * HEIGHT + 2.0 * PAD);
        for stripe in stripes.iter().filter(|stripe| stripe.shaded) {
            self.page.push(Mark::Fill { x: stripe.x, y: top, width: stripe.width, height, gray: SHADE });
        }
        for (stripe, lines) in stripes.iter().zip(row) {
            let shown = lines.get(from..to.min(lines.len())).unwrap_or_default();
            for (n, line) in shown.iter().enumerate() {
                let spare = stripe.width - 2.0 * PAD - self.font.measure(&line.text, CELL);
                let before = if stripe.align == Align::Right { spare } else { 0.0 };
                let (x, y) = (stripe.x + PAD + before, top + PAD + n as f32 * HEIGHT);
                self.text_that_says(x, y, CELL, false, &line.text, Some(says(shown, n)));
            }
        }
        let right = LEFT + WIDTH;
        for y in [top, top + height] {
            self.page.push(Mark::Line { from: (LEFT, y), to: (right, y), thick: THIN });
        }
        for x in stripes.iter().map(|stripe| stripe.x).chain([right]) {
            self.page.push(Mark::Line { from: (x, top), to: (x, top + height), thick: THIN });
        }
        self.y += height;
        self.fresh = false;
    }
}

/// What the `n`th line is to be taken for: a name that is broken into lines is one name to whoever searches for it, so its first line here
/// says all of it and the others nothing.
fn says(lines: &[Line], n: usize) -> String {
    let whole = |first: &Line| {
        let rest = lines.iter().skip(n + 1).take_while(|line| line.goes_on).map(|line| line.text.as_str());
        std::iter::once(first.text.as_str()).chain(rest).collect()
    };
    lines.get(n).filter(|line| n == 0 || !line.goes_on).map(whole).unwrap_or_default()
}

/// Columns side by side over the whole width.
fn stripes(columns: impl IntoIterator<Item = (u16, Align)>) -> Vec<Stripe> {
    let columns: Vec<(f32, Align)> =
        columns.into_iter().map(|(width, align)| (f32::from(width.max(1)), align)).collect();
    let whole: f32 = columns.iter().map(|(width, _)| width).sum();
    let mut x = LEFT;
    columns
        .into_iter()
        .map(|(share, align)| {
            let stripe = Stripe { x, width: WIDTH * share / whole, align, shaded: false };
            x += stripe.width;
            stripe
        })
        .collect()
}

/// How many lines a row has.
fn depth(row: &Row) -> usize {
    row.iter().map(Vec::len).max().unwrap_or(0)
}
