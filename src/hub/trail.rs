//! Who told whom what while one question was answered. The rooms leave their arrows here as they send; the hub makes one event of them.
//! An arrow names kinds of things and never holds one, so there is nothing in it to be masked.

use std::sync::{Mutex, PoisonError};

use crate::event::chain::{Arrow, Carried, System};

/// The arrows of one question.
#[derive(Default)]
pub struct Trail(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    about: Option<String>,
    arrows: Vec<Arrow>,
}

impl Trail {
    /// Says whose chain it is, by their name in the people files.
    pub fn about(&self, person: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).about = Some(person.to_owned());
    }

    /// Leaves an arrow.
    pub fn arrow(&self, from: System, to: System, carried: impl IntoIterator<Item = Carried>) {
        let arrow = Arrow { from, to, carried: carried.into_iter().collect() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).arrows.push(arrow);
    }

    /// Whose chain it was, and its arrows in their order.
    pub fn end(self) -> (Option<String>, Vec<Arrow>) {
        let inner = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        (inner.about, inner.arrows)
    }
}
