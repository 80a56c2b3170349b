//! Slow senders and slow readers.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How fast a body has to come: so much time is given, and more for what has come. One rule for a line that is dead and one that drips.
/// Time in which we do not read does not count.
#[derive(Debug, Clone, Copy)]
pub struct Hurry {
    /// To begin with.
    pub grace: Duration,
    /// Bytes a second that earn more.
    pub rate: u32,
}

impl Default for Hurry {
    /// The slowest line of a clinic has some ten times this rate.
    fn default() -> Self {
        Self { grace: Duration::from_secs(10), rate: 8 << 10 }
    }
}

impl Hurry {
    /// `body`, which ends with an error when it is too slow.
    pub(super) fn on(self, body: Incoming) -> Hurrying {
        Hurrying { body, hurry: self, left: self.grace, waiting: None }
    }
}

/// A body in a hurry.
pub(super) struct Hurrying {
    body: Incoming,
    hurry: Hurry,
    left: Duration,
    /// Since when, and until when at most.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl HttpBody for Hurrying {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            if let Some((since, _)) = self.waiting.take() {
                self.left = self.left.saturating_sub(since.elapsed());
            }
            let length = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, Bytes::len);
            let earned = Duration::from_secs_f64(length as f64 / f64::from(self.hurry.rate.max(1)));
            // What came quickly earns no more than the grace: a sender cannot save up for a long silence.
            self.left = (self.left + earned).min(self.hurry.grace);
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let left = self.left;
        let (_, end) = self.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
        ready!(end.as_mut().poll(context));
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that gives up when nothing of what is written is taken for a while.
pub(super) struct Hurried<Io> {
    io: Io,
    patience: Duration,
    stuck: Option<Pin<Box<Sleep>>>,
}

impl<Io> Hurried<Io> {
    pub fn new(io: Io, patience: Duration) -> Self {
        Self { io, patience, stuck: None }
    }

    fn moved<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stuck = None;
            return outcome;
        }
        let patience = self.patience;
        let end = self.stuck.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(end.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Hurried<Io> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, into)
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Hurried<Io> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.io).poll_write(context, bytes);
        self.moved(context, outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.io).poll_flush(context);
        self.moved(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.io).poll_shutdown(context);
        self.moved(context, outcome)
    }
}
