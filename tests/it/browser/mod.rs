//! The pages in a real browser: Debian's Chromium without a window, driven over WebDriver.

mod axe;
mod driver;
mod facts;
mod journeys;

use driver::Browser;
use gongjian_tests::cli::Ledger;
use gongjian_tests::http::{Server, days_ahead};
use serde_json::json;

/// The password of every account here, after its first sign-in.
const PASSWORD: &str = "correct-horse-9-battery";

/// Every page that is looked at, by whom, with the county's data behind it: checked for faults that hinder people, for
/// sideways scroll and for clipped cells, in both languages and at several sizes.
pub(crate) const PAGES: &[(&str, &[&str])] = &[
    ("", &["/sign-in"]),
    (
        "auditor",
        &[
            "/",
            "/agreements",
            "/agreements?state=effective&contains=%E4%B8%9C%E9%97%A8",
            "/agreements/XY-2022-0001",
            "/commitments",
            "/projects?view=table",
            "/meetings",
            "/meetings/HY-2022-0046",
            "/topics",
            "/decisions?overdue=true",
            "/decisions/HY-2022-0046-J1-1",
            "/issues",
            "/issues/WT-2022-0000",
            "/agreements/XY-2022-0026",
            "/projects",
            "/projects/XM-2022-0001",
            "/meetings?view=month&month=2022-06",
            "/topics?view=all",
            "/wednesday?quarter=2022-Q3",
            "/wednesday/C01/2022-06-01",
            "/search?q=slj",
            "/trails/issue/WT-2022-0000",
            "/trails/HY-2022-0046-J1-1?order=recorded",
            "/events",
            "/events/4304",
            "/verify",
            "/obligations",
            "/findings",
            "/rules",
            "/rules/R12",
            "/reports",
            "/reports/2022-Q2",
            "/reports/2022-Q2/figures/agreements_signed",
            "/registry",
            "/documents",
            "/status",
            "/about",
            "/help",
            "/registry/units",
            "/registry/compounds/X001",
            "/periods",
            "/imports",
            "/audit",
            "/me",
            "/nowhere",
        ],
    ),
    (
        "approver",
        &[
            "/",
            "/do/issue.raise",
            "/do/agreement.draft",
            "/do/issue.correct?stream=issue/WT-2022-0000",
            "/agreements/new",
            "/import",
            "/erasure",
            "/documents/new?matter=issue/WT-2022-0000",
            "/meetings/HY-2022-0046",
            "/wednesday/C01/2022-10-05",
            "/reports/2022-Q3",
        ],
    ),
    ("security-administrator", &["/accounts"]),
];

/// The county, served.
pub(crate) struct Site {
    server: Server,
    _ledger: Ledger,
}

impl Site {
    /// Opens the county's ledger in a folder of its own.
    pub(crate) fn county() -> Site {
        let ledger = Ledger::county();
        let server = Server::start(&ledger.data());
        Site { server, _ledger: ledger }
    }

    /// An address of the site.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    /// Opens an account with a role over the socket, signs it in by the page, and gives it a password of its own. An
    /// empty role is nobody: whoever was signed in is not any more.
    pub(crate) fn enter(&self, browser: &Browser, role: &str) {
        browser.go(&self.url("/sign-in"));
        browser.forget();
        if role.is_empty() {
            return;
        }
        // The county has an account of each role already, whose password nobody knows.
        let login = &format!("test-{role}");
        let mut account = json!({ "login": login, "post": format!("{role} 岗"), "role": role });
        if role == "auditor" {
            account["until"] = days_ahead(30).into();
            account["document"] = "督〔2022〕3号".into();
        }
        let opened =
            self.server.try_ask("POST", "/api/v1/accounts", &[], account.to_string().as_bytes()).unwrap();
        let first = match opened.status {
            201 => opened.json()["password"].as_str().map(str::to_owned),
            422 if opened.json()["code"] == "account-login-taken" => None,
            _ => panic!("{opened:?}"),
        };
        browser.go(&self.url("/sign-in"));
        browser.fill(&[("login", login), ("password", first.as_deref().unwrap_or(PASSWORD))]);
        browser.send();
        if let Some(first) = first {
            browser.fill(&[("old", &first), ("new", PASSWORD), ("again", PASSWORD)]);
            browser.send();
        }
        browser.find("header a[href='/me']");
    }
}
