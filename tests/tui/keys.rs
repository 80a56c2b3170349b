//! Which key does what.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use madoguchi::event::Lang;
use madoguchi::operate::tui::{App, BINDINGS, BUTTON_KEYS, Look, PERSON_KEYS, PLASTIC_KEY, Panel, Popup};
use madoguchi::station::exchanges::How;
use madoguchi::station::view::{Command, PersonView, View};
use serde_json::json;

use crate::rich::{exchanged, own_files, rich};

pub const LOOK: Look = Look { colour: true, boxes: true };

pub fn app() -> App {
    App::new(Lang::Ja, LOOK, 120, 36)
}

pub fn press(app: &mut App, view: &View, code: KeyCode) -> Vec<Command> {
    app.on_key(KeyEvent::new(code, KeyModifiers::NONE), view)
}

fn typed(app: &mut App, view: &View, text: &str) -> Vec<Command> {
    text.chars().flat_map(|letter| press(app, view, KeyCode::Char(letter))).collect()
}

fn place(reader: usize, person: &str) -> Command {
    Command::Place { reader, person: person.into() }
}

#[test]
fn no_key_is_both_a_person_or_a_button_and_a_command() {
    for letter in PERSON_KEYS.chars().chain(BUTTON_KEYS.chars()).chain([PLASTIC_KEY]) {
        let taken = BINDINGS.iter().find(|binding| binding.keys.contains(&KeyCode::Char(letter)));
        assert!(taken.is_none(), "{letter} is also {:?}", taken.unwrap().action);
    }
    let mut all: Vec<char> = PERSON_KEYS.chars().chain(BUTTON_KEYS.chars()).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), PERSON_KEYS.len() + BUTTON_KEYS.len(), "a key stands twice");
    assert!(PERSON_KEYS.starts_with("123456789"));
}

#[test]
fn no_key_means_two_things_in_one_panel() {
    for panel in [Panel::People, Panel::Reader, Panel::Folder, Panel::Journal, Panel::Preview] {
        let mut keys: Vec<String> =
            BINDINGS.iter().filter(|b| b.holds_in(panel)).flat_map(|b| b.keys).map(|key| format!("{key:?}")).collect();
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count, "{panel:?}");
    }
}

#[test]
fn keys_become_commands() {
    let view = rich(Lang::Ja);
    let table: [(&str, Vec<Command>); 13] = [
        ("1", vec![place(1, "yamada")]),
        ("9", vec![place(1, "nakamura")]),
        ("b", vec![place(1, "kobayashi")]),
        ("d", vec![place(1, "yoshida")]),
        ("e", vec![]),
        ("r2", vec![place(2, "sato")]),
        ("rr2", vec![place(1, "sato")]),
        ("t", vec![Command::Remove { reader: 1 }]),
        ("a", vec![Command::AutoPilot { reader: 1, on: true }]),
        ("ra", vec![Command::AutoPilot { reader: 2, on: false }]),
        ("A", vec![Command::Press { reader: 1, event: json!({"event": "choose-face"}) }]),
        ("C", vec![Command::Press { reader: 1, event: json!({"event": "staff-visual"}) }]),
        ("D", vec![]),
    ];
    for (keys, commands) in table {
        assert_eq!(typed(&mut app(), &view, keys), commands, "{keys}");
    }
}

#[test]
fn a_card_in_a_pcsc_reader_has_a_key_of_its_own_and_people_keep_theirs() {
    let mut view = rich(Lang::Ja);
    let card = PersonView { id: "pcsc:Virtual PCD 00 00".into(), plastic: true, ..view.people[0].clone() };
    view.people.push(card.clone());
    assert_eq!(typed(&mut app(), &view, "0"), [place(1, &card.id)]);
    assert_eq!(typed(&mut app(), &view, "1b"), [place(1, "yamada"), place(1, "kobayashi")]);
    assert_eq!(typed(&mut app(), &rich(Lang::Ja), "0"), []);
}

#[test]
fn keys_typed_with_the_input_method_on_full_width_mean_the_same() {
    let view = rich(Lang::Ja);
    assert_eq!(typed(&mut app(), &view, "２"), [place(1, "sato")]);
    let mut app = app();
    typed(&mut app, &view, "？");
    assert_eq!(app.popup(), Some(&Popup::Help(Panel::People)));
}

#[test]
fn only_a_press_counts_not_its_repeat_or_release() {
    let view = rich(Lang::Ja);
    for kind in [KeyEventKind::Release, KeyEventKind::Repeat] {
        let mut app = app();
        let key = KeyEvent::new_with_kind(KeyCode::Char('1'), KeyModifiers::NONE, kind);
        assert!(app.on_key(key, &view).is_empty());
        let key = KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, kind);
        app.on_key(key, &view);
        assert!(!app.quits());
    }
}

#[test]
fn ctrl_c_ends_it_wherever_one_is_and_no_other_control_key_does_anything() {
    let view = rich(Lang::Ja);
    for keys in ["", "f", "R", "B", "/ab", "?"] {
        let mut app = app();
        typed(&mut app, &view, keys);
        assert!(app.on_key(KeyEvent::new(KeyCode::Char('a'), KeyModifiers::CONTROL), &view).is_empty());
        assert!(!app.quits());
        app.on_key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL), &view);
        assert!(app.quits(), "after {keys:?}");
    }
}

#[test]
fn enter_places_the_person_under_the_cursor() {
    let view = rich(Lang::Ja);
    let mut app = app();
    press(&mut app, &view, KeyCode::Down);
    typed(&mut app, &view, "jjk");
    assert_eq!(press(&mut app, &view, KeyCode::Enter), [place(1, "suzuki")]);
}

#[test]
fn a_filter_leaves_who_is_meant_and_enter_places_them() {
    let view = rich(Lang::Ja);
    let mut app = app();
    // Letters of a filter are no commands, q among them.
    assert!(typed(&mut app, &view, "/なかむら").is_empty());
    assert!(press(&mut app, &view, KeyCode::Enter).is_empty());
    assert_eq!(press(&mut app, &view, KeyCode::Enter), [place(1, "nakamura")]);
    // Keys still mean the same people as without a filter.
    assert_eq!(typed(&mut app, &view, "1"), [place(1, "yamada")]);
}

#[test]
fn by_hand_the_reader_gets_the_keys_once_a_card_lies_there() {
    let mut view = rich(Lang::Ja);
    let mut app = app();
    typed(&mut app, &view, "1");
    assert_eq!(app.panel(), Panel::Reader);
    press(&mut app, &view, KeyCode::Right);
    press(&mut app, &view, KeyCode::Right);
    let staff = Command::Press { reader: 1, event: json!({"event": "staff-visual"}) };
    assert_eq!(press(&mut app, &view, KeyCode::Enter), [staff]);
    view.readers[0].auto_pilot = true;
    let mut app = self::app();
    typed(&mut app, &view, "1");
    assert_eq!(app.panel(), Panel::People);
}

#[test]
fn a_null_pin_asks_for_digits_and_sends_them() {
    let view = rich(Lang::Ja);
    let mut app = app();
    assert!(typed(&mut app, &view, "B12x9").is_empty());
    press(&mut app, &view, KeyCode::Backspace);
    typed(&mut app, &view, "34");
    assert!(!format!("{app:?}").contains("1234"), "digits must not be printed");
    let sent = Command::Press { reader: 1, event: json!({"event": "pin", "pin": "1234"}) };
    assert_eq!(press(&mut app, &view, KeyCode::Enter), [sent]);
    assert_eq!(app.popup(), None);
    // Nothing typed, nothing sent; Esc forgets.
    typed(&mut app, &view, "B");
    assert!(press(&mut app, &view, KeyCode::Enter).is_empty());
    typed(&mut app, &view, "12");
    press(&mut app, &view, KeyCode::Esc);
    assert_eq!(app.popup(), None);
    typed(&mut app, &view, "B");
    assert!(press(&mut app, &view, KeyCode::Enter).is_empty());
}

#[test]
fn a_reset_asks_once() {
    let view = rich(Lang::Ja);
    for (keys, code, commands) in [
        ("R", KeyCode::Enter, vec![Command::Reset]),
        ("R", KeyCode::Char('y'), vec![Command::Reset]),
        ("R", KeyCode::Char('n'), vec![]),
        ("R", KeyCode::Esc, vec![]),
    ] {
        let mut app = app();
        assert!(typed(&mut app, &view, keys).is_empty());
        assert_eq!(press(&mut app, &view, code), commands, "{code:?}");
        assert_eq!(app.popup(), None);
    }
    let mut app = app();
    assert!(typed(&mut app, &view, "R1t").is_empty(), "the question takes the keys");
}

#[test]
fn a_fault_is_armed_where_the_cursor_stands() {
    let view = rich(Lang::Ja);
    let mut app = app();
    typed(&mut app, &view, "fjj");
    let armed = press(&mut app, &view, KeyCode::Enter);
    assert_eq!(armed, [Command::Fault { name: "no-card".into() }]);
    typed(&mut app, &view, "G");
    assert_eq!(press(&mut app, &view, KeyCode::Enter), [Command::Fault { name: "pmh-late".into() }]);
    press(&mut app, &view, KeyCode::Esc);
    assert_eq!(app.popup(), None);
}

#[test]
fn tab_goes_around_and_shift_tab_goes_back() {
    let view = rich(Lang::Ja);
    let mut app = app();
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(app.panel());
        press(&mut app, &view, KeyCode::Tab);
    }
    assert_eq!(seen, [Panel::People, Panel::Reader, Panel::Folder, Panel::Journal, Panel::People]);
    press(&mut app, &view, KeyCode::BackTab);
    press(&mut app, &view, KeyCode::BackTab);
    assert_eq!(app.panel(), Panel::Journal);
}

#[test]
fn esc_closes_one_thing_at_a_time() {
    let view = rich(Lang::Ja);
    let mut app = app();
    press(&mut app, &view, KeyCode::Tab);
    press(&mut app, &view, KeyCode::Tab);
    press(&mut app, &view, KeyCode::Enter);
    assert_eq!(app.panel(), Panel::Preview);
    typed(&mut app, &view, "?");
    press(&mut app, &view, KeyCode::Esc);
    assert_eq!((app.popup(), app.panel()), (None, Panel::Preview));
    press(&mut app, &view, KeyCode::Esc);
    assert_eq!(app.panel(), Panel::Folder);
}

#[test]
fn a_file_is_read_when_opened_and_again_when_its_life_goes_on() {
    let mut view = rich(Lang::Ja);
    let mut app = app();
    press(&mut app, &view, KeyCode::Tab);
    press(&mut app, &view, KeyCode::Tab);
    assert!(app.wants(&view).is_none());
    press(&mut app, &view, KeyCode::Enter);
    let file = app.wants(&view).expect("the newest file");
    assert_eq!(file.name, "OQSsiquc01req_broken.xml");
    app.show(&file, Some(b"<a/>"));
    assert!(app.wants(&view).is_none());
    let last = view.files.last_mut().unwrap();
    let step = last.life.last().unwrap().clone();
    last.life.push(step);
    assert!(app.wants(&view).is_some());
}

#[test]
fn the_mouse_is_given_back_to_the_terminal_and_taken_again() {
    let view = rich(Lang::Ja);
    let mut app = app();
    assert!(app.takes_mouse());
    typed(&mut app, &view, "m");
    assert!(!app.takes_mouse());
    typed(&mut app, &view, "m");
    assert!(app.takes_mouse());
}

#[test]
fn a_file_of_ones_own_is_chosen_for_the_selected_reader_and_taken_back_by_the_same_key() {
    let mut view = rich(Lang::Ja);
    let mut app = app();
    let own = |reader, file: Option<&str>| Command::Own { reader, file: file.map(Into::into) };
    let open = |app: &mut App, view: &View, keys: &str| {
        typed(app, view, keys);
        let reader = app.wants_own(view);
        app.show_own(own_files(), view);
        reader
    };
    assert_eq!(open(&mut app, &view, "rx"), Some(2));
    assert_eq!(press(&mut app, &view, KeyCode::Enter), [own(2, Some("official/case01/face.xml"))]);
    assert_eq!(app.popup(), None, "chosen, and out of the way");
    view.readers[1].own = Some("official/query.xml".into());
    open(&mut app, &view, "x");
    assert_eq!(press(&mut app, &view, KeyCode::Enter), [own(2, None)], "the cursor stands on the chosen one");
    open(&mut app, &view, "x");
    typed(&mut app, &view, "g");
    typed(&mut app, &view, "G");
    assert_eq!(press(&mut app, &view, KeyCode::Enter), [], "no result for a visit");
    assert_eq!(app.popup(), Some(&Popup::Own));
    typed(&mut app, &view, "x");
    assert_eq!(app.popup(), None);
    assert_eq!(open(&mut app, &view, "rx"), Some(1), "read anew each time");
}

#[test]
fn a_list_without_files_takes_keys_and_does_nothing() {
    let view = rich(Lang::Ja);
    let mut app = app();
    typed(&mut app, &view, "x");
    assert_eq!(typed(&mut app, &view, "jkgG "), []);
    app.show_own(Vec::new(), &view);
    assert_eq!(press(&mut app, &view, KeyCode::Enter), []);
}

#[test]
fn one_key_adopts_whom_the_chosen_line_of_the_journal_offers_else_the_latest_offer() {
    let mut view = rich(Lang::Ja);
    let mut app = app();
    assert_eq!(press(&mut app, &view, KeyCode::Char('+')), [], "nobody is offered");
    let adopt = |id: &str| vec![Command::Adopt { id: id.into() }];
    let last = view.journal.len() - 1;
    view.journal[last - 2].adopts = Some("saiyo-first".into());
    view.journal[last - 1].adopts = Some("saiyo-second".into());
    assert_eq!(press(&mut app, &view, KeyCode::Char('+')), adopt("saiyo-second"));
    assert_eq!(
        press(&mut app, &view, KeyCode::Char('＋')),
        adopt("saiyo-second"),
        "full-width, as an input method has it"
    );
    while app.panel() != Panel::Journal {
        press(&mut app, &view, KeyCode::Tab);
    }
    press(&mut app, &view, KeyCode::Up);
    press(&mut app, &view, KeyCode::Up);
    assert_eq!(press(&mut app, &view, KeyCode::Char('+')), adopt("saiyo-first"));
    press(&mut app, &view, KeyCode::Up);
    assert_eq!(press(&mut app, &view, KeyCode::Char('+')), adopt("saiyo-second"), "a line that offers nobody");
}

#[test]
fn one_key_repeats_a_request_or_a_visit_and_offers_a_visit_its_readers() {
    let mut view = rich(Lang::Ja);
    view.files = exchanged();
    let repeat = |exchange: &str, how: How| Command::Repeat { exchange: exchange.into(), how };
    let table = [
        // The answer is chosen, and its request is meant.
        (".\n", vec![repeat("1-8", How::Same)]),
        (".s", vec![repeat("1-8", How::Same)]),
        (".ja", vec![repeat("1-8", How::Again)]),
        (".j\n", vec![repeat("1-8", How::Again)]),
        (".2", vec![]),
        ("G.2", vec![repeat("1-7", How::Reader(2))]),
        ("G.G\n", vec![repeat("1-7", How::Reader(2))]),
        ("\n.a", vec![repeat("1-8", How::Again)]),
        ("..", vec![]),
    ];
    for (keys, commands) in table {
        let mut app = app();
        app.on_resize(200, 60, &view);
        press(&mut app, &view, KeyCode::Tab);
        press(&mut app, &view, KeyCode::Tab);
        let typed: Vec<Command> = keys
            .chars()
            .flat_map(|key| press(&mut app, &view, if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) }))
            .collect();
        assert_eq!(typed, commands, "{keys:?}");
        assert_eq!(app.popup().is_some(), keys == ".2", "{keys:?}");
    }
}
