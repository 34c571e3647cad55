//! One figure of a report with its definition and everything that it rests on.

use gongjian_core::command::occurred_text;
use gongjian_core::day::{Day, Quarter};
use gongjian_core::log::ReadError;
use gongjian_core::record::{Digest, Position, RecordRef};
use gongjian_projections::figures::{AsOf, Compared, Counting, Explained, Figure, Scope, Value, explain};
use serde::Serialize;

use super::{App, Asked, Problem, instant};
use crate::messages::Language;

/// Names that are offered where one is unknown.
const OFFERED: usize = 5;
/// How much a name must resemble what was given to be offered.
const ALIKE: f64 = 0.8;

/// One figure with everything behind it, and some of its events.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// Its name.
    pub name: &'static str,
    /// Its Chinese name.
    pub label: &'static str,
    /// What kind of number it is.
    pub kind: &'static str,
    /// What it counts, in words.
    pub definition: Definition,
    /// The quarter.
    #[serde(serialize_with = "shown")]
    pub quarter: Quarter,
    /// What it is about: `county`, `street/S01`, `community/C01`.
    pub scope: String,
    /// The name of that place on the last day; empty for the county.
    pub place: String,
    /// First and last day.
    pub period: Span,
    /// What it knows.
    pub as_of: AsOf,
    /// The value.
    pub value: Value,
    /// The denominator of a rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// The same over other days.
    pub comparisons: Compared,
    /// How many events there are.
    pub total: usize,
    /// Some of them, in the order of the log.
    pub items: Vec<Behind>,
    /// Where the next ones begin, as a cursor.
    pub next: Option<String>,
    /// The figure itself.
    #[serde(skip)]
    pub figure: Figure,
}

/// The days of a figure.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Span {
    /// First day of the quarter.
    pub start: Day,
    /// The earlier of its last day and the as-of day.
    pub end: Day,
}

/// What a figure counts, in both languages.
#[derive(Clone, Debug, Serialize)]
pub struct Definition {
    /// 中文.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Definition {
    /// The definition of a figure.
    pub fn of(figure: Figure) -> Definition {
        let [zh, en] = [Language::Chinese, Language::English]
            .map(|language| language.text().word("figure", figure.name()));
        Definition { zh, en }
    }

    /// The sentence in a language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

/// An event behind a figure.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Behind {
    /// Its envelope.
    #[serde(rename_all = "camelCase")]
    Event {
        /// Its place in the log.
        position: Position,
        /// Its digest.
        digest: String,
        /// Its kind, such as `agreement.signed`.
        kind: String,
        /// Its stream.
        stream: String,
        /// When it happened.
        occurred_on: String,
        /// When the ledger took it in.
        recorded_at: String,
        /// The streams that it makes count, or keeps from counting.
        rows: Vec<String>,
    },
    /// Its bytes were destroyed by an erasure order.
    #[serde(rename_all = "camelCase")]
    Withheld {
        /// Its place in the log.
        position: Position,
        /// Always true.
        withheld: bool,
        /// The place of the order.
        erased_by: Position,
        /// As above.
        rows: Vec<String>,
    },
}

fn shown<S: serde::Serializer>(quarter: &Quarter, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(quarter)
}

/// Which events behind a figure to show.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Those after this position; `None` from the first on.
    pub after: Option<Position>,
    /// At most so many.
    pub limit: usize,
}

/// The figure with a name.
///
/// # Errors
/// [`Problem`] with the names that come close.
pub fn figure_named(name: &str) -> Result<Figure, Problem> {
    Figure::named(name).ok_or_else(|| {
        let given = name.trim().to_lowercase().replace('-', "_");
        let likeness = |figure: &&Figure| {
            let known = figure.name();
            let within = given.len() > 3 && known.contains(&given) || figure.chinese().contains(name.trim());
            if within { 1.0 } else { strsim::jaro_winkler(known, &given) }
        };
        let mut close: Vec<(f64, &str)> =
            Figure::ALL.iter().map(|figure| (likeness(&figure), figure.name())).collect();
        close.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
        let near: Vec<String> = close
            .iter()
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .take(OFFERED)
            .map(|(_, name)| (*name).to_owned())
            .collect();
        let all = || Figure::ALL.iter().map(|figure| figure.name().to_owned()).collect();
        Problem::unknown_word("name", name, if near.is_empty() { all() } else { near })
    })
}

impl App {
    /// One figure of a quarter's report with its definition, its value, and a page of the events behind it.
    ///
    /// # Errors
    /// [`Problem`]: the street or community is unknown, or the log cannot be read; and where the next page
    /// begins after.
    pub fn figure(
        &self,
        figure: Figure,
        quarter: Quarter,
        scope: &Scope,
        asked: Asked,
        page: Page,
    ) -> Result<(Provenance, Option<Position>), Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        let scope = super::read::known_scope(&views, scope)?;
        let Some(explained) = explain(&views, figure, quarter, &scope, on) else {
            return Err(Problem::not_found(&scope.word()));
        };
        let place = super::read::place_name(&views, &scope, explained.end).unwrap_or_default();
        // What follows reads the log, and nobody should wait for the read models meanwhile.
        drop(views);
        let Explained { as_of, value, of, compared, events, start, end, .. } = explained;
        let total = events.len();
        let from = page.after.map_or(0, |after| events.partition_point(|event| event.position <= after));
        let wanted: Vec<Counting> = events.into_iter().skip(from).take(page.limit).collect();
        let is_more = from + wanted.len() < total;
        let next = wanted.last().map(|last| last.position).filter(|_| is_more);
        let items = wanted.into_iter().map(|event| self.behind(event)).collect::<Result<_, _>>()?;
        let mut provenance = Provenance {
            name: figure.name(),
            label: figure.chinese(),
            kind: figure.kind().word(),
            definition: Definition::of(figure),
            quarter,
            scope: scope.word(),
            place,
            period: Span { start, end },
            as_of,
            value,
            of,
            comparisons: compared,
            total,
            items,
            next: None,
            figure,
        };
        if let Some(position) = provenance.as_of.position {
            provenance.as_of.digest = self.reader().digest(position)?.map(|digest| digest.to_string());
        }
        Ok((provenance, next))
    }

    fn behind(&self, counting: Counting) -> Result<Behind, Problem> {
        let Counting { position, rows } = counting;
        let bytes = match self.reader().get(position) {
            Err(ReadError::Withheld { position, erased_by }) => {
                return Ok(Behind::Withheld { position, withheld: true, erased_by, rows });
            }
            got => got?.ok_or_else(|| Problem::not_found(&position.to_string()))?,
        };
        let record = RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?;
        Ok(Behind::Event {
            position,
            digest: Digest::of(&bytes).to_string(),
            kind: record.kind.to_owned(),
            stream: record.stream.to_owned(),
            occurred_on: occurred_text(record.occurred_day, record.occurred_second),
            recorded_at: instant(record.recorded_at),
            rows,
        })
    }
}
