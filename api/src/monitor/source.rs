//! The address of a log.

use std::io;
use std::time::Duration;

use gongjian_core::published::Files;

use crate::fetch::Fetcher;

/// The address of a log.
pub struct HttpSource {
    url: String,
    fetcher: Fetcher,
}

impl HttpSource {
    /// The log below an address, with so much patience for each file.
    pub fn new(url: &str, patience: Duration) -> HttpSource {
        HttpSource { url: url.trim_end_matches('/').to_owned(), fetcher: Fetcher::new(patience) }
    }

    /// The same, with the token of an account that may read the events.
    #[must_use]
    pub fn with_token(mut self, token: Option<String>) -> HttpSource {
        self.fetcher = self.fetcher.with_token(token);
        self
    }
}

impl Files for HttpSource {
    fn read(&self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let fetched = self.fetcher.get(&format!("{}/{name}", self.url), limit).map_err(io::Error::other)?;
        match fetched.status {
            200 => Ok(Some(fetched.body)),
            404 | 410 => Ok(None),
            status => Err(io::Error::other(format!("HTTP {status}"))),
        }
    }
}
