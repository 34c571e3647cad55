//! The doors: who comes in through which, and what each route needs.
//!
//! The socket in the ledger's folder and this process itself are [`Caller::Local`]: whoever can use them can read the
//! files. Everybody else comes through a TCP port and is nobody until a session or a token says otherwise.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::command::is_scope_within;
use super::password::same;
use super::{Caller, Right, Who};
use crate::error::Problem;
use crate::http::{AppState, BODY_BYTES_MAX, aside};
use crate::listen::Peer;

/// Name of the cookie. With TLS its name says that no other site can have set it.
const COOKIE: &str = "gongjian_session";
const COOKIE_TLS: &str = "__Host-gongjian_session";
/// Where a form or a program tells what ties it to its session.
const CSRF_FIELD: &str = "csrf";
const CSRF_HEADER: &str = "x-csrf-token";
/// Longest secret that is looked up.
const SECRET_CHARS_MAX: usize = 128;

/// How a TCP port is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Front {
    /// People use https, here or at the proxy: the cookie is never sent otherwise.
    pub is_https: bool,
    /// A proxy stands before it and tells who asks.
    pub is_proxied: bool,
}

/// The secret of the session that a request came with; handlers that end it need it.
#[derive(Clone, Debug)]
pub struct SessionSecret(pub String);

/// The address that a request came from.
#[derive(Clone, Copy, Debug)]
pub struct Address(pub IpAddr);

/// Lets in whoever has the folder.
pub(crate) async fn local(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Caller::Local);
    next.run(request).await
}

/// Finds out who asks.
pub(crate) async fn resolve(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if let Some(address) = address_of(&request, state.front) {
        request.extensions_mut().insert(Address(address));
    }
    let headers = request.headers();
    let bearer =
        headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default().to_owned());
    if let Some(bearer) = bearer {
        let secret = bearer.strip_prefix("Bearer ").unwrap_or_default().trim().to_owned();
        return match of_token(&state, secret).await {
            Some(caller) => {
                request.extensions_mut().insert(caller);
                next.run(request).await
            }
            None => unknown_token(),
        };
    }
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !is_safe && !is_same_site(headers) {
        return Problem::new(StatusCode::FORBIDDEN, "cross-site").into_response();
    }
    let secret = cookie(headers, cookie_name(state.front));
    let Some((secret, who)) = of_session(&state, secret).await else {
        request.extensions_mut().insert(Caller::Nobody);
        return next.run(request).await;
    };
    if !is_safe {
        let csrf = who.who().map(|who| who.csrf.clone()).unwrap_or_default();
        request = match with_csrf(request, &csrf).await {
            Ok(request) => request,
            Err(problem) => return problem.into_response(),
        };
    }
    request.extensions_mut().insert(who);
    request.extensions_mut().insert(SessionSecret(secret));
    next.run(request).await
}

async fn of_token(state: &AppState, secret: String) -> Option<Caller> {
    if secret.is_empty() || secret.len() > SECRET_CHARS_MAX {
        return None;
    }
    let app = state.app.clone();
    let found = aside(move || {
        let Some((mut who, scope)) = app.access()?.of_token(&secret) else { return Ok(None) };
        // Most tokens may act where their account may, and the registry is not asked.
        if scope != who.scope && !is_scope_within(&*app.views()?, &scope, &who.scope) {
            return Ok(None);
        }
        who.scope = scope;
        Ok(Some(Caller::Account(Arc::new(who))))
    });
    found.await.ok().flatten()
}

async fn of_session(state: &AppState, secret: Option<String>) -> Option<(String, Caller)> {
    let secret = secret.filter(|secret| !secret.is_empty() && secret.len() <= SECRET_CHARS_MAX)?;
    let app = state.app.clone();
    let found = aside(move || Ok(app.access()?.of_session(&secret).map(|who| (secret, who))));
    found.await.ok().flatten().map(|(secret, who)| (secret, Caller::Account(who)))
}

fn unknown_token() -> Response {
    let mut response = Problem::new(StatusCode::UNAUTHORIZED, "token-unknown").into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
    response
}

fn address_of(request: &Request, front: Front) -> Option<IpAddr> {
    if front.is_proxied {
        // The proxy adds the address that it saw at the end; what stands before may be anybody's word.
        let told = request.headers().get_all("x-forwarded-for").iter().next_back()?;
        return told.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
    }
    request.extensions().get::<ConnectInfo<Peer>>().map(|info| info.0.0.ip())
}

/// A cookie of a request.
pub(crate) fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().split_once('=').filter(|(name, _)| *name == wanted))
        .map(|(_, value)| value.to_owned())
}

fn cookie_name(front: Front) -> &'static str {
    if front.is_https { COOKIE_TLS } else { COOKIE }
}

/// The header that gives a browser its session, or with no secret takes it away.
pub fn set_cookie(front: Front, secret: Option<&str>) -> String {
    let name = cookie_name(front);
    let secure = if front.is_https { "; Secure" } else { "" };
    match secret {
        Some(secret) => format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}"),
        None => format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}"),
    }
}

/// Whether a browser says that a page of this very site sends it. A program says nothing.
fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = headers.get("sec-fetch-site").map(|value| value.to_str().unwrap_or("?"));
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    match text(header::ORIGIN) {
        None => true,
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(header::HOST)
        }
    }
}

/// Refuses what does not bear the mark of its session. A form bears it in a field, so its body is read here and
/// handed on.
async fn with_csrf(request: Request, csrf: &str) -> Result<Request, Problem> {
    let refused = || Problem::new(StatusCode::FORBIDDEN, "csrf");
    if csrf.is_empty() {
        return Err(refused());
    }
    if let Some(given) = request.headers().get(CSRF_HEADER) {
        return if same(given.as_bytes(), csrf.as_bytes()) { Ok(request) } else { Err(refused()) };
    }
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.unwrap_or_default().to_ascii_lowercase();
    let is_form = media.starts_with("application/x-www-form-urlencoded");
    let is_multipart = media.starts_with("multipart/form-data");
    if !is_form && !is_multipart {
        return Err(refused());
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large").with("limit", BODY_BYTES_MAX >> 20)
    })?;
    let given = if is_form { of_form(&bytes) } else { of_multipart(&bytes) };
    if !given.is_some_and(|given| same(given.as_bytes(), csrf.as_bytes())) {
        return Err(refused());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn of_form(bytes: &[u8]) -> Option<String> {
    form_urlencoded::parse(bytes).find(|(name, _)| name == CSRF_FIELD).map(|(_, value)| value.into_owned())
}

/// The field of a form with files; the pages send it first.
fn of_multipart(bytes: &[u8]) -> Option<String> {
    let head = b"name=\"csrf\"\r\n\r\n";
    let at = bytes.windows(head.len()).position(|window| window == head)? + head.len();
    let rest = bytes.get(at..)?;
    let end = rest.windows(2).position(|window| window == b"\r\n")?;
    String::from_utf8(rest.get(..end)?.to_vec()).ok()
}

/// Lets through who may ask for something of this kind at all.
pub(crate) async fn needs(State(right): State<Right>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().cloned().unwrap_or_default();
    match allowed(&caller, right) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Whether a caller may ask for something of this kind.
///
/// # Errors
/// `sign-in-needed`, `password-temporary`, `not-allowed`.
pub fn allowed(caller: &Caller, right: Right) -> Result<(), Problem> {
    if right == Right::Open {
        return Ok(());
    }
    match caller {
        Caller::Local => Ok(()),
        Caller::Nobody => Err(Problem::new(StatusCode::UNAUTHORIZED, "sign-in-needed")),
        Caller::Account(who) => allowed_to(who, caller.may(right), right),
    }
}

fn allowed_to(who: &Who, may: bool, right: Right) -> Result<(), Problem> {
    if who.must_change && right != Right::Own {
        return Err(Problem::new(StatusCode::FORBIDDEN, "password-temporary"));
    }
    if !may {
        let roles: Vec<&str> = who.roles.iter().map(|role| role.word()).collect();
        return Err(Problem::new(StatusCode::FORBIDDEN, "not-allowed").with("roles", roles.join(" ")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_browser_says_which_site_sends() {
        assert!(is_same_site(&headers(&[])));
        assert!(is_same_site(&headers(&[("host", "a:1"), ("origin", "http://a:1")])));
        assert!(is_same_site(&headers(&[
            ("host", "a"),
            ("origin", "https://a"),
            ("sec-fetch-site", "same-origin")
        ])));
        for pairs in [
            &[("host", "a:1"), ("origin", "http://b:1")][..],
            &[("host", "a:1"), ("origin", "null")],
            &[("origin", "http://a")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("host", "a"), ("origin", "http://a")],
        ] {
            assert!(!is_same_site(&headers(pairs)), "{pairs:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others_and_never_leaves_https() {
        let https = Front { is_https: true, is_proxied: false };
        let sent = headers(&[("cookie", "a=b; gongjian_session=one; __Host-gongjian_session=two")]);
        assert_eq!(cookie(&sent, cookie_name(Front::default())).as_deref(), Some("one"));
        assert_eq!(cookie(&sent, cookie_name(https)).as_deref(), Some("two"));
        assert!(set_cookie(https, Some("x")).contains("; Secure"));
        assert!(set_cookie(Front::default(), None).contains("Max-Age=0"));
    }

    #[test]
    fn forms_bear_their_mark() {
        assert_eq!(of_form(b"a=1&csrf=ab%20c&x=").as_deref(), Some("ab c"));
        let body = b"--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--x--\r\n";
        assert_eq!(of_multipart(body).as_deref(), Some("abc"));
        assert_eq!(of_multipart(b"--x--"), None);
        assert_eq!(of_form(b"a=1"), None);
    }
}
