//! Packages of matters with documents, erased documents and destroyed records.

use gongjian_api::offline::{Kind, Verdict};
use gongjian_api::package::Files;
use gongjian_tests::cli::Ledger;
use gongjian_tests::http::Server;
use serde_json::{Value, json};

use super::package::Case;
use super::{GOLDEN, beside};

/// Placeholders instead of scans; long enough that nothing else holds them by chance.
const OPEN: &str = "现场照片的内容：一二三四五六七八九十";
const CLOSED: &str = "签字页的内容：甲乙丙丁戊己庚辛壬癸";
const TEXT: &str = "误录：己某某反映，电话见附页甲乙丙丁";

/// A matter with a document that every post may see (ZL-1) and one that only one post may (ZL-2).
fn with_documents() -> Ledger {
    let ledger = Ledger::june();
    for (id, text, more) in
        [("ZL-1", OPEN, &[][..]), ("ZL-2", CLOSED, &["--restricted-to", "档案管理岗"][..])]
    {
        let file = ledger.file(&format!("{id}.pdf"), text.as_bytes());
        let add = ["document", "add", "--kind", "扫描件", "--file", &file, "--id", id];
        ledger.run(&[&add[..], &["--matter", GOLDEN, "--actor", "党建专干岗"], more].concat()).exits(0);
    }
    ledger
}

fn looked(post: &str) -> [&str; 4] {
    ["--actor", post, "--reason", "核对原件"]
}

fn statuses(case: &Case) -> Vec<(String, &'static str)> {
    let found = case.check(&case.files);
    assert_eq!((found.verdict(), &found.fault), (Verdict::Sound, &None));
    found.documents.iter().map(|document| (document.id.clone(), document.status.word())).collect()
}

fn holds(files: &Files, text: &str) -> bool {
    files.values().any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
}

fn look_ups(ledger: &Ledger) -> Vec<Value> {
    ledger.run(&["events", "--kind", "access.recorded"]).exits(0).lines()
}

fn erase(ledger: &Ledger, of: &[&str], id: &str) {
    let ask =
        ["erase", "ask", "--reason", "本人要求", "--basis", "法律", "--actor", "党建专干岗", "--id", id];
    ledger.run(&[&ask[..], of].concat()).exits(0);
    ledger.run(&["erase", "decide", id, "--approve", "--actor", "组织部审批岗"]).exits(0);
    ledger.run(&["erase", "execute", id, "--actor", "管理岗"]).exits(0);
}

#[test]
fn documents_are_in_a_package_for_the_post_that_may_see_them() {
    let case = Case::of(with_documents(), GOLDEN, &[]);
    let listed = |words: [&'static str; 2]| [("ZL-1".to_owned(), words[0]), ("ZL-2".to_owned(), words[1])];
    assert_eq!(statuses(&case), listed(["withheld", "restricted"]));
    assert!(!holds(&case.files, OPEN) && !holds(&case.files, CLOSED) && look_ups(&case.ledger).is_empty());
    case.ledger.run(&["prove", GOLDEN, "-o", "x.zip", "--actor", "记录岗"]).exits(2);
    case.ledger
        .run(&["prove", "1", "-o", "x", "--actor", "记录岗", "--reason", "核对"])
        .exits(2)
        .says("证据包");
    case.ledger.run(&["prove", GOLDEN, "-o", "x.zip", "--actor", "记录岗", "--reason", " "]).exits(2);

    let case = Case::of(case.ledger, GOLDEN, &looked("记录岗"));
    assert_eq!(statuses(&case), listed(["disclosed", "restricted"]));
    assert!(holds(&case.files, OPEN) && !holds(&case.files, CLOSED));
    let case = Case::of(case.ledger, GOLDEN, &looked("档案管理岗"));
    assert_eq!(statuses(&case), listed(["disclosed", "disclosed"]));
    let found: Vec<_> = look_ups(&case.ledger)
        .into_iter()
        .map(|it| (it["recordedBy"].clone(), it["data"]["subject"].clone(), it["data"]["reason"].clone()))
        .collect();
    let one = |post: &str, id: &str| (json!(post), json!(format!("document/{id}")), json!("核对原件"));
    assert_eq!(found, [one("记录岗", "ZL-1"), one("档案管理岗", "ZL-1"), one("档案管理岗", "ZL-2")]);

    let zip = beside(&case.ledger, "golden.zip").display().to_string();
    let away = Ledger::none();
    let told = away.run(&["verify", &zip, "--key", &case.key]).exits(0);
    told.says("资料 ZL-1").says("与事件中的承诺相符").says("核对无误");
    let page = String::from_utf8(case.files["说明.html"].clone()).unwrap();
    assert!(page.contains("ZL-1") && page.contains("查阅留痕"));
    let list: Value = serde_json::from_slice(&case.files["documents.json"]).unwrap();
    let path = list[0]["path"].as_str().unwrap();
    assert!(path.ends_with(".pdf") && case.files[path] == OPEN.as_bytes(), "{list}");
}

#[test]
fn over_http_a_look_is_asked_for_with_post() {
    let ledger = with_documents();
    let server = Server::start(&ledger.data());
    let target = format!("/api/v1/evidence/{GOLDEN}");
    let plain = server.get(&target);
    assert!(plain.status == 200 && plain.header("gongjian-look-up").is_none());
    let post = |body: Value| server.try_ask("POST", &target, &[], body.to_string().as_bytes()).unwrap();
    let asked = post(json!({ "actor": "档案管理岗", "reason": "核对原件" }));
    assert_eq!(asked.status, 200);
    let position = asked.header("gongjian-look-up").unwrap().parse::<u64>().unwrap();
    let event = server.get(&format!("/api/v1/events/{position}")).json();
    assert_eq!((&event["kind"], &event["recordedBy"]), (&json!("access.recorded"), &json!("档案管理岗")));
    assert_eq!(asked.header("cache-control"), Some("no-store"));
    assert!(holds(&gongjian_api::package::unpack(&asked.bytes).unwrap(), CLOSED));
    assert_eq!(post(json!({ "actor": "档案管理岗" })).status, 400);
}

#[test]
fn whoever_has_the_key_cannot_lie_about_documents() {
    let case = Case::of(with_documents(), GOLDEN, &looked("档案管理岗"));
    let list: Value = serde_json::from_slice(&case.files["documents.json"]).unwrap();
    let [one, two] = [0, 1].map(|at| list[at]["path"].as_str().unwrap().to_owned());
    case.covered_kind((Kind::Altered, &one), |files| {
        let (first, second) = (files[&one].clone(), files[&two].clone());
        files.insert(one.clone(), second);
        files.insert(two.clone(), first);
    });
    case.covered_kind((Kind::Altered, &two), |files| files.get_mut(&two).unwrap().push(b'!'));
    case.covered_kind((Kind::Missing, &one), |files| drop(files.remove(&one)));
    case.covered_kind((Kind::Foreign, "documents/x"), |files| {
        drop(files.insert("documents/x".to_owned(), vec![1]))
    });
    let relisted = |change: &dyn Fn(&mut Value)| {
        let mut list = list.clone();
        change(&mut list);
        gongjian_api::package::canonical(&list)
    };
    for change in [
        &(|list: &mut Value| drop(list.as_array_mut().unwrap().remove(1))) as &dyn Fn(&mut Value),
        &|list| list[0]["status"] = json!("erased"),
        &|list| list[0]["kind"] = json!("附件"),
        &|list| list[0]["erasure"] = json!({ "asked": 1, "approved": 2, "executed": 3 }),
    ] {
        let fault = case
            .fault(&case.covered(|files| drop(files.insert("documents.json".to_owned(), relisted(change)))));
        assert!(matches!(fault.kind, Kind::Altered | Kind::Foreign), "{fault:?}");
    }
    case.covered_kind((Kind::Altered, &one), |files| {
        drop(
            files.insert(
                "documents.json".to_owned(),
                relisted(&|list| list[0]["salt"] = json!("00".repeat(32))),
            ),
        );
    });
    case.covered_kind((Kind::Missing, "documents.json"), |files| drop(files.remove("documents.json")));
}

#[test]
fn an_erased_document_is_told_with_the_erasure_and_may_not_come_back() {
    let before = Case::of(with_documents(), GOLDEN, &looked("档案管理岗"));
    erase(&before.ledger, &["--subject", "document/ZL-1"], "SC-1");
    let (kept, key) = (before.files.clone(), before.key.clone());
    let after = Case::of(before.ledger, GOLDEN, &looked("档案管理岗"));
    assert_eq!(key, after.key);
    assert_eq!(statuses(&after), [("ZL-1".to_owned(), "erased"), ("ZL-2".to_owned(), "disclosed")]);
    assert!(!holds(&after.files, OPEN) && holds(&after.files, CLOSED));
    let found = after.check(&after.files).to_json("x", gongjian_api::messages::Language::Chinese.text());
    let executed = found["documents"][0]["erasure"]["executed"].as_u64().unwrap();
    let event: Value = serde_json::from_slice(&after.files[&format!("events/{executed:06}.json")]).unwrap();
    assert_eq!(event["kind"], "erasure.executed");
    // What was taken away before comes back with its salt.
    let old: Value = serde_json::from_slice(&kept["documents.json"]).unwrap();
    let path = old[0]["path"].as_str().unwrap();
    after.covered_kind((Kind::Foreign, path), |files| {
        let mut list: Value = serde_json::from_slice(&files["documents.json"]).unwrap();
        list[0] = old[0].clone();
        files.insert("documents.json".to_owned(), gongjian_api::package::canonical(&list));
        files.insert(path.to_owned(), kept[path].clone());
    });
    // The package from before is what it was: nobody can take back what was shown.
    assert_eq!(after.check(&kept).verdict(), Verdict::Sound);
}

#[test]
fn a_destroyed_record_is_proven_by_its_leaf_and_its_order() {
    let ledger = Ledger::june();
    let draft = |title: &str| {
        json!({
            "command": "topic.propose", "stream": "topic/YT-误", "actor": "党建专干岗", "occurredOn": "2022-06-01",
            "data": { "title": title, "category": "停车难", "proposer": "居民代表" },
        })
    };
    let position = ledger.record(&draft(TEXT)).exits(0).json()["position"].as_u64().unwrap();
    let before = Case::of(ledger, "topic/YT-误", &[]);
    assert!(holds(&before.files, TEXT));
    erase(&before.ledger, &["--position", &position.to_string()], "SC-1");
    let kept = before.files.clone();
    let again = |ledger: Ledger| {
        let after = Case::of(ledger, "topic/YT-误", &[]);
        let found = after.check(&after.files);
        assert_eq!((found.verdict(), &found.fault), (Verdict::Sound, &None));
        let order = found.destroyed[0].1;
        assert_eq!(found.destroyed, [(position, order)]);
        assert!(after.files.contains_key(&format!("events/{order:06}.bin")));
        assert!(
            !holds(&after.files, TEXT) && !after.files.contains_key(&format!("events/{position:06}.bin"))
        );
        after
    };
    let after = again(before.ledger);
    let zip = beside(&after.ledger, "golden.zip").display().to_string();
    Ledger::none().run(&["verify", &zip, "--key", &after.key]).exits(0).says("已按位置").says("核对无误");
    let left = format!("withheld/{position:06}.json");
    after.covered_kind((Kind::Missing, &left), |files| {
        files.remove(&left);
        files.remove(&format!("proofs/{position:06}.tlog-proof"));
    });
    after.covered_kind((Kind::Altered, &format!("proofs/{position:06}.tlog-proof")), |files| {
        let mut value: Value = serde_json::from_slice(&files[&left]).unwrap();
        value["leaf"] = json!("00".repeat(32));
        files.insert(left.clone(), gongjian_api::package::canonical(&value));
    });
    after.covered_kind((Kind::Altered, &left), |files| {
        let mut value: Value = serde_json::from_slice(&files[&left]).unwrap();
        value["digest"] = json!("00".repeat(32));
        files.insert(left.clone(), gongjian_api::package::canonical(&value));
    });
    // The stream goes on, and what came after the destroyed record is proven as ever.
    after.ledger.record(&draft("停车难")).exits(0);
    let later = again(after.ledger);
    assert!(later.files.len() > after.files.len());
    // The bytes come back, with everything that they had.
    later.covered_kind((Kind::Foreign, &format!("events/{position:06}.bin")), |files| {
        for (folder, ending) in [("events", "bin"), ("events", "json")] {
            let path = format!("{folder}/{position:06}.{ending}");
            files.insert(path.clone(), kept[&path].clone());
        }
    });
}
