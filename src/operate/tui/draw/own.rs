//! The list of files of the operator's own, one of which the next visit may bring.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Target;
use super::pen::Pen;
use super::popup::{LARGEST, open, with_foot};
use crate::operate::tui::app::{App, Popup};
use crate::operate::tui::layout::window;
use crate::operate::tui::width::{pad, width, wrap};
use crate::station::view::{OwnFile, View};

/// Rows that the frame, the line of keys and the words about the chosen file take.
const AROUND: u16 = 7;
/// Rows of those words.
const WORDS: u16 = 3;
/// Room for the words is taken from a list that keeps so many rows.
const LEAST: u16 = 2;
/// Cells of what a file is.
const KIND: usize = 15;
/// Cells of a person's name.
const PERSON: usize = 20;

pub fn paint(pen: &mut Pen<'_>, view: &View) {
    let look = pen.look;
    let app = pen.app;
    let reader = app.reader_at(view).and_then(|at| view.readers.get(at));
    let number = reader.map_or(1, |reader| reader.number);
    let title =
        format!("{} {number}", pen.say("手持ちのXML → 次の受付 リーダー", "Own XML for the next visit, reader"));
    let inside = open(pen, rows(app), &title);
    let (body, foot) = with_foot(inside);
    let files = app.own_files.as_deref().unwrap_or_default();
    if files.is_empty() {
        let none = pen.say(
            "ファイルがありません。[[terminal]] answers にフォルダを設定してください。",
            "No files: name a folder by [[terminal]] answers.",
        );
        pen.row(body, 0, &[(none, look.dim())]);
    }
    let bound = reader.and_then(|reader| reader.own.as_deref());
    let list = Rect { height: list_height(body.height), ..body };
    for (row, (index, file)) in (0..list.height).zip(files.iter().enumerate().skip(first_file(app))) {
        paint_file(pen, Rect { y: list.y + row, height: 1, ..list }, index, file, bound == Some(file.name.as_str()));
    }
    if let Some(file) = files.get(app.own) {
        let words = wrap(&about(pen, file), usize::from(body.width));
        for (row, words) in (list.height + 1..body.height).zip(&words) {
            pen.row(body, row, &[(words, look.dim())]);
        }
    }
    let (choose, close) =
        (pen.say(" 次の受付に使う / やめる   ", " for the next visit / take back   "), pen.say(" 閉じる", " close"));
    pen.row(foot, 0, &[("Enter", look.key()), (choose, Style::new()), ("Esc", look.key()), (close, Style::new())]);
}

/// The first file shown.
pub fn first_file(app: &App) -> usize {
    let files = app.own_files.as_ref().map_or(0, Vec::len);
    if app.popup() != Some(&Popup::Own) {
        return app.offsets.own;
    }
    let body = rows(app).min(LARGEST.1).min(app.size.height.saturating_sub(2)).saturating_sub(4);
    window(files, app.own, app.offsets.own, usize::from(list_height(body)))
}

fn rows(app: &App) -> u16 {
    let files = app.own_files.as_ref().map_or(0, Vec::len);
    u16::try_from(files).unwrap_or(LARGEST.1).saturating_add(AROUND).max(AROUND + 1)
}

fn list_height(body: u16) -> u16 {
    if body >= LEAST + WORDS { body - WORDS } else { body }
}

fn paint_file(pen: &mut Pen<'_>, row: Rect, index: usize, file: &OwnFile, bound: bool) {
    let (look, lang) = (pen.look, pen.app.lang);
    pen.spots.add(row, Target::Own(index));
    let (mark, style) = match (bound, file.trouble.is_some(), file.kind.suits_a_visit()) {
        (true, ..) => ("[x] ", look.good()),
        (_, true, _) => (" !  ", look.bad()),
        (_, _, true) => ("[ ] ", Style::new()),
        _ => ("    ", look.dim()),
    };
    let name = usize::from(row.width).saturating_sub(width(mark) + KIND + PERSON + 2).max(1);
    let with = if file.partner.is_some() { "+PMH " } else { "" };
    let person = format!("{with}{}", file.person.as_deref().unwrap_or_default());
    pen.row(
        row,
        0,
        &[
            (mark, style),
            (&pad(&file.name, name), style),
            (" ", style),
            (&pad(file.kind.name(lang), KIND), look.dim()),
            (" ", style),
            (&pad(&person, PERSON), Style::new()),
        ],
    );
    if index == pen.app.own {
        pen.tint(row, look.cursor(true));
    }
}

/// What there is to say of a file in full.
fn about(pen: &Pen<'_>, file: &OwnFile) -> String {
    let lang = pen.app.lang;
    if let Some(trouble) = &file.trouble {
        return trouble.say(lang).to_owned();
    }
    let mut about = vec![file.name.clone()];
    about.extend(
        file.partner.as_ref().map(|partner| format!("{} {partner}", pen.say("医療費助成:", "with the PMH file"))),
    );
    if file.listed {
        about.push(pen.say("answers.toml に回答として登録", "an answer by answers.toml").to_owned());
    }
    if !file.kind.suits_a_visit() {
        about.push(pen.say("受付の結果には使えません", "no result for a visit").to_owned());
    }
    about.join("  ")
}
