//! Where the password of sealed files comes from. Never the password itself: settings are shown, copied and committed.
//!
//! The real terminal keeps it in the credentials of its Windows account (spec/oqs-interface.md §5.5, [B]); those are not looked into.

use std::io::Read;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::event::Words;
use crate::secret::ZipPassword;

/// No password file is anywhere near this.
const MAX_BYTES: u64 = 1 << 10;

/// `encryption_password`: `env:NAME` or `file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PasswordSource {
    /// The environment variable of that name.
    Env(String),
    /// The first line of that file.
    File(PathBuf),
}

impl PasswordSource {
    /// The password.
    ///
    /// # Errors
    /// Why there is none, and what to do: the variable is not set, the file cannot be read, nothing is in it.
    pub fn read(&self) -> Result<ZipPassword, Words> {
        let text = match self {
            Self::Env(name) => Zeroizing::new(std::env::var(name).map_err(|_| self.missing())?),
            Self::File(path) => {
                let mut text = Zeroizing::new(String::new());
                let file = std::fs::File::open(path).map_err(|_| self.missing())?;
                file.take(MAX_BYTES).read_to_string(&mut text).map_err(|_| self.missing())?;
                text
            }
        };
        // Editors on Windows put a byte order mark before UTF-8, and every editor ends a line.
        let word = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
        if word.is_empty() { Err(self.missing()) } else { Ok(ZipPassword::new(word)) }
    }

    fn missing(&self) -> Words {
        match self {
            Self::Env(name) => Words {
                ja: format!("環境変数 {name} にパスワードがありません。設定してから起動してください"),
                en: format!("the environment variable {name} holds no password: set it before the start"),
            },
            Self::File(path) => Words {
                ja: format!(
                    "ファイル {} の一行目にパスワード (UTF-8) がありません。書くか、読めるようにしてください",
                    path.display()
                ),
                en: format!(
                    "the first line of {} holds no password (UTF-8): write one, or make it readable",
                    path.display()
                ),
            },
        }
    }
}

impl TryFrom<String> for PasswordSource {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // What stands there may be the password itself: it is not repeated.
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            _ => Err("パスワードそのものではなく、その置き場所を \"env:変数名\" か \"file:パス\" で書いてください / \
                      not the password but where it is: \"env:NAME\" or \"file:PATH\""),
        }
    }
}

impl From<PasswordSource> for String {
    fn from(source: PasswordSource) -> Self {
        match source {
            PasswordSource::Env(name) => format!("env:{name}"),
            PasswordSource::File(path) => format!("file:{}", path.display()),
        }
    }
}
