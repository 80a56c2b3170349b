//! A station for one scenario: in this process, on a folder of its own that goes away with it, reached over its control API like any other.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::runtime::Handle;

use super::model::Scenario;
use crate::clock::{Clock, Stopwatch};
use crate::event::Lang;
use crate::handwritten::{self, Mistake};
use crate::operate::client::Client;
use crate::operate::control::server;
use crate::station::Station;
use crate::station::settings::Settings;
use crate::terminal::sealing::PasswordSource;
use crate::terminal::{Pace, TerminalSettings};

/// Document time where a scenario names none: a Saturday in the middle of a month, far from the turn of a year.
const CLOCK: &str = "20261121093000";
/// So long may the station that went down have its folders still: what it delivered last is touched a moment later, by whoever holds them.
const LINGERS: Duration = Duration::from_secs(5);
/// From try to try to open them again.
const TRY: Duration = Duration::from_millis(20);

/// A station of one's own.
pub struct Own {
    settings: Settings,
    folder: Folder,
    open: Option<(Arc<Station>, Client)>,
    runtime: Handle,
}

/// What a station of one's own cannot be.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotOpened(String);

impl Own {
    /// Opens it, with everything that the scenario says of the start.
    ///
    /// # Errors
    /// Settings that cannot be, or a machine without room for a folder.
    pub fn open(scenario: &Scenario, keep: Option<&Path>, runtime: &Handle) -> Result<Self, NotOpened> {
        let mut settings = settings(scenario).map_err(|mistake| NotOpened(mistake.to_string()))?;
        let folder = Folder::make(keep).map_err(|error| NotOpened(error.to_string()))?;
        settings.station.pace = Pace::Instant;
        settings.station.seed = scenario.seed.unwrap_or(settings.station.seed);
        let clock = scenario.clock.as_deref().unwrap_or(CLOCK);
        settings.station.clock = Some(format!("{clock},freeze"));
        settings.station.state = Some(folder.path.join("state"));
        if settings.terminal.is_empty() {
            settings.terminal.push(TerminalSettings::default());
        }
        for (number, terminal) in settings.terminal.iter_mut().enumerate() {
            terminal.folder =
                folder.path.join(if number == 0 { "oqs".to_owned() } else { format!("oqs{}", number + 1) });
        }
        // Wherever the scenario would have it: nothing of a run lies outside its folder.
        for (number, reader) in (1..).zip(&mut settings.reader) {
            reader.face_folder =
                reader.face_folder.is_some().then(|| folder.path.join(format!("reader{number}")).join("face"));
        }
        if let Some(password) = &scenario.password {
            let file = folder.path.join("zip-password.txt");
            std::fs::write(&file, password).map_err(|error| NotOpened(error.to_string()))?;
            for terminal in &mut settings.terminal {
                terminal.encryption_password = Some(PasswordSource::File(file.clone()));
            }
        }
        let mut own = Self { settings, folder, open: None, runtime: runtime.clone() };
        own.come_up()?;
        Ok(own)
    }

    /// Its control API.
    ///
    /// # Errors
    /// It went down and did not come up again.
    pub fn line(&self) -> Result<Client, NotOpened> {
        let open = self.open.as_ref().map(|(_, line)| line.clone());
        open.ok_or_else(|| NotOpened("窓口は閉じています / the station is down".to_owned()))
    }

    /// Its document time.
    pub fn clock(&self) -> Clock {
        self.open.as_ref().map_or_else(Clock::real, |(station, _)| station.clock().clone())
    }

    /// Down and up again, a second later, with what lasts. The names of files are drawn anew from the same seed: the second keeps them apart.
    ///
    /// # Errors
    /// It does not come up again.
    pub fn restart(&mut self) -> Result<Client, NotOpened> {
        if let Some((station, _)) = &self.open {
            let time = station.clock().now().saturating_add(SignedDuration::from_secs(1));
            self.settings.station.clock = Some(format!("{},freeze", crate::clock::time14(time)));
        }
        self.go_down();
        let down = Stopwatch::start();
        while let Err(error) = self.come_up() {
            if down.elapsed() > LINGERS {
                return Err(error);
            }
            thread::sleep(TRY);
        }
        self.line()
    }

    fn come_up(&mut self) -> Result<(), NotOpened> {
        let settings = self.settings.clone();
        let opened: Result<_, NotOpened> = self.runtime.block_on(async {
            let bound = server::bind("127.0.0.1:0").await;
            let (listener, address) = bound.map_err(|error| NotOpened(error.to_string()))?;
            let station = Station::open(settings, Lang::Ja).await.map_err(|error| NotOpened(error.to_string()))?;
            tokio::spawn(server::serve(listener, server::router(station.clone(), None), station.stopping()));
            Ok((station, Client::to(format!("http://{address}"), None)))
        });
        self.open = Some(opened?);
        Ok(())
    }

    fn go_down(&mut self) {
        if let Some((station, _)) = self.open.take() {
            self.runtime.block_on(station.shut_down());
        }
    }

    /// Where its folders are.
    pub fn folder(&self) -> &Path {
        &self.folder.path
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.go_down();
    }
}

/// The settings of a scenario.
///
/// # Errors
/// A key or a value that is none.
pub fn settings(scenario: &Scenario) -> Result<Settings, Box<Mistake>> {
    let text = toml::to_string(&scenario.settings)
        .map_err(|error| Mistake::of_key("settings", "settings", "設定として書けません", error.to_string()))?;
    // The line is that of our own copy; whoever has the file finds the key in it.
    handwritten::from_toml("settings", &text).map_err(|mistake| Box::new(Mistake { line: None, ..*mistake }))
}

/// A folder that goes away, unless it is kept.
struct Folder {
    path: PathBuf,
    kept: bool,
}

impl Folder {
    fn make(keep: Option<&Path>) -> std::io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        if let Some(place) = keep {
            let path = std::path::absolute(place)?;
            // What lies there already is somebody's.
            if std::fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_some()) {
                let why = format!("{} は空ではありません / is not empty", path.display());
                return Err(std::io::Error::new(ErrorKind::AlreadyExists, why));
            }
            std::fs::create_dir_all(&path)?;
            return Ok(Self { path, kept: true });
        }
        loop {
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("madoguchi-scenario-{}-{number}", std::process::id()));
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path, kept: false }),
                // Left by another process of this number.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.kept {
            // A file that somebody still holds open stays; the system's folder for such things is cleared by the system.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
