//! Drawing: an app and a view become cells, and a list of what can be clicked where. Both come from the same pass, so a click always means
//! what is seen.
//!
//! - [`pen`]: putting text and frames on cells
//! - [`people`], [`reader`], [`folder`], [`journal`], [`preview`]: the panels
//! - [`bars`]: header, footer, the strip of a small terminal
//! - [`popup`]: help, faults, reset, PIN
//! - [`chain`]: the page of the chain of identities; [`trials`]: that of the scenarios
//! - [`own`]: the list of files of the operator's own; [`repeat`]: how something is repeated; [`who`]: the people for a
//!   card that nobody knows

mod bars;
mod chain;
mod folder;
mod journal;
mod own;
mod pen;
mod people;
mod popup;
mod preview;
mod reader;
mod repeat;
mod trials;
mod who;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

pub(super) use self::chain::rows as chain_rows;
use self::pen::Pen;
pub(in crate::operate) use self::pen::put;
pub(super) use self::popup::help_rows;
pub(super) use self::preview::rows as preview_rows;
pub(super) use self::who::first_row as first_holder;
use super::app::{App, FileKey, Offsets, Panel, Popup};
use super::bindings::Action;
use super::layout::{Places, inner};
use crate::station::view::View;

/// What a click on a cell is aimed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Panel(Panel),
    Person(usize),
    Reader(usize),
    /// Reader and button.
    Button(usize, usize),
    File(FileKey),
    Fault(usize),
    Own(usize),
    /// A row of those whose card it could be.
    Holder(usize),
    /// A way of repeating.
    Repeat(usize),
    /// A row of the list of scenarios.
    Scenario(usize),
    Hint(Action),
    /// Yes or no of a question.
    Answer(bool),
    /// A pop-up where it has nothing to click.
    Popup,
    /// Beside the pop-up.
    Outside,
}

/// What can be clicked where; what was added later lies on top.
#[derive(Debug, Default)]
pub(super) struct Spots(Vec<(Rect, Target)>);

impl Spots {
    pub fn add(&mut self, rect: Rect, target: Target) {
        self.0.push((rect, target));
    }
    pub fn at(&self, x: u16, y: u16) -> Option<Target> {
        let here = Position::new(x, y);
        self.0.iter().rev().find(|(rect, _)| rect.contains(here)).map(|(_, target)| target.clone())
    }
}

/// How a panel is drawn into its rectangle.
type Paint = fn(&mut Pen<'_>, &View, Rect);

/// Draws the screen on a frame.
pub fn draw(app: &App, view: &View, frame: &mut Frame<'_>) {
    paint(app, view, frame.buffer_mut());
}

/// What could be clicked if the screen were drawn now.
pub(super) fn scratch(app: &App, view: &View) -> Spots {
    paint(app, view, &mut Buffer::empty(Rect::new(0, 0, app.size.width, app.size.height)))
}

/// The first rows of the lists as they are shown now.
pub(super) fn offsets(app: &App, view: &View, places: &Places) -> Offsets {
    Offsets {
        people: places.people.map_or(app.offsets.people, |rect| people::first_row(app, view, rect)),
        folder: places.folder.map_or(app.offsets.folder, |rect| folder::first_row(app, view, rect)),
        faults: popup::first_fault(app, view),
        own: own::first_file(app),
    }
}

/// The rows of one page in the panel that the keys are aimed at.
pub(super) fn page(app: &App, view: &View) -> isize {
    let rect = Places::of(app, view).and_then(|mut places| *places.slot(app.panel));
    rect.map_or(1, |rect| isize::from(i16::try_from(inner(rect).height).unwrap_or(1)).max(1))
}

fn paint(app: &App, view: &View, buf: &mut Buffer) -> Spots {
    let mut pen = Pen::new(app, buf);
    let Some(places) = Places::of(app, view) else {
        bars::too_small(&mut pen);
        return pen.spots;
    };
    bars::header(&mut pen, view, places.header);
    if let Some(rect) = places.strip {
        bars::strip(&mut pen, view, rect);
    }
    let panels: [(Option<Rect>, Paint); 5] = [
        (places.people, people::paint),
        (places.reader, reader::paint),
        (places.folder, folder::paint),
        (places.journal, journal::paint),
        (places.preview, preview::paint),
    ];
    for (rect, paint) in panels {
        if let Some(rect) = rect {
            paint(&mut pen, view, rect);
        }
    }
    bars::footer(&mut pen, places.footer);
    if let Some(popup) = app.popup() {
        pen.spots.add(Rect::new(0, 0, app.size.width, app.size.height), Target::Outside);
        match popup {
            Popup::Help(panel) => popup::help(&mut pen, *panel),
            Popup::Faults => popup::faults(&mut pen, view),
            Popup::Own => own::paint(&mut pen, view),
            Popup::Chain => chain::paint(&mut pen, view),
            Popup::Repeat(repeat) => repeat::paint(&mut pen, repeat),
            Popup::Scenarios => trials::paint(&mut pen),
            Popup::Reset => popup::reset(&mut pen),
            Popup::Pin(entry) => popup::pin(&mut pen, entry),
            Popup::Who(who) => who::paint(&mut pen, who, view),
        }
    }
    pen.spots
}
