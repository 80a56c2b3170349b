//! What the operator has selected, opened and typed.

use std::sync::Arc;

use ratatui::layout::Size;

use super::draw::{self, Target};
use super::filter::Filters;
use super::layout::{Places, visible};
use super::look::Look;
use super::pin::PinEntry;
use super::preview::Preview;
use super::repeat::Repeat;
use super::trials::Trials;
use super::who::Who;
use crate::event::{FolderKind, Lang};
use crate::message::element::ElementTable;
use crate::station::view::{Command, FileView, OwnFile, View};

/// A part of the screen that keys can be aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Panel {
    /// The people with their keys.
    People,
    /// The face readers.
    Reader,
    /// The files of the shared folder.
    Folder,
    /// What happened.
    Journal,
    /// The inside of a file; there only while one is open.
    Preview,
}

/// Something that lies over the screen and takes the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Popup {
    /// The keys of a panel.
    Help(Panel),
    /// The knobs.
    Faults,
    /// Files of the operator's own.
    Own,
    /// The chain of identities.
    Chain,
    /// Scenarios.
    Scenarios,
    /// "Back to the start-up state?"
    Reset,
    /// How something is repeated.
    Repeat(Repeat),
    /// Digits for a button that asks for them.
    Pin(PinEntry),
    /// "Whose card is this?"
    Who(Who),
}

/// Which file is meant, whatever else arrives meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileKey {
    /// The terminal, from 1.
    pub terminal: usize,
    /// Its folder.
    pub folder: FolderKind,
    /// The file's name.
    pub name: String,
    /// What it belongs to: a name may come again.
    pub exchange: Option<String>,
}

impl FileKey {
    /// The key of `file`.
    pub fn of(file: &FileView) -> Self {
        Self { terminal: file.terminal, folder: file.folder, name: file.name.clone(), exchange: file.exchange.clone() }
    }
    /// Is it `file`? One that has just arrived belongs to nothing yet.
    pub(super) fn is(&self, file: &FileView) -> bool {
        let belongs = self.exchange == file.exchange || self.exchange.is_none() || file.exchange.is_none();
        self.terminal == file.terminal && self.folder == file.folder && self.name == file.name && belongs
    }
}

/// The first rows shown of the lists, so that rows stay where they are while the cursor moves among them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Offsets {
    pub people: usize,
    pub folder: usize,
    pub faults: usize,
    pub own: usize,
}

/// The state of the screen. Indices may point past the end of what a view holds (people come and go): every use asks.
#[derive(Debug, Clone)]
pub struct App {
    pub(super) lang: Lang,
    pub(super) look: Look,
    pub(super) size: Size,
    pub(super) panel: Panel,
    pub(super) person: usize,
    pub(super) reader: usize,
    pub(super) button: usize,
    /// `None` follows the newest file.
    pub(super) file: Option<FileKey>,
    /// Number of the last line shown; `None` follows the end.
    pub(super) journal: Option<u64>,
    pub(super) fault: usize,
    /// The files of the operator's own, while they are shown.
    pub(super) own_files: Option<Vec<OwnFile>>,
    pub(super) own: usize,
    pub(super) help_row: usize,
    pub(super) chain_row: usize,
    pub(super) trials: Trials,
    pub(super) filters: Filters,
    pub(super) popups: Vec<Popup>,
    /// Readers whose question *who is this?* was answered here or put off, while they still ask.
    pub(super) told: Vec<usize>,
    pub(super) preview: Option<Preview>,
    /// Its counterpart, while both are shown.
    pub(super) beside: Option<Preview>,
    pub(super) elements: Arc<ElementTable>,
    pub(super) offsets: Offsets,
    pub(super) mouse: bool,
    pub(super) trouble: Option<String>,
    pub(super) quit: bool,
}

impl App {
    /// A screen of `width` by `height` cells, nothing opened.
    pub fn new(lang: Lang, look: Look, width: u16, height: u16) -> Self {
        Self {
            lang,
            look,
            size: Size { width, height },
            panel: Panel::People,
            person: 0,
            reader: 0,
            button: 0,
            file: None,
            journal: None,
            fault: 0,
            own_files: None,
            own: 0,
            help_row: 0,
            chain_row: 0,
            trials: Trials::default(),
            filters: Filters::default(),
            popups: Vec::new(),
            told: Vec::new(),
            preview: None,
            beside: None,
            elements: Arc::new(ElementTable::embedded().clone()),
            offsets: Offsets::default(),
            mouse: true,
            trouble: None,
            quit: false,
        }
    }

    /// The same with another element table for the preview.
    #[must_use]
    pub fn reading_with(self, elements: Arc<ElementTable>) -> Self {
        Self { elements, ..self }
    }

    /// Did the operator ask to leave?
    pub fn quits(&self) -> bool {
        self.quit
    }

    /// Does the program take the mouse, or is it left to the terminal's own selection of text?
    pub fn takes_mouse(&self) -> bool {
        self.mouse
    }

    /// The panel that the keys are aimed at.
    pub fn panel(&self) -> Panel {
        self.panel
    }

    /// What lies on top.
    pub fn popup(&self) -> Option<&Popup> {
        self.popups.last()
    }

    /// Something went wrong in this process that the journal cannot tell: shown at the bottom until the end.
    pub fn trouble(&mut self, text: String) {
        self.trouble = Some(text);
    }

    /// The terminal has another size now. Nothing is commanded by that; the result is there so that all inputs are alike.
    pub fn on_resize(&mut self, width: u16, height: u16, view: &View) -> Vec<Command> {
        self.size = Size { width, height };
        self.settle(view);
        Vec::new()
    }

    /// A file whose bytes a preview wants; answer with [`App::show`], and ask again.
    pub fn wants(&self, view: &View) -> Option<FileView> {
        let wanted = |preview: &Preview| {
            let file = view.files.iter().rev().find(|file| preview.key.is(file))?;
            preview.lacks(file).then(|| file.clone())
        };
        self.preview.iter().chain(&self.beside).find_map(wanted)
    }

    /// The bytes of `file` for the preview, `None` where it is gone.
    pub fn show(&mut self, file: &FileView, bytes: Option<&[u8]>) {
        for preview in self.preview.iter_mut().chain(&mut self.beside).filter(|preview| preview.key.is(file)) {
            preview.load(file, bytes, &self.elements, self.lang);
        }
    }

    /// The reader whose files of the operator's own are to be listed; answer with [`App::show_own`].
    pub fn wants_own(&self, view: &View) -> Option<usize> {
        let wanted = self.popup() == Some(&Popup::Own) && self.own_files.is_none();
        let reader = view.readers.get(self.reader_at(view)?)?;
        wanted.then_some(reader.number)
    }

    /// The files for the list; the cursor goes to the one that is chosen already.
    pub fn show_own(&mut self, files: Vec<OwnFile>, view: &View) {
        let bound = self.reader_at(view).and_then(|at| view.readers.get(at)?.own.as_ref());
        self.own = files.iter().position(|file| Some(&file.name) == bound).unwrap_or(0);
        self.own_files = Some(files);
        self.settle(view);
    }

    /// Brings what depends on size and view back into agreement: the focus on a panel that is visible, the first rows of lists.
    pub(super) fn settle(&mut self, view: &View) {
        let shown = self.visible();
        if !shown.contains(&self.panel) {
            self.panel = shown.first().copied().unwrap_or(Panel::People);
        }
        let Some(places) = Places::of(self, view) else { return };
        self.offsets = draw::offsets(self, view, &places);
        let top = draw::first_holder(self, view);
        if let Some(Popup::Who(who)) = self.popups.last_mut() {
            who.top = top;
        }
        let Some((focused, other)) = places.preview.map(|rect| self.halves(rect)) else { return };
        for (preview, rect) in [(&mut self.preview, Some(focused)), (&mut self.beside, other)] {
            if let (Some(preview), Some(rect)) = (preview, rect) {
                (preview.row, preview.top) = draw::preview_rows(preview, rect);
            }
        }
    }

    /// The panels that are shown, in the order of Tab.
    pub(super) fn visible(&self) -> Vec<Panel> {
        visible(self.size, self.preview.is_some(), self.beside.is_some())
    }

    /// What can be clicked at a cell.
    pub(super) fn target_at(&self, x: u16, y: u16, view: &View) -> Option<Target> {
        draw::scratch(self, view).at(x, y)
    }

    /// The people that the filter lets through, as indices of the view; cards in PC/SC readers first.
    pub(super) fn people(&self, view: &View) -> Vec<usize> {
        let listed = |plastic: bool| {
            let people = view.people.iter().enumerate();
            people.filter(move |(_, p)| p.plastic == plastic && self.filters.person(p)).map(|(index, _)| index)
        };
        listed(true).chain(listed(false)).collect()
    }

    /// The files that the filter lets through: by terminal, newest first.
    pub(super) fn files<'v>(&self, view: &'v View) -> Vec<&'v FileView> {
        let mut files: Vec<&FileView> = view.files.iter().rev().filter(|file| self.filters.file(file)).collect();
        files.sort_by_key(|file| file.terminal);
        files
    }

    /// Where the cursor stands among [`App::files`]. Without a choice it is the newest file, the last that came.
    pub(super) fn file_at(&self, files: &[&FileView]) -> usize {
        let chosen = self.file.as_ref().and_then(|key| files.iter().position(|file| key.is(file)));
        chosen.unwrap_or_else(|| newest(files))
    }

    /// The lines of the journal that the filter lets through, as indices of the view.
    pub(super) fn lines(&self, view: &View) -> Vec<usize> {
        (0..view.journal.len()).filter(|i| view.journal.get(*i).is_some_and(|line| self.filters.line(line))).collect()
    }

    /// The selected reader as index of the view, when there is one.
    pub(super) fn reader_at(&self, view: &View) -> Option<usize> {
        view.readers.len().checked_sub(1).map(|last| self.reader.min(last))
    }
}

/// The file to which something happened last.
pub(super) fn newest(files: &[&FileView]) -> usize {
    let last = |file: &FileView| file.life.last().map(|step| step.time);
    // The first of those of the same moment: files are listed newest first.
    let best = files.iter().enumerate().rev().max_by_key(|(_, file)| last(file));
    best.map_or(0, |(at, _)| at)
}
