//! What the eligibility system keeps: the insured, which cards are registered, open visits and announced PMH requests.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};

use super::bulk::Received;
use super::consent::Remembered;
use super::insured::Insured;
use crate::card::serial::SerialNumber;
use crate::hub::certificates::Finding;
use crate::hub::error::StoreError;
use crate::hub::intermediary::Link;
use crate::secret::{LinkingNumber, PmhId};
use crate::visit::{Question, VisitId};
use crate::wire::VisitOpening;

/// Registered 照会番号, by person and by institution.
pub type ReferenceNumbers = BTreeMap<String, BTreeMap<String, String>>;

/// What is counted so that no two have one name, in this run or in another that comes back to the same store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// 受付: the name of a visit hangs on it.
    Visit,
    /// A question to PMH: its PMH連携キー hangs on it.
    Inquiry,
}

/// The store of the eligibility system. Calls block.
pub trait EligibilityStore: Send + Sync {
    /// The next number, never given before.
    fn next(&self, of: Counted) -> Result<u64, StoreError>;
    /// Adds or replaces a person. What a reader or an institution registered for them stays.
    fn put(&self, insured: Insured) -> Result<(), StoreError>;
    /// Removes a person and what was registered for them.
    fn remove(&self, id: &str) -> Result<(), StoreError>;
    /// Joins a certificate with a person: the first use of a card, and that of a renewed one.
    fn join(&self, serial: &SerialNumber, linking_number: &LinkingNumber) -> Result<(), StoreError>;
    /// What 中間サーバー told of this person's PMH-ID.
    fn link(&self, linking_number: &LinkingNumber) -> Result<Option<Link>, StoreError>;
    /// The person whose card carries this certificate and was used before, and whether the card is registered as 保険証.
    fn by_certificate(&self, finding: &Finding) -> Result<Option<Known>, StoreError>;
    /// The person of this id.
    fn by_id(&self, id: &str) -> Result<Option<Known>, StoreError>;
    /// Everybody with a qualification of this insurer and number, both in their normal form (`matching::Numbers`).
    fn by_insurance(&self, insurer: &str, number: &str) -> Result<Vec<Arc<Insured>>, StoreError>;
    /// Everybody, by id.
    fn everybody(&self) -> Result<Vec<Arc<Insured>>, StoreError>;
    /// Keeps the 照会番号 that `institution` gives this person, in place of an earlier one.
    fn put_reference_number(&self, institution: &str, id: &str, number: &str) -> Result<(), StoreError>;
    /// The 照会番号 that `institution` registered for this person.
    fn reference_number(&self, institution: &str, id: &str) -> Result<Option<String>, StoreError>;
    /// Every 照会番号 that was registered.
    fn reference_numbers(&self) -> Result<ReferenceNumbers, StoreError>;
    /// Keeps what this person agreed to show `institution`, in place of what they agreed to before.
    fn put_consent(&self, institution: &str, id: &str, consent: Remembered) -> Result<(), StoreError>;
    /// What this person agreed to show `institution` at their last visit there.
    fn consent(&self, institution: &str, id: &str) -> Result<Option<Remembered>, StoreError>;
    /// Registers the card of this person as 保険証.
    fn register(&self, id: &str) -> Result<(), StoreError>;
    /// Keeps a visit until its consents come.
    fn open_visit(&self, visit: OpenVisit) -> Result<(), StoreError>;
    /// Hands the visit over for its one answer.
    fn answer_visit(&self, id: &VisitId) -> Result<VisitState, StoreError>;
    /// Keeps a bulk request under its 受付番号; false when the number is taken.
    fn receive(&self, number: &str, received: Arc<Received>) -> Result<bool, StoreError>;
    /// Forgets bulk requests that were received before `time`.
    fn forget_received_before(&self, time: DateTime) -> Result<(), StoreError>;
    /// The bulk request of this 受付番号.
    fn received(&self, number: &str) -> Result<Option<Arc<Received>>, StoreError>;
    /// Keeps an announced PMH request; false when the name is taken.
    fn announce(&self, request_file_name: &str, announced: Announced) -> Result<bool, StoreError>;
    /// What was announced under this name.
    fn announced(&self, request_file_name: &str) -> Result<Option<Announced>, StoreError>;
}

/// Somebody whom the centre knows by their card.
#[derive(Debug, Clone)]
pub struct Known {
    /// The person.
    pub insured: Arc<Insured>,
    /// Registered as 保険証, from the start or at a reader?
    pub registered: bool,
}

impl Known {
    /// The same as the centre knew them on `day`.
    #[must_use]
    pub fn as_known_on(self, day: Date) -> Self {
        Self { insured: as_known_on(self.insured, day), ..self }
    }
}

/// A person as the centre knew them on `day`.
pub fn as_known_on(insured: Arc<Insured>, day: Date) -> Arc<Insured> {
    let known = match insured.as_known_on(day) {
        Cow::Borrowed(_) => None,
        Cow::Owned(known) => Some(Arc::new(known)),
    };
    known.unwrap_or(insured)
}

/// A visit between its two halves.
#[derive(Debug, Clone)]
pub struct OpenVisit {
    /// Its name.
    pub id: VisitId,
    /// What it was opened with.
    pub opening: VisitOpening,
    /// What became of the certificate.
    pub finding: Finding,
    /// What was asked: an answer to anything else is not heard.
    pub questions: Vec<Question>,
}

/// What a visit's name leads to.
#[derive(Debug, Clone)]
pub enum VisitState {
    /// Never opened, or forgotten since.
    Unknown,
    /// Had its answer.
    Answered,
    /// Waits for its answer; handing it over was that.
    Open(Box<OpenVisit>),
}

/// A PMH request that a face file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Whose request it is.
    pub person: String,
    /// 医療機関コード of whoever was given its name. Anybody else's question about it is about nothing.
    pub institution: String,
    /// Whose certificates will be asked for.
    pub pmh_id: PmhId,
    /// The day on which the request holds.
    pub day: Date,
    /// The operator asked PMH to fail.
    pub fails: bool,
}
