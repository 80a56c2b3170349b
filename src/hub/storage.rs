//! Where the systems of a hub keep what they know: in this process, or in one file that the next run finds again.
//!
//! Another place is another variant here, with one store for each trait; `suite` has the rules that they are held to.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::eligibility::memory::Memory as EligibilityMemory;
use super::eligibility::store::EligibilityStore;
use super::error::StoreError;
use super::intermediary::LinkReceiver;
use super::intermediary::store::{IntermediaryStore, Memory as IntermediaryMemory};
use super::medical_hub::memory::Memory as MedicalHubMemory;
use super::medical_hub::store::MedicalHubStore;
use super::sqlite::{Database, SqliteEligibility, SqliteIntermediary, SqliteMedicalHub};
use crate::random::Seed;

/// What an operator calls it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StoreUrl {
    /// `memory`: what is registered ends with the process.
    #[default]
    Memory,
    /// `sqlite:FILE`
    Sqlite(PathBuf),
}

/// Text that names no store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "記憶域「{0}」は使えません。memory か sqlite:ファイル を指定してください / no such store: memory, or sqlite:FILE"
)]
pub struct NoSuchStore(String);

impl FromStr for StoreUrl {
    type Err = NoSuchStore;

    fn from_str(text: &str) -> Result<Self, NoSuchStore> {
        match text.split_once(':') {
            None if text == "memory" => Ok(Self::Memory),
            Some(("sqlite", file)) if !file.is_empty() => Ok(Self::Sqlite(file.into())),
            _ => Err(NoSuchStore(text.to_owned())),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
        }
    }
}

impl<'de> Deserialize<'de> for StoreUrl {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The place itself.
#[derive(Clone)]
pub enum Storage {
    /// This process.
    Memory,
    /// One file.
    File(Arc<Database>),
}

/// One store for each system.
pub(super) struct Stores {
    pub medical_hub: Arc<dyn MedicalHubStore>,
    pub intermediary: Arc<dyn IntermediaryStore>,
    pub eligibility: Arc<dyn EligibilityStore>,
    /// The end of the 中間サーバー's line: the eligibility system's store, too.
    pub links: Arc<dyn LinkReceiver>,
}

impl Storage {
    /// Opens what `url` names, for a hub of this seed. `holder` is what others are told who want it, too.
    ///
    /// # Errors
    /// It cannot be used.
    pub fn open(url: &StoreUrl, seed: Seed, holder: &str) -> Result<Self, StoreError> {
        match url {
            StoreUrl::Memory => Ok(Self::Memory),
            StoreUrl::Sqlite(file) => Database::open(file, seed, holder).map(Self::File),
        }
    }

    /// The stores, with what was kept.
    pub(super) fn stores(&self) -> Result<Stores, StoreError> {
        match self {
            Self::Memory => {
                let eligibility = Arc::new(EligibilityMemory::default());
                Ok(Stores {
                    medical_hub: Arc::new(MedicalHubMemory::default()),
                    intermediary: Arc::new(IntermediaryMemory::default()),
                    links: eligibility.clone(),
                    eligibility,
                })
            }
            Self::File(database) => {
                let eligibility = Arc::new(SqliteEligibility::new(database.clone())?);
                Ok(Stores {
                    medical_hub: Arc::new(SqliteMedicalHub::new(database.clone())),
                    intermediary: Arc::new(SqliteIntermediary::new(database.clone())),
                    links: eligibility.clone(),
                    eligibility,
                })
            }
        }
    }

    /// The stores, with nothing in them.
    pub(super) fn emptied(&self) -> Result<Stores, StoreError> {
        if let Self::File(database) = self {
            database.empty()?;
        }
        self.stores()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_named_by_its_kind_and_file_and_anything_else_is_refused_with_what_there_is() {
        let named = |text: &str| text.parse::<StoreUrl>();
        assert_eq!(named("memory"), Ok(StoreUrl::Memory));
        assert_eq!(named(r"sqlite:C:\hub.db"), Ok(StoreUrl::Sqlite(r"C:\hub.db".into())));
        for wrong in ["", "hub.db", "sqlite:", "sqlite", "memory:", "postgres://x"] {
            let said = named(wrong).unwrap_err().to_string();
            assert!(said.contains("sqlite:FILE") && said.contains(wrong), "{said}");
        }
        for text in ["memory", "sqlite:a/b.db"] {
            assert_eq!(named(text).unwrap().to_string(), text);
        }
    }
}
