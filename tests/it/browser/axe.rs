//! axe-core finds nothing on any page, in either language, on a desk or a phone.

use serde_json::Value;

use super::driver::{Browser, DESK, PHONE};
use super::{PAGES, Site};

/// Rules of WCAG 2.2 AA and of good practice.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(found => {
        done(found.violations.flatMap(rule => rule.nodes.map(node => rule.id + ': ' + node.html + ' ' + node.failureSummary)));
    }, error => done([String(error)]));
";

/// Where `tests/run` put axe-core.
fn source() -> String {
    let path = gongjian_tests::root().join("target/axe/axe.min.js");
    std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}; tests/run fetches it", path.display()))
}

async fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    browser.web.execute(axe, Vec::new()).await.unwrap();
    let found = browser.web.execute_async(RUN, Vec::new()).await.unwrap();
    let found = found.json().as_array().cloned().unwrap_or_default();
    found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[tokio::test]
async fn no_page_hinders_anybody() {
    let (site, browser, axe) = (Site::county(), Browser::start().await, source());
    let mut all = Vec::new();
    for (role, pages) in PAGES {
        site.enter(&browser, role).await;
        for (language, size) in [("zh", DESK), ("zh", PHONE), ("en", DESK)] {
            browser.size(size).await;
            for page in *pages {
                let joint = if page.contains('?') { '&' } else { '?' };
                browser.go(&site.url(&format!("{page}{joint}lang={language}"))).await;
                for fault in violations(&browser, &axe).await {
                    all.push(format!("{page} {language} {}: {fault}", size.0));
                }
            }
        }
        browser.size(DESK).await;
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
