//! The whole log as JSON Lines (`docs/FORMAT.md`, section 16): a header, then a line for each event.
//!
//! `bytes` is the event; `event` is for eyes. A line has one spelling, so whoever reads one writes it again from the
//! bytes and compares: a readable half that somebody edited is found without reading it.

mod fault;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::command::occurred_text;
use crate::evidence::{Checkpoint, CheckpointError, LogKeys, SignedCheckpoint};
use crate::layout::{Declared, Layouts, write_base64, write_display, write_text};
use crate::log::{Corruption, ErasedEvent, LogReader, MerkleHash, ReadError, Saying};
use crate::record::{Digest, Position, RecordRef};

pub use fault::LineFault;

/// What the header calls the format.
pub const LOG_FORMAT: &str = "gongjian-log/1";
/// What every version of the format begins its header with.
const HEADER_START: &[u8] = br#"{"format":"gongjian-log/"#;
/// Longest line: a checkpoint, or a record in base64 beside the same in JSON, which may escape every byte.
pub const LINE_BYTES_MAX: u64 = 8 << 20;
/// How much is handed over at once.
const CHUNK_BYTES: usize = 256 << 10;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    signed: SignedCheckpoint,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine {
    format: String,
    origin: String,
    size: u64,
    root: String,
    checkpoint: String,
}

impl Header {
    /// The header over a checkpoint, which keeps of its signatures that of the key in force: what others sign, and
    /// when, would make another file of the same log.
    ///
    /// # Errors
    /// [`CheckpointError`], which does not happen to a checkpoint that was read.
    pub fn over(signed: &SignedCheckpoint, keys: &LogKeys) -> Result<Header, CheckpointError> {
        let key = keys.in_force(signed.checkpoint().size());
        let own = signed
            .note()
            .signatures()
            .iter()
            .find(|line| key.is_some_and(|key| line.name() == key.name() && line.key_id() == key.id()));
        let mut text = format!("{}\n", signed.note().text());
        text.extend(own.map(ToString::to_string));
        Ok(Header { signed: SignedCheckpoint::parse(text.as_bytes())? })
    }

    /// The checkpoint, signed.
    pub fn signed(&self) -> &SignedCheckpoint {
        &self.signed
    }

    /// Origin, size and root.
    pub fn checkpoint(&self) -> &Checkpoint {
        self.signed.checkpoint()
    }

    /// The line.
    pub fn line(&self) -> Vec<u8> {
        let checkpoint = self.checkpoint();
        let mut line = Vec::with_capacity(512);
        line.extend_from_slice(br#"{"format":"#);
        write_text(&mut line, LOG_FORMAT);
        line.extend_from_slice(br#","origin":"#);
        write_text(&mut line, checkpoint.origin());
        line.extend_from_slice(br#","size":"#);
        write_display(&mut line, &checkpoint.size());
        line.extend_from_slice(br#","root":""#);
        write_base64(&mut line, &checkpoint.root().0);
        line.extend_from_slice(br#"","checkpoint":"#);
        write_text(&mut line, &self.signed.to_string());
        line.extend_from_slice(b"}\n");
        line
    }

    /// Whether a file begins like one of this format, of whatever version.
    pub fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(HEADER_START)
    }

    /// Reads the first line.
    ///
    /// # Errors
    /// [`LineFault`].
    pub fn parse(line: &[u8]) -> Result<Header, LineFault> {
        let read: HeaderLine =
            serde_json::from_slice(line).map_err(|error| LineFault::Header(Some(error)))?;
        if read.format != LOG_FORMAT {
            return Err(LineFault::Header(None));
        }
        let signed = SignedCheckpoint::parse(read.checkpoint.as_bytes())?;
        let said = signed.checkpoint();
        let pairs = [
            (read.origin, said.origin().to_owned()),
            (read.size.to_string(), said.size().to_string()),
            (read.root, STANDARD.encode(said.root().0)),
        ];
        if let Some((header, checkpoint)) = pairs.into_iter().find(|(header, said)| header != said) {
            return Err(LineFault::Contradiction { header, checkpoint });
        }
        let header = Header { signed };
        same(line, &header.line())?;
        Ok(header)
    }
}

/// What a line holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The bytes of an event.
    Event(Vec<u8>),
    /// What is left of one whose bytes were destroyed.
    Erased(ErasedEvent, MerkleHash),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventLine {
    position: Position,
    #[serde(default)]
    bytes: Option<String>,
    #[serde(default)]
    withheld: Option<WithheldLine>,
    #[serde(default)]
    event: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WithheldLine {
    digest: String,
    leaf: String,
    order: Position,
    stream: String,
    revision: u64,
    command_id: String,
}

impl Entry {
    /// The leaf of the Merkle tree.
    pub fn leaf(&self) -> MerkleHash {
        match self {
            Entry::Event(bytes) => MerkleHash::leaf(bytes),
            Entry::Erased(_, leaf) => *leaf,
        }
    }

    /// The digest, which the next event has as `previous`.
    pub fn digest(&self) -> Digest {
        match self {
            Entry::Event(bytes) => Digest::of(bytes),
            Entry::Erased(event, _) => event.digest,
        }
    }

    /// Reads the line of a position. `layouts` must have learnt what stands before; it learns of this one.
    ///
    /// # Errors
    /// [`LineFault`], also for a line that says anything else than its bytes.
    pub fn parse(line: &[u8], expected: Position, layouts: &Layouts) -> Result<Entry, LineFault> {
        let read: EventLine = serde_json::from_slice(line).map_err(LineFault::Json)?;
        if read.position != expected {
            return Err(LineFault::Position { expected, found: read.position });
        }
        if let (None, Some(withheld), None) = (&read.bytes, &read.withheld, &read.event) {
            let unreadable = || LineFault::Record { what: "`withheld` does not read".to_owned() };
            let (event, leaf) = withheld.read(expected).ok_or_else(unreadable)?;
            let mut own = Vec::new();
            write_erased(&mut own, &event, leaf);
            same(line, &own)?;
            return Ok(Entry::Erased(event, leaf));
        }
        let bytes = read.bytes.filter(|_| read.withheld.is_none());
        let bytes = bytes.ok_or_else(|| LineFault::Record { what: "there is no `bytes`".to_owned() })?;
        let bytes = STANDARD.decode(bytes).map_err(LineFault::Base64)?;
        let record = RecordRef::decode_canonical(&bytes)
            .map_err(|error| LineFault::Record { what: error.to_string() })?;
        if record.position != expected {
            return Err(LineFault::Position { expected, found: record.position });
        }
        layouts.learn(&record);
        let declared = layouts.learnt(record.kind, record.version);
        let mut own = Vec::with_capacity(line.len());
        write_event(&mut own, &bytes, read.event.is_some().then_some((&record, declared.as_deref())));
        same(line, &own)?;
        Ok(Entry::Event(bytes))
    }
}

impl WithheldLine {
    fn read(&self, position: Position) -> Option<(ErasedEvent, MerkleHash)> {
        let (mut digest, mut command_id) = ([0; 32], [0; 16]);
        hex::decode_to_slice(&self.digest, &mut digest).ok()?;
        hex::decode_to_slice(&self.command_id, &mut command_id).ok()?;
        let leaf = STANDARD.decode(&self.leaf).ok()?.try_into().ok()?;
        let (order, revision, stream) = (self.order, self.revision, self.stream.clone());
        let digest = Digest(digest);
        Some((ErasedEvent { position, order, digest, stream, revision, command_id }, MerkleHash(leaf)))
    }
}

/// A line has one spelling.
fn same(line: &[u8], own: &[u8]) -> Result<(), LineFault> {
    /// How much of a line an error shows, in characters.
    const SHOWN: usize = 600;
    if line == own {
        return Ok(());
    }
    Err(LineFault::Edited { expected: String::from_utf8_lossy(own).trim_end().chars().take(SHOWN).collect() })
}

/// The line of an event, with what it says in `event` if that is given.
fn write_event(out: &mut Vec<u8>, bytes: &[u8], shown: Option<(&RecordRef<'_>, Option<&Declared>)>) {
    let position = shown.map(|(record, _)| record.position);
    let position = position.or_else(|| RecordRef::decode(bytes).ok().map(|record| record.position));
    out.extend_from_slice(br#"{"position":"#);
    write_display(out, &position.unwrap_or_default());
    out.extend_from_slice(br#","bytes":""#);
    write_base64(out, bytes);
    out.push(b'"');
    if let Some((record, declared)) = shown {
        out.extend_from_slice(br#","event":{"kind":"#);
        write_text(out, record.kind);
        out.extend_from_slice(br#","version":"#);
        write_display(out, &record.version);
        out.extend_from_slice(br#","stream":"#);
        write_text(out, record.stream);
        out.extend_from_slice(br#","occurredOn":"#);
        write_text(out, &occurred_text(record.occurred_day, record.occurred_second));
        out.extend_from_slice(br#","data":"#);
        let layout = declared.and_then(|declared| declared.layout.as_ref());
        if layout.is_none_or(|layout| layout.write_json(record.payload, out).is_err()) {
            out.extend_from_slice(b"null");
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"}\n");
}

fn write_erased(out: &mut Vec<u8>, event: &ErasedEvent, leaf: MerkleHash) {
    out.extend_from_slice(br#"{"position":"#);
    write_display(out, &event.position);
    out.extend_from_slice(br#","withheld":{"digest":""#);
    write_display(out, &event.digest);
    out.extend_from_slice(br#"","leaf":""#);
    write_base64(out, &leaf.0);
    out.extend_from_slice(br#"","order":"#);
    write_display(out, &event.order);
    out.extend_from_slice(br#","stream":"#);
    write_text(out, &event.stream);
    out.extend_from_slice(br#","revision":"#);
    write_display(out, &event.revision);
    out.extend_from_slice(br#","commandId":""#);
    out.extend_from_slice(hex::encode(event.command_id).as_bytes());
    out.extend_from_slice(b"\"}}\n");
}

/// Writes the first events of a log, as many as the header says, in pieces; `each` returns `false` to stop. Events are
/// written on all cores; what is held meanwhile does not grow with the log.
///
/// # Errors
/// [`ReadError`] if the log cannot be read or ends before.
pub fn write(
    reader: &LogReader,
    header: &Header,
    mut each: impl FnMut(Vec<u8>) -> bool,
) -> Result<(), ReadError> {
    let size = header.checkpoint().size();
    if size > reader.size() {
        return Err(Corruption::new(reader.size(), "number of events", size, reader.size()).into());
    }
    let layouts = Layouts::default();
    let line = |_: Position, bytes: &[u8]| {
        let mut line = Vec::with_capacity(bytes.len() * 3);
        if let Ok(record) = RecordRef::decode(bytes) {
            let declared = layouts.of(reader, record.kind, record.version);
            write_event(&mut line, bytes, Some((&record, declared.as_deref())));
        }
        line
    };
    let mut chunk = header.line();
    let mut failure = None;
    let mut wanted = true;
    reader.scan_pages(0..size, line, |position, mut line| {
        if line.is_empty() {
            // Withheld, or no record at all.
            match erased_line(reader, position) {
                Ok(own) => line = own,
                Err(error) => {
                    failure = Some(error);
                    return false;
                }
            }
        }
        chunk.extend_from_slice(&line);
        if chunk.len() >= CHUNK_BYTES {
            wanted = each(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_BYTES * 2)));
        }
        wanted
    })?;
    match failure {
        Some(error) => Err(error),
        None => {
            if wanted && !chunk.is_empty() {
                each(chunk);
            }
            Ok(())
        }
    }
}

fn erased_line(reader: &LogReader, position: Position) -> Result<Vec<u8>, ReadError> {
    let event = reader.erased(position)?;
    let leaf = reader.leaves(position..position + 1)?.into_iter().next();
    let Some((event, leaf)) = event.zip(leaf) else {
        let error = reader.get(position)?.and_then(|bytes| RecordRef::decode(&bytes).err());
        let found = error.map_or_else(|| Saying::from("nothing"), Saying::from);
        return Err(Corruption::new(position, "open event", "a record", found).into());
    };
    let mut line = Vec::new();
    write_erased(&mut line, &event, leaf);
    Ok(line)
}
