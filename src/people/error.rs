//! What can be wrong with the people of a folder: file, line, key, the rule, and what to write instead.

use std::fmt;
use std::path::PathBuf;

/// A folder of people that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The folder cannot be listed.
    #[error(
        "フォルダ {folder} を開けません。--people で card-profiles のあるフォルダを指定してください / cannot open the folder {folder}: name the one that holds the card-profiles with --people"
    )]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file cannot be read.
    #[error(
        "{file} を読めません。UTF-8 で保存されているか、読み取り権限があるか確かめてください / cannot read {file}: is it saved as UTF-8, and may it be read?"
    )]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system said (not UTF-8, no permission …).
        #[source]
        source: std::io::Error,
    },
    /// A profile that breaks a rule of the format.
    #[error(transparent)]
    Profile(#[from] Box<ProfileError>),
    /// Two cards cannot carry the same certificate.
    #[error(
        "{first} と {second} のカードが同じシリアル番号 {serial} です。どちらかの [card] serial を変えてください / {first} and {second} have the same certificate serial number {serial}: change the [card] serial of one of them"
    )]
    SameSerial {
        /// Who has it already.
        first: String,
        /// Who claims it too.
        second: String,
        /// Upper-case hexadecimal.
        serial: String,
    },
}

/// Where and how a profile breaks the format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileError {
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

impl ProfileError {
    /// A value that a rule of the format refuses; the line is found by whoever holds the text.
    pub(super) fn of_key(id: &str, key: &str, ja: impl Into<String>, en: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            file: id.to_owned(),
            line: None,
            key: Some(key.to_owned()),
            rule_ja: ja.into(),
            rule_en: en.into(),
        })
    }

    /// The same error with the place in the text from which the profile was read.
    pub(super) fn placed(mut self: Box<Self>, file: &str, text: &str) -> Box<Self> {
        self.file = file.to_owned();
        self.line = self.line.or_else(|| line_of_key(text, self.key.as_deref()?.rsplit('.').next()?));
        self
    }
}

/// The first line that assigns `key`.
fn line_of_key(text: &str, key: &str) -> Option<usize> {
    text.lines()
        .position(|line| line.split_once('=').is_some_and(|(left, _)| left.trim().trim_matches('"') == key))
        .map(|index| index + 1)
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ": {key}")?;
        }
        write!(f, ": {} / {}", self.rule_ja, self.rule_en)
    }
}

impl std::error::Error for ProfileError {}
