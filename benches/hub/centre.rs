//! A hub of the released program as a child process, in an empty folder of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use jiff::civil::date;
use madoguchi::people::personalise::evidence_by_face;
use madoguchi::people::{self, Person};
use madoguchi::visit::Uses;
use madoguchi::wire::http::HttpHub;
use madoguchi::wire::{Asker, Connection, Steering, VisitOpening};
use tempfile::TempDir;

use crate::town::Town;
use crate::{Outcome, timed};

/// The program that is measured.
const PROGRAM: &str = env!("CARGO_BIN_EXE_madoguchi");
/// A shipped person with a 受給者証: PMH is asked at each of their visits.
const WITH_SUBSIDY: &str = "ikusei";

pub struct Centre {
    child: Child,
    /// Held open: the hub may still have something to say.
    _errors: BufReader<ChildStderr>,
    folder: TempDir,
    address: String,
    registration: String,
    hub: HttpHub,
    person: Person,
    opening: VisitOpening,
}

impl Centre {
    /// Starts a hub over this store and waits for its readiness line.
    pub fn open(store: &str) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let arguments = ["hub", "--listen", "127.0.0.1:0", "--registration", "127.0.0.1:0", "--store", store];
        let mut command = Command::new(PROGRAM);
        command.args(arguments).current_dir(folder.path());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut errors = BufReader::new(child.stderr.take().ok_or("no stderr")?);
        let mut line = String::new();
        while !line.starts_with("madoguchi hub ready") {
            line.clear();
            if errors.read_line(&mut line)? == 0 {
                return Err("the hub did not come up".into());
            }
        }
        let of = |name: &str| line.split_whitespace().find_map(|word| word.strip_prefix(name)).map(str::to_owned);
        let (url, registration) = (of("url=").ok_or("no url")?, of("registration=http://").ok_or("no registration")?);
        let today = date(2026, 11, 21);
        let people = people::built_in(today)?;
        let person = people.find(WITH_SUBSIDY)?.clone();
        let opening = VisitOpening {
            asker: Asker { institution: "1319919997".to_owned(), time: today.at(9, 30, 0, 0) },
            reference: String::new(),
            uses: Uses::default(),
            evidence: evidence_by_face(&person),
            holder: None,
            steering: Steering::default(),
        };
        let (hub, address) = (HttpHub::new(&url), url.trim_start_matches("http://").to_owned());
        Ok(Self { child, _errors: errors, folder, address, registration, hub, person, opening })
    }

    /// Where terminals ask.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whom it is asked about.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Their visit.
    pub fn opening(&self) -> &VisitOpening {
        &self.opening
    }

    /// From the first byte to the answer.
    pub fn register(&self, town: &Town) -> Outcome<Duration> {
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer demo\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            town.generation.path(),
            self.registration,
            town.body().len()
        );
        timed(|| {
            let mut line = TcpStream::connect(&self.registration)?;
            line.write_all(head.as_bytes())?;
            line.write_all(town.body())?;
            let mut answer = String::new();
            line.read_to_string(&mut answer)?;
            answer.starts_with("HTTP/1.1 200").then_some(()).ok_or_else(|| format!("not registered: {answer}").into())
        })
    }

    /// The first half of a visit of somebody whom PMH knows.
    pub fn ask(&self, number: usize) -> Outcome<Duration> {
        let opening = VisitOpening { reference: format!("bench-{number}"), ..self.opening.clone() };
        timed(|| {
            let standing = self.hub.open_visit(&opening)?;
            standing.subsidies_known.then_some(()).ok_or_else(|| "PMH was not asked".into())
        })
    }

    /// The most memory that the hub had so far, the program's own pages included.
    pub fn peak_mb(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes / 1024.0)
    }

    /// The store with its log.
    pub fn file_mb(&self) -> Outcome<f64> {
        let mut bytes = 0;
        for entry in std::fs::read_dir(self.folder.path())? {
            bytes += entry?.metadata()?.len();
        }
        Ok(bytes as f64 / (1 << 20) as f64)
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        // Nothing of a bench's hub is worth a decent end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
