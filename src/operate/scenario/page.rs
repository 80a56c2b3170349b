//! The test plan and what came of it as one page of HTML, for a browser and for paper: nothing in it comes from elsewhere.

use std::fmt::Write;

use super::model::{Group, Scenario};
use super::read::Read;
use super::verdict::{State, StepVerdict, Verdict};
use crate::event::{Lang, say};
use crate::message::xml::escaped;

const STYLE: &str = include_str!("page.css");

/// The plan: what is tried, how the レセコン is to bear it, a box for the result.
pub fn plan(scenarios: &[Read], lang: Lang) -> String {
    let mut body = String::new();
    for group in Group::ALL {
        let mine: Vec<&Read> = scenarios.iter().filter(|read| read.scenario.group == group).collect();
        let row = |body: &mut String, read: &&Read| {
            let _ = writeln!(body, "<tr>{}<td class=\"box\"></td></tr>", planned(&read.id, &read.scenario, lang));
        };
        table(&mut body, group, &mine, row, lang);
    }
    whole(say(lang, "試験計画", "Test plan"), "", &body, lang)
}

/// The same with what came of each, and below it the steps of whatever did not simply hold.
pub fn report(scenarios: &[Read], verdicts: &[Verdict], lang: Lang) -> String {
    let of = |state: State| verdicts.iter().filter(|verdict| verdict.state == state).count();
    let states = [State::Held, State::Failed, State::Undecided, State::Skipped, State::Unreachable];
    let counts = states.map(|state| format!("{} {}", word(state, lang), of(state))).join("　");
    let mut body = String::new();
    for group in Group::ALL {
        let both = scenarios.iter().zip(verdicts).filter(|(read, _)| read.scenario.group == group);
        let row = |body: &mut String, (read, verdict): &(&Read, &Verdict)| {
            let planned = planned(&read.id, &read.scenario, lang);
            let (class, word) = (class(verdict.state), word(verdict.state, lang));
            let _ = writeln!(body, "<tr>{planned}<td class=\"{class}\">{word}</td></tr>");
            if verdict.state != State::Held {
                let _ = writeln!(body, "<tr><td></td><td colspan=\"4\">{}</td></tr>", went(verdict, lang));
            }
        };
        table(&mut body, group, &both.collect::<Vec<_>>(), row, lang);
    }
    whole(say(lang, "試験の結果", "Results"), &counts, &body, lang)
}

fn whole(title: &str, counts: &str, body: &str, lang: Lang) -> String {
    let code = say(lang, "ja", "en");
    format!(
        "<!DOCTYPE html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\"><title>{title}</title>\n<style>\n{STYLE}</style></head>\n\
         <body><h1>{title}</h1>\n<p>madoguchi {}　{counts}</p>\n{body}</body></html>\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn table<T>(body: &mut String, group: Group, rows: &[T], row: impl Fn(&mut String, &T), lang: Lang) {
    if rows.is_empty() {
        return;
    }
    let heads = [
        say(lang, "番号", "id"),
        say(lang, "試すこと", "what is tried"),
        say(lang, "レセコンに求めること", "what the レセコン is to do"),
        say(lang, "出典", "source"),
        say(lang, "結果", "result"),
    ];
    let heads = heads.map(|head| format!("<th>{head}</th>")).concat();
    let _ = writeln!(
        body,
        "<h2>{} ({})</h2>\n<table><thead><tr>{heads}</tr></thead><tbody>",
        group.words().say(lang),
        rows.len()
    );
    rows.iter().for_each(|one| row(body, one));
    body.push_str("</tbody></table>\n");
}

/// The first four cells of a row.
fn planned(id: &str, scenario: &Scenario, lang: Lang) -> String {
    let (heading, demand) = (scenario.heading(), scenario.demand());
    let cells = [id, heading.say(lang), demand.say(lang), &scenario.source].map(escaped);
    let [id, title, bearing, source] = cells;
    format!("<td>{id}</td><td>{title}</td><td>{bearing}</td><td class=\"source\">{source}</td>")
}

/// What came of its steps, in words.
fn went(verdict: &Verdict, lang: Lang) -> String {
    let why = verdict.why.iter().map(|why| format!("<p>{}</p>", escaped(why.say(lang)))).collect::<String>();
    let steps = verdict.steps.iter().map(|step| stepped(step, lang)).collect::<String>();
    let faults = match verdict.faults.is_empty() {
        true => String::new(),
        false => {
            let faults = escaped(&verdict.faults.join(", "));
            format!("<p>{} {faults}</p>", say(lang, "起きた障害:", "faults that came up:"))
        }
    };
    format!("{why}<ul>{steps}</ul>{faults}")
}

fn stepped(step: &StepVerdict, lang: Lang) -> String {
    let line = step.line.map(|line| format!(" :{line}")).unwrap_or_default();
    let mut text = format!("<li>{}{line}<ul>", escaped(&step.heading(lang)));
    for check in &step.checks {
        let state = match check.held {
            Some(true) => State::Held,
            Some(false) => State::Failed,
            None => State::Undecided,
        };
        let _ = write!(text, "<li class=\"{}\">{} {}", class(state), word(state, lang), escaped(check.what.say(lang)));
        for (label, words) in
            [(say(lang, "実際", "got"), &check.got), (say(lang, "近いもの", "nearest"), &check.nearest)]
        {
            if let Some(words) = words {
                let _ = write!(text, "<br>{label}: {}", escaped(words.say(lang)));
            }
        }
        text.push_str("</li>");
    }
    text + "</ul></li>"
}

/// How it ended, in a word.
pub fn word(state: State, lang: Lang) -> &'static str {
    match state {
        State::Held => say(lang, "合格", "held"),
        State::Failed => say(lang, "不合格", "FAILED"),
        State::Undecided => say(lang, "未決", "open"),
        State::Skipped => say(lang, "省略", "skip"),
        State::Unreachable => say(lang, "不通", "LOST"),
    }
}

fn class(state: State) -> &'static str {
    match state {
        State::Held => "held",
        State::Failed | State::Unreachable => "failed",
        State::Undecided => "open",
        State::Skipped => "skipped",
    }
}
