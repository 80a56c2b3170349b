//! What lies over the screen: help, faults, the question before a reset, the field for digits.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Target;
use super::pen::Pen;
use crate::event::{Lang, say};
use crate::operate::tui::app::{App, Panel, Popup};
use crate::operate::tui::bindings::{BINDINGS, BUTTON_KEYS, PERSON_KEYS};
use crate::operate::tui::layout::window;
use crate::operate::tui::pin::PinEntry;
use crate::operate::tui::width::{pad, pad_left, width, wrap};
use crate::station::view::{FaultView, View};

/// Cells and rows that a pop-up takes at most.
pub const LARGEST: (u16, u16) = (92, 40);

/// Cells of the keys in the help.
const KEYS: usize = 14;

/// The rows of a panel's help: keys and what they do; a row without keys is a heading.
pub fn help_rows(panel: Panel, lang: Lang) -> Vec<(String, String)> {
    let row = |keys: &str, ja: &str, en: &str| (keys.to_owned(), say(lang, ja, en).to_owned());
    let of = |here: bool| {
        BINDINGS
            .iter()
            .filter(move |b| b.holds_in(panel) && b.panels.is_empty() != here)
            .map(move |b| (b.keys_text(), b.help_in(lang).to_owned()))
    };
    let (first, last) = PERSON_KEYS.split_at(9);
    let buttons = BUTTON_KEYS.get(..4).unwrap_or(BUTTON_KEYS);
    let mut rows = vec![row("", "この枠で", "In this panel")];
    rows.extend(of(true));
    rows.push(row("", "どこでも", "Everywhere"));
    rows.push(row("1-9", "その番号の患者のカードを置く", "put the card of the person with that key on the reader"));
    rows.push(row("0", "PC/SC リーダーにある実カードを使う", "use the card that lies in a PC/SC reader"));
    rows.push(row(
        last.get(..4).unwrap_or(first),
        "10 人目から先の患者 (表の左端の英小文字)",
        "the people after the ninth (small letters at the left)",
    ));
    rows.push(row(buttons, "リーダー画面のボタン (英大文字)", "the buttons on the reader's screen (capital letters)"));
    rows.extend(of(false));
    rows.push(row("", "マウス", "Mouse"));
    rows.push(row(
        say(lang, "クリック", "click"),
        "選ぶ。ボタンと下端の案内はその場で押す",
        "selects; buttons and the hints below are pressed at once",
    ));
    rows.push(row(
        say(lang, "もう一度", "once more"),
        "選んである患者は置く、ファイルは開く、障害は設定する",
        "on what is selected: places the person, opens the file, arms the fault",
    ));
    rows.push(row(say(lang, "ホイール", "wheel"), "指した枠を送る", "scrolls the panel under the pointer"));
    rows
}

pub fn help(pen: &mut Pen<'_>, panel: Panel) {
    let (look, lang) = (pen.look, pen.app.lang);
    let name = match panel {
        Panel::People => say(lang, "患者", "people"),
        Panel::Reader => say(lang, "リーダー", "reader"),
        Panel::Folder => say(lang, "共有フォルダ", "shared folder"),
        Panel::Journal => say(lang, "記録", "journal"),
        Panel::Preview => say(lang, "ファイルの中", "inside of a file"),
    };
    let title = format!("{}: {name}", say(lang, "ヘルプ", "Help"));
    let rows = help_rows(panel, lang);
    let tall = u16::try_from(rows.len()).unwrap_or(LARGEST.1) + 4;
    let inside = open(pen, tall, &title);
    let (body, foot) = with_foot(inside);
    let last = rows.len().saturating_sub(usize::from(body.height));
    let first = pen.app.help_row.min(last);
    for (row, (keys, text)) in (0..body.height).zip(rows.iter().skip(first)) {
        if keys.is_empty() {
            pen.row(body, row, &[(text, look.title(false))]);
        } else {
            pen.row(body, row, &[("  ", Style::new()), (&pad(keys, KEYS), look.key()), (text, Style::new())]);
        }
    }
    let more = if last > first { pen.say("   下に続きます", "   more below") } else { "" };
    pen.row(foot, 0, &[("Esc", look.key()), (pen.say(" 閉じる", " close"), Style::new()), (more, look.warn())]);
}

pub fn faults(pen: &mut Pen<'_>, view: &View) {
    let look = pen.look;
    let inside = open(pen, fault_rows(view), pen.say("障害", "Faults"));
    let (body, foot) = with_foot(inside);
    if view.faults.is_empty() {
        pen.row(body, 0, &[(pen.say("障害はありません", "there are none"), look.dim())]);
    }
    let first = first_fault(pen.app, view);
    let names = view.faults.iter().map(|fault| width(&fault.name)).max().unwrap_or(0).min(usize::from(body.width) / 3);
    let list = Rect { height: list_height(body), ..body };
    for (row, (index, fault)) in (0..list.height).zip(view.faults.iter().enumerate().skip(first)) {
        paint_fault(pen, Rect { y: list.y + row, height: 1, ..list }, index, fault, names);
    }
    // Of the chosen one what there is to say, where a row has no room for it.
    if let Some(fault) = view.faults.get(pen.app.fault) {
        let (words, more) = (fault.words.say(pen.app.lang), fault.more.say(pen.app.lang));
        let words = wrap(&format!("{words} — {more}"), usize::from(body.width));
        for (row, words) in (list.height + 1..body.height).zip(&words) {
            pen.row(body, row, &[(words, look.dim())]);
        }
    }
    let (arm, close) = (pen.say(" 1 回だけ設定 / 解除   ", " arm once / take back   "), pen.say(" 閉じる", " close"));
    pen.row(foot, 0, &[("Enter", look.key()), (arm, Style::new()), ("Esc", look.key()), (close, Style::new())]);
}

/// The first knob shown.
pub fn first_fault(app: &App, view: &View) -> usize {
    if app.popup() != Some(&Popup::Faults) {
        return app.offsets.faults;
    }
    let rows = fault_rows(view).min(LARGEST.1).min(app.size.height.saturating_sub(2));
    let body = Rect::new(0, 0, 0, rows.saturating_sub(4));
    window(view.faults.len(), app.fault, app.offsets.faults, usize::from(list_height(body)))
}

fn fault_rows(view: &View) -> u16 {
    u16::try_from(view.faults.len()).unwrap_or(LARGEST.1).saturating_add(8)
}

/// Three rows below the list belong to the words of the chosen one.
fn list_height(body: Rect) -> u16 {
    if body.height > 8 { body.height - 3 } else { body.height }
}

fn paint_fault(pen: &mut Pen<'_>, row: Rect, index: usize, fault: &FaultView, names: usize) {
    let look = pen.look;
    pen.spots.add(row, Target::Fault(index));
    let (mark, style) = if fault.armed { ("[x] ", look.warn()) } else { ("[ ] ", Style::new()) };
    let hits = match fault.hits {
        0 => String::new(),
        n => format!(" {n}{}", pen.say(" 回", "x")),
    };
    let hits = pad_left(&hits, 7);
    let words = pad(fault.words.say(pen.app.lang), usize::from(row.width).saturating_sub(names + 6 + 7));
    let name = pad(&fault.name, names);
    pen.row(row, 0, &[(mark, style), (&name, style), ("  ", style), (&words, Style::new()), (&hits, look.dim())]);
    if index == pen.app.fault {
        pen.tint(row, look.cursor(true));
    }
}

pub fn reset(pen: &mut Pen<'_>) {
    let look = pen.look;
    let inside = pen.boxed(60, 8, pen.say("初期化", "Reset"));
    pen.row(inside, 1, &[(pen.say("起動時の状態に戻しますか。", "Back to the start-up state?"), look.warn())]);
    let stays =
        pen.say("req / res / face のファイルはそのまま残ります。", "Files in req, res and face stay as they are.");
    pen.row(inside, 2, &[(stays, look.dim())]);
    let (yes, no) = (pen.say(" 戻す", " yes"), pen.say(" やめる", " no"));
    let answers = [("Enter", yes, true), ("Esc", no, false)];
    let mut x = inside.x;
    for (key, word, answer) in answers {
        let cells = u16::try_from(width(key) + width(word)).unwrap_or(0);
        let here = Rect { x, y: inside.y + 4, width: cells, height: 1 }.intersection(inside);
        pen.row(here, 0, &[(key, look.key()), (word, Style::new())]);
        pen.spots.add(here, Target::Answer(answer));
        x = x.saturating_add(cells + 3);
    }
}

pub fn pin(pen: &mut Pen<'_>, entry: &PinEntry) {
    /// What most fields on a reader ask for: 利用者証明用 has four digits.
    const USUAL: usize = 4;
    let look = pen.look;
    let inside = pen.boxed(50, 8, pen.say("暗証番号", "PIN"));
    pen.row(
        inside,
        1,
        &[(pen.say("患者の代わりに数字を入れます。", "Type the digits in the patient's place."), Style::new())],
    );
    let stars = "* ".repeat(entry.len()) + &"_ ".repeat(USUAL.saturating_sub(entry.len()));
    pen.row(inside, 3, &[("[ ", look.dim()), (&stars, look.accent()), ("]", look.dim())]);
    let words = [pen.say(" 送る  ", " send  "), pen.say(" 1 字消す  ", " one back  "), pen.say(" やめる", " cancel")];
    pen.row(
        inside,
        5,
        &[
            ("Enter", look.key()),
            (words[0], Style::new()),
            ("Backspace", look.key()),
            (words[1], Style::new()),
            ("Esc", look.key()),
            (words[2], Style::new()),
        ],
    );
}

pub fn open(pen: &mut Pen<'_>, rows: u16, title: &str) -> Rect {
    let size = pen.app.size;
    pen.boxed(
        LARGEST.0.min(size.width.saturating_sub(2)),
        rows.min(LARGEST.1).min(size.height.saturating_sub(2)),
        title,
    )
}

/// The last row is for the keys, the one above stays empty.
pub fn with_foot(inside: Rect) -> (Rect, Rect) {
    let body = Rect { height: inside.height.saturating_sub(2), ..inside };
    let foot = Rect { y: inside.bottom().saturating_sub(1), height: inside.height.min(1), ..inside };
    (body, foot)
}
