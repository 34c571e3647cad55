//! The log against a plain list, on both storages, through restarts, crashes and damage.

use std::sync::Arc;

use proptest::prelude::*;

use super::storage::{Fault, MemoryStorage, Storage};
use super::*;
use crate::day::Day;
use crate::record::{Digest, RecordRef};

const OPTIONS: LogOptions = LogOptions { ballast_bytes: 0, tiles: false };

/// An event whose fields follow from a number. Declares its kind first, as every log must.
pub(super) fn event(n: u64) -> NewEvent {
    let (kind, payload) = if n == 0 {
        let fields = vec![("text".to_owned(), "string".to_owned())];
        let declared = ("agreement.signed".to_owned(), 1u16, fields);
        ("schema.declared", crate::codec::encode(&declared).unwrap())
    } else {
        let text: String =
            (0..n % 40).map(|at| format!("{:x}·", (n * 7919 + at * at * 104_729) % 4093)).collect();
        ("agreement.signed", crate::codec::encode(&text).unwrap())
    };
    let mut command_id = [7; 16];
    command_id[..8].copy_from_slice(&(n / 3).to_be_bytes());
    let stream = if n == 0 { "schema".to_owned() } else { format!("agreement/XY-2022-{:04}", n * n % 37) };
    NewEvent {
        trail: stream.clone(),
        stream,
        kind: kind.to_owned(),
        version: 1,
        recorded_at: 1_654_500_000_000_000 + i64::try_from(n * 1000 % 7919).unwrap(),
        occurred_day: Day(19_149),
        occurred_second: n.is_multiple_of(2).then_some(52_200),
        command_id,
        command_digest: [2; 16],
        nonce: *Digest::of(&n.to_le_bytes()).0.first_chunk().unwrap(),
        recorded_by: "import".to_owned(),
        account: [0; 16],
        attributed_to: Some("U066".to_owned()),
        assurance: 0,
        authority: None,
        payload,
    }
}

/// Events from `start`, cut so that a command is never in two batches.
pub(super) fn events(start: u64, commands: u64) -> Vec<NewEvent> {
    (start..start + 3 * commands).map(event).collect()
}

pub(super) fn on(storage: &Arc<MemoryStorage>) -> Log {
    Log::with_storage(Arc::clone(storage) as Arc<dyn Storage>, None).unwrap()
}

/// Looks at a log from every side and compares it with the list of what was acknowledged.
pub(super) fn check(log: &Log, model: &[RecordedEvent]) {
    compare(log, model);
    let reader = log.reader();
    let report = verify(reader.storage(), &VerifyOptions::default(), |_, _| ()).unwrap();
    assert_eq!(report.faults, []);
    let head = reader.head();
    assert_eq!((report.events, report.digest, report.root), (head.size, head.digest, head.root));
}

/// The part of [`check`] that holds also for a log that fell behind its storage.
fn compare(log: &Log, model: &[RecordedEvent]) {
    let reader = log.reader();
    assert_eq!(reader.size(), model.len() as u64);
    let read: Vec<_> = reader.scan(0..u64::MAX).map(Result::unwrap).collect();
    assert_eq!(read.len(), model.len());
    let mut decoded = Vec::new();
    reader
        .scan_pages(
            0..u64::MAX,
            |_, bytes| RecordRef::decode(bytes).unwrap().revision,
            |position, revision| {
                decoded.push((position, revision));
                true
            },
        )
        .unwrap();
    assert_eq!(decoded, model.iter().map(|event| (event.position, event.revision)).collect::<Vec<_>>());
    let mut previous = Digest::ZERO;
    let mut leaves = Vec::new();
    for (event, (position, bytes)) in model.iter().zip(&read) {
        assert_eq!((event.position, &event.bytes), (*position, bytes));
        let record = RecordRef::decode_canonical(bytes).unwrap();
        assert_eq!((record.position, record.previous), (*position, previous));
        assert_eq!((record.stream, record.revision), (&*event.stream, event.revision));
        previous = Digest::of(bytes);
        assert_eq!(previous, event.digest);
        leaves.push(MerkleHash::leaf(bytes));
    }
    assert_eq!(reader.head().digest, previous);
    assert_eq!(reader.head().root, MerkleHash::root_of(&leaves));
    for event in model.iter().step_by(17) {
        assert_eq!(reader.get(event.position).unwrap().unwrap(), event.bytes);
        let stream: Vec<_> =
            model.iter().filter(|other| other.stream == event.stream).map(|e| e.position).collect();
        assert_eq!(reader.stream(&event.stream), stream);
        assert_eq!(reader.stream_revision(&event.stream), stream.len() as u64);
        let command: Vec<_> =
            model.iter().filter(|other| other.command_id == event.command_id).map(|e| e.position).collect();
        assert_eq!(reader.command(&event.command_id).unwrap().collect::<Vec<_>>(), command);
    }
    assert_eq!(reader.get(model.len() as u64).unwrap(), None);
}

#[derive(Clone, Debug)]
enum Step {
    Append(u64),
    AppendTogether(Vec<u64>),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1u64..40).prop_map(Step::Append),
        1 => (60u64..200).prop_map(Step::Append),
        1 => proptest::collection::vec(1u64..30, 1..5).prop_map(Step::AppendTogether),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..20)
}

fn run(steps: &[Step], mut log: Log, reopen: impl Fn(Log) -> Log) {
    let mut model: Vec<RecordedEvent> = Vec::new();
    for step in steps {
        match step {
            Step::Append(commands) => {
                model.extend(log.append(events(model.len() as u64, *commands)).unwrap());
            }
            Step::AppendTogether(parts) => {
                // Two drafts, the second begun before the first is committed.
                let mut first = log.draft();
                for commands in parts {
                    first.add(events(first.end(), *commands)).unwrap();
                }
                let mut second = first.following();
                second.add(events(second.end(), parts[0])).unwrap();
                model.extend(log.commit(first).unwrap());
                model.extend(log.commit(second).unwrap());
            }
            Step::Reopen => log = reopen(log),
        }
    }
    check(&log, &model);
    check(&reopen(log), &model);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_in_memory_is_a_list(steps in steps()) {
        let storage = Arc::new(MemoryStorage::default());
        run(&steps, on(&storage), |_| on(&storage));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_in_sled_is_a_list(steps in steps()) {
        let dir = tempfile::tempdir().unwrap();
        run(&steps, Log::create(dir.path(), OPTIONS).unwrap(), |log| {
            drop(log);
            Log::open(dir.path(), OPTIONS).unwrap()
        });
    }
}

#[test]
fn a_second_process_is_told_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::create(dir.path(), OPTIONS).unwrap();
    let error = Log::open(dir.path(), OPTIONS).err().unwrap();
    assert!(matches!(&error, OpenError::Storage(StorageError::Locked { .. })), "{error:?}");
    assert!(error.to_string().contains("stop that one"), "{error}");
    drop(log);
    assert!(Log::open(dir.path(), OPTIONS).is_ok());
    assert!(matches!(Log::create(dir.path(), OPTIONS), Err(OpenError::Exists(_))));
    assert!(matches!(Log::open(&dir.path().join("no"), OPTIONS), Err(OpenError::Missing(_))));
}

#[test]
fn a_snapshot_left_half_written_does_not_matter() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::create(dir.path(), OPTIONS).unwrap();
    let model = log.append(events(0, 50)).unwrap();
    drop(log);
    std::fs::write(dir.path().join("sled/snap.0000000000000000.generating"), b"half").unwrap();
    check(&Log::open(dir.path(), OPTIONS).unwrap(), &model);
}

#[test]
fn two_hundred_thousand_events_are_one_unit() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::create(dir.path(), OPTIONS).unwrap();
    let mut model = log.append(events(0, 10)).unwrap();
    model.extend(log.append(events(30, 66_666)).unwrap());
    assert_eq!(log.reader().size(), 30 + 199_998);
    let size = model.len() as u64;
    let head = log.reader().head();
    drop(log);
    let log = Log::open(dir.path(), OPTIONS).unwrap();
    assert_eq!(log.reader().head(), head);
    assert_eq!(log.reader().get(size - 1).unwrap().unwrap(), model[model.len() - 1].bytes);
    assert!(!dir.path().join("sled/blobs").read_dir().unwrap().any(|_| true));
}

/// Appends of growing size, as many as are acknowledged.
fn workload(log: &mut Log) -> Vec<RecordedEvent> {
    let mut model: Vec<RecordedEvent> = Vec::new();
    for round in 0..12 {
        let batch = events(model.len() as u64, 1 + round * round % 50);
        match log.append(batch) {
            Ok(recorded) => model.extend(recorded),
            Err(error) => {
                assert!(matches!(error, AppendError::OutcomeUnknown(_)), "{error:?}");
                assert!(matches!(log.append(events(0, 1)), Err(AppendError::Poisoned)));
                break;
            }
        }
    }
    model
}

#[test]
fn a_crash_at_any_sync_keeps_what_was_acknowledged_before_it() {
    let storage = Arc::new(MemoryStorage::default());
    let whole = workload(&mut on(&storage));
    for stop in 0..=storage.syncs() {
        let storage = Arc::new(MemoryStorage::default());
        storage.stop_syncing_after(stop);
        workload(&mut on(&storage));
        let rest = Arc::new(storage.crash());
        let log = on(&rest);
        let size = usize::try_from(log.reader().size()).unwrap();
        let sizes: Vec<usize> =
            (0..=12usize).map(|rounds| (0..rounds).map(|round| 3 * (1 + round * round % 50)).sum()).collect();
        assert_eq!(size, sizes[usize::try_from(stop).unwrap()], "no batch is half there");
        check(&log, &whole[..size]);
    }
}

#[test]
fn each_commit_may_fail_before_or_after_it_took_effect() {
    for commit in 1..=12 {
        for fault in [Fault::Before, Fault::After] {
            let storage = Arc::new(MemoryStorage::default());
            storage.fail_at(commit, fault);
            let mut log = on(&storage);
            let mut model = workload(&mut log);
            // The failed batch is not seen, whatever became of it.
            compare(&log, &model);
            let mut log = on(&storage);
            let size = log.reader().size();
            assert_eq!(size > model.len() as u64, fault == Fault::After);
            // Sending the same commands again finds out.
            let again = events(model.len() as u64, 1 + (commit - 1) * (commit - 1) % 50);
            match (fault, log.append(again)) {
                (Fault::Before, Ok(recorded)) => model.extend(recorded),
                (Fault::After, Err(AppendError::CommandRepeated { position, .. })) => {
                    assert_eq!(position, model.len() as u64);
                    continue;
                }
                (_, other) => panic!("{other:?}"),
            }
            check(&log, &model);
        }
    }
}

#[test]
fn a_draft_on_an_older_end_is_refused_and_nothing_changes() {
    let storage = Arc::new(MemoryStorage::default());
    let mut log = on(&storage);
    let mut early = log.draft();
    early.add(events(0, 1)).unwrap();
    let model = log.append(events(0, 2)).unwrap();
    assert!(matches!(log.commit(early), Err(AppendError::Stale { base: 0, size: 6 })));
    assert!(matches!(log.append(events(0, 2)), Err(AppendError::CommandRepeated { position: 0, .. })));
    let mut bad = events(6, 1);
    bad[2].kind = String::new();
    assert!(matches!(log.append(bad), Err(AppendError::Invalid { index: 2, .. })));
    let mut large = events(6, 1);
    large[1].payload = vec![0; 65_535];
    assert!(matches!(log.append(large), Err(AppendError::TooLarge { index: 1, .. })));
    check(&log, &model);
}

#[test]
fn a_writer_beside_us_is_noticed() {
    let storage = Arc::new(MemoryStorage::default());
    let (mut ours, mut theirs) = (on(&storage), on(&storage));
    theirs.append(events(0, 1)).unwrap();
    assert!(matches!(ours.append(events(0, 1)), Err(AppendError::Refused(StorageError::Conflict))));
    assert!(ours.is_poisoned());
}

#[test]
fn events_of_the_largest_size_get_pages_of_their_own() {
    let storage = Arc::new(MemoryStorage::default());
    let mut log = on(&storage);
    let mut list = events(0, 20);
    let spare = 65_535 - log.draft().add(vec![list[5].clone()]).map(|_| 0).unwrap();
    let room = {
        let mut draft = log.draft();
        draft.add(vec![list[5].clone()]).unwrap();
        spare - draft.events()[0].bytes.len()
    };
    list[5].payload.extend((0..room).map(|at| u8::try_from(at * at % 251).unwrap()));
    let model = log.append(list).unwrap();
    assert_eq!(model[5].bytes.len(), 65_535);
    check(&log, &model);
    check(&on(&storage), &model);
}

/// A log of three pages, the start of a fourth, and what verify says of it when one value is another.
fn verify_with(storage: &MemoryStorage, key: &[u8], value: Option<Vec<u8>>) -> Report {
    let damaged = storage.crash();
    damaged.tamper(key, value);
    verify(&damaged, &VerifyOptions::default(), |_, _| ()).unwrap()
}

fn small_log() -> (Arc<MemoryStorage>, Vec<RecordedEvent>) {
    let storage = Arc::new(MemoryStorage::default());
    let mut log = on(&storage);
    let mut model = log.append(events(0, 50)).unwrap();
    model.extend(log.append(events(150, 20)).unwrap());
    (storage, model)
}

/// The first and last position that a key speaks for, in [`small_log`].
fn concerns(key: &[u8]) -> std::ops::Range<u64> {
    match page::KeyKind::of(key).unwrap() {
        page::KeyKind::Head => 0..210,
        page::KeyKind::Open(position) => position..position + 1,
        page::KeyKind::Block(first) | page::KeyKind::Page(first) => first..first + 64,
    }
}

#[test]
fn any_flipped_byte_is_found_and_named() {
    let (storage, _) = small_log();
    for (key, value) in storage.pairs() {
        // The ends of a value whole, since frames have their fields there; a share of what lies between.
        let end = value.len().saturating_sub(8);
        for at in (0..value.len()).filter(|at| *at < 16 || *at >= end || at % 41 == 0) {
            let mut flipped = value.clone();
            flipped[at] ^= 1 << ((at * 5 + at / 8) % 8);
            let report = verify_with(&storage, &key, Some(flipped));
            let fault =
                report.faults.first().unwrap_or_else(|| panic!("byte {at} of {key:?} was not noticed"));
            let around = concerns(&key);
            assert!(around.contains(&fault.position), "byte {at} of {key:?}: {fault}");
        }
    }
}

#[test]
fn a_missing_or_foreign_value_is_found_and_named() {
    let (storage, _) = small_log();
    for (key, value) in storage.pairs() {
        let report = verify_with(&storage, &key, None);
        assert!(concerns(&key).contains(&report.faults[0].position), "{key:?}: {:?}", report.faults);
        for foreign in [[&key[..], &[0]].concat(), [&[9], &key[..]].concat(), [&[0], &key[..]].concat()] {
            assert!(!verify_with(&storage, &foreign, Some(value.clone())).is_sound(), "{foreign:?}");
        }
    }
    let beyond = page::open_key(210);
    assert_eq!(verify_with(&storage, &beyond, Some(b"x".to_vec())).faults[0].position, 210);
}

/// Replaces an event in its page by other bytes, with everything else left as it is.
fn rewrite(storage: &MemoryStorage, position: u64, change: impl Fn(&mut crate::record::Record)) -> Report {
    let first = position / 64 * 64;
    let key = page::page_key(first);
    let page = page::Page::open(first, &storage.get(&key).unwrap().unwrap()).unwrap();
    let events: Vec<Vec<u8>> = (first..page.end())
        .map(|at| {
            let bytes = page.event(at).unwrap().to_vec();
            if at != position {
                return bytes;
            }
            let mut record = crate::record::Record::decode(&bytes).unwrap();
            change(&mut record);
            record.encode().unwrap()
        })
        .collect();
    verify_with(storage, &key, Some(page::Page::seal(events.iter().map(|e| e.as_slice())).unwrap()))
}

#[test]
fn a_forged_event_in_a_well_formed_page_is_named() {
    let (storage, _) = small_log();
    for position in [1, 63, 64, 100, 127, 128, 191] {
        let report = rewrite(&storage, position, |record| record.trail.push('x'));
        assert_eq!(report.faults[0].position, position, "{:?}", report.faults);
        let report = rewrite(&storage, position, |record| record.previous = Digest([1; 32]));
        assert_eq!(report.faults[0].position, position, "{:?}", report.faults);
        let report = rewrite(&storage, position, |record| record.revision += 1);
        assert_eq!(report.faults[0].position, position, "{:?}", report.faults);
        let report = rewrite(&storage, position, |record| record.command_id = [0xee; 16]);
        assert_eq!(report.faults[0].position, position, "{:?}", report.faults);
        let report = rewrite(&storage, position, |record| record.recorded_at = 0);
        assert_eq!(report.faults[0].position, position, "{:?}", report.faults);
        let report = rewrite(&storage, position, |record| record.kind = "agreement.unknown".to_owned());
        assert_eq!(report.faults[0].position, position, "{:?}", report.faults);
    }
}

#[test]
fn opening_a_damaged_log_is_an_error_and_not_a_panic() {
    let (storage, _) = small_log();
    for (key, value) in storage.pairs() {
        for at in (0..value.len()).step_by(7) {
            let mut flipped = value.clone();
            flipped[at] ^= 0x55;
            let damaged = storage.crash();
            damaged.tamper(&key, Some(flipped));
            let damaged: Arc<dyn Storage> = Arc::new(damaged);
            if let Ok(log) = Log::with_storage(damaged, None) {
                let _ = log.reader().scan(0..300).count();
                let _ = log.reader().scan_pages(0..300, |_, bytes| bytes.len(), |_, _| true);
            }
        }
    }
}

#[test]
fn sealed_bundles_and_tiles_become_files_and_are_caught_up() {
    let dir = tempfile::tempdir().unwrap();
    let tiles = dir.path().join("tiles");
    let storage = Arc::new(MemoryStorage::default());
    let open = || Log::with_storage(Arc::clone(&storage) as Arc<dyn Storage>, Some(tiles.clone())).unwrap();
    let mut log = open();
    // One full tile of level 1 and a little more.
    for start in (0..66_000).step_by(3_000) {
        log.append(events(start, 1_000)).unwrap();
    }
    log.sync_tiles().unwrap();
    let report = log.verify(None, |_, _| ()).unwrap();
    assert_eq!((report.faults, report.files_missing), (vec![], 0));
    assert!(tiles.join("tile/1/000").exists() && tiles.join("tile/entries/256").exists());
    log.close();

    std::fs::remove_file(tiles.join("tile/entries/007")).unwrap();
    std::fs::remove_file(tiles.join("tile/1/000")).unwrap();
    let mut log = open();
    log.sync_tiles().unwrap();
    assert!(tiles.join("tile/1/000").exists() && tiles.join("tile/entries/007").exists());
    assert!(log.verify(None, |_, _| ()).unwrap().is_sound());

    let mut bytes = std::fs::read(tiles.join("tile/entries/011")).unwrap();
    bytes[30_000] ^= 1;
    std::fs::write(tiles.join("tile/entries/011"), bytes).unwrap();
    std::fs::write(tiles.join("tile/0/999"), b"").unwrap();
    let faults = log.verify(None, |_, _| ()).unwrap().faults;
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!((11 * 256..12 * 256).contains(&faults[0].position));
}

/// A record withheld with the order to erase it, and without.
#[test]
fn a_withheld_event_needs_the_order_to_erase_it() {
    let storage = Arc::new(MemoryStorage::default());
    let mut log = on(&storage);
    let model = log.append(events(0, 50)).unwrap();
    let mut order = event(150);
    order.kind = ERASURE_APPROVED.to_owned();
    order.payload =
        crate::codec::encode(&(20u64, model[20].digest.to_string(), SCOPE_RECORD.to_owned())).unwrap();
    let mut schema = event(0);
    schema.command_id = event(150).command_id;
    let fields = [("position", "u64"), ("digest", "string"), ("scope", "string")];
    let fields: Vec<_> = fields.map(|(name, kind)| (name.to_owned(), kind.to_owned())).into();
    schema.payload = crate::codec::encode(&(ERASURE_APPROVED.to_owned(), 1u16, fields)).unwrap();
    log.append(vec![schema, order]).unwrap();

    let key = page::page_key(0);
    let sealed = page::Page::open(0, &storage.get(&key).unwrap().unwrap()).unwrap();
    for (erased_by, sound) in [(151, true), (150, false)] {
        let withheld =
            page::Withheld { digest: model[20].digest, leaf: MerkleHash::leaf(&model[20].bytes), erased_by };
        let value = sealed.withhold(20, withheld).unwrap();
        let damaged = Arc::new(storage.crash());
        damaged.tamper(&key, Some(value));
        let report = verify(&*damaged, &VerifyOptions::default(), |_, _| ()).unwrap();
        assert_eq!(report.is_sound(), sound, "{:?}", report.faults);
        assert_eq!(report.root, log.reader().head().root);
        let log = on(&damaged);
        assert!(matches!(log.reader().get(20), Err(ReadError::Withheld { position: 20, .. })));
        assert_eq!(log.reader().get(21).unwrap().unwrap(), model[21].bytes);
    }
}

/// The bytes of the worked example in `docs/FORMAT.md`. If this fails, the format changed.
#[test]
fn the_example_of_the_format_has_its_known_bytes() {
    let opened = NewEvent {
        stream: "ledger".to_owned(),
        kind: LEDGER_OPENED.to_owned(),
        version: 1,
        recorded_at: 1_654_500_000_000_000,
        occurred_day: Day(19_149),
        occurred_second: None,
        command_id: [1; 16],
        command_digest: [2; 16],
        nonce: [3; 16],
        trail: "ledger".to_owned(),
        recorded_by: "import".to_owned(),
        account: [0; 16],
        attributed_to: None,
        assurance: 0,
        authority: None,
        payload: crate::codec::encode(&("a1", "ledger.example", "00ff")).unwrap(),
    };
    let mut declared = opened.clone();
    declared.stream = "schema/note.taken@1".to_owned();
    declared.trail = declared.stream.clone();
    declared.kind = SCHEMA_DECLARED.to_owned();
    declared.payload = crate::codec::encode(&("note.taken", 1u16, vec![("text", "string")])).unwrap();
    let mut note = opened.clone();
    note.stream = "note/1".to_owned();
    note.trail = "note/1".to_owned();
    note.kind = "note.taken".to_owned();
    note.occurred_second = Some(52_200);
    note.attributed_to = Some("U066".to_owned());
    note.payload = crate::codec::encode(&"疏通").unwrap();
    let storage = Arc::new(MemoryStorage::default());
    let mut log = on(&storage);
    let recorded = log.append(vec![opened, declared, note]).unwrap();
    check(&log, &recorded);
    let mut shown = String::new();
    for event in &recorded {
        shown += &format!("bytes {} {}\n", event.position, hex::encode(&*event.bytes));
        shown += &format!("digest {} {}\n", event.position, event.digest);
        shown += &format!("leaf {} {}\n", event.position, MerkleHash::leaf(&event.bytes));
    }
    shown += &format!("root {}\n", log.reader().head().root);
    shown += &format!("head {}\n", hex::encode(storage.get(&page::HEAD_KEY).unwrap().unwrap()));
    let rows = recorded.iter().map(|event| (&*event.stream, event.revision, event.command_id));
    shown += &format!("block {}\n", hex::encode(index::IndexBlock::of(rows).unwrap().raw()));
    let document = include_str!("../../../docs/FORMAT.md");
    let document: String = document.split_whitespace().collect();
    for line in shown.lines() {
        let compact: String = line.split_whitespace().collect();
        assert!(document.contains(&compact), "docs/FORMAT.md should show:\n{shown}");
    }
}

/// A batch larger than sled's segments, on a disk that stopped at some length of the file.
#[test]
fn a_large_batch_cut_anywhere_is_not_there_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::create(dir.path(), OPTIONS).unwrap();
    log.append(events(0, 10)).unwrap();
    let file = dir.path().join("sled/db");
    let before = std::fs::metadata(&file).unwrap().len();
    log.append(events(30, 40_000)).unwrap();
    // Read while it is open: closing would write more.
    let (bytes, conf) = (std::fs::read(&file).unwrap(), std::fs::read(dir.path().join("sled/conf")).unwrap());
    let written = bytes.len() - usize::try_from(before).unwrap();
    assert!(written > 16 << 20, "the batch spans segments: {written} bytes");
    let whole = 30 + 120_000;
    for part in 0..=8 {
        let image = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(image.path().join("sled/blobs")).unwrap();
        std::fs::write(image.path().join("sled/conf"), &conf).unwrap();
        let cut = bytes.len() - written * part / 8;
        std::fs::write(image.path().join("sled/db"), &bytes[..cut]).unwrap();
        let mut log = Log::open(image.path(), OPTIONS).unwrap();
        assert_eq!(log.reader().size(), if part == 0 { whole } else { 30 }, "cut at {cut}");
        assert_eq!(log.verify(None, |_, _| ()).unwrap().faults, []);
    }
}
