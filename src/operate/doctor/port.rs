//! The addresses of the control API and of a hub: free, ours already, or somebody else's.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::Duration;

use listeners::{Listener, Protocol, SocketState};
use serde_json::Value;

use super::{Check, Finding, Grade, HUB, PORT_CONTROL, PORT_HUB};
use crate::event::Words;
use crate::hub::server::DEFAULT_LISTEN;
use crate::secret::Secret;
use crate::station::settings::Settings;
use crate::station::view::TerminalView;

/// Whoever answers on this machine answers at once; a hub elsewhere has a line in between.
const PATIENCE: Duration = Duration::from_secs(2);

/// Control API, usual port of a hub, and the hub elsewhere where there is one.
pub fn ports(settings: &Settings) -> Vec<Finding> {
    let usual_hub = address(&PORT_HUB, DEFAULT_LISTEN, None, Grade::Note, HUB_REMEDY);
    let mut findings = vec![control(settings), usual_hub];
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
    let token = settings.control.token.as_ref();
    let found = address(&PORT_CONTROL, listen, token, Grade::Broken, CONTROL_REMEDY);
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

/// Is `listen` free? `token`: for a station that may be there; `grade`: how bad it is when somebody else has it.
fn address(check: &Check, listen: &str, token: Option<&Secret>, grade: Grade, remedy: (&str, &str)) -> Finding {
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
        None => (
            format!("（だれのプログラムかはシステムが教えません。{LOOK} でわかることがあります）"),
            format!(" (the system does not tell whose it is; `{LOOK}` may)"),
        ),
    };
    match who_answers(&format!("http://{listen}"), token) {
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
    match who_answers(url.trim_end_matches('/'), None) {
        Some(who) => HUB.good(url, Words::new(format!("{}が答えます", who.ja), format!("{} answers", who.en))),
        None => HUB.told(Grade::Broken, url, Words::new("答えません", "does not answer"), remedy),
    }
}

/// Is it a program of ours that answers at `base`, and which? A hub and a station tell of themselves at /healthz, token or not; its folders
/// a station tells to whoever may ask it. The token is shown to nobody who is no station.
fn who_answers(base: &str, token: Option<&Secret>) -> Option<Words> {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().into();
    let ask = |path: &str, token: Option<&Secret>| -> Option<Value> {
        let mut request = agent.get(format!("{base}{path}"));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {}", token.reveal()));
        }
        serde_json::from_slice(&request.call().ok()?.body_mut().read_to_vec().ok()?).ok()
    };
    let health = ask("/healthz", None)?;
    let text = |key: &str| health.get(key).and_then(Value::as_str);
    if text("status") != Some("ok") {
        return None;
    }
    let (mut ja, mut en) = ("ハブ".to_owned(), "a hub".to_owned());
    let mut more = Vec::from_iter(
        text("version").map(|version| Words::new(format!("版 {version}"), format!("version {version}"))),
    );
    if health.get("readers").is_some() {
        (ja, en) = ("窓口".to_owned(), "a station".to_owned());
        let terminals =
            ask("/control/v1/station", token).and_then(|mut station| station.get_mut("terminals").map(Value::take));
        let terminals: Vec<TerminalView> =
            terminals.and_then(|all| serde_json::from_value(all).ok()).unwrap_or_default();
        let folders = terminals.iter().map(TerminalView::root);
        more.extend(folders.map(|folder| Words::new(format!("フォルダ {folder}"), format!("folder {folder}"))));
    }
    if !more.is_empty() {
        let all = |of: fn(&Words) -> &str, between: &str| more.iter().map(of).collect::<Vec<_>>().join(between);
        ja += &format!("（{}）", all(|words| &words.ja, "、"));
        en += &format!(" ({})", all(|words| &words.en, ", "));
    }
    Some(Words::new(ja, en))
}

/// Program and process id of whoever listens on `port` of this machine, where the system tells us. Process 0 is what systems name that do not
/// know (Wine), or do not say.
fn owner(port: u16) -> Option<String> {
    let listens =
        |it: &Listener| it.protocol == Protocol::TCP && it.state == SocketState::Listen && it.socket.port() == port;
    let process = listeners::get_all().ok()?.into_iter().find(listens)?.process;
    (process.pid != 0).then(|| format!("{}, pid {}", process.name, process.pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_somebody_has_is_told_with_its_owner_and_a_remedy() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = taken.local_addr().unwrap().to_string();
        let look = || address(&PORT_CONTROL, &listen, None, Grade::Broken, CONTROL_REMEDY);
        let found = look();
        assert_eq!((found.grade, found.place.as_str()), (Grade::Broken, listen.as_str()));
        // Wine tells of the port, and of nobody.
        let tells = [format!("pid {})", std::process::id()), "the system does not tell".to_owned()];
        let tells = &tells[..if cfg!(windows) { 2 } else { 1 }];
        assert!(tells.iter().any(|tell| found.found.en.contains(tell)), "{found:?}");
        drop(taken);
        assert_eq!(look().grade, Grade::Good);
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
