//! Reading on after a refusal: a client that is still sending when it is told "too large" would see its connection break instead of
//! the answer. What it sends is read and thrown away for a while, so that the answer arrives.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, StreamExt};

/// Longest time that a refused body is read on.
const LONGEST: Duration = Duration::from_secs(10);

/// Most bytes of a refused body that are read on.
const MOST_BYTES: u64 = 256 << 20;

/// Lets nobody hang up on a client that is still sending.
pub(super) async fn read_on(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    next.run(request.map(|body| Body::from_stream(Lingering { rest: Some(body.into_data_stream()) }))).await
}

/// A body that is read to its end even if nobody wants it.
struct Lingering {
    /// `None` once the end, or an error, was seen.
    rest: Option<BodyDataStream>,
}

impl Stream for Lingering {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        let polled = rest.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.rest = None;
        }
        polled
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if let (Some(rest), Ok(runtime)) = (self.rest.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(tokio::time::timeout(LONGEST, throw_away(rest)));
        }
    }
}

async fn throw_away(mut rest: BodyDataStream) {
    let mut read = 0;
    while let Some(Ok(piece)) = rest.next().await {
        read += piece.len() as u64;
        if read > MOST_BYTES {
            return;
        }
    }
}
