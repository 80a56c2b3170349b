//! The eligibility store in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::civil::DateTime;

use super::bulk::Received;
use super::consent::Remembered;
use super::insured::Insured;
use super::matching::Numbers;
use super::store::{Announced, Counted, EligibilityStore, Known, OpenVisit, ReferenceNumbers, VisitState};
use crate::card::serial::SerialNumber;
use crate::hub::certificates::Finding;
use crate::hub::error::StoreError;
use crate::hub::intermediary::{Link, LinkReceiver};
use crate::secret::LinkingNumber;
use crate::visit::VisitId;

/// How many visits and announced requests are remembered. A day of a busy hospital is some 5,000 visits; cards that are taken away
/// leave open ones behind, and nothing else would ever clear those.
pub const REMEMBERED: usize = 20_000;

/// How many rows of bulk requests are remembered, whatever their age: some 200 MB.
const ROWS_REMEMBERED: usize = 500_000;

/// The store in memory.
#[derive(Default)]
pub struct Memory(RwLock<Inner>);

#[derive(Default)]
struct Inner {
    insured: BTreeMap<String, Arc<Insured>>,
    by_linking: HashMap<LinkingNumber, String>,
    /// Certificates that were used, joined with whom they belong to.
    by_serial: HashMap<SerialNumber, LinkingNumber>,
    /// Which certificate people had who are not registered anew yet: from an earlier run.
    cards: HashMap<String, SerialNumber>,
    links: HashMap<LinkingNumber, Link>,
    by_number: HashMap<Numbers, BTreeSet<String>>,
    registered: BTreeSet<String>,
    reference_numbers: ReferenceNumbers,
    /// By person, then by institution.
    consents: HashMap<String, HashMap<String, Remembered>>,
    visits: Recent<VisitId, Option<Box<OpenVisit>>>,
    announced: Recent<String, Announced>,
    receptions: Receptions,
    visits_counted: u64,
    inquiries_counted: u64,
}

impl Memory {
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the oldest bulk request that is known was received.
    pub(in crate::hub) fn oldest_received(&self) -> Result<Option<DateTime>, StoreError> {
        let inner = self.read();
        let oldest = inner.receptions.order.front().and_then(|number| inner.receptions.entries.get(number));
        Ok(oldest.map(|received| received.at()))
    }

    /// What an earlier run knew of somebody's card: what [`EligibilityStore::put`] finds to be theirs before.
    pub(in crate::hub) fn had_card(&self, id: String, serial: SerialNumber) {
        self.write().cards.insert(id, serial);
    }
}

impl Inner {
    fn known(&self, id: &str) -> Option<Known> {
        let insured = self.insured.get(id)?.clone();
        let registered = !insured.information_withheld && (insured.registered || self.registered.contains(id));
        Some(Known { insured, registered })
    }

    fn forget(&mut self, id: &str) -> Option<Arc<Insured>> {
        let old = self.insured.remove(id)?;
        if self.by_linking.get(&old.linking_number).is_some_and(|owner| owner == id) {
            self.by_linking.remove(&old.linking_number);
        }
        for numbers in old.qualifications.iter().map(Numbers::of) {
            if let Some(owners) = self.by_number.get_mut(&numbers) {
                owners.remove(id);
                if owners.is_empty() {
                    self.by_number.remove(&numbers);
                }
            }
        }
        Some(old)
    }

    fn join_at_start(&mut self, insured: &Insured, before: Option<&SerialNumber>) {
        let AtStart { leaves, joins } = AtStart::of(before, insured.serial.as_ref());
        if let Some(former) = leaves {
            self.by_serial.remove(former);
        }
        if let Some(serial) = joins {
            self.by_serial.insert(serial.clone(), insured.linking_number.clone());
        }
    }
}

/// Which certificates count as used when somebody is registered anew: those of before stay joined, and a card that came in place of
/// another awaits its first use.
pub(in crate::hub) struct AtStart<'s> {
    /// Leads to nobody any more.
    pub leaves: Option<&'s SerialNumber>,
    /// Counts as used.
    pub joins: Option<&'s SerialNumber>,
}

impl<'s> AtStart<'s> {
    /// With the certificate that somebody had `before`, as far as it counted as used, and the one of `now`.
    pub fn of(before: Option<&'s SerialNumber>, now: Option<&'s SerialNumber>) -> Self {
        Self { leaves: before.filter(|former| now != Some(*former)), joins: now.filter(|_| before.is_none()) }
    }
}

impl LinkReceiver for Memory {
    fn receive(&self, link: Link) -> Result<(), StoreError> {
        self.write().links.insert(link.linking_number.clone(), link);
        Ok(())
    }
}

impl EligibilityStore for Memory {
    fn next(&self, of: Counted) -> Result<u64, StoreError> {
        let mut inner = self.write();
        let next = match of {
            Counted::Visit => &mut inner.visits_counted,
            Counted::Inquiry => &mut inner.inquiries_counted,
        };
        let number = *next;
        *next += 1;
        Ok(number)
    }

    fn put(&self, insured: Insured) -> Result<(), StoreError> {
        let mut inner = self.write();
        let before = inner.forget(&insured.id).and_then(|old| old.serial.clone());
        let before = before.or_else(|| inner.cards.remove(&insured.id));
        inner.join_at_start(&insured, before.as_ref());
        inner.by_linking.insert(insured.linking_number.clone(), insured.id.clone());
        for numbers in insured.qualifications.iter().map(Numbers::of) {
            inner.by_number.entry(numbers).or_default().insert(insured.id.clone());
        }
        inner.insured.insert(insured.id.clone(), Arc::new(insured));
        Ok(())
    }

    fn remove(&self, id: &str) -> Result<(), StoreError> {
        let mut inner = self.write();
        inner.cards.remove(id);
        if let Some(serial) = inner.forget(id).and_then(|old| old.serial.clone()) {
            inner.by_serial.remove(&serial);
        }
        inner.registered.remove(id);
        inner.reference_numbers.remove(id);
        inner.consents.remove(id);
        Ok(())
    }

    fn by_certificate(&self, finding: &Finding) -> Result<Option<Known>, StoreError> {
        let inner = self.read();
        let linking_number = inner.by_serial.get(&finding.serial);
        Ok(linking_number.and_then(|number| inner.by_linking.get(number)).and_then(|id| inner.known(id)))
    }

    fn join(&self, serial: &SerialNumber, linking_number: &LinkingNumber) -> Result<(), StoreError> {
        self.write().by_serial.insert(serial.clone(), linking_number.clone());
        Ok(())
    }

    fn link(&self, linking_number: &LinkingNumber) -> Result<Option<Link>, StoreError> {
        Ok(self.read().links.get(linking_number).cloned())
    }

    fn by_id(&self, id: &str) -> Result<Option<Known>, StoreError> {
        Ok(self.read().known(id))
    }

    fn by_insurance(&self, insurer: &str, number: &str) -> Result<Vec<Arc<Insured>>, StoreError> {
        let inner = self.read();
        let numbers = Numbers { insurer: insurer.to_owned(), number: number.to_owned() };
        let owners = inner.by_number.get(&numbers);
        Ok(owners.into_iter().flatten().filter_map(|id| inner.insured.get(id)).cloned().collect())
    }

    fn everybody(&self) -> Result<Vec<Arc<Insured>>, StoreError> {
        Ok(self.read().insured.values().cloned().collect())
    }

    fn put_reference_number(&self, institution: &str, id: &str, number: &str) -> Result<(), StoreError> {
        let mut inner = self.write();
        let numbers = inner.reference_numbers.entry(id.to_owned()).or_default();
        numbers.insert(institution.to_owned(), number.to_owned());
        Ok(())
    }

    fn reference_number(&self, institution: &str, id: &str) -> Result<Option<String>, StoreError> {
        let inner = self.read();
        Ok(inner.reference_numbers.get(id).and_then(|numbers| numbers.get(institution)).cloned())
    }

    fn reference_numbers(&self) -> Result<ReferenceNumbers, StoreError> {
        Ok(self.read().reference_numbers.clone())
    }

    fn put_consent(&self, institution: &str, id: &str, consent: Remembered) -> Result<(), StoreError> {
        self.write().consents.entry(id.to_owned()).or_default().insert(institution.to_owned(), consent);
        Ok(())
    }

    fn consent(&self, institution: &str, id: &str) -> Result<Option<Remembered>, StoreError> {
        let inner = self.read();
        Ok(inner.consents.get(id).and_then(|consents| consents.get(institution)).cloned())
    }

    fn register(&self, id: &str) -> Result<(), StoreError> {
        self.write().registered.insert(id.to_owned());
        Ok(())
    }

    fn open_visit(&self, visit: OpenVisit) -> Result<(), StoreError> {
        self.write().visits.insert(visit.id.clone(), Some(Box::new(visit)));
        Ok(())
    }

    fn answer_visit(&self, id: &VisitId) -> Result<VisitState, StoreError> {
        Ok(match self.write().visits.get_mut(id) {
            None => VisitState::Unknown,
            Some(visit) => visit.take().map_or(VisitState::Answered, VisitState::Open),
        })
    }

    fn receive(&self, number: &str, received: Arc<Received>) -> Result<bool, StoreError> {
        Ok(self.write().receptions.insert(number, received))
    }

    fn forget_received_before(&self, time: DateTime) -> Result<(), StoreError> {
        self.write().receptions.forget_before(time);
        Ok(())
    }

    fn received(&self, number: &str) -> Result<Option<Arc<Received>>, StoreError> {
        Ok(self.read().receptions.entries.get(number).cloned())
    }

    fn announce(&self, request_file_name: &str, announced: Announced) -> Result<bool, StoreError> {
        let mut inner = self.write();
        let free = inner.announced.get_mut(request_file_name).is_none();
        if free {
            inner.announced.insert(request_file_name.to_owned(), announced);
        }
        Ok(free)
    }

    fn announced(&self, request_file_name: &str) -> Result<Option<Announced>, StoreError> {
        Ok(self.write().announced.get_mut(request_file_name).cloned())
    }
}

/// Bulk requests, the latest whose rows are at most [`ROWS_REMEMBERED`]; the newest is always kept.
#[derive(Default)]
struct Receptions {
    entries: HashMap<String, Arc<Received>>,
    order: VecDeque<String>,
    rows: usize,
}

impl Receptions {
    fn insert(&mut self, number: &str, received: Arc<Received>) -> bool {
        if self.entries.contains_key(number) {
            return false;
        }
        self.rows += received.rows();
        self.entries.insert(number.to_owned(), received);
        self.order.push_back(number.to_owned());
        while self.order.len() > 1 && (self.rows > ROWS_REMEMBERED || self.order.len() > REMEMBERED) {
            self.forget_oldest();
        }
        true
    }

    fn forget_before(&mut self, time: DateTime) {
        while self.order.front().and_then(|oldest| self.entries.get(oldest)).is_some_and(|oldest| oldest.at() < time) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let oldest = self.order.pop_front().and_then(|oldest| self.entries.remove(&oldest));
        self.rows -= oldest.map_or(0, |oldest| oldest.rows());
    }
}

/// The latest [`REMEMBERED`] entries.
struct Recent<K, V> {
    entries: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new() }
    }
}

impl<K: Clone + Eq + Hash, V> Recent<K, V> {
    fn insert(&mut self, key: K, value: V) {
        if self.entries.insert(key.clone(), value).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
    }

    fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.entries.get_mut(key)
    }
}
