//! A store of PMH with one error.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::hub::error::StoreError;
use crate::hub::medical_hub::memory::Memory;
use crate::hub::medical_hub::registration::book::RowKey;
use crate::hub::medical_hub::store::{Beneficiary, Draft, MedicalHubStore, Numbering, Waiting};
use crate::hub::storage::Stores;
use crate::hub::suite::receipt;
use crate::secret::{MyNumber, PmhId};
use crate::wire::registration::receipt::Changes;
use crate::wire::registration::{Mode, Receipt, Row};

/// What it gets wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// Who is put again stays as they were.
    FirstPersonHolds,
    /// Nobody is removed.
    RemovesNobody,
    /// A burnt key is taken again.
    BurnsTwice,
    /// A key that fell far behind is taken.
    TakesOldKeys,
    /// Whoever is missing in a full set stays.
    SetKeepsTheMissing,
    /// A full set ends the rows of every municipality.
    SetEndsOthers,
    /// The receipt counts nothing.
    CountsNothing,
    /// A person's rows come newest first.
    NewestFirst,
    /// A field of a row gets lost.
    LosesAField,
    /// A deletion ends all rows of the municipality.
    DeletesTooMuch,
    /// A deletion is told and not done.
    DeletesNothing,
    /// A row that is replaced goes behind the others.
    ReplacedGoesLast,
    /// A row that goes to another person stays with the first as well.
    StaysWithTheFirst,
    /// Of a key that comes twice the earlier one holds.
    EarlierHolds,
    /// A key that comes twice is not told.
    TwiceIsUntold,
    /// Rows are seen before their registration is whole, and stay when it comes to nothing.
    NotAllOrNothing,
    /// A deletion holds before its registration is whole.
    DeletesAtOnce,
    /// Registrations that are under way at once are gathered in one place.
    OneHeapForAll,
    /// Another municipality's row counts as there.
    SeesOthersRows,
    /// Anybody reads a receipt.
    AnybodysReceipt,
    /// No receipt is found again.
    LosesReceipts,
    /// Two registrations have one number.
    OneNumber,
    /// Whoever got a PMH-ID goes on waiting for one.
    NumbersNobody,
    /// Whoever waits comes in any order.
    WaitsInAnyOrder,
    /// A run that was numbered comes again.
    RunsNeverEnd,
    /// Whoever gets a PMH-ID that is known loses what is known of them.
    NumberedAnew,
    /// PMH-IDs are given to their neighbours.
    MixesUp,
    /// The end of a large set is lost.
    LosesTheEnd,
}

/// Each with the rule that finds it.
pub const PLANTED: [(Error, &str); 28] = [
    (Error::FirstPersonHolds, "a_beneficiary_is_found_as_it_was_put_until_it_is_removed"),
    (Error::RemovesNobody, "a_beneficiary_is_found_as_it_was_put_until_it_is_removed"),
    (Error::BurnsTwice, "an_inquiry_is_burnt_once_and_one_that_fell_far_behind_counts_as_burnt"),
    (Error::TakesOldKeys, "an_inquiry_is_burnt_once_and_one_that_fell_far_behind_counts_as_burnt"),
    (Error::SetKeepsTheMissing, "a_full_set_takes_the_place_of_the_one_before_and_of_no_other_municipalitys"),
    (Error::SetEndsOthers, "a_full_set_takes_the_place_of_the_one_before_and_of_no_other_municipalitys"),
    (Error::CountsNothing, "a_full_set_takes_the_place_of_the_one_before_and_of_no_other_municipalitys"),
    (Error::NewestFirst, "rows_of_a_person_come_by_municipality_and_then_in_their_order"),
    (Error::LosesAField, "rows_of_a_person_come_by_municipality_and_then_in_their_order"),
    (Error::DeletesTooMuch, "differences_replace_and_delete_by_their_key_and_a_row_keeps_its_place"),
    (Error::DeletesNothing, "differences_replace_and_delete_by_their_key_and_a_row_keeps_its_place"),
    (Error::ReplacedGoesLast, "differences_replace_and_delete_by_their_key_and_a_row_keeps_its_place"),
    (Error::StaysWithTheFirst, "a_row_that_goes_to_another_person_is_no_longer_with_the_first"),
    (Error::EarlierHolds, "of_a_key_that_comes_twice_the_later_one_holds"),
    (Error::TwiceIsUntold, "of_a_key_that_comes_twice_the_later_one_holds"),
    (Error::NotAllOrNothing, "a_draft_that_is_dropped_leaves_nothing"),
    (Error::DeletesAtOnce, "a_draft_that_is_dropped_leaves_nothing"),
    (Error::OneHeapForAll, "registrations_under_way_at_once_do_not_run_into_each_other"),
    (Error::SeesOthersRows, "what_is_deleted_is_told_to_have_been_there_or_not"),
    (Error::AnybodysReceipt, "a_receipt_is_its_municipalitys_alone_and_no_number_comes_twice"),
    (Error::LosesReceipts, "a_receipt_is_its_municipalitys_alone_and_no_number_comes_twice"),
    (Error::OneNumber, "a_receipt_is_its_municipalitys_alone_and_no_number_comes_twice"),
    (Error::NumbersNobody, "whoever_has_no_pmh_id_waits_in_the_order_of_numbers_until_they_have_one"),
    (Error::WaitsInAnyOrder, "whoever_has_no_pmh_id_waits_in_the_order_of_numbers_until_they_have_one"),
    (Error::RunsNeverEnd, "whoever_has_no_pmh_id_waits_in_the_order_of_numbers_until_they_have_one"),
    (Error::NumberedAnew, "who_got_a_pmh_id_before_their_turn_keeps_what_is_known_of_them"),
    (Error::MixesUp, "many_people_are_found_by_their_pmh_ids"),
    (Error::LosesTheEnd, "a_set_of_many_rows_is_whole"),
];

/// Stores of which this one has the error.
pub fn stores(error: Option<Error>) -> Stores {
    Stores { medical_hub: Arc::new(Faulty::with(error)), ..super::reference() }
}

/// So many rows of a set arrive with [`Error::LosesTheEnd`].
const ARRIVE: usize = 10_000;

type Faulty = super::Faulty<Memory, Error, Seen>;

/// What the errors need to know.
#[derive(Default)]
struct Seen {
    burnt: BTreeSet<u64>,
    keys: BTreeMap<String, HashSet<RowKey>>,
    rows: HashMap<RowKey, Row>,
    under_way: Vec<(RowKey, Row)>,
}

impl Faulty {
    /// Registers at once what the draft is to hold only at its end.
    fn at_once(&self, municipality: &str, change: impl FnOnce(&mut dyn Draft) -> bool) -> bool {
        let mut draft = self.inner.begin(municipality, Mode::Difference).unwrap();
        let told = change(&mut *draft);
        let receipt = receipt(&*draft, Mode::Difference);
        draft.commit(receipt).unwrap();
        told
    }
}

impl MedicalHubStore for Faulty {
    fn beneficiary(&self, pmh_id: &PmhId) -> Result<Option<Arc<Beneficiary>>, StoreError> {
        self.inner.beneficiary(pmh_id)
    }

    fn put(&self, beneficiary: Beneficiary) -> Result<(), StoreError> {
        match self.has(Error::FirstPersonHolds) && self.inner.beneficiary(&beneficiary.pmh_id)?.is_some() {
            true => Ok(()),
            false => self.inner.put(beneficiary),
        }
    }

    fn remove(&self, pmh_id: &PmhId) -> Result<(), StoreError> {
        if self.has(Error::RemovesNobody) { Ok(()) } else { self.inner.remove(pmh_id) }
    }

    fn burn(&self, inquiry: u64) -> Result<bool, StoreError> {
        let is_new = self.seen.lock().unwrap().burnt.insert(inquiry);
        let burnt = self.inner.burn(inquiry)?;
        Ok(burnt || self.has(Error::BurnsTwice) || (self.has(Error::TakesOldKeys) && is_new))
    }

    fn begin<'s>(&'s self, municipality: &str, mode: Mode) -> Result<Box<dyn Draft + 's>, StoreError> {
        let kept = if self.has(Error::SetKeepsTheMissing) { Mode::Difference } else { mode };
        let inner = self.inner.begin(municipality, kept)?;
        self.seen.lock().unwrap().keys.entry(municipality.to_owned()).or_default();
        let municipality = municipality.to_owned();
        Ok(Box::new(FaultyDraft { inner, store: self, municipality, mode, keys: HashSet::new(), moved: 0 }))
    }

    fn receipt(&self, municipality: &str, serial: &str) -> Result<Option<Arc<Receipt>>, StoreError> {
        let own = self.inner.receipt(municipality, serial)?;
        let seen = self.seen.lock().unwrap();
        Ok(match self.error {
            Some(Error::LosesReceipts) => None,
            Some(Error::AnybodysReceipt) => {
                seen.keys.keys().find_map(|municipality| self.inner.receipt(municipality, serial).unwrap())
            }
            _ => own,
        })
    }

    fn registered(&self, my_number: &MyNumber) -> Result<Vec<Row>, StoreError> {
        let mut rows = self.inner.registered(my_number)?;
        match self.error {
            Some(Error::NewestFirst) => rows.reverse(),
            Some(Error::LosesAField) => rows.iter_mut().for_each(|row| row.type_id = None),
            _ => {}
        }
        Ok(rows)
    }

    fn is_registered(&self, my_number: &MyNumber) -> Result<bool, StoreError> {
        self.inner.is_registered(my_number)
    }

    fn waiting(&self, after: u64) -> Result<Option<Waiting>, StoreError> {
        let mut waiting = self.inner.waiting(after)?;
        if self.has(Error::WaitsInAnyOrder) {
            waiting.iter_mut().for_each(|run| run.people.reverse());
        }
        Ok(waiting)
    }

    fn numbering<'s>(&'s self) -> Box<dyn Numbering + 's> {
        Box::new(FaultyNumbering { inner: self.inner.numbering(), store: self })
    }
}

struct FaultyNumbering<'s> {
    inner: Box<dyn Numbering + 's>,
    store: &'s Faulty,
}

impl Numbering for FaultyNumbering<'_> {
    fn put(&mut self, mut waiting: Waiting, mut pmh_ids: Vec<PmhId>) -> Result<(), StoreError> {
        match self.store.error {
            Some(Error::NumbersNobody) => return Ok(()),
            Some(Error::RunsNeverEnd) => waiting.run = u64::MAX,
            Some(Error::MixesUp) => pmh_ids.reverse(),
            Some(Error::NumberedAnew) => {
                for (pmh_id, my_number) in pmh_ids.iter().zip(&waiting.people) {
                    let (pmh_id, my_number) = (pmh_id.clone(), Some(my_number.clone()));
                    self.store.inner.put(Beneficiary { pmh_id, my_number, subsidies: Vec::new() })?;
                }
            }
            _ => {}
        }
        self.inner.put(waiting, pmh_ids)
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.commit()
    }
}

struct FaultyDraft<'s> {
    inner: Box<dyn Draft + 's>,
    store: &'s Faulty,
    municipality: String,
    mode: Mode,
    keys: HashSet<RowKey>,
    /// Rows that were taken away to be put behind the others.
    moved: u64,
}

impl Draft for FaultyDraft<'_> {
    fn number(&self) -> u64 {
        if self.store.has(Error::OneNumber) { 0 } else { self.inner.number() }
    }

    fn put(&mut self, key: RowKey, row: Row) -> Result<bool, StoreError> {
        let before = {
            let mut seen = self.store.seen.lock().unwrap();
            seen.keys.entry(self.municipality.clone()).or_default().insert(key);
            seen.under_way.push((key, row.clone()));
            seen.rows.insert(key, row.clone())
        };
        let is_first = self.keys.insert(key);
        match self.store.error {
            Some(Error::EarlierHolds) if !is_first => return Ok(true),
            Some(Error::LosesTheEnd) if self.keys.len() > ARRIVE => return Ok(false),
            Some(Error::TwiceIsUntold) => return self.inner.put(key, row).map(|_| false),
            Some(Error::NotAllOrNothing) => {
                self.store.at_once(&self.municipality, |draft| draft.put(key, row.clone()).unwrap());
            }
            Some(Error::ReplacedGoesLast) if self.mode == Mode::Difference => {
                let was_there = self.store.at_once(&self.municipality, |draft| draft.delete(key).unwrap());
                self.moved += u64::from(was_there);
            }
            Some(Error::StaysWithTheFirst) => {
                if let Some(before) = before.filter(|before| before.my_number != row.my_number) {
                    let kept = Row { history_key: Some("the first's".to_owned()), ..before };
                    self.inner.put(RowKey::of(&kept), kept)?;
                }
            }
            _ => {}
        }
        self.inner.put(key, row)
    }

    fn delete(&mut self, key: RowKey) -> Result<bool, StoreError> {
        let (own, anybodys): (HashSet<RowKey>, bool) = {
            let seen = self.store.seen.lock().unwrap();
            (seen.keys[&self.municipality].clone(), seen.keys.values().any(|keys| keys.contains(&key)))
        };
        match self.store.error {
            Some(Error::DeletesAtOnce) => {
                Ok(self.store.at_once(&self.municipality, |draft| draft.delete(key).unwrap()))
            }
            Some(Error::DeletesNothing) => Ok(own.contains(&key)),
            Some(Error::SeesOthersRows) => Ok(self.inner.delete(key)? || anybodys),
            Some(Error::DeletesTooMuch) => {
                let told = self.inner.delete(key)?;
                own.into_iter().try_for_each(|key| self.inner.delete(key).map(drop))?;
                Ok(told)
            }
            _ => self.inner.delete(key),
        }
    }

    fn commit(self: Box<Self>, receipt: Receipt) -> Result<Receipt, StoreError> {
        let Self { mut inner, store, municipality, mode, moved, .. } = *self;
        let under_way = std::mem::take(&mut store.seen.lock().unwrap().under_way);
        for (key, row) in under_way.into_iter().filter(|_| store.has(Error::OneHeapForAll)) {
            inner.put(key, row)?;
        }
        let mut committed = inner.commit(receipt.clone())?;
        match store.error {
            Some(Error::CountsNothing) => committed.changes = Changes::default(),
            Some(Error::ReplacedGoesLast) => {
                committed.changes.added -= moved;
                committed.changes.kept += moved;
            }
            Some(Error::SetEndsOthers) if mode == Mode::Full => {
                let all: Vec<String> = store.seen.lock().unwrap().keys.keys().cloned().collect();
                for other in all.iter().filter(|other| **other != municipality) {
                    store.inner.begin(other, Mode::Full)?.commit(receipt.clone())?;
                }
            }
            _ => {}
        }
        Ok(committed)
    }
}
