//! A ledger, its witnesses and its monitors, as processes of their own.

use std::time::{Duration, Instant};

use gongjian_tests::cli::{Ledger, text};
use gongjian_tests::http::Server;
use serde_json::Value;

use super::street;

/// A folder of a witness beside a ledger, which trusts it; returns the line of its policy, without the address.
fn witness_of(ledger: &Ledger, name: &str) -> String {
    let dir = text(&ledger.folder.path().join(name));
    let made = ledger.run(&["witness", "init", "--data", &dir, "--name", &format!("witness.example/{name}")]);
    let vkey = made.exits(0).text().trim().to_owned();
    let key = ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim().to_owned();
    ledger.run(&["witness", "trust", "--data", &dir, &key]).exits(0).says("已信任");
    ledger.run(&["witness", "trust", "--data", &dir, &key]).exits(1).says("早已信任");
    ledger.run(&["witness", "trust", "--data", &dir, &vkey]).exits(2).says("不是账本的");
    ledger.run(&["witness", "trust", "--data", &dir, "x"]).exits(2);
    ledger.run(&["witness", "init", "--data", &dir, "--name", "other"]).exits(1).says("已有见证密钥");
    format!("witness {name} {vkey}")
}

fn start(ledger: &Ledger, name: &str) -> Server {
    Server::witness(&ledger.folder.path().join(name))
}

/// Waits until something holds of what the server says about its witnesses.
#[track_caller]
fn wait(server: &Server, holds: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        let found = server.get("/api/v1/witnesses").json();
        if holds(&found) {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{found}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_ledger_is_witnessed_and_monitored() {
    let ledger = Ledger::registry();
    ledger.run(&["witness", "status"]).exits(0).says("没有见证方");
    let (one, two) = (witness_of(&ledger, "w1"), witness_of(&ledger, "w2"));
    let (first, second) = (start(&ledger, "w1"), start(&ledger, "w2"));
    let key = ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim().to_owned();
    let policy = format!(
        "log {key}\n{one} http://{}\n{two} http://{}\ngroup both all w1 w2\nquorum both\n",
        first.address, second.address
    );
    std::fs::write(ledger.data().join("witnesses"), &policy).unwrap();
    let policy = ledger.file("policy", policy.as_bytes());
    let server = Server::start(&ledger.data());
    let url = format!("http://{}", server.address);
    let found = wait(&server, |found| found["unwitnessed"] == 0);
    assert_eq!(found["witnesses"].as_array().unwrap().len(), 2);
    ledger.run(&["witness", "status"]).exits(0).says("0 个尚未见证").says("w2  已联署至");

    // The monitor sees both cosignatures; the second time it reads only what is new.
    let state = text(&ledger.folder.path().join("state"));
    let token = server.inspector();
    let watch =
        ["verify", "--url", &url, "--policy", &policy, "--state", &state, "--token", &token, "--json"];
    let report = ledger.run(&watch).exits(0).json();
    assert_eq!((report["cosigned"].as_array().unwrap().len(), &report["known"]), (2, &0.into()));
    let size = report["size"].clone();
    assert_eq!(server.record(&street(1, "S09", "新城街道")).status, 201);
    wait(&server, |found| found["size"] != size && found["unwitnessed"] == 0);
    let report = ledger.run(&watch).exits(0).json();
    assert_eq!((&report["known"], &report["sound"]), (&size, &true.into()));
    let size = report["size"].clone();
    let metrics = server.get("/metrics").body;
    assert!(metrics.contains("\ngongjian_unwitnessed_events 0\n"), "{metrics}");

    // One witness goes: recording goes on, the tail grows, and published is what both have cosigned.
    drop(second);
    assert_eq!(server.record(&street(2, "S10", "旧城街道")).status, 201);
    // An answer to a question from before the event says nothing: the first witness must have seen it.
    let found = wait(&server, |found| {
        let witnesses = &found["witnesses"];
        !witnesses[1]["error"].is_null() && witnesses[0]["size"] == found["size"] && found["size"] != size
    });
    assert_ne!(found["unwitnessed"], 0);
    let report = ledger.run(&watch).exits(0).json();
    let notices = report["notices"].as_array().unwrap();
    assert!(notices.iter().any(|notice| notice["code"] == "lag" && notice["witness"] == "w1"), "{report}");
    assert!(notices.iter().any(|notice| notice["code"] == "silent-witness"), "{report}");
    // What one has cosigned does not suffice where both are demanded.
    let fresh = text(&ledger.folder.path().join("fresh"));
    ledger.run(&["export", "tiles", "-o", &fresh]).exits(0);
    ledger.run(&["verify", &fresh, "--policy", &policy]).exits(1).says("见证不足");
    let by_key = ["verify", "--url", &url, "--key", &key, "--state", &state, "--token", &token];
    ledger.run(&by_key).exits(0).says("没有见证方");
    // Nobody answers: that is no evidence of anything.
    let nowhere = ["verify", "--url", "http://127.0.0.1:1", "--key", &key, "--state", &state];
    ledger.run(&nowhere).exits(3);
    ledger.run(&["verify", "--url", &url]).exits(2).says("--key");

    // What was published can be taken away and verified without the ledger.
    let tiles = text(&ledger.folder.path().join("published"));
    ledger.run(&["export", "tiles", "-o", &tiles]).exits(0);
    ledger.run(&["verify", &tiles, "--key", &key]).exits(0).says("核对无误");
    ledger.run(&["verify", &tiles, "--key", &key, "--lang", "en"]).exits(0).says("Sound");
    let file = ledger.folder.path().join("published/tile/entries/000");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    ledger.run(&["verify", &tiles, "--key", &key]).exits(1).says("被改动：位置 0，tile/entries/000");
    let found = ledger.run(&["verify", &tiles, "--key", &key, "--json"]).exits(1).json();
    assert_eq!((&found["kind"], &found["position"]), (&"altered".into(), &0.into()));
}

#[test]
fn a_monitor_runs_until_something_is_wrong() {
    let ledger = Ledger::registry();
    let key = ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim().to_owned();
    let tiles = ledger.folder.path().join("published");
    let (dir, state) = (text(&tiles), text(&ledger.folder.path().join("state")));
    ledger.run(&["export", "tiles", "-o", &dir]).exits(0);
    let mut child = gongjian_tests::cli::command()
        .args(["verify", &dir, "--key", &key, "--state", &state, "--every", "1"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let mut next = |word: &str| lines.by_ref().find(|line| line.as_ref().unwrap().contains(word)).is_some();
    assert!(next("核对无误") && next("核对无误"));
    // A checkpoint that is gone is a fault, and a fault ends the watch.
    std::fs::remove_file(tiles.join("checkpoint")).unwrap();
    assert!(next("缺失"));
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
