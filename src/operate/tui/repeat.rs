//! Repeating what the chosen file belongs to: a request, or a visit.

use crossterm::event::KeyCode;

use super::app::{App, Panel, Popup};
use crate::event::{FolderKind, Lang};
use crate::station::exchanges::How;
use crate::station::view::{Command, FileView, View};

/// The question how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// What is repeated; none where the file belongs to nothing that could be.
    pub exchange: Option<String>,
    /// The file by which it was chosen.
    pub name: String,
    /// The ways.
    pub ways: Vec<How>,
    /// The one under the cursor.
    pub at: usize,
}

impl Repeat {
    /// Of the exchange of `file`.
    pub fn of(file: &FileView, view: &View) -> Self {
        let its = |other: &&FileView| other.exchange == file.exchange && other.terminal == file.terminal;
        let is_request = view.files.iter().filter(its).any(|file| file.folder == FolderKind::Req);
        let readers = view.readers.iter().filter(|_| !is_request).map(|reader| How::Reader(reader.number));
        let ways = [How::Same, How::Again].into_iter().chain(readers).collect();
        Self { exchange: file.exchange.clone(), name: file.name.clone(), ways, at: 0 }
    }

    /// The key of a way.
    pub fn key(how: How) -> Option<char> {
        match how {
            How::Same => Some('s'),
            How::Again => Some('a'),
            How::Reader(number) => u32::try_from(number).ok().and_then(|number| char::from_digit(number, 10)),
        }
    }

    /// What it does.
    pub fn words(how: How, lang: Lang) -> String {
        match (how, lang) {
            (How::Same, Lang::Ja) => "同じもの (同じ名前、同じ中身)".to_owned(),
            (How::Same, Lang::En) => "the same (same name, same bytes)".to_owned(),
            (How::Again, Lang::Ja) => "もう一度 (新しい名前と時刻)".to_owned(),
            (How::Again, Lang::En) => "again (a new name and time)".to_owned(),
            (How::Reader(number), Lang::Ja) => format!("もう一度、リーダー {number} で"),
            (How::Reader(number), Lang::En) => format!("again, at reader {number}"),
        }
    }
}

impl App {
    /// Asks how the chosen file's request or visit is to be repeated.
    pub(super) fn offer_repeat(&mut self, view: &View) {
        let open = self.preview.as_ref().filter(|_| self.panel == Panel::Preview);
        let file = match open {
            Some(preview) => view.files.iter().rev().find(|file| preview.key.is(file)),
            None => {
                let files = self.files(view);
                files.get(self.file_at(&files)).copied()
            }
        };
        if let Some(file) = file {
            self.popups.push(Popup::Repeat(Repeat::of(file, view)));
        }
    }

    pub(super) fn repeat_key(&mut self, code: KeyCode, by: Option<isize>) -> Vec<Command> {
        let Some(Popup::Repeat(repeat)) = self.popups.last_mut() else { return Vec::new() };
        let keyed = match code {
            KeyCode::Char(letter) => repeat.ways.iter().position(|how| Repeat::key(*how) == Some(letter)),
            _ => None,
        };
        match (code, by) {
            (KeyCode::Enter | KeyCode::Char(' '), _) => return self.repeat(None),
            (KeyCode::Char('.' | 'q'), _) => drop(self.popups.pop()),
            _ if keyed.is_some() => return self.repeat(keyed),
            (_, Some(by)) => repeat.at = repeat.at.saturating_add_signed(by).min(repeat.ways.len().saturating_sub(1)),
            _ => {}
        }
        Vec::new()
    }

    /// Repeats in the way `at`, of the cursor where none is told, and closes the question.
    pub(super) fn repeat(&mut self, at: Option<usize>) -> Vec<Command> {
        let Some(Popup::Repeat(repeat)) = self.popups.pop() else { return Vec::new() };
        let how = repeat.ways.get(at.unwrap_or(repeat.at)).copied();
        repeat.exchange.zip(how).map(|(exchange, how)| Command::Repeat { exchange, how }).into_iter().collect()
    }
}
