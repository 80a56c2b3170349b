//! Text to profile; and the reader's complaints made useful: file, line, key, nearest right name.

use std::ops::Range;

use super::{Profile, ProfileError};

/// Names less alike than this are not offered as *did you mean* (Jaro-Winkler, 1.0 = equal).
const ALIKE: f64 = 0.75;

/// Reads a profile from TOML. `file` is how errors call the text.
pub fn read_toml(file: &str, text: &str) -> Result<Profile, Box<ProfileError>> {
    // Editors on Windows put a byte order mark before UTF-8.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    toml::from_str(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        explain(file, Some(line_at(text, &at)), key_at(text, &at), error.message())
    })
}

/// Reads a profile from JSON. `name` is how errors call the text.
pub fn read_json(name: &str, text: &str) -> Result<Profile, Box<ProfileError>> {
    serde_json::from_str(text).map_err(|error| {
        let line = Some(error.line()).filter(|&line| line > 0);
        let key = line.and_then(|line| text.lines().nth(line - 1)).and_then(json_key);
        let message = error.to_string();
        // The place stands in fields of its own.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        explain(name, line, key, message)
    })
}

fn explain(file: &str, line: Option<usize>, key: Option<String>, message: &str) -> Box<ProfileError> {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let error = |key: Option<String>, rule_ja: String, rule_en: String| {
        Box::new(ProfileError { file: file.to_owned(), line, key, rule_ja, rule_en })
    };
    match names.as_slice() {
        [wrong, right @ ..] if message.starts_with("unknown field") => {
            let (hint_ja, hint_en) = hint(wrong, right);
            let rule_ja = format!("この項目はありません。{hint_ja}");
            error(Some((*wrong).to_owned()), rule_ja, format!("there is no such key; {hint_en}"))
        }
        [wrong, right @ ..] if message.starts_with("unknown variant") => {
            let (hint_ja, hint_en) = hint(wrong, right);
            let rule_ja = format!("「{wrong}」という値はありません。{hint_ja}");
            error(key, rule_ja, format!("there is no value `{wrong}`; {hint_en}"))
        }
        [missing, ..] if message.starts_with("missing field") => {
            error(Some((*missing).to_owned()), "この項目は必須です。".to_owned(), "this key is required".to_owned())
        }
        _ if message.starts_with("invalid type: integer") && message.contains("string") => error(
            key,
            "番号やコードは引用符で囲んでください（例 \"01\"）。".to_owned(),
            format!("put numbers and codes in quotes, such as \"01\" ({message})"),
        ),
        // A rule of ours already speaks both languages.
        _ => match message.trim_end().split_once(" / ") {
            Some((ja, en)) => error(key, ja.to_owned(), en.to_owned()),
            None => error(key, "読み取れません。".to_owned(), message.trim_end().to_owned()),
        },
    }
}

/// The nearest right name, or all of them when none is near.
fn hint(wrong: &str, right: &[&str]) -> (String, String) {
    let nearest = right
        .iter()
        .map(|name| (strsim::jaro_winkler(wrong, name), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    match nearest {
        Some((_, name)) => (format!("「{name}」のことですか。"), format!("did you mean `{name}`?")),
        None => {
            let all = right.join(", ");
            (format!("書けるのは {all} です。"), format!("one of {all}"))
        }
    }
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
