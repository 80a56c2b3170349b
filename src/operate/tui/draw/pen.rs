//! Putting text on cells. Whatever is asked for, nothing is written outside the screen.

use std::num::NonZeroU16;

use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, Clear, Widget};

use super::{Spots, Target};
use crate::event::say;
use crate::operate::tui::app::{App, Panel};
use crate::operate::tui::layout::inner;
use crate::operate::tui::look::Look;
use crate::operate::tui::width::{cut, has_sound_mark, pieces, width};

/// The cells, with what everybody who draws has to know.
pub struct Pen<'a> {
    pub app: &'a App,
    pub look: Look,
    pub spots: Spots,
    buf: &'a mut Buffer,
}

/// A text with its style.
pub type Piece<'t> = (&'t str, Style);

impl<'a> Pen<'a> {
    pub fn new(app: &'a App, buf: &'a mut Buffer) -> Self {
        Self { app, look: app.look, spots: Spots::default(), buf }
    }

    /// The words of the operator's language.
    pub fn say<'t>(&self, ja: &'t str, en: &'t str) -> &'t str {
        say(self.app.lang, ja, en)
    }

    /// Writes `text` from `x` on, in at most `cells` cells; returns where it ended.
    pub fn put(&mut self, x: u16, y: u16, cells: u16, text: &str, style: Style) -> u16 {
        put(self.buf, x, y, cells, text, style)
    }

    /// Writes pieces one after the other into row `row` of `rect`; cuts at its right end.
    pub fn row(&mut self, rect: Rect, row: u16, pieces: &[Piece<'_>]) {
        if row >= rect.height {
            return;
        }
        let mut x = rect.x;
        for (text, style) in pieces {
            x = self.put(x, rect.y + row, rect.right().saturating_sub(x), text, *style);
        }
    }

    /// Writes pieces at the right end of row `row` of `rect`, if they fit into `room` cells; returns the cells they took.
    pub fn row_right(&mut self, rect: Rect, row: u16, room: u16, pieces: &[Piece<'_>]) -> u16 {
        let wide: usize = pieces.iter().map(|(text, _)| width(text)).sum();
        let Some(wide) = u16::try_from(wide).ok().filter(|wide| *wide <= room.min(rect.width)) else { return 0 };
        let right = Rect { x: rect.right() - wide, width: wide, ..rect };
        self.row(right, row, pieces);
        wide
    }

    /// Lays a style over cells that are written already.
    pub fn tint(&mut self, rect: Rect, style: Style) {
        self.buf.set_style(rect, style);
    }

    /// A line across.
    pub fn rule(&mut self, rect: Rect, row: u16) {
        let line = self.look.rule().repeat(usize::from(rect.width));
        self.row(rect, row, &[(&line, self.look.dim())]);
    }

    /// The frame of a panel, with what stands left and right in its upper edge; returns its inside.
    pub fn panel(&mut self, rect: Rect, panel: Panel, title: &str, right: &[Piece<'_>]) -> Rect {
        self.spots.add(rect, Target::Panel(panel));
        self.frame(rect, self.app.panel == panel, title, right)
    }

    /// A frame with its title; returns its inside.
    pub fn frame(&mut self, rect: Rect, focused: bool, title: &str, right: &[Piece<'_>]) -> Rect {
        let focused = focused && self.app.popup().is_none();
        self.edge(rect, self.look.frame(focused));
        let title = format!(" {title} ");
        self.put(rect.x + 1, rect.y, rect.width.saturating_sub(2), &title, self.look.title(focused));
        let taken = u16::try_from(width(&title)).unwrap_or(rect.width).saturating_add(4);
        let top = Rect { x: rect.x + 1, width: rect.width.saturating_sub(2), ..rect };
        self.row_right(top, 0, rect.width.saturating_sub(taken), right);
        inner(rect)
    }

    /// A box in the middle of the screen over what lies there; returns its inside, one cell from the frame.
    pub fn boxed(&mut self, cells: u16, rows: u16, title: &str) -> Rect {
        let area = self.buf.area;
        let (cells, rows) = (cells.min(area.width), rows.min(area.height));
        let rect = Rect::new((area.width - cells) / 2, (area.height - rows) / 2, cells, rows);
        self.clear(rect);
        self.spots.add(rect, Target::Popup);
        self.edge(rect, self.look.frame(true));
        let title = format!(" {title} ");
        self.put(rect.x + 1, rect.y, rect.width.saturating_sub(2), &title, self.look.title(true));
        let inside = inner(rect);
        Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
    }

    /// The plain frame of a rectangle.
    pub fn edge(&mut self, rect: Rect, style: Style) {
        let rect = rect.intersection(self.buf.area);
        Block::bordered().border_set(self.look.border()).border_style(style).render(rect, self.buf);
    }

    /// Blanks a rectangle. A character of several cells that it would cut loses its other cells as well: most have two, one with signs
    /// joined to it more.
    fn clear(&mut self, rect: Rect) {
        for y in rect.top()..rect.bottom() {
            for x in self.buf.area.left()..rect.x {
                if let Some(cell) = self.buf.cell_mut((x, y))
                    && width(cell.symbol()) > usize::from(rect.x - x)
                {
                    cell.set_symbol(" ").set_diff_option(CellDiffOption::None);
                }
            }
        }
        Clear.render(rect, self.buf);
    }
}

/// Writes `text` from `x` on, in at most `cells` cells; returns where it ended. Nothing is written outside the screen.
pub fn put(buf: &mut Buffer, x: u16, y: u16, cells: u16, text: &str, style: Style) -> u16 {
    let area = buf.area;
    if y >= area.bottom() || x >= area.right() {
        return x;
    }
    let text = cut(text, usize::from(cells.min(area.right() - x)));
    let mut x = x;
    for (character, cells) in pieces(&text) {
        if !has_sound_mark(&character) {
            x = put_one(buf, x, y, &character, cells, CellDiffOption::None, style);
            continue;
        }
        // A mark in a cell of its own: it goes when another text comes, whatever width ratatui thinks that the two had together.
        for part in character.chars().map(String::from) {
            let cells = width(&part);
            let forced = u16::try_from(cells).ok().and_then(NonZeroU16::new);
            let option = forced.map_or(CellDiffOption::None, CellDiffOption::ForcedWidth);
            x = put_one(buf, x, y, &part, cells, option, style);
        }
    }
    x
}

/// Writes one character; returns where it ended.
fn put_one(buf: &mut Buffer, x: u16, y: u16, symbol: &str, cells: usize, option: CellDiffOption, style: Style) -> u16 {
    let end = x.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX));
    if let Some(cell) = buf.cell_mut((x, y)) {
        cell.set_symbol(symbol).set_style(style).set_diff_option(option);
    }
    // What the other half of a full-width character covers.
    for covered in x.saturating_add(1)..end {
        buf.cell_mut((covered, y)).into_iter().for_each(Cell::reset);
    }
    end
}
