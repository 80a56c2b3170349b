//! For people, in the manner of a compiler.

use super::Found;
use crate::event::{Lang, say};
use crate::message::check::{Rule, Severity, Violation};
use crate::text::width::{columns, pad};

/// All files with something to say, and a line that sums up.
pub fn report(found: &[Found], lang: Lang) -> String {
    let mut out = String::new();
    for file in found {
        if let Some(why) = &file.unreadable {
            out += &format!("{}: {}: {why}\n\n", file.path, say(lang, "読めません", "cannot be read"));
        }
        for (severity, violation) in &file.violations {
            out += &one(&file.path, *severity, violation, lang);
        }
        if file.more > 0 {
            let more = match lang {
                Lang::Ja => format!("{}: ほかに {} 件\n", file.path, file.more),
                Lang::En => format!("{}: and {} more\n", file.path, file.more),
            };
            out += &more;
        }
        if !file.violations.is_empty() {
            out.push('\n');
        }
    }
    out + &summary(found, lang)
}

fn one(path: &str, severity: Severity, violation: &Violation, lang: Lang) -> String {
    let place = violation.place.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
    let mut out =
        format!("{path}{place}: {}[{}] {}\n", word(severity, lang), violation.rule.id(), message(violation, lang));
    if let Some(element) = &violation.path {
        out += &format!("    {element}\n");
    }
    let doubt = if violation.confidence.is_provisional() { say(lang, "（推定）", " (inferred)") } else { "" };
    out + &format!("    → {}{doubt}\n", violation.rule.remedy(lang))
}

/// What is broken, what was seen and what belongs there.
pub fn message(violation: &Violation, lang: Lang) -> String {
    let mut text = violation.rule.title(lang).to_owned();
    if let Some(seen) = &violation.seen {
        text += &match lang {
            Lang::Ja => format!("「{seen}」"),
            Lang::En => format!(": \"{seen}\""),
        };
    }
    if let Some(expected) = &violation.expected {
        text += &match lang {
            Lang::Ja => format!("（正: {}）", expected.say(lang)),
            Lang::En => format!(" (expected: {})", expected.say(lang)),
        };
    }
    text
}

fn word(severity: Severity, lang: Lang) -> &'static str {
    let (ja, en) = match severity {
        Severity::Error => ("エラー", "error"),
        Severity::Warning => ("警告", "warning"),
        Severity::Note => ("参考", "note"),
    };
    say(lang, ja, en)
}

fn summary(found: &[Found], lang: Lang) -> String {
    let count = |severity| found.iter().map(|file| file.count(severity)).sum::<usize>();
    let (files, errors) = (found.len(), count(Severity::Error));
    let (warnings, notes) = (count(Severity::Warning), count(Severity::Note));
    let unreadable = found.iter().filter(|file| file.unreadable.is_some()).count();
    let counts = match lang {
        Lang::Ja => format!("{files} ファイル: エラー {errors}、警告 {warnings}、参考 {notes}"),
        Lang::En => format!("files {files}: errors {errors}, warnings {warnings}, notes {notes}"),
    };
    match (unreadable, lang) {
        (0, _) => counts + "\n",
        (_, Lang::Ja) => format!("{counts}、読めないもの {unreadable}\n"),
        (_, Lang::En) => format!("{counts}, unreadable {unreadable}\n"),
    }
}

/// All rules, one line each.
pub fn rules(lang: Lang) -> String {
    let widest = Rule::ALL.iter().map(|rule| columns(rule.id())).max().unwrap_or(0);
    let line = |rule: &Rule| {
        let severity = pad(word(rule.severity(), lang), columns("warning"));
        format!(
            "{}  {severity}  [{}] {}  ({})\n",
            pad(rule.id(), widest),
            rule.confidence(),
            rule.title(lang),
            rule.source()
        )
    };
    Rule::ALL.iter().map(line).collect()
}
