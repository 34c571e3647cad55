//! A command as it arrives: what is asked for, by whom, when it happened, and what it expects.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::day::Day;
use crate::domain::category::Path;
use crate::domain::{Command, CommandError, INTERNAL_COMMANDS};
use crate::record::{Assurance, Digest, Position, Revision};

/// At most so many events in one command, list or set of files.
pub const EVENTS_MAX: usize = 200_000;

/// What the sender believes of the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Nothing in particular.
    #[default]
    Any,
    /// The stream does not exist yet.
    Absent,
    /// Its last event has this revision.
    Exact(Revision),
}

/// One command with its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// What is asked for.
    pub command: Command,
    /// The stream it acts on.
    pub stream: String,
    /// What the sender believes of the stream.
    pub expected: Expected,
    /// The day on which it happened.
    pub occurred_day: Day,
    /// Second of that day, where it is known.
    pub occurred_second: Option<u32>,
    /// The post that enters it, or `import`.
    pub actor: String,
    /// Pseudonym of the account; zeros where there is none.
    pub account: [u8; 16],
    /// The unit that did it, where the sender names it.
    pub attributed_to: Option<String>,
    /// Whether that unit itself confirmed it.
    pub assurance: Assurance,
    /// The rule@version, meeting, decision or import that it rests on.
    pub authority: Option<String>,
    /// Step by step, or from an old ledger.
    pub path: Path,
}

impl Envelope {
    /// A command without particulars, that happened on a day.
    pub fn new(
        command: impl Into<Command>,
        stream: impl Into<String>,
        occurred: Day,
        actor: &str,
    ) -> Envelope {
        Envelope {
            command: command.into(),
            stream: stream.into(),
            expected: Expected::Any,
            occurred_day: occurred,
            occurred_second: None,
            actor: actor.to_owned(),
            account: [0; 16],
            attributed_to: None,
            assurance: Assurance::Stated,
            authority: None,
            path: Path::Live,
        }
    }

    /// The JSON over which a command's digest is taken; keys in order (RFC 8785).
    fn to_json(&self) -> Value {
        let mut whole = match self.command.to_json() {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        let mut put = |name: &str, value: Value| whole.insert(name.to_owned(), value);
        put("stream", Value::from(self.stream.as_str()));
        match self.expected {
            Expected::Any => {}
            Expected::Absent => {
                put("expectedRevision", Value::Null);
            }
            Expected::Exact(revision) => {
                put("expectedRevision", Value::from(revision));
            }
        }
        put("occurredOn", Value::from(occurred_text(self.occurred_day, self.occurred_second)));
        put("actor", Value::from(self.actor.as_str()));
        if let Some(unit) = &self.attributed_to {
            put("attributedTo", Value::from(unit.as_str()));
        }
        if let Some(authority) = &self.authority {
            put("authority", Value::from(authority.as_str()));
        }
        Value::Object(whole)
    }
}

/// `2022-06-06`, or with a time `2022-06-06T14:30:00`.
pub fn occurred_text(day: Day, second: Option<u32>) -> String {
    match second {
        None => day.to_string(),
        Some(s) => format!("{day}T{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
    }
}

/// Reads `2022-06-06` or `2022-06-06T14:30[:00][+08:00]`.
pub fn parse_occurred(text: &str) -> Option<(Day, Option<u32>)> {
    let Some((day, time)) = text.split_once('T') else { return Some((text.parse().ok()?, None)) };
    let day = day.parse().ok()?;
    let time = time.strip_suffix("+08:00").unwrap_or(time);
    let parts: Vec<&str> = time.split(':').collect();
    let part = |index: usize, limit: u32| -> Option<u32> {
        match parts.get(index) {
            None if index == 2 => Some(0),
            Some(text) if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) => {
                text.parse().ok().filter(|n| *n < limit)
            }
            _ => None,
        }
    };
    if parts.len() > 3 {
        return None;
    }
    Some((day, Some(part(0, 24)? * 3600 + part(1, 60)? * 60 + part(2, 60)?)))
}

/// What is sent to the ledger at once: one command or a list, atomic either way, under one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The sender's id: the same id and content again gives the first answer.
    pub id: [u8; 16],
    /// First 16 bytes of the BLAKE3 of the canonical JSON.
    pub digest: [u8; 16],
    /// The commands.
    pub commands: Vec<Envelope>,
    /// Decide, answer, and record nothing.
    pub dry_run: bool,
}

impl Request {
    /// A request; its digest is taken here, on the sender's thread.
    pub fn new(id: [u8; 16], commands: Vec<Envelope>) -> Request {
        Request { id, digest: digest(&canonical_json(&commands)), commands, dry_run: false }
    }

    /// The same request as a trial.
    #[must_use]
    pub fn dry_run(mut self) -> Request {
        self.dry_run = true;
        self
    }
}

/// RFC 8785 JSON of one command, or of a list: keys of serde_json's maps are sorted, texts are escaped as wanted,
/// and there are no floats.
fn canonical_json(commands: &[Envelope]) -> String {
    match commands {
        [one] => one.to_json().to_string(),
        list => Value::Array(list.iter().map(Envelope::to_json).collect()).to_string(),
    }
}

/// First 16 bytes of the BLAKE3 of a command's canonical JSON.
pub(crate) fn digest(json: &str) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&Digest::of(json.as_bytes()).0[..16]);
    short
}

/// Where a command's event stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The stream.
    pub stream: String,
    /// The kind of the event.
    pub kind: String,
    /// Its place in the log.
    pub position: Position,
    /// Its place in the stream.
    pub revision: Revision,
    /// BLAKE3 of its bytes, hexadecimal.
    pub digest: String,
}

/// A request could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// A field is missing, unknown, or not of its type; the text names it.
    #[error("{field}: {what}")]
    Field {
        /// Which field, with its place in a list.
        field: String,
        /// What would be right.
        what: String,
    },
    /// The command does not exist or its data does not fit.
    #[error("command {index}: {source}")]
    Command {
        /// Its place in the list.
        index: usize,
        /// What is wrong.
        source: CommandError,
    },
}

/// Reads the JSON of `POST /api/v1/commands` and of `gongjian record`: one command or a list of commands.
///
/// A command without `commandId` gets `fallback_id`; in a list, all that name one must name the same.
///
/// # Errors
/// [`RequestError`] naming the field.
pub fn parse_request(
    json: Value,
    actor: Option<&str>,
    today: Day,
    fallback_id: [u8; 16],
) -> Result<(Request, bool), RequestError> {
    let (list, is_list) = match json {
        Value::Array(list) => (list, true),
        one => (vec![one], false),
    };
    if list.is_empty() {
        return Err(RequestError::Field { field: "[]".into(), what: "at least one command".into() });
    }
    if list.len() > EVENTS_MAX {
        return Err(RequestError::Field {
            field: "[]".into(),
            what: format!("at most {EVENTS_MAX} commands"),
        });
    }
    let mut id: Option<[u8; 16]> = None;
    let mut commands = Vec::with_capacity(list.len());
    for (index, value) in list.into_iter().enumerate() {
        let (envelope, given) = parse_envelope(value, index, actor, today)?;
        match (id, given) {
            (Some(known), Some(given)) if known != given => {
                return Err(field(index, "commandId", "one id for the whole list"));
            }
            (None, given) => id = given,
            _ => {}
        }
        commands.push(envelope);
    }
    Ok((Request::new(id.unwrap_or(fallback_id), commands), is_list))
}

fn field(index: usize, name: &str, what: &str) -> RequestError {
    RequestError::Field { field: format!("[{index}].{name}"), what: what.to_owned() }
}

fn parse_envelope(
    value: Value,
    index: usize,
    actor: Option<&str>,
    today: Day,
) -> Result<(Envelope, Option<[u8; 16]>), RequestError> {
    let Value::Object(mut map) = value else { return Err(field(index, "", "an object")) };
    let mut text = |name: &str| match map.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Null) if name != "command" => Ok(None),
        Some(_) => Err(field(index, name, "a text")),
    };
    let name = text("command")?.ok_or_else(|| field(index, "command", "is required"))?;
    let stream = text("stream")?.ok_or_else(|| field(index, "stream", "is required"))?;
    let id = text("commandId")?
        .map(|given| parse_id(&given).ok_or_else(|| field(index, "commandId", "a UUID")))
        .transpose()?;
    let occurred = match text("occurredOn")? {
        None => (today, None),
        Some(given) => parse_occurred(&given)
            .ok_or_else(|| field(index, "occurredOn", "a date such as 2022-06-06 or 2022-06-06T14:30:00"))?,
    };
    let own_actor = text("actor")?;
    let attributed_to = text("attributedTo")?;
    let authority = text("authority")?;
    let expected = match map.remove("expectedRevision") {
        None => Expected::Any,
        Some(Value::Null) => Expected::Absent,
        Some(value) => Expected::Exact(
            value.as_u64().ok_or_else(|| field(index, "expectedRevision", "a whole number or null"))?,
        ),
    };
    let data = map.remove("data").unwrap_or_else(|| Value::Object(Map::new()));
    if let Some(stranger) = map.keys().next() {
        return Err(field(index, stranger, "is not a field of a command"));
    }
    let command = match INTERNAL_COMMANDS.contains(&&*name) {
        true => Err(CommandError::Unknown(name)),
        false => Command::from_json(&name, data),
    };
    let command = command.map_err(|source| RequestError::Command { index, source })?;
    let mut envelope = Envelope::new(command, stream, occurred.0, "");
    envelope.occurred_second = occurred.1;
    envelope.actor = own_actor
        .or_else(|| actor.map(str::to_owned))
        .filter(|actor| !actor.trim().is_empty())
        .ok_or_else(|| field(index, "actor", "is required: the post that enters it, never a person"))?;
    envelope.expected = expected;
    envelope.attributed_to = attributed_to;
    envelope.authority = authority;
    Ok((envelope, id))
}

/// A UUID with or without hyphens; the id of zeros means none and is refused.
pub fn parse_id(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let mut id = [0; 16];
    hex::decode_to_slice(digits, &mut id).ok()?;
    (id != [0; 16]).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TODAY: Day = Day(19_149);

    fn read(value: Value) -> Result<Request, RequestError> {
        parse_request(value, Some("党建专干岗"), TODAY, [9; 16]).map(|(request, _)| request)
    }

    #[test]
    fn a_command_is_read_with_its_envelope() {
        let request = read(json!({
            "commandId": "00000000-0000-0000-0000-000000000001",
            "command": "street.register", "stream": "street/S01", "expectedRevision": null,
            "occurredOn": "2022-06-06T14:30:00", "data": {"name": "汶上街道"}
        }))
        .unwrap();
        let envelope = &request.commands[0];
        assert_eq!(envelope.expected, Expected::Absent);
        assert_eq!(envelope.occurred_second, Some(52_200));
        assert_eq!(envelope.actor, "党建专干岗");
        assert_eq!(request.id[15], 1);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (value, place) in [
            (json!({"stream": "street/S01"}), "[0].command"),
            (json!({"command": "street.register"}), "[0].stream"),
            (json!({"command": "street.register", "stream": "street/S01", "colour": 1}), "[0].colour"),
            (json!({"command": "street.register", "stream": "s", "occurredOn": "6月6日"}), "[0].occurredOn"),
            (json!({"command": "street.register", "stream": "s", "commandId": "x"}), "[0].commandId"),
            (json!([]), "[]"),
        ] {
            match read(value) {
                Err(RequestError::Field { field, .. }) => assert_eq!(field, place),
                other => panic!("{place}: {other:?}"),
            }
        }
        let missing = read(json!({"command": "street.register", "stream": "street/S01", "data": {}}));
        assert!(missing.unwrap_err().to_string().contains("name"));
        for internal in INTERNAL_COMMANDS {
            let sent = read(json!({"command": internal, "stream": "x/y", "data": {}}));
            assert!(matches!(sent, Err(RequestError::Command { source: CommandError::Unknown(_), .. })));
        }
    }

    #[test]
    fn the_digest_is_of_the_content_and_not_of_the_id() {
        let street = |id: &str, name: &str| {
            read(json!({"commandId": id, "command": "street.register", "stream": "street/S01", "data": {"name": name}}))
                .unwrap()
        };
        let (a, b) = ("00000000000000000000000000000001", "00000000000000000000000000000002");
        assert_eq!(street(a, "甲").digest, street(b, "甲").digest);
        assert_ne!(street(a, "甲").digest, street(a, "乙").digest);
    }

    #[test]
    fn times_of_day_are_read_strictly() {
        assert_eq!(parse_occurred("2022-06-06"), Some((TODAY, None)));
        assert_eq!(parse_occurred("2022-06-06T14:30"), Some((TODAY, Some(52_200))));
        assert_eq!(parse_occurred("2022-06-06T14:30:01+08:00"), Some((TODAY, Some(52_201))));
        for wrong in ["2022-06-06T25:00", "2022-06-06T1:00", "2022-06-06T10:00:00Z", "2022-06-06 10:00"] {
            assert_eq!(parse_occurred(wrong), None, "{wrong}");
        }
    }
}
