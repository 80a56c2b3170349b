//! The inside of a file: its elements with their names and values, or its text as it is.

use super::app::FileKey;
use super::width::{CUT, width};
use crate::event::{Lang, say};
use crate::station::view::FileView;

/// Bytes shown at most; what lies behind is said, not shown.
const LARGEST: usize = 1 << 20;

/// An element as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// How deep it stands.
    pub depth: usize,
    /// Its name.
    pub element: String,
    /// What it is called by people.
    pub label: String,
    /// Its text.
    pub value: String,
    /// What a code stands for.
    pub decoded: Option<String>,
    /// Where we know it from.
    pub source: String,
    /// How sure that is.
    pub confidence: String,
}

/// What is known of the file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// Not asked for yet.
    Unread,
    /// Collected before anybody looked.
    Gone,
    /// Read; `lines` is empty where the file is no document that we know.
    Read { lines: Vec<Line>, raw: Vec<String>, gone: bool },
}

/// An open file.
#[derive(Debug, Clone)]
pub(super) struct Preview {
    pub key: FileKey,
    pub raw: bool,
    pub row: usize,
    pub column: usize,
    pub content: Content,
    /// The steps of the file's life when it was read: another step, another look.
    steps: usize,
}

impl Preview {
    /// Opens a file; its bytes come later.
    pub fn of(key: FileKey) -> Self {
        Self { key, raw: false, row: 0, column: 0, content: Content::Unread, steps: 0 }
    }

    /// Is it still to be read, or to be read again?
    pub fn lacks(&self, file: &FileView) -> bool {
        self.content == Content::Unread || self.steps != file.life.len()
    }

    /// Takes the bytes in. Of a file that went away the last look stays.
    pub fn load(&mut self, file: &FileView, bytes: Option<&[u8]>, lang: Lang) {
        self.steps = file.life.len();
        match (bytes, &mut self.content) {
            (Some(bytes), content) => *content = read(&file.name, bytes, lang),
            (None, Content::Read { gone, .. }) => *gone = true,
            (None, content) => *content = Content::Gone,
        }
    }

    /// Labels or raw.
    pub fn turn(&mut self) {
        self.raw = !self.raw;
        self.row = 0;
        self.column = 0;
    }

    /// Is the text shown as it is? Also where there are no labels to show.
    pub fn shows_raw(&self) -> bool {
        self.raw || matches!(&self.content, Content::Read { lines, .. } if lines.is_empty())
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        match &self.content {
            Content::Read { lines, raw, .. } => {
                if self.shows_raw() {
                    raw.len()
                } else {
                    lines.len()
                }
            }
            Content::Unread | Content::Gone => 0,
        }
    }

    /// The widest row of the raw text.
    pub fn columns(&self) -> usize {
        match &self.content {
            Content::Read { raw, .. } if self.shows_raw() => raw.iter().map(|line| width(line)).max().unwrap_or(0),
            _ => 0,
        }
    }
}

fn read(name: &str, bytes: &[u8], lang: Lang) -> Content {
    let shown = bytes.get(..LARGEST).unwrap_or(bytes);
    if shown.contains(&0) || shown.starts_with(b"PK") {
        let text = say(lang, "文字のファイルではありません", "not a text file");
        return Content::Read { lines: Vec::new(), raw: vec![format!("{text} ({} bytes)", bytes.len())], gone: false };
    }
    let mut raw: Vec<String> = text(shown).lines().map(|line| line.replace('\t', "    ")).collect();
    if shown.len() < bytes.len() {
        raw.push(format!("{CUT} {} bytes", bytes.len()));
    }
    Content::Read { lines: explained(name, bytes, lang), raw, gone: false }
}

/// The text in UTF-8, or in CP932 where it is not that.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode(bytes).0.into_owned(),
    }
}

fn explained(_name: &str, _bytes: &[u8], _lang: Lang) -> Vec<Line> {
    Vec::new()
}
