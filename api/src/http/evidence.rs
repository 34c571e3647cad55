//! `/checkpoint` and `/tile/…` as transparency logs serve them (c2sp.org/tlog-tiles), and proofs on request.

use axum::extract::rejection::PathRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongjian_core::evidence::{TileKind, TileName};

use super::{Answered, AppState, Asking, Reader, aside, json, typed};
use crate::access::guard::allowed;
use crate::access::{Caller, Right};
use crate::error::Problem;

/// Media type of notes and proofs.
const TEXT: &str = "text/plain; charset=utf-8";
/// Media type of tiles and bundles.
const BYTES: &str = "application/octet-stream";
/// Media type of packages.
pub(super) const ARCHIVE: &str = "application/zip";
/// What is published under one name never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Entries say more than hashes, and may one day be withheld.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
/// A checkpoint is replaced within a second.
const NOT_AT_ALL: HeaderValue = HeaderValue::from_static("no-cache");

fn cached(mut response: Response, how: HeaderValue) -> Answered {
    response.headers_mut().insert(header::CACHE_CONTROL, how);
    Ok(response)
}

pub(crate) async fn checkpoint(State(state): State<AppState>, asking: Asking) -> Answered {
    let fresh = asking.flag("fresh")?;
    let signed = aside(move || state.app.checkpoint(fresh)).await?;
    cached(typed(StatusCode::OK, TEXT, signed.to_string()), NOT_AT_ALL)
}

pub(crate) async fn witnesses(State(state): State<AppState>, _: Asking) -> Answered {
    json(StatusCode::OK, &state.app.witnesses())
}

pub(crate) async fn key(State(state): State<AppState>, _: Asking) -> Answered {
    let key = aside(move || state.app.verifier_key()).await?;
    Ok(typed(StatusCode::OK, TEXT, format!("{key}\n")))
}

pub(crate) async fn tile(
    State(state): State<AppState>,
    OriginalUri(uri): OriginalUri,
    caller: Caller,
    _: Asking,
) -> Answered {
    let no_such = || Problem::new(StatusCode::NOT_FOUND, "no-such-page");
    let name = TileName::parse(uri.path().trim_start_matches('/')).ok_or_else(no_such)?;
    if name.kind == TileKind::Entries {
        // Hashes say nothing; entries are the events.
        allowed(&caller, Right::Log)?;
    }
    let bytes = aside(move || state.app.tile(name)).await?.ok_or_else(no_such)?;
    let how = if name.kind == TileKind::Entries { PRIVATE } else { FOR_EVER };
    cached(typed(StatusCode::OK, BYTES, bytes), how)
}

pub(crate) async fn erased(State(state): State<AppState>, _: Asking) -> Answered {
    let lines = aside(move || state.app.erased_lines()).await?;
    cached(typed(StatusCode::OK, TEXT, lines), PRIVATE)
}

pub(crate) async fn proof(
    State(state): State<AppState>,
    position: Result<Path<u64>, PathRejection>,
    _: Asking,
) -> Answered {
    let Path(position) = position.map_err(|error| Problem::malformed("position", error))?;
    let proof = aside(move || state.app.proof(position)).await?;
    Ok(typed(StatusCode::OK, TEXT, proof.to_string()))
}

/// A package about one matter, without documents, in the reader's language.
pub(crate) async fn package(
    State(state): State<AppState>,
    Reader(text): Reader,
    id: Result<Path<String>, PathRejection>,
    _: Asking,
) -> Answered {
    let Path(id) = id.map_err(|error| Problem::malformed("id", error))?;
    let packed = aside(move || state.app.evidence(&id, None, text)).await?;
    cached(typed(StatusCode::OK, ARCHIVE, packed.bytes), PRIVATE)
}

pub(crate) async fn consistency(State(state): State<AppState>, asking: Asking) -> Answered {
    let wanted = |name: &str| -> Result<u64, Problem> {
        asking.number(name)?.ok_or_else(|| Problem::malformed(name, "0, 1, 2, …"))
    };
    let (old, new) = (wanted("old")?, wanted("new")?);
    let hashes = aside(move || state.app.consistency(old, new)).await?;
    let lines: String = hashes.iter().map(|hash| STANDARD.encode(hash.0) + "\n").collect();
    Ok(typed(StatusCode::OK, TEXT, lines))
}
