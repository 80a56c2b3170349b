//! What must hold after a step: of files, of the visit, of the journal, and of what the レセコン did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::RequestEncoding;
use crate::event::FileLife;

/// What must hold. Of a file: `file` says which, the other keys what about it. Without `file`: of the visit, the journal, the faults.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// `face`, `pmh`, `err`, `answer` of this step, `first.face` of another, or a pattern such as `res/*.xml`.
    pub file: Option<String>,
    /// Is it there? `false`: it never appears.
    pub appears: Option<bool>,
    /// How many files fit the pattern.
    pub count: Option<usize>,
    /// What its elements hold, by path: a text, a list of all of them, `false` for an element that is not there, or a table of conditions.
    pub values: BTreeMap<String, Want>,
    /// What its text says somewhere.
    pub says: Vec<String>,
    /// What its text says nowhere.
    pub never_says: Vec<String>,
    /// `utf-8` or `shift_jis`.
    pub encoding: Option<RequestEncoding>,
    /// The file that came before it.
    pub after: Option<String>,
    /// Does it travel in a password zip?
    pub sealed: Option<bool>,
    /// The document time at which it came out: `${now}`.
    pub at: Option<String>,
    /// What has become of it: `delivered`, `collected`, `stale`, …
    #[schema(value_type = Option<String>)]
    pub life: Option<FileLife>,
    /// Seconds of machine time in which `life` or `asked` must come true; as long as the run waits for anything when left out.
    pub within_s: Option<u64>,
    /// What the レセコン asked of the terminal by itself.
    pub asked: Option<Asked>,
    /// How the visit ended: `valid`, `invalid`, `no-qualification`, …
    pub outcome: Option<String>,
    /// Screens that the patient saw, by their state, in this order (others may lie between).
    pub states: Vec<String>,
    /// Screens that the patient did not see.
    pub never_states: Vec<String>,
    /// A fault, and how often it came up in this run.
    pub fault: Option<Hits>,
    /// What the journal of this run says somewhere, in either language.
    pub journal: Vec<String>,
    /// What stands nowhere: in no file of this run and not in its journal.
    pub nowhere: Vec<String>,
}

/// How often a fault came up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hits {
    /// Its name.
    pub name: String,
    /// How often.
    pub hits: u64,
}

/// Requests of the レセコン: those in `req` that the run did not put there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// `OQSsiimm01` and the like.
    pub interface: String,
    /// How many, a name counting once; at least one when left out, `0` for none.
    pub count: Option<usize>,
    /// What the elements of the last of them hold, by path.
    #[serde(default)]
    pub values: BTreeMap<String, Want>,
}

/// What an element holds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Want {
    /// Exactly this.
    Text(String),
    /// `false`: it is not there; `true`: it is, whatever it holds.
    There(bool),
    /// All elements of this path, in the order of the file.
    All(Vec<String>),
    /// Conditions.
    Such(Such),
}

/// Conditions for the value of an element.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Such {
    /// Anything but this.
    pub not: Option<String>,
    /// With this in it.
    pub contains: Option<String>,
    /// Of so many characters.
    pub length: Option<usize>,
    /// So many elements of this path.
    pub count: Option<usize>,
}
