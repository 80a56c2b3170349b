//! What the 中間サーバー keeps: of whom it knows the 個人番号, and by which 機関別符号 they come back.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use jiff::civil::DateTime;

use crate::hub::error::StoreError;
use crate::secret::{InstitutionalCode, MyNumber};

/// What is known of one 個人番号. Its PMH-ID and 紐付番号 follow from the number and the server's secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entry {
    /// An insurer registered them: they have a 紐付番号.
    pub insured: bool,
    /// 付番 was done, and オンライン資格確認 knows of it from this moment on.
    pub linked_from: Option<DateTime>,
}

/// The store of the 中間サーバー. Calls block.
pub trait IntermediaryStore: Send + Sync {
    /// What is known of this number.
    fn get(&self, my_number: &MyNumber) -> Result<Option<Entry>, StoreError>;
    /// Keeps it, in place of what was known.
    fn put(&self, my_number: &MyNumber, entry: Entry) -> Result<(), StoreError>;
    /// 付番 of many: whoever has no moment from which they are linked gets `from`; gives what is known of each then, in their order.
    fn number(&self, my_numbers: &[MyNumber], from: DateTime) -> Result<Vec<Entry>, StoreError>;
    /// Keeps under which code a number comes back.
    fn put_code(&self, code: InstitutionalCode, my_number: &MyNumber) -> Result<(), StoreError>;
    /// The number behind a code.
    fn by_code(&self, code: &InstitutionalCode) -> Result<Option<MyNumber>, StoreError>;
}

/// The store in memory.
#[derive(Default)]
pub struct Memory(RwLock<Inner>);

#[derive(Default)]
struct Inner {
    entries: HashMap<MyNumber, Entry>,
    codes: HashMap<InstitutionalCode, MyNumber>,
}

impl IntermediaryStore for Memory {
    fn get(&self, my_number: &MyNumber) -> Result<Option<Entry>, StoreError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).entries.get(my_number).copied())
    }

    fn put(&self, my_number: &MyNumber, entry: Entry) -> Result<(), StoreError> {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        inner.entries.insert(my_number.clone(), entry);
        Ok(())
    }

    fn number(&self, my_numbers: &[MyNumber], from: DateTime) -> Result<Vec<Entry>, StoreError> {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let number = |my_number: &MyNumber| {
            let entry = inner.entries.entry(my_number.clone()).or_default();
            entry.linked_from.get_or_insert(from);
            *entry
        };
        Ok(my_numbers.iter().map(number).collect())
    }

    fn put_code(&self, code: InstitutionalCode, my_number: &MyNumber) -> Result<(), StoreError> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).codes.insert(code, my_number.clone());
        Ok(())
    }

    fn by_code(&self, code: &InstitutionalCode) -> Result<Option<MyNumber>, StoreError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).codes.get(code).cloned())
    }
}
