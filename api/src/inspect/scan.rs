//! Every event, as a ledger shows it: is it readable, who vouches for it, does it hold what must not be there?

use std::io::{self, Write};

use gongjian_core::evidence::bundle::TimeMark;
use gongjian_core::gate;
use serde_json::Value;

/// Places that a report names; more say nothing new.
const PLACES_MAX: usize = 20;

/// What reading every event found.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Events read.
    pub events: u64,
    /// Of them, stated by a record only.
    pub stated: u64,
    /// Events whose bytes were destroyed by an order.
    pub withheld: u64,
    /// Positions of events that no declared layout reads.
    pub unreadable: Places,
    /// Certainly personal: identity numbers, telephone numbers, bank cards, dwellings.
    pub personal: Places,
    /// Looks personal.
    pub doubtful: Places,
    /// When the last event was recorded.
    pub last_recorded: String,
    /// Events recorded at a time that the cosignatures of witnesses exclude.
    pub untimely: Places,
    /// What the cosignatures say.
    marks: Vec<TimeMark>,
    line: Vec<u8>,
}

/// How many there are, and where the first ones stand.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// All of them.
    pub count: u64,
    first: Vec<u64>,
}

impl Places {
    fn add(&mut self, position: u64) {
        self.count += 1;
        if self.first.len() < PLACES_MAX && self.first.last() != Some(&position) {
            self.first.push(position);
        }
    }

    /// The first positions in one line.
    pub fn shown(&self) -> String {
        let shown: Vec<String> = self.first.iter().map(u64::to_string).collect();
        let more = if self.count > self.first.len() as u64 { " …" } else { "" };
        shown.join(", ") + more
    }
}

impl Scan {
    /// Nothing read yet; times are compared with cosignatures.
    pub fn against(marks: Vec<TimeMark>) -> Scan {
        Scan { marks, ..Scan::default() }
    }

    fn take(&mut self, event: &Value) {
        let position = event["position"].as_u64().unwrap_or_default();
        self.events += 1;
        if event["withheld"] == true {
            self.withheld += 1;
            return;
        }
        self.stated += u64::from(event["assurance"] == "stated");
        if event["data"].is_null() {
            self.unreadable.add(position);
        }
        if let Some(at) = event["recordedAt"].as_str() {
            at.clone_into(&mut self.last_recorded);
            self.time(position, at);
        }
        let envelope = ["recordedBy", "authority"].map(|name| event[name].as_str().unwrap_or_default());
        let is_personal = has_personal("", &event["data"])
            || envelope.into_iter().any(|text| gate::certain(text).is_some());
        if is_personal {
            self.personal.add(position);
        } else if !gate::doubts(&event["data"]).is_empty() {
            self.doubtful.add(position);
        }
    }
}

impl Scan {
    fn time(&mut self, position: u64, recorded_at: &str) {
        if self.marks.is_empty() {
            return;
        }
        let is_untimely = recorded_at
            .parse::<jiff::Timestamp>()
            .is_ok_and(|at| self.marks.iter().any(|mark| mark.check(position, at.as_microsecond()).is_err()));
        if is_untimely {
            self.untimely.add(position);
        }
    }
}

/// Whether a free text holds something that is certainly personal.
fn has_personal(field: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => gate::FREE_TEXT.contains(&field) && gate::certain(text).is_some(),
        Value::Array(parts) => parts.iter().any(|part| has_personal(field, part)),
        Value::Object(fields) => fields.iter().any(|(name, part)| has_personal(name, part)),
        _ => false,
    }
}

/// Takes events as JSON lines, in pieces of any size.
impl Write for Scan {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.take(&serde_json::from_slice(&line)?);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_texts_are_found_in_pieces_of_any_size() {
        let lines = [
            r#"{"position":0,"assurance":"stated","data":{"text":"身份证110101199003070038号"}}"#,
            r#"{"position":1,"assurance":"attested","data":{"changes":[{"field":"place","now":"李女士门口"}]}}"#,
            r#"{"position":2,"assurance":"stated","data":null}"#,
            r#"{"position":3,"withheld":true}"#,
        ];
        let text = lines.join("\n") + "\n";
        for size in [1, 7, 4_096] {
            let mut scan = Scan::default();
            text.as_bytes().chunks(size).for_each(|part| scan.write_all(part).unwrap());
            let found = (scan.personal.shown(), scan.doubtful.shown(), scan.unreadable.shown());
            assert_eq!(found, ("0".to_owned(), "1".to_owned(), "2".to_owned()));
            assert_eq!((scan.events, scan.stated, scan.withheld), (4, 2, 1));
        }
    }

    #[test]
    fn a_time_that_a_cosignature_excludes_is_found() {
        // Midnight in UTC, over the first two events.
        let mark = TimeMark { size: 2, time: 1_664_582_400, witness: "w".to_owned() };
        let line = |position: u64, at: &str| format!("{{\"position\":{position},\"recordedAt\":\"{at}\"}}\n");
        let cases = [
            (1, "2022-10-01T00:00:59Z", ""),
            (1, "2022-10-01T00:01:01Z", "1"),
            (2, "2022-09-30T23:59:01Z", ""),
            (2, "2022-09-30T23:58:59Z", "2"),
        ];
        for (position, at, expected) in cases {
            let mut scan = Scan::against(vec![mark.clone()]);
            scan.write_all(line(position, at).as_bytes()).unwrap();
            assert_eq!(scan.untimely.shown(), expected, "{position} {at}");
        }
    }
}
