//! Attacks by somebody with all rights on the machine, and who finds them.
//!
//! A county's ledger is attacked in a copy. Before that, an inspector on another machine took what an inspector
//! has: the ledger's key, a checkpoint, a receipt for one event, and the memory of a monitor. Each test names the
//! attack, the party, and what it says. `docs/SECURITY.md` has the table.

mod copies;
mod forgeries;
mod signed;
mod vault;

use std::path::{Path, PathBuf};

use gongjian_core::evidence::{Policy, Proof, SignedCheckpoint, TileKind, TileName, VerifierKey, tree};
use gongjian_core::log::{Log, LogOptions, NewEvent};
use gongjian_core::record::Record;
use gongjian_tests::cli::Ledger;
use gongjian_tests::http::Server;
use serde_json::Value;

/// The event for which the inspector has a receipt.
const RECEIPT: u64 = 1_500;

/// What somebody outside has seen of a ledger.
struct Inspector {
    key: VerifierKey,
    checkpoint: SignedCheckpoint,
    receipt: Proof,
    entry: Vec<u8>,
    /// The memory of the monitor.
    state: PathBuf,
}

impl Inspector {
    fn policy(&self) -> Policy {
        Policy::of_log(self.key.clone()).unwrap()
    }

    /// What the monitor says of what is published now.
    fn looks(&self, tiles: &Path) -> Result<gongjian_api::monitor::Report, gongjian_api::monitor::Trouble> {
        crate::monitor::round(tiles, &self.policy(), Some(&self.state))
    }
}

/// A county's ledger, and what an inspector took away while it was honest.
fn watched() -> (Ledger, Inspector) {
    let ledger = Ledger::county();
    let key = ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim_end().parse().unwrap();
    let position = RECEIPT.to_string();
    ledger.run(&["prove", &position, "-o", "receipt.tlog-proof", "--entry", "entry"]).exits(0);
    let read = |name: &str| std::fs::read(ledger.folder.path().join(name)).unwrap();
    let inspector = Inspector {
        key,
        checkpoint: checkpoint(&ledger),
        receipt: Proof::parse(&read("receipt.tlog-proof")).unwrap(),
        entry: read("entry"),
        state: ledger.folder.path().join("monitor"),
    };
    let seen = inspector.looks(&published(&ledger, "honest")).unwrap();
    assert_eq!(seen.accepted.size, inspector.checkpoint.checkpoint().size());
    (ledger, inspector)
}

fn checkpoint(ledger: &Ledger) -> SignedCheckpoint {
    SignedCheckpoint::parse(&ledger.run(&["checkpoint"]).exits(0).out).unwrap()
}

/// What the ledger's server publishes now, fetched as a monitor fetches it. (`export tiles` is an event, and whoever
/// forges a history leaves none.)
fn published(ledger: &Ledger, name: &str) -> PathBuf {
    let folder = ledger.folder.path().join(name);
    let server = Server::start(&ledger.data());
    let fetch = |name: &str| {
        let answer = server.get(&format!("/{name}"));
        assert_eq!(answer.status, 200, "{name}");
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, &answer.bytes).unwrap();
        answer.bytes
    };
    let size = SignedCheckpoint::parse(&fetch("checkpoint")).unwrap().checkpoint().size();
    let level_of = |kind| if let TileKind::Hashes(level) = kind { level } else { 0 };
    let levels = (0..).take_while(|level| tree::level_size(size, *level) > 0).map(TileKind::Hashes);
    for kind in levels.chain([TileKind::Entries]) {
        let level = level_of(kind);
        for number in 0..tree::level_size(size, level).div_ceil(256) {
            let width = tree::tile_width(size, level, number);
            fetch(&TileName::of_width(kind, number, width).unwrap().path());
        }
    }
    folder
}

/// The events as they are.
fn records(ledger: &Ledger) -> Vec<Record> {
    let log = Log::open(&ledger.data(), LogOptions { ballast_bytes: 0, tiles: false }).unwrap();
    let reader = log.reader();
    reader.scan(0..reader.size()).map(|pair| Record::decode(&pair.unwrap().1).unwrap()).collect()
}

/// Puts another history in the place of the ledger's: every hash, link, tile and index is made anew.
pub(crate) fn rewrite(ledger: &Ledger, change: impl FnOnce(&mut Vec<Record>)) {
    let mut records = records(ledger);
    change(&mut records);
    let published = ledger.data().join("tiles/checkpoint");
    let signed = std::fs::read(&published).unwrap();
    for name in ["sled", "tiles", "snapshots"] {
        let _ = std::fs::remove_dir_all(ledger.data().join(name));
    }
    let mut log = Log::create(&ledger.data(), LogOptions { ballast_bytes: 0, tiles: true }).unwrap();
    log.append(records.into_iter().map(again).collect()).unwrap();
    log.close();
    std::fs::write(published, signed).unwrap();
}

/// The same, and lets the stolen key sign it: what was signed before is gone from the machine.
fn rewrite_and_sign(ledger: &Ledger, change: impl FnOnce(&mut Vec<Record>)) {
    rewrite(ledger, change);
    forget_what_was_signed(ledger);
}

fn forget_what_was_signed(ledger: &Ledger) {
    for name in ["keys/log.head", "tiles/checkpoint", "checkpoint.witnessed"] {
        let _ = std::fs::remove_file(ledger.data().join(name));
    }
}

fn again(record: Record) -> NewEvent {
    NewEvent {
        stream: record.stream,
        kind: record.kind,
        version: record.version,
        recorded_at: record.recorded_at,
        occurred_day: record.occurred_day,
        occurred_second: record.occurred_second,
        command_id: record.command_id,
        command_digest: record.command_digest,
        nonce: record.nonce,
        trail: record.trail,
        recorded_by: record.recorded_by,
        account: record.account,
        attributed_to: record.attributed_to,
        assurance: record.assurance,
        authority: record.authority,
        payload: record.payload,
    }
}

/// Changes who recorded event `position`.
pub(crate) fn edit(records: &mut [Record], position: u64) {
    let record = &mut records[usize::try_from(position).unwrap()];
    record.recorded_by = format!("{}改", record.recorded_by);
}

/// Codes and positions of the faults that `verify` finds on the machine itself.
#[track_caller]
fn verify_finds(ledger: &Ledger) -> Vec<(String, u64)> {
    let report = ledger.run(&["verify", "--json"]).exits(1).json();
    let faults = report["faults"].as_array().unwrap();
    let code = |fault: &Value| fault["code"].as_str().unwrap().to_owned();
    faults.iter().map(|fault| (code(fault), fault["position"].as_u64().unwrap())).collect()
}
