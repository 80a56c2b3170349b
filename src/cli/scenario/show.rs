//! The list as a test plan, and one scenario in words.

use std::path::Path;

use serde_json::json;

use super::{ListArgs, unreadable};
use crate::cli::{Exit, Outcome};
use crate::event::{Lang, say};
use crate::operate::scenario::model::{Group, Scenario, Step};
use crate::operate::scenario::read::{self, Read, deeds};
use crate::operate::scenario::{library, page};
use crate::text::width::pad;

pub(super) fn list(scenarios: &[Read], args: &ListArgs, lang: Lang) -> Outcome {
    if args.json {
        let rows: Vec<_> = scenarios.iter().map(|read| row(&read.id, &read.scenario)).collect();
        println!("{:#}", json!(rows));
        return Ok(Exit::Done);
    }
    if args.html {
        print!("{}", page::plan(scenarios, lang));
        return Ok(Exit::Done);
    }
    if args.markdown {
        println!("# {}\n", say(lang, "試験計画", "Test plan"));
    }
    for group in Group::ALL {
        let mine: Vec<&Read> = scenarios.iter().filter(|read| read.scenario.group == group).collect();
        if mine.is_empty() {
            continue;
        }
        match args.markdown {
            true => plan(group, &mine, lang),
            false => {
                println!("{} ({})", group.words().say(lang), mine.len());
                mine.iter().for_each(|read| println!("  {} {}", pad(&read.id, 10), read.scenario.title.say(lang)));
            }
        }
    }
    Ok(Exit::Done)
}

fn plan(group: Group, scenarios: &[&Read], lang: Lang) {
    println!("## {}\n", group.words().say(lang));
    println!(
        "| {} | {} | {} | {} | {} |",
        say(lang, "番号", "id"),
        say(lang, "試すこと", "what"),
        say(lang, "レセコンに求めること", "what the レセコン is to do"),
        say(lang, "出典", "source"),
        say(lang, "結果", "result"),
    );
    println!("|---|---|---|---|---|");
    for Read { id, scenario, .. } in scenarios {
        let (heading, demand) = (scenario.heading(), scenario.demand());
        println!("| {id} | {} | {} | {} |  |", heading.say(lang), demand.say(lang), scenario.source);
    }
    println!();
}

fn row(id: &str, scenario: &Scenario) -> serde_json::Value {
    json!({
        "id": id,
        "group": scenario.group,
        "title": scenario.title,
        "bearing": scenario.bearing,
        "requirement": scenario.requirement,
        "source": scenario.source,
        "provisional": scenario.provisional,
    })
}

pub(super) fn one(place: &Path, toml: bool, lang: Lang) -> Outcome {
    let read = read::all(&[place.to_owned()]).map_err(unreadable)?;
    for Read { id, file, scenario } in &read {
        if toml {
            let text = library::text(id).filter(|_| !place.exists()).map(str::to_owned);
            let text = text.map_or_else(|| std::fs::read_to_string(file), Ok);
            print!("{}", text.unwrap_or_default());
            continue;
        }
        println!("{id}  {}", scenario.title.say(lang));
        println!("  {}: {}", say(lang, "区分", "group"), scenario.group.words().say(lang));
        println!("  {}: {}", say(lang, "レセコンに求めること", "the レセコン is to"), scenario.demand().say(lang));
        if let Some(requirement) = &scenario.requirement {
            println!("  {}: {} {}", say(lang, "要件", "requirement"), requirement.id, requirement.words().say(lang));
        }
        println!("  {}: {}", say(lang, "出典", "source"), scenario.source);
        if scenario.provisional {
            println!(
                "  {}",
                say(lang, "公開されていない配置や値に基づく（仮）", "rests on layouts or values that are not public")
            );
        }
        for (number, step) in scenario.steps.iter().enumerate() {
            println!("  {}. {}", number + 1, in_words(step, lang));
        }
    }
    Ok(Exit::Done)
}

/// A step by its deed, its note, and how much is expected of it.
fn in_words(step: &Step, lang: Lang) -> String {
    let deed = match (deeds(step).first().copied(), step) {
        (Some("visit"), Step { visit: Some(visit), .. }) => {
            format!("{} {}", say(lang, "受付", "visit of"), visit.person)
        }
        (Some("visits"), _) => {
            let people: Vec<&str> = step.visits.iter().map(|visit| visit.person.as_str()).collect();
            format!("{} {}", say(lang, "同時の受付", "visits at once of"), people.join(", "))
        }
        (Some("request"), Step { request: Some(request), .. }) => {
            let person = request.person.as_deref().unwrap_or_default();
            format!("{} {} {person}", say(lang, "要求", "request"), request.interface)
        }
        (Some("wait"), Step { wait: Some(wait), .. }) => format!("{} {}", say(lang, "待つ", "wait for"), wait.file),
        (Some("advance"), _) => say(lang, "時計を進める", "the clock goes on").to_owned(),
        (Some("person"), Step { person: Some(change), .. }) => {
            let paths: Vec<&str> = change.set.keys().chain(&change.remove).map(String::as_str).collect();
            format!("{} {} ({})", say(lang, "患者の変更", "change of"), change.id, paths.join(", "))
        }
        (Some("fault"), Step { fault: Some(fault), .. }) => {
            let off = if fault.off { say(lang, " 解除", " taken back") } else { "" };
            format!("{} {}{off}", say(lang, "障害", "fault"), fault.name)
        }
        (Some("collect"), _) => format!("{} {}", say(lang, "回収", "fetch"), step.collect.join(", ")),
        (Some("restart"), _) => say(lang, "端末の再起動", "the terminal restarts").to_owned(),
        (Some("question"), Step { question: Some(question), .. }) => {
            format!("{} {}", say(lang, "質問", "question:"), say(lang, &question.ja, &question.en))
        }
        (Some("desk"), Step { desk: Some(desk), .. }) => {
            format!("{} {}", say(lang, "レセコンで", "at the レセコン:"), say(lang, &desk.ja, &desk.en))
        }
        (Some("ask"), Step { ask: Some(ask), .. }) => {
            format!("{} {}", say(lang, "レセコンに尋ねる", "of the レセコン:"), say(lang, &ask.ja, &ask.en))
        }
        (Some("place"), Step { place: Some(place), .. }) => {
            format!("{} {}", say(lang, "ほかのプログラムが置く", "somebody else puts"), place.file)
        }
        _ => say(lang, "確認", "look").to_owned(),
    };
    let note = step.note.as_ref().map(|note| format!(" — {note}")).unwrap_or_default();
    let expected = match step.expect.len() {
        0 => String::new(),
        n => format!(" [{} {n}]", say(lang, "期待", "expectations")),
    };
    format!("{}{note}{expected}", deed.trim_end())
}
