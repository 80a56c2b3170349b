//! The operator's own answers at a station: what there is, what is PUT, and what the next visit of a reader is to bring.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::reader::Message;
use super::{Station, StationError};
use crate::event::Words;
use crate::handwritten::Mistake;
use crate::terminal::Terminal;
use crate::terminal::own::shelf::what_by_content;
use crate::terminal::own::{AnswerView, Kind, OwnFile, PutAnswer, Rule};

/// Own answers, as the control API shows them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnswersView {
    /// With their matches: those that were PUT, latest first, then the entries of `answers.toml`.
    pub answers: Vec<AnswerView>,
    /// The files of each terminal's folder of answers.
    pub folders: Vec<FolderOfAnswers>,
}

/// The folder of answers of one terminal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FolderOfAnswers {
    /// The terminal, from 1.
    pub terminal: usize,
    /// Its files.
    pub files: Vec<OwnFile>,
    /// What is wrong there.
    pub troubles: Vec<Words>,
}

impl Station {
    /// Everything there is of own answers.
    pub fn answers(&self) -> AnswersView {
        let entries = self.terminals().iter().flat_map(|terminal| terminal.own().entries());
        let folder = |terminal: &Arc<Terminal>| FolderOfAnswers {
            terminal: terminal.number(),
            files: terminal.own().files(),
            troubles: terminal.own().troubles(),
        };
        let folders = self.terminals().iter().filter(|terminal| terminal.settings().answers.is_some());
        AnswersView {
            answers: self.put.views().into_iter().chain(entries).collect(),
            folders: folders.map(folder).collect(),
        }
    }

    /// Adds an answer until it is taken back, or until reset; one of the same match goes.
    pub fn put_answer(&self, answer: PutAnswer) -> Result<(), StationError> {
        let rule = &answer.rule;
        let told_by_content = match (&rule.file, &answer.content) {
            (Some(file), _) => {
                // Whatever terminal it will be asked of: one of them has it.
                let known = self.terminals().iter().flat_map(|t| t.own().files()).find(|known| known.name == *file);
                let known = known.ok_or_else(|| no_such_answer(file))?;
                matches!(known.kind, Kind::Face | Kind::Query | Kind::Pmh)
            }
            (None, content) => content.as_ref().is_some_and(|content| what_by_content("", content).is_some()),
        };
        if let Some(person) = &rule.person
            && !self.people().iter().any(|known| known.id == *person)
        {
            let near = self.links.roster.find(person).map_or_else(|error| error.to_string(), |near| near.id.clone());
            return Err(StationError::NoSuchPerson { id: person.clone(), why: near });
        }
        if rule.interface.is_none() && !told_by_content {
            return Err(StationError::BadValue {
                what: "interface".to_owned(),
                ja: "何への回答か本文からはわかりません。interface=OQSsiquc01 のように書いてください".to_owned(),
                en: "what it answers cannot be told from it: write interface=OQSsiquc01 or the like".to_owned(),
            });
        }
        self.put.put(answer);
        Ok(())
    }

    /// Takes an answer back that was PUT.
    pub fn remove_answer(&self, rule: &Rule) -> Result<(), StationError> {
        if self.put.remove(rule) { Ok(()) } else { Err(no_such_answer(&rule.to_string())) }
    }

    /// The files that a visit at this reader could bring.
    pub fn own_files(&self, reader: usize) -> Vec<OwnFile> {
        self.terminal_of(reader).map_or_else(Vec::new, |terminal| terminal.own().files())
    }

    /// Can a visit at this reader bring `file`? Looked up on a thread where a slow folder hurts nobody.
    pub(super) async fn check_own(&self, reader: usize, file: &str) -> Result<(), StationError> {
        let Some(terminal) = self.terminal_of(reader).cloned() else { return Ok(()) };
        let file = file.to_owned();
        let looking = tokio::task::spawn_blocking(move || suits(&terminal, &file));
        looking.await.map_err(|_| StationError::Stopped)?
    }

    fn terminal_of(&self, reader: usize) -> Option<&Arc<Terminal>> {
        let setup = reader.checked_sub(1).and_then(|index| self.setups.get(index))?;
        self.terminals().get(setup.terminal)
    }

    /// The next visit at a reader brings `file`, or what it would bring anyway.
    pub(super) fn bind_own(&self, reader: usize, file: Option<String>) -> Result<(), StationError> {
        if let (Some(file), Some(terminal)) = (&file, self.terminal_of(reader)) {
            suits(terminal, file)?;
        }
        self.at(reader)?.tell(Message::Own(file))
    }
}

fn suits(terminal: &Terminal, file: &str) -> Result<(), StationError> {
    let found = terminal.own().for_visit(file);
    found.map(drop).map_err(|why| StationError::NoSuchAnswer { why: format!("{} / {}", why.ja, why.en) })
}

/// A match that cannot be read.
impl From<Box<Mistake>> for StationError {
    fn from(mistake: Box<Mistake>) -> Self {
        Self::BadValue { what: mistake.key.unwrap_or(mistake.file), ja: mistake.rule_ja, en: mistake.rule_en }
    }
}

fn no_such_answer(name: &str) -> StationError {
    StationError::NoSuchAnswer { why: format!("回答「{name}」はありません / there is no answer {name:?}") }
}
