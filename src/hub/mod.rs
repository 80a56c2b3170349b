//! What stands behind the wire: オンライン資格確認等システム and PMH, one room per system. Each knows only what the real one may know;
//! its types lack the rest (spec/pmh.md §4.1).
//!
//! ```text
//! terminal ── wire ──▶ eligibility ── serial, proof ──▶ certificates     dates, chain ──▶ jpki_authority: revoked?
//!                          │
//!                          └─ PMH連携キー (one inquiry) ──▶ medical_hub   certificates by PMH-ID
//! people ──▶ enrolment ──▶ intermediary   個人番号 ↔ 紐付番号 ↔ PMH-ID      resident_register ──▶ information_network
//! ```
//!
//! - [`eligibility`]: qualifications by card and by insurance data, visits, 照会番号, 資格確認キー
//! - [`medical_hub`]: 受給者証 by PMH-ID · [`linkage`]: the key between the two
//! - [`certificates`]: what became of a certificate · [`jpki_authority`]: who issued it, CRL and OCSP
//! - [`intermediary`]: 中間サーバー, 付番 · [`resident_register`], [`information_network`]: from a certificate or a 個人番号 to 機関別符号
//! - [`storage`]: where they keep it: in memory, or in one file (`sqlite`)
//! - [`enrolment`]: a person of the people files comes into the world · [`trail`]: which system told which what
//! - [`knobs`]: systems that are away on demand · [`maintenance`]: when new links are made · [`settings`]: days on which rules changed · [`notice`]: codes of our own,
//!   [`wording`]: a vendor's in their place
//! - [`audit`]: who asked what, masked · [`gate`]: who may come in over TLS, [`visits_under_way`]: whose a visit is
//! - [`server`]: the same over HTTP, as docs/hub.md describes it

pub mod audit;
pub mod certificates;
pub mod eligibility;
mod enrolment;
pub mod error;
pub mod gate;
pub mod information_network;
pub mod intermediary;
pub mod jpki_authority;
pub mod knobs;
pub mod linkage;
pub mod maintenance;
pub mod medical_hub;
pub mod notice;
pub mod resident_register;
pub mod server;
pub mod settings;
pub mod sqlite;
pub mod storage;
#[cfg(test)]
mod suite;
pub mod trail;
pub mod visits_under_way;
pub mod wording;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::civil::DateTime;

use self::certificates::Certificates;
pub use self::certificates::{Issuer, Roots};
use self::eligibility::bulk::Kind;
pub use self::eligibility::store::ReferenceNumbers;
use self::eligibility::{Eligibility, Lines};
use self::error::StoreError;
use self::information_network::InformationNetwork;
use self::intermediary::Intermediary;
use self::jpki_authority::JpkiAuthority;
use self::medical_hub::MedicalHub;
use self::medical_hub::registration::{Municipality, NotRegistered, Sent};
use self::resident_register::ResidentRegister;
pub use self::settings::{PastDays, Settings};
use self::storage::{Storage, Stores};
use self::trail::Trail;
use self::wording::Wording;
use crate::event::chain::Occasion;
use crate::event::{Event, Sink};
use crate::knob::Knobs;
use crate::message::qualification::SearchInfo;
use crate::people::Person;
use crate::random::Seed;
use crate::secret::MyNumber;
use crate::visit::{Consents, Standing, VisitId};
use crate::wire::registration::Receipt;
use crate::wire::{
    Answer, Connection, Question, Request, SubsidyAnswer, SubsidyQuestion, VisitAnswer, VisitOpening, WireError,
};

/// The hub, in this process. People come and go while it serves.
pub struct Hub {
    systems: RwLock<Arc<Systems>>,
    /// Who is known, by id, with the 個人番号 that the systems know them by.
    known: Mutex<BTreeMap<String, MyNumber>>,
    roots: Roots,
    seed: Seed,
    settings: Settings,
    knobs: Knobs,
    storage: Storage,
    wording: Wording,
    events: Sink,
}

/// The systems that stand and fall together: a reset builds them anew.
struct Systems {
    eligibility: Arc<Eligibility>,
    authority: Arc<JpkiAuthority>,
    pmh: Arc<MedicalHub>,
    intermediary: Arc<Intermediary>,
    residents: Arc<ResidentRegister>,
}

impl Hub {
    /// A hub that knows `people` and trusts the certificates that `roots` issued.
    pub fn new(people: &[Person], roots: Roots, seed: Seed, settings: Settings) -> Result<Self, StoreError> {
        Self::with_knobs(people, roots, seed, settings, Knobs::new(seed, Sink::silent()))
    }

    /// The same, for an operator who holds `knobs`.
    pub fn with_knobs(
        people: &[Person],
        roots: Roots,
        seed: Seed,
        settings: Settings,
        knobs: Knobs,
    ) -> Result<Self, StoreError> {
        Self::with_storage(people, roots, seed, settings, knobs, Storage::Memory)
    }

    /// The same, with what earlier runs kept in `storage`.
    pub fn with_storage(
        people: &[Person],
        roots: Roots,
        seed: Seed,
        settings: Settings,
        knobs: Knobs,
        storage: Storage,
    ) -> Result<Self, StoreError> {
        let authority = Arc::new(JpkiAuthority::new(knobs.clone()));
        let (systems, known) = Systems::with(people, authority, &roots, seed, settings, &knobs, storage.stores()?)?;
        let (systems, known) = (RwLock::new(Arc::new(systems)), Mutex::new(known));
        let (wording, events) = (Wording::default(), Sink::silent());
        Ok(Self { systems, known, roots, seed, settings, knobs, storage, wording, events })
    }

    /// What an operator may ask of it.
    pub fn knobs(&self) -> &Knobs {
        &self.knobs
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

    /// The same, telling `events` which system told which other one what.
    #[must_use]
    pub fn with_events(mut self, events: Sink) -> Self {
        self.events = events;
        self
    }

    /// Adds a person or replaces them, as a state that is there: whoever has 受給者証 is linked. What a reader registered for them stays.
    pub fn put_person(&self, person: Person) -> Result<(), StoreError> {
        self.enrol(&person, None)
    }

    /// The same, of somebody who is registered at `now`: linked as whoever a municipality registers then, at [`Settings::link_at`], unless
    /// they are linked already.
    pub fn register_person(&self, person: Person, now: DateTime) -> Result<(), StoreError> {
        self.enrol(&person, Some(now))
    }

    fn enrol(&self, person: &Person, registered: Option<DateTime>) -> Result<(), StoreError> {
        let mut known = self.known();
        let trail = Trail::default();
        let my_number = self.systems().enrol(person, registered, &trail)?;
        if let Some(former) = known.insert(person.id.clone(), my_number.clone()).filter(|former| *former != my_number) {
            self.systems().release(&former)?;
        }
        self.tell(Occasion::Registration, trail);
        Ok(())
    }

    /// Is somebody known whom this search is about, whatever its answer would be? A search that cannot be read is about nobody to adopt.
    pub fn knows(&self, search: &SearchInfo) -> Result<bool, WireError> {
        Ok(self.systems().eligibility.knows(search)?)
    }

    /// Takes a person out; false when there is none of this id.
    pub fn remove_person(&self, id: &str) -> Result<bool, StoreError> {
        let mut known = self.known();
        let Some(my_number) = known.remove(id) else { return Ok(false) };
        self.systems().forget(id, &my_number)?;
        Ok(true)
    }

    /// These people and nobody else, and nothing else that was told since the start; the same seed.
    pub fn reset(&self, people: &[Person]) -> Result<(), StoreError> {
        let authority = Arc::new(JpkiAuthority::new(self.knobs.clone()));
        let (systems, now_known) = Systems::with(
            people,
            authority,
            &self.roots,
            self.seed,
            self.settings,
            &self.knobs,
            self.storage.emptied()?,
        )?;
        let mut known = self.known();
        *known = now_known;
        *self.systems.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(systems);
        Ok(())
    }

    /// Registers what a municipality sent: all of it or nothing. Then PMH has everybody numbered who was not; who is insured here is
    /// linked with their PMH-ID, at the hour of [`Settings::link_at`].
    ///
    /// # Errors
    /// See [`NotRegistered`]; nothing was registered then.
    pub fn register(&self, from: &Municipality, sent: Sent<impl Read>) -> Result<Receipt, NotRegistered> {
        let systems = self.systems();
        let receipt = systems.pmh.receive(from, sent)?;
        systems.number().map_err(NotRegistered::Store)?;
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

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, MyNumber>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, occasion: Occasion, trail: Trail) {
        let (person, arrows) = trail.end();
        if !arrows.is_empty() {
            self.events.emit(Event::Chain { occasion, person, arrows });
        }
    }
}

impl Systems {
    fn with(
        people: &[Person],
        authority: Arc<JpkiAuthority>,
        roots: &Roots,
        seed: Seed,
        settings: Settings,
        knobs: &Knobs,
        stores: Stores,
    ) -> Result<(Self, BTreeMap<String, MyNumber>), StoreError> {
        let (sealer, opener) = linkage::pair(seed);
        let (network, line) = InformationNetwork::with("支払基金", seed);
        let Stores { medical_hub, intermediary, eligibility, links } = stores;
        let certificates = Arc::new(Certificates::new(roots.clone(), authority.clone(), settings));
        let pmh = Arc::new(MedicalHub::new(medical_hub, opener, seed, knobs.clone(), settings));
        let residents = Arc::new(ResidentRegister::new(network, seed));
        let intermediary = Arc::new(Intermediary::new(intermediary, links, line, seed, settings));
        let lines = Lines {
            certificates,
            residents: residents.clone(),
            intermediary: intermediary.clone(),
            pmh: pmh.clone(),
            knobs: knobs.clone(),
        };
        let eligibility = Arc::new(Eligibility::new(eligibility, lines, sealer, seed, settings));
        let systems = Self { eligibility, authority, pmh, intermediary, residents };
        let known =
            people.iter().map(|person| Ok((person.id.clone(), systems.enrol(person, None, &Trail::default())?)));
        let known = known.collect::<Result<_, StoreError>>()?;
        // Whoever was registered when an earlier run ended.
        systems.number()?;
        Ok((systems, known))
    }

    /// Has PMH number whoever waits for it. Arrows by the hundred thousand would tell nobody anything.
    fn number(&self) -> Result<(), StoreError> {
        self.pmh.have_numbered(|numbers, time| self.intermediary.number(numbers, time, &Trail::none()))
    }
}

impl Connection for Hub {
    fn open_visit(&self, opening: &VisitOpening) -> Result<Standing, WireError> {
        let trail = Trail::default();
        let standing = self.systems().eligibility.open_visit(opening.clone(), &trail);
        self.tell(Occasion::Visit, trail);
        Ok(standing?)
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

    fn is_at_hand(&self, question: &Question) -> bool {
        // The insured and their 照会番号 are in memory, whatever the store.
        matches!(question.request, Request::Qualification(_))
    }

    fn subsidies(&self, question: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError> {
        let trail = Trail::default();
        let answer = self.systems().eligibility.subsidies(question, &trail);
        self.tell(Occasion::Subsidy, trail);
        Ok(self.wording.of_subsidies(answer?))
    }

    fn name(&self) -> String {
        "embedded".to_owned()
    }
}
