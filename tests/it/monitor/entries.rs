//! What the log itself signed and should not have: its own rules, times, erasures.

use gongjian_core::evidence::FaultKind::{BackDated, Origin, PostDated, Reordered, Rules, Withheld};
use gongjian_core::record::Digest;
use gongjian_tests::published::{
    at, chain, cosigner, edit, entries, order, publish, publish_withheld, second,
};

use super::{finds, log_only, round, witnessed};

/// Publishes entries that were changed and signed again, and returns the place where they lie.
fn resigned(list: &[Vec<u8>]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    publish(dir.path(), list, &[]);
    dir
}

#[test]
fn the_rules_of_the_format_hold_for_what_is_signed() {
    let good = entries(600);
    let changed = |at: usize, change: fn(&mut gongjian_core::record::Record)| {
        let mut list = good.clone();
        edit(&mut list, at, change);
        resigned(&list)
    };
    let rules = |dir: &tempfile::TempDir, position, what: &str| {
        let fault = finds(round(dir.path(), &log_only(), None), Rules, position);
        assert_eq!(fault.what, what);
    };
    for position in [5, 256, 300, 599] {
        rules(
            &changed(position, |record| record.recorded_at -= 3_600_000_000),
            position as u64,
            "recorded_at",
        );
        rules(&changed(position, |record| record.revision += 1), position as u64, "revision");
    }
    rules(&changed(0, |record| record.kind = "note.taken".to_owned()), 0, "kind of event 0");
    rules(&changed(9, |record| record.version = 2), 9, "schema of note.taken@2");
    rules(&changed(9, |record| record.format = 2), 9, "format");
    rules(&changed(9, |record| record.assurance = 7), 9, "assurance");
    rules(&changed(9, |record| record.occurred_second = Some(86_400)), 9, "occurred_second");
    // A link that does not hold, inside a bundle and between two.
    for position in [9, 256] {
        let mut list = good.clone();
        edit(&mut list, position, |record| record.previous = Digest([1; 32]));
        rules(&resigned(&list), position as u64, "previous");
    }
    // Bytes that are no record.
    let mut list = good.clone();
    list[77].push(0);
    chain(&mut list[..78], 78);
    rules(&resigned(&list), 77, "record");
    // A position that is not its own.
    let mut list = good.clone();
    list.swap(12, 13);
    finds(round(resigned(&list).path(), &log_only(), None), Reordered, 12);
    // A log under the name of another.
    let mut list = good.clone();
    edit(&mut list, 0, |record| {
        record.payload = gongjian_core::codec::encode(&("a1", "ledger.example/other", "00ff")).unwrap();
    });
    finds(round(resigned(&list).path(), &log_only(), None), Origin, 0);
}

#[test]
fn witnesses_know_what_time_it_was() {
    let (dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let state = Some(state.path());
    let one = cosigner(1);
    let mut list = entries(300);
    publish(dir.path(), &list, &[(&one, second(300))]);
    round(dir.path(), &witnessed(), state).unwrap();
    // A day later an entry is added that claims to be an hour younger than the last.
    let day = second(300) + 86_400;
    publish(dir.path(), &list, &[(&one, day)]);
    round(dir.path(), &witnessed(), state).unwrap();
    let mut late = gongjian_core::record::Record::decode(&list[299]).unwrap();
    late.recorded_at = at(300) + 3_600_000_000;
    late.revision = 0;
    late.stream = "note/late".to_owned();
    list.push(late.encode().unwrap());
    chain(&mut list, 300);
    publish(dir.path(), &list, &[(&one, day + 60)]);
    let fault = finds(round(dir.path(), &witnessed(), state), BackDated, 300);
    assert_eq!(fault.what, "recorded_at");
    // Without a memory nobody can tell.
    round(dir.path(), &witnessed(), None).unwrap();
    // With its true time it passes, within the tolerance of a minute.
    edit(&mut list, 300, |record| record.recorded_at = i64::try_from(day - 60).unwrap() * 1_000_000);
    publish(dir.path(), &list, &[(&one, day + 60)]);
    round(dir.path(), &witnessed(), state).unwrap();

    // An entry that is younger than the cosignature over it.
    let list = entries(300);
    publish(dir.path(), &list, &[(&one, second(299) - 61)]);
    finds(round(dir.path(), &witnessed(), None), PostDated, 299);
    publish(dir.path(), &list, &[(&one, second(299) - 60)]);
    round(dir.path(), &witnessed(), None).unwrap();
}

#[test]
fn an_entry_is_withheld_only_by_order() {
    for erased in [9, 255, 256, 299] {
        let dir = tempfile::tempdir().unwrap();
        let mut list = entries(300);
        publish_withheld(dir.path(), &list, &[erased], &[]);
        finds(round(dir.path(), &log_only(), None), Withheld, erased as u64);
        let order = order(&list, erased);
        list.push(order);
        publish_withheld(dir.path(), &list, &[erased], &[]);
        round(dir.path(), &log_only(), None).unwrap();
        // An order that names another event's digest is no order.
        let last = list.len() - 1;
        let wrong = (erased as u64, Digest([3; 32]).to_string(), gongjian_core::log::SCOPE_RECORD);
        edit(&mut list, last, |record| record.payload = gongjian_core::codec::encode(&wrong).unwrap());
        publish_withheld(dir.path(), &list, &[erased], &[]);
        finds(round(dir.path(), &log_only(), None), Withheld, last as u64);
        // An order to erase what lies in the vault withholds no entry.
        let digest = Digest::of(&entries(300)[erased]).to_string();
        let other = (erased as u64, digest, "document");
        edit(&mut list, last, |record| record.payload = gongjian_core::codec::encode(&other).unwrap());
        publish_withheld(dir.path(), &list, &[erased], &[]);
        finds(round(dir.path(), &log_only(), None), Withheld, erased as u64);
    }
}

#[test]
fn an_order_may_come_after_the_entry_was_seen() {
    let (dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut list = entries(300);
    publish(dir.path(), &list, &[]);
    round(dir.path(), &log_only(), Some(state.path())).unwrap();
    list.push(order(&list, 290));
    publish_withheld(dir.path(), &list, &[290], &[]);
    assert_eq!(round(dir.path(), &log_only(), Some(state.path())).unwrap().known, 300);
    // Somebody who sees it for the first time, and later more, finds it in order too.
    let fresh = tempfile::tempdir().unwrap();
    round(dir.path(), &log_only(), Some(fresh.path())).unwrap();
}
