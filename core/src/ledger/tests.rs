//! The writer over a log in memory: atomicity, idempotency, revisions, declarations, the clock.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use super::*;
use crate::clock::{Clock, FixedClock};
use crate::command::Expected;
use crate::domain::street::StreetCommand;
use crate::log::Log;
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

/// Sends batches through the stream; the answers in the order of the requests.
fn stream(writer: &mut Writer, batches: Vec<Vec<Request>>) -> Vec<Result<Answer, Refused>> {
    let (tell, told) = std::sync::mpsc::channel();
    let mut number = 0;
    let mut batches = batches.into_iter();
    writer.handle_stream(|| {
        let batch = batches.next()?.into_iter().map(|request| {
            let (tell, at) = (tell.clone(), number);
            number += 1;
            let reply: Reply = Box::new(move |answer| tell.send((at, answer)).unwrap());
            (request, reply)
        });
        Some(batch.collect())
    });
    drop(tell);
    let mut answers: Vec<_> = told.iter().collect();
    answers.sort_by_key(|(at, _)| *at);
    assert_eq!(answers.len(), number, "each request is answered once");
    answers.into_iter().map(|(_, answer)| answer).collect()
}

#[test]
fn batches_decided_ahead_are_recorded_as_if_one_came_after_the_other() {
    let mut ahead = bench();
    let numbered = |code: u8| request(code + 1, vec![street(&format!("S{code:02}"), &format!("街道{code}"))]);
    let rename = |id: u8, code: u8, revision: u64| {
        let command = StreetCommand::Rename { name: format!("新街道{id}") };
        let mut envelope = Envelope::new(command, format!("street/S{code:02}"), Day(19_001), "党建专干岗");
        envelope.expected = Expected::Exact(revision);
        request(id, vec![envelope])
    };
    // Revisions go on across batches, one is refused, and ids come again in the next batch and in a later one.
    let batches = vec![
        (0..5).map(numbered).collect(),
        vec![rename(100, 0, 0), rename(101, 0, 0), numbered(3)],
        vec![rename(102, 0, 1), numbered(100)],
        vec![rename(100, 0, 0), rename(103, 4, 0)],
        vec![rename(104, 0, 2)],
    ];
    let answers = stream(&mut ahead.writer, batches.clone());
    let mut one_by_one = bench();
    let expected: Vec<_> = batches.into_iter().flat_map(|batch| one_by_one.writer.handle(batch)).collect();
    assert_eq!(answers.len(), expected.len());
    for (answer, expected) in answers.iter().zip(&expected) {
        match (answer, expected) {
            (Ok(answer), Ok(expected)) => {
                assert_eq!(answer.replayed, expected.replayed);
                let places = |answer: &Answer| -> Vec<_> {
                    answer.receipts.iter().map(|r| (r.stream.clone(), r.position, r.revision)).collect()
                };
                assert_eq!(places(answer), places(expected));
            }
            (Err(refused), Err(expected)) => assert_eq!(refused.to_string(), expected.to_string()),
            other => panic!("{other:?}"),
        }
    }
    let mut folded = World::default();
    fold_world(&mut folded, &ahead.writer.reader(), 0).unwrap();
    let bytes = |world: &World| codec::encode_snapshot(world).unwrap();
    assert!(bytes(&folded) == bytes(ahead.writer.world()));
}

#[test]
fn what_was_decided_ahead_of_a_failed_batch_is_refused_and_nobody_is_told_otherwise() {
    let mut bench = bench();
    let size = bench.writer.reader().size();
    let numbered = |code: u8| request(code + 1, vec![street(&format!("S{code:02}"), &format!("街道{code}"))]);
    // The ledger's opening was the first commit.
    bench.storage.fail_at(3, crate::log::storage::Fault::After);
    let answers = stream(&mut bench.writer, (0..5).map(|code| vec![numbered(code)]).collect());
    assert!(answers[0].is_ok());
    assert!(matches!(answers[1], Err(Refused::OutcomeUnknown)));
    assert!(answers[2..].iter().all(|answer| matches!(answer, Err(Refused::ReadOnly))), "{answers:?}");
    assert!(matches!(bench.one(numbered(9)), Err(Refused::ReadOnly)));
    drop(bench.writer);
    let mut reopened = reopen(&bench.storage, &bench.clock);
    assert_eq!(
        reopened.reader().size(),
        size + 3,
        "the failed batch is there after all, with its declaration"
    );
    let again: Vec<_> = (0..5).map(|code| reopened.handle(vec![numbered(code)]).pop().unwrap()).collect();
    assert!(again[1].as_ref().unwrap().replayed && !again[2].as_ref().unwrap().replayed);
}
