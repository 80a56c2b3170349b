//! The other side of the shared folder: small programs of a clinic that use nothing but its files.
//!
//! - [`reception`]: 再来受付機, the machine at which patients check in by themselves

pub mod reception;
