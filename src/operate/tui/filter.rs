//! Filters: a word typed after `/` leaves the rows that hold it. It is found whatever way it is written: half or full width, hiragana or
//! katakana, capital or small.

use unicode_normalization::UnicodeNormalization;

use super::app::Panel;
use crate::station::view::{FileView, JournalLine, PersonView};

/// Longest word that can be typed.
pub(super) const LONGEST: usize = 64;

/// The words typed, one per list.
#[derive(Debug, Clone, Default)]
pub(super) struct Filters {
    people: String,
    folder: String,
    journal: String,
    typing: Option<Panel>,
}

impl Filters {
    /// The list that is being typed for.
    pub fn typing(&self) -> Option<Panel> {
        self.typing
    }

    /// Starts typing for the list of `panel`, or for the people where a panel has no list.
    pub fn start(&mut self, panel: Panel) -> Panel {
        let list = match panel {
            Panel::Folder | Panel::Journal => panel,
            Panel::People | Panel::Reader | Panel::Preview => Panel::People,
        };
        self.typing = Some(list);
        list
    }

    /// Ends typing; the word stays.
    pub fn accept(&mut self) {
        self.typing = None;
    }

    /// Ends typing and forgets the word of `panel`. Was there one?
    pub fn clear(&mut self, panel: Panel) -> bool {
        let was = self.typing.take().is_some();
        self.word_mut(panel).is_some_and(|word| !std::mem::take(word).is_empty()) || was
    }

    /// One more character.
    pub fn push(&mut self, letter: char) {
        if let Some(word) = self.typing.and_then(|panel| self.word_mut(panel))
            && word.chars().count() < LONGEST
            && !letter.is_control()
        {
            word.push(letter);
        }
    }

    /// One character less.
    pub fn pop(&mut self) {
        if let Some(word) = self.typing.and_then(|panel| self.word_mut(panel)) {
            word.pop();
        }
    }

    /// The word of a panel's list.
    pub fn word(&self, panel: Panel) -> &str {
        match panel {
            Panel::People => &self.people,
            Panel::Folder => &self.folder,
            Panel::Journal => &self.journal,
            Panel::Reader | Panel::Preview => "",
        }
    }

    fn word_mut(&mut self, panel: Panel) -> Option<&mut String> {
        match panel {
            Panel::People => Some(&mut self.people),
            Panel::Folder => Some(&mut self.folder),
            Panel::Journal => Some(&mut self.journal),
            Panel::Reader | Panel::Preview => None,
        }
    }

    /// Does this person pass?
    pub fn person(&self, p: &PersonView) -> bool {
        is_meant(&self.people, p)
    }

    /// Does this file pass?
    pub fn file(&self, file: &FileView) -> bool {
        passes(&self.folder, &[&file.name, &file.folder.to_string(), file.note.as_deref().unwrap_or_default()])
    }

    /// Does this line pass?
    pub fn line(&self, line: &JournalLine) -> bool {
        passes(&self.journal, &[&line.words.ja, &line.words.en])
    }
}

/// Does this word mean this person?
pub(super) fn is_meant(word: &str, p: &PersonView) -> bool {
    passes(word, &[&p.id, &p.name, &p.name_kana, &p.shows.ja, &p.shows.en])
}

fn passes(word: &str, texts: &[&str]) -> bool {
    let word = fold(word);
    word.is_empty() || texts.iter().any(|text| fold(text).contains(&word))
}

/// One way of writing: NFKC, small letters, hiragana as katakana, no blanks.
fn fold(text: &str) -> String {
    let kana = |c: char| match c {
        'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        _ => c,
    };
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).map(kana).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_whatever_way_it_is_written() {
        for word in ["やまだ", "ヤマダ", "ﾔﾏﾀﾞ", "YAMADA", "ｙａｍａｄａ", "ヤマダ タロウ"] {
            assert!(passes(word, &["ﾔﾏﾀﾞ ﾀﾛｳ", "yamada"]), "{word}");
        }
        assert!(!passes("suzuki", &["ﾔﾏﾀﾞ ﾀﾛｳ", "yamada"]));
    }
}
