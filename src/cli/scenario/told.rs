//! Verdicts in words.

use std::fmt::Write;

use crate::event::Lang;
use crate::operate::scenario::page::word;
use crate::operate::scenario::verdict::{State, Verdict};
use crate::text::width::pad;

/// Columns of the word that says how it ended.
const WORD: usize = 6;

/// One line.
pub(super) fn line(verdict: &Verdict, lang: Lang) -> String {
    format!("{} {} {}", pad(word(verdict.state, lang), WORD), pad(&verdict.id, 8), verdict.title.say(lang))
}

/// All of them, and what did not hold with its reasons. `told` says that the lines were seen already.
pub(super) fn listing(verdicts: &[Verdict], lang: Lang, told: bool) -> String {
    let mut text = String::new();
    for verdict in verdicts {
        // That nobody was there to tell is said once, below.
        let lines = if verdict.state == State::Undecided { Vec::new() } else { verdict.lines(lang) };
        if !told || !lines.is_empty() {
            let _ = writeln!(text, "{}", line(verdict, lang));
        }
        for line in lines {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

/// The sum.
pub(super) fn sum(verdicts: &[Verdict], lang: Lang) -> String {
    let of = |state: State| verdicts.iter().filter(|verdict| verdict.state == state).count();
    let counts = [State::Held, State::Failed, State::Undecided, State::Skipped, State::Unreachable].map(of);
    let [held, failed, undecided, skipped, lost] = counts;
    let all = verdicts.len();
    let open: usize = verdicts.iter().map(Verdict::undecided).sum();
    // A word that means nothing here is left out.
    let open_ja = if undecided > 0 { format!("、未決 {undecided}") } else { String::new() };
    let open_en = if undecided > 0 { format!(", {undecided} open") } else { String::new() };
    let mut text = match lang {
        Lang::Ja => format!("{all} 件: 合格 {held}、不合格 {failed}{open_ja}、省略 {skipped}、不通 {lost}\n"),
        Lang::En => format!("{all}: {held} held, {failed} failed{open_en}, {skipped} skipped, {lost} unreachable\n"),
    };
    let alone = verdicts.iter().filter(|verdict| verdict.state == State::Held && verdict.terminal_alone).count();
    if alone > 0 {
        let _ = match lang {
            Lang::Ja => writeln!(text, "端末だけ: 合格のうち {alone} 件（レセコンに求めることは確かめていません）"),
            Lang::En => {
                writeln!(text, "terminal alone: {alone} of those that held (the レセコン was not tried)")
            }
        };
    }
    if open > 0 {
        let _ = match lang {
            Lang::Ja => writeln!(
                text,
                "未決: レセコンについての {open} 件は、尋ねる相手がいないため決まっていません（--consumer か --ask で決まります）"
            ),
            Lang::En => writeln!(
                text,
                "open: {open} things about the レセコン were not decided, as nobody was there to tell (--consumer or --ask)"
            ),
        };
    }
    text
}
