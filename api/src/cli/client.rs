//! Asking a ledger: in this process, or, where a server holds the folder, over its socket. Either way the
//! question is an HTTP request and the answer comes from the same handlers.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use futures_util::StreamExt as _;
use gongjian_core::ledger::LedgerError;
use gongjian_core::log::{OpenError, StorageError};
use serde_json::Value;
use tower::ServiceExt as _;

use super::failure::Failure;
use super::{Common, socket};
use crate::app::App;
use crate::http::AppState;
use crate::routes::router;

/// How long another verb may hold the folder.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

/// A ledger to ask.
pub(super) enum Ledger {
    /// Open in this process.
    Here(App),
    /// Held by a server that listens on this socket.
    There(PathBuf),
}

/// A question.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// Path and query, percent-encoded.
    pub(super) target: String,
    pub(super) body: Option<&'a [u8]>,
}

impl Ask<'_> {
    pub(super) fn get(target: String) -> Ask<'static> {
        Ask { method: Method::GET, target, body: None }
    }
}

impl Ledger {
    /// Opens the ledger, or finds the server that holds it.
    pub(super) fn open(common: &Common) -> Result<Ledger, Failure> {
        Ledger::open_with(common, || App::open(&common.data))
    }

    /// The same, but makes a ledger where there is none.
    pub(super) fn open_or_create(common: &Common) -> Result<Ledger, Failure> {
        Ledger::open_with(common, || match App::open(&common.data) {
            Err(LedgerError::Open(OpenError::Missing(_))) => App::create(&common.data, None),
            other => other,
        })
    }

    /// The same, or `None` where there is no ledger.
    pub(super) fn find(common: &Common) -> Result<Option<Ledger>, Failure> {
        Ledger::seek(common, || match App::open(&common.data) {
            Err(LedgerError::Open(OpenError::Missing(_))) => Ok(None),
            other => other.map(Some),
        })
    }

    fn open_with(common: &Common, open: impl Fn() -> Result<App, LedgerError>) -> Result<Ledger, Failure> {
        let found = Ledger::seek(common, || open().map(Some))?;
        let missing = || LedgerError::Open(OpenError::Missing(common.data.clone()));
        found.ok_or_else(|| Failure::opening(common, &common.data, &missing()))
    }

    fn seek(
        common: &Common,
        open: impl Fn() -> Result<Option<App>, LedgerError>,
    ) -> Result<Option<Ledger>, Failure> {
        let path = common.data.join("socket");
        let started = Instant::now();
        loop {
            // A server is asked first: opening what it holds would only cost time.
            if path.exists() && socket::answers(&path) {
                return Ok(Some(Ledger::There(path)));
            }
            match open() {
                Ok(app) => return Ok(app.map(Ledger::Here)),
                Err(LedgerError::Open(OpenError::Storage(StorageError::Locked { .. })))
                    if started.elapsed() < PATIENCE =>
                {
                    // Another verb is at work and will be done soon.
                    std::thread::sleep(PAUSE);
                }
                Err(error) => return Err(Failure::opening(common, &common.data, &error)),
            }
        }
    }

    /// Asks, and writes a good answer to `sink` as it comes. Returns the status.
    pub(super) fn stream(
        &self,
        common: &Common,
        ask: &Ask<'_>,
        sink: &mut dyn Write,
    ) -> Result<u16, Failure> {
        let answered = match self {
            Ledger::Here(app) => here(common, app, ask, sink),
            Ledger::There(path) => socket::ask(path, ask, common.text().language(), sink)
                .map_err(|error| Failure::fault(common, "socket", &error)),
        };
        let (status, problem) = answered?;
        match problem {
            None => Ok(status),
            Some(bytes) => {
                let document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
                Err(Failure::document(common, &document))
            }
        }
    }

    /// Asks, and returns a good answer whole.
    pub(super) fn fetch(&self, common: &Common, ask: &Ask<'_>) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        self.stream(common, ask, &mut bytes)?;
        Ok(bytes)
    }

    /// Asks, and returns a good answer as JSON.
    pub(super) fn fetch_json(&self, common: &Common, ask: &Ask<'_>) -> Result<Value, Failure> {
        let bytes = self.fetch(common, ask)?;
        serde_json::from_slice(&bytes).map_err(|error| Failure::fault(common, &ask.target, &error))
    }
}

/// Status, and the bytes of a problem if it is one.
pub(super) type Answered = (u16, Option<Vec<u8>>);

fn here(common: &Common, app: &App, ask: &Ask<'_>, sink: &mut dyn Write) -> Result<Answered, Failure> {
    let fault = |error: &(dyn std::error::Error + 'static)| Failure::fault(common, &ask.target, error);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| fault(&error))?;
    let router: Router = router(AppState::new(app.clone()));
    let request = Request::builder()
        .method(ask.method.clone())
        .uri(&ask.target)
        .header(header::ACCEPT_LANGUAGE, common.text().language().tag())
        .header(header::CONTENT_TYPE, "application/json")
        .body(ask.body.map_or_else(Body::empty, |body| Body::from(body.to_vec())))
        .map_err(|error| fault(&error))?;
    runtime.block_on(async {
        let response = match router.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status();
        let mut problem = Vec::new();
        let mut body = response.into_body().into_data_stream();
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| fault(&error))?;
            let written = if status.is_success() { sink.write_all(&part) } else { problem.write_all(&part) };
            match written {
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => break,
                other => other.map_err(|error| fault(&error))?,
            }
        }
        Ok((status.as_u16(), (!status.is_success()).then_some(problem)))
    })
}

/// A path segment or a query value, percent-encoded.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `PATH?name=value&…` of the values that are there.
pub(super) fn target(path: &str, query: &[(&str, Option<String>)]) -> String {
    let pairs: Vec<String> = query
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_deref()?))))
        .collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
