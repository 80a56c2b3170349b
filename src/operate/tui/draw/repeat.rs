//! The question how something is repeated.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Target;
use super::pen::Pen;
use super::popup::{open, with_foot};
use crate::operate::tui::repeat::Repeat;
use crate::operate::tui::width::cut_middle;

/// Rows around the ways: frame, name, pause and keys.
const AROUND: u16 = 7;

pub fn paint(pen: &mut Pen<'_>, repeat: &Repeat) {
    let (look, lang) = (pen.look, pen.app.lang);
    let rows = u16::try_from(repeat.ways.len()).unwrap_or(u16::MAX).saturating_add(AROUND);
    let inside = open(pen, rows, pen.say("繰り返す", "Repeat"));
    let (body, foot) = with_foot(inside);
    pen.row(body, 0, &[(&cut_middle(&repeat.name, usize::from(body.width)), look.accent())]);
    if repeat.exchange.is_none() {
        let words = pen.say("まだ受け取られていないか、対象外のファイルです", "not taken yet, or not ours");
        return pen.row(body, 2, &[(words, look.dim())]);
    }
    for (row, (at, how)) in (2..body.height).zip(repeat.ways.iter().enumerate()) {
        let key = Repeat::key(*how).map_or_else(|| "  ".to_owned(), |key| format!("{key} "));
        pen.row(body, row, &[(&key, look.key()), (&Repeat::words(*how, lang), Style::new())]);
        let here = Rect { y: body.y + row, height: 1, ..body };
        pen.spots.add(here, Target::Repeat(at));
        if at == repeat.at {
            pen.tint(here, look.cursor(true));
        }
    }
    let (go, close) = (pen.say(" 繰り返す   ", " repeat   "), pen.say(" やめる", " cancel"));
    pen.row(foot, 0, &[("Enter", look.key()), (go, Style::new()), ("Esc", look.key()), (close, Style::new())]);
}
