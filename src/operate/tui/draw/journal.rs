//! The journal: what happened, oldest above, what should catch the eye marked.

use ratatui::layout::Rect;

use super::pen::Pen;
use crate::operate::tui::app::Panel;
use crate::station::view::View;

/// From this width on the times have milliseconds.
const MILLIS: u16 = 90;

pub fn paint(pen: &mut Pen<'_>, view: &View, rect: Rect) {
    let app = pen.app;
    let look = pen.look;
    let typing = app.filters.typing() == Some(Panel::Journal);
    let word = match (app.filters.word(Panel::Journal), typing) {
        ("", false) => String::new(),
        (word, _) => format!(" /{word}{} ", if typing { "_" } else { "" }),
    };
    let held =
        if app.journal.is_some() { pen.say(" 停止中 (G で最新へ) ", " held (G: to the end) ") } else { "" };
    let title = pen.say("記録", "Journal");
    let inside = pen.panel(rect, Panel::Journal, title, &[(&word, look.warn()), (held, look.warn())]);
    let lines = app.lines(view);
    let seq = |at: usize| lines.get(at).and_then(|i| view.journal.get(*i)).map(|line| line.seq);
    let end = match app.journal {
        // What the station has dropped by now ends at the oldest line it still has.
        Some(last) => (0..lines.len()).rev().find(|at| seq(*at).is_some_and(|s| s <= last)).map_or(1, |at| at + 1),
        None => lines.len(),
    };
    let end = end.max(usize::from(inside.height)).min(lines.len());
    let first = end.saturating_sub(usize::from(inside.height));
    if lines.is_empty() {
        pen.row(inside, 0, &[(pen.say(" まだ何も起きていません", " nothing has happened yet"), look.dim())]);
    }
    for (row, index) in (0..inside.height).zip(lines.get(first..end).unwrap_or_default()) {
        let Some(line) = view.journal.get(*index) else { continue };
        let form = if inside.width >= MILLIS { " %H:%M:%S%.3f " } else { " %H:%M:%S " };
        let (mark, style) = if line.loud { ("! ", look.warn()) } else { ("  ", ratatui::style::Style::new()) };
        pen.row(
            inside,
            row,
            &[(&line.time.strftime(form).to_string(), look.dim()), (mark, style), (line.words.say(app.lang), style)],
        );
    }
}
