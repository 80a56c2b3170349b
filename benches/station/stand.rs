//! A station of the released program as a child process, in an empty folder of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Outcome;
use crate::figure::Figures;

/// The program that is measured.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_madoguchi");
/// Every station here: no delay of ours, and any port.
pub const ARGUMENTS: [&str; 5] = ["run", "--control", "127.0.0.1:0", "--pace", "instant"];

/// Resident memory of a station that does nothing (the promise).
const RESIDENT_MB: f64 = 30.0;

pub struct Stand {
    child: Child,
    /// Held open: the station may still have something to say.
    _errors: BufReader<ChildStderr>,
    folder: TempDir,
    control: String,
    ready_after: Duration,
}

impl Stand {
    /// Starts a station and waits for its readiness line.
    pub fn open(people: Option<&Path>) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(PROGRAM);
        command.args(ARGUMENTS).arg("--headless").current_dir(folder.path());
        if let Some(people) = people {
            command.arg("--people").arg(people);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let start = Instant::now();
        let mut child = command.spawn()?;
        let mut errors = BufReader::new(child.stderr.take().ok_or("no stderr")?);
        let mut line = String::new();
        errors.read_line(&mut line)?;
        let ready_after = start.elapsed();
        let control = line.split_whitespace().find_map(|word| word.strip_prefix("control="));
        let control = control.ok_or_else(|| format!("not ready: {line}"))?.to_owned();
        Ok(Self { child, _errors: errors, folder, control, ready_after })
    }

    /// From the start of the process to its readiness line.
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// The shared folder's `req`, `res` or `face`.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join("oqs").join(name)
    }

    /// Where a path of the control API is.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.control)
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        // Nothing of a bench's station is worth a decent end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Judges the resident memory of a process, in MB of 2^20 bytes, the pages of the program itself included.
pub fn judge_memory(figures: &mut Figures, what: &str, process: u32) {
    match resident_mb(process) {
        Some(resident) => figures.judge(what, resident, "MB", RESIDENT_MB),
        None => absent(what, "needs /proc"),
    }
}

fn resident_mb(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// Says what cannot be measured on this system.
pub fn absent(what: &str, why: &str) {
    println!("  {what:<62} not measured: {why}");
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
