//! Length and characters of a value: what can be compared of identifiers, which are never the same twice.

use std::fmt;

/// The narrowest kind of characters that a value is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Characters {
    Digits,
    LowerHex,
    UpperHex,
    Base64Url,
    Ascii,
    Other,
}

/// Length in characters, and their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    length: usize,
    characters: Characters,
}

impl Shape {
    /// Of a value.
    pub fn of(value: &str) -> Self {
        let all = |is: fn(char) -> bool| value.chars().all(is);
        let characters = if all(|c| c.is_ascii_digit()) {
            Characters::Digits
        } else if all(|c| matches!(c, '0'..='9' | 'a'..='f')) {
            Characters::LowerHex
        } else if all(|c| matches!(c, '0'..='9' | 'A'..='F')) {
            Characters::UpperHex
        } else if all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=')) {
            Characters::Base64Url
        } else if value.is_ascii() {
            Characters::Ascii
        } else {
            Characters::Other
        };
        Self { length: value.chars().count(), characters }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.characters {
            Characters::Digits => "0-9",
            Characters::LowerHex => "0-9a-f",
            Characters::UpperHex => "0-9A-F",
            Characters::Base64Url => "A-Za-z0-9-_=",
            Characters::Ascii => "ASCII",
            Characters::Other => "text",
        };
        write!(f, "{} × {kind}", self.length)
    }
}
