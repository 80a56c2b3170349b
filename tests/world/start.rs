//! Programs are started here, and once more where Wine could not.

use std::io;

/// ERROR_INTERNAL_ERROR: Wine under load now and then fails to start a process with it.
const NOT_STARTED: i32 = 1359;
const ATTEMPTS: usize = 3;

/// What `start` gives, as soon as the program starts.
#[track_caller]
pub fn started<T>(mut start: impl FnMut() -> io::Result<T>) -> T {
    for _ in 1..ATTEMPTS {
        match start() {
            Err(error) if cfg!(windows) && error.raw_os_error() == Some(NOT_STARTED) => {}
            result => return result.unwrap(),
        }
    }
    start().unwrap()
}
