//! The request beside its answer: a second file, opened by the first one's exchange. The focused one is the open file, whichever side it
//! stands on, so that all its keys hold; the request is always left.

use ratatui::layout::{Constraint, Layout, Rect};

use super::app::{App, FileKey, Panel};
use super::preview::Preview;
use crate::event::FolderKind;
use crate::station::view::{FileView, View};

/// From this width on both stand beside each other; below, the focused one is shown alone.
const BESIDE: u16 = 96;

impl App {
    /// Opens the other file beside the open one; once more goes over to it.
    pub(super) fn pair(&mut self, view: &View) {
        if self.beside.is_some() {
            return self.go_over();
        }
        let key = self.preview.as_ref().map(|preview| &preview.key);
        let file = key.and_then(|key| view.files.iter().rev().find(|file| key.is(file)));
        if let Some(other) = file.and_then(|file| counterpart(view, file)) {
            self.beside = Some(Preview::of(FileKey::of(other)));
            self.panel = Panel::Preview;
        }
    }

    /// Goes over to the left one or to the right one; false where that is no question.
    pub(super) fn go_to_side(&mut self, left: bool) -> bool {
        let labelled = self.preview.as_ref().is_some_and(|preview| !preview.shows_raw());
        if self.beside.is_none() || !labelled {
            return false;
        }
        if self.is_left() != left {
            self.go_over();
        }
        true
    }

    fn go_over(&mut self) {
        if let (Some(focused), Some(other)) = (&mut self.preview, &mut self.beside) {
            std::mem::swap(focused, other);
        }
    }

    /// Is the focused file the left one?
    fn is_left(&self) -> bool {
        self.preview.as_ref().is_some_and(|preview| preview.key.folder == FolderKind::Req)
    }

    /// Where the open file is drawn in `rect`, and where the one beside it is, if there is room for both.
    pub(super) fn halves(&self, rect: Rect) -> (Rect, Option<Rect>) {
        if self.beside.is_none() || rect.width < BESIDE {
            return (rect, None);
        }
        let [left, right] = Layout::horizontal([Constraint::Percentage(45), Constraint::Percentage(55)]).areas(rect);
        if self.is_left() { (left, Some(right)) } else { (right, Some(left)) }
    }
}

/// Of a request its first answer, of an answer its request.
fn counterpart<'v>(view: &'v View, file: &FileView) -> Option<&'v FileView> {
    let exchange = file.exchange.as_ref()?;
    let is_request = file.folder == FolderKind::Req;
    let other = |other: &&FileView| {
        other.terminal == file.terminal
            && other.exchange.as_ref() == Some(exchange)
            && (other.folder == FolderKind::Req) != is_request
    };
    // An `.err` stands before the request that came back with it.
    view.files.iter().filter(other).min_by_key(|file| file.life.first().map(|step| step.time))
}
