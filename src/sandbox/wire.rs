//! Connections that can be made to fail: the listener that the server runs on.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

/// Accepts connections until its end is told.
pub(super) struct Wire {
    pub(super) listener: TcpListener,
    /// Changes when the sandbox stops; all connections end with it.
    pub(super) ended: watch::Receiver<()>,
}

impl Listener for Wire {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Small answers must not wait for one another; failing that, they are only slower.
        stream.set_nodelay(true).unwrap_or_default();
        let mut ended = self.ended.clone();
        let ended = Box::pin(async move { ended.changed().await.unwrap_or_default() });
        (Connection { stream, line: Line::default(), ended, pause: None }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// How the answer that is being written goes over the wire.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Delivery {
    /// As it is.
    #[default]
    Whole,
    /// Not at all: the connection ends.
    Lost,
    /// Cut after so many bytes of the body.
    Cut(usize),
    /// Body bytes a few at a time, with a pause before each.
    Drip(usize, Duration),
}

/// One connection, as the handler of its requests can reach it.
#[derive(Debug, Clone, Default)]
pub(super) struct Line(Arc<Mutex<Sent>>);

#[derive(Debug, Default)]
struct Sent {
    manner: Delivery,
    /// How much of the empty line that ends the head has been seen.
    matched: usize,
}

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

impl Line {
    /// How the next answer goes.
    pub(super) fn set(&self, manner: Delivery) {
        *self.lock() = Sent { manner, matched: 0 };
    }

    fn lock(&self) -> MutexGuard<'_, Sent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connected<IncomingStream<'_, Wire>> for Line {
    fn connect_info(stream: IncomingStream<'_, Wire>) -> Self {
        stream.io().line.clone()
    }
}

impl Sent {
    /// How many of these bytes belong to the head.
    fn head(&self, bytes: &[u8]) -> usize {
        let mut matched = self.matched;
        bytes.iter().take_while(|byte| advance(&mut matched, **byte)).count()
    }

    /// Takes note of bytes that were written.
    fn wrote(&mut self, bytes: &[u8]) {
        let head = self.head(bytes);
        for byte in &bytes[..head] {
            advance(&mut self.matched, *byte);
        }
        if let Delivery::Cut(left) = &mut self.manner {
            *left -= bytes.len() - head;
        }
    }
}

/// Reads one byte of the head; false once the head is over.
fn advance(matched: &mut usize, byte: u8) -> bool {
    if *matched == END_OF_HEAD.len() {
        return false;
    }
    *matched = if byte == END_OF_HEAD[*matched] { *matched + 1 } else { usize::from(byte == END_OF_HEAD[0]) };
    true
}

/// A TCP stream that loses, cuts or drips what it was told to.
pub(super) struct Connection {
    stream: TcpStream,
    line: Line,
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.ended.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let (manner, head) = {
            let progress = this.line.lock();
            (progress.manner, progress.head(buf))
        };
        let allowed = match manner {
            Delivery::Whole => buf.len(),
            Delivery::Lost => 0,
            Delivery::Cut(_) | Delivery::Drip(..) if head > 0 => head,
            Delivery::Cut(left) => left.min(buf.len()),
            Delivery::Drip(bytes, pause) => {
                ready!(this.pause.get_or_insert_with(|| Box::pin(sleep(pause))).as_mut().poll(cx));
                this.pause = None;
                bytes.min(buf.len())
            }
        };
        if allowed == 0 && !buf.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let written = ready!(Pin::new(&mut this.stream).poll_write(cx, &buf[..allowed]))?;
        this.line.lock().wrote(&buf[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
