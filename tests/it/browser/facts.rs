//! What can be measured of how pages look: nothing scrolls sideways, no cell is cut, enough rows are seen.

use super::driver::{Browser, DESK, PHONE};
use super::{PAGES, Site};

/// What hangs out at the right, if the page scrolls sideways.
const OUTSIDE: &str = "
    const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth) return null;
    const out = [...document.querySelectorAll('body *')].filter(it => it.getBoundingClientRect().right > page.clientWidth + 0.5
        && !it.closest('.scroll'));
    return out.slice(0, 3).map(it => it.outerHTML.slice(0, 120)).join(' | ') || 'something invisible';
";

#[test]
fn nothing_is_cut_or_hangs_out() {
    let (site, browser) = (Site::county(), Browser::start());
    let mut all = Vec::new();
    for (role, pages) in PAGES {
        site.enter(&browser, role);
        for size in [DESK, PHONE] {
            browser.size(size);
            for page in *pages {
                browser.go(&site.url(page));
                let outside = browser.script(OUTSIDE);
                if !outside.is_null() {
                    all.push(format!("{page} at {}: {outside}", size.0));
                }
                let name: String =
                    page.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
                browser.picture(&format!("{}{name}", size.0));
            }
        }
        browser.size(DESK);
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn a_register_shows_its_rows() {
    let (site, browser) = (Site::county(), Browser::start());
    site.enter(&browser, "auditor");
    browser.go(&site.url("/agreements"));
    let seen = browser
        .script(
            "return [...document.querySelectorAll('tbody tr')].filter(row => row.getBoundingClientRect().bottom <= innerHeight).length",
        )
        ;
    assert!(seen.as_i64().unwrap() >= 8, "{seen} rows are seen at once");
    let loaded =
        browser.script("return performance.getEntriesByType('resource').map(it => new URL(it.name).host)");
    let here = site.url("");
    for host in loaded.as_array().unwrap() {
        assert!(here.ends_with(host.as_str().unwrap()), "{host} is not this machine");
    }
}
