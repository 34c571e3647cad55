//! What came of checking one file, for people and for programs.

use gongjian_core::evidence::{Accepted, SignedCheckpoint};
use gongjian_core::vault::Status;
use serde_json::{Value, json};

use super::fault::Fault;
use crate::messages::Text;
use crate::package::FoundDocument;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A `.tlog-proof` with its entry.
    Proof,
    /// A checkpoint.
    Checkpoint,
    /// An evidence package, as a file or unpacked.
    Package,
    /// A whole copy of a ledger.
    Ledger,
    /// Checkpoint, tiles and bundles as they are published.
    Tiles,
    /// A report of the four properties.
    Inspection,
    /// A quarterly report.
    Report,
    /// Nothing that is known here.
    Unknown,
}

impl Format {
    /// The stable word for programs; its word for people is under `offline-format-CODE`.
    pub fn code(self) -> &'static str {
        match self {
            Format::Proof => "proof",
            Format::Checkpoint => "checkpoint",
            Format::Package => "package",
            Format::Ledger => "ledger",
            Format::Tiles => "tiles",
            Format::Inspection => "inspection",
            Format::Report => "report",
            Format::Unknown => "unknown",
        }
    }
}

/// The three things that can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything fits, and a key that the reader trusts signed it.
    Sound,
    /// Everything fits together, but the signature was not checked against a key that the reader trusts: whoever
    /// made it up could have made it fit.
    Unchecked,
    /// Something is wrong.
    Wrong,
}

impl Verdict {
    /// The stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Verdict::Sound => "sound",
            Verdict::Unchecked => "unchecked",
            Verdict::Wrong => "wrong",
        }
    }
}

/// The checkpoint that a file rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The name of the ledger.
    pub origin: String,
    /// Number of events.
    pub size: u64,
    /// Root over them, in hexadecimal.
    pub root: String,
    /// Who signed by the note's word: name and key id.
    pub lines: Vec<(String, String)>,
}

impl Basis {
    /// Of a signed checkpoint.
    pub fn of(signed: &SignedCheckpoint) -> Basis {
        let lines = signed.note().signatures().iter();
        Basis {
            origin: signed.checkpoint().origin().to_owned(),
            size: signed.checkpoint().size(),
            root: signed.checkpoint().root().to_string(),
            lines: lines.map(|line| (line.name().to_owned(), hex::encode(line.key_id()))).collect(),
        }
    }
}

/// What came of checking one file.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it is.
    pub format: Format,
    /// The checkpoint that it rests on, where it could be read.
    pub basis: Option<Basis>,
    /// Whose signatures were checked; `None` where nobody is trusted, or something was wrong before.
    pub accepted: Option<Accepted>,
    /// A trusted key signed something other than a checkpoint.
    pub signed: bool,
    /// The event that is proven, as JSON.
    pub event: Option<Value>,
    /// What was counted: key of the message files, and how many.
    pub counts: Vec<(&'static str, u64)>,
    /// What became of each document that the events tell of.
    pub documents: Vec<FoundDocument>,
    /// Positions of records whose bytes were destroyed, each with that of its order.
    pub destroyed: Vec<(u64, u64)>,
    /// What is worth saying and no fault: keys of the message files.
    pub remarks: Vec<&'static str>,
    /// The same with particulars, said before the remarks.
    pub said: Vec<(&'static str, Vec<(&'static str, String)>)>,
    /// A ledger that the reader has at hand says the same.
    pub confirmed: bool,
    /// Particulars for programs.
    pub details: Option<Value>,
    /// The first thing that is wrong.
    pub fault: Option<Fault>,
}

impl Outcome {
    /// Nothing yet.
    pub fn new(format: Format) -> Outcome {
        Outcome {
            format,
            basis: None,
            accepted: None,
            signed: false,
            event: None,
            counts: Vec::new(),
            documents: Vec::new(),
            destroyed: Vec::new(),
            remarks: Vec::new(),
            said: Vec::new(),
            confirmed: false,
            details: None,
            fault: None,
        }
    }

    /// Adds a sentence: a key of the message files, with what it names.
    pub fn say(&mut self, key: &'static str, args: Vec<(&'static str, String)>) {
        self.said.push((key, args));
    }

    /// The same with the first thing that is wrong, if anything is.
    #[must_use]
    pub fn after(mut self, checked: Result<(), Fault>) -> Outcome {
        self.fault = checked.err();
        self
    }

    /// What can be said.
    pub fn verdict(&self) -> Verdict {
        match (&self.fault, self.accepted.is_some() || self.signed || self.confirmed) {
            (Some(_), _) => Verdict::Wrong,
            (None, true) => Verdict::Sound,
            (None, false) => Verdict::Unchecked,
        }
    }

    /// The outcome for programs.
    pub fn to_json(&self, file: &str, text: Text) -> Value {
        let mut found = json!({
            "file": file,
            "format": self.format.code(),
            "verdict": self.verdict().code(),
            "sound": self.verdict() == Verdict::Sound,
            "signatureChecked": self.accepted.is_some() || self.signed,
        });
        if let Some(basis) = &self.basis {
            let lines: Vec<Value> =
                basis.lines.iter().map(|(name, id)| json!({ "name": name, "id": id })).collect();
            found["checkpoint"] =
                json!({ "origin": basis.origin, "size": basis.size, "root": basis.root, "lines": lines });
        }
        if let Some(accepted) = &self.accepted {
            let keys: Vec<String> = accepted.logs.iter().map(ToString::to_string).collect();
            let cosigned: Vec<Value> = accepted
                .cosigned
                .iter()
                .map(|one| json!({ "witness": one.witness, "key": one.key.to_string(), "time": one.time }))
                .collect();
            found["signedBy"] = json!(keys);
            found["cosigned"] = json!(cosigned);
        }
        for (name, count) in &self.counts {
            found["counts"][*name] = json!(count);
        }
        if !self.documents.is_empty() {
            found["documents"] = self.documents.iter().map(FoundDocument::to_json).collect();
        }
        if !self.destroyed.is_empty() {
            let one = |(at, order): &(u64, u64)| json!({ "position": at, "erasedBy": order });
            found["withheld"] = self.destroyed.iter().map(one).collect();
        }
        if let Some(event) = &self.event {
            found["event"] = event.clone();
        }
        if let Some(details) = &self.details {
            found["report"] = details.clone();
        }
        if let Some(fault) = &self.fault {
            found["fault"] = fault.to_json(text);
        }
        found
    }

    /// The outcome in words, the verdict last.
    pub fn told(&self, file: &str, text: Text) -> String {
        let mut lines = vec![text.get(
            "offline-file",
            &[("file", file), ("format", &text.word("offline-format", self.format.code()))],
        )];
        let mut put = |key: &str, args: &[(&str, &str)]| lines.push(format!("  {}", text.get(key, args)));
        if let Some(basis) = &self.basis {
            let size = basis.size.to_string();
            put("offline-basis", &[("origin", &basis.origin), ("size", &size), ("root", &basis.root)]);
        }
        if let Some(event) = &self.event {
            tell_event(event, text, &mut put);
        }
        for (name, count) in &self.counts {
            put(&format!("offline-count-{name}"), &[("count", &count.to_string())]);
        }
        self.documents.iter().for_each(|document| tell_document(document, &mut put));
        for (position, order) in &self.destroyed {
            put("offline-destroyed", &[("position", &position.to_string()), ("order", &order.to_string())]);
        }
        if let Some(accepted) = &self.accepted {
            for key in &accepted.logs {
                put("offline-signed", &[("name", key.name()), ("id", &hex::encode(key.id()))]);
            }
            for one in &accepted.cosigned {
                let time = i64::try_from(one.time).ok().and_then(|time| time.checked_mul(1_000_000));
                let at = time.map_or_else(|| one.time.to_string(), crate::app::county_time);
                put("offline-cosigned", &[("witness", &one.witness), ("at", &at)]);
            }
        }
        for (key, args) in &self.said {
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            put(key, &args);
        }
        for remark in &self.remarks {
            put(remark, &[]);
        }
        if self.verdict() == Verdict::Unchecked
            && let Some(basis) = &self.basis
        {
            for (name, id) in &basis.lines {
                put("offline-claimed", &[("name", name), ("id", id)]);
            }
        }
        if let Some(fault) = &self.fault {
            lines.push(format!("  {}", fault.told(text)));
        }
        lines.push(text.plain(match (self.format, self.verdict()) {
            // Keys do not help: a report bears no signature.
            (Format::Report, Verdict::Unchecked) => "offline-verdict-report-unchecked",
            (_, Verdict::Unchecked) => "offline-verdict-unchecked",
            (_, Verdict::Sound) => "offline-verdict-sound",
            (_, Verdict::Wrong) => "offline-verdict-wrong",
        }));
        lines.join("\n")
    }
}

/// What became of a document.
fn tell_document(document: &FoundDocument, put: &mut impl FnMut(&str, &[(&str, &str)])) {
    let executed = match &document.status {
        Status::Erased(proof) => proof.executed.to_string(),
        _ => String::new(),
    };
    let (position, path) = (document.position.to_string(), document.path.as_deref().unwrap_or_default());
    let args = [
        ("id", document.id.as_str()),
        ("kind", &document.kind),
        ("position", &position),
        ("path", path),
        ("executed", &executed),
    ];
    put(&format!("offline-document-{}", document.status.word()), &args);
}

/// The event itself, so that the reader sees what is proven.
fn tell_event(event: &Value, text: Text, put: &mut impl FnMut(&str, &[(&str, &str)])) {
    let word = |name: &str| event[name].as_str().unwrap_or("-").to_owned();
    let at = word("recordedAt").parse::<jiff::Timestamp>();
    let at = at.map_or_else(|_| word("recordedAt"), |at| crate::app::county_time(at.as_microsecond()));
    let args = [
        ("position", event["position"].to_string()),
        ("kind", text.named(&text.word("kind", &word("kind")), &word("kind"))),
        ("stream", word("stream")),
        ("on", word("occurredOn")),
        ("at", at),
        ("post", text.word("post", &word("recordedBy"))),
        ("digest", word("digest")),
        ("unit", word("attributedTo")),
        ("data", event["data"].to_string()),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    put("offline-event", &args);
    put("offline-event-when", &args);
    if event["attributedTo"].is_string() {
        put("offline-event-unit", &args);
    }
    put("offline-event-digest", &args);
    put(if event["data"].is_null() { "offline-event-unread" } else { "offline-event-data" }, &args);
}
