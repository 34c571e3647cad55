//! What people do with the pages, step by step in the browser.

use super::Site;
use super::driver::Browser;

/// An issue is raised with a mistake in it, and again without one.
async fn raises_an_issue(site: &Site, browser: &Browser, text: &str) {
    browser.go(&site.url("/do/issue.raise")).await;
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
    browser.fill(&faulty).await;
    browser.send().await;
    browser.says(&["有 2 处需要修改", "账本里没有“没有这个小区”", "完成时限“2022年2月30日”"]).await;
    let kept = browser.find("[name=text]").await.value().await.unwrap();
    assert_eq!(kept.as_deref(), Some(text), "what was typed is kept");
    browser.fill(&[("compound", "老水利局家属楼"), ("dueOn", "2022.10.20")]).await;
    browser.send().await;
    browser.says(&["已记入，记录号", text, "老水利局家属楼", "东门物业服务有限公司", "2022年10月20日"]).await;
}

#[tokio::test]
async fn a_recorder_raises_an_issue_with_and_without_scripts() {
    let (site, browser) = (Site::county(), Browser::start().await);
    site.enter(&browser, "recorder").await;
    raises_an_issue(&site, &browser, "楼道堆放杂物").await;
    browser.scripts(false).await;
    raises_an_issue(&site, &browser, "垃圾桶满溢").await;
}

#[tokio::test]
async fn what_is_being_composed_is_not_asked_for() {
    let (site, browser) = (Site::county(), Browser::start().await);
    site.enter(&browser, "recorder").await;
    browser.go(&site.url("/do/issue.raise")).await;
    browser.find("[name=compound]").await.click().await.unwrap();
    let composed = ["d", "do", "don", "dong"];
    for letters in composed {
        let typed = serde_json::json!({ "text": letters, "selectionStart": letters.len(), "selectionEnd": letters.len() });
        browser.web.cdp().send_raw("Input.imeSetComposition", typed).await.unwrap();
    }
    browser.web.cdp().send_raw("Input.insertText", serde_json::json!({ "text": "东" })).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;
    let asked = browser
        .script("return performance.getEntriesByType('resource').filter(it => it.name.includes('/suggest/')).length")
        .await;
    assert_eq!(asked, 1, "one letter is asked for once");
    let choices = browser.script("return document.querySelectorAll('datalist option').length").await;
    assert!(choices.as_i64().unwrap() > 0);
}
