//! Bodies that a server refuses without reading them, over raw TCP: the connection stays, or the answer says that it ends.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::desk::{Place, Process, madoguchi};

/// What came back of one request.
struct Answer {
    status: u16,
    closes: bool,
}

/// One connection to `http://ADDRESS`.
struct Line(TcpStream);

impl Line {
    fn to(url: &str) -> Self {
        let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self(stream)
    }

    /// Sends head and body at once, as most clients do, and reads the answer. `None`: the server hung up.
    fn ask(&mut self, request: &str, headers: &str, body: &[u8]) -> Option<Answer> {
        self.say(request, &format!("{headers}content-length: {}\r\n", body.len()), body);
        self.hear()
    }

    fn say(&mut self, request: &str, headers: &str, body: &[u8]) {
        let head = format!("{request} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{headers}\r\n");
        // A server that hung up is noticed when its answer is read.
        let _ = self.0.write_all(&[head.as_bytes(), body].concat());
    }

    fn hear(&mut self) -> Option<Answer> {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            self.0.read_exact(&mut byte).ok()?;
            head.extend(byte);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        self.0.read_exact(&mut vec![0; length]).ok()?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Some(Answer { status, closes: head.contains("connection: close") })
    }
}

/// `request` with `body` is refused with `status`, and the same connection answers the next question.
#[track_caller]
fn stays(url: &str, request: &str, headers: &str, body: &[u8], status: u16) {
    let mut line = Line::to(url);
    for turn in 0..3 {
        let answer =
            line.ask(request, headers, body).unwrap_or_else(|| panic!("turn {turn}: {url} {request}: silence"));
        assert_eq!((answer.status, answer.closes), (status, false), "turn {turn}: {url} {request}");
        let next = line.ask("GET /healthz", "", b"").unwrap_or_else(|| panic!("after turn {turn}: {url} {request}"));
        assert_eq!(next.status, 200);
    }
}

/// More than a server has in hand when it answers.
static BODY: [u8; 60_000] = [b' '; 60_000];

#[test]
fn a_small_body_that_is_refused_unread_leaves_the_connection_for_the_next_question() {
    let place = Place::new();
    let station = place.open(&["--token", "secret"]);
    stays(&station.url, "POST /control/v1/visits", "", &BODY, 401);
    stays(&station.url, "POST /nowhere", "", &BODY, 404);
    stays(&station.url, "PATCH /healthz", "", &BODY, 405);
    stays(&station.url, "POST /control/v1/visits", "authorization: Bearer secret\r\n", &BODY, 422);

    let args = ["hub", "--listen", "127.0.0.1:0", "--registration", "127.0.0.1:0"];
    let (_hub, ready) = Process::start(madoguchi(place.path(), &args), "madoguchi hub ready url=");
    let (hub, registration) = ready.split_once("url=").unwrap().1.split_once(" registration=").unwrap();
    stays(hub, "POST /oqs/nowhere/at/all", "", &BODY, 404);
    stays(hub, "PUT /oqs/visits", "", &BODY, 405);
    stays(registration, "POST /pmh/nowhere", "", &BODY, 404);
    stays(registration, "PUT /healthz", "", &BODY, 405);
}

#[test]
fn a_body_in_pieces_is_waited_for_before_the_answer() {
    let station = Place::new().open(&[]);
    let mut line = Line::to(&station.url);
    line.say("POST /nowhere", "transfer-encoding: chunked\r\n", b"5\r\nabcde\r\n");
    line.0.write_all(b"3\r\nfgh\r\n0\r\n\r\n").unwrap();
    assert_eq!(line.hear().unwrap().status, 404);
    assert_eq!(line.ask("GET /healthz", "", b"").unwrap().status, 200);
}

#[test]
fn where_too_much_was_left_unread_the_answer_says_that_the_connection_ends() {
    let station = Place::new().open(&[]);
    // Announced and never sent, asked for before it is sent, and begun without an end.
    for headers in
        ["content-length: 70000000\r\n", "content-length: 5\r\nexpect: 100-continue\r\n", "content-length: 5\r\n"]
    {
        let mut line = Line::to(&station.url);
        line.say("POST /nowhere", headers, b"");
        let answer = line.hear().unwrap_or_else(|| panic!("{headers}: silence"));
        assert_eq!((answer.status, answer.closes), (404, true), "{headers}");
    }
}
