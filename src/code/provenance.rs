//! Where a fact comes from and how sure it is.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// How sure a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// Two or more independent sources, or an official document.
    A,
    /// One source.
    B,
    /// Our inference: provisional.
    C,
}

impl Confidence {
    /// Whether the fact is only our inference.
    pub fn is_provisional(self) -> bool {
        self == Self::C
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        })
    }
}

/// Source and confidence of one row of any table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Keys of [`citation`], joined by blanks.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Provenance {
    /// The source keys one by one.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.source.split_whitespace()
    }
}

/// What a source key stands for.
pub fn citation(key: &str) -> Option<&'static str> {
    citations().get(key).map(String::as_str)
}

/// All source keys with their citations.
pub fn citations() -> &'static BTreeMap<String, String> {
    static CITATIONS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        // The text is part of the program; a test reads it.
        toml::from_str(include_str!("data/sources.toml")).expect("source table is part of the program")
    });
    &CITATIONS
}
