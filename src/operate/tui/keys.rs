//! Keys. Pop-ups take them first, then a filter being typed, then the table, then the people and the buttons.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::app::{App, FileKey, Panel, Popup, newest};
use super::bindings::{Action, BUTTON_KEYS, key_of, lookup};
use super::draw::{chain_rows, help_rows, page};
use super::pin::PinEntry;
use super::preview::Preview;
use super::who::Who;
use crate::station::view::{Command, View};

/// Columns that one key moves raw text sideways.
const SIDEWAYS: isize = 8;

impl App {
    /// A key. Only the press counts: Windows reports the release as well.
    pub fn on_key(&mut self, key: KeyEvent, view: &View) -> Vec<Command> {
        if key.kind != KeyEventKind::Press {
            return Vec::new();
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if control && matches!(key.code, KeyCode::Char('c' | 'C')) {
            self.quit = true;
            return Vec::new();
        }
        if control || key.modifiers.contains(KeyModifiers::ALT) {
            return Vec::new();
        }
        let commands = if self.popup().is_some() {
            self.popup_key(half_width(key.code), view)
        } else if self.filters.typing().is_some() {
            self.filter_key(key.code, view)
        } else {
            self.panel_key(half_width(key.code), view)
        };
        self.settle(view);
        commands
    }

    fn panel_key(&mut self, code: KeyCode, view: &View) -> Vec<Command> {
        if let Some(action) = lookup(code, self.panel) {
            return self.perform(action, view);
        }
        let KeyCode::Char(letter) = code else { return Vec::new() };
        if let Some(person) = (0..view.people.len()).find(|index| key_of(&view.people, *index) == Some(letter)) {
            return self.place(person, view);
        }
        match BUTTON_KEYS.chars().position(|key| key == letter) {
            Some(button) => self.press(self.reader, button, view),
            None => Vec::new(),
        }
    }

    /// Does what a row of the table says.
    pub(super) fn perform(&mut self, action: Action, view: &View) -> Vec<Command> {
        match action {
            Action::Up => self.step(-1, view),
            Action::Down => self.step(1, view),
            Action::Left => self.sideways(-1, view),
            Action::Right => self.sideways(1, view),
            Action::PageUp => self.step(-page(self, view), view),
            Action::PageDown => self.step(page(self, view), view),
            Action::First => self.step(isize::MIN, view),
            Action::Last => self.step(isize::MAX, view),
            Action::Open => return self.open(view),
            Action::Close => self.close(),
            Action::NextPanel => self.turn(1),
            Action::PreviousPanel => self.turn(-1),
            Action::Filter => self.panel = self.filters.start(self.panel),
            Action::TakeOff => {
                return self.reader_number(view).map(|reader| Command::Remove { reader }).into_iter().collect();
            }
            Action::AutoPilot => return self.auto_pilot(view),
            Action::NextReader => self.next_reader(view),
            Action::Faults => self.popups.push(Popup::Faults),
            Action::Own => {
                // Read anew each time: files come and go.
                self.own_files = None;
                self.popups.push(Popup::Own);
            }
            Action::Adopt => return self.adopt(view),
            Action::Chain => {
                self.chain_row = 0;
                self.popups.push(Popup::Chain);
            }
            Action::Scenarios => self.show_trials(),
            Action::Repeat => self.offer_repeat(view),
            Action::Reset => self.popups.push(Popup::Reset),
            Action::Raw => self.preview.iter_mut().for_each(Preview::turn),
            Action::Mouse => self.mouse = !self.mouse,
            Action::Help => {
                self.help_row = 0;
                self.popups.push(Popup::Help(self.panel));
            }
            Action::Quit => self.quit = true,
        }
        Vec::new()
    }

    /// Moves the cursor of the panel by rows; the ends are the ends.
    pub(super) fn step(&mut self, by: isize, view: &View) {
        match self.panel {
            Panel::People => {
                let people = self.people(view);
                let at = people.iter().position(|i| *i == self.person).unwrap_or(0);
                if let Some(person) = people.get(moved(at, by, people.len())) {
                    self.person = *person;
                }
            }
            Panel::Reader => {
                let buttons =
                    self.reader_at(view).and_then(|r| view.readers.get(r)).map_or(0, |r| r.screen.buttons.len());
                self.button = moved(self.button, by, buttons);
            }
            Panel::Folder => {
                let files = self.files(view);
                let at = moved(self.file_at(&files), by, files.len());
                self.file = files.get(at).map(|file| FileKey::of(file));
                self.follow();
                if at == newest(&files) {
                    self.file = None;
                }
            }
            Panel::Journal => {
                let lines = self.lines(view);
                let last = lines.len().saturating_sub(1);
                let seq = |at: usize| lines.get(at).and_then(|i| view.journal.get(*i)).map(|line| line.seq);
                let at = self.journal.and_then(|s| (0..lines.len()).find(|at| seq(*at) == Some(s))).unwrap_or(last);
                let at = moved(at, by, lines.len());
                self.journal = if at == last { None } else { seq(at) };
            }
            Panel::Preview => {
                if let Some(preview) = &mut self.preview {
                    preview.row = moved(preview.row, by, preview.rows());
                }
            }
        }
    }

    fn sideways(&mut self, by: isize, view: &View) {
        if self.panel == Panel::Preview && self.go_to_side(by < 0) {
            return;
        }
        match (&mut self.preview, self.panel) {
            (Some(preview), Panel::Preview) => {
                preview.column = moved(preview.column, by * SIDEWAYS, preview.columns());
            }
            _ => self.step(by, view),
        }
    }

    /// Enter: each panel's own deed.
    fn open(&mut self, view: &View) -> Vec<Command> {
        match self.panel {
            Panel::People => {
                let shown = self.people(view);
                let person = shown.iter().find(|i| **i == self.person).or(shown.first());
                person.map(|i| self.place(*i, view)).unwrap_or_default()
            }
            Panel::Reader => self.press(self.reader, self.button, view),
            Panel::Folder => {
                let files = self.files(view);
                if let Some(file) = files.get(self.file_at(&files)) {
                    let key = FileKey::of(file);
                    self.file = Some(key.clone());
                    if self.preview.as_ref().is_some_and(|preview| preview.key == key) {
                        self.pair(view);
                        return Vec::new();
                    }
                    self.preview = Some(Preview::of(key));
                    if !self.visible().contains(&Panel::Folder) {
                        self.panel = Panel::Preview;
                    }
                }
                Vec::new()
            }
            Panel::Preview => {
                self.pair(view);
                Vec::new()
            }
            Panel::Journal => Vec::new(),
        }
    }

    /// The open file follows the cursor of the folder where both are in sight.
    fn follow(&mut self) {
        if let (Some(preview), Some(key)) = (&mut self.preview, &self.file)
            && preview.key != *key
        {
            let raw = preview.raw;
            *preview = Preview::of(key.clone());
            preview.raw = raw;
        }
    }

    fn close(&mut self) {
        let filtered = self.filters.clear(self.panel);
        if filtered || self.beside.take().is_some() {
            return;
        }
        if self.preview.take().is_some() && self.panel == Panel::Preview {
            self.panel = Panel::Folder;
        }
    }

    fn turn(&mut self, by: isize) {
        let shown = self.visible();
        let at = shown.iter().position(|panel| *panel == self.panel).unwrap_or(0);
        let next = (at + shown.len()).saturating_add_signed(by) % shown.len().max(1);
        if let Some(panel) = shown.get(next) {
            self.panel = *panel;
        }
    }

    /// Puts a person's card on the selected reader. Where no auto-pilot answers, the reader's keys come next.
    pub(super) fn place(&mut self, person: usize, view: &View) -> Vec<Command> {
        let reader = self.reader_at(view).and_then(|at| view.readers.get(at));
        let (Some(person_view), Some(reader)) = (view.people.get(person), reader) else { return Vec::new() };
        self.person = person;
        self.button = 0;
        if !reader.auto_pilot && self.panel == Panel::People {
            self.panel = Panel::Reader;
        }
        vec![Command::Place { reader: reader.number, person: person_view.id.clone() }]
    }

    /// Presses a button of a reader's screen, or opens the field for the digits it asks for.
    pub(super) fn press(&mut self, reader: usize, button: usize, view: &View) -> Vec<Command> {
        let reader = view.readers.get(reader.min(view.readers.len().saturating_sub(1)));
        let Some(reader) = reader else { return Vec::new() };
        let Some(pressed) = reader.screen.buttons.get(button) else { return Vec::new() };
        let asks = PinEntry::of(reader.number, &pressed.event).map(Popup::Pin);
        match asks.or_else(|| Who::of(reader.number, &pressed.event).map(Popup::Who)) {
            Some(popup) => {
                self.button = button;
                self.popups.push(popup);
                Vec::new()
            }
            None => {
                self.button = 0;
                vec![Command::Press { reader: reader.number, event: pressed.event.clone() }]
            }
        }
    }

    /// Whom the chosen line of the journal offers; the latest offer where none is chosen, or it offers nobody.
    fn adopt(&self, view: &View) -> Vec<Command> {
        let chosen = self.journal.and_then(|seq| view.journal.iter().find(|line| line.seq == seq)?.adopts.clone());
        let latest = || view.journal.iter().rev().find_map(|line| line.adopts.clone());
        chosen.or_else(latest).map(|id| Command::Adopt { id }).into_iter().collect()
    }

    fn auto_pilot(&self, view: &View) -> Vec<Command> {
        let reader = self.reader_at(view).and_then(|at| view.readers.get(at));
        reader.map(|r| Command::AutoPilot { reader: r.number, on: !r.auto_pilot }).into_iter().collect()
    }

    fn next_reader(&mut self, view: &View) {
        if let Some(at) = self.reader_at(view) {
            self.select_reader((at + 1) % view.readers.len());
        }
    }

    /// Selects a reader; its first button is chosen.
    pub(super) fn select_reader(&mut self, reader: usize) {
        if self.reader != reader {
            self.button = 0;
        }
        self.reader = reader;
    }

    fn reader_number(&self, view: &View) -> Option<usize> {
        view.readers.get(self.reader_at(view)?).map(|reader| reader.number)
    }

    fn filter_key(&mut self, code: KeyCode, view: &View) -> Vec<Command> {
        match code {
            KeyCode::Esc => {
                self.filters.clear(self.panel);
            }
            KeyCode::Enter | KeyCode::Tab => self.filters.accept(),
            KeyCode::Backspace => self.filters.pop(),
            KeyCode::Up => self.step(-1, view),
            KeyCode::Down => self.step(1, view),
            KeyCode::Char(letter) => self.filters.push(letter),
            _ => {}
        }
        // The cursor goes to the first row that is left, so that Enter means what is seen.
        let people = self.people(view);
        if self.panel == Panel::People && !people.contains(&self.person) {
            self.person = people.first().copied().unwrap_or(self.person);
        }
        Vec::new()
    }

    fn popup_key(&mut self, code: KeyCode, view: &View) -> Vec<Command> {
        if let Some(Popup::Who(_)) = self.popup() {
            return self.who_key(code, view);
        }
        if self.popup() == Some(&Popup::Scenarios) {
            self.trials_key(code);
            return Vec::new();
        }
        if code == KeyCode::Esc {
            self.popups.pop();
            return Vec::new();
        }
        match self.popups.last_mut() {
            Some(Popup::Help(panel)) => {
                let rows = help_rows(*panel, self.lang).len();
                match list_move(code) {
                    Some(by) => self.help_row = moved(self.help_row, by, rows),
                    None if matches!(code, KeyCode::Char('?' | 'h' | 'q') | KeyCode::F(1) | KeyCode::Enter) => {
                        self.popups.pop();
                    }
                    None => {}
                }
                Vec::new()
            }
            Some(Popup::Faults) => self.faults_key(code, view),
            Some(Popup::Own) => self.own_key(code, view),
            Some(Popup::Chain) => {
                match list_move(code) {
                    Some(by) => self.chain_row = moved(self.chain_row, by, chain_rows(self, view).len()),
                    None if matches!(code, KeyCode::Char('#' | 'q') | KeyCode::F(2) | KeyCode::Enter) => {
                        self.popups.pop();
                    }
                    None => {}
                }
                Vec::new()
            }
            Some(Popup::Repeat(_)) => self.repeat_key(code, list_move(code)),
            Some(Popup::Reset) => match code {
                KeyCode::Enter | KeyCode::Char('y') => {
                    self.popups.pop();
                    vec![Command::Reset]
                }
                KeyCode::Char('n' | 'q') => {
                    self.popups.pop();
                    Vec::new()
                }
                _ => Vec::new(),
            },
            Some(Popup::Pin(entry)) => {
                match code {
                    KeyCode::Char(digit) => entry.push(digit),
                    KeyCode::Backspace => entry.pop(),
                    KeyCode::Enter => return self.send_pin(),
                    _ => {}
                }
                Vec::new()
            }
            // Taken before.
            Some(Popup::Who(_) | Popup::Scenarios) | None => Vec::new(),
        }
    }

    fn faults_key(&mut self, code: KeyCode, view: &View) -> Vec<Command> {
        match code {
            KeyCode::Enter | KeyCode::Char(' ') => return self.arm(self.fault, view),
            KeyCode::Char('f' | 'q') => {
                self.popups.pop();
            }
            _ => {
                if let Some(by) = list_move(code) {
                    self.fault = moved(self.fault, by, view.faults.len());
                }
            }
        }
        Vec::new()
    }

    fn own_key(&mut self, code: KeyCode, view: &View) -> Vec<Command> {
        match code {
            KeyCode::Enter | KeyCode::Char(' ') => return self.choose_own(self.own, view),
            KeyCode::Char('x' | 'q') => {
                self.popups.pop();
            }
            _ => {
                if let Some(by) = list_move(code) {
                    self.own = moved(self.own, by, self.own_files.as_ref().map_or(0, Vec::len));
                }
            }
        }
        Vec::new()
    }

    /// Chooses a file for the next visit at the selected reader, or takes it back when it is chosen already.
    pub(super) fn choose_own(&mut self, file: usize, view: &View) -> Vec<Command> {
        self.own = file;
        let reader = self.reader_at(view).and_then(|at| view.readers.get(at));
        let file = self.own_files.as_ref().and_then(|files| files.get(file));
        let (Some(reader), Some(file)) = (reader, file) else { return Vec::new() };
        let chosen = reader.own.as_ref() != Some(&file.name);
        if chosen && !file.kind.suits_a_visit() {
            return Vec::new();
        }
        self.popups.pop();
        vec![Command::Own { reader: reader.number, file: chosen.then(|| file.name.clone()) }]
    }

    /// Arms a knob once, or takes it back: the station knows which.
    pub(super) fn arm(&mut self, fault: usize, view: &View) -> Vec<Command> {
        self.fault = fault;
        view.faults.get(fault).map(|f| Command::Fault { name: f.name.clone() }).into_iter().collect()
    }

    fn send_pin(&mut self) -> Vec<Command> {
        let Some(Popup::Pin(entry)) = self.popups.last() else { return Vec::new() };
        let Some(event) = entry.event() else { return Vec::new() };
        let reader = entry.reader;
        self.popups.pop();
        self.button = 0;
        vec![Command::Press { reader, event }]
    }
}

/// The rows that a key moves a cursor inside a pop-up.
pub(super) fn list_move(code: KeyCode) -> Option<isize> {
    match lookup(code, Panel::Journal)? {
        Action::Up => Some(-1),
        Action::Down => Some(1),
        Action::PageUp => Some(-10),
        Action::PageDown => Some(10),
        Action::First => Some(isize::MIN),
        Action::Last => Some(isize::MAX),
        _ => None,
    }
}

/// The same where letters are typed: by the keys that are none.
pub(super) fn list_move_by_arrows(code: KeyCode) -> Option<isize> {
    (!matches!(code, KeyCode::Char(_))).then(|| list_move(code)).flatten()
}

/// A cursor `by` rows on, inside a list of `len`.
pub(super) fn moved(at: usize, by: isize, len: usize) -> usize {
    at.saturating_add_signed(by).min(len.saturating_sub(1))
}

/// A key typed while the input method stands on full width means the same key.
fn half_width(code: KeyCode) -> KeyCode {
    match code {
        KeyCode::Char(wide @ '！'..='～') => {
            let narrow = u32::from(wide) - u32::from('！') + u32::from('!');
            KeyCode::Char(char::from_u32(narrow).unwrap_or(wide))
        }
        KeyCode::Char('　') => KeyCode::Char(' '),
        other => other,
    }
}
