//! The pages in a real browser: Debian's Chromium without a window, driven over WebDriver.

mod axe;
mod driver;
mod facts;

use gongjian_tests::cli::Ledger;
use gongjian_tests::http::Server;

/// Every page that is looked at, with the county's data behind it. What is listed here is checked for faults that
/// hinder people, for sideways scroll and for clipped cells, in both languages and at two sizes.
pub(crate) const PAGES: &[&str] = &[
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
    "/registry/units",
    "/registry/compounds/X001",
    "/periods",
    "/imports",
    "/do/issue.raise",
    "/do/agreement.draft",
    "/do/issue.correct?stream=issue/WT-2022-0000",
    "/nowhere",
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
}
