//! The store of PMH in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::civil::DateTime;

use super::registration::book::{Book, Kept, RowKey};
use super::store::{Beneficiary, Draft, MedicalHubStore, Numbering, RUN, Waiting};
use crate::hub::error::{StoreError, Trouble};
use crate::secret::{MyNumber, PmhId};
use crate::wire::registration::receipt::Changes;
use crate::wire::registration::{Mode, Receipt, Row};

/// How far inquiries may overtake each other. A key that is older counts as burnt, so that the list of burnt keys stays short.
pub const OVERTAKING: u64 = 4096;
/// So many receipts are kept per municipality: several years of a daily job.
pub const RECEIPTS_KEPT: usize = 2_000;

/// The store.
#[derive(Default)]
pub struct Memory(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    beneficiaries: BTreeMap<PmhId, Arc<Beneficiary>>,
    numbered: BTreeSet<MyNumber>,
    /// Runs of people whom registrations named, and when.
    waiting: BTreeMap<u64, (DateTime, Vec<MyNumber>)>,
    runs: u64,
    begun: u64,
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
    fn known(&self, municipality: &str, key: RowKey) -> Option<Arc<Kept>> {
        self.lock().municipalities.get(municipality)?.book.get(key)
    }
}

impl Inner {
    fn is_registered(&self, my_number: &MyNumber) -> bool {
        self.municipalities.values().any(|registered| registered.book.knows(my_number))
    }

    /// Keeps the receipt, and in mind whom it named.
    fn keep(
        &mut self,
        municipality: &str,
        mut receipt: Receipt,
        changes: Changes,
        named: BTreeSet<MyNumber>,
    ) -> Receipt {
        receipt.changes = changes;
        let mut named = named.into_iter().peekable();
        while named.peek().is_some() {
            self.runs += 1;
            self.waiting.insert(self.runs, (receipt.received_at, named.by_ref().take(RUN).collect()));
        }
        let receipts = &mut self.municipalities.entry(municipality.to_owned()).or_default().receipts;
        if receipts.len() == RECEIPTS_KEPT {
            receipts.remove(0);
        }
        receipts.push(Arc::new(receipt.clone()));
        receipt
    }
}

impl MedicalHubStore for Memory {
    fn beneficiary(&self, pmh_id: &PmhId) -> Result<Option<Arc<Beneficiary>>, StoreError> {
        Ok(self.lock().beneficiaries.get(pmh_id).cloned())
    }

    fn put(&self, beneficiary: Beneficiary) -> Result<(), StoreError> {
        let mut inner = self.lock();
        if let Some(my_number) = &beneficiary.my_number {
            inner.numbered.insert(my_number.clone());
        }
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
        let mut inner = self.lock();
        let number = inner.begun;
        inner.begun += 1;
        Ok(match mode {
            Mode::Full => Box::new(FullSet { store: self, number, municipality, book: Book::default() }),
            Mode::Difference => {
                Box::new(Differences { store: self, number, municipality, changes: HashMap::new(), order: Vec::new() })
            }
        })
    }

    fn receipt(&self, municipality: &str, serial: &str) -> Result<Option<Arc<Receipt>>, StoreError> {
        let inner = self.lock();
        let receipts = inner.municipalities.get(municipality).map(|registered| &registered.receipts);
        Ok(receipts.into_iter().flatten().find(|receipt| receipt.serial_number == serial).cloned())
    }

    fn registered(&self, my_number: &MyNumber) -> Result<Vec<Row>, StoreError> {
        let inner = self.lock();
        let kept = inner.municipalities.values().flat_map(|registered| registered.book.of(my_number));
        kept.map(|kept| kept.packed.row(my_number.clone()).map_err(|cause| damaged(&cause))).collect()
    }

    fn is_registered(&self, my_number: &MyNumber) -> Result<bool, StoreError> {
        Ok(self.lock().is_registered(my_number))
    }

    fn waiting(&self, after: u64) -> Result<Option<Waiting>, StoreError> {
        let inner = self.lock();
        let next = inner.waiting.range(after.saturating_add(1)..).next();
        Ok(next.map(|(&run, (since, named))| {
            let people = named.iter().filter(|my_number| !inner.numbered.contains(my_number)).cloned();
            Waiting { run, since: *since, people: people.collect() }
        }))
    }

    fn numbering<'s>(&'s self) -> Box<dyn Numbering + 's> {
        Box::new(AtOnce(self))
    }
}

/// Keeps PMH-IDs as they come.
struct AtOnce<'s>(&'s Memory);

impl Numbering for AtOnce<'_> {
    fn put(&mut self, waiting: Waiting, pmh_ids: Vec<PmhId>) -> Result<(), StoreError> {
        let mut inner = self.0.lock();
        for (my_number, pmh_id) in waiting.people.into_iter().zip(pmh_ids) {
            inner.numbered.insert(my_number.clone());
            let new = || Beneficiary { pmh_id: pmh_id.clone(), my_number: None, subsidies: Vec::new() };
            let known = inner.beneficiaries.entry(pmh_id.clone()).or_insert_with(|| Arc::new(new()));
            Arc::make_mut(known).my_number = Some(my_number);
        }
        inner.waiting.remove(&waiting.run);
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Rows are packed by this program, so this is a mistake of ours.
fn damaged(cause: &serde_json::Error) -> StoreError {
    StoreError { system: "PMH", place: "memory".to_owned(), trouble: Trouble::Damaged, cause: cause.to_string() }
}

/// A full set: a book of its own, which takes the place of the municipality's.
struct FullSet<'s> {
    store: &'s Memory,
    number: u64,
    municipality: String,
    book: Book,
}

impl Draft for FullSet<'_> {
    fn number(&self) -> u64 {
        self.number
    }

    fn put(&mut self, key: RowKey, row: Row) -> Result<bool, StoreError> {
        // A daily set is yesterday's but for a few rows: those that are the same are kept once.
        let kept = Kept::of(&row);
        let known = self.store.known(&self.municipality, key).filter(|known| **known == kept);
        Ok(self.book.put(key, known.unwrap_or_else(|| Arc::new(kept))).is_some())
    }

    fn delete(&mut self, key: RowKey) -> Result<bool, StoreError> {
        Ok(self.book.remove(key).is_some())
    }

    fn commit(self: Box<Self>, receipt: Receipt) -> Result<Receipt, StoreError> {
        let Self { store, municipality, book, .. } = *self;
        let mut inner = store.lock();
        let named = book.people().cloned().collect();
        let registered = inner.municipalities.entry(municipality.clone()).or_default();
        let changes = book.changes_from(&registered.book);
        let before = std::mem::replace(&mut registered.book, book);
        let receipt = inner.keep(&municipality, receipt, changes, named);
        // A large book takes its time to be dropped: nobody waits for that.
        drop(inner);
        drop(before);
        Ok(receipt)
    }
}

/// Differences: what becomes of each key, in the order of the body.
struct Differences<'s> {
    store: &'s Memory,
    number: u64,
    municipality: String,
    changes: HashMap<RowKey, Option<Arc<Kept>>>,
    order: Vec<RowKey>,
}

impl Differences<'_> {
    fn note(&mut self, key: RowKey, change: Option<Arc<Kept>>) -> Option<Option<Arc<Kept>>> {
        let before = self.changes.insert(key, change);
        if before.is_none() {
            self.order.push(key);
        }
        before
    }
}

impl Draft for Differences<'_> {
    fn number(&self) -> u64 {
        self.number
    }

    fn put(&mut self, key: RowKey, row: Row) -> Result<bool, StoreError> {
        Ok(matches!(self.note(key, Some(Arc::new(Kept::of(&row)))), Some(Some(_))))
    }

    fn delete(&mut self, key: RowKey) -> Result<bool, StoreError> {
        let store = self.store;
        Ok(match self.note(key, None) {
            Some(before) => before.is_some(),
            None => store.known(&self.municipality, key).is_some(),
        })
    }

    fn commit(self: Box<Self>, receipt: Receipt) -> Result<Receipt, StoreError> {
        let Self { store, municipality, mut changes, order, .. } = *self;
        let mut inner = store.lock();
        let registered = inner.municipalities.entry(municipality.clone()).or_default();
        let (mut counted, mut named) = (Changes::default(), BTreeSet::new());
        for key in order {
            match changes.remove(&key).flatten() {
                Some(row) => {
                    named.insert(row.my_number.clone());
                    match registered.book.put(key, row) {
                        Some(_) => counted.kept += 1,
                        None => counted.added += 1,
                    }
                }
                None => counted.ended += u64::from(registered.book.remove(key).is_some()),
            }
        }
        Ok(inner.keep(&municipality, receipt, counted, named))
    }
}
