//! Files that people write by hand (TOML, or the same as JSON): read strictly, and complained about usefully.
//!
//! An unknown key is an error, never ignored; every error names file, line, key, the rule and the nearest right name.

use std::fmt;
use std::ops::Range;

use jiff::civil::Time;
use serde::Deserializer;
use serde::de::{DeserializeOwned, Error};

use crate::event::Words;

/// Names less alike than this are not offered as *did you mean* (Jaro-Winkler, 1.0 = equal).
const ALIKE: f64 = 0.75;

/// Where and how a file breaks its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file, or the name under which it came in.
    pub file: String,
    /// Line, from 1; none for what was given without a text.
    pub line: Option<usize>,
    /// The key that is wrong or missing.
    pub key: Option<String>,
    /// What is wrong and what would be right: Japanese.
    pub rule_ja: String,
    /// The same in English.
    pub rule_en: String,
}

impl Mistake {
    /// A value that a rule of the format refuses; the line is found by whoever holds the text.
    pub fn of_key(file: &str, key: &str, ja: impl Into<String>, en: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            file: file.to_owned(),
            line: None,
            key: Some(key.to_owned()),
            rule_ja: ja.into(),
            rule_en: en.into(),
        })
    }

    /// The same mistake with the place in the text from which the value was read.
    pub fn placed(mut self: Box<Self>, file: &str, text: &str) -> Box<Self> {
        self.file = file.to_owned();
        self.line = self.line.or_else(|| line_of_key(text, self.key.as_deref()?.rsplit('.').next()?));
        self
    }

    /// Place and rule in each language.
    pub fn words(&self) -> Words {
        let place = self.place();
        Words::new(format!("{place}: {}", self.rule_ja), format!("{place}: {}", self.rule_en))
    }

    fn place(&self) -> String {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        let key = self.key.as_ref().map(|key| format!(": {key}")).unwrap_or_default();
        format!("{}{line}{key}", self.file)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} / {}", self.place(), self.rule_ja, self.rule_en)
    }
}

impl std::error::Error for Mistake {}

/// Reads TOML. `file` is how mistakes call the text.
pub fn from_toml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Box<Mistake>> {
    // Editors on Windows put a byte order mark before UTF-8.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    toml::from_str(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        explain(file, Some(line_at(text, &at)), key_at(text, &at), error.message())
    })
}

/// Reads JSON. `name` is how mistakes call the text.
pub fn from_json<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Box<Mistake>> {
    serde_json::from_slice(text.as_bytes()).map_err(|error| {
        let line = Some(error.line()).filter(|&line| line > 0);
        let key = line.and_then(|line| text.lines().nth(line - 1)).and_then(json_key);
        let message = error.to_string();
        // The place stands in fields of its own.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        explain(name, line, key, message)
    })
}

/// What a value says. By way of its bytes: the code that reads each type from them is there anyway, and once is enough.
///
/// # Errors
/// serde's words, without a place.
pub fn of_value<T: DeserializeOwned>(value: &serde_json::Value) -> Result<T, String> {
    serde_json::from_slice(value.to_string().as_bytes()).map_err(|error| {
        let message = error.to_string();
        message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned()
    })
}

/// The nearest of `right` to `wrong`, if any is near.
pub fn nearest<'a>(wrong: &str, right: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    right
        .into_iter()
        .map(|name| (strsim::jaro_winkler(wrong, name), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}

/// The reader's complaint (serde's words) as a mistake.
pub fn explain(file: &str, line: Option<usize>, key: Option<String>, message: &str) -> Box<Mistake> {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let mistake = |key: Option<String>, rule_ja: String, rule_en: String| {
        Box::new(Mistake { file: file.to_owned(), line, key, rule_ja, rule_en })
    };
    match names.as_slice() {
        [wrong, right @ ..] if message.starts_with("unknown field") => {
            let (hint_ja, hint_en) = hint(wrong, right);
            let rule_ja = format!("この項目はありません。{hint_ja}");
            mistake(Some((*wrong).to_owned()), rule_ja, format!("there is no such key; {hint_en}"))
        }
        [wrong, right @ ..] if message.starts_with("unknown variant") => {
            let (hint_ja, hint_en) = hint(wrong, right);
            let rule_ja = format!("「{wrong}」という値はありません。{hint_ja}");
            mistake(key, rule_ja, format!("there is no value `{wrong}`; {hint_en}"))
        }
        [missing, ..] if message.starts_with("missing field") => {
            mistake(Some((*missing).to_owned()), "この項目は必須です。".to_owned(), "this key is required".to_owned())
        }
        _ if message.starts_with("invalid type: integer") && message.contains("string") => mistake(
            key,
            "番号やコードは引用符で囲んでください（例 \"01\"）。".to_owned(),
            format!("put numbers and codes in quotes, such as \"01\" ({message})"),
        ),
        // A rule of ours already speaks both languages.
        _ => match message.trim_end().split_once(" / ") {
            Some((ja, en)) => mistake(key, ja.to_owned(), en.to_owned()),
            None => mistake(key, "読み取れません。".to_owned(), message.trim_end().to_owned()),
        },
    }
}

/// The nearest right name, or all of them when none is near.
fn hint(wrong: &str, right: &[&str]) -> (String, String) {
    match nearest(wrong, right.iter().copied()) {
        Some(name) => (format!("「{name}」のことですか。"), format!("did you mean `{name}`?")),
        None => {
            let all = right.join(", ");
            (format!("書けるのは {all} です。"), format!("one of {all}"))
        }
    }
}

/// The first line that assigns `key`.
fn line_of_key(text: &str, key: &str) -> Option<usize> {
    text.lines()
        .position(|line| line.split_once('=').is_some_and(|(left, _)| left.trim().trim_matches('"') == key))
        .map(|index| index + 1)
}

fn line_at(text: &str, at: &Range<usize>) -> usize {
    text.get(..at.start).map_or(1, |before| before.matches('\n').count() + 1)
}

/// The key that the line at `at` assigns, or the table that it opens.
fn key_at(text: &str, at: &Range<usize>) -> Option<String> {
    let line = text.lines().nth(line_at(text, at) - 1)?;
    let key = line.split_once('=').map_or(line, |(key, _)| key);
    let key = key.trim().trim_matches(['[', ']', '"', ' ']);
    (!key.is_empty()).then(|| key.to_owned())
}

/// The first key of a line of JSON.
fn json_key(line: &str) -> Option<String> {
    let (before, _) = line.split_once("\":")?;
    before.rsplit_once('"').map(|(_, key)| key.to_owned())
}

/// An hour of the day, in quotes or as TOML writes times; the environment has no quotes.
///
/// # Errors
/// Anything that is no such hour.
pub fn time_of_day<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Time>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Written {
        Quoted(String),
        Plain(toml::value::Datetime),
    }
    let text = match serde::Deserialize::deserialize(input)? {
        Written::Quoted(text) => text,
        Written::Plain(time) => time.to_string(),
    };
    let wrong = |_| D::Error::custom(format!("「{text}」は時刻ではありません / not an hour of the day: HH:MM"));
    text.parse().map(Some).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        #[serde(rename = "delivery")]
        _delivery: String,
    }

    #[test]
    fn a_mistake_names_file_line_key_and_the_nearest_right_name() {
        let mistake = from_toml::<Example>("x.toml", "# comment\ndelivry = \"rename\"\n").unwrap_err().to_string();
        assert!(mistake.starts_with("x.toml:2: delivry:") && mistake.contains("delivery"), "{mistake}");
        let mistake = from_toml::<Example>("x.toml", "delivery = 3\n").unwrap_err().to_string();
        assert!(mistake.starts_with("x.toml:1: delivery:") && mistake.contains("\"01\""), "{mistake}");
        let mistake = from_json::<Example>("body", "{\n\"delivry\": \"x\"}").unwrap_err().to_string();
        assert!(mistake.starts_with("body:2: delivry:"), "{mistake}");
    }
}
