//! The writer over a log in memory: atomicity, idempotency, revisions, declarations, the clock.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use super::*;
use crate::clock::FixedClock;
use crate::domain::street::StreetCommand;
use crate::log::storage::MemoryStorage;
use crate::record::Record;

const NOW: i64 = 1_664_500_000_000_000;

struct Bench {
    writer: Writer,
    clock: Arc<FixedClock>,
    storage: Arc<MemoryStorage>,
}

fn bench() -> Bench {
    let clock = Arc::new(FixedClock::at(NOW));
    let storage = Arc::new(MemoryStorage::default());
    let writer = reopen(&storage, &clock);
    Bench { writer, clock, storage }
}

fn reopen(storage: &Arc<MemoryStorage>, clock: &Arc<FixedClock>) -> Writer {
    let storage: Arc<dyn crate::log::Storage> = storage.clone();
    let clock: Arc<dyn Clock> = clock.clone();
    Writer::with_log(Log::with_storage(storage, None).unwrap(), &Options::new(clock)).unwrap()
}

fn street(code: &str, name: &str) -> Envelope {
    let command = StreetCommand::Register { name: name.to_owned() };
    Envelope::new(command, format!("street/{code}"), Day(19_000), "党建专干岗")
}

fn request(id: u8, commands: Vec<Envelope>) -> Request {
    Request::new([id; 16], commands)
}

impl Bench {
    fn one(&mut self, request: Request) -> Result<Answer, Refused> {
        self.writer.handle(vec![request]).pop().unwrap()
    }

    fn records(&self) -> Vec<Record> {
        let reader = self.writer.reader();
        (0..reader.size()).map(|p| Record::decode(&reader.get(p).unwrap().unwrap()).unwrap()).collect()
    }
}

#[test]
fn a_new_ledger_begins_with_its_opening_and_declares_what_it_uses() {
    let bench = bench();
    let records = bench.records();
    assert_eq!(records[0].kind, "ledger.opened");
    assert_eq!(records[1].kind, "schema.declared");
    assert_eq!(records[1].stream, "schema/rule.adopted-1");
    assert!(records[2..].iter().all(|record| record.kind == "rule.adopted"));
    let world = bench.writer.world();
    assert_eq!(world.rule.get("M02").unwrap().parameter("noticeDays", Day(0)), Some((3, 1)));
    // States keep the positions that the events really have.
    let adopted = records.iter().find(|record| record.stream == "rule/M02").unwrap();
    assert_eq!(world.rule.get("M02").unwrap().versions.entries()[0].at, adopted.position);
}

#[test]
fn a_list_is_recorded_whole_or_not_at_all() {
    let mut bench = bench();
    let before = bench.writer.reader().size();
    let refused = bench.one(request(1, vec![street("S01", "甲"), street("S02", "甲")])).unwrap_err();
    assert!(matches!(refused, Refused::Rejected { index: 1, .. }), "{refused}");
    assert_eq!(bench.writer.reader().size(), before);
    assert!(bench.writer.world().street.get("S01").is_none(), "the world has forgotten the first command");
    let answer = bench.one(request(2, vec![street("S01", "甲"), street("S02", "乙")])).unwrap();
    assert_eq!(answer.receipts.len(), 2);
    assert_eq!(answer.receipts[0].position, before + 1, "after the declaration of street.registered");
    assert_eq!(bench.writer.world().street.get("S02").unwrap().name.entries()[0].at, before + 2);
}

#[test]
fn the_same_command_again_gives_the_first_answer_and_other_content_is_refused() {
    let mut bench = bench();
    let first = bench.one(request(1, vec![street("S01", "甲")])).unwrap();
    let size = bench.writer.reader().size();
    let again = bench.one(request(1, vec![street("S01", "甲")])).unwrap();
    assert!(again.replayed && !first.replayed);
    assert_eq!(again.receipts, first.receipts);
    let other = bench.one(request(1, vec![street("S09", "乙")])).unwrap_err();
    assert!(matches!(other, Refused::CommandReused { .. }));
    // Also when both wait in one group, and after a restart.
    let mut answers = bench
        .writer
        .handle(vec![request(2, vec![street("S02", "乙")]), request(2, vec![street("S02", "乙")])]);
    let (second, first) = (answers.pop().unwrap().unwrap(), answers.pop().unwrap().unwrap());
    assert_eq!(first.receipts, second.receipts);
    assert!(second.replayed);
    assert_eq!(bench.writer.reader().size(), size + 1);
    let mut reopened = reopen(&bench.storage, &bench.clock);
    assert!(reopened.handle(vec![request(1, vec![street("S01", "甲")])]).pop().unwrap().unwrap().replayed);
}

#[test]
fn a_stream_that_moved_on_is_a_conflict_that_says_where_it_is() {
    let mut bench = bench();
    let mut new = street("S01", "甲");
    new.expected = Expected::Absent;
    bench.one(request(1, vec![new.clone()])).unwrap();
    match bench.one(request(2, vec![new])).unwrap_err() {
        Refused::WrongRevision { actual, .. } => assert_eq!(actual, Some(0)),
        other => panic!("{other}"),
    }
    let rename = |id: u8, name: &str| {
        let command = StreetCommand::Rename { name: name.to_owned() };
        let mut envelope = Envelope::new(command, "street/S01", Day(19_001), "党建专干岗");
        envelope.expected = Expected::Exact(0);
        request(id, vec![envelope])
    };
    // Two writers saw the same revision; both wait in one group; one of them wins.
    let answers = bench.writer.handle(vec![rename(3, "乙"), rename(4, "丙")]);
    assert!(answers[0].is_ok());
    assert!(matches!(answers[1], Err(Refused::WrongRevision { actual: Some(1), .. })));
}

#[test]
fn a_trial_decides_and_records_nothing() {
    let mut bench = bench();
    let size = bench.writer.reader().size();
    let trial = bench.one(request(1, vec![street("S01", "甲")]).dry_run()).unwrap();
    assert_eq!(trial.receipts[0].kind, "street.registered");
    assert_eq!(bench.writer.reader().size(), size);
    assert!(!bench.one(request(1, vec![street("S01", "甲")])).unwrap().replayed);
}

#[test]
fn a_session_is_recorded_at_once_or_forgotten() {
    let mut bench = bench();
    let size = bench.writer.reader().size();
    let mut session = bench.writer.session([5; 16], &serde_json::json!({"command": "import"})).unwrap();
    session.attempt(street("S01", "甲")).unwrap();
    assert!(session.attempt(street("S01", "乙")).is_err());
    assert!(session.world().street.get("S01").is_some());
    drop(session);
    assert!(bench.writer.world().street.get("S01").is_none());
    let mut session = bench.writer.session([5; 16], &serde_json::json!({"command": "import"})).unwrap();
    session.attempt(street("S01", "甲")).unwrap();
    session.attempt(street("S02", "乙")).unwrap();
    let answer = session.record().unwrap();
    assert_eq!(answer.receipts.iter().map(|r| r.position).collect::<Vec<_>>(), [size + 1, size + 2]);
    assert_eq!(bench.writer.world().street.get("S02").unwrap().name.entries()[0].at, size + 2);
}

#[test]
fn a_clock_that_goes_back_stops_writing_until_accepted_and_an_event_says_so() {
    let mut bench = bench();
    bench.one(request(1, vec![street("S01", "甲")])).unwrap();
    bench.clock.set_wall(NOW - 3_600_000_000);
    assert!(matches!(bench.one(request(2, vec![street("S02", "乙")])), Err(Refused::Clock(_))));
    assert!(bench.one(request(1, vec![street("S01", "甲")])).unwrap().replayed, "reading goes on");
    bench.writer.accept_clock([3; 16], "系统管理岗", "对时服务器恢复").unwrap();
    bench.one(request(2, vec![street("S02", "乙")])).unwrap();
    let records = bench.records();
    assert!(records.windows(2).all(|pair| pair[0].recorded_at <= pair[1].recorded_at));
    assert_eq!(records.iter().filter(|r| r.kind == "ledger.clock-accepted").count(), 1);
    // After a restart the accepted clock is still accepted.
    let mut reopened = reopen(&bench.storage, &bench.clock);
    reopened.handle(vec![request(4, vec![street("S03", "丙")])]).pop().unwrap().unwrap();
}

#[test]
fn folding_the_log_again_gives_the_world_that_decided() {
    let mut bench = bench();
    for code in 0..100u8 {
        bench.one(request(code + 1, vec![street(&format!("S{code:02}"), &format!("街道{code}"))])).unwrap();
    }
    let mut folded = World::default();
    fold_world(&mut folded, &bench.writer.reader(), 0).unwrap();
    let bytes = |world: &World| codec::encode_snapshot(world).unwrap();
    assert!(bytes(&folded) == bytes(bench.writer.world()));
}
