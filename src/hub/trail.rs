//! Who told whom what while one question was answered. The rooms leave their arrows here as they send; the hub makes one event of them.
//! An arrow names kinds of things and never holds one, so there is nothing in it to be masked.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::chain::{Arrow, Carried, System};

/// The arrows of one question.
pub struct Trail(Option<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    about: Option<String>,
    arrows: Vec<Arrow>,
}

impl Default for Trail {
    fn default() -> Self {
        Self(Some(Mutex::default()))
    }
}

impl Trail {
    /// For what nobody is told of.
    pub fn none() -> Self {
        Self(None)
    }

    /// Says whose chain it is, by their name in the people files.
    pub fn about(&self, person: &str) {
        if let Some(mut inner) = self.inner() {
            inner.about = Some(person.to_owned());
        }
    }

    /// Leaves an arrow.
    pub fn arrow(&self, from: System, to: System, carried: impl IntoIterator<Item = Carried>) {
        if let Some(mut inner) = self.inner() {
            inner.arrows.push(Arrow { from, to, carried: carried.into_iter().collect() });
        }
    }

    /// Whose chain it was, and its arrows in their order.
    pub fn end(self) -> (Option<String>, Vec<Arrow>) {
        let inner = self.0.map(|inner| inner.into_inner().unwrap_or_else(PoisonError::into_inner)).unwrap_or_default();
        (inner.about, inner.arrows)
    }

    fn inner(&self) -> Option<MutexGuard<'_, Inner>> {
        self.0.as_ref().map(|inner| inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
