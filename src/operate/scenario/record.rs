//! What just happened at a station as a scenario that passes when it is run again.
//!
//! The journal tells visits, requests and faults; the files tell what the patient agreed to and what was asked: those that still lie there,
//! and of fetched ones what the station keeps. A request that is as usual is told by its values, any other with every character that it
//! had. What nothing tells is said in a comment instead of being made up.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::{path, request};
use crate::clock::time14;
use crate::event::FolderKind;
use crate::message::name::{Case, RequestName};
use crate::message::tree::{Element, walk};
use crate::message::xml;
use crate::operate::client::{Client, ClientError, escaped};
use crate::people;
use crate::station::view::{FileView, StationView};
use crate::text::{self, Encoding};

/// Questions of the dialogue by the flags that their answers set in a face file (spec/oqs-interface.md §2, [A]). The limit certificate has
/// no screen of its own.
const CONSENTS: [(&str, &str); 4] = [
    ("SpecificDiseasesCertificateRelatedConsFlg", "specific-disease"),
    ("PharmacistsInfoConsFlg", "diagnosis-and-pharmacists"),
    ("OperationInfoConsFlg", "operation"),
    ("SpecificHealthCheckupsInfoConsFlg", "health-checkup"),
];
/// A PIN that is not the one: which it was, the journal does not hold.
const WRONG_PIN: &str = "9753";
/// Gaps shorter than this are how long people take, not what a scenario is about.
const GAP_S: i64 = 60;

/// The TOML of a scenario of everything that the station's journal still tells.
///
/// # Errors
/// The station does not answer.
pub fn scenario(line: &Client) -> Result<String, ClientError> {
    let journal: Vec<Value> = line.get("/control/v1/journal")?;
    let station: StationView = line.get("/control/v1/station")?;
    let files: Vec<FileView> = line.get("/control/v1/files")?;
    let mut record = Record { line, files, steps: String::new(), people: BTreeMap::new(), last: None, taken: 0 };
    for (at, entry) in journal.iter().enumerate() {
        match entry["kind"].as_str() {
            Some("visit") => record.visit(entry, &journal[..at])?,
            Some("file") if entry["folder"] == "req" => record.request(entry)?,
            _ => {}
        }
    }
    let first = journal.iter().find(|entry| entry["kind"] == "card-placed" || entry["folder"] == "req");
    let clock = first.and_then(time_of).map_or(station.time, time14);
    Ok(record.written(&clock, station.seed))
}

struct Record<'a> {
    line: &'a Client,
    files: Vec<FileView>,
    steps: String,
    people: BTreeMap<String, Value>,
    last: Option<jiff::civil::DateTime>,
    taken: usize,
}

fn time_of(entry: &Value) -> Option<jiff::civil::DateTime> {
    entry["time"].as_str()?.parse().ok()
}

impl Record<'_> {
    fn written(self, clock: &str, seed: u64) -> String {
        let mut text = format!(
            "# 窓口の記録から作ったシナリオ。題、区分、出典、求めることを書き直してください。/ Made of a station's journal: say what it is about.\n\
             title = {{ ja = \"記録から\", en = \"From the journal\" }}\n\
             group = \"normal\"\n\
             source = \"journal\"\n\
             bearing = {{ ja = \"\", en = \"\" }}\n\
             clock = \"{clock}\"\n\
             seed = {seed}\n"
        );
        for (id, profile) in &self.people {
            let _ = write!(text, "\n[people.{id}]\nprofile = {}\n", toml_of(profile));
        }
        if self.taken == 0 {
            text += "steps = []\n";
        }
        text + &self.steps
    }

    /// A step's head; before it, the time that went by.
    fn begin(&mut self, entry: &Value) {
        let time = time_of(entry);
        if let (Some(last), Some(time)) = (self.last, time) {
            let gone = time.duration_since(last).as_secs();
            if gone >= GAP_S {
                let _ = write!(self.steps, "\n[[steps]]\nadvance = {{ seconds = {gone} }}\n");
            }
        }
        self.last = time.or(self.last);
        self.taken += 1;
    }

    fn document(&self, path: &str) -> Result<Option<Element>, ClientError> {
        let file = self.files.iter().rev().find(|file| file.path == path);
        let bytes = match (self.line.content(path)?, file) {
            (None, Some(file)) => self.kept(file)?,
            (bytes, _) => bytes,
        };
        Ok(bytes.and_then(|bytes| xml::read(&bytes).ok()).map(|document| document.root))
    }

    fn kept(&self, file: &FileView) -> Result<Option<Vec<u8>>, ClientError> {
        let exchange = file.exchange.as_deref();
        let kept = exchange.map(|exchange| self.line.kept(exchange, file.folder, &file.name)).transpose()?;
        Ok(kept.flatten())
    }

    fn visit(&mut self, entry: &Value, before: &[Value]) -> Result<(), ClientError> {
        let Some(person) = entry["person"].as_str() else { return Ok(()) };
        self.begin(entry);
        self.know(person)?;
        let reader = &entry["reader"];
        let start = before.iter().rposition(|e| e["kind"] == "card-placed" && e["reader"] == *reader).unwrap_or(0);
        let mine = before.get(start..).unwrap_or_default();
        let went = |state: &str| mine.iter().any(|e| e["reader"] == *reader && e["state"] == state);
        let files: Vec<&str> = entry["files"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let of = |part: &str, end: &str| files.iter().find(|path| path.contains(part) && path.ends_with(end)).copied();
        let (face, pmh, err) = (of("res_face_", ".xml"), of("PMHsimsm01res_", ".xml"), of("PMHsimsm01req_", ".err"));
        let document = face.map(|path| self.document(path)).transpose()?.flatten();
        let mut visit = json!({ "person": person, "reader": reader });
        if let Some(document) = &document {
            plan(document, pmh.or(err).is_some(), &went, &mut visit);
        }
        let hits = mine.iter().filter(|e| e["kind"] == "fault-hit").filter_map(|e| e["name"].as_str());
        let hits: Vec<&str> = hits.collect();
        let outcome = entry["outcome"].as_str().unwrap_or_default();
        match hits.is_empty() {
            true => missed(outcome, &went, &mut visit),
            false => visit["faults"] = json!(hits),
        }
        let _ = write!(self.steps, "\n[[steps]]\nvisit = {}\n", toml_of(&visit));
        self.expect(&json!({ "outcome": outcome }));
        for (kind, path, elements) in [
            ("face", face, &["QualificationValidity", "Name", "InsurerNumber"][..]),
            ("pmh", pmh, &["MedicalSubsidyInsurerNumber", "MedicalSubsidyRecipientNumber", "ValidTo"][..]),
        ] {
            match path {
                Some(path) => self.expect_values(kind, path, elements)?,
                None => self.expect(&json!({ "file": kind, "appears": false })),
            }
        }
        self.expect(&json!({ "file": "err", "appears": err.is_some() }));
        Ok(())
    }

    fn expect(&mut self, expect: &Value) {
        let _ = write!(self.steps, "\n[[steps.expect]]\n");
        for (key, value) in expect.as_object().into_iter().flatten() {
            let _ = writeln!(self.steps, "{key} = {}", toml_of(value));
        }
    }

    fn expect_values(&mut self, kind: &str, path: &str, elements: &[&str]) -> Result<(), ClientError> {
        let Some(document) = self.document(path)? else {
            self.steps += "\n# このファイルはもう回収されていた。中身は確かめない。/ This file was fetched: what it held is not looked at.\n";
            self.expect(&json!({ "file": kind }));
            return Ok(());
        };
        let mut values = serde_json::Map::new();
        for name in elements {
            let found = all(&document, name);
            if !found.is_empty() {
                values.insert(format!("//{name}"), json!(found));
            }
        }
        self.expect(&json!({ "file": kind, "values": values }));
        Ok(())
    }

    /// Whoever is not as shipped goes with the scenario.
    fn know(&mut self, id: &str) -> Result<(), ClientError> {
        let profile: Value = self.line.get(&format!("/control/v1/people/{}", escaped(id)))?;
        let shipped = people::shipped().iter().find(|(shipped, _)| *shipped == id);
        let shipped = shipped.and_then(|(_, text)| people::read_toml(id, text).ok());
        let same = shipped.and_then(|shipped| serde_json::to_value(shipped).ok()).is_some_and(|s| s == profile);
        if !same {
            self.people.insert(id.to_owned(), profile);
        }
        Ok(())
    }

    fn request(&mut self, entry: &Value) -> Result<(), ClientError> {
        let (Some(name), Some(life)) = (entry["name"].as_str(), entry["life"].as_str()) else { return Ok(()) };
        let Some(parsed) = RequestName::parse(name, Case::Ignore) else { return Ok(()) };
        if life != "answered" && life != "refused" {
            return Ok(());
        }
        self.begin(entry);
        let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
        let wanted = if life == "refused" { name.to_owned() } else { parsed.answer() };
        let lying = self.files.iter().rev().find(|file| {
            file.folder == FolderKind::Res && stem(&file.name) == stem(&wanted) && !file.name.ends_with(".err")
        });
        let path = lying.map(|file| file.path.clone());
        let interface = stem(name).split("req_").next().unwrap_or_default().to_owned();
        let mut asked = json!({ "interface": interface, "terminal": entry["terminal"] });
        let terminal = entry["terminal"].as_u64();
        let is_it = |file: &&FileView| {
            file.folder == FolderKind::Req && file.name == name && u64::try_from(file.terminal).ok() == terminal
        };
        let request = self.files.iter().rev().find(is_it);
        let taken = request.map(|file| self.kept(file)).transpose()?.flatten();
        let known = match (&taken, life, &path) {
            (Some(bytes), ..) => written(bytes, &interface, &mut asked),
            (None, "refused", Some(path)) => {
                let lying = self.line.content(path)?;
                lying.is_some_and(|bytes| written(&bytes, &interface, &mut asked))
            }
            (None, _, Some(path)) => match self.document(path)? {
                Some(document) => echoed(&document, &interface, &mut asked),
                None => false,
            },
            (None, _, None) => false,
        };
        if !known {
            let _ = write!(
                self.steps,
                "\n# 要求 {name} は記録と回答からは書き起こせない。/ This request cannot be told from its answer.\n"
            );
            return Ok(());
        }
        let _ = write!(self.steps, "\n[[steps]]\nrequest = {}\n", toml_of(&asked));
        match (life, path) {
            ("refused", _) => self.expect(&json!({ "file": "err" })),
            (_, Some(path)) => {
                let elements = ["SegmentOfResult", "ProcessingResultStatus", "QualificationValidity", "Name"];
                self.expect_values("answer", &path, &elements)?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// What the patient chose, as the face file and the screens tell it.
fn plan(document: &Element, subsidy: bool, went: &dyn Fn(&str) -> bool, visit: &mut Value) {
    let flags = CONSENTS.map(|(flag, question)| (all(document, flag).first().cloned(), question));
    let agreed: Vec<&str> = flags.iter().filter(|(flag, _)| flag.as_deref() == Some("1")).map(|(_, q)| *q).collect();
    let refused = flags.iter().any(|(flag, _)| flag.as_deref() == Some("0"));
    if refused {
        visit["consent"] = if agreed.is_empty() { json!("none") } else { json!(agreed) };
    }
    if went("subsidy") {
        visit["subsidy"] = json!(if subsidy { "use" } else { "decline" });
    }
    match all(document, "PrescriptionIssueSelect").first().map(String::as_str) {
        Some("1") => visit["prescription"] = json!("electronic"),
        Some("2") => visit["prescription"] = json!("paper"),
        _ => {}
    }
    if went("staff-visual") {
        visit["visual"] = json!(true);
    }
}

/// What went wrong at the reader and is in no file: the outcome tells it.
fn missed(outcome: &str, went: &dyn Fn(&str) -> bool, visit: &mut Value) {
    match outcome {
        "pin-failed" | "pin-locked" if went("checking-pin") => visit["pin"] = json!(WRONG_PIN),
        "face-failed" => visit["face"] = json!("mismatch"),
        "not-registered" => visit["register"] = json!(false),
        _ => {}
    }
}

/// The request as it was written: by the values of the usual document where it has just those elements, else in full. False where its
/// bytes are no text, which no scenario can hold.
fn written(bytes: &[u8], interface: &str, asked: &mut Value) -> bool {
    let declared = xml::declared_encoding(bytes).and_then(|label| Encoding::from_label(&label));
    let Ok(decoded) = text::decode(bytes, declared) else { return false };
    if declared == Some(Encoding::ShiftJis) {
        asked["encoding"] = json!("shift_jis");
    }
    let leaves = xml::read(bytes).map(|document| path::values(&document.root)).unwrap_or_default();
    let leaves =
        leaves.into_iter().map(|(path, value)| (path.rsplit('/').next().unwrap_or_default().to_owned(), value));
    let leaves: Vec<(String, String)> = leaves.collect();
    let usual = request::usual(interface).ok();
    let names = usual.map(|usual| usual.header.iter().chain(&usual.body).map(|[name, _]| name.as_str()));
    match names.is_some_and(|names| names.eq(leaves.iter().map(|(name, _)| name.as_str()))) {
        true => asked["values"] = leaves.into_iter().map(|(name, value)| (name, json!(value))).collect(),
        false => asked["xml"] = json!(decoded.text),
    }
    true
}

/// The request's elements as far as the answer repeats them. False where an element of the usual document is not among them.
fn echoed(document: &Element, interface: &str, asked: &mut Value) -> bool {
    let Ok(usual) = request::usual(interface) else { return false };
    let mut values = serde_json::Map::new();
    for [name, usual] in usual.header.iter().chain(&usual.body) {
        match all(document, name).first() {
            Some(value) => {
                values.insert(name.clone(), json!(value));
            }
            // Of a person it must be known; what is always the same need not.
            None if usual.contains("${person.") && name != "InsuredBranchNumber" => return false,
            None if usual.contains("${person.") => {
                values.insert(name.clone(), json!(""));
            }
            None => {}
        }
    }
    asked["values"] = Value::Object(values);
    true
}

/// What all elements called `name` hold.
fn all(document: &Element, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(document, &mut |_, element| {
        if element.name == name {
            found.push(element.value().to_owned());
        }
    });
    found
}

/// A value as TOML on one line. Nulls are left out: TOML has none.
fn toml_of(value: &Value) -> String {
    match value {
        Value::Null => "\"\"".to_owned(),
        Value::Array(list) => format!("[{}]", list.iter().map(toml_of).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let pairs = map.iter().filter(|(_, value)| !value.is_null());
            let pair = |(key, value): (&String, &Value)| format!("{} = {}", key_of(key), toml_of(value));
            format!("{{ {} }}", pairs.map(pair).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        other => other.to_string(),
    }
}

fn key_of(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match !key.is_empty() && key.chars().all(bare) {
        true => key.to_owned(),
        false => toml::Value::String(key.to_owned()).to_string(),
    }
}
