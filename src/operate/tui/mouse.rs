//! The mouse. One click selects (a person, a file, a knob, a reader) or presses (a button, a hint); a click on what is already selected
//! does what Enter would. So nothing depends on how fast somebody clicks.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::app::{App, FileKey, Panel, Popup};
use super::bindings::Action;
use super::draw::{Target, chain_rows, help_rows};
use super::keys::moved;
use crate::station::view::{Command, View};

/// Rows that one notch of the wheel moves.
const NOTCH: isize = 3;

impl App {
    /// A click or a turn of the wheel. Movement alone means nothing.
    pub fn on_mouse(&mut self, mouse: MouseEvent, view: &View) -> Vec<Command> {
        let by = match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => None,
            MouseEventKind::ScrollUp => Some(-NOTCH),
            MouseEventKind::ScrollDown => Some(NOTCH),
            _ => return Vec::new(),
        };
        let Some(target) = self.target_at(mouse.column, mouse.row, view) else { return Vec::new() };
        let commands = match by {
            None => self.click(target, view),
            Some(by) => {
                self.wheel(&target, by, view);
                Vec::new()
            }
        };
        self.settle(view);
        commands
    }

    fn click(&mut self, target: Target, view: &View) -> Vec<Command> {
        match target {
            Target::Outside => self.put_off(),
            Target::Holder(row) => return self.click_holder(row, view),
            Target::Popup => {}
            Target::Hint(action) => return self.perform(action, view),
            Target::Panel(panel) => self.focus(panel),
            Target::Person(person) => {
                let again = self.panel == Panel::People && self.person == person;
                self.focus(Panel::People);
                if again {
                    return self.place(person, view);
                }
                self.person = person;
            }
            Target::Reader(reader) => {
                self.focus(Panel::Reader);
                self.select_reader(reader);
            }
            Target::Button(reader, button) => {
                self.focus(Panel::Reader);
                self.select_reader(reader);
                return self.press(reader, button, view);
            }
            Target::File(key) => return self.click_file(key, view),
            Target::Fault(fault) => {
                if self.fault == fault {
                    return self.arm(fault, view);
                }
                self.fault = fault;
            }
            Target::Own(file) => {
                if self.own == file {
                    return self.choose_own(file, view);
                }
                self.own = file;
            }
            Target::Scenario(row) => self.click_trial(row),
            Target::Repeat(at) => return self.repeat(Some(at)),
            Target::Answer(yes) => {
                let asked = self.popups.pop();
                if yes && asked == Some(Popup::Reset) {
                    return vec![Command::Reset];
                }
            }
        }
        Vec::new()
    }

    fn click_file(&mut self, key: FileKey, view: &View) -> Vec<Command> {
        let files = self.files(view);
        let chosen = files.get(self.file_at(&files)).map(|file| FileKey::of(file));
        let again = self.panel == Panel::Folder && chosen.as_ref() == Some(&key);
        self.focus(Panel::Folder);
        self.file = Some(key);
        if again {
            return self.perform(Action::Open, view);
        }
        self.step(0, view);
        Vec::new()
    }

    /// A click elsewhere ends the typing of a filter; its word stays.
    fn focus(&mut self, panel: Panel) {
        self.filters.accept();
        self.panel = panel;
    }

    fn wheel(&mut self, target: &Target, by: isize, view: &View) {
        let panel = match target {
            Target::Outside
            | Target::Popup
            | Target::Fault(_)
            | Target::Own(_)
            | Target::Holder(_)
            | Target::Repeat(_)
            | Target::Scenario(_)
            | Target::Answer(_) => {
                return self.wheel_popup(by, view);
            }
            Target::Hint(_) => return,
            Target::Panel(panel) => *panel,
            Target::Person(_) => Panel::People,
            Target::Reader(_) | Target::Button(..) => return,
            Target::File(_) => Panel::Folder,
        };
        // The wheel turns what lies under it; the keys stay where they were aimed.
        let aimed = std::mem::replace(&mut self.panel, panel);
        self.step(by, view);
        self.panel = aimed;
    }

    fn wheel_popup(&mut self, by: isize, view: &View) {
        match self.popup() {
            Some(Popup::Help(panel)) => {
                let rows = help_rows(*panel, self.lang).len();
                self.help_row = self.help_row.saturating_add_signed(by).min(rows.saturating_sub(1));
            }
            Some(Popup::Faults) => {
                self.fault = self.fault.saturating_add_signed(by).min(view.faults.len().saturating_sub(1));
            }
            Some(Popup::Chain) => {
                let rows = chain_rows(self, view).len();
                self.chain_row = self.chain_row.saturating_add_signed(by).min(rows.saturating_sub(1));
            }
            Some(Popup::Own) => {
                let files = self.own_files.as_ref().map_or(0, Vec::len);
                self.own = self.own.saturating_add_signed(by).min(files.saturating_sub(1));
            }
            Some(Popup::Scenarios) => self.trials.at = moved(self.trials.at, by, self.trials.rows.len()),
            Some(Popup::Who(_)) => self.turn_who(by, view),
            _ => {}
        }
    }
}
