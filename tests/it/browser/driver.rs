//! One Chromium with a driver of its own on a free port, spoken to in WebDriver (W3C).
//!
//! A handful of commands over the tests' own HTTP client: the libraries for it switch features of shared crates, and
//! the tests would then try another program than the one that is shipped.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongjian_tests::http::ask;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The window of a desk's PC, what is left of 1366×768.
pub(crate) const DESK: (u32, u32) = (1349, 625);
/// A phone.
pub(crate) const PHONE: (u32, u32) = (390, 844);

/// Pages come in milliseconds; only a machine that does much else needs longer.
const PATIENCE: Duration = Duration::from_secs(25);
/// How the protocol calls an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser; it and its driver end with this value.
pub(crate) struct Browser {
    address: String,
    session: String,
    child: Child,
    _profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The session's end closes the browser, the driver's the rest.
        let _ = ask(&self.address, "DELETE", &format!("/session/{}", self.session), &[], b"");
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    /// A fresh browser with an empty profile.
    pub(crate) fn start() -> Browser {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver; tests/run installs it");
        let (address, profile) = (format!("127.0.0.1:{port}"), tempfile::tempdir().unwrap());
        let folder = format!("--user-data-dir={}", profile.path().display());
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--lang=zh-CN",
                folder,
            ] },
        } } });
        let began = Instant::now();
        let session = loop {
            let reply = ask(&address, "POST", "/session", &[], wanted.to_string().as_bytes());
            let json = reply.as_ref().map(|reply| reply.json()).unwrap_or_default();
            if let Some(session) = json["value"]["sessionId"].as_str() {
                break session.to_owned();
            }
            assert!(began.elapsed() < Duration::from_secs(60), "no browser: {reply:?}");
            std::thread::sleep(Duration::from_millis(100));
        };
        let browser = Browser { address, session, child, _profile: profile };
        browser.size(DESK);
        browser
    }

    /// One command of the protocol: what it answers, or its error.
    fn try_tell(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let target = format!("/session/{}/{path}", self.session);
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let reply = ask(&self.address, method, &target, &[], body.as_bytes()).unwrap();
        let value = reply.json()["value"].take();
        match value["error"].as_str() {
            None => Ok(value),
            Some(error) => Err(format!("{error}: {}", value["message"].as_str().unwrap_or_default())),
        }
    }

    #[track_caller]
    fn tell(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_tell(method, path, body).unwrap_or_else(|error| panic!("{path} {body}: {error}"))
    }

    /// A command of the browser's own tools.
    pub(crate) fn tools(&self, command: &str, parameters: &Value) {
        self.tell("POST", "goog/cdp/execute", &json!({ "cmd": command, "params": parameters }));
    }

    /// Sets what the page sees as its window.
    pub(crate) fn size(&self, (width, height): (u32, u32)) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.tools("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Whether pages may run scripts.
    pub(crate) fn scripts(&self, on: bool) {
        self.tools("Emulation.setScriptExecutionDisabled", &json!({ "value": !on }));
    }

    /// Goes to an address.
    #[track_caller]
    pub(crate) fn go(&self, url: &str) {
        self.tell("POST", "url", &json!({ "url": url }));
    }

    /// Where the browser is, without the host.
    pub(crate) fn place(&self) -> String {
        let url = self.tell("GET", "url", &Value::Null);
        let url = url.as_str().unwrap().trim_start_matches("http://");
        url.split_once('/').map(|(_, path)| format!("/{path}")).unwrap_or_default()
    }

    /// Whoever was signed in is not any more.
    pub(crate) fn forget(&self) {
        self.tell("DELETE", "cookie", &json!({}));
    }

    /// What a script says.
    #[track_caller]
    pub(crate) fn script(&self, source: &str) -> Value {
        self.tell("POST", "execute/sync", &json!({ "script": source, "args": [] }))
    }

    /// What a script says when it calls back.
    #[track_caller]
    pub(crate) fn script_later(&self, source: &str) -> Value {
        self.tell("POST", "execute/async", &json!({ "script": source, "args": [] }))
    }

    /// Keeps a picture where `GONGJIAN_SCREENSHOTS` names a folder, for eyes.
    pub(crate) fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("GONGJIAN_SCREENSHOTS") else { return };
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.tell("GET", "screenshot", &Value::Null);
        let bytes = STANDARD.decode(picture.as_str().unwrap()).unwrap();
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), bytes).unwrap();
    }

    /// The first element of a selector; a page that never has it shows itself in the message.
    #[track_caller]
    pub(crate) fn find(&self, selector: &str) -> String {
        let began = Instant::now();
        loop {
            match self.try_tell("POST", "element", &json!({ "using": "css selector", "value": selector })) {
                Ok(found) => return found[ELEMENT].as_str().unwrap().to_owned(),
                Err(error) if began.elapsed() > PATIENCE => panic!("{selector}: {error}\n{}", self.words()),
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// What stands in a field.
    #[track_caller]
    pub(crate) fn value(&self, name: &str) -> String {
        let field = self.find(&format!("main [name='{name}']:not([type=hidden])"));
        let value = self.tell("GET", &format!("element/{field}/property/value"), &Value::Null);
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Types into fields by their names, instead of what stood there; chooses where there is a choice.
    #[track_caller]
    pub(crate) fn fill(&self, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            let selector = format!("main [name='{name}']:not([type=hidden])");
            let field = self.find(&selector);
            let tag = self.tell("GET", &format!("element/{field}/name"), &Value::Null);
            if tag == "select" {
                let path = format!("./option[@value='{value}' or text()='{value}']");
                let choice = json!({ "using": "xpath", "value": path });
                let choice = self.tell("POST", &format!("element/{field}/element"), &choice);
                let choice = choice[ELEMENT].as_str().unwrap().to_owned();
                self.tell("POST", &format!("element/{choice}/click"), &json!({}));
            } else {
                self.tell("POST", &format!("element/{field}/clear"), &json!({}));
                self.tell("POST", &format!("element/{field}/value"), &json!({ "text": value }));
            }
        }
    }

    /// Types where the cursor is put by clicking.
    #[track_caller]
    pub(crate) fn focus(&self, selector: &str) {
        let element = self.find(selector);
        self.tell("POST", &format!("element/{element}/click"), &json!({}));
    }

    /// Presses keys in an element.
    #[track_caller]
    pub(crate) fn press(&self, selector: &str, keys: &str) {
        let element = self.find(selector);
        self.tell("POST", &format!("element/{element}/value"), &json!({ "text": keys }));
    }

    /// Sends the page's form by its first button, and waits for what comes.
    #[track_caller]
    pub(crate) fn send(&self) {
        self.click("main form .submit button");
    }

    /// Clicks what leads to another page, and waits until the page is another one and complete.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        let old = self.find("html");
        let element = self.find(selector);
        self.tell("POST", &format!("element/{element}/click"), &json!({}));
        let began = Instant::now();
        while self.try_tell("GET", &format!("element/{old}/name"), &Value::Null).is_ok() {
            assert!(began.elapsed() < PATIENCE, "{selector} leads nowhere\n{}", self.words());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.find("main h1");
    }

    /// Everything that the page says in its middle.
    pub(crate) fn words(&self) -> String {
        let main = json!({ "using": "css selector", "value": "main" });
        let text = self.try_tell("POST", "element", &main).and_then(|found| {
            let element = found[ELEMENT].as_str().unwrap_or_default().to_owned();
            self.try_tell("GET", &format!("element/{element}/text"), &Value::Null)
        });
        let text = text.or_else(|_| self.try_tell("GET", "source", &Value::Null)).unwrap_or_default();
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The page says all of this.
    #[track_caller]
    pub(crate) fn says(&self, all: &[&str]) {
        let words = self.words();
        for wanted in all {
            assert!(words.contains(wanted), "{} does not say {wanted}:\n{words}", self.place());
        }
    }
}
