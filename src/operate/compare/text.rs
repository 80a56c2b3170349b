//! The report in words.

use std::fmt::Write;

use super::report::{FileReport, Report, Source, is_request};
use crate::event::{Lang, say};
use crate::message::compare::tree::{Finding, Kind};
use crate::message::compare::{Set, Whole};
use crate::text::width::cut;

/// A value longer than this is cut, so that a line stays a line.
const VALUE_COLUMNS: usize = 60;

/// The report as lines of text.
pub fn of(report: &Report, lang: Lang) -> String {
    let mut text = String::new();
    for file in report.files.iter().filter(|file| !is_request(file)) {
        of_file(file, lang, &mut text);
    }
    summary(report, lang, &mut text);
    text
}

fn of_file(file: &FileReport, lang: Lang, text: &mut String) {
    let verdict = match (&file.problem, file.differs()) {
        (Some(_), _) => say(lang, "比べられません", "not compared"),
        (None, true) => say(lang, "違いあり", "differs"),
        (None, false) => say(lang, "違いなし", "no difference"),
    };
    line(text, &format!("{}  {verdict}{}", file.file, source(&file.source, lang)));
    if let Some(problem) = &file.problem {
        line(text, &format!("    ! {}", problem.say(lang)));
    }
    for assumed in &file.assumed {
        line(text, &format!("    {}: {}", say(lang, "仮定", "assumed"), assumed.say(lang)));
    }
    for Set { table, key, value } in &file.settings {
        line(
            text,
            &format!("    {}: {table} {key} = {value}", say(lang, "設定で同じになります", "the same with a setting")),
        );
    }
    for Whole { what, theirs, ours } in &file.whole {
        let (theirs, ours) = (cut(theirs, VALUE_COLUMNS), cut(ours, VALUE_COLUMNS));
        line(text, &format!("  ≠ {}: {theirs}  ({} {ours})", whole(what, lang), say(lang, "当方", "ours")));
    }
    for finding in &file.findings {
        line(text, &of_finding(finding, lang));
    }
}

fn source(source: &Source, lang: Lang) -> String {
    match source {
        Source::None | Source::Request | Source::Other => String::new(),
        Source::Asked(path) => format!("  ← {path}"),
        Source::Echo => say(lang, "  ← 回答から作った要求", "  ← request made of the answer").to_owned(),
        Source::Visit => say(lang, "  ← 来院", "  ← a visit").to_owned(),
        Source::Pair(path) => format!("  ↔ {path}"),
    }
}

fn whole(what: &str, lang: Lang) -> &str {
    let (ja, en) = match what {
        "declaration" => ("XML宣言", "XML declaration"),
        "bom" => ("BOM", "BOM"),
        "newline" => ("改行", "line ends"),
        "indent" => ("字下げ", "indentation"),
        "end" => ("末尾の改行", "line end at the end"),
        "line" => ("書き方の違う行", "a line written otherwise"),
        "attribute" => ("属性など", "attributes and the like"),
        "order" => ("要素の順", "order of elements"),
        "name" => ("ファイル名の形", "form of the name"),
        "err" => (".err の形", "form of the .err"),
        other => (other, other),
    };
    say(lang, ja, en)
}

fn of_finding(finding: &Finding, lang: Lang) -> String {
    let mark = if finding.kind.counts() { '≠' } else { '~' };
    let shown = |value: &Option<String>| value.as_deref().map(|value| cut(value, VALUE_COLUMNS));
    let values = match (shown(&finding.theirs), shown(&finding.ours)) {
        (Some(theirs), Some(ours)) => format!(" {theirs}  ({} {ours})", say(lang, "当方", "ours")),
        (Some(theirs), None) => format!(" {theirs}"),
        (None, Some(ours)) => format!(" ({} {ours})", say(lang, "当方", "ours")),
        (None, None) => String::new(),
    };
    let note = finding.note.as_deref().map(|note| format!("  [{note}]")).unwrap_or_default();
    format!("  {mark} {}: {}{values}{note}", kind(finding.kind, lang), finding.path)
}

fn kind(kind: Kind, lang: Lang) -> &'static str {
    let (ja, en) = match kind {
        Kind::NeverSeen => ("見たことのない要素", "never seen"),
        Kind::OnlyTheirs => ("実端末だけ", "only theirs"),
        Kind::OnlyOurs => ("当方だけ", "only ours"),
        Kind::Value => ("値", "value"),
        Kind::Shape => ("値の形", "shape of a value"),
        Kind::Time => ("時刻（違って当然）", "time (expected)"),
        Kind::Identifier => ("識別子（違って当然）", "identifier (expected)"),
        Kind::Key => ("キー（違って当然）", "key (expected)"),
        Kind::OwnCode => ("当方独自のコードの箇所", "beside a code of our own"),
    };
    say(lang, ja, en)
}

fn summary(report: &Report, lang: Lang, text: &mut String) {
    let differ = report.files.iter().filter(|file| file.problem.is_none() && file.differs()).count();
    let counted = match lang {
        Lang::Ja => format!(
            "\n比べたファイル {}（違いあり {differ}）、比べられないもの {}、要求 {}、その他 {}",
            report.compared, report.not_compared, report.requests, report.others
        ),
        Lang::En => format!(
            "\n{} files compared ({differ} differ), {} could not be, {} requests, {} others",
            report.compared, report.not_compared, report.requests, report.others
        ),
    };
    line(text, &counted);
    for (of_kind, count) in &report.counts {
        line(text, &format!("    {}: {count}", kind(*of_kind, lang)));
    }
    if !report.settings.is_empty() {
        line(text, say(lang, "\n同じ書き方になる設定:", "\nsettings that write alike:"));
        let mut open = "";
        for Set { table, key, value } in &report.settings {
            if open != *table {
                line(text, table);
                open = table;
            }
            line(text, &format!("{key} = {value}"));
        }
    }
    if !report.never_seen.is_empty() {
        line(text, say(lang, "\n見たことのない要素:", "\nelements never seen:"));
    }
    for seen in &report.never_seen {
        let example = seen.example.as_deref().map(|value| format!("  {}", cut(value, VALUE_COLUMNS)));
        line(text, &format!("    {} ×{}{}", seen.path, seen.count, example.unwrap_or_default()));
    }
}

fn line(text: &mut String, line: &str) {
    // Writing into a String cannot fail.
    let _ = writeln!(text, "{line}");
}
