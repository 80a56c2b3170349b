//! Whoever asks: what their certificate lets them do, and what the audit is told of their question.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::civil::DateTime;

use super::reply::Refused;
use crate::hub::audit::{Audit, Entry, Mask, Masks};
use crate::hub::gate::client::Client;

/// One question's asker. Without a gate it is anybody, and may ask for whomever; without an audit nothing of the question is noted.
#[derive(Clone, Default)]
pub(super) struct Caller {
    client: Option<Arc<Client>>,
    noted: Option<Arc<Noted>>,
}

/// What the audit is told when the question is answered.
struct Noted {
    audit: Arc<Audit>,
    entry: Mutex<Entry>,
}

impl Caller {
    /// The asker of one question; for the audit, what is known before it is read.
    pub fn new(client: Option<Arc<Client>>, audit: Option<(Arc<Audit>, Entry)>) -> Self {
        let noted = audit.map(|(audit, entry)| Arc::new(Noted { audit, entry: Mutex::new(entry) }));
        Self { client, noted }
    }

    /// Refuses, by name, a terminal that asks for an institution which its certificate does not name.
    pub fn must_be(&self, institution: &str) -> Result<(), Refused> {
        self.note(|entry| entry.institution = Some(institution.to_owned()));
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
        self.note(|entry| what.clone_into(&mut entry.asked));
    }

    /// About whom; asked only where somebody writes it down.
    pub fn about(&self, whom: impl FnOnce(&Masks) -> Option<Mask>) -> Option<Mask> {
        let about = self.noted.as_ref().and_then(|noted| whom(noted.audit.masks()));
        self.about_again(about.clone());
        about
    }

    /// The same, of somebody who was masked before.
    pub fn about_again(&self, whom: Option<Mask>) {
        self.note(|entry| entry.about = whom);
    }

    /// About so many people.
    pub fn about_rows(&self, count: u64) {
        self.note(|entry| entry.about = Some(Masks::rows(count)));
    }

    /// Which municipality it is.
    pub fn is_municipality(&self, code: &str) {
        self.note(|entry| entry.municipality = Some(code.to_owned()));
    }

    /// How it ended.
    pub fn ended(&self, word: &str) {
        self.ended_as(|| word.to_owned());
    }

    /// The same, where the word has to be made.
    pub fn ended_as(&self, word: impl FnOnce() -> String) {
        self.note(|entry| entry.outcome = Some(word()));
    }

    /// It was answered: everything that was noted is written down.
    pub fn answered(&self, status: u16, time: impl FnOnce() -> DateTime) {
        self.note(|entry| (entry.status, entry.time) = (Some(status), time()));
        if let Some(noted) = &self.noted {
            noted.audit.note(&noted.entry());
        }
    }

    fn note(&self, write: impl FnOnce(&mut Entry)) {
        if let Some(noted) = &self.noted {
            write(&mut noted.entry());
        }
    }
}

impl Noted {
    fn entry(&self) -> MutexGuard<'_, Entry> {
        self.entry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    /// A router that nobody serves through the gate has no caller: it is anybody.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}
