//! A store of the eligibility system with one error.

use std::sync::Arc;

use jiff::civil::DateTime;

use crate::card::serial::SerialNumber;
use crate::hub::certificates::Finding;
use crate::hub::eligibility::bulk::Received;
use crate::hub::eligibility::consent::Remembered;
use crate::hub::eligibility::insured::Insured;
use crate::hub::eligibility::matching::Numbers;
use crate::hub::eligibility::memory::Memory;
use crate::hub::eligibility::store::{
    Announced, Counted, EligibilityStore, Known, OpenVisit, ReferenceNumbers, VisitState,
};
use crate::hub::error::StoreError;
use crate::hub::intermediary::{Link, LinkReceiver};
use crate::hub::storage::Stores;
use crate::hub::suite::eligibility::HERE;
use crate::secret::LinkingNumber;
use crate::visit::VisitId;

/// What it gets wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// A number is given again.
    OneNumber,
    /// Visits and inquiries are counted together.
    OneCounter,
    /// A card at its first use is not joined with its person.
    JoinsNobody,
    /// The card that another one took the place of goes on leading to its person.
    OldCardLeads,
    /// People come in any order.
    AnyOrder,
    /// The insurance that somebody had before goes on leading to them.
    OldInsuranceLeads,
    /// Nobody is removed.
    RemovesNobody,
    /// What was registered for a person is forgotten when they are put again.
    ForgetsWhoIsPutAgain,
    /// What a person agreed to at one institution is shown to all.
    EverybodysConsent,
    /// What a person agreed to first holds for ever.
    FirstConsentHolds,
    /// A link is lost.
    LosesLinks,
    /// One link is everybody's.
    EverybodysLink,
    /// The first link holds for ever.
    FirstLinkHolds,
    /// A visit takes a second answer.
    AnswersTwice,
    /// A name is announced twice.
    AnnouncesTwice,
    /// A 受付番号 is given twice.
    ReceivesTwice,
    /// A bulk request is known for ever.
    NeverForgets,
}

/// Each with the rule that finds it.
pub const PLANTED: [(Error, &str); 17] = [
    (Error::OneNumber, "no_number_comes_twice_and_visits_and_inquiries_are_counted_apart"),
    (Error::OneCounter, "no_number_comes_twice_and_visits_and_inquiries_are_counted_apart"),
    (Error::JoinsNobody, "a_certificate_leads_to_a_person_once_it_was_used"),
    (Error::OldCardLeads, "a_card_in_place_of_another_awaits_its_first_use"),
    (Error::AnyOrder, "people_are_found_by_their_insurance_and_in_the_order_of_their_ids"),
    (Error::OldInsuranceLeads, "people_are_found_by_their_insurance_and_in_the_order_of_their_ids"),
    (Error::RemovesNobody, "people_are_found_by_their_insurance_and_in_the_order_of_their_ids"),
    (Error::ForgetsWhoIsPutAgain, "who_is_put_again_keeps_what_was_registered_and_who_is_removed_does_not"),
    (Error::EverybodysConsent, "who_is_put_again_keeps_what_was_registered_and_who_is_removed_does_not"),
    (Error::FirstConsentHolds, "who_is_put_again_keeps_what_was_registered_and_who_is_removed_does_not"),
    (Error::LosesLinks, "a_link_takes_the_place_of_the_one_before"),
    (Error::EverybodysLink, "a_link_takes_the_place_of_the_one_before"),
    (Error::FirstLinkHolds, "a_link_takes_the_place_of_the_one_before"),
    (Error::AnswersTwice, "a_visit_is_answered_once"),
    (Error::AnnouncesTwice, "a_name_is_announced_once"),
    (Error::ReceivesTwice, "a_bulk_request_is_known_by_its_number_until_its_time_is_over"),
    (Error::NeverForgets, "a_bulk_request_is_known_by_its_number_until_its_time_is_over"),
];

/// Stores of which this one has the error.
pub fn stores(error: Option<Error>) -> Stores {
    let faulty = Arc::new(Faulty::with(error));
    Stores { eligibility: faulty.clone(), links: faulty, ..super::reference() }
}

type Faulty = super::Faulty<Memory, Error, Seen>;

/// What the errors need to know.
#[derive(Default)]
struct Seen {
    cards: Vec<(SerialNumber, String)>,
    insured: Vec<Arc<Insured>>,
    last_link: Option<Link>,
    visits: Vec<OpenVisit>,
}

impl LinkReceiver for Faulty {
    fn receive(&self, link: Link) -> Result<(), StoreError> {
        self.seen.lock().unwrap().last_link = Some(link.clone());
        let is_known = self.inner.link(&link.linking_number)?.is_some();
        match self.has(Error::LosesLinks) || (self.has(Error::FirstLinkHolds) && is_known) {
            true => Ok(()),
            false => LinkReceiver::receive(&self.inner, link),
        }
    }
}

impl EligibilityStore for Faulty {
    fn next(&self, of: Counted) -> Result<u64, StoreError> {
        match self.error {
            Some(Error::OneNumber) => Ok(0),
            Some(Error::OneCounter) => self.inner.next(Counted::Visit),
            _ => self.inner.next(of),
        }
    }

    fn put(&self, insured: Insured) -> Result<(), StoreError> {
        {
            let mut seen = self.seen.lock().unwrap();
            seen.cards.extend(insured.serial.iter().map(|serial| (serial.clone(), insured.id.clone())));
            seen.insured.push(Arc::new(insured.clone()));
        }
        if self.has(Error::ForgetsWhoIsPutAgain) {
            self.inner.remove(&insured.id)?;
        }
        self.inner.put(insured)
    }

    fn remove(&self, id: &str) -> Result<(), StoreError> {
        if self.has(Error::RemovesNobody) { Ok(()) } else { self.inner.remove(id) }
    }

    fn join(&self, serial: &SerialNumber, linking_number: &LinkingNumber) -> Result<(), StoreError> {
        if self.has(Error::JoinsNobody) { Ok(()) } else { self.inner.join(serial, linking_number) }
    }

    fn link(&self, linking_number: &LinkingNumber) -> Result<Option<Link>, StoreError> {
        match self.has(Error::EverybodysLink) {
            true => Ok(self.seen.lock().unwrap().last_link.clone()),
            false => self.inner.link(linking_number),
        }
    }

    fn by_certificate(&self, finding: &Finding) -> Result<Option<Known>, StoreError> {
        let found = self.inner.by_certificate(finding)?;
        if found.is_some() || !self.has(Error::OldCardLeads) {
            return Ok(found);
        }
        let seen = self.seen.lock().unwrap();
        let whose = seen.cards.iter().find(|(serial, _)| *serial == finding.serial);
        whose.map_or(Ok(None), |(_, id)| self.inner.by_id(id))
    }

    fn by_id(&self, id: &str) -> Result<Option<Known>, StoreError> {
        self.inner.by_id(id)
    }

    fn by_insurance(&self, insurer: &str, number: &str) -> Result<Vec<Arc<Insured>>, StoreError> {
        let found = self.inner.by_insurance(insurer, number)?;
        if !found.is_empty() || !self.has(Error::OldInsuranceLeads) {
            return Ok(found);
        }
        let had = |person: &&Arc<Insured>| {
            let mut numbers = person.qualifications.iter().map(Numbers::of);
            numbers.any(|numbers| numbers.insurer == insurer && numbers.number == number)
        };
        Ok(self.seen.lock().unwrap().insured.iter().filter(had).cloned().collect())
    }

    fn everybody(&self) -> Result<Vec<Arc<Insured>>, StoreError> {
        let mut everybody = self.inner.everybody()?;
        if self.has(Error::AnyOrder) {
            everybody.reverse();
        }
        Ok(everybody)
    }

    fn put_reference_number(&self, institution: &str, id: &str, number: &str) -> Result<(), StoreError> {
        self.inner.put_reference_number(institution, id, number)
    }

    fn reference_number(&self, institution: &str, id: &str) -> Result<Option<String>, StoreError> {
        self.inner.reference_number(institution, id)
    }

    fn reference_numbers(&self) -> Result<ReferenceNumbers, StoreError> {
        self.inner.reference_numbers()
    }

    fn put_consent(&self, institution: &str, id: &str, consent: Remembered) -> Result<(), StoreError> {
        match self.has(Error::FirstConsentHolds) && self.inner.consent(institution, id)?.is_some() {
            true => Ok(()),
            false => self.inner.put_consent(institution, id, consent),
        }
    }

    fn consent(&self, institution: &str, id: &str) -> Result<Option<Remembered>, StoreError> {
        self.inner.consent(if self.has(Error::EverybodysConsent) { HERE } else { institution }, id)
    }

    fn register(&self, id: &str) -> Result<(), StoreError> {
        self.inner.register(id)
    }

    fn open_visit(&self, visit: OpenVisit) -> Result<(), StoreError> {
        self.seen.lock().unwrap().visits.push(visit.clone());
        self.inner.open_visit(visit)
    }

    fn answer_visit(&self, id: &VisitId) -> Result<VisitState, StoreError> {
        let state = self.inner.answer_visit(id)?;
        let seen = self.seen.lock().unwrap();
        let opened = seen.visits.iter().find(|visit| visit.id == *id && self.has(Error::AnswersTwice));
        Ok(opened.map_or(state, |visit| VisitState::Open(Box::new(visit.clone()))))
    }

    fn receive(&self, number: &str, received: Arc<Received>) -> Result<bool, StoreError> {
        let is_free = EligibilityStore::receive(&self.inner, number, received)?;
        Ok(is_free || self.has(Error::ReceivesTwice))
    }

    fn forget_received_before(&self, time: DateTime) -> Result<(), StoreError> {
        if self.has(Error::NeverForgets) { Ok(()) } else { self.inner.forget_received_before(time) }
    }

    fn received(&self, number: &str) -> Result<Option<Arc<Received>>, StoreError> {
        self.inner.received(number)
    }

    fn announce(&self, request_file_name: &str, announced: Announced) -> Result<bool, StoreError> {
        let is_free = self.inner.announce(request_file_name, announced)?;
        Ok(is_free || self.has(Error::AnnouncesTwice))
    }

    fn announced(&self, request_file_name: &str) -> Result<Option<Announced>, StoreError> {
        self.inner.announced(request_file_name)
    }
}
