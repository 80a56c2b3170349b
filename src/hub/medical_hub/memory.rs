//! The store of PMH in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::registration::book::{Book, RowKey};
use super::store::{Beneficiary, Draft, MedicalHubStore};
use crate::hub::error::StoreError;
use crate::secret::{MyNumber, PmhId};
use crate::wire::registration::receipt::Changes;
use crate::wire::registration::{Mode, Receipt, Row};

/// How far inquiries may overtake each other. A key that is older counts as burnt, so that the list of burnt keys stays short.
pub const OVERTAKING: u64 = 4096;
/// So many receipts are kept per municipality: several years of a daily job.
const RECEIPTS_KEPT: usize = 2_000;

/// The store.
#[derive(Default)]
pub struct Memory(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    beneficiaries: BTreeMap<PmhId, Arc<Beneficiary>>,
    numbered: BTreeSet<MyNumber>,
    burnt: BTreeSet<u64>,
    newest: u64,
    municipalities: BTreeMap<String, Registered>,
}

/// What one municipality registered.
#[derive(Default)]
struct Registered {
    book: Book,
    /// Newest last.
    receipts: Vec<Arc<Receipt>>,
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn known(&self, municipality: &str, key: RowKey) -> Option<Arc<Row>> {
        self.lock().municipalities.get(municipality)?.book.get(key)
    }
}

impl MedicalHubStore for Memory {
    fn beneficiary(&self, pmh_id: &PmhId) -> Result<Option<Arc<Beneficiary>>, StoreError> {
        Ok(self.lock().beneficiaries.get(pmh_id).cloned())
    }

    fn put(&self, beneficiary: Beneficiary) -> Result<(), StoreError> {
        let mut inner = self.lock();
        inner.numbered.extend(beneficiary.my_number.clone());
        inner.beneficiaries.insert(beneficiary.pmh_id.clone(), Arc::new(beneficiary));
        Ok(())
    }

    fn remove(&self, pmh_id: &PmhId) -> Result<(), StoreError> {
        let mut inner = self.lock();
        if let Some(my_number) = inner.beneficiaries.remove(pmh_id).and_then(|known| known.my_number.clone()) {
            inner.numbered.remove(&my_number);
        }
        Ok(())
    }

    fn burn(&self, inquiry: u64) -> Result<bool, StoreError> {
        let mut inner = self.lock();
        inner.newest = inner.newest.max(inquiry);
        let oldest = inner.newest.saturating_sub(OVERTAKING);
        if inquiry < oldest {
            return Ok(false);
        }
        inner.burnt = inner.burnt.split_off(&oldest);
        Ok(inner.burnt.insert(inquiry))
    }

    fn begin<'s>(&'s self, municipality: &str, mode: Mode) -> Result<Box<dyn Draft + 's>, StoreError> {
        let municipality = municipality.to_owned();
        Ok(match mode {
            Mode::Full => Box::new(FullSet { store: self, municipality, book: Book::default() }),
            Mode::Difference => {
                Box::new(Differences { store: self, municipality, changes: HashMap::new(), order: Vec::new() })
            }
        })
    }

    fn receipt(&self, municipality: &str, serial: &str) -> Result<Option<Arc<Receipt>>, StoreError> {
        let inner = self.lock();
        let receipts = inner.municipalities.get(municipality).map(|registered| &registered.receipts);
        Ok(receipts.into_iter().flatten().find(|receipt| receipt.serial_number == serial).cloned())
    }

    fn registered(&self, my_number: &MyNumber) -> Result<Vec<Arc<Row>>, StoreError> {
        let inner = self.lock();
        Ok(inner.municipalities.values().flat_map(|registered| registered.book.of(my_number)).cloned().collect())
    }

    fn is_registered(&self, my_number: &MyNumber) -> Result<bool, StoreError> {
        Ok(self.lock().municipalities.values().any(|registered| registered.book.knows(my_number)))
    }

    fn unnumbered(
        &self,
        municipality: &str,
        after: Option<&MyNumber>,
        most: usize,
    ) -> Result<Vec<MyNumber>, StoreError> {
        let inner = self.lock();
        let Some(registered) = inner.municipalities.get(municipality) else { return Ok(Vec::new()) };
        let people = registered.book.people_after(after).filter(|number| !inner.numbered.contains(*number));
        Ok(people.take(most).cloned().collect())
    }
}

impl Registered {
    fn keep(&mut self, mut receipt: Receipt, changes: Changes) -> Receipt {
        receipt.changes = changes;
        if self.receipts.len() == RECEIPTS_KEPT {
            self.receipts.remove(0);
        }
        self.receipts.push(Arc::new(receipt.clone()));
        receipt
    }
}

/// A full set: a book of its own, which takes the place of the municipality's.
struct FullSet<'s> {
    store: &'s Memory,
    municipality: String,
    book: Book,
}

impl Draft for FullSet<'_> {
    fn put(&mut self, key: RowKey, row: Row) -> Result<bool, StoreError> {
        // A daily set is yesterday's but for a few rows: those that are the same are kept once.
        let known = self.store.known(&self.municipality, key).filter(|known| **known == row);
        Ok(self.book.put(key, known.unwrap_or_else(|| Arc::new(row))).is_some())
    }

    fn delete(&mut self, key: RowKey) -> Result<bool, StoreError> {
        Ok(self.book.remove(key).is_some())
    }

    fn commit(self: Box<Self>, receipt: Receipt) -> Result<Receipt, StoreError> {
        let Self { store, municipality, book } = *self;
        let mut inner = store.lock();
        let registered = inner.municipalities.entry(municipality).or_default();
        let changes = book.changes_from(&registered.book);
        let before = std::mem::replace(&mut registered.book, book);
        let receipt = registered.keep(receipt, changes);
        // A large book takes its time to be dropped: nobody waits for that.
        drop(inner);
        drop(before);
        Ok(receipt)
    }
}

/// Differences: what becomes of each key, in the order of the body.
struct Differences<'s> {
    store: &'s Memory,
    municipality: String,
    changes: HashMap<RowKey, Option<Arc<Row>>>,
    order: Vec<RowKey>,
}

impl Differences<'_> {
    fn note(&mut self, key: RowKey, change: Option<Arc<Row>>) -> Option<Option<Arc<Row>>> {
        let before = self.changes.insert(key, change);
        if before.is_none() {
            self.order.push(key);
        }
        before
    }
}

impl Draft for Differences<'_> {
    fn put(&mut self, key: RowKey, row: Row) -> Result<bool, StoreError> {
        Ok(matches!(self.note(key, Some(Arc::new(row))), Some(Some(_))))
    }

    fn delete(&mut self, key: RowKey) -> Result<bool, StoreError> {
        let store = self.store;
        Ok(match self.note(key, None) {
            Some(before) => before.is_some(),
            None => store.known(&self.municipality, key).is_some(),
        })
    }

    fn commit(self: Box<Self>, receipt: Receipt) -> Result<Receipt, StoreError> {
        let Self { store, municipality, mut changes, order } = *self;
        let mut inner = store.lock();
        let registered = inner.municipalities.entry(municipality).or_default();
        let mut counted = Changes::default();
        for key in order {
            match changes.remove(&key).flatten() {
                Some(row) => match registered.book.put(key, row) {
                    Some(_) => counted.kept += 1,
                    None => counted.added += 1,
                },
                None => counted.ended += u64::from(registered.book.remove(key).is_some()),
            }
        }
        Ok(registered.keep(receipt, counted))
    }
}
