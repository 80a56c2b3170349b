//! What a step expects, held against what there is. Where it does not hold, what came nearest is told with it.
//!
//! - [`values`]: what the elements of a file hold
//! - [`asked`]: what the レセコン asked of the terminal
//! - [`near`]: what came nearest

mod asked;
mod near;
mod values;

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::model::{Expect, RequestEncoding};
use super::session::{Kept, Session, Stopped};
use super::steps::{lives, named};
use super::verdict::Check;
use crate::clock::{parse_time, time14};
use crate::event::FileLife::{Arrived, Delivered, Replaced};
use crate::event::{FileLife, Lang, Words, life_text};
use crate::message::xml;
use crate::text::{self, Encoding};

/// How often is looked for what may still come.
const LOOK: Duration = Duration::from_millis(5);

/// Everything that one expectation says.
///
/// # Errors
/// The station does not answer, or a placeholder means nothing.
pub fn judge(expect: &Expect, session: &Session<'_>) -> Result<Vec<Check>, Stopped> {
    let mut checks = Vec::new();
    if let Some(file) = &expect.file {
        of_file(file, expect, session, &mut checks)?;
    }
    if let Some(wanted) = &expect.asked {
        asked::judge(wanted, expect.within_s, session, &mut checks)?;
    }
    of_visit(expect, session, &mut checks)?;
    of_run(expect, session, &mut checks)?;
    Ok(checks)
}

fn of_file(file: &str, expect: &Expect, session: &Session<'_>, checks: &mut Vec<Check>) -> Result<(), Stopped> {
    let found = named(file, session)?;
    let names = |found: &[Kept]| found.iter().map(|kept| kept.name.clone()).collect::<Vec<_>>().join(", ");
    if let Some(count) = expect.count {
        let what = Words::new(format!("{file} が {count} 個"), format!("{count} of {file}"));
        let got =
            Words::new(format!("{} 個 {}", found.len(), names(&found)), format!("{} {}", found.len(), names(&found)));
        checks.push(if found.len() == count {
            Check::held(what)
        } else {
            Check::failed(what, got, near::file(file, session)?)
        });
    }
    if expect.appears == Some(false) {
        let what = Words::new(format!("{file} が出ない"), format!("{file} never appears"));
        let got = Words::new(format!("出た: {}", names(&found)), format!("it did: {}", names(&found)));
        checks.push(if found.is_empty() { Check::held(what) } else { Check::failed(what, got, None) });
        return Ok(());
    }
    let Some(first) = found.first() else {
        if expect.count != Some(0) {
            let what = Words::new(format!("{file} が出る"), format!("{file} appears"));
            checks.push(Check::failed(what, Words::new("出ない", "it does not"), near::file(file, session)?));
        }
        return Ok(());
    };
    checks.push(Check::held(Words::new(format!("{file} が出る"), format!("{file} appears"))));
    if let Some(life) = expect.life {
        let patience = expect.within_s.map_or(session.patience, Duration::from_secs);
        checks.push(lived(file, first, life, patience, session)?);
    }
    checks.extend(expect.sealed.map(|sealed| sealed_as(first, sealed)));
    if let Some(at) = &expect.at {
        checks.push(came_at(file, first, &session.fill(at)?, session)?);
    }
    if let Some(before) = &expect.after {
        checks.push(in_order(file, first, before, session)?);
    }
    let asks_inside = !(expect.values.is_empty() && expect.says.is_empty() && expect.never_says.is_empty());
    if !asks_inside && expect.encoding.is_none() {
        return Ok(());
    }
    let bytes = match first.bytes.is_empty() {
        true => session.contents(&first.path)?.0,
        false => first.bytes.clone(),
    };
    checks.extend(encoding(first, &bytes, expect.encoding));
    said(first, &bytes, expect, session, checks)?;
    if !expect.values.is_empty() {
        values::judge(first, &bytes, &expect.values, session, checks)?;
    }
    Ok(())
}

/// What has become of a file. The terminal sees it when it looks next.
fn lived(file: &str, kept: &Kept, life: FileLife, patience: Duration, session: &Session<'_>) -> Result<Check, Stopped> {
    let what = Words::new(
        format!("{file} が {}", life_text(life, Lang::Ja)),
        format!("{file} is {}", life_text(life, Lang::En)),
    );
    let limit = Instant::now() + patience;
    session.awaits(&what);
    loop {
        session.goes_on()?;
        let files = session.files()?;
        let mine = files.iter().find(|file| file.path == kept.path);
        if mine.is_some_and(|file| file.life.iter().any(|step| step.life == life)) {
            return Ok(Check::held(what));
        }
        if Instant::now() >= limit {
            let told = mine.map_or_else(|| kept.name.clone(), lives);
            let seconds = patience.as_secs();
            let got = Words::new(
                format!("{seconds} 秒待っても起こらない。{told}"),
                format!("not within {seconds} seconds; {told}"),
            );
            return Ok(Check::failed(what, got, None));
        }
        thread::sleep(LOOK);
    }
}

fn sealed_as(kept: &Kept, wanted: bool) -> Check {
    let words = |sealed: bool| match sealed {
        true => Words::new("暗号化されている", "sealed"),
        false => Words::new("暗号化されていない", "not sealed"),
    };
    let what = words(wanted);
    let what = Words::new(format!("{} は{}", kept.name, what.ja), format!("{} is {}", kept.name, what.en));
    if kept.sealed == wanted { Check::held(what) } else { Check::failed(what, words(kept.sealed), None) }
}

/// The document time at which a file came out.
fn came_at(file: &str, kept: &Kept, wanted: &str, session: &Session<'_>) -> Result<Check, Stopped> {
    let moment = parse_time(wanted).ok_or_else(|| {
        format!(
            "at の「{wanted}」は時刻ではありません（${{now}} など） / {wanted:?} of `at` is no time, as ${{now}} is"
        )
    })?;
    let what = Words::new(format!("{file} は {wanted} に出る"), format!("{file} comes at {wanted}"));
    let files = session.files()?;
    let mine = files.iter().find(|file| file.path == kept.path);
    let out = mine.and_then(|file| file.life.iter().find(|step| matches!(step.life, Delivered | Replaced | Arrived)));
    let Some(out) = out else {
        return Ok(Check::failed(what, Words::new("記録にない", "the station does not know it"), None));
    };
    let came = time14(out.time);
    // To the second, as documents tell it.
    let late = parse_time(&came).unwrap_or(out.time).duration_since(moment).as_secs();
    let got = match late {
        0 => return Ok(Check::held(what)),
        1.. => Words::new(format!("{came}（{late} 秒遅い）"), format!("{came}, {late} seconds late")),
        _ => Words::new(format!("{came}（{} 秒早い）", -late), format!("{came}, {} seconds early", -late)),
    };
    Ok(Check::failed(what, got, None))
}

fn in_order(file: &str, kept: &Kept, before: &str, session: &Session<'_>) -> Result<Check, Stopped> {
    let what = Words::new(format!("{file} は {before} の後"), format!("{file} comes after {before}"));
    let journal = session.journal()?;
    let out = |kept: &Kept| {
        let is_it = |entry: &&Value| {
            entry["kind"] == "file"
                && entry["name"] == kept.name.as_str()
                && entry["folder"] == kept.folder.as_str()
                && (entry["life"] == "delivered" || entry["life"] == "replaced")
        };
        journal.iter().find(is_it).and_then(|entry| entry["seq"].as_u64())
    };
    let other = named(before, session)?;
    Ok(match (out(kept), other.first().and_then(out)) {
        (Some(mine), Some(other)) if mine > other => Check::held(what),
        (Some(_), Some(_)) => Check::failed(what, Words::new("順序が逆", "the other way round"), None),
        (_, None) => {
            Check::failed(what, Words::new(format!("{before} が出ていない"), format!("there is no {before}")), None)
        }
        (None, _) => Check::failed(what, Words::new("記録にない", "the journal does not know it"), None),
    })
}

fn encoding(kept: &Kept, bytes: &[u8], wanted: Option<RequestEncoding>) -> Option<Check> {
    let wanted = match wanted? {
        RequestEncoding::Utf8 => Encoding::Utf8,
        RequestEncoding::ShiftJis => Encoding::ShiftJis,
    };
    let what = Words::new(
        format!("{} の文字コードは {}", kept.name, wanted.label()),
        format!("{} is in {}", kept.name, wanted.label()),
    );
    let declared = xml::declared_encoding(bytes).unwrap_or_default();
    let readable = text::decode(bytes, Some(wanted)).is_ok();
    Some(match declared.eq_ignore_ascii_case(wanted.label()) && readable {
        true => Check::held(what),
        false => {
            let got = if readable { declared } else { format!("{declared} (bytes are not {})", wanted.label()) };
            Check::failed(what, Words::new(got.clone(), got), None)
        }
    })
}

fn said(
    kept: &Kept,
    bytes: &[u8],
    expect: &Expect,
    session: &Session<'_>,
    checks: &mut Vec<Check>,
) -> Result<(), Stopped> {
    let declared = xml::declared_encoding(bytes).and_then(|label| Encoding::from_label(&label));
    let decoded = text::decode(bytes, declared);
    let text = decoded.as_ref().map(|decoded| decoded.text.as_ref()).unwrap_or_default();
    for (wanted, there) in
        expect.says.iter().map(|text| (text, true)).chain(expect.never_says.iter().map(|text| (text, false)))
    {
        let wanted = session.fill(wanted)?;
        let what = match there {
            true => Words::new(format!("{} に「{wanted}」とある", kept.name), format!("{} says {wanted:?}", kept.name)),
            false => Words::new(
                format!("{} に「{wanted}」とない", kept.name),
                format!("{} does not say {wanted:?}", kept.name),
            ),
        };
        checks.push(match text.contains(&wanted) == there {
            true => Check::held(what),
            false => {
                let start: String = text.chars().take(200).collect();
                Check::failed(what, Words::new(start.clone(), start), None)
            }
        });
    }
    Ok(())
}

fn of_visit(expect: &Expect, session: &Session<'_>, checks: &mut Vec<Check>) -> Result<(), Stopped> {
    let asked = expect.outcome.is_some() || !expect.states.is_empty() || !expect.never_states.is_empty();
    if !asked {
        return Ok(());
    }
    let report = session.done.get("").map(|done| &done.report).filter(|report| report.is_object());
    let Some(report) = report else {
        return Err(Stopped::Because(
            "outcome と states は visit の手順だけに書けます / outcome and states belong to a step with a visit"
                .to_owned(),
        ));
    };
    if let Some(outcome) = &expect.outcome {
        let got = report["outcome"].as_str().unwrap_or_default();
        let what = Words::new(format!("受付の結果は {outcome}"), format!("the visit ends as {outcome}"));
        let why = |lang: &str| format!("{got} — {}", report["why"][lang].as_str().unwrap_or_default());
        checks.push(match got == outcome {
            true => Check::held(what),
            false => Check::failed(what, Words::new(why("ja"), why("en")), None),
        });
    }
    let seen: Vec<&str> =
        report["steps"].as_array().into_iter().flatten().filter_map(|step| step["state"].as_str()).collect();
    let path = seen.join(" → ");
    if !expect.states.is_empty() {
        let mut rest = seen.iter();
        let all = expect.states.iter().all(|wanted| rest.any(|state| state == wanted));
        let wanted = expect.states.join(" → ");
        let what = Words::new(format!("画面は {wanted}"), format!("the screens are {wanted}"));
        checks.push(if all {
            Check::held(what)
        } else {
            Check::failed(what, Words::new(path.clone(), path.clone()), None)
        });
    }
    for never in &expect.never_states {
        let what = Words::new(format!("画面 {never} は出ない"), format!("the screen {never} is not shown"));
        let shown = seen.contains(&never.as_str());
        checks.push(if shown {
            Check::failed(what, Words::new(path.clone(), path.clone()), None)
        } else {
            Check::held(what)
        });
    }
    Ok(())
}

fn of_run(expect: &Expect, session: &Session<'_>, checks: &mut Vec<Check>) -> Result<(), Stopped> {
    if let Some(wanted) = &expect.fault {
        let journal = session.journal()?;
        let hit = |entry: &&Value| entry["kind"] == "fault-hit" && entry["name"] == wanted.name.as_str();
        let hits = journal.iter().filter(hit).count() as u64;
        let what = Words::new(
            format!("障害 {} が {} 回", wanted.name, wanted.hits),
            format!("{} hits of {}", wanted.hits, wanted.name),
        );
        let got = Words::new(format!("{hits} 回"), hits.to_string());
        checks.push(if hits == wanted.hits { Check::held(what) } else { Check::failed(what, got, None) });
    }
    if expect.journal.is_empty() && expect.nowhere.is_empty() {
        return Ok(());
    }
    let journal = session.journal()?;
    for wanted in &expect.journal {
        let wanted = session.fill(wanted)?;
        let what = Words::new(format!("記録に「{wanted}」とある"), format!("the journal says {wanted:?}"));
        let there = journal.iter().any(|entry| texts(entry).iter().any(|text| text.contains(&wanted)));
        checks.push(match there {
            true => Check::held(what),
            false => Check::failed(what, Words::new("ない", "it does not"), near::journal(&wanted, &journal)),
        });
    }
    for secret in &expect.nowhere {
        checks.push(nowhere(&session.fill(secret)?, &journal, session)?);
    }
    Ok(())
}

/// Every text in a journal entry.
fn texts(entry: &Value) -> Vec<&str> {
    match entry {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

fn nowhere(secret: &str, journal: &[Value], session: &Session<'_>) -> Result<Check, Stopped> {
    // Not in the words: a report must not tell it either.
    let masked: String = secret.chars().enumerate().map(|(at, c)| if at < 2 { c } else { '•' }).collect();
    let what = Words::new(format!("「{masked}」がどこにも出ない"), format!("{masked} stands nowhere"));
    if secret.trim().is_empty() {
        return Err(Stopped::Because("nowhere に書かれた値が空です / nowhere is empty".to_owned()));
    }
    let mut places: Vec<String> = Vec::new();
    if journal.iter().any(|entry| texts(entry).iter().any(|text| text.contains(secret))) {
        places.push("journal".to_owned());
    }
    for file in session.files()? {
        let bytes = session.line.content(&file.path)?.unwrap_or_default();
        if bytes.windows(secret.len()).any(|window| window == secret.as_bytes()) {
            places.push(format!("{}/{}", file.folder, file.name));
        }
    }
    let got = places.join(", ");
    Ok(if places.is_empty() { Check::held(what) } else { Check::failed(what, Words::new(got.clone(), got), None) })
}
