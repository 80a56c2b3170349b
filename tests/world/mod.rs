//! A world of its own for a test (`unshare -rmn`): its own /run, its own network, its own pcscd with vpcd where it wants one. So
//! tests run side by side, need no root, take the usual ports, and never meet the machine's own services.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use madoguchi::card::pcsc::list_readers;

/// Set in the world of one test.
const INSIDE: &str = "MADOGUCHI_TEST_WORLD";
/// The first reader of vpcd.
pub const READER: &str = "Virtual PCD 00 00";
/// Longest wait for anything here; reached only when something is broken.
pub const LIMIT: Duration = Duration::from_secs(30);
/// What all programs come from.
const PACKAGES: &str = "apt-get install -y pcscd vsmartcard-vpcd opensc opensc-pkcs11 openssl util-linux iproute2 curl (scripts/setup.sh test)";

/// Runs `body`, a part of the test called `test`, in a world of its own.
pub fn in_own_world(test: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    // The script gets the test binary as $0 and the test's name as $1.
    let script = "mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir /run/pcscd && ip link set lo up \
                  && exec \"$0\" --exact \"$1\" --nocapture";
    let itself = std::env::current_exe().unwrap();
    let mut world = Command::new("unshare");
    world.args(["-rmn", "sh", "-c", script]).arg(itself).arg(test).env(INSIDE, "1");
    let output = run(&mut world);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "in its own world (unshare -rmn; if that is refused: sysctl kernel.unprivileged_userns_clone=1, or run as root; \
         programs: {PACKAGES})\n{printed}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs a program to its end; one that is missing fails with the remedy.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{}: {error}; {PACKAGES}", command.get_program().to_string_lossy()))
}

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

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts pcscd with vpcd, and waits until its readers are there. `folder` keeps its configuration.
pub fn start_service(folder: &Path) -> Service {
    const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
    assert!(Path::new(DRIVER).exists(), "no {DRIVER}; {PACKAGES}");
    // pcscd reads every file of this folder, so it holds nothing else.
    let readers = folder.join("reader.conf.d");
    std::fs::create_dir(&readers).unwrap();
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
