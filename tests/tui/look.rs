//! What holds for every cell, whatever is shown.

use crossterm::event::KeyCode;
use madoguchi::event::Lang;
use madoguchi::operate::tui::{App, Look, draw};
use madoguchi::station::view::View;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthChar;

use crate::keys::press;
use crate::rich::{fresh, rich};

fn shown(look: Look, keys: &str, view: &View, width: u16, height: u16) -> Buffer {
    let mut app = App::new(view.lang, look, width, height);
    for key in keys.chars() {
        press(&mut app, view, KeyCode::Char(key));
    }
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(&app, view, frame)).unwrap();
    terminal.backend().buffer().clone()
}

const PLAIN: Look = Look { colour: false, boxes: false };

#[test]
fn without_colours_no_cell_has_one() {
    for keys in ["", "f", "?", "R", "B1", "/さ"] {
        let buffer = shown(PLAIN, keys, &rich(Lang::Ja), 120, 36);
        let coloured = buffer.content().iter().find(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
        assert_eq!(coloured, None, "after {keys:?}");
    }
}

#[test]
fn without_colours_the_focus_and_the_cursor_can_still_be_seen() {
    let buffer = shown(PLAIN, "", &rich(Lang::Ja), 120, 36);
    assert!(buffer[(2, 1)].modifier.contains(Modifier::REVERSED), "title of the focused panel");
    assert!(buffer[(4, 2)].modifier.contains(Modifier::REVERSED), "person under the cursor");
    assert!(!buffer[(4, 3)].modifier.contains(Modifier::REVERSED), "the person below");
}

/// A character that is one cell wide here and two in a terminal with East Asian widths would push the rest of its row aside.
#[test]
fn with_plain_borders_no_character_of_ours_has_a_width_that_depends_on_the_terminal() {
    for lang in [Lang::Ja, Lang::En] {
        for (keys, view) in [
            ("", fresh(lang)),
            ("", rich(lang)),
            ("f", rich(lang)),
            ("?", rich(lang)),
            ("R", rich(lang)),
            ("B", rich(lang)),
        ] {
            let buffer = shown(PLAIN, keys, &view, 200, 60);
            for cell in buffer.content() {
                for letter in cell.symbol().chars() {
                    // These come with the data: what cannot be encoded, and the journal's dash at the end of a row.
                    let data = matches!(letter, '●' | '—');
                    assert!(data || letter.width() == letter.width_cjk(), "{letter:?} after {keys:?}");
                }
            }
        }
    }
}

#[test]
fn names_of_any_width_leave_the_borders_where_they_are() {
    let buffer = shown(Look { colour: true, boxes: true }, "", &rich(Lang::Ja), 80, 24);
    for y in 2..22 {
        for x in [0, 29, 31, 79] {
            let symbol = buffer[(x, y)].symbol();
            assert!("│┌└┐┘".contains(symbol), "{symbol:?} at {x},{y}");
        }
    }
}

#[test]
fn a_clock_that_only_ticks_changes_no_cell() {
    let view = rich(Lang::Ja);
    let later = View { time: view.time + jiff::SignedDuration::from_secs(60), ..view.clone() };
    let look = Look { colour: true, boxes: true };
    assert_eq!(shown(look, "", &view, 120, 36), shown(look, "", &later, 120, 36));
}
