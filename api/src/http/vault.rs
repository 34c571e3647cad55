//! Documents, the directory and erasures. What is looked at is asked for with POST: a look-up is recorded, and its
//! reason stands in no URL.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use gongjian_core::command::parse_id;
use gongjian_core::day::Day;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::evidence::ARCHIVE;
use super::{Answered, AppState, Asking, Reader, aside, json, typed};
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
            fn asker(&self) -> Result<Asker, Problem> {
                asker(&self.actor, self.command_id.as_deref(), self.occurred_on)
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
    actor: &str,
    command_id: Option<&str>,
    occurred_on: Option<Day>,
) -> Result<Asker, Problem> {
    let read = |text: &str| parse_id(text).ok_or_else(|| Problem::malformed("commandId", "UUID"));
    Ok(Asker { actor: actor.to_owned(), command_id: command_id.map(read).transpose()?, occurred_on })
}

pub(super) type Body = Result<Bytes, BytesRejection>;
type Id = Result<Path<String>, PathRejection>;

/// Reads a body and does the work away from the threads that serve connections.
pub(super) async fn work<B: DeserializeOwned, T: Send + 'static>(
    app: &App,
    body: Body,
    work: impl FnOnce(&App, B) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let body = body.map_err(|rejection| super::commands::body_problem(&rejection))?;
    let app = app.clone();
    aside(move || {
        let read =
            serde_json::from_slice(&body).map_err(|error| Problem::malformed("body", error.to_string()))?;
        drop(body);
        work(&app, read)
    })
    .await
}

fn named(id: Id) -> Result<String, Problem> {
    id.map(|Path(id)| id).map_err(|error| Problem::malformed("id", error))
}

pub(super) fn created(replayed: bool) -> StatusCode {
    if replayed { StatusCode::OK } else { StatusCode::CREATED }
}

pub(crate) async fn keep_document(State(state): State<AppState>, _: Asking, body: Body) -> Answered {
    let kept = work(&state.app, body, |app, body: Document| {
        let (asker, content) = (body.asker()?, content_of(&body.content)?);
        let Document { id, matter, kind, field, media_type, posts, units, .. } = body;
        app.keep_document(&asker, NewDocument { id, matter, kind, field, media_type, content, posts, units })
    });
    let kept = kept.await?;
    json(created(kept.replayed), &kept.to_json())
}

pub(crate) async fn show_document(State(state): State<AppState>, id: Id, _: Asking, body: Body) -> Answered {
    let id = named(id)?;
    let shown =
        work(&state.app, body, move |app, body: Look| app.show_document(&body.asker()?, &id, &body.reason));
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
pub(crate) async fn look_at_package(
    State(state): State<AppState>,
    Reader(text): Reader,
    id: Id,
    _: Asking,
    body: Body,
) -> Answered {
    let id = named(id)?;
    let packed = work(&state.app, body, move |app, body: Look| {
        app.evidence(&id, Some((&body.asker()?, &body.reason)), text)
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

pub(crate) async fn name_holder(State(state): State<AppState>, _: Asking, body: Body) -> Answered {
    let kept = work(&state.app, body, |app, body: Holder| {
        let asker = body.asker()?;
        let Holder { id, post, name, from, until, .. } = body;
        app.name_holder(&asker, NewHolder { id, post, name, from, until })
    });
    let kept = kept.await?;
    json(created(kept.replayed), &kept.to_json())
}

pub(crate) async fn end_holder(State(state): State<AppState>, id: Id, _: Asking, body: Body) -> Answered {
    let id = named(id)?;
    let kept = work(&state.app, body, move |app, body: End| app.end_holder(&body.asker()?, &id, body.until));
    let kept = kept.await?;
    json(created(kept.replayed), &kept.to_json())
}

pub(crate) async fn look_up_holders(State(state): State<AppState>, _: Asking, body: Body) -> Answered {
    let found = work(&state.app, body, |app, body: LookUp| {
        app.look_up_holders(&body.asker()?, body.post.as_deref(), body.on, &body.reason)
    });
    let mut response = json(StatusCode::OK, &found.await?)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

pub(crate) async fn export_tiles(State(state): State<AppState>, _: Asking, body: Body) -> Answered {
    let recorded =
        work(&state.app, body, |app, body: Look| app.record_export(&body.asker()?, "tiles", &body.reason));
    json(StatusCode::CREATED, &recorded.await?)
}

pub(crate) async fn ask_erasure(State(state): State<AppState>, _: Asking, body: Body) -> Answered {
    let kept = work(&state.app, body, |app, body: Erasure| {
        let asker = body.asker()?;
        let Erasure { id, subject, position, reason, basis, .. } = body;
        app.ask_erasure(&asker, NewErasure { id, subject, position, reason, basis })
    });
    let kept = kept.await?;
    json(created(kept.replayed), &kept.to_json())
}

pub(crate) async fn decide_erasure(State(state): State<AppState>, id: Id, _: Asking, body: Body) -> Answered {
    let id = named(id)?;
    let kept = work(&state.app, body, move |app, body: Decision| {
        app.decide_erasure(&body.asker()?, &id, body.approve, body.reason)
    });
    let kept = kept.await?;
    json(created(kept.replayed), &kept.to_json())
}

pub(crate) async fn execute_erasure(
    State(state): State<AppState>,
    id: Id,
    _: Asking,
    body: Body,
) -> Answered {
    let id = named(id)?;
    let done = work(&state.app, body, move |app, by: By| app.execute_erasure(&by.asker()?, &id));
    json(StatusCode::OK, &done.await?)
}
