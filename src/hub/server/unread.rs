//! Bodies that nobody read. A refusal is often known before the body is: its token is missing, its path unknown. A connection on which a
//! body was left lying is closed after the answer, and who asks on it again at that moment hears nothing. So a small rest is read and
//! dropped before the answer goes out; where there is too much of it, the answer says that the connection ends.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use futures_util::{Stream, StreamExt};
use tokio::sync::oneshot;

/// So many bytes are read for nothing: less than closing and connecting again costs, and more than any command of the control API.
const BOUND: u64 = 64 * 1024;
/// A sender that is slower than this loses the connection: the answer waits for it.
const PATIENCE: Duration = Duration::from_secs(1);

/// `router`, with small bodies that its handlers leave read to their end.
pub fn drained<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(middleware::from_fn(answer))
}

async fn answer(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // Who expects this waits with the body until it is asked for; to read it would be to ask.
    let waits = parts.headers.contains_key(header::EXPECT);
    let length = body.size_hint().lower();
    let (back, mut given_back) = oneshot::channel();
    let lent = Lent { body: Some(body.into_data_stream()), back: Some(back) };
    let mut response = next.run(Request::from_parts(parts, Body::from_stream(lent))).await;
    // Nothing comes back of a body that was read to its end, or is still read by a task of its own.
    let Ok(rest) = given_back.try_recv() else { return response };
    let is_small = !waits && length <= BOUND;
    if !is_small || !tokio::time::timeout(PATIENCE, is_dropped(rest)).await.unwrap_or(false) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Reads to the end, if that is not too far.
async fn is_dropped(mut rest: BodyDataStream) -> bool {
    let mut read = 0;
    while let Some(piece) = rest.next().await {
        let Ok(piece) = piece else { return false };
        read += piece.len() as u64;
        if read > BOUND {
            return false;
        }
    }
    true
}

/// A body that comes back when a handler lets go of it before its end.
struct Lent {
    body: Option<BodyDataStream>,
    back: Option<oneshot::Sender<BodyDataStream>>,
}

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let piece = body.poll_next_unpin(context);
        if !matches!(piece, Poll::Pending | Poll::Ready(Some(Ok(_)))) {
            self.body = None;
        }
        piece
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(back)) = (self.body.take(), self.back.take()) {
            // Nobody waits for it after the answer.
            let _ = back.send(body);
        }
    }
}
