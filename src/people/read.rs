//! Text to profile.

use super::Profile;
use crate::handwritten::{Mistake, from_json, from_toml};

/// Reads a profile from TOML. `file` is how mistakes call the text.
pub fn read_toml(file: &str, text: &str) -> Result<Profile, Box<Mistake>> {
    from_toml(file, text)
}

/// Reads a profile from JSON. `name` is how mistakes call the text.
pub fn read_json(name: &str, text: &str) -> Result<Profile, Box<Mistake>> {
    from_json(name, text)
}
