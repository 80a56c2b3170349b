//! Whoever looks on while scenarios run: hears what passes, answers what only people can see, and may stop it.

use super::model::Step;
use super::read::Read;
use super::verdict::{StepVerdict, Verdict};
use crate::event::Words;

/// What passes in a run. Several scenarios may run side by side.
#[derive(Debug, Clone, Copy)]
pub enum Heard<'a> {
    /// A scenario begins.
    Begins(&'a Read),
    /// A step begins: which, from 1.
    Acts(&'a Read, usize, &'a Step),
    /// The run waits until this holds.
    Awaits(&'a str, &'a Words),
    /// A step has passed.
    Passed(&'a str, &'a StepVerdict),
    /// A scenario has ended.
    Ends(&'a Verdict),
}

/// What is asked of people.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// Yes or no.
    Question(&'a Words),
    /// Something to do at the レセコン: yes when it is done, no when it cannot be.
    Order(&'a Words),
    /// What the レセコン shows, and what it should show: its words, or yes where they are the right ones.
    Fact(&'a Words, &'a Words),
}

/// What people answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Yes; it is done.
    Yes,
    /// No; it cannot be done.
    No,
    /// In their own words.
    This(String),
}

/// Whoever looks on. By itself it hears nothing, answers nothing, and lets the run go on.
pub trait Onlooker: Sync {
    /// Something passes.
    fn hears(&self, _heard: Heard<'_>) {}
    /// Answers; none where nobody sits.
    fn answers(&self, _asked: Asked<'_>) -> Option<Said> {
        None
    }
    /// Is the run to be stopped?
    fn stops(&self) -> bool {
        false
    }
}

/// Nobody looks on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Onlooker for Nobody {}
