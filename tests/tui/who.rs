//! どなたのカードですか: when the list of people comes up, what is typed there, and when it goes.

use crossterm::event::KeyCode;
use madoguchi::event::Lang;
use madoguchi::operate::tui::{App, Popup};
use madoguchi::station::view::{Command, PersonView, View};
use serde_json::json;

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
    view.readers = (1..=2).map(|number| if readers.contains(&number) { asking(number) } else { idle(number) }).collect();
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
    for (word, person) in [("すずき", "suzuki"), ("田中", "tanaka"), ("yama", "yamada"), ("ヤマモト", "yamamoto"), ("", "yamada")] {
        let view = view(&[2]);
        let mut app = app();
        app.on_view(&view);
        assert_eq!(asks(&app), Some(2));
        // Every letter searches, also those that are commands elsewhere.
        assert_eq!(typed(&mut app, &view, word), []);
        assert_eq!(press(&mut app, &view, KeyCode::Enter), told(2, json!({ "event": "bind", "person": person })), "{word}");
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
