//! Every fault of the registry, one row each: what is seen of it from outside. Each row is tried without the fault first, and must see
//! nothing then: so it can fail.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Station, until};
use crate::journal::Journal;
use crate::rececon::{Request, answer_name, drop_in, request_name};
use crate::xml;

/// How a fault is seen.
enum Sight {
    /// In the report of a visit of hanako.
    Visit(fn(&Probe, &Value) -> bool),
    /// In what comes of one request.
    Asked(fn(&Probe, &Answer) -> bool),
    /// In what comes of a request that is refused.
    Refused(fn(&Probe, &Answer) -> bool),
    /// In a test of its own: its file, and its name there.
    Elsewhere(&'static str, &'static str),
}
use Sight::{Asked, Elsewhere, Refused, Visit};

/// The fault, how it is armed besides that, how it is seen.
type Row = (&'static str, Option<u32>, Sight);

const ROWS: &[Row] = &[
    // the card
    ("pin-locked", None, Visit(|_, report| report["outcome"] == "pin-locked")),
    ("card-slow", Some(200), Visit(|_, report| report["millis"].as_f64().unwrap() > 2_000.0)),
    ("card-torn-away", None, Visit(|_, report| said(&report["card_error"], "taken away"))),
    (
        "card-first-command",
        None,
        Elsewhere(
            "src/card/soft/tests/session.rs",
            "the_first_command_after_power_up_fails_once_when_the_quirk_says_so",
        ),
    ),
    (
        "card-reset-clears",
        None,
        Elsewhere("src/card/soft/tests/session.rs", "a_warm_reset_clears_rights_when_the_quirk_says_so"),
    ),
    ("card-pin-tries", Some(0), Visit(|_, report| report["outcome"] == "pin-locked")),
    ("certificate-truncated", None, Visit(|_, report| said(&report["card_error"], "ends after 600"))),
    ("certificate-expired", None, Visit(|_, report| report["certificate"] == "expired")),
    ("certificate-expiring", None, Visit(|_, report| report["certificate"] == "renewal-due")),
    ("certificate-not-yet-valid", None, Visit(|_, report| report["certificate"] == "not-yet-valid")),
    ("certificate-wrong-authority", None, Visit(|_, report| report["certificate"] == "chain-not-verified")),
    ("certificate-forged", None, Visit(|_, report| report["certificate"] == "proof-failed")),
    ("serial-too-long", None, Visit(|_, report| report["certificate"] == "unknown")),
    ("serial-top-bit", None, Visit(|_, report| report["certificate"] == "unknown")),
    // the reader and its dialogue
    ("no-card", None, Visit(|_, report| report["outcome"] == "card-not-recognised")),
    ("wrong-card", None, Visit(|_, report| report["outcome"] == "not-a-my-number-card")),
    ("reader-unplugged", None, Visit(|_, report| said(&report["card_error"], "no card reader"))),
    (
        "card-swapped",
        None,
        Visit(|_, report| report["outcome"] == "card-left" && states(report).last() == Some(&"idle".into())),
    ),
    ("face-locked", None, Visit(|_, report| states(report).contains(&"blocked-face".to_owned()))),
    ("face-mismatch", None, Visit(|_, report| states(report).contains(&"face-retry".to_owned()))),
    (
        "card-forgotten",
        None,
        Elsewhere("tests/station/registry.rs", "a_forgotten_card_sounds_the_alarm_and_is_taken_then"),
    ),
    // the files of a visit
    ("pmh-never", None, Visit(|_, report| report["files"]["face"].is_string() && report["files"]["pmh"].is_null())),
    (
        "pmh-late",
        None,
        Elsewhere(
            "tests/station/faults.rs",
            "pmh_late_takes_ten_seconds_more_while_the_reader_serves_the_next_patient",
        ),
    ),
    // what a file says
    (
        "file-other-encoding",
        None,
        Asked(|_, answer| answer.text().contains("encoding=\"Shift_JIS\"") && answer.text().contains("窓口")),
    ),
    ("file-bom", None, Asked(|_, answer| answer.bytes.starts_with(b"\xEF\xBB\xBF"))),
    (
        "file-shuffled",
        None,
        Asked(|probe, answer| names(&answer.bytes) != probe.usual && sorted(&answer.bytes) == sorted_of(&probe.usual)),
    ),
    ("file-unknown-element", None, Asked(|_, answer| answer.text().contains("<MadoguchiUnknown>"))),
    ("file-empty-element", None, Asked(|_, answer| answer.text().contains("<NameOfOther></NameOfOther>"))),
    ("file-future-layout", None, Asked(|_, answer| answer.text().contains("<MadoguchiFutureInfo>"))),
    ("file-namespace", None, Asked(|_, answer| answer.text().contains("<XmlMsg xmlns="))),
    (
        "file-other-identifier",
        None,
        Asked(|_, answer| {
            answer.text().contains("<ArbitraryFileIdentifier>") && !answer.text().contains(&answer.identifier)
        }),
    ),
    // how a file comes
    ("file-late", Some(1), Asked(|_, answer| answer.millis() > 1_000.0)),
    (
        "file-never",
        None,
        Asked(|probe, answer| probe.told("file-never") && !probe.station.at("res").join(&answer.name).exists()),
    ),
    ("file-torn", None, Asked(|_, answer| !answer.text().contains("</XmlMsg>") && answer.text().contains("<XmlMsg>"))),
    ("file-slow", None, Asked(|_, answer| answer.seen_in_part)),
    ("file-locked", Some(2), Asked(|_, answer| answer.seen_shut)),
    ("file-duplicate", None, Asked(|probe, answer| probe.soon(|| probe.deliveries(&answer.name) == 2))),
    (
        "file-reordered",
        None,
        Elsewhere(
            "tests/station/registry.rs",
            "an_answer_is_overtaken_by_the_next_one_and_a_face_file_by_its_pmh_file",
        ),
    ),
    ("file-orphan", None, Asked(|probe, _| probe.soon(|| probe.names_nobody_asked_for() > 0))),
    (
        "file-renamed-within",
        None,
        Elsewhere(
            "src/folder/publish/tests.rs",
            "renamed_within_its_folder_a_file_is_first_seen_under_a_temporary_name",
        ),
    ),
    ("err-late", None, Refused(|probe, answer| probe.comes_before(&answer.request, &answer.err()))),
    ("encryption-half", None, Asked(|_, answer| answer.delivered_as.ends_with(".zip"))),
    ("disk-full", Some(1), Asked(|probe, answer| probe.told("作業フォルダを使えません") && answer.millis() > 900.0)),
    (
        "restart-midway",
        None,
        Asked(|probe, answer| probe.told("restart-midway") && answer.text().contains("</XmlMsg>")),
    ),
    ("clock-wrong", None, Asked(|probe, answer| value(answer, "ProcessExecutionTime")[..8] < *probe.today)),
    // the centre
    ("validity-2", None, Asked(|_, answer| value(answer, "QualificationValidity") == "2")),
    ("validity-3", None, Asked(|_, answer| value(answer, "QualificationValidity") == "3")),
    ("validity-4", None, Asked(|_, answer| value(answer, "QualificationValidity") == "4")),
    ("segment-9", None, Asked(|_, answer| value(answer, "SegmentOfResult") == "9")),
    ("pmh-err", None, Visit(|probe, report| probe.pmh_err(report).contains("MDG-P"))),
    ("authority-unreachable", None, Visit(|_, report| report["certificate"] == "unreachable")),
    ("certificate-unknown", None, Visit(|_, report| report["certificate"] == "unknown")),
    ("certificate-revoked", None, Visit(|_, report| report["certificate"] == "revoked")),
    (
        "hub-down",
        None,
        Asked(|_, answer| value(answer, "ErrorCode") == "MDG-H001" && answer.text().contains("refused")),
    ),
    ("hub-slow", Some(400), Asked(|_, answer| answer.millis() > 400.0)),
    ("hub-500", None, Asked(|_, answer| value(answer, "ErrorCode") == "MDG-H002")),
    ("hub-wrong-certificate", None, Asked(|_, answer| answer.text().contains("[hub] ca"))),
    (
        "pmh-away",
        None,
        Visit(|_, report| report["outcome"] == "valid" && !states(report).contains(&"subsidy".to_owned())),
    ),
    ("pmh-key-used", None, Visit(|probe, report| probe.pmh_err(report).contains("MDG-"))),
    ("linking-away", None, Elsewhere("tests/hub/away.rs", "LINKING_AWAY")),
    ("pmh-down", None, Visit(|probe, report| probe.pmh_err(report).contains("MDG-H001"))),
    ("ocsp-try-later", None, Elsewhere("tests/hub/authority.rs", "TRY_LATER")),
    ("ocsp-stale", None, Elsewhere("tests/hub/authority.rs", "STALE")),
    ("ocsp-wrong-signer", None, Elsewhere("tests/hub/authority.rs", "WRONG_SIGNER")),
    ("pmh-maintenance", None, Elsewhere("tests/station/municipality.rs", "pmh-maintenance")),
];

/// What came of a request.
#[derive(Default)]
struct Answer {
    request: String,
    /// The name that an answer has.
    name: String,
    identifier: String,
    /// The name that it was delivered under; empty where nothing was.
    delivered_as: String,
    bytes: Vec<u8>,
    entry: Value,
    seen_in_part: bool,
    seen_shut: bool,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
    fn millis(&self) -> f64 {
        self.entry["millis"].as_f64().unwrap_or_default()
    }
    fn err(&self) -> String {
        self.request.replace(".xml", ".err")
    }
}

/// A station that is tried.
struct Probe {
    _place: Place,
    station: Station,
    journal: Journal,
    asked: AtomicU32,
    /// Entries heard before the row that is tried now.
    since: Mutex<u64>,
    /// Names of elements in an ordinary answer.
    usual: Vec<String>,
    today: String,
}

impl Probe {
    fn open() -> Self {
        let place = Place::new();
        let station = place.open(&[]);
        let journal = Journal::listen(&station, None);
        let mut probe = Self {
            _place: place,
            station,
            journal,
            asked: AtomicU32::new(0),
            since: Mutex::new(0),
            usual: Vec::new(),
            today: String::new(),
        };
        // The first visit makes keys and certificates.
        probe.station.visit("hanako");
        let usual = probe.ask(true);
        probe.usual = names(&usual.bytes);
        probe.today = value(&usual, "ProcessExecutionTime")[..8].to_owned();
        probe
    }

    fn entries(&self) -> Vec<Value> {
        let since = *self.since.lock().unwrap();
        self.journal.heard().into_iter().filter(|heard| heard.id > since).map(|heard| heard.entry).collect()
    }

    /// Did somebody tell the operator this?
    fn told(&self, words: &str) -> bool {
        self.entries().iter().any(|entry| said(&entry["ja"], words))
    }

    fn delivered(&self) -> Vec<String> {
        let is_delivery = |entry: &Value| entry["kind"] == "file" && entry["life"] == "delivered";
        self.entries().iter().filter(|e| is_delivery(e)).map(|e| e["name"].as_str().unwrap().to_owned()).collect()
    }

    fn deliveries(&self, name: &str) -> usize {
        self.delivered().iter().filter(|delivered| *delivered == name).count()
    }

    fn names_nobody_asked_for(&self) -> usize {
        let asked = self.asked.load(Ordering::Relaxed);
        let known: BTreeSet<String> = (0..=asked).map(|n| answer_name(&free(n))).collect();
        self.delivered().iter().filter(|name| name.starts_with("OQSsiquc01res_") && !known.contains(*name)).count()
    }

    fn comes_before(&self, first: &str, second: &str) -> bool {
        until("both files", || {
            let order = self.delivered();
            let at = |name: &str| order.iter().position(|delivered| delivered == name);
            Some(at(first)? < at(second)?)
        })
    }

    /// Holds a condition within two seconds?
    fn soon(&self, condition: impl Fn() -> bool) -> bool {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(2) {
            if condition() {
                return true;
            }
            std::thread::yield_now();
        }
        false
    }

    fn pmh_err(&self, report: &Value) -> String {
        match &report["files"]["pmh_err"][0] {
            Value::String(path) => String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned(),
            _ => String::new(),
        }
    }

    /// Asks, and waits until an answer was delivered or the journal says that none will be.
    fn ask(&self, well_formed: bool) -> Answer {
        let n = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let identifier = format!("IDENTIFIER-{n}");
        let request = Request { identifier: identifier.clone(), ..Request::taro() }.xml();
        let request = if well_formed { request } else { request.replace("<MessageBody>", "<MessageBodi>") };
        let mut answer =
            Answer { request: request_name(&free(n)), name: answer_name(&free(n)), identifier, ..Answer::default() };
        let path = self.station.at("res").join(&answer.name);
        drop_in(&self.station, &answer.request, request.as_bytes());
        let awaited = if well_formed { answer.name.clone() } else { answer.err() };
        answer.entry = until("the answer, or that there is none", || {
            look(&path, &mut answer);
            let entries = self.entries();
            let come = |entry: &&Value| {
                let name = entry["name"].as_str().unwrap_or_default();
                let ours = name.split('.').next() == awaited.split('.').next();
                let both = well_formed || name.ends_with(".err") && self.deliveries(&answer.request) > 0;
                entry["life"] == "delivered" && ours && (both || self.deliveries(&answer.err()) > 0)
            };
            let none = |entry: &&Value| said(&entry["ja"], "file-never");
            entries.iter().find(|e| come(e) || none(e)).cloned()
        });
        if !well_formed {
            until("the request to come back", || (self.deliveries(&answer.request) > 0).then_some(()));
        }
        answer.delivered_as = answer.entry["name"].as_str().unwrap_or_default().to_owned();
        if let Ok(bytes) =
            until("the file to open", || match fs::read(self.station.at("res").join(&answer.delivered_as)) {
                Err(cause) if cause.kind() == std::io::ErrorKind::PermissionDenied => None,
                read => Some(read),
            })
        {
            answer.bytes = bytes;
        }
        answer
    }

    /// Is the fault of this row seen now?
    fn sees(&self, sight: &Sight) -> bool {
        *self.since.lock().unwrap() = self.journal.heard().last().map_or(0, |heard| heard.id);
        match sight {
            Visit(seen) => seen(self, &self.station.visit("hanako")),
            Asked(seen) => seen(self, &self.ask(true)),
            Refused(seen) => seen(self, &self.ask(false)),
            Elsewhere(file, test) => {
                let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
                // Without the line that names it here.
                text.lines().any(|line| line.contains(test) && !line.contains("Elsewhere("))
            }
        }
    }
}

/// The free part of the n-th request.
pub fn free(n: u32) -> String {
    format!("20261121{n:04}")
}

/// What can be seen of a file while it comes.
fn look(path: &Path, answer: &mut Answer) {
    let Ok(file) = fs::metadata(path) else { return };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        answer.seen_shut |= file.permissions().mode() & 0o777 == 0;
    }
    #[cfg(windows)]
    {
        answer.seen_shut |= file.len() > 0 && fs::read(path).is_err();
    }
    answer.seen_in_part |= fs::read(path).is_ok_and(|bytes| !bytes.ends_with(b"</XmlMsg>\n"));
}

pub fn said(value: &Value, words: &str) -> bool {
    value.as_str().is_some_and(|text| text.contains(words))
}

fn states(report: &Value) -> Vec<String> {
    report["steps"].as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap().to_owned()).collect()
}

fn value(answer: &Answer, element: &str) -> String {
    xml::parse(&answer.bytes).value(element).unwrap_or_default().to_owned()
}

/// Names of the elements of a document, in order.
fn names(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let starts = text.split('<').filter(|part| !part.starts_with(['/', '?', '!']));
    starts.skip(1).filter_map(|part| part.split(['>', '/', ' ']).next()).map(str::to_owned).collect()
}

fn sorted(bytes: &[u8]) -> Vec<String> {
    sorted_of(&names(bytes))
}

fn sorted_of(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names
}

#[test]
fn every_fault_of_the_registry_has_a_row_and_every_row_is_a_fault() {
    let declared: Vec<&str> = madoguchi::station::knobs_of_all_rooms().iter().map(|knob| knob.name).collect();
    let unique: BTreeSet<&str> = declared.iter().copied().collect();
    assert_eq!(unique.len(), declared.len(), "names are unique");
    let tried: BTreeSet<&str> = ROWS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(tried, unique);
    for knob in madoguchi::station::knobs_of_all_rooms() {
        let words = [
            knob.ja,
            knob.en,
            knob.at.ja,
            knob.at.en,
            knob.bearing.ja,
            knob.bearing.en,
            knob.remedy.ja,
            knob.remedy.en,
        ];
        assert!(words.iter().all(|text| !text.is_empty()), "{}: words are missing", knob.name);
        assert!(
            ["spec/", "RFC "].iter().any(|source| knob.source.starts_with(source)),
            "{}: {}",
            knob.name,
            knob.source
        );
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(knob.room).with_extension("rs").exists()
                || Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(knob.room).is_dir(),
            "{} is no room",
            knob.room
        );
    }
}

#[test]
fn every_fault_does_what_it_says_where_it_says_and_nothing_is_seen_without_it() {
    let rows = Mutex::new(ROWS.iter());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let probe = Probe::open();
                loop {
                    let Some((name, amount, sight)) = rows.lock().unwrap().next() else { break };
                    if let Err(why) = try_row(&probe, name, *amount, sight) {
                        failures.lock().unwrap().push(format!("{name}: {why}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{failures:#?}");
}

fn try_row(probe: &Probe, name: &str, amount: Option<u32>, sight: &Sight) -> Result<(), &'static str> {
    let elsewhere = matches!(sight, Elsewhere(..));
    if !elsewhere && probe.sees(sight) {
        return Err("seen although it is not armed");
    }
    let path = format!("/control/v1/faults/{name}");
    let setting = amount.map_or_else(|| json!({}), |amount| json!({ "amount": amount }));
    probe.station.put(&path, &setting).ok();
    let seen = probe.sees(sight);
    let state = probe.station.delete(&path).ok();
    match (seen, state["hits"].as_u64()) {
        (false, _) => Err("not seen"),
        (true, Some(0)) if !elsewhere => Err("seen, and no hit was counted"),
        _ => Ok(()),
    }
}

#[test]
fn a_forgotten_card_sounds_the_alarm_and_is_taken_then() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let journal = Journal::listen(&station, None);
    let alarms = || journal.heard().iter().filter(|heard| said(&heard.entry["en"], "forgotten on the reader")).count();
    // What the journal says of a visit comes before its end, and its end later than the answer of the call.
    let alarms_after = |visits| {
        let ends = || journal.heard().iter().filter(|heard| heard.kind == "visit").count();
        until("the end of the visit", || (ends() == visits).then(alarms))
    };
    assert_eq!(station.visit("taro")["outcome"], "valid");
    assert_eq!(alarms_after(1), 0);
    let report = station.visit_as(&json!({ "person": "taro", "faults": ["card-forgotten"] }));
    assert_eq!((&report["outcome"], alarms_after(2)), (&json!("valid"), 1));
    assert!(report["files"]["face"].is_string(), "the files come as ever");
    assert_eq!(station.visit("taro")["outcome"], "valid", "and the reader serves the next");
}

#[test]
fn an_answer_is_overtaken_by_the_next_one_and_a_face_file_by_its_pmh_file() {
    let probe = Probe::open();
    let arm = |target: &str| probe.station.put("/control/v1/faults/file-reordered", &json!({ "target": target })).ok();
    let first = request_name("202611219998");
    arm(&first);
    drop_in(&probe.station, &first, Request::taro().xml().as_bytes());
    probe.journal.entry("the first to be answered", |e| e["name"] == first.as_str() && e["life"] == "answered");
    drop_in(&probe.station, &request_name("202611219999"), Request::taro().xml().as_bytes());
    until("both", || (probe.deliveries(&answer_name("202611219998")) > 0).then_some(()));
    assert!(probe.comes_before(&answer_name("202611219999"), &answer_name("202611219998")));
    let name_of = |path: &Value| Path::new(path.as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
    for (armed, pmh_first) in [(false, false), (true, true)] {
        if armed {
            arm("file:face");
        }
        let report = probe.station.visit("hanako");
        let (face, pmh) = (name_of(&report["files"]["face"]), name_of(&report["files"]["pmh"]));
        assert_eq!(probe.comes_before(&pmh, &face), pmh_first);
    }
}

#[test]
fn a_fault_can_be_aimed_at_one_file_of_a_visit() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let arm = |name: &str, target: &str| {
        station.put(&format!("/control/v1/faults/{name}"), &json!({ "target": target, "count": 1 })).ok()
    };
    // The orphan of the field: a PMH result without the face file that announces it.
    arm("file-never", "file:face");
    let report = station.visit("hanako");
    assert!(report["files"]["face"].is_null() && report["files"]["pmh"].is_string(), "{report:#}");
    // And the flags of the two conf files that disagree.
    arm("encryption-half", "file:face");
    let report = station.visit("hanako");
    let ends = |file: &str, end: &str| report["files"][file].as_str().unwrap().ends_with(end);
    assert!(ends("face", ".zip") && ends("pmh", ".xml"), "{report:#}");
}
