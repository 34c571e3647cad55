//! What those see who look: stories with their proof, the log, verification, duties, findings, reports, search.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use gongjian_api::access::Caller;
use gongjian_api::app::App;
use gongjian_api::http::AppState;
use gongjian_tests::cli::Ledger;
use serde_json::json;

/// The golden case of the county.
const DECISION: &str = "HY-2022-0046-J1-1";

/// A county that a server of this process shows.
struct County {
    at: SocketAddr,
    // Both live as long as the test.
    _ledger: Ledger,
    _runtime: tokio::runtime::Runtime,
}

struct Page {
    status: u16,
    location: String,
    media: String,
    body: Vec<u8>,
}

impl County {
    fn new() -> County {
        County::of(Ledger::county())
    }

    fn of(ledger: Ledger) -> County {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let app = App::open(&ledger.data()).unwrap();
        let router = gongjian_api::router(AppState::new(app)).layer(axum::Extension(Caller::Local));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let at = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await });
        County { at, _ledger: ledger, _runtime: runtime }
    }

    fn ask(&self, method: &str, target: &str, media: &str, body: &[u8]) -> Page {
        let mut stream = TcpStream::connect(self.at).unwrap();
        let target: String =
            target
                .bytes()
                .map(|byte| {
                    if byte.is_ascii_graphic() {
                        char::from(byte).to_string()
                    } else {
                        format!("%{byte:02X}")
                    }
                })
                .collect();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {media}\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_default().to_owned()
        };
        let chunked = header("transfer-encoding") == "chunked";
        let body = answer[end + 4..].to_vec();
        Page {
            status: head[9..12].parse().unwrap(),
            location: header("location"),
            media: header("content-type"),
            body: if chunked { whole(&body) } else { body },
        }
    }

    fn try_get(&self, target: &str) -> Page {
        self.ask("GET", target, "text/plain", b"")
    }

    #[track_caller]
    fn get(&self, target: &str) -> Page {
        let page = self.try_get(target);
        assert_eq!(page.status, 200, "{target}: {}", page.words());
        page
    }

    /// Sends a form with files, each with its field.
    fn upload(&self, target: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        for (name, bytes) in files {
            body.extend(
                format!(
                    "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.bin\"\r\n\
                     Content-Type: application/octet-stream\r\n\r\n"
                )
                .bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--edge--\r\n");
        self.ask("POST", target, "multipart/form-data; boundary=edge", &body)
    }
}

/// A body that came in chunks.
fn whole(chunked: &[u8]) -> Vec<u8> {
    let (mut rest, mut out) = (chunked, Vec::new());
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).unwrap().split(';').next().unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        out.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    out
}

impl Page {
    fn html(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The words of the page itself, without the marks.
    fn words(&self) -> String {
        let html = self.html();
        let main = html.find("<main").map_or(html.as_str(), |at| &html[at..]);
        let parts = main.split('<').filter_map(|part| part.split_once('>')).map(|(_, words)| words.trim());
        parts.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ").replace("&#38;", "&")
    }

    #[track_caller]
    fn says(&self, text: &str) -> &Page {
        assert!(self.words().contains(text), "no {text} in: {}", self.words());
        self
    }

    #[track_caller]
    fn never_says(&self, text: &str) -> &Page {
        assert!(!self.words().contains(text), "{text} in: {}", self.words());
        self
    }

    /// Where the links of the page lead, within this server.
    fn links(&self) -> Vec<String> {
        let html = self.html();
        let links = html.split(" href=\"").skip(1).filter_map(|part| part.split('"').next());
        let links = links.filter(|link| link.starts_with('/') && !link.starts_with("//"));
        let links = links.map(|link| link.replace("&#38;", "&").replace("&amp;", "&"));
        links.map(|link| link.split('#').next().unwrap().to_owned()).collect()
    }

    fn rows(&self) -> usize {
        self.html().matches("<tr><td").count()
    }
}

#[test]
fn an_inspector_goes_from_the_search_box_to_a_proof_that_holds() {
    let ledger = Ledger::county();
    let corrected = ledger.record(&json!([{
        "command": "decision.correct", "stream": format!("decision/{DECISION}"), "actor": "督查岗",
        "data": {"changes": [{"field": "text", "now": "疏通清淤主次管道"}], "reason": "录入看错"},
    }]));
    let position = corrected.exits(0).json()[0]["position"].as_u64().unwrap();
    let county = County::of(ledger);
    let exact = county.try_get(&format!("/search?q={DECISION}"));
    assert_eq!((exact.status, exact.location.as_str()), (303, &*format!("/decisions/{DECISION}")));
    assert_eq!(county.try_get("/search?q=hy-2022-0046-j1-1").status, 303, "letters of any case");
    assert_eq!(county.try_get("/search?q=%23300").location, "/events/300");

    let story = county.get(&format!("/trails/{DECISION}"));
    story.says("已销号").says("条记录在打开时逐条重算，全部相符").says("东门物业服务有限公司");
    story.says("2022年6月1日提出 → 6月6日议定 → 7月15日完成 → 7月20日核验销号").says("提前 7 天完成");
    story.says("提前 5 天通知").says("M02@1").says("到会 4/4").says("核验单位不是责任单位");
    story.says("更正 1 处").says("台账载明").says("台账未载明").says("疏通清淤主次管道，联合相关单位实施");
    assert!(story.html().contains("<del>疏通清淤主次管道，联合相关单位实施</del>"));
    assert!(story.links().contains(&format!("/events/{position}")));
    let by_record = county.get(&format!("/trails/{DECISION}?order=recorded"));
    let last = by_record.words().rfind("更正").unwrap();
    assert!(last > by_record.words().find("核验销号").unwrap(), "what was recorded last stands last");
    // What was not known then is not shown then.
    let before = county.get(&format!("/trails/{DECISION}?as-of={}", position - 1));
    before.says("正在查看截至").never_says("录入看错");

    let record = county.get(&format!("/events/{position}"));
    record.says("更正").says("疏通清淤主次管道").says("上一条指纹").says("督查岗");
    assert!(record.html().contains("<ins>疏通清淤主次管道</ins>"));

    let package = county.get(&format!("/api/v1/evidence/{DECISION}")).body;
    let good = county.upload("/verify", &[], &[("evidence", &package)]);
    assert_eq!(good.status, 200);
    good.says("可信：没有改动");
    let mut altered = package;
    let at = altered.len() / 2;
    altered[at] ^= 1;
    county.upload("/verify", &[], &[("evidence", &altered)]).says("不可信");
    let proof = county.get(&format!("/api/v1/proofs/{position}")).body;
    county.upload("/verify", &[], &[("evidence", &proof)]).says("可信：没有改动").says("督查岗");
}

#[test]
fn letters_readings_and_parts_find_names() {
    let county = County::new();
    let found = county.get("/search?q=slj");
    found.says("老").says("水利局").says("家属楼");
    assert!(found.html().contains("<mark>水利局</mark>"));
    county.get("/search?q=家属楼").says("小区");
    let many = county.get("/search?q=sq");
    assert!(many.links().iter().any(|link| link.contains("kind=communities")), "all of a kind");
    county.get("/search?q=sq&kind=communities").says("社区（26）");
    county.get("/search?q=zzzzqq").says("没有找到");
    county.get("/search").says("拼音首字母");
    let offered = county.get("/suggest/units?responsible=dmwy");
    assert!(offered.html().contains("东门物业服务有限公司"), "{}", offered.html());
}

#[test]
fn a_number_of_the_report_opens_to_its_rows_and_each_to_its_record() {
    let county = County::new();
    let report = county.get("/reports/2022-Q2");
    report.says("草稿，未冻结").says("53.9%（62/115）").says("28.1%（16/57）").says("92.3%（24/26）");
    report.says("+45（+61.6%）").says("+19（基数 2）").says("不能同比").never_says("不符！");
    report.says("上季末 73 + 生效协议 59 − 到期协议 11 − 终止协议 3 = 118");
    report.says("2 个联盟没有联席会议，也没有豁免");
    assert_eq!(report.html().matches("<figure").count(), report.html().matches("<svg").count());
    assert!(!report.html().contains("style="), "the policy of pages forbids it");
    let figure = county.get("/reports/2022-Q2/figures/decisions_overdue");
    figure.says("由 21 行算出");
    let counted = figure.html();
    let counted = counted.split("不计入的").next().unwrap();
    assert_eq!(counted.matches("<tr><td").count(), 21);
    let record = figure.links().into_iter().find(|link| link.starts_with("/events/")).unwrap();
    county.get(&record).says("相符");
    for scope in ["street/S01", "community/C01"] {
        county.get(&format!("/reports/2022-Q2?scope={scope}")).says("指标总表");
        county.get(&format!("/reports/2022-Q2/figures/projects_open?scope={scope}"));
    }
    county.get("/reports/2022-Q2?as-of=6000&lang=en");
}

#[test]
fn what_comes_after_a_freeze_changes_no_frozen_number_and_is_listed() {
    let ledger = Ledger::june();
    ledger.run(&["period", "freeze", "2022-Q2", "--actor", "统计岗"]).exits(0);
    let agreements = ledger.run(&["list", "agreements", "--json"]).exits(0).json();
    let signed = |it: &&serde_json::Value| it["signedOn"].as_str().is_some_and(|day| day >= "2022-04-01");
    let agreement = agreements["items"].as_array().unwrap().iter().find(signed).unwrap();
    let corrected = ledger.record(&json!([{
        "command": "agreement.correct", "stream": agreement["stream"], "actor": "社区专干岗",
        "data": {"changes": [{"field": "signedOn", "now": "2022-03-31"}], "reason": "录错一季"},
    }]));
    let position = corrected.exits(0).json()[0]["position"].as_u64().unwrap();
    let county = County::of(ledger);
    county.get("/reports").says("2022年第二季度").says("已冻结");
    let report = county.get("/reports/2022-Q2");
    report.says("已冻结").says("补录和更正 1 条").says("出具报告");
    let signed = county.get("/reports/2022-Q2/figures/agreements_signed");
    signed.says("60");
    let changes = county.get("/reports/2022-Q2/differences");
    changes.says("签订协议").says("−1").says("协议更正");
    assert!(changes.links().contains(&format!("/events/{position}")));
    let posted = county.ask("POST", "/reports/2022-Q2", "application/x-www-form-urlencoded", b"commandId=");
    assert_eq!(posted.status, 303, "{}", posted.words());
    assert!(posted.location.starts_with("/reports/2022-Q2?done="), "{}", posted.location);
    county
        .get("/reports/2022-Q2")
        .says("第 1 版")
        .says("待审核")
        .says("审核报告")
        .never_says("出具报告，记入账本");
}

#[test]
fn duties_findings_and_rules_lead_to_each_other() {
    let county = County::new();
    let map = county.get("/obligations?rule=R12&from=2022-Q1&to=2022-Q3&sort=missing");
    map.says("党建联盟每季度召开一次联席会议").says("未召开").says("1 次").says("R12@1").says("合计");
    let first = map.words().find("未召开").unwrap();
    assert!(first < map.words().find("1 次").unwrap(), "gaps stand first");
    let one = map.links().into_iter().find(|link| link.starts_with("/obligations/R12-")).unwrap();
    let one = county.get(&one);
    one.says("党建联盟每季度召开一次联席会议").says("应 1 次");
    county.get("/obligations?rule=R16").says("周三");
    county.get("/obligations?rule=R12&state=missed").says("未履行");
    let findings = county.get("/findings");
    findings.says("严重").says("到会不足").says("M01@1");
    assert_eq!(findings.rows(), 50);
    let few = county.get("/findings?code=no-quorum").links();
    assert!(
        few.contains(&"/findings?code=no-quorum".to_owned())
            && !few.contains(&"/findings?code=nothing-solved".to_owned())
    );
    county.get("/findings?community=C01&quarter=2022-Q2&severity=attention");
    assert!(county.get("/findings?format=csv").media.starts_with("text/csv"));
    let rule = county.get("/rules/M01");
    rule.says("联席会议到会单位须过半数").says("M01@1").says("法定比例分母").says("在哪里判断过");
    county.get("/rules").says("R12");
    county.get("/registry?on=2022-03-01").says("2022年3月1日").says("东门社区").says("东门社区党建联盟");
}

#[test]
fn the_log_goes_back_to_its_first_record() {
    let county = County::new();
    let newest = county.get("/events");
    assert_eq!(newest.rows(), 50);
    let older = newest.links().into_iter().find(|link| link.contains("before=")).unwrap();
    assert_eq!(county.get(&older).rows(), 50);
    county.get("/events?before=5").says("账本开立");
    county.get("/events/0").says("相符");
    let stream = county.get("/events?stream=decision/HY-2022-0046-J1-1");
    stream.says("事项议定");
    assert!((1..10).contains(&stream.rows()), "of one stream alone: {}", stream.rows());
    county.get("/events?kind=decision.recorded&post=import").says("事项议定");
    county.get("/events?mark=corrected");
    county.get("/events?as-of=100").says("100");
}

#[test]
fn verification_says_what_it_found_and_what_it_does_not_prove() {
    let county = County::new();
    county.get("/verify").says("未核对").says("现在重算").says("不能说明");
    let form = "application/x-www-form-urlencoded";
    let begun = county.ask("POST", "/verify", form, b"recompute=true");
    assert_eq!((begun.status, begun.location.as_str()), (303, "/verify"));
    let mut page = county.get("/verify");
    for _ in 0..200 {
        if page.words().contains("全部相符") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        page = county.get("/verify");
    }
    page.says("条记录全部相符").says("前后相连").says("没有设见证方").says("检查点");
    county.get("/status").says("可以录入").says("磁盘").says("最近校验");
    county.get("/about").says("账本公钥");
    county.get("/help").says("名词").says("不写人名");
    // The key of another ledger makes nothing sound.
    let checkpoint = county.get("/checkpoint").body;
    county.upload("/verify", &[], &[("evidence", &checkpoint)]).says("可信：没有改动");
    county.upload("/verify", &[], &[("evidence", b"no evidence")]).says("不可信");
}

#[test]
fn what_cannot_be_is_refused() {
    let county = County::new();
    for (target, status) in [
        ("/trails/HY-1999-0001", 404),
        ("/trails/HY-2022-0046-J1-1?as-of=9999999", 404),
        ("/events/9999999", 404),
        ("/events/x", 404),
        ("/events?kind=no.such", 400),
        ("/events?mark=no", 400),
        ("/events?before=x", 400),
        ("/reports/2022-Q9", 404),
        ("/reports/2022-Q2?scope=street/S99", 404),
        ("/reports/2022-Q2/figures/no_such", 400),
        ("/reports/2022-Q2/differences", 404),
        ("/obligations?rule=R99", 400),
        ("/obligations?from=x", 400),
        ("/obligations/R12-NO-2022-Q2", 404),
        ("/findings?code=no", 400),
        ("/findings?quarter=x", 400),
        ("/findings?format=docx", 400),
        ("/rules/R99", 404),
        ("/registry?on=x", 400),
    ] {
        assert_eq!(county.try_get(target).status, status, "{target}");
    }
    let form = "application/x-www-form-urlencoded";
    for refused in [
        county.upload("/verify", &[("key", "")], &[]),
        county.upload("/verify", &[("key", "no key")], &[("evidence", b"x")]),
        // Nothing is frozen.
        county.ask("POST", "/reports/2022-Q2", form, b""),
    ] {
        assert!((400..500).contains(&refused.status), "{}: {}", refused.status, refused.words());
    }
}

/// Parts of the product that other pages lead to; whether they are there is their own tests' matter.
const ELSEWHERE: &[&str] = &[
    "/accounts",
    "/audit",
    "/import",
    "/erasure",
    "/wednesday",
    "/holders",
    "/me",
    "/sign-in",
    "/static/",
    "/do/",
];

#[test]
fn every_link_leads_somewhere() {
    let county = County::new();
    let mut queue: VecDeque<(String, String)> = VecDeque::from([("/".to_owned(), String::new())]);
    let mut seen = BTreeSet::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    while let Some((target, from)) = queue.pop_front() {
        // A few of each kind of page: digits and the query's values make no other kind.
        let path = target.split('?').next().unwrap();
        let kind: String = path.split('/').take(3).map(|part| format!("/{}", part.len().min(3))).collect();
        let kind = format!("{}{kind}{}", path.split('/').nth(1).unwrap_or_default(), target.contains('?'));
        let count = kinds.entry(kind).or_default();
        if *count >= 8 || !seen.insert(target.clone()) {
            continue;
        }
        *count += 1;
        if ELSEWHERE.iter().any(|prefix| target.starts_with(prefix)) {
            continue;
        }
        let page = county.try_get(&target);
        assert!(
            matches!(page.status, 200 | 303),
            "{} on {from} leads to {}: {}",
            target,
            page.status,
            page.words()
        );
        if page.media.starts_with("text/html") {
            let english = page.html().contains("{ $") || page.words().contains("proof-said-");
            assert!(!english, "{target} shows a key");
            queue.extend(page.links().into_iter().map(|link| (link, target.clone())));
        }
    }
    assert!(seen.len() > 120, "{}", seen.len());
}

#[test]
fn names_are_sorted_by_their_pinyin_page_by_page() {
    let county = County::new();
    let names = |target: &str| -> Vec<String> {
        let list: serde_json::Value = serde_json::from_slice(&county.get(target).body).unwrap();
        list["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = names("/api/v1/communities?sort=name");
    assert_eq!((all.len(), all[0].as_str()), (26, "安泰社区"));
    let at = |name: &str| all.iter().position(|it| it == name).unwrap();
    assert!(
        at("安泰社区") < at("坝口社区") && at("坝口社区") < at("东门社区") && at("东门社区") < at("永续社区")
    );
    let mut back = names("/api/v1/communities?sort=-name");
    back.reverse();
    assert_eq!(back, all);
    let first: serde_json::Value =
        serde_json::from_slice(&county.get("/api/v1/communities?sort=name&limit=20").body).unwrap();
    let next = first["next"].as_str().unwrap();
    assert_eq!(names(&format!("/api/v1/communities?sort=name&limit=20&cursor={next}")), all[20..]);
    assert_eq!(county.try_get("/api/v1/communities?sort=name&cursor=name:3").status, 400);
}
