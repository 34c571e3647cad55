//! A server in this process over a ledger in memory or in a folder, and a reader that fills in forms as a browser would.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use gongjian_api::access::Caller;
use gongjian_api::app::App;
use gongjian_api::http::AppState;
use gongjian_core::clock::{Clock, FixedClock};
use gongjian_core::day::Day;
use gongjian_core::ledger::{Options, Writer};
use gongjian_core::log::storage::MemoryStorage;
use gongjian_core::log::{Log, LogOptions};
use gongjian_tests::cli::Ledger;

/// Between the parts of a form with files.
const BOUNDARY: &str = "----gongjian-tests";

/// The server.
pub struct Bench {
    pub app: App,
    clock: Arc<FixedClock>,
    at: SocketAddr,
    /// How its pages are read: [`Page::words`].
    apart: bool,
    // Serves until the test is over; the folder goes after it.
    _runtime: tokio::runtime::Runtime,
    _ledger: Option<Ledger>,
}

/// What came back.
pub struct Page {
    pub status: u16,
    pub location: String,
    /// Lines before the body.
    head: String,
    pub bytes: Vec<u8>,
    pub html: String,
    apart: bool,
}

/// Nine in the morning of a day in the county.
fn morning(day: &str) -> i64 {
    day.parse::<Day>().unwrap().last_micros() - 15 * 3_600_000_000
}

impl Bench {
    /// An empty ledger on a day.
    pub fn on(day: &str) -> Bench {
        let clock = Arc::new(FixedClock::at(morning(day)));
        let as_clock: Arc<dyn Clock> = clock.clone();
        let log = Log::with_storage(Arc::new(MemoryStorage::default()), None).unwrap();
        let mut options = Options::new(Arc::clone(&as_clock));
        options.log = LogOptions { ballast_bytes: 0, tiles: true };
        let writer = Writer::with_log(log, &options).unwrap();
        Bench::over(App::over(writer, as_clock, Instant::now()).unwrap(), clock)
    }

    /// A new ledger in a folder, today.
    pub fn within(folder: &std::path::Path) -> Bench {
        Bench::over(App::create(folder, None).unwrap(), Arc::new(FixedClock::at(0)))
    }

    /// The folder of a ledger, today. Words of different marks stand apart, as cells of a table do.
    pub fn of(ledger: Ledger) -> Bench {
        let app = App::open(&ledger.data()).unwrap();
        let bench = Bench::over(app, Arc::new(FixedClock::at(0)));
        Bench { apart: true, _ledger: Some(ledger), ..bench }
    }

    /// The first words that a stream says, after something happened.
    pub fn hears(&self, target: &str, happens: impl FnOnce()) -> String {
        let mut stream = TcpStream::connect(self.at).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut heard = Vec::new();
        let mut happens = Some(happens);
        let mut piece = [0; 4096];
        loop {
            let size = stream.read(&mut piece).unwrap();
            assert!(size > 0, "the stream ended");
            heard.extend_from_slice(&piece[..size]);
            // Its head is there: whatever happens now is heard.
            if let Some(happens) = happens.take() {
                happens();
            }
            let text = String::from_utf8_lossy(&heard).into_owned();
            if let Some((_, data)) = text.split_once("data: ") {
                return data.lines().next().unwrap_or_default().to_owned();
            }
        }
    }

    fn over(app: App, clock: Arc<FixedClock>) -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let local = axum::Extension(Caller::Local);
        let router = gongjian_api::router(AppState::new(app.clone())).layer(local);
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let at = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await });
        Bench { app, clock, at, apart: false, _runtime: runtime, _ledger: None }
    }

    /// Time passes until the morning of a day.
    pub fn until(&self, day: &str) {
        self.clock.advance(morning(day) - self.clock.now_micros());
    }

    fn ask(&self, method: &str, target: &str, headers: &str, body: &[u8]) -> Page {
        let mut stream = TcpStream::connect(self.at).unwrap();
        let head = format!(
            "{method} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
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
        let mut page = Page {
            status: head[9..12].parse().unwrap(),
            location: String::new(),
            html: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
            head,
            apart: self.apart,
        };
        page.location = page.header("location");
        page
    }

    /// A page that is there.
    #[track_caller]
    pub fn get(&self, target: &str) -> Page {
        let page = self.try_get(target);
        assert_eq!(page.status, 200, "{target}: {}", page.words());
        page
    }

    /// A page, whatever comes.
    pub fn try_get(&self, target: &str) -> Page {
        self.ask("GET", target, "", b"")
    }

    /// Sends fields.
    pub fn post(&self, target: &str, fields: &[(String, String)]) -> Page {
        self.send(target, fields, "")
    }

    /// Sends fields as a script does while somebody types.
    pub fn keep(&self, target: &str, fields: &[(String, String)]) -> Page {
        self.send(target, fields, "HX-Request: true\r\n")
    }

    fn send(&self, target: &str, fields: &[(String, String)], more: &str) -> Page {
        let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let headers = format!("{more}Content-Type: application/x-www-form-urlencoded\r\n");
        self.ask("POST", target, &headers, body.as_bytes())
    }

    /// Sends fields with files: the field, the name and the content of each.
    pub fn upload(&self, target: &str, fields: &[(String, String)], files: &[(&str, &str, &[u8])]) -> Page {
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
        self.ask(
            "POST",
            target,
            &format!("Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"),
            &body,
        )
    }

    /// Fills in a form of a page and sends it.
    #[track_caller]
    pub fn fill(&self, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
        let (action, _) = page.form(form);
        self.post(&action, &page.filled(form, fields))
    }

    /// The page that an answer leads to.
    #[track_caller]
    pub fn follow(&self, answer: &Page) -> Page {
        assert_eq!(answer.status, 303, "{}", answer.words());
        self.get(&answer.location)
    }

    /// Fills in a form, which is recorded: gives the page that follows.
    #[track_caller]
    pub fn record(&self, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
        let answer = self.fill(page, form, fields);
        assert_eq!(answer.status, 303, "{form} {fields:?}: {}", answer.words());
        self.get(answer.location.split('#').next().unwrap())
    }

    /// A command by its own form, checked where it is checked; gives the page that follows.
    #[track_caller]
    pub fn command(&self, target: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(target);
        let mut answer = self.fill(&page, "form", fields);
        if answer.status == 200 && answer.html.contains("name=\"checked\"") {
            answer = self.fill(&answer, "form", &[]);
        }
        assert_eq!(answer.status, 303, "{target} {fields:?}: {}", answer.words());
        self.get(answer.location.split('#').next().unwrap())
    }
}

impl Page {
    /// The value of a header; empty where there is none.
    pub fn header(&self, name: &str) -> String {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
    }

    /// The words without the marks, each with a space where a mark was, or as they stand.
    pub fn words(&self) -> String {
        let main = self.html.find("<main").map_or(self.html.as_str(), |at| &self.html[at..]);
        let words = main.split('<').filter_map(|part| Some(part.split_once('>')?.1)).collect::<Vec<_>>();
        if self.apart {
            return unescaped(&words.join(" ").split_whitespace().collect::<Vec<_>>().join(" "));
        }
        let words = words.concat();
        let lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
        unescaped(&lines.collect::<Vec<_>>().join(" "))
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Page {
        assert!(self.words().contains(text), "no {text} in: {}", self.words());
        self
    }

    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Page {
        assert!(!self.words().contains(text), "{text} in: {}", self.words());
        self
    }

    /// Whether there is a form of this id.
    pub fn has_form(&self, id: &str) -> bool {
        self.html.contains(&format!("id=\"{id}\" method=\"post\""))
    }

    /// What a form sends, with some of it typed anew.
    #[track_caller]
    pub fn filled(&self, form: &str, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let (_, mut sent) = self.form(form);
        for (name, value) in fields {
            sent.retain(|(known, _)| known != name || *name == "act" || *name == "units");
            sent.push(((*name).to_owned(), (*value).to_owned()));
        }
        sent
    }

    /// Where a form goes and what it sends as it stands: by where it goes, by its id, or `form` for the one of class
    /// `form`.
    #[track_caller]
    pub fn form(&self, id: &str) -> (String, Vec<(String, String)>) {
        let mark = match id {
            "form" => "<form class=\"form\"".to_owned(),
            action if action.starts_with('/') => format!("method=\"post\" action=\"{action}\""),
            id => format!("id=\"{id}\" method=\"post\""),
        };
        let at = self.html.find(&mark).unwrap_or_else(|| panic!("no form {id}: {}", self.words()));
        let start = self.html[..at + 5].rfind("<form").unwrap_or(at);
        let text = &self.html[start..];
        let text = &text[..text.find("</form>").unwrap()];
        let head = &text[..text.find('>').unwrap()];
        let mut fields = Vec::new();
        let mut select = None;
        for (at, _) in text.match_indices('<') {
            let tag = &text[at..];
            let inside = &tag[..tag.find('>').unwrap_or(tag.len())];
            let value = attribute(inside, "value").unwrap_or_default();
            match attribute(inside, "name") {
                Some(name) if tag.starts_with("<input") => {
                    let ticks = inside.contains("type=\"checkbox\"") || inside.contains("type=\"radio\"");
                    let is_file = inside.contains("type=\"file\"");
                    if !is_file && (!ticks || inside.contains(" checked")) {
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
        (attribute(head, "action").unwrap_or_default(), fields)
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(unescaped(tag[at..].split('"').next()?))
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#34;", "\"");
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

pub fn encoded(text: &str) -> String {
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
