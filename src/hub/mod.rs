//! What stands behind the wire: オンライン資格確認等システム and PMH, one room per system. Each knows only what the real one may know;
//! its types lack the rest (spec/pmh.md §4.1).
//!
//! ```text
//! terminal ── wire ──▶ eligibility ── serial, proof ──▶ certificates     dates, chain ──▶ jpki_authority: revoked?
//!                          │
//!                          └─ PMH連携キー (one inquiry) ──▶ medical_hub   certificates by PMH-ID
//! people ──▶ intermediary ──▶ both, each its half
//! ```
//!
//! - [`eligibility`]: qualifications by card and by insurance data, visits, 照会番号, 資格確認キー
//! - [`medical_hub`]: 受給者証 by PMH-ID · [`linkage`]: the key between the two
//! - [`certificates`]: what became of a certificate · [`jpki_authority`]: who issued it, CRL and OCSP
//! - [`intermediary`]: 付番 · [`settings`]: days on which rules changed · [`notice`]: codes of our own,
//!   [`wording`]: a vendor's in their place
//! - [`server`]: the same over HTTP, as docs/hub.md describes it

pub mod certificates;
pub mod eligibility;
pub mod error;
pub mod intermediary;
pub mod jpki_authority;
pub mod linkage;
pub mod medical_hub;
pub mod notice;
pub mod server;
pub mod settings;
pub mod wording;

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::civil::DateTime;

use self::certificates::Certificates;
pub use self::certificates::{Issuer, Roots};
use self::eligibility::Eligibility;
use self::eligibility::bulk::Kind;
pub use self::eligibility::store::ReferenceNumbers;
use self::error::StoreError;
use self::intermediary::Numbers;
use self::jpki_authority::JpkiAuthority;
use self::medical_hub::MedicalHub;
use self::medical_hub::registration::{Municipality, NotRegistered, Sent};
pub use self::settings::Settings;
use self::wording::Wording;
use crate::event::Sink;
use crate::knob::Knobs;
use crate::message::qualification::SearchInfo;
use crate::people::Person;
use crate::random::Seed;
use crate::secret::{MyNumber, PmhId};
use crate::visit::{Consents, Standing, VisitId};
use crate::wire::registration::Receipt;
use crate::wire::{
    Answer, Connection, Question, Request, SubsidyAnswer, SubsidyQuestion, VisitAnswer, VisitOpening, WireError,
};

/// The hub, in this process. People come and go while it serves.
pub struct Hub {
    systems: RwLock<Arc<Systems>>,
    /// Who is known, by id; their halves are in the systems.
    known: Mutex<BTreeSet<String>>,
    at_start: Vec<Person>,
    roots: Roots,
    seed: Seed,
    settings: Settings,
    knobs: Knobs,
    wording: Wording,
}

/// The systems that stand and fall together: a reset builds them anew.
struct Systems {
    eligibility: Arc<Eligibility>,
    authority: Arc<JpkiAuthority>,
    pmh: Arc<MedicalHub>,
    numbers: Numbers,
}

impl Hub {
    /// A hub that knows `people` and trusts the certificates that `roots` issued.
    pub fn new(people: Vec<Person>, roots: Roots, seed: Seed, settings: Settings) -> Result<Self, StoreError> {
        Self::with_knobs(people, roots, seed, settings, Knobs::new(seed, Sink::silent()))
    }

    /// The same, for an operator who holds `knobs`.
    pub fn with_knobs(
        people: Vec<Person>,
        roots: Roots,
        seed: Seed,
        settings: Settings,
        knobs: Knobs,
    ) -> Result<Self, StoreError> {
        let authority = Arc::new(JpkiAuthority::new(knobs.clone()));
        let systems = RwLock::new(Arc::new(Systems::new(&people, authority, &roots, seed, settings, &knobs)?));
        let known = Mutex::new(ids(&people));
        Ok(Self { systems, known, at_start: people, roots, seed, settings, knobs, wording: Wording::default() })
    }

    /// The certificate authority, as it publishes.
    pub fn jpki_authority(&self) -> Arc<JpkiAuthority> {
        self.systems().authority.clone()
    }

    /// The same with a vendor's codes and messages in place of ours.
    #[must_use]
    pub fn with_wording(mut self, wording: Wording) -> Self {
        self.wording = wording;
        self
    }

    /// Adds a person or replaces them; what a reader registered for them stays.
    pub fn put_person(&self, person: Person) -> Result<(), StoreError> {
        let mut known = self.known();
        self.systems().enrol(&person, self.seed)?;
        known.insert(person.id);
        Ok(())
    }

    /// Is somebody known whom this search is about, whatever its answer would be? A search that cannot be read is about nobody to adopt.
    pub fn knows(&self, search: &SearchInfo) -> Result<bool, WireError> {
        Ok(self.systems().eligibility.knows(search)?)
    }

    /// Takes a person out; false when there is none of this id.
    pub fn remove_person(&self, id: &str) -> Result<bool, StoreError> {
        let mut known = self.known();
        if known.remove(id) {
            self.systems().forget(id, self.seed)?;
            return Ok(true);
        }
        Ok(false)
    }

    /// These people and nobody else; open visits and registrations end. The authority keeps what it has issued.
    pub fn replace_people(&self, people: Vec<Person>) -> Result<(), StoreError> {
        self.rebuild(people, self.jpki_authority())
    }

    /// Back to the start-up state, same seed.
    pub fn reset(&self) -> Result<(), StoreError> {
        self.rebuild(self.at_start.clone(), Arc::new(JpkiAuthority::new(self.knobs.clone())))
    }

    fn rebuild(&self, people: Vec<Person>, authority: Arc<JpkiAuthority>) -> Result<(), StoreError> {
        let systems = Systems::new(&people, authority, &self.roots, self.seed, self.settings, &self.knobs)?;
        let mut known = self.known();
        *known = ids(&people);
        *self.systems.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(systems);
        Ok(())
    }

    /// Registers what a municipality sent: all of it or nothing. Who is known here is joined with their PMH-ID at once.
    ///
    /// # Errors
    /// See [`NotRegistered`]; nothing was registered then.
    pub fn register(&self, from: &Municipality, sent: Sent<impl Read>) -> Result<Receipt, NotRegistered> {
        let systems = self.systems();
        let receipt = systems.pmh.receive(from, sent)?;
        let joined = systems.pmh.have_numbered(&from.code, &mut |number| systems.numbered(number, self.seed));
        joined.map_err(NotRegistered::Store)?;
        Ok(receipt)
    }

    /// What became of a registration of this municipality.
    pub fn registration(&self, of: &Municipality, serial: &str) -> Result<Option<Arc<Receipt>>, StoreError> {
        self.systems().pmh.receipt(of, serial)
    }

    /// The 照会番号 that were registered, to be kept between runs.
    pub fn reference_numbers(&self) -> Result<ReferenceNumbers, StoreError> {
        self.systems().eligibility.reference_numbers()
    }

    /// Registers the 照会番号 that an earlier run kept. A reset forgets them.
    pub fn restore(&self, kept: &ReferenceNumbers) -> Result<(), StoreError> {
        self.systems().eligibility.restore(kept)
    }

    fn systems(&self) -> Arc<Systems> {
        self.systems.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Systems {
    fn new(
        people: &[Person],
        authority: Arc<JpkiAuthority>,
        roots: &Roots,
        seed: Seed,
        settings: Settings,
        knobs: &Knobs,
    ) -> Result<Self, StoreError> {
        let (sealer, opener) = linkage::pair(seed);
        let certificates = Arc::new(Certificates::new(roots.clone(), authority.clone(), settings));
        let pmh = Arc::new(MedicalHub::new(opener, seed, knobs.clone(), settings));
        let eligibility = Arc::new(Eligibility::new(certificates, pmh.clone(), sealer, seed, settings));
        let systems = Self { eligibility, authority, pmh, numbers: Numbers::default() };
        people.iter().try_for_each(|person| systems.enrol(person, seed))?;
        Ok(systems)
    }

    fn enrol(&self, person: &Person, seed: Seed) -> Result<(), StoreError> {
        let (insured, beneficiary) = intermediary::divide(person, seed);
        self.authority.enrol(person)?;
        match beneficiary {
            Some(beneficiary) => self.pmh.register(beneficiary)?,
            None => self.pmh.remove(&intermediary::pmh_id(&person.id, seed))?,
        }
        self.eligibility.enrol(insured)?;
        self.numbers.enrol(person);
        match &person.my_number {
            Some(number) if person.subsidies.is_empty() && self.pmh.is_registered(number)? => {
                let number_of = self.numbered(number, seed)?;
                number_of.map_or(Ok(()), |pmh_id| self.pmh.register_number(number, pmh_id))
            }
            _ => Ok(()),
        }
    }

    /// 付番: 中間サーバー gives the PMH-ID, which joins the eligibility system's person. None where nobody here has this number.
    fn numbered(&self, my_number: &MyNumber, seed: Seed) -> Result<Option<PmhId>, StoreError> {
        let Some((person, pmh_id)) = self.numbers.number(my_number, seed) else { return Ok(None) };
        self.eligibility.join(&person, pmh_id.clone())?;
        Ok(Some(pmh_id))
    }

    /// The authority knows no persons: what it issued stays.
    fn forget(&self, id: &str, seed: Seed) -> Result<(), StoreError> {
        self.eligibility.forget(id)?;
        self.numbers.forget(id);
        self.pmh.remove(&intermediary::pmh_id(id, seed))
    }
}

impl Connection for Hub {
    fn open_visit(&self, opening: &VisitOpening) -> Result<Standing, WireError> {
        Ok(self.systems().eligibility.open_visit(opening.clone())?)
    }

    fn consent(&self, visit: &VisitId, consents: &Consents, time: DateTime) -> Result<VisitAnswer, WireError> {
        Ok(self.wording.of_visit(self.systems().eligibility.consent(visit, consents, time)?))
    }

    fn ask(&self, question: &Question) -> Result<Answer, WireError> {
        let (asker, steering) = (&question.asker, &question.steering);
        let (systems, reference) = (self.systems(), &question.reference);
        let eligibility = &systems.eligibility;
        let answer = match &question.request {
            Request::Qualification(request) => Answer::Qualification(eligibility.query(asker, request, steering)?),
            Request::Registration(request) => {
                Answer::Registration(eligibility.register_number(asker, request, steering)?)
            }
            Request::BulkQualification(request) => {
                Answer::BulkReception(eligibility.receive_queries(asker, reference, request, steering)?)
            }
            Request::BulkQualificationDownload(request) => {
                Answer::Bulk(eligibility.fetch(asker, Kind::Queries, request, steering)?)
            }
            Request::BulkRegistration(request) => {
                Answer::BulkReception(eligibility.receive_registrations(asker, reference, request, steering)?)
            }
            Request::BulkRegistrationDownload(request) => {
                Answer::Bulk(eligibility.fetch(asker, Kind::Registrations, request, steering)?)
            }
            Request::BulkCare(care, request) => {
                Answer::BulkReception(eligibility.receive_care(asker, reference, *care, request, steering)?)
            }
            Request::BulkCareDownload(care, request) => {
                Answer::Bulk(eligibility.fetch(asker, Kind::Care(*care), request, steering)?)
            }
            Request::Medication(request) => eligibility.medications(asker, request, steering)?,
            Request::Checkup(request) => eligibility.checkups(asker, request, steering)?,
        };
        Ok(self.wording.of_answer(answer))
    }

    fn subsidies(&self, question: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError> {
        Ok(self.wording.of_subsidies(self.systems().eligibility.subsidies(question)?))
    }

    fn name(&self) -> String {
        "embedded".to_owned()
    }
}

fn ids(people: &[Person]) -> BTreeSet<String> {
    people.iter().map(|person| person.id.clone()).collect()
}
