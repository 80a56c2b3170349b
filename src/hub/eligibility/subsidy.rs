//! The PMH request that a face file names: asked by its file name, on its own day, as often as the terminal needs it (a terminal
//! that was killed asks again), by the institution that was given it. Each time PMH is asked anew, with a key of its own.

use super::Eligibility;
use super::store::Counted;
use crate::clock::{date8, time14};
use crate::event::chain::{Carried, System};
use crate::hub::error::HubError;
use crate::hub::medical_hub::LinkageError;
use crate::hub::notice::{self, Notice};
use crate::hub::trail::Trail;
use crate::message::subsidy::SubsidyDocument;
use crate::wire::{SubsidyAnswer, SubsidyQuestion};

impl Eligibility {
    /// The certificates behind a request's name.
    pub fn subsidies(&self, question: &SubsidyQuestion, trail: &Trail) -> Result<SubsidyAnswer, HubError> {
        let announced = self.store.announced(&question.request_file_name)?;
        let Some(announced) = announced.filter(|known| known.institution == question.asker.institution) else {
            return Ok(failed(notice::SUBSIDY_UNKNOWN));
        };
        if announced.day != question.asker.time.date() {
            return Ok(failed(notice::SUBSIDY_STALE));
        }
        trail.about(&announced.person);
        trail.arrow(System::Terminal, System::Eligibility, [Carried::RequestName]);
        if announced.fails {
            return Ok(failed(notice::SUBSIDY_ERROR));
        }
        // The patient was asked about the certificate before: this inquiry alone can be spoiled without that being seen.
        let key = self.sealer.seal(&announced.pmh_id, self.store.next(Counted::Inquiry)?);
        self.lines.pmh.use_up(&key)?;
        match self.ask_pmh_with(&key, announced.day, trail) {
            Ok(certificates) => {
                let count = certificates.len();
                trail.arrow(System::Eligibility, System::Terminal, [Carried::Certificates { count }]);
                Ok(SubsidyAnswer::Document(SubsidyDocument {
                    process_execution_time: time14(question.asker.time),
                    qualification_confirmation_date: date8(announced.day),
                    medical_institution_code: question.asker.institution.clone(),
                    certificates,
                }))
            }
            Err(LinkageError::Store(error)) => Err(error.into()),
            Err(LinkageError::Away) => Ok(failed(notice::SUBSIDY_ERROR)),
            Err(LinkageError::NotOurs | LinkageError::Burnt) => Ok(failed(notice::SUBSIDY_REFUSED)),
        }
    }
}

fn failed(notice: Notice) -> SubsidyAnswer {
    SubsidyAnswer::Failed { code: notice.code.to_owned(), message: notice.message.to_owned() }
}
