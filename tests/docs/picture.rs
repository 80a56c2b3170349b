//! The picture of the screen in the documents: painted by the program itself, kept as text and as SVG.
//!
//! `MADOGUCHI_WRITE=1 cargo test --test docs picture` paints it anew.

use std::fmt::Write;
use std::fs;
use std::time::Duration;

use super::console::{blocks, read, root};
use super::pty::{COLUMNS, ROWS, Tty};
use super::world;

const PICTURE: &str = "docs/screen.svg";
const READMES: [&str; 2] = ["README.md", "README.ja.md"];
/// Width and height of a cell in the picture.
const CELL: (u16, u16) = (8, 18);
/// Ink and paper where the program says nothing else.
const COLOURS: (&str, &str) = ("#d8dee9", "#1b2028");
/// The sixteen colours of a terminal.
const PALETTE: [&str; 16] = [
    "#3b4252", "#d0606c", "#8fb573", "#e0b960", "#6f95bd", "#a983a4", "#6fb3c0", "#d8dee9", "#7b8598", "#e37f89",
    "#a9cf8f", "#f0d080", "#8fb3d8", "#c3a0bf", "#8fd0dc", "#ffffff",
];

/// The counter after one visit: a frozen clock and a seed make every picture the same.
fn paint() -> vt100::Parser {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--clock", "2026-11-21T10:00:00+09:00,freeze", "--pace", "instant"];
    let mut tty = Tty::start(env!("CARGO_BIN_EXE_madoguchi"), &arguments, folder.path()).unwrap();
    let see = |tty: &mut Tty, text: &str| tty.until(text, world::LIMIT, |s| s.contents().contains(text)).unwrap();
    see(&mut tty, "終了");
    // One visit from end to end, then a patient who is asked.
    tty.type_keys(b"2").unwrap();
    see(&mut tty, "PMHsimsm01res_");
    see(&mut tty, "状態 idle");
    tty.type_keys(b"a").unwrap();
    see(&mut tty, "自動操作 切");
    tty.type_keys(b"6").unwrap();
    see(&mut tty, "状態 method-select");
    // The line with the visit's milliseconds, which differ, leaves the journal.
    tty.type_keys(b"A").unwrap();
    see(&mut tty, "状態 face-capture");
    tty.settle(Duration::from_millis(500));
    assert_eq!(tty.written_within(Duration::from_millis(200)), 0, "the screen is still being painted");
    let blank = vt100::Parser::new(ROWS, COLUMNS, 0);
    std::mem::replace(&mut tty.screen, blank)
}

fn text(screen: &vt100::Screen) -> String {
    screen.rows(0, COLUMNS).map(|row| row.trim_end().to_owned() + "\n").collect()
}

fn colour(colour: vt100::Color, otherwise: &str) -> String {
    match colour {
        vt100::Color::Default => otherwise.to_owned(),
        vt100::Color::Idx(index) => PALETTE.get(usize::from(index)).map_or(otherwise, |c| *c).to_owned(),
        vt100::Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}

/// A letter that draws a frame, as lines that meet those of its neighbours: fonts leave gaps between rows.
fn stroke(letter: &str, x: u16, y: u16) -> Option<String> {
    let (left, right, top, bottom) = (x, x + CELL.0, y, y + CELL.1);
    let (middle, centre) = (x + CELL.0 / 2, y + CELL.1 / 2);
    Some(match letter {
        "─" => format!("M{left} {centre}H{right}"),
        "│" => format!("M{middle} {top}V{bottom}"),
        "┌" => format!("M{right} {centre}H{middle}V{bottom}"),
        "┐" => format!("M{left} {centre}H{middle}V{bottom}"),
        "└" => format!("M{right} {centre}H{middle}V{top}"),
        "┘" => format!("M{left} {centre}H{middle}V{top}"),
        _ => return None,
    })
}

fn svg(screen: &vt100::Screen) -> String {
    let (ink, paper) = COLOURS;
    let (width, height) = (COLUMNS * CELL.0 + 16, ROWS * CELL.1 + 16);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-size=\"14\" \
         font-family=\"'Noto Sans Mono CJK JP', 'BIZ UDGothic', 'MS Gothic', monospace\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"{paper}\"/>\n"
    );
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
            let (mut front, mut back) = (colour(cell.fgcolor(), ink), colour(cell.bgcolor(), paper));
            if cell.inverse() {
                std::mem::swap(&mut front, &mut back);
            }
            let (x, y) = (8 + column * CELL.0, 8 + row * CELL.1);
            let wide = if cell.is_wide() { CELL.0 * 2 } else { CELL.0 };
            if back != paper {
                let _ =
                    writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{}\" fill=\"{back}\"/>", CELL.1);
            }
            let letter = cell.contents();
            if letter.trim().is_empty() {
                continue;
            }
            if let Some(path) = stroke(letter, x, y) {
                let _ = writeln!(svg, "<path d=\"{path}\" stroke=\"{front}\" fill=\"none\"/>");
                continue;
            }
            let letter = letter.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let bold = if cell.bold() { " font-weight=\"bold\"" } else { "" };
            let (base, stretch) = (y + 14, format!(" textLength=\"{wide}\" lengthAdjust=\"spacingAndGlyphs\""));
            let _ = writeln!(svg, "<text x=\"{x}\" y=\"{base}\" fill=\"{front}\"{bold}{stretch}>{letter}</text>");
        }
    }
    svg + "</svg>\n"
}

#[test]
fn the_picture_is_what_the_program_paints() {
    world::in_own_world("picture::the_picture_is_what_the_program_paints", || {
        let painted = paint();
        let (text, svg) = (text(painted.screen()), svg(painted.screen()));
        if std::env::var_os("MADOGUCHI_WRITE").is_some() {
            fs::write(root().join(PICTURE), &svg).unwrap();
            for readme in READMES {
                let page = read(readme);
                let old = blocks(&page, &["text"]).into_iter().next().map(|(_, lines)| lines.join("\n")).unwrap();
                fs::write(root().join(readme), page.replacen(&old, text.trim_end(), 1)).unwrap();
            }
        }
        const REMEDY: &str = "if the change is meant: MADOGUCHI_WRITE=1 cargo test --test docs picture";
        for readme in READMES {
            let page = read(readme);
            let (_, shown) = blocks(&page, &["text"]).into_iter().next().unwrap();
            assert_eq!(shown.join("\n"), text.trim_end(), "{readme}; {REMEDY}");
        }
        assert!(read(PICTURE) == svg, "{PICTURE} shows another screen; {REMEDY}");
    });
}
