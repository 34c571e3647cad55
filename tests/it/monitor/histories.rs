//! What a monitor remembers, and two histories.

use std::fs;
use std::path::Path;

use gongjian_core::evidence::FaultKind::{Forked, Truncated, Unwitnessed};
use gongjian_core::evidence::{AddCheckpoint, SignedCheckpoint};
use gongjian_tests::published::{edit, entries, publish};

use super::{finds, log_only, round};

fn folders() -> (tempfile::TempDir, tempfile::TempDir) {
    (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap())
}

/// The one folder of a log in a monitor's memory.
fn memory(state: &Path) -> std::path::PathBuf {
    fs::read_dir(state).unwrap().next().unwrap().unwrap().path()
}

fn forks(state: &Path) -> Vec<String> {
    let names =
        fs::read_dir(memory(state)).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("fork-")).collect()
}

#[test]
fn a_later_round_reads_only_what_is_new() {
    let (dir, state) = folders();
    let list = entries(1500);
    let mut known = 0;
    for size in [3, 200, 256, 257, 700, 700, 1024, 1500] {
        publish(dir.path(), &list[..size], &[]);
        // What was read before is not there any more, as nobody asks for it.
        for number in 0..known / 256 {
            let _ = fs::remove_file(dir.path().join(format!("tile/entries/{number:03}")));
            let _ = fs::remove_file(dir.path().join(format!("tile/0/{number:03}")));
        }
        let report = round(dir.path(), &log_only(), Some(state.path())).unwrap();
        assert_eq!((report.known, report.accepted.size), (known, size as u64));
        known = size as u64;
        let kept = fs::read(memory(state.path()).join("checkpoint")).unwrap();
        assert_eq!(kept, fs::read(dir.path().join("checkpoint")).unwrap());
    }
}

#[test]
fn a_log_that_became_shorter_is_truncated() {
    let (dir, state) = folders();
    let list = entries(700);
    publish(dir.path(), &list, &[]);
    round(dir.path(), &log_only(), Some(state.path())).unwrap();
    for size in [699, 512, 300, 1] {
        publish(dir.path(), &list[..size], &[]);
        finds(round(dir.path(), &log_only(), Some(state.path())), Truncated, size as u64);
        round(dir.path(), &log_only(), None).unwrap();
    }
    publish(dir.path(), &list, &[]);
    round(dir.path(), &log_only(), Some(state.path())).unwrap();
}

#[test]
fn a_fork_is_found_and_both_checkpoints_are_kept() {
    for (at, named) in [(300, 256), (5, 0), (690, 690)] {
        for size in [600, 700, 800] {
            let (dir, state) = folders();
            let list = entries(800);
            publish(dir.path(), &list[..700], &[]);
            round(dir.path(), &log_only(), Some(state.path())).unwrap();
            let mut other = list.clone();
            edit(&mut other, at, |record| record.recorded_by = "nobody".to_owned());
            let shown = publish(dir.path(), &other[..size], &[]);
            if at >= size {
                finds(round(dir.path(), &log_only(), Some(state.path())), Truncated, size as u64);
                continue;
            }
            finds(round(dir.path(), &log_only(), Some(state.path())), Forked, named);
            let kept = forks(state.path());
            assert_eq!(kept.len(), 1);
            let text = fs::read_to_string(memory(state.path()).join(&kept[0])).unwrap();
            assert!(text.ends_with(&shown.to_string()) && text.contains("\n700\n"));
            // The memory is not moved by it.
            publish(dir.path(), &list, &[]);
            assert_eq!(round(dir.path(), &log_only(), Some(state.path())).unwrap().known, 700);
        }
    }
}

#[test]
fn a_memory_that_was_damaged_is_not_forgotten_silently() {
    let (dir, state) = folders();
    let list = entries(700);
    publish(dir.path(), &list[..300], &[]);
    round(dir.path(), &log_only(), Some(state.path())).unwrap();
    let memory = memory(state.path());
    // Without the audit everything is read again, and the old checkpoint still counts.
    fs::write(memory.join("audit"), "nonsense").unwrap();
    publish(dir.path(), &list, &[]);
    assert_eq!(round(dir.path(), &log_only(), Some(state.path())).unwrap().known, 0);
    fs::remove_file(memory.join("audit")).unwrap();
    let mut other = list.clone();
    edit(&mut other, 20, |record| record.recorded_by = "nobody".to_owned());
    publish(dir.path(), &other, &[]);
    finds(round(dir.path(), &log_only(), Some(state.path())), Forked, 0);
    fs::write(memory.join("checkpoint"), "nonsense").unwrap();
    let result = round(dir.path(), &log_only(), Some(state.path()));
    assert!(matches!(result, Err(gongjian_api::monitor::Trouble::State(_))), "{result:?}");
}

mod gossip {
    use std::sync::Arc;
    use std::time::Duration;

    use gongjian_api::witness::{Keeper, add_log, create_key, router};
    use gongjian_core::clock::{Clock, FixedClock};
    use gongjian_core::evidence::Policy;
    use gongjian_core::evidence::tree::prove_consistency;
    use gongjian_tests::published::{at, checkpoint, signer, tree_of};

    use super::*;

    struct Witness {
        keeper: Arc<Keeper>,
        clock: Arc<FixedClock>,
        policy: Policy,
        _dir: tempfile::TempDir,
        runtime: Option<tokio::runtime::Runtime>,
    }

    impl Witness {
        fn start() -> Witness {
            let dir = tempfile::tempdir().unwrap();
            let key = create_key(dir.path(), "witness.example/w9").unwrap().verifier().clone();
            add_log(dir.path(), &signer().verifier().to_string(), None).unwrap();
            let clock = Arc::new(FixedClock::at(0));
            let shown: Arc<dyn Clock> = Arc::<FixedClock>::clone(&clock);
            let keeper = Arc::new(Keeper::open(dir.path(), shown).unwrap());
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let routes = router(Arc::clone(&keeper), "");
            runtime.spawn(async move { axum::serve(listener, routes).await });
            let text = format!("log {}\nwitness w {key} {url}\nquorum w\n", signer().verifier());
            Witness { keeper, clock, policy: text.parse().unwrap(), _dir: dir, runtime: Some(runtime) }
        }

        /// Cosigns when the last entry was recorded, and returns the checkpoint with the line.
        fn cosign(&self, old: u64, list: &[Vec<u8>]) -> Option<SignedCheckpoint> {
            self.clock.set_wall(at(list.len() as u64));
            let tree = tree_of(list);
            let mut signed = checkpoint(&tree, &[]);
            let proof = prove_consistency(&tree, old, tree.size()).unwrap();
            let request = AddCheckpoint::new(old, proof, signed.clone()).unwrap();
            let line = self.keeper.answer(request.to_string().as_bytes()).ok()?;
            signed.put(line).unwrap();
            Some(signed)
        }
    }

    impl Drop for Witness {
        fn drop(&mut self) {
            self.runtime.take().unwrap().shutdown_timeout(Duration::from_secs(5));
        }
    }

    #[test]
    fn two_monitors_who_are_shown_two_histories_meet_at_a_witness() {
        let witness = Witness::start();
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (alice, bob) = folders();
        let list = entries(700);
        let mut other = list.clone();
        edit(&mut other, 300, |record| record.recorded_by = "nobody".to_owned());
        // Both begin with what is common to both.
        let common = witness.cosign(0, &list[..300]).unwrap();
        for dir in [&first, &second] {
            publish(dir.path(), &list[..300], &[]);
            fs::write(dir.path().join("checkpoint"), common.to_string()).unwrap();
        }
        round(first.path(), &witness.policy, Some(alice.path())).unwrap();
        round(second.path(), &witness.policy, Some(bob.path())).unwrap();

        // Then the log shows each of them another history; the witness goes along with one only.
        publish(first.path(), &list, &[]);
        let cosigned = witness.cosign(300, &list).unwrap();
        fs::write(first.path().join("checkpoint"), cosigned.to_string()).unwrap();
        round(first.path(), &witness.policy, Some(alice.path())).unwrap();
        publish(second.path(), &other, &[]);
        assert!(witness.cosign(300, &other).is_none());
        finds(round(second.path(), &witness.policy, Some(bob.path())), Forked, 0);
        assert_eq!(forks(bob.path()).len(), 1);
        // Whoever asks nobody and demands nothing is deceived.
        round(second.path(), &log_only(), Some(bob.path())).unwrap();
    }

    #[test]
    fn a_witness_that_has_seen_more_shows_that_something_is_held_back() {
        let witness = Witness::start();
        let dir = tempfile::tempdir().unwrap();
        let list = entries(700);
        let old = witness.cosign(0, &list[..300]).unwrap();
        witness.cosign(300, &list).unwrap();
        publish(dir.path(), &list[..300], &[]);
        fs::write(dir.path().join("checkpoint"), old.to_string()).unwrap();
        finds(round(dir.path(), &witness.policy, None), Truncated, 300);
        // A witness that is gone is no fault of the log, as long as the checkpoint has its cosignature.
        let policy = witness.policy.clone();
        drop(witness);
        let report = round(dir.path(), &policy, None).unwrap();
        assert_eq!(report.notices[0].code(), "silent-witness");
        publish(dir.path(), &list[..300], &[]);
        finds(round(dir.path(), &policy, None), Unwitnessed, 300);
    }
}
