//! The people of a station and the cards in their purses: what lasts from one visit to the next.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authority::{Generation, Reason};
use crate::card::apdu::hex;
use crate::card::soft::{CardImage, CardState, SoftCard};
use crate::clock::{Clock, date8};
use crate::event::Words;
use crate::knob::Knobs;
use crate::people::flaw;
use crate::people::personalise::personalise;
use crate::people::reissue::Reissue;
use crate::people::{CardProfile, People, Person, Profile, Qualification};
use crate::random::Seed;
use crate::station::error::StationError;
use crate::station::view::PersonView;
use crate::terminal::own::Named;

/// People, their cards, and what using the cards has changed.
pub struct Roster {
    clock: Clock,
    seed: Seed,
    at_start: Arc<People>,
    /// The same as at the start, until somebody is added, changed or removed.
    people: RwLock<Arc<People>>,
    cards: Mutex<Cards>,
}

#[derive(Default)]
struct Cards {
    images: Images,
    kept: Kept,
}

/// So many cards are ready to be tapped again: one with its certificates takes some tens of kB.
const READY: usize = 16;

/// Cards made when they are tapped, the one of the last tap at the end. Whoever comes back later finds theirs made again, the same.
#[derive(Default)]
struct Images(VecDeque<Arc<CardImage>>);

impl Images {
    fn of(&mut self, person: &Person) -> Arc<CardImage> {
        let image = self.take(&person.id).unwrap_or_else(|| Arc::new(personalise(person)));
        if self.0.len() == READY {
            self.0.pop_front();
        }
        self.0.push_back(image.clone());
        image
    }

    fn take(&mut self, id: &str) -> Option<Arc<CardImage>> {
        let place = self.0.iter().position(|image| image.name == id)?;
        self.0.remove(place)
    }
}

/// What is kept of cards between visits, and between runs with `--state`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Counters and changed PINs, by person.
    #[serde(default)]
    pub cards: HashMap<String, CardState>,
    /// Consecutive face misses, by person.
    #[serde(default)]
    pub face_misses: HashMap<String, u8>,
    /// Cards that were issued again, by person.
    #[serde(default)]
    pub issued: BTreeMap<String, CardProfile>,
}

impl Kept {
    /// Forgets what use left on the card of this id; tells whether there was anything.
    pub fn forget_use(&mut self, id: &str) -> bool {
        let state = self.cards.remove(id);
        self.face_misses.remove(id).is_some() | state.is_some()
    }
}

/// A card that was issued in place of another one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IssuedCard {
    /// Whose.
    pub id: String,
    /// Serial number of its 利用者証明用 certificate, hexadecimal.
    pub serial: String,
    /// Generation of the authority that issued it.
    #[schema(value_type = u8)]
    pub generation: Generation,
    /// Last valid day, `YYYYMMDD`.
    pub valid_until: String,
    /// The card before it.
    pub former: RevokedCard,
}

/// A card that is as it was issued.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResetCard {
    /// Whose.
    pub id: String,
    /// Was it another before?
    pub changed: bool,
}

/// A card whose certificates are revoked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevokedCard {
    /// Serial number, hexadecimal.
    pub serial: String,
    /// First day of its being revoked, `YYYYMMDD`.
    pub revoked_on: String,
    /// CRLReason in kebab case.
    #[schema(value_type = String)]
    pub reason: Reason,
}

/// A person in a list, with what an insurance query needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PersonRow {
    /// Id: the name for taps.
    pub id: String,
    /// 氏名
    pub name: String,
    /// 氏名カナ, half-width
    pub name_kana: Option<String>,
    /// `YYYYMMDD`
    #[schema(example = "19850401")]
    pub birthdate: String,
    /// OQSCD007
    pub sex: String,
    /// 被保険者証区分 of the first qualification
    pub insured_card_classification: Option<String>,
    /// 保険者番号, 8 characters
    pub insurer_number: Option<String>,
    /// 記号
    pub symbol: Option<String>,
    /// 番号
    pub number: Option<String>,
    /// 枝番
    pub branch: Option<String>,
    /// 照会番号 registered from the start
    pub reference_number: Option<String>,
    /// 受給者証, by name
    pub subsidies: Vec<String>,
    /// What the person is there to show
    pub shows: Words,
    /// Made from an insurance query that named nobody
    pub adopted: bool,
}

impl Roster {
    /// A roster with everybody's cards as they were issued, and issued again since, and with those who were adopted in earlier runs.
    pub fn new(people: People, clock: Clock, seed: Seed, kept: Kept, adopted: BTreeMap<String, Profile>) -> Self {
        let at_start = Arc::new(people);
        let mut people = at_start.clone();
        // Whoever has a file by now is described there.
        for (id, profile) in adopted.into_iter().filter(|(id, _)| at_start.get(id).is_none()) {
            let _ = Arc::make_mut(&mut people).put(&id, profile, clock.now().date());
        }
        for (id, card) in &kept.issued {
            // Somebody who left, or whose card now collides with another, keeps the card of their file.
            if let Some(profile) = at_start.profile(id) {
                let profile = Profile { card: card.clone(), ..profile.clone() };
                let _ = Arc::make_mut(&mut people).put(id, profile, clock.now().date());
            }
        }
        Self {
            clock,
            seed,
            at_start,
            people: RwLock::new(people),
            cards: Mutex::new(Cards { images: Images::default(), kept }),
        }
    }

    /// Whoever is meant by an id, the beginning of one, or a name.
    pub fn find(&self, asked: &str) -> Result<Arc<Person>, StationError> {
        self.read()
            .find(asked)
            .map(|p| Arc::new(p.clone()))
            .map_err(|error| StationError::NoSuchPerson { id: asked.to_owned(), why: error.to_string() })
    }

    /// Whose certificate has this serial number (raw, as in the profile).
    pub fn by_serial(&self, serial: &[u8]) -> Option<Arc<Person>> {
        self.read().iter().find(|person| person.card.serial == serial).map(|person| Arc::new(person.clone()))
    }

    /// Had somebody a card of this serial number, before the one they have?
    pub fn had_serial(&self, serial: &[u8]) -> bool {
        self.read().iter().any(|person| person.card.former.iter().any(|card| card.serial == serial))
    }

    /// Ids of those whom the numbers of a request may mean. A 照会番号 counts where nothing else names anybody: in a registration it is new.
    pub fn whose(&self, named: &Named) -> Vec<String> {
        if named.number.is_none() && named.reference_number.is_none() {
            return Vec::new();
        }
        let asked = match named.number {
            Some(_) => Named { reference_number: None, ..named.clone() },
            None => named.clone(),
        };
        let has = |person: &Person| {
            let of = |q: &Qualification| Named {
                insurer: q.insurer_number.clone(),
                symbol: q.symbol.clone(),
                number: q.number.clone(),
                branch: q.branch.clone(),
                birthdate: Some(date8(person.birthdate)),
                reference_number: person.reference_number.clone(),
            };
            person.qualifications.iter().any(|q| asked.is_part_of(&of(q)))
        };
        self.read().iter().filter(|person| has(person)).map(|person| person.id.clone()).collect()
    }

    /// The software card of `person`, as it was left, with the quirks and flaws that are armed for it now. `targets`: person,
    /// `reader:N`.
    pub fn soft_card(&self, person: &Person, knobs: &Knobs, targets: &[&str]) -> SoftCard {
        let spoilt = flaw::drawn(person, knobs, targets, self.clock.now().date());
        let mut cards = self.cards();
        let image = match &spoilt {
            Some(spoilt) => Arc::new(personalise(spoilt)),
            None => cards.images.of(person),
        };
        let card = SoftCard::new(image, self.seed);
        let card = match cards.kept.cards.get(&person.id) {
            Some(state) => card.with_state(state.clone()),
            None => card,
        };
        card.with_quirks(person.card.quirks.clone().drawn(knobs, targets))
    }

    /// Somebody else, the first there is; `None` where nobody else is.
    pub fn another_than(&self, person: &str) -> Option<Arc<Person>> {
        self.read().iter().find(|other| other.id != person).cloned().map(Arc::new)
    }

    /// Keeps the counters of a card that was used; not those that it only pretended to have.
    pub fn keep_card(&self, person: &str, card: &SoftCard) {
        if card.quirks().tries_left.is_none() {
            let kept = &mut self.cards().kept.cards;
            match card.state() {
                unused if *unused == CardState::default() => drop(kept.remove(person)),
                used => drop(kept.insert(person.to_owned(), used.clone())),
            }
        }
    }

    /// Makes a card as it was issued: counters full, PINs as personalised, no face miss. Tells whether it was another.
    pub fn reset_card(&self, person: &str) -> Result<bool, StationError> {
        let id = self.find(person)?.id.clone();
        Ok(self.cards().kept.forget_use(&id))
    }

    /// Consecutive face misses of a card.
    pub fn face_misses(&self, card: &str) -> u8 {
        self.cards().kept.face_misses.get(card).copied().unwrap_or(0)
    }

    /// Keeps them.
    pub fn set_face_misses(&self, card: &str, misses: u8) {
        let mut cards = self.cards();
        if misses == 0 {
            cards.kept.face_misses.remove(card);
        } else {
            cards.kept.face_misses.insert(card.to_owned(), misses);
        }
    }

    /// What has been kept so far.
    pub fn kept(&self) -> Kept {
        self.cards().kept.clone()
    }

    /// Everybody, for the API.
    pub fn rows(&self) -> Vec<PersonRow> {
        self.read().iter().map(PersonRow::of).collect()
    }

    /// Everybody with their profiles, as they are now.
    pub fn people(&self) -> Arc<People> {
        self.read().clone()
    }

    /// Those who were adopted and have no file, as they are now.
    pub fn adopted(&self) -> BTreeMap<String, Profile> {
        let people = self.read();
        let adopted = people.iter().filter(|person| person.adopted && self.at_start.get(&person.id).is_none());
        adopted.filter_map(|person| Some((person.id.clone(), people.profile(&person.id)?.clone()))).collect()
    }

    /// Everybody, for screens.
    pub fn views(&self) -> Vec<PersonView> {
        self.read()
            .iter()
            .map(|p| PersonView {
                id: p.id.clone(),
                name: p.name.clone(),
                name_kana: p.name_kana.clone().unwrap_or_default(),
                shows: shows(p),
                plastic: false,
            })
            .collect()
    }

    /// Everybody, for a hub.
    pub fn everybody(&self) -> Vec<Person> {
        self.read().to_vec()
    }

    /// The profile of one person, as it would stand in a file.
    pub fn profile(&self, id: &str) -> Result<Profile, StationError> {
        self.read()
            .profile(id)
            .cloned()
            .ok_or_else(|| StationError::NoSuchPerson { id: id.to_owned(), why: String::new() })
    }

    /// Adds a person or replaces the one of this id; gives them back settled on today.
    pub fn put(&self, id: &str, profile: Profile) -> Result<Person, StationError> {
        self.put_all(vec![(id.to_owned(), profile)])?.pop().ok_or(StationError::Stopped)
    }

    /// The same for several at once: all of them, or none.
    pub fn put_all(&self, profiles: Vec<(String, Profile)>) -> Result<Vec<Person>, StationError> {
        let ids: Vec<String> = profiles.iter().map(|(id, _)| id.clone()).collect();
        let mut people = self.write();
        Arc::make_mut(&mut people)
            .put_all(profiles, self.clock.now().date())
            .map_err(|error| StationError::BadProfile { message: error.to_string() })?;
        ids.iter().for_each(|id| self.forget_card(id));
        let new: HashSet<&str> = ids.iter().map(String::as_str).collect();
        Ok(people.iter().filter(|person| new.contains(person.id.as_str())).cloned().collect())
    }

    /// Gives a person another card in place of the present one, which is revoked.
    pub fn issue_card(&self, id: &str, asked: Reissue) -> Result<(Person, IssuedCard), StationError> {
        let today = self.clock.now().date();
        let (id, card, profile) = {
            let people = self.read();
            let found = people.find(id);
            let id =
                found.map_err(|e| StationError::NoSuchPerson { id: id.to_owned(), why: e.to_string() })?.id.clone();
            let card = people
                .reissued_card(&id, today, asked)
                .map_err(|error| StationError::BadProfile { message: error.to_string() })?;
            let profile = self.profile(&id)?;
            (id, card.clone(), Profile { card, ..profile })
        };
        let person = self.put(&id, profile)?;
        self.cards().kept.issued.insert(id, card);
        let former = person.card.former.last().ok_or(StationError::Stopped)?;
        let issued = IssuedCard {
            id: person.id.clone(),
            serial: hex(&person.card.serial),
            generation: person.card.generation,
            valid_until: date8(person.card.valid_until),
            former: RevokedCard {
                serial: hex(&former.serial),
                revoked_on: date8(former.revocation.at.date()),
                reason: former.revocation.reason,
            },
        };
        Ok((person, issued))
    }

    /// Everybody as the files have them, for a hub that is reset with the station.
    pub fn at_start(&self) -> &[Person] {
        &self.at_start
    }

    /// Those who are not as the files have them: their cards were issued again in an earlier run, or they were adopted there.
    pub fn changed_before(&self) -> Vec<Person> {
        let people = self.read();
        let cards = self.cards();
        let changed = people.iter().filter(|p| p.adopted || cards.kept.issued.contains_key(&p.id));
        changed.cloned().collect()
    }

    /// Takes a person out.
    pub fn remove(&self, id: &str) -> Result<(), StationError> {
        let removed = Arc::make_mut(&mut self.write()).remove(id);
        if !removed {
            return Err(StationError::NoSuchPerson { id: id.to_owned(), why: String::new() });
        }
        self.forget_card(id);
        Ok(())
    }

    /// Back to the people and cards of the start.
    pub fn reset(&self) {
        *self.write() = self.at_start.clone();
        *self.cards() = Cards::default();
    }

    fn forget_card(&self, id: &str) {
        let mut cards = self.cards();
        cards.images.take(id);
        cards.kept.cards.remove(id);
        cards.kept.face_misses.remove(id);
        cards.kept.issued.remove(id);
    }

    fn write(&self) -> RwLockWriteGuard<'_, Arc<People>> {
        self.people.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> RwLockReadGuard<'_, Arc<People>> {
        self.people.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn cards(&self) -> MutexGuard<'_, Cards> {
        self.cards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a list says of a person; who was adopted is marked, whatever else is said of them.
fn shows(person: &Person) -> Words {
    let (ja, en) = &person.shows;
    match person.adopted {
        true => Words::new(format!("採用: {ja}"), format!("adopted: {en}")),
        false => Words::new(ja, en),
    }
}

impl PersonRow {
    /// A person as lists have them.
    pub fn of(person: &Person) -> Self {
        let first = person.qualifications.first();
        Self {
            id: person.id.clone(),
            name: person.name.clone(),
            name_kana: person.name_kana.clone(),
            birthdate: date8(person.birthdate),
            sex: person.sex.clone(),
            insured_card_classification: first.map(|q| q.insured_card_classification.clone()),
            insurer_number: first.and_then(|q| q.insurer_number.clone()),
            symbol: first.and_then(|q| q.symbol.clone()),
            number: first.and_then(|q| q.number.clone()),
            branch: first.and_then(|q| q.branch.clone()),
            reference_number: person.reference_number.clone(),
            subsidies: person.subsidies.iter().map(|s| s.certificate.certification_name.clone()).collect(),
            shows: shows(person),
            adopted: person.adopted,
        }
    }
}
