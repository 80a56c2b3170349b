//! The command line: one file per command, exit codes in one place.

use std::process::ExitCode;

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
