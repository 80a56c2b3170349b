//! A world of its own for a test (`unshare -rmn`): its own mounts, its own /run, its own network. So tests run side by side, need no
//! root, take the usual ports, and never meet the machine's own services.

use std::path::Path;
use std::process::{Command, Output};

/// Set in the world of one test.
const INSIDE: &str = "MADOGUCHI_TEST_WORLD";
/// What all programs come from.
pub const PACKAGES: &str = "apt-get install -y pcscd vsmartcard-vpcd opensc opensc-pkcs11 openssl util-linux iproute2 curl (scripts/setup.sh test)";

/// Runs `body`, a part of the test called `test`, in a world of its own.
pub fn in_own_world(test: &str, body: impl FnOnce()) {
    if is_inside() {
        return body();
    }
    let itself = std::env::current_exe().unwrap();
    let mut world = own_world(&itself, &["--exact", test, "--nocapture"]);
    let output = run(&mut world);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "in its own world (unshare -rmn; if that is refused: sysctl kernel.unprivileged_userns_clone=1, or run as root; \
         programs: {PACKAGES})\n{printed}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Is this process in a world of its own?
pub fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// A command that runs `program` in a world of its own.
pub fn own_world(program: &Path, arguments: &[&str]) -> Command {
    // The script gets the program as $0. Whoever is root in there leaves root's right to read and write whatever the permissions say
    // behind, so that a folder without permissions is one.
    let script = "mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir /run/pcscd && ip link set lo up \
                  && exec setpriv --bounding-set=-dac_override,-dac_read_search \"$0\" \"$@\"";
    let mut world = Command::new("unshare");
    world.args(["-rmn", "sh", "-c", script]).arg(program).args(arguments).env(INSIDE, "1");
    world
}

/// Runs a program to its end; one that is missing fails with the remedy.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{}: {error}; {PACKAGES}", command.get_program().to_string_lossy()))
}
