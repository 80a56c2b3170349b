//! A person of the people files comes into the world: every system gets its part, and no other. The only place where somebody is seen
//! whole; it keeps nothing.
//!
//! ```text
//! insurer ── 個人番号 ──▶ intermediary ◀── 機関別符号 ── network ◀── 住民票コード ── residents
//!                         │ 紐付番号, qualifications ──▶ eligibility
//! municipality ── 個人番号, 受給者証 ──▶ PMH ── 個人番号 ──▶ intermediary ── PMH-ID ──▶ PMH
//!                                                        │ PMH-ID, 紐付番号 ──▶ eligibility
//! ```

use jiff::civil::DateTime;

use super::Systems;
use super::eligibility::insured::Insured;
use super::error::StoreError;
use super::medical_hub::store::Beneficiary;
use super::trail::Trail;
use crate::card::serial::SerialNumber;
use crate::event::chain::{Carried, System};
use crate::people::Person;
use crate::people::personalise;
use crate::secret::MyNumber;

impl Systems {
    /// Registers a person everywhere, or registers them anew: at a moment, or as a state that is there. Gives the 個人番号 under which they
    /// are known.
    pub(super) fn enrol(
        &self,
        person: &Person,
        registered: Option<DateTime>,
        trail: &Trail,
    ) -> Result<MyNumber, StoreError> {
        trail.about(&person.id);
        let my_number = self.residents.settle(&person.id, personalise::my_numbers(person));
        self.authority.enrol(person)?;
        let has_certificate = person.card.kind.has_authentication();
        let serial = has_certificate.then(|| SerialNumber::from_integer(&person.card.serial));
        self.residents.issued(&my_number, serial);
        trail.arrow(System::Insurer, System::Intermediary, [Carried::MyNumber, Carried::Qualifications]);
        let code = self.residents.code_of_number(&my_number, trail);
        let linking_number = self.intermediary.insure(&my_number, code, trail)?;
        self.eligibility.enrol(Insured::of(person, linking_number))?;
        self.register_at_pmh(person, &my_number, registered, trail)?;
        Ok(my_number)
    }

    /// What a municipality does for somebody who has 受給者証.
    fn register_at_pmh(
        &self,
        person: &Person,
        my_number: &MyNumber,
        registered: Option<DateTime>,
        trail: &Trail,
    ) -> Result<(), StoreError> {
        if person.subsidies.is_empty() {
            return self.end_at_pmh(my_number);
        }
        let count = person.subsidies.len();
        trail.arrow(System::Municipality, System::Pmh, [Carried::MyNumber, Carried::Certificates { count }]);
        let from = match (person.subsidies_linked_on, registered) {
            (Some(day), _) => day.at(0, 0, 0, 0),
            // What is read at the start is a state that is there: linked since ever.
            (None, None) => DateTime::MIN,
            (None, Some(now)) => self.intermediary.links_from(my_number, now)?,
        };
        let pmh_id = self.intermediary.number_linked_from(my_number, from, trail)?;
        let (my_number, subsidies) = (Some(my_number.clone()), person.subsidies.clone());
        self.pmh.register(Beneficiary { pmh_id, my_number, subsidies })
    }

    /// Takes a person out of the insurers' and the municipalities' books. Their numbers stay theirs, and the authority keeps what it issued.
    pub(super) fn forget(&self, id: &str, my_number: &MyNumber) -> Result<(), StoreError> {
        self.eligibility.forget(id)?;
        self.release(my_number)
    }

    /// A number that was somebody's and is theirs no more.
    pub(super) fn release(&self, my_number: &MyNumber) -> Result<(), StoreError> {
        self.residents.release(my_number);
        self.end_at_pmh(my_number)
    }

    /// What the people file registered ends; what a municipality registered stays.
    fn end_at_pmh(&self, my_number: &MyNumber) -> Result<(), StoreError> {
        let Some(pmh_id) = self.intermediary.pmh_id(my_number)? else { return Ok(()) };
        if self.pmh.is_registered(my_number)? {
            return self.pmh.register_number(my_number, pmh_id);
        }
        self.pmh.remove(&pmh_id)
    }
}
