//! The first and the last line, and the strip that stands for a reader out of sight.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::Target;
use super::pen::Pen;
use crate::event::{Lang, say};
use crate::operate::tui::app::{Panel, Popup};
use crate::operate::tui::bindings::{Action, BINDINGS};
use crate::operate::tui::layout::MINIMUM;
use crate::operate::tui::width::width;
use crate::station::view::View;

/// What a terminal shows that has no room for anything.
pub fn too_small(pen: &mut Pen<'_>) {
    let size = pen.app.size;
    let least = format!("{}x{} {}", MINIMUM.width, MINIMUM.height, pen.say("以上", "at least"));
    let wish = pen.say("画面を広げてください", "please enlarge");
    let rows = [wish, &least];
    for (y, text) in (size.height.saturating_sub(2) / 2..size.height).zip(rows) {
        let x = size.width.saturating_sub(u16::try_from(width(text)).unwrap_or(u16::MAX)) / 2;
        pen.put(x, y, size.width, text, Style::new());
    }
}

/// Name, hub, pace, control on the left; what is armed and when something last happened on the right. Not the time: a clock that ticks would
/// write to the terminal although nothing happened.
pub fn header(pen: &mut Pen<'_>, view: &View, rect: Rect) {
    let look = pen.look;
    pen.put(rect.x, rect.y, rect.width, " madoguchi ", look.title(true));
    let rest = Rect { x: rect.x + 12, width: rect.width.saturating_sub(12), ..rect };
    let time = match (view.frozen, view.journal.last()) {
        (true, _) => Some((pen.say("時計停止", "frozen"), view.time)),
        (false, Some(line)) => Some((pen.say("最終", "last"), line.time)),
        (false, None) => None,
    };
    let time = time.map_or_else(String::new, |(word, time)| format!(" {word} {} ", time.strftime("%Y-%m-%d %H:%M:%S")));
    let time_style = if view.frozen { look.warn() } else { look.dim() };
    let armed = view.faults.iter().filter(|fault| fault.armed).count();
    let armed = match armed {
        0 => String::new(),
        n => format!(" {} {n} ", pen.say("障害設定中", "faults armed")),
    };
    let room = rest.width;
    let taken =
        pen.row_right(rest, 0, room, &[(&armed, look.warn().add_modifier(Modifier::REVERSED)), (&time, time_style)]);
    let left = Rect { width: rest.width.saturating_sub(taken), ..rest };
    let hub = if view.hub == "embedded" { pen.say("内蔵", "embedded") } else { &view.hub };
    let control = view.control.as_ref().map_or_else(String::new, |url| format!("   API {url}"));
    let hub = format!("{} {hub}", pen.say("ハブ", "hub"));
    let pace = format!("   {} {}", pen.say("速さ", "pace"), view.pace);
    let facts = [hub.as_str(), pace.as_str(), control.as_str()];
    // Whole facts only: half an address helps nobody.
    let mut room = usize::from(left.width);
    let fitting: Vec<_> =
        facts.into_iter().take_while(|fact| room.checked_sub(width(fact)).map(|r| room = r).is_some()).collect();
    pen.row(left, 0, &fitting.into_iter().map(|fact| (fact, look.dim())).collect::<Vec<_>>());
}

/// One line about the selected reader, where one panel is shown at a time; with the panel's place among the others.
pub fn strip(pen: &mut Pen<'_>, view: &View, rect: Rect) {
    let (look, app) = (pen.look, pen.app);
    let Some(reader) = app.reader_at(view).and_then(|at| view.readers.get(at)) else { return };
    let nobody = pen.say("カードなし", "no card");
    let who = reader.person_name.as_deref().or(reader.card.as_deref()).unwrap_or(nobody);
    let alarm = if reader.alarm { pen.say(" 取り忘れ! ", " card forgotten! ") } else { "" };
    let number = format!(" {}{} ", pen.say("リーダー", "reader "), reader.number);
    let title = format!("  {}", reader.screen.title.say(app.lang));
    pen.row(rect, 0, &[(&number, look.accent()), (who, Style::new()), (alarm, look.alarm()), (&title, look.dim())]);
    pen.spots.add(rect, Target::Panel(Panel::Reader));
}

/// The keys of the panel; each can be clicked. Help and quit always have their place.
pub fn footer(pen: &mut Pen<'_>, rect: Rect) {
    let (look, app) = (pen.look, pen.app);
    if let Some(trouble) = &app.trouble {
        pen.row(rect, 0, &[(" ! ", look.bad()), (trouble, look.bad())]);
        return;
    }
    let last = [Action::Help, Action::Quit];
    let hints = match (app.popup(), app.filters.typing()) {
        // Its own line of keys says what Esc does there.
        (Some(Popup::Who(_)), _) => Vec::new(),
        (Some(_), _) => vec![esc(app.lang)],
        (None, Some(_)) => typing(app.lang),
        (None, None) => hints(app.panel, app.lang),
    };
    let (ends, others): (Vec<_>, Vec<_>) =
        hints.into_iter().partition(|hint| hint.action.is_some_and(|a| last.contains(&a)));
    let kept: u16 = ends.iter().map(Hint::cells).sum();
    let mut x = rect.x;
    for hint in &others {
        if x + hint.cells() + kept <= rect.right() {
            x = paint_hint(pen, rect, x, hint);
        }
    }
    for hint in &ends {
        x = paint_hint(pen, rect, x, hint);
    }
    if app.mouse {
        return;
    }
    let off = pen.say(" マウス切 ", " mouse off ");
    pen.row_right(rect, 0, rect.right().saturating_sub(x), &[(off, look.warn())]);
}

struct Hint {
    key: String,
    word: String,
    action: Option<Action>,
}

impl Hint {
    fn cells(&self) -> u16 {
        u16::try_from(width(&self.key) + width(&self.word) + 3).unwrap_or(u16::MAX)
    }
}

fn esc(lang: Lang) -> Hint {
    Hint { key: "Esc".into(), word: say(lang, "閉じる", "close").into(), action: Some(Action::Close) }
}

fn typing(lang: Lang) -> Vec<Hint> {
    let keys = [("Enter", "決定", "keep"), ("Esc", "解除", "end")];
    let action = |key| (key == "Esc").then_some(Action::Close);
    keys.map(|(key, ja, en)| Hint { key: key.into(), word: say(lang, ja, en).into(), action: action(key) }).into()
}

fn hints(panel: Panel, lang: Lang) -> Vec<Hint> {
    let place = Hint { key: "1-9".into(), word: say(lang, "カードを置く", "place card").into(), action: None };
    let rows = BINDINGS.iter().filter(|row| row.holds_in(panel)).filter_map(|row| {
        // The people's own Enter says nothing that their digits do not say.
        let doubled = panel == Panel::People && row.action == Action::Open;
        let word = row.hint_in(lang).filter(|_| !doubled)?;
        Some(Hint { key: row.key_text(), word: word.to_owned(), action: Some(row.action) })
    });
    match panel {
        Panel::Preview => std::iter::once(esc(lang)).chain(rows).collect(),
        Panel::Reader => rows.collect(),
        Panel::People | Panel::Folder | Panel::Journal => {
            let mut all: Vec<Hint> = rows.collect();
            all.insert(usize::from(panel == Panel::Folder), place);
            all
        }
    }
}

fn paint_hint(pen: &mut Pen<'_>, rect: Rect, x: u16, hint: &Hint) -> u16 {
    let look = pen.look;
    let room = rect.right().saturating_sub(x);
    let cells = hint.cells().min(room);
    pen.row(
        Rect { x, width: cells, ..rect },
        0,
        &[(" ", Style::new()), (&hint.key, look.key()), (" ", Style::new()), (&hint.word, Style::new())],
    );
    if let Some(action) = hint.action {
        pen.spots.add(Rect { x, width: cells, height: 1, ..rect }, Target::Hint(action));
    }
    x + cells
}
