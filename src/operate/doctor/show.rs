//! Findings as plain text: a line each, and below what is not as it has to be the rule and the remedy.

use super::{Finding, Grade};
use crate::event::{Lang, say};
use crate::text::width::{columns, pad};

/// All findings, and how many of them are bad.
pub fn text(findings: &[Finding], lang: Lang) -> String {
    let title = |finding: &Finding| say(lang, finding.title.0, finding.title.1);
    let widest = |of: &dyn Fn(&Finding) -> usize| findings.iter().map(of).max().unwrap_or(0);
    let grades = widest(&|finding| columns(name(finding.grade, lang)));
    let titles = widest(&|finding| columns(title(finding)));
    let mut out = String::new();
    for finding in findings {
        let (grade, title) = (pad(name(finding.grade, lang), grades), pad(title(finding), titles));
        out += &format!("{grade}  {title}  {}: {}\n", finding.place, finding.found.say(lang));
        let indent = " ".repeat(grades + 2);
        if finding.grade >= Grade::Warning {
            out += &format!("{indent}{}  {}\n", say(lang, "決まり", "rule"), finding.rule.say(lang));
        }
        if let Some(remedy) = &finding.remedy {
            out += &format!("{indent}→ {}\n", remedy.say(lang));
        }
    }
    let count = |grade| findings.iter().filter(|finding| finding.grade == grade).count();
    let (broken, warnings) = (count(Grade::Broken), count(Grade::Warning));
    out + &match lang {
        Lang::Ja => format!("\n不可 {broken}、警告 {warnings}、調べた所 {}\n", findings.len()),
        Lang::En => format!("\n{broken} broken, {warnings} warnings, {} looked at\n", findings.len()),
    }
}

fn name(grade: Grade, lang: Lang) -> &'static str {
    match grade {
        Grade::Good => say(lang, "○", "ok"),
        Grade::Note => say(lang, "○ 参考", "note"),
        Grade::Warning => say(lang, "△ 警告", "warning"),
        Grade::Broken => say(lang, "× 不可", "broken"),
    }
}
