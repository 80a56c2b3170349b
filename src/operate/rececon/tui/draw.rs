//! An app and a view on a frame: pages in the first line, list and details between, what was said and the keys in the last two.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Block, Widget};

use super::app::{App, Page};
use super::detail::{self, Line};
use super::keys::{Action, newest_first, offered};
use super::list;
use crate::clinic::rececon::dialogue::Choice;
use crate::clinic::rececon::view::{DialogueView, PatientLine, View};
use crate::event::say;
use crate::operate::tui::put;
use crate::operate::tui::width::{pad, width};

/// Less than this shows nothing that helps.
const MINIMUM: (u16, u16) = (40, 10);
/// From here on list and details stand side by side.
const BESIDE: u16 = 110;
/// Rows of a list that stands above its details.
const LIST: u16 = 8;
/// Rows for the whole of a selected alert.
const WHOLE: u16 = 3;

/// Draws the screen on a frame.
pub fn draw(app: &App, view: &View, frame: &mut Frame<'_>) {
    let area = frame.area();
    paint(app, view, area, frame.buffer_mut());
}

fn paint(app: &App, view: &View, area: Rect, buf: &mut Buffer) {
    if area.width < MINIMUM.0 || area.height < MINIMUM.1 {
        let text = say(app.lang, "画面を広げてください", "please enlarge");
        put(buf, area.x, area.y, area.width, text, Style::new());
        return;
    }
    let rows = [Constraint::Length(1), Constraint::Min(0), Constraint::Length(1), Constraint::Length(1)];
    let [head, body, said, foot] = Layout::vertical(rows).areas(area);
    header(app, view, head, buf);
    match app.page {
        Page::Visits => visits(app, view, body, buf),
        Page::Questions => questions(app, view, body, buf),
        Page::Alerts => alerts(app, view, body, buf),
        Page::Book => book(app, body, buf),
        Page::Sent => sent(app, view, body, buf),
    }
    if let Some((done, words)) = &app.said {
        let style = if *done { app.look.good() } else { app.look.bad() };
        row(buf, said, 0, &[(format!(" {}", words.say(app.lang)), style)]);
    }
    footer(app, view, foot, buf);
}

fn header(app: &App, view: &View, rect: Rect, buf: &mut Buffer) {
    let names =
        [("受付", "visits"), ("確認", "questions"), ("お知らせ", "alerts"), ("台帳", "book"), ("要求", "requests")];
    let counts = [view.visits.len(), view.dialogues.len(), view.alerts.len(), view.patients, view.requests.len()];
    // Without room the names of other pages go: their numbers are the keys.
    let tabs = |short: bool| -> Vec<(String, Style)> {
        let mut tabs = Vec::new();
        for (key, (page, ((ja, en), count))) in (1..).zip(Page::ALL.iter().zip(names.into_iter().zip(counts))) {
            let is_here = *page == app.page;
            let style = match () {
                () if is_here => app.look.title(true),
                () if count > 0 && matches!(page, Page::Questions | Page::Alerts) => app.look.warn(),
                () => Style::new(),
            };
            tabs.push(match short && !is_here {
                true => (format!(" {key}:{count} "), style),
                false => (format!(" {key} {} {count} ", say(app.lang, ja, en)), style),
            });
        }
        tabs
    };
    let whole = tabs(false);
    let fits = whole.iter().map(|(text, _)| width(text)).sum::<usize>() <= usize::from(rect.width);
    let mut pieces = if fits { whole } else { tabs(true) };
    let auto = if view.auto { say(app.lang, "  自動受付", "  automatic") } else { "" };
    pieces.push((auto.to_owned(), app.look.good()));
    if !view.mistakes.is_empty() {
        pieces.push((say(app.lang, "  わざと間違える", "  makes mistakes").to_owned(), app.look.bad()));
    }
    row(buf, rect, 0, &pieces);
}

/// The keys that would do something now; quit always has its place.
fn footer(app: &App, view: &View, rect: Rect, buf: &mut Buffer) {
    if app.typing {
        let keys = [("Enter", say(app.lang, "決定", "done"))];
        return hints(app, &keys, rect, buf);
    }
    let shown: Vec<_> = offered(app, view).filter_map(|key| Some((key, key.hint?))).collect();
    let quit = |action| action == Action::Quit;
    let (last, others): (Vec<_>, Vec<_>) = shown.into_iter().partition(|(key, _)| quit(key.action));
    let text =
        |(key, (ja, en)): &(&'static super::keys::Key, (&'static str, &'static str))| (key.text, say(app.lang, ja, en));
    let cells = |hint: &(&str, &str)| width(hint.0) + width(hint.1) + 3;
    let last: Vec<_> = last.iter().map(text).collect();
    let mut room = usize::from(rect.width).saturating_sub(last.iter().map(cells).sum());
    let fitting = others.iter().map(text).filter(|hint| {
        let fits = cells(hint) <= room;
        room -= if fits { cells(hint) } else { 0 };
        fits
    });
    let keys: Vec<_> = fitting.collect::<Vec<_>>().into_iter().chain(last).collect();
    hints(app, &keys, rect, buf);
}

fn hints(app: &App, keys: &[(&str, &str)], rect: Rect, buf: &mut Buffer) {
    let piece = |(key, word): &(&str, &str)| [(format!(" {key} "), app.look.key()), (format!("{word} "), Style::new())];
    row(buf, rect, 0, &keys.iter().flat_map(piece).collect::<Vec<_>>());
}

/// Where list and details stand.
fn halves(body: Rect) -> (Rect, Rect) {
    let [list, details] = if body.width >= BESIDE {
        Layout::horizontal([Constraint::Percentage(55), Constraint::Min(0)]).areas(body)
    } else {
        Layout::vertical([Constraint::Length(LIST.min(body.height / 2)), Constraint::Min(0)]).areas(body)
    };
    (list, details)
}

fn visits(app: &App, view: &View, body: Rect, buf: &mut Buffer) {
    let (list, details) = halves(body);
    let inside = frame(app, list, say(app.lang, "顔認証付きCRの利用者リスト", "Users of the face reader"), true, buf);
    if view.visits.is_empty() {
        let nobody = say(app.lang, "まだ誰もカードリーダーを使っていません", "nobody has used the reader yet");
        row(buf, inside, 0, &[(nobody.to_owned(), app.look.dim())]);
    }
    let lines = list::visits(app, view, inside.width);
    rows(app, inside, &lines, Some(app.visit_at(view)), buf);
    let Some(visit) = app.selected(view) else { return };
    let title = format!("{} {}", say(app.lang, "受付", "visit"), visit.number);
    let inside = frame(app, details, &title, false, buf);
    scrolled(app, inside, detail::of_visit(app, view, visit), buf);
}

/// The fields of a question side by side.
fn questions(app: &App, view: &View, body: Rect, buf: &mut Buffer) {
    let Some(dialogue) = app.asked(view) else {
        let inside = frame(app, body, say(app.lang, "確認", "Questions"), true, buf);
        let none = say(app.lang, "答えを待つ確認はありません", "no open questions");
        return row(buf, inside, 0, &[(none.to_owned(), app.look.dim())]);
    };
    let at = app.question.min(view.dialogues.len().saturating_sub(1)) + 1;
    let title = format!("{} {at}/{}", say(app.lang, "確認", "Question"), view.dialogues.len());
    let inside = frame(app, body, &title, true, buf);
    let PatientLine { number, name, .. } = &dialogue.patient;
    let whom = format!("{} {number} {name}", say(app.lang, "患者", "patient"));
    row(buf, inside, 0, &[(dialogue.kind.words.say(app.lang).to_owned(), app.look.accent())]);
    row(buf, inside, 1, &[(whom, Style::new())]);
    let columns = Columns::of(inside.width);
    let head = [("項目", "field"), ("登録済み", "stored"), ("届いた値", "came"), ("", "")];
    let head = head.map(|(ja, en)| say(app.lang, ja, en));
    row(buf, inside, 3, &columns.pieces(head, app.look.dim(), Style::new()));
    let list = Rect { y: inside.y + 4, height: inside.height.saturating_sub(4), ..inside };
    let lines: Vec<Line> = dialogue.fields.iter().map(|field| field_row(app, dialogue, field, &columns)).collect();
    rows(app, list, &lines, Some(app.field), buf);
}

/// Cells of name, stored, incoming; the rest is the staff's word.
struct Columns([usize; 3]);

impl Columns {
    fn of(width: u16) -> Self {
        let room = usize::from(width).saturating_sub(15);
        let name = (room / 4).clamp(8, 24);
        let value = room.saturating_sub(name) / 2;
        Self([name, value, value])
    }

    fn pieces(&self, [name, stored, came, word]: [&str; 4], style: Style, last: Style) -> Line {
        let [a, b, c] = self.0;
        // A blank between the columns, however full they are.
        let cell = |text: &str, cells: usize| (format!("{} ", pad(text, cells.saturating_sub(1))), style);
        vec![cell(name, a), cell(stored, b), cell(came, c), (word.to_owned(), last)]
    }
}

fn field_row(
    app: &App,
    dialogue: &DialogueView,
    field: &crate::clinic::rececon::view::FieldView,
    columns: &Columns,
) -> Line {
    let ends = dialogue.kind.name == "absence";
    let absent = say(app.lang, "（なし）", "(none)");
    let (word, style) = match (app.word(dialogue.number, &field.field), ends) {
        (Choice::Accept, false) => (say(app.lang, "[x] 取り込む", "[x] accept"), app.look.warn()),
        (Choice::Accept, true) => (say(app.lang, "[x] 終了", "[x] ends"), app.look.warn()),
        (Choice::Keep, false) => (say(app.lang, "[ ] 登録のまま", "[ ] keep"), Style::new()),
        (Choice::Keep, true) => (say(app.lang, "[ ] 続ける", "[ ] goes on"), Style::new()),
    };
    let stored = field.stored.as_deref().unwrap_or(absent);
    let came = field.incoming.as_deref().unwrap_or(absent);
    columns.pieces([field.words.say(app.lang), stored, came, word], Style::new(), style)
}

fn alerts(app: &App, view: &View, body: Rect, buf: &mut Buffer) {
    let inside = frame(app, body, say(app.lang, "お知らせ", "Alerts"), true, buf);
    if view.alerts.is_empty() {
        row(buf, inside, 0, &[(say(app.lang, "お知らせはありません", "no alerts").to_owned(), app.look.dim())]);
    }
    let lines: Vec<Line> = view.alerts.iter().rev().map(|alert| detail::of_alert(app, alert)).collect();
    // The selected one in full, where a row had no room for it.
    let [list, whole] = Layout::vertical([Constraint::Min(1), Constraint::Length(WHOLE)]).areas(inside);
    rows(app, list, &lines, Some(app.alert), buf);
    let selected = lines.get(app.alert.min(lines.len().saturating_sub(1))).cloned();
    let selected = detail::wrapped(selected.into_iter().collect(), usize::from(whole.width));
    rows(app, whole, &selected, None, buf);
}

fn book(app: &App, body: Rect, buf: &mut Buffer) {
    let (list, details) = halves(body);
    let title = match app.linking {
        Some(visit) => format!("{} {visit}", say(app.lang, "どの患者の受付ですか: 受付", "whose visit is it? visit")),
        None => say(app.lang, "患者台帳", "Book").to_owned(),
    };
    let inside = frame(app, list, &title, true, buf);
    let cursor = if app.typing { "_" } else { "" };
    let search = format!("/{}{cursor}", app.wanted);
    let count = format!("  {}", app.found.all);
    row(
        buf,
        inside,
        0,
        &[(search, if app.typing { app.look.accent() } else { Style::new() }), (count, app.look.dim())],
    );
    let lines: Vec<Line> = app.found.patients.iter().map(|patient| patient_row(app, patient, inside.width)).collect();
    let people = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    rows(app, people, &lines, Some(app.patient), buf);
    let Some(sheet) = &app.sheet else { return };
    let inside = frame(app, details, &sheet.line.number, false, buf);
    scrolled(app, inside, detail::of_patient(app, sheet), buf);
}

fn patient_row(app: &App, patient: &PatientLine, cells: u16) -> Line {
    let names = usize::from(cells).saturating_sub(9 + 11);
    vec![
        (pad(&patient.number, 9), Style::new()),
        (pad(&format!("{} {}", patient.name, patient.name_kana), names), Style::new()),
        (pad(&format!(" {}", patient.birthdate), 11), app.look.dim()),
    ]
}

fn sent(app: &App, view: &View, body: Rect, buf: &mut Buffer) {
    let inside = frame(app, body, say(app.lang, "要求", "Requests"), true, buf);
    let line = |at: usize| {
        let request = view.requests.get(newest_first(view.requests.len(), at)?)?;
        let style = match request.state.name.as_str() {
            "failed" | "late" => app.look.bad(),
            "waiting" => app.look.warn(),
            _ => app.look.good(),
        };
        Some(vec![
            (pad(request.errand.words.say(app.lang), 22), Style::new()),
            (pad(&format!(" {}", request.patient), 10), Style::new()),
            (pad(&format!(" {}", request.state.words.say(app.lang)), 11), style),
            (format!(" {}", request.file), app.look.dim()),
        ])
    };
    let lines: Vec<Line> = (0..view.requests.len()).filter_map(line).collect();
    rows(app, inside, &lines, Some(app.sent), buf);
}

fn frame(app: &App, rect: Rect, title: &str, focused: bool, buf: &mut Buffer) -> Rect {
    let edge = Block::bordered().border_set(app.look.border()).border_style(app.look.frame(focused));
    let inside = edge.inner(rect);
    edge.render(rect, buf);
    put(buf, rect.x + 1, rect.y, rect.width.saturating_sub(2), &format!(" {title} "), app.look.title(focused));
    inside
}

fn row(buf: &mut Buffer, rect: Rect, at: u16, pieces: &[(String, Style)]) {
    let mut x = rect.x;
    for (text, style) in pieces.iter().filter(|_| at < rect.height) {
        x = put(buf, x, rect.y + at, rect.right().saturating_sub(x), text, *style);
    }
}

/// A list around its cursor.
fn rows(app: &App, rect: Rect, lines: &[Line], cursor: Option<usize>, buf: &mut Buffer) {
    let cursor = cursor.map(|at| at.min(lines.len().saturating_sub(1)));
    let first = (cursor.unwrap_or_default() + 1).saturating_sub(usize::from(rect.height));
    for (at, (index, line)) in (0..rect.height).zip(lines.iter().enumerate().skip(first)) {
        row(buf, rect, at, line);
        if Some(index) == cursor {
            buf.set_style(Rect { y: rect.y + at, height: 1, ..rect }, app.look.cursor(true));
        }
    }
}

/// Details from the line that was scrolled to; never past the end.
fn scrolled(app: &App, rect: Rect, lines: Vec<Line>, buf: &mut Buffer) {
    let lines = detail::wrapped(lines, usize::from(rect.width));
    let most = lines.len().saturating_sub(usize::from(rect.height));
    for (at, line) in (0..rect.height).zip(lines.iter().skip(app.scroll.min(most))) {
        row(buf, rect, at, line);
    }
}
