//! Whose a real card is, by the operator's word (decisions.md §3): kept as a keyed hash, so that nothing of the card stands anywhere.
//!
//! The hash is over serial number and certificate. A serial alone could be found again by trying all there are; nobody can try
//! certificates. Each installation draws its own key, and it lies with the hashes: two stations cannot find out that the same card
//! was on both.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use zeroize::ZeroizeOnDrop;

use super::reader::hand::Hand;
use super::reader::{Message, Press, Source};
use super::roster::Roster;
use super::{Station, StationError};
use crate::card::certificate::Certificate;
use crate::card::pcsc;
use crate::clock::date8;
use crate::event::Event;
use crate::face_reader::event::Reply;
use crate::face_reader::state::State;
use crate::people::Person;
use crate::random::secret_key;
use crate::secret::MASK;
use crate::visit::hexadecimal;

/// Bytes of the key.
const KEY_BYTES: usize = 32;
/// Digits of a card's label: enough to tell the cards of a desk apart.
const LABEL_DIGITS: usize = 8;

/// A card as it is recognised. Prints nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    serial: Vec<u8>,
    certificate: [u8; 32],
}

impl Token {
    /// Of the certificate that a card shows, DER; `None` where it is none.
    pub fn of(certificate: &[u8]) -> Option<Self> {
        let serial = Certificate::parse(certificate).ok()?.serial.raw().to_vec();
        Some(Self { serial, certificate: Sha256::digest(certificate).into() })
    }

    /// Serial number, raw.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    fn hash(&self, key: &Key) -> String {
        // Only the last of the three has no fixed length.
        let hash = Sha256::new().chain_update(&key.0).chain_update(self.certificate).chain_update(&self.serial);
        hexadecimal::encode(&hash.finalize())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// What makes the hashes of one installation its own.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Key(Vec<u8>);

impl TryFrom<String> for Key {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = hexadecimal::decode(&text).filter(|bytes| bytes.len() == KEY_BYTES);
        bytes.map(Self).ok_or("expected 64 hexadecimal digits")
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        hexadecimal::encode(&key.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// What lasts with `--state`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Kept {
    /// Drawn when the first card is bound.
    key: Option<Key>,
    /// By the hash of the card.
    cards: BTreeMap<String, Bound>,
}

/// Of one card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bound {
    /// Id.
    person: String,
    /// `YYYYMMDD`
    bound_on: String,
}

/// A card that was bound, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BindingRow {
    /// What it is called here; says nothing of the card, and is another at every installation.
    #[schema(example = "3f9a01c7")]
    pub label: String,
    /// Id of the person whose card it is.
    #[schema(example = "taro")]
    pub person: String,
    /// Document date on which it was bound, `YYYYMMDD`.
    #[schema(example = "20261121")]
    pub bound_on: String,
}

/// The cards that were bound at this station.
#[derive(Debug, Default)]
pub struct Bindings(Mutex<Kept>);

impl Bindings {
    /// With those of earlier runs.
    pub fn new(kept: Kept) -> Self {
        Self(Mutex::new(kept))
    }

    /// Whose card this is, by id.
    pub fn person_of(&self, token: &Token) -> Option<String> {
        let kept = self.kept_now();
        kept.cards.get(&token.hash(kept.key.as_ref()?)).map(|bound| bound.person.clone())
    }

    /// Binds a card, or binds it to another person.
    ///
    /// # Errors
    /// Where the system gives no key.
    pub fn bind(&self, token: &Token, person: &str, bound_on: &str) -> std::io::Result<BindingRow> {
        let mut kept = self.kept_now();
        let key = match &kept.key {
            Some(key) => key.clone(),
            None => Key(secret_key()?.to_vec()),
        };
        let hash = token.hash(&key);
        kept.key = Some(key);
        let bound = Bound { person: person.to_owned(), bound_on: bound_on.to_owned() };
        let row = row(&hash, &bound);
        kept.cards.insert(hash, bound);
        Ok(row)
    }

    /// Forgets the card of this label; `None` where there is none.
    pub fn unbind(&self, label: &str) -> Option<BindingRow> {
        let mut kept = self.kept_now();
        let found = kept.cards.iter().map(|(hash, bound)| (hash, row(hash, bound))).find(|(_, row)| row.label == label);
        let (hash, row) = found.map(|(hash, row)| (hash.clone(), row))?;
        kept.cards.remove(&hash);
        Some(row)
    }

    /// All of them, by day and label.
    pub fn rows(&self) -> Vec<BindingRow> {
        let mut rows: Vec<BindingRow> = self.kept_now().cards.iter().map(|(hash, bound)| row(hash, bound)).collect();
        rows.sort_by(|a, b| (&a.bound_on, &a.label).cmp(&(&b.bound_on, &b.label)));
        rows
    }

    /// Forgets all of them, and the key.
    pub fn reset(&self) {
        *self.kept_now() = Kept::default();
    }

    /// What has been kept so far.
    pub fn kept(&self) -> Kept {
        self.kept_now().clone()
    }

    fn kept_now(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn row(hash: &str, bound: &Bound) -> BindingRow {
    let label = hash.get(..LABEL_DIGITS).unwrap_or(hash).to_owned();
    BindingRow { label, person: bound.person.clone(), bound_on: bound.bound_on.clone() }
}

/// Whose a card is, as far as anybody here knows.
#[derive(Debug)]
pub enum Whose {
    /// Its serial is in the list of people.
    Known(Arc<Person>),
    /// The operator has bound it to them.
    Bound(Arc<Person>),
    /// A card that somebody had before the present one: the hub knows it, as revoked.
    Former,
    /// Nobody knows.
    Unknown,
}

/// Looks a card up: by its serial among the people, then among the bindings.
pub fn whose(token: &Token, roster: &Roster, bindings: &Bindings) -> Whose {
    if let Some(person) = roster.by_serial(token.serial()) {
        return Whose::Known(person);
    }
    if roster.had_serial(token.serial()) {
        return Whose::Former;
    }
    // Whoever was removed since is nobody's holder any more; another whose id only begins alike is somebody else.
    let bound = bindings.person_of(token);
    let person = bound.and_then(|id| roster.find(&id).ok().filter(|person| person.id == id));
    person.map_or(Whose::Unknown, Whose::Bound)
}

impl Station {
    /// Binds the card that a reader asks about, or else what lies in a PC/SC reader (`pcsc` or `pcsc:READER`), to a person.
    ///
    /// # Errors
    /// No such person, no card that can be read, or one whose serial is a person's already.
    pub async fn bind_card(&self, person: &str, card: Option<&str>) -> Result<BindingRow, StationError> {
        let person = self.links.roster.find(person)?.id.clone();
        let asking = self.readers().into_iter().find(|reader| reader.state == State::WhoIsThis.to_string());
        if let (None, Some(reader)) = (card, asking) {
            let before = self.bindings();
            self.press(reader.number, Press::Bind { person: person.clone() }).await?;
            let new = self.bindings().into_iter().filter(|row| row.person == person).find(|row| !before.contains(row));
            return new.ok_or(StationError::Stopped);
        }
        let source = card.map_or(Ok(Source::Pcsc(None)), Source::parse)?;
        let Source::Pcsc(name) = source else {
            return Err(StationError::bad_value(
                "card",
                "ソフトウェアカードの患者は決まっています",
                "a software card has its person",
            ));
        };
        let roots = self.links.test_roots.clone();
        let read = tokio::task::spawn_blocking(move || {
            let reader = pcsc::open_reader(name.as_deref())
                .map_err(|error| StationError::Outside { message: error.to_string() })?;
            let mut hand = Hand::over_plastic(Box::new(reader), roots);
            let token = matches!(hand.read(None), Reply::CardRead(_)).then(|| hand.token()).flatten();
            hand.put_back();
            token.ok_or_else(|| StationError::Outside {
                message: "カードを読めません。置き直してください / the card cannot be read: put it on the reader again"
                    .to_owned(),
            })
        });
        let token = read.await.map_err(|_| StationError::Stopped)??;
        let row = self.links.bind(&token, &person)?;
        for reader in &self.readers {
            reader.tell(Message::Bound)?;
        }
        Ok(row)
    }

    /// The cards that were bound.
    pub fn bindings(&self) -> Vec<BindingRow> {
        self.links.bindings.rows()
    }

    /// Forgets the card of this label.
    ///
    /// # Errors
    /// No such label.
    pub fn unbind_card(&self, label: &str) -> Result<BindingRow, StationError> {
        let gone = self.links.bindings.unbind(label);
        let row = gone.ok_or_else(|| StationError::NoSuchBinding { label: label.to_owned() })?;
        self.links.sink.emit(Event::Unbound { card: row.label.clone(), person: row.person.clone() });
        Ok(row)
    }
}

impl super::links::Links {
    /// Binds a card, and says so.
    ///
    /// # Errors
    /// Its serial is a person's already, or the system gives no key.
    pub fn bind(&self, token: &Token, person: &str) -> Result<BindingRow, StationError> {
        if self.roster.by_serial(token.serial()).is_some() || self.roster.had_serial(token.serial()) {
            return Err(StationError::bad_value(
                "card",
                "このカードの患者は決まっています",
                "the serial of this card is a person's already",
            ));
        }
        let today = date8(self.clock.now().date());
        let bound = self.bindings.bind(token, person, &today);
        let row = bound.map_err(|error| StationError::Outside { message: error.to_string() })?;
        self.sink.emit(Event::Bound { card: row.label.clone(), person: row.person.clone() });
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(byte: u8) -> Token {
        Token { serial: vec![0x22, 0x7B, byte], certificate: [byte; 32] }
    }

    #[test]
    fn a_bound_card_is_recognised_here_and_nowhere_else() {
        let here = Bindings::default();
        let row = here.bind(&token(1), "taro", "20261121").unwrap();
        assert_eq!((here.person_of(&token(1)).as_deref(), here.person_of(&token(2))), (Some("taro"), None));
        // The same card at another installation: another key, another hash, another label.
        let there = Bindings::default();
        assert_eq!(there.person_of(&token(1)), None);
        assert_ne!(there.bind(&token(1), "taro", "20261121").unwrap().label, row.label);
        let (here, there) = (here.kept(), there.kept());
        assert!(here.cards.keys().all(|hash| !there.cards.contains_key(hash)));
        // Hashes that came without their key recognise nothing.
        let stolen = Bindings::new(Kept { key: there.key, cards: here.cards });
        assert_eq!(stolen.person_of(&token(1)), None);
    }

    #[test]
    fn a_card_is_bound_to_one_person_until_it_is_unbound_or_reset() {
        let bindings = Bindings::default();
        bindings.bind(&token(1), "taro", "20261121").unwrap();
        let hanako = bindings.bind(&token(1), "hanako", "20261122").unwrap();
        assert_eq!(bindings.rows(), std::slice::from_ref(&hanako));
        assert_eq!(bindings.unbind("00000000"), None);
        assert_eq!(bindings.unbind(&hanako.label), Some(hanako));
        assert_eq!(bindings.person_of(&token(1)), None);
        bindings.bind(&token(1), "taro", "20261121").unwrap();
        bindings.reset();
        assert_eq!(bindings.kept(), Kept::default());
    }

    #[test]
    fn what_is_kept_reads_back_and_a_key_of_another_length_is_refused() {
        let bindings = Bindings::default();
        bindings.bind(&token(1), "taro", "20261121").unwrap();
        let text = serde_json::to_string(&bindings.kept()).unwrap();
        let again: Kept = serde_json::from_str(&text).unwrap();
        assert_eq!(Bindings::new(again).person_of(&token(1)).as_deref(), Some("taro"));
        assert!(serde_json::from_str::<Kept>(r#"{ "key": "00", "cards": {} }"#).is_err());
        assert!(!format!("{:?}{:?}", bindings.kept(), token(0x5A)).contains("5a5a"));
    }
}
