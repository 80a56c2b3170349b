//! A hub that plays dead, for whoever serves one: the same knob as at a terminal, asked where the hub is instead of where the question leaves.

use std::sync::Arc;

use jiff::civil::DateTime;

use super::outage::DOWN;
use super::{Answer, Connection, Question, SubsidyAnswer, SubsidyQuestion, VisitAnswer, VisitOpening, WireError};
use crate::knob::Knobs;
use crate::visit::{Consents, Standing, VisitId};

/// A hub that an operator may take away.
pub struct Removable {
    hub: Arc<dyn Connection>,
    knobs: Knobs,
}

impl Removable {
    /// `hub`, away while `knobs` say so.
    pub fn by(knobs: &Knobs, hub: Arc<dyn Connection>) -> Arc<dyn Connection> {
        Arc::new(Self { hub, knobs: knobs.clone() })
    }

    fn is_there(&self, targets: &[&str]) -> Result<(), WireError> {
        match self.knobs.comes_up(&DOWN, targets) {
            true => Err(WireError::Unreachable { hub: self.hub.name(), cause: DOWN.name.to_owned() }),
            false => Ok(()),
        }
    }
}

impl Connection for Removable {
    fn open_visit(&self, opening: &VisitOpening) -> Result<Standing, WireError> {
        self.is_there(&[&opening.reference])?;
        self.hub.open_visit(opening)
    }

    fn consent(&self, visit: &VisitId, consents: &Consents, time: DateTime) -> Result<VisitAnswer, WireError> {
        self.is_there(&[])?;
        self.hub.consent(visit, consents, time)
    }

    fn ask(&self, question: &Question) -> Result<Answer, WireError> {
        self.is_there(&[&question.reference])?;
        self.hub.ask(question)
    }

    fn is_at_hand(&self, question: &Question) -> bool {
        self.hub.is_at_hand(question)
    }

    fn subsidies(&self, question: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError> {
        self.is_there(&[&question.request_file_name])?;
        self.hub.subsidies(question)
    }

    fn name(&self) -> String {
        self.hub.name()
    }
}
