//! One Chromium with a driver of its own on a free port.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// The window of a desk's PC, what is left of 1366×768.
pub(crate) const DESK: (u32, u32) = (1349, 625);
/// A phone.
pub(crate) const PHONE: (u32, u32) = (390, 844);

/// A browser; it and its driver end with this value.
pub(crate) struct Browser {
    pub(crate) web: WebDriver,
    child: Child,
    _profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver takes its browser along.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    /// A fresh browser with an empty profile.
    pub(crate) async fn start() -> Browser {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver; tests/run installs it");
        let profile = tempfile::tempdir().unwrap();
        let mut capabilities = DesiredCapabilities::chrome();
        let folder = format!("--user-data-dir={}", profile.path().display());
        for argument in [
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
            &folder,
        ] {
            capabilities.add_arg(argument).unwrap();
        }
        let address = format!("http://127.0.0.1:{port}");
        let patience = Instant::now();
        let web = loop {
            match WebDriver::new(&address, capabilities.clone()).await {
                Ok(web) => break web,
                Err(error) if patience.elapsed() > Duration::from_secs(60) => panic!("{error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
        let browser = Browser { web, child, _profile: profile };
        browser.size(DESK).await;
        browser
    }

    /// Sets what the page sees as its window.
    pub(crate) async fn size(&self, (width, height): (u32, u32)) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.web.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
    }

    /// Whether pages may run scripts.
    pub(crate) async fn scripts(&self, on: bool) {
        self.web
            .cdp()
            .send_raw("Emulation.setScriptExecutionDisabled", json!({ "value": !on }))
            .await
            .unwrap();
    }

    /// Goes to an address.
    pub(crate) async fn go(&self, url: &str) {
        self.web.goto(url).await.unwrap();
    }

    /// What a script says.
    pub(crate) async fn script(&self, source: &str) -> serde_json::Value {
        self.web.execute(source, Vec::new()).await.unwrap().json().clone()
    }

    /// Keeps a picture where `GONGJIAN_SCREENSHOTS` names a folder, for eyes.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("GONGJIAN_SCREENSHOTS") else { return };
        std::fs::create_dir_all(&folder).unwrap();
        self.web.screenshot(&std::path::Path::new(&folder).join(format!("{name}.png"))).await.unwrap();
    }

    /// Types into fields by their names, instead of what stood there; chooses where there is a choice.
    pub(crate) async fn fill(&self, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            let field = self.find(&format!("main [name='{name}']:not([type=hidden])")).await;
            if field.tag_name().await.unwrap() == "select" {
                let choice =
                    field.find(By::XPath(format!("option[@value='{value}' or text()='{value}']"))).await;
                choice
                    .unwrap_or_else(|error| panic!("{name} has no {value}: {error}"))
                    .click()
                    .await
                    .unwrap();
            } else {
                field.clear().await.unwrap();
                field.send_keys(*value).await.unwrap();
            }
        }
    }

    /// The first element of a selector; a page without it shows itself in the message.
    pub(crate) async fn find(&self, selector: &str) -> WebElement {
        match self.web.find(By::Css(selector)).await {
            Ok(element) => element,
            Err(error) => panic!("{selector}: {error}\n{}", self.words().await),
        }
    }

    /// Sends the page's form by its first button, and waits for what comes.
    pub(crate) async fn send(&self) {
        self.click("main form .submit button").await;
    }

    /// Clicks what leads to another page, and waits until the page is another one.
    pub(crate) async fn click(&self, selector: &str) {
        let old = self.find("html").await;
        self.find(selector).await.click().await.unwrap();
        let patience = Instant::now();
        while old.is_enabled().await.is_ok() {
            assert!(
                patience.elapsed() < Duration::from_secs(20),
                "{selector} leads nowhere\n{}",
                self.words().await
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Everything that the page says in its middle.
    pub(crate) async fn words(&self) -> String {
        match self.web.find(By::Css("main")).await {
            Ok(main) => main.text().await.unwrap_or_default(),
            Err(_) => self.web.source().await.unwrap_or_default(),
        }
    }

    /// The page says all of this.
    #[track_caller]
    pub(crate) fn says<'b>(&'b self, all: &'b [&'b str]) -> impl Future<Output = ()> + 'b {
        let place = std::panic::Location::caller();
        async move {
            let words = self.words().await;
            for wanted in all {
                assert!(words.contains(wanted), "{place}: the page does not say {wanted}:\n{words}");
            }
        }
    }
}
