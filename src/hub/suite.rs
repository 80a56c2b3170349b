//! What every store of the hub's systems is held to, whatever it keeps things in: another one is a line in [`every_store`] and [`lasting_store`].
//!
//! - [`medical_hub`], [`intermediary`], [`eligibility`]: the rules of one trait each, tried on every store
//! - [`lasting`]: what the next run finds, tried on stores that outlive a process
//! - [`alike`]: arbitrary registrations come out the same in every store
//! - [`planted`]: stores with one error each, which the rules have to find

mod alike;
mod eligibility;
mod intermediary;
mod lasting;
mod medical_hub;
mod planted;

use jiff::civil::{DateTime, date};
use tempfile::TempDir;

use super::medical_hub::registration::book::RowKey;
use super::medical_hub::store::{Draft, MedicalHubStore};
use super::storage::{Storage, StoreUrl, Stores};
use crate::message::subsidy::SubsidyCertificate;
use crate::random::Seed;
use crate::secret::{MyNumber, PmhId};
use crate::wire::registration::receipt::Changes;
use crate::wire::registration::{Generation, Holder, Mode, Outcome, Receipt, Row};

/// A test of each rule for each kind of store.
macro_rules! every_store {
    ($($rule:ident),* $(,)?) => {
        mod memory { $(#[test] fn $rule() { super::$rule(&$crate::hub::suite::Place::memory().stores()); })* }
        mod sqlite { $(#[test] fn $rule() { super::$rule(&$crate::hub::suite::Place::file().stores()); })* }
        /// Each by its name.
        pub(super) const RULES: &[(&str, fn(&$crate::hub::storage::Stores))] = &[$((stringify!($rule), $rule)),*];
    };
}

/// A test of each rule for each kind of store that outlives the process.
macro_rules! lasting_store {
    ($($rule:ident),* $(,)?) => {
        mod sqlite { $(#[test] fn $rule() { super::$rule(&$crate::hub::suite::Place::file()); })* }
        /// Each by its name.
        pub(super) const RULES: &[(&str, fn(&$crate::hub::suite::Place))] = &[$((stringify!($rule), $rule)),*];
    };
}

use {every_store, lasting_store};

/// Where a store is, for one test.
pub(super) struct Place {
    folder: Option<TempDir>,
}

impl Place {
    pub fn memory() -> Self {
        Self { folder: None }
    }

    pub fn file() -> Self {
        Self { folder: Some(tempfile::tempdir().unwrap()) }
    }

    /// As a process that has just started finds it.
    pub fn stores(&self) -> Stores {
        let url = match &self.folder {
            None => StoreUrl::Memory,
            Some(folder) => StoreUrl::Sqlite(folder.path().join("hub.db")),
        };
        Storage::open(&url, Seed(1), "test").unwrap().stores().unwrap()
    }
}

pub(super) const MORNING: DateTime = date(2026, 11, 21).at(8, 0, 0, 0);

pub(super) fn number(last: u32) -> MyNumber {
    MyNumber::new(format!("{:012}", 100_000 + last))
}

pub(super) fn row(person: u32, name: &str) -> Row {
    Row {
        my_number: number(person),
        holder: Holder { name: Some("試験　太郎".into()), ..Holder::default() },
        type_id: None,
        sub_key: None,
        not_disclosed: false,
        certificate: SubsidyCertificate {
            certification_name: name.into(),
            valid_from: "20260401".into(),
            valid_to: "20270331".into(),
            ..SubsidyCertificate::default()
        },
        history_key: None,
        deleted: false,
    }
}

pub(super) fn difference(person: u32, key: &str, name: &str) -> Row {
    Row { history_key: Some(key.into()), ..row(person, name) }
}

pub(super) fn receipt(draft: &dyn Draft, mode: Mode) -> Receipt {
    Receipt {
        serial_number: format!("serial-{}", draft.number()),
        generation: if mode == Mode::Full { Generation::V011 } else { Generation::R6 },
        mode,
        outcome: Outcome::Registered,
        received_at: MORNING,
        rows: 0,
        changes: Changes::default(),
        warnings: Vec::new(),
        warning_count: 0,
    }
}

/// Registers these rows, deletions included, and gives what was told of each, and the receipt.
pub(super) fn register(
    store: &dyn MedicalHubStore,
    municipality: &str,
    mode: Mode,
    rows: impl IntoIterator<Item = Row>,
) -> (Vec<bool>, Receipt) {
    let mut draft = store.begin(municipality, mode).unwrap();
    let told = rows.into_iter().map(|row| {
        let key = RowKey::of(&row);
        if row.deleted { draft.delete(key).unwrap() } else { draft.put(key, row).unwrap() }
    });
    let told = told.collect();
    let receipt = receipt(&*draft, mode);
    (told, draft.commit(receipt).unwrap())
}

pub(super) fn names(store: &dyn MedicalHubStore, person: u32) -> Vec<String> {
    let rows = store.registered(&number(person)).unwrap();
    assert_eq!(store.is_registered(&number(person)).unwrap(), !rows.is_empty());
    rows.into_iter().map(|row| row.certificate.certification_name).collect()
}

/// PMH-IDs lie in another order than numbers.
pub(super) fn pmh_id(person: u32) -> PmhId {
    PmhId::new(format!("{:016x}", u64::from(person).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// Who waits, run by run.
pub(super) fn waiting(store: &dyn MedicalHubStore) -> Vec<Vec<MyNumber>> {
    let mut after = 0;
    let next = || {
        let run = store.waiting(after).unwrap()?;
        assert!(run.run > after, "no run comes twice");
        after = run.run;
        Some(run.people)
    };
    std::iter::from_fn(next).collect()
}

/// Whoever waits has a PMH-ID afterwards.
pub(super) fn number_all(store: &dyn MedicalHubStore) {
    let (mut numbering, mut after) = (store.numbering(), 0);
    while let Some(run) = store.waiting(after).unwrap() {
        after = run.run;
        let last = |my_number: &MyNumber| my_number.reveal().parse::<u32>().unwrap() - 100_000;
        let pmh_ids = run.people.iter().map(|my_number| pmh_id(last(my_number))).collect();
        numbering.put(run, pmh_ids).unwrap();
    }
    numbering.commit().unwrap();
}

pub(super) fn changes(added: u64, kept: u64, ended: u64) -> Changes {
    Changes { added, kept, ended }
}
