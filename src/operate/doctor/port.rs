//! The addresses of the control API and of a hub: free, ours already, or somebody else's.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::{Check, Finding, Grade, HUB, PORT_CONTROL, PORT_HUB};
use crate::event::Words;
use crate::hub::server::DEFAULT_LISTEN;
use crate::station::settings::Settings;

/// Whoever answers on this machine answers at once; a hub elsewhere has a line in between.
const PATIENCE: Duration = Duration::from_secs(2);

/// Control API, usual port of a hub, and the hub elsewhere where there is one.
pub fn ports(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![control(settings), address(&PORT_HUB, DEFAULT_LISTEN, Grade::Note, HUB_REMEDY)];
    findings.extend(settings.hub.url.as_deref().map(hub));
    findings
}

const CONTROL_REMEDY: (&str, &str) = (
    "それを終了するか、--control 127.0.0.1:0（空きポート）か [control] listen で別のアドレスを指定してください",
    "end it, or name another address with --control 127.0.0.1:0 (a free port) or [control] listen",
);
const HUB_REMEDY: (&str, &str) =
    ("madoguchi hub を使うなら --listen で別のアドレスを", "for `madoguchi hub` name another address with --listen");

fn control(settings: &Settings) -> Finding {
    let listen = &settings.control.listen;
    let is_loopback = listen.starts_with("127.") || listen.starts_with("localhost:") || listen.starts_with("[::1]");
    if !is_loopback && settings.control.token.is_none() {
        return PORT_CONTROL.told(
            Grade::Broken,
            listen,
            Words::new("外から見えるのにトークンがありません", "visible from elsewhere, without a token"),
            Words::new(
                "--token、MADOGUCHI_TOKEN か [control] token を指定してください",
                "give --token, MADOGUCHI_TOKEN or [control] token",
            ),
        );
    }
    let found = address(&PORT_CONTROL, listen, Grade::Broken, CONTROL_REMEDY);
    if is_loopback || found.grade > Grade::Good {
        return found;
    }
    PORT_CONTROL.told(
        Grade::Note,
        listen,
        Words::new(
            "空いています。他の機械からは、ファイアウォールが許せば届きます",
            "is free; other machines reach it where the firewall lets them",
        ),
        Words::new(FIREWALL.0, FIREWALL.1),
    )
}

/// How a firewall is opened for the control API.
const FIREWALL: (&str, &str) = if cfg!(windows) {
    (
        "届かないときは、管理者で netsh advfirewall firewall add rule name=madoguchi dir=in action=allow profile=private program=…\\madoguchi.exe",
        "where they do not, as administrator: netsh advfirewall firewall add rule name=madoguchi dir=in action=allow profile=private program=…\\madoguchi.exe",
    )
} else {
    (
        "届かないときは、この機械のファイアウォールでこのポート（TCP）を許可してください",
        "where they do not, allow this port (TCP) in the firewall of this machine",
    )
};

/// Is `listen` free? `grade`: how bad it is when somebody else has it.
fn address(check: &Check, listen: &str, grade: Grade, remedy: (&str, &str)) -> Finding {
    let error = match TcpListener::bind(listen) {
        Ok(_) => return check.good(listen, Words::new("空いています", "is free")),
        Err(error) => error,
    };
    let remedy = Words::new(remedy.0, remedy.1);
    if error.kind() != ErrorKind::AddrInUse {
        let found = Words::new(format!("待ち受けできません: {error}"), format!("cannot be listened on: {error}"));
        return check.told(grade, listen, found, remedy);
    }
    let owner = listen.rsplit(':').next().and_then(|port| port.parse().ok()).and_then(owner);
    let (ja, en) = match owner {
        Some(owner) => (format!("（{owner}）"), format!(" ({owner})")),
        None => (format!("（だれかは {LOOK} でわかります）"), format!(" (`{LOOK}` tells who)")),
    };
    match who_answers(&format!("http://{listen}")) {
        Some(who) => {
            let found = Words::new(format!("{}が動いています{ja}", who.ja), format!("{} runs there{en}", who.en));
            check.told(Grade::Note, listen, found, remedy)
        }
        None => {
            let found = Words::new(format!("他のプログラムが使っています{ja}"), format!("another program has it{en}"));
            check.told(grade, listen, found, remedy)
        }
    }
}

/// What tells who has a port, where we may not see it.
const LOOK: &str = if cfg!(windows) {
    "netstat -ano"
} else if cfg!(target_os = "linux") {
    "sudo ss -ltnp"
} else {
    "sudo lsof -iTCP -sTCP:LISTEN"
};

fn hub(url: &str) -> Finding {
    let remedy = Words::new(
        "madoguchi hub を起動するか、[hub] url か --hub を確かめてください",
        "start `madoguchi hub`, or correct [hub] url or --hub",
    );
    match who_answers(url.trim_end_matches('/')) {
        Some(_) => HUB.good(url, Words::new("答えます", "answers")),
        None => HUB.told(Grade::Broken, url, Words::new("答えません", "does not answer"), remedy),
    }
}

/// Is it a program of ours that answers at `base`? A hub and a station tell of themselves at /healthz, token or not.
fn who_answers(base: &str) -> Option<Words> {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().into();
    let text = agent.get(format!("{base}/healthz")).call().ok()?.body_mut().read_to_string().ok()?;
    let health: Value = serde_json::from_str(&text).ok()?;
    if health.get("status").and_then(Value::as_str) != Some("ok") {
        return None;
    }
    Some(match health.get("readers") {
        Some(_) => Words::new("窓口", "a station"),
        None => Words::new("ハブ", "a hub"),
    })
}

/// Program and process id of whoever listens on `port` of this machine, where we may see it (Linux).
fn owner(port: u16) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let sockets: Vec<String> = tables.iter().flat_map(|table| listeners(table, port)).collect();
    let has_one = |process: &Path| {
        let files = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        let mut targets = files.filter_map(|file| fs::read_link(file.path()).ok());
        targets.any(|target| sockets.iter().any(|socket| target.as_os_str() == socket.as_str()))
    };
    let is_process =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().parse::<u32>().is_ok());
    let mut processes = fs::read_dir("/proc").ok()?.flatten().map(|entry| entry.path()).filter(is_process);
    let process = processes.find(|process| has_one(process))?;
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    Some(format!("{}, pid {}", name.trim(), process.file_name()?.to_string_lossy()))
}

/// The sockets that listen on `port` in Linux's table of TCP sockets, as links to them are called.
fn listeners(table: &str, port: u16) -> Vec<String> {
    const LISTENS: &str = "0A";
    let ending = format!(":{port:04X}");
    let socket = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        (local.ends_with(&ending) && *state == LISTENS).then(|| format!("socket:[{inode}]"))
    };
    table.lines().filter_map(socket).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_found_by_its_port_and_one_that_only_talks_is_not() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:2256 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 71 1 0 100 0 0 10 0\n\
            1: 0100007F:2256 0100007F:9999 01 00000000:00000000 00:00000000 00000000  0  0 72 1 0 100 0 0 10 0\n";
        assert_eq!(listeners(table, 8790), ["socket:[71]"]);
        assert!(listeners(table, 8791).is_empty());
    }

    #[test]
    fn a_port_that_somebody_has_is_told_with_its_owner_and_a_remedy() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = taken.local_addr().unwrap().to_string();
        let found = address(&PORT_CONTROL, &listen, Grade::Broken, CONTROL_REMEDY);
        assert_eq!((found.grade, found.place.as_str()), (Grade::Broken, listen.as_str()));
        if cfg!(target_os = "linux") {
            assert!(found.found.en.contains(&format!("pid {}", std::process::id())), "{found:?}");
        }
        drop(taken);
        assert_eq!(address(&PORT_CONTROL, &listen, Grade::Broken, CONTROL_REMEDY).grade, Grade::Good);
    }

    #[test]
    fn an_address_that_others_see_needs_a_token() {
        let mut settings = Settings::default();
        settings.control.listen = "0.0.0.0:0".to_owned();
        assert_eq!(control(&settings).grade, Grade::Broken);
        settings.control.token = Some(crate::secret::Secret::new("x"));
        let found = control(&settings);
        assert_eq!(found.grade, Grade::Note);
        assert!(found.found.en.contains("firewall"), "{found:?}");
        settings.control.listen = "127.0.0.1:0".to_owned();
        assert_eq!(control(&settings).grade, Grade::Good);
    }
}
