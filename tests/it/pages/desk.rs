//! A server in this process over the folder of a ledger, and a reader that fills in forms as a browser would.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use gongjian_api::access::Caller;
use gongjian_api::app::App;
use gongjian_api::http::AppState;
use gongjian_tests::cli::Ledger;

/// Between the parts of a form with files.
const BOUNDARY: &str = "----gongjian-tests";

/// The server.
pub(super) struct Desk {
    pub(super) app: App,
    at: SocketAddr,
    // Serves until the test is over; the folder goes after it.
    _runtime: tokio::runtime::Runtime,
    _ledger: Ledger,
}

/// What came back.
pub(super) struct Page {
    pub(super) status: u16,
    /// Lines before the body.
    head: String,
    pub(super) bytes: Vec<u8>,
    pub(super) html: String,
}

impl Desk {
    /// Serves a ledger.
    pub(super) fn over(ledger: Ledger) -> Desk {
        let app = App::open(&ledger.data()).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let local = axum::Extension(Caller::Local);
        let router = gongjian_api::router(AppState::new(app.clone())).layer(local);
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let at = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await });
        Desk { app, at, _runtime: runtime, _ledger: ledger }
    }

    fn ask(&self, method: &str, target: &str, media: &str, body: &[u8]) -> Page {
        let mut stream = TcpStream::connect(self.at).unwrap();
        let head = format!(
            "{method} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: {media}\r\n\r\n",
            path(target),
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // A server that has heard enough answers before the end.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let bytes = answer[end + 4..].to_vec();
        let html = String::from_utf8_lossy(&bytes).into_owned();
        Page { status: head[9..12].parse().unwrap(), head, bytes, html }
    }

    /// A page, whatever comes.
    pub(super) fn try_get(&self, target: &str) -> Page {
        self.ask("GET", target, "text/plain", b"")
    }

    /// A page that is there.
    #[track_caller]
    pub(super) fn get(&self, target: &str) -> Page {
        let page = self.try_get(target);
        assert_eq!(page.status, 200, "{target}: {}", page.words());
        page
    }

    /// Sends fields.
    pub(super) fn post(&self, target: &str, fields: &[(String, String)]) -> Page {
        let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        self.ask("POST", target, "application/x-www-form-urlencoded", body.as_bytes())
    }

    /// Sends fields with files: the field, the name and the content of each.
    pub(super) fn upload(
        &self,
        target: &str,
        fields: &[(String, String)],
        files: &[(&str, &str, &[u8])],
    ) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        for (name, file, content) in files {
            let part = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                 Content-Type: text/html\r\n\r\n"
            );
            body.extend_from_slice(part.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.ask("POST", target, &format!("multipart/form-data; boundary={BOUNDARY}"), &body)
    }

    /// Fills in the form of a page that is sent to `action`, and sends it.
    #[track_caller]
    pub(super) fn fill(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        self.post(action, &page.filled(action, fields))
    }

    /// The page that an answer leads to.
    #[track_caller]
    pub(super) fn follow(&self, answer: &Page) -> Page {
        assert_eq!(answer.status, 303, "{}", answer.words());
        self.get(&answer.header("location"))
    }
}

impl Page {
    /// The value of a header; empty where there is none.
    pub(super) fn header(&self, name: &str) -> String {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
    }

    /// The words without the marks.
    pub(super) fn words(&self) -> String {
        let main = self.html.find("<main").map_or(self.html.as_str(), |at| &self.html[at..]);
        let words = main.split('<').filter_map(|part| Some(part.split_once('>')?.1));
        let words: String = words.collect::<Vec<_>>().join(" ");
        unescaped(&words.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    #[track_caller]
    pub(super) fn says(&self, text: &str) -> &Page {
        assert!(self.words().contains(text), "no {text} in: {}", self.words());
        self
    }

    #[track_caller]
    pub(super) fn never_says(&self, text: &str) -> &Page {
        assert!(!self.words().contains(text), "{text} in: {}", self.words());
        self
    }

    /// What the form for `action` sends, with some of it typed anew.
    #[track_caller]
    pub(super) fn filled(&self, action: &str, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut sent = self.form(action);
        for (name, value) in fields {
            sent.retain(|(known, _)| known != name);
            sent.push(((*name).to_owned(), (*value).to_owned()));
        }
        sent
    }

    /// What the form for `action` sends as it stands.
    #[track_caller]
    pub(super) fn form(&self, action: &str) -> Vec<(String, String)> {
        let mark = format!("method=\"post\" action=\"{action}\"");
        let at = self.html.find(&mark).unwrap_or_else(|| panic!("no form {action}: {}", self.words()));
        let text = &self.html[at..];
        let text = &text[..text.find("</form>").unwrap()];
        let mut fields = Vec::new();
        let mut select = None;
        for (at, _) in text.match_indices('<') {
            let tag = &text[at..];
            let inside = &tag[..tag.find('>').unwrap_or(tag.len())];
            let value = attribute(inside, "value").unwrap_or_default();
            match attribute(inside, "name") {
                Some(name) if tag.starts_with("<input") => {
                    let ticks = inside.contains("type=\"checkbox\"") || inside.contains("type=\"radio\"");
                    let is_sent =
                        !inside.contains("type=\"file\"") && (!ticks || inside.contains(" checked"));
                    if is_sent {
                        fields.push((name, value));
                    }
                }
                Some(name) if tag.starts_with("<textarea") => {
                    let words = &tag[inside.len() + 1..];
                    fields.push((name, unescaped(&words[..words.find("</textarea>").unwrap()])));
                }
                Some(name) if tag.starts_with("<select") => select = Some(name),
                _ if tag.starts_with("<option") && inside.contains(" selected") => {
                    fields.extend(select.clone().map(|name| (name, value)));
                }
                _ => {}
            }
        }
        fields
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(unescaped(tag[at..].split('"').next()?))
}

fn unescaped(text: &str) -> String {
    let marks = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    marks.iter().fold(text.to_owned(), |text, (mark, letter)| text.replace(mark, letter))
}

pub(super) fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A target with its letters beyond ASCII as percent signs.
fn path(target: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_graphic() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    target.bytes().map(byte).collect()
}
