//! The page of the chain of identities: what the systems behind the terminal told each other, the latest first.

use ratatui::style::Style;

use super::pen::Pen;
use super::popup::{LARGEST, open, with_foot};
use crate::operate::chain;
use crate::operate::tui::app::App;
use crate::station::view::View;

pub fn paint(pen: &mut Pen<'_>, view: &View) {
    let look = pen.look;
    let rows = rows(pen.app, view);
    let inside = open(pen, LARGEST.1, pen.say("識別子の連鎖", "Chain of identities"));
    let (body, foot) = with_foot(inside);
    if rows.is_empty() {
        let none = match view.hub.as_str() {
            "embedded" => pen.say("まだ受付がありません。", "No visit yet."),
            _ => pen.say("ハブが外部にあるため表示できません。", "The hub is elsewhere and tells nothing here."),
        };
        pen.row(body, 0, &[(none, look.dim())]);
    }
    let last = rows.len().saturating_sub(usize::from(body.height));
    let first = pen.app.chain_row.min(last);
    for (row, (text, heading)) in (0..body.height).zip(rows.iter().skip(first)) {
        let style = if *heading { look.title(false) } else { Style::new() };
        pen.row(body, row, &[(text, style)]);
    }
    let more = if last > first { pen.say("   下に続きます", "   more below") } else { "" };
    pen.row(foot, 0, &[("Esc", look.key()), (pen.say(" 閉じる", " close"), Style::new()), (more, look.warn())]);
}

/// The rows of the page, and which are headings.
pub fn rows(app: &App, view: &View) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for view in view.chains.iter().rev() {
        let (heading, rows) = chain::rows(view, app.lang);
        all.push((heading, true));
        all.extend(rows.into_iter().map(|row| (row, false)));
    }
    all
}
