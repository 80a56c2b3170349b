//! For programs: one object.

use serde::Serialize;

use super::Found;
use crate::code::Confidence;
use crate::event::Lang;
use crate::message::check::{Rule, Severity, Violation};

#[derive(Serialize)]
struct Report<'a> {
    files: Vec<File<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    unreadable: usize,
}

#[derive(Serialize)]
struct File<'a> {
    file: &'a str,
    violations: Vec<Line<'a>>,
    /// Violations that are not listed.
    more: usize,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct Line<'a> {
    rule: Rule,
    severity: Severity,
    title: &'static str,
    line: Option<usize>,
    column: Option<usize>,
    element: Option<&'a str>,
    seen: Option<&'a str>,
    expected: Option<&'a str>,
    remedy: &'static str,
    confidence: Confidence,
    source: &'a str,
}

/// Everything that was found.
pub fn report(found: &[Found], lang: Lang) -> String {
    let count = |severity| found.iter().map(|file| file.count(severity)).sum();
    let files = found.iter().map(|file| File {
        file: &file.path,
        violations: file.violations.iter().map(|(severity, violation)| line(*severity, violation, lang)).collect(),
        more: file.more,
        error: file.unreadable.as_deref(),
    });
    let report = Report {
        files: files.collect(),
        summary: Summary {
            files: found.len(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            unreadable: found.iter().filter(|file| file.unreadable.is_some()).count(),
        },
    };
    // Text and numbers only: this cannot fail.
    serde_json::to_string(&report).unwrap_or_default() + "\n"
}

fn line(severity: Severity, violation: &Violation, lang: Lang) -> Line<'_> {
    Line {
        rule: violation.rule,
        severity,
        title: violation.rule.title(lang),
        line: violation.place.map(|(line, _)| line),
        column: violation.place.map(|(_, column)| column),
        element: violation.path.as_deref(),
        seen: violation.seen.as_deref(),
        expected: violation.expected.as_ref().map(|expected| expected.say(lang)),
        remedy: violation.rule.remedy(lang),
        confidence: violation.confidence,
        source: &violation.source,
    }
}
