//! `gongjian serve` under test, and an HTTP client of a few lines.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cli::{command, text};

/// Nothing here takes so long unless it hangs.
const DEADLINE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// The lines before the body.
    pub head: String,
    /// The body as text.
    pub body: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().filter_map(|line| line.split_once(": ")).find(|(it, _)| *it == name).map(|it| it.1)
    }
}

/// A running server. Dropping it kills it. A ledger is asked over its socket, where whoever has the folder may do
/// everything; its port is for tests of who may do what.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
    socket: Option<PathBuf>,
    log: PathBuf,
}

impl Server {
    /// Starts a server on a free port of this machine and waits until it is ready.
    #[track_caller]
    pub fn start(data: &Path) -> Server {
        Server::start_with(data, &[])
    }

    /// The same with more arguments.
    #[track_caller]
    pub fn start_with(data: &Path, more: &[&str]) -> Server {
        let mut server = Server::spawn(&[&["serve"], more].concat(), data);
        server.socket = Some(data.join("socket"));
        let started = Instant::now();
        while server.try_ask("GET", "/readyz", &[], b"").map_or(0, |reply| reply.status) != 200 {
            assert!(started.elapsed() < DEADLINE, "the server does not become ready");
            std::thread::sleep(POLL);
        }
        server
    }

    /// Starts a witness on a free port of this machine.
    #[track_caller]
    pub fn witness(data: &Path) -> Server {
        Server::spawn(&["witness", "serve"], data)
    }

    #[track_caller]
    fn spawn(verb: &[&str], data: &Path) -> Server {
        let log = data.with_extension("log");
        let mut child = command()
            .args(verb)
            .args(["--json", "--listen", "127.0.0.1:0", "--data", &text(data)])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("`{line}` {}", std::fs::read_to_string(&log).unwrap()));
        let listen = said["listen"].as_str().unwrap();
        Server { child, address: listen.trim_start_matches("http://").to_owned(), socket: None, log }
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks; an error if the server is not there, or goes away meanwhile.
    pub fn try_ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Reply> {
        match &self.socket {
            Some(socket) => {
                ask_over(UnixStream::connect(socket)?, "localhost", method, target, headers, body)
            }
            None => ask(&self.address, method, target, headers, body),
        }
    }

    /// Asks over the port.
    #[track_caller]
    pub fn knock(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        ask(&self.address, method, target, headers, body).unwrap()
    }

    /// A token for a new account, made over the socket.
    #[track_caller]
    pub fn token(&self, login: &str, account: Value) -> String {
        let mut account = account;
        account["login"] = login.into();
        let opened = self.try_ask("POST", "/api/v1/accounts", &[], account.to_string().as_bytes()).unwrap();
        assert_eq!(opened.status, 201, "{opened:?}");
        let until = days_ahead(30);
        let target = format!("/api/v1/accounts/{login}/tokens");
        let body = serde_json::json!({ "name": "test", "until": until }).to_string();
        let issued = self.try_ask("POST", &target, &[], body.as_bytes()).unwrap();
        assert_eq!(issued.status, 201, "{issued:?}");
        issued.json()["secret"].as_str().unwrap().to_owned()
    }

    /// The token of an inspector, who reads everything.
    #[track_caller]
    pub fn inspector(&self) -> String {
        let until = days_ahead(30);
        let account = serde_json::json!({
            "post": "督查岗", "role": "auditor", "until": until, "document": "督〔2022〕3号",
        });
        self.token("inspector", account)
    }

    /// Asks for a page.
    #[track_caller]
    pub fn get(&self, target: &str) -> Reply {
        self.try_ask("GET", target, &[], b"").unwrap()
    }

    /// Sends a command or a list of commands.
    #[track_caller]
    pub fn record(&self, json: &Value) -> Reply {
        self.try_ask("POST", "/api/v1/commands", &[], json.to_string().as_bytes()).unwrap()
    }

    /// Opens the live stream after an event.
    #[track_caller]
    pub fn live(&self, last: u64) -> Live {
        let mut stream = UnixStream::connect(self.socket.as_ref().unwrap()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let head =
            format!("GET /api/v1/events/live HTTP/1.1\r\nhost: localhost\r\nlast-event-id: {last}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        Live { reader: BufReader::new(stream) }
    }

    /// Asks it to stop (SIGTERM) and waits.
    #[track_caller]
    pub fn terminate(mut self) -> ExitStatus {
        let id = self.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < DEADLINE, "the server does not stop");
            std::thread::sleep(POLL);
        }
    }

    /// Kills it at once (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        if !std::thread::panicking() {
            assert!(!log.contains("panicked"), "{log}");
        }
    }
}

/// A stream of server-sent events.
pub struct Live {
    reader: BufReader<UnixStream>,
}

impl Live {
    /// Id and data of the next event.
    #[track_caller]
    pub fn event(&mut self) -> (u64, Value) {
        let mut id = None;
        loop {
            let mut line = String::new();
            assert_ne!(self.reader.read_line(&mut line).unwrap(), 0, "the stream ended");
            let line = line.trim_end();
            if let Some(given) = line.strip_prefix("id: ") {
                id = given.parse().ok();
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return (id.unwrap(), serde_json::from_str(data).unwrap());
            }
        }
    }

    /// Whether the server ends the stream.
    pub fn ends(mut self) -> bool {
        self.reader.read_to_end(&mut Vec::new()).is_ok()
    }
}

/// One request on a connection of its own.
pub fn ask(
    address: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Reply> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    ask_over(stream, address, method, target, headers, body)
}

/// One request over a connection.
pub fn ask_over(
    mut stream: impl io::Read + io::Write,
    host: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Reply> {
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    // A server that has heard enough answers before the end.
    let _ = stream.write_all(body);
    let mut bytes = Vec::new();
    let mut piece = [0; 64 << 10];
    // Not every server closes the connection when it was asked to.
    while !is_whole(&bytes) {
        match stream.read(&mut piece)? {
            0 => break,
            read => bytes.extend_from_slice(&piece[..read]),
        }
    }
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let head = head.to_ascii_lowercase();
    let body = &bytes[at + 4..];
    let bytes = if head.contains("transfer-encoding: chunked") { unchunked(body) } else { body.to_vec() };
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Reply { status: status.ok_or(io::ErrorKind::InvalidData)?, head, body, bytes })
}

/// Whether an answer that says its length is all there.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&bytes[..at]).to_ascii_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    length.is_some_and(|length| bytes.len() >= at + 4 + length)
}

/// A day that lies so many days ahead of today.
pub fn days_ahead(days: i32) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
    gongjian_core::day::Day::of_micros(i64::try_from(now).unwrap()).plus(days).to_string()
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(at) = rest.windows(2).position(|two| two == b"\r\n") {
        let size =
            std::str::from_utf8(&rest[..at]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let after = &rest[at + 2..];
        let Some(part) = size.and_then(|size| after.get(..size)).filter(|part| !part.is_empty()) else {
            break;
        };
        body.extend_from_slice(part);
        rest = after.get(part.len() + 2..).unwrap_or_default();
    }
    body
}
