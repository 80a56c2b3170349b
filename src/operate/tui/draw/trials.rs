//! The page of scenarios: the list above, what the chosen one is about or how the running one goes below.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Target;
use super::pen::Pen;
use super::popup::{LARGEST, open, with_foot};
use crate::event::Lang;
use crate::operate::scenario::page::word;
use crate::operate::scenario::verdict::{State, StepVerdict, Verdict};
use crate::operate::tui::layout::window;
use crate::operate::tui::look::Look;
use crate::operate::tui::trials::{Now, Row, Trials};
use crate::operate::tui::width::{pad, width, wrap};

/// With fewer rows there is the list alone, or the question alone.
const BOTH: u16 = 9;
/// Cells of how a scenario ended, and of its id.
const WORD: usize = 7;
const ID: usize = 7;

/// Lines below the list.
type Lines = Vec<(String, Style)>;

pub fn paint(pen: &mut Pen<'_>) {
    let (app, look) = (pen.app, pen.look);
    let trials = &app.trials;
    let inside = open(pen, LARGEST.1, pen.say("シナリオ", "Scenarios"));
    let (body, foot) = with_foot(inside);
    let asked = trials.now.as_ref().is_some_and(|now| now.asked.is_some());
    let list = match (body.height >= BOTH, asked) {
        (true, _) => Rect { height: body.height / 2, ..body },
        (false, true) => Rect { height: 0, ..body },
        (false, false) => body,
    };
    paint_list(pen, trials, list);
    let below = Rect { y: list.bottom(), height: body.height - list.height, ..body };
    if below.height > 0 {
        let rule = u16::from(list.height > 0);
        if rule == 1 {
            pen.rule(below, 0);
        }
        paint_lines(pen, Rect { y: below.y + rule, height: below.height - rule, ..below }, trials);
    }
    if let Some(typed) = &trials.typed {
        return typing(pen, foot, typed);
    }
    let beside = match trials.beside.as_str() {
        "" => pen.say(" レセコン: なし   ", " レセコン: none   ").to_owned(),
        beside => format!(" レセコン: {beside}   "),
    };
    let keys: &[(&str, &str)] = match (&trials.now, asked) {
        (_, true) => &[
            ("y", pen.say(" はい   ", " yes   ")),
            ("n", pen.say(" いいえ   ", " no   ")),
            ("Esc", pen.say(" 答えない", " leave it open")),
        ],
        (Some(_), false) => &[("Esc", pen.say(" 止める", " stop"))],
        (None, false) => &[
            ("Enter", pen.say(" 実行   ", " run   ")),
            ("Esc", pen.say(" 閉じる   ", " close   ")),
            ("c", &beside),
            ("", pen.say("見出しは区分のすべて", "a heading runs all of the group")),
        ],
    };
    let pieces: Vec<(&str, Style)> =
        keys.iter().flat_map(|(key, words)| [(*key, look.key()), (*words, Style::new())]).collect();
    pen.row(foot, 0, &pieces);
}

/// The レセコン that is to take part, while it is typed.
fn typing(pen: &mut Pen<'_>, foot: Rect, typed: &str) {
    let look = pen.look;
    let what = pen.say("レセコン: ", "レセコン: ");
    // The end of a long name is where the hand is.
    let room = usize::from(foot.width).saturating_sub(width(what) + 1);
    let skip = typed.chars().count().saturating_sub(room);
    let shown: String = typed.chars().skip(skip).chain(['_']).collect();
    pen.row(foot, 0, &[(what, look.dim()), (&shown, look.accent())]);
}

fn paint_list(pen: &mut Pen<'_>, trials: &Trials, list: Rect) {
    let (look, lang) = (pen.look, pen.app.lang);
    let height = usize::from(list.height);
    let middle = trials.at.saturating_sub(height / 2);
    let first = window(trials.rows.len(), trials.at, middle, height);
    let running = trials.now.as_ref().map(|now| now.id.as_str());
    for (row, (index, what)) in (0..list.height).zip(trials.rows.iter().enumerate().skip(first)) {
        let here = Rect { y: list.y + row, height: 1, ..list };
        pen.spots.add(here, Target::Scenario(index));
        match what {
            Row::Group(group, count) => {
                let heading = format!("{} ({count})", group.words().say(lang));
                pen.row(here, 0, &[(&heading, look.title(false))]);
            }
            Row::One(at) => {
                let Some(read) = trials.all.get(*at) else { continue };
                let verdict = trials.verdicts.get(&read.id).map(|verdict| verdict.state);
                let (ended, style) = match (running == Some(read.id.as_str()), verdict) {
                    (true, _) => (pen.say("実行中", "runs"), look.warn()),
                    (false, Some(state)) => (word(state, lang), of_state(look, state)),
                    (false, None) => ("", Style::new()),
                };
                let title = read.scenario.title.say(lang);
                let (ended, id) = (pad(ended, WORD), pad(&read.id, ID));
                pen.row(here, 0, &[(&ended, style), (&id, look.dim()), (title, Style::new())]);
            }
        }
        if index == trials.at {
            pen.tint(here, look.cursor(true));
        }
    }
}

/// Of what goes on the end is shown, of all else the beginning.
fn paint_lines(pen: &mut Pen<'_>, below: Rect, trials: &Trials) {
    let lines = match (&trials.now, &trials.typed) {
        (Some(now), _) => going_on(pen, now),
        (None, Some(_)) => named(pen, trials),
        (None, None) => about(pen, trials),
    };
    let wide = usize::from(below.width);
    let rows: Lines =
        lines.iter().flat_map(|(text, style)| wrap(text, wide).into_iter().map(|row| (row, *style))).collect();
    let skip = if trials.now.is_some() { rows.len().saturating_sub(usize::from(below.height)) } else { 0 };
    for (row, (text, style)) in (0..below.height).zip(rows.iter().skip(skip)) {
        pen.row(below, row, &[(text, *style)]);
    }
}

fn going_on(pen: &Pen<'_>, now: &Now) -> Lines {
    let (look, lang) = (pen.look, pen.app.lang);
    let mut lines: Lines = now.passed.iter().flat_map(|step| passed(look, step, lang)).collect();
    if let Some((words, right)) = &now.asked {
        lines.push((format!("? {}", words.say(lang)), look.accent()));
        let expected = pen.say("期待: ", "expected: ");
        lines.extend(right.iter().map(|right| (format!("  {expected}{}", right.say(lang)), look.dim())));
        return lines;
    }
    if let Some((number, of, deed)) = &now.step
        && now.passed.last().is_none_or(|step| step.number < *number)
    {
        lines.push((format!("{} {number}/{of} {deed}", now.id), Style::new()));
    }
    let waits = pen.say("待っています: ", "waits until: ");
    lines.extend(now.awaits.iter().map(|what| (format!("  {waits}{}", what.say(lang)), look.warn())));
    lines
}

/// A step in a line, and what of it did not hold.
fn passed(look: Look, step: &StepVerdict, lang: Lang) -> Lines {
    let state = match step.held() {
        Some(true) => State::Held,
        Some(false) => State::Failed,
        None => State::Undecided,
    };
    let mut lines = vec![(format!("{}{}", pad(word(state, lang), WORD), step.heading(lang)), of_state(look, state))];
    for check in step.checks.iter().filter(|check| check.held != Some(true)) {
        lines.push((format!("  {}", check.what.say(lang)), Style::new()));
        let got = [(&check.got, "実際: ", "got: "), (&check.nearest, "近いもの: ", "nearest: ")];
        for (words, ja, en) in got {
            let label = crate::event::say(lang, ja, en);
            lines.extend(words.iter().map(|words| (format!("    {label}{}", words.say(lang)), look.dim())));
        }
    }
    lines
}

/// How a レセコン is called, while one is typed.
fn named(pen: &Pen<'_>, trials: &Trials) -> Lines {
    let look = pen.look;
    let ways = pen.say(
        "空: なし (人に尋ねる)。sample: 見本のレセコン。sample:R5 は R5 の読み手、sample:間違い,… (名前は docs/clinic.md)。URL か HOST:PORT: この窓口につないだレセコン。Enter 決定、Esc やめる",
        "empty: none (people are asked). sample: the sample one. sample:R5: an R5 reader. sample:MISTAKE,… (names: docs/clinic.md). URL or HOST:PORT: one at this \
         station. Enter takes it, Esc leaves it",
    );
    let refused = trials.refused.iter().map(|why| (why.clone(), look.bad()));
    refused.chain([(ways.to_owned(), Style::new())]).collect()
}

/// What came of the chosen one; what it is about where it was not run yet.
fn about(pen: &Pen<'_>, trials: &Trials) -> Lines {
    let (look, lang) = (pen.look, pen.app.lang);
    let Some(read) = trials.chosen() else { return Vec::new() };
    let scenario = &read.scenario;
    let mut lines: Lines = match trials.verdicts.get(&read.id) {
        Some(verdict) => came(look, verdict, lang),
        None => Vec::new(),
    };
    let bears = pen.say("レセコンに求めること: ", "the レセコン is to: ");
    lines.push((format!("{bears}{}", scenario.demand().say(lang)), Style::new()));
    if let Some(requirement) = &scenario.requirement {
        let grade = format!("{} {}: {}", pen.say("要件", "requirement"), requirement.id, requirement.words().say(lang));
        lines.push((grade, Style::new()));
    }
    lines.push((scenario.source.clone(), look.dim()));
    if scenario.alone().is_some() {
        let alone = pen.say(
            "この窓口ではなく、自分の窓口で実行します (レセコンからは見えません)",
            "runs at a station of its own, not at this one: the レセコン does not see it",
        );
        lines.push((alone.to_owned(), look.warn()));
    }
    lines
}

fn came(look: Look, verdict: &Verdict, lang: Lang) -> Lines {
    let why = verdict.why.iter().map(|why| (why.say(lang).to_owned(), of_state(look, verdict.state)));
    why.chain(verdict.steps.iter().flat_map(|step| passed(look, step, lang))).collect()
}

fn of_state(look: Look, state: State) -> Style {
    match state {
        State::Held => look.good(),
        State::Failed | State::Unreachable => look.bad(),
        State::Undecided => look.warn(),
        State::Skipped => look.dim(),
    }
}
