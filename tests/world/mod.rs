//! A world of its own for a test, with its own pcscd and vpcd where it wants one.

pub mod own;

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use madoguchi::card::pcsc::list_readers;
use own::PACKAGES;
pub use own::in_own_world;

/// The first reader of vpcd.
pub const READER: &str = "Virtual PCD 00 00";
/// Longest wait for anything here; reached only when something is broken.
pub const LIMIT: Duration = Duration::from_secs(30);

/// Asks again until `look` finds something.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited {LIMIT:?} for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A running pcscd; it ends with this value.
pub struct Service(Child);

impl Service {
    /// Ends it now; it is over when this returns.
    pub fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts pcscd with vpcd, and waits until its readers are there. `folder` keeps its configuration.
pub fn start_service(folder: &Path) -> Service {
    const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
    assert!(Path::new(DRIVER).exists(), "no {DRIVER}; {PACKAGES}");
    // pcscd reads every file of this folder, so it holds nothing else.
    let readers = folder.join("reader.conf.d");
    std::fs::create_dir_all(&readers).unwrap();
    let mut file = std::fs::File::create(readers.join("vpcd")).unwrap();
    writeln!(file, "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH {DRIVER}\nCHANNELID 0x8C7B")
        .unwrap();
    let child = Command::new("pcscd")
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .arg("--foreground")
        .arg("--config")
        .arg(&readers)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("pcscd: {error}; {PACKAGES}"));
    let service = Service(child);
    wait_for("pcscd and its readers", || list_readers().ok().filter(|names| names.iter().any(|name| name == READER)));
    service
}
