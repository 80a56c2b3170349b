//! Answers that were PUT: one list for all terminals of a station, until it is reset.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use utoipa::ToSchema;

use super::matching::{Part, Rule};

/// What was PUT: one list for all terminals of a station.
#[derive(Debug, Clone, Default)]
pub struct Put(Arc<Mutex<Vec<PutAnswer>>>);

/// An answer that was PUT.
#[derive(Debug, Clone)]
pub struct PutAnswer {
    /// What it matches; `rewrite` in it says what is rewritten.
    pub rule: Rule,
    /// The bytes, or none for the file that the rule names.
    pub content: Option<Content>,
    /// How often it has answered.
    pub used: u32,
}

/// Bytes with the extension that a file of them has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The file.
    pub bytes: Arc<[u8]>,
    /// Without the dot.
    pub extension: String,
}

/// An answer with its match, as the control API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnswerView {
    /// The match, as PUT and DELETE take it.
    pub r#match: String,
    /// `put`, or `answers.toml`.
    pub source: &'static str,
    /// The file; none for bytes that were PUT.
    pub file: Option<String>,
    /// What is rewritten.
    pub rewrite: Vec<Part>,
    /// How often it has answered since the start.
    pub used: u32,
}

impl Put {
    /// The list, for as long as nobody else may look or count.
    pub(super) fn list(&self) -> MutexGuard<'_, Vec<PutAnswer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an answer; one with the same match goes.
    pub fn put(&self, answer: PutAnswer) {
        let mut list = self.list();
        let key = answer.rule.to_string();
        list.retain(|other| other.rule.to_string() != key);
        list.push(answer);
    }

    /// Takes an answer back; false when there is none of that match.
    pub fn remove(&self, rule: &Rule) -> bool {
        let (mut list, key) = (self.list(), rule.to_string());
        let before = list.len();
        list.retain(|other| other.rule.to_string() != key);
        list.len() < before
    }

    /// Takes all back.
    pub fn clear(&self) {
        self.list().clear();
    }

    /// All, the latest first.
    pub fn views(&self) -> Vec<AnswerView> {
        let view = |answer: &PutAnswer| AnswerView {
            r#match: answer.rule.to_string(),
            source: "put",
            file: answer.rule.file.clone(),
            rewrite: answer.rule.rewrite.clone().unwrap_or_default(),
            used: answer.used,
        };
        self.list().iter().rev().map(view).collect()
    }
}
