//! Whoever asks: what their certificate lets them do, and what the audit is told of their question.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::reply::Refused;
use crate::hub::audit::{Audit, Entry, Mask, Masks};
use crate::hub::gate::client::Client;

/// One question's asker. Without a gate it is anybody, and may ask for whomever.
#[derive(Clone, Default)]
pub(super) struct Caller {
    client: Option<Arc<Client>>,
    audit: Option<Arc<Audit>>,
    noted: Arc<Mutex<Entry>>,
}

impl Caller {
    /// The asker of one question; what is known before it is read.
    pub fn new(client: Option<Arc<Client>>, audit: Option<Arc<Audit>>, entry: Entry) -> Self {
        Self { client, audit, noted: Arc::new(Mutex::new(entry)) }
    }

    /// Refuses, by name, a terminal that asks for an institution which its certificate does not name.
    pub fn must_be(&self, institution: &str) -> Result<(), Refused> {
        self.noted().institution = Some(institution.to_owned());
        let Some(client) = self.client.as_ref().filter(|client| !client.may_ask_for(institution)) else {
            return Ok(());
        };
        let (name, own) = (client.name(), client.institutions());
        self.ended("foreign-institution");
        Err(Refused::new(
            403,
            format!(
                "端末「{name}」の証明書 ({own}) では医療機関 {institution} として照会できません。その医療機関の証明書を使うか、`madoguchi hub enrol --institution {institution}` で発行してください / the certificate of {name} is for {own}: use one for {institution}"
            ),
        ))
    }

    /// What was asked.
    pub fn asks(&self, what: &str) {
        self.noted().asked = what.to_owned();
    }

    /// About whom; asked only where somebody writes it down.
    pub fn about(&self, whom: impl FnOnce(&Masks) -> Option<Mask>) -> Option<Mask> {
        let about = self.audit.as_ref().and_then(|audit| whom(audit.masks()));
        self.noted().about.clone_from(&about);
        about
    }

    /// The same, of somebody who was masked before.
    pub fn about_again(&self, whom: Option<Mask>) {
        self.noted().about = whom;
    }

    /// About so many people.
    pub fn about_rows(&self, count: u64) {
        self.noted().about = Some(Masks::rows(count));
    }

    /// Which municipality it is.
    pub fn is_municipality(&self, code: &str) {
        self.noted().municipality = Some(code.to_owned());
    }

    /// How it ended.
    pub fn ended(&self, word: impl Into<String>) {
        self.noted().outcome = Some(word.into());
    }

    /// Everything that was noted.
    pub fn entry(&self) -> Entry {
        self.noted().clone()
    }

    fn noted(&self) -> MutexGuard<'_, Entry> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    /// A router that nobody serves through the gate has no caller: it is anybody.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}
