//! What differs between two reports of one quarter that know up to different positions, and the events that made it.
//!
//! A reopened quarter has two editions; both stay, and this is how the second differs from the first.

use std::collections::{BTreeMap, BTreeSet};

use gongjian_core::day::{Day, Quarter};
use gongjian_core::record::{Position, RecordRef};
use gongjian_projections::figures::{Counted, Figure, Figures, Report, Scope, Value as Number};
use serde::Serialize;

use super::read::Wanted;
use super::{App, Asked};
use crate::error::Problem;

/// One figure of one scope that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FigureDifference {
    /// `county`, `street/S01`, `community/C01`.
    pub scope: String,
    /// Its name.
    pub name: &'static str,
    /// The Chinese name.
    pub label: &'static str,
    /// Its value as the earlier report knows it.
    pub from: Number,
    /// Its value as the later report knows it.
    pub to: Number,
    /// Its denominators, where it is a rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<(u64, u64)>,
    /// Positions of the events between the two that made the difference.
    pub events: Vec<Position>,
    #[serde(skip)]
    figure: Figure,
}

impl FigureDifference {
    /// Which figure.
    pub fn figure(&self) -> Figure {
        self.figure
    }
}

/// An event behind a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// The event.
    pub position: Position,
    /// Its kind.
    pub kind: String,
    /// Its stream.
    pub stream: String,
    /// The day by the record's word.
    pub occurred_on: Day,
    /// When the ledger took it in.
    pub recorded_on: Day,
}

/// Two reports of one quarter, compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Differences {
    /// `2022-Q2`.
    pub quarter: String,
    /// `county`, `street/S01`, `community/C01`.
    pub scope: String,
    /// The last event that the earlier report knows.
    pub from: Position,
    /// The last event that the later report knows.
    pub to: Position,
    /// The day as of which both are judged.
    pub on: Day,
    /// The figures that differ, by scope, in the order of the report.
    pub figures: Vec<FigureDifference>,
    /// The events that made the differences, and whatever else came between the two and belongs to the quarter or
    /// an earlier one once it was frozen; in the order of the log.
    pub events: Vec<Cause>,
}

impl App {
    /// Compares what the report of a quarter says at two positions. Where nobody names them: the last freeze but
    /// one, and the freeze that holds or the end of the log.
    ///
    /// # Errors
    /// [`Problem`]: nothing to compare with, an unknown scope, or the log cannot be read.
    pub fn differences(
        &self,
        quarter: Quarter,
        scope: &Scope,
        (from, to): (Option<Position>, Option<Position>),
        on: Option<Day>,
    ) -> Result<Differences, Problem> {
        let (from, to) = self.two_positions(quarter, from, to)?;
        let on = match on {
            Some(on) => on,
            None => self.views_as_of(Some(to))?.default_on(self.today()),
        };
        let report = |last| {
            let asked = Asked { last: Some(last), on: Some(on) };
            self.report_standing(&Wanted::all(quarter, scope, asked), None)
        };
        let (earlier, later) = (report(from)?, report(to)?);
        let mut causes = Causes { app: self, from, to, all: BTreeMap::new(), streams: BTreeMap::new() };
        let mut figures = Vec::new();
        for (scope, then, now) in pairs(&earlier, &later) {
            compare(&scope, &then, now, &mut causes, &mut figures)?;
        }
        let after: Vec<Position> = {
            let views = self.views_as_of(Some(to))?;
            let after = views.periods.after(from).iter();
            let of_quarter = |it: &&gongjian_projections::periods::After| it.occurred <= quarter.last_day();
            after.filter(|it| it.corrects || of_quarter(it)).map(|it| it.position).collect()
        };
        for position in after {
            causes.note(position)?;
        }
        Ok(Differences {
            quarter: quarter.to_string(),
            scope: later.scope.word(),
            from,
            to,
            on,
            figures,
            events: causes.all.into_values().collect(),
        })
    }

    fn two_positions(
        &self,
        quarter: Quarter,
        from: Option<Position>,
        to: Option<Position>,
    ) -> Result<(Position, Position), Problem> {
        let head = self.reader().size().checked_sub(1).ok_or_else(|| Problem::not_found("0"))?;
        let views = self.views()?;
        let period = views.periods.period.get(&quarter.to_string());
        let to = to.or_else(|| Some(period?.frozen()?.knows)).unwrap_or(head);
        let earlier = || period?.freezes.iter().rev().map(|it| it.knows).find(|knows| *knows < to);
        let from = from.or_else(earlier);
        let from = from.ok_or_else(|| Problem::malformed("from", "0, 1, 2, …"))?;
        if from >= to || to > head {
            return Err(Problem::malformed("from, to", format!("0 ≤ from < to ≤ {head}")));
        }
        Ok((from, to))
    }
}

/// The scopes of the later report, each with what both say. What the earlier one did not have yet was nothing.
fn pairs<'r>(earlier: &'r Report, later: &'r Report) -> Vec<(String, Figures, &'r Figures)> {
    let own = later.scope.word();
    let mut pairs = vec![(own.clone(), earlier.figures.clone(), &later.figures)];
    for (kind, then, now) in [
        ("street", &earlier.streets, &later.streets),
        ("community", &earlier.communities, &later.communities),
    ] {
        for (code, part) in now {
            let scope = format!("{kind}/{code}");
            if scope != own {
                let then = then.get(code).map(|part| part.figures.clone()).unwrap_or_default();
                pairs.push((scope, then, &part.figures));
            }
        }
    }
    pairs
}

fn compare(
    scope: &str,
    then: &Figures,
    now: &Figures,
    causes: &mut Causes<'_>,
    found: &mut Vec<FigureDifference>,
) -> Result<(), Problem> {
    for (figure, counted) in now.iter() {
        let before = then.get(figure);
        if before.value == counted.value && before.of == counted.of {
            continue;
        }
        found.push(FigureDifference {
            scope: scope.to_owned(),
            name: figure.name(),
            label: figure.chinese(),
            from: before.value.clone(),
            to: counted.value.clone(),
            of: before.of.zip(counted.of),
            events: causes.between(&before, &counted)?,
            figure,
        });
    }
    Ok(())
}

/// The events between two positions that stand behind differences.
struct Causes<'a> {
    app: &'a App,
    from: Position,
    to: Position,
    all: BTreeMap<Position, Cause>,
    /// Stream of an event → what came in it between the two.
    streams: BTreeMap<Position, Vec<Position>>,
}

impl Causes<'_> {
    /// Those behind one figure: what counts now and did not, if it is new; and for what is as old as the earlier
    /// report, what happened in its stream since.
    fn between(&mut self, then: &Counted<'_>, now: &Counted<'_>) -> Result<Vec<Position>, Problem> {
        let set = |counted: &Counted<'_>| -> BTreeSet<Position> {
            counted.events.iter().copied().flatten().copied().collect()
        };
        let (then, now) = (set(then), set(now));
        let mut made = BTreeSet::new();
        for position in then.symmetric_difference(&now) {
            if *position > self.from {
                made.insert(*position);
            } else {
                made.extend(self.since(*position)?);
            }
        }
        for position in &made {
            self.note(*position)?;
        }
        Ok(made.into_iter().collect())
    }

    /// What came between the two positions in the stream of an event.
    fn since(&mut self, position: Position) -> Result<Vec<Position>, Problem> {
        if let Some(known) = self.streams.get(&position) {
            return Ok(known.clone());
        }
        let stream = self.app.cause(position)?.map(|cause| cause.stream).unwrap_or_default();
        let all = self.app.reader().stream(&stream).into_iter();
        let between: Vec<Position> = all.filter(|at| *at > self.from && *at <= self.to).collect();
        self.streams.insert(position, between.clone());
        Ok(between)
    }

    fn note(&mut self, position: Position) -> Result<(), Problem> {
        if !self.all.contains_key(&position)
            && let Some(cause) = self.app.cause(position)?
        {
            self.all.insert(position, cause);
        }
        Ok(())
    }
}

impl App {
    /// An event as a cause; `None` where its bytes were destroyed.
    fn cause(&self, position: Position) -> Result<Option<Cause>, Problem> {
        let bytes = match self.reader().get(position) {
            Ok(Some(bytes)) => bytes,
            Ok(None) | Err(gongjian_core::log::ReadError::Withheld { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let record = RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?;
        Ok(Some(Cause {
            position,
            kind: record.kind.to_owned(),
            stream: record.stream.to_owned(),
            occurred_on: record.occurred_day,
            recorded_on: Day::of_micros(record.recorded_at),
        }))
    }
}
