//! People whom a query names and nobody knows: adopted at once, or offered in the journal.
//!
//! Stands between the terminals and the embedded hub: a query goes through, and only where the hub knows nobody whom it could be about
//! a person is made ([`Asked::adopt`]), enrolled, and asked for again. So a lost insurance, a wrong birth date of a known card or an
//! outcome the operator asked for are answered as ever.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::civil::DateTime;

use super::roster::{PersonRow, Roster};
use super::settings::UnknownPeople;
use super::{Station, StationError};
use crate::clock::Clock;
use crate::event::{Event, Sink};
use crate::hub::Hub;
use crate::message::qualification::SearchInfo;
use crate::people::adoption::Asked;
use crate::people::{Person, Profile};
use crate::random::Seed;
use crate::terminal::own::Named;
use crate::visit::{Consents, Standing, VisitId};
use crate::wire::{
    Answer, Connection, Question, Request, SubsidyAnswer, SubsidyQuestion, VisitAnswer, VisitOpening, WireError,
};

/// Offers that are remembered: a screen shows fewer lines.
const REMEMBERED: usize = 200;
/// Offers that one bulk request makes, so that the journal stays readable.
const OFFERED_AT_ONCE: usize = 20;
/// People whom one bulk request adopts. More is a table for `people import`.
const ADOPTED_AT_ONCE: usize = 1_000;
/// 資格有効性 該当資格なし (OQSCD006).
const NO_QUALIFICATION: &str = "4";

/// The embedded hub, and what becomes of whom it does not know.
pub struct Adoption {
    mode: UnknownPeople,
    hub: Arc<Hub>,
    roster: Arc<Roster>,
    clock: Clock,
    seed: Seed,
    sink: Sink,
    /// Whom nobody knew, oldest first. Held while somebody is adopted, so that two queries make one person.
    offers: Mutex<VecDeque<(String, Asked)>>,
}

impl Adoption {
    /// For the people of `roster`, whom `hub` knows too.
    pub fn new(mode: UnknownPeople, hub: Arc<Hub>, roster: Arc<Roster>, clock: Clock, seed: Seed, sink: Sink) -> Self {
        Self { mode, hub, roster, clock, seed, sink, offers: Mutex::default() }
    }

    /// Ids of those who can be adopted still.
    pub fn offered(&self) -> HashSet<String> {
        self.offers().iter().map(|(id, _)| id.clone()).collect()
    }

    /// Forgets the offers.
    pub fn reset(&self) {
        self.offers().clear();
    }

    /// Makes a person of what was asked.
    ///
    /// # Errors
    /// Nobody can be made of it, or somebody has these numbers already.
    pub fn adopt(&self, asked: &Asked) -> Result<Person, StationError> {
        let mut offers = self.offers();
        let (id, profile) = self.make(asked)?;
        if self.hub.knows(&asked.search()).map_err(|error| StationError::Outside { message: error.to_string() })? {
            let whose = self.roster.whose(&named(asked));
            return Err(StationError::PersonExists { id: whose.into_iter().next().unwrap_or(id) });
        }
        if self.roster.profile(&id).is_ok() {
            return Err(StationError::PersonExists { id });
        }
        let adopted = self.enrol(vec![(id, profile)], &mut offers)?;
        adopted.into_iter().next().ok_or(StationError::Stopped)
    }

    fn remembered(&self, id: &str) -> Option<Asked> {
        self.offers().iter().find(|(offered, _)| offered == id).map(|(_, asked)| asked.clone())
    }

    /// Adopts or offers those of `searches` whom nobody knows; tells whether somebody came.
    fn meet(&self, searches: &[SearchInfo]) -> bool {
        let mut offers = self.offers();
        let mut seen = HashSet::new();
        let unknown = searches.iter().filter(|search| self.hub.knows(search).is_ok_and(|known| !known));
        let mut unknown = unknown.filter_map(|search| {
            let asked = Asked::from(search);
            let (id, profile) = self.make(&asked).ok()?;
            // Whoever has this id was adopted and then changed by hand: their numbers are others now, and stay so.
            (self.roster.profile(&id).is_err() && seen.insert(id.clone())).then_some((id, asked, profile))
        });
        let most = if self.mode == UnknownPeople::Adopt { ADOPTED_AT_ONCE } else { OFFERED_AT_ONCE };
        let met: Vec<_> = unknown.by_ref().take(most).collect();
        let more = unknown.count();
        let came = match self.mode {
            UnknownPeople::None => {
                met.into_iter().for_each(|(id, asked, _)| self.offer(id, asked, &mut offers));
                false
            }
            UnknownPeople::Adopt if met.is_empty() => false,
            UnknownPeople::Adopt => {
                let profiles = met.into_iter().map(|(id, _, profile)| (id, profile)).collect();
                match self.enrol(profiles, &mut offers) {
                    Ok(_) => true,
                    Err(error) => {
                        self.notice(format!("採用できません: {error}"), format!("cannot be adopted: {error}"));
                        false
                    }
                }
            }
        };
        if more > 0 {
            self.notice(
                format!("該当者なし ほか {more} 人。people import で一度に登録できます"),
                format!("nobody is {more} more; people import adds many at once"),
            );
        }
        came
    }

    fn make(&self, asked: &Asked) -> Result<(String, Profile), StationError> {
        let today = self.clock.now().date();
        asked.adopt(self.seed, today).map_err(|why| StationError::bad_because("adopt", &why))
    }

    fn offer(&self, id: String, asked: Asked, offers: &mut VecDeque<(String, Asked)>) {
        let Asked { insurer_number, symbol, number, branch, birthdate } = asked.clone();
        self.sink.emit(Event::Unknown { id: id.clone(), insurer_number, symbol, number, branch, birthdate });
        if offers.iter().all(|(offered, _)| *offered != id) {
            if offers.len() == REMEMBERED {
                offers.pop_front();
            }
            offers.push_back((id, asked));
        }
    }

    fn enrol(
        &self,
        profiles: Vec<(String, Profile)>,
        offers: &mut VecDeque<(String, Asked)>,
    ) -> Result<Vec<Person>, StationError> {
        let people = self.roster.put_all(profiles)?;
        for person in &people {
            self.hub
                .register_person(person.clone(), self.clock.now())
                .map_err(|error| StationError::Outside { message: error.to_string() })?;
            offers.retain(|(offered, _)| *offered != person.id);
            self.sink.emit(Event::Adopted { id: person.id.clone(), name: person.name.clone() });
        }
        Ok(people)
    }

    fn notice(&self, ja: String, en: String) {
        self.sink.emit(Event::Notice { room: "people", ja, en });
    }

    fn offers(&self) -> MutexGuard<'_, VecDeque<(String, Asked)>> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection for Adoption {
    fn open_visit(&self, opening: &VisitOpening) -> Result<Standing, WireError> {
        self.hub.open_visit(opening)
    }

    fn consent(&self, visit: &VisitId, consents: &Consents, time: DateTime) -> Result<VisitAnswer, WireError> {
        self.hub.consent(visit, consents, time)
    }

    fn ask(&self, question: &Question) -> Result<Answer, WireError> {
        let answer = self.hub.ask(question)?;
        match (&question.request, &answer) {
            (Request::Qualification(request), Answer::Qualification(result)) => {
                let nobody = result.qualification_validity.as_deref() == Some(NO_QUALIFICATION);
                let came = nobody && self.meet(std::slice::from_ref(&request.search));
                if came { self.hub.ask(question) } else { Ok(answer) }
            }
            // What is fetched later is answered by who is known then.
            (Request::BulkQualification(request), Answer::BulkReception(_)) => {
                self.meet(&request.rows);
                Ok(answer)
            }
            _ => Ok(answer),
        }
    }

    fn subsidies(&self, question: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError> {
        self.hub.subsidies(question)
    }

    fn name(&self) -> String {
        self.hub.name()
    }
}

impl Station {
    /// Makes a person of the numbers of a query; they stay until reset, and with `--state` beyond the end.
    pub fn adopt(&self, asked: &Asked) -> Result<PersonRow, StationError> {
        let adoption = self.adoption.as_ref().ok_or(StationError::NoEmbeddedHub)?;
        let row = PersonRow::of(&adoption.adopt(asked)?);
        self.touch();
        Ok(row)
    }

    /// The same of a query that the journal tells of, by the id that it names.
    pub fn adopt_remembered(&self, id: &str) -> Result<PersonRow, StationError> {
        let adoption = self.adoption.as_ref().ok_or(StationError::NoEmbeddedHub)?;
        let asked = adoption.remembered(id).ok_or_else(|| StationError::NoSuchPerson {
            id: id.to_owned(),
            why: "該当者なしの照会にありません / no query has named them".to_owned(),
        })?;
        self.adopt(&asked)
    }

    /// Whom queries named and nobody knew, latest last, with the ids they would have.
    pub fn unknown_people(&self) -> Vec<(String, Asked)> {
        self.adoption.as_ref().map_or_else(Vec::new, |adoption| adoption.offers().iter().cloned().collect())
    }
}

fn named(asked: &Asked) -> Named {
    Named {
        insurer: Some(asked.insurer_number.clone()),
        symbol: asked.symbol.clone(),
        number: Some(asked.number.clone()),
        branch: asked.branch.clone(),
        birthdate: Some(asked.birthdate.clone()),
        reference_number: None,
    }
}
