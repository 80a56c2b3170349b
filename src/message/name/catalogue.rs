//! Which interfaces the shared folder has: all of them, served here or not.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Case, same};
use crate::code::{Confidence, Provenance};

/// 資格確認 1件照会.
pub const OQS_SIQUC_01: &str = "OQSsiquc01";

/// 医療費助成 (PMH).
pub const PMH_SIMSM_01: &str = "PMHsimsm01";

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// レセコン → terminal
    Request,
    /// Terminal → レセコン
    Result,
    /// Either: only the beginning of the name is public.
    Both,
}

/// One row of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interface {
    /// Beginning of the file name up to `req` or `res`; of a family, what is known of it.
    pub file: String,
    /// Stands for every file that begins so.
    #[serde(default)]
    pub family: bool,
    /// Which way it goes.
    pub direction: Direction,
    /// What for, in Japanese.
    pub ja: String,
    /// What for, in English.
    pub en: String,
    /// Extensions, joined by blanks.
    pub format: String,
    /// Number of the interface in the specification.
    pub number: Option<String>,
    /// How sure the number is.
    pub number_confidence: Option<Confidence>,
    /// Whether this terminal answers it.
    pub served: bool,
    /// The body is not public: nothing of ours is made up for it, only an operator's own file answers (`terminal::own`).
    #[serde(default)]
    pub closed: bool,
    /// Of the row.
    #[serde(flatten)]
    pub provenance: Provenance,
}

impl Interface {
    /// `OQSsiquc01` of `OQSsiquc01req`.
    pub fn code(&self) -> &str {
        self.file.strip_suffix("req").or_else(|| self.file.strip_suffix("res")).unwrap_or(&self.file)
    }
}

/// All rows.
pub fn catalogue() -> &'static [Interface] {
    static CATALOGUE: LazyLock<Vec<Interface>> = LazyLock::new(|| {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            interface: Vec<Interface>,
        }
        // The text is part of the program; a test reads it.
        let file: File =
            toml::from_str(include_str!("../data/interfaces.toml")).expect("catalogue is part of the program");
        file.interface
    });
    &CATALOGUE
}

/// The row of a name's beginning (`OQSsiquc01req`): the exact one, else its family if it follows the grammar.
pub fn interface_of(head: &str, case: Case) -> Option<&'static Interface> {
    let exact = catalogue().iter().find(|row| !row.family && same(&row.file, head, case));
    exact.or_else(|| {
        catalogue().iter().find(|row| {
            row.family
                && head.get(..row.file.len()).is_some_and(|start| same(start, &row.file, case))
                && follows_grammar(head, case)
        })
    })
}

/// Is this the name of an interface that nobody knows: after the grammar, under the prefix of a known system, and in no row?
pub(super) fn is_unknown_interface(head: &str, case: Case) -> bool {
    let of_system = |row: &Interface| {
        let prefixes = row.file.get(..3).zip(head.get(..3));
        prefixes.is_some_and(|(ours, theirs)| same(ours, theirs, case))
    };
    interface_of(head, case).is_none() && follows_grammar(head, case) && catalogue().iter().any(of_system)
}

/// `<PREFIX><si|mu><3-4 letters><01|02><req|res>` (§1.1).
fn follows_grammar(head: &str, case: Case) -> bool {
    let part = |range| head.get(range).unwrap_or_default();
    let Some(letters) = head.len().checked_sub(10).filter(|letters| matches!(letters, 3 | 4)) else { return false };
    ["si", "mu"].iter().any(|kind| same(part(3..5), kind, case))
        && part(5..5 + letters).bytes().all(|b| b.is_ascii_alphabetic())
        && matches!(part(5 + letters..7 + letters), "01" | "02")
        && ["req", "res"].iter().any(|way| same(part(7 + letters..10 + letters), way, case))
}
