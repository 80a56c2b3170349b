//! どなたのカードですか: when the list of people comes up, what is typed there, and when it goes.

use crossterm::event::KeyCode;
use madoguchi::event::Lang;
use madoguchi::operate::tui::{App, Popup, draw};
use madoguchi::station::view::{Command, PersonView, View};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde_json::json;
use unicode_width::UnicodeWidthStr;

use crate::keys::{app, press};
use crate::rich::{asking, idle, rich, words};

fn view(readers: &[usize]) -> View {
    let mut view = rich(Lang::Ja);
    // A card that lies in a reader is nobody to choose.
    let plastic = PersonView {
        id: "pcsc:Reader 1".into(),
        name: "実カード".into(),
        name_kana: String::new(),
        shows: words("", ""),
        plastic: true,
    };
    view.people.insert(0, plastic);
    view.readers =
        (1..=2).map(|number| if readers.contains(&number) { asking(number) } else { idle(number) }).collect();
    view
}

fn asks(app: &App) -> Option<usize> {
    match app.popup() {
        Some(Popup::Who(who)) => Some(who.reader),
        _ => None,
    }
}

fn typed(app: &mut App, view: &View, text: &str) -> Vec<Command> {
    text.chars().flat_map(|letter| press(app, view, KeyCode::Char(letter))).collect()
}

fn told(reader: usize, event: serde_json::Value) -> Vec<Command> {
    vec![Command::Press { reader, event }]
}

#[test]
fn a_reader_that_asks_is_answered_with_a_name_a_kana_or_an_id() {
    for (word, person) in
        [("すずき", "suzuki"), ("田中", "tanaka"), ("yama", "yamada"), ("ヤマモト", "yamamoto"), ("", "yamada")]
    {
        let view = view(&[2]);
        let mut app = app();
        app.on_view(&view);
        assert_eq!(asks(&app), Some(2));
        // Every letter searches, also those that are commands elsewhere.
        assert_eq!(typed(&mut app, &view, word), []);
        assert_eq!(
            press(&mut app, &view, KeyCode::Enter),
            told(2, json!({ "event": "bind", "person": person })),
            "{word}"
        );
        // It does not come up again while the answer is on its way; the next card is asked about anew.
        app.on_view(&view);
        assert_eq!(asks(&app), None);
        app.on_view(&self::view(&[]));
        app.on_view(&view);
        assert_eq!(asks(&app), Some(2));
    }
}

#[test]
fn arrows_choose_backspace_corrects_and_nobody_found_is_nobody_chosen() {
    let view = view(&[1]);
    let mut app = app();
    app.on_view(&view);
    typed(&mut app, &view, "xq");
    assert_eq!(press(&mut app, &view, KeyCode::Enter), []);
    press(&mut app, &view, KeyCode::Backspace);
    press(&mut app, &view, KeyCode::Backspace);
    press(&mut app, &view, KeyCode::Down);
    press(&mut app, &view, KeyCode::Down);
    press(&mut app, &view, KeyCode::Up);
    assert_eq!(press(&mut app, &view, KeyCode::Enter), told(1, json!({ "event": "bind", "person": "sato" })));
}

#[test]
fn escape_leaves_the_card_unknown_and_a_card_that_is_lifted_takes_the_question_away() {
    let asking = view(&[1]);
    let mut app = app();
    app.on_view(&asking);
    assert_eq!(press(&mut app, &asking, KeyCode::Esc), told(1, json!({ "event": "decline" })));
    assert_eq!(asks(&app), None);
    let both = view(&[1, 2]);
    app.on_view(&both);
    assert_eq!(asks(&app), Some(2), "the first is answered already");
    app.on_view(&view(&[]));
    assert_eq!(asks(&app), None);
}

#[test]
fn the_question_waits_until_another_window_is_closed_and_the_button_asks_again() {
    let (calm, asking) = (view(&[]), view(&[1]));
    let mut app = app();
    press(&mut app, &calm, KeyCode::Char('f'));
    app.on_view(&asking);
    assert_eq!(app.popup(), Some(&Popup::Faults));
    press(&mut app, &asking, KeyCode::Esc);
    app.on_view(&asking);
    assert_eq!(asks(&app), Some(1));
    press(&mut app, &asking, KeyCode::Esc);
    app.on_view(&asking);
    assert_eq!(asks(&app), None);
    press(&mut app, &asking, KeyCode::Char('A'));
    assert_eq!(asks(&app), Some(1));
}

/// What a terminal shows after two drawings: a half-width ﾞ takes a cell of its own there.
fn drawn_over(before: &Buffer, after: &Buffer) -> Vec<String> {
    let area = after.area;
    let mut rows = vec![vec![String::from(" "); usize::from(area.width)]; usize::from(area.height)];
    let blank = Buffer::empty(area);
    for (from, to) in [(&blank, before), (before, after)] {
        for (x, y, cell) in from.diff(to) {
            let mut x = usize::from(x);
            for part in cell.symbol().chars() {
                let cells = if part == 'ﾞ' || part == 'ﾟ' { 1 } else { part.to_string().width() };
                let row = &mut rows[usize::from(y)];
                row[x] = part.to_string();
                (x + 1..x + cells).for_each(|covered| row[covered].clear());
                x += cells;
                // The other half of what was wide is blank now.
                row.get_mut(x).filter(|next| next.is_empty()).into_iter().for_each(|next| next.push(' '));
            }
        }
    }
    rows.into_iter().map(|row| row.concat()).collect()
}

#[test]
fn no_sound_mark_stays_behind_when_the_list_grows_shorter() {
    let view = view(&[1]);
    let mut app = app();
    let shown = |app: &App| {
        let mut terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
        terminal.draw(|frame| draw(app, &view, frame)).unwrap();
        terminal.backend().buffer().clone()
    };
    app.on_view(&view);
    let all = shown(&app);
    typed(&mut app, &view, "すずき");
    let one = shown(&app);
    assert!(drawn_over(&all, &all).concat().contains("ﾔﾏﾀﾞ"));
    assert_eq!(drawn_over(&all, &one), drawn_over(&one, &one));
}
