//! The witness over a real port, with the requests of other programs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gongjian_core::clock::FixedClock;
use gongjian_core::evidence::tree::prove_consistency;
use gongjian_core::evidence::{AddCheckpoint, Cosigner, MemoryTree, Refusal, SignedCheckpoint};
use gongjian_core::log::MerkleHash;

use super::*;
use crate::fetch::{Fetched, Fetcher};

const NOW: i64 = 1_764_000_000;

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/c2sp").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn origin_of(vkey: &str) -> String {
    vkey.trim().split('+').next().unwrap().to_owned()
}

/// A folder of a witness that trusts a log.
fn folder(vkey: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    create_key(dir.path(), "witness.example/w9").unwrap();
    add_log(dir.path(), data(vkey).trim(), None).unwrap();
    dir
}

fn keeper(dir: &Path) -> Keeper {
    Keeper::open(dir, Arc::new(FixedClock::at(NOW * 1_000_000))).unwrap()
}

/// A server on a port of its own, until it is dropped.
struct Server {
    url: String,
    runtime: Option<tokio::runtime::Runtime>,
    fetcher: Fetcher,
}

impl Server {
    fn start(keeper: Keeper, prefix: &str) -> Server {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}{prefix}", listener.local_addr().unwrap());
        let routes = router(Arc::new(keeper), prefix);
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Server { url, runtime: Some(runtime), fetcher: Fetcher::new(Duration::from_secs(30)) }
    }

    fn post(&self, body: &str) -> Fetched {
        self.fetcher.post(&format!("{}/add-checkpoint", self.url), body, 1 << 20).unwrap()
    }

    fn get(&self, path: &str) -> Fetched {
        self.fetcher.get(&format!("{}/{path}", self.url), 1 << 20).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whatever is under way ends first, and with it the hold on the folder.
        self.runtime.take().unwrap().shutdown_timeout(Duration::from_secs(10));
    }
}

fn text(fetched: &Fetched) -> &str {
    std::str::from_utf8(&fetched.body).unwrap()
}

#[test]
fn the_requests_of_another_program_are_answered_as_the_specification_says() {
    let dir = folder("litewitness/log.vkey");
    let vkey = read_key(dir.path()).unwrap();
    let server = Server::start(keeper(dir.path()), "/w");
    let origin = origin_of(&data("litewitness/log.vkey"));
    let address = format!("{}/checkpoint", origin_hash(&origin));
    assert_eq!(server.get(&address).status, 404);
    let expected = [200, 400, 404, 422, 422, 200, 409, 200, 409];
    let mut bodies = Vec::new();
    for (number, status) in (1..).zip(expected) {
        let answered = server.post(&data(&format!("litewitness/{number}.txt")));
        assert_eq!(answered.status, status, "request {number}: {}", text(&answered));
        bodies.push(text(&answered).to_owned());
    }
    assert_eq!((bodies[6].as_str(), bodies[8].as_str()), ("3\n", "5\n"));
    // Two requests with one checkpoint were signed by the log and did not show that it extends what was seen.
    assert_eq!(std::fs::read_dir(dir.path().join("refused")).unwrap().count(), 1);

    let answered = server.get(&address);
    assert_eq!(answered.status, 200);
    let signed = SignedCheckpoint::parse(&answered.body).unwrap();
    assert_eq!(signed.checkpoint().size(), 5);
    let log = data("litewitness/log.vkey").trim().parse().unwrap();
    let verified = signed.note().verify([vkey.verifier(), &log]).unwrap();
    assert_eq!(verified.len(), 2);
    assert_eq!(verified[1].time, Some(NOW as u64));
    assert_eq!(server.get("00/checkpoint").status, 404);
    assert_eq!(server.fetcher.get(&server.url.replace("/w", "/add-checkpoint"), 99).unwrap().status, 404);
}

#[test]
fn a_conflict_names_the_size_and_its_type() {
    use axum::body::Body;
    use axum::http::{Request, header};
    use tower::ServiceExt as _;
    let dir = folder("demo/log.vkey");
    let routes = router(Arc::new(keeper(dir.path())), "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let request =
        Request::post("/add-checkpoint").body(Body::from(data("demo/add-checkpoint-300.txt"))).unwrap();
    let response = runtime.block_on(routes.clone().oneshot(request)).unwrap();
    assert_eq!(response.status(), 409);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/x.tlog.size");
    let huge = Request::post("/add-checkpoint").body(Body::from(vec![b'a'; 1 << 21])).unwrap();
    assert_eq!(runtime.block_on(routes.oneshot(huge)).unwrap().status(), 413);
}

#[test]
fn the_demo_log_is_followed_across_restarts() {
    let dir = folder("demo/log.vkey");
    let (small, large) = (data("demo/add-checkpoint-256.txt"), data("demo/add-checkpoint-300.txt"));
    let server = Server::start(keeper(dir.path()), "");
    assert_eq!((server.post(&large).status, text(&server.post(&large))), (409, "0\n"));
    assert_eq!(server.post(&small).status, 200);
    drop(server);
    let server = Server::start(keeper(dir.path()), "");
    assert_eq!(server.post(&large.replace("HvSy", "IvSy")).status, 422);
    assert_eq!(server.post(&large).status, 200);
    drop(server);
    let server = Server::start(keeper(dir.path()), "");
    assert_eq!((server.post(&large).status, text(&server.post(&large))), (409, "300\n"));
    // Neither an older checkpoint nor an edited one moves it.
    assert_eq!(text(&server.post(&small)), "300\n");
    assert_eq!(server.post(&large.replace("\n300\n", "\n299\n")).status, 403);
}

#[test]
fn the_cosignature_is_that_of_another_program() {
    let dir = tempfile::tempdir().unwrap();
    let cosigner = Cosigner::from_seed("witness.example/w1", &[2; 32]).unwrap();
    let id = hex::encode(cosigner.verifier().id());
    use base64::Engine as _;
    let key = base64::engine::general_purpose::STANDARD.encode([&[4][..], &[2; 32]].concat());
    std::fs::write(dir.path().join("key"), format!("PRIVATE+KEY+witness.example/w1+{id}+{key}\n")).unwrap();
    add_log(dir.path(), data("demo/log.vkey").trim(), None).unwrap();
    let keeper = keeper(dir.path());
    keeper.answer(data("demo/add-checkpoint-256.txt").as_bytes()).unwrap();
    let line = keeper.answer(data("demo/add-checkpoint-300.txt").as_bytes()).unwrap();
    assert!(data("demo/cp300.txt").contains(&line.to_string()));
}

#[test]
fn of_two_requests_that_race_one_is_a_conflict() {
    let dir = folder("litewitness/log.vkey");
    let keeper = keeper(dir.path());
    let request = |number: u32| data(&format!("litewitness/{number}.txt"));
    keeper.answer(request(1).as_bytes()).unwrap();
    let held = keeper.check(request(6).as_bytes()).unwrap();
    // From size 1 to 5 at once, while the step to 3 is held between check and commit.
    let mut tree = MemoryTree::default();
    tree.extend((0..5).map(|index| {
        let mut leaf = [0; 32];
        (leaf[0], leaf[1]) = (0x2a, index);
        MerkleHash(leaf)
    }));
    let large = AddCheckpoint::parse(request(8).as_bytes()).unwrap();
    let proof = prove_consistency(&tree, 1, 5).unwrap();
    let jump = AddCheckpoint::new(1, proof, large.checkpoint().clone()).unwrap();
    keeper.answer(jump.to_string().as_bytes()).unwrap();
    let Err(Unanswered::Refused(refusal)) = keeper.commit(held) else { panic!("no conflict") };
    assert_eq!(refusal, Refusal::Conflict { size: 5 });
    let origin = origin_of(&data("litewitness/log.vkey"));
    assert_eq!(keeper.latest(&origin).unwrap().unwrap().checkpoint().size(), 5);
    assert!(matches!(
        keeper.answer(request(7).as_bytes()),
        Err(Unanswered::Refused(Refusal::Conflict { size: 5 }))
    ));
}

#[test]
fn a_crash_between_leaves_the_old_state_or_the_new() {
    let dir = folder("demo/log.vkey");
    let origin = origin_of(&data("demo/log.vkey"));
    let file = dir.path().join("seen").join(origin_hash(&origin));
    {
        let keeper = keeper(dir.path());
        keeper.answer(data("demo/add-checkpoint-256.txt").as_bytes()).unwrap();
        // Before the rename: half of a new file beside the old one.
        std::fs::write(file.with_extension("tmp"), "ledger.example/gov").unwrap();
    }
    let old = std::fs::read(&file).unwrap();
    {
        let keeper = keeper(dir.path());
        keeper.answer(data("demo/add-checkpoint-300.txt").as_bytes()).unwrap();
    }
    // After the rename and before the answer: the log has no cosignature, and learns the size.
    {
        let keeper = keeper(dir.path());
        let Err(Unanswered::Refused(refusal)) = keeper.answer(data("demo/add-checkpoint-300.txt").as_bytes())
        else {
            panic!("no conflict")
        };
        assert_eq!(refusal.body(), "300\n");
    }
    // A state that cannot be read stops the witness instead of beginning anew.
    std::fs::write(&file, &old[..old.len() - 9]).unwrap();
    let opened = Keeper::open(dir.path(), Arc::new(FixedClock::at(0)));
    assert!(matches!(opened, Err(KeeperError::Damaged { .. })));
}

#[test]
fn a_disk_that_refuses_leaves_nothing_signed() {
    let dir = folder("demo/log.vkey");
    let keeper = keeper(dir.path());
    std::fs::remove_dir(dir.path().join("seen")).unwrap();
    let answered = keeper.answer(data("demo/add-checkpoint-256.txt").as_bytes());
    assert!(matches!(answered, Err(Unanswered::Fault(KeeperError::Io(_)))), "{answered:?}");
    std::fs::create_dir(dir.path().join("seen")).unwrap();
    keeper.answer(data("demo/add-checkpoint-256.txt").as_bytes()).unwrap();
}

#[test]
fn no_time_no_signature_and_no_second_process() {
    let dir = folder("demo/log.vkey");
    let keeper = Keeper::open(dir.path(), Arc::new(FixedClock::at(999_999))).unwrap();
    let answered = keeper.answer(data("demo/add-checkpoint-256.txt").as_bytes());
    assert!(matches!(answered, Err(Unanswered::Sign(_))), "{answered:?}");
    let second = Keeper::open(dir.path(), Arc::new(FixedClock::at(0)));
    assert!(matches!(second, Err(KeeperError::Locked)));
    drop(keeper);
    assert!(Keeper::open(dir.path(), Arc::new(FixedClock::at(0))).is_ok());
}

#[test]
fn keys_and_logs_are_kept_and_checked() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(read_key(dir.path()), Err(KeyFileError::Missing)));
    assert!(matches!(create_key(dir.path(), "a+b"), Err(KeyFileError::Name(_))));
    let made = create_key(dir.path(), "市委组织部/w1").unwrap();
    assert_eq!(read_key(dir.path()).unwrap().verifier(), made.verifier());
    assert!(matches!(create_key(dir.path(), "other"), Err(KeyFileError::Exists)));
    std::fs::write(dir.path().join("key"), "PRIVATE+KEY+a+00000000+AAAA\n").unwrap();
    assert!(matches!(read_key(dir.path()), Err(KeyFileError::Damaged)));

    let vkey = data("demo/log.vkey");
    assert!(read_logs(dir.path()).unwrap().is_empty());
    add_log(dir.path(), vkey.trim(), Some("县账本 甲")).unwrap();
    add_log(dir.path(), vkey.trim(), None).unwrap();
    assert!(matches!(add_log(dir.path(), vkey.trim(), None), Err(TrustError::Known { .. })));
    assert!(matches!(add_log(dir.path(), &made.verifier().to_string(), None), Err(TrustError::Kind)));
    assert!(matches!(add_log(dir.path(), vkey.trim(), Some("a\nb")), Err(TrustError::Origin(_))));
    let logs = read_logs(dir.path()).unwrap();
    assert_eq!((logs.len(), logs[0].origin.as_str()), (2, "县账本 甲"));
    std::fs::write(dir.path().join("logs"), "nonsense\n").unwrap();
    assert!(matches!(read_logs(dir.path()), Err(TrustError::Line { line: 1 })));
}
