//! Text as it stands in the files of the shared folder: two encodings, and the forms in which Japanese text is compared and shown.
//!
//! - [`Encoding`], [`decode`], [`encode`]: UTF-8 and Shift_JIS, which is always CP932 (windows-31j) as Windows means it. What CP932
//!   cannot hold is folded to its look-alike or becomes ●, as the insurers' systems do (spec/oqs-interface.md §1.4, [A]).
//! - [`kana`]: half-width katakana of `NameKana`, and as hiragana
//! - [`key`]: the form in which 記号 and the like are compared
//! - [`width`]: columns on a terminal

mod codec;
pub mod kana;
pub mod key;
pub mod width;

pub use codec::{DecodeError, Decoded, Encoded, Encoding, REPLACEMENT, decode, encode};

#[cfg(test)]
mod tests;
