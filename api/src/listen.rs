//! The port that others reach: plain, or TLS by rustls. Connections are counted, a handshake and the first request's
//! head may not take for ever, one on which nothing moves ends, and none of that holds up the next connection.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Connections at once; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 1_024;
/// How long a handshake, and the head of the first request, may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a connection is kept on which no byte comes or goes: longer than any answer takes, and than live streams
/// are silent.
const IDLE: Duration = Duration::from_secs(300);
/// After an error of the system, such as too many open files.
const PAUSE: Duration = Duration::from_millis(200);

/// Why TLS cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not what it should be.
    #[error("{file} cannot be read as PEM: {reason}")]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificate and key do not go together.
    #[error("certificate and key cannot be used: {0}")]
    Pair(#[from] rustls::Error),
}

/// What offers TLS with the certificate and key of two PEM files.
///
/// # Errors
/// [`TlsError`].
pub fn acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let wrong = |file: &Path, reason: String| TlsError::File { file: file.to_owned(), reason };
    let read = CertificateDer::pem_file_iter(cert).map_err(|error| wrong(cert, error.to_string()))?;
    let chain: Result<Vec<_>, _> = read.collect();
    let chain = chain.map_err(|error| wrong(cert, error.to_string()))?;
    if chain.is_empty() {
        return Err(wrong(cert, "no certificate".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A port with its connections.
pub struct Port {
    ready: mpsc::Receiver<(Stream, SocketAddr)>,
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Port {
    /// Takes connections of a listener, with TLS if there is an acceptor.
    ///
    /// # Errors
    /// The listener has no address.
    pub fn over(tcp: TcpListener, tls: Option<TlsAcceptor>) -> io::Result<Port> {
        let address = tcp.local_addr()?;
        let (send, ready) = mpsc::channel(64);
        let accepting = tokio::spawn(accept(tcp, tls, send));
        Ok(Port { ready, address, accepting })
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(tcp: TcpListener, tls: Option<TlsAcceptor>, send: mpsc::Sender<(Stream, SocketAddr)>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (stream, address) = match tcp.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (tls, send) = (tls.clone(), send.clone());
        tokio::spawn(async move {
            let stream = match tls {
                None => Either::Plain(stream),
                Some(tls) => match tokio::time::timeout(PATIENCE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => Either::Tls(Box::new(stream)),
                    // Whoever speaks no TLS hears nothing.
                    Ok(Err(_)) | Err(_) => return,
                },
            };
            let patience = Box::pin(tokio::time::sleep(PATIENCE));
            let stream = Stream { stream, patience, in_head: true, ended: 0, _place: place };
            let _ = send.send((stream, address)).await;
        });
    }
}

impl Listener for Port {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // The task that accepts has ended, so nothing will come.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, Port>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Peer {
        Peer(*stream.remote_addr())
    }
}

enum Either {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection, whose first head must come in time, and on which something must move after that.
pub struct Stream {
    stream: Either,
    patience: Pin<Box<Sleep>>,
    /// The first head has not come yet.
    in_head: bool,
    /// How many of the four bytes that end a head were read last.
    ended: u8,
    _place: OwnedSemaphorePermit,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

impl Stream {
    fn saw(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.ended = match (self.ended, byte) {
                (0 | 2, b'\r') | (1 | 3, b'\n') => self.ended + 1,
                (_, b'\r') => 1,
                _ => 0,
            };
            if self.ended == 4 {
                self.in_head = false;
                return;
            }
        }
    }

    /// Bytes came or went. The first head does not get more time by coming slowly.
    fn moved(&mut self) {
        if !self.in_head {
            self.patience.as_mut().reset(Instant::now() + IDLE);
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.patience.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        let read = match &mut self.stream {
            Either::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Either::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        };
        if matches!(read, Poll::Ready(Ok(()))) {
            let new = buffer.filled().get(before..).unwrap_or_default();
            if self.in_head {
                self.saw(new);
            }
            if !new.is_empty() {
                self.moved();
            }
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = match &mut self.stream {
            Either::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Either::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        };
        if matches!(written, Poll::Ready(Ok(_))) {
            self.moved();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Either::Plain(stream) => Pin::new(stream).poll_flush(context),
            Either::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Either::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Either::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
