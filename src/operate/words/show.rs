//! Words as plain text: one line each, Japanese and English beside each other, columns aligned for full-width characters.

use super::Word;
use crate::event::{Lang, say};
use crate::message::explain::legend;
use crate::text::width::{columns, pad};

/// Widest columns of names and meanings; longer ones push their own line only.
const NAME_COLUMNS: usize = 68;
const MEANING_COLUMNS: usize = 40;

/// The words by group, then what their sources are.
pub fn text(words: &[Word], lang: Lang) -> String {
    let mut sources: Vec<&str> = Vec::new();
    for source in words.iter().filter_map(|word| word.source.as_deref()) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let mut out = String::new();
    for group in words.chunk_by(|one, next| one.group == next.group) {
        let Some(first) = group.first() else { continue };
        let gap = if out.is_empty() { "" } else { "\n" };
        let title = both(&first.title.ja, &first.title.en);
        out += &format!("{gap}{}  {title}\n", first.group);
        let widest = |of: &dyn Fn(&Word) -> usize, most: usize| group.iter().map(of).max().unwrap_or(0).min(most);
        let names = widest(&|word| columns(shown_name(word)), NAME_COLUMNS);
        let first_words = widest(&|word| columns(word.meaning.say(lang)), MEANING_COLUMNS);
        for word in group {
            out += &line(word, &sources, names, first_words, lang);
        }
    }
    out + &legend(&sources, lang)
}

fn line(word: &Word, sources: &[&str], names: usize, meanings: usize, lang: Lang) -> String {
    let number = sources.iter().position(|source| Some(*source) == word.source.as_deref());
    let number = number.map_or_else(|| "-".to_owned(), |at| (at + 1).to_string());
    let sure = word.confidence.map_or_else(|| "?".to_owned(), |confidence| confidence.to_string());
    let name = pad(shown_name(word), names);
    let other = match lang {
        Lang::Ja => Lang::En,
        Lang::En => Lang::Ja,
    };
    // The language of the reader first, the other beside it: whoever searches has seen either.
    let meaning = pad(word.meaning.say(lang), meanings);
    let mut text = format!("[{sure} {number:>2}] {name}  {meaning}  {}", word.meaning.say(other));
    for more in &word.more {
        text += &format!(" · {}", more.say(lang));
    }
    if word.is_yours() {
        text += &format!("  ({})", say(lang, "差し替え", "yours"));
    }
    if word.provisional {
        text += &format!("  ({})", say(lang, "仮", "provisional"));
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// Below the heading of its table a code is its value.
fn shown_name(word: &Word) -> &str {
    word.name.strip_prefix(&word.group).and_then(|rest| rest.strip_prefix('/')).unwrap_or(&word.name)
}

fn both(ja: &str, en: &str) -> String {
    if ja == en { ja.to_owned() } else { format!("{ja} / {en}") }
}
