//! What only HTTP can get wrong: media types, sizes, paths, silence, and what stands in the bodies.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use madoguchi::message::bulk::BulkUnit;
use madoguchi::visit::{Outcome, VisitId};
use madoguchi::wire::http::{HttpHub, INSTITUTION, OUTCOME, STEERING, TIME};
use madoguchi::wire::problem::Problem;
use madoguchi::wire::{Answer, Asker, Connection, Question, Request, Steering, WireError, document};
use ureq::Agent;

use crate::bulk::download;
use crate::world::{HERE, MY_NUMBER, NOON, PIN, World, all, pmh_id, request};

/// A bare client.
pub struct Wire {
    agent: Agent,
    base: String,
}

/// Status, headers, body.
pub type Reply = ureq::http::Response<String>;

impl Wire {
    pub fn to(world: &World) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent();
        Self { agent, base: format!("http://{}", world.address.unwrap()) }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.agent.get(format!("{}{path}", self.base)).call().unwrap().map(|mut body| body.read_to_string().unwrap())
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut post = self.agent.post(format!("{}{path}", self.base));
        for (name, value) in headers {
            post = post.header(*name, *value);
        }
        post.send(body).unwrap().map(|mut body| body.read_to_string().unwrap())
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");
const XML: (&str, &str) = ("content-type", "application/xml");

fn problem(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.headers()["content-type"], "application/problem+json");
    let problem: Problem = serde_json::from_str(reply.body()).unwrap();
    assert_eq!(problem.status, reply.status().as_u16());
    assert!(!problem.title.is_empty() && !problem.kind.is_empty());
    (problem.status, problem.detail)
}

#[test]
fn everything_that_is_not_answered_is_a_problem_document_with_a_remedy() {
    let world = World::over_http();
    let wire = Wire::to(&world);
    let xml = document::write_request(&Request::Qualification(request()));
    let huge = vec![b' '; document::LIMIT + 1];
    let bad_day = String::from_utf8(xml.clone()).unwrap().replace("20261121</", "20261321</");
    for (reply, status, remedy) in [
        (wire.get("/nowhere"), 404, "docs/hub.md"),
        (wire.get("/oqs/visits"), 405, "use POST"),
        (wire.post("/healthz", &[JSON], b"{}"), 405, "use GET"),
        (wire.post("/oqs/visits", &[JSON], b"{"), 400, "docs/hub.md"),
        (wire.post("/oqs/visits", &[JSON], b"{}"), 400, "docs/hub.md"),
        (wire.post("/oqs/visits", &[XML], b"{}"), 415, "send application/json"),
        (wire.post("/oqs/visits/none/consents", &[JSON], b"{}"), 404, "POST /oqs/visits"),
        (wire.post("/oqs/OQSsiquc01", &[JSON], &xml), 415, "send application/xml"),
        (wire.post("/oqs/OQSsiquc01", &[XML], &huge), 413, "at most"),
        (wire.post("/oqs/OQSsiquc01", &[XML], b"<XmlMsg>"), 422, ""),
        (wire.post("/oqs/OQSsiquc01", &[XML], bad_day.as_bytes()), 422, "QualificationConfirmationDate"),
        (wire.post("/oqs/OQSsiquc01", &[XML, (TIME, "noon")], &xml), 400, "RFC 3339"),
        (wire.post("/oqs/OQSsiquc01", &[XML, (STEERING, "2")], &xml), 400, "docs/hub.md"),
        (wire.post("/oqs/OQSnothing", &[XML], &xml), 404, "OQSsiquc01"),
    ] {
        let (seen, detail) = problem(&reply);
        assert_eq!(seen, status, "{detail}");
        assert!(detail.contains(remedy), "{status}: {detail}");
    }
}

#[test]
fn a_hub_answers_healthz_with_its_version() {
    let world = World::over_http();
    let reply = Wire::to(&world).get("/healthz");
    let told = format!(r#"{{"status":"ok","version":"{}"}}"#, env!("CARGO_PKG_VERSION"));
    assert_eq!((reply.status().as_u16(), reply.body().as_str()), (200, told.as_str()));
}

#[test]
fn without_headers_the_hub_takes_its_own_clock_and_the_institution_of_the_request() {
    let world = World::over_http();
    let wire = Wire::to(&world);
    let xml = document::write_request(&Request::Qualification(request()));
    let time = |headers: &[(&str, &str)]| {
        let reply = wire.post("/oqs/OQSsiquc01", headers, &xml);
        assert_eq!(reply.headers()["content-type"], "application/xml");
        document::read_result(reply.body().as_bytes()).unwrap().header.process_execution_time
    };
    assert_eq!(time(&[XML]), "20261121120000");
    assert_eq!(time(&[XML, (INSTITUTION, "1319919997"), (TIME, "2026-11-21T01:02:03Z")]), "20261121100203", "JST");
    assert_eq!(time(&[("content-type", "text/xml; charset=UTF-8"), (TIME, "20261121080000")]), "20261121080000");
}

#[test]
fn no_secret_is_in_any_body() {
    let world = World::over_http();
    let wire = Wire::to(&world);
    let opening = serde_json::to_vec(&world.visit("tanaka").opening).unwrap();
    let opened = wire.post("/oqs/visits", &[JSON], &opening);
    let standing: madoguchi::visit::Standing = serde_json::from_str(opened.body()).unwrap();
    let consents = serde_json::to_vec(&all()).unwrap();
    let answered = wire.post(&format!("/oqs/visits/{}/consents", standing.visit), &[JSON], &consents);
    assert_eq!(answered.headers()[OUTCOME], "valid");
    let name = document::read_result(answered.body().as_bytes()).unwrap().request_pmh_file_name.unwrap();
    let asked = format!(
        r#"{{"asker":{{"institution":"1319919997","time":"2026-11-21T12:00:00"}},"request_file_name":"{name}"}}"#
    );
    let subsidies = wire.post("/oqs/PMHsimsm01", &[JSON], asked.as_bytes());
    assert!(subsidies.body().contains("育成医療"));
    let queried = wire.post("/oqs/OQSsiquc01", &[XML], &document::write_request(&Request::Qualification(request())));
    let pmh_id = pmh_id(&madoguchi::secret::MyNumber::new(MY_NUMBER));
    for reply in [opened, answered, subsidies, queried] {
        let shown = format!("{:?} {}", reply.headers(), reply.body()).to_lowercase();
        for secret in [MY_NUMBER, PIN, pmh_id.reveal(), "227b01", "linkage"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[test]
fn a_hub_that_is_not_there_is_unreachable_and_says_what_to_do() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let hub = HttpHub::new(&format!("http://{closed}"));
    match hub.consent(&VisitId("x".into()), &all(), NOON) {
        Err(error @ WireError::Unreachable { .. }) => assert!(error.to_string().contains("madoguchi hub"), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hub_that_stays_silent_is_unreachable_after_the_patience_given() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let patience = Duration::from_millis(100);
    let hub = HttpHub::with_timeouts(&format!("http://{}", silent.local_addr().unwrap()), patience, patience, patience);
    let start = Instant::now();
    assert!(matches!(hub.consent(&VisitId("x".into()), &all(), NOON), Err(WireError::Unreachable { .. })));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn another_program_on_the_port_is_a_problem_not_a_panic() {
    use std::io::{Read, Write};
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = other.accept().unwrap();
            let mut seen = [0; 4096];
            let _ = stream.read(&mut seen).unwrap();
            let page = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";
            stream.write_all(page.as_bytes()).unwrap();
        }
    });
    let world = World::in_process();
    let hub = HttpHub::new(&format!("http://{address}"));
    let opened = hub.open_visit(&world.visit("tanaka").opening);
    let answered = hub.consent(&VisitId("x".into()), &all(), NOON);
    for error in [opened.err(), answered.err()] {
        match error {
            Some(WireError::Problem { status: 502, message }) => assert!(message.contains("docs/hub.md"), "{message}"),
            other => panic!("{other:?}"),
        }
    }
    serving.join().unwrap();
}

/// A hub that begins a bulk result and then does what `then` does with the line.
fn half_a_result(
    then: impl FnOnce(std::net::TcpStream) + Send + 'static,
) -> (std::net::SocketAddr, std::thread::JoinHandle<()>) {
    use std::io::{Read, Write};
    let half = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = half.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = half.accept().unwrap();
        let mut seen = [0; 4096];
        let _ = stream.read(&mut seen).unwrap();
        let header = "<MessageHeader><MedicalInstitutionCode>1319919997</MedicalInstitutionCode>\
                      <ReceptionNumber>42</ReceptionNumber><SegmentOfResult>1</SegmentOfResult></MessageHeader>";
        let unit = "<BulkConfirmUnit><ProcessingResultStatus>1</ProcessingResultStatus></BulkConfirmUnit>";
        let body = format!("<XmlMsg>{header}<MessageBody>{unit}<BulkConf");
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(format!("{head}{:x}\r\n{body}\r\n", body.len()).as_bytes()).unwrap();
        then(stream);
    });
    (address, serving)
}

fn fetched(hub: &HttpHub) -> Vec<Result<BulkUnit, WireError>> {
    let question = Question {
        asker: Asker { institution: HERE.to_owned(), time: NOON },
        reference: "a".into(),
        request: Request::BulkQualificationDownload(download("42")),
        steering: Steering::default(),
    };
    let Answer::Bulk(bulk) = hub.ask(&question).unwrap() else { panic!("no bulk result") };
    assert_eq!(bulk.header.reception_number, "42");
    bulk.units.collect()
}

#[test]
fn a_bulk_result_that_breaks_off_ends_with_an_error_after_the_units_that_came() {
    let (address, serving) = half_a_result(drop);
    let units = fetched(&HttpHub::new(&format!("http://{address}")));
    assert!(matches!(units.as_slice(), [Ok(BulkUnit::Confirm(_)), Err(WireError::Unreachable { .. })]), "{units:?}");
    serving.join().unwrap();
}

#[test]
fn a_bulk_result_may_take_longer_than_any_answer_but_not_stand_still() {
    let patience = Duration::from_millis(100);
    let (silent, held) = std::sync::mpsc::channel::<()>();
    let (address, serving) = half_a_result(move |stream| {
        // Ends when the other side has given up.
        let _ = held.recv();
        drop(stream);
    });
    let hub = HttpHub::with_timeouts(&format!("http://{address}"), patience * 50, Duration::from_millis(1), patience);
    let start = Instant::now();
    let units = fetched(&hub);
    assert!(matches!(units.as_slice(), [Ok(_), Err(WireError::Unreachable { .. })]), "{units:?}");
    assert!(start.elapsed() < Duration::from_secs(5), "the line was dead");
    drop(silent);
    serving.join().unwrap();
}

#[test]
fn every_outcome_has_a_word_that_travels() {
    for outcome in [Outcome::Valid, Outcome::CertificateRefused, Outcome::ValidUnregistered, Outcome::CentreError] {
        let word = serde_json::to_value(outcome).unwrap();
        assert!(word.as_str().is_some_and(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
}
