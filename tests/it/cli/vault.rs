//! Documents, the directory and erasures, end to end: what is erased is in no file, and `verify` passes.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use gongjian_tests::cli::Ledger;
use gongjian_tests::http::Server;
use serde_json::json;

/// Placeholders instead of names; long enough that nothing else holds them by chance.
const SCAN: &str = "签字页：甲某签字，见证乙某，一二三四五六七八九十";
const NAME: &str = "丙某某丁某某戊某某";
pub(crate) const TEXT: &str = "误录：己某某反映，电话见附页甲乙丙丁";

/// Every file whose bytes, or whose zstd frames when unpacked, hold the text or its middle.
pub(crate) fn holding(dir: &Path, text: &str) -> Vec<PathBuf> {
    let middle: String = text.chars().skip(3).take(6).collect();
    let parts = [text.as_bytes(), middle.as_bytes()];
    let has = |bytes: &[u8]| parts.iter().any(|part| bytes.windows(part.len()).any(|it| it == *part));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
            continue;
        }
        // The server's socket is none.
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let frames = bytes.windows(4).enumerate().filter(|(_, it)| *it == [0x28, 0xb5, 0x2f, 0xfd]);
        let unpacked = |start: usize| {
            let mut out = Vec::new();
            if let Ok(reader) = zstd::stream::read::Decoder::new(&bytes[start..]) {
                let _ = reader.single_frame().take(1 << 22).read_to_end(&mut out);
            }
            out
        };
        if has(&bytes) || frames.map(|(start, _)| unpacked(start)).any(|out| has(&out)) {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_document_is_kept_shown_to_whom_it_may_and_erased() {
    let ledger = Ledger::june();
    let file = ledger.file("签字页.txt", SCAN.as_bytes());
    let matter = ["--matter", "WT-2022-0000", "--actor", "党建专干岗"];
    let add = |more: &[&str]| ledger.run(&[&["document", "add"], more, &matter[..]].concat());
    let of = ["--kind", "扫描件", "--file", &file, "--id", "ZL-1", "--restricted-to", "档案管理岗"];
    add(&of).exits(0).says("已存入 ZL-1");
    add(&of).exits(1).says("[stream-exists]");
    let personal = ["--kind", "个人信息", "--field", "签字人", "--file", "-", "--id", "ZL-2"];
    ledger.run_with(&[&["document", "add"], &personal[..], &matter[..]].concat(), NAME.as_bytes()).exits(0);
    add(&["--kind", "录像", "--file", &file]).exits(1).says("[choice-unknown]");
    assert!(holding(&ledger.data(), SCAN).is_empty() && holding(&ledger.data(), NAME).is_empty());

    let out = ledger.folder.path().join("out.txt");
    let out = out.to_str().unwrap();
    let show = |post: &str| {
        ledger.run(&["document", "show", "ZL-1", "-o", out, "--actor", post, "--reason", "核对原件"])
    };
    show("记录岗").exits(1).says("[access-restricted]").says("档案管理岗");
    assert!(!Path::new(out).exists());
    show("档案管理岗").exits(0);
    assert_eq!(std::fs::read_to_string(out).unwrap(), SCAN);
    let looks = ledger.run(&["events", "--kind", "access.recorded"]).exits(0).lines();
    assert_eq!(looks.len(), 1, "what is refused is no look-up: {looks:?}");
    assert_eq!(looks[0]["recordedBy"], "档案管理岗");
    assert_eq!(looks[0]["data"]["reason"], "核对原件");
    ledger.run(&["document", "list"]).exits(0).says("🔒 受限").says("签字人");
    ledger.run(&["trail", "WT-2022-0000"]).exits(0).says("🔒 受限").never_says(NAME);
    ledger.run(&["verify"]).exits(0).says("保险库：可查阅 1，受限 1");

    for (erasure, subject) in [("SC-1", "document/ZL-1"), ("SC-2", "document/ZL-2")] {
        let ask = [
            "erase",
            "ask",
            "--subject",
            subject,
            "--reason",
            "本人要求",
            "--basis",
            "法律",
            "--id",
            erasure,
        ];
        ledger.run(&[&ask[..], &["--actor", "党建专干岗"]].concat()).exits(0);
        let decide = |post: &str| ledger.run(&["erase", "decide", erasure, "--approve", "--actor", post]);
        decide("党建专干岗").exits(1).says("[same-post]");
        ledger.run(&["erase", "execute", erasure, "--actor", "管理岗"]).exits(1).says("[state-wrong]");
        decide("组织部审批岗").exits(0);
        ledger.run(&["erase", "execute", erasure, "--actor", "管理岗"]).exits(0).says("已删除");
        ledger.run(&["erase", "execute", erasure, "--actor", "管理岗"]).exits(0).says("重新清理");
    }
    show("档案管理岗").exits(1).says("[erased]");
    let erased = ledger.run(&["verify", "--json"]).exits(0).json();
    assert_eq!(erased["vault"]["counts"], json!({ "erased": 2 }));
    let executed = erased["vault"]["items"][0]["proof"]["executed"].as_u64().unwrap();
    ledger.run(&["trail", "WT-2022-0000"]).exits(0).says(&format!("已删除（删除记录 #{executed}）"));
    assert_eq!(ledger.run(&["erase", "list", "--json"]).exits(0).json()["total"], 2);
}

#[test]
fn a_record_that_is_withheld_is_in_no_file_also_beside_a_server() {
    let ledger = Ledger::june();
    let draft = json!({
        "command": "topic.propose", "stream": "topic/YT-误", "actor": "党建专干岗", "occurredOn": "2022-07-01",
        "data": { "title": TEXT, "category": "停车难", "proposer": "居民代表" },
    });
    let position = ledger.record(&draft).exits(0).json()["position"].as_u64().unwrap();
    ledger.run(&["list", "topics", "--contains", "误录"]).exits(0).says("己某某");
    ledger.run(&["rebuild"]).exits(0);
    assert!(!holding(&ledger.data(), TEXT).is_empty());
    let server = Server::start(&ledger.data());
    let at = position.to_string();
    let ask =
        ["erase", "ask", "--position", &at, "--reason", "误录个人信息", "--basis", "法律", "--id", "SC-1"];
    ledger.run(&[&ask[..], &["--actor", "党建专干岗"]].concat()).exits(0);
    ledger.run(&["erase", "decide", "SC-1", "--approve", "--actor", "组织部审批岗"]).exits(0);
    ledger.run(&["erase", "execute", "SC-1", "--actor", "管理岗"]).exits(0);
    let answered = |ledger: &Ledger| {
        ledger.run(&["events", "--from", &at, "--limit", "1"]).exits(0).says("\"withheld\":true");
        ledger.run(&["list", "topics", "--contains", "误录"]).exits(0).never_says("己某某");
        ledger.run(&["verify"]).exits(0).says("核对无误").says("已删除 1");
        ledger.run(&["rebuild"]).exits(0);
        ledger.run(&["report", "--quarter", "2022-Q2"]).exits(0);
        ledger.run(&["trail", "topic/YT-误"]).exits(0).says("erasure/SC-1").never_says("己某某");
    };
    answered(&ledger);
    assert_eq!(holding(&ledger.data(), TEXT), Vec::<PathBuf>::new());
    drop(server);
    answered(&ledger);
    assert_eq!(holding(&ledger.data(), TEXT), Vec::<PathBuf>::new());
    // A copy of the folder is a backup: it is not in there either, and without the keys it verifies too.
    let _ = std::fs::remove_file(ledger.data().join("socket"));
    let copy = ledger.copy();
    assert_eq!(holding(&copy.data(), TEXT), Vec::<PathBuf>::new());
    std::fs::remove_dir_all(copy.data().join("keys")).unwrap();
    copy.run(&["verify"]).exits(0).says("核对无误");
    // The stream goes on.
    let again = json!({
        "command": "topic.propose", "stream": "topic/YT-误", "actor": "党建专干岗", "occurredOn": "2022-07-01",
        "data": { "title": "停车难", "category": "停车难", "proposer": "居民代表" },
    });
    assert_eq!(ledger.record(&again).exits(0).json()["revision"], 1);
    ledger.run(&["verify"]).exits(0);
}

#[test]
fn the_directory_is_looked_into_with_a_reason_that_is_recorded() {
    let ledger = Ledger::registry();
    let set = [
        "holder",
        "set",
        "--post",
        "书记岗",
        "--from",
        "2022-01-01",
        "--actor",
        "党建专干岗",
        "--id",
        "RZ-1",
    ];
    ledger.run_with(&set, NAME.as_bytes()).exits(0);
    assert!(holding(&ledger.data(), NAME).is_empty());
    ledger.run(&["list", "holders"]).exits(0).says("书记岗").never_says(NAME);
    let look = ["holder", "list", "--actor", "档案管理岗", "--reason", "核对任职"];
    ledger.run(&look).exits(0).says(NAME);
    ledger.run(&[&look[..], &["--on", "2021-12-31"]].concat()).exits(0).never_says(NAME);
    ledger.run(&["holder", "list", "--actor", "档案管理岗", "--reason", " "]).exits(1).says("[field-empty]");
    assert_eq!(ledger.run(&["events", "--kind", "access.recorded"]).exits(0).lines().len(), 2);
    ledger.run(&["holder", "end", "RZ-1", "--until", "2022-06-30", "--actor", "党建专干岗"]).exits(0);
    let ask =
        ["erase", "ask", "--subject", "holder/RZ-1", "--reason", "到期", "--basis", "法律", "--id", "SC-1"];
    ledger.run(&[&ask[..], &["--actor", "党建专干岗"]].concat()).exits(0);
    ledger.run(&["erase", "decide", "SC-1", "--approve", "--actor", "组织部审批岗"]).exits(0);
    ledger.run(&["erase", "execute", "SC-1", "--actor", "管理岗"]).exits(0);
    ledger.run(&look).exits(0).never_says(NAME).says("已删除");
    ledger.run(&["verify"]).exits(0);
}

#[test]
fn a_vault_that_was_tampered_with_fails_verification() {
    let ledger = Ledger::registry();
    let file = ledger.file("扫描.txt", SCAN.as_bytes());
    // Any stream of a matter: the registry has none, so one is made.
    let topic = json!({
        "command": "topic.propose", "stream": "topic/YT-1", "actor": "党建专干岗", "occurredOn": "2022-07-01",
        "data": { "title": "停车难", "category": "停车难", "proposer": "居民代表" },
    });
    ledger.record(&topic).exits(0);
    let add =
        ["document", "add", "--matter", "YT-1", "--kind", "附件", "--file", &file, "--actor", "党建专干岗"];
    let kept = ledger.run(&[&add[..], &["--id", "ZL-1", "--json"]].concat()).exits(0).json();
    assert_eq!((&kept["id"], &kept["replayed"]), (&json!("ZL-1"), &json!(false)));
    ledger.run(&["verify"]).exits(0);
    let object = ledger.run(&["document", "list", "--json"]).exits(0).json()["items"][0]["object"].clone();
    let name = object.as_str().unwrap();
    let path = ledger.data().join("vault/objects").join(&name[..2]).join(name);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    ledger.run(&["verify"]).exits(1).says("不符").says("document/ZL-1");
    let show = ["document", "show", "ZL-1", "-o", "-", "--actor", "岗", "--reason", "核对"];
    ledger.run(&show).exits(3).says("[vault-damaged]");
    std::fs::remove_file(&path).unwrap();
    ledger.run(&["verify"]).exits(1).says("缺失");
    let key = ledger.data().join("keys/vault.keys");
    std::fs::write(&key, "no key file").unwrap();
    ledger.run(&["verify"]).exits(1).says("保险库打不开");
    ledger.run(&show).exits(3).says("[vault-closed]");
    ledger.run(&["list", "topics"]).exits(0).says("停车难");
}
