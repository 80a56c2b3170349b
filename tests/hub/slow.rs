//! What comes over a raw line to each of the hub's faces: half bodies, dripping heads and bodies, too many connections, readers that do not
//! read. Each has a clear end, leaves nothing behind, and keeps nobody else waiting.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use madoguchi::clock::Clock;
use madoguchi::hub::Hub;
use madoguchi::hub::audit::Face;
use madoguchi::hub::medical_hub::registration::Enrolled;
use madoguchi::hub::server::entrance::{Entrance, Limits};
use madoguchi::hub::server::hurry::Hurry;
use madoguchi::hub::server::{self, registration};
use madoguchi::wire::{Asker, Connection, SubsidyAnswer, SubsidyQuestion};

use crate::municipalities::full;
use crate::world::{self, HERE, NOON, Server, World, all};

/// A face in a hurry, so that tests need not wait for the real patience.
struct Hasty(Server);

const QUICK: Duration = Duration::from_millis(300);
/// Far below the real patience, far above the quick one.
const SOON: Duration = Duration::from_secs(8);

fn limits() -> Limits {
    Limits {
        connections: 6,
        handshake: QUICK,
        head: QUICK,
        hurry: Hurry { grace: QUICK, rate: 1 << 20 },
        reading: QUICK,
        ..Limits::default()
    }
}

impl Hasty {
    fn serve(face: Face, limits: Limits, router: Router) -> Self {
        let entrance = Entrance { limits, ..Entrance::plain(face, Clock::frozen(NOON)) };
        Self(Server::by(entrance, router, "127.0.0.1:0"))
    }

    fn terminals() -> Self {
        Self::serve(Face::Terminals, limits(), server::router(world::hub(), Clock::frozen(NOON)))
    }

    fn municipalities(hub: Arc<Hub>) -> Self {
        let router = registration::router(hub, Clock::frozen(NOON), Enrolled::default());
        Self::serve(Face::Municipalities, limits(), router)
    }

    fn connect(&self) -> TcpStream {
        let line = TcpStream::connect(self.0.address).unwrap();
        line.set_read_timeout(Some(SOON)).unwrap();
        line
    }

    /// Sends, and reads until the other side closes.
    fn sent(&self, bytes: &[u8]) -> String {
        let mut line = self.connect();
        line.write_all(bytes).unwrap();
        rest(&mut line)
    }

    fn answers(&self) {
        let begun = Instant::now();
        let answer = self.sent(b"GET /healthz HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(begun.elapsed() < SOON);
    }
}

/// Everything until the other side closes; it has to, within the patience of this test.
fn rest(line: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match line.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => all.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("not closed: {error}"),
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

fn head(path: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\nauthorization: Bearer demo\r\ncontent-length: {length}\r\n"
    )
}

const FULL: &str = "/pmh/v0.0.1/medicalSubsidiesTargetPersons";

/// How many certificates a clinic sees of Tanaka.
fn seen(hub: &Arc<Hub>) -> usize {
    let world = World::of(hub.clone());
    let visit = world.visit("tanaka");
    let standing = hub.open_visit(&visit.opening).unwrap();
    let name = hub.consent(&standing.visit, &all(), NOON).unwrap().pmh_request.unwrap();
    let asker = Asker { institution: HERE.to_owned(), time: NOON };
    match hub.subsidies(&SubsidyQuestion { asker, request_file_name: name }).unwrap() {
        SubsidyAnswer::Document(document) => document.certificates.len(),
        SubsidyAnswer::Failed { code, message } => panic!("{code} {message}"),
    }
}

#[test]
fn a_head_that_never_ends_costs_its_sender_the_connection() {
    let face = Hasty::terminals();
    for begun in ["", "POST /oqs/vis", "POST /oqs/visits HTTP/1.1\r\nhost: hub\r\nx-a: "] {
        let mut line = face.connect();
        line.write_all(begun.as_bytes()).unwrap();
        let start = Instant::now();
        let answer = rest(&mut line);
        assert!(!answer.contains("200"), "{answer}");
        assert!(start.elapsed() < SOON, "{begun:?}");
        face.answers();
    }
}

#[test]
fn a_head_that_drips_is_no_better_than_one_that_stands_still() {
    let face = Hasty::terminals();
    let mut line = face.connect();
    let start = Instant::now();
    let ended = (0..1000).any(|_| {
        let has_gone = line.write_all(b"x").is_err();
        line.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        has_gone || line.read(&mut [0; 64]).is_ok()
    });
    assert!(ended && start.elapsed() < SOON);
}

#[test]
fn a_head_of_any_length_is_not_kept() {
    let face = Hasty::terminals();
    let mut line = face.connect();
    let _ = line.write_all(b"GET /healthz HTTP/1.1\r\nx: ");
    let piece = [b'a'; 4096];
    let mut sent = 0;
    while line.write_all(&piece).is_ok() && sent < 4 << 20 {
        sent += piece.len();
    }
    assert!(sent < 4 << 20, "somebody took it all");
    face.answers();
}

#[test]
fn a_body_that_stops_or_drips_ends_with_408() {
    let face = Hasty::terminals();
    for path in ["/oqs/visits", "/oqs/PMHsimsm01", "/oqs/visits/x/consents"] {
        let mut line = face.connect();
        line.write_all(format!("{}\r\n{{\"asker\":", head(path, 500)).as_bytes()).unwrap();
        let answer = rest(&mut line);
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
        assert!(answer.contains("docs/hub.md"), "{answer}");
    }
    // A byte now and then does not earn the next one its time.
    let mut line = face.connect();
    line.write_all(format!("{}\r\n", head("/oqs/visits", 100_000)).as_bytes()).unwrap();
    line.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let start = Instant::now();
    let mut piece = [0; 512];
    let answer = (0..1000).find_map(|_| {
        let _ = line.write_all(b" ");
        line.read(&mut piece).ok().map(|count| String::from_utf8_lossy(&piece[..count]).into_owned())
    });
    assert!(answer.is_some_and(|answer| answer.is_empty() || answer.starts_with("HTTP/1.1 408")));
    assert!(start.elapsed() < SOON);
    face.answers();
}

#[test]
fn a_body_that_breaks_off_is_no_question_and_no_registration() {
    let body = serde_json::json!([full("甲証"), full("乙証")]).to_string();
    let hub = world::hub();
    let before = seen(&hub);
    let face = Hasty::municipalities(hub.clone());
    let whole = format!("{}connection: close\r\n\r\n{body}", head(FULL, body.len()));
    let municipality = |answer: &str| answer.starts_with("HTTP/1.1 200");
    // Within the first row, within the second, and all but the end.
    for cut in [body.len() / 3, body.len() * 3 / 4, body.len() - 1] {
        // Half a body, then silence, and half a body, then the end.
        for ends in [false, true] {
            let mut line = face.connect();
            let begun = &whole[..whole.len() - body.len() + cut];
            line.write_all(begun.as_bytes()).unwrap();
            if ends {
                line.shutdown(std::net::Shutdown::Write).unwrap();
            }
            let answer = rest(&mut line);
            assert!(!municipality(&answer), "{answer}");
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        }
    }
    face.answers();
    assert_eq!(seen(&hub), before, "something was half registered");
    let answer = face.sent(whole.as_bytes());
    assert!(municipality(&answer), "{answer}");
    assert!(seen(&hub) > before);
}

#[test]
fn wrong_tokens_lengths_and_methods_are_answered_and_leave_the_line_usable_for_others() {
    let face = Hasty::municipalities(world::hub());
    let wrong = head("/pmh/v0.1.1/registration-tasks", 2).replace("demo", "guess");
    assert!(face.sent(format!("{wrong}connection: close\r\n\r\n[]").as_bytes()).starts_with("HTTP/1.1 401"));
    let huge = head("/pmh/v0.1.1/registration-tasks", usize::MAX / 2);
    assert!(face.sent(format!("{huge}\r\n").as_bytes()).starts_with("HTTP/1.1 4"));
    let two = "POST /oqs/visits HTTP/1.1\r\nhost: hub\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}";
    let terminals = Hasty::terminals();
    for nonsense in [two, "\x16\x03\x01\x02\x00", "GET / HTTP/9.9\r\n\r\n", "\r\n\r\n\r\n"] {
        let answer = terminals.sent(nonsense.as_bytes());
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{nonsense:?}: {answer}");
    }
    face.answers();
    terminals.answers();
}

#[test]
fn more_slow_senders_than_there_are_places_keep_nobody_waiting_for_long() {
    let face = Hasty::terminals();
    let mut held: Vec<TcpStream> = (0..limits().connections * 4)
        .map(|number| {
            let mut line = face.connect();
            let begun = if number % 2 == 0 { head("/oqs/visits", 500) + "\r\n{" } else { "POST /oqs".to_owned() };
            line.write_all(begun.as_bytes()).unwrap();
            line
        })
        .collect();
    face.answers();
    for line in &mut held {
        assert!(!rest(line).starts_with("HTTP/1.1 200"));
    }
}

#[test]
fn whoever_does_not_read_the_answer_loses_it_and_its_place() {
    let router = Router::new()
        .route("/much", axum::routing::get(async || vec![b'a'; 64 << 20]))
        .route("/healthz", axum::routing::get(async || "ok"));
    let face = Hasty::serve(Face::Terminals, Limits { connections: 1, ..limits() }, router);
    let mut deaf = face.connect();
    deaf.write_all(b"GET /much HTTP/1.1\r\nhost: hub\r\n\r\n").unwrap();
    // The one place is free again only when the deaf one has lost it.
    face.answers();
    drop(deaf);
}

#[test]
fn a_handshake_that_never_begins_costs_its_sender_the_connection() {
    use crate::line::Gated;
    let gated = Gated::with(tempfile::tempdir().unwrap(), limits());
    for begun in [&b""[..], b"\x16\x03\x01\x02\x00\x01", b"\r\n\r\n"] {
        let mut line = TcpStream::connect(gated.address).unwrap();
        line.set_read_timeout(Some(SOON)).unwrap();
        line.write_all(begun).unwrap();
        let answer = rest(&mut line);
        assert!(!answer.contains("HTTP"), "{answer}");
    }
}
