//! What is selected, ticked and typed.

use std::collections::BTreeMap;

use ratatui::layout::Size;

use super::keys::Action;
use crate::clinic::rececon::dialogue::Choice;
use crate::clinic::rececon::orders::Order;
use crate::clinic::rececon::view::{DialogueView, Found, PatientView, View, VisitView};
use crate::event::{Lang, Words};
use crate::operate::tui::Look;

/// A page of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// CR利用者リスト
    Visits,
    /// 確認: fields side by side
    Questions,
    /// お知らせ
    Alerts,
    /// 患者台帳
    Book,
    /// 要求
    Sent,
}

impl Page {
    /// All pages, by their digits.
    pub const ALL: [Self; 5] = [Self::Visits, Self::Questions, Self::Alerts, Self::Book, Self::Sent];
}

/// What is to be done outside of the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// An order of the staff, and what is said when it is carried out.
    Order(Order, &'static (&'static str, &'static str)),
    /// Look into the book.
    Find(String),
    /// Open a patient's sheet.
    Open(String),
}

/// The state of the screen. Cursors may point past the end of what a view holds: every use asks.
#[derive(Debug, Clone)]
pub struct App {
    pub(super) lang: Lang,
    pub(super) look: Look,
    pub(super) size: Size,
    /// Where the desk listens.
    pub(super) address: String,
    pub(super) page: Page,
    /// `None` follows the newest visit.
    pub(super) visit: Option<u32>,
    pub(super) question: usize,
    pub(super) field: usize,
    /// What is ticked and not sent yet, by dialogue and field.
    pub(super) ticked: BTreeMap<(u32, String), Choice>,
    pub(super) alert: usize,
    pub(super) sent: usize,
    pub(super) patient: usize,
    /// First line of the details shown.
    pub(super) scroll: usize,
    /// A visit whose patient is chosen in the book.
    pub(super) linking: Option<u32>,
    pub(super) typing: bool,
    pub(super) wanted: String,
    pub(super) found: Found,
    pub(super) sheet: Option<PatientView>,
    /// What came of the last order: whether it was carried out, and words.
    pub(super) said: Option<(bool, Words)>,
    pub(super) quit: bool,
}

impl App {
    /// A screen of `width` by `height` cells.
    pub fn new(lang: Lang, look: Look, address: &str, width: u16, height: u16) -> Self {
        Self {
            lang,
            look,
            size: Size { width, height },
            address: address.to_owned(),
            page: Page::Visits,
            visit: None,
            question: 0,
            field: 0,
            ticked: BTreeMap::new(),
            alert: 0,
            sent: 0,
            patient: 0,
            scroll: 0,
            linking: None,
            typing: false,
            wanted: String::new(),
            found: Found::default(),
            sheet: None,
            said: None,
            quit: false,
        }
    }

    /// Did somebody ask to leave?
    pub fn quits(&self) -> bool {
        self.quit
    }

    /// The terminal has another size.
    pub fn on_resize(&mut self, width: u16, height: u16) {
        self.size = Size { width, height };
    }

    /// What the book said.
    pub fn show_found(&mut self, found: Found) {
        self.found = found;
    }

    /// The sheet of a patient; none where there is no such patient any more.
    pub fn show_sheet(&mut self, sheet: Option<PatientView>) {
        self.sheet = sheet;
    }

    /// What came of an order.
    pub fn told(&mut self, done: bool, words: Words) {
        self.said = Some((done, words));
    }

    /// What is looked for, and whose sheet lies open: to be asked for again when something changed.
    pub fn open(&self) -> (String, Option<String>) {
        (self.wanted.clone(), self.sheet.as_ref().map(|sheet| sheet.line.number.clone()))
    }

    pub(super) fn go(&mut self, page: Page) {
        self.page = page;
        self.scroll = 0;
        if page != Page::Book {
            self.linking = None;
        }
    }

    /// Visits as they are listed: the newest first.
    pub(super) fn visits<'v>(&self, view: &'v View) -> Vec<&'v VisitView> {
        view.visits.iter().rev().collect()
    }

    /// Where the cursor stands among [`App::visits`].
    pub(super) fn visit_at(&self, view: &View) -> usize {
        let chosen = self.visit.and_then(|number| self.visits(view).iter().position(|visit| visit.number == number));
        chosen.unwrap_or(0)
    }

    /// The selected visit.
    pub(super) fn selected<'v>(&self, view: &'v View) -> Option<&'v VisitView> {
        self.visits(view).get(self.visit_at(view)).copied()
    }

    /// The question on the screen.
    pub(super) fn asked<'v>(&self, view: &'v View) -> Option<&'v DialogueView> {
        view.dialogues.get(self.question.min(view.dialogues.len().checked_sub(1)?))
    }

    /// The word that is ticked for a field; what nobody ticked is kept.
    pub(super) fn word(&self, dialogue: u32, field: &str) -> Choice {
        self.ticked.get(&(dialogue, field.to_owned())).copied().unwrap_or(Choice::Keep)
    }

    /// The 患者番号 that the keys are aimed at.
    pub(super) fn aimed(&self, view: &View) -> Option<String> {
        match self.page {
            Page::Visits => Some(self.selected(view)?.patient.as_ref()?.number.clone()),
            Page::Book => Some(self.found.patients.get(self.patient)?.number.clone()),
            Page::Questions | Page::Alerts | Page::Sent => None,
        }
    }

    /// Would a key do something now? What would not is not offered.
    pub(super) fn can(&self, action: Action, view: &View) -> bool {
        let may = |order: &str| self.selected(view).is_some_and(|visit| visit.may.contains(&order));
        match action {
            Action::Accept => may("accept"),
            Action::Register => may("register"),
            Action::Import => may("import"),
            Action::Link => may("link"),
            Action::Slip | Action::Ask | Action::Number => self.aimed(view).is_some(),
            Action::Open => self.linking.is_none() && self.aimed(view).is_some(),
            Action::LinkThis => self.linking.is_some() && self.aimed(view).is_some(),
            Action::Question => {
                let number = self.selected(view).map(|visit| visit.number);
                view.dialogues.iter().any(|dialogue| dialogue.visit == number)
            }
            Action::Tick | Action::AllKeep | Action::Decide => self.asked(view).is_some(),
            // Each public expense that is to end has to be named.
            Action::AllAccept => self.asked(view).is_some_and(|dialogue| dialogue.kind.name != "absence"),
            Action::Previous | Action::Next => view.dialogues.len() > 1,
            Action::Dismiss | Action::DismissAll => !view.alerts.is_empty(),
            Action::Find | Action::Up | Action::Down | Action::PageUp | Action::PageDown => true,
            Action::NextPage | Action::Language | Action::Quit => true,
        }
    }
}
