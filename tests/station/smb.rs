//! The station's root as a network share: a real smbd on a port of its own, and `smbclient` as the レセコン's machine. The terminal hosts
//! the share, as in a clinic; a mount on this side is not to be had everywhere.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::desk::until;

const REMEDY: &str = "apt-get install -y samba smbclient (scripts/setup.sh test)";

/// A share called `oqs`; it ends with this value.
pub struct Share {
    server: Child,
    port: u16,
    root: PathBuf,
    /// Its configuration and its state, and what the client fetched.
    own: tempfile::TempDir,
}

impl Share {
    /// Serves `root` to guests, who act as whoever runs this test.
    pub fn of(root: &Path) -> Self {
        let own = tempfile::tempdir().unwrap();
        let user = String::from_utf8(run(Command::new("id").arg("-un")).stdout).unwrap();
        // Free a moment ago: whoever takes it meanwhile fails the test by name.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        fs::write(own.path().join("smb.conf"), configuration(own.path(), root, port, user.trim())).unwrap();
        let server = Command::new("smbd")
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .args(["--foreground", "--no-process-group", "--configfile"])
            .arg(own.path().join("smb.conf"))
            // Its helpers are ended with it.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("smbd: {error}; {REMEDY}"));
        let mut share = Self { server, port, root: root.canonicalize().unwrap(), own };
        until("smbd", || {
            let ended = share.server.try_wait().unwrap();
            assert!(
                ended.is_none(),
                "smbd ended: {}",
                fs::read_to_string(share.own.path().join("log")).unwrap_or_default()
            );
            share.client("ls").output().unwrap().status.success().then_some(())
        });
        share
    }

    fn client(&self, commands: &str) -> Command {
        let mut client = Command::new("smbclient");
        client.args(["//127.0.0.1/oqs", "--no-pass", "--port"]).arg(self.port.to_string());
        client.arg("--configfile").arg(self.own.path().join("smb.conf")).args(["--command", commands]);
        client.stdin(Stdio::null());
        client
    }

    /// What the client says to `commands`, which must all succeed.
    #[track_caller]
    pub fn does(&self, commands: &str) -> String {
        let said = self.says(commands);
        assert!(!said.contains("NT_STATUS_"), "{commands}: {said}");
        said
    }

    /// What the client says to `commands`, whatever becomes of them.
    pub fn says(&self, commands: &str) -> String {
        String::from_utf8_lossy(&run(&mut self.client(commands)).stdout).into_owned()
    }

    /// Puts a file straight under its name, or under a temporary one to be renamed.
    pub fn put(&self, name: &str, bytes: &[u8], manner: Put) {
        let here = self.here("put");
        fs::write(&here, bytes).unwrap();
        let here = here.display();
        self.does(&match manner {
            Put::InPlace => format!("put {here} req\\{name}"),
            Put::Renamed => format!("put {here} req\\{name}.tmp; rename req\\{name}.tmp req\\{name}"),
        });
    }

    /// Fetches a file, when there is one of that name.
    pub fn get(&self, below: &str) -> Option<Vec<u8>> {
        let here = self.here("got");
        let output = run(&mut self.client(&format!("get {below} {}", here.display())));
        output.status.success().then(|| fs::read(here).unwrap())
    }

    /// The names in a folder, as the client sees them.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let said = self.does(&format!("ls {folder}\\*"));
        let names = said.lines().filter_map(|line| line.split_whitespace().next());
        names.filter(|name| name.contains("xml") || name.contains("err")).map(str::to_owned).collect()
    }

    /// Fetches everything in `folder` at once; the contents.
    pub fn get_all(&self, folder: &str) -> Vec<Vec<u8>> {
        let here = self.here("all");
        fs::create_dir_all(&here).unwrap();
        // What was fetched or replaced between listing and reading is no failure.
        run(&mut self.client(&format!("prompt OFF; cd {folder}; lcd {}; mget *", here.display())));
        let files = fs::read_dir(&here).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
        fs::remove_dir_all(here).unwrap();
        files
    }

    /// A client that has a file open, and reads it when it is told to.
    pub fn hold(&self, below: &str) -> Held {
        let pipe = self.here("pipe");
        assert!(run(Command::new("mkfifo").arg(&pipe)).status.success());
        // It opens the file of the share first, and then waits for a reader of the pipe.
        let client = self
            .client(&format!("get {below} {}", pipe.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let held = Held { client, pipe };
        let file = self.root.join(below.replace('\\', "/"));
        until("the client to have it open", || is_open(&file).then_some(()));
        held
    }

    fn here(&self, name: &str) -> PathBuf {
        self.own.path().join(name)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // The group that was made for it, by its number.
        run(Command::new("kill").args(["-TERM", "--", &format!("-{}", self.server.id())]));
        let _ = self.server.wait();
    }
}

/// How a client puts a request.
#[derive(Debug, Clone, Copy)]
pub enum Put {
    InPlace,
    Renamed,
}

/// A file that a client on the network has open.
pub struct Held {
    client: Child,
    pipe: PathBuf,
}

impl Held {
    /// Lets the client read it to its end.
    pub fn read(mut self) -> Vec<u8> {
        let bytes = fs::read(&self.pipe).unwrap();
        assert!(self.client.wait().unwrap().success());
        bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // It has ended, when it was read.
        let _ = self.client.kill();
        let _ = self.client.wait();
    }
}

/// Whether a process has this file open; of the station and of the server the one that opens answers is the server.
fn is_open(file: &Path) -> bool {
    let open = |process: &fs::DirEntry| {
        let files = fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
        files.into_iter().any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == file))
    };
    fs::read_dir("/proc").unwrap().flatten().any(|process| open(&process))
}

fn run(command: &mut Command) -> Output {
    let name = command.get_program().to_string_lossy().into_owned();
    command.output().unwrap_or_else(|error| panic!("{name}: {error}; {REMEDY}"))
}

/// Whoever runs this test is `root` to the server, because it looks at its own tables of rights before it asks the system: as `root` it leaves
/// that to the system, which knows better. Oplocks stay on, as a server has them: the terminal moves files under the server's feet, and a client must be told.
fn configuration(own: &Path, root: &Path, port: u16, user: &str) -> String {
    let (own, root) = (own.display(), root.display());
    format!(
        "[global]
server role = standalone server
interfaces = 127.0.0.1
bind interfaces only = yes
smb ports = {port}
disable netbios = yes
map to guest = Bad User
guest account = {user}
private dir = {own}
lock directory = {own}
state directory = {own}
cache directory = {own}
pid directory = {own}
ncalrpc dir = {own}/ncalrpc
log file = {own}/log
load printers = no
printcap name = /dev/null
disable spoolss = yes
[oqs]
path = {root}
guest ok = yes
read only = no
force user = root
"
    )
}
