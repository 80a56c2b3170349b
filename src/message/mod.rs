//! The vocabulary of the shared folder: names of files, documents, the order of their elements, and how sure we are of each.
//!
//! ```text
//! bytes ──decode──▶ Element tree ──from_tree──▶ document        (a request comes in)
//! document ──put──▶ Element tree ──order──▶ ──encode──▶ bytes       (an answer goes out)
//!          ╰─────────────────────────────────▶                      (the same between hub and terminal)
//! ```
//!
//! - [`tree`]: the element tree, the only thing that is read from XML and arranged
//! - [`sink`]: where the elements of a document go: a tree, or XML at once
//! - [`xml`]: reading and writing it; whether a growing file is whole
//! - [`order`]: the order in which real terminals write, the specification's, or a shuffled one
//! - [`name`]: file names and the catalogue of interfaces
//! - [`qualification`]: `OQSsiquc01` request and result (also the face file)
//! - [`bulk`]: `OQSmuquc`, `OQSmuimm`, `OQSmutic`, `OQSmuhvq` and `OQSmuonq`, 01 and 02: many rows and a 受付番号
//! - [`registration`]: `OQSsiimm01` request and result, 照会番号
//! - [`medication`], [`checkup`]: `YZKsiquc01` and `TKKsiquc01`, 薬剤・診療情報 and 特定健診情報; [`inquiry`]: what the two share
//! - [`subsidy`]: `PMHsimsm01` result (provisional layout, data)
//! - [`sealed`]: a document in a password zip, as the encryption mode exchanges it
//! - [`page`]: printed answers, PDF pages with Japanese text
//! - [`Style`]: how files look; document → bytes in one call
//! - [`element`]: the element table: label, format, code table and provenance of every element
//! - [`explain`]: the element table applied to a file, for people
//! - [`rewrite`]: other values in a file that is not ours and stays as it is otherwise
//! - [`compare`]: a file of a real terminal beside ours
//! - [`check`]: whether a file is a well-formed request or answer, and whether the files of a folder go together
//! - [`refusal`], [`finding`]: what sends a request back, and what is let through and reported

pub mod bulk;
pub mod check;
pub mod checkup;
pub mod compare;
pub mod element;
pub mod explain;
mod fields;
pub mod finding;
mod frame;
pub mod inquiry;
pub mod medication;
pub mod name;
pub mod order;
pub mod page;
pub mod qualification;
pub mod refusal;
pub mod registration;
pub mod rewrite;
pub mod sealed;
pub mod sink;
mod style;
pub mod subsidy;
pub mod tree;
pub mod xml;

pub use frame::Read;
pub use style::{ByUnits, CODE_IDENTIFIER, Style};

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
