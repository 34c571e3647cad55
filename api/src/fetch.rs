//! Asking other machines over HTTP: the only file that names the client.
//!
//! Blocking, with time limits and limits of size, no redirects. Certificates are checked against the bundle of
//! the system, or the one that `SSL_CERT_FILE` names.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// Where systems keep the certificates that they trust.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// No answer came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address cannot be one.
    #[error("{url} is no address of a server: it begins with http:// or https://")]
    Address {
        /// The address as given.
        url: String,
    },
    /// The other side cannot be reached, or does not speak HTTP, or is too slow.
    #[error("{url} does not answer: {reason}")]
    Silent {
        /// What was asked.
        url: String,
        /// What the client said.
        reason: String,
    },
    /// The answer is longer than anything that belongs there.
    #[error("the answer of {url} has more than {limit} bytes")]
    TooLong {
        /// What was asked.
        url: String,
        /// Bytes that are read.
        limit: u64,
    },
}

/// An answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// A client; clones share their connections.
#[derive(Clone)]
pub struct Fetcher {
    agent: ureq::Agent,
    token: Option<String>,
}

impl Fetcher {
    /// A client that waits so long for a whole answer.
    pub fn new(patience: Duration) -> Fetcher {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(certificates())))
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(patience))
            .timeout_connect(Some(patience.min(Duration::from_secs(10))))
            .user_agent(concat!("gongjian/", env!("CARGO_PKG_VERSION")))
            .build();
        Fetcher { agent: config.new_agent(), token: None }
    }

    /// The same, with a token that goes along with every GET.
    #[must_use]
    pub fn with_token(mut self, token: Option<String>) -> Fetcher {
        self.token = token.filter(|token| !token.trim().is_empty());
        self
    }

    /// GET, with at most `limit` bytes of an answer.
    ///
    /// # Errors
    /// [`FetchError`] if no whole answer comes.
    pub fn get(&self, url: &str, limit: u64) -> Result<Fetched, FetchError> {
        check(url)?;
        let mut request = self.agent.get(url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {}", token.trim()));
        }
        read(url, limit, request.call())
    }

    /// POST of a text, with at most `limit` bytes of an answer.
    ///
    /// # Errors
    /// [`FetchError`] if no whole answer comes.
    pub fn post(&self, url: &str, body: &str, limit: u64) -> Result<Fetched, FetchError> {
        check(url)?;
        read(url, limit, self.agent.post(url).content_type("text/plain; charset=utf-8").send(body))
    }
}

fn check(url: &str) -> Result<(), FetchError> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(());
    }
    Err(FetchError::Address { url: url.to_owned() })
}

fn read(
    url: &str,
    limit: u64,
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Fetched, FetchError> {
    let silent = |reason: String| FetchError::Silent { url: url.to_owned(), reason };
    let response = answer.map_err(|error| silent(error.to_string()))?;
    let (parts, body) = response.into_parts();
    let mut bytes = Vec::new();
    body.into_reader()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| silent(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(FetchError::TooLong { url: url.to_owned(), limit });
    }
    Ok(Fetched { status: parts.status.as_u16(), body: bytes })
}

/// The certificates of the system; none if there is no bundle, and then nothing but plain HTTP works.
fn certificates() -> Vec<Certificate<'static>> {
    let named = std::env::var("SSL_CERT_FILE").ok();
    let paths = named.as_deref().into_iter().chain(BUNDLES);
    let bundle = paths.into_iter().find_map(|path| std::fs::read(path).ok()).unwrap_or_default();
    parse_pem(&bundle)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect()
}
