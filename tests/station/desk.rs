//! A station as its users have it: the real binary in a folder of its own, driven over its command line, its control API and its
//! folders, and nothing else.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
pub use start::started;

#[path = "../world/start.rs"]
mod start;

/// No condition of these tests takes longer, not even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// 医療機関コード of a station without settings.
pub const INSTITUTION: &str = "1319919997";
/// Document time of the stations whose clock stands still.
pub const FROZEN: &str = "20261121093000,freeze";

/// Waits for a condition, and fails with its name when it does not come.
pub fn until<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, condition)
}

/// As [`until`], with a limit of its own.
pub fn within<T>(limit: Duration, what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(start.elapsed() < limit, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The program, with nothing of this machine's settings and languages.
pub fn madoguchi(place: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_madoguchi"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MADOGUCHI_") || name.starts_with("LC_")) {
        command.env_remove(name);
    }
    command.env_remove("LANG").args(args).current_dir(place).stdin(Stdio::null());
    command
}

/// Both outputs as text, and the exit code.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// An empty folder for one station: `oqs` and whatever settings the test writes live in it.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file beside `oqs`, for instance `madoguchi.toml`.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// A station at pace `instant` (a later `--pace` in `args` would be refused: see [`Place::open_at_pace`]).
    pub fn open(&self, args: &[&str]) -> Station {
        self.open_at_pace("instant", args)
    }

    pub fn open_at_pace(&self, pace: &str, args: &[&str]) -> Station {
        Station::start(self.path(), self.run(pace, args))
    }

    /// A station that must not come up: what it says instead.
    pub fn refused(&self, args: &[&str]) -> Said {
        let mut child = started(|| self.run("instant", args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn());
        let gone = Instant::now() + PATIENCE;
        while child.try_wait().unwrap().is_none() {
            if Instant::now() >= gone {
                child.kill().unwrap();
                panic!("the station came up with {args:?}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        child.wait_with_output().unwrap().into()
    }

    /// The usual folder of Linux is everybody's: that of Windows is one for the whole machine.
    fn settings_name_a_folder(&self) -> bool {
        let settings = fs::read_to_string(self.path().join("madoguchi.toml")).unwrap_or_default();
        settings.lines().any(|line| line.trim_start().starts_with("folder"))
    }

    fn run(&self, pace: &str, args: &[&str]) -> Command {
        let mut command = madoguchi(self.path(), &["run", "--headless", "--pace", pace]);
        let has = |option: &str| args.contains(&option);
        if !has("--control") {
            command.args(["--control", "127.0.0.1:0"]);
        }
        if !has("--folder") && !self.settings_name_a_folder() {
            command.args(["--folder", "oqs"]);
        }
        command.args(args);
        command
    }
}

/// Another process of ours that says on stderr when it is ready; killed when dropped.
pub struct Process {
    child: Child,
    /// Everything it has said on stderr.
    pub stderr: Arc<Mutex<String>>,
}

impl Process {
    /// Starts it and gives the line that begins with `ready`.
    pub fn start(mut command: Command, ready: &str) -> (Self, String) {
        let mut child = started(|| command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn());
        let stderr = Arc::new(Mutex::new(String::new()));
        let (lines, heard) = (BufReader::new(child.stderr.take().unwrap()), stderr.clone());
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                *heard.lock().unwrap() += &(line + "\n");
            }
        });
        let mut process = Self { child, stderr };
        let line = until("the line that says it is ready", || {
            let said = process.stderr.lock().unwrap().clone();
            let line = said.lines().find(|line| line.starts_with(ready)).map(str::to_owned);
            assert!(line.is_some() || process.child.try_wait().unwrap().is_none(), "it ended instead: {said}");
            line
        });
        (process, line)
    }

    /// The most memory that it had so far, in MB of 2^20 bytes, its own pages included.
    #[cfg(target_os = "linux")]
    pub fn peak_mb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() / 1024
    }

    /// How many of its threads are called so.
    #[cfg(target_os = "linux")]
    pub fn threads(&self, name: &str) -> usize {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap().flatten();
        threads
            .filter(|thread| fs::read_to_string(thread.path().join("comm")).is_ok_and(|comm| comm.trim() == name))
            .count()
    }

    /// `kill -9`
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // Killed already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, as a service is ended; the exit code.
    #[cfg(unix)]
    pub fn terminate(mut self) -> i32 {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        until("the end of the process", || self.child.try_wait().unwrap()).code().unwrap_or(-1)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// A station at work.
pub struct Station {
    pub process: Process,
    /// Of its control API.
    pub url: String,
    /// The line that told so.
    pub ready: String,
    place: PathBuf,
    folder: PathBuf,
    agent: ureq::Agent,
}

/// An answer of the control API.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

impl Reply {
    /// The body of an answer that must be a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {:#}", self.status, self.body);
        self.body
    }
}

impl Station {
    /// Starts `command`, whose folders are named relative to `place`.
    pub fn start(place: &Path, command: Command) -> Self {
        let (process, ready) = Process::start(command, "madoguchi ready ");
        let (url, folder) = ready.strip_prefix("madoguchi ready control=").unwrap().split_once(" folder=").unwrap();
        let first = folder.split(',').next().unwrap();
        let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE * 2)).http_status_as_error(false);
        Self {
            url: url.to_owned(),
            folder: place.join(first),
            place: place.to_owned(),
            agent: config.build().into(),
            process,
            ready,
        }
    }

    /// A path below the folder of the first terminal: `station.at("res")`.
    pub fn at(&self, below: &str) -> PathBuf {
        self.folder.join(below)
    }

    /// A file named by the station; its paths are relative where its folder was told so.
    pub fn path(&self, told: &Value) -> PathBuf {
        self.place.join(told.as_str().unwrap_or_else(|| panic!("no path: {told}")))
    }

    /// The names in a folder, sorted. Files in the making of others do not count.
    pub fn names(&self, below: &str) -> Vec<String> {
        names(&self.at(below))
    }

    pub fn get(&self, path: &str) -> Reply {
        reply(self.agent.get(format!("{}{path}", self.url)).call())
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        reply(self.agent.post(format!("{}{path}", self.url)).send_json(body))
    }

    /// A body that is announced as nothing but text.
    pub fn post_text(&self, path: &str, body: &str) -> Reply {
        reply(self.agent.post(format!("{}{path}", self.url)).content_type("text/plain").send(body))
    }

    /// A table of people.
    pub fn post_csv(&self, path: &str, bytes: &[u8]) -> Reply {
        reply(self.agent.post(format!("{}{path}", self.url)).content_type("text/csv").send(bytes))
    }

    /// Whatever bytes an answer has.
    pub fn get_bytes(&self, path: &str) -> Vec<u8> {
        self.agent.get(format!("{}{path}", self.url)).call().unwrap().body_mut().read_to_vec().unwrap()
    }

    pub fn put(&self, path: &str, body: &Value) -> Reply {
        reply(self.agent.put(format!("{}{path}", self.url)).send_json(body))
    }

    pub fn delete(&self, path: &str) -> Reply {
        reply(self.agent.delete(format!("{}{path}", self.url)).call())
    }

    /// One whole visit over the API.
    #[track_caller]
    pub fn visit(&self, person: &str) -> Value {
        self.visit_as(&json!({ "person": person }))
    }

    #[track_caller]
    pub fn visit_as(&self, order: &Value) -> Value {
        self.post("/control/v1/visits", order).ok()
    }

    /// A subcommand that finds this station by its environment.
    pub fn command(&self, args: &[&str]) -> Said {
        started(|| madoguchi(&self.place, args).env("MADOGUCHI_STATION", &self.url).output()).into()
    }

    /// Waits for a file in a folder of the first terminal and reads it.
    #[track_caller]
    pub fn file(&self, below: &str) -> Vec<u8> {
        let path = self.at(below);
        until(below, || path.exists().then(|| fs::read(&path).unwrap()))
    }

    /// `kill -9`
    pub fn kill(self) {
        self.process.kill();
    }
}

fn reply(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Reply {
    let mut answer = answer.unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
    Reply { status: answer.status().as_u16(), body }
}

pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .map(|list| list.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    names.sort();
    names
}
