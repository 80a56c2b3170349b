//! What a click does. Places are found by what is written there, as an operator finds them.

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use madoguchi::event::Lang;
use madoguchi::operate::tui::{App, Panel, Popup, draw};
use madoguchi::station::view::{Command, View};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::json;

use crate::keys::{app, press};
use crate::rich::rich;

/// Does something with the mouse on the first cell where `text` is written.
fn mouse(app: &mut App, view: &View, text: &str, kind: MouseEventKind) -> Vec<Command> {
    let mut terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
    terminal.draw(|frame| draw(app, view, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let found = (0..36).find_map(|y| {
        // One blank stands for the second cell of a full-width character.
        let cells: Vec<&str> = (0..120).map(|x| buffer[(x, y)].symbol()).collect();
        (0..cells.len())
            .find(|x| cells[*x..].concat().replace(' ', "").starts_with(text) && cells[*x] != " ")
            .map(|x| (x, y))
    });
    let (x, y) = found.unwrap_or_else(|| panic!("{text} is not on the screen"));
    app.on_mouse(MouseEvent { kind, column: u16::try_from(x).unwrap(), row: y, modifiers: KeyModifiers::NONE }, view)
}

fn click(app: &mut App, view: &View, text: &str) -> Vec<Command> {
    mouse(app, view, text, MouseEventKind::Down(MouseButton::Left))
}

#[test]
fn the_first_click_selects_a_person_and_the_second_places_them() {
    let view = rich(Lang::Ja);
    let mut app = app();
    assert!(click(&mut app, &view, "佐藤").is_empty());
    assert_eq!(click(&mut app, &view, "佐藤"), [Command::Place { reader: 1, person: "sato".into() }]);
}

#[test]
fn a_button_is_pressed_by_one_click() {
    let view = rich(Lang::Ja);
    let mut app = app();
    let pressed = Command::Press { reader: 1, event: json!({"event": "choose-face"}) };
    assert_eq!(click(&mut app, &view, "[A]"), [pressed]);
    assert_eq!(app.panel(), Panel::Reader);
    assert!(click(&mut app, &view, "[B]").is_empty());
    assert!(matches!(app.popup(), Some(Popup::Pin(_))));
}

#[test]
fn the_first_click_selects_a_file_and_the_second_opens_it() {
    let view = rich(Lang::Ja);
    let mut app = app();
    click(&mut app, &view, "PMHsimsm01res");
    assert_eq!(app.panel(), Panel::Folder);
    assert!(app.wants(&view).is_none());
    click(&mut app, &view, "PMHsimsm01res");
    assert_eq!(app.wants(&view).unwrap().name, "PMHsimsm01res_1312345671_20260929160112_face.xml");
}

#[test]
fn a_hint_does_what_its_key_does() {
    let view = rich(Lang::Ja);
    let mut app = app();
    assert_eq!(click(&mut app, &view, "t取る"), [Command::Remove { reader: 1 }]);
    click(&mut app, &view, "f障害");
    assert_eq!(app.popup(), Some(&Popup::Faults));
}

#[test]
fn a_click_beside_a_popup_closes_it_and_one_inside_does_not() {
    let view = rich(Lang::Ja);
    let mut app = app();
    press(&mut app, &view, KeyCode::Char('f'));
    assert!(click(&mut app, &view, "[]pin-locked").is_empty());
    assert_eq!(click(&mut app, &view, "[]pin-locked"), [Command::Fault { name: "pin-locked".into() }]);
    assert_eq!(app.popup(), Some(&Popup::Faults));
    click(&mut app, &view, "madoguchi");
    assert_eq!(app.popup(), None);
}

#[test]
fn the_question_before_a_reset_can_be_clicked() {
    let view = rich(Lang::Ja);
    for (words, commands) in [("Enter戻す", vec![Command::Reset]), ("Escやめる", vec![])] {
        let mut app = app();
        press(&mut app, &view, KeyCode::Char('R'));
        assert_eq!(click(&mut app, &view, words), commands);
        assert_eq!(app.popup(), None);
    }
}

#[test]
fn the_wheel_scrolls_what_lies_under_it_and_leaves_the_keys_where_they_were() {
    let view = rich(Lang::Ja);
    let mut app = app();
    press(&mut app, &view, KeyCode::Tab);
    assert!(mouse(&mut app, &view, "佐藤", MouseEventKind::ScrollDown).is_empty());
    assert_eq!(app.panel(), Panel::Reader);
    press(&mut app, &view, KeyCode::BackTab);
    let placed = press(&mut app, &view, KeyCode::Enter);
    assert_eq!(placed, [Command::Place { reader: 1, person: "takahashi".into() }]);
}

#[test]
fn moving_the_mouse_means_nothing() {
    let view = rich(Lang::Ja);
    let mut app = app();
    let before = format!("{app:?}");
    for kind in [MouseEventKind::Moved, MouseEventKind::Up(MouseButton::Left), MouseEventKind::Down(MouseButton::Right)]
    {
        assert!(mouse(&mut app, &view, "佐藤", kind).is_empty());
    }
    assert_eq!(format!("{app:?}"), before);
}

#[test]
fn a_click_chooses_a_file_of_ones_own_once_it_is_selected() {
    let view = rich(Lang::Ja);
    let mut app = app();
    press(&mut app, &view, KeyCode::Char('x'));
    app.show_own(crate::rich::own_files(), &view);
    assert!(click(&mut app, &view, "[]official/query.xml").is_empty());
    let chosen = Command::Own { reader: 1, file: Some("official/query.xml".into()) };
    assert_eq!(click(&mut app, &view, "[]official/query.xml"), [chosen]);
    assert_eq!(app.popup(), None);
}
