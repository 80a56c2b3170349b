//! The people: one row each, with the key that puts their card on the reader.

use ratatui::layout::Rect;

use super::Target;
use super::pen::Pen;
use crate::operate::tui::app::{App, Panel};
use crate::operate::tui::bindings::key_of;
use crate::operate::tui::layout::{inner, window};
use crate::operate::tui::width::{pad, wrap};
use crate::station::view::{PersonView, View};

/// From this height on the selected person is described below the list.
const DESCRIBED: u16 = 14;

/// Rows of that description, with the line above it.
const DESCRIPTION: u16 = 4;

pub fn paint(pen: &mut Pen<'_>, view: &View, rect: Rect) {
    let app = pen.app;
    let people = app.people(view);
    let count = match app.filters.word(Panel::People) {
        "" => format!(" {} ", view.people.len()),
        _ => format!(" {}/{} ", people.len(), view.people.len()),
    };
    let dim = pen.look.dim();
    let inside = pen.panel(rect, Panel::People, pen.say("患者", "People"), &[(&count, dim)]);
    let (list, below) = split(inside);
    let (mut list, filter) = (list, filter_row(app, list));
    if let Some(row) = filter {
        paint_filter(pen, row);
        list = after_filter(list);
    }
    if people.is_empty() {
        let text = match view.people.is_empty() {
            true => pen.say("患者がいません (card-profiles/ に追加)", "nobody here (add to card-profiles/)"),
            false => pen.say("該当なし (Esc で解除)", "no match (Esc ends the filter)"),
        };
        pen.row(list, 0, &[(" ", dim), (text, dim)]);
    }
    let first = first_row(app, view, rect);
    for (row, index) in (0..list.height).zip(people.iter().skip(first)) {
        if let Some(person) = view.people.get(*index) {
            paint_person(pen, view, Rect { y: list.y + row, height: 1, ..list }, *index, person);
        }
    }
    if let (Some(below), Some(person)) = (below, view.people.get(app.person)) {
        paint_description(pen, below, person);
    }
}

/// The first person shown.
pub fn first_row(app: &App, view: &View, rect: Rect) -> usize {
    let (list, _) = split(inner(rect));
    let height = if filter_row(app, list).is_some() { list.height.saturating_sub(1) } else { list.height };
    let people = app.people(view);
    let at = people.iter().position(|i| *i == app.person).unwrap_or(0);
    window(people.len(), at, app.offsets.people, usize::from(height))
}

fn split(inside: Rect) -> (Rect, Option<Rect>) {
    if inside.height < DESCRIBED {
        return (inside, None);
    }
    let list = Rect { height: inside.height - DESCRIPTION, ..inside };
    (list, Some(Rect { y: list.bottom(), height: DESCRIPTION, ..inside }))
}

fn filter_row(app: &App, list: Rect) -> Option<Rect> {
    let typing = app.filters.typing() == Some(Panel::People);
    (typing || !app.filters.word(Panel::People).is_empty()).then_some(Rect { height: list.height.min(1), ..list })
}

fn after_filter(list: Rect) -> Rect {
    Rect { y: list.y + 1, height: list.height.saturating_sub(1), ..list }
}

fn paint_filter(pen: &mut Pen<'_>, row: Rect) {
    let typing = pen.app.filters.typing() == Some(Panel::People);
    let text = format!(" /{}{}", pen.app.filters.word(Panel::People), if typing { "_" } else { "" });
    pen.row(row, 0, &[(&text, pen.look.warn())]);
}

fn paint_person(pen: &mut Pen<'_>, view: &View, row: Rect, index: usize, person: &PersonView) {
    let look = pen.look;
    let app = pen.app;
    pen.spots.add(row, Target::Person(index));
    let key = key_of(&view.people, index).map_or_else(String::new, String::from);
    let (name, about) = (name_cells(row.width), usize::from(row.width).saturating_sub(4 + name_cells(row.width)));
    let reader = view.readers.iter().find(|reader| reader.person.as_deref() == Some(&person.id));
    let mark = reader.map_or_else(String::new, |reader| format!(" R{} ", reader.number));
    let shows = pad(person.shows.say(app.lang), about.saturating_sub(mark.len()));
    let here = if reader.is_some() { look.accent() } else { ratatui::style::Style::new() };
    pen.row(
        row,
        0,
        &[
            (&format!(" {} ", pad(&key, 1)), look.key()),
            (&format!("{} ", pad(&person.name, name)), here),
            (&shows, look.dim()),
            (&mark, look.accent()),
        ],
    );
    if app.person == index {
        pen.tint(row, look.cursor(app.panel == Panel::People));
    }
}

/// Names get what they need in most of Japan; what a person is there to show gets the rest.
fn name_cells(width: u16) -> usize {
    match width {
        ..34 => 13,
        34..46 => 15,
        46.. => 17,
    }
}

fn paint_description(pen: &mut Pen<'_>, below: Rect, person: &PersonView) {
    let (look, lang) = (pen.look, pen.app.lang);
    pen.rule(below, 0);
    let text = Rect { x: below.x + 1, width: below.width.saturating_sub(2), ..below };
    let kana = format!("  {}", person.name_kana);
    pen.row(text, 1, &[(&person.id, look.accent()), (&kana, look.dim())]);
    let words = wrap(person.shows.say(lang), usize::from(text.width));
    for (row, words) in (2..DESCRIPTION).zip(&words) {
        pen.row(text, row, &[(words, look.dim())]);
    }
}
