//! The text terminal: taken over on entry, given back whatever happens.
//!
//! *tty* because *terminal* is the 資格確認端末 everywhere in this program.

use std::io::{self, BufWriter, Stdout, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

type Hook = Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// Is the terminal ours now? Giving it back twice would write to a screen that is somebody else's.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back if it was taken: for signal handlers' threads and other ways to end the process. Harmless at any time.
pub fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Nothing can be said about a failure here: the place to say it is what fails.
        let _ = execute!(io::stdout(), DisableMouseCapture, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = io::stdout().flush();
    }
}

/// The terminal while the screen is up.
pub(in crate::operate) struct Tty {
    pub terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    mouse: bool,
    panics: Arc<Mutex<Vec<String>>>,
    hook: Hook,
}

impl Tty {
    /// Takes the terminal over: raw mode, alternate screen, mouse, no cursor.
    ///
    /// # Errors
    /// When standard output is no terminal or refuses.
    pub fn take() -> io::Result<Self> {
        let terminal = Terminal::new(CrosstermBackend::new(BufWriter::new(io::stdout())))?;
        let panics: Arc<Mutex<Vec<String>>> = Arc::default();
        let hook: Hook = Arc::from(panic::take_hook());
        panic::set_hook(Box::new(watch(thread::current().id(), panics.clone(), hook.clone())));
        let tty = Self { terminal, mouse: true, panics, hook };
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        execute!(io::stdout(), EnterAlternateScreen, EnableMouseCapture, Hide)?;
        Ok(tty)
    }

    /// Lets the program have the mouse, or leaves it to the terminal.
    pub fn mouse(&mut self, on: bool) -> io::Result<()> {
        if self.mouse == on {
            return Ok(());
        }
        self.mouse = on;
        if on { execute!(io::stdout(), EnableMouseCapture) } else { execute!(io::stdout(), DisableMouseCapture) }
    }

    /// The first panic of another thread, as far as there was one.
    pub fn panic(&self) -> Option<String> {
        self.panics.lock().unwrap_or_else(PoisonError::into_inner).first().cloned()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        restore();
        if !thread::panicking() {
            let hook = self.hook.clone();
            panic::set_hook(Box::new(move |info| hook(info)));
        }
        for panic in self.panics.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            eprintln!("{panic}");
        }
    }
}

/// A panic of the screen's own thread gives the terminal back before it is told. One of another thread must not write over the screen: it is
/// kept, shown in the last line, and told in full at the end.
fn watch(screen: ThreadId, panics: Arc<Mutex<Vec<String>>>, hook: Hook) -> impl Fn(&PanicHookInfo<'_>) + Send + Sync {
    move |info| {
        if thread::current().id() == screen || !TAKEN.load(Ordering::SeqCst) {
            restore();
            hook(info);
        } else {
            let name = thread::current().name().unwrap_or("?").to_owned();
            panics.lock().unwrap_or_else(PoisonError::into_inner).push(format!("thread '{name}' {info}"));
        }
    }
}
