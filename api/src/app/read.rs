//! Questions to the read models: now, or as of a position or a day.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::Event;
use gongjian_core::domain::ledger::LedgerEvent;
use gongjian_core::record::{Position, RecordRef};
use gongjian_core::snapshot::Snapshots;
use gongjian_projections::figures::{
    Evidence, PeriodStanding, Question, Report, Scope, Standing, answer, supplements,
};
use gongjian_projections::registry::Kind;
use gongjian_projections::runner::{Runner, catch_up};
use gongjian_projections::trail::{Trail, TrailError, trail};
use gongjian_projections::views::Views;

use super::follow::{ViewsGuard, source};
use super::{App, Problem, editions};

/// What a question knows, and as of which day it is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The last position known, inclusive; `None` is the end of the log.
    pub last: Option<Position>,
    /// The day; `None` is the ledger's own: today, or the latest 截至日期 where only imports filled it.
    pub on: Option<Day>,
}

/// A report that somebody wants, exactly so.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// Which quarter.
    pub quarter: Quarter,
    /// Of what, by codes or names.
    pub scope: &'a Scope,
    /// What is known, and as of when it is judged.
    pub asked: Asked,
    /// The events behind the figures.
    pub evidence: Evidence,
    /// The parts stand beside other quarters, too.
    pub parts_compared: bool,
}

impl<'a> Wanted<'a> {
    /// A report with all events, its parts not compared.
    pub(super) fn all(quarter: Quarter, scope: &'a Scope, asked: Asked) -> Wanted<'a> {
        Wanted { quarter, scope, asked, evidence: Evidence::All, parts_compared: false }
    }
}

/// Read models of the past, folded one at a time; the last ones stay, since questions come in runs.
#[derive(Default)]
pub(super) struct History {
    folded: Mutex<Option<(Position, Arc<Views>)>>,
}

/// Read models, of now or of the past.
pub enum Known<'a> {
    /// The end of the log.
    Now(ViewsGuard<'a>),
    /// As of a position.
    Then(Arc<Views>),
}

impl std::ops::Deref for Known<'_> {
    type Target = Views;

    fn deref(&self) -> &Views {
        match self {
            Known::Now(views) => views,
            Known::Then(views) => views,
        }
    }
}

impl App {
    /// The read models with everything that was acknowledged.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be folded.
    pub fn views(&self) -> Result<ViewsGuard<'_>, Problem> {
        self.shared.kept.read().map_err(|error| Problem::internal(&error))
    }

    /// The read models as of a position, inclusive.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be folded.
    pub fn views_as_of(&self, last: Option<Position>) -> Result<Known<'_>, Problem> {
        let Some(last) = last.filter(|last| last.saturating_add(1) < self.reader().size()) else {
            return self.views().map(Known::Now);
        };
        let mut folded = self.shared.history.folded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((position, views)) = &*folded
            && *position == last
        {
            return Ok(Known::Then(Arc::clone(views)));
        }
        let mut from_log = source(self.reader());
        let views = match self.dir() {
            Some(dir) => Runner::new(dir).as_of(Some(last), &mut from_log),
            None => {
                let mut views = Views::default();
                catch_up(&mut views, last.saturating_add(1), &mut from_log).map(|()| views)
            }
        };
        let views = Arc::new(views.map_err(|error| Problem::internal(&error))?);
        *folded = Some((last, Arc::clone(&views)));
        Ok(Known::Then(views))
    }

    /// A point of knowledge as people name it: a position, or a day, which stands for the last position recorded by
    /// its end.
    ///
    /// # Errors
    /// [`Problem`]: it cannot be read, or the ledger does not reach there.
    pub fn position_of(&self, given: &str) -> Result<Position, Problem> {
        if let Ok(position) = given.parse::<Position>() {
            let known = position < self.reader().size();
            return if known { Ok(position) } else { Err(Problem::not_found(given)) };
        }
        let day: Day = given.parse().map_err(|_| Problem::unreadable("asOf", given, "300, 2022-06-30"))?;
        self.last_recorded_by(day).ok_or_else(|| {
            let first = self.first_recorded().map(|day| day.to_string()).unwrap_or_default();
            Problem::new(StatusCode::NOT_FOUND, "before-the-ledger").with("day", day).with("first", first)
        })
    }

    /// Every matter behind an id or a name.
    ///
    /// # Errors
    /// [`Problem`]: nothing is called so, or an event cannot be read.
    pub fn trail(&self, id: &str, asked: Asked) -> Result<Trail, Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        let read = |position| self.reader().get(position).ok().flatten().map(|bytes| bytes.to_vec());
        trail(&views, id, &read, on).map_err(|error| match error {
            TrailError::Unknown(id) => Problem::not_found(&id),
            TrailError::Unreadable(_) => Problem::internal(&error),
        })
    }

    /// The quarterly report of a scope. Where the quarter is frozen and nobody names what to know or which day to
    /// judge by, it is of the freeze.
    ///
    /// # Errors
    /// [`Problem`]: the street or community is unknown, or the log cannot be folded.
    pub fn report(
        &self,
        quarter: Quarter,
        scope: &Scope,
        asked: Asked,
        evidence: Evidence,
    ) -> Result<Report, Problem> {
        self.report_compared(quarter, scope, asked, evidence, false)
    }

    /// The same; with `parts_compared` the figures of every part stand beside those of other quarters, too.
    ///
    /// # Errors
    /// As [`App::report`].
    pub fn report_compared(
        &self,
        quarter: Quarter,
        scope: &Scope,
        asked: Asked,
        evidence: Evidence,
        parts_compared: bool,
    ) -> Result<Report, Problem> {
        let standing = if asked == Asked::default() { self.standing(quarter, scope)? } else { None };
        let (asked, period) = match standing {
            Some((asked, standing)) => (asked, Some(standing)),
            None => (asked, None),
        };
        let question = Wanted { quarter, scope, asked, evidence, parts_compared };
        self.report_standing(&question, period)
    }

    /// How a quarter stands, and what its report knows by it; `None` where it was never frozen.
    fn standing(&self, quarter: Quarter, scope: &Scope) -> Result<Option<(Asked, PeriodStanding)>, Problem> {
        let views = self.views()?;
        let Some(period) = views.periods.period.get(&quarter.to_string()) else { return Ok(None) };
        let Some(freeze) = period.frozen() else {
            let standing =
                PeriodStanding { state: period.state(), frozen_at: None, digest: None, edition: None };
            return Ok(Some((Asked::default(), standing)));
        };
        let scope = known_scope(&views, scope)?.word();
        let edition = editions::recorded_for(&views.periods, quarter, &scope, freeze.knows);
        let standing = PeriodStanding {
            state: period.state(),
            frozen_at: Some(freeze.knows),
            digest: self.reader().digest(freeze.knows)?.map(|digest| digest.to_string()),
            edition: edition.map(|(number, _)| number),
        };
        Ok(Some((Asked { last: Some(freeze.knows), on: Some(freeze.frozen.on) }, standing)))
    }

    /// A report of exactly what is asked, with how its quarter stands.
    ///
    /// # Errors
    /// As [`App::report`].
    pub(super) fn report_standing(
        &self,
        wanted: &Wanted<'_>,
        period: Option<PeriodStanding>,
    ) -> Result<Report, Problem> {
        let Wanted { quarter, scope, asked, evidence, parts_compared } = *wanted;
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        let scope = known_scope(&views, scope)?;
        let question = Question { quarter, scope, on, evidence, parts_compared };
        let mut report = answer(&views, &question);
        for balance in report.balances.iter().filter(|balance| !balance.closes()) {
            tracing::error!(quarter = %quarter, stock = balance.stock.name(), "a balance of the report does not hold");
        }
        if let Some(position) = report.as_of.position
            && let Some(digest) = self.reader().digest(position)?
        {
            report.as_of.digest = Some(digest.to_string());
        }
        report.standing = Standing {
            origin: self.origin()?,
            template: Some(editions::TEMPLATE),
            period,
            supplements: supplements(&views, quarter, &question.scope, &|stream| self.began(stream)),
        };
        Ok(report)
    }

    /// The day of a stream's first event.
    fn began(&self, stream: &str) -> Option<Day> {
        let first = *self.reader().stream(stream).first()?;
        let bytes = self.reader().get(first).ok()??;
        RecordRef::decode(&bytes).ok().map(|record| record.occurred_day)
    }

    /// The name of the ledger, as event 0 has it.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read.
    pub fn origin(&self) -> Result<Option<String>, Problem> {
        let Some(bytes) = self.reader().get(0)? else { return Ok(None) };
        let record = RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?;
        Ok(match Event::decode(record.kind, record.version, record.payload) {
            Ok(Event::Ledger(LedgerEvent::Opened(opened))) => Some(opened.origin),
            _ => None,
        })
    }

    /// Forgets everything that was folded, in memory and on the disk, after a record was withheld.
    pub(super) fn forget_folded(&self, snapshots: Option<&Snapshots>) {
        self.shared.kept.forget();
        *self.shared.history.folded.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // One may have been written between the fold of the world and this.
        if let Some(Err(error)) = snapshots.map(Snapshots::clear) {
            tracing::error!(%error, "snapshots are left; remove the folder while nothing runs");
        }
    }

    /// Where the read models stand; `None` while nobody has asked for them.
    pub fn views_position(&self) -> Option<Position> {
        self.shared.kept.position()
    }

    /// Writes a snapshot of the read models if there is enough new.
    pub fn save_views(&self) {
        self.shared.kept.save();
    }
}

/// A scope by its code, given by code or by any name that it ever had.
///
/// # Errors
/// [`Problem`] if there is no such street or community.
pub(super) fn known_scope(views: &Views, scope: &Scope) -> Result<Scope, Problem> {
    let known = |kind, given: &String| {
        views.registry.code(kind, given).map(str::to_owned).ok_or_else(|| Problem::not_found(given))
    };
    Ok(match scope {
        Scope::County => Scope::County,
        Scope::Street(given) => Scope::Street(known(Kind::Street, given)?),
        Scope::Community(given) => Scope::Community(known(Kind::Community, given)?),
    })
}

/// What a scope is called on a day; nothing for the county.
pub(super) fn place_name(views: &Views, scope: &Scope, on: Day) -> Option<String> {
    let (kind, code) = match scope {
        Scope::County => return None,
        Scope::Street(code) => (Kind::Street, code),
        Scope::Community(code) => (Kind::Community, code),
    };
    Some(views.registry.name(kind, code, on).unwrap_or(code).to_owned())
}
