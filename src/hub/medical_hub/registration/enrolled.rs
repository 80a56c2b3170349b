//! Which municipalities may register, and by which token. PMH's operator hands tokens out beforehand (spec/pmh.md §2.4, [A]); here they stand
//! in a file.

use std::path::Path;

use serde::Deserialize;

use crate::handwritten::{self, Mistake};
use crate::secret::BearerToken;

/// The token of a hub without enrolled municipalities, and the municipality that it names.
pub const DEMO: &str = "demo";
/// A shorter token is guessed.
const SHORTEST_TOKEN: usize = 8;

/// A municipality that may register.
#[derive(Debug, Clone)]
pub struct Municipality {
    /// 全国地方公共団体コード, or any other name of its own.
    pub code: String,
    /// What people call it.
    pub name: Option<String>,
    token: BearerToken,
}

/// All of them.
#[derive(Debug, Clone)]
pub struct Enrolled {
    municipalities: Vec<Municipality>,
    is_demo: bool,
}

/// A file that enrols nobody.
#[derive(Debug, thiserror::Error)]
pub enum EnrolledError {
    /// It cannot be read.
    #[error("自治体の一覧 {file} を読めません: {cause} / cannot read the list of municipalities")]
    Unreadable {
        /// Which.
        file: String,
        /// Why.
        cause: String,
    },
    /// Something in it is wrong.
    #[error(transparent)]
    Mistake(#[from] Box<Mistake>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    municipality: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    name: Option<String>,
    token: String,
}

impl Default for Enrolled {
    /// Nobody: the token `demo` is taken, for the municipality `demo`.
    fn default() -> Self {
        let demo = Municipality { code: DEMO.to_owned(), name: None, token: BearerToken::new(DEMO) };
        Self { municipalities: vec![demo], is_demo: true }
    }
}

impl Enrolled {
    /// Those of a file; without one the default.
    ///
    /// # Errors
    /// It cannot be read, or something in it is wrong.
    pub fn load(file: Option<&Path>) -> Result<Self, EnrolledError> {
        let Some(path) = file else { return Ok(Self::default()) };
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| EnrolledError::Unreadable { file: name.clone(), cause: error.to_string() })?;
        Ok(Self::parse(&name, &text)?)
    }

    /// Those of a text in TOML.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn parse(file: &str, text: &str) -> Result<Self, Box<Mistake>> {
        let read: File = handwritten::from_toml(file, text)?;
        let mut municipalities: Vec<Municipality> = Vec::new();
        for Entry { code, name, token } in read.municipality {
            let wrong = |key: &str, ja: &str, en: &str| Err(Mistake::of_key(file, key, ja, en));
            if code.is_empty() || municipalities.iter().any(|known| known.code == code) {
                return wrong("code", &format!("「{code}」は空か、2回あります"), "empty, or enrolled twice");
            }
            if token.len() < SHORTEST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return wrong("token", "8文字以上の英数字・記号で書きます", "eight or more graphic ASCII characters");
            }
            if municipalities.iter().any(|known| known.token.reveal() == token) {
                return wrong(
                    "token",
                    &format!("{code} のトークンは他の自治体と同じです"),
                    "another municipality has it",
                );
            }
            municipalities.push(Municipality { code, name, token: BearerToken::new(token) });
        }
        if municipalities.is_empty() {
            return Err(Mistake::of_key(file, "municipality", "1つ以上書きます", "name at least one"));
        }
        Ok(Self { municipalities, is_demo: false })
    }

    /// Is nobody enrolled, so that `demo` is taken?
    pub fn is_demo(&self) -> bool {
        self.is_demo
    }

    /// Whose token this is. Every token is compared to its end, so that the time tells nothing.
    pub fn who(&self, token: &str) -> Option<&Municipality> {
        self.municipalities
            .iter()
            .fold(None, |found, known| if same(token, known.token.reveal()) { Some(known) } else { found })
    }
}

fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.bytes().zip(right.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[[municipality]]\ncode = \"990001\"\nname = \"架空市\"\ntoken = \"token-of-990001\"\n";

    #[test]
    fn a_token_names_its_municipality_and_no_other_text_does() {
        let enrolled = Enrolled::parse("m.toml", FILE).unwrap();
        assert_eq!(enrolled.who("token-of-990001").map(|m| m.code.as_str()), Some("990001"));
        for wrong in ["", "demo", "token-of-99000", "token-of-990002", "token-of-990001 "] {
            assert!(enrolled.who(wrong).is_none(), "{wrong}");
        }
        assert!(Enrolled::default().who(DEMO).is_some() && Enrolled::default().is_demo() && !enrolled.is_demo());
        assert!(!format!("{enrolled:?}").contains("token-of-"), "tokens are masked");
    }

    #[test]
    fn a_list_that_would_enrol_the_wrong_ones_is_refused_with_its_place() {
        let twice = format!("{FILE}{FILE}");
        let wrong = [
            ("municipality = []\n", "municipality"),
            ("[[municipality]]\ncode = \"1\"\ntoken = \"short\"\n", "token"),
            (twice.as_str(), "code"),
            ("[[municipality]]\ncode = \"1\"\ntokne = \"12345678\"\n", "tokne"),
        ];
        for (text, key) in wrong {
            let mistake = Enrolled::parse("m.toml", text).unwrap_err();
            assert_eq!((mistake.key.as_deref(), mistake.file.as_str()), (Some(key), "m.toml"), "{text}");
        }
    }
}
