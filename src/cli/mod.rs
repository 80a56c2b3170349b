//! The command line: one file per command, exit codes in one place.

use std::process::ExitCode;

pub mod explain;

/// Exit codes of every command (design of the command line: contract with scripts).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// The thing checked or run did not hold.
    DidNotHold = 1,
    /// Wrong usage or settings.
    Usage = 2,
    /// Something outside is missing: no reader, hub or station unreachable.
    Outside = 3,
    /// Our mistake.
    Internal = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command stopped: what is wrong, what to do, and the exit code.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
    remedy: Option<String>,
}

impl Failure {
    /// Something is wrong.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), remedy: None }
    }
    /// What can be done about it.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
    /// Says it on stderr.
    pub fn report(&self) -> Exit {
        eprintln!("madoguchi: {}", self.message);
        if let Some(remedy) = &self.remedy {
            eprintln!("  → {remedy}");
        }
        self.exit
    }
}

/// What a command comes to.
pub type Outcome = Result<Exit, Failure>;
