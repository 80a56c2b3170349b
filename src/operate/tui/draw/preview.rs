//! The inside of a file: element, value, what it is called and what its code stands for, and how sure that is.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use crate::operate::tui::app::Panel;
use crate::operate::tui::layout::inner;
use crate::operate::tui::preview::{Content, Line, Preview};
use crate::operate::tui::width::{cut_middle, pad, pad_middle, width};
use crate::station::view::View;

/// From this width on the source of an element is shown beside it.
const SOURCES: u16 = 110;

/// Cells of the source.
const SOURCE: usize = 30;

pub fn paint(pen: &mut Pen<'_>, _view: &View, rect: Rect) {
    let (app, look) = (pen.app, pen.look);
    let Some(preview) = &app.preview else { return };
    let kind =
        if preview.shows_raw() { pen.say(" 原文 ", " raw ") } else { pen.say(" 項目名つき ", " labels ") };
    let gone = matches!(preview.content, Content::Gone | Content::Read { gone: true, .. });
    let gone = if gone { pen.say(" 回収済 ", " collected ") } else { "" };
    let room = usize::from(rect.width).saturating_sub(6 + width(kind) + width(gone));
    let title = cut_middle(&format!("{}/{}", preview.key.folder, preview.key.name), room);
    pen.panel(rect, Panel::Preview, &title, &[(gone, look.warn()), (kind, look.dim())]);
    let inside = inner(rect);
    let text = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    match &preview.content {
        Content::Unread => pen.row(text, 0, &[(pen.say("読んでいます", "reading"), look.dim())]),
        Content::Gone => {
            let words = pen.say("もう回収されていて、中は見られません", "collected already; nothing left to see");
            pen.row(text, 0, &[(words, look.dim())]);
        }
        Content::Read { raw, .. } if preview.shows_raw() => paint_raw(pen, text, preview, raw),
        Content::Read { lines, .. } => paint_lines(pen, text, preview, lines),
    }
    let shown = preview.row + usize::from(inside.height);
    if shown < preview.rows() {
        let more = format!(" {} {} ", pen.say("あと", "more:"), preview.rows() - shown);
        let foot = Rect { x: inside.x, y: rect.bottom().saturating_sub(1), width: inside.width, height: 1 };
        pen.row_right(foot, 0, foot.width, &[(&more, look.dim())]);
    }
}

fn paint_raw(pen: &mut Pen<'_>, text: Rect, preview: &Preview, raw: &[String]) {
    for (row, line) in (0..text.height).zip(raw.iter().skip(preview.row)) {
        pen.row(text, row, &[(after(line, preview.column), Style::new())]);
    }
}

/// What is right of `cells` cells; a full-width character on the edge is left out whole.
fn after(line: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, letter) in line.char_indices() {
        if used >= cells {
            return line.get(at..).unwrap_or_default();
        }
        used += width(letter.encode_utf8(&mut [0; 4]));
    }
    if cells == 0 { line } else { "" }
}

fn paint_lines(pen: &mut Pen<'_>, text: Rect, preview: &Preview, lines: &[Line]) {
    let look = pen.look;
    let sources = if text.width >= SOURCES { SOURCE + 1 } else { 0 };
    let room = usize::from(text.width).saturating_sub(4 + sources);
    let longest = |of: fn(&Line) -> usize| lines.iter().map(of).max().unwrap_or(0);
    let element = longest(|line| line.depth * 2 + width(&line.element)).min(room * 42 / 100);
    let value = longest(|line| width(&line.value)).min(room * 30 / 100);
    let label = room.saturating_sub(element + value + 2);
    for (row, line) in (0..text.height).zip(lines.iter().skip(preview.row)) {
        let indent = "  ".repeat(line.depth).chars().take(element).collect::<String>();
        let name = pad_middle(&line.element, element.saturating_sub(indent.len()));
        let words = match &line.decoded {
            Some(decoded) => format!("{}: {decoded}", line.label),
            None => line.label.clone(),
        };
        let source = if sources > 0 { format!(" {}", pad(&line.source, SOURCE)) } else { String::new() };
        let leaf = !line.value.is_empty();
        pen.row(
            text,
            row,
            &[
                (&format!("{} ", pad(&line.confidence, 3)), look.dim()),
                (&indent, Style::new()),
                (&name, if leaf { Style::new() } else { look.title(false) }),
                (&format!(" {} ", pad(&line.value, value)), look.accent()),
                (&pad(&words, label), look.dim()),
                (&source, look.dim()),
            ],
        );
    }
}
