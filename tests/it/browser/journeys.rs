//! What people do with the pages, step by step in the browser.

use super::Site;
use super::driver::Browser;

/// An issue is raised with a mistake in it, and again without one.
fn raises_an_issue(site: &Site, browser: &Browser, text: &str) {
    browser.go(&site.url("/do/issue.raise"));
    let faulty = [
        ("occurrence", "LH-C01-20220928"),
        ("compound", "没有这个小区"),
        ("category", "环境卫生"),
        ("text", text),
        ("source", "居民代表"),
        ("responsible", "东门物业服务有限公司"),
        ("dueOn", "2022年2月30日"),
        ("occurredOn", "2022-09-28"),
    ];
    browser.fill(&faulty);
    browser.send();
    browser.says(&["有 2 处需要修改", "机构名册里没有“没有这个小区”", "完成时限“2022年2月30日”"]);
    assert_eq!(browser.value("text"), text, "what was typed is kept");
    browser.fill(&[("compound", "老水利局家属楼"), ("dueOn", "2022.10.20")]);
    browser.send();
    browser.says(&["已记入，记录号", text, "老水利局家属楼", "东门物业服务有限公司", "2022年10月20日"]);
}

#[test]
fn a_recorder_raises_an_issue_with_and_without_scripts() {
    let (site, browser) = (Site::county(), Browser::start());
    site.enter(&browser, "recorder");
    raises_an_issue(&site, &browser, "楼道堆放杂物");
    browser.scripts(false);
    raises_an_issue(&site, &browser, "垃圾桶满溢");
}

#[test]
fn what_is_being_composed_is_not_asked_for() {
    let (site, browser) = (Site::county(), Browser::start());
    site.enter(&browser, "recorder");
    browser.go(&site.url("/do/issue.raise"));
    browser.focus("[name=compound]");
    let composed = ["d", "do", "don", "dong"];
    for letters in composed {
        let typed = serde_json::json!({ "text": letters, "selectionStart": letters.len(), "selectionEnd": letters.len() });
        browser.tools("Input.imeSetComposition", &typed);
    }
    browser.tools("Input.insertText", &serde_json::json!({ "text": "东" }));
    std::thread::sleep(std::time::Duration::from_millis(900));
    let asked = browser.script(
        "return performance.getEntriesByType('resource').filter(it => it.name.includes('/suggest/')).length",
    );
    assert_eq!(asked, 1, "one letter is asked for once");
    let choices = browser.script("return document.querySelectorAll('datalist option').length");
    assert!(choices.as_i64().unwrap() > 0);
}

#[test]
fn an_inspector_goes_from_a_number_to_its_proof_by_the_keyboard() {
    let (site, browser) = (Site::county(), Browser::start());
    site.enter(&browser, "auditor");
    browser.go(&site.url("/reports/2022-Q2/figures/decisions_overdue"));
    // The first table has what the figure counts, the second what it leaves out.
    browser.find("main table tbody tr");
    let rows = browser.script("return document.querySelector('main table').tBodies[0].rows.length");
    assert_eq!(rows, 21, "{}", browser.words());
    browser.press("body", "/");
    let focused = browser.script("return document.activeElement.id");
    assert_eq!(focused, "q", "the slash leads to the search");
    browser.press("#q", "HY-2022-0046-J1-1\u{e007}");
    browser.find("main a[href^='/trails/']");
    browser.click("main a[href^='/trails/']");
    browser.says(&["疏通清淤主次管道", "全部相符", "7月20日"]);
}
