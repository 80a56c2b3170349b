//! The card: what is said to it, how it is reached, what it gives, and one made of software.
//!
//! ```text
//! jpki (the careful client) ──CommandApdu──▶ reader (trait) ──┬─ in_process ──▶ soft (the software card)
//!                                                             └─ pcsc ──▶ plastic, or soft behind vpcd
//! ```
//!
//! - [`apdu`], [`status`], [`tlv`]: the alphabet (ISO 7816-4, as far as the マイナンバーカード speaks it)
//! - [`layout`]: applications, files, references, data objects, by name
//! - [`certificate`], [`chain`]: the certificates it holds, and who issued them
//! - [`reader`]: one trait for readers; [`in_process`] and [`pcsc`] implement it
//! - [`jpki`]: the client; never more APDUs than needed, never a second VERIFY
//! - [`soft`]: the software card, pure: an engine of commands and rules, and images that say what is on a card; [`vpcd`] puts it into a real pcscd

pub mod apdu;
pub mod certificate;
pub mod chain;
pub mod in_process;
pub mod jpki;
pub mod layout;
pub mod pcsc;
pub mod reader;
pub mod serial;
pub mod soft;
pub mod status;
pub mod tlv;
pub mod vpcd;
