//! Where everything stands. A small terminal shows less, never garbage:
//!
//! | size | shown |
//! |---|---|
//! | below 40×10 | one sentence |
//! | below 72×20 | one panel at a time |
//! | below 150 columns | people beside reader, folder, journal; an open file covers what stands right (or everything below 100) |
//! | from there | a column more for the open file |
//!
//! A request beside its answer takes the whole body.

use ratatui::layout::{Constraint, Layout, Rect, Size};

use super::app::{App, Panel};
use crate::station::view::View;

/// Below this, width and height, only a sentence is shown.
pub const MINIMUM: Size = Size { width: 40, height: 10 };

/// From here on the panels stand beside each other.
const SEVERAL: Size = Size { width: 72, height: 20 };

/// From this width on an open file leaves the people visible.
const BESIDE_PEOPLE: u16 = 100;

/// From this width on an open file has its own column.
const OWN_COLUMN: u16 = 150;

/// Narrowest column in which a reader is drawn beside another.
const READER: u16 = 46;

/// The rectangles of the panels that are shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub header: Rect,
    pub footer: Rect,
    pub body: Rect,
    /// One line that tells of the reader where its panel is hidden.
    pub strip: Option<Rect>,
    pub people: Option<Rect>,
    pub reader: Option<Rect>,
    pub folder: Option<Rect>,
    pub journal: Option<Rect>,
    pub preview: Option<Rect>,
}

/// The panels shown at this size, in the order of Tab.
pub(super) fn visible(size: Size, preview: bool, pair: bool) -> Vec<Panel> {
    let four = [Panel::People, Panel::Reader, Panel::Folder, Panel::Journal];
    match () {
        () if !preview => four.to_vec(),
        () if pair => vec![Panel::Preview],
        () if size.width >= OWN_COLUMN && several(size) => [&four[..], &[Panel::Preview]].concat(),
        () if size.width >= BESIDE_PEOPLE && several(size) => vec![Panel::Preview, Panel::People],
        () => vec![Panel::Preview],
    }
}

fn several(size: Size) -> bool {
    size.width >= SEVERAL.width && size.height >= SEVERAL.height
}

impl Places {
    /// `None` where the terminal is too small for anything.
    pub fn of(app: &App, view: &View) -> Option<Self> {
        let size = app.size;
        if size.width < MINIMUM.width || size.height < MINIMUM.height {
            return None;
        }
        let whole = Rect::new(0, 0, size.width, size.height);
        let [header, body, footer] =
            Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]).areas(whole);
        let places = Self { header, footer, body, ..Self::default() };
        Some(if several(size) { places.beside_each_other(app, view) } else { places.one_at_a_time(app) })
    }

    fn one_at_a_time(mut self, app: &App) -> Self {
        let [strip, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(self.body);
        self.strip = Some(strip);
        *self.slot(if app.preview.is_some() { Panel::Preview } else { app.panel }) = Some(rest);
        self
    }

    fn beside_each_other(mut self, app: &App, view: &View) -> Self {
        let width = self.body.width;
        let open = app.preview.is_some();
        if open && (width < BESIDE_PEOPLE || app.beside.is_some()) {
            self.preview = Some(self.body);
            return self;
        }
        let people = match width {
            ..BESIDE_PEOPLE => 30,
            BESIDE_PEOPLE..OWN_COLUMN => 40,
            OWN_COLUMN.. => 52,
        };
        let [left, right] =
            Layout::horizontal([Constraint::Length(people), Constraint::Min(0)]).spacing(1).areas(self.body);
        self.people = Some(left);
        let column = match () {
            () if !open => right,
            () if width < OWN_COLUMN => {
                self.preview = Some(right);
                return self;
            }
            () => {
                let [column, preview] = Layout::horizontal([Constraint::Percentage(48), Constraint::Percentage(52)])
                    .spacing(1)
                    .areas(right);
                self.preview = Some(preview);
                column
            }
        };
        let [reader, folder, journal] = Layout::vertical(heights(column.height, view)).areas(column);
        self.reader = Some(reader);
        self.folder = Some(folder);
        self.journal = Some(journal);
        self
    }

    /// The rectangle of a panel, where it is shown.
    pub fn slot(&mut self, panel: Panel) -> &mut Option<Rect> {
        match panel {
            Panel::People => &mut self.people,
            Panel::Reader => &mut self.reader,
            Panel::Folder => &mut self.folder,
            Panel::Journal => &mut self.journal,
            Panel::Preview => &mut self.preview,
        }
    }
}

/// Reader, folder and journal share a column: the reader as much as its screen needs, the folder what is left.
fn heights(height: u16, view: &View) -> [Constraint; 3] {
    let buttons = view.readers.iter().map(|r| r.screen.buttons.len() + r.screen.lines.len()).max().unwrap_or(0);
    let wanted = 10 + u16::try_from(buttons.min(10)).unwrap_or(10);
    let reader = wanted.clamp(9, (height * 9 / 20).max(10));
    let journal = (height / 5).clamp(5, 14);
    [Constraint::Length(reader), Constraint::Min(4), Constraint::Length(journal)]
}

/// Which readers stand beside each other in a column of this width: as many as fit, the selected among them.
pub(super) fn readers_shown(width: u16, count: usize, selected: usize) -> std::ops::Range<usize> {
    let fit = usize::from(width / READER).clamp(1, count.max(1));
    let first = selected.saturating_sub(fit - 1).min(count.saturating_sub(fit));
    first..(first + fit).min(count)
}

/// The first row to show of a list of `len` rows so that row `cursor` is among the `height` shown, moving as little as possible from
/// `offset`.
pub(super) fn window(len: usize, cursor: usize, offset: usize, height: usize) -> usize {
    let lowest = (cursor + 1).saturating_sub(height);
    offset.clamp(lowest, cursor.max(lowest)).min(len.saturating_sub(height))
}

/// The inside of a panel's frame.
pub(super) fn inner(rect: Rect) -> Rect {
    Rect::new(
        rect.x.saturating_add(1),
        rect.y.saturating_add(1),
        rect.width.saturating_sub(2),
        rect.height.saturating_sub(2),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_moves_only_as_far_as_its_cursor_needs() {
        assert_eq!(window(100, 5, 3, 10), 3);
        assert_eq!(window(100, 2, 3, 10), 2);
        assert_eq!(window(100, 13, 3, 10), 4);
        assert_eq!(window(4, 3, 3, 10), 0);
        assert_eq!(window(0, 0, 7, 0), 0);
    }

    #[test]
    fn the_selected_reader_is_among_those_shown() {
        for selected in 0..5 {
            for width in 0..300 {
                assert!(readers_shown(width, 5, selected).contains(&selected));
            }
        }
        assert_eq!(readers_shown(200, 0, 0), 0..0);
    }
}
