//! A hub that is away, on demand: the operator's knob stands on the way to it, so that an embedded hub and one elsewhere are away alike.

use std::sync::Arc;

use jiff::civil::DateTime;

use super::{Answer, Connection, Question, SubsidyAnswer, SubsidyQuestion, VisitAnswer, VisitOpening, WireError};
use crate::knob::{Knob, Knobs};
use crate::visit::{Consents, Standing, VisitId};

/// Nothing answers.
pub static HUB_AWAY: Knob = Knob {
    name: "hub-away",
    room: "wire",
    ja: "ハブに接続できない",
    en: "the hub cannot be reached",
    source: "spec/oqs-interface.md §4.2 [C]",
    amount: None,
};

/// All of them, for whoever lists knobs.
pub static KNOBS: [&Knob; 1] = [&HUB_AWAY];

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
        match self.knobs.comes_up(&HUB_AWAY, targets) {
            true => Err(WireError::Unreachable { hub: self.hub.name(), cause: HUB_AWAY.name.to_owned() }),
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

    fn subsidies(&self, question: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError> {
        self.is_there(&[&question.request_file_name])?;
        self.hub.subsidies(question)
    }

    fn name(&self) -> String {
        self.hub.name()
    }
}
