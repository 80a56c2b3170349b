//! A store of the 中間サーバー with one error.

use std::sync::Arc;

use jiff::civil::DateTime;

use crate::hub::error::StoreError;
use crate::hub::intermediary::store::{Entry, IntermediaryStore, Memory};
use crate::hub::storage::Stores;
use crate::secret::{InstitutionalCode, MyNumber};

/// What it gets wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// What is put later does not take the place of what was known.
    FirstEntryHolds,
    /// Whoever is linked already gets another moment.
    NumbersAgain,
    /// A code goes on leading to whom it led to first.
    FirstCodeHolds,
}

/// Each with the rule that finds it.
pub const PLANTED: [(Error, &str); 3] = [
    (Error::FirstEntryHolds, "what_is_known_of_a_number_is_what_was_put_last"),
    (Error::NumbersAgain, "numbering_gives_a_moment_to_whoever_has_none"),
    (Error::FirstCodeHolds, "a_code_leads_to_its_number"),
];

/// Stores of which this one has the error.
pub fn stores(error: Option<Error>) -> Stores {
    Stores { intermediary: Arc::new(Faulty::with(error)), ..super::reference() }
}

type Faulty = super::Faulty<Memory, Error>;

impl IntermediaryStore for Faulty {
    fn get(&self, my_number: &MyNumber) -> Result<Option<Entry>, StoreError> {
        self.inner.get(my_number)
    }

    fn put(&self, my_number: &MyNumber, entry: Entry) -> Result<(), StoreError> {
        match self.has(Error::FirstEntryHolds) && self.inner.get(my_number)?.is_some() {
            true => Ok(()),
            false => self.inner.put(my_number, entry),
        }
    }

    fn number(&self, my_numbers: &[MyNumber], from: DateTime) -> Result<Vec<Entry>, StoreError> {
        for my_number in my_numbers.iter().filter(|_| self.has(Error::NumbersAgain)) {
            let insured = self.inner.get(my_number)?.is_some_and(|entry| entry.insured);
            self.inner.put(my_number, Entry { insured, linked_from: None })?;
        }
        self.inner.number(my_numbers, from)
    }

    fn put_code(&self, code: InstitutionalCode, my_number: &MyNumber) -> Result<(), StoreError> {
        match self.has(Error::FirstCodeHolds) && self.inner.by_code(&code)?.is_some() {
            true => Ok(()),
            false => self.inner.put_code(code, my_number),
        }
    }

    fn by_code(&self, code: &InstitutionalCode) -> Result<Option<MyNumber>, StoreError> {
        self.inner.by_code(code)
    }
}
