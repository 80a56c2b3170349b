//! The people to choose from, for a card that nobody knows.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Target;
use super::pen::Pen;
use super::popup::{LARGEST, open, with_foot};
use crate::operate::tui::app::{App, Popup};
use crate::operate::tui::layout::window;
use crate::operate::tui::who::Who;
use crate::operate::tui::width::pad;
use crate::station::view::{PersonView, View};

/// Rows above the list: what is asked, what was typed, and a blank one.
const ABOVE: u16 = 3;
/// Rows of the frame and of the line of keys.
const AROUND: u16 = 4;
/// Cells of an id, a name and its kana.
const ID: usize = 14;
const NAME: usize = 16;
const KANA: usize = 18;

pub fn paint(pen: &mut Pen<'_>, who: &Who, view: &View) {
    let look = pen.look;
    let title = format!("{} {}", pen.say("どなたのカードですか  リーダー", "Whose card is this?  Reader"), who.reader);
    let inside = open(pen, rows(view), &title);
    let (body, foot) = with_foot(inside);
    let kept = pen.say(
        "知らないカードです。選ぶと次から分かります (鍵付きハッシュだけを保存)。",
        "Nobody knows this card. Chosen, it is known next time (only a keyed hash is kept).",
    );
    pen.row(body, 0, &[(kept, look.dim())]);
    let word = format!("{}_", who.word);
    pen.row(
        body,
        1,
        &[(pen.say("検索 (氏名、カナ、ID): ", "search (name, kana, id): "), look.dim()), (&word, look.warn())],
    );
    let list = Rect { y: body.y + ABOVE.min(body.height), height: body.height.saturating_sub(ABOVE), ..body };
    let people = who.people(view);
    if people.is_empty() {
        pen.row(list, 0, &[(pen.say("該当なし (Backspace で戻す)", "no match (Backspace)"), look.dim())]);
    }
    for (y, (row, index)) in (0..list.height).zip(people.iter().enumerate().skip(who.top)) {
        if let Some(person) = view.people.get(*index) {
            paint_person(pen, Rect { y: list.y + y, height: 1, ..list }, row, row == who.at, person);
        }
    }
    pen.row(
        foot,
        0,
        &[
            ("Enter", look.key()),
            (pen.say(" この人  ", " this one  "), Style::new()),
            (pen.say("文字", "letters"), look.key()),
            (pen.say(" 検索  ", " search  "), Style::new()),
            ("Up Down", look.key()),
            (pen.say(" 選ぶ  ", " choose  "), Style::new()),
            ("Esc", look.key()),
            (pen.say(" 不明のまま続ける", " leave unknown"), Style::new()),
        ],
    );
}

/// The first person shown.
pub fn first_row(app: &App, view: &View) -> usize {
    let Some(Popup::Who(who)) = app.popup() else { return 0 };
    let inside = rows(view).min(LARGEST.1).min(app.size.height.saturating_sub(2)).saturating_sub(AROUND);
    window(who.people(view).len(), who.at, who.top, usize::from(inside.saturating_sub(ABOVE)))
}

/// As many as all people need, whoever fits what was typed: the frame stays where it is while somebody types.
fn rows(view: &View) -> u16 {
    u16::try_from(view.people.len()).unwrap_or(LARGEST.1).saturating_add(ABOVE + AROUND)
}

fn paint_person(pen: &mut Pen<'_>, row: Rect, at: usize, chosen: bool, person: &PersonView) {
    let look = pen.look;
    pen.spots.add(row, Target::Holder(at));
    let about = usize::from(row.width).saturating_sub(ID + NAME + KANA + 3);
    pen.row(
        row,
        0,
        &[
            (&pad(&person.name, NAME), Style::new()),
            (" ", Style::new()),
            (&pad(&person.name_kana, KANA), look.dim()),
            (" ", Style::new()),
            (&pad(&person.id, ID), look.key()),
            (" ", Style::new()),
            (&pad(person.shows.say(pen.app.lang), about), look.dim()),
        ],
    );
    if chosen {
        pen.tint(row, look.cursor(true));
    }
}
