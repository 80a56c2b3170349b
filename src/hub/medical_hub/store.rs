//! What PMH keeps: beneficiaries by PMH-ID, the rows of each municipality, and which linkage keys are burnt.
//!
//! [`MedicalHubStore`] is the interface; [`super::memory`] and `hub::sqlite` have it. Its rules are tests that any other must pass, too
//! (`hub::suite`).

use std::sync::Arc;

use jiff::civil::DateTime;

use super::registration::book::RowKey;
use crate::hub::error::StoreError;
use crate::people::Subsidy;
use crate::secret::{MyNumber, PmhId};
use crate::wire::registration::{Mode, Receipt, Row};

/// One person with a PMH-ID. PMH knows the 個人番号 (the municipality registers with it) and the PMH-ID, no card and no insurance.
#[derive(Debug, Clone)]
pub struct Beneficiary {
    /// The name under which the eligibility system asks.
    pub pmh_id: PmhId,
    /// 個人番号, where the municipality gave one.
    pub my_number: Option<MyNumber>,
    /// 受給者証 of their profile, in its order.
    pub subsidies: Vec<Subsidy>,
}

/// The store of PMH. Calls block.
pub trait MedicalHubStore: Send + Sync {
    /// The person behind a PMH-ID.
    fn beneficiary(&self, pmh_id: &PmhId) -> Result<Option<Arc<Beneficiary>>, StoreError>;
    /// Adds or replaces.
    fn put(&self, beneficiary: Beneficiary) -> Result<(), StoreError>;
    /// Removes. What municipalities registered stays.
    fn remove(&self, pmh_id: &PmhId) -> Result<(), StoreError>;
    /// Burns the key of this inquiry; false when it was burnt before.
    fn burn(&self, inquiry: u64) -> Result<bool, StoreError>;

    /// Begins a registration of `municipality`. Nothing of it is seen before its draft is committed.
    fn begin<'s>(&'s self, municipality: &str, mode: Mode) -> Result<Box<dyn Draft + 's>, StoreError>;
    /// The registration of this 処理通番, if it was this municipality's.
    fn receipt(&self, municipality: &str, serial: &str) -> Result<Option<Arc<Receipt>>, StoreError>;
    /// What municipalities registered for this person: by municipality, then in the order in which it came.
    fn registered(&self, my_number: &MyNumber) -> Result<Vec<Row>, StoreError>;
    /// Did a municipality register anything for this person?
    fn is_registered(&self, my_number: &MyNumber) -> Result<bool, StoreError>;
    /// The next run behind `after` of people who wait for a PMH-ID, earlier registrations first. The first run is behind 0.
    fn waiting(&self, after: u64) -> Result<Option<Waiting>, StoreError>;
    /// Begins to keep PMH-IDs.
    fn numbering<'s>(&'s self) -> Box<dyn Numbering + 's>;
}

/// People whom one registration named are in runs of so many.
pub const RUN: usize = 8_192;

/// A run of people who wait for 付番: named by a registration, and without a PMH-ID. Two registrations may both have named somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which one. Counted from 1, and no two have one number.
    pub run: u64,
    /// Since when: the beginning of the registration.
    pub since: DateTime,
    /// Who, in the order of numbers; nobody where all whom the run named have got one by now.
    pub people: Vec<MyNumber>,
}

/// PMH-IDs on their way into the store. Dropped without a commit, some or all of the people go on waiting.
pub trait Numbering {
    /// The people of this run have these PMH-IDs, in their order. Whoever is known by one already keeps their certificates.
    fn put(&mut self, waiting: Waiting, pmh_ids: Vec<PmhId>) -> Result<(), StoreError>;
    /// All of them are kept from here, and the runs are at an end.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// A registration that is being gathered. Dropped without a commit it leaves nothing.
pub trait Draft {
    /// Which registration of this store it is. No two have one number, and a store that lasts goes on counting.
    fn number(&self) -> u64;
    /// Adds a row. True where this draft had one of this key before, which it replaces.
    fn put(&mut self, key: RowKey, row: Row) -> Result<bool, StoreError>;
    /// Deletes a row. False where there is none of this key, neither in the draft nor registered.
    fn delete(&mut self, key: RowKey) -> Result<bool, StoreError>;
    /// All of it holds from here, with its receipt, whose changes are filled in.
    fn commit(self: Box<Self>, receipt: Receipt) -> Result<Receipt, StoreError>;
}
