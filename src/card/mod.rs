//! The card: what is said to it, how it is reached, what it gives, and one made of software.
//!
//! ```text
//! jpki (the careful client) ──CommandApdu──▶ reader (trait) ──┬─ in_process ──▶ soft (the software card)
//!                                                             ├─ pcsc ──▶ plastic, or soft behind vpcd
//!                                                             └─ replay ──▶ a recording of either
//! ```
//!
//! - [`atr`]: answers to reset that were seen; nothing is known by them
//! - [`apdu`], [`status`], [`tlv`]: the alphabet (ISO 7816-4, as far as the マイナンバーカード speaks it)
//! - [`layout`]: applications, files, references, data objects, by name
//! - [`certificate`], [`chain`]: the certificates it holds, and who issued them
//! - [`roots`], [`authorities`]: trust anchors as files, and how to know the real ones
//! - [`judgement`], [`revocation`]: what a certificate is worth, and the authority's word about it (OCSP, CRL)
//! - [`reader`]: one trait for readers; [`in_process`] and [`pcsc`] implement it
//! - [`to_reader`]: commands that are for the reader and not the card; [`t0`]: commands in the form of the older protocol
//! - [`jpki`]: the client; never more APDUs than needed, never a second VERIFY
//! - [`recording`]: what was said to a card, and a reader in which a recorded card lies
//! - [`soft`]: the software card, pure: an engine of commands and rules, and images that say what is on a card; [`vpcd`] puts it into a real pcscd

pub mod apdu;
pub mod atr;
pub mod authorities;
pub mod certificate;
pub mod chain;
pub mod in_process;
pub mod jpki;
pub mod judgement;
pub mod layout;
pub mod pcsc;
pub mod reader;
pub mod recording;
pub mod revocation;
pub mod roots;
pub mod serial;
pub mod soft;
pub mod status;
pub mod t0;
pub mod tlv;
pub mod to_reader;
pub mod vpcd;
