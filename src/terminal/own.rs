//! Bring your own XML: answers that are somebody else's, for the patient and the moment that the operator chooses (docs/own-xml.md).
//!
//! ```text
//! folder of answers, answers.toml, PUT ──▶ shelf ──matching──▶ a file ──told, message::rewrite──▶ its bytes under a name of ours
//! ```
//!
//! - [`shelf`]: where the answers are, read when they are used
//! - [`put`]: what was PUT besides
//! - [`index`]: what `answers.toml` says
//! - [`matching`]: which answer is meant for what (pure)
//! - [`kind`]: what a file is, by its content (pure)
//! - [`partner`]: which PMH file goes with a face file (pure)
//! - [`told`]: which values are rewritten (pure)
//! - `answering`: such an answer in place of the centre's
//!
//! All bytes are those of the file except the values that the operator told to rewrite.

mod answering;
pub mod index;
pub mod kind;
pub mod matching;
pub mod partner;
pub mod put;
pub mod shelf;
pub mod told;

pub(super) use answering::{OwnPmh, OwnVisit};
pub use kind::Kind;
pub use matching::{Named, Rule};
pub use put::{AnswerView, Content, Put, PutAnswer};
pub use shelf::{OwnFile, Shelf};
