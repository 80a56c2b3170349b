//! What a step does. A visit and a request leave behind what they brought, by the step's name and, for the step's own expectations, by "".

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::model::{Advance, Fault, Place, Request, Step, Visit, Wait};
use super::session::{Done, Kept, Session, Stopped};
use super::verdict::Check;
use super::{consumer, request};
use crate::event::{FileLife, Words};
use crate::folder::hand_in;
use crate::message::name::{Case, RequestName};
use crate::message::sealed::is_sealed_name;
use crate::operate::client::ClientError;
use crate::station::view::FileView;

/// How often is looked for what has not come yet.
const LOOK: Duration = Duration::from_millis(5);

/// Does the deed of a step; gives what was looked at already in doing so.
///
/// # Errors
/// It cannot be done.
pub fn act(step: &Step, number: usize, session: &mut Session<'_>) -> Result<Vec<Check>, Stopped> {
    session.done.remove("");
    let name = step.name.clone().unwrap_or_else(|| format!("step{number}"));
    if let Some(ordered) = &step.visit {
        let done = visit(ordered, session)?;
        session.done.insert(name.clone(), done.clone());
        session.done.insert(String::new(), done);
    }
    if !step.visits.is_empty() {
        visits(&step.visits, session)?;
    }
    if let Some(asked) = &step.request {
        let done = send(asked, &name, session)?;
        session.done.insert(name, done.clone());
        session.done.insert(String::new(), done);
    }
    if let Some(change) = &step.person {
        session.change_person(&change.id, &change.set, &change.remove)?;
    }
    if let Some(by) = &step.advance {
        advance(by, session)?;
    }
    if let Some(wanted) = &step.fault {
        fault(wanted, session)?;
    }
    for file in &step.collect {
        collect(file, session)?;
    }
    let waited = step.wait.as_ref().map(|wanted| wait(wanted, session)).transpose()?;
    if let Some(placed) = &step.place {
        place(placed, session)?;
    }
    let done = step.desk.as_ref().map(|desk| consumer::desk(desk, session)).transpose()?;
    let known = step.ask.as_ref().map(|ask| consumer::ask(ask, session)).transpose()?;
    let answered = step.question.as_ref().map(|question| consumer::question(question, session));
    Ok(waited.into_iter().chain(done).chain(known).chain(answered).collect())
}

fn visit(ordered: &Visit, session: &Session<'_>) -> Result<Done, Stopped> {
    let ordered = Visit { name: None, ..ordered.clone() };
    let mut order = serde_json::to_value(&ordered).map_err(|error| error.to_string())?;
    order["person"] = json!(session.person(&ordered.person));
    let report: Value = session.line.post("/control/v1/visits", &order)?;
    let mut done = Done::default();
    let paths = |value: &Value| -> Vec<String> {
        let one = value.as_str().into_iter().map(str::to_owned);
        let many = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        one.chain(many).collect()
    };
    let seen = session.files()?;
    for (kind, key) in [("face", "face"), ("pmh", "pmh"), ("err", "pmh_err")] {
        for path in paths(&report["files"][key]) {
            let folder = seen.iter().find(|file| file.path == path).map(|file| file.folder.to_string());
            keep(&mut done, kind, &path, folder.unwrap_or_default(), session)?;
        }
    }
    done.report = report;
    Ok(done)
}

fn keep(done: &mut Done, kind: &'static str, path: &str, folder: String, session: &Session<'_>) -> Result<(), Stopped> {
    let (bytes, sealed) = session.contents(path)?;
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
    done.files.entry(kind).or_default().push(Kept { folder, name, path: path.to_owned(), bytes, sealed });
    Ok(())
}

fn visits(ordered: &[Visit], session: &mut Session<'_>) -> Result<(), Stopped> {
    let seen: &Session<'_> = session;
    let all: Vec<Result<Done, Stopped>> = thread::scope(|scope| {
        let one = |(index, visit): (usize, &Visit)| {
            let visit = Visit { reader: visit.reader.or(Some(index + 1)), ..visit.clone() };
            scope.spawn(move || self::visit(&visit, seen))
        };
        let running: Vec<_> = ordered.iter().enumerate().map(one).collect();
        let ended = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|_| Err(Stopped::Because("the thread of a visit died".to_owned())))
        };
        running.into_iter().map(ended).collect()
    });
    for (index, (visit, done)) in ordered.iter().zip(all).enumerate() {
        let name = visit.name.clone().unwrap_or_else(|| format!("visit{}", index + 1));
        session.done.insert(name, done?);
    }
    Ok(())
}

fn send(asked: &Request, step: &str, session: &mut Session<'_>) -> Result<Done, Stopped> {
    let (name, bytes) = request::written(asked, step, session)?;
    session.sent.push(name.clone());
    let before = session.files()?.iter().map(|file| file.seq).max().unwrap_or(session.since.0);
    session.line.put_request(asked.terminal, &name, &bytes)?;
    let mut done = Done::default();
    if !asked.answered {
        return Ok(done);
    }
    let parsed = RequestName::parse(&name, Case::Ignore)
        .ok_or_else(|| format!("{name} は要求ファイルの名前ではありません / not the name of a request"))?;
    let is_ours = |file: &FileView| {
        let there = |life: FileLife| file.life.iter().any(|step| step.life == life);
        file.seq > before
            && (there(FileLife::Delivered) || there(FileLife::Replaced))
            && parsed.is_answered_by(&file.name)
    };
    let what = Words::new(format!("{name} の回答"), format!("the answer to {name}"));
    session.awaits(&what);
    let limit = Instant::now() + session.patience;
    loop {
        let files = session.files()?;
        let ended = |file: &FileView| {
            file.seq > before
                && file.name == name
                && file.life.iter().any(|step| matches!(step.life, FileLife::Answered | FileLife::Refused))
        };
        if files.iter().any(is_ours) && files.iter().any(ended) {
            for file in files.iter().filter(|file| is_ours(file)) {
                let kind = if file.name == parsed.err() { "err" } else { "answer" };
                keep(&mut done, kind, &file.path, file.folder.to_string(), session)?;
            }
            return Ok(done);
        }
        session.goes_on()?;
        if Instant::now() >= limit {
            let seconds = session.patience.as_secs();
            return Err(Stopped::Because(format!(
                "{name} の回答が {seconds} 秒待っても来ません / no answer in {seconds} seconds"
            )));
        }
        thread::sleep(LOOK);
    }
}

fn advance(by: &Advance, session: &mut Session<'_>) -> Result<(), Stopped> {
    let seconds = ((by.days * 24 + by.hours) * 60 + by.minutes) * 60 + by.seconds;
    session.set_clock(&json!({ "advance_s": seconds }))
}

fn fault(wanted: &Fault, session: &mut Session<'_>) -> Result<(), Stopped> {
    if wanted.off {
        return session.disarm(wanted.name.split('=').next().unwrap_or_default());
    }
    let mut setting = json!({});
    let target = wanted.target.as_deref().map(|target| session.person(target));
    let given = [
        ("count", wanted.count.map(Value::from)),
        ("probability", wanted.probability.map(Value::from)),
        ("target", target.map(Value::from)),
    ];
    for (key, value) in given {
        if let Some(value) = value {
            setting[key] = value;
        }
    }
    session.arm(&wanted.name, setting)
}

/// Puts a file of somebody else into a shared folder, whole, and waits until the terminal has seen it.
fn place(placed: &Place, session: &Session<'_>) -> Result<(), Stopped> {
    let (folder, name) = placed.file.split_once('/').unwrap_or(("", &placed.file));
    let name = session.fill(name)?;
    let bytes = match (&placed.copy, &placed.xml) {
        (Some(copy), _) => {
            let found = named(copy, session)?.into_iter().next();
            let found = found.ok_or_else(|| format!("{copy} がありません / there is no {copy}"))?;
            if found.bytes.is_empty() { session.contents(&found.path)?.0 } else { found.bytes }
        }
        (None, Some(text)) => session.fill(text)?.into_bytes(),
        (None, None) => Vec::new(),
    };
    let station = session.station()?;
    let terminal = station.terminals.iter().find(|terminal| terminal.number == placed.terminal);
    let terminal = terminal.ok_or_else(|| format!("端末 {} がありません / no such terminal", placed.terminal))?;
    let folder = Path::new(match folder {
        "req" => &terminal.req,
        "face" => &terminal.face,
        _ => &terminal.res,
    });
    hand_in(folder, &name, |beside| std::fs::write(beside, &bytes)).map(drop).map_err(|error| {
        let folder = folder.display();
        Stopped::Because(format!("{folder} に {name} を置けません: {error} / cannot be put there: {error}"))
    })
}

/// Fetches the files that `file` names, and waits until the terminal has seen that they are gone.
fn collect(file: &str, session: &Session<'_>) -> Result<(), Stopped> {
    let paths: Vec<String> = named(file, session)?.into_iter().map(|kept| kept.path).collect();
    if paths.is_empty() {
        return Err(Stopped::Because(format!("{file} に当たるファイルがありません / there is no such file to fetch")));
    }
    // A レセコン that takes part deletes what it has read by itself.
    for path in paths.iter().filter(|_| session.consumer.is_none()) {
        match session.line.collect(path) {
            Ok(()) | Err(ClientError::Refused { status: 404, .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let wanted = Wait { file: file.to_owned(), until: FileLife::Collected, within_s: session.patience.as_secs() };
    match wait(&wanted, session)? {
        Check { held: Some(true), .. } => Ok(()),
        check => Err(Stopped::Because(format!("{} / {}", check.what.ja, check.what.en))),
    }
}

/// The files that `file` names: of a step, or by a pattern of what is there now.
///
/// # Errors
/// The station does not answer.
pub fn named(file: &str, session: &Session<'_>) -> Result<Vec<Kept>, Stopped> {
    if let Some((folder, pattern)) = file.split_once('/') {
        let pattern = session.fill(pattern)?;
        let files = session.files()?;
        let there = |file: &&FileView| file.folder.to_string() == folder && fits(&pattern, &file.name) && is_out(file);
        return Ok(files.iter().filter(there).map(seen).collect());
    }
    let (step, kind) = file.split_once('.').unwrap_or(("", file));
    let files = session.done.get(step).and_then(|done| done.files.get(kind));
    Ok(files.cloned().unwrap_or_default())
}

/// It was put there by the terminal, or came from somebody else.
fn is_out(file: &FileView) -> bool {
    use FileLife::{Arrived, Delivered, LeftAlone, Replaced};
    file.life.iter().any(|step| matches!(step.life, Arrived | Delivered | LeftAlone | Replaced))
}

fn seen(file: &FileView) -> Kept {
    let (name, path) = (file.name.clone(), file.path.clone());
    Kept { folder: file.folder.to_string(), sealed: is_sealed_name(&name), name, path, bytes: Vec::new() }
}

/// Does `name` fit a pattern in which `*` is anything?
pub fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, rest)) => name
            .strip_prefix(head)
            .is_some_and(|tail| (0..=tail.len()).filter_map(|at| tail.get(at..)).any(|tail| fits(rest, tail))),
    }
}

fn wait(wanted: &Wait, session: &Session<'_>) -> Result<Check, Stopped> {
    let what = Words::new(
        format!("{} が {} になる", wanted.file, crate::event::life_text(wanted.until, crate::event::Lang::Ja)),
        format!("{} is {}", wanted.file, crate::event::life_text(wanted.until, crate::event::Lang::En)),
    );
    session.awaits(&what);
    let limit = Instant::now() + Duration::from_secs(wanted.within_s);
    loop {
        session.goes_on()?;
        let paths: Vec<String> = named(&wanted.file, session)?.into_iter().map(|kept| kept.path).collect();
        let files = session.files()?;
        let mine: Vec<&FileView> = files.iter().filter(|file| paths.contains(&file.path)).collect();
        let has = |file: &&FileView| file.life.iter().any(|step| step.life == wanted.until);
        if !mine.is_empty() && mine.iter().all(has) {
            return Ok(Check::held(what));
        }
        if Instant::now() >= limit {
            let lives = mine.iter().map(|file| lives(file)).collect::<Vec<_>>().join("; ");
            let got = Words::new(
                format!("{} 秒待っても起こらない。{lives}", wanted.within_s),
                format!("not within {} seconds; {lives}", wanted.within_s),
            );
            return Ok(Check::failed(what, got, None));
        }
        thread::sleep(LOOK);
    }
}

/// The life of a file in words of the journal.
pub fn lives(file: &FileView) -> String {
    let steps: Vec<String> = file.life.iter().map(|step| format!("{:?}", step.life).to_lowercase()).collect();
    format!("{}/{}: {}", file.folder, file.name, steps.join(" → "))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_is_anything() {
        for (pattern, name) in [
            ("a*c", "abc"),
            ("*", ""),
            ("a*b*c", "a1b2c"),
            ("a", "a"),
            ("*.xml", "a.xml"),
            ("PMH*_face.xml", "PMHx_face.xml"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a*c", "abd"), ("a", "ab"), ("*.xml", "a.xml.err"), ("", "a")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
