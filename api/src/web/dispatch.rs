//! Between a request and a page: permission, the body, the work away from the threads that serve connections, and
//! what goes wrong as a page.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::cells::inside;
use super::fields::Upload;
use super::visit::LANGUAGE_COOKIE;
use super::{Fields, Seen, Show, Shown, Take, Visit};
use crate::access::Right;
use crate::access::guard::allowed;
use crate::error::Problem;
use crate::http::AppState;
use crate::messages::Language;

/// What a page may load and do: nothing from elsewhere, no script and no style in the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page that shows.
pub(super) async fn show(needs: Right, show: Show, visit: Visit) -> Response {
    run(needs, visit, show).await
}

/// A page that takes a form.
pub(super) async fn take(
    needs: Right,
    take: Take,
    State(state): State<AppState>,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = match Visit::from_request_parts(&mut parts, &state).await {
        Ok(visit) => visit,
        Err(never) => match never {},
    };
    // What nobody may send is not even read.
    if let Err(problem) = allowed(&visit.caller, needs) {
        return run(needs, visit, move |_| Err(problem)).await;
    }
    match fields(Request::from_parts(parts, body)).await {
        Ok(fields) => run(needs, visit, move |visit| take(visit, &fields)).await,
        Err(problem) => run(needs, visit, move |_| Err(problem)).await,
    }
}

/// The fields and files of a form.
async fn fields(request: Request) -> Result<Fields, Problem> {
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !media.is_some_and(|media| media.starts_with("multipart/form-data")) {
        let body = Bytes::from_request(request, &()).await;
        let body = body.map_err(|rejection| crate::http::commands::body_problem(&rejection))?;
        return Ok(Fields::of_pairs(form_urlencoded::parse(&body).into_owned()));
    }
    let unreadable = |error: &dyn std::fmt::Display| Problem::malformed("body", error);
    let mut parts = Multipart::from_request(request, &()).await.map_err(|error| unreadable(&error))?;
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(|error| unreadable(&error))? {
        let field = part.name().unwrap_or_default().to_owned();
        // What a browser says of a file's type is said by whoever sends it; its name's ending decides.
        let name = part.file_name().map(str::to_owned);
        let bytes = part.bytes().await.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large")
                .with("limit", crate::http::BODY_BYTES_MAX >> 20),
            _ => unreadable(&error),
        })?;
        match name {
            // A file field that was left empty comes as a file without name and content.
            Some(name) if name.is_empty() && bytes.is_empty() => {}
            Some(name) => files.push(Upload { field, name, bytes: bytes.to_vec() }),
            None => pairs.push((field, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    let mut fields = Fields::of_pairs(pairs.into_iter());
    fields.files = files;
    Ok(fields)
}

async fn run(needs: Right, visit: Visit, work: impl FnOnce(&Visit) -> Seen + Send + 'static) -> Response {
    let joined = tokio::task::spawn_blocking(move || {
        let seen = allowed(&visit.caller, needs).and_then(|()| work(&visit));
        let response = match seen {
            Ok(shown) => Ok(shown),
            Err(problem) => match leads_on(&visit, &problem) {
                Some(place) => Ok(Shown::Elsewhere(place)),
                None => super::frame::problem(&visit, &problem).map_err(|_| problem),
            },
        };
        (visit, response)
    });
    match joined.await {
        Ok((visit, Ok(shown))) => respond(&visit, shown),
        Ok((_, Err(problem))) => problem.into_response(),
        Err(error) => Problem::internal(&error).into_response(),
    }
}

/// Where a problem leads that only asks for another page first: signing in, or a password of one's own.
fn leads_on(visit: &Visit, problem: &Problem) -> Option<String> {
    match problem.code {
        "sign-in-needed" => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            // What a form asked for is not asked again by an address.
            if visit.is_get && visit.path != "/" {
                query.append_pair("next", &visit.query.link(&visit.path, &[]));
            }
            let query = query.finish();
            Some(if query.is_empty() { "/sign-in".to_owned() } else { format!("/sign-in?{query}") })
        }
        "password-temporary" => Some("/me".to_owned()),
        _ => None,
    }
}

fn respond(visit: &Visit, shown: Shown) -> Response {
    let mut response = match shown {
        Shown::Html(status, html) => crate::http::typed(status, "text/html; charset=utf-8", html),
        Shown::Elsewhere(place) => elsewhere(&place),
        Shown::File { media, name, bytes } => file(media, name, bytes),
        Shown::Whole(response) => *response,
    };
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("hx-request, cookie"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(visit.text.language().tag()));
    if let Some(language) = Language::of_tag(visit.query.get("lang"))
        && let Ok(value) = HeaderValue::from_str(&format!(
            "{LANGUAGE_COOKIE}={}; Path=/; SameSite=Lax; Max-Age=31536000",
            language.tag()
        ))
    {
        headers.append(header::SET_COOKIE, value);
    }
    response
}

/// Sends a browser to another page of ours.
pub(super) fn elsewhere(place: &str) -> Response {
    let mut response = crate::http::typed(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", "");
    // A place that is no path of this server is never followed.
    let place = HeaderValue::from_str(&escaped_path(inside(place))).ok().filter(|place| !place.is_empty());
    response.headers_mut().insert(header::LOCATION, place.unwrap_or(HeaderValue::from_static("/")));
    response
}

/// Letters beyond ASCII as percent signs, which a header can hold.
fn escaped_path(place: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(place.len());
    for byte in place.bytes() {
        match byte {
            0x21..=0x7e => out.push(char::from(byte)),
            _ => {
                // Writing to a string does not fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn file(media: &'static str, name: Option<String>, bytes: Vec<u8>) -> Response {
    let mut response = crate::http::typed(StatusCode::OK, media, bytes);
    let Some(name) = name else { return response };
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let value = format!("attachment; filename*=UTF-8''{}", encoded.replace('+', "%20"));
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
