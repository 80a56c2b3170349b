//! Whatever is typed and clicked, at whatever size, whatever the station looks like: no panic, and no cell outside its row.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use madoguchi::event::Words;
use madoguchi::event::{FileLife, FolderKind, Lang};
use madoguchi::operate::tui::{App, Look, draw};
use madoguchi::station::view::*;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::CellWidth;
use serde_json::json;

use crate::rich::{START, idle, own_files, rich, terminal};

#[derive(Debug, Clone)]
enum Input {
    Key(KeyCode, bool),
    Mouse(MouseEventKind, u16, u16),
    Resize(u16, u16),
    View(Box<View>),
    Bytes(Option<Vec<u8>>),
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,12}",
        "[ァ-ヶ一-龠 　]{0,30}",
        "[ｦ-ﾟ]{0,12}",
        "\\PC{0,20}",
        Just("👨‍👩‍👧 𠮷野家 e\u{301}\u{200b}\t\n".to_owned())
    ]
}

fn words() -> impl Strategy<Value = Words> {
    (text(), text()).prop_map(|(ja, en)| Words { ja, en })
}

fn button() -> impl Strategy<Value = ButtonView> {
    let event =
        prop_oneof![Just(json!({"event": "pin", "pin": null})), Just(json!({"event": "next"})), Just(json!(null))];
    (words(), event, any::<bool>()).prop_map(|(words, event, staff)| ButtonView { words, event, staff })
}

fn reader() -> impl Strategy<Value = ReaderView> {
    let screen = (words(), prop::collection::vec(words(), 0..6), prop::collection::vec(button(), 0..40));
    (1..9_usize, screen, prop::option::of(text()), any::<(bool, bool)>()).prop_map(|(number, screen, person, flags)| {
        let (title, lines, buttons) = screen;
        ReaderView {
            person: person.clone(),
            own: person.clone(),
            person_name: person,
            auto_pilot: flags.0,
            alarm: flags.1,
            screen: ScreenView { title, lines, buttons },
            ..idle(number)
        }
    })
}

fn file() -> impl Strategy<Value = FileView> {
    let life = prop_oneof![
        Just(FileLife::Arrived),
        Just(FileLife::Refused),
        Just(FileLife::Delivered),
        Just(FileLife::Stale),
        Just(FileLife::LeftAlone)
    ];
    let step = (life, -1_000_000..1_000_000_i64)
        .prop_map(|(life, ms)| LifeStep { life, time: START + jiff::SignedDuration::from_millis(ms) });
    (1..4_usize, text(), prop::collection::vec(step, 0..6), prop::option::of(text())).prop_map(
        |(terminal, name, life, note)| FileView {
            seq: 1,
            terminal,
            // Some belong together, some stand alone.
            folder: if name.len() % 3 == 0 { FolderKind::Req } else { FolderKind::Res },
            exchange: (name.len() % 2 == 0).then(|| "1-1".to_owned()),
            path: name.clone(),
            name,
            life,
            note,
        },
    )
}

fn view() -> impl Strategy<Value = View> {
    let person = (text(), text(), text(), words()).prop_map(|(id, name, name_kana, shows)| PersonView {
        plastic: name.len() % 5 == 0,
        id,
        name,
        name_kana,
        shows,
    });
    let line = (0..50_u64, words(), any::<bool>(), proptest::option::of(text()))
        .prop_map(|(seq, words, loud, adopts)| JournalLine { seq, time: START, words, loud, adopts });
    let fault = (text(), words(), any::<bool>(), any::<u64>()).prop_map(|(name, words, armed, hits)| FaultView {
        name,
        more: words.clone(),
        words,
        armed,
        hits,
    });
    (
        prop::collection::vec(reader(), 0..5),
        prop::collection::vec(person, 0..60),
        prop::collection::vec(file(), 0..40),
        prop::collection::vec(line, 0..40),
        prop::collection::vec(fault, 0..50),
        (0..4_usize, any::<bool>(), text()),
    )
        .prop_map(|(readers, people, files, journal, faults, (terminals, frozen, hub))| View {
            readers,
            people,
            files,
            journal,
            faults,
            frozen,
            hub,
            terminals: (1..=terminals).map(terminal).collect(),
            ..rich(Lang::Ja)
        })
}

fn code() -> impl Strategy<Value = KeyCode> {
    let keys = "123bcAB?hfgGjkmrRtax/yn0 ９Ｂ！か";
    prop_oneof![
        6 => prop::sample::select(keys.chars().map(KeyCode::Char).collect::<Vec<_>>()),
        4 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up, KeyCode::Down, KeyCode::Left,
            KeyCode::Right, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::F(1),
        ]),
        1 => any::<char>().prop_map(KeyCode::Char),
    ]
}

fn input() -> impl Strategy<Value = Input> {
    let kind = prop::sample::select(vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
        MouseEventKind::Moved,
    ]);
    prop_oneof![
        10 => (code(), prop::bool::weighted(0.02)).prop_map(|(code, control)| Input::Key(code, control)),
        5 => (kind, 0..300_u16, 0..300_u16).prop_map(|(kind, x, y)| Input::Mouse(kind, x, y)),
        2 => (0..300_u16, 0..100_u16).prop_map(|(w, h)| Input::Resize(w, h)),
        1 => view().prop_map(|view| Input::View(Box::new(view))),
        1 => prop::option::of(prop::collection::vec(any::<u8>(), 0..200)).prop_map(Input::Bytes),
    ]
}

/// Draws, and looks whether every full-width character has the cell that its other half covers.
fn shown(app: &App, view: &View, width: u16, height: u16) {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let frame = terminal.draw(|frame| draw(app, view, frame)).unwrap();
    let area = frame.area;
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            for covered in x + 1..x + frame.buffer[(x, y)].cell_width() {
                let other = frame.buffer.cell((covered, y)).map(|cell| cell.symbol());
                assert_eq!(other, Some(" "), "half of {:?} at {x},{y} is covered", frame.buffer[(x, y)].symbol());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_typed_or_clicked_or_seen_panics(
        first in view(),
        size in (0..300_u16, 0..300_u16),
        inputs in prop::collection::vec(input(), 0..40),
        english in any::<bool>(),
        boxes in any::<bool>(),
    ) {
        let (mut width, mut height) = size;
        let mut view = first;
        let lang = if english { Lang::En } else { Lang::Ja };
        let mut app = App::new(lang, Look { colour: english, boxes }, width, height);
        for input in inputs {
            match input {
                Input::Key(code, control) => {
                    let modifiers = if control { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
                    app.on_key(KeyEvent::new(code, modifiers), &view);
                }
                Input::Mouse(kind, column, row) => {
                    app.on_mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }, &view);
                }
                Input::Resize(w, h) => {
                    (width, height) = (w, h);
                    app.on_resize(w, h, &view);
                }
                Input::View(next) => view = *next,
                Input::Bytes(bytes) => {
                    if let Some(file) = app.wants(&view) {
                        app.show(&file, bytes.as_deref());
                    }
                    if app.wants_own(&view).is_some() {
                        app.show_own(own_files(), &view);
                    }
                }
            }
            shown(&app, &view, width, height);
            // The terminal may have another size than the app knows of: between a resize and its event.
            shown(&app, &view, width / 2 + 3, height / 2 + 1);
        }
    }
}

#[test]
fn a_character_of_three_cells_is_not_cut_by_a_window() {
    let mut view = rich(Lang::Ja);
    for person in &mut view.people {
        person.name = "꒼ꣀ".repeat(20);
    }
    for width in 60..110 {
        let mut app = App::new(Lang::Ja, Look { colour: true, boxes: true }, width, 24);
        app.on_key(KeyEvent::new(KeyCode::Char('?'), KeyModifiers::NONE), &view);
        shown(&app, &view, width, 24);
    }
}
