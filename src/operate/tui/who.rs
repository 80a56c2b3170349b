//! どなたのカードですか: the list of people over a reader that holds a card which nobody knows. Letters search, as nothing else is typed here.

use crossterm::event::KeyCode;
use serde_json::{Value, json};

use super::app::{App, Popup};
use super::filter::{LONGEST, is_meant};
use super::keys::{list_move_by_arrows, moved};
use crate::station::view::{Command, View};

/// The state of a reader that asks; its name in `GET readers/{n}`.
const ASKING: &str = "who-is-this";

/// The question of one reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// The reader that asks, from 1.
    pub reader: usize,
    /// What was typed.
    pub(super) word: String,
    /// The row of the cursor.
    pub(super) at: usize,
    /// The first row shown.
    pub(super) top: usize,
}

impl Who {
    /// The question behind a button whose event has a null `person`.
    pub(super) fn of(reader: usize, event: &Value) -> Option<Self> {
        let asks = event.get("person").is_some_and(Value::is_null);
        asks.then(|| Self { reader, ..Self::default() })
    }

    /// The people who fit what was typed, as indices of the view. A card in a reader is nobody.
    pub(super) fn people(&self, view: &View) -> Vec<usize> {
        let people = view.people.iter().enumerate();
        people.filter(|(_, p)| !p.plastic && is_meant(&self.word, p)).map(|(index, _)| index).collect()
    }
}

impl App {
    /// The station looks otherwise now: a reader that asks whose card it holds is shown, one that does not ask any more is not.
    pub fn on_view(&mut self, view: &View) {
        let asks = |number: usize| view.readers.iter().any(|r| r.number == number && r.state == ASKING);
        self.told.retain(|reader| asks(*reader));
        self.popups.retain(|popup| !matches!(popup, Popup::Who(who) if !asks(who.reader)));
        let new = view.readers.iter().find(|reader| asks(reader.number) && !self.told.contains(&reader.number));
        if let (Some(reader), true, None) = (new, self.popups.is_empty(), self.filters.typing()) {
            self.popups.push(Popup::Who(Who { reader: reader.number, ..Who::default() }));
        }
        self.settle(view);
    }

    pub(super) fn who_key(&mut self, code: KeyCode, view: &View) -> Vec<Command> {
        let Some(Popup::Who(who)) = self.popups.last_mut() else { return Vec::new() };
        match code {
            KeyCode::Esc => {
                let event = json!({ "event": "decline" });
                return self.told_whose(event);
            }
            KeyCode::Enter => return self.choose_holder(None, view),
            KeyCode::Backspace => drop(who.word.pop()),
            KeyCode::Char(letter) if who.word.chars().count() < LONGEST && !letter.is_control() => {
                who.word.push(letter);
                who.at = 0;
            }
            _ => {
                if let Some(by) = list_move_by_arrows(code) {
                    self.turn_who(by, view);
                }
            }
        }
        Vec::new()
    }

    /// Moves the cursor by rows.
    pub(super) fn turn_who(&mut self, by: isize, view: &View) {
        if let Some(Popup::Who(who)) = self.popups.last_mut() {
            who.at = moved(who.at, by, who.people(view).len());
        }
    }

    /// A click on a row chooses it, another one says that it is them.
    pub(super) fn click_holder(&mut self, row: usize, view: &View) -> Vec<Command> {
        match self.popups.last_mut() {
            Some(Popup::Who(who)) if who.at != row => {
                who.at = row;
                Vec::new()
            }
            _ => self.choose_holder(Some(row), view),
        }
    }

    fn choose_holder(&mut self, row: Option<usize>, view: &View) -> Vec<Command> {
        let Some(Popup::Who(who)) = self.popups.last() else { return Vec::new() };
        let person = who.people(view).get(row.unwrap_or(who.at)).and_then(|index| view.people.get(*index));
        let Some(person) = person else { return Vec::new() };
        let event = json!({ "event": "bind", "person": person.id });
        self.told_whose(event)
    }

    /// The answer is on its way: the question does not come again before the reader asks anew.
    fn told_whose(&mut self, event: Value) -> Vec<Command> {
        let Some(Popup::Who(who)) = self.popups.pop() else { return Vec::new() };
        self.told.push(who.reader);
        vec![Command::Press { reader: who.reader, event }]
    }

    /// Closes what lies on top without an answer; the reader's own button asks again.
    pub(super) fn put_off(&mut self) {
        if let Some(Popup::Who(who)) = self.popups.pop() {
            self.told.push(who.reader);
        }
    }
}
