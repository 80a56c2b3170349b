//! The readers: who stands there, what the patient reads, what may be pressed.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Target;
use super::pen::Pen;
use crate::event::say;
use crate::operate::tui::app::Panel;
use crate::operate::tui::bindings::BUTTON_KEYS;
use crate::operate::tui::layout::{inner, readers_shown};
use crate::operate::tui::width::{width, wrap};
use crate::station::view::{ReaderView, View};

/// From this height on the patient's screen has a frame of its own.
const FRAMED: u16 = 10;

/// Cells between two buttons.
const GAP: u16 = 2;

pub fn paint(pen: &mut Pen<'_>, view: &View, rect: Rect) {
    let selected = pen.app.reader_at(view).unwrap_or(0);
    let shown = readers_shown(rect.width, view.readers.len(), selected);
    if shown.is_empty() {
        let inside = pen.panel(rect, Panel::Reader, pen.say("リーダー", "Reader"), &[]);
        pen.row(inside, 0, &[(pen.say(" リーダーがありません", " there is no reader"), pen.look.dim())]);
        return;
    }
    let count = u16::try_from(shown.len()).unwrap_or(1);
    let hidden = shown.len() < view.readers.len();
    for (column, index) in (0..count).zip(shown) {
        let Some(reader) = view.readers.get(index) else { continue };
        let left = rect.width * column / count;
        let right = rect.width * (column + 1) / count;
        let part = Rect { x: rect.x + left, width: right - left, ..rect };
        let mark = if index == selected && count > 1 { "> " } else { "" };
        let of = if hidden { format!(" / {}", view.readers.len()) } else { String::new() };
        Reader { pen, index, reader, selected: index == selected }.paint(part, mark, &of);
    }
}

/// One reader being drawn.
struct Reader<'p, 'a, 'v> {
    pen: &'p mut Pen<'a>,
    index: usize,
    reader: &'v ReaderView,
    selected: bool,
}

impl Reader<'_, '_, '_> {
    fn paint(&mut self, rect: Rect, mark: &str, of: &str) {
        let (look, lang) = (self.pen.look, self.pen.app.lang);
        let reader = self.reader;
        let title = format!("{mark}{}{}{of}", say(lang, "リーダー ", "Reader "), reader.number);
        let pilot = match reader.auto_pilot {
            true => (say(lang, " 自動操作 入 ", " auto-pilot on "), look.good()),
            false => (say(lang, " 自動操作 切 (手動) ", " auto-pilot off (by hand) "), look.warn()),
        };
        self.pen.spots.add(rect, Target::Panel(Panel::Reader));
        let focused = self.selected && self.pen.app.panel == Panel::Reader;
        let inside = self.pen.frame(rect, focused, &title, &[pilot]);
        self.pen.spots.add(rect, Target::Reader(self.index));
        let text = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
        self.who(text);
        self.state(text);
        let screen = Rect { y: text.y + 2, height: text.height.saturating_sub(2), ..text };
        if inside.height >= FRAMED {
            let room = Rect { height: screen.height.saturating_sub(1), ..screen };
            self.pen.edge(room, look.dim());
            let body = inner(room);
            self.screen(Rect { x: body.x + 1, width: body.width.saturating_sub(2), ..body });
            self.advice(text, text.height.saturating_sub(1));
        } else {
            self.pen.rule(screen, 0);
            let body = Rect { y: screen.y + 1, height: screen.height.saturating_sub(1), ..screen };
            let used = self.screen(body);
            if used < body.height {
                self.advice(body, body.height - 1);
            }
        }
    }

    /// The person and what lies on the reader.
    fn who(&mut self, rect: Rect) {
        let (look, lang) = (self.pen.look, self.pen.app.lang);
        let reader = self.reader;
        let source = match reader.source.as_str() {
            "soft" => say(lang, "ソフトカード用", "for software cards"),
            other => other,
        };
        let card = reader.card.as_deref().unwrap_or(source);
        let id = reader.person.as_ref().map_or_else(String::new, |id| format!(" ({id})"));
        match (&reader.person_name, &reader.card) {
            (Some(name), _) => {
                self.pen.row(
                    rect,
                    0,
                    &[(name, look.accent()), (&id, look.dim()), ("   ", look.dim()), (card, look.dim())],
                );
            }
            (None, Some(card)) => {
                let unknown = say(lang, "持ち主不明のカード", "card of an unknown person");
                self.pen.row(rect, 0, &[(unknown, look.warn()), ("   ", look.dim()), (card, look.dim())]);
            }
            (None, None) => {
                let nobody = say(lang, "カードなし", "no card");
                self.pen.row(rect, 0, &[(nobody, look.dim()), ("   ", look.dim()), (source, look.dim())]);
            }
        }
    }

    /// The dialogue's state, what the card proved, and the alarm.
    fn state(&mut self, rect: Rect) {
        let (look, lang) = (self.pen.look, self.pen.app.lang);
        let reader = self.reader;
        let proof = match reader.proof.as_deref() {
            None => "",
            Some("pin-signature") => say(lang, "   証明 PIN 署名", "   proof: PIN signature"),
            Some("test-authority") => say(lang, "   証明 試験用認証局", "   proof: test authority"),
            Some("none") => say(lang, "   証明なし", "   proof: none"),
            Some(other) => other,
        };
        let state = format!("{} {}", say(lang, "状態", "state"), reader.state);
        if reader.alarm {
            let alarm = say(lang, " ! カードの取り忘れ   ", " ! card forgotten   ");
            self.pen.row(rect, 1, &[(alarm, look.alarm()), (&state, look.alarm())]);
            self.pen.tint(Rect { y: rect.y + 1, height: 1.min(rect.height.saturating_sub(1)), ..rect }, look.alarm());
        } else {
            let own = reader.own.as_ref().map(|file| format!("   {} {file}", say(lang, "手持ちXML", "own XML")));
            let own = own.unwrap_or_default();
            self.pen.row(rect, 1, &[(&state, look.dim()), (&own, look.warn()), (proof, look.dim())]);
        }
    }

    /// What the patient reads; returns the rows taken.
    fn screen(&mut self, rect: Rect) -> u16 {
        let lang = self.pen.app.lang;
        let reader = self.reader;
        let cells = usize::from(rect.width);
        let rows_of = |text: &str| wrap(text, cells);
        let buttons = self.flow(rect.width);
        let button_rows = buttons.last().map_or(0, |b| b.row + 1);
        let mut row = 0;
        for text in rows_of(reader.screen.title.say(lang)).iter().take(2) {
            self.pen.row(rect, row, &[(text, Style::new().add_modifier(ratatui::style::Modifier::BOLD))]);
            row += 1;
        }
        let lines: Vec<String> = reader.screen.lines.iter().flat_map(|line| rows_of(line.say(lang))).collect();
        let needed = row + u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(button_rows);
        // Blank rows where there is room for them: after the title, before the buttons.
        let mut spare = rect.height.saturating_sub(needed);
        if spare > 1 && !lines.is_empty() {
            row += 1;
            spare -= 1;
        }
        for text in lines.iter().take(usize::from(rect.height.saturating_sub(row + button_rows))) {
            self.pen.row(rect, row, &[(text, Style::new())]);
            row += 1;
        }
        if spare > 0 && !buttons.is_empty() {
            row += 1;
        }
        self.buttons(
            Rect { y: rect.y + row.min(rect.height), height: rect.height.saturating_sub(row), ..rect },
            &buttons,
        );
        row + button_rows
    }

    fn buttons(&mut self, rect: Rect, buttons: &[Button]) {
        let look = self.pen.look;
        let focused = self.selected && self.pen.app.panel == Panel::Reader;
        let chosen = self.pen.app.button.min(buttons.len().saturating_sub(1));
        // More buttons than rows: the chosen one stays in sight.
        let chosen_row = buttons.get(chosen).map_or(0, |b| b.row);
        let first = if self.selected { (chosen_row + 1).saturating_sub(rect.height) } else { 0 };
        for (index, button) in buttons.iter().enumerate() {
            let Some(row) = button.row.checked_sub(first).filter(|row| *row < rect.height) else { continue };
            let here = Rect { x: rect.x + button.x, y: rect.y + row, width: button.cells, height: 1 };
            let style = look.button(focused && index == chosen);
            let key_style = if focused && index == chosen { style } else { look.key() };
            self.pen.row(here, 0, &[(&button.key, key_style), (&button.words, style)]);
            self.pen.spots.add(here, Target::Button(self.index, index));
        }
    }

    /// Buttons one after the other, in as many rows as they need.
    fn flow(&self, cells: u16) -> Vec<Button> {
        let lang = self.pen.app.lang;
        let (mut x, mut row) = (0_u16, 0_u16);
        let mut keys = BUTTON_KEYS.chars();
        let mut flown = Vec::new();
        for button in &self.reader.screen.buttons {
            // Only the selected reader's buttons have keys.
            let key = keys.next().filter(|_| self.selected).map_or_else(String::new, |key| format!("[{key}]"));
            let staff = if button.staff { say(lang, "係員: ", "staff: ") } else { "" };
            let words = match key.is_empty() {
                true => format!("[ {staff}{} ]", button.words.say(lang)),
                false => format!(" {staff}{} ", button.words.say(lang)),
            };
            let wide = u16::try_from(width(&key) + width(&words)).unwrap_or(u16::MAX).min(cells);
            if x > 0 && x.saturating_add(wide) > cells {
                x = 0;
                row += 1;
            }
            flown.push(Button { x, row, cells: wide, key, words });
            x = x.saturating_add(wide + GAP);
        }
        flown
    }

    /// What to press next, for whoever sees this for the first time.
    fn advice(&mut self, rect: Rect, row: u16) {
        let look = self.pen.look;
        let reader = self.reader;
        let lang = self.pen.app.lang;
        let empty = reader.person.is_none() && reader.card.is_none();
        let (text, style) = match (empty, reader.auto_pilot) {
            _ if !self.selected => (say(lang, "クリックか r で選びます", "click or press r to select"), look.dim()),
            (true, _) => (
                say(lang, "数字キーで患者のカードを置きます", "press a digit to place that person's card"),
                look.accent(),
            ),
            (false, true) => (
                say(lang, "自動操作中です (a で手動、t でカードを取る)", "auto-pilot (a: by hand, t: take card)"),
                look.dim(),
            ),
            (false, false) if reader.screen.buttons.is_empty() => {
                (say(lang, "t でカードを取ります", "t takes the card off"), look.dim())
            }
            (false, false) => {
                (say(lang, "英大文字キーかクリックで答えます", "answer by capital letter or click"), look.accent())
            }
        };
        self.pen.row(rect, row, &[(text, style)]);
    }
}

struct Button {
    x: u16,
    row: u16,
    cells: u16,
    key: String,
    words: String,
}
