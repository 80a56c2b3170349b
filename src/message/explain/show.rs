//! As plain text: columns aligned for full-width characters.

use super::{Explanation, Line};
use crate::code::provenance::citation;
use crate::event::{Lang, say};
use crate::text::width::{columns, cut, pad};

/// Widest column of names; longer ones push their own line only.
const NAME_COLUMNS: usize = 52;
/// Widest column of labels.
const LABEL_COLUMNS: usize = 34;
/// A value longer than this is cut, so that a line stays a line.
const VALUE_COLUMNS: usize = 60;

impl Explanation {
    /// The explanation as lines of text, ending with a line break.
    pub fn text(&self, lang: Lang) -> String {
        let mut out = String::new();
        let widest = self.about.iter().map(|(label, _)| columns(label)).max().unwrap_or(0);
        for (label, text) in &self.about {
            out += &format!("{}  {text}\n", pad(label, widest));
        }
        if !self.lines.is_empty() {
            out.push('\n');
        }
        let names = widest_of(self.lines.iter().map(indented), NAME_COLUMNS);
        let labels = widest_of(self.lines.iter().map(|line| label(line).to_owned()), LABEL_COLUMNS);
        let sources = self.sources();
        for line in &self.lines {
            out += &self.line(line, &sources, names, labels, lang);
        }
        if !self.notes.is_empty() {
            out.push('\n');
        }
        for note in &self.notes {
            out += &format!("! {note}\n");
        }
        out + &legend(&sources, lang)
    }

    /// The sources of the lines, each once, in order of appearance: a line shows the number of its own.
    fn sources(&self) -> Vec<&str> {
        let mut sources = Vec::new();
        for source in self.lines.iter().filter_map(|line| line.source.as_deref()) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }

    fn line(&self, line: &Line, sources: &[&str], names: usize, labels: usize, lang: Lang) -> String {
        let number = sources.iter().position(|source| Some(*source) == line.source.as_deref());
        let proof = match line.confidence.zip(number) {
            Some((confidence, number)) => format!("[{confidence} {:>2}]", number + 1),
            None => "[?   ]".to_owned(),
        };
        let mut text = format!("{proof} {}  {}", pad(&indented(line), names), pad(label(line), labels));
        if let Some(raw) = &line.raw {
            text += &format!("  {}", cut(raw, VALUE_COLUMNS));
        }
        if let Some(meaning) = &line.meaning {
            text += &format!("  = {meaning}");
        }
        if line.provisional {
            text += &format!("  ({})", say(lang, "仮", "provisional"));
        }
        for note in &line.notes {
            text += &format!("  ! {note}");
        }
        text.truncate(text.trim_end().len());
        text + "\n"
    }
}

/// What the numbers stand for, and what the letters mean. `sources` are the numbered ones, each keys joined by blanks.
pub fn legend(sources: &[&str], lang: Lang) -> String {
    if sources.is_empty() {
        return String::new();
    }
    let mut out = say(
        lang,
        "\n出典 (A 複数の情報源または公式文書、B 一つ、C 推定)\n",
        "\nsources (A two or more or an official document, B one, C inferred)\n",
    )
    .to_owned();
    for (index, source) in sources.iter().enumerate() {
        out += &format!("{:>4}  {source}\n", index + 1);
    }
    let mut keys: Vec<&str> = sources.iter().flat_map(|source| source.split_whitespace()).collect();
    keys.sort_unstable();
    keys.dedup();
    for (key, citation) in keys.into_iter().filter_map(|key| Some((key, citation(key)?))) {
        out += &format!("      {key}: {citation}\n");
    }
    out
}

fn indented(line: &Line) -> String {
    format!("{}{}", "  ".repeat(line.depth), line.element)
}

fn label(line: &Line) -> &str {
    line.label.as_deref().unwrap_or("-")
}

fn widest_of(texts: impl Iterator<Item = String>, most: usize) -> usize {
    texts.map(|text| columns(&text)).max().unwrap_or(0).min(most)
}
