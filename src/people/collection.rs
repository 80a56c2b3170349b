//! All the people of a station: in the order of lists, found by what somebody types.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Deref;

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::settle::derived_serial;
use super::{Finding, PeopleError, Person, Profile};
use crate::card::apdu::hex;

/// Names less alike than this are not offered as *did you mean* (Jaro-Winkler, 1.0 = equal).
const ALIKE: f64 = 0.6;

/// People in the order of lists (`order`, then id). Dereferences to a slice of [`Person`].
#[derive(Debug, Clone, Default)]
pub struct People {
    persons: Vec<Person>,
    profiles: BTreeMap<String, Profile>,
}

/// Nobody, or not exactly one, is meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// Nobody has this id, beginning or name.
    #[error("「{asked}」という人はいません（近いもの: {near}） / there is nobody called `{asked}` (near: {near})")]
    Nobody {
        /// What was typed.
        asked: String,
        /// Ids that look alike, joined by commas.
        near: String,
    },
    /// Several people are meant.
    #[error("「{asked}」は {candidates} のどれですか / `{asked}` can mean {candidates}")]
    Several {
        /// What was typed.
        asked: String,
        /// Their ids, joined by commas.
        candidates: String,
    },
}

impl People {
    /// Settles the profiles on `today`.
    ///
    /// # Errors
    /// A profile that breaks a rule, or two cards with the same serial number.
    pub fn settle(profiles: impl IntoIterator<Item = (String, Profile)>, today: Date) -> Result<Self, PeopleError> {
        let settled = profiles.into_iter().map(|(id, profile)| Ok((profile.settle(&id, today)?, profile)));
        Self::gather(settled.collect::<Result<Vec<_>, PeopleError>>()?)
    }

    /// Settled people with their profiles; of two with the same id the last counts.
    pub(super) fn gather(settled: Vec<(Person, Profile)>) -> Result<Self, PeopleError> {
        let mut by_id = BTreeMap::new();
        for (person, profile) in settled {
            by_id.insert(person.id.clone(), (person, profile));
        }
        let mut people = Self { persons: Vec::with_capacity(by_id.len()), profiles: BTreeMap::new() };
        for (id, (person, profile)) in by_id {
            people.persons.push(person);
            people.profiles.insert(id, profile);
        }
        people.in_order()
    }

    /// Puts persons in the order of lists and sees to it that no two cards share a serial number.
    fn in_order(mut self) -> Result<Self, PeopleError> {
        let given = |profiles: &BTreeMap<String, Profile>, id: &str| {
            profiles.get(id).is_some_and(|profile| profile.card.serial.is_some())
        };
        // Serials that a file names come first: a derived one gives way.
        self.persons.sort_by_cached_key(|person| (!given(&self.profiles, &person.id), person.id.clone()));
        let mut taken: HashMap<Vec<u8>, String> = HashMap::with_capacity(self.persons.len());
        for person in &mut self.persons {
            let named = given(&self.profiles, &person.id);
            let mut attempt = 0;
            while let Some(first) = taken.get(&person.card.serial) {
                if named {
                    return Err(PeopleError::SameSerial {
                        first: first.clone(),
                        second: person.id.clone(),
                        serial: hex(&person.card.serial),
                    });
                }
                attempt += 1;
                person.card.serial = derived_serial(&person.id, attempt);
            }
            taken.insert(person.card.serial.clone(), person.id.clone());
        }
        let place = |id: &str| self.profiles.get(id).and_then(|profile| profile.order).unwrap_or(u32::MAX);
        self.persons.sort_by_cached_key(|person| (place(&person.id), person.id.clone()));
        Ok(self)
    }

    /// Whose id this is exactly.
    pub fn get(&self, id: &str) -> Option<&Person> {
        self.persons.iter().find(|person| person.id == id)
    }

    /// The profile from which this person was settled.
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.get(id)
    }

    /// Whom somebody means who types an id, the beginning of one, or a name (with or without the space between its parts).
    ///
    /// # Errors
    /// [`LookupError`] names those who come near, or those who are all meant.
    pub fn find(&self, asked: &str) -> Result<&Person, LookupError> {
        let wanted = fold(asked);
        if let Some(person) = self.get(asked.trim()).or_else(|| self.get(&wanted)) {
            return Ok(person);
        }
        let named: Vec<&Person> = self.persons.iter().filter(|person| is_called(person, &wanted)).collect();
        let meant = if named.is_empty() && !wanted.is_empty() {
            self.persons
                .iter()
                .filter(|person| person.id.starts_with(&wanted) || fold(&person.name).starts_with(&wanted))
                .collect()
        } else {
            named
        };
        match meant.as_slice() {
            [one] => Ok(one),
            [] => Err(LookupError::Nobody { asked: asked.to_owned(), near: self.near(&wanted) }),
            several => Err(LookupError::Several {
                asked: asked.to_owned(),
                candidates: several.iter().map(|person| person.id.as_str()).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// The three ids that look most like `wanted`; the first of the list where none does.
    fn near(&self, wanted: &str) -> String {
        let mut alike: Vec<(f64, &str)> = self
            .persons
            .iter()
            .map(|person| (strsim::jaro_winkler(wanted, &person.id), person.id.as_str()))
            .filter(|(alike, _)| *alike >= ALIKE)
            .collect();
        alike.sort_by(|left, right| right.0.total_cmp(&left.0));
        let ids: Vec<&str> = if alike.is_empty() {
            self.persons.iter().map(|person| person.id.as_str()).take(3).collect()
        } else {
            alike.into_iter().map(|(_, id)| id).take(3).collect()
        };
        ids.join(", ")
    }

    /// Adds a person, or replaces the one with this id.
    ///
    /// # Errors
    /// As [`People::settle`]; the people stay as they were.
    pub fn put(&mut self, id: &str, profile: Profile, today: Date) -> Result<(), PeopleError> {
        self.put_all(vec![(id.to_owned(), profile)], today)
    }

    /// Adds or replaces several at once: all of them, or none.
    ///
    /// # Errors
    /// As [`People::settle`]; the people stay as they were.
    pub fn put_all(&mut self, profiles: Vec<(String, Profile)>, today: Date) -> Result<(), PeopleError> {
        let settled = profiles.into_iter().map(|(id, profile)| Ok((profile.settle(&id, today)?, profile)));
        let settled = settled.collect::<Result<Vec<_>, PeopleError>>()?;
        let mut with = self.clone();
        let new: HashSet<&str> = settled.iter().map(|(person, _)| person.id.as_str()).collect();
        with.persons.retain(|present| !new.contains(present.id.as_str()));
        for (person, profile) in settled {
            with.profiles.insert(person.id.clone(), profile);
            with.persons.push(person);
        }
        *self = with.in_order()?;
        Ok(())
    }

    /// Takes a person out; tells whether there was one.
    pub fn remove(&mut self, id: &str) -> bool {
        self.persons.retain(|person| person.id != id);
        self.profiles.remove(id).is_some()
    }

    /// The same people when the clock says `today`.
    ///
    /// # Errors
    /// As [`People::settle`].
    pub fn on(&self, today: Date) -> Result<Self, PeopleError> {
        Self::settle(self.profiles.clone(), today)
    }

    /// Numbers that break a rule, person by person.
    pub fn findings(&self) -> Vec<Finding> {
        self.persons
            .iter()
            .filter_map(|person| Some((person, self.profile(&person.id)?)))
            .flat_map(|(person, profile)| profile.findings(&person.id))
            .collect()
    }
}

/// Equal for people: width, case and spaces do not count.
fn fold(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn is_called(person: &Person, wanted: &str) -> bool {
    let names = [Some(&person.name), person.name_kana.as_ref(), person.name_of_other.as_ref()];
    names.into_iter().flatten().any(|name| fold(name) == wanted)
}

impl Deref for People {
    type Target = [Person];

    fn deref(&self) -> &[Person] {
        &self.persons
    }
}

impl From<People> for Vec<Person> {
    fn from(people: People) -> Self {
        people.persons
    }
}

impl<'a> IntoIterator for &'a People {
    type Item = &'a Person;
    type IntoIter = std::slice::Iter<'a, Person>;

    fn into_iter(self) -> Self::IntoIter {
        self.persons.iter()
    }
}
