//! As many questions as a program answers over connections that stay open: a hub, and beside it the same HTTP stack with nothing behind it,
//! a child process like the hub and with an answer as long as the hub's.
//!
//! The same stack is what the hub serves with: axum behind doors that bound how many come, how slow they are and how much they send. What axum
//! does without any of that stands beside it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use madoguchi::clock::Clock;
use madoguchi::hub::audit::Face;
use madoguchi::hub::server::entrance::Entrance;
use madoguchi::hub::server::unread::drained;
use madoguchi::wire::document;

use crate::Outcome;

/// Threads that ask, and connections of each. Their work is in every figure: it is done on the same processors.
const CLIENTS: usize = 2;
const LINES: usize = 8;
/// The argument that makes this program the constant one: its stack, media type and length of its answer follow.
pub const CONSTANT: &str = "--constant";

/// What a constant is served with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stack {
    /// What the hub is served with.
    Same,
    /// axum as it comes.
    Bare,
}

impl Stack {
    const BARE: &str = "bare";

    fn word(self) -> &'static str {
        if self == Self::Bare { Self::BARE } else { "same" }
    }
}

/// Questions a second: `round` asks once on each of its lines, by a number that never comes again.
pub fn rate(address: &str, time: Duration, round: &(dyn Fn(&mut [Line], usize) -> Outcome + Sync)) -> Outcome<f64> {
    let start = Instant::now();
    let one = |client: usize| -> Result<usize, String> {
        let lines: Outcome<Vec<Line>> = (0..LINES).map(|_| Line::open(address)).collect();
        let mut lines = lines.map_err(|error| error.to_string())?;
        let mut rounds = 0;
        while start.elapsed() < time {
            round(&mut lines, client + CLIENTS * rounds).map_err(|error| error.to_string())?;
            rounds += 1;
        }
        Ok(rounds * LINES)
    };
    let asked: Result<usize, String> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|client| scope.spawn(move || one(client))).collect();
        clients.into_iter().map(|client| client.join().unwrap_or_else(|_| Err("a client ended".to_owned()))).sum()
    });
    Ok(asked? as f64 / start.elapsed().as_secs_f64())
}

/// Asks on every line at once, and takes the answers.
pub fn on_each(lines: &mut [Line], question: impl Fn(usize) -> Vec<u8>) -> Outcome<Vec<Vec<u8>>> {
    for (at, line) in lines.iter_mut().enumerate() {
        line.stream.write_all(&question(at))?;
    }
    lines.iter_mut().map(Line::answer).collect()
}

/// A request as bytes.
pub fn post_of(path: &str, media_type: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: hub\r\ncontent-type: {media_type}\r\n{headers}content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A connection that stays open.
pub struct Line {
    stream: TcpStream,
    held: Vec<u8>,
}

impl Line {
    pub fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, held: Vec::new() })
    }

    /// The body of an answer that is none of refusal.
    fn answer(&mut self) -> Outcome<Vec<u8>> {
        let mut piece = [0; 16 << 10];
        loop {
            if let Some(end) = self.held.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.held[..end]).to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                let whole = end + 4 + length.map_or(Ok(0), |length| length.trim().parse::<usize>())?;
                if self.held.len() >= whole {
                    let rest = self.held.split_off(whole);
                    let answer = std::mem::replace(&mut self.held, rest);
                    let is_answer = head.starts_with("http/1.1 200") || head.starts_with("http/1.1 204");
                    let body = answer[end + 4..].to_vec();
                    return is_answer
                        .then_some(body)
                        .ok_or_else(|| format!("{head}\n{}", String::from_utf8_lossy(&answer[end..])).into());
                }
            }
            match self.stream.read(&mut piece)? {
                0 => return Err("the connection was closed".into()),
                count => self.held.extend_from_slice(&piece[..count]),
            }
        }
    }
}

/// The same stack with a constant behind it.
pub struct Constant {
    child: Child,
    pub address: String,
}

impl Constant {
    /// Answers every `POST` with so many bytes.
    pub fn open(stack: Stack, media_type: &str, length: usize) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([CONSTANT, stack.word(), media_type, &length.to_string()]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        BufReader::new(child.stdout.take().ok_or("no stdout")?).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned() })
    }

    /// What the child does: it reads the question and answers.
    pub fn serve(stack: &str, media_type: &str, length: &str) -> Outcome {
        let (media_type, body) = (media_type.to_owned(), Bytes::from(vec![b'x'; length.parse()?]));
        let answer = move |_: Bytes| async move { ([(CONTENT_TYPE, media_type)], body) };
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        println!("{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let router = Router::new();
            if stack == Stack::BARE {
                let router = router.route("/{*path}", post(answer));
                let at_once = axum::serve::ListenerExt::tap_io(listener, |line| drop(line.set_nodelay(true)));
                return Ok(axum::serve(at_once, router).await?);
            }
            let answer = post(answer).layer(DefaultBodyLimit::max(document::BULK_LIMIT));
            let router = router.route("/{*path}", answer).layer(DefaultBodyLimit::max(document::LIMIT));
            let entrance = Entrance::plain(Face::Terminals, Clock::real());
            Ok(entrance.serve(listener, drained(router), std::future::pending()).await?)
        })
    }
}

impl Drop for Constant {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
