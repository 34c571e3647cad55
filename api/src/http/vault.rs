//! Documents, the directory and erasures. What is looked at is asked for with POST: a look-up is recorded, and its
//! reason stands in no URL.

use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::http::{HeaderValue, StatusCode, header};
use gongjian_core::command::parse_id;
use gongjian_core::day::Day;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::evidence::ARCHIVE;
use super::{Answered, Posted, Reader, aside, json, typed};
use crate::access::{Caller, Place, may_do};
use crate::app::vault::Kept;
use crate::app::{App, Asker, NewDocument, NewErasure, NewHolder, content_of};
use crate::error::Problem;

/// Where the look-up stands that a content was shown for.
const LOOK_UP: &str = "gongjian-look-up";

/// Bodies: who asks, and the fields of each. An unknown field is refused: a misspelt one could leave a document
/// open that was to be restricted.
macro_rules! bodies {
    ($($Name:ident { $($(#[$meta:meta])* $field:ident: $Type:ty),* $(,)? })+) => {$(
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct $Name {
            actor: String,
            #[serde(default)]
            command_id: Option<String>,
            #[serde(default)]
            occurred_on: Option<Day>,
            $($(#[$meta])* $field: $Type),*
        }

        impl $Name {
            fn asker(&self, caller: &Caller) -> Result<Asker, Problem> {
                asker(caller, &self.actor, self.command_id.as_deref(), self.occurred_on)
            }
        }
    )+};
}

bodies! {
    By {}
    Document {
        #[serde(default)] id: Option<String>,
        matter: String,
        kind: String,
        #[serde(default)] field: Option<String>,
        media_type: String,
        content: String,
        #[serde(default)] posts: Vec<String>,
        #[serde(default)] units: Vec<String>,
    }
    Holder {
        #[serde(default)] id: Option<String>,
        post: String,
        name: String,
        from: Day,
        #[serde(default)] until: Option<Day>,
    }
    End { until: Day }
    Look { reason: String }
    LookUp {
        reason: String,
        #[serde(default)] post: Option<String>,
        #[serde(default)] on: Option<Day>,
    }
    Erasure {
        #[serde(default)] id: Option<String>,
        #[serde(default)] subject: Option<String>,
        #[serde(default)] position: Option<u64>,
        reason: String,
        basis: String,
    }
    Decision {
        approve: bool,
        #[serde(default)] reason: Option<String>,
    }
}

pub(super) fn asker(
    caller: &Caller,
    actor: &str,
    command_id: Option<&str>,
    occurred_on: Option<Day>,
) -> Result<Asker, Problem> {
    let read = |text: &str| parse_id(text).ok_or_else(|| Problem::malformed("commandId", "UUID"));
    let command_id = command_id.map(read).transpose()?;
    Ok(Asker { actor: actor.to_owned(), command_id, occurred_on, account: caller.account() })
}

pub(super) type Body = Result<Bytes, BytesRejection>;
type Id = Result<Path<String>, PathRejection>;

/// Reads a body and does the work away from the threads that serve connections. An account's `actor` is its post.
pub(super) async fn work<B: DeserializeOwned, T: Send + 'static>(
    app: &App,
    caller: Caller,
    body: Body,
    work: impl FnOnce(&App, &Caller, B) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let body = body.map_err(|rejection| super::commands::body_problem(&rejection))?;
    let app = app.clone();
    aside(move || {
        let malformed = |error: serde_json::Error| Problem::malformed("body", error.to_string());
        let read = if caller.who().is_none() {
            serde_json::from_slice(&body).map_err(malformed)?
        } else {
            let mut value: Value = serde_json::from_slice(&body).map_err(malformed)?;
            let given = value.get("actor").and_then(Value::as_str).filter(|given| !given.is_empty());
            let post = caller.acts_as(given)?;
            if let Some(map) = value.as_object_mut() {
                map.insert("actor".to_owned(), Value::from(post));
            }
            serde_json::from_value(value).map_err(malformed)?
        };
        drop(body);
        work(&app, &caller, read)
    })
    .await
}

/// Whether somebody may do what a command stands for, about a stream if it names one.
pub(crate) fn may_at(app: &App, caller: &Caller, command: &str, stream: Option<&str>) -> Result<(), Problem> {
    if caller.who().is_none() {
        return may_do(caller, command, None);
    }
    let place = |stream: &str| Ok::<_, Problem>(Place::of_stream(&*app.views()?, stream));
    let mut found = stream.map(place).transpose()?.flatten();
    if found.is_none()
        && let Some(stream) = stream
    {
        // A matter may be named by its number alone.
        found = app.matter_stream(stream)?.map(|stream| place(&stream)).transpose()?.flatten();
    }
    may_do(caller, command, found.as_ref())
}

fn named(id: Id) -> Result<String, Problem> {
    id.map(|Path(id)| id).map_err(|error| Problem::malformed("id", error))
}

pub(super) fn created(replayed: bool) -> StatusCode {
    if replayed { StatusCode::OK } else { StatusCode::CREATED }
}

impl Posted {
    /// See [`work`].
    pub(super) async fn work<B: DeserializeOwned, T: Send + 'static>(
        self,
        doing: impl FnOnce(&App, &Caller, B) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        work(&self.app, self.caller, self.body, doing).await
    }

    /// The same, answered with what is kept now.
    async fn keep<B: DeserializeOwned>(
        self,
        keeping: impl FnOnce(&App, &Caller, B) -> Result<Kept, Problem> + Send + 'static,
    ) -> Answered {
        let kept = self.work(keeping).await?;
        json(created(kept.replayed), &kept.to_json())
    }
}

pub(crate) async fn keep_document(posted: Posted) -> Answered {
    posted
        .keep(|app, caller, body: Document| {
            may_at(app, caller, "document.add", Some(&body.matter))?;
            let (asker, content) = (body.asker(caller)?, content_of(&body.content)?);
            let Document { id, matter, kind, field, media_type, posts, units, .. } = body;
            app.keep_document(
                &asker,
                NewDocument { id, matter, kind, field, media_type, content, posts, units },
            )
        })
        .await
}

pub(crate) async fn show_document(id: Id, posted: Posted) -> Answered {
    let id = named(id)?;
    let shown = posted.work(move |app, caller, body: Look| {
        may_at(app, caller, "access.record", Some(&format!("document/{id}")))?;
        app.show_document(&body.asker(caller)?, &id, &body.reason)
    });
    let shown = shown.await?;
    let mut response = typed(StatusCode::OK, "application/octet-stream", shown.content);
    let headers = response.headers_mut();
    // A browser must not run what somebody uploaded, whatever the event calls it.
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(LOOK_UP, HeaderValue::from(shown.receipt.position));
    Ok(response)
}

/// A package about one matter with the documents that a post may see, in the reader's language.
pub(crate) async fn look_at_package(Reader(text): Reader, id: Id, posted: Posted) -> Answered {
    let id = named(id)?;
    let packed = posted.work(move |app, caller, body: Look| {
        may_at(app, caller, "access.record", Some(&id))?;
        app.evidence(&id, Some((&body.asker(caller)?, &body.reason)), text)
    });
    let packed = packed.await?;
    let mut response = typed(StatusCode::OK, ARCHIVE, packed.bytes);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(first) = packed.look_ups.first() {
        headers.insert(LOOK_UP, HeaderValue::from(first.position));
    }
    Ok(response)
}

pub(crate) async fn name_holder(posted: Posted) -> Answered {
    posted
        .keep(|app, caller, body: Holder| {
            may_at(app, caller, "holder.name", None)?;
            let asker = body.asker(caller)?;
            let Holder { id, post, name, from, until, .. } = body;
            app.name_holder(&asker, NewHolder { id, post, name, from, until })
        })
        .await
}

pub(crate) async fn end_holder(id: Id, posted: Posted) -> Answered {
    let id = named(id)?;
    posted
        .keep(move |app, caller, body: End| {
            may_at(app, caller, "holder.end", None)?;
            app.end_holder(&body.asker(caller)?, &id, body.until)
        })
        .await
}

pub(crate) async fn look_up_holders(posted: Posted) -> Answered {
    let found = posted.work(|app, caller, body: LookUp| {
        may_at(app, caller, "access.record", None)?;
        app.look_up_holders(&body.asker(caller)?, body.post.as_deref(), body.on, &body.reason)
    });
    let mut response = json(StatusCode::OK, &found.await?)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

pub(crate) async fn export_tiles(posted: Posted) -> Answered {
    let recorded = posted.work(|app, caller, body: Look| {
        may_at(app, caller, "access.record", None)?;
        app.record_export(&body.asker(caller)?, "tiles", &body.reason)
    });
    json(StatusCode::CREATED, &recorded.await?)
}

pub(crate) async fn ask_erasure(posted: Posted) -> Answered {
    posted
        .keep(|app, caller, body: Erasure| {
            may_at(app, caller, "erasure.ask", body.subject.as_deref())?;
            let asker = body.asker(caller)?;
            let Erasure { id, subject, position, reason, basis, .. } = body;
            app.ask_erasure(&asker, NewErasure { id, subject, position, reason, basis })
        })
        .await
}

pub(crate) async fn decide_erasure(id: Id, posted: Posted) -> Answered {
    let id = named(id)?;
    posted
        .keep(move |app, caller, body: Decision| {
            let command = if body.approve { "erasure.approve" } else { "erasure.refuse" };
            may_at(app, caller, command, Some(&format!("erasure/{id}")))?;
            app.decide_erasure(&body.asker(caller)?, &id, body.approve, body.reason)
        })
        .await
}

pub(crate) async fn execute_erasure(id: Id, posted: Posted) -> Answered {
    let id = named(id)?;
    let done = posted.work(move |app, caller, by: By| {
        may_at(app, caller, "erasure.execute", Some(&format!("erasure/{id}")))?;
        app.execute_erasure(&by.asker(caller)?, &id)
    });
    json(StatusCode::OK, &done.await?)
}
