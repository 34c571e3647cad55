//! `serve`: the HTTP contract over a real port, verbs beside a running server, and how it ends.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use gongjian_tests::cli::{Ledger, text};
use gongjian_tests::data;
use gongjian_tests::http::{Reply, Server};
use serde_json::{Value, json};

use super::{rename, street};

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..'\u{a000}').contains(&c)
}

#[test]
fn commands_are_answered_by_the_book() {
    let ledger = Ledger::registry();
    let server = Server::start(&ledger.data());
    let first = server.record(&street(1, "S09", "新城街道"));
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!(first.header("x-content-type-options"), Some("nosniff"));
    let again = server.record(&street(1, "S09", "新城街道"));
    assert_eq!((again.status, &again.json()["replayed"]), (200, &true.into()));
    assert_eq!(again.json()["digest"], first.json()["digest"]);

    assert_eq!(server.record(&rename(2, "S09", 0, "新城北街道")).status, 201);
    let conflict = server.record(&rename(3, "S09", 0, "新城南街道"));
    assert_eq!((conflict.status, &conflict.json()["code"]), (409, &"wrong-revision".into()));
    assert_eq!(conflict.json()["current"]["revision"], 1);
    let last = conflict.json()["current"]["lastEvents"].as_array().unwrap().last().cloned().unwrap();
    assert_eq!(last["kind"], "street.renamed");
    let reused = server.record(&street(1, "S10", "别的街道"));
    assert_eq!((reused.status, &reused.json()["code"]), (409, &"command-reused".into()));

    let taken = street(4, "S09", "又一街道").to_string();
    let post = |language: &str| {
        let headers = [("accept-language", language), ("content-type", "application/json")];
        server.try_ask("POST", "/api/v1/commands", &headers, taken.as_bytes()).unwrap()
    };
    let (chinese, english) = (post("zh-CN,zh;q=0.9"), post("en-GB,en;q=0.8"));
    assert_eq!((chinese.status, english.status), (422, 422));
    assert_eq!(chinese.header("content-type"), Some("application/problem+json"));
    assert_eq!(chinese.json()["code"], english.json()["code"]);
    assert!(chinese.json()["detail"].as_str().unwrap().contains("已经登记过"), "{chinese:?}");
    assert!(!english.json()["detail"].as_str().unwrap().contains(is_chinese), "{english:?}");

    let malformed = server.try_ask("POST", "/api/v1/commands", &[], b"{").unwrap();
    assert_eq!((malformed.status, &malformed.json()["code"]), (400, &"malformed".into()));
    let mut strange = street(5, "S11", "某街道");
    strange["colour"] = 1.into();
    let strange = server.record(&strange);
    assert_eq!((strange.status, &strange.json()["errors"][0]["pointer"]), (400, &"[0].colour".into()));
    let large = vec![b' '; (64 << 20) + 1];
    let large = server.try_ask("POST", "/api/v1/commands", &[], &large).unwrap();
    assert_eq!((large.status, &large.json()["code"]), (413, &"body-too-large".into()));
    assert_eq!(server.get("/api/v1/nothing").status, 404);
    assert_eq!(server.get("/api/v1/streets?colour=1").status, 400);
    assert_eq!(server.try_ask("DELETE", "/api/v1/commands", &[], b"").unwrap().status, 405);
    for page in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/api/v1/streets/S09"] {
        assert_eq!(server.get(page).status, 200, "{page}");
    }
    assert!(server.terminate().success());
}

#[test]
fn pages_follow_each_other_to_the_end() {
    let ledger = Ledger::county();
    let server = Server::start(&ledger.data());
    let (mut ids, mut target) = (Vec::new(), "/api/v1/issues?limit=100&sort=dueOn".to_owned());
    let total = loop {
        let page = server.get(&target);
        assert_eq!(page.status, 200, "{target}");
        let json = page.json();
        let items = json["items"].as_array().unwrap();
        ids.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = json["next"].as_str() else { break json["total"].clone() };
        target = format!("/api/v1/issues?limit=100&sort=dueOn&cursor={next}");
    };
    assert_eq!(total, ids.len());
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let foreign = server.get(&target.replace("sort=dueOn", "sort=raisedOn"));
    assert_eq!((foreign.status, &foreign.json()["code"]), (400, &"invalid-cursor".into()));
}

#[test]
fn a_live_stream_goes_on_after_the_last_id() {
    let ledger = Ledger::registry();
    let (last, _) = ledger.head();
    let server = Server::start(&ledger.data());
    let mut live = server.live(last - 2);
    assert_eq!(live.event().0, last - 1);
    let (id, shown) = live.event();
    assert_eq!((id, &shown["position"]), (last, &last.into()));
    let first = server.record(&street(1, "S08", "甲街道")).json();
    let (id, shown) = live.event();
    assert_eq!((&id.into(), &shown["digest"]), (&first["position"], &first["digest"]));
    // The reader goes away, something happens, the reader comes back.
    drop(live);
    let second = server.record(&street(2, "S09", "乙街道")).json();
    let third = server.record(&street(3, "S10", "丙街道")).json();
    let mut live = server.live(id);
    for missed in [second, third] {
        let (id, shown) = live.event();
        assert_eq!((&id.into(), &shown["digest"]), (&missed["position"], &missed["digest"]));
    }
    let wrong = server.try_ask("GET", "/api/v1/events/live", &[("last-event-id", "x")], b"").unwrap();
    assert_eq!(wrong.status, 400);
    // An open stream does not hold up the end.
    assert!(server.terminate().success());
    assert!(live.ends());
}

/// Sends all at once, each from a thread of its own.
fn at_once(server: &Server, commands: &[Value]) -> Vec<Reply> {
    let barrier = std::sync::Barrier::new(commands.len());
    std::thread::scope(|scope| {
        let send = |command| {
            barrier.wait();
            server.record(command)
        };
        let threads: Vec<_> = commands.iter().map(|command| scope.spawn(move || send(command))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn of_two_writers_with_the_same_knowledge_one_wins() {
    let ledger = Ledger::registry();
    let server = Server::start(&ledger.data());
    for round in 0..10 {
        let pair = [
            rename(100 + round, "S01", round.into(), &format!("甲{round}街道")),
            rename(200 + round, "S01", round.into(), &format!("乙{round}街道")),
        ];
        let replies = at_once(&server, &pair);
        let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{replies:?}");
        let lost = replies.iter().find(|reply| reply.status == 409).unwrap().json();
        let won = replies.iter().find(|reply| reply.status == 201).unwrap().json();
        assert_eq!(lost["current"]["revision"], won["revision"]);
    }
}

#[test]
fn a_command_that_comes_sixteen_times_at_once_acts_once() {
    let ledger = Ledger::registry();
    let (last, _) = ledger.head();
    let server = Server::start(&ledger.data());
    let replies = at_once(&server, &vec![street(7, "S09", "新城街道"); 16]);
    assert!(replies.iter().all(|reply| [200, 201].contains(&reply.status)), "{replies:?}");
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    assert!(replies.iter().all(|reply| reply.json()["position"] == last + 1));
    assert!(server.terminate().success());
    assert_eq!(ledger.head().0, last + 1);
}

#[test]
fn verbs_work_beside_a_running_server() {
    let ledger = Ledger::june();
    let report = ["report", "--quarter", "2022-Q2", "--format", "csv"];
    let alone = ledger.run(&report).exits(0).out;
    let trail = ledger.run(&["trail", "老水利局家属楼"]).exits(0).out;
    let server = Server::start(&ledger.data());
    assert_eq!(ledger.run(&report).exits(0).out, alone);
    assert_eq!(ledger.run(&["trail", "老水利局家属楼"]).exits(0).out, trail);
    let recorded = ledger.record(&street(1, "S09", "新城街道")).exits(0).json();
    let position = recorded["position"].as_u64().unwrap();
    assert_eq!(server.get(&format!("/api/v1/events/{position}")).json()["digest"], recorded["digest"]);
    ledger.run(&["list", "streets"]).exits(0).says("新城街道");
    ledger.record(&street(2, "S09", "新城街道")).exits(1);
    ledger.run_with(&["record"], b"{").exits(2);
    let refused = ledger.run(&["import", &text(&data("broken/日期不存在.xlsx"))]).exits(1);
    refused.says("“协议”H8（").says("什么都没有记入");
    assert_eq!(ledger.head().0, position);
    let drift = text(&data("drift/新增条款.xlsx"));
    ledger.run(&["import", "--dry-run", &drift]).exits(0).says("试导入：将记入 2 个事件");
    ledger.run(&["import", &drift]).exits(0).says("已导入 2 个事件");
    ledger.run(&["import", &drift]).exits(0).says("没有新内容");
    assert_eq!(ledger.run(&["events"]).lines().len() as u64, ledger.head().0 + 1);
    assert_eq!(ledger.run(&["verify", "--json"]).exits(0).json()["sound"], true);
    assert_eq!(ledger.run(&["rebuild", "--json"]).exits(0).json()["equal"], true);
    let english = ledger.run(&["--lang", "en", "trail", "XY-1999-0001"]).exits(1);
    assert!(!english.err.contains(is_chinese), "{}", english.err);
    // What needs the folder for itself says so.
    ledger.run(&["init"]).exits(1).says("已有账本");
    ledger.run(&["serve", "--listen", "127.0.0.1:0"]).exits(3).says("另一个进程");
    ledger.run(&["demo", "--no-serve"]).never_says("另一个进程使用");
    assert!(server.terminate().success());
    ledger.run(&["list", "streets"]).exits(0).says("新城街道");
}

#[test]
fn only_this_machine_may_be_listened_to() {
    let ledger = Ledger::registry();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        ledger.run(&["serve", "--listen", address]).exits(2).says("不能监听").says("127.0.0.1");
        ledger.run(&["demo", "--listen", address]).exits(2).says("不能监听");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    ledger.run(&["serve", "--listen", &address]).exits(3).says(&address);
}

/// Writes from three threads until told to stop or the server is gone; what was acknowledged.
fn load(server: &Server, seed: u32, stop: &AtomicBool, enough: impl Fn(usize) + Sync) -> Vec<Value> {
    let acknowledged = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for thread in 0..3_u32 {
            let (acknowledged, enough) = (&acknowledged, &enough);
            scope.spawn(move || {
                for number in 0.. {
                    let id = seed + thread * 100_000 + number;
                    let list: Vec<Value> = (0..2)
                        .map(|part| street(id, &format!("T{id}-{part}"), &format!("街道{id}之{part}")))
                        .collect();
                    let body = json!(list).to_string();
                    match server.try_ask("POST", "/api/v1/commands", &[], body.as_bytes()) {
                        Ok(reply) if reply.status == 201 => {
                            let mut acknowledged = acknowledged.lock().unwrap();
                            acknowledged.extend(reply.json().as_array().unwrap().iter().cloned());
                            enough(acknowledged.len());
                        }
                        // The server is going.
                        Ok(reply) => return assert_eq!(reply.status, 503, "{reply:?}"),
                        Err(_) => return,
                    }
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        }
    });
    acknowledged.into_inner().unwrap()
}

/// Everything acknowledged is there with its digest, and nothing is half there.
fn assert_there(ledger: &Ledger, acknowledged: &[Value]) {
    let events = ledger.run(&["events", "--kind", "street.registered"]).exits(0).lines();
    for receipt in acknowledged {
        let found = events.iter().find(|event| event["position"] == receipt["position"]);
        assert_eq!(found.unwrap()["digest"], receipt["digest"]);
    }
    let ours = events.iter().filter(|event| event["stream"].as_str().unwrap().starts_with("street/T"));
    let mut parts = std::collections::BTreeMap::new();
    ours.for_each(|event| *parts.entry(event["commandId"].to_string()).or_insert(0) += 1);
    assert!(parts.len() * 2 >= acknowledged.len() && parts.values().all(|count| *count == 2));
    ledger.run(&["verify"]).exits(0).says("核对无误");
}

#[test]
fn a_server_that_is_told_to_stop_keeps_what_it_acknowledged() {
    let ledger = Ledger::registry();
    let server = Server::start(&ledger.data());
    let (id, stop) = (server.id().to_string(), AtomicBool::new(false));
    let once = AtomicBool::new(false);
    let acknowledged = load(&server, 1_000_000, &stop, |count| {
        if count > 60 && !once.swap(true, Ordering::Relaxed) {
            std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
        }
    });
    assert!(acknowledged.len() > 60);
    drop(server);
    assert!(!ledger.data().join("socket").exists() || ledger.head().0 > 0);
    assert_there(&ledger, &acknowledged);
}

#[test]
fn a_server_that_is_killed_loses_nothing_it_acknowledged() {
    let ledger = Ledger::registry();
    let mut all = Vec::new();
    for round in 1..4 {
        let server = Server::start(&ledger.data());
        let (id, stop) = (server.id().to_string(), AtomicBool::new(false));
        let once = AtomicBool::new(false);
        all.extend(load(&server, round * 1_000_000, &stop, |count| {
            if count > 40 && !once.swap(true, Ordering::Relaxed) {
                std::process::Command::new("kill").args(["-KILL", &id]).status().unwrap();
            }
        }));
        drop(server);
    }
    assert!(all.len() > 120);
    assert_there(&ledger, &all);
    // A socket that was left behind stands in nobody's way.
    let server = Server::start(&ledger.data());
    ledger.run(&["list", "streets", "--limit", "1"]).exits(0);
    assert!(server.terminate().success());
    assert!(!ledger.data().join("socket").exists());
}
