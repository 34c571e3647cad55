//! A child writes under load and is killed; the parent opens what is left. Also: a second process, a full disk.
//!
//! Run with `--rounds N` for another number of kills than a hundred.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use gongjian_core::clock::SystemClock;
use gongjian_core::command::{Envelope, Request};
use gongjian_core::day::Day;
use gongjian_core::domain::street::StreetCommand;
use gongjian_core::ledger::{LedgerError, Options, Refused, Writer};
use gongjian_core::log::{LogOptions, OpenError, StorageError};
use gongjian_core::record::{Digest, RecordRef};
use gongjian_core::service::Ledger;

type Test = Box<dyn Fn()>;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("child") => child(Path::new(&args[2]), args[3].parse().unwrap()),
        Some("hold") => hold(Path::new(&args[2])),
        _ => {
            let rounds =
                args.iter().position(|arg| arg == "--rounds").map_or(100, |at| args[at + 1].parse().unwrap());
            let listing = args.iter().any(|arg| arg == "--list");
            let tests: [(&str, Test); 3] = [
                ("killed_under_load", Box::new(move || killed_under_load(rounds))),
                ("a_second_process_is_told_who_holds_the_ledger", Box::new(second_process)),
                ("a_full_disk_refuses_writes_and_loses_nothing", Box::new(full_disk)),
            ];
            let wanted: Vec<&String> = args[1..].iter().filter(|arg| !arg.starts_with('-')).collect();
            let mut passed = 0;
            for (name, test) in tests {
                if listing {
                    println!("{name}: test");
                } else if wanted.iter().all(|w| w.parse::<u32>().is_ok() || name.contains(w.as_str())) {
                    test();
                    println!("test {name} ... ok");
                    passed += 1;
                }
            }
            if !listing {
                println!(
                    "\ntest result: ok. {passed} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"
                );
            }
        }
    }
}

fn options() -> Options {
    let mut options = Options::new(Arc::new(SystemClock::default()));
    options.log = LogOptions { ballast_bytes: 64 << 10, tiles: true };
    options
}

/// A list of three commands: after a crash all of them are there or none.
fn request(seed: u64, number: u64) -> Request {
    let mut id = [1; 16];
    id[..8].copy_from_slice(&seed.to_be_bytes());
    id[8..].copy_from_slice(&(number + 1).to_be_bytes());
    let commands = (0..3)
        .map(|part| {
            let name = format!("街道{seed}-{number}-{part}");
            let command = StreetCommand::Register { name };
            Envelope::new(command, format!("street/S{seed}-{number}-{part}"), Day(19_000), "测试岗")
        })
        .collect();
    Request::new(id, commands)
}

/// Writes without end; prints the last receipt of each acknowledged request.
fn child(dir: &Path, seed: u64) {
    let writer = match Writer::open(dir, options()) {
        Err(LedgerError::Open(OpenError::Missing(_))) => Writer::create(dir, options()).unwrap(),
        other => other.unwrap(),
    };
    let ledger = Ledger::start(writer).unwrap();
    let (acknowledge, acknowledged) = std::sync::mpsc::channel::<(u64, u64, String)>();
    let printer = std::thread::spawn(move || {
        let mut out = std::io::stdout().lock();
        for (number, position, digest) in acknowledged {
            writeln!(out, "{number} {position} {digest}").unwrap();
            out.flush().unwrap();
        }
    });
    for number in 0..u64::MAX {
        let acknowledge = acknowledge.clone();
        let reply = Box::new(move |answer: Result<gongjian_core::ledger::Answer, Refused>| match answer {
            Ok(answer) => {
                let last = answer.receipts.last().unwrap();
                let _ = acknowledge.send((number, last.position, last.digest.clone()));
            }
            Err(refused) => {
                let _ = acknowledge.send((number, u64::MAX, format!("{refused}")));
            }
        });
        ledger.submit(request(seed, number), reply);
        if number % 97 == 0 {
            std::thread::yield_now();
        }
    }
    drop(acknowledge);
    printer.join().unwrap();
}

fn spawn(arguments: &[&str]) -> Child {
    Command::new(std::env::current_exe().unwrap()).args(arguments).stdout(Stdio::piped()).spawn().unwrap()
}

/// Kills children again and again over one ledger that grows; everything acknowledged must be there.
fn killed_under_load(rounds: u64) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("ledger");
    let mut acknowledged: BTreeMap<u64, (u64, String)> = BTreeMap::new();
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    for round in 0..rounds {
        let mut child = spawn(&["child", ledger.to_str().unwrap(), &round.to_string()]);
        let reader = BufReader::new(child.stdout.take().unwrap());
        let (begun, wait) = std::sync::mpsc::channel();
        let lines = std::thread::spawn(move || {
            let lines = reader.lines().map_while(Result::ok);
            lines.inspect(|_| drop(begun.send(()))).collect::<Vec<_>>()
        });
        // Every other child is given the time to open the ledger, however busy the machine is.
        if round % 2 == 1 {
            let _ = wait.recv_timeout(Duration::from_secs(20));
        }
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Also before the ledger is there, and while it is being opened.
        std::thread::sleep(Duration::from_millis((random >> 33) % 160));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines.join().unwrap() {
            let mut parts = line.splitn(3, ' ');
            let (Some(number), Some(position), Some(digest)) = (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            // The pipe may end in the middle of the last line.
            if digest.len() == 64 {
                let number: u64 = number.parse().unwrap();
                acknowledged.insert(position.parse().unwrap(), (round << 32 | number, digest.to_owned()));
            }
        }
        if round % 10 == 9 || round + 1 == rounds {
            check(&ledger, &acknowledged);
        }
    }
    assert!(acknowledged.len() as u64 > rounds, "the children wrote next to nothing: {}", acknowledged.len());
    println!("{rounds} kills, {} requests acknowledged, none lost", acknowledged.len());
}

/// Opens, verifies, and finds everything that was acknowledged.
fn check(ledger: &Path, acknowledged: &BTreeMap<u64, (u64, String)>) {
    let mut writer = match Writer::open(ledger, options()) {
        Err(LedgerError::Open(OpenError::Missing(_))) if acknowledged.is_empty() => return,
        other => other.unwrap(),
    };
    let report = writer.verify(|_, _| {}).unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    let reader = writer.reader();
    for (position, (_, digest)) in acknowledged {
        let bytes =
            reader.get(*position).unwrap().unwrap_or_else(|| panic!("acknowledged {position} is lost"));
        assert_eq!(Digest::of(&bytes).to_string(), *digest, "at {position}");
    }
    // Nothing is half there: the events of every command id come in threes.
    let mut parts: BTreeMap<[u8; 16], u32> = BTreeMap::new();
    for pair in reader.scan(0..reader.size()) {
        let (_, bytes) = pair.unwrap();
        let record = RecordRef::decode(&bytes).unwrap();
        if record.kind == "street.registered" {
            *parts.entry(record.command_id).or_default() += 1;
        }
    }
    assert!(parts.values().all(|count| *count == 3));
    assert!(std::fs::read_dir(ledger.join("sled/blobs")).is_ok_and(|mut blobs| blobs.next().is_none()));
}

/// Holds a ledger until its standard input ends.
fn hold(dir: &Path) {
    let _writer = Writer::create(dir, options()).unwrap();
    println!("held");
    let _ = std::io::stdin().lock().read_line(&mut String::new());
}

fn second_process() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("ledger");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["hold", ledger.to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    match Writer::open(&ledger, options()) {
        Err(LedgerError::Open(OpenError::Storage(StorageError::Locked { .. }))) => {}
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("two processes hold one ledger"),
    }
    drop(child.stdin.take());
    child.wait().unwrap();
    Writer::open(&ledger, options()).unwrap();
}

/// A small file system that fills up. Where none can be mounted, a limit on the size of files stands in for it.
fn full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let mount = dir.path().join("disk");
    std::fs::create_dir(&mount).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=48m", "tmpfs"])
        .arg(&mount)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let result = std::panic::catch_unwind(|| fill(&mount.join("ledger"), mounted));
    if mounted {
        Command::new("umount").arg("-l").arg(&mount).status().unwrap();
    }
    result.unwrap();
}

fn fill(ledger: &Path, mounted: bool) {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let exe = std::env::current_exe().unwrap();
    let limit = if mounted { "" } else { "trap '' XFSZ; ulimit -f 40000; " };
    let script =
        format!("{limit}exec {} child {} 0", quoted(exe.to_str().unwrap()), quoted(ledger.to_str().unwrap()));
    let mut child = Command::new("sh").args(["-c", &script]).stdout(Stdio::piped()).spawn().unwrap();
    let mut acknowledged = BTreeMap::new();
    let mut refusals = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let mut parts = line.splitn(3, ' ');
        let (number, position, digest) =
            (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap().to_owned());
        if position == u64::MAX.to_string() {
            refusals += 1;
            if refusals > 100 {
                break;
            }
        } else {
            assert_eq!(refusals, 0, "a write was accepted after one had failed");
            acknowledged.insert(position.parse::<u64>().unwrap(), (number.parse::<u64>().unwrap(), digest));
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(refusals > 100, "the disk never filled");
    // Room is made, as somebody would; then everything is there and the ledger writes again.
    if mounted {
        let mount = ledger.parent().unwrap();
        Command::new("mount").args(["-o", "remount,size=256m"]).arg(mount).status().unwrap();
    }
    check(ledger, &acknowledged);
    let mut writer = Writer::open(ledger, options()).unwrap();
    writer.handle(vec![request(9, 0)]).pop().unwrap().unwrap();
    println!("the disk filled after {} requests, none lost", acknowledged.len());
}
