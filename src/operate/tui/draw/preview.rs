//! The inside of a file: element, value, what it is called and what its value means, and how sure that is.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Target;
use super::pen::Pen;
use crate::event::{FolderKind, say};
use crate::message::explain::Line;
use crate::operate::tui::app::Panel;
use crate::operate::tui::layout::{inner, window};
use crate::operate::tui::preview::{Content, Preview, Read, Row};
use crate::operate::tui::width::{cut_middle, pad, pad_middle, width, wrap};
use crate::station::view::View;

/// From this width on the source of an element is shown beside it.
const SOURCES: u16 = 110;

/// Cells of the source.
const SOURCE: usize = 30;

/// From this inner height on the row under the cursor is told in full below the list.
const DESCRIBED: u16 = 12;

/// Rows of that, with the line above.
const DESCRIPTION: u16 = 5;

/// Cells of the confidence: `[A]` and a blank.
const SURE: usize = 4;

pub fn paint(pen: &mut Pen<'_>, _view: &View, rect: Rect) {
    let app = pen.app;
    let (focused, other) = app.halves(rect);
    if let Some(preview) = &app.preview {
        paint_file(pen, preview, focused, true, side(pen, preview, other.is_none()));
    }
    if let (Some(preview), Some(rect)) = (&app.beside, other) {
        paint_file(pen, preview, rect, false, side(pen, preview, false));
    }
}

/// Of a pair, which one it is.
fn side(pen: &Pen<'_>, preview: &Preview, alone: bool) -> &'static str {
    let lang = pen.app.lang;
    match (preview.key.folder, alone) {
        _ if pen.app.beside.is_none() => "",
        (FolderKind::Req, true) => say(lang, " 要求 Enter>回答 ", " request Enter>answer "),
        (FolderKind::Req, false) => say(lang, " 要求 ", " request "),
        (_, true) => say(lang, " 回答 Enter>要求 ", " answer Enter>request "),
        (_, false) => say(lang, " 回答 ", " answer "),
    }
}

fn paint_file(pen: &mut Pen<'_>, preview: &Preview, rect: Rect, focused: bool, side: &str) {
    let look = pen.look;
    let kind = match (side, preview.shows_raw()) {
        ("", true) => pen.say(" 原文 ", " raw "),
        ("", false) => pen.say(" 項目名つき ", " labels "),
        (side, _) => side,
    };
    let gone = preview.content == Content::Gone || preview.read().is_some_and(|read| read.gone);
    let gone = if gone { pen.say(" 回収済 ", " collected ") } else { "" };
    let room = usize::from(rect.width).saturating_sub(6 + width(kind) + width(gone));
    let title = cut_middle(&format!("{}/{}", preview.key.folder, preview.key.name), room);
    let focused = focused && pen.app.panel == Panel::Preview;
    pen.spots.add(rect, Target::Panel(Panel::Preview));
    let inside = pen.frame(rect, focused, &title, &[(gone, look.warn()), (kind, look.dim())]);
    let (list, below) = split(preview, inside);
    let text = indented(list);
    match &preview.content {
        Content::Unread => pen.row(text, 0, &[(pen.say("読んでいます", "reading"), look.dim())]),
        Content::Gone => {
            let words = pen.say("もう回収されていて、中は見られません", "collected already; nothing left to see");
            pen.row(text, 0, &[(words, look.dim())]);
        }
        Content::Read(read) if preview.shows_raw() => paint_raw(pen, text, preview, read),
        Content::Read(read) => paint_rows(pen, list, rows(preview, rect), &read.rows, focused),
    }
    if let (Some(below), Some(read)) = (below, preview.read()) {
        paint_description(pen, below, read.rows.get(rows(preview, rect).0));
    }
    let (row, top) = rows(preview, rect);
    let shown = usize::from(list.height) + if preview.shows_raw() { row } else { top };
    if shown < preview.rows() {
        let more = format!(" {} {} ", pen.say("あと", "more:"), preview.rows() - shown);
        let foot = Rect { y: rect.bottom().saturating_sub(1), height: 1, ..inside };
        pen.row_right(foot, 0, foot.width, &[(&more, look.dim())]);
    }
}

/// Cursor and first row, brought to where they are shown in the panel `rect`.
pub fn rows(preview: &Preview, rect: Rect) -> (usize, usize) {
    let (list, _) = split(preview, inner(rect));
    let (count, height) = (preview.rows(), usize::from(list.height));
    if preview.shows_raw() {
        let row = preview.row.min(count.saturating_sub(height));
        return (row, row);
    }
    let row = preview.row.min(count.saturating_sub(1));
    (row, window(count, row, preview.top, height))
}

/// The list, and below it the place where the row under the cursor is told in full.
fn split(preview: &Preview, inside: Rect) -> (Rect, Option<Rect>) {
    if preview.shows_raw() || inside.height < DESCRIBED {
        return (inside, None);
    }
    let list = Rect { height: inside.height - DESCRIPTION, ..inside };
    (list, Some(Rect { y: list.bottom(), height: DESCRIPTION, ..inside }))
}

fn paint_raw(pen: &mut Pen<'_>, text: Rect, preview: &Preview, read: &Read) {
    let mut text = text;
    if let Some(problem) = &read.problem {
        pen.row(text, 0, &[("! ", pen.look.bad()), (problem, pen.look.bad())]);
        text = Rect { y: text.y + 1, height: text.height.saturating_sub(1), ..text };
    }
    for (row, line) in (0..text.height).zip(read.raw.iter().skip(preview.row)) {
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
    ""
}

/// The columns of the explained file.
struct Columns {
    element: usize,
    value: usize,
    words: usize,
    source: usize,
}

impl Columns {
    /// As wide as what stands in them, as far as there is room.
    fn of(rows: &[Row], cells: u16) -> Self {
        let source = if cells >= SOURCES { SOURCE } else { 0 };
        let room = usize::from(cells).saturating_sub(SURE + 2 + source + source.min(1));
        let lines = || rows.iter().filter_map(|row| if let Row::Element(line) = row { Some(line) } else { None });
        let element = lines().map(|line| line.depth + width(&line.element)).max().unwrap_or(0).min(room * 34 / 100);
        let value = lines().map(|line| width(line.raw.as_deref().unwrap_or_default())).max().unwrap_or(0);
        let value = value.min(room * 22 / 100);
        Self { element, value, words: room.saturating_sub(element + value), source }
    }
}

fn paint_rows(pen: &mut Pen<'_>, list: Rect, (cursor, top): (usize, usize), rows: &[Row], focused: bool) {
    let look = pen.look;
    let text = indented(list);
    let columns = Columns::of(rows, text.width);
    let labels =
        rows.iter().map(|row| if let Row::About(label, _) = row { width(label) } else { 0 }).max().unwrap_or(0);
    for (row, (index, content)) in (0..text.height).zip(rows.iter().enumerate().skip(top)) {
        match content {
            Row::About(label, words) => {
                pen.row(text, row, &[(&pad(label, labels), look.dim()), ("  ", Style::new()), (words, Style::new())]);
            }
            Row::Note(depth, note) => {
                let indent = " ".repeat(if *depth == 0 { 0 } else { SURE + depth });
                pen.row(text, row, &[(&indent, Style::new()), ("! ", look.warn()), (note, look.warn())]);
            }
            Row::Element(line) => paint_element(pen, text, row, line, &columns),
            Row::Blank => {}
        }
        if index == cursor {
            let here = Rect { y: list.y + row, height: 1, ..list };
            pen.tint(here, look.cursor(focused));
        }
    }
}

/// The row under the cursor in full: names and meanings are longer than columns.
fn paint_description(pen: &mut Pen<'_>, below: Rect, row: Option<&Row>) {
    let look = pen.look;
    pen.rule(below, 0);
    let text = indented(below);
    let mut told: Vec<(String, Style)> = Vec::new();
    match row {
        Some(Row::Element(line)) => {
            let label = line.label.as_deref().unwrap_or(pen.say("知られていない項目", "an element nobody described"));
            let source = line.source.as_deref().unwrap_or("-");
            let meaning = line.meaning.as_ref().map_or_else(String::new, |meaning| format!(" = {meaning}"));
            told.push((format!("{}  {label}", line.element), look.accent()));
            told.push((format!("{}{meaning}", line.raw.as_deref().unwrap_or_default()), Style::new()));
            let sure = line.confidence.map_or_else(|| "?".to_owned(), |confidence| confidence.to_string());
            told.push((format!("{} [{sure}] {source}", pen.say("出典", "source")), look.dim()));
        }
        Some(Row::About(label, words)) => told.push((format!("{label}  {words}"), Style::new())),
        Some(Row::Note(_, note)) => told.push((note.clone(), look.warn())),
        Some(Row::Blank) | None => {}
    }
    let rows = told
        .iter()
        .flat_map(|(words, style)| wrap(words, usize::from(text.width)).into_iter().map(|row| (row, *style)));
    for (row, (words, style)) in (1..text.height).zip(rows) {
        pen.row(text, row, &[(&words, style)]);
    }
}

fn indented(rect: Rect) -> Rect {
    Rect { x: rect.x + 1, width: rect.width.saturating_sub(2), ..rect }
}

fn paint_element(pen: &mut Pen<'_>, text: Rect, row: u16, line: &Line, columns: &Columns) {
    let look = pen.look;
    let sure = line.confidence.map_or_else(|| "[?]".to_owned(), |confidence| format!("[{confidence}]"));
    let sure_style = if line.provisional { look.warn() } else { look.dim() };
    let indent = " ".repeat(line.depth.min(columns.element));
    let name = pad_middle(&line.element, columns.element - indent.len());
    let label = line.label.as_deref().unwrap_or_default();
    let words = match &line.meaning {
        Some(meaning) if label.is_empty() => meaning.clone(),
        Some(meaning) => format!("{label}: {meaning}"),
        None => label.to_owned(),
    };
    let value = line.raw.as_deref().unwrap_or_default();
    let source = line.source.as_deref().unwrap_or_default();
    let source = if columns.source > 0 { format!(" {}", pad(source, columns.source)) } else { String::new() };
    pen.row(
        text,
        row,
        &[
            (&pad(&sure, SURE), sure_style),
            (&indent, Style::new()),
            (&name, if line.raw.is_some() { Style::new() } else { look.title(false) }),
            (&format!(" {} ", pad(value, columns.value)), look.accent()),
            (&pad(&words, columns.words), look.dim()),
            (&source, look.dim()),
        ],
    );
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn text_moves_sideways_by_cells() {
        assert_eq!(after("山田 abc", 0), "山田 abc");
        assert_eq!(after("山田 abc", 1), "田 abc");
        assert_eq!(after("山田 abc", 5), "abc");
        assert_eq!(after("山田 abc", 8), "");
    }
}
