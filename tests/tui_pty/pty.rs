//! The program in a pseudo-terminal, and the screen that its bytes paint.
#![allow(dead_code, reason = "each of the tests and benches that share it uses a part")]

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty};

/// Rows and columns of the screen.
pub const ROWS: u16 = 36;
/// See [`ROWS`].
pub const COLUMNS: u16 = 120;

/// Two busy processors and a debug build may need a while; a person would have given up long before.
pub const LIMIT: Duration = Duration::from_secs(30);

/// A program with a terminal of its own.
pub struct Tty {
    /// Our end of the terminal.
    pub pty: Arc<Pty>,
    /// The program.
    pub child: Child,
    /// What a person would see.
    pub screen: vt100::Parser,
    chunks: Receiver<Vec<u8>>,
}

impl Tty {
    /// Starts `program` in `folder`, as a shell in that folder would.
    pub fn start(program: &str, arguments: &[&str], folder: &Path) -> io::Result<Self> {
        let (pty, far_end) = pty_process::blocking::open().map_err(io::Error::other)?;
        pty.resize(Size::new(ROWS, COLUMNS)).map_err(io::Error::other)?;
        let settings = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MADOGUCHI_"));
        let command = settings.fold(Command::new(program), |command, (name, _)| command.env_remove(name));
        let command = command.args(arguments).current_dir(folder).env_remove("NO_COLOR");
        let child = command.env("TERM", "xterm-256color").env("LANG", "ja_JP.UTF-8").spawn(far_end);
        let pty = Arc::new(pty);
        let chunks = listen(pty.clone());
        Ok(Self { pty, child: child.map_err(io::Error::other)?, screen: vt100::Parser::new(ROWS, COLUMNS, 0), chunks })
    }

    /// Waits for a text on the screen.
    pub fn sees(&mut self, text: &str) {
        self.until(text, LIMIT, |screen| screen.contents().contains(text)).unwrap();
    }

    /// Waits until a text is gone from the screen.
    pub fn sees_no_more(&mut self, text: &str) {
        self.until("end", LIMIT, |screen| !screen.contents().contains(text)).unwrap();
    }

    /// Types.
    pub fn type_keys(&self, keys: &[u8]) -> io::Result<()> {
        (&*self.pty).write_all(keys)
    }

    /// Lets the screen be painted until `condition` holds; when it never does, the last screen is the error.
    pub fn until(
        &mut self,
        what: &str,
        limit: Duration,
        condition: impl Fn(&vt100::Screen) -> bool,
    ) -> Result<(), String> {
        let start = Instant::now();
        while !condition(self.screen.screen()) {
            let left = limit.saturating_sub(start.elapsed());
            let seen = || self.screen.screen().contents();
            match self.chunks.recv_timeout(left) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(RecvTimeoutError::Timeout) => return Err(format!("no {what} within {limit:?}:\n{}", seen())),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(format!("the program ended before {what}:\n{}", seen()));
                }
            }
        }
        Ok(())
    }

    /// Lets the screen be painted until the program is silent for so long, or has closed its terminal.
    pub fn settle(&mut self, silence: Duration) {
        while let Ok(bytes) = self.chunks.recv_timeout(silence) {
            self.screen.process(&bytes);
        }
    }

    /// How many bytes are written in this time.
    pub fn written_within(&mut self, time: Duration) -> usize {
        let start = Instant::now();
        let mut written = 0;
        while let Ok(bytes) = self.chunks.recv_timeout(time.saturating_sub(start.elapsed())) {
            self.screen.process(&bytes);
            written += bytes.len();
        }
        written
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // It has ended already, or nobody needs it any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads on a thread of its own, so that waiting can have a limit. The thread ends with the program.
fn listen(pty: Arc<Pty>) -> Receiver<Vec<u8>> {
    let (sender, chunks) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(length @ 1..) = (&*pty).read(&mut buffer) {
            if sender.send(buffer.iter().copied().take(length).collect()).is_err() {
                return;
            }
        }
    });
    chunks
}
