//! `answers.toml`: which file answers what, as somebody wrote it down. Pure.

use serde::Deserialize;

use super::matching::{Part, Rule};
use crate::handwritten::{self, Mistake};

/// Name of the file, in the folder of answers.
pub const INDEX: &str = "answers.toml";

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Index {
    /// What is rewritten where an entry says nothing of it.
    pub rewrite: Vec<Part>,
    /// The entries that hold.
    pub answer: Vec<Rule>,
}

impl Index {
    /// Reads the text called `file`. Entries that break a rule are left out and told; a text that cannot be read at all leaves none.
    pub fn read(file: &str, text: &str) -> (Self, Vec<Box<Mistake>>) {
        let mut index: Self = match handwritten::from_toml(file, text) {
            Ok(index) => index,
            Err(mistake) => return (Self::default(), vec![mistake]),
        };
        let mut mistakes = Vec::new();
        let mut at = 0;
        index.answer.retain(|rule| {
            at += 1;
            let checked = rule.check().and_then(|()| has_file(rule));
            checked.map_err(|mistake| mistakes.push(placed(mistake, file, text, at))).is_ok()
        });
        (index, mistakes)
    }

    /// What is rewritten in a file that an operator chose by hand: as its entry says, else as all.
    pub fn rewrite_of(&self, file: &str) -> &[Part] {
        let entry = self.answer.iter().find(|rule| rule.file.as_deref() == Some(file));
        entry.and_then(|rule| rule.rewrite.as_deref()).unwrap_or(&self.rewrite)
    }
}

fn has_file(rule: &Rule) -> Result<(), Box<Mistake>> {
    match rule.file {
        Some(_) => Ok(()),
        None => Err(Mistake::of_key("", "file", "この項目は必須です。", "this key is required")),
    }
}

/// The place of a mistake in the `nth` entry, from 1: the line of its key, else of its heading.
fn placed(mut mistake: Box<Mistake>, file: &str, text: &str, nth: usize) -> Box<Mistake> {
    let is_heading = |line: &str| line.trim_start().starts_with("[[answer]]");
    let mut lines = (1..).zip(text.lines());
    let heading = lines.by_ref().filter(|(_, line)| is_heading(line)).nth(nth - 1);
    let key = mistake.key.clone().unwrap_or_default();
    let assigns = |line: &str| line.split_once('=').is_some_and(|(left, _)| left.trim().trim_matches('"') == key);
    let line = lines.take_while(|(_, line)| !is_heading(line)).find(|(_, line)| assigns(line)).or(heading);
    mistake.file = file.to_owned();
    mistake.line = line.map(|(number, _)| number);
    mistake
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "rewrite = [\"times\"]\n\n[[answer]]\nfile = \"a.xml\"\ninterface = \"face\"\n\n[[answer]]\nfile = \"b.xml\"\n\
                        interface = \"OQSsihvq1\"\n\n[[answer]]\ninterface = \"pmh\"\n\n[[answer]]\nfile = \"c.pdf\"\n\
                        interface = \"OQSsiurl\"\nrewrite = []\n";

    #[test]
    fn a_wrong_entry_is_told_with_its_line_and_the_others_hold() {
        let (index, mistakes) = Index::read("answers.toml", TEXT);
        let files: Vec<_> = index.answer.iter().map(|rule| rule.file.clone().unwrap()).collect();
        assert_eq!(files, ["a.xml", "c.pdf"]);
        let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert!(told[0].starts_with("answers.toml:9: interface:") && told[0].contains("OQSsihvq"), "{told:?}");
        assert!(told[1].starts_with("answers.toml:11: file:"), "{told:?}");
        assert_eq!(told.len(), 2);
        assert_eq!((index.rewrite_of("a.xml"), index.rewrite_of("c.pdf")), (&[Part::Times][..], &[][..]));
    }

    #[test]
    fn the_file_that_the_document_shows_is_read() {
        let document = include_str!("../../../docs/own-xml.md");
        let text = document.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let (index, mistakes) = Index::read("answers.toml", text);
        assert_eq!((index.answer.len(), mistakes.len()), (3, 0), "{mistakes:?}");
    }

    #[test]
    fn an_unknown_key_is_told_with_line_and_nearest_name_and_leaves_no_entry() {
        let (index, mistakes) = Index::read("answers.toml", "[[answer]]\nfiel = \"a.xml\"\n");
        assert_eq!(index, Index::default());
        let told = mistakes[0].to_string();
        assert!(told.starts_with("answers.toml:2: fiel:") && told.contains("`file`"), "{told}");
    }
}
