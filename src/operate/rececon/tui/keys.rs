//! The keys, as a table: what is pressed, on which pages, what it does. The bottom line shows those that would do something now.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::app::{Act, App, Page};
use crate::clinic::rececon::dialogue::Choice;
use crate::clinic::rececon::orders::Order;
use crate::clinic::rececon::view::View;
use crate::event::{Lang, Words};

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is explained in both languages by its row of the table")]
pub enum Action {
    Accept,
    Register,
    Import,
    Link,
    LinkThis,
    Question,
    Open,
    Slip,
    Ask,
    Number,
    Find,
    Tick,
    AllAccept,
    AllKeep,
    Decide,
    Previous,
    Next,
    Dismiss,
    DismissAll,
    Up,
    Down,
    PageUp,
    PageDown,
    NextPage,
    Language,
    Quit,
}

/// A row of the table.
#[derive(Debug)]
pub struct Key {
    /// What is pressed.
    pub code: KeyCode,
    /// As people write it.
    pub text: &'static str,
    /// Where it means that; empty for everywhere.
    pub pages: &'static [Page],
    /// What it does.
    pub action: Action,
    /// One or two words; none for keys that explain themselves.
    pub hint: Option<(&'static str, &'static str)>,
}

const fn key(
    code: KeyCode,
    text: &'static str,
    pages: &'static [Page],
    action: Action,
    ja: &'static str,
    en: &'static str,
) -> Key {
    Key { code, text, pages, action, hint: if ja.is_empty() { None } else { Some((ja, en)) } }
}

use KeyCode::Char;

const VISITS: &[Page] = &[Page::Visits];
const QUESTIONS: &[Page] = &[Page::Questions];
const ALERTS: &[Page] = &[Page::Alerts];
const BOOK: &[Page] = &[Page::Book];
const PEOPLE: &[Page] = &[Page::Visits, Page::Book];

/// All keys; of several for one key the first that can do something counts.
pub static KEYS: &[Key] = &[
    key(KeyCode::Enter, "Enter", VISITS, Action::Accept, "受付登録", "accept"),
    key(Char('r'), "r", VISITS, Action::Register, "患者を登録", "register"),
    key(Char('l'), "l", VISITS, Action::Link, "患者を選ぶ", "choose patient"),
    key(Char('i'), "i", VISITS, Action::Import, "公費に取り込む", "import"),
    key(Char('d'), "d", VISITS, Action::Question, "確認", "question"),
    key(Char('o'), "o", VISITS, Action::Open, "台帳", "book"),
    key(KeyCode::Enter, "Enter", BOOK, Action::LinkThis, "この患者にする", "this patient"),
    key(KeyCode::Enter, "Enter", BOOK, Action::Open, "開く", "open"),
    key(Char('/'), "/", BOOK, Action::Find, "探す", "search"),
    key(Char('a'), "a", PEOPLE, Action::Ask, "資格を照会", "ask"),
    key(Char('n'), "n", BOOK, Action::Number, "照会番号を登録", "register number"),
    key(Char('p'), "p", PEOPLE, Action::Slip, "受付票", "slip"),
    key(Char(' '), "Space", QUESTIONS, Action::Tick, "選ぶ", "tick"),
    key(Char('a'), "a", QUESTIONS, Action::AllAccept, "全て取り込む", "accept all"),
    key(Char('k'), "k", QUESTIONS, Action::AllKeep, "全てそのまま", "keep all"),
    key(KeyCode::Enter, "Enter", QUESTIONS, Action::Decide, "決定", "decide"),
    key(KeyCode::Left, "←", QUESTIONS, Action::Previous, "前", "previous"),
    key(KeyCode::Right, "→", QUESTIONS, Action::Next, "次", "next"),
    key(Char('x'), "x", ALERTS, Action::Dismiss, "消す", "dismiss"),
    key(Char('X'), "X", ALERTS, Action::DismissAll, "すべて消す", "dismiss all"),
    key(KeyCode::Up, "↑", &[], Action::Up, "", ""),
    key(KeyCode::Down, "↓", &[], Action::Down, "", ""),
    key(KeyCode::PageUp, "PgUp", &[], Action::PageUp, "", ""),
    key(KeyCode::PageDown, "PgDn", PEOPLE, Action::PageDown, "続き", "more"),
    key(KeyCode::Tab, "Tab", &[], Action::NextPage, "画面", "page"),
    key(Char('E'), "E", &[], Action::Language, "English", "日本語"),
    key(Char('q'), "q", &[], Action::Quit, "終了", "quit"),
];

const ACCEPTED: (&str, &str) = ("受付登録しました", "accepted");
const REGISTERED: (&str, &str) = ("患者を登録しました", "the patient is registered");
const IMPORTED: (&str, &str) = ("公費に取り込みました", "the public expenses are imported");
const LINKED: (&str, &str) = ("患者を決めました", "the visit has its patient");
const ASKED: (&str, &str) = ("照会を送りました", "the question is sent");
const NOTED: (&str, &str) = ("照会番号の登録を送りました", "the registration is sent");
const DECIDED: (&str, &str) = ("決定しました", "decided");
const DISMISSED: (&str, &str) = ("消しました", "dismissed");

/// The keys that would do something now.
pub(super) fn offered<'a>(app: &'a App, view: &'a View) -> impl Iterator<Item = &'static Key> + 'a {
    KEYS.iter()
        .filter(|key| key.pages.is_empty() || key.pages.contains(&app.page))
        .filter(|key| app.can(key.action, view))
}

impl App {
    /// A key: what is to be done outside.
    pub fn on_key(&mut self, event: KeyEvent, view: &View) -> Vec<Act> {
        if event.kind == KeyEventKind::Release {
            return Vec::new();
        }
        if event.modifiers.contains(KeyModifiers::CONTROL) {
            self.quit |= event.code == KeyCode::Char('c');
            return Vec::new();
        }
        if self.typing {
            return self.typed(event.code);
        }
        self.said = None;
        if event.code == KeyCode::Esc {
            self.go(Page::Visits);
            return Vec::new();
        }
        if let KeyCode::Char(digit) = event.code
            && let Some(page) = digit.to_digit(10).and_then(|n| Page::ALL.get((n as usize).checked_sub(1)?))
        {
            self.go(*page);
            return self.looks();
        }
        let action = offered(self, view).find(|key| key.code == event.code).map(|key| key.action);
        action.map_or_else(Vec::new, |action| self.act(action, view))
    }

    /// The book is looked into when it is opened.
    fn looks(&self) -> Vec<Act> {
        if self.page == Page::Book { vec![Act::Find(self.wanted.clone())] } else { Vec::new() }
    }

    fn typed(&mut self, code: KeyCode) -> Vec<Act> {
        match code {
            KeyCode::Enter | KeyCode::Esc | KeyCode::Down => {
                self.typing = false;
                return Vec::new();
            }
            KeyCode::Backspace => drop(self.wanted.pop()),
            KeyCode::Char(c) => self.wanted.push(c),
            _ => return Vec::new(),
        }
        self.patient = 0;
        vec![Act::Find(self.wanted.clone())]
    }

    fn act(&mut self, action: Action, view: &View) -> Vec<Act> {
        let visit = self.selected(view).map(|visit| visit.number);
        let patient = self.aimed(view);
        match action {
            Action::Accept => vec![Act::Order(Order::Accept { visit }, &ACCEPTED)],
            Action::Register => vec![Act::Order(Order::Register { visit, number: None }, &REGISTERED)],
            Action::Import => vec![Act::Order(Order::Import { visit }, &IMPORTED)],
            Action::Link => {
                self.go(Page::Book);
                self.linking = visit;
                (self.sheet, self.patient) = (None, 0);
                self.looks()
            }
            Action::LinkThis => {
                let (visit, patient) = (self.linking.take(), patient.unwrap_or_default());
                self.go(Page::Visits);
                vec![Act::Order(Order::Link { visit, patient }, &LINKED)]
            }
            Action::Open => self.opens(patient.unwrap_or_default()),
            Action::Ask => vec![Act::Order(Order::Ask { patient: patient.unwrap_or_default() }, &ASKED)],
            Action::Number => {
                let patient = patient.unwrap_or_default();
                vec![Act::Order(Order::RegisterNumber { patient, number: None }, &NOTED)]
            }
            Action::Slip => {
                let address = format!("{}/desk/slips/{}.pdf", self.address, patient.unwrap_or_default());
                self.told(true, Words::new(format!("受付票: {address}"), format!("slip: {address}")));
                Vec::new()
            }
            Action::Decide => self.decides(view),
            Action::Dismiss => {
                let alert = newest_first(view.alerts.len(), self.alert).and_then(|at| view.alerts.get(at));
                alert
                    .map(|alert| Act::Order(Order::Dismiss { alert: Some(alert.number) }, &DISMISSED))
                    .into_iter()
                    .collect()
            }
            Action::DismissAll => vec![Act::Order(Order::Dismiss { alert: None }, &DISMISSED)],
            other => self.moves(other, view),
        }
    }

    /// What only changes the screen.
    fn moves(&mut self, action: Action, view: &View) -> Vec<Act> {
        match action {
            Action::Question => {
                let visit = self.selected(view).map(|visit| visit.number);
                self.question = view.dialogues.iter().position(|dialogue| dialogue.visit == visit).unwrap_or_default();
                self.field = 0;
                self.go(Page::Questions);
            }
            Action::Tick => {
                if let Some(dialogue) = self.asked(view)
                    && let Some(field) = dialogue.fields.get(self.field)
                {
                    let other = match self.word(dialogue.number, &field.field) {
                        Choice::Keep => Choice::Accept,
                        Choice::Accept => Choice::Keep,
                    };
                    self.ticked.insert((dialogue.number, field.field.clone()), other);
                }
            }
            Action::AllAccept => self.tick_all(Choice::Accept, view),
            Action::AllKeep => self.tick_all(Choice::Keep, view),
            Action::Previous => (self.question, self.field) = (self.question.saturating_sub(1), 0),
            Action::Next => {
                (self.question, self.field) = ((self.question + 1).min(view.dialogues.len().saturating_sub(1)), 0);
            }
            Action::Find => self.typing = true,
            Action::Up => self.step(-1, view),
            Action::Down => self.step(1, view),
            Action::PageUp => self.scroll = self.scroll.saturating_sub(usize::from(self.size.height / 2)),
            Action::PageDown => self.scroll += usize::from(self.size.height / 2),
            Action::NextPage => {
                let here = Page::ALL.iter().position(|page| *page == self.page).unwrap_or_default();
                self.go(Page::ALL.get(here + 1).copied().unwrap_or(Page::Visits));
                return self.looks();
            }
            Action::Language => self.lang = if self.lang == Lang::Ja { Lang::En } else { Lang::Ja },
            Action::Quit => self.quit = true,
            _ => {}
        }
        Vec::new()
    }

    fn opens(&mut self, patient: String) -> Vec<Act> {
        if self.page == Page::Visits {
            self.wanted.clone_from(&patient);
            self.patient = 0;
            self.go(Page::Book);
        }
        self.scroll = 0;
        vec![Act::Find(self.wanted.clone()), Act::Open(patient)]
    }

    fn decides(&mut self, view: &View) -> Vec<Act> {
        let Some(dialogue) = self.asked(view) else { return Vec::new() };
        let word = |field: &str| (field.to_owned(), self.word(dialogue.number, field));
        let fields = dialogue.fields.iter().map(|field| word(&field.field)).collect();
        let number = dialogue.number;
        self.ticked.retain(|(ticked, _), _| *ticked != number);
        self.field = 0;
        vec![Act::Order(Order::Answer { dialogue: Some(number), all: None, fields }, &DECIDED)]
    }

    fn tick_all(&mut self, word: Choice, view: &View) {
        let Some(dialogue) = self.asked(view) else { return };
        for field in &dialogue.fields {
            self.ticked.insert((dialogue.number, field.field.clone()), word);
        }
    }

    fn step(&mut self, by: isize, view: &View) {
        let stepped = |at: usize, len: usize| at.saturating_add_signed(by).min(len.saturating_sub(1));
        match self.page {
            Page::Visits => {
                let to = stepped(self.visit_at(view), view.visits.len());
                // The cursor on the newest one follows those that come.
                self.visit = self.visits(view).get(to).filter(|_| to > 0).map(|visit| visit.number);
                self.scroll = 0;
            }
            Page::Questions => {
                self.field = stepped(self.field, self.asked(view).map_or(0, |dialogue| dialogue.fields.len()));
            }
            Page::Alerts => self.alert = stepped(self.alert, view.alerts.len()),
            Page::Book => {
                self.patient = stepped(self.patient, self.found.patients.len());
                self.scroll = 0;
            }
            Page::Sent => self.sent = stepped(self.sent, view.requests.len()),
        }
    }
}

/// The index of the row `at` in a list that is shown with its last one first.
pub(super) fn newest_first(len: usize, at: usize) -> Option<usize> {
    len.checked_sub(1).map(|last| last - at.min(last))
}
