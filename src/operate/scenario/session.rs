//! What one run of one scenario knows: its line to the station, what its steps brought, and what is to be put back at a station that is
//! somebody's. Nothing of it outlives the run.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use rand_core::RngCore;
use serde_json::{Value, json};

use super::consumer::Consumer;
use super::model::{Being, Scenario};
use super::onlooker::{Heard, Onlooker};
use super::path;
use super::place::Lookup;
use crate::clock::{Stopwatch, parse_time, time14};
use crate::event::Words;
use crate::handwritten::nearest;
use crate::message::{sealed, xml};
use crate::operate::client::{Client, ClientError, escaped};
use crate::random::Seed;
use crate::secret::ZipPassword;
use crate::station::view::{FileView, StationView};

/// A station of one's own answers at once; on a busy machine it still takes its time.
const OWN_PATIENCE: Duration = Duration::from_secs(20);
/// One elsewhere may live at the pace of a real one, with a レセコン that somebody works at.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of a sealed file and of what is in it.
const SEALED_LIMIT: usize = 16 << 20;

/// A file that a step brought, as it was then.
#[derive(Debug, Clone)]
pub struct Kept {
    /// `req`, `res` or `face`.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// Where it lay.
    pub path: String,
    /// What it held, opened where it was sealed.
    pub bytes: Vec<u8>,
    /// Did it travel in a password zip?
    pub sealed: bool,
}

/// What a step brought.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// The report of its visit.
    pub report: Value,
    /// Its files by kind.
    pub files: BTreeMap<&'static str, Vec<Kept>>,
}

/// What a run changed at a station that is somebody's.
#[derive(Debug)]
enum Undo {
    Person(String, Value),
    NewPerson(String),
    Fault(String),
    Clock { frozen: bool, was: DateTime, since: Stopwatch },
}

/// Why a step could not be done.
#[derive(Debug)]
pub enum Stopped {
    /// The station does not answer.
    Line(ClientError),
    /// It is not possible: Japanese / English.
    Because(String),
}

impl From<ClientError> for Stopped {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Unreachable { .. } => Self::Line(error),
            _ => Self::Because(error.to_string()),
        }
    }
}

impl From<String> for Stopped {
    fn from(why: String) -> Self {
        Self::Because(why)
    }
}

/// Who takes part besides the station.
#[derive(Clone, Copy)]
pub struct Company<'a> {
    /// Looks on, answers, may stop it.
    pub onlooker: &'a dyn Onlooker,
    /// The レセコン.
    pub consumer: &'a Consumer,
}

/// A run of one scenario.
pub struct Session<'a> {
    /// The scenario's id.
    pub id: String,
    /// To the station.
    pub line: Client,
    /// What the steps brought, by their names; `""` is the present step.
    pub done: BTreeMap<String, Done>,
    /// How long is waited for what the station does by itself.
    pub patience: Duration,
    /// Files and journal entries up to here are not of this run.
    pub since: (u64, u64),
    /// Whoever looks on.
    pub onlooker: &'a dyn Onlooker,
    /// The face of the レセコン beside the station, where one takes part.
    pub consumer: Option<Client>,
    /// Names of the requests that the run put into `req` itself.
    pub sent: Vec<String>,
    elsewhere: bool,
    password: Option<ZipPassword>,
    seed: Seed,
    /// New people are called otherwise at a station that is somebody's.
    called: BTreeMap<String, String>,
    undo: Vec<Undo>,
}

impl<'a> Session<'a> {
    /// Begins: what there was before is none of this run.
    ///
    /// # Errors
    /// The station does not answer.
    pub fn begin(id: &str, line: Client, seed: Seed, elsewhere: bool, company: Company<'a>) -> Result<Self, Stopped> {
        let mut session = Self {
            id: id.to_owned(),
            line,
            done: BTreeMap::new(),
            patience: if elsewhere { PATIENCE } else { OWN_PATIENCE },
            since: (0, 0),
            onlooker: company.onlooker,
            consumer: None,
            sent: Vec::new(),
            password: None,
            elsewhere,
            seed,
            called: BTreeMap::new(),
            undo: Vec::new(),
        };
        session.since = (
            session.files()?.iter().map(|file| file.seq).max().unwrap_or(0),
            session.journal()?.last().and_then(|entry| entry["seq"].as_u64()).unwrap_or(0),
        );
        Ok(session)
    }

    /// Files of this run, in the order of their last step.
    pub fn files(&self) -> Result<Vec<FileView>, ClientError> {
        self.line.get(&format!("/control/v1/files?since={}", self.since.0))
    }

    /// The journal of this run.
    pub fn journal(&self) -> Result<Vec<Value>, ClientError> {
        self.line.get(&format!("/control/v1/journal?since={}", self.since.1))
    }

    /// What the file at `path` holds, and whether it was sealed; of one that was fetched what the station keeps, else nothing.
    ///
    /// # Errors
    /// The station does not answer, or the password does not open it.
    pub fn contents(&self, path: &str) -> Result<(Vec<u8>, bool), Stopped> {
        let bytes = match self.line.content(path)? {
            Some(bytes) => bytes,
            None => self.kept(path)?,
        };
        if !sealed::is_sealed_name(path) || bytes.is_empty() {
            return Ok((bytes, false));
        }
        let opened = sealed::open(&bytes, self.password.as_ref(), SEALED_LIMIT);
        let opened = opened.map_err(|refusal| format!("{path}: {refusal}"))?;
        Ok((opened.bytes, true))
    }

    /// What a file held that was fetched already, as long as the station keeps it.
    fn kept(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        let files = self.files()?;
        let file = files.iter().rev().find(|file| file.path == path);
        let kept = file.and_then(|file| Some((file, file.exchange.as_deref()?)));
        let kept = kept.map(|(file, exchange)| self.line.kept(exchange, file.folder, &file.name)).transpose()?;
        Ok(kept.flatten().unwrap_or_default())
    }

    /// Is there, as far as the run can tell, a レセコン at work on the folders?
    pub fn has_consumer(&self) -> bool {
        self.elsewhere || self.consumer.is_some()
    }

    /// Tells whoever looks on what is waited for.
    pub fn awaits(&self, what: &Words) {
        self.onlooker.hears(Heard::Awaits(&self.id, what));
    }

    /// Does whoever looks on let the run go on?
    ///
    /// # Errors
    /// No.
    pub fn goes_on(&self) -> Result<(), Stopped> {
        match self.onlooker.stops() {
            true => Err(Stopped::Because("途中で止められた / it was stopped".to_owned())),
            false => Ok(()),
        }
    }

    /// The station in short.
    pub fn station(&self) -> Result<StationView, ClientError> {
        self.line.get("/control/v1/station")
    }

    /// The terminal went down and came up: it counts anew.
    pub fn counts_anew(&mut self, line: Client) {
        self.line = line;
        self.since = (0, 0);
    }

    /// Makes the start of a scenario: clock, people, faults.
    pub fn set_up(&mut self, scenario: &Scenario) -> Result<(), Stopped> {
        self.password = scenario.password.clone().map(ZipPassword::new);
        if let (Some(clock), true) = (&scenario.clock, self.elsewhere) {
            self.set_clock(&json!({ "freeze": clock }))?;
        }
        self.put_people(scenario)?;
        scenario.faults.iter().try_for_each(|fault| self.arm(fault, json!({})))
    }

    /// Sets document time.
    pub fn set_clock(&mut self, order: &Value) -> Result<(), Stopped> {
        if !self.undo.iter().any(|undo| matches!(undo, Undo::Clock { .. })) {
            let station = self.station()?;
            let was = parse_time(&station.time).ok_or_else(|| station.time.clone())?;
            self.undo.push(Undo::Clock { frozen: station.frozen, was, since: Stopwatch::start() });
        }
        self.line.put("/control/v1/clock", order)?;
        Ok(())
    }

    /// The people of the start; again after a restart, since whoever was put there is gone.
    pub fn put_people(&mut self, scenario: &Scenario) -> Result<(), Stopped> {
        scenario.people.iter().try_for_each(|(id, being)| self.put_person(id, being))
    }

    fn put_person(&mut self, id: &str, being: &Being) -> Result<(), Stopped> {
        let known = self.knows(id)?;
        let new = being.from.is_some() || (being.profile.is_some() && !known);
        let mut profile = match (&being.from, &being.profile) {
            (_, Some(profile)) => profile.clone(),
            (Some(from), None) => {
                let mut profile = self.profile(from)?;
                // Serial numbers are never shared.
                let _ = path::remove(&mut profile, "card.serial");
                profile
            }
            (None, None) => self.profile(id)?,
        };
        if !new {
            let was = self.profile(id)?;
            self.remember(id, &was);
        }
        self.change(&mut profile, &being.set, &being.remove)?;
        if !new {
            self.line.put(&format!("/control/v1/people/{}", escaped(id)), &profile)?;
            return Ok(());
        }
        let called = if self.elsewhere { format!("{id}-{}", self.unique(id, 6)) } else { id.to_owned() };
        self.line.tell("/control/v1/people", &json!({ "id": called, "profile": profile }))?;
        self.undo.push(Undo::NewPerson(called.clone()));
        self.called.insert(id.to_owned(), called);
        Ok(())
    }

    fn knows(&self, id: &str) -> Result<bool, ClientError> {
        match self.profile(id) {
            Ok(_) => Ok(true),
            Err(ClientError::Refused { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Changes a person in the middle.
    pub fn change_person(&mut self, id: &str, set: &BTreeMap<String, Value>, remove: &[String]) -> Result<(), Stopped> {
        let mut profile = self.profile(id)?;
        self.remember(id, &profile);
        self.change(&mut profile, set, remove)?;
        self.line.put(&format!("/control/v1/people/{}", escaped(&self.person(id))), &profile)?;
        Ok(())
    }

    fn remember(&mut self, id: &str, profile: &Value) {
        let called = self.person(id);
        self.undo.push(Undo::Person(called, profile.clone()));
    }

    fn change(&self, profile: &mut Value, set: &BTreeMap<String, Value>, remove: &[String]) -> Result<(), Stopped> {
        let nowhere = |path: &str| format!("「{path}」は患者の項目にありません / the profile has nothing at {path}");
        // From behind, so that numbers of a list still say what they said.
        let mut gone: Vec<&String> = remove.iter().collect();
        gone.sort_by(|a, b| b.cmp(a));
        for path in gone {
            path::remove(profile, path).map_err(|at| nowhere(&at))?;
        }
        for (path, value) in set {
            path::set(profile, path, self.filled(value)?).map_err(|at| nowhere(&at))?;
        }
        Ok(())
    }

    /// A value with its placeholders filled, wherever they stand in it.
    pub fn filled(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => Value::String(self.fill(text)?),
            Value::Array(list) => Value::Array(list.iter().map(|value| self.filled(value)).collect::<Result<_, _>>()?),
            Value::Object(map) => {
                let filled = map.iter().map(|(key, value)| Ok((key.clone(), self.filled(value)?)));
                Value::Object(filled.collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }

    /// A text with its placeholders filled.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        super::place::fill(text, self)
    }

    /// Arms a fault, `NAME` or `NAME=NUMBER`.
    pub fn arm(&mut self, fault: &str, mut setting: Value) -> Result<(), Stopped> {
        let (name, amount) = fault.split_once('=').map_or((fault, None), |(name, amount)| (name, Some(amount)));
        if let Some(amount) = amount {
            let amount: u32 = amount
                .parse()
                .map_err(|_| format!("「{fault}」の数が読めません / the number of {fault} cannot be read"))?;
            setting["amount"] = json!(amount);
        }
        self.line.put(&format!("/control/v1/faults/{}", escaped(name)), &setting)?;
        self.undo.push(Undo::Fault(name.to_owned()));
        Ok(())
    }

    /// Takes a fault back.
    pub fn disarm(&self, name: &str) -> Result<(), Stopped> {
        Ok(self.line.delete(&format!("/control/v1/faults/{}", escaped(name)))?)
    }

    /// How the station calls the person whom the scenario calls `id`.
    pub fn person(&self, id: &str) -> String {
        self.called.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    fn profile(&self, id: &str) -> Result<Value, ClientError> {
        self.line.get(&format!("/control/v1/people/{}", escaped(&self.person(id))))
    }

    /// Puts a station that is somebody's back as it was, as far as this run changed it. A station of its own goes away instead.
    pub fn put_back(&mut self) {
        if !self.elsewhere {
            return;
        }
        // A step that cannot be taken back must not keep the others from it; whoever stopped the station knows that it is gone.
        while let Some(undo) = self.undo.pop() {
            let _ = match undo {
                Undo::Person(id, profile) => self.line.put(&format!("/control/v1/people/{}", escaped(&id)), &profile),
                Undo::NewPerson(id) => self.line.delete(&format!("/control/v1/people/{}", escaped(&id))),
                Undo::Fault(name) => self.line.delete(&format!("/control/v1/faults/{}", escaped(&name))),
                Undo::Clock { frozen: true, was, .. } => {
                    self.line.put("/control/v1/clock", &json!({ "freeze": time14(was) }))
                }
                Undo::Clock { was, since, .. } => {
                    let by = SignedDuration::try_from(since.elapsed()).unwrap_or_default();
                    self.line.put("/control/v1/clock", &json!({ "shift": time14(was + by) }))
                }
            };
        }
    }

    fn of_step(&self, step: &str, done: &Done, rest: &str) -> Result<String, String> {
        let (kind, tail) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if kind == "outcome" {
            return Ok(done.report["outcome"].as_str().unwrap_or_default().to_owned());
        }
        if kind == "announced" {
            let request = self.of_step(step, done, "face//RequestPmhFileName")?;
            return Ok(request.replacen("req_", "res_", 1));
        }
        let request = kind.strip_suffix("_request");
        let file = done.files.get(request.unwrap_or(kind)).and_then(|files| files.first());
        let file = file.ok_or_else(|| {
            let there: Vec<&str> = done.files.keys().copied().collect();
            let there = if there.is_empty() { "-".to_owned() } else { there.join(", ") };
            format!(
                "手順 {step} に {kind} はありません（あるのは {there}） / step {step} brought no {kind}, only {there}"
            )
        })?;
        if request.is_some() {
            return Ok(file.name.replacen("res_", "req_", 1));
        }
        if tail.is_empty() {
            return Ok(file.name.clone());
        }
        let path = if tail.starts_with("//") { tail } else { tail.trim_start_matches('/') };
        let document = xml::read(&file.bytes).map_err(|refusal| format!("{}: {refusal}", file.name))?;
        let found = path::elements(&document.root, path).first().map(|element| element.value().to_owned());
        found.ok_or_else(|| format!("{} に {path} はありません / there is no {path} in it", file.name))
    }

    fn of_person(&self, id: &str, rest: &str) -> Result<String, String> {
        let people: Vec<Value> = self.line.get("/control/v1/people").map_err(|error| error.to_string())?;
        let called = self.person(id);
        let Some(row) = people.iter().find(|row| row["id"] == called.as_str()) else {
            let names = people.iter().filter_map(|row| row["id"].as_str()).chain(self.done.keys().map(String::as_str));
            let near = nearest(id, names).map_or_else(String::new, |near| format!("（{near} のことですか）"));
            return Err(format!(
                "「{id}」という患者も手順もありません{near} / neither a person nor a step before this is called {id}"
            ));
        };
        if let Some(text) = row.get(rest).and_then(Value::as_str) {
            return Ok(text.to_owned());
        }
        // Who has no such number has an empty one.
        if row.get(rest).is_some_and(Value::is_null) {
            return Ok(String::new());
        }
        let profile = self.profile(id).map_err(|error| error.to_string())?;
        match path::get(&profile, rest) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) if !other.is_null() => Ok(other.to_string()),
            _ => Err(format!("患者 {id} に {rest} はありません / {id} has no {rest}")),
        }
    }
}

impl Lookup for Session<'_> {
    fn now(&self) -> Result<DateTime, String> {
        let time = self.station().map_err(|error| error.to_string())?.time;
        parse_time(&time).ok_or(time)
    }

    fn unique(&self, label: &str, digits: usize) -> String {
        let mut rng = self.seed.rng(&["scenario", &self.id, "unique", label]);
        (0..digits).map(|_| char::from(b'0' + u8::try_from(rng.next_u32() % 10).unwrap_or(0))).collect()
    }

    fn find(&self, name: &str) -> Result<String, String> {
        if name == "institution" {
            let station = self.station().map_err(|error| error.to_string())?;
            return Ok(station.terminals.first().map(|terminal| terminal.institution.clone()).unwrap_or_default());
        }
        let (head, rest) = name.split_once('.').ok_or_else(|| {
            let near = nearest(name, ["today", "now", "unique", "institution"]);
            let near = near.map_or_else(String::new, |near| format!("（{near} のことですか）"));
            format!("「${{{name}}}」という置き換えはありません{near} / there is no placeholder {name}")
        })?;
        match self.done.get(head).filter(|_| !head.is_empty()) {
            Some(done) => self.of_step(head, done, rest),
            None => self.of_person(head, rest),
        }
    }
}
