//! 医療保険者等向け中間サーバー (支払基金・国保中央会): where 個人番号 and the insurance side's name for a person, the 紐付番号, meet; and where
//! PMH has its PMH-IDs made (付番, spec/pmh.md §4.2, [A]). It knows no name, no qualification, no 受給者証 and no certificate.
//!
//! | who comes | with | gets |
//! |---|---|---|
//! | an insurer ([`Intermediary::insure`]) | 個人番号, and 機関別符号 ① of it | 紐付番号 |
//! | PMH ([`Intermediary::number`]) | 個人番号 | PMH-ID; オンライン資格確認 gets it with the 紐付番号 as a [`Link`] |
//! | オンライン資格確認 ([`Intermediary::linking_number`]) | 機関別符号 ②, closed | 紐付番号 |
//!
//! - [`store`]: what is kept

pub mod store;

use std::sync::Arc;

use jiff::civil::DateTime;

use self::store::{Entry, IntermediaryStore, Memory};
use super::error::StoreError;
use super::information_network::{Envelope, Recipient};
use super::maintenance;
use super::settings::Settings;
use super::trail::Trail;
use crate::event::chain::{Carried, System};
use crate::random::Seed;
use crate::secret::{LinkingNumber, MyNumber, PmhId};

/// Digits of a PMH-ID and of a 紐付番号 of ours; the real forms are not public ([C]).
const ID_DIGITS: usize = 32;

/// What オンライン資格確認 is told of a numbered person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whom it is about, as both know them.
    pub linking_number: LinkingNumber,
    /// What PMH calls them.
    pub pmh_id: PmhId,
    /// When it is told: before, the person is registered and not linked.
    pub from: DateTime,
}

/// The end of the line at オンライン資格確認.
pub trait LinkReceiver: Send + Sync {
    /// Takes a link, in place of an earlier one of the same person.
    fn receive(&self, link: Link) -> Result<(), StoreError>;
}

/// The intermediary server.
pub struct Intermediary {
    store: Arc<dyn IntermediaryStore>,
    links: Arc<dyn LinkReceiver>,
    line: Recipient,
    seed: Seed,
    settings: Settings,
}

impl Intermediary {
    /// A server that knows nobody. `line` brings the 機関別符号 that are meant for it.
    pub fn new(links: Arc<dyn LinkReceiver>, line: Recipient, seed: Seed, settings: Settings) -> Self {
        Self { store: Arc::new(Memory::default()), links, line, seed, settings }
    }

    /// An insurer registers somebody. `code` is what 支払基金 was sent for this number. Whoever has a PMH-ID already is linked.
    pub fn insure(&self, my_number: &MyNumber, code: Envelope, trail: &Trail) -> Result<LinkingNumber, StoreError> {
        self.store.put_code(self.line.open(code), my_number)?;
        let entry = self.store.get(my_number)?.unwrap_or_default();
        let entry = Entry { insured: true, ..entry };
        self.store.put(my_number, entry)?;
        let linking_number = self.linking_number_of(my_number);
        trail.arrow(System::Intermediary, System::Eligibility, [Carried::LinkingNumber, Carried::Qualifications]);
        self.tell(my_number, entry, trail)?;
        Ok(linking_number)
    }

    /// 付番: PMH asks for the PMH-IDs of these numbers at `time`, and gets them in the same order. A number has one PMH-ID, however often
    /// it is asked for; オンライン資格確認 is told when new links are made next ([`maintenance::links_from`]).
    pub fn number(&self, my_numbers: &[MyNumber], time: DateTime, trail: &Trail) -> Result<Vec<PmhId>, StoreError> {
        let from = maintenance::links_from(&self.settings, time);
        my_numbers.iter().map(|number| self.number_one(number, from, false, trail)).collect()
    }

    /// The same for somebody who is linked from a given moment on, whatever was said before.
    pub fn number_linked_from(&self, my_number: &MyNumber, from: DateTime, trail: &Trail) -> Result<PmhId, StoreError> {
        self.number_one(my_number, from, true, trail)
    }

    /// From when on somebody is linked who is registered at `now`: since ever where nothing delays it, since they were where they are, else
    /// when new links are made next ([`maintenance::links_from`]).
    pub fn links_from(&self, my_number: &MyNumber, now: DateTime) -> Result<DateTime, StoreError> {
        let next = maintenance::links_from(&self.settings, now);
        let linked = self.store.get(my_number)?.and_then(|entry| entry.linked_from).filter(|from| *from <= now);
        Ok(if next == now { DateTime::MIN } else { linked.unwrap_or(next) })
    }

    /// The PMH-ID of this number; `None` before 付番.
    pub fn pmh_id(&self, my_number: &MyNumber) -> Result<Option<PmhId>, StoreError> {
        let entry = self.store.get(my_number)?;
        Ok(entry.and_then(|entry| entry.linked_from).map(|_| self.pmh_id_of(my_number)))
    }

    /// オンライン資格確認 asks who is behind the 機関別符号 that came for a certificate.
    pub fn linking_number(&self, code: Envelope, trail: &Trail) -> Result<Option<LinkingNumber>, StoreError> {
        let my_number = self.store.by_code(&self.line.open(code))?;
        let carried = if my_number.is_some() { Carried::LinkingNumber } else { Carried::Nobody };
        trail.arrow(System::Intermediary, System::Eligibility, [carried]);
        Ok(my_number.map(|number| self.linking_number_of(&number)))
    }

    fn number_one(&self, my_number: &MyNumber, from: DateTime, anew: bool, trail: &Trail) -> Result<PmhId, StoreError> {
        trail.arrow(System::Pmh, System::Intermediary, [Carried::MyNumber]);
        let entry = self.store.get(my_number)?.unwrap_or_default();
        let kept = entry.linked_from.filter(|_| !anew);
        let entry = Entry { linked_from: Some(kept.unwrap_or(from)), ..entry };
        if kept.is_none() {
            self.store.put(my_number, entry)?;
        }
        trail.arrow(System::Intermediary, System::Pmh, [Carried::MyNumber, Carried::PmhId]);
        // Told again although it may be known: who asks twice may have lost the first answer half-way.
        self.tell(my_number, entry, trail)?;
        Ok(self.pmh_id_of(my_number))
    }

    /// Links need both: an insurance and a PMH-ID.
    fn tell(&self, my_number: &MyNumber, entry: Entry, trail: &Trail) -> Result<(), StoreError> {
        let (true, Some(from)) = (entry.insured, entry.linked_from) else { return Ok(()) };
        let (linking_number, pmh_id) = (self.linking_number_of(my_number), self.pmh_id_of(my_number));
        let since = (from > DateTime::MIN).then_some(Carried::From { time: from });
        let told = [Some(Carried::LinkingNumber), Some(Carried::PmhId), since];
        trail.arrow(System::Intermediary, System::Eligibility, told.into_iter().flatten());
        self.links.receive(Link { linking_number, pmh_id, from })
    }

    /// Of the person, whatever card they carry and whichever insurer they have.
    fn pmh_id_of(&self, my_number: &MyNumber) -> PmhId {
        PmhId::new(self.seed.hex(&["pmh-id", my_number.reveal()], ID_DIGITS))
    }

    fn linking_number_of(&self, my_number: &MyNumber) -> LinkingNumber {
        LinkingNumber::new(self.seed.hex(&["linking-number", my_number.reveal()], ID_DIGITS))
    }
}

#[cfg(test)]
mod tests;
