//! Papers as another program reads them: layout, words, and that every fact on them is the ledger's.

use std::process::Command;

use gongjian_api::document::docx;
use gongjian_api::papers::KINDS;
use gongjian_tests::cli::Ledger;
use gongjian_tests::{interpreter, python};
use serde_json::{Value, json};

use crate::expect_file;

/// What each kind of paper is about in the golden case.
const GOLDEN: [(&str, &str); 8] = [
    ("notice", "HY-2022-0046"),
    ("agenda", "HY-2022-0046"),
    ("attendance", "HY-2022-0046"),
    ("minutes", "HY-2022-0046"),
    ("decision-slip", "HY-2022-0046-J1-1"),
    ("wednesday-sheet", "LH-C01-20220608"),
    ("agreement", "XY-2022-0001"),
    ("trail", "WT-2022-0000"),
];

/// Writes a paper and returns its file.
#[track_caller]
fn paper(ledger: &Ledger, kind: &str, id: &str, more: &[&str]) -> String {
    let file = ledger.folder.path().join(format!("{kind}.docx")).to_string_lossy().into_owned();
    let args = [&["paper", kind, id, "-o", &file], more].concat();
    ledger.run(&args).exits(0);
    file
}

/// What another program finds in files.
#[track_caller]
fn read(files: &[String]) -> Vec<Value> {
    let output = Command::new(interpreter()).arg(python("papers.py")).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Style and words of every paragraph outside tables, then the rows of every table.
fn words(paper: &Value) -> String {
    let mut out = String::new();
    for line in paper["paragraphs"].as_array().unwrap() {
        out += &format!("[{}] {}\n", line[0].as_str().unwrap(), line[1].as_str().unwrap());
    }
    for table in paper["tables"].as_array().unwrap() {
        out += "---\n";
        for row in table.as_array().unwrap() {
            let cells: Vec<&str> =
                row.as_array().unwrap().iter().map(|cell| cell.as_str().unwrap()).collect();
            out += &(cells.join(" | ") + "\n");
        }
    }
    out
}

#[test]
fn every_paper_of_the_golden_case_is_laid_out_as_the_standard_asks() {
    let ledger = Ledger::county();
    assert_eq!(GOLDEN.map(|(kind, _)| kind).to_vec(), KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>());
    let files: Vec<String> = GOLDEN.iter().map(|(kind, id)| paper(&ledger, kind, id, &[])).collect();
    let (position, digest) = ledger.head();
    for ((kind, id), (file, found)) in GOLDEN.iter().zip(files.iter().zip(read(&files))) {
        assert_eq!(found["wrong"], json!([]), "{kind}");
        assert_eq!(found["times"], json!([[1980, 1, 1, 0, 0, 0]]), "{kind}");
        for section in found["sections"].as_array().unwrap() {
            let near = |found: &Value, wanted: [f64; 4]| {
                found
                    .as_array()
                    .unwrap()
                    .iter()
                    .zip(wanted)
                    .all(|(it, wanted)| (it.as_f64().unwrap() - wanted).abs() < 0.1)
            };
            let upright = section["page"][0].as_f64().unwrap() < section["page"][1].as_f64().unwrap();
            let margins = if upright { [37.0, 35.0, 28.0, 26.0] } else { [28.0, 26.0, 35.0, 37.0] };
            assert!(near(&section["margins"], margins), "{kind} {section}");
        }
        let repeats: Vec<u64> =
            found["repeats"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
        let expected: &[u64] = match *kind {
            "decision-slip" => &[0],
            "trail" => &[0, 1],
            "agreement" => &[1, 1],
            "minutes" | "notice" => &[],
            _ => &[1],
        };
        assert_eq!(repeats, expected, "{kind}: forms have no header, the others repeat theirs");
        for grid in found["grids"].as_array().unwrap() {
            let width: u64 = grid.as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).sum();
            assert!(width == 8_845 || width == 12_756, "{kind} {width}");
        }
        assert_eq!(found["footers"][0], json!(["—  PAGE 1 —", "—  PAGE 1 —"]), "{kind}");
        // What it is made of is in its properties, and reads back.
        assert_eq!(found["custom"]["gongjian-subject"], format!("{kind}/{id}"));
        assert_eq!(found["custom"]["gongjian-position"], position.to_string());
        assert_eq!(found["core"]["author"], "共建账本");
        assert_eq!(found["core"]["created"], found["core"]["modified"]);
        let bytes = std::fs::read(file).unwrap();
        let identity = docx::identity(&bytes).unwrap();
        assert_eq!((identity.position, identity.digest.as_str()), (Some(position), digest.as_str()));
        assert_eq!(identity.size, position + 1);
        let order: Vec<String> = identity.lines().iter().map(|(key, _)| format!("gongjian-{key}")).collect();
        assert_eq!(found["order"], json!(order));
        // The checkpoint over as many events has the same root.
        if *kind == "minutes" {
            let checkpoint = ledger.run(&["checkpoint", "--json"]).exits(0).json();
            assert_eq!(
                (&checkpoint["size"], &checkpoint["root"]),
                (&json!(identity.size), &json!(identity.root))
            );
        }
        // The same question again gives the same bytes.
        assert_eq!(std::fs::read(paper(&ledger, kind, id, &[])).unwrap(), bytes, "{kind}");
        let all = words(&found);
        for personal in ["王某", "李某", "1380000", "身份证", "某"] {
            assert!(!all.contains(personal), "{kind} {personal}");
        }
    }
}

#[test]
fn the_minutes_of_the_golden_case_say_what_the_ledger_says() {
    let ledger = Ledger::county();
    let found = read(&[paper(&ledger, "minutes", "HY-2022-0046", &[])]).remove(0);
    expect_file("minutes-golden.txt", &words(&found));
    // Before they were confirmed they were a draft, and nothing later stands on them.
    let draft = read(&[paper(&ledger, "minutes", "HY-2022-0046", &["--on", "2022-06-06"])]).remove(0);
    let draft = words(&draft);
    assert!(draft.contains("（送审稿）") && !draft.contains("6月7日"), "{draft}");
    assert!(!words(&found).contains("送审稿"));
}

#[test]
fn cells_equal_the_ledger() {
    let ledger = Ledger::county();
    let clauses =
        ledger.run(&["list", "commitments", "--contains", "XY-2022-0001", "--json"]).exits(0).json();
    let clauses: Vec<&Value> = clauses["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["agreement"] == "XY-2022-0001")
        .collect();
    let page = read(&[paper(&ledger, "agreement", "XY-2022-0001", &[])]).remove(0);
    let rows = page["tables"][0].as_array().unwrap();
    assert!(!clauses.is_empty());
    assert_eq!(rows.len(), clauses.len() + 1);
    for (row, clause) in rows.iter().skip(1).zip(&clauses) {
        let due = clause["dueOn"].as_str().unwrap_or_default();
        assert_eq!(
            *row,
            json!([
                clause["number"].to_string(),
                clause["text"],
                clause["joint"],
                clause["responsibleName"],
                due
            ])
        );
    }
    let decision =
        ledger.run(&["list", "decisions", "--contains", "HY-2022-0046-J1-1", "--json"]).exits(0).json();
    let slip = read(&[paper(&ledger, "decision-slip", "HY-2022-0046-J1-1", &[])]).remove(0);
    let slip = words(&slip);
    for field in ["text", "responsibleName", "verifierName"] {
        let value = decision["items"][0][field].as_str().unwrap();
        assert!(slip.contains(value), "{field} {value}\n{slip}");
    }
    let trail = ledger.run(&["trail", "WT-2022-0000", "--json"]).exits(0).json();
    let steps = trail["matters"][0]["steps"].as_array().unwrap();
    let paper = read(&[paper(&ledger, "trail", "WT-2022-0000", &[])]).remove(0);
    let rows = paper["tables"][1].as_array().unwrap();
    assert_eq!(rows.len(), steps.len() + 1);
    for (row, step) in rows.iter().skip(1).zip(steps) {
        assert_eq!(row[1], step["occurredOn"]);
        assert_eq!(row[6], step["position"].to_string());
        assert!(step["digest"].as_str().unwrap().starts_with(row[7].as_str().unwrap()));
    }
}

/// A command with an id of its own.
fn command(id: u32, name: &str, stream: &str, on: &str, data: &Value) -> Value {
    json!({
        "commandId": format!("00000000-0000-4000-8000-{id:012x}"),
        "command": name, "stream": stream, "occurredOn": on, "actor": "党建专干岗", "data": data,
    })
}

/// A meeting that was held step by step, with a topic whose title is hostile, up to the draft of its minutes.
fn drafted(ledger: &Ledger) -> &'static str {
    const HOSTILE: &str = "</w:t>&\"'<w:p/>]]>\u{7}\u{ffff}议题";
    let (meeting, topic) = ("meeting/HY-9", "topic/HY-9-Y1");
    let on = "2022-09-06";
    let schedule = json!({"meetingType": "六号联席会议", "community": "东门社区", "date": on, "series": null,
        "place": "东门社区党群服务中心", "chairPost": "社区党委书记岗", "recorderPost": "党建专干岗", "expectedUnits": 2});
    let propose = json!({"meeting": "HY-9", "number": 1, "title": HOSTILE, "category": "污水排放",
        "proposer": "居民代表", "source": null});
    let attend =
        json!({"expectedUnits": 2, "units": ["东门社区党委", "东门物业服务有限公司"], "residents": 3});
    let decide = json!({"meeting": "HY-9", "topic": "HY-9-Y1", "text": HOSTILE,
        "responsible": "东门物业服务有限公司", "supporting": [], "dueOn": "2022-10-01", "noteOnly": false});
    let steps = [
        ("meeting.schedule", meeting, schedule),
        ("meeting.call-topics", meeting, json!({"until": null})),
        ("topic.propose", topic, propose),
        ("topic.accept", topic, json!({})),
        ("meeting.freeze-agenda", meeting, json!({"routine": false})),
        ("meeting.notice", meeting, json!({"urgentReason": null})),
        ("meeting.open", meeting, json!({})),
        ("meeting.attend", meeting, attend),
        ("topic.place", topic, json!({"meeting": "HY-9", "number": 1})),
        ("topic.discuss", topic, json!({})),
        ("decision.record", "decision/HY-9-J1", decide),
        ("topic.conclude", topic, json!({"outcome": "已议定", "referredTo": null})),
        ("meeting.hold", meeting, json!({})),
        ("meeting.draft-minutes", meeting, json!({"number": "JY-9"})),
    ];
    for (id, (name, stream, data)) in (1..).zip(&steps) {
        ledger.record(&command(id, name, stream, on, data)).exits(0);
    }
    HOSTILE
}

#[test]
fn the_secretary_words_a_draft_and_changes_no_fact() {
    let ledger = Ledger::county();
    drafted(&ledger);
    let word = |id, passage: &str, text: &str| {
        let data = json!({"passage": passage, "text": text});
        ledger.record(&command(id, "meeting.word-minutes", "meeting/HY-9", "2022-09-07", &data))
    };
    let minutes = || words(&read(&[paper(&ledger, "minutes", "HY-9", &["--on", "2022-09-30"])])[0]);
    let before = minutes();
    assert!(before.contains("（送审稿）") && before.contains("议定事项 1 项"), "{before}");
    word(50, "opening", "各单位共商治污。\n会议由社区召集。").exits(0);
    word(51, "HY-9-Y1", "与会单位逐一发言。").exits(0);
    word(52, "closing", "会议到此结束。").exits(0);
    let after = minutes();
    for said in ["各单位共商治污。", "会议由社区召集。", "与会单位逐一发言。", "会议到此结束。"]
    {
        assert!(after.contains(said), "{said}\n{after}");
    }
    // Every fact of the draft still stands there, but for the counts of its own first sentence.
    for line in before.lines().filter(|line| !line.contains("现纪要如下") && !line.contains("账本位置"))
    {
        assert!(after.contains(line), "{line}\n{after}");
    }
    // Empty words give the ledger's own again; what is no passage, or personal, is refused.
    word(53, "opening", "").exits(0);
    assert!(minutes().contains("现纪要如下"));
    word(54, "HY-2022-0046-Y1", "别的会议的议题").exits(1).says("reference-unknown");
    word(55, "closing", "联系电话13800001000").exits(1).says("text-mobile-number");
    let confirm = json!({"posts": ["社区党委书记岗", "党建专干岗"]});
    ledger.record(&command(60, "meeting.confirm-minutes", "meeting/HY-9", "2022-09-08", &confirm)).exits(0);
    word(61, "closing", "改一改").exits(1).says("state-wrong");
    let correct =
        json!({"changes": [{"field": "wording", "now": "closing：会议圆满结束。"}], "reason": "文字有误"});
    ledger.record(&command(62, "meeting.correct", "meeting/HY-9", "2022-09-09", &correct)).exits(0);
    let confirmed = minutes();
    assert!(confirmed.contains("会议圆满结束。") && !confirmed.contains("与会单位逐一发言"), "{confirmed}");
    assert!(!confirmed.contains("送审稿") && confirmed.contains("2022年9月8日确认"), "{confirmed}");
}

#[test]
fn hostile_text_stays_text() {
    let ledger = Ledger::county();
    let hostile = drafted(&ledger);
    let shown = hostile.replace(['\u{7}', '\u{ffff}'], "\u{fffd}");
    let kinds = [
        ("minutes", "HY-9"),
        ("agenda", "HY-9"),
        ("notice", "HY-9"),
        ("decision-slip", "HY-9-J1"),
        ("trail", "HY-9-J1"),
    ];
    let files: Vec<String> = kinds.iter().map(|(kind, id)| paper(&ledger, kind, id, &[])).collect();
    for ((kind, _), found) in kinds.iter().zip(read(&files)) {
        assert_eq!(found["wrong"], json!([]), "{kind}");
        assert!(words(&found).contains(&shown), "{kind}");
    }
}

#[test]
fn what_is_not_there_is_no_paper() {
    let ledger = Ledger::county();
    let file = ledger.folder.path().join("x.docx");
    let name = file.to_string_lossy().into_owned();
    ledger.run(&["paper", "poem", "HY-2022-0046", "-o", &name]).exits(2).says("minutes");
    ledger.run(&["paper", "minutes", "HY-0000", "-o", &name]).exits(1).says("HY-0000");
    ledger.run(&["paper", "minutes", "HY-2022-0046", "--format", "doc", "-o", &name]).exits(2).says("docx");
    assert!(!file.exists());
    // A name of two places is a question about each; a community is a matter of its own.
    let found = read(&[paper(&ledger, "wednesday-sheet", "东门社区", &["--on", "2022-06-08"])]).remove(0);
    assert!(words(&found).contains("LH-C01-20220608"));
}
