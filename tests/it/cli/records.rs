//! `record`: one command, a list, again, and what is refused.

use gongjian_tests::cli::Ledger;
use serde_json::{Value, json};

use super::{rename, street};

#[test]
fn a_command_from_a_file_or_the_standard_input_acts_once() {
    let ledger = Ledger::registry();
    let (size, _) = ledger.head();
    let command = street(1, "S09", "新城街道").to_string();
    let file = ledger.file("命令.json", command.as_bytes());
    let first = ledger.run(&["record", &file]).exits(0);
    let first = first.says("已记入 位置").says("street/S09").says("街道登记");
    first.says(&format!("位置 {}", size + 1));
    // The same id again, in whatever way, gives the first answer.
    let again = ledger.run_with(&["record", "-"], command.as_bytes()).exits(0).says("早已记入");
    again.says(&format!("位置 {}", size + 1));
    let json = ledger.run_with(&["record", "--json"], command.as_bytes()).exits(0).json();
    assert_eq!((&json["replayed"], &json["position"]), (&true.into(), &(size + 1).into()));
    assert_eq!(ledger.head().0, size + 1);
    // The same id with other content is a conflict that shows what is there.
    let other = ledger.record(&street(1, "S10", "别的街道")).exits(1).json();
    assert_eq!(
        (&other["code"], &other["current"]["stream"]),
        (&"command-reused".into(), &"street/S09".into())
    );
    let told = ledger.run_with(&["record"], street(1, "S10", "别的街道").to_string().as_bytes()).exits(1);
    told.says("那条命令").says("street/S09").says("党建专干岗").never_says("{");
    assert_eq!(ledger.head().0, size + 1);
}

#[test]
fn a_list_is_recorded_whole_or_not_at_all() {
    let ledger = Ledger::registry();
    let (size, _) = ledger.head();
    let taken = json!([street(1, "S08", "甲街道"), street(1, "S09", "汶上街道")]);
    let refused = ledger.run_with(&["record"], taken.to_string().as_bytes()).exits(1);
    refused.says("汶上街道").says("第 2 条").says("[name-taken]");
    assert_eq!(ledger.head().0, size, "half of a list was recorded");
    let good = json!([street(1, "S08", "甲街道"), street(1, "S09", "乙街道")]);
    let done = ledger.record(&good).exits(0).json();
    let positions: Vec<u64> =
        done.as_array().unwrap().iter().map(|receipt| receipt["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, [size + 1, size + 2]);
    let again = ledger.record(&good).exits(0).json();
    assert!(again.as_array().unwrap().iter().all(|receipt| receipt["replayed"] == true));
    let dry = json!([rename(2, "S08", 0, "丙街道")]);
    let dry = ledger.run_with(&["record", "--dry-run"], dry.to_string().as_bytes()).exits(0);
    dry.says("可以记入").says("street/S08");
    assert_eq!(ledger.head().0, size + 2);
}

#[test]
fn a_rules_no_is_a_sentence_in_the_readers_language() {
    let ledger = Ledger::county();
    let head = ledger.head();
    let sign = json!({
        "command": "agreement.sign", "stream": "agreement/XY-2022-0001", "actor": "党建专干岗",
        "occurredOn": "2022-06-08", "data": { "units": ["P01"] },
    });
    let sign = sign.to_string();
    let chinese = ledger.run_with(&["record"], sign.as_bytes()).exits(1);
    assert!(chinese.out.is_empty(), "a refusal belongs to the standard error");
    chinese.says("（agreement/XY-2022-0001）”现在是").says("有效").says("[state-wrong]");
    let english = ledger.run_with(&["--lang", "en", "record"], sign.as_bytes()).exits(1);
    let is_chinese = |c: char| ('\u{4e00}'..'\u{a000}').contains(&c);
    // Names stay as they are, sentences do not.
    let english = english.says("in effect").err.replace("东门物业服务有限公司与东门社区党委共建协议", "");
    assert!(!english.contains(is_chinese), "{english}");
    let json = ledger.run_with(&["record", "--json"], sign.as_bytes()).exits(1);
    assert!(json.err.is_empty());
    let json = json.json();
    assert_eq!((&json["status"], &json["code"]), (&422.into(), &"state-wrong".into()));
    assert!(json["allowed"].as_array().is_some_and(|allowed| allowed.contains(&"agreement.amend".into())));
    let late = ledger.record(&rename(3, "S01", 7, "他街道")).exits(1).json();
    assert_eq!((&late["code"], &late["current"]["revision"]), (&"wrong-revision".into(), &0.into()));
    let late = rename(3, "S01", 7, "他街道").to_string();
    let told = ledger
        .run_with(&["record"], late.as_bytes())
        .exits(1)
        .says("street/S01 现在的修订是 0")
        .says("最后一个事件：位置 ");
    told.says("街道登记，发生于 2022-09-30，由台账导入于 20")
        .never_says("{")
        .never_says("digest")
        .says("[wrong-revision]");
    let told = ledger.run_with(&["--lang", "en", "record"], late.as_bytes()).exits(1);
    told.says("street/S01 is at revision 0").says("Its last event: position ").says("Street registered");
    let absent = rename(4, "S77", 0, "他街道").to_string();
    ledger.run_with(&["record"], absent.as_bytes()).exits(1).says("账本里没有 street/S77").never_says("{");
    assert_eq!(ledger.head(), head);
}

#[test]
fn a_refusal_calls_units_by_their_names() {
    let ledger = Ledger::county();
    let verify = |unit: &str| {
        json!({
            "command": "decision.verify", "stream": "decision/HY-2022-0004-J1-1", "actor": "党建专干岗",
            "occurredOn": "2022-10-12", "data": { "unit": unit },
        })
    };
    let own = verify("U135").to_string();
    let refused = ledger.run_with(&["record"], own.as_bytes()).exits(1);
    refused.says("共建单位40（U135）是责任单位").says("[same-unit]");
    let english = ledger.run_with(&["--lang", "en", "record"], own.as_bytes()).exits(1);
    english.says("共建单位40 (U135) did the work");
    let json = ledger.record(&verify("共建单位40")).exits(1).json();
    assert_eq!(json["arguments"], json!({ "unit": "U135", "unitName": "共建单位40" }));
    // A branch stands for a unit, and what has no name keeps its code.
    let claim = json!({
        "command": "street.register", "stream": "street/S09", "actor": "党建专干岗", "data": { "name": "汶上街道" },
    });
    ledger.run_with(&["record"], claim.to_string().as_bytes()).exits(1).says("汶上街道（S01）");
}

#[test]
fn what_looks_personal_is_recorded_with_a_warning() {
    let ledger = Ledger::registry();
    let named = street(5, "S08", "王某街道");
    let dry = ledger.run_with(&["record", "--dry-run"], named.to_string().as_bytes()).exits(0);
    dry.says("可以记入").says("提醒：").says("“王某”像是人名");
    let done = ledger.record(&named).exits(0).json();
    let warning = &done["warnings"][0];
    assert_eq!((&warning["field"], &warning["code"]), (&"name".into(), &"person".into()));
    assert!(warning["detail"].as_str().unwrap().starts_with("名称中的“王某”"), "{warning}");
    let told = ledger.run_with(&["--lang", "en", "record"], named.to_string().as_bytes()).exits(0);
    told.says("warning: name: “王某” looks like a person's name");
    // Of a list, the one that it concerns.
    let list = json!([street(6, "S09", "新城街道"), rename(6, "S08", 0, "鲁H12345街道")]);
    let done = ledger.record(&list).exits(0).json();
    assert_eq!((&done[0]["warnings"], &done[1]["warnings"][0]["code"]), (&Value::Null, &"plate".into()));
    // Escapes of JSON hide nothing.
    let escaped = named.to_string().replace("王某", "\\u738b\\u67d0");
    let told = ledger.run_with(&["record", "--json"], escaped.as_bytes()).exits(0).json();
    assert_eq!((&told["replayed"], &told["warnings"][0]["words"]), (&true.into(), &"王某".into()));
    let plain = ledger.run_with(&["record"], street(7, "S11", "居民街道17号楼").to_string().as_bytes());
    plain.exits(0).never_says("提醒");
}

#[test]
fn what_cannot_be_read_names_its_place_and_changes_nothing() {
    let ledger = Ledger::registry();
    let head = ledger.head();
    let without = |name: &str| {
        let mut command = street(4, "S09", "新城街道");
        command.as_object_mut().unwrap().remove(name);
        command
    };
    let with = |name: &str, value: Value| {
        let mut command = street(4, "S09", "新城街道");
        command[name] = value;
        command
    };
    for (command, place) in [
        (without("actor"), "[0].actor"),
        (without("stream"), "[0].stream"),
        (without("command"), "[0].command"),
        (with("occurredOn", json!("2022-02-30")), "[0].occurredOn"),
        (with("expectedRevision", json!("eins")), "[0].expectedRevision"),
        (with("commandId", json!("not a UUID")), "[0].commandId"),
        (with("data", json!({})), "[0].data"),
        (with("data", json!({ "name": "新", "colour": 1 })), "[0].data"),
        (with("colour", json!(1)), "[0].colour"),
        (with("command", json!("street.paint")), "[0].command"),
        (json!([street(4, "S08", "甲街道"), without("actor")]), "[1].actor"),
    ] {
        let found = ledger.record(&command).exits(2).json();
        assert_eq!(found["errors"][0]["pointer"], place, "{found}");
        let told = ledger.run_with(&["record"], command.to_string().as_bytes()).exits(2);
        let last = place.rsplit('.').next().unwrap();
        assert!(told.out.is_empty() && (told.err.contains(last) || last == "command"), "{}", told.err);
    }
    for broken in ["", "{", "{\"command\":}", "不是 JSON", "5", "[]", "[[]]", "null"] {
        let ran = ledger.run_with(&["record"], broken.as_bytes()).exits(2);
        assert!(!ran.err.trim().is_empty(), "{broken}");
    }
    ledger.run(&["record", "no-such-file.json"]).exits(2).says("no-such-file.json");
    ledger.run_with(&["record"], b"\xff\xfe").exits(2).says("不是 JSON");
    assert_eq!(ledger.head(), head);
    // The post may stand on the command line instead.
    let bare = without("actor").to_string();
    ledger.run_with(&["record", "--actor", "党建专干岗"], bare.as_bytes()).exits(0);
}
