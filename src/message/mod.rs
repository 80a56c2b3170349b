//! The vocabulary of the shared folder: names of files, documents, the order of their elements, and how sure we are of each.
//!
//! ```text
//! bytes ──decode──▶ Element tree ──from_tree──▶ document        (a request comes in)
//! document ──to_tree──▶ Element tree ──order──▶ ──encode──▶ bytes   (an answer goes out)
//! ```
//!
//! - [`tree`]: the element tree, the only thing that is read from or written to XML
//! - [`name`]: file names and the catalogue of interfaces
//! - [`qualification`]: `OQSsiquc01` request and result (also the face file)
//! - [`subsidy`]: `PMHsimsm01` result (provisional layout, data)

pub mod qualification;
pub mod subsidy;
