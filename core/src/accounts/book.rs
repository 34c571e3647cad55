//! The second log and its one writer: decide, append, fold.
//!
//! It is a log like the other one, with its own folder, origin and signing key, so that everything that verifies the
//! one verifies the other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decide::{AccountCommand, decide};
use super::events::AccountEvent;
use super::state::{AccountId, Accounts};
use crate::checkpoints::{Disowned, KeepError, Keeper};
use crate::clock::Clock;
use crate::codec::CodecError;
use crate::day::Day;
use crate::domain::ledger::{LedgerEvent, Opened};
use crate::domain::schema::{self, SchemaEvent};
use crate::event::{DecodeError, DomainEvent, EventKind};
use crate::evidence::{KeyError, LogKeys};
use crate::files;
use crate::keys::{KeyFileError, KeyFolder};
use crate::log::storage::MemoryStorage;
use crate::log::{
    AppendError, Log, LogHashes, LogOptions, LogReader, NO_COMMAND, NewEvent, OpenError, ReadError, Report,
    SCHEMA_DECLARED, StorageError, VerifyOptions, is_described_elsewhere,
};
use crate::record::{Position, RecordRef};
use crate::rejection::Rejection;

/// Folder of the second log in that of the ledger.
pub const FOLDER: &str = "accounts";
/// What the origin of the second log ends with, behind that of the ledger.
pub const ORIGIN_SUFFIX: &str = "/accounts";
/// The stream in which the log tells how it was opened.
const LEDGER_STREAM: &str = "ledger/main";
/// The stream of attempts to sign in that no account is behind.
const STRANGERS: &str = "account/unknown";

/// Who asks for something: their post, and the pseudonym of their account. Zeros: whoever has the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// The post.
    pub post: String,
    /// The account.
    pub account: AccountId,
}

impl By {
    /// Whoever runs the program on the folder itself.
    pub fn local() -> By {
        By { post: "local".to_owned(), account: [0; 16] }
    }
}

/// Something was not recorded, or the log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// A rule says no.
    #[error("refused: {0}")]
    Rejected(Rejection),
    /// The log cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log cannot be read.
    #[error("the log of accounts cannot be read")]
    Read(#[from] ReadError),
    /// An event is none of this log.
    #[error("event {position} of the log of accounts cannot be read")]
    Decode {
        /// Its place.
        position: Position,
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
    /// An event is no record.
    #[error("event {position} of the log of accounts is no record")]
    Record {
        /// Its place.
        position: Position,
        /// What is wrong with it.
        #[source]
        source: CodecError,
    },
    /// An event does not fit into a record.
    #[error("an event of accounts does not fit into a record")]
    TooLarge(#[source] CodecError),
    /// Writing failed.
    #[error("the log of accounts was not written")]
    Append(#[from] AppendError),
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// Its folder cannot be made.
    #[error("the folder of the log of accounts cannot be made")]
    Folder(#[source] std::io::Error),
    /// It is not the log that was signed last: an older one would bring back what was taken away.
    #[error("the log of accounts is not the one that was signed last")]
    Disowned(#[from] Disowned),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random(#[source] std::io::Error),
}

/// Why nothing is signed.
#[derive(Debug, thiserror::Error)]
enum Unkept {
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error(transparent)]
    Name(#[from] KeyError),
    #[error(transparent)]
    Keep(#[from] KeepError),
    #[error("the key is not the one that the log names")]
    OtherKey,
}

/// An event as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its place.
    pub position: Position,
    /// When it was recorded, UTC microseconds.
    pub recorded_at: i64,
    /// The account that it is about, if there is one.
    pub about: Option<AccountId>,
    /// The post that asked for it.
    pub by: String,
    /// The account that asked for it; zeros for whoever has the folder.
    pub by_account: AccountId,
    /// What happened.
    pub event: AccountEvent,
}

/// The log of accounts, open.
pub struct Book {
    log: Log,
    accounts: Accounts,
    opened: Option<Opened>,
    declared: BTreeSet<(String, u16)>,
    clock: Arc<dyn Clock>,
    keeper: Option<Keeper>,
    dir: Option<PathBuf>,
}

impl Book {
    /// Whether a ledger's folder has a log of accounts.
    pub fn exists(ledger: &Path) -> bool {
        ledger.join(FOLDER).join("sled").exists()
    }

    /// Opens the log of accounts of the ledger in a folder, or makes it; `origin` is that of the ledger.
    ///
    /// # Errors
    /// [`BookError`].
    pub fn open(
        ledger: &Path,
        origin: &str,
        clock: Arc<dyn Clock>,
        passphrase: Option<String>,
    ) -> Result<Book, BookError> {
        let dir = ledger.join(FOLDER);
        // Names to sign in with and addresses are nobody else's business.
        files::private_folder(&dir).map_err(BookError::Folder)?;
        let options = LogOptions { ballast_bytes: 0, tiles: true };
        let keys = KeyFolder::of(&dir, passphrase);
        let log = match Log::open(&dir, options) {
            Err(OpenError::Missing(_)) => Log::create(&dir, options)?,
            opened => opened?,
        };
        let mut book = Book::over(log, clock, Some(dir.clone()))?;
        if book.log.reader().size() == 0 {
            let public = keys.create()?;
            book.begin(&format!("{origin}{ORIGIN_SUFFIX}"), &public)?;
        }
        match book.keeper_of(&dir, &keys) {
            Ok(keeper) => book.keeper = Some(keeper),
            Err(Unkept::Keep(KeepError::Disowned(why))) => return Err(why.into()),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the log of accounts is not signed");
            }
        }
        Ok(book)
    }

    /// A log of accounts in memory.
    ///
    /// # Errors
    /// [`BookError`].
    pub fn in_memory(origin: &str, clock: Arc<dyn Clock>) -> Result<Book, BookError> {
        let log = Log::with_storage(Arc::new(MemoryStorage::default()), None)?;
        let mut book = Book::over(log, clock, None)?;
        book.begin(&format!("{origin}{ORIGIN_SUFFIX}"), "")?;
        Ok(book)
    }

    fn over(log: Log, clock: Arc<dyn Clock>, dir: Option<PathBuf>) -> Result<Book, BookError> {
        let mut book = Book {
            log,
            accounts: Accounts::default(),
            opened: None,
            declared: BTreeSet::new(),
            clock,
            keeper: None,
            dir,
        };
        let reader = book.log.reader();
        for event in reader.scan(0..reader.size()) {
            let (position, bytes) = event?;
            book.fold(position, &bytes)?;
        }
        Ok(book)
    }

    fn fold(&mut self, position: Position, bytes: &[u8]) -> Result<(), BookError> {
        let record = RecordRef::decode(bytes).map_err(|source| BookError::Record { position, source })?;
        let decode = |source| BookError::Decode { position, source };
        match record.kind.split('.').next().unwrap_or_default() {
            SchemaEvent::CATEGORY => {
                let SchemaEvent::Declared(it) =
                    SchemaEvent::decode(record.kind, record.version, record.payload).map_err(decode)?;
                self.declared.insert((it.kind, it.version));
            }
            LedgerEvent::CATEGORY => {
                let event =
                    LedgerEvent::decode(record.kind, record.version, record.payload).map_err(decode)?;
                if let LedgerEvent::Opened(opened) = event {
                    self.opened = Some(opened);
                }
            }
            _ => {
                let event =
                    AccountEvent::decode(record.kind, record.version, record.payload).map_err(decode)?;
                self.accounts.apply(record.stream, &event, record.recorded_at);
            }
        }
        Ok(())
    }

    fn keeper_of(&self, dir: &Path, keys: &KeyFolder) -> Result<Keeper, Unkept> {
        let opened = self.opened.as_ref().ok_or(Unkept::OtherKey)?;
        let seed = keys.load()?;
        if seed.public() != opened.public_key {
            return Err(Unkept::OtherKey);
        }
        let signer = Box::new(seed.signer(&opened.origin)?);
        let log_keys = LogKeys::new(&opened.origin, &opened.public_key)?;
        let hashes = Arc::new(LogHashes::new(self.log.reader(), Some(dir.join("tiles"))));
        Ok(Keeper::open(dir, log_keys, signer, hashes)?)
    }

    /// Event 0.
    fn begin(&mut self, origin: &str, public_key: &str) -> Result<(), BookError> {
        let opened = Opened {
            ledger_id: hex::encode(random()?),
            origin: origin.to_owned(),
            public_key: public_key.to_owned(),
            continues: None,
        };
        let event = LedgerEvent::from(opened);
        let (kind, payload) = (event.kind(), event.encode().map_err(BookError::TooLarge)?);
        let by = By { post: "system".to_owned(), account: [0; 16] };
        let new = self.new_event(LEDGER_STREAM, &kind, payload, &by)?;
        self.commit(vec![new])
    }

    /// Every account.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The log.
    pub fn reader(&self) -> LogReader {
        self.log.reader()
    }

    /// Name of the log in its checkpoints.
    pub fn origin(&self) -> &str {
        self.opened.as_ref().map_or("", |opened| &opened.origin)
    }

    /// The time, never before that of the last event, UTC microseconds.
    pub fn now(&self) -> i64 {
        self.clock.now_micros().max(self.log.reader().head().recorded_at)
    }

    /// The local day.
    pub fn today(&self) -> Day {
        Day::of_micros(self.now())
    }

    /// Decides commands on accounts one after the other and records what they lead to, all or none.
    ///
    /// # Errors
    /// [`BookError::Rejected`] for the first that is refused; whatever the log says.
    pub fn handle(&mut self, by: &By, commands: &[(AccountId, AccountCommand)]) -> Result<(), BookError> {
        let (now, today) = (self.now(), self.today());
        let mut ahead = self.accounts.clone();
        let mut events = Vec::with_capacity(commands.len());
        for (id, command) in commands {
            let event = decide(&ahead, today, &by.account, id, command).map_err(BookError::Rejected)?;
            let stream = Accounts::stream(id);
            ahead.apply(&stream, &event, now);
            events.push((stream, event));
        }
        self.append(by, &events)
    }

    /// Records something that happened to an account, or to a name that has none.
    ///
    /// # Errors
    /// Whatever the log says.
    pub fn note(&mut self, by: &By, about: Option<&AccountId>, event: AccountEvent) -> Result<(), BookError> {
        let stream = about.map_or_else(|| STRANGERS.to_owned(), Accounts::stream);
        self.append(by, &[(stream, event)])
    }

    fn append(&mut self, by: &By, events: &[(String, AccountEvent)]) -> Result<(), BookError> {
        let mut new = Vec::with_capacity(events.len());
        let mut declaring: BTreeSet<&str> = BTreeSet::new();
        for (stream, event) in events {
            let kind = event.kind();
            if self.must_declare(&kind) && declaring.insert(kind.name) {
                let declared = SchemaEvent::from(schema::declare(&kind));
                let id = schema::stream_id(kind.name, kind.version);
                let payload = declared.encode().map_err(BookError::TooLarge)?;
                let system = By { post: "system".to_owned(), account: [0; 16] };
                new.push(self.new_event(&format!("schema/{id}"), &declared.kind(), payload, &system)?);
            }
            let payload = event.encode().map_err(BookError::TooLarge)?;
            new.push(self.new_event(stream, &kind, payload, by)?);
        }
        self.commit(new)
    }

    fn must_declare(&self, kind: &EventKind) -> bool {
        !is_described_elsewhere(kind.name, kind.version)
            && !self.declared.contains(&(kind.name.to_owned(), kind.version))
    }

    fn new_event(
        &self,
        stream: &str,
        kind: &EventKind,
        payload: Vec<u8>,
        by: &By,
    ) -> Result<NewEvent, BookError> {
        debug_assert!(kind.name != SCHEMA_DECLARED || stream.starts_with("schema/"));
        Ok(NewEvent {
            stream: stream.to_owned(),
            kind: kind.name.to_owned(),
            version: kind.version,
            recorded_at: self.now(),
            occurred_day: self.today(),
            occurred_second: None,
            command_id: NO_COMMAND,
            command_digest: [0; 16],
            nonce: random()?,
            trail: stream.to_owned(),
            recorded_by: by.post.clone(),
            account: by.account,
            attributed_to: None,
            assurance: 0,
            authority: None,
            payload,
        })
    }

    fn commit(&mut self, new: Vec<NewEvent>) -> Result<(), BookError> {
        let recorded = self.log.append(new)?;
        for event in recorded {
            self.fold(event.position, &event.bytes)?;
        }
        Ok(())
    }

    /// The newest events about accounts, newest first, at most `count`.
    ///
    /// # Errors
    /// [`BookError`] if the log cannot be read.
    pub fn newest(&self, count: usize) -> Result<Vec<Told>, BookError> {
        let reader = self.log.reader();
        let mut found = Vec::new();
        for position in (0..reader.size()).rev() {
            if found.len() >= count {
                break;
            }
            let Some(bytes) = reader.get(position)? else { continue };
            let record =
                RecordRef::decode(&bytes).map_err(|source| BookError::Record { position, source })?;
            if !record.kind.starts_with("account.") {
                continue;
            }
            let event = AccountEvent::decode(record.kind, record.version, record.payload)
                .map_err(|source| BookError::Decode { position, source })?;
            found.push(Told {
                position,
                recorded_at: record.recorded_at,
                about: Accounts::id_of(record.stream),
                by: record.recorded_by.to_owned(),
                by_account: record.account,
                event,
            });
        }
        Ok(found)
    }

    /// Signs what is durable and not signed yet. Without a key nothing is signed.
    ///
    /// # Errors
    /// [`KeepError`], among them that the log is not the one that was signed.
    pub fn sign(&self) -> Result<(), KeepError> {
        self.keeper.as_ref().map_or(Ok(()), |keeper| keeper.current().map(drop))
    }

    /// Recomputes everything from the bytes, as for the other log.
    ///
    /// # Errors
    /// [`StorageError`] if it cannot be read at all.
    pub fn verify(&mut self) -> Result<Report, StorageError> {
        let options = VerifyOptions { ledger: self.dir.clone(), ..VerifyOptions::default() };
        self.log.verify_with(options, |_, _| ())
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        if let Err(error) = self.sign() {
            tracing::error!(error = &error as &dyn std::error::Error, "the log of accounts is not signed");
        }
    }
}

fn random() -> Result<[u8; 16], BookError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| BookError::Random(std::io::Error::other(error)))?;
    Ok(bytes)
}
