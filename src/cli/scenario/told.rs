//! Verdicts in words.

use std::fmt::Write;

use crate::event::{Lang, say};
use crate::operate::scenario::verdict::{State, Verdict};
use crate::text::width::pad;

/// Columns of the word that says how it ended.
const WORD: usize = 6;

/// One line.
pub(super) fn line(verdict: &Verdict, lang: Lang) -> String {
    let word = match verdict.state {
        State::Held => say(lang, "合格", "held"),
        State::Failed => say(lang, "不合格", "FAILED"),
        State::Skipped => say(lang, "省略", "skip"),
        State::Unreachable => say(lang, "不通", "LOST"),
    };
    format!("{} {} {}", pad(word, WORD), pad(&verdict.id, 8), verdict.title.say(lang))
}

/// All of them, what did not hold with its reasons, and the sum. `told` says that the lines were seen already.
pub(super) fn report(verdicts: &[Verdict], lang: Lang, told: bool) -> String {
    let mut text = String::new();
    for verdict in verdicts {
        let lines = verdict.lines(lang);
        if !told || !lines.is_empty() {
            let _ = writeln!(text, "{}", line(verdict, lang));
        }
        for line in lines {
            let _ = writeln!(text, "    {line}");
        }
    }
    let of = |state: State| verdicts.iter().filter(|verdict| verdict.state == state).count();
    let asked: usize = verdicts.iter().map(Verdict::not_asked).sum();
    let _ = match lang {
        Lang::Ja => writeln!(
            text,
            "{} 件: 合格 {}、不合格 {}、省略 {}、不通 {}",
            verdicts.len(),
            of(State::Held),
            of(State::Failed),
            of(State::Skipped),
            of(State::Unreachable)
        ),
        Lang::En => writeln!(
            text,
            "{}: {} held, {} failed, {} skipped, {} unreachable",
            verdicts.len(),
            of(State::Held),
            of(State::Failed),
            of(State::Skipped),
            of(State::Unreachable)
        ),
    };
    if asked > 0 {
        let _ = match lang {
            Lang::Ja => writeln!(text, "レセコンの画面についての質問 {asked} 件は尋ねていません（--ask で尋ねます）"),
            Lang::En => {
                writeln!(text, "{asked} questions about the レセコン's screen were not asked (--ask asks them)")
            }
        };
    }
    text
}
