//! Events for tests and benches: made by the core's own commands, so that they are what a ledger holds.

use gongjian_core::day::Day;
use gongjian_core::domain::category::{Context, Path};
use gongjian_core::domain::facts::At;
use gongjian_core::domain::{Command, World};
use gongjian_core::record::{Digest, Position, RECORD_FORMAT, Record};
use gongjian_core::rejection::Rejection;
use serde_json::Value;

/// Builds a log in memory, command by command.
pub struct Builder {
    /// What decisions rest on.
    pub world: World,
    /// The stored bytes of each event.
    pub log: Vec<Vec<u8>>,
    /// Who enters.
    pub actor: &'static str,
    /// The day on which the ledger takes events in; `None` takes them in on the day they happen.
    pub today: Option<Day>,
    last: Digest,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder { world: World::default(), log: Vec::new(), actor: "import", today: None, last: Digest::ZERO }
    }
}

impl Builder {
    /// Records what a command leads to.
    pub fn act(&mut self, on: Day, stream: &str, command: &str, data: Value) -> Result<Position, Rejection> {
        let command = Command::from_json(command, data)
            .map_err(|error| Rejection::new("command-malformed").with("error", error))?;
        let today = self.today.unwrap_or(on);
        let path = if self.actor == "import" { Path::Ledger } else { Path::Live };
        let context = Context { today, occurred: on, path, actor: self.actor };
        let decided = self.world.decide(&context, stream, &command)?;
        let position = self.log.len() as Position;
        let revision = self.world.revision(stream).map_or(0, |revision| revision + 1);
        let kind = decided.event.kind();
        let record = Record {
            format: RECORD_FORMAT,
            position,
            previous: self.last,
            recorded_at: today.last_micros(),
            occurred_day: on,
            occurred_second: None,
            stream: stream.to_owned(),
            revision,
            kind: kind.name.to_owned(),
            version: kind.version,
            command_id: [0; 16],
            command_digest: [0; 16],
            nonce: [0; 16],
            trail: decided.trail.clone(),
            recorded_by: self.actor.to_owned(),
            account: [0; 16],
            attributed_to: decided.doer.clone(),
            assurance: 0,
            authority: None,
            payload: decided.event.encode().unwrap_or_default(),
        };
        let bytes = record.encode().unwrap_or_default();
        let at = At { position, recorded_at: record.recorded_at, occurred: on };
        self.world.apply(stream, revision, &decided.trail, &decided.event, &at);
        self.last = Digest::of(&bytes);
        self.log.push(bytes);
        Ok(position)
    }
}
