//! The shared folder: each file with the steps of its life, newest first, by terminal.
//!
//! Where there is room, every step has a column: the first a time, the following how long after it. Elsewhere a row tells the last step and
//! the selected file's whole life stands below the list.

use jiff::civil::DateTime;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Target;
use super::pen::{Pen, Piece};
use crate::event::{FileLife, Lang, life_text, say};
use crate::operate::tui::app::{App, FileKey, Panel};
use crate::operate::tui::layout::{inner, window};
use crate::operate::tui::look::Look;
use crate::operate::tui::width::{pad, pad_left, pad_middle, wrap};
use crate::station::view::{FileView, View};

/// From this inner width on the steps have columns.
const COLUMNS: u16 = 104;

/// Cells of a step's column.
const STEP: usize = 10;

/// From this inner height on the selected file is described.
const DESCRIBED: u16 = 6;

/// The stages of a file's life, each with the steps that can take its place.
const STAGES: [&[FileLife]; 5] = [
    &[FileLife::Arrived],
    &[FileLife::Claimed, FileLife::LeftAlone],
    &[FileLife::Answered, FileLife::Refused],
    &[FileLife::Delivered, FileLife::Replaced],
    &[FileLife::Collected, FileLife::Stale],
];

/// A row of the list.
enum Row<'v> {
    Terminal(String),
    File(&'v FileView),
}

pub fn paint(pen: &mut Pen<'_>, view: &View, rect: Rect) {
    let (app, look) = (pen.app, pen.look);
    let files = app.files(view);
    let word = match (app.filters.word(Panel::Folder), app.filters.typing() == Some(Panel::Folder)) {
        ("", false) => String::new(),
        (word, typing) => format!(" /{word}{} ", if typing { "_" } else { "" }),
    };
    let count = format!(" {} ", files.len());
    let title = pen.say("共有フォルダ", "Shared folder");
    let inside = pen.panel(rect, Panel::Folder, title, &[(&word, look.warn()), (&count, look.dim())]);
    if files.is_empty() {
        return paint_empty(pen, view, inside);
    }
    let parts = Parts::of(inside);
    if let Some(head) = parts.head {
        paint_head(pen, head);
    }
    let at = app.file_at(&files);
    let chosen = files.get(at).copied();
    let first = first_row(app, view, rect);
    for (row, content) in (0..parts.list.height).zip(rows(view, &files).iter().skip(first)) {
        let row = Rect { y: parts.list.y + row, height: 1, ..parts.list };
        match content {
            Row::Terminal(text) => pen.row(row, 0, &[(" ", look.dim()), (text, look.title(false))]),
            Row::File(file) => {
                paint_file(pen, row, file);
                if chosen.is_some_and(|chosen| std::ptr::eq(chosen, *file)) {
                    pen.tint(row, look.cursor(app.panel == Panel::Folder));
                }
            }
        }
    }
    if let (Some(below), Some(file)) = (parts.below, chosen) {
        paint_description(pen, below, file);
    }
}

/// The first row shown.
pub fn first_row(app: &App, view: &View, rect: Rect) -> usize {
    let files = app.files(view);
    let rows = rows(view, &files);
    let chosen = files.get(app.file_at(&files)).copied();
    let at =
        rows.iter().position(|row| matches!(row, Row::File(file) if chosen.is_some_and(|c| std::ptr::eq(c, *file))));
    let height = usize::from(Parts::of(inner(rect)).list.height);
    // The first file of a terminal is shown with the terminal's name above it.
    let at = at.unwrap_or(0);
    let offset = if at <= 1 { 0 } else { app.offsets.folder };
    window(rows.len(), at, offset, height)
}

fn rows<'v>(view: &View, files: &[&'v FileView]) -> Vec<Row<'v>> {
    let mut rows = Vec::new();
    let mut terminal = None;
    for file in files {
        if view.terminals.len() > 1 && terminal != Some(file.terminal) {
            terminal = Some(file.terminal);
            let code = view.terminals.iter().find(|t| t.number == file.terminal).map_or("", |t| t.institution.as_str());
            rows.push(Row::Terminal(format!("{} {}  {code}", say(view.lang, "端末", "terminal"), file.terminal)));
        }
        rows.push(Row::File(file));
    }
    rows
}

/// How the inside is divided.
struct Parts {
    head: Option<Rect>,
    list: Rect,
    below: Option<Rect>,
}

impl Parts {
    fn of(inside: Rect) -> Self {
        let columns = inside.width >= COLUMNS && inside.height >= DESCRIBED;
        let head = columns.then_some(Rect { height: 1, ..inside });
        let top = u16::from(columns);
        let described = match inside.height {
            ..DESCRIBED => u16::from(inside.height > 3),
            DESCRIBED..12 => 2,
            12.. => 4,
        };
        let list = Rect { y: inside.y + top, height: inside.height.saturating_sub(top + described), ..inside };
        let below = (described > 0).then_some(Rect { y: list.bottom(), height: described, ..inside });
        Self { head, list, below }
    }
}

fn paint_empty(pen: &mut Pen<'_>, view: &View, inside: Rect) {
    let look = pen.look;
    if !view.files.is_empty() {
        pen.row(inside, 0, &[(pen.say(" 該当なし (Esc で解除)", " no match (Esc ends the filter)"), look.dim())]);
        return;
    }
    let text = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    let words = pen.say(
        "まだファイルはありません。カードを置くと face に、要求ファイルを req に入れると res に答えが現れます。",
        "No files yet. Place a card and its result appears in face; put a request into req and its answer appears in res.",
    );
    let words = wrap(words, usize::from(text.width));
    for (row, words) in (0..text.height).zip(&words) {
        pen.row(text, row, &[(words, look.dim())]);
    }
    let below = u16::try_from(words.len()).unwrap_or(u16::MAX).saturating_add(1);
    for (row, terminal) in (below..text.height).zip(&view.terminals) {
        pen.row(text, row, &[("req  ", look.dim()), (&terminal.req, Style::new())]);
    }
}

fn paint_head(pen: &mut Pen<'_>, rect: Rect) {
    let lang = pen.app.lang;
    let name = name_cells(rect.width, lang);
    let mut text =
        format!(" {} {} {}", pad("", 4), pad("", state_cells(lang)), pad(say(lang, "ファイル", "file"), name));
    for stage in STAGES {
        text += &pad_left(stage.first().map_or("", |life| stage_text(*life, lang)), STEP);
    }
    pen.row(rect, 0, &[(&text, pen.look.dim())]);
}

fn stage_text(life: FileLife, lang: Lang) -> &'static str {
    // The heading names the stage, not that it is over.
    if life == FileLife::Collected { say(lang, "回収", "collected") } else { life_text(life, lang) }
}

fn name_cells(width: u16, lang: Lang) -> usize {
    usize::from(width).saturating_sub(8 + state_cells(lang) + STAGES.len() * STEP)
}

fn state_cells(lang: Lang) -> usize {
    match lang {
        Lang::Ja => 8,
        Lang::En => 10,
    }
}

fn paint_file(pen: &mut Pen<'_>, row: Rect, file: &FileView) {
    let (look, lang) = (pen.look, pen.app.lang);
    pen.spots.add(row, Target::File(FileKey::of(file)));
    let last = file.life.last();
    let state = pad(last.map_or("", |step| life_text(step.life, lang)), state_cells(lang));
    let style = last.map_or(Style::new(), |step| life_style(step.life, look));
    let folder = pad(&file.folder.to_string(), 4);
    if row.width >= COLUMNS {
        let name = pad_middle(&file.name, name_cells(row.width, lang));
        let steps: String = STAGES.iter().map(|stage| step_text(file, stage)).collect();
        let pieces: [Piece<'_>; 8] = [
            (" ", look.dim()),
            (&folder, look.dim()),
            (" ", look.dim()),
            (&state, style),
            (" ", look.dim()),
            (&name, Style::new()),
            (&steps, look.dim()),
            (" ", look.dim()),
        ];
        return pen.row(row, 0, &pieces);
    }
    // When it was first seen: the list is in that order.
    let time = file.life.first().map_or_else(String::new, |step| clock(step.time));
    let name = pad_middle(&file.name, usize::from(row.width).saturating_sub(17 + state_cells(lang)));
    let pieces: [Piece<'_>; 8] = [
        (" ", look.dim()),
        (&pad(&time, 8), look.dim()),
        (" ", look.dim()),
        (&folder, look.dim()),
        (" ", look.dim()),
        (&state, style),
        (" ", look.dim()),
        (&name, Style::new()),
    ];
    pen.row(row, 0, &pieces);
}

/// The cell of a stage: the time of the first step, the distance to it of the others.
fn step_text(file: &FileView, stage: &[FileLife]) -> String {
    let Some(at) = file.life.iter().rposition(|step| stage.contains(&step.life)) else { return pad_left("-", STEP) };
    let Some((step, first)) = file.life.get(at).zip(file.life.first()) else { return pad_left("-", STEP) };
    pad_left(&if at == 0 { clock(step.time) } else { after(first.time, step.time) }, STEP)
}

/// The life of the selected file in one line, then what there is to say, then where it is.
fn paint_description(pen: &mut Pen<'_>, rect: Rect, file: &FileView) {
    let (look, lang) = (pen.look, pen.app.lang);
    let text = Rect { x: rect.x + 1, width: rect.width.saturating_sub(2), ..rect };
    let mut row = 0;
    if rect.height > 1 {
        pen.rule(rect, 0);
        row = 1;
    }
    let mut life = String::new();
    for step in &file.life {
        match file.life.first().filter(|_| !life.is_empty()) {
            None => life += &format!("{} {}", life_text(step.life, lang), clock(step.time)),
            Some(first) => life += &format!(" > {} {}", life_text(step.life, lang), after(first.time, step.time)),
        }
    }
    pen.row(text, row, &[(&life, look.accent())]);
    let mut more: Vec<(String, Style)> = Vec::new();
    if let Some(note) = &file.note {
        more.extend(wrap(note, usize::from(text.width)).into_iter().map(|line| (line, look.warn())));
    }
    more.push((file.path.clone(), look.dim()));
    for (row, (line, style)) in (row + 1..text.height).zip(&more) {
        pen.row(text, row, &[(line, *style)]);
    }
}

fn life_style(life: FileLife, look: Look) -> Style {
    match life {
        FileLife::Arrived | FileLife::Claimed | FileLife::Answered => look.accent(),
        FileLife::Delivered | FileLife::Replaced => look.good(),
        FileLife::Refused => look.bad(),
        FileLife::Stale => look.warn(),
        FileLife::Collected | FileLife::LeftAlone => look.dim(),
    }
}

fn clock(time: DateTime) -> String {
    time.strftime("%H:%M:%S").to_string()
}

/// How long after `first`; the time itself where the clock was set back between them.
fn after(first: DateTime, time: DateTime) -> String {
    let seconds = time.duration_since(first).as_secs_f64();
    match seconds {
        ..0.0 => clock(time),
        0.0..0.01 => format!("+{:.1} ms", seconds * 1e3),
        0.01..10.0 => format!("+{:.0} ms", seconds * 1e3),
        10.0..120.0 => format!("+{seconds:.0} s"),
        120.0..7200.0 => format!("+{:.0} min", seconds / 60.0),
        _ => format!("+{:.1} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    #[test]
    fn a_step_tells_how_long_after_the_first_it_came() {
        let first = datetime(2026, 9, 29, 16, 1, 12, 0);
        let at = |micros: i64| after(first, first + jiff::SignedDuration::from_micros(micros));
        assert_eq!(at(400), "+0.4 ms");
        assert_eq!(at(1_012_000), "+1012 ms");
        assert_eq!(at(42_000_000), "+42 s");
        assert_eq!(at(3_540_000_000), "+59 min");
        assert_eq!(at(9_000_000_000), "+2.5 h");
        assert_eq!(at(-1_000_000), "16:01:11");
    }
}
