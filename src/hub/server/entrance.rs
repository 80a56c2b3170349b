//! How a face is served: TLS where there is a gate, a bound on connections, and a time-out on everything that another side can be slow at.
//! Whoever sends a byte now and then keeps a place for seconds, not for ever, and nobody else waits for them.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::caller::Caller;
use super::hurry::{Hurried, Hurry};
use super::reply::Refused;
use crate::clock::Clock;
use crate::hub::audit::{Audit, Entry, Face};
use crate::hub::gate::Gate;
use crate::hub::gate::client::Client;
use crate::wire::problem::{PROBLEM_JSON, Problem, TLS_WANTED};
use crate::wire::tls::Distrust;

/// A listener that has run out of file handles has some again a little later.
const AGAIN: Duration = Duration::from_millis(200);
/// How long a refused side may take to read why.
const LINGER: Duration = Duration::from_secs(1);

/// What a face waits for, and how long. All of them ours.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once; another waits in the system's queue until one ends.
    pub connections: usize,
    /// The whole TLS handshake.
    pub handshake: Duration,
    /// A request's head, and silence between two requests. Longer than a client keeps an idle connection (ureq: 15 s), so that it does not
    /// write into one that is just being closed.
    pub head: Duration,
    /// Most bytes of a head.
    pub head_bytes: usize,
    /// How fast a body has to come.
    pub hurry: Hurry,
    /// Nothing of an answer is taken for so long.
    pub reading: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(20),
            head_bytes: 64 << 10,
            hurry: Hurry::default(),
            reading: Duration::from_secs(30),
        }
    }
}

/// How one face is served.
#[derive(Clone)]
pub struct Entrance {
    /// Which it is.
    pub face: Face,
    /// TLS, and which terminals may come in; everybody, without TLS, where there is none. Terminals alone are asked for a certificate.
    pub gate: Option<Arc<Gate>>,
    /// Time-outs and bounds.
    pub limits: Limits,
    /// Where questions are written down.
    pub audit: Option<Arc<Audit>>,
    /// The time of what is written down.
    pub clock: Clock,
}

impl Entrance {
    /// Plain HTTP for everybody, written down nowhere.
    pub fn plain(face: Face, clock: Clock) -> Self {
        Self { face, gate: None, limits: Limits::default(), audit: None, clock }
    }

    /// Serves `router` until `end` is over; answers under way are finished first.
    ///
    /// # Errors
    /// The socket failed.
    pub async fn serve(
        self,
        listener: TcpListener,
        router: Router,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let places = Arc::new(Semaphore::new(self.limits.connections));
        let under_way = GracefulShutdown::new();
        let service = TowerToHyperService::new(router);
        let entrance = Arc::new(self);
        let mut end = std::pin::pin!(end);
        loop {
            let accepted = tokio::select! {
                () = &mut end => break,
                accepted = accept(&listener, &places) => accepted,
            };
            let Some((stream, from, place)) = accepted else { continue };
            let (entrance, service, watcher) = (entrance.clone(), service.clone(), under_way.watcher());
            tokio::spawn(async move {
                entrance.let_in(stream, from, service, watcher).await;
                drop(place);
            });
        }
        drop(listener);
        under_way.shutdown().await;
        Ok(())
    }

    async fn let_in(
        self: Arc<Self>,
        stream: TcpStream,
        from: SocketAddr,
        service: TowerToHyperService<Router>,
        watcher: Watcher,
    ) {
        // An answer is one write; waiting for more would cost a client with delayed acknowledgements forty milliseconds.
        let _ = stream.set_nodelay(true);
        let Some(gate) = self.gate.clone() else {
            let stream = Hurried::new(stream, self.limits.reading);
            return self.talk(stream, from, None, service, watcher).await;
        };
        let config = match self.face {
            Face::Terminals => gate.config(),
            _ => gate.config_of_server_alone(),
        };
        let handshake = async {
            let is_plain = speaks_plainly(&stream).await;
            let mut stream = Hurried::new(stream, self.limits.reading);
            if is_plain {
                let _ = stream.write_all(&tls_is_wanted()).await;
                return Err(("plain HTTP".to_owned(), stream));
            }
            let accepted = TlsAcceptor::from(config).accept(stream).into_fallible().await;
            accepted.map_err(|(error, stream)| (error.to_string(), stream))
        };
        match timeout(self.limits.handshake, handshake).await {
            Ok(Ok(stream)) => {
                let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                let client = certificate.and_then(|der| Client::of(der)).map(Arc::new);
                self.talk(stream, from, client, service, watcher).await;
            }
            Ok(Err((why, stream))) => {
                self.refused(from, &why);
                linger(stream).await;
            }
            Err(_) => self.refused(from, "handshake timed out"),
        }
    }

    fn refused(&self, from: SocketAddr, why: &str) {
        let Some(audit) = &self.audit else { return };
        let entry = self.entry(from, None);
        audit.note(&Entry { asked: "handshake".to_owned(), outcome: Some(why.to_owned()), ..entry });
    }

    fn entry(&self, from: SocketAddr, client: Option<&Client>) -> Entry {
        Entry {
            time: self.clock.now(),
            face: self.face,
            from: Some(from.ip().to_string()),
            terminal: client.map(|client| client.name().to_owned()),
            asked: "unknown".to_owned(),
            ..Entry::default()
        }
    }

    async fn talk(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        from: SocketAddr,
        client: Option<Arc<Client>>,
        service: TowerToHyperService<Router>,
        watcher: Watcher,
    ) {
        let limits = self.limits;
        let answer = service_fn(move |request: Request<Incoming>| {
            let (entrance, client, service) = (self.clone(), client.clone(), service.clone());
            async move { Ok::<_, std::convert::Infallible>(entrance.answer(request, from, client, &service).await) }
        });
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(limits.head_bytes);
        let connection = builder.serve_connection(TokioIo::new(stream), answer);
        // Whatever ends a connection is the other side's: it has gone, or was too slow, or spoke something else.
        let _ = watcher.watch(connection).await;
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        from: SocketAddr,
        client: Option<Arc<Client>>,
        service: &TowerToHyperService<Router>,
    ) -> Response<Body> {
        let audit = self.audit.as_ref().map(|audit| (audit.clone(), self.entry(from, client.as_deref())));
        let caller = Caller::new(client.clone(), audit);
        // A connection that stays open may outlive the certificate that it began with.
        let is_revoked = client.zip(self.gate.as_ref()).is_some_and(|(client, gate)| gate.has_revoked(&client));
        let response = match is_revoked {
            true => {
                caller.ended("revoked");
                revoked()
            }
            false => {
                let hurry = self.limits.hurry;
                let mut request = request.map(|body| Body::new(hurry.on(body)));
                request.extensions_mut().insert(caller.clone());
                match service.call(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            }
        };
        caller.answered(response.status().as_u16(), || self.clock.now());
        response
    }
}

fn revoked() -> Response<Body> {
    let detail = "この端末の証明書は失効しています。`madoguchi hub enrol` で発行し直してください / this terminal's certificate was revoked: enrol it again";
    let mut response = Refused::new(403, detail).into_response();
    response.headers_mut().insert(hyper::header::CONNECTION, hyper::header::HeaderValue::from_static("close"));
    response
}

/// A method of HTTP stands where a handshake would begin.
async fn speaks_plainly(stream: &TcpStream) -> bool {
    let mut first = [0];
    stream.peek(&mut first).await.is_ok_and(|count| count > 0) && first.iter().all(u8::is_ascii_uppercase)
}

/// For whoever says `http://` where TLS is spoken.
fn tls_is_wanted() -> Vec<u8> {
    let problem = Problem { kind: TLS_WANTED.to_owned(), ..Problem::new(400, Distrust::TlsWanted.to_string()) };
    // A problem is text and a number, which always have a JSON form.
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: {PROBLEM_JSON}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}

/// The next connection, when there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // Nobody closes the semaphore.
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, from)) => Some((stream, from, place)),
        Err(error) => {
            use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
            // Those are about one connection, the others about this machine.
            if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
                sleep(AGAIN).await;
            }
            None
        }
    }
}

/// Lets the other side read the alert: closing while something unread has come would throw it away on its way.
async fn linger(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let _ = timeout(LINGER, async {
        let _ = stream.shutdown().await;
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await.is_ok_and(|count| count > 0) {}
    })
    .await;
}
