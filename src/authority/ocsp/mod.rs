//! 失効照会 (OCSP, RFC 6960): a question about serial numbers in, a signed answer out. Pure; `hub` serves it.
//!
//! - [`request`]: what was asked, read once
//! - [`response`]: what is answered, and the refusals that nobody signs

pub mod request;
pub mod response;
#[cfg(test)]
mod tests;

pub use request::{CertificateId, OcspRequest, RequestError};
pub use response::{OcspAnswer, Refusal, Signer};
