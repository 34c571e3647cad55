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

fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    browser.script(axe);
    let found = browser.script_later(RUN);
    let found = found.as_array().cloned().unwrap_or_default();
    found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn no_page_hinders_anybody() {
    let (site, browser, axe) = (Site::county(), Browser::start(), source());
    let mut all = Vec::new();
    for (role, pages) in PAGES {
        site.enter(&browser, role);
        for (language, size) in [("zh", PHONE), ("en", DESK)] {
            browser.size(size);
            for page in *pages {
                let joint = if page.contains('?') { '&' } else { '?' };
                browser.go(&site.url(&format!("{page}{joint}lang={language}")));
                for fault in violations(&browser, &axe) {
                    all.push(format!("{page} {language} {}: {fault}", size.0));
                }
            }
        }
        browser.size(DESK);
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
