//! A machine at work beside a station.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::desk::{Place, Process, Reply, Station, madoguchi, names, until};

/// Reader 2 is tied to the machine and writes into a folder of its own.
pub const EXISTING_TERMINAL: &str =
    "[[terminal]]\nfolder = \"oqs\"\n[[reader]]\n[[reader]]\nmodel = \"reception\"\nface_folder = \"saikai/face\"\n";
/// Reader 2 belongs to a terminal of its own.
pub const ADDED_TERMINAL: &str = "[[terminal]]\nfolder = \"oqs\"\n[[terminal]]\nfolder = \"saikai\"\n[[reader]]\n[[reader]]\nterminal = 2\nmodel = \"reception\"\n";

/// A machine, and where it works.
pub struct Machine {
    pub process: Process,
    pub url: String,
    place: PathBuf,
    agent: ureq::Agent,
}

/// A station of the second pattern and its machine.
pub fn beside_the_existing_terminal(args: &[&str]) -> (Place, Station, Machine) {
    let place = Place::new();
    place.write("madoguchi.toml", EXISTING_TERMINAL);
    let station = place.open(&[]);
    let machine = Machine::start(place.path(), &[&PATTERN_2, args].concat());
    (place, station, machine)
}

pub const PATTERN_1: [&str; 6] = ["--pattern", "1", "--from", "saikai", "--to", "oqs"];
pub const PATTERN_2: [&str; 6] = ["--pattern", "2", "--from", "saikai/face", "--to", "oqs"];

impl Machine {
    pub fn start(place: &Path, args: &[&str]) -> Self {
        let mut command = madoguchi(place, &["clinic", "reception", "--listen", "127.0.0.1:0", "--poll-ms", "50"]);
        command.args(args);
        let (process, ready) = Process::start(command, "madoguchi reception ready ");
        let url = ready.split_whitespace().find_map(|word| word.strip_prefix("url=")).unwrap().to_owned();
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_idle_connections(0);
        Self { process, url, place: place.to_owned(), agent: config.build().into() }
    }

    pub fn screen(&self) -> Value {
        self.get("/reception/v1/screen").ok()
    }

    pub fn get(&self, path: &str) -> Reply {
        let mut answer = self.agent.get(format!("{}{path}", self.url)).call().unwrap();
        let body = answer.body_mut().read_json().unwrap();
        Reply { status: answer.status().as_u16(), body }
    }

    pub fn bytes(&self, path: &str) -> Vec<u8> {
        self.agent.get(format!("{}{path}", self.url)).call().unwrap().body_mut().read_to_vec().unwrap()
    }

    pub fn send(&self, event: &Value) -> Reply {
        let mut answer = self.agent.post(format!("{}/reception/v1/events", self.url)).send_json(event).unwrap();
        let body = answer.body_mut().read_json().unwrap();
        Reply { status: answer.status().as_u16(), body }
    }

    /// A touch; the name of the screen after it.
    #[track_caller]
    pub fn touch(&self, event: &str) -> String {
        self.send(&json!({ "event": event })).ok()["screen"].as_str().unwrap().to_owned()
    }

    /// Waits for a screen.
    #[track_caller]
    pub fn shows(&self, screen: &str) -> Value {
        until(screen, || Some(self.screen()).filter(|shown| shown["screen"] == screen))
    }

    /// Waits until nothing but hidden files is left in a folder of the place, and gives what is in another.
    #[track_caller]
    pub fn moved(&self, from: &str, to: &str, count: usize) -> Vec<String> {
        let seen = |folder: &str| {
            let names = names(&self.place.join(folder));
            names.into_iter().filter(|name| !name.starts_with('.')).collect::<Vec<_>>()
        };
        until(&format!("{count} files in {to}"), || {
            let there = seen(to);
            (seen(from).is_empty() && there.len() == count).then_some(there)
        })
    }

    /// Waits until the operator is told something.
    #[track_caller]
    pub fn tells(&self, words: &str) {
        until(words, || self.process.stderr.lock().unwrap().contains(words).then_some(()));
    }
}

/// What an independent reader finds in the picture of a slip.
pub fn decoded(png: &[u8]) -> Vec<String> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut bits = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut bits).unwrap();
    let dot = |x: usize, y: usize| bits[y * frame.line_size + x / 8] >> (7 - x % 8) & 1;
    let size = (frame.width as usize, frame.height as usize);
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(size.0, size.1, |x, y| dot(x, y) * 255);
    picture.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
}
