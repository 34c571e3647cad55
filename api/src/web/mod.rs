//! Pages: every screen of the product, rendered here, from the same questions and commands as the API.
//!
//! A page is one file and one line of [`PAGES`]. A handler gets a [`Visit`] and gives what is shown ([`Shown`]);
//! what goes wrong is a [`Problem`], which [`dispatch`] turns into a page of its own. Nothing here decides a rule or
//! a permission, and no sentence stands in code.

mod accounts;
mod act;
mod agreement;
mod assets;
mod audit;
mod cells;
mod conflict;
mod dispatch;
mod documents;
mod drafts;
mod erasure;
mod export;
mod fields;
mod form;
mod frame;
mod home;
mod ids;
mod imports;
mod inline;
mod inspection;
mod item;
mod live;
mod matter;
mod me;
mod meeting;
mod month;
mod near;
mod next;
mod projects;
mod registers;
mod sheet;
mod topics;
mod visit;
mod wednesday;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};

use crate::access::Right;
use crate::error::Problem;
use crate::http::{AppState, OPEN_BYTES_MAX};

pub(crate) use fields::Fields;
pub(crate) use frame::Frame;
pub(crate) use visit::{Shown, Visit};

/// What a handler gives.
pub(crate) type Seen = Result<Shown, Problem>;

/// Shows a page.
pub(crate) type Show = fn(&Visit) -> Seen;
/// Takes a form.
pub(crate) type Take = fn(&Visit, &Fields) -> Seen;

/// One page, or the pages of one kind.
pub(crate) struct Page {
    /// The path, with `{names}`.
    pub(crate) path: &'static str,
    /// What whoever comes must have.
    pub(crate) needs: Right,
    /// Shows it.
    pub(crate) show: Option<Show>,
    /// Takes its forms.
    pub(crate) take: Option<Take>,
}

const fn shows(path: &'static str, needs: Right, show: Show) -> Page {
    Page { path, needs, show: Some(show), take: None }
}

const fn takes(path: &'static str, needs: Right, take: Take) -> Page {
    Page { path, needs, show: None, take: Some(take) }
}

const fn both(path: &'static str, needs: Right, show: Show, take: Take) -> Page {
    Page { path, needs, show: Some(show), take: Some(take) }
}

/// Every page but the registers and their items, which [`registers::REGISTERS`] names.
pub(crate) const PAGES: &[Page] = &[
    shows("/", Right::Own, home::show),
    both("/do/{command}", Right::Record, act::show, act::take),
    shows("/suggest/{kind}", Right::Read, form::suggest),
    // Meetings and Wednesdays.
    takes("/meetings/{*id}", Right::Record, meeting::take),
    takes("/topics", Right::Record, topics::take),
    shows("/wednesday", Right::Read, wednesday::show),
    shows("/wednesday/{community}/{date}", Right::Read, sheet::show),
    takes("/wednesday/{community}/{date}", Right::Record, sheet::take),
    shows("/live", Right::Own, live::show),
    takes("/drafts/{key}", Right::Record, drafts::take),
    // Agreements, projects, imports, documents.
    both("/agreements/new", Right::Record, agreement::new::show, agreement::new::take),
    both("/import", Right::Record, imports::begin, imports::upload),
    both("/import/{id}", Right::Record, imports::look, imports::decide),
    shows("/import/{id}/marked/{file}", Right::Record, imports::marked),
    shows("/import/{id}/faults", Right::Record, imports::faults),
    shows("/import/blank/{kind}", Right::Record, imports::blank),
    shows("/import/done/{number}", Right::Record, imports::done),
    both("/documents/new", Right::Record, documents::choose, documents::keep),
    takes("/documents/look/{id}", Right::Vault, documents::look),
    both("/erasure", Right::Erase, erasure::overview, erasure::ask),
    takes("/erasure/{id}", Right::Erase, erasure::decide),
    // Inspection and reports.
    shows("/trails/{*id}", Right::Read, inspection::trail::show),
    shows("/events", Right::Log, inspection::events::list),
    shows("/events/{position}", Right::Read, inspection::events::one),
    shows("/search", Right::Read, inspection::search::show),
    shows("/obligations", Right::Read, inspection::obligations::list),
    shows("/obligations/{*id}", Right::Read, inspection::obligations::one),
    shows("/findings", Right::Read, inspection::findings::list),
    shows("/registry", Right::Read, inspection::registry::show),
    shows("/status", Right::Own, inspection::status::status),
    shows("/about", Right::Open, inspection::status::about),
    shows("/help", Right::Open, inspection::status::help),
    shows("/reports", Right::Reports, inspection::reports::list),
    both("/reports/{quarter}", Right::Reports, inspection::reports::show, inspection::reports::take),
    shows("/reports/{quarter}/differences", Right::Reports, inspection::differences::show),
    shows("/reports/{quarter}/figures/{name}", Right::Reports, inspection::figure::show),
    both("/verify", Right::Own, inspection::verify::show, inspection::verify::take),
    // Accounts.
    both("/sign-in", Right::Open, me::sign_in, me::take_sign_in),
    takes("/sign-out", Right::Open, me::sign_out),
    both("/me", Right::Own, me::show, me::take),
    both("/accounts", Right::Accounts, accounts::list, accounts::take_list),
    both("/accounts/{login}", Right::Accounts, accounts::one, accounts::take_one),
    shows("/audit", Right::Looks, audit::show),
];

/// The pages, over the state of the API.
pub(crate) fn routes() -> Router<AppState> {
    let mut router = Router::new();
    for page in PAGES {
        router = router.route(page.path, handler(page));
    }
    for register in registers::REGISTERS {
        let item = format!("{}/{{*id}}", register.path);
        let show = register.item;
        router = router
            .route(register.path, handler(&registers::LIST))
            .route(&item, get(move |visit: Visit| dispatch::show(Right::Read, show, visit)));
    }
    router.merge(assets::routes())
}

/// An address that leads nowhere: a page for people, a problem for programs.
pub(crate) async fn nowhere(visit: Visit) -> Response {
    let accepts = visit.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if !accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        return Problem::new(StatusCode::NOT_FOUND, "no-such-page").into_response();
    }
    dispatch::show(Right::Open, |_| Err(Problem::new(StatusCode::NOT_FOUND, "no-such-page")), visit).await
}

fn handler(page: &'static Page) -> MethodRouter<AppState> {
    let mut methods = MethodRouter::new();
    if let Some(show) = page.show {
        methods = methods.get(move |visit: Visit| dispatch::show(page.needs, show, visit));
    }
    if let Some(take) = page.take {
        methods = methods.post(move |state, request| dispatch::take(page.needs, take, state, request));
    }
    if page.needs == Right::Open {
        methods = methods.layer(DefaultBodyLimit::max(OPEN_BYTES_MAX));
    }
    methods
}
