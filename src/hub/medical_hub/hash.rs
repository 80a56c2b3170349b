//! ハッシュ値 (R6): lets the レセコン tell whether the data changed since it asked last. Algorithm, length and covered fields are not
//! public (spec/pmh.md §5.5); ours is SHA-256 over the canonical content of one certificate, header times left out [C]. It covers every
//! field, whatever edition the terminal writes: a レセコン that skips what is unchanged must not miss a payment on the 管理票.

use sha2::{Digest, Sha256};

use crate::message::subsidy::SubsidyCertificate;
use crate::visit::hexadecimal;

/// 64 lower-case hexadecimal digits. Equal content gives an equal hash, any changed field another one.
pub fn of(certificate: &SubsidyCertificate) -> String {
    let content = SubsidyCertificate { hash: None, ..certificate.clone() };
    // JSON in the order of declaration is canonical: every field is named, text is quoted, nothing depends on a locale. These
    // types hold text, numbers and lists only, which always have a JSON form.
    let canonical = serde_json::to_vec(&content).unwrap_or_default();
    hexadecimal::encode(&Sha256::digest(canonical))
}
