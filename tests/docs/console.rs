//! What a document shows of a console: commands after `$ `, their further lines after `> `, and what they print.
//!
//! In what is printed, `…` stands for anything on a line, and a line of `…` alone for any number of lines.

use std::fs;
use std::path::Path;

/// A command of a document.
#[derive(Debug)]
pub struct Step {
    /// `README.md:12`
    pub place: String,
    /// As typed; a command of several lines has several.
    pub command: String,
    /// The lines that it prints.
    pub prints: Vec<String>,
}

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A document of the repository.
pub fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// Every document whose commands are run: those of the root, and of `docs/`.
pub fn documents() -> Vec<String> {
    let named = |folder: &str| {
        let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let names = entries.map(|name| format!("{folder}{}", name.to_string_lossy()));
        names.filter(|name| name.ends_with(".md")).collect::<Vec<String>>()
    };
    let mut all = [named(""), named("docs/")].concat();
    all.sort();
    all
}

/// The blocks of `document` in one of `languages`: the line of each block's fence, and its lines.
pub fn blocks<'a>(document: &'a str, languages: &[&str]) -> Vec<(usize, Vec<&'a str>)> {
    let mut found = Vec::new();
    let mut open: Option<(bool, usize, Vec<&str>)> = None;
    for (number, line) in (1..).zip(document.lines()) {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => {
                found.extend(open.take().filter(|(wanted, ..)| *wanted).map(|(_, at, lines)| (at, lines)));
            }
            (Some((_, _, lines)), None) => lines.push(line),
            (None, Some(language)) => open = Some((languages.contains(&language), number, Vec::new())),
            (None, None) => {}
        }
    }
    found
}

/// The commands of `document` in their order.
pub fn steps(document: &str) -> Vec<Step> {
    let text = read(document);
    let mut steps: Vec<Step> = Vec::new();
    for (at, lines) in blocks(&text, &["console", "sh"]) {
        let first = steps.len();
        for (line, number) in lines.into_iter().zip(at + 1..) {
            let place = format!("{document}:{number}");
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step { place, command: command.to_owned(), prints: Vec::new() });
                continue;
            }
            assert!(steps.len() > first, "{place}: a console block begins with a command: $ …");
            let Some(step) = steps.last_mut() else { continue };
            match line.strip_prefix("> ").or((line == ">").then_some("")) {
                Some(more) if step.prints.is_empty() => step.command += &format!("\n{more}"),
                _ => step.prints.push(line.to_owned()),
            }
        }
    }
    steps
}

/// Are `printed` the lines that a document `expects`?
pub fn agree(expected: &[String], printed: &[String]) -> bool {
    match (expected.split_first(), printed.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first.trim() == "…" => {
            (0..=printed.len()).any(|taken| agree(rest, printed.get(taken..).unwrap_or_default()))
        }
        (Some((first, rest)), Some((line, others))) => line_agrees(first, line) && agree(rest, others),
        _ => false,
    }
}

fn line_agrees(expected: &str, line: &str) -> bool {
    let mut parts = expected.trim_end().split('…');
    let Some(mut left) = parts.next().and_then(|start| line.trim_end().strip_prefix(start)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return left.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        match left.find(part) {
            Some(at) => left = left.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[test]
fn a_placeholder_stands_for_anything_and_nothing_else_is_overlooked() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let agrees = |expected: &str, printed: &str| agree(&lines(expected), &lines(printed));
    assert!(agrees("taro  … ms\n…\nend", "taro  12 ms\na\nb\nend") && agrees("a\n…", "a") && agrees("a…b…c", "a1b2c"));
    assert!(!agrees("a", "a\nb") && !agrees("a\nb", "a") && !agrees("a…", "b") && !agrees("…c", "ab"));
    assert!(!agrees("a…b…c", "ac") && !agrees("a", "ab") && !agrees("", "a"));
}
