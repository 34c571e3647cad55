//! The vault behind command line and HTTP: keeping, looking, erasing. Content goes through here and is never an
//! event; each look-up is one, recorded before the answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongjian_core::command::{Envelope, Receipt, Request};
use gongjian_core::day::Day;
use gongjian_core::domain::access::{AccessCommand, WHATS};
use gongjian_core::domain::document::{self, DocumentCommand};
use gongjian_core::domain::holder::{self, HolderCommand};
use gongjian_core::domain::{Command, World};
use gongjian_core::record::Digest;
use gongjian_core::vault::{CONTENT_BYTES_MAX, Item, ObjectName, Stored, Vault, VaultError};
use serde_json::{Value, json};
use std::sync::Arc;

use super::{App, random_id};
use crate::error::Problem;

/// Letters of a random id.
const ID_LETTERS: usize = 12;

/// Who asks, and under which command id.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The post.
    pub actor: String,
    /// The command id; none gets one.
    pub command_id: Option<[u8; 16]>,
    /// When it happened; today where it says nothing.
    pub occurred_on: Option<Day>,
    /// Pseudonym of the account; zeros where there is none.
    pub account: [u8; 16],
}

/// A document to keep.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are those of the event")]
pub struct NewDocument {
    pub id: Option<String>,
    pub matter: String,
    pub kind: String,
    pub field: Option<String>,
    pub media_type: String,
    pub content: Vec<u8>,
    pub posts: Vec<String>,
    pub units: Vec<String>,
}

/// An entry of the directory.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are those of the event")]
pub struct NewHolder {
    pub id: Option<String>,
    pub post: String,
    pub name: String,
    pub from: Day,
    pub until: Option<Day>,
}

/// A content with its media type.
pub struct Shown {
    /// Media type, as the event has it.
    pub media_type: String,
    /// The bytes.
    pub content: Vec<u8>,
    /// Where the look-up is recorded.
    pub receipt: Receipt,
}

/// What was recorded, and whether it was before.
pub struct Kept {
    /// The id of the document, entry or erasure.
    pub id: String,
    /// Where its event stands.
    pub receipt: Receipt,
    /// The same request was recorded before.
    pub replayed: bool,
}

impl Kept {
    /// The JSON of command line and HTTP.
    pub fn to_json(&self) -> Value {
        let mut json = json!(self.receipt);
        json["id"] = json!(self.id);
        json["replayed"] = json!(self.replayed);
        json
    }
}

impl App {
    pub(super) fn vault(&self) -> Result<Arc<Vault>, Problem> {
        self.with_writer(|writer| writer.vault())?.map_err(Problem::from)
    }

    /// Asks the writer's world.
    pub(super) fn ask_world<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&World) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        self.with_writer(move |writer| ask(writer.world()))
    }

    /// Keeps a document: object, key, event, then the answer.
    ///
    /// # Errors
    /// [`Problem`]: refused by a rule, too large, or the vault failed.
    pub fn keep_document(&self, asker: &Asker, new: NewDocument) -> Result<Kept, Problem> {
        let NewDocument { id, matter, kind, field, media_type, content, posts, units } = new;
        let asker = &asker.known()?;
        let id = id.unwrap_or_else(|| asker.name("ZL"));
        let path = document::path(&id, field.as_deref());
        let size = content.len() as u64;
        let stream = format!("document/{id}");
        let kept_type = media_type.clone();
        let command = move |stored: Stored| DocumentCommand::Add {
            matter: matter.clone(),
            kind: kind.clone(),
            field: field.clone(),
            media_type: media_type.clone(),
            size,
            object: stored.object.to_string(),
            commitment: stored.commitment.to_string(),
            posts: posts.clone(),
            units: units.clone(),
        };
        let (receipt, replayed) = self.keep(asker, &stream, &path, &kept_type, &content, command)?;
        Ok(Kept { id, receipt, replayed })
    }

    /// Enters who holds a post.
    ///
    /// # Errors
    /// As [`App::keep_document`].
    pub fn name_holder(&self, asker: &Asker, new: NewHolder) -> Result<Kept, Problem> {
        let NewHolder { id, post, name, from, until } = new;
        if name.trim().is_empty() {
            return Err(Problem::malformed("name", "甲某"));
        }
        let asker = &asker.known()?;
        let id = id.unwrap_or_else(|| asker.name("RZ"));
        let (path, stream) = (holder::path(&id), format!("holder/{id}"));
        let command = move |stored: Stored| HolderCommand::Name {
            post: post.clone(),
            from,
            until,
            object: stored.object.to_string(),
            commitment: stored.commitment.to_string(),
        };
        let (receipt, replayed) =
            self.keep(asker, &stream, &path, holder::NAME_TYPE, name.as_bytes(), command)?;
        Ok(Kept { id, receipt, replayed })
    }

    /// Object and key, then the event. What is refused leaves nothing behind; where nobody knows whether it is
    /// recorded, the next start looks.
    fn keep<C: Into<Command>>(
        &self,
        asker: &Asker,
        stream: &str,
        path: &str,
        media_type: &str,
        content: &[u8],
        command: impl Fn(Stored) -> C,
    ) -> Result<(Receipt, bool), Problem> {
        let vault = self.vault()?;
        let none =
            Stored { object: ObjectName([0; 16]), commitment: gongjian_core::vault::Commitment([0; 32]) };
        let id = command_id(asker)?;
        // Sent again, it is answered from the log; and what a rule refuses need not be encrypted first.
        let first = self.request(asker, id, stream, command(none), true);
        let known = self.reader().command(&id).is_some();
        let answer = self.record(if known { first } else { first.dry_run() })?;
        if known {
            return Ok((answer, true));
        }
        let stored = vault.put(path, media_type, content)?;
        let answer = self.record(self.request(asker, id, stream, command(stored), true));
        if let Err(problem) = &answer
            && problem.code != "outcome-unknown"
        {
            vault.take_back(stored.object)?;
        }
        Ok((answer?, false))
    }

    /// A document's content, for a post that may look. The look-up is an event before the content is an answer.
    ///
    /// # Errors
    /// [`Problem`]: not there, restricted, erased, or the vault failed.
    pub fn show_document(&self, asker: &Asker, id: &str, reason: &str) -> Result<Shown, Problem> {
        let subject = format!("document/{id}");
        let item = self.ask_world(move |world| Item::of(world, &subject))?;
        let item = item.ok_or_else(|| Problem::not_found(id))?;
        let receipt = self.look(asker, WHATS[0], &item.subject, id, reason)?;
        let content = self.vault()?.get(&item)?;
        Ok(Shown { media_type: item.media_type, content: content.to_vec(), receipt })
    }

    /// Who held which post, with names; of one post, or on one day.
    ///
    /// # Errors
    /// [`Problem`]: refused, or the vault failed.
    pub fn look_up_holders(
        &self,
        asker: &Asker,
        post: Option<&str>,
        on: Option<Day>,
        reason: &str,
    ) -> Result<Value, Problem> {
        let receipt = self.look(asker, WHATS[1], post.unwrap_or("holder"), "holder", reason)?;
        let wanted = post.map(str::to_owned);
        let rows = self.ask_world(move |world| {
            let wanted = wanted.map(|post| world.post_code(&post));
            let mut rows: Vec<_> = world
                .holder
                .iter()
                .filter(|(_, holder)| wanted.as_ref().is_none_or(|post| holder.post == *post))
                .filter(|(_, holder)| on.is_none_or(|day| holder.on(day)))
                .map(|(id, holder)| {
                    let subject = format!("holder/{id}");
                    let is_erased = world.erased(&subject).is_some();
                    (id.to_owned(), holder.clone(), Item::of(world, &subject).filter(|_| !is_erased))
                })
                .collect();
            rows.sort_unstable_by(|a, b| (&a.1.post, a.1.from, &a.0).cmp(&(&b.1.post, b.1.from, &b.0)));
            rows
        })?;
        let vault = self.vault()?;
        let mut items = Vec::with_capacity(rows.len());
        for (id, holder, item) in rows {
            let name = match &item {
                Some(item) => Some(String::from_utf8_lossy(&vault.get(item)?).into_owned()),
                None => None,
            };
            let day = |day: Option<Day>| day.map(|day| day.to_string());
            items.push(json!({
                "id": id, "post": holder.post, "from": day(holder.from), "until": day(holder.until),
                "name": name, "erased": item.is_none(),
            }));
        }
        Ok(json!({ "items": items, "recordedAt": receipt.position }))
    }

    /// The last day of an entry of the directory.
    ///
    /// # Errors
    /// [`Problem`] as for any command.
    pub fn end_holder(&self, asker: &Asker, id: &str, until: Day) -> Result<Kept, Problem> {
        self.tell(asker, id, &format!("holder/{id}"), HolderCommand::End { until })
    }

    /// One command on a stream.
    pub(super) fn tell(
        &self,
        asker: &Asker,
        id: &str,
        stream: &str,
        command: impl Into<Command>,
    ) -> Result<Kept, Problem> {
        let command_id = command_id(asker)?;
        let replayed = self.reader().command(&command_id).is_some();
        let receipt = self.record(self.request(asker, command_id, stream, command, false))?;
        Ok(Kept { id: id.to_owned(), receipt, replayed })
    }

    /// Records that everything is about to be taken away in one copy.
    ///
    /// # Errors
    /// [`Problem`] as for any command.
    pub fn record_export(&self, asker: &Asker, what: &str, reason: &str) -> Result<Receipt, Problem> {
        self.look(asker, WHATS[2], what, what, reason)
    }

    fn look(
        &self,
        asker: &Asker,
        what: &str,
        subject: &str,
        id: &str,
        reason: &str,
    ) -> Result<Receipt, Problem> {
        let (what, subject, reason) = (what.to_owned(), subject.to_owned(), reason.to_owned());
        let command = AccessCommand::Record { what, subject, reason };
        // Each look is an event, so a look never has the id of another.
        self.record(self.request(asker, random_id()?, &format!("access/{id}"), command, false))
    }

    /// Records that a post looks at documents, all in one command; nothing where there are none.
    pub(super) fn look_at_documents(
        &self,
        asker: &Asker,
        items: &[Item],
        reason: &str,
    ) -> Result<Vec<Receipt>, Problem> {
        if reason.trim().is_empty() {
            return Err(Problem::malformed("reason", "核对原件"));
        }
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let occurred = asker.occurred_on.unwrap_or_else(|| self.today());
        let envelope = |item: &Item| {
            let (what, subject) = (WHATS[0].to_owned(), item.subject.clone());
            let command = AccessCommand::Record { what, subject, reason: reason.to_owned() };
            let id = item.subject.strip_prefix("document/").unwrap_or(&item.subject);
            let stream = format!("access/{id}");
            Envelope { account: asker.account, ..Envelope::new(command, stream, occurred, &asker.actor) }
        };
        let request = Request::new(random_id()?, items.iter().map(envelope).collect());
        let answer = self.shared.ledger.record(request).map_err(|refused| self.explain(refused))?;
        Ok(answer.receipts)
    }

    fn request(
        &self,
        asker: &Asker,
        id: [u8; 16],
        stream: &str,
        command: impl Into<Command>,
        in_vault: bool,
    ) -> Request {
        let occurred = asker.occurred_on.unwrap_or_else(|| self.today());
        let envelope = Envelope::new(command, stream, occurred, &asker.actor);
        let envelope = Envelope { account: asker.account, ..envelope };
        let content = in_vault.then(|| content_digest(&envelope));
        let mut request = Request::new(id, vec![envelope]);
        if let Some(digest) = content {
            request.digest = digest;
        }
        request
    }

    fn record(&self, request: Request) -> Result<Receipt, Problem> {
        let answer = self.shared.ledger.record(request).map_err(|refused| self.explain(refused))?;
        answer.receipts.into_iter().next().ok_or_else(|| Problem::not_found("receipt"))
    }
}

/// The digest of a command without what is random in it, so that the same command sent again is known.
fn content_digest(envelope: &Envelope) -> [u8; 16] {
    let mut whole = envelope.command.to_json();
    if let Some(data) = whole.get_mut("data").and_then(Value::as_object_mut) {
        data.remove("object");
        data.remove("commitment");
    }
    whole["stream"] = json!(envelope.stream);
    whole["occurredOn"] = json!(envelope.occurred_day);
    whole["actor"] = json!(envelope.actor);
    let mut short = [0; 16];
    short.copy_from_slice(&Digest::of(whole.to_string().as_bytes()).0[..16]);
    short
}

pub(super) fn command_id(asker: &Asker) -> Result<[u8; 16], Problem> {
    asker.command_id.map_or_else(random_id, Ok)
}

impl Asker {
    /// The same, with a command id where there was none.
    pub(super) fn known(&self) -> Result<Asker, Problem> {
        Ok(Asker { command_id: Some(command_id(self)?), ..self.clone() })
    }

    /// An id that says nothing but what it is an id of; of the same command the same, so that it may be sent again.
    pub(super) fn name(&self, prefix: &str) -> String {
        let digits = hex::encode(self.command_id.unwrap_or_default());
        format!("{prefix}-{}", &digits[digits.len() - ID_LETTERS..])
    }
}

/// Reads a content in base64.
///
/// # Errors
/// [`Problem`] if it is none, or too large.
pub fn content_of(base64: &str) -> Result<Vec<u8>, Problem> {
    if base64.len() / 4 * 3 > CONTENT_BYTES_MAX + 3 {
        return Err(VaultError::TooLarge(base64.len() / 4 * 3).into());
    }
    STANDARD.decode(base64).map_err(|_| Problem::malformed("content", "base64"))
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Problem {
        use axum::http::StatusCode;
        match &error {
            VaultError::TooLarge(_) => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "document-too-large")
                .with("limit", CONTENT_BYTES_MAX >> 20),
            VaultError::NoKey(object) | VaultError::NoObject(object) | VaultError::Mismatch(object) => {
                tracing::error!(error = crate::error::chain(&error), "a content cannot be opened");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "vault-damaged").with("object", object)
            }
            VaultError::Closed(_) | VaultError::Master(_) | VaultError::KeyFile { .. } => {
                tracing::error!(error = crate::error::chain(&error), "the vault is not open");
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "vault-closed")
            }
            VaultError::Io { .. } | VaultError::Random => Problem::internal(&error),
        }
    }
}
