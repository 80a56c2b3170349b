//! TLS between terminals and the hub, over real TCP: who comes in, for whom they may ask, and what everybody else is told.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use jiff::ToSpan;
use jiff::civil::DateTime;
use madoguchi::authority::line::Institutions;
use madoguchi::clock::Clock;
use madoguchi::hub::audit::{Audit, Entry, Face};
use madoguchi::hub::gate::folder::GateFolder;
use madoguchi::hub::gate::{Gate, ListTrouble};
use madoguchi::hub::medical_hub::registration::Enrolled;
use madoguchi::hub::server::entrance::{Entrance, Limits};
use madoguchi::hub::server::{registration, router};
use madoguchi::visit::Outcome;
use madoguchi::wire::http::HttpHub;
use madoguchi::wire::tls::{Distrust, Files};
use madoguchi::wire::{Asker, Connection, VisitOpening, WireError};
use tempfile::TempDir;

use crate::world::{self, HERE, NOON, PHARMACY, Server, World, all};

/// A hub behind a gate, and the folder of its keys.
pub struct Gated {
    pub address: SocketAddr,
    pub keys: TempDir,
    audit: PathBuf,
    /// What the gate told of its list.
    told: Arc<Mutex<Vec<ListTrouble>>>,
    _server: Server,
}

/// The machine's time: certificates of a line are real.
pub fn now() -> DateTime {
    Clock::real().now()
}

pub fn only(codes: &[&str]) -> Institutions {
    Institutions::Only(codes.iter().map(|code| (*code).to_owned()).collect())
}

impl Gated {
    pub fn start() -> Self {
        Self::with(Self::keys(), Limits::default())
    }

    /// The face of the same hub to municipalities.
    fn municipalities() -> Self {
        Self::serve(Face::Municipalities, Self::keys(), Limits::default(), "127.0.0.1:0")
    }

    /// At every address of this machine.
    fn everywhere() -> Self {
        Self::serve(Face::Terminals, Self::keys(), Limits::default(), "0.0.0.0:0")
    }

    /// Keys that were made once for all tests: drawing them takes seconds.
    pub fn keys() -> TempDir {
        static MADE: OnceLock<TempDir> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let keys = tempfile::tempdir().unwrap();
            GateFolder::open(keys.path(), &[], now()).unwrap();
            keys
        });
        let keys = tempfile::tempdir().unwrap();
        for file in ["ca.pem", "ca.key", "server.pem", "server.key", "revoked.pem"] {
            std::fs::copy(made.path().join(file), keys.path().join(file)).unwrap();
        }
        keys
    }

    /// With keys of its own.
    fn another() -> Self {
        Self::with(tempfile::tempdir().unwrap(), Limits::default())
    }

    pub fn with(keys: TempDir, limits: Limits) -> Self {
        Self::serve(Face::Terminals, keys, limits, "127.0.0.1:0")
    }

    fn serve(face: Face, keys: TempDir, limits: Limits, listen: &'static str) -> Self {
        let folder = GateFolder::open(keys.path(), &[], now()).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = told.clone();
        let gate = Gate::open(&folder, Clock::real(), move |trouble| heard.lock().unwrap().push(trouble.clone()));
        let audit = keys.path().join("audit.jsonl");
        let entrance = Entrance {
            face,
            gate: Some(Arc::new(gate.unwrap())),
            limits,
            audit: Some(Audit::open(&audit, |error| panic!("{error}")).unwrap()),
            clock: Clock::frozen(NOON),
        };
        let (hub, clock) = (world::hub(), Clock::frozen(NOON));
        let router = match face {
            Face::Municipalities => registration::router(hub, clock, Enrolled::default()),
            _ => router(hub, clock),
        };
        let server = Server::by(entrance, router, listen);
        Self { address: server.address, keys, audit, told, _server: server }
    }

    pub fn folder(&self) -> GateFolder {
        GateFolder::open(self.keys.path(), &[], now()).unwrap()
    }

    /// Files of a new certificate, in a folder of their own.
    pub fn enrol(&self, terminal: &str, institutions: &Institutions, days: i64, at: DateTime) -> (TempDir, Files) {
        let issued = self.folder().enrol(terminal, institutions, days, at).unwrap();
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = place.path().join(name);
            std::fs::write(&file, text).unwrap();
            Some(file)
        };
        let files = Files {
            ca: write("ca.pem", &issued.ca),
            certificate: write("own.pem", &issued.certificate),
            key: write("own.key", &issued.key),
        };
        (place, files)
    }

    pub fn told(&self) -> Vec<ListTrouble> {
        self.told.lock().unwrap().clone()
    }

    pub fn hub(&self, files: &Files) -> HttpHub {
        HttpHub::with_certificate(&format!("https://{}", self.address), files).unwrap()
    }

    /// What was written down, as soon as it is so much: an answer may be there before its entry.
    fn audited(&self, count: usize) -> Vec<Entry> {
        let limit = std::time::Instant::now() + std::time::Duration::from_secs(10);
        loop {
            let text = std::fs::read_to_string(&self.audit).unwrap();
            if text.lines().count() >= count && text.ends_with('\n') {
                return text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            }
            assert!(std::time::Instant::now() < limit, "{count} entries were expected: {text}");
            std::thread::yield_now();
        }
    }
}

/// A visit of Tanaka at this institution.
pub fn opening(institution: &str) -> VisitOpening {
    let mut opening = World::in_process().visit("tanaka").opening;
    opening.asker = Asker { institution: institution.to_owned(), time: NOON };
    opening
}

pub fn distrust(answer: Result<impl std::fmt::Debug, WireError>) -> Distrust {
    match answer {
        Err(WireError::NotTrusted { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

pub fn refused(answer: Result<impl std::fmt::Debug, WireError>) -> (u16, String) {
    match answer {
        Err(WireError::Problem { status, message }) => (status, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_terminal_with_its_certificate_visits_as_over_a_plain_line() {
    let gated = Gated::start();
    let (_place, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let hub = gated.hub(&files);
    let standing = hub.open_visit(&opening(HERE)).unwrap();
    let answer = hub.consent(&standing.visit, &all(), NOON).unwrap();
    assert_eq!(answer.outcome, Outcome::Valid);
    let plain = World::in_process();
    let expected = plain.hub.open_visit(&opening(HERE)).unwrap();
    assert_eq!(standing, expected);
    assert_eq!(answer, plain.hub.consent(&expected.visit, &all(), NOON).unwrap());
    let entries = gated.audited(2);
    let told: Vec<_> = entries.iter().map(|e| (e.asked.as_str(), e.status, e.outcome.as_deref())).collect();
    assert_eq!(told, [("visit", Some(200), Some("good")), ("consents", Some(200), Some("valid"))]);
    assert!(entries.iter().all(|e| e.terminal.as_deref() == Some("uketsuke-1")));
    assert!(entries.iter().all(|e| e.institution.as_deref() == Some(HERE) && e.about == entries[0].about));
}

#[test]
fn without_a_certificate_nobody_comes_in_and_the_terminal_is_told_to_show_one() {
    let gated = Gated::start();
    let (_place, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let bare = Files { ca: files.ca.clone(), ..Files::default() };
    assert_eq!(distrust(gated.hub(&bare).open_visit(&opening(HERE))), Distrust::NoneShown);
    let entry = gated.audited(1).pop().unwrap();
    assert_eq!((entry.asked.as_str(), entry.from.as_deref(), entry.status), ("handshake", Some("127.0.0.1"), None));
}

#[test]
fn a_certificate_of_another_authority_is_refused_on_either_side() {
    let (gated, other) = (Gated::start(), Gated::another());
    let (_a, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let (_b, foreign) = other.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    assert_eq!(distrust(gated.hub(&foreign).open_visit(&opening(HERE))), Distrust::UnknownHub);
    let mixed = Files { ca: files.ca.clone(), ..foreign };
    assert_eq!(distrust(gated.hub(&mixed).open_visit(&opening(HERE))), Distrust::UnknownTerminal);
}

#[test]
fn a_certificate_that_has_ended_is_refused() {
    let gated = Gated::start();
    let last_year = now().checked_sub(365.days()).unwrap();
    let (_place, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, last_year);
    assert_eq!(distrust(gated.hub(&files).open_visit(&opening(HERE))), Distrust::TerminalExpired);
}

#[test]
fn a_municipality_shows_no_certificate_and_is_let_in_by_its_token_alone() {
    let gated = Gated::municipalities();
    let tls = Files { ca: Some(gated.keys.path().join("ca.pem")), ..Files::default() }.read().unwrap();
    let agent = ureq::Agent::config_builder().http_status_as_error(false).tls_config(tls).build().new_agent();
    let status = |token: &str| {
        let url = format!("https://{}/pmh/registrations/unknown", gated.address);
        agent.get(url).header("authorization", format!("Bearer {token}")).call().unwrap().status().as_u16()
    };
    assert_eq!((status("guess"), status("demo")), (401, 404));
    let entries = gated.audited(2);
    let told: Vec<_> = entries.iter().map(|e| (e.face, e.municipality.as_deref(), e.terminal.as_deref())).collect();
    assert_eq!(told, [(Face::Municipalities, None, None), (Face::Municipalities, Some("demo"), None)]);
}

#[test]
fn who_speaks_plain_http_to_a_tls_port_is_told_so() {
    for gated in [Gated::start(), Gated::municipalities()] {
        let plain = HttpHub::new(&format!("http://{}", gated.address));
        assert_eq!(distrust(plain.open_visit(&opening(HERE))), Distrust::TlsWanted);
        let entry = gated.audited(1).pop().unwrap();
        assert_eq!((entry.asked.as_str(), entry.outcome.as_deref()), ("handshake", Some("plain HTTP")));
    }
}

#[test]
fn a_hub_that_is_called_by_a_name_of_somebody_else_is_not_the_one() {
    let gated = Gated::everywhere();
    let (_place, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    // It listens at every address of this machine, and this one does not stand in its certificate.
    let hub = HttpHub::with_certificate(&format!("https://127.0.0.2:{}", gated.address.port()), &files).unwrap();
    assert_eq!(distrust(hub.open_visit(&opening(HERE))), Distrust::HubName);
    let by_name = format!("https://localhost:{}", gated.address.port());
    HttpHub::with_certificate(&by_name, &files).unwrap().open_visit(&opening(HERE)).unwrap();
}

#[test]
fn a_hub_without_tls_is_told_from_one_that_is_not_there() {
    let world = World::over_http();
    let gated = Gated::start();
    let (_place, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let hub = HttpHub::with_certificate(&format!("https://{}", world.address.unwrap()), &files).unwrap();
    assert_eq!(distrust(hub.open_visit(&opening(HERE))), Distrust::NoTls);
}

#[test]
fn the_certificate_decides_for_which_institution_a_terminal_asks() {
    let gated = Gated::start();
    let (_a, own) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let (_b, two) = gated.enrol("both", &only(&[HERE, PHARMACY]), 30, now());
    let (_c, many) = gated.enrol("lab", &Institutions::Any, 30, now());
    let (own, two, many) = (gated.hub(&own), gated.hub(&two), gated.hub(&many));
    let (status, message) = refused(own.open_visit(&opening(PHARMACY)));
    assert_eq!(status, 403);
    assert!(message.contains("uketsuke-1") && message.contains(PHARMACY) && message.contains(HERE), "{message}");
    two.open_visit(&opening(PHARMACY)).unwrap();
    two.open_visit(&opening(HERE)).unwrap();
    let visit = many.open_visit(&opening(PHARMACY)).unwrap().visit;
    // Nor does it end somebody else's visit, or fetch what came of it.
    assert_eq!(refused(own.consent(&visit, &all(), NOON)).0, 403);
    let name = many.consent(&visit, &all(), NOON).unwrap().pmh_request.unwrap();
    let asker = |institution: &str| Asker { institution: institution.to_owned(), time: NOON };
    let fetched = |hub: &HttpHub, institution| {
        hub.subsidies(&madoguchi::wire::SubsidyQuestion { asker: asker(institution), request_file_name: name.clone() })
    };
    assert_eq!(refused(fetched(&own, HERE)).0, 403);
    fetched(&many, PHARMACY).unwrap();
    let foreign: Vec<_> = gated.audited(8).into_iter().filter(|e| e.status == Some(403)).collect();
    assert_eq!(foreign.len(), 3);
    assert!(foreign.iter().all(|e| e.outcome.as_deref() == Some("foreign-institution")), "{foreign:?}");
}

#[test]
fn a_request_that_names_nobody_is_asked_in_the_name_of_its_document() {
    use madoguchi::wire::{Question, Request, Steering};
    let gated = Gated::start();
    let (_a, own) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let ask = |institution: &str| {
        gated.hub(&own).ask(&Question {
            asker: Asker { institution: institution.to_owned(), time: NOON },
            reference: "a".into(),
            request: Request::Qualification(world::request()),
            steering: Steering::default(),
        })
    };
    ask(HERE).unwrap();
    assert_eq!(refused(ask(PHARMACY)).0, 403);
}

#[test]
fn twenty_terminals_with_certificates_of_their_own_visit_at_once() {
    let gated = Gated::start();
    let terminals: Vec<_> = (0..20)
        .map(|number| {
            let code = format!("13199200{number:02}");
            let (place, files) = gated.enrol(&format!("tanmatsu-{number}"), &only(&[&code]), 30, now());
            (place, gated.hub(&files), code)
        })
        .collect();
    std::thread::scope(|scope| {
        for (_, hub, code) in &terminals {
            scope.spawn(move || {
                for round in 0..5 {
                    let opening = VisitOpening { reference: format!("{code}-{round}"), ..opening(code) };
                    let standing = hub.open_visit(&opening).unwrap();
                    assert_eq!(hub.consent(&standing.visit, &all(), NOON).unwrap().outcome, Outcome::Valid);
                }
            });
        }
    });
    let entries = gated.audited(20 * 5 * 2);
    assert_eq!(entries.len(), 20 * 5 * 2);
    for (number, (_, _, code)) in terminals.iter().enumerate() {
        let name = format!("tanmatsu-{number}");
        let own: Vec<_> = entries.iter().filter(|e| e.terminal.as_deref() == Some(&name)).collect();
        assert_eq!(own.len(), 10);
        assert!(own.iter().all(|e| e.institution.as_deref() == Some(code)));
    }
}

#[test]
fn an_operators_own_authority_is_used_and_issues_nothing_here() {
    let gated = Gated::start();
    let (_a, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let own = tempfile::tempdir().unwrap();
    for name in ["ca.pem", "server.pem", "server.key"] {
        std::fs::copy(gated.keys.path().join(name), own.path().join(name)).unwrap();
    }
    let folder = GateFolder::open(own.path(), &["hub.test".to_owned()], now()).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    Gate::open(&folder, Clock::real(), move |trouble| heard.lock().unwrap().push(trouble.to_string())).unwrap();
    let told = told.lock().unwrap().join("");
    assert!(told.contains("revoked.pem") && told.contains("nobody is refused"), "a list is theirs to give: {told}");
    let error = folder.enrol("x", &Institutions::Any, 1, now()).map(drop).unwrap_err().to_string();
    assert!(error.contains("ca.key"), "{error}");
    std::fs::remove_file(own.path().join("server.key")).unwrap();
    let error = GateFolder::open(own.path(), &[], now()).unwrap_err().to_string();
    assert!(error.contains("server.key"), "{error}");
    std::fs::copy(files.key.unwrap(), own.path().join("server.key")).unwrap();
    let folder = GateFolder::open(own.path(), &[], now()).unwrap();
    assert!(Gate::open(&folder, Clock::real(), |_| {}).unwrap_err().to_string().contains("server.key"));
}

#[test]
fn the_hubs_certificate_is_made_again_for_a_new_name_and_before_its_end() {
    let keys = tempfile::tempdir().unwrap();
    let server = || std::fs::read(keys.path().join("server.pem")).unwrap();
    let open = |names: &[&str], at: DateTime| {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        GateFolder::open(keys.path(), &names, at).unwrap();
        server()
    };
    let first = open(&[], now());
    assert_eq!(open(&[], now()), first);
    let second = open(&["hub.test"], now());
    assert_ne!(second, first);
    assert_eq!(open(&[], now()), second);
    assert_ne!(open(&[], now().checked_add(1080.days()).unwrap()), second);
}

#[cfg(unix)]
#[test]
fn keys_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let gated = Gated::start();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in ["ca.key", "server.key"] {
        assert_eq!(mode(&gated.keys.path().join(name)), 0o600, "{name}");
    }
}

#[test]
fn files_that_make_no_certificate_are_named() {
    let gated = Gated::start();
    let (place, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let (_b, other) = gated.enrol("uketsuke-2", &only(&[HERE]), 30, now());
    let read = |files: Files| files.read().map(drop).unwrap_err().to_string();
    assert!(read(Files { key: None, ..files.clone() }).contains("both"));
    assert!(read(Files { key: other.key, ..files.clone() }).contains("own.key"));
    let nowhere = Some(place.path().join("nowhere.pem"));
    assert!(read(Files { ca: nowhere, ..files.clone() }).contains("nowhere.pem"));
    assert!(read(Files { ca: files.key.clone(), ..files }).contains("no certificate"));
}

#[test]
fn who_was_never_enrolled_cannot_be_revoked_and_those_who_were_are_named() {
    let gated = Gated::start();
    let (_a, _files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let error = gated.folder().revoke("uketsuke-9", now()).unwrap_err().to_string();
    assert!(error.contains("uketsuke-9") && error.contains("uketsuke-1"), "{error}");
    assert_eq!(gated.folder().revoke(HERE, now()).unwrap().len(), 1, "by institution, too");
}

// openssl is installed where scripts/setup.sh installs it.
#[cfg(target_os = "linux")]
#[test]
fn openssl_finds_the_authority_its_certificates_and_its_list_in_order() {
    let gated = Gated::start();
    let (place, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let verify = |purpose: &str, certificate: &Path| {
        let out = std::process::Command::new("openssl")
            .args(["verify", "-x509_strict", "-crl_check", "-purpose", purpose, "-CAfile"])
            .arg(gated.keys.path().join("ca.pem"))
            .arg("-CRLfile")
            .arg(gated.keys.path().join("revoked.pem"))
            .arg(certificate)
            .output()
            .unwrap();
        format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
    };
    let own = files.certificate.unwrap();
    assert!(verify("sslclient", &own).ends_with("OK\n"), "{}", verify("sslclient", &own));
    let server = gated.keys.path().join("server.pem");
    assert!(verify("sslserver", &server).ends_with("OK\n"), "{}", verify("sslserver", &server));
    assert!(!verify("sslserver", &own).contains("OK"), "a terminal is no hub");
    gated.folder().revoke("uketsuke-1", now()).unwrap();
    assert!(verify("sslclient", &own).contains("revoked"), "{}", verify("sslclient", &own));
    drop(place);
}
