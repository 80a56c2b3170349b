//! The audit of a hub inside a station: nobody comes in over a face, so it stands on the way to the hub.

use std::sync::Arc;

use jiff::civil::DateTime;

use super::about::{of_answer, of_error, of_standing, of_subsidies, of_visit};
use super::{Audit, Entry, Face, Mask};
use crate::hub::visits_under_way::{Under, UnderWay};
use crate::visit::{Consents, Standing, VisitId};
use crate::wire::{Answer, Connection, Question, SubsidyAnswer, SubsidyQuestion, VisitAnswer, VisitOpening, WireError};

/// A hub whose questions are written down.
pub struct Audited {
    hub: Arc<dyn Connection>,
    audit: Arc<Audit>,
    under_way: UnderWay,
}

impl Audited {
    /// `hub`, with `audit` told of every question.
    pub fn by(audit: Arc<Audit>, hub: Arc<dyn Connection>) -> Arc<dyn Connection> {
        Arc::new(Self { hub, audit, under_way: UnderWay::default() })
    }

    fn note<T>(
        &self,
        asked: &str,
        (time, institution): (DateTime, Option<&str>),
        about: Option<Mask>,
        answer: &Result<T, WireError>,
        word: fn(&T) -> String,
    ) {
        self.audit.note(&Entry {
            time,
            face: Face::Embedded,
            institution: institution.map(str::to_owned),
            asked: asked.to_owned(),
            about,
            outcome: Some(answer.as_ref().map_or_else(of_error, word)),
            ..Entry::default()
        });
    }
}

impl Connection for Audited {
    fn open_visit(&self, opening: &VisitOpening) -> Result<Standing, WireError> {
        let answer = self.hub.open_visit(opening);
        let (asker, about) = (&opening.asker, self.audit.masks().card(&opening.evidence));
        if let Ok(standing) = &answer {
            self.under_way
                .begin(&standing.visit.0, Under { institution: asker.institution.clone(), about: about.clone() });
        }
        self.note("visit", (asker.time, Some(&asker.institution)), about, &answer, of_standing);
        answer
    }

    fn consent(&self, visit: &VisitId, consents: &Consents, time: DateTime) -> Result<VisitAnswer, WireError> {
        let answer = self.hub.consent(visit, consents, time);
        let under = self.under_way.of(&visit.0);
        if let (Some(under), Ok(VisitAnswer { pmh_request: Some(name), .. })) = (&under, &answer) {
            self.under_way.begin(name, under.clone());
        }
        let institution = under.as_ref().map(|under| under.institution.as_str());
        let about = under.as_ref().and_then(|under| under.about.clone());
        self.note("consents", (time, institution), about, &answer, of_visit);
        answer
    }

    fn ask(&self, question: &Question) -> Result<Answer, WireError> {
        let answer = self.hub.ask(question);
        let (asker, about) = (&question.asker, self.audit.masks().asked_for(&question.request));
        let asked = question.request.interface();
        self.note(asked, (asker.time, Some(&asker.institution)), about, &answer, of_answer);
        answer
    }

    fn subsidies(&self, question: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError> {
        let answer = self.hub.subsidies(question);
        let about = self.under_way.of(&question.request_file_name).and_then(|under| under.about);
        let asker = &question.asker;
        self.note("PMHsimsm01", (asker.time, Some(&asker.institution)), about, &answer, of_subsidies);
        answer
    }

    fn name(&self) -> String {
        self.hub.name()
    }
}
