//! Documents (资料) and personal fields in the vault: what is kept beside the log because it may have to go.
//!
//! The event holds a salted commitment and the random name of an encrypted object (`docs/FORMAT.md`, section
//! 12); the content and the salt are in the vault and can be erased while every hash of the log stays valid.
//! A personal field, such as a signatory's name, is a document of kind 个人信息 with the name of its field.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, absent, choice, optional, required};
use super::facts::{At, Fact};
use crate::rejection::Rejection;

/// What a document is.
pub const KINDS: &[&str] = &["扫描件", "照片", "纪要", "附件", PERSONAL];
/// The kind of a single personal field.
pub const PERSONAL: &str = "个人信息";
/// Who may look: every post that may read the ledger, or the posts and units that are named.
pub const ACCESS: &[&str] = &["一般", "受限"];
/// Categories that documents may belong to; their ids are understood without the category.
pub const MATTERS: &[&str] =
    &["agreement", "commitment", "meeting", "topic", "decision", "task", "project", "occurrence", "issue"];

events! {
    /// Facts about a document.
    pub enum DocumentEvent in "document" {
        /// It was put into the vault.
        Added: "document.added", version 1 {
            /// Stream that it belongs to, such as `agreement/XY-2022-0001`.
            matter: String,
            kind: String,
            /// Name of the personal field; none for a document.
            field: Option<String>,
            media_type: String,
            /// Bytes of the content.
            size: u64,
            /// Random name of the object in the vault, 32 hexadecimal digits.
            object: String,
            /// Salted commitment to the content, 64 hexadecimal digits.
            commitment: String,
            /// 一般, or 受限 to the posts and units named.
            access: String,
            /// Posts that may look, where access is restricted.
            posts: Vec<String>,
            /// Codes of units whose posts may look, where access is restricted.
            units: Vec<String>,
        }
    }
}

commands! {
    /// Commands about a document.
    pub enum DocumentCommand {
        /// Keep a document or a personal field in the vault.
        Add: "document.add" {
            matter: String,
            kind: String,
            field: Option<String>,
            media_type: String,
            size: u64,
            object: String,
            commitment: String,
            #[serde(default)] posts: Vec<String>,
            #[serde(default)] units: Vec<String>,
        }
    }
}

/// A document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Stream that it belongs to.
    pub matter: String,
    /// What it is.
    pub kind: String,
    /// Name of the personal field.
    pub field: Option<String>,
    /// Media type of the content.
    pub media_type: String,
    /// Bytes of the content.
    pub size: u64,
    /// Name of the object in the vault.
    pub object: String,
    /// Salted commitment to the content.
    pub commitment: String,
    /// Posts that may look; with `units` empty too, every post may.
    pub posts: Vec<String>,
    /// Units whose posts may look.
    pub units: Vec<String>,
    /// The event that tells it.
    pub added: Option<Fact>,
}

fields! { Document { "matter": matter, "kind": kind, "field": field, "mediaType": media_type } }

impl Document {
    /// Whether only named posts and units may look.
    pub fn is_restricted(&self) -> bool {
        !self.posts.is_empty() || !self.units.is_empty()
    }

    /// Where in the ledger the content belongs: the path that its commitment covers.
    pub fn path(&self, id: &str) -> String {
        path(id, self.field.as_deref())
    }

    /// Whether a post may look.
    ///
    /// # Errors
    /// `access-restricted` with the posts and units that may.
    pub fn open_to(&self, world: &World, id: &str, actor: &str) -> Result<(), Rejection> {
        let post = world.post_code(actor);
        let unit = world.post.get(&post).map(|post| &post.unit);
        if !self.is_restricted()
            || self.posts.contains(&post)
            || unit.is_some_and(|unit| self.units.contains(unit))
        {
            return Ok(());
        }
        let allowed: Vec<&str> = self.posts.iter().chain(&self.units).map(String::as_str).collect();
        Err(Rejection::new("access-restricted")
            .with("document", id)
            .with("post", actor)
            .with("allowed", allowed.join("、")))
    }
}

/// The path that the commitment of a document, or of a personal field, covers.
pub fn path(id: &str, field: Option<&str>) -> String {
    match field {
        None => format!("document/{id}"),
        Some(field) => format!("document/{id}/{field}"),
    }
}

impl Category for Document {
    type Event = DocumentEvent;
    type Command = DocumentCommand;

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &DocumentCommand,
    ) -> Result<DocumentEvent, Rejection> {
        let DocumentCommand::Add { matter, kind, field, media_type, size, object, commitment, posts, units } =
            command;
        absent(id, state)?;
        choice("kind", kind, KINDS)?;
        if kind == PERSONAL {
            required("field", field.as_deref().unwrap_or_default())?;
        } else if field.is_some() {
            return Err(Rejection::choice("kind", kind, &[PERSONAL]));
        }
        optional("field", field.as_ref())?;
        required("mediaType", media_type)?;
        reference("object", object, 32)?;
        reference("commitment", commitment, 64)?;
        for post in posts {
            required("posts", post)?;
        }
        let posts: Vec<String> = posts.iter().map(|post| world.post_code(post)).collect();
        let units = world.unit_codes(units)?;
        let is_restricted = !posts.is_empty() || !units.is_empty();
        Ok(Added {
            matter: world.matter_stream(matter)?,
            kind: kind.clone(),
            field: field.clone(),
            media_type: media_type.clone(),
            size: *size,
            object: object.clone(),
            commitment: commitment.clone(),
            access: ACCESS[usize::from(is_restricted)].to_owned(),
            posts,
            units,
        }
        .into())
    }

    fn evolve(&mut self, event: &DocumentEvent, at: &At) {
        let DocumentEvent::Added(e) = event;
        self.matter.clone_from(&e.matter);
        self.kind.clone_from(&e.kind);
        self.field.clone_from(&e.field);
        self.media_type.clone_from(&e.media_type);
        self.size = e.size;
        self.object.clone_from(&e.object);
        self.commitment.clone_from(&e.commitment);
        self.posts.clone_from(&e.posts);
        self.units.clone_from(&e.units);
        self.added = Some(at.fact());
    }

    fn trail(world: &World, event: &DocumentEvent) -> Option<String> {
        let DocumentEvent::Added(e) = event;
        world.trail_of(&e.matter)
    }
}

/// A name or a hash that the vault gave: so many lower-case hexadecimal digits.
pub(super) fn reference(field: &'static str, given: &str, digits: usize) -> Result<(), Rejection> {
    if given.len() == digits && given.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        Ok(())
    } else {
        Err(Rejection::new("vault-reference").with("field", field))
    }
}

impl World {
    /// The stream behind what people write for the matter of a document: a stream, or an id without its category.
    ///
    /// # Errors
    /// `reference-unknown`.
    pub fn matter_stream(&self, given: &str) -> Result<String, Rejection> {
        let known = |stream: &str| {
            let category = stream.split('/').next().unwrap_or_default();
            MATTERS.contains(&category) && self.trail_of(stream).is_some()
        };
        if known(given) {
            return Ok(given.to_owned());
        }
        MATTERS
            .iter()
            .map(|category| format!("{category}/{given}"))
            .find(|stream| known(stream))
            .ok_or_else(|| Rejection::unknown("source", given))
    }

    /// The code of a post by its code or name; a post that is not registered is called as it is written.
    pub fn post_code(&self, given: &str) -> String {
        if self.post.get(given).is_some() {
            return given.to_owned();
        }
        // Of two posts with one name the first code counts, so that every copy of the ledger agrees.
        let named = self.post.iter().filter(|(_, post)| post.name == given).map(|(code, _)| code).min();
        named.unwrap_or(given).to_owned()
    }
}
